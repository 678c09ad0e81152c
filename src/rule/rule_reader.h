// SPDX-License-Identifier: Apache-2.0
// Reads one rule file, part by part, and checks it against everything else the packs say. Used by read_rule() only; the
// parts are in files of their own.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/rule.h"

namespace ningyi::rule {

inline constexpr int personal_level = 3;  // privacy levels from here on are never stored in a finding or printed

// The one of that name, or null.
template <class T>
const T* named(const std::vector<T>& all, std::string_view name) {
    for (const T& one : all) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

// What is like `name` among them, or "".
template <class T>
std::string near_name(const std::vector<T>& all, std::string_view name) {
    std::vector<std::string_view> names;
    for (const T& one : all) names.push_back(one.name);
    return std::string(closest(name, names));
}

// ", did you mean …?", or nothing.
std::string asked_zh(const std::string& like);
std::string asked_en(const std::string& like);

class RuleReader {
public:
    RuleReader(const yaml::Node& root, const std::string& file, const RuleSet& set, const std::string& pack,
               const std::vector<std::string>& packs_in_reach, Faults& faults, Faults& warnings)
        : root_(root),
          file_(file),
          set_(set),
          reach_(packs_in_reach),
          faults_(faults),
          warnings_(warnings),
          map_(root, file, faults) {
        rule_.pack = pack;
        rule_.file = file;
    }

    // The rule, or nothing when it is too broken to have an id and a subject. Call it once.
    std::optional<Rule> read();

private:
    // rule_reader.cc: shared by all parts
    void refuse(const yaml::Node& node, const char* code, std::string zh, std::string en);
    void warn(const yaml::Node& node, const char* code, std::string zh, std::string en);
    bool is_in_reach(const std::string& pack) const;
    cel::Expression expression(const yaml::Node* node, const std::optional<cel::Type>& expected);
    int level_of(std::string_view path) const;
    void refuse_path(const yaml::Node& node, const std::string& path);
    // A local name must be new.
    bool is_free(const yaml::Node& node, const std::string& name);
    Sentence sentence(const yaml::Node& node);
    void read_both(yaml::MapReader& map, Sentence& zh, Sentence& en);

    // rule_head.cc: the head of the file
    void read_head();
    void read_trigger();

    // rule_sources.cc: what the rule stands on and may name
    void read_citations();
    void add_params();
    void check_param(const yaml::Node& node, const Param& param);
    void add_features();
    void add_knowledge();

    // rule_conditions.cc: when it holds
    void read_needs();
    // A value kept in a finding may not carry a personal field through. A yes or no, a count and a measured amount (how
    // far two homes lie apart) do not.
    void keep_private(const yaml::Node& node, const cel::Expression& one);
    void read_lets();
    std::vector<Clause> clauses(const yaml::Node* list, bool is_doubt);
    void read_conditions();
    void read_bands();

    // rule_finding.cc: what a finding carries and says
    std::vector<std::string> paths(yaml::MapReader& map, std::string_view key);
    // A field, "track", or others.entity(path).field.
    void check_evidence(const yaml::Node& node, const std::string& path);
    void read_finding();
    void read_sentences();
    void read_equivalent(const yaml::Node& list);
    void read_rest();

    // rule_resolve.cc: what is made of it at load
    // Names that nothing uses. Every use has made a slot by now.
    void lint();
    void resolve();
    SlotSource source_of(const std::string& path) const;
    // The rule and the declarations it uses, without what does not change its judgement (rules.md §1).
    void make_canonical();

    const yaml::Node& root_;
    const std::string& file_;
    const RuleSet& set_;
    const std::vector<std::string>& reach_;
    Faults& faults_;
    Faults& warnings_;
    yaml::MapReader map_;
    Rule rule_;
    const model::Entity* subject_ = nullptr;
    std::set<std::string> taken_, ids_, band_ids_;
    std::int64_t cost_ = 0;
    bool is_in_when_ = false;
};

}  // namespace ningyi::rule
