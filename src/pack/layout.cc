// SPDX-License-Identifier: Apache-2.0
#include "pack/layout.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "base/text.h"
#include "base/yaml.h"

namespace ningyi::pack {
namespace {

using yaml::Node;

constexpr int after_the_file = std::numeric_limits<int>::max();
constexpr std::string_view expression_keys[] = {"applies", "derive", "if", "where"};
constexpr std::string_view sentence_keys[] = {"en", "zh"};

template <std::size_t size>
bool is_one_of(std::string_view word, const std::string_view (&words)[size]) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// The lines of a file as they were written, and the tree that was read from them.
struct Source {
    std::vector<std::string> lines;  // without their ends

    // The text from line and column (code points, from 1) to the end of the line.
    std::string_view from(int line, int column) const {
        if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return {};
        const std::string& text = lines[static_cast<std::size_t>(line) - 1];
        std::size_t at = 0;
        for (int passed = 1; passed < column && at < text.size(); ++passed) next_code_point(text, at);
        return std::string_view(text).substr(at);
    }
    std::string_view from(const Node& node) const { return from(node.line, node.column); }
    char first(const Node& node) const {
        const std::string_view text = from(node);
        return text.empty() ? '\0' : text.front();
    }
};

Source source_of(std::string_view text) {
    Source source;
    for (std::string_view line : split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        source.lines.emplace_back(line);
    }
    return source;
}

// How many bytes of the line a scalar takes that begins `text`; of a literal only the mark.
std::size_t written_size(const Node& scalar, std::string_view text) {
    if (text.empty()) return 0;
    std::size_t at = 1;
    switch (text.front()) {
        case '\'':
            for (; at < text.size(); ++at) {
                if (text[at] != '\'') continue;
                if (at + 1 == text.size() || text[at + 1] != '\'') return at + 1;
                ++at;
            }
            return text.size();
        case '"':
            for (; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\') ++at;
            }
            return std::min(at + 1, text.size());
        case '|': return text.starts_with("|-") ? 2 : 1;
        default: return std::min(scalar.text.size(), text.size());
    }
}

// A comment, or an empty line, which is one without a text.
struct Comment {
    int line = 0;
    int column = 0;
    bool is_behind = false;  // something stands before it on its line
    std::string text;        // from #, without blanks at the end

    bool is_empty_line() const { return text.empty(); }
};

// Finds the comments: a # that no scalar holds.
class Comments {
public:
    explicit Comments(const Source& source) : source_(source), scalar_end_(source.lines.size() + 1, 0) {}

    std::vector<Comment> all(const Node& root) {
        visit(root);
        std::vector<Comment> found;
        for (std::size_t i = 0; i < source_.lines.size(); ++i) {
            if (scalar_end_[i] == std::string::npos) continue;  // text of a literal
            const std::string_view line = source_.lines[i];
            const int number = static_cast<int>(i) + 1;
            if (trimmed(line).empty()) {
                found.push_back({.line = number, .text = ""});
                continue;
            }
            const std::size_t at = line.find('#', scalar_end_[i]);
            if (at == std::string_view::npos) continue;
            std::string_view text = line.substr(at);
            while (text.ends_with(' ')) text.remove_suffix(1);
            found.push_back({.line = number,
                             .column = static_cast<int>(code_points(line.substr(0, at))) + 1,
                             .is_behind = !trimmed(line.substr(0, at)).empty(),
                             .text = std::string(text)});
        }
        return found;
    }

private:
    void visit(const Node& node) {
        for (const Node& item : node.items) visit(item);
        for (const auto& [key, value] : node.pairs) {
            visit(key);
            visit(value);
        }
        if (!node.is_scalar() || node.line < 1) return;
        const std::string_view rest = source_.from(node);
        const auto line = static_cast<std::size_t>(node.line) - 1;
        const std::size_t start = source_.lines[line].size() - rest.size();
        if (scalar_end_[line] != std::string::npos)
            scalar_end_[line] = std::max(scalar_end_[line], start + written_size(node, rest));
        if (rest.starts_with('|') && node.quoted) pass_literal(node, line + 1);
    }

