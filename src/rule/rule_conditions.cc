// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

}  // namespace

void RuleReader::read_needs() {
    const yaml::Node* needs = map_.list("needs");
    if (needs == nullptr) return;
    for (const yaml::Node& item : needs->items) {
        const std::optional<std::string> path = yaml::text_of(item, file_, faults_);
        if (!path) continue;
        if (rule_.names.path_type(*path) == nullptr)
            refuse_path(item, *path);
        else
            rule_.needs.push_back(rule_.names.slot(*path));
    }
}

void RuleReader::keep_private(const yaml::Node& node, const cel::Expression& one) {
    if (one.is_empty()) return;
    const Kind kind = one.type().kind;
    const bool may_carry = kind == Kind::string || kind == Kind::date || kind == Kind::timestamp ||
                           kind == Kind::list || kind == Kind::place || kind == Kind::fix;
    if (!may_carry) return;
    for (const std::uint16_t slot : one.reads()) {
        const std::string& path = rule_.names.path(slot);
        if (level_of(path) < personal_level) continue;
        refuse(node, "E702", format("{} 是个人信息（3、4 级），其值不能存入发现；请在模型中用 derive 声明", path),
               format("{} is personal (level 3 or 4), its value must not be kept in a finding; declare a derived field",
                      path));
    }
}

void RuleReader::read_lets() {
    const yaml::Node* lets = map_.map("let");
    if (lets == nullptr) return;
    for (const auto& [name, node] : lets->pairs) {
        if (!is_free(name, name.text)) continue;
        Let let{name.text, expression(&node, std::nullopt)};
        if (let.expression.is_empty()) continue;
        keep_private(node, let.expression);
        rule_.names.add_path(let.name, let.expression.type());
        rule_.lets.push_back(std::move(let));
    }
}

std::vector<Clause> RuleReader::clauses(const yaml::Node* list, bool is_doubt) {
    std::vector<Clause> read;
    if (list == nullptr) return read;
    for (const yaml::Node& node : list->items) {
        yaml::MapReader map(node, file_, faults_);
        Clause clause;
        clause.id = map.text("id");
        if (!clause.id.empty() && !ids_.insert(clause.id).second)
            refuse(node, "E507", format("id {} 重复", clause.id), format("id {} is given twice", clause.id));
        read_both(map, clause.zh, clause.en);
        const yaml::Node* condition = map.required("if");
        clause.condition = expression(condition, cel::type_of(Kind::boolean));
        if (is_doubt) clause.asked_of_hits_only = map.word("ask", {"always", "hit"}, false) == "hit";
        map.finish();
        if (condition != nullptr && !clause.condition.is_empty() && is_in_when_ &&
            clause.condition.has_bare_numbers()) {
            warn(*condition, "W802", "条件中有直接写的数字；门槛应放在 params",
                 "a bare number in a condition; a threshold belongs in params");
        }
        read.push_back(std::move(clause));
    }
    return read;
}

void RuleReader::read_conditions() {
    if (const yaml::Node* when = map_.map("when", true)) {
        yaml::MapReader parts(*when, file_, faults_);
        const yaml::Node* all = parts.list("all");
        const yaml::Node* any = parts.list("any");
        if ((all == nullptr) == (any == nullptr))
            refuse(*when, "E202", "when 须写 all 或 any 之一", "when takes either all or any");
        rule_.any = any != nullptr;
        is_in_when_ = true;
        rule_.clauses = clauses(any != nullptr ? any : all, false);
        is_in_when_ = false;
        if (rule_.clauses.empty() && (all != nullptr || any != nullptr))
            refuse(*when, "E202", "至少要有一个条件", "at least one clause is needed");
        parts.finish();
    }
    rule_.doubts = clauses(map_.list("doubt"), true);
    rule_.exceptions = clauses(map_.list("except"), false);
}

void RuleReader::read_bands() {
    const yaml::Node* bands = map_.list("bands");
    if (bands == nullptr) return;
    for (std::size_t i = 0; i < bands->items.size(); ++i) {
        const yaml::Node& node = bands->items[i];
        yaml::MapReader map(node, file_, faults_);
        Band band;
        band.id = map.text("id");
        if (!band.id.empty() && !band_ids_.insert(band.id).second)
            refuse(node, "E507", format("id {} 重复", band.id), format("id {} is given twice", band.id));
        const yaml::Node* condition = map.optional("if");
        band.condition = expression(condition, cel::type_of(Kind::boolean));
        const bool is_last = i + 1 == bands->items.size();
        if (is_last != (condition == nullptr) && node.is_map()) {
            refuse(node, "E202", is_last ? "最后一级不写 if，兜住其余情形" : "只有最后一级可以不写 if",
                   is_last ? "the last band has no `if`: it takes the rest" : "only the last band goes without `if`");
        }
        if (node.is_map() && node.find("severity") == nullptr) map.required("severity");
        band.severity = static_cast<int>(map.integer("severity", 1, 3).value_or(1));
        band.effect = map.word("effect", {"block", "partial", "hold", "sample", "note", "task"}, false);
        read_both(map, band.zh, band.en);
        map.finish();
        rule_.bands.push_back(std::move(band));
    }
}

}  // namespace ningyi::rule
