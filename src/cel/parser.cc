// SPDX-License-Identifier: Apache-2.0
#include "cel/parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "cel/macros.h"

namespace ningyi::cel {
namespace {

struct Binary {
    TokenKind token;
    int strength;
    const char* name;
};

constexpr int strength_or = 1;
constexpr int strength_and = 2;

constexpr Binary binaries[] = {{TokenKind::or_or, strength_or, "||"},
                               {TokenKind::and_and, strength_and, "&&"},
                               {TokenKind::less, 3, "<"},
                               {TokenKind::less_equal, 3, "<="},
                               {TokenKind::greater, 3, ">"},
                               {TokenKind::greater_equal, 3, ">="},
                               {TokenKind::equal, 3, "=="},
                               {TokenKind::not_equal, 3, "!="},
                               {TokenKind::in, 3, "in"},
                               {TokenKind::plus, 4, "+"},
                               {TokenKind::minus, 4, "-"},
                               {TokenKind::star, 5, "*"},
                               {TokenKind::slash, 5, "/"},
                               {TokenKind::percent, 5, "%"}};

const Binary* binary_of(TokenKind token) {
    for (const Binary& binary : binaries) {
        if (binary.token == token) return &binary;
    }
    return nullptr;
}

constexpr std::string_view reserved[] = {"as",       "break",  "const",  "continue", "else", "for",
                                         "function", "if",     "import", "let",      "loop", "namespace",
                                         "package",  "return", "var",    "void",     "while"};

// Every function returns null once a fault is known; only the first fault is kept.
class Parser {
public:
    Parser(std::vector<Token> tokens, const ParserOptions& options) : tokens_(std::move(tokens)), options_(options) {}

    tl::expected<SyntaxPointer, SyntaxFault> run() {
        SyntaxPointer tree = expression();
        if (tree && current().kind != TokenKind::end) unexpected();
        if (fault_) return tl::unexpected<SyntaxFault>(*fault_);
        return tree;
    }

private:
    const Token& current() const { return tokens_[at_]; }
    const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
    const Token& take() {
        const Token& token = tokens_[at_];
        if (token.kind != TokenKind::end) ++at_;
        return token;
    }
    bool takes(TokenKind kind) {
        if (current().kind != kind) return false;
        take();
        return true;
    }

    std::nullptr_t fail(std::uint32_t at, const char* code, std::string zh, std::string en) {
        if (!fault_) fault_ = SyntaxFault{at, code, std::move(zh), std::move(en)};
        return nullptr;
    }
    std::nullptr_t unexpected() {
        if (current().kind == TokenKind::end) {
            return fail(current().at, "E301", "表达式在此处没有写完", "the expression ends too early");
        }
        return fail(current().at, "E301", "此处的写法不对", "not expected here");
    }
    bool expects(TokenKind kind, const char* sign) {
        if (takes(kind)) return true;
        fail(current().at, "E301", format("此处应为“{}”", sign), format("\"{}\" expected here", sign));
        return false;
    }

    static SyntaxPointer node(SyntaxKind kind, std::uint32_t at, std::uint32_t start) {
        auto made = std::make_unique<Syntax>();
        made->kind = kind;
        made->at = at;
        made->start = start;
        return made;
    }

    // Sets the depth from the children; refuses a tree that is too deep.
    SyntaxPointer finished(SyntaxPointer made) {
        int deepest = 0;
        for (const SyntaxPointer& child : made->children) {
            if (child) deepest = std::max<int>(deepest, child->depth);
        }
        made->depth = static_cast<std::uint16_t>(deepest + 1);
        if (made->depth > options_.depth) return too_deep(made->at);
        return made;
    }
    std::nullptr_t too_deep(std::uint32_t at) {
        return fail(at, "E602", format("表达式嵌套超过 {} 层", options_.depth),
                    format("the expression is nested more than {} deep", options_.depth));
    }

    SyntaxPointer expression() {
        if (++nesting_ > options_.depth) return too_deep(current().at);
        SyntaxPointer condition = binary(strength_or);
        if (condition && current().kind == TokenKind::question) {
            SyntaxPointer made = node(SyntaxKind::conditional, take().at, condition->start);
            made->children.push_back(std::move(condition));
            // Without the first alternative's own conditional: "a ? b ? …" needs parentheses in CEL's grammar.
            SyntaxPointer yes = binary(strength_or);
            if (!yes || !expects(TokenKind::colon, ":")) return nullptr;
            SyntaxPointer no = expression();
            if (!no) return nullptr;
            made->children.push_back(std::move(yes));
            made->children.push_back(std::move(no));
            condition = finished(std::move(made));
        }
        --nesting_;
        return condition;
    }

    SyntaxPointer binary(int least) {
        SyntaxPointer left = unary();
        while (left) {
            const Binary* found = binary_of(current().kind);
            if (found == nullptr || found->strength < least) break;
            const std::uint32_t at = take().at;
            SyntaxPointer right = binary(found->strength + 1);
            if (!right) return nullptr;
            left = joined(std::move(left), *found, at, std::move(right));
        }
        return left;
    }

