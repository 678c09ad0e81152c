// SPDX-License-Identifier: Apache-2.0
#include "rule/value_words.h"

#include "base/text.h"
#include "cel/parser.h"
#include "rule/explain.h"
#include "rule/fact_words.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Syntax;
using cel::SyntaxKind;
using cel::Value;

constexpr Millis longest_in_minutes = 10 * hours_ms;  // a longer time reads better in hours
constexpr int deepest_formula = 4;                    // of values computed from computed values
constexpr std::size_t longest_formula = 180;          // bytes of the Chinese words

std::optional<Label> formula(const RuleSet& set, const Rule& rule, const Syntax& node, int depth);

Label joined(const Label& a, std::string_view zh, std::string_view en, const Label& b) {
    return {a.zh + std::string(zh) + b.zh, a.en + std::string(en) + b.en};
}

const model::Field* field_of_entity(const RuleSet& set, const std::string& entity, const std::string& field) {
    const model::Entity* found = set.dictionary.entity(entity);
    return found == nullptr ? nullptr : found->field(field);
}

// The verdict of a measure in words; any other word as it is.
Label word_words(const std::string& word) {
    if (word == "supported") return {"支持", word};
    if (word == "contradicted") return {"矛盾", word};
    if (word == "insufficient") return {"证据不足", word};
    return {word, word};
}

Label label_of_path(const RuleSet& set, const Rule& rule, const std::string& path, int depth) {
    if (path.starts_with("others.")) {
        const Label label = label_of_path(set, rule, path.substr(7), depth);
        if (label.zh.empty()) return {};
        return {label.zh + "（另一方）", label.en + " (the other one)"};
    }
    const std::size_t dot = path.find('.');
    const std::string first = path.substr(0, dot);
    if (dot != std::string::npos) {
        const std::string rest = path.substr(dot + 1);
        if (const model::Field* field = field_of_entity(set, first, rest)) return field->label;
        for (const auto& [alias, name] : rule.features) {
            const Feature* feature = alias == first ? set.feature(name) : nullptr;
            if (feature == nullptr) continue;
            return joined(feature->title, " · ", " · ", label_of_fact(set, *feature, rest));
        }
    }
    for (const auto& [local, name] : rule.params) {
        const Param* param = local == path ? set.param(name) : nullptr;
        if (param != nullptr) return param->title;
    }
    for (const auto& [alias, name] : rule.features) {
        const Feature* feature = alias == path ? set.feature(name) : nullptr;
        if (feature != nullptr) return feature->title;
    }
    for (const Let& let : rule.lets) {
        if (let.name != path || depth >= deepest_formula) continue;
        const auto tree = cel::parse(let.expression.text(), {.is_rule = true});
        const auto said = tree ? formula(set, rule, **tree, depth + 1) : std::nullopt;
        if (said && said->zh.size() <= longest_formula) return *said;
    }
    return {};
}

// "order.elder.home" of nested selections; "" when it is something else.
std::string path_of(const Syntax& node) {
    if (node.kind == SyntaxKind::identifier) return node.name;
    if (node.kind != SyntaxKind::select || node.is_test || node.children.empty()) return {};
    const std::string owner = path_of(*node.children[0]);
    return owner.empty() ? "" : owner + "." + node.name;
}

std::optional<Label> list_of(const RuleSet& set, const Rule& rule, const Syntax& call, int depth) {
    Label all;
    for (const auto& child : call.children) {
        const auto said = child == nullptr ? std::nullopt : formula(set, rule, *child, depth);
        if (!said) return std::nullopt;
        all = all.zh.empty() ? *said : joined(all, "、", " and ", *said);
    }
    return all;
}

