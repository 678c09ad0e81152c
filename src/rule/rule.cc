// SPDX-License-Identifier: Apache-2.0
#include "rule/rule.h"

#include "rule/rule_reader.h"

namespace ningyi::rule {

const Param* RuleSet::param(std::string_view name) const {
    return named(params, name);
}
const Feature* RuleSet::feature(std::string_view name) const {
    return named(features, name);
}
const Table* RuleSet::table(std::string_view name) const {
    return named(tables, name);
}
const ListOf* RuleSet::list(std::string_view name) const {
    return named(lists, name);
}
const PolicyDocument* RuleSet::policy(std::string_view name) const {
    return named(policies, name);
}

const Rule* RuleSet::rule(std::string_view id) const {
    for (const Rule& one : rules) {
        if (one.id == id) return &one;
    }
    return nullptr;
}

std::optional<Rule> read_rule(const yaml::Node& root, const std::string& file, const RuleSet& set,
                              const std::string& pack, const std::vector<std::string>& packs_in_reach, Faults& faults,
                              Faults& warnings) {
    return RuleReader(root, file, set, pack, packs_in_reach, faults, warnings).read();
}

}  // namespace ningyi::rule