    // `a && b && c` is one node with three children: order does not matter to it, and it is not deep.
    SyntaxPointer joined(SyntaxPointer left, const Binary& sign, std::uint32_t at, SyntaxPointer right) {
        const bool is_logic = sign.strength <= strength_and;
        if (is_logic && left->kind == SyntaxKind::logic && left->name == sign.name && !left->is_rooted) {
            left->depth = std::max<std::uint16_t>(left->depth, static_cast<std::uint16_t>(right->depth + 1));
            left->children.push_back(std::move(right));
            return left->depth > options_.depth ? too_deep(at) : std::move(left);
        }
        SyntaxPointer made = node(is_logic ? SyntaxKind::logic : SyntaxKind::binary, at, left->start);
        made->name = sign.name;
        made->children.push_back(std::move(left));
        made->children.push_back(std::move(right));
        return finished(std::move(made));
    }

    SyntaxPointer unary() {
        const TokenKind kind = current().kind;
        if (kind != TokenKind::bang && kind != TokenKind::minus) return member();
        const TokenKind next = ahead().kind;
        // The minus belongs to the number, so that the least int can be written.
        if (kind == TokenKind::minus && (next == TokenKind::integer || next == TokenKind::real)) return member();
        if (++nesting_ > options_.depth) return too_deep(current().at);
        const std::uint32_t at = take().at;
        SyntaxPointer operand = unary();
        --nesting_;
        if (!operand) return nullptr;
        SyntaxPointer made = node(SyntaxKind::unary, at, at);
        made->name = kind == TokenKind::bang ? "!" : "-";
        made->children.push_back(std::move(operand));
        return finished(std::move(made));
    }

    SyntaxPointer member() {
        SyntaxPointer left = primary();
        while (left) {
            if (current().kind == TokenKind::dot) {
                take();
                left = after_dot(std::move(left));
            } else if (current().kind == TokenKind::left_bracket) {
                SyntaxPointer made = node(SyntaxKind::index, take().at, left->start);
                SyntaxPointer key = expression();
                if (!key || !expects(TokenKind::right_bracket, "]")) return nullptr;
                made->children.push_back(std::move(left));
                made->children.push_back(std::move(key));
                left = finished(std::move(made));
            } else if (current().kind == TokenKind::left_brace) {
                return fail(current().at, "E306", "没有消息类型", "there are no message types");
            } else {
                break;
            }
        }
        return left;
    }

    SyntaxPointer after_dot(SyntaxPointer left) {
        const Token& field = current();
        const bool is_name = field.kind == TokenKind::identifier || field.kind == TokenKind::in;
        if (!is_name && field.kind != TokenKind::quoted_identifier) {
            return fail(field.at, "E301", "“.”后应为字段名", "a field name must follow \".\"");
        }
        if (field.kind == TokenKind::in) return unexpected();
        take();
        if (is_name && current().kind == TokenKind::left_paren) {
            SyntaxPointer made = node(SyntaxKind::call, field.at, left->start);
            made->name = field.text;
            made->is_method = true;
            made->children.push_back(std::move(left));
            return arguments(std::move(made));
        }
        SyntaxPointer made = node(SyntaxKind::select, field.at, left->start);
        made->name = field.text;
        made->children.push_back(std::move(left));
        return finished(std::move(made));
    }

    SyntaxPointer arguments(SyntaxPointer call) {
        take();  // (
        if (!items(*call, TokenKind::right_paren, ")", false)) return nullptr;
        call = finished(std::move(call));
        if (!call) return nullptr;
        auto made = expanded(std::move(call), options_);
        if (!made) return fail(made.error().at, "E305", made.error().zh, made.error().en);
        return std::move(*made);
    }

    // Expressions with commas up to `close`, which is taken.
    bool items(Syntax& into, TokenKind close, const char* sign, bool may_end_with_comma) {
        if (takes(close)) return true;
        for (;;) {
            SyntaxPointer item = expression();
            if (!item) return false;
            into.children.push_back(std::move(item));
            if (takes(TokenKind::comma)) {
                if (may_end_with_comma && takes(close)) return true;
                continue;
            }
            return expects(close, sign);
        }
    }

