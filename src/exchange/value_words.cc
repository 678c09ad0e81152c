// SPDX-License-Identifier: Apache-2.0
#include "exchange/value_words.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cel/parser.h"
#include "cel/tree.h"
#include "engine/body_value.h"
#include "exchange/audit_tables.h"
#include "exchange/words.h"
#include "rule/explain.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Syntax;
using cel::SyntaxKind;
using cel::Value;
using model::Label;
using rule::Language;

constexpr Millis longest_in_minutes = 10 * hours_ms;  // a longer time reads better in hours
constexpr int deepest_formula = 4;                    // of values computed from computed values
constexpr std::size_t longest_formula = 180;          // bytes of the Chinese words

std::optional<Label> formula(const rule::RuleSet& set, const rule::Rule& rule, const Syntax& node, int depth);

Label joined(const Label& a, std::string_view zh, std::string_view en, const Label& b) {
    return {a.zh + std::string(zh) + b.zh, a.en + std::string(en) + b.en};
}

Label label_of_path(const rule::RuleSet& set, const rule::Rule& rule, const std::string& path, int depth) {
    if (path.starts_with("others.")) {
        const Label label = label_of_path(set, rule, path.substr(7), depth);
        if (label.zh.empty()) return {};
        return {label.zh + "（另一方）", label.en + " (the other one)"};
    }
    const std::size_t dot = path.find('.');
    const std::string first = path.substr(0, dot);
    if (dot != std::string::npos) {
        const std::string rest = path.substr(dot + 1);
        if (const model::Entity* entity = set.dictionary.entity(first)) {
            if (const model::Field* field = entity->field(rest)) return field->label;
        }
        for (const auto& [alias, name] : rule.features) {
            const rule::Feature* feature = alias == first ? set.feature(name) : nullptr;
            if (feature == nullptr) continue;
            return joined(feature->title, " · ", " · ", label_of_fact(set, *feature, rest));
        }
    }
    for (const auto& [local, name] : rule.params) {
        const rule::Param* param = local == path ? set.param(name) : nullptr;
        if (param != nullptr) return param->title;
    }
    for (const auto& [alias, name] : rule.features) {
        const rule::Feature* feature = alias == path ? set.feature(name) : nullptr;
        if (feature != nullptr) return feature->title;
    }
    for (const rule::Let& let : rule.lets) {
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

std::optional<Label> list_of(const rule::RuleSet& set, const rule::Rule& rule, const Syntax& call, int depth) {
    Label all;
    for (const auto& child : call.children) {
        const auto said = child == nullptr ? std::nullopt : formula(set, rule, *child, depth);
        if (!said) return std::nullopt;
        all = all.zh.empty() ? *said : joined(all, "、", " and ", *said);
    }
    return all;
}

std::optional<Label> call_words(const rule::RuleSet& set, const rule::Rule& rule, const Syntax& node, int depth) {
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

std::optional<Label> formula(const rule::RuleSet& set, const rule::Rule& rule, const Syntax& node, int depth) {
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

// Gives expressions what a finding stores; the rest is absent.
class StoredHost final : public cel::Host {
public:
    StoredHost(const cel::Names& names, const engine::Finding& finding) : names_(names), finding_(finding) {}
    Value read(std::uint16_t slot) override {
        Value value = stored_value(finding_, names_.path(slot));
        return value.is_known() ? value : Value::absent(slot);
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

private:
    const cel::Names& names_;
    const engine::Finding& finding_;
};

// The comparisons of amounts that all must hold, as written and as compiled.
struct Compared {
    const cel::Node* node = nullptr;
    const Syntax* syntax = nullptr;
};
void gather(const cel::Node& node, const Syntax& syntax, std::vector<Compared>& into) {
    const bool is_comparison = node.operation == cel::Operation::compare_numbers ||
                               node.operation == cel::Operation::compare_values;  // durations are of the latter
    if (is_comparison && syntax.kind == SyntaxKind::binary) {
        into.push_back({&node, &syntax});
    } else if (node.operation == cel::Operation::conjunction && syntax.kind == SyntaxKind::logic &&
               node.children.size() == syntax.children.size()) {
        for (std::size_t i = 0; i < node.children.size(); ++i) gather(*node.children[i], *syntax.children[i], into);
    }
}

bool is_amount(Kind kind) {
    return kind == Kind::length || kind == Kind::duration || kind == Kind::money || kind == Kind::ratio ||
           kind == Kind::speed || kind == Kind::integer;
}

// What would make it false: the value falls or rises by the difference, or by more than it.
Label escape_words(cel::Comparison comparison, const Value& left, const Value& right, const Zone& zone) {
    const std::int64_t a = left.kind() == Kind::duration ? left.ms() : left.number();
    const std::int64_t b = right.kind() == Kind::duration ? right.ms() : right.number();
    const Label by = value_words(
        engine::value_of_base_text(engine::kind_word(left.kind()), std::to_string(a > b ? a - b : b - a)), zone);
    switch (comparison) {
        case cel::Comparison::greater: return {"少 " + by.zh + "，即不成立", by.en + " less and it would not hold"};
        case cel::Comparison::greater_equal:
            return a == b
                       ? Label{"再少一点即不成立", "any less and it would not hold"}
                       : Label{"少 " + by.zh + "以上，即不成立", "more than " + by.en + " less and it would not hold"};
        case cel::Comparison::less: return {"多 " + by.zh + "，即不成立", by.en + " more and it would not hold"};
        case cel::Comparison::less_equal:
            return a == b
                       ? Label{"再多一点即不成立", "any more and it would not hold"}
                       : Label{"多 " + by.zh + "以上，即不成立", "more than " + by.en + " more and it would not hold"};
        default: return {};
    }
}

std::string_view natural_format(Kind kind) {
    return kind == Kind::length ? "m" : kind == Kind::duration ? "min" : kind == Kind::speed ? "kmh" : "";
}

}  // namespace

std::string moment_text(Instant at, const Zone& zone) {
    const Millis minutes = zone.time_of_day(at) / minutes_ms;
    return format("{} {:02}:{:02}", to_text(zone.date(at)), minutes / 60, minutes % 60);
}

Label path_words(const rule::RuleSet& set, const rule::Rule& rule, const std::string& path) {
    return label_of_path(set, rule, path, 0);
}

Label value_words(const Value& value, const Zone& zone) {
    const auto with = [&](std::string_view zh, std::string_view en) {
        return Label{rule::shown(value, natural_format(value.kind()), Language::zh, zone) + std::string(zh),
                     rule::shown(value, natural_format(value.kind()), Language::en, zone) + std::string(en)};
    };
    switch (value.kind()) {
        case Kind::length: return with(" 米", " m");
        case Kind::duration:
            if (value.ms() >= longest_in_minutes || value.ms() <= -longest_in_minutes)
                return {rule::shown(value, "h1", Language::zh, zone) + " 小时",
                        rule::shown(value, "h1", Language::en, zone) + " h"};
            return with(" 分钟", " min");
        case Kind::money: return {yuan_text(value.number()) + " 元", "¥" + yuan_text(value.number())};
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
        default: return {engine::base_text(value), engine::base_text(value)};
    }
}

std::optional<Label> crossing_words(const rule::RuleSet& set, const rule::Rule& rule, const rule::Clause& clause,
                                    const engine::Finding& finding, const Zone& zone) {
    if (clause.condition.is_empty()) return std::nullopt;
    const auto syntax = cel::parse(clause.condition.text(), {.is_rule = true});
    if (!syntax) return std::nullopt;
    const cel::Expression::Tree& tree = clause.condition.tree();
    std::vector<Compared> all;
    gather(*tree.root, **syntax, all);
    StoredHost host(rule.names, finding);
    std::vector<Value> locals(tree.locals);
    Label text;
    for (const Compared& one : all) {
        if (one.node->comparison == cel::Comparison::equal || one.node->comparison == cel::Comparison::not_equal)
            continue;
        cel::Scope scope{tree, host, zone, locals.data(), tree.budget};
        const Value left = cel::evaluate(*one.node->children[0], scope);
        const Value right = cel::evaluate(*one.node->children[1], scope);
        const auto name = formula(set, rule, *one.syntax->children[0], 0);
        if (!left.is_known() || !right.is_known() || !is_amount(left.kind()) || left.kind() != right.kind() || !name)
            continue;
        const auto limit =
            one.syntax->children[1]->kind == SyntaxKind::literal || one.syntax->children[1]->kind == SyntaxKind::call
                ? std::nullopt
                : formula(set, rule, *one.syntax->children[1], 0);
        const Label value = value_words(left, zone), bound = value_words(right, zone);
        const Label escape = escape_words(one.node->comparison, left, right, zone);
        if (!text.zh.empty()) text = joined(text, "；", "; ", {});
        text.zh += format("{}：{}，界限 {}{}；{}", name->zh, value.zh, bound.zh, limit ? "（" + limit->zh + "）" : "",
                          escape.zh);
        text.en += format("{}: {}, limit {}{}; {}", name->en, value.en, bound.en, limit ? " (" + limit->en + ")" : "",
                          escape.en);
    }
    if (text.zh.empty()) return std::nullopt;
    return text;
}

}  // namespace ningyi::exchange
