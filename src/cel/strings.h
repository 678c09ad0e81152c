// SPDX-License-Identifier: Apache-2.0
// Text as code points, as CEL counts it.
#pragma once

#include <string>
#include <string_view>

namespace ningyi::cel {

std::u32string code_points_of(std::string_view text);
std::string text_of(std::u32string_view points);

// White space by Unicode (the property White_Space) off both ends.
std::string trimmed_unicode(std::string_view text);

}  // namespace ningyi::cel
