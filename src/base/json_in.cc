// SPDX-License-Identifier: Apache-2.0
#include "base/json_in.h"

#include <algorithm>

#include <simdjson.h>

#include "base/json.h"
#include "base/text.h"

namespace ningyi {
namespace {

constexpr std::size_t depth_most = 1024;      // the readers below call themselves once a level
constexpr std::size_t name_points_most = 40;  // of a name repeated in a fault

struct Position {
    int line = 1, column = 1;
};

Position position_of(std::string_view text, std::size_t offset) {
    Position position;
    for (std::size_t at = 0; at < std::min(offset, text.size());) {
        const bool is_end_of_line = text[at] == '\n';
        next_code_point(text, at);
        position.column = is_end_of_line ? 1 : position.column + 1;
        position.line += is_end_of_line ? 1 : 0;
    }
    return position;
}

// A name for a message: cut, and with nothing in it that could pass for the message itself.
std::string shown(std::string_view name) {
    std::size_t end = 0;
    for (std::size_t points = 0; end < name.size() && points < name_points_most; ++points) next_code_point(name, end);
    std::string text = "\"";
    append_json_escaped(text, name.substr(0, end));
    return text + (end < name.size() ? "…\"" : "\"");
}

// Walks the grammar of RFC 8259 to the first byte that breaks it. The parser does not say where it stopped; this does,
// and is asked only then.
class Walk {
public:
    Walk(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

    // True when the text is not JSON, or nested too deep; at() is then where.
    bool finds_fault() {
        if (!value(0)) return true;
        white();
        return at_ < text_.size();
    }
    std::size_t at() const { return at_; }
    bool is_too_deep() const { return is_too_deep_; }

private:
    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool ended() const { return at_ >= text_.size(); }

    void white() {
        while (!ended() && (next() == ' ' || next() == '\t' || next() == '\n' || next() == '\r')) ++at_;
    }

    bool take(char wanted) {
        if (ended() || next() != wanted) return false;
        ++at_;
        return true;
    }

    bool word(std::string_view wanted) {
        for (const char c : wanted) {
            if (!take(c)) return false;
        }
        return true;
    }

    bool digits() {
        const std::size_t from = at_;
        while (!ended() && next() >= '0' && next() <= '9') ++at_;
        return at_ > from;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (next() == 'e' || next() == 'E') {
            ++at_;
            if (!take('+')) take('-');
            if (!digits()) return false;
        }
        return true;
    }

    bool hex(unsigned& unit) {
        unit = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = ended() ? '\0' : next();
            unsigned digit = 0;
            if (c >= '0' && c <= '9') {
                digit = static_cast<unsigned>(c - '0');
            } else if (c >= 'a' && c <= 'f') {
                digit = static_cast<unsigned>(c - 'a') + 10;
            } else if (c >= 'A' && c <= 'F') {
                digit = static_cast<unsigned>(c - 'A') + 10;
            } else {
                return false;
            }
            unit = unit * 16 + digit;
            ++at_;
        }
        return true;
    }

    bool escape() {
        if (!take('u')) {
            if (ended() || std::string_view("\"\\/bfnrt").find(next()) == std::string_view::npos) return false;
            ++at_;
            return true;
        }
        unsigned unit = 0;
        if (!hex(unit)) return false;
        if (unit < 0xD800 || unit > 0xDFFF) return true;
        const std::size_t from = at_;
        unsigned low = 0;
        if (unit <= 0xDBFF && word("\\u") && hex(low) && low >= 0xDC00 && low <= 0xDFFF) return true;
        at_ = from;
        return false;
    }

    bool string() {
        if (!take('"')) return false;
        while (!ended()) {
            const auto byte = static_cast<unsigned char>(next());
            if (byte < 0x20) return false;
            ++at_;
            if (byte == '"') return true;
            if (byte == '\\' && !escape()) return false;
        }
        return false;
    }

    bool members(std::size_t depth) {
        white();
        if (take('}')) return true;
        do {
            white();
            if (!string()) return false;
            white();
            if (!take(':') || !value(depth + 1)) return false;
            white();
        } while (take(','));
        return take('}');
    }

    bool items(std::size_t depth) {
        white();
        if (take(']')) return true;
        do {
            if (!value(depth + 1)) return false;
            white();
        } while (take(','));
        return take(']');
    }

    bool value(std::size_t depth) {
        white();
        switch (next()) {
            case '{':
            case '[':
                is_too_deep_ = depth >= depth_;
                if (is_too_deep_) return false;
                return text_[at_++] == '{' ? members(depth) : items(depth);
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    std::string_view text_;
    std::size_t depth_;
    std::size_t at_ = 0;
    bool is_too_deep_ = false;
};

// The parser takes no integer beyond uint64 or below int64. Written as a real it is read; this writes such integers so.
std::string with_long_integers_as_reals(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 64);
    bool is_inside_text = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const bool is_number = (c >= '0' && c <= '9') || c == '-';
        if (is_inside_text || !is_number) {
            out += c;
            if (c == '"') is_inside_text = !is_inside_text;
            if (c == '\\' && is_inside_text && at + 1 < text.size()) out += text[++at];
            continue;
        }
        const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", at), text.size());
        const std::string_view number = text.substr(at, end - at);
        out += number;
        const bool is_integer = number.find_first_of("+.eE") == std::string_view::npos;
        if (is_integer && !to_integer(number)) out += "e0";
        at = end - 1;
    }
    return out;
}

// True when each escaped surrogate (\uD83D\uDE00) stands with its other half. The parser takes some that do not.
bool has_whole_surrogates(std::string_view text) {
    if (text.find("\\u") == std::string_view::npos) return true;
    return !Walk(text, depth_most).finds_fault();
}

class Builder {
public:
    explicit Builder(JsonLimits limits) : limits_(limits) {}
    Faults faults;  // none when it is nested too deep