std::optional<Label> call_words(const RuleSet& set, const Rule& rule, const Syntax& node, int depth) {
    // math.greatest(…) is a call of a method of `math`.
    const bool is_math = node.is_method && !node.children.empty() && path_of(*node.children[0]) == "math";
    if (is_math && (node.name == "greatest" || node.name == "least")) {
        Label all;
        for (std::size_t i = 1; i < node.children.size(); ++i) {
            const auto said = formula(set, rule, *node.children[i], depth);
            if (!said) return std::nullopt;
            all = all.zh.empty() ? *said : joined(all, "、", " and ", *said);
        }
        const bool is_most = node.name == "greatest";
        return Label{"（" + all.zh + "）中" + (is_most ? "较大者" : "较小者"),
                     std::string(is_most ? "the larger of (" : "the smaller of (") + all.en + ")"};
    }
    if (node.is_method) return std::nullopt;
    const auto arguments = list_of(set, rule, node, depth);
    if (!arguments) return std::nullopt;
    if (node.name == "math.greatest")
        return Label{"（" + arguments->zh + "）中较大者", "the larger of (" + arguments->en + ")"};
    if (node.name == "math.least")
        return Label{"（" + arguments->zh + "）中较小者", "the smaller of (" + arguments->en + ")"};
    if (node.name == "on") return Label{arguments->zh + "当日", "day of " + arguments->en};
    if (node.name == "times" && node.children.size() == 2) {
        const auto a = formula(set, rule, *node.children[0], depth), b = formula(set, rule, *node.children[1], depth);
        return joined(*a, " × ", " × ", *b);
    }
    struct Unit {
        std::string_view name, zh, en;
    };
    constexpr Unit units[] = {{"m", "米", "m"},           {"km", "公里", "km"},   {"seconds", "秒", "s"},
                              {"minutes", "分钟", "min"}, {"hours", "小时", "h"}, {"days", "天", "days"},
                              {"yuan", "元", "yuan"},     {"percent", "%", "%"},  {"fen", "分", "fen"}};
    for (const Unit& unit : units) {
        if (node.name == unit.name && node.children.size() == 1)
            return Label{arguments->zh + " " + std::string(unit.zh), arguments->en + " " + std::string(unit.en)};
    }
    return std::nullopt;
}

std::optional<Label> formula(const RuleSet& set, const Rule& rule, const Syntax& node, int depth) {
    switch (node.kind) {
        case SyntaxKind::identifier:
        case SyntaxKind::select: {
            const std::string path = path_of(node);
            const Label label = path.empty() ? Label{} : label_of_path(set, rule, path, depth);
            if (label.zh.empty()) return std::nullopt;
            return label;
        }
        case SyntaxKind::literal:
            if (node.value.kind() != Kind::integer) return std::nullopt;
            return Label{std::to_string(node.value.number()), std::to_string(node.value.number())};
        case SyntaxKind::binary: {
            const std::string sign = node.name == "+"   ? " + "
                                     : node.name == "-" ? " − "
                                     : node.name == "*" ? " × "
                                                        : "";
            const auto a = formula(set, rule, *node.children[0], depth),
                       b = formula(set, rule, *node.children[1], depth);
            if (sign.empty() || !a || !b) return std::nullopt;
            return joined(*a, sign, sign, *b);
        }
        case SyntaxKind::conditional: {
            const auto a = formula(set, rule, *node.children[1], depth),
                       b = formula(set, rule, *node.children[2], depth);
            if (!a || !b) return std::nullopt;
            return Label{"（" + a->zh + " 或 " + b->zh + "）", "(" + a->en + " or " + b->en + ")"};
        }
        case SyntaxKind::call: return call_words(set, rule, node, depth);
        default: return std::nullopt;
    }
}

// "1,234.50"
std::string grouped_yuan(std::int64_t fen) {
    const std::int64_t size = fen < 0 ? -fen : fen;
    const Value whole = Value::of(Kind::money, size - size % 100);
    return format("{}{}.{:02}", fen < 0 ? "-" : "", shown(whole, "yuan", Language::en, Zone::china()), size % 100);
}

std::string_view natural_format(Kind kind) {
    return kind == Kind::length ? "m" : kind == Kind::duration ? "min" : kind == Kind::speed ? "kmh" : "";
}

}  // namespace

