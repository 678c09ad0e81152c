// SPDX-License-Identifier: Apache-2.0
// What the tests of a rule have seen of it: each condition true, false and, where what it reads may be missing,
// unknown; every outcome it can reach; every sentence said whole in both languages (rules.md §7.3).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rule/judge.h"

namespace ningyi::rule {

class Coverage {
public:
    explicit Coverage(const Rule& rule) : rule_(rule) {}

    // A judgement of a test, and how it names the people in it.
    void see(const RuleSet& set, const Judgement& judgement, const Zone& zone,
             const std::function<std::string(const std::string&)>& name_of);
    // A judgement of no test: what is unknown in it shows what tests could see.
    void could_see(const Judgement& judgement);

    struct Report {
        std::size_t seen = 0, all = 0;
        std::vector<std::string> gaps;  // "条件 far 从未为假 | clause far: never false"
    };
    Report report() const;

private:
    const Rule& rule_;
    std::map<std::string, std::set<char>> seen_, possible_;  // "clause far" -> t f ?
    std::set<Outcome> outcomes_;
    std::set<std::string> said_zh_, said_en_;  // "clause far", "explain"
};

}  // namespace ningyi::rule