    bool build(const simdjson::dom::element& element, std::size_t depth, JsonValue& out) {
        if (++values_ > limits_.values) {
            return refuse("E124", format("JSON 中的值超过 {} 个", limits_.values),
                          format("the JSON has more than {} values", limits_.values));
        }
        switch (element.type()) {
            case simdjson::dom::element_type::ARRAY: return build_list(element, depth, out);
            case simdjson::dom::element_type::OBJECT: return build_object(element, depth, out);
            case simdjson::dom::element_type::INT64:
                out.kind = JsonValue::Kind::integer;
                out.integer = std::int64_t(element);
                out.real = static_cast<double>(out.integer);
                return true;
            case simdjson::dom::element_type::UINT64:
                out.kind = JsonValue::Kind::real;
                out.real = static_cast<double>(std::uint64_t(element));
                return true;
            case simdjson::dom::element_type::DOUBLE:
                out.kind = JsonValue::Kind::real;
                out.real = double(element);
                return true;
            case simdjson::dom::element_type::STRING:
                out.kind = JsonValue::Kind::text;
                out.text = std::string(std::string_view(element));
                return true;
            case simdjson::dom::element_type::BOOL:
                out.kind = JsonValue::Kind::boolean;
                out.boolean = bool(element);
                return true;
            case simdjson::dom::element_type::NULL_VALUE: return true;
        }
        return true;
    }

private:
    bool refuse(const char* code, std::string zh, std::string en) {
        faults.push_back({"", 0, 0, code, std::move(zh), std::move(en)});
        return false;
    }

    bool build_list(const simdjson::dom::array& list, std::size_t depth, JsonValue& out) {
        out.kind = JsonValue::Kind::list;
        if (depth >= limits_.depth) return false;
        for (const simdjson::dom::element item : list) {
            out.list.emplace_back();
            if (!build(item, depth + 1, out.list.back())) return false;
        }
        return true;
    }

    bool build_object(const simdjson::dom::object& object, std::size_t depth, JsonValue& out) {
        out.kind = JsonValue::Kind::object;
        if (depth >= limits_.depth) return false;
        for (const simdjson::dom::key_value_pair member : object) {
            out.members.emplace_back(std::string(member.key), JsonValue{});
            if (!build(member.value, depth + 1, out.members.back().second)) return false;
        }
        std::vector<std::string_view> names;
        names.reserve(out.members.size());
        for (const auto& [name, value] : out.members) names.push_back(name);
        std::sort(names.begin(), names.end());
        const auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice == names.end()) return true;
        return refuse("E123", format("JSON 对象中的名称 {} 出现两次", shown(*twice)),
                      format("the name {} stands twice in one JSON object", shown(*twice)));
    }

    JsonLimits limits_;
    std::size_t values_ = 0;
};

Fault fault_of(std::string_view text, const JsonLimits& limits) {
    Walk walk(text, limits.depth);
    if (!walk.finds_fault()) {  // written well, and still not to be read
        return {"", 0, 0, "E121", "JSON 中有无法表示的数字", "the JSON has a number beyond what can be kept"};
    }
    const Position position = position_of(text, walk.at());
    Fault fault{"", position.line, position.column, "E121", "此处不符合 JSON 写法", "not JSON from here on"};
    if (walk.is_too_deep()) {
        fault.code = "E124";
        fault.zh = format("JSON 嵌套超过 {} 层", limits.depth);
        fault.en = format("the JSON is nested deeper than {} levels", limits.depth);
    } else if (walk.at() >= text.size()) {
        fault.zh = "JSON 不完整";
        fault.en = "the JSON ends too early";
    }
    return fault;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
    for (const auto& [member, value] : members) {
        if (member == name) return &value;
    }
    return nullptr;
}

Result<JsonValue> read_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes) {
        return failure({"", 0, 0, "E124", format("JSON 超过 {} 字节", limits.bytes),
                        format("the JSON is larger than {} bytes", limits.bytes)});
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (!is_utf8(text)) return failure({"", 0, 0, "E122", "JSON 不是 UTF-8 编码", "the JSON is not UTF-8"});

    const JsonLimits bounds{limits.bytes, std::min(limits.depth, depth_most), limits.values};
    simdjson::dom::parser parser;
    if (const auto problem = parser.allocate(std::max<std::size_t>(text.size() + 64, 1024), bounds.depth + 2)) {
        throw MachineError(format("JSON parser: {}", simdjson::error_message(problem)));
    }
    simdjson::padded_string padded(text);
    simdjson::dom::element root;
    simdjson::error_code problem = parser.parse(padded).get(root);
    if (problem == simdjson::NUMBER_ERROR) {
        padded = simdjson::padded_string(with_long_integers_as_reals(text));
        problem = parser.parse(padded).get(root);
    }
    if (problem == simdjson::MEMALLOC) throw MachineError("JSON parser: out of memory");
    if (problem != simdjson::SUCCESS || !has_whole_surrogates(text)) return failure(fault_of(text, bounds));

    Builder builder(bounds);
    JsonValue value;
    if (builder.build(root, 0, value)) return value;
    return failure(builder.faults.empty() ? Faults{fault_of(text, bounds)} : std::move(builder.faults));
}

}  // namespace ningyi
