// SPDX-License-Identifier: Apache-2.0
// Values as text and names of their types, as CEL prints them.
#pragma once

#include <string>
#include <string_view>

#include "cel/value.h"

namespace ningyi::cel {

// The shortest decimal that reads back as `number`: with an exponent for very large and very small ones, or without
// any.
std::string real_text(double number);
std::string plain_real_text(double number);

// The name type(x) gives: "int", "google.protobuf.Timestamp", "null_type". Units of rules have their own.
std::string_view type_name(Kind kind);

}  // namespace ningyi::cel
