// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

#include "rule/names.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
// The days of `wanted` on which none of `spans` holds.
std::vector<Days> gaps(Days wanted, std::vector<Days> spans) {
    std::sort(spans.begin(), spans.end(), [](Days a, Days b) { return a.from < b.from; });
    std::vector<Days> missing;
    std::int64_t next = wanted.from.days;
    for (const Days span : spans) {
        if (span.from.days > next) {
            missing.push_back(
                {Date{static_cast<std::int32_t>(next)}, Date{std::min(wanted.to.days, span.from.days - 1)}});
        }
        next = std::max<std::int64_t>(next, std::int64_t{span.to.days} + 1);
        if (next > wanted.to.days) return missing;
    }
    if (next <= wanted.to.days) missing.push_back({Date{static_cast<std::int32_t>(next)}, wanted.to});
    std::erase_if(missing, [&](Days gap) { return gap.from > wanted.to; });
    return missing;
}

std::string days_zh(Days days) {
    if (days.to.days == INT32_MAX) return format("自 {} 起", to_text(days.from));
    return format("{} 至 {} ", to_text(days.from), to_text(days.to));
}

std::string days_en(Days days) {
    if (days.to.days == INT32_MAX) return format("from {} on", to_text(days.from));
    return format("from {} to {}", to_text(days.from), to_text(days.to));
}

// When each district value of a parameter holds.
std::vector<Days> district_spans(const Param& param) {
    std::vector<Days> spans;
    const std::vector<std::uint32_t>& group = param.by_scope.front();
    for (std::size_t i = 0; i < group.size(); ++i) {
        Days days = param.values[group[i]].days;
        if (i + 1 < group.size()) {
            const Date next = param.values[group[i + 1]].days.from;
            if (next.days <= days.to.days) days.to = Date{next.days - 1};
        }
        if (days.from <= days.to) spans.push_back(days);
    }
    return spans;
}

}  // namespace

void RuleReader::read_citations() {
    const yaml::Node* cite = map_.list("cite", true);
    if (cite == nullptr) return;
    std::vector<Days> spans;
    for (const yaml::Node& item : cite->items) {
        const std::optional<std::string> text = yaml::text_of(item, file_, faults_);
        if (!text) continue;
        const std::size_t hash = text->find('#');
        const PolicyDocument* document = set_.policy(text->substr(0, hash));
        if (hash == std::string::npos || document == nullptr || !document->clauses.contains(text->substr(hash + 1))) {
            refuse(item, "E506", format("没有条款 {}（应写成 文件#条款）", *text),
                   format("there is no clause {} (write document#clause)", *text));
            continue;
        }
        rule_.cite.push_back(*text);
        rule_.cite_days.emplace_back(*text, document->in_force);
        spans.push_back(document->in_force);
    }
    if (cite->items.empty()) refuse(*cite, "E202", "至少引用一条", "at least one clause must be cited");
    if (spans.empty() || rule_.in_force.from.days == INT32_MIN) return;
    for (const Days gap : gaps(rule_.in_force, spans)) {
        refuse(*cite, "E510", format("{}没有生效的依据条款", days_zh(gap)),
               format("no cited clause is in force {}", days_en(gap)));
    }
}

void RuleReader::add_params() {
    const yaml::Node* params = map_.map("params");
    if (params == nullptr) return;
    for (const auto& [local, name] : params->pairs) {
        const Param* param = name.is_scalar() ? set_.param(name.text) : nullptr;
        if (param == nullptr) {
            const std::string like = near_name(set_.params, name.text);
            refuse(name, "E502", format("没有参数 {}{}", name.text, asked_zh(like)),
                   format("there is no parameter {}{}", name.text, asked_en(like)));
            continue;
        }
        if (!is_free(local, local.text)) continue;
        rule_.params.emplace_back(local.text, param->name);
        rule_.param_index.push_back(static_cast<std::uint32_t>(param - set_.params.data()));
        rule_.names.add_path(local.text, param->type);
        check_param(name, *param);
    }
}

