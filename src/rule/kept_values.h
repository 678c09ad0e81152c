// SPDX-License-Identifier: Apache-2.0
// The values a judgement keeps, as expressions read them again: to say what would have changed it, or to find the line
// it stands on.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cel/tree.h"
#include "rule/judge.h"

namespace ningyi::rule {

// The value kept for a path: nothing when none is kept, absent when it was not known.
using KeptValue = std::function<std::optional<cel::Value>(const std::string& path)>;

// REQUIRES: the judgement outlives it.
KeptValue kept_by(const Judgement& judgement);

// Part of an expression over kept values. Nothing when it rests on what is not kept.
std::optional<cel::Value> kept_value_of(const cel::Node& node, const cel::Expression::Tree& tree,
                                        const cel::Names& names, const KeptValue& kept, const Zone& zone);

}  // namespace ningyi::rule
