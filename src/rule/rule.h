// SPDX-License-Identifier: Apache-2.0
// A rule as read from its file and checked: clauses, doubts, exceptions, bands, sentences and tests. Text in, text out;
// how it is judged is judge.h, what it says is explain.h.
#pragma once

#include <functional>
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
        std::string text;    // literal, or the path when `is_value`
        std::string format;  // m m1 km1 min h1 s yuan % %1 kmh date time, or empty
        bool is_value = false;
        std::uint16_t slot = 0;  // of a value path that names a slot; meaningless unless `has_slot`
        bool has_slot = false;   // false for {cite} and an entity alone
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
    cel::Expression condition;  // empty: always
    int severity = 1;
    std::string effect;  // own effect, or ""
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
    std::string every;  // day, month
    Millis at = 0;      // time of day of `every`
    cel::Expression due;
};

// What stands behind a slot of `names`, resolved once at load so that judging looks nothing up by name.
struct SlotSource {
    enum class Kind : std::uint8_t { fact, param, let, list, table, others };
    Kind kind = Kind::fact;
    std::uint32_t index = 0;   // param: of Rule::params; let: of lets; list, table: of the set
    std::uint32_t column = 0;  // table
    int level = 1;             // privacy level of the field behind it; 3 and 4 are never stored in a finding
};

struct Rule {
    std::string id, pack, file;
    Label title;
    std::int64_t version = 1;
    std::string status, result, effect;
    std::vector<std::string> stage;
    std::string subject;  // entity
    Trigger on;
    cel::Names names;         // every path, with its slot
    cel::Expression applies;  // empty: always
    Days in_force;
    std::vector<std::string> cite;
    std::vector<std::pair<std::string, std::string>> params;    // local -> parameter name
    std::vector<std::pair<std::string, std::string>> features;  // alias -> feature name
    std::string each;                                           // feature alias, or ""
    std::vector<std::uint16_t> needs;                           // slots
    std::vector<Let> lets;
    bool any = false;  // when: any (else all)
    std::vector<Clause> clauses, doubts, exceptions;
    std::vector<Band> bands;
    cel::Expression severity, margin, at_risk, payable;
    std::vector<std::string> dedup, group, evidence;  // paths
    Sentence explain_zh, explain_en;
    Label misses, do_first;
    struct Innocent {
        std::string id;
        Label text;
    };
    std::vector<Innocent> innocent;
    std::int64_t min_precision_ppm = 0, min_verdicts = 0, max_share_of_queue_ppm = 1000000;
    // Mutants of the rule that no test can kill, with the reason why they say the same (mutants.h).
    struct Equivalent {
        std::string mutant;  // its name: "far: > -> >="
        Label why;
        int line = 0, column = 0;
    };
    std::vector<Equivalent> equivalent;
    std::int64_t cost = 0;  // static worst case of all its expressions (rules.md §4.7)
    std::int64_t cost_limit = 2000;
    std::vector<yaml::Node> tests;  // as written; run by rule_tests.h and by the engine's event tests
    std::string digest;             // hex SHA-256 of `canonical` (rules.md §1)
    std::string canonical;          // deterministic CBOR of the rule with the declarations it uses

    // Resolved at load, for judge().
    std::vector<SlotSource> sources;         // by slot
    std::vector<std::uint32_t> param_index;  // of each of `params`, in the set
    std::vector<std::uint16_t> param_slots;  // of each of `params`
    std::vector<std::pair<std::string, std::uint16_t>>
        scope_slots;                                      // scope keys of the subject, weakest first, with their path
    std::optional<std::uint16_t> date_slot;               // path of the subject's day
    std::vector<std::pair<std::string, Days>> cite_days;  // `cite` with the days its document is in force
    std::vector<std::pair<std::string, std::uint16_t>> used;  // every stored path (level 1 and 2), sorted by path
};

// Everything the packs say, checked together. What engine, reports and explanations work from.
struct RuleSet {
    struct Pack {
        std::string name, prefix;
        std::int64_t version = 1;
        Label title;
        std::vector<std::string> requires_packs;
        std::string folder;
    };
    std::vector<Pack> packs;
    model::Dictionary dictionary;
    std::vector<Param> params;
    std::vector<Table> tables;
    std::vector<ListOf> lists;
    std::vector<PolicyDocument> policies;
    std::vector<Feature> features;
    std::vector<Rule> rules;
    std::vector<std::pair<std::string, std::string>> derived;  // reserved order of derived fields: entity, field
    std::string digest;                                        // hex, over every rule digest
    std::function<std::string(std::string_view)> hash;         // SHA-256 in hex, given by the loader

    const Param* param(std::string_view name) const;
    const Feature* feature(std::string_view name) const;
    const Rule* rule(std::string_view id) const;
    const Table* table(std::string_view name) const;
    const ListOf* list(std::string_view name) const;
    const PolicyDocument* policy(std::string_view name) const;
};

// Reads a rule file and checks it against the set (dictionary, knowledge and features already in it). Nothing when it
// is so broken that it has no id; otherwise what could be read. Faults and warnings say the rest.
std::optional<Rule> read_rule(const yaml::Node& root, const std::string& file, const RuleSet& set,
                              const std::string& pack, const std::vector<std::string>& packs_in_reach, Faults& faults,
                              Faults& warnings);

}  // namespace ningyi::rule
