// SPDX-License-Identifier: Apache-2.0
// A rule with every path it names resolved in the world, once at load: where its facts come from, what is its key, what
// is its evidence.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/features.h"
#include "engine/paths.h"
#include "rule/rule.h"

namespace ningyi::engine {

// Where a value that rules name is read for one subject.
struct FactSource {
    enum class Kind : std::uint8_t { none, path, feature, others };
    Kind kind = Kind::none;
    Path path;                         // path; others: of the other record
    std::uint16_t feature = no_index;  // feature
    std::uint16_t fact = 0;
    EntityIndex entity = no_index;  // others
};

struct CompiledRule {
    const rule::Rule* rule = nullptr;
    std::uint16_t number = 0;
    EntityIndex subject = no_index;
    EventIndex trigger = no_index;  // no_index: `every`
    Instant last;                   // of `every`: when its subjects were last judged live
    std::vector<FactSource> slots;
    std::vector<std::uint16_t> features;  // alias -> feature
    std::uint16_t each = no_index;        // feature
    std::vector<FactSource> dedup, group;
    struct Evidence {
        Path path;
        bool track = false;
        EntityIndex others = no_index;  // others.<entity>(<id path>).<…>
        FactSource id;
    };
    std::vector<Evidence> evidence;
    Millis revise = 0;
    FieldSet fields;  // that it reads itself, of whatever record
    struct FactUse {
        std::uint16_t feature = 0;
        std::uint16_t fact = 0;
        bool operator==(const FactUse&) const = default;
    };
    std::vector<FactUse> facts;  // of its features that its words name
};

// Every rule of the set, by number. Faults: names that do not resolve.
Result<std::vector<CompiledRule>> compile_rules(const rule::RuleSet& set, const Paths& paths, const Features& features);

// Where "order.pay" or "elder.area" is read for a subject of that kind; kind none when there is no such path.
FactSource path_source(const Paths& paths, EntityIndex subject, std::string_view path);
// Where a fact of a feature is read ("" for the one value of a window).
FactSource feature_source(const Features& features, std::uint16_t feature, std::string_view fact);
// The same by the name all rules share (rule::Fact, BatchJudge::others): "order.pay", "@overlap.lasts",
// "others.elder.area".
FactSource fact_source(const Paths& paths, const Features& features, EntityIndex subject, std::string_view name);

}  // namespace ningyi::engine