    // The lines of a literal are those with at least the indentation of its first, and empty ones between them.
    void pass_literal(const Node& node, std::size_t line) {
        if (node.text.find_first_not_of('\n') == std::string::npos) return;
        std::size_t indent = std::string::npos;
        std::size_t last = line;
        for (std::size_t i = line; i < source_.lines.size(); ++i) {
            const std::size_t blanks = source_.lines[i].find_first_not_of(' ');
            if (blanks == std::string::npos) continue;
            if (indent == std::string::npos) indent = blanks;
            if (blanks < indent) break;
            last = i;
        }
        for (std::size_t i = line; i <= last && i < source_.lines.size(); ++i) scalar_end_[i] = std::string::npos;
    }

    const Source& source_;
    std::vector<std::size_t> scalar_end_;  // of each line: just past its last scalar
};

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; });
}

// True if the text without quotes is read as itself, whatever stands around it.
bool can_be_plain(std::string_view text, bool in_flow) {
    constexpr std::string_view marks = ",[]{}#&*!|>'\"%@`";
    constexpr std::string_view flow_marks = ",[]{}";
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
    if (has_control(text) || marks.find(text.front()) != std::string_view::npos) return false;
    if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
    if (text.find_first_of("{}") != std::string_view::npos || text == "<<") return false;
    if (std::string_view("-?:").find(text.front()) != std::string_view::npos &&
        (text.size() == 1 || text[1] == ' ' || flow_marks.find(text[1]) != std::string_view::npos)) {
        return false;
    }
    return !in_flow ||
           (text.find_first_of(flow_marks) == std::string_view::npos && text.find(":'") == std::string_view::npos &&
            text.find(":\"") == std::string_view::npos && text.front() != '?' && text.front() != ':');
}

std::string in_double_quotes(std::string_view text) {
    std::string written = "\"";
    for (const char letter : text) {
        switch (letter) {
            case '\n': written += "\\n"; break;
            case '\t': written += "\\t"; break;
            case '"': written += "\\\""; break;
            case '\\': written += "\\\\"; break;
            default:
                if (has_control({&letter, 1}))
                    written += format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
                else
                    written += letter;
        }
    }
    return written + '"';
}

// Writes a tree again, line by line, taking each comment where its place has come.
class Writer {
public:
    Writer(const Source& source, std::vector<Comment> comments) : source_(source), comments_(std::move(comments)) {}

    std::string all(const Node& root) {
        if (root.is_scalar() || is_empty(root)) {
            leaf("", nullptr, root);
        } else {
            block("", root, after_the_file, 0);
        }
        comments_before(after_the_file, 0);
        return std::move(out_);
    }

private:
    static bool is_empty(const Node& node) { return !node.is_scalar() && node.items.empty() && node.pairs.empty(); }

    // ---- scalars

    std::string scalar(const Node& node, std::string_view key, bool in_flow) const {
        const std::string_view source = source_.from(node);
        const bool is_plain = !node.quoted;
        if (source.starts_with('"')) {
            const std::string_view written = source.substr(0, written_size(node, source));
            if (written.find("\\u") != std::string_view::npos) return std::string(written);  // what cannot be seen
        }
        if (has_control(node.text)) return in_double_quotes(node.text);
        const bool wants_plain = is_one_of(key, sentence_keys) || (is_plain && !is_one_of(key, expression_keys));
        if (wants_plain && can_be_plain(node.text, in_flow)) return node.text;
        return "'" + replaced(node.text, "'", "''") + "'";
    }

    // True if the scalar was written as a literal block and can be again.
    bool is_literal(const Node& node) const {
        if (!node.is_scalar() || !node.quoted || source_.first(node) != '|') return false;
        const std::string_view text = node.text;
        const std::size_t first = text.find_first_not_of('\n');
        if (first != 0 || text.front() == ' ' || text.ends_with("\n\n")) return false;
        return !has_control(replaced(text, "\n", ""));
    }

    // ---- maps and lists on one line

    std::string flow(const Node& node, std::string_view key) const {
        if (node.is_scalar()) return scalar(node, key, true);
        std::vector<std::string> parts;
        for (const Node& item : node.items) parts.push_back(flow(item, key));
        for (const auto& [name, value] : node.pairs)
            parts.push_back(scalar(name, "", true) + ": " + flow(value, name.text));
        const std::string inside = join(parts, ", ");
        return node.is_list() ? "[" + inside + "]" : "{" + inside + "}";
    }

