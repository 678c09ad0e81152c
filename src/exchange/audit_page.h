// SPDX-License-Identifier: Apache-2.0
// What an audit writes about the records of one entity, as a pack says it (packs/<pack>/pages/audit.yaml): which ids
// stand beside a finding, whose money it is and what is drawn. The code that writes names none of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/dictionary.h"
#include "rule/rule.h"

namespace ningyi::exchange {

// Someone a finding concerns. `id` is a field of the subject that refers to an entity, `name` a field of that entity.
struct AuditParty {
    std::string id;
    std::string name;
    std::string entity;      // what `id` refers to
    std::string name_field;  // field of that entity
    int name_level = 4;      // its privacy level
    model::Label label;      // of the entity: "服务机构"
    bool table = false;
};

struct AuditLevel {
    std::string id;
    model::Label label;
    cel::Expression condition;
};

struct AuditMark {
    std::string fix, at;
    model::Label label;
};

struct AuditPage {
    model::Label title;
    std::string subject;
    std::string key;  // the subject's id field
    model::Label subject_label;
    std::vector<AuditParty> parties;
    std::string money, time;         // claimed: a money and a duration; `time` may be empty
    cel::Expression claimed_if;      // empty: every subject claims; a subject for which it is false claims nothing
    std::vector<std::string> proof;  // rules without whose answer money is not verified
    cel::Names names;                // of the conditions
    std::vector<AuditLevel> levels;
    std::string from, to;      // the interval claimed; both empty when the subject has none
    std::string place;         // empty: nothing is drawn around a place
    model::Label place_label;  // of its field
    std::vector<std::string> radii;
    std::string track;  // empty: no track is drawn
    std::vector<AuditMark> marks;
};

// Reads the page and checks every name in it against the set. Faults E1xx, E2xx, E4xx, E5xx; all of them are reported.
Result<AuditPage> read_audit_page(std::string_view text, const std::string& file, const rule::RuleSet& set);

}  // namespace ningyi::exchange
