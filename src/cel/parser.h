// SPDX-License-Identifier: Apache-2.0
// Reads an expression: operator precedence as in the CEL grammar, macros expanded on the way, depth bounded throughout.
#pragma once

#include <string_view>

#include "cel/lexer.h"
#include "cel/syntax.h"

namespace ningyi::cel {

struct ParserOptions {
    int depth = 64;  // of nesting and of the tree
    bool macros = true;
    bool all_macros = true;  // also two-variable macros and cel.bind, which rules do not have
    bool is_rule = false;    // refuses what rules do not have: double, uint, bytes, null, map literals
};

// The tree, or the first fault of syntax (E3xx) or depth (E602).
tl::expected<SyntaxPointer, SyntaxFault> parse(std::string_view text, const ParserOptions& options);

}  // namespace ningyi::cel
