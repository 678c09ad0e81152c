// SPDX-License-Identifier: Apache-2.0
#include "rule/feature.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/names.h"
#include "rule/rule.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

Binding read_binding(std::string name, const yaml::Node& node, const std::string& file, Faults& faults) {
    Binding binding;
    binding.name = std::move(name);
    binding.line = node.line;
    binding.column = node.column;
    if (node.is_list()) {
        for (const yaml::Node& part : node.items) {
            if (const std::optional<std::string> text = yaml::text_of(part, file, faults))
                binding.parts.push_back(*text);
        }
    } else if (node.is_scalar()) {
        binding.text = node.text;
    } else {
        faults.push_back(yaml::fault_at(file, node, "E201", "这里应为文字或列表", "text or a list is expected here"));
    }
    return binding;
}

std::vector<Binding> read_bindings(const yaml::Node* node, const std::string& file, Faults& faults) {
    std::vector<Binding> bindings;
    if (node == nullptr) return bindings;
    for (const auto& [key, value] : node->pairs) bindings.push_back(read_binding(key.text, value, file, faults));
    return bindings;
}

// [caregiver_id] · {a: elder_id, b: diner_id} · {elder_id: diner_id} · a list of such.
void read_key(const yaml::Node* node, const std::string& file, Feature& feature, Faults& faults) {
    if (node == nullptr) return;
    if (node->is_scalar()) {
        feature.key.emplace_back(node->text, node->text);
        return;
    }
    if (node->is_map()) {
        const yaml::Node* a = node->find("a");
        const yaml::Node* b = node->find("b");
        if (a != nullptr && b != nullptr && node->pairs.size() == 2) {
            feature.key.emplace_back(yaml::text_of(*a, file, faults).value_or(""),
                                     yaml::text_of(*b, file, faults).value_or(""));
            return;
        }
        for (const auto& [mine, other] : node->pairs) {
            feature.key.emplace_back(mine.text, yaml::text_of(other, file, faults).value_or(""));
        }
        return;
    }
    for (const yaml::Node& item : node->items) read_key(&item, file, feature, faults);
}

std::optional<Millis> read_span(yaml::MapReader& map, std::string_view key) {
    const std::optional<Millis> length = map.quantity(key, Dimension::duration);
    if (length && (*length < 0 || *length > 3660 * days_ms)) {
        map.refuse(*map.node().find(key), "E204", format("{} 应为 0 至 3660 天", key),
                   format("{} must lie between 0 and 3660 days", key));
        return std::nullopt;
    }
    return length;
}

void read_window(yaml::MapReader& map, Feature& feature) {
    if (const yaml::Node* span = map.map("span", true)) {
        yaml::MapReader parts(*span, feature.file, map.faults());
        feature.span_last = read_span(parts, "last").value_or(0);
        feature.span_rows = parts.integer("rows", 1, 100000).value_or(0);
        feature.span_calendar = parts.word("calendar", {"day", "week", "month"}, false);
        feature.span_max = parts.integer("max", 1, 1000000).value_or(10000);
        const int given =
            (feature.span_last > 0 ? 1 : 0) + (feature.span_rows > 0 ? 1 : 0) + (feature.span_calendar.empty() ? 0 : 1);
        if (given != 1)
            map.refuse(*span, "E202", "span 须写 last、rows、calendar 之一", "span takes one of last, rows, calendar");
        parts.finish();
    }
    const std::string agg = map.word("agg", {"count", "sum", "min", "max", "avg", "distinct", "quantile"});
    if (agg == "sum") feature.agg = Aggregate::sum;
    if (agg == "min") feature.agg = Aggregate::min;
    if (agg == "max") feature.agg = Aggregate::max;
    if (agg == "avg") feature.agg = Aggregate::avg;
    if (agg == "distinct") feature.agg = Aggregate::distinct;
    if (agg == "quantile") feature.agg = Aggregate::quantile;
    if (const yaml::Node* of = map.optional("of")) {
        feature.of = yaml::text_of(*of, feature.file, map.faults()).value_or("");
        feature.of_node = *of;
    }
    if (feature.of.empty() && feature.agg != Aggregate::count) {
        map.refuse(map.node(), "E202", format("agg: {} 须写 of", agg), format("agg: {} needs `of`", agg));
    }
    if (const std::optional<std::int64_t> q = map.quantity("q", Dimension::ratio)) {
        feature.q_permille = static_cast<int>(std::clamp<std::int64_t>(*q / 1000, 0, 1000));
        if (*q < 0 || *q > 1000000 || *q % 1000 != 0)
            map.refuse(map.node(), "E204", "q 应为 0% 至 100%，精确到千分之一",
                       "q must lie between 0% and 100% in whole permille");
    } else if (feature.agg == Aggregate::quantile && map.node().find("q") == nullptr) {
        map.refuse(map.node(), "E202", "agg: quantile 须写 q", "agg: quantile needs q");
    }
}

