// SPDX-License-Identifier: Apache-2.0
#include "cel/lexer.h"

#include <optional>

#include "base/text.h"

namespace ningyi::cel {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    tl::expected<std::vector<Token>, SyntaxFault> run() {
        for (;;) {
            skip_space();
            Token token{.kind = TokenKind::end, .at = points_, .text = {}};
            if (at_ < text_.size()) read(token);
            if (fault_) return tl::unexpected<SyntaxFault>(*fault_);
            const bool last = token.kind == TokenKind::end;
            tokens_.push_back(std::move(token));
            if (last) return std::move(tokens_);
        }
    }

private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool is_at_end() const { return at_ >= text_.size(); }

    // One code point forward.
    char32_t next() {
        ++points_;
        return next_code_point(text_, at_);
    }
    void skip(std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i) next();
    }
    void fail(std::uint32_t at, const char* code, std::string zh, std::string en) {
        if (!fault_) fault_ = SyntaxFault{at, code, std::move(zh), std::move(en)};
    }

    void skip_space() {
        while (!is_at_end()) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                next();
            } else if (c == '/' && peek(1) == '/') {
                while (!is_at_end() && peek() != '\n') next();
            } else {
                return;
            }
        }
    }

    void read(Token& token) {
        const char c = peek();
        if (reads_string_prefix(token)) return;
        if (is_letter(c)) {
            while (is_letter(peek()) || is_digit(peek())) token.text += static_cast<char>(next());
            token.kind = token.text == "in" ? TokenKind::in : TokenKind::identifier;
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
            read_number(token);
        } else if (c == '`') {
            read_quoted_identifier(token);
        } else {
            read_operator(token);
        }
    }

    void read_quoted_identifier(Token& token) {
        next();
        token.kind = TokenKind::quoted_identifier;
        while (!is_at_end() && peek() != '`') {
            const char c = peek();
            if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '/' && c != ' ') break;
            token.text += static_cast<char>(next());
        }
        if (peek() != '`' || token.text.empty()) {
            fail(token.at, "E302", "反引号名称不完整", "a name in back quotes is incomplete");
            return;
        }
        next();
    }

    void read_number(Token& token) {
        const std::size_t start = at_;
        token.kind = TokenKind::integer;
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
            skip(2);
            while (hex_digit(peek()) >= 0) next();
            if (at_ == start + 2) fail(token.at, "E304", "十六进制数没有数字", "a hexadecimal number has no digits");
        } else {
            while (is_digit(peek())) next();
            if (peek() == '.' && is_digit(peek(1))) {
                token.kind = TokenKind::real;
                next();
                while (is_digit(peek())) next();
            }
            const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
            if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
                token.kind = TokenKind::real;
                skip(sign);
                while (is_digit(peek())) next();
            }
        }
        token.text = text_.substr(start, at_ - start);
        if (token.kind == TokenKind::integer && (peek() == 'u' || peek() == 'U')) {
            next();
            token.kind = TokenKind::unsigned_integer;
        }
        if (is_letter(peek()) || is_digit(peek())) {
            fail(points_, "E304", "数字后不能紧跟字母，单位请写成函数，例：m(300)、minutes(20)",
                 "letters directly after a number; write units as functions, example: m(300), minutes(20)");
        }
    }

    void read_operator(Token& token) {
        struct Spelling {
            std::string_view text;
            TokenKind kind;
        };
        // Longer spellings stand before their own beginnings.
        static constexpr Spelling spellings[] = {{"&&", TokenKind::and_and},      {"||", TokenKind::or_or},
                                                 {"<=", TokenKind::less_equal},   {">=", TokenKind::greater_equal},
                                                 {"==", TokenKind::equal},        {"!=", TokenKind::not_equal},
                                                 {"<", TokenKind::less},          {">", TokenKind::greater},
                                                 {"!", TokenKind::bang},          {"(", TokenKind::left_paren},
                                                 {")", TokenKind::right_paren},   {"[", TokenKind::left_bracket},
                                                 {"]", TokenKind::right_bracket}, {"{", TokenKind::left_brace},
                                                 {"}", TokenKind::right_brace},   {".", TokenKind::dot},
                                                 {",", TokenKind::comma},         {":", TokenKind::colon},
                                                 {"?", TokenKind::question},      {"+", TokenKind::plus},
                                                 {"-", TokenKind::minus},         {"*", TokenKind::star},
                                                 {"/", TokenKind::slash},         {"%", TokenKind::percent}};
        for (const Spelling& spelling : spellings) {
            if (text_.substr(at_, spelling.text.size()) != spelling.text) continue;
            token.kind = spelling.kind;
            skip(spelling.text.size());
            return;
        }
        const std::size_t start = at_;
        next();
        const std::string found(text_.substr(start, at_ - start));
        const std::string hint_zh = found == "="                   ? "，比较请写 =="
                                    : found == "&" || found == "|" ? "，请写 && 或 ||"
                                                                   : "";
        const std::string hint_en = found == "="                   ? ", write == to compare"
                                    : found == "&" || found == "|" ? ", write && or ||"
                                                                   : "";
        fail(token.at, "E301", format("此处不能有字符“{}”{}", found, hint_zh),
             format("character \"{}\" cannot stand here{}", found, hint_en));
    }

    // A string or bytes literal with its prefix (r, b, both, in either case), if one starts here.
    bool reads_string_prefix(Token& token) {
        bool raw = false;
        bool bytes = false;
        std::size_t length = 0;
        while (length < 2) {
            const char c = peek(length);
            if ((c == 'r' || c == 'R') && !raw) {
                raw = true;
            } else if ((c == 'b' || c == 'B') && !bytes) {
                bytes = true;
            } else {
                break;
            }
            ++length;
        }
        const char quote = peek(length);
        if (quote != '"' && quote != '\'') return false;
        skip(length);
        const bool triple = peek(1) == quote && peek(2) == quote;
        skip(triple ? 3 : 1);
        token.kind = bytes ? TokenKind::bytes : TokenKind::string;
        read_string(token, quote, triple, raw, bytes);
        return true;
    }

    void read_string(Token& token, char quote, bool triple, bool raw, bool bytes) {
        for (;;) {
            if (fault_) return;
            const char c = peek();
            if (is_at_end() || (!triple && (c == '\n' || c == '\r'))) {
                return fail(token.at, "E302", "文字没有结束引号", "a text has no closing quote");
            }
            if (c == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
                skip(triple ? 3 : 1);
                return;
            }
            if (c == '\\' && raw) {
                // A raw text keeps its backslashes; one before a quote keeps the quote from ending it.
                token.text += static_cast<char>(next());
                if (!is_at_end() && (peek() == quote || peek() == '\\')) token.text += static_cast<char>(next());
            } else if (c == '\\') {
                read_escape(token, bytes);
            } else {
                append_code_point(token.text, next());
            }
        }
    }

    void read_escape(Token& token, bool bytes) {
        const std::uint32_t start = points_;
        next();
        const char c = peek();
        static constexpr std::string_view letters = "abfnrtv\\?\"'`";
        static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\?\"'`";
        if (const std::size_t index = letters.find(c); c != '\0' && index != std::string_view::npos) {
            next();
            token.text += meanings[index];
            return;
        }
        int digits = 0;
        int base = 16;
        if (c == 'x' || c == 'X') {
            digits = 2;
        } else if (c == 'u' && !bytes) {
            digits = 4;
        } else if (c == 'U' && !bytes) {
            digits = 8;
        } else if (c >= '0' && c <= '3') {
            digits = 3, base = 8;
        } else {
            return fail(start, "E303", "不认识的转义，可用 \\n \\t \\\\ \\\" \\uXXXX",
                        "unknown escape; known are \\n \\t \\\\ \\\" \\uXXXX");
        }
        if (base == 16) next();
        std::uint64_t point = 0;
        for (int i = 0; i < digits; ++i) {
            const int digit = hex_digit(peek());
            if (digit < 0 || digit >= base) {
                return fail(start, "E303", format("转义需要 {} 位数字", digits),
                            format("the escape needs {} digits", digits));
            }
            point = point * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
            next();
        }
        if (bytes) {
            token.text += static_cast<char>(point);
        } else if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            fail(start, "E303", "转义不是有效的 Unicode 字符", "the escape is no Unicode character");
        } else {
            append_code_point(token.text, static_cast<char32_t>(point));
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t points_ = 0;
    std::vector<Token> tokens_;
    std::optional<SyntaxFault> fault_;
};

}  // namespace

tl::expected<std::vector<Token>, SyntaxFault> tokens_of(std::string_view text) {
    if (!is_utf8(text)) return tl::unexpected<SyntaxFault>({0, "E301", "不是 UTF-8 文字", "not UTF-8 text"});
    return Lexer(text).run();
}

}  // namespace ningyi::cel
