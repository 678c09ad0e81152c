// SPDX-License-Identifier: Apache-2.0
// Decision events for tests, in a made-up domain.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "casework/draw.h"
#include "engine/event.h"
#include "trust/sha256.h"

namespace ningyi::casework {

using Fields = std::vector<std::pair<std::string, std::string>>;

// An event at so many minutes, with text fields; a value of the form "#12" is the integer 12.
inline engine::ClearEvent decision(const std::string& type, std::int64_t minute, const Fields& fields) {
    engine::ClearEvent event;
    event.type = type;
    event.happened_at = Instant{1'700'000'000'000 + minute * 60'000};
    event.recorded_at = event.happened_at;
    event.body = cbor::Value::map();
    std::string all = type + std::to_string(minute);
    for (const auto& [name, value] : fields) {
        all += name + value;
        event.body.set(name, !value.empty() && value[0] == '#' ? cbor::Value::of(std::stoll(value.substr(1)))
                                                               : cbor::Value::of_text(value));
    }
    event.id = Id::from_bytes(trust::sha256(all));
    if (!fields.empty()) event.subject = fields[0].second;
    return event;
}

inline engine::ClearEvent verdict(std::int64_t minute, const std::string& finding, const std::string& word,
                                  const std::string& rule = "TE-A-01", std::int64_t version = 1) {
    return decision("core.verdict_given", minute,
                    {{"finding", finding},
                     {"rule", rule},
                     {"version", "#" + std::to_string(version)},
                     {"judged", "subject of " + finding},
                     {"verdict", word},
                     {"agency", "a1"},
                     {"day", "2026-10-04"},
                     {"reviewer", "r1"},
                     {"reviewer_role", "auditor"}});
}

inline std::string rule_text(std::int64_t version, const std::string& status, const std::string& extra = "") {
    return "rule: TE-A-01\nversion: " + std::to_string(version) + "\nstatus: " + status +
           "\nquality: {min_precision: 60%, min_verdicts: 30, max_share_of_queue: 10%}\n" + extra;
}

inline engine::ClearEvent adopted(std::int64_t minute, const std::string& path, const std::string& text) {
    return decision("core.text_adopted", minute, {{"path", path}, {"text", text}, {"text_digest", digest_of(text)}});
}

inline engine::ClearEvent proposed(std::int64_t minute, const std::string& id, std::int64_t version,
                                   const std::string& asks, const std::string& text, Fields more = {}) {
    Fields fields = {{"release_id", id},
                     {"rule", "TE-A-01"},
                     {"version", "#" + std::to_string(version)},
                     {"asks", asks},
                     {"proposer", "p1"},
                     {"proposer_role", "rule_author"},
                     {"path", "te/rules/a/TE-A-01.yaml"}};
    if (!text.empty()) fields.insert(fields.end(), {{"text", text}, {"text_digest", digest_of(text)}});
    fields.insert(fields.end(), more.begin(), more.end());
    return decision("core.rule_proposed", minute, fields);
}

inline engine::ClearEvent approved(std::int64_t minute, const std::string& id, const std::string& person = "p2",
                                   const std::string& role = "rule_approver",
                                   const std::string& type = "core.rule_approved") {
    return decision(type, minute, {{"release_id", id}, {"approver", person}, {"approver_role", role}});
}

}  // namespace ningyi::casework