    // True if `node` goes behind `lead` on one line.
    bool is_on_one_line(const std::string& lead, const Node& node, std::string_view key) const {
        if (node.is_scalar() || is_empty(node)) return true;
        const char first = source_.first(node);
        if (first != '{' && first != '[') {
            const bool is_of_words =
                node.is_list() && std::all_of(node.items.begin(), node.items.end(),
                                              [&](const Node& item) { return item.is_scalar() && !is_literal(item); });
            if (!is_of_words || has_comments(node.line, node.items.back().line)) return false;
        }
        return code_points(lead) + code_points(flow(node, key)) <= longest_flow;
    }

    // Any comment from the first line to the last that would lose its item when these became one line.
    bool has_comments(int first, int last) const {
        return std::any_of(
            comments_.begin() + static_cast<std::ptrdiff_t>(next_), comments_.end(), [&](const Comment& comment) {
                return !comment.is_empty_line() && comment.line >= first && comment.line <= last && first != last;
            });
    }

    // ---- comments

    void line(std::string text, const std::string& behind) {
        if (!behind.empty()) {
            const std::size_t width = code_points(text);
            text.append(width + 2 <= comment_column ? comment_column - width : 2, ' ');
            text += behind;
        }
        out_ += text;
        out_ += '\n';
        is_at_start_ = false;
        pending_empty_line_ = false;
    }

    void comment_line(const Comment& comment, std::size_t indent) {
        if (comment.is_empty_line()) {
            pending_empty_line_ = !is_at_start_;
            return;
        }
        empty_line();
        line(std::string(indent, ' ') + comment.text, "");
    }

    // The empty line before what comes now, if the author left one.
    void empty_line() {
        if (pending_empty_line_) out_ += '\n';
        pending_empty_line_ = false;
    }

    void comments_before(int first_line, std::size_t indent) {
        for (; next_ < comments_.size() && comments_[next_].line < first_line; ++next_)
            comment_line(comments_[next_], indent);
    }

    // Comments up to `last_line`; the one behind that line comes back, the others are written above at `indent`.
    std::string comment_behind(int last_line, std::size_t indent) {
        std::string behind;
        for (; next_ < comments_.size() && comments_[next_].line <= last_line; ++next_) {
            const Comment& comment = comments_[next_];
            if (comment.is_behind && comment.line == last_line)
                behind = comment.text;
            else if (!comment.is_empty_line())
                comment_line(comment, indent);
        }
        return behind;
    }

    // Comments at the end of a block: those that stand as deep as it and deeper than what follows.
    void comments_at_end(int column, int next_line, int next_column, std::size_t indent) {
        while (true) {
            std::size_t at = next_;
            while (at < comments_.size() && comments_[at].is_empty_line()) ++at;
            if (at == comments_.size()) return;
            const Comment& comment = comments_[at];
            if (comment.line >= next_line || comment.is_behind) return;
            if (comment.column < column || comment.column <= next_column) return;
            for (; next_ <= at; ++next_) comment_line(comments_[next_], indent);
        }
    }

    // ---- blocks

    static std::size_t indent_of(const std::string& lead) { return std::min(lead.find_first_not_of(' '), lead.size()); }

    // A scalar, or a map or list on one line, behind `lead`.
    void leaf(const std::string& lead, const Node* key, const Node& value) {
        const std::string_view name = key == nullptr ? std::string_view() : std::string_view(key->text);
        comments_before(key == nullptr ? value.line : key->line, indent_of(lead));
        const int last = value.is_list() && !value.items.empty() ? value.items.back().line : value.line;
        const std::string behind = comment_behind(last, indent_of(lead));
        empty_line();
        if (!is_literal(value)) {
            line(lead + flow_or_scalar(value, name), behind);
            return;
        }
        line(lead + (value.text.ends_with('\n') ? "|" : "|-"), behind);
        std::string_view text = value.text;
        if (text.ends_with('\n')) text.remove_suffix(1);
        const std::string inside(block_indent_of(lead), ' ');
        for (const std::string_view part : split(text, '\n'))
            out_ += part.empty() ? "\n" : inside + std::string(part) + "\n";
    }

    std::string flow_or_scalar(const Node& value, std::string_view name) const {
        return value.is_scalar() ? scalar(value, name, false) : flow(value, name);
    }

