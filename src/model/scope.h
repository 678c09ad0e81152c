// SPDX-License-Identifier: Apache-2.0
// What a reader may see. Every read of the ledger takes one; there is no default and no bypass value. Two axes, never
// merged: territory and agency (security.md §7).
#pragma once

#include <string>
#include <vector>

namespace ningyi::model {

class Scope {
public:
    // The person who holds the files of a data folder or bundle and works on them without a server: sees all of it,
    // sensitive fields masked above `max_level` (1..4).
    static Scope of_file_holder(std::string actor, int max_level);

    const std::string& actor() const { return actor_; }
    int max_level() const { return max_level_; }
    bool sees_agency(const std::string& agency) const;  // all agencies when none are named

private:
    Scope() = default;
    std::string actor_;
    int max_level_ = 2;
    std::vector<std::string> agencies_;  // empty: all
};

// A personal value as a reader below its level sees it: the first character and stars ("王**"), at most eight
// characters.
std::string masked(std::string_view value);

}  // namespace ningyi::model
