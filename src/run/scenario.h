// SPDX-License-Identifier: Apache-2.0
// Scenarios: stories with a map and expected outcomes, as docs/scenarios.md describes. Read into events, played through
// the engine live and as a re-audit, and compared with what must come out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "engine/event.h"
#include "engine/finding.h"
#include "rule/rule.h"

namespace ningyi::run {

struct Expectation {
    std::string rule, subject;  // subject "*": any
    rule::Outcome outcome = rule::Outcome::hit;
    std::optional<Instant> known;  // what a live run had decided by then
    std::optional<std::int64_t> count;
    std::vector<std::pair<std::string, std::string>>
        details;  // by, missing, band, severity, zh_has …, or PATH -> value
    int line = 0;
};

struct Scenario {
    std::string file, title;
    std::vector<engine::ClearEvent> events;  // in order of recording, seq from 1
    std::vector<Expectation> expectations;
};

// Every fault of the file, with line and column.
Result<Scenario> read_scenario(std::string_view text, const std::string& file, const model::Dictionary& dictionary);

struct Played {
    std::size_t expectations = 0;
    Faults failures;  // line, what was expected, what came out
};

// Also fails when a live run and a re-audit of the same events do not end in the same findings.
Result<Played> play(const Scenario& scenario, const rule::RuleSet& set, const Zone& zone);

// The clock tick that carries nothing but its recorded_at.
engine::ClearEvent tick(std::uint64_t seq, Instant at);

// A field of an event body from text, typed by the model: what `say` lines and the event tests of rules write. Places,
// fixes and tracks are not written this way. A fault without a place says what was expected.
Result<cbor::Value> body_value(const model::Field& field, std::string_view text, std::optional<Date> day);

}  // namespace ningyi::run