void RuleReader::check_param(const yaml::Node& node, const Param& param) {
    if (rule_.in_force.from.days != INT32_MIN) {
        for (const Days gap : gaps(rule_.in_force, district_spans(param))) {
            faults_.push_back({param.file, param.line, param.column, "E511",
                               format("{} {}没有生效的值（{} 使用）", param.name, days_zh(gap), rule_.id),
                               format("{} has no value in force {} (used by {})", param.name, days_en(gap), rule_.id)});
        }
    }
    for (const ParamValue& value : param.values) {
        for (const auto& [key, text] : value.scope) {
            const bool is_known = std::any_of(subject_->scope.begin(), subject_->scope.end(),
                                              [&](const auto& one) { return one.first == key; });
            if (is_known) continue;
            refuse(node, "E512",
                   format("参数 {} 按 {} 区分，但 {} 没有 scope {}", param.name, key, subject_->name, key),
                   format("parameter {} depends on {}, but {} has no scope {}", param.name, key, subject_->name, key));
            return;
        }
    }
}

void RuleReader::add_features() {
    const yaml::Node* features = map_.map("features");
    if (features == nullptr) return;
    for (const auto& [alias, name] : features->pairs) {
        const Feature* feature = name.is_scalar() ? set_.feature(name.text) : nullptr;
        if (feature != nullptr && !is_in_reach(feature->pack)) {
            refuse(name, "E502", format("特征 {} 属于知识包 {}，本包没有写 requires", name.text, feature->pack),
                   format("feature {} belongs to pack {}, which this pack does not require", name.text, feature->pack));
            continue;
        }
        if (feature == nullptr) {
            const std::string like = near_name(set_.features, name.text);
            refuse(name, "E502", format("没有特征 {}{}", name.text, asked_zh(like)),
                   format("there is no feature {}{}", name.text, asked_en(like)));
            continue;
        }
        if (!is_free(alias, alias.text)) continue;
        rule_.features.emplace_back(alias.text, feature->name);
        if (!feature->entity.empty() && feature->entity != rule_.subject) {
            refuse(name, "E516", format("特征 {} 属于 {}，不属于 {}", feature->name, feature->entity, rule_.subject),
                   format("feature {} is one of {}, not of {}", feature->name, feature->entity, rule_.subject));
        }
        for (const Feature::Fact& fact : feature->facts) {
            rule_.names.add_path(fact.name.empty() ? alias.text : alias.text + "." + fact.name, fact.type);
        }
    }
    if (const yaml::Node* each = map_.optional("each")) {
        rule_.each = yaml::text_of(*each, file_, faults_).value_or("");
        const Feature* feature = nullptr;
        for (const auto& [alias, name] : rule_.features) {
            if (alias == rule_.each) feature = set_.feature(name);
        }
        const bool has_rows =
            feature != nullptr && (feature->kind == FeatureKind::overlap || feature->kind == FeatureKind::meet);
        if (!has_rows) {
            refuse(*each, "E502", "each 应为 features 中一个多行特征（overlap、meet）的名称",
                   "each must name one of the features with rows (overlap, meet)");
        }
    }
}

void RuleReader::add_knowledge() {
    for (const ListOf& list : set_.lists) {
        if (is_in_reach(list.pack))
            rule_.names.add_list(list.name, std::vector<cel::Type>(list.key.size(), cel::type_of(Kind::string)));
    }
    for (const Table& table : set_.tables) {
        if (!is_in_reach(table.pack)) continue;
        std::vector<cel::Type> key;
        for (const auto& [name, type] : table.key) key.push_back(type);
        std::map<std::string, cel::Type> columns;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            columns.emplace(table.columns[i].first, answer_type(table, i));
        rule_.names.add_table(table.name, std::move(key), std::move(columns));
    }
    for (const model::Entity& entity : set_.dictionary.entities) {
        std::map<std::string, cel::Type> fields;
        for (const model::Field& field : entity.fields) {
            if (const std::optional<cel::Type> type = type_of_field(field)) fields.emplace(field.name, *type);
        }
        rule_.names.add_others(entity.name, std::move(fields));
    }
}

}  // namespace ningyi::rule
