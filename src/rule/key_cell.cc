// SPDX-License-Identifier: Apache-2.0
#include "rule/key_cell.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

constexpr std::size_t most_values_of_a_cell = 1000;

bool has_range(cel::Kind kind) {
    return has_order(kind) || kind == cel::Kind::date || kind == cel::Kind::timestamp;
}

bool same(const cel::Value& a, const cel::Value& b) {
    if (a.kind() != b.kind()) return false;
    return a.kind() == cel::Kind::string ? a.text() == b.text() : cel::equal(a, b);
}

// A part of a cell as a node of its own, so that faults name its place.
yaml::Node part_of(const yaml::Node& node, std::size_t at, std::string_view text) {
    yaml::Node part;
    part.text = trimmed(text);
    const std::size_t skipped = text.find_first_not_of(' ');
    const std::size_t code_point =
        code_points(std::string_view(node.text).substr(0, at)) + (skipped == std::string_view::npos ? 0 : skipped);
    std::tie(part.line, part.column) = place_in(node, code_point);
    return part;
}

class CellReader {
public:
    CellReader(const yaml::Node& node, const cel::Type& type, const std::string& file, Faults& faults)
        : node_(node), type_(type), file_(file), faults_(faults) {}

    std::optional<KeyCell> read() {
        if (node_.is_list()) return list();
        if (!node_.is_scalar()) {
            return refuse("E201", "这里应为值、列表或范围", "a value, a list or a range is expected here");
        }
        const std::string_view text = trimmed(node_.text);
        if (text == "-") return KeyCell{.said = "-"};
        if (has_range(type_.kind)) {
            for (const std::string_view sign : {">=", "<=", ">", "<"}) {
                if (text.starts_with(sign)) return comparison(sign);
            }
            if (text.find("..") != std::string_view::npos) return range(text);
        }
        std::optional<cel::Value> value = read_value(node_, type_, file_, faults_);
        if (!value) return std::nullopt;
        KeyCell cell{.kind = KeyCell::Kind::one_of, .said = exact_text(*value)};
        cell.values.push_back(std::move(*value));
        return cell;
    }

private:
    std::nullopt_t refuse(const char* code, std::string zh, std::string en) {
        faults_.push_back(yaml::fault_at(file_, node_, code, std::move(zh), std::move(en)));
        return std::nullopt;
    }

    // `[18..65]` without quotes is a YAML list of one: a closed range.
    std::optional<KeyCell> list() {
        if (has_range(type_.kind) && node_.items.size() == 1 && node_.items[0].is_scalar() &&
            node_.items[0].text.find("..") != std::string::npos) {
            yaml::Node written = node_.items[0];
            const yaml::Node whole = part_of(written, 0, written.text);
            return CellReader(whole, type_, file_, faults_).range("[" + whole.text + "]");
        }
        KeyCell cell{.kind = KeyCell::Kind::one_of};
        std::vector<std::string> said;
        for (const yaml::Node& item : node_.items) {
            std::optional<cel::Value> value = read_value(item, type_, file_, faults_);
            if (!value) return std::nullopt;
            const bool is_known = std::any_of(cell.values.begin(), cell.values.end(),
                                              [&](const cel::Value& other) { return same(other, *value); });
            if (is_known) continue;
            said.push_back(exact_text(*value));
            cell.values.push_back(std::move(*value));
        }
        if (cell.values.empty() || cell.values.size() > most_values_of_a_cell) {
            return refuse("E204", format("列表应有 1 至 {} 个值；不限请写 '-'", most_values_of_a_cell),
                          format("a list has 1 to {} values; write '-' for anything", most_values_of_a_cell));
        }
        cell.said = said.size() == 1 ? said[0] : "[" + join(said, ",") + "]";
        return cell;
    }

    std::optional<std::int64_t> bound(std::string_view text) {
        const std::size_t at = static_cast<std::size_t>(
            std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(node_.text.find(trimmed(text))), 0));
        const std::optional<cel::Value> value = read_value(part_of(node_, at, trimmed(text)), type_, file_, faults_);
        if (!value) return std::nullopt;
        return amount_of(*value);
    }

    // Open ends become closed ones: amounts are whole.
    std::optional<KeyCell> closed(std::int64_t least, std::int64_t most, bool is_empty) {
        if (is_empty || least > most) {
            return refuse("E206", format("范围“{}”里没有任何值", node_.text),
                          format("the range \"{}\" holds no value", node_.text));
        }
        return KeyCell{.kind = KeyCell::Kind::range, .values = {}, .least = least, .most = most, .said = node_.text};
    }

    std::optional<KeyCell> comparison(std::string_view sign) {
        const std::string_view text = trimmed(node_.text);
        const std::optional<std::int64_t> limit = bound(text.substr(sign.size()));
        if (!limit) return std::nullopt;
        if (sign == ">=") return closed(*limit, INT64_MAX, false);
        if (sign == "<=") return closed(INT64_MIN, *limit, false);
        if (sign == ">") return closed(*limit == INT64_MAX ? *limit : *limit + 1, INT64_MAX, *limit == INT64_MAX);
        return closed(INT64_MIN, *limit == INT64_MIN ? *limit : *limit - 1, *limit == INT64_MIN);
    }

    std::optional<KeyCell> range(std::string_view text) {
        const bool opens = text.starts_with('[') || text.starts_with('(');
        const bool closes = text.ends_with(']') || text.ends_with(')');
        const std::size_t dots = text.find("..");
        if (!opens || !closes || text.size() < 6) {
            return refuse("E204", "范围应写成如 '[18..65)'，方括号含端点，圆括号不含",
                          "a range is written like '[18..65)': brackets include the end, parentheses do not");
        }
        const std::optional<std::int64_t> low = bound(text.substr(1, dots - 1));
        const std::optional<std::int64_t> high = bound(text.substr(dots + 2, text.size() - dots - 3));
        if (!low || !high) return std::nullopt;
        const bool skips_low = text.front() == '(';
        const bool skips_high = text.back() == ')';
        if ((skips_low && *low == INT64_MAX) || (skips_high && *high == INT64_MIN)) return closed(0, 0, true);
        return closed(skips_low ? *low + 1 : *low, skips_high ? *high - 1 : *high, false);
    }

    const yaml::Node& node_;
    const cel::Type& type_;
    const std::string& file_;
    Faults& faults_;
};

bool in_range(const KeyCell& range, const cel::Value& value) {
    const std::int64_t amount = amount_of(value);
    return range.least <= amount && amount <= range.most;
}

}  // namespace

std::optional<KeyCell> read_key_cell(const yaml::Node& node, const cel::Type& type, const std::string& file,
                                     Faults& faults) {
    return CellReader(node, type, file, faults).read();
}

bool fits(const KeyCell& cell, const cel::Value& value) {
    if (!value.is_known()) return false;
    switch (cell.kind) {
        case KeyCell::Kind::any: return true;
        case KeyCell::Kind::range: return in_range(cell, value);
        case KeyCell::Kind::one_of: break;
    }
    return std::any_of(cell.values.begin(), cell.values.end(), [&](const cel::Value& one) { return same(one, value); });
}

bool can_meet(const KeyCell& a, const KeyCell& b) {
    if (a.kind == KeyCell::Kind::any || b.kind == KeyCell::Kind::any) return true;
    if (a.kind == KeyCell::Kind::one_of) {
        return std::any_of(a.values.begin(), a.values.end(), [&](const cel::Value& one) { return fits(b, one); });
    }
    if (b.kind == KeyCell::Kind::one_of) return can_meet(b, a);
    return a.least <= b.most && b.least <= a.most;
}

}  // namespace ningyi::rule
