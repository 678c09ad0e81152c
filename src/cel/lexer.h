// SPDX-License-Identifier: Apache-2.0
// The words of an expression: CEL text cut into tokens, each with its first code point. Literals are decoded here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ningyi::cel {

enum class TokenKind : std::uint8_t {
    end,
    identifier,
    quoted_identifier,
    integer,
    unsigned_integer,
    real,
    string,
    bytes,
    left_paren,
    right_paren,
    left_bracket,
    right_bracket,
    left_brace,
    right_brace,
    dot,
    comma,
    colon,
    question,
    plus,
    minus,
    star,
    slash,
    percent,
    bang,
    and_and,
    or_or,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    in
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::uint32_t at = 0;  // code points before it
    std::string text;      // identifier; digits of a number; the decoded inside of a string or bytes literal
};

// Where something is wrong in an expression, in code points from its start; Place turns it into line and column.
struct SyntaxFault {
    std::uint32_t at = 0;
    std::string code;
    std::string zh;
    std::string en;
};

// The tokens with an `end` behind them, or the first thing that is no token.
tl::expected<std::vector<Token>, SyntaxFault> tokens_of(std::string_view text);

}  // namespace ningyi::cel
