// SPDX-License-Identifier: Apache-2.0
// A rule as read from its file and checked: clauses, doubts, exceptions, bands, sentences and tests. Text in, text out; how it
// is judged is judge.h, what it says is explain.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "cel/rule_expression.h"
#include "model/dictionary.h"
#include "rule/feature.h"
#include "rule/knowledge.h"
#include "rule/outcome.h"

namespace ningyi::rule {

// A sentence with places for values: literal parts and {path:format} parts.
struct Sentence {
    struct Part {
        std::string text;            // literal, or the path when `is_value`
        std::string format;          // m m1 km1 min h1 s yuan % %1 kmh date time, or empty
        bool is_value = false;
        std::uint16_t slot = 0;      // of a value path that names a slot; meaningless for {cite}, entities and finding paths
    };
    std::vector<Part> parts;
};

struct Clause {
    std::string id;
    Sentence zh, en;
    cel::Expression condition;
    bool asked_of_hits_only = false;  // doubts: `ask: hit`
};

struct Band {
    std::string id;
    cel::Expression condition;        // empty: always
    int severity = 1;
    std::string effect;               // own effect, or ""
    Sentence zh, en;
};

struct Let {
    std::string name;
    cel::Expression expression;
};

struct Trigger {
    enum class Kind : std::uint8_t { event, every, due };
    Kind kind = Kind::event;
    std::string event;
    Millis wait = 0;
    std::string every;                // day, month
    Millis at = 0;                    // time of day of `every`
    cel::Expression due;
};

struct Rule {
    std::string id, pack, file;
    Label title;
    std::int64_t version = 1;
    std::string status, result, effect;
    std::vector<std::string> stage;
    std::string subject;              // entity
    Trigger on;
    cel::Names names;                 // every path, with its slot
    cel::Expression applies;          // empty: always
    Days in_force;
    std::vector<std::string> cite;
    std::vector<std::pair<std::string, std::string>> params;     // local -> parameter name
    std::vector<std::pair<std::string, std::string>> features;   // alias -> feature name
    std::string each;                 // feature alias, or ""
    std::vector<std::uint16_t> needs; // slots
    std::vector<Let> lets;
    bool any = false;                 // when: any (else all)
    std::vector<Clause> clauses, doubts, exceptions;
    std::vector<Band> bands;
    cel::Expression severity, margin, at_risk, payable;
    std::vector<std::string> dedup, group, evidence;   // paths
    Sentence explain_zh, explain_en;
    Label misses, do_first;
    struct Innocent { std::string id; Label text; };
    std::vector<Innocent> innocent;
    std::int64_t min_precision_ppm = 0, min_verdicts = 0, max_share_of_queue_ppm = 1000000;
    std::int64_t cost_limit = 2000;
    std::vector<yaml::Node> tests;    // as written; run by rule_test_runner.h and by the engine's event tests
    std::string digest;               // hex SHA-256 (rules.md §1)
};

// Everything the packs say, checked together. What engine, reports and explanations work from.
struct RuleSet {
    struct Pack { std::string name, prefix; std::int64_t version = 1; Label title; std::vector<std::string> requires_packs; std::string folder; };
    std::vector<Pack> packs;
    model::Dictionary dictionary;
    std::vector<Param> params;
    std::vector<Table> tables;
    std::vector<ListOf> lists;
    std::vector<PolicyDocument> policies;
    std::vector<Feature> features;
    std::vector<Rule> rules;
    std::vector<std::pair<std::string, std::string>> derived;   // reserved order of derived fields: entity, field
    std::string digest;               // hex, over every rule digest

    const Param* param(std::string_view name) const;
    const Feature* feature(std::string_view name) const;
    const Rule* rule(std::string_view id) const;
    const Table* table(std::string_view name) const;
    const ListOf* list(std::string_view name) const;
    const PolicyDocument* policy(std::string_view name) const;
};

}  // namespace ningyi::rule
