// SPDX-License-Identifier: Apache-2.0
// The macros of CEL: calls that are not functions because they name variables or fields.
#pragma once

#include "cel/lexer.h"
#include "cel/parser.h"
#include "cel/syntax.h"

namespace ningyi::cel {

// Turns the call into what it stands for when it is a macro; otherwise hands it back as it is. A fault when a macro's
// arguments are wrong (a variable that is no name, has() without a field).
tl::expected<SyntaxPointer, SyntaxFault> expanded(SyntaxPointer call, const ParserOptions& options);

}  // namespace ningyi::cel