    // How deep the text of a literal stands whose line begins with `lead`: two more than its key, or its dash.
    static std::size_t block_indent_of(const std::string& lead) {
        std::size_t at = indent_of(lead);
        while (lead.substr(at, 2) == "- ") at += 2;
        return at == lead.size() ? at : at + 2;
    }

    // What stands behind `lead`, the key with its colon or the dash among it. `next_*`: where the source goes on.
    void part(const std::string& lead, const Node* key, const Node& value, int next_line, int next_column) {
        const std::string_view name = key == nullptr ? std::string_view() : std::string_view(key->text);
        const std::string gap = key == nullptr ? "" : " ";
        if (is_on_one_line(lead + gap, value, name)) {
            leaf(lead + gap, key, value);
            return;
        }
        comments_before(key == nullptr ? value.line : key->line, indent_of(lead));
        if (key == nullptr) {
            block(lead, value, next_line, next_column);
            return;
        }
        const std::string behind = comment_behind(key->line, indent_of(lead));
        empty_line();
        line(lead, behind);
        is_at_start_ = true;  // no empty line below a key
        block(std::string(block_indent_of(lead), ' '), value, next_line, next_column);
    }

    // The parts of a map or list, the first behind `lead`, the others below it.
    void block(const std::string& lead, const Node& node, int next_line, int next_column) {
        const std::string below(lead.size(), ' ');
        const bool was_flow = source_.first(node) == '{' || source_.first(node) == '[';
        const std::size_t count = node.is_list() ? node.items.size() : node.pairs.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& start = i == 0 ? lead : below;
            const bool is_last = i + 1 == count;
            const Node* next = is_last ? nullptr : node.is_list() ? &node.items[i + 1] : &node.pairs[i + 1].key;
            const int line_after = is_last ? next_line : next->line;
            const int column_after = is_last ? next_column : node.column;
            if (node.is_list()) {
                part(start + "- ", nullptr, node.items[i], line_after, column_after);
            } else {
                const auto& [key, value] = node.pairs[i];
                part(start + scalar(key, "", false) + ":", &key, value, line_after, column_after);
            }
        }
        if (!was_flow) comments_at_end(node.column, next_line, next_column, lead.size());
    }

    const Source& source_;
    std::vector<Comment> comments_;
    std::size_t next_ = 0;  // the first comment not written yet
    std::string out_;
    bool is_at_start_ = true;  // no empty line may come now
    bool pending_empty_line_ = false;
};

bool means_the_same(const Node& one, const Node& other) {
    if (one.kind != other.kind || one.text != other.text || one.items.size() != other.items.size() ||
        one.pairs.size() != other.pairs.size()) {
        return false;
    }
    for (std::size_t i = 0; i < one.items.size(); ++i) {
        if (!means_the_same(one.items[i], other.items[i])) return false;
    }
    for (std::size_t i = 0; i < one.pairs.size(); ++i) {
        if (one.pairs[i].key.text != other.pairs[i].key.text) return false;
        if (!means_the_same(one.pairs[i].value, other.pairs[i].value)) return false;
    }
    return true;
}

std::multiset<std::string> texts_of(const std::vector<Comment>& comments) {
    std::multiset<std::string> texts;
    for (const Comment& comment : comments) {
        if (!comment.is_empty_line()) texts.insert(comment.text);
    }
    return texts;
}

}  // namespace

Result<std::string> laid_out(std::string_view text, const std::string& file) {
    const auto before = yaml::parse(text, file);
    if (!before) return failure(before.error());
    const Source source = source_of(text);
    const std::vector<Comment> comments = Comments(source).all(*before);
    std::string written = Writer(source, comments).all(*before);

    // Whatever a file says, the layout says the same: this is looked at each time and not only in tests.
    const auto after = yaml::parse(written, file);
    const bool is_kept = after && means_the_same(*before, *after) &&
                         texts_of(comments) == texts_of(Comments(source_of(written)).all(*after));
    if (is_kept) return written;
    return failure({.file = file,
                    .code = "E114",
                    .zh = "这个文件排版后含义会改变，未作改动；请把不常见的写法改为普通写法",
                    .en = "laid out, this file would mean something else, so it is left alone; write what is unusual "
                          "in it plainly"});
}

}  // namespace ningyi::pack
