// SPDX-License-Identifier: Apache-2.0
// Text for HTML: escaping, and words in both languages of which the reader sees one.
#pragma once

#include <string>
#include <string_view>

#include "model/dictionary.h"

namespace ningyi::exchange {

// Safe as text of an element and inside a quoted attribute; control characters and broken UTF-8 become U+FFFD.
std::string html_escaped(std::string_view text);

// <span lang="zh-CN" class="zh">…</span><span lang="en" class="en">…</span>; the words are escaped. One plain text when
// both are equal.
std::string both(std::string_view zh, std::string_view en);
std::string both(const model::Label& label);

}  // namespace ningyi::exchange
