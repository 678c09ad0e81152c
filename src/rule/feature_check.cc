// SPDX-License-Identifier: Apache-2.0
// Checks a feature against everything else that is declared, and fills what is made at load.
#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "rule/feature.h"
#include "rule/names.h"
#include "rule/rule.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

// Everything one feature is checked with.
struct Check {
    Feature& feature;
    const RuleSet& set;
    const MeasureShapes& shapes;
    Faults& faults;
    const model::Entity* a = nullptr;
    const model::Entity* b = nullptr;

    void refuse(int line, int column, const char* code, std::string zh, std::string en) {
        faults.push_back({feature.file, line, column, code, std::move(zh), std::move(en)});
    }
    void refuse(const char* code, std::string zh, std::string en) {
        refuse(feature.line, feature.column, code, std::move(zh), std::move(en));
    }

    const model::Entity* record(std::string_view letter) const {
        return letter == "a" ? a : letter == "b" ? b : nullptr;
    }

    // The field of "a.served", "b.elder.home"; also "elder.household_id" and "served" of `of_letter`. Null and a fault
    // else.
    const model::Field* field(std::string_view path, std::string_view of_letter, int line, int column) {
        std::vector<std::string_view> parts = split(path, '.');
        if (parts[0] == "a" || parts[0] == "b") parts.erase(parts.begin());
        const std::string_view letter = path.starts_with("a.") ? "a" : path.starts_with("b.") ? "b" : of_letter;
        const model::Entity* owner = record(letter);
        if (owner == nullptr || parts.empty() || parts.size() > 2) {
            refuse(line, column, "E501", format("“{}”不是字段", path), format("\"{}\" is no field", path));
            return nullptr;
        }
        if (parts.size() == 2) {
            const auto refers = [&](const model::Field& one) { return one.ref == parts[0]; };
            const bool is_reached = std::any_of(owner->fields.begin(), owner->fields.end(), refers);
            owner = is_reached ? set.dictionary.entity(parts[0]) : nullptr;
        }
        const model::Field* found = owner == nullptr ? nullptr : owner->field(parts.back());
        if (found == nullptr) {
            std::vector<std::string_view> names;
            if (owner != nullptr)
                for (const model::Field& one : owner->fields) names.push_back(one.name);
            const std::string_view like = closest(parts.back(), names);
            refuse(line, column, "E501", format("没有字段 {}{}", path, like.empty() ? "" : format("，是否 {}？", like)),
                   format("there is no field {}{}", path, like.empty() ? "" : format(", did you mean {}?", like)));
        }
        return found;
    }

    cel::Expression compile(const yaml::Node& node, const std::optional<cel::Type>& expected) {
        cel::Place place{feature.file, node.line, node.column, node.lines, node.columns};
        Result<cel::Expression> read = cel::compile(node.text, feature.names, expected, place);
        if (read) return *read;
        faults.insert(faults.end(), read.error().begin(), read.error().end());
        return {};
    }

    void check_source() {
        if (feature.from.empty()) return;
        const model::EventType* event = set.dictionary.event(feature.from);
        if (event == nullptr) {
            std::vector<std::string_view> names;
            for (const model::EventType& known : set.dictionary.events) names.push_back(known.name);
            const std::string_view like = closest(feature.from, names);
            refuse("E502",
                   format("特征 {}：没有事件 {}{}", feature.name, feature.from,
                          like.empty() ? "" : format("，是否 {}？", like)),
                   format("feature {}: there is no event {}{}", feature.name, feature.from,
                          like.empty() ? "" : format(", did you mean {}?", like)));
            return;
        }
        b = set.dictionary.entity(event->subject);
    }

    void check_key(const std::vector<std::pair<std::string, std::string>>& key) {
        if (b == nullptr) return;
        for (const auto& [mine, other] : key) {
            const model::Field* left = field(mine, "a", feature.line, feature.column);
            const model::Field* right = field(other, "b", feature.line, feature.column);
            if (left == nullptr || right == nullptr) continue;
            const std::optional<cel::Type> left_type = type_of_field(*left);
            const std::optional<cel::Type> right_type = type_of_field(*right);
            if (!left_type || !right_type || left_type->kind != right_type->kind || left_type->kind == Kind::list) {
                refuse("E401", format("特征 {} 的键 {} 与 {} 类型不同", feature.name, mine, other),
                       format("feature {}: keys {} and {} differ in type", feature.name, mine, other));
            }
        }
    }

