// SPDX-License-Identifier: Apache-2.0
// The core's own entities and events, in the YAML of pack models: decisions of people about findings and rules. They
// belong to every set, so that packs can write rules about them. No pack may declare an event of this pack name.
#pragma once

#include <string_view>

namespace ningyi::pack {

inline constexpr std::string_view core_pack = "core";
inline constexpr std::string_view core_model_file = "core/model.yaml";

std::string_view core_model();

}  // namespace ningyi::pack
