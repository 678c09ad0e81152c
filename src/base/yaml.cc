// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"

namespace ningyi::yaml {
namespace {

constexpr std::size_t max_bytes = 256U * 1024U;
constexpr int max_depth = 12;
constexpr std::size_t max_faults = 100;

struct Stop {};  // nothing sensible can be read after this

// Line and column (code points, from 1) of every byte of the text and of its end.
class Positions {
public:
    explicit Positions(std::string_view text) {
        lines_.reserve(text.size() + 1);
        columns_.reserve(text.size() + 1);
        int line = 1;
        int column = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool continues = (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
            if (!continues) ++column;
            lines_.push_back(line);
            columns_.push_back(column);
            if (text[at] == '\n') {
                ++line;
                column = 0;
            }
        }
        lines_.push_back(line);
        columns_.push_back(column + 1);
    }
    int line(std::size_t at) const { return lines_[std::min(at, lines_.size() - 1)]; }
    int column(std::size_t at) const { return columns_[std::min(at, columns_.size() - 1)]; }

private:
    std::vector<int> lines_, columns_;
};

// Builds the tree from yaml-cpp's events and looks at the raw text for everything that the events do not tell.
class StrictReader : public YAML::EventHandler {
public:
    StrictReader(std::string_view text, const std::string& file) : text_(text), file_(file), positions_(text) {}

    Node root;
    bool has_root = false;
    Faults faults;

    void refuse(std::size_t at, const char* code, std::string zh, std::string en) {
        if (faults.size() >= max_faults) throw Stop{};
        faults.push_back({file_, positions_.line(at), positions_.column(at), code, std::move(zh), std::move(en)});
    }

    // What can be seen without a parser: bytes, tabs, document markers.
    void look_at_lines() {
        std::size_t start = 0;
        while (start < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', start), text_.size());
            std::string_view line = text_.substr(start, end - start);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (is_marker(line, "---") || is_marker(line, "...")) {
                refuse(start, "E103", "一个文件只能有一个文档，请删去 --- 或 ...",
                       "one document a file: remove --- or ...");
            }
            if (line.starts_with('%')) {
                refuse(start, "E103", "不允许 % 指令", "% directives are not allowed");
            }
            bool has_tab = false;
            for (std::size_t i = 0; i < line.size(); ++i) {
                const auto byte = static_cast<unsigned char>(line[i]);
                if (byte == '\t') {
                    if (!has_tab)
                        refuse(start + i, "E102", "不允许制表符，请用空格", "a tab is not allowed, use spaces");
                    has_tab = true;
                } else if (byte < 0x20 || byte == 0x7F) {
                    refuse(start + i, "E101", "不允许控制字符", "control characters are not allowed");
                    break;
                }
            }
            start = end + 1;
        }
    }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        const std::size_t at = after_properties(offset(mark));
        const std::string_view rest = text_.substr(std::min(at, text_.size()));
        for (const std::string_view word : {"~", "null", "Null", "NULL"}) {  // nothing is typed by its looks
            if (!rest.starts_with(word)) continue;
            const std::string_view after = rest.substr(word.size());
            if (after.empty() || after.front() == ' ' || after.front() == '\n' || after.front() == '\r' ||
                after.front() == ',' || after.front() == '}' || after.front() == ']' || after.front() == ':') {
                add_scalar(at, std::string(word));
                return;
            }
        }
        std::size_t place = at;
        if (!stack_.empty() && stack_.back().has_key) place = stack_.back().key_at;
        refuse(place, "E112", "这里缺少值；没有值就不要写这个键",
               "a value is missing here; leave the key out when there is none");
        Node empty = node_at(Node::Kind::scalar, place);
        place_node(std::move(empty), place);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        const std::size_t at = offset(mark);
        refuse(at, "E104", "不允许别名 *", "aliases * are not allowed");
        end_ = at + 1;
        place_node(node_at(Node::Kind::scalar, at), at);
    }

    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& value) override {
        add_scalar(after_properties(offset(mark)), value);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value style) override {
        open(Node::Kind::list, mark, style);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value style) override {
        open(Node::Kind::map, mark, style);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Node node;
        std::size_t at = 0;
        bool is_flow = false;
        bool is_broken = false;  // a flow over several lines, reported once
        bool has_key = false;
        Node key;
        std::size_t key_at = 0;
    };

