// SPDX-License-Identifier: Apache-2.0
// Names of types in messages, and how a number of a unit is written.
#pragma once

#include <string>
#include <string_view>

#include "cel/rule_expression.h"

namespace ningyi::cel {

std::string name_zh(const Type& type);  // "长度", "文字列表"

// "m(300)" for length and "300"; an example for kinds that are not made from numbers; "" for kinds without unit.
std::string with_unit(Kind kind, std::string_view number);

// The type of what may be either of two equal types: an empty list takes the element type of the other, word lists that
// differ leave ordinary text. REQUIRES: a == b.
Type merged(const Type& a, const Type& b);

}  // namespace ningyi::cel