    SyntaxPointer primary() {
        const Token& token = current();
        switch (token.kind) {
            case TokenKind::left_paren: {
                take();
                SyntaxPointer inner = expression();
                if (!inner || !expects(TokenKind::right_paren, ")")) return nullptr;
                return inner;
            }
            case TokenKind::left_bracket: {
                SyntaxPointer made = node(SyntaxKind::list, take().at, token.at);
                if (!items(*made, TokenKind::right_bracket, "]", true)) return nullptr;
                return finished(std::move(made));
            }
            case TokenKind::left_brace: return map_literal();
            case TokenKind::dot: {
                take();
                if (current().kind != TokenKind::identifier) return unexpected();
                SyntaxPointer made = identifier(token.at);
                if (made && made->kind == SyntaxKind::identifier) made->is_rooted = true;
                return made;
            }
            case TokenKind::identifier: return identifier(token.at);
            case TokenKind::string:
            case TokenKind::bytes: {
                if (token.kind == TokenKind::bytes && options_.is_rule) return refused("bytes");
                take();
                SyntaxPointer made = node(SyntaxKind::literal, token.at, token.at);
                made->value =
                    token.kind == TokenKind::string ? Value::of_string(token.text) : Value::of_bytes(token.text);
                return made;
            }
            case TokenKind::minus:
            case TokenKind::integer:
            case TokenKind::unsigned_integer:
            case TokenKind::real: return number();
            default: return unexpected();
        }
    }

    std::nullptr_t refused(const char* what) {
        return fail(current().at, "E306", format("规则里不能用 {}", what), format("rules have no {}", what));
    }

    SyntaxPointer map_literal() {
        if (options_.is_rule) return refused("map {…}");
        const std::uint32_t at = take().at;
        SyntaxPointer made = node(SyntaxKind::map, at, at);
        if (takes(TokenKind::right_brace)) return made;
        for (;;) {
            SyntaxPointer key = expression();
            if (!key || !expects(TokenKind::colon, ":")) return nullptr;
            SyntaxPointer value = expression();
            if (!value) return nullptr;
            made->children.push_back(std::move(key));
            made->children.push_back(std::move(value));
            const bool comma = takes(TokenKind::comma);
            if (takes(TokenKind::right_brace)) return finished(std::move(made));
            if (!comma) {
                expects(TokenKind::right_brace, "}");
                return nullptr;
            }
        }
    }

    SyntaxPointer identifier(std::uint32_t start) {
        const Token& token = take();
        if (token.text == "true" || token.text == "false" || token.text == "null") {
            if (token.text == "null" && options_.is_rule) {
                return fail(token.at, "E306", "规则里没有 null，缺失请用 has() 判断",
                            "rules have no null, ask with has()");
            }
            SyntaxPointer made = node(SyntaxKind::literal, token.at, start);
            made->value = token.text == "null" ? Value::null() : Value::of_bool(token.text == "true");
            return made;
        }
        if (std::find(std::begin(reserved), std::end(reserved), token.text) != std::end(reserved)) {
            return fail(token.at, "E307", format("“{}”是保留词", token.text), format("\"{}\" is reserved", token.text));
        }
        if (current().kind == TokenKind::left_paren) {
            SyntaxPointer made = node(SyntaxKind::call, token.at, start);
            made->name = token.text;
            return arguments(std::move(made));
        }
        SyntaxPointer made = node(SyntaxKind::identifier, token.at, start);
        made->name = token.text;
        return made;
    }

    SyntaxPointer number() {
        const std::uint32_t start = current().at;
        const bool negative = takes(TokenKind::minus);
        const Token& token = current();
        if (token.kind == TokenKind::real && options_.is_rule) {
            return fail(start, "E306", "规则里没有小数，请换成更小的单位，例：m(1500)、permille(5)",
                        "rules have no fractions, use a smaller unit, example: m(1500), permille(5)");
        }
        if (token.kind == TokenKind::unsigned_integer && options_.is_rule) return refused("uint");
        take();
        SyntaxPointer made = node(SyntaxKind::literal, start, start);
        if (token.kind == TokenKind::real) {
            double value = 0;
            const auto [end, error] = std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
            if (error != std::errc() || end != token.text.data() + token.text.size()) return out_of_range(start);
            made->value = Value::of_real(negative ? -value : value);
            return made;
        }
        const bool is_hex = token.text.size() > 2 && (token.text[1] == 'x' || token.text[1] == 'X');
        const std::string_view digits = std::string_view(token.text).substr(is_hex ? 2 : 0);
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
        if (error != std::errc() || end != digits.data() + digits.size()) return out_of_range(start);
        if (token.kind == TokenKind::unsigned_integer) {
            made->value = Value::of_uint(value);
            return made;
        }
        const std::uint64_t largest = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
        if (value > largest) return out_of_range(start);
        made->value = Value::of_int(static_cast<std::int64_t>(negative ? 0 - value : value));
        return made;
    }
    std::nullptr_t out_of_range(std::uint32_t at) {
        return fail(at, "E304", "数字超出范围", "the number is out of range");
    }

    std::vector<Token> tokens_;
    const ParserOptions& options_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    std::optional<SyntaxFault> fault_;
};

}  // namespace

tl::expected<SyntaxPointer, SyntaxFault> parse(std::string_view text, const ParserOptions& options) {
    auto tokens = tokens_of(text);
    if (!tokens) return tl::unexpected<SyntaxFault>(tokens.error());
    return Parser(std::move(*tokens), options).run();
}

}  // namespace ningyi::cel