    static bool is_marker(std::string_view line, std::string_view marker) {
        return line.starts_with(marker) && (line.size() == marker.size() || line[marker.size()] == ' ');
    }

    static std::size_t offset(const YAML::Mark& mark) { return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos); }

    char char_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\n'; }

    // Refuses anchors and tags written at `at`; where the node itself begins.
    std::size_t after_properties(std::size_t at) {
        while (char_at(at) == '&' || char_at(at) == '!') {
            if (char_at(at) == '&') {
                refuse(at, "E104", "不允许锚点 &", "anchors & are not allowed");
            } else {
                refuse(at, "E105", "不允许标签 !", "tags ! are not allowed");
            }
            while (at < text_.size() && text_[at] != ' ' && text_[at] != '\n') ++at;
            while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\r')) ++at;
        }
        return at;
    }

    Node node_at(Node::Kind kind, std::size_t at) const {
        Node node;
        node.kind = kind;
        node.line = positions_.line(at);
        node.column = positions_.column(at);
        return node;
    }

    void open(Node::Kind kind, const YAML::Mark& mark, YAML::EmitterStyle::value style) {
        const std::size_t at = after_properties(offset(mark));
        if (static_cast<int>(stack_.size()) >= max_depth) {
            refuse(at, "E111", "嵌套超过 12 层", "nested deeper than 12 levels");
            throw Stop{};
        }
        Open opened;
        opened.node = node_at(kind, at);
        opened.at = at;
        opened.is_flow = style == YAML::EmitterStyle::Flow && (char_at(at) == '[' || char_at(at) == '{');
        if (opened.is_flow) end_ = at + 1;
        stack_.push_back(std::move(opened));
    }

    void close() {
        Open closed = std::move(stack_.back());
        stack_.pop_back();
        if (closed.is_flow) {
            while (end_ < text_.size() && text_[end_] != ']' && text_[end_] != '}') {
                if (text_[end_] == '#')
                    end_ = std::min(text_.find('\n', end_), text_.size());
                else
                    ++end_;
            }
            if (!closed.is_broken && positions_.line(end_) != closed.node.line) refuse_flow(closed);
            if (end_ < text_.size()) ++end_;
        }
        place_node(std::move(closed.node), closed.at);
    }

    void refuse_flow(const Open& opened) {
        refuse(opened.at, "E108", "方括号或花括号必须写在一行内，多行请用缩进写法",
               "flow { } [ ] must stay on one line; write it as a block");
    }

    void place_node(Node node, std::size_t at) {
        if (stack_.empty()) {
            root = std::move(node);
            has_root = true;
            return;
        }
        Open& parent = stack_.back();
        if (parent.is_flow && !parent.is_broken && node.line != parent.node.line) {
            parent.is_broken = true;
            refuse_flow(parent);
        }
        if (parent.node.is_list()) {
            parent.node.items.push_back(std::move(node));
            return;
        }
        if (!parent.has_key) {
            check_key(parent, node, at);
            parent.key = std::move(node);
            parent.key_at = at;
            parent.has_key = true;
            return;
        }
        if (parent.key.is_scalar()) parent.node.pairs.push_back({std::move(parent.key), std::move(node)});
        parent.has_key = false;
    }

    void check_key(const Open& parent, const Node& key, std::size_t at) {
        std::size_t before = at;
        while (before > 0 && text_[before - 1] == ' ') --before;
        if (before < at && before > 0 && text_[before - 1] == '?') {
            refuse(before - 1, "E109", "不允许 ? 写法的键", "keys written with ? are not allowed");
        } else if (!key.is_scalar()) {
            refuse(at, "E109", "键必须是文字", "a key must be text");
        }
        if (!key.is_scalar()) return;
        if (key.text == "<<" && !key.quoted) refuse(at, "E106", "不允许合并 <<", "merge << is not allowed");
        for (const auto& [other, value] : parent.node.pairs) {
            if (other.text != key.text) continue;
            refuse(at, "E110", format("键 {} 重复，第 {} 行已有", key.text, other.line),
                   format("key {} is given twice, first in line {}", key.text, other.line));
            break;
        }
    }

    // A scalar whose text, as yaml-cpp understood it, is `value`; positions come from the raw text.
    void add_scalar(std::size_t at, const std::string& value) {
        Node node = node_at(Node::Kind::scalar, at);
        switch (char_at(at)) {
            case '\'': read_single(node, at); break;
            case '"': read_double(node, at); break;
            case '|': read_literal(node, at, value); break;
            case '>':
                refuse(at, "E107", "不允许折叠写法 >，请用 | 或写成一行", "folded > is not allowed, use | or one line");
                node.text = value;
                node.quoted = true;
                end_ = at + 1;
                break;
            default: read_plain(node, at, value);
        }
        place_node(std::move(node), at);
    }

    void append(Node& node, std::size_t at, char32_t point) {
        append_code_point(node.text, point);
        node.lines.push_back(positions_.line(at));
        node.columns.push_back(positions_.column(at));
    }

    void refuse_lines(std::size_t at) {
        refuse(at, "E107", "文字必须写在一行内，多行请用 |", "text must stay on one line; use | for several");
    }

    void read_plain(Node& node, std::size_t at, const std::string& value) {
        if (text_.substr(std::min(at, text_.size()), value.size()) != value) {
            refuse_lines(at);
            node.text = value;
            end_ = at;
            return;
        }
        std::size_t next = at;
        while (next < at + value.size()) {
            const std::size_t from = next;
            const char32_t point = next_code_point(text_, next);
            append(node, from, point);
        }
        end_ = next;
    }

    void read_single(Node& node, std::size_t at) {
        node.quoted = true;
        std::size_t next = at + 1;
        bool is_refused = false;
        while (next < text_.size()) {
            if (text_[next] == '\'') {
                if (char_at(next + 1) != '\'') break;
                append(node, next, U'\'');
                next += 2;
                continue;
            }
            if (text_[next] == '\n' && !is_refused) {
                refuse_lines(at);
                is_refused = true;
            }
            const std::size_t from = next;
            const char32_t point = next_code_point(text_, next);
            append(node, from, point);
        }
        end_ = next + 1;
    }

    void read_double(Node& node, std::size_t at) {
        node.quoted = true;
        std::size_t next = at + 1;
        bool is_refused = false;
        while (next < text_.size() && text_[next] != '"') {
            const std::size_t from = next;
            if (text_[next] == '\n' && !is_refused) {
                refuse_lines(at);
                is_refused = true;
            }
            if (text_[next] != '\\') {
                const char32_t point = next_code_point(text_, next);
                append(node, from, point);
                continue;
            }
            const char letter = char_at(next + 1);
            next += 2;
            switch (letter) {
                case 'n': append(node, from, U'\n'); break;
                case 't': append(node, from, U'\t'); break;
                case '"': append(node, from, U'"'); break;
                case '\\': append(node, from, U'\\'); break;
                case 'u': {
                    const char32_t point = hex4(next);
                    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
                    if (point > 0xFFFF || is_surrogate || point == 0) {
                        refuse(from, "E107", "\\u 后应为四位十六进制的字符编号",
                               "\\u takes four hex digits of a character");
                    } else {
                        append(node, from, point);
                    }
                    next += std::min<std::size_t>(4, text_.size() - std::min(next, text_.size()));
                    break;
                }
                default:
                    refuse(from, "E107", "双引号中只允许 \\n \\t \\\" \\\\ \\uXXXX",
                           "only \\n \\t \\\" \\\\ \\uXXXX are allowed in double quotes");
            }
        }
        end_ = next + 1;
    }

    // The number written in four hex digits at `at`, or one past every code point.
    char32_t hex4(std::size_t at) const {
        char32_t point = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const char digit = char_at(at + i);
            if (digit >= '0' && digit <= '9')
                point = point * 16 + static_cast<char32_t>(digit - '0');
            else if (digit >= 'a' && digit <= 'f')
                point = point * 16 + static_cast<char32_t>(digit - 'a' + 10);
            else if (digit >= 'A' && digit <= 'F')
                point = point * 16 + static_cast<char32_t>(digit - 'A' + 10);
            else
                return 0x110000;
        }
        return point;
    }

    void read_literal(Node& node, std::size_t at, const std::string& value) {
        node.quoted = true;
        std::size_t next = at + 1;
        if (char_at(next) == '-') ++next;
        if (char_at(next) != ' ' && char_at(next) != '\n' && char_at(next) != '\r') {
            refuse(next, "E107", "| 后只允许写 -", "only - may follow |");
        }
        std::size_t line_start = text_.find('\n', next);
        line_start = line_start == std::string_view::npos ? text_.size() : line_start + 1;
        std::size_t indent = 0;
        for (std::size_t i = line_start; i < text_.size(); ++i) {  // of the first line with text
            if (text_[i] == ' ')
                ++indent;
            else if (text_[i] == '\n' || text_[i] == '\r')
                indent = 0;
            else
                break;
        }
        std::size_t wanted = 0;  // bytes of `value` placed so far
        while (wanted < value.size() && line_start < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', line_start), text_.size());
            std::size_t from = std::min(line_start + indent, end);
            while (from < end && wanted < value.size() && value[wanted] != '\n') {
                std::size_t after = from;
                const char32_t point = next_code_point(text_, after);
                append(node, from, point);
                wanted += after - from;
                from = after;
            }
            if (wanted < value.size() && value[wanted] == '\n') {
                append(node, end, U'\n');
                ++wanted;
            } else {
                break;
            }
            line_start = end + 1;
        }
        if (node.text != value) {  // a shape this walk does not know: the text counts, positions fall back to its start
            node.text = value;
            node.lines.clear();
            node.columns.clear();
        }
        end_ = std::min(line_start, text_.size());
    }

    std::string_view text_;
    const std::string& file_;
    Positions positions_;
    std::vector<Open> stack_;
    std::size_t end_ = 0;  // just past what was read last
};