void read_feature(const yaml::Node& node, const std::string& file, const std::string& pack, std::vector<Feature>& into,
                  Faults& faults) {
    yaml::MapReader map(node, file, faults);
    Feature feature;
    feature.pack = pack;
    feature.file = file;
    feature.line = node.line;
    feature.column = node.column;
    const bool is_measure = node.is_map() && node.find("measure") != nullptr;
    feature.name = map.text(is_measure ? "measure" : "feature");
    const yaml::Words title = map.words("title", false);
    feature.title = {title.zh, title.en};
    feature.declaration = canonical(node);
    const std::string kind = is_measure ? "measure" : map.word("kind", {"window", "lag", "overlap", "register"});
    if (!is_measure && kind.empty()) {  // nothing below would make sense of the rest
        into.push_back(std::move(feature));
        return;
    }
    feature.revise = read_span(map, "revise").value_or(30 * days_ms);
    if (kind != "measure" && kind != "register") {
        feature.from = map.text("from");
        read_key(map.required("key"), file, feature, faults);
        feature.entity = map.optional_text("entity").value_or("");
        if (const yaml::Node* where = map.optional("where")) {
            feature.where = yaml::text_of(*where, file, faults).value_or("");
            feature.where_node = *where;
        }
    }
    if (kind == "window") {
        feature.kind = FeatureKind::window;
        read_window(map, feature);
    } else if (kind == "lag") {
        feature.kind = FeatureKind::lag;
        feature.n = static_cast<int>(map.integer("n", 1, 8).value_or(1));
        map.required("reach");
        feature.reach = read_span(map, "reach").value_or(0);
        feature.out = read_bindings(map.map("out", true), file, faults);
    } else if (kind == "overlap") {
        feature.kind = FeatureKind::overlap;
        const std::vector<std::string> interval = map.texts("interval");
        if (interval.size() == 2) {
            feature.interval_start = interval[0];
            feature.interval_end = interval[1];
        } else if (node.is_map()) {
            map.refuse(node, "E202", "须写 interval: [开始, 结束]", "interval: [start, end] is needed");
        }
        map.word("pair", {"later"}, false);
        map.required("reach");
        feature.reach = read_span(map, "reach").value_or(0);
        feature.rows_max = map.integer("max", 1, 64).value_or(8);
        feature.out = read_bindings(map.map("out", true), file, faults);
    } else if (kind == "register") {
        feature.kind = FeatureKind::register_;
        feature.register_entity = map.text("entity");
        if (const yaml::Node* id = map.required("id")) {
            feature.id = read_binding("id", *id, file, faults);
            feature.id_node = *id;
        }
        feature.at = map.optional_text("at").value_or("");
        feature.out = read_bindings(map.map("out", true), file, faults);
    } else {
        feature.kind = FeatureKind::measure;
        feature.entity = map.optional_text("entity").value_or("");
        feature.fn = map.text("fn");
        feature.args = read_bindings(map.map("args"), file, faults);
        if (const yaml::Node* over = map.map("over")) {
            feature.over = true;
            yaml::MapReader parts(*over, file, faults);
            feature.from = parts.text("from");
            read_key(parts.required("key"), file, feature, faults);
            feature.over_max = parts.integer("max", 1, 10000000).value_or(100000);
            if (const yaml::Node* where = parts.optional("where")) {
                feature.where = yaml::text_of(*where, file, faults).value_or("");
                feature.where_node = *where;
            }
            if (const yaml::Node* each = parts.map("each")) {
                yaml::MapReader inner(*each, file, faults);
                feature.each_fn = inner.text("fn");
                feature.each_args = read_bindings(inner.map("args"), file, faults);
                inner.finish();
            }
            parts.finish();
        }
    }
    map.finish();
    for (const Feature& other : into) {
        if (other.name != feature.name || feature.name.empty()) continue;
        map.refuse(node, "E507", format("特征 {} 重复，{} 中已有", feature.name, other.file),
                   format("feature {} is declared twice, first in {}", feature.name, other.file));
        break;
    }
    into.push_back(std::move(feature));
}

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

    void check_key() {
        if (b == nullptr) return;
        for (const auto& [mine, other] : feature.key) {
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

    void check_window() {
        if (!feature.where.empty()) feature.where_expression = compile(feature.where_node, cel::type_of(Kind::boolean));
        if (feature.kind != FeatureKind::window) return;
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
        for (const std::string& name : {feature.interval_start, feature.interval_end}) {
            for (const char* letter : {"a", "b"}) {
                if (record(letter) == nullptr) continue;
                const model::Field* one = field(name, letter, feature.line, feature.column);
                if (one != nullptr && one->type != model::FieldType::timestamp) {
                    refuse("E401", format("interval 的 {} 应为时间", name),
                           format("{} of interval must be a timestamp", name));
                }
            }
        }
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

    void check_arguments(const std::string& fn, const std::vector<Binding>& args, bool may_lack) {
        const auto shape =
            std::find_if(shapes.begin(), shapes.end(), [&](const MeasureShape& known) { return known.name == fn; });
        if (shape == shapes.end()) {
            std::vector<std::string_view> names;
            for (const MeasureShape& known : shapes) names.push_back(known.name);
            const std::string_view like = closest(fn, names);
            refuse("E502", format("没有比对方法 {}{}", fn, like.empty() ? "" : format("，是否 {}？", like)),
                   format("there is no measure {}{}", fn, like.empty() ? "" : format(", did you mean {}?", like)));
            return;
        }
        for (const Binding& binding : args) {
            const auto known = std::find_if(shape->parameters.begin(), shape->parameters.end(),
                                            [&](const auto& one) { return one.first == binding.name; });
            if (known == shape->parameters.end()) {
                std::vector<std::string> names;
                for (const auto& one : shape->parameters) names.push_back(one.first);
                refuse(binding.line, binding.column, "E501",
                       format("{} 没有参数 {}，可用：{}", fn, binding.name, join(names, " ")),
                       format("{} takes no {}; it takes {}", fn, binding.name, join(names, " ")));
            }
            if (!binding.text.empty()) check_argument(binding, binding.text);
            for (const std::string& part : binding.parts) check_argument(binding, part);
        }
        for (const auto& [name, is_required] : shape->parameters) {
            const bool is_given =
                std::any_of(args.begin(), args.end(), [&](const Binding& one) { return one.name == name; });
            if (is_required && !is_given && !may_lack) {
                refuse("E202", format("{} 缺少参数 {}", fn, name), format("{} needs its argument {}", fn, name));
            }
        }
    }

    void check_measure() {
        check_arguments(feature.fn, feature.args, feature.over);
        if (!feature.each_fn.empty()) check_arguments(feature.each_fn, feature.each_args, false);
        const auto shape = std::find_if(shapes.begin(), shapes.end(),
                                        [&](const MeasureShape& known) { return known.name == feature.fn; });
        if (shape == shapes.end()) return;
        for (const auto& [name, type] : shape->facts) add_fact(name, type);
        cel::Type verdict = cel::type_of(Kind::string);
        verdict.words = std::make_shared<const std::vector<std::string>>(
            std::vector<std::string>{"supported", "contradicted", "insufficient"});
        add_fact("verdict", verdict);
        add_fact("limits", cel::type_of(Kind::string));
        add_fact("strength", cel::type_of(Kind::integer));
    }
};

}  // namespace

void read_features(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Feature>& into,
                   Faults& faults) {
    if (!root.is_list()) {
        faults.push_back(yaml::fault_at(file, root, "E201", "特征文件应为列表（- feature: … 或 - measure: …）",
                                        "a feature file is a list (- feature: … or - measure: …)"));
        return;
    }
    for (const yaml::Node& node : root.items) read_feature(node, file, pack, into, faults);
}

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
        add_pair_names(set.dictionary, check.a, check.b, feature.names);
        check.check_key();
    }
    check.check_window();
    switch (feature.kind) {
        case FeatureKind::window: break;
        case FeatureKind::lag:
            check.add_fact("found", cel::type_of(Kind::boolean));
            check.add_out();
            break;
        case FeatureKind::overlap: check.check_overlap(); break;
        case FeatureKind::register_: check.check_register(); break;
        case FeatureKind::measure: check.check_measure(); break;
    }
}

}  // namespace ningyi::rule