    void add_fact(std::string name, cel::Type type, int level = 1) {
        feature.facts.push_back({std::move(name), std::move(type), level});
    }

    // A fact of a measure beside those that the kind has by itself.
    void add_measured(const std::string& name, const cel::Type& type) {
        for (const Feature::Fact& fact : feature.facts) {
            if (fact.name == name)
                refuse("E507", format("{} 的结果 {} 与内置结果同名", feature.fn, name),
                       format("result {} of {} has the name of a built-in one", name, feature.fn));
        }
        add_fact(name, type);
    }

    void add_verdict() {
        cel::Type verdict = cel::type_of(Kind::string);
        verdict.words = std::make_shared<const std::vector<std::string>>(
            std::vector<std::string>{"supported", "contradicted", "insufficient"});
        add_fact("verdict", verdict);
        add_fact("limits", cel::type_of(Kind::string));
        add_fact("strength", cel::type_of(Kind::integer));
    }

    const MeasureShape* shape(const std::string& fn) const {
        const auto found =
            std::find_if(shapes.begin(), shapes.end(), [&](const MeasureShape& known) { return known.name == fn; });
        return found == shapes.end() ? nullptr : &*found;
    }

    void add_out() {
        for (const Binding& binding : feature.out) {
            const model::Field* source =
                b == nullptr ? nullptr : field(binding.text, "b", binding.line, binding.column);
            if (source == nullptr) continue;
            const std::optional<cel::Type> type = type_of_field(*source);
            if (!type) {
                refuse(binding.line, binding.column, "E401", format("{} 不能作为结果", binding.text),
                       format("{} cannot be a result", binding.text));
                continue;
            }
            for (const Feature::Fact& fact : feature.facts) {
                if (fact.name == binding.name)
                    refuse(binding.line, binding.column, "E507", format("结果 {} 重复", binding.name),
                           format("result {} is given twice", binding.name));
            }
            add_fact(binding.name, *type, source->level);
        }
    }

    void check_where() {
        if (!feature.where.empty()) feature.where_expression = compile(feature.where_node, cel::type_of(Kind::boolean));
    }

    void check_window() {
        cel::Type type = cel::type_of(Kind::integer);
        if (!feature.of.empty()) {
            feature.of_expression = compile(feature.of_node, std::nullopt);
            if (feature.of_expression.is_empty()) return;
            const Kind kind = feature.of_expression.type().kind;
            const bool is_amount = kind == Kind::integer || kind == Kind::length || kind == Kind::money ||
                                   kind == Kind::speed || kind == Kind::ratio || kind == Kind::duration;
            const bool is_ordered = is_amount || kind == Kind::date || kind == Kind::timestamp;
            const bool is_enough =
                feature.agg == Aggregate::count || feature.agg == Aggregate::distinct ||
                (feature.agg == Aggregate::sum || feature.agg == Aggregate::avg ? is_amount : is_ordered);
            if (!is_enough) {
                refuse(feature.of_node.line, feature.of_node.column, "E401",
                       format("不能对{}做这种汇总", cel::to_text(feature.of_expression.type())),
                       format("{} cannot be aggregated so", cel::to_text(feature.of_expression.type())));
            }
            if (feature.agg != Aggregate::count && feature.agg != Aggregate::distinct)
                type = feature.of_expression.type();
        }
        add_fact("", type);
    }

    void check_overlap() {
        add_fact("count", cel::type_of(Kind::integer));
        add_fact("lasts", cel::type_of(Kind::duration));
        add_out();
        const auto check_time = [&](const std::string& name, const char* letter) {
            if (record(letter) == nullptr) return;
            const model::Field* one = field(name, letter, feature.line, feature.column);
            if (one != nullptr && one->type != model::FieldType::timestamp) {
                refuse("E401", format("interval 的 {} 应为时间", name),
                       format("{} of interval must be a timestamp", name));
            }
        };
        for (const std::string& name : {feature.own_start, feature.own_end}) check_time(name, "a");
        for (const std::string& name : {feature.interval_start, feature.interval_end}) check_time(name, "b");
    }

    void check_register() {
        b = set.dictionary.entity(feature.register_entity);
        if (b == nullptr) {
            refuse("E502", format("特征 {}：没有实体 {}", feature.name, feature.register_entity),
                   format("feature {}: there is no entity {}", feature.name, feature.register_entity));
        }
        add_pair_names(set.dictionary, a, nullptr, feature.names);
        feature.id_expression = compile(feature.id_node, cel::type_of(Kind::string));
        if (!feature.at.empty()) {
            const model::Field* at = field(feature.at, "a", feature.line, feature.column);
            if (at != nullptr && at->type != model::FieldType::timestamp && at->type != model::FieldType::date) {
                refuse("E401", "at 应为时间或日期字段", "`at` must be a timestamp or date field");
            }
        }
        add_fact("found", cel::type_of(Kind::boolean));
        add_out();
    }