std::string chinese(const std::string& message) {
    struct Entry {
        std::string_view en, zh;
    };
    static constexpr Entry known[] = {
        {"end of map flow not found", "缺少 }"},
        {"end of sequence flow not found", "缺少 ]"},
        {"end of map not found", "键的缩进不一致"},
        {"end of sequence not found", "列表项的缩进不一致"},
        {"illegal map value", "冒号后不能再写键；文字里有冒号请加单引号"},
        {"illegal block entry", "这里不能写列表项"},
        {"illegal EOF in scalar", "引号没有闭合"},
        {"illegal document indicator in scalar", "引号没有闭合"},
        {"unknown token", "不认识的符号；以符号开头的文字请加单引号"},
        {"the referenced anchor is not defined", "不允许别名 *"},
        {"unknown escape character: ", "双引号中只允许 \\n \\t \\\" \\\\ \\uXXXX"},
    };
    for (const Entry& entry : known) {
        if (message.starts_with(entry.en)) return std::string(entry.zh);
    }
    return "写法有误";
}

std::size_t fault_offset(const YAML::Mark& mark, std::size_t size) {
    return mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), size);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    for (const auto& [name, value] : pairs) {
        if (name.text == key) return &value;
    }
    return nullptr;
}

Result<Node> parse(std::string_view text, const std::string& file) {
    if (text.size() > max_bytes) {
        return failure({file, 0, 0, "E101", format("文件超过 256 KiB（{} 字节）", text.size()),
                        format("the file is larger than 256 KiB ({} bytes)", text.size())});
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        return failure({file, 1, 1, "E101", "文件开头有 BOM，请存为无 BOM 的 UTF-8",
                        "the file begins with a BOM; save it as UTF-8 without one"});
    }
    if (!is_utf8(text)) {
        std::size_t line = 1;
        std::size_t start = 0;
        for (std::size_t end = text.find('\n');
             end != std::string_view::npos && is_utf8(text.substr(start, end - start)); end = text.find('\n', start)) {
            start = end + 1;
            ++line;
        }
        return failure({file, static_cast<int>(line), 0, "E101", "不是 UTF-8 编码", "not UTF-8"});
    }

    StrictReader reader(text, file);
    try {
        reader.look_at_lines();
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        parser.HandleNextDocument(reader);
        if (!reader.has_root) {
            reader.refuse(0, "E112", "文件是空的", "the file is empty");
        }
    } catch (const Stop&) {
    } catch (const YAML::Exception& problem) {
        const Positions positions(text);
        const std::size_t at = fault_offset(problem.mark, text.size());
        const int line = positions.line(at);
        const bool is_known = std::any_of(reader.faults.begin(), reader.faults.end(),
                                          [&](const Fault& fault) { return fault.line == line; });
        if (!is_known) {
            reader.faults.push_back({file, line, positions.column(at), "E113", chinese(problem.msg), problem.msg});
        }
    }
    if (!reader.faults.empty()) {
        std::stable_sort(reader.faults.begin(), reader.faults.end(), [](const Fault& a, const Fault& b) {
            return std::pair(a.line, a.column) < std::pair(b.line, b.column);
        });
        return failure(std::move(reader.faults));
    }
    return std::move(reader.root);
}

}  // namespace ningyi::yaml