std::string moment_text(Instant at, const Zone& zone) {
    const Millis minutes = zone.time_of_day(at) / minutes_ms;
    return format("{} {:02}:{:02}", to_text(zone.date(at)), minutes / 60, minutes % 60);
}

Label path_words(const RuleSet& set, const Rule& rule, const std::string& path) {
    return label_of_path(set, rule, path, 0);
}

std::optional<Label> formula_words(const RuleSet& set, const Rule& rule, const Syntax& node) {
    return formula(set, rule, node, 0);
}

const model::Field* field_behind(const RuleSet& set, const Rule& rule, const std::string& path) {
    if (path.starts_with("others.")) return field_behind(set, rule, path.substr(7));
    const std::size_t dot = path.find('.');
    if (dot == std::string::npos) return nullptr;
    const std::string first = path.substr(0, dot), rest = path.substr(dot + 1);
    if (const model::Field* field = field_of_entity(set, first, rest)) return field;
    for (const auto& [alias, name] : rule.features) {
        const Feature* feature = alias == first ? set.feature(name) : nullptr;
        if (feature != nullptr) return field_of_fact(set, *feature, rest);
    }
    return nullptr;
}

Label value_words(const Value& value, const Zone& zone) {
    const auto with = [&](std::string_view zh, std::string_view en) {
        return Label{shown(value, natural_format(value.kind()), Language::zh, zone) + std::string(zh),
                     shown(value, natural_format(value.kind()), Language::en, zone) + std::string(en)};
    };
    switch (value.kind()) {
        case Kind::length: return with(" 米", " m");
        case Kind::duration:
            if (value.ms() >= longest_in_minutes || value.ms() <= -longest_in_minutes)
                return {shown(value, "h1", Language::zh, zone) + " 小时",
                        shown(value, "h1", Language::en, zone) + " h"};
            return with(" 分钟", " min");
        case Kind::money: return {grouped_yuan(value.number()) + " 元", "¥" + grouped_yuan(value.number())};
        case Kind::speed: return with(" 公里/小时", " km/h");
        case Kind::ratio: {
            const std::int64_t permille = (value.number() + (value.number() < 0 ? -500 : 500)) / 1000;
            const std::int64_t size = permille < 0 ? -permille : permille;
            std::string text = format("{}{}", permille < 0 ? "-" : "", size / 10);
            if (size % 10 != 0) text += format(".{}", size % 10);
            return {text + " %", text + " %"};
        }
        case Kind::timestamp: {
            const std::string text = moment_text(Instant{value.ms()}, zone);
            return {text, text};
        }
        case Kind::boolean: return value.is_true() ? Label{"是", "yes"} : Label{"否", "no"};
        case Kind::date: {
            const std::string text = to_text(Date{static_cast<std::int32_t>(value.number())});
            return {text, text};
        }
        case Kind::list: {
            Label all;
            for (const Value& item : value.list()) {
                const Label said = value_words(item, zone);
                all = all.zh.empty() ? said : joined(all, ",", ",", said);
            }
            return all;
        }
        case Kind::string: return word_words(value.text());
        case Kind::integer: return {std::to_string(value.number()), std::to_string(value.number())};
        default: return {};
    }
}

Label value_words(const RuleSet& set, const Rule& rule, const std::string& path, const Value& value, const Zone& zone) {
    const model::Field* field = field_behind(set, rule, path);
    if (field == nullptr || field->words.empty()) return value_words(value, zone);
    if (value.kind() == Kind::string) {
        const Label* label = field->label_of_word(value.text());
        if (label != nullptr) return *label;
    }
    if (value.kind() == Kind::list) {
        Label all;
        for (const Value& item : value.list()) {
            const Label said = value_words(set, rule, path, item, zone);
            all = all.zh.empty() ? said : joined(all, "、", ", ", said);
        }
        return all;
    }
    return value_words(value, zone);
}

}  // namespace ningyi::rule