    // An argument: a field of a or b, a parameter, or a literal quantity or number.
    void check_argument(const Binding& binding, std::string_view text) {
        if (text.starts_with("a.") || text.starts_with("b.")) {
            field(text, "a", binding.line, binding.column);
            return;
        }
        if (set.param(text) != nullptr || parse_quantity(text) || to_integer(text) || text == "true" || text == "false")
            return;
        refuse(binding.line, binding.column, "E502", format("参数“{}”既不是字段，也不是参数名或带单位的数量", text),
               format("argument \"{}\" is neither a field, a parameter nor a quantity", text));
    }

    // A track argument is a track field of a or b themselves.
    void check_track_argument(const Binding& binding) {
        const std::string_view text = binding.text;
        const bool is_field =
            (text.starts_with("a.") || text.starts_with("b.")) && text.substr(2).find('.') == text.npos;
        const model::Field* one = is_field ? field(text, "a", binding.line, binding.column) : nullptr;
        if (is_field && (one == nullptr || one->type == model::FieldType::track)) return;
        refuse(binding.line, binding.column, "E401", format("参数 {} 应为 a 或 b 的轨迹字段", binding.name),
               format("argument {} must be a track field of a or b", binding.name));
    }

    void check_arguments(const std::string& fn, const std::vector<Binding>& args, bool may_lack) {
        const MeasureShape* called = shape(fn);
        if (called == nullptr) {
            std::vector<std::string_view> names;
            for (const MeasureShape& known : shapes) names.push_back(known.name);
            const std::string_view like = closest(fn, names);
            refuse("E502", format("没有比对方法 {}{}", fn, like.empty() ? "" : format("，是否 {}？", like)),
                   format("there is no measure {}{}", fn, like.empty() ? "" : format(", did you mean {}?", like)));
            return;
        }
        for (const Binding& binding : args) {
            const auto known =
                std::find_if(called->parameters.begin(), called->parameters.end(),
                             [&](const MeasureShape::Parameter& one) { return one.name == binding.name; });
            if (known == called->parameters.end()) {
                std::vector<std::string> names;
                for (const MeasureShape::Parameter& one : called->parameters) names.push_back(one.name);
                refuse(binding.line, binding.column, "E501",
                       format("{} 没有参数 {}，可用：{}", fn, binding.name, join(names, " ")),
                       format("{} takes no {}; it takes {}", fn, binding.name, join(names, " ")));
            } else if (known->takes == MeasureShape::Takes::track) {
                check_track_argument(binding);
                continue;
            }
            if (!binding.text.empty()) check_argument(binding, binding.text);
            for (const std::string& part : binding.parts) check_argument(binding, part);
        }
        for (const MeasureShape::Parameter& parameter : called->parameters) {
            const bool is_given =
                std::any_of(args.begin(), args.end(), [&](const Binding& one) { return one.name == parameter.name; });
            if (parameter.required && !is_given && !may_lack) {
                refuse("E202", format("{} 缺少参数 {}", fn, parameter.name),
                       format("{} needs its argument {}", fn, parameter.name));
            }
        }
    }

    // What is gathered as a planned visit: a place, an interval and, if it is not the usual one, a radius.
    void check_visit() {
        bool has_place = false;
        bool has_interval = false;
        for (const Binding& binding : feature.each_args) {
            has_place = has_place || (binding.name == "place" && !binding.text.empty());
            has_interval = has_interval || (binding.name == "interval" && binding.parts.size() == 2);
            if (binding.name != "place" && binding.name != "interval" && binding.name != "radius") {
                refuse(binding.line, binding.column, "E501", format("visit 没有参数 {}", binding.name),
                       format("a visit takes no {}; it takes place, interval, radius", binding.name));
            }
            if (!binding.text.empty()) check_argument(binding, binding.text);
            for (const std::string& part : binding.parts) check_argument(binding, part);
        }
        if (!has_place || !has_interval) {
            refuse("E202", "visit 须写 place 与 interval: [开始, 结束]",
                   "a visit needs place and interval: [start, end]");
        }
    }

