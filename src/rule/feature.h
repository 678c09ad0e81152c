// SPDX-License-Identifier: Apache-2.0
// A declared computation whose result rules read as `<alias>.<fact>`. Declared only: the engine computes it. One text
// serves live judgement, re-audit and backtest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cbor.h"
#include "base/time.h"
#include "base/yaml.h"
#include "cel/rule_expression.h"
#include "model/dictionary.h"

namespace ningyi::rule {

// `measure` looks at one record (or, with `over`, at one row for each record that points to it); the others at many
// records.
enum class FeatureKind : std::uint8_t { measure, window, lag, overlap, register_, neardup, meet, baseline };

enum class Aggregate : std::uint8_t { count, sum, min, max, avg, distinct, quantile };
enum class Statistic : std::uint8_t { median, mean, mad, quantile };

// Where an output or an argument comes from, as text still: `a` the record judged, `b` another one; a parameter name; a
// literal.
struct Binding {
    std::string name;
    std::string text;                // "a.track", "a.elder.home", "home_care.presence_radius", "15min", "b.order_id"
    std::vector<std::string> parts;  // of a written list: ["a.service_start", "a.service_end"]
    int line = 0, column = 0;
};

struct Feature {
    std::string name;  // local to the pack and its dependants
    std::string pack, file;
    int line = 0, column = 0;
    model::Label title;
    FeatureKind kind = FeatureKind::measure;

    std::string entity;  // whose feature it is: the entity of `a` (of the rules that use it)
    std::string from;    // event that enters a record of the source; its subject entity is that of `b`
    std::vector<std::pair<std::string, std::string>>
        key;            // field of a (a path such as elder.household_id is allowed), field of b; `block` of neardup
    std::string where;  // expression over a.* and b.*, or empty
    Millis revise = 0;  // evidence later than this after the trigger is not looked at live

    // window; neardup takes `last` alone
    Millis span_last = 0;        // {last: 24h}
    Millis span_around = 0;      // {around: 30d}: as long before a's time as after it
    std::int64_t span_rows = 0;  // {rows: n}
    std::string span_calendar;   // day, week, month: the calendar span of a's time, up to as_of
    std::int64_t span_max = 10000;
    Aggregate agg = Aggregate::count;
    std::string of;  // expression over b.* (any integer unit), or empty for count
    int q_permille = 500;
    // As databases count, for comparing windows with them; no pack can say either.
    bool counts_itself = false;  // the record judged is in its own window
    bool without_ties = false;   // other records of the very same time are not

    // lag
    int n = 1;
    // lag, overlap, meet: how far back a record may lie (meet: before or after); bounds the state
    Millis reach = 0;

    // overlap: fields of start and end, of the record judged too unless `own` names others; reported on the later of
    // the two by (start, id), or with every record it meets (both_ways), which may begin later and be of another entity
    std::string interval_start, interval_end;
    std::string own_start, own_end;
    std::int64_t rows_max = 8;  // overlap, meet

    // neardup, meet: the track field of both records; who is worth verifying; `fn` and `args` are those of `verify`
    std::string track;
    std::int64_t cell_mm = 100'000;  // neardup
    std::int64_t bands = 16, band_rows = 4;
    std::int64_t verified_max = 32;  // candidates compared in full, the likeliest first
    bool both_ways = false;          // meet, overlap: reported on both of the two

    // baseline
    std::vector<std::pair<std::string, std::string>> peers;  // as key; empty: the same key's own past
    Statistic stat = Statistic::median;
    std::vector<std::int64_t> edges;  // of buckets, in base units of `of`, rising; none: values as they are
    std::int64_t min_n = 1;
    Millis close_after = 0;
    bool by_keys = false;  // z is told against what each other key comes to, not against the records of others

    // measure
    std::string fn;  // "track.presence"
    std::vector<Binding> args;
    bool over = false;        // gathers one row for each record of `from` whose `key` points to a
    std::string each_fn;      // measure run on each gathered record ("track.dwell"), its arguments, …
    bool each_visit = false;  // … or each is a planned visit: arguments place, interval, radius
    std::vector<Binding> each_args;
    std::int64_t over_max = 100000;

    // register
    std::string register_entity;
    Binding id;      // expression over a.*
    std::string at;  // a field of a with a time; empty: a's time

    std::vector<Binding> out;  // lag, overlap, register, neardup, meet: fact -> b.field

    // Made at load. What rules read: fact -> type ("" for the one value of a window), with the privacy level of the
    // field it comes from; the names a.* and b.* of this feature and its checked expressions.
    struct Fact {
        std::string name;
        cel::Type type;
        int level = 1;
    };
    std::vector<Fact> facts;
    cel::Names names;
    cel::Expression where_expression, of_expression, id_expression;
    yaml::Node where_node, of_node, id_node, edges_node;  // as written, for places in faults
    cbor::Value declaration;                              // canonical: for rule digests
};

// What may be known of a measure here (the measures themselves are in src/track, which rules may not include).
struct MeasureShape {
    enum class Takes : std::uint8_t { value, track, gathered };  // gathered: filled by `over`, never written
    struct Parameter {
        std::string name;
        bool required = false;
        Takes takes = Takes::value;
    };
    std::string name;  // "track.presence"
    std::vector<Parameter> parameters;
    std::vector<std::pair<std::string, cel::Type>> facts;  // besides verdict, limits and strength, which all have
};
using MeasureShapes = std::vector<MeasureShape>;

// Adds the features and measures of one file. Faults E2xx.
void read_features(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Feature>& into,
                   Faults& faults);

struct RuleSet;

// Checks a feature whose `entity` is known against everything else and fills what is made at load.
void check_feature(Feature& feature, const RuleSet& set, const MeasureShapes& shapes, Faults& faults);

}  // namespace ningyi::rule
