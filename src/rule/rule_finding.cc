// SPDX-License-Identifier: Apache-2.0
#include "rule/rule_reader.h"

#include "base/quantity.h"
#include "rule/names.h"
#include "rule/sentence.h"

namespace ningyi::rule {
namespace {

using cel::Kind;

constexpr std::int64_t cost_ceiling = 20000;

}  // namespace

std::vector<std::string> RuleReader::paths(yaml::MapReader& map, std::string_view key) {
    std::vector<std::string> read;
    const yaml::Node* list = map.list(key);
    if (list == nullptr) return read;
    for (const yaml::Node& item : list->items) {
        const std::optional<std::string> path = yaml::text_of(item, file_, faults_);
        if (!path) continue;
        read.push_back(*path);
        if (key == "evidence") {
            check_evidence(item, *path);
            continue;
        }
        if (rule_.names.path_type(*path) == nullptr) {
            refuse_path(item, *path);
            continue;
        }
        if (level_of(*path) >= personal_level) {
            refuse(item, "E701", format("{} 是个人信息（3、4 级），不能存入发现", *path),
                   format("{} is personal (level 3 or 4) and must not be kept in a finding", *path));
        }
        rule_.names.slot(*path);
    }
    return read;
}

void RuleReader::check_evidence(const yaml::Node& node, const std::string& path) {
    if (path == "track" || field_of_path(set_.dictionary, *subject_, path) != nullptr ||
        rule_.names.path_type(path) != nullptr)
        return;
    const std::size_t open = path.find('(');
    const std::size_t close = path.find(").");
    if (path.starts_with("others.") && open != std::string::npos && close != std::string::npos && close > open) {
        const std::string inner = path.substr(open + 1, close - open - 1);
        const std::string field = path.substr(0, open) + "." + path.substr(close + 2);
        const bool is_track =
            path.substr(close + 2) == "track" && set_.dictionary.entity(path.substr(7, open - 7)) != nullptr;
        if (rule_.names.path_type(inner) != nullptr &&
            (is_track || field_of_path(set_.dictionary, *subject_, field) != nullptr)) {
            rule_.names.slot(inner);
            return;
        }
    }
    refuse_path(node, path);
}

void RuleReader::read_finding() {
    const yaml::Node* finding = map_.map("finding", true);
    if (finding == nullptr) return;
    yaml::MapReader map(*finding, file_, faults_);
    const yaml::Node* severity = map.optional("severity");
    rule_.severity = expression(severity, cel::type_of(Kind::integer));
    if ((severity == nullptr) == rule_.bands.empty()) {
        refuse(*finding, "E202", "须写 bands 或 finding.severity 之一", "give either bands or finding.severity");
    }
    const yaml::Node* margin = map.optional("margin");
    rule_.margin = expression(margin, std::nullopt);
    if (margin != nullptr) keep_private(*margin, rule_.margin);
    const yaml::Node* at_risk = map.optional("at_risk");
    rule_.at_risk = expression(at_risk, cel::type_of(Kind::money));
    if (at_risk != nullptr) keep_private(*at_risk, rule_.at_risk);
    const yaml::Node* payable = map.optional("payable");
    rule_.payable = expression(payable, std::nullopt);
    if (payable != nullptr) {
        keep_private(*payable, rule_.payable);
        if (!rule_.payable.is_empty() && rule_.payable.type().kind != Kind::duration &&
            rule_.payable.type().kind != Kind::money) {
            refuse(*payable, "E401", "payable 应为时长或金额", "payable must be a duration or money");
        }
    }
    const bool is_partial =
        rule_.effect == "partial" ||
        std::any_of(rule_.bands.begin(), rule_.bands.end(), [](const Band& band) { return band.effect == "partial"; });
    if (is_partial != (payable != nullptr)) {
        refuse(payable != nullptr ? *payable : *finding, "E202", "payable 与 effect: partial 必须同时写",
               "payable and effect: partial go together");
    }
    rule_.dedup = paths(map, "dedup");
    rule_.group = paths(map, "group");
    rule_.evidence = paths(map, "evidence");
    map.finish();
}

void RuleReader::read_sentences() {
    if (const yaml::Node* explain = map_.map("explain", true)) {
        yaml::MapReader map(*explain, file_, faults_);
        read_both(map, rule_.explain_zh, rule_.explain_en);
        map.finish();
        if (!has_value(rule_.explain_zh) || !has_value(rule_.explain_en)) {
            warn(*explain, "W803", "说明句没有任何数值", "the sentence shows no value");
        }
    }
}

void RuleReader::read_equivalent(const yaml::Node& list) {
    for (const yaml::Node& node : list.items) {
        yaml::MapReader map(node, file_, faults_);
        Rule::Equivalent one;
        one.mutant = map.text("mutant");
        const yaml::Words why = map.words("why");
        one.why = {why.zh, why.en};
        one.line = node.line;
        one.column = node.column;
        map.finish();
        rule_.equivalent.push_back(std::move(one));
    }
}

void RuleReader::read_rest() {
    const yaml::Words misses = map_.words("misses");
    rule_.misses = {misses.zh, misses.en};
    const yaml::Words first = map_.words("do");
    rule_.do_first = {first.zh, first.en};
    if (const yaml::Node* innocent = map_.list("innocent")) {
        for (const yaml::Node& node : innocent->items) {
            yaml::MapReader map(node, file_, faults_);
            const std::string id = map.text("id");
            const yaml::Node* zh = map.optional("zh");
            const yaml::Node* en = map.optional("en");
            if (node.is_map() && (zh == nullptr || en == nullptr))
                map.refuse(node, "E208", "须有中文（zh）和英文（en）", "Chinese (zh) and English (en) are needed");
            rule_.innocent.push_back({id, {zh == nullptr ? "" : zh->text, en == nullptr ? "" : en->text}});
            map.finish();
        }
    }
    if (const yaml::Node* quality = map_.map("quality")) {
        yaml::MapReader map(*quality, file_, faults_);
        rule_.min_precision_ppm = map.quantity("min_precision", Dimension::ratio).value_or(0);
        rule_.min_verdicts = map.integer("min_verdicts", 0, 1000000).value_or(0);
        rule_.max_share_of_queue_ppm = map.quantity("max_share_of_queue", Dimension::ratio).value_or(1000000);
        if (const yaml::Node* equivalent = map.list("equivalent")) read_equivalent(*equivalent);
        map.finish();
    }
    if (const yaml::Node* limits = map_.map("limits")) {
        yaml::MapReader map(*limits, file_, faults_);
        rule_.cost_limit = map.integer("cost", 1, cost_ceiling).value_or(rule_.cost_limit);
        map.finish();
    }
    rule_.cost = cost_;
    if (cost_ > rule_.cost_limit) {
        const yaml::Node* limits = root_.find("limits");
        refuse(limits == nullptr ? root_ : *limits, "E605",
               format("规则最坏情况的代价 {} 超过上限 {}", cost_, rule_.cost_limit),
               format("the worst case of the rule costs {}, its limit is {}", cost_, rule_.cost_limit));
    }
    if (const yaml::Node* tests = map_.list("tests")) rule_.tests = tests->items;
    if (rule_.tests.empty()) warn(root_, "W806", "规则没有测试", "the rule has no tests");
}

}  // namespace ningyi::rule