    void check_measure() {
        check_arguments(feature.fn, feature.args, feature.over);
        if (!feature.each_fn.empty()) check_arguments(feature.each_fn, feature.each_args, false);
        if (feature.each_visit) check_visit();
        const MeasureShape* called = shape(feature.fn);
        if (called == nullptr) return;
        for (const auto& [name, type] : called->facts) add_fact(name, type);
        add_verdict();
    }

    // neardup, meet: two records of one entity, compared by their tracks.
    void check_pair(const char* first_fact, Kind first_kind) {
        if (a != b && b != nullptr) {
            refuse("E505", format("特征 {} 的两侧须为同一实体", feature.name),
                   format("both sides of feature {} are of one entity", feature.name));
        }
        const model::Field* track = field(feature.track, "a", feature.line, feature.column);
        if (track != nullptr && track->type != model::FieldType::track) {
            refuse("E401", format("{} 不是轨迹字段", feature.track), format("{} is no track field", feature.track));
        }
        check_arguments(feature.fn, feature.args, false);
        add_fact(first_fact, cel::type_of(first_kind));
        add_verdict();
        if (const MeasureShape* called = shape(feature.fn)) {
            for (const auto& [name, type] : called->facts) add_measured(name, type);
        }
        add_out();
    }

    void check_baseline() {
        feature.of_expression = compile(feature.of_node, std::nullopt);
        if (feature.of_expression.is_empty()) return;
        const cel::Type& type = feature.of_expression.type();
        const bool is_amount = type.kind == Kind::integer || type.kind == Kind::length || type.kind == Kind::money ||
                               type.kind == Kind::speed || type.kind == Kind::ratio || type.kind == Kind::duration;
        if (!is_amount) {
            refuse(feature.of_node.line, feature.of_node.column, "E401", format("不能对{}做基线", cel::to_text(type)),
                   format("{} cannot have a baseline", cel::to_text(type)));
            return;
        }
        for (const yaml::Node& node : feature.edges_node.items) {
            const std::optional<cel::Value> edge = read_value(node, type, feature.file, faults);
            if (!edge) continue;
            const std::int64_t number = type.kind == Kind::duration ? edge->ms() : edge->number();
            if (!feature.edges.empty() && feature.edges.back() >= number) {
                refuse(node.line, node.column, "E204", "edges 应逐个增大", "edges must rise");
            }
            feature.edges.push_back(number);
        }
        if (feature.edges.size() > 1000) {
            refuse(feature.edges_node.line, feature.edges_node.column, "E204", "edges 最多 1000 个",
                   "at most 1000 edges");
        }
        add_fact("value", type);
        add_fact("n", cel::type_of(Kind::integer));
        add_fact("z", cel::type_of(Kind::integer));
        if (!feature.by_keys) return;
        add_fact("usual", type);
        add_fact("keys", cel::type_of(Kind::integer));
    }
};

}  // namespace

void check_feature(Feature& feature, const RuleSet& set, const MeasureShapes& shapes, Faults& faults) {
    Check check{feature, set, shapes, faults};
    check.check_source();
    if (feature.entity.empty() && check.b != nullptr) feature.entity = check.b->name;
    check.a = set.dictionary.entity(feature.entity);
    if (check.a == nullptr) {
        if (!feature.entity.empty()) {
            check.refuse("E502", format("特征 {}：没有实体 {}", feature.name, feature.entity),
                         format("feature {}: there is no entity {}", feature.name, feature.entity));
        }
        return;  // a register or measure that no rule uses: nothing says whose it is (W801 tells)
    }
    if (feature.kind != FeatureKind::register_) {
        // A baseline is the same for all who are judged by it, so it knows no `a`.
        const bool has_a = feature.kind != FeatureKind::baseline;
        add_pair_names(set.dictionary, has_a ? check.a : nullptr, check.b, feature.names);
        check.check_key(feature.key);
        check.check_key(feature.peers);
    }
    check.check_where();
    switch (feature.kind) {
        case FeatureKind::window: check.check_window(); break;
        case FeatureKind::lag:
            check.add_fact("found", cel::type_of(Kind::boolean));
            check.add_out();
            break;
        case FeatureKind::overlap: check.check_overlap(); break;
        case FeatureKind::register_: check.check_register(); break;
        case FeatureKind::measure: check.check_measure(); break;
        case FeatureKind::neardup: check.check_pair("found", Kind::boolean); break;
        case FeatureKind::meet: check.check_pair("count", Kind::integer); break;
        case FeatureKind::baseline: check.check_baseline(); break;
    }
}

}  // namespace ningyi::rule
