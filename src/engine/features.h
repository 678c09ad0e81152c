// SPDX-License-Identifier: Apache-2.0
// Computes the declared features (rules.md §5) of one subject from the world: measure, window, lag, overlap, register.
// One text, one meaning: the answer depends on the world and the subject only, never on the order in which events
// arrived.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/paths.h"
#include "rule/rule.h"
#include "track/compare/dwell.h"
#include "track/measure.h"

namespace ningyi::engine {

struct FeatureRows {
    std::vector<std::vector<cel::Value>> rows;  // at least one; one value a fact, absent where not known
    std::vector<std::uint64_t> evidence;        // events a measure looked at
    std::string params;                         // names and values of the parameters it used, for the digest
};

// As of: records count that come before (time, id) in event order. `id` is that of the event that entered the subject;
// empty when the records are of another kind, so that none of the very same time counts. Without a time nothing is
// before or after.
struct AsOf {
    std::optional<Instant> time;
    Id id;
    bool operator==(const AsOf&) const = default;
};

class Features {
public:
    static Result<std::unique_ptr<Features>> compile(const rule::RuleSet& set, const Paths& paths);

    // Fact names of the feature, "" for the one of a window.
    const std::vector<std::string>& facts(std::uint16_t feature) const { return compiled_[feature].facts; }
    std::uint16_t index_of(std::string_view name) const;  // no_index when unknown

    // Brings the indexes up to date with a record that changed. REQUIRES: called for every touched record.
    struct Moved {
        std::uint16_t index = 0;
        std::string old_key, new_key;  // empty: was not, is not in the index
        Instant old_time, new_time;
    };
    std::vector<Moved> update(RecordIndex record);
    // How long after a record's time a subject's time may lie and still be reached through this index; 0: always
    // reached.
    Millis reach(std::uint16_t index) const { return indexes_[index].reach; }
    // Drops what was kept from earlier judgements and may have changed. REQUIRES: called for everything that came in.
    void forget(const World::Touched& touched);

    FeatureRows compute(std::uint16_t feature, Reader& subject, AsOf as_of, Reads* reads) const;

private:
    struct Entry {
        Instant time;
        Id id;
        RecordIndex record = no_record;
    };
    // Records of one event, by key, in event order. Shared by every feature with the same source and key.
    struct Index {
        EntityIndex entity = no_index;
        EventIndex from = no_index;
        std::vector<Path> key;
        std::string name;
        Millis reach = 0;
        std::unordered_map<std::string, std::vector<Entry>> by_key;
        struct Placed {
            std::string key;
            Entry entry;
        };
        std::unordered_map<RecordIndex, Placed> placed;
        std::vector<std::uint16_t> windows;  // features whose columns are kept for the keys of this index
    };
    // The records of one key that pass a window whose texts ask nothing of the record judged: in event order, with
    // running counts and sums, so that a window costs two searches however many records it holds.
    __extension__ using Wide = __int128;
    struct Column {
        struct Row {
            Instant time;
            Id id;
            std::int64_t number = 0;
            bool is_known = false;
        };
        std::vector<Row> rows;
        std::vector<std::int64_t> known;  // known[i]: of the first i rows; one longer than rows
        std::vector<Wide> sums;
    };
    struct Slot {
        bool other = false;  // of b
        Path path;
    };
    struct Scalar {  // an expression over a.* and b.*
        cel::Expression expression;
        std::vector<Slot> slots;  // where each slot of its names is read
        bool is_empty() const { return expression.is_empty(); }
    };
    struct Argument {
        enum class Source : std::uint8_t { none, path, interval, param, literal, expression };
        Source source = Source::none;
        Slot from, to;  // path; both ends of an interval
        const rule::Param* param = nullptr;
        std::int64_t literal = 0;
        Scalar expression;
    };
    struct Compiled {
        const rule::Feature* feature = nullptr;
        EntityIndex a = no_index, b = no_index;
        EventIndex from = no_index;
        std::uint16_t index = no_index;
        std::vector<Path> a_key;
        Scalar where, of, id;
        Path at, start, end;    // start and end of both sides: the same fields of the source's entity
        std::vector<Path> out;  // of b
        EntityIndex register_entity = no_index;
        const track::MeasureDefinition* measure = nullptr;
        const track::MeasureDefinition* each = nullptr;
        std::vector<Argument> args, each_args;
        bool alone = false;           // window: where and of read the other record alone, so a Column can be kept
        bool same_for_all = false;    // measure: what is gathered is the same for every subject with this key
        std::uint16_t gathering = 0;  // features that gather the same way have the same number
        std::vector<std::string> facts;
    };
    struct Binder;

    cel::Value evaluate(const Scalar& scalar, Reader& a, Reader* b) const;
    std::string key_of(const std::vector<Path>& key, Reader& reader) const;  // empty: a part is absent
    cel::Value aggregate(const Compiled& c, std::int64_t count, Wide sum, std::vector<std::int64_t> numbers,
                         std::size_t distinct) const;
    const Column& column(const Compiled& c, const std::string& key, const std::vector<Entry>& entries) const;
    FeatureRows window(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    FeatureRows lag(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    FeatureRows overlap(const Compiled& c, Reader& a, Reads* reads) const;
    FeatureRows look_up(const Compiled& c, Reader& a, Reads* reads) const;
    FeatureRows measure(const Compiled& c, Reader& a, Reads* reads) const;
    std::optional<track::Gathered> gather(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const;
    std::optional<track::Gathered> gathered_anew(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const;
    track::Argument argument(const Argument& from, track::ArgumentKind kind, Reader& a, Reader* b,
                             FeatureRows& out) const;
    // The records with the subject's key, and that key; null when a part of it is absent.
    const std::vector<Entry>* entries(const Compiled& c, Reader& a, Reads* reads, std::string* key = nullptr) const;

    const rule::RuleSet* set_ = nullptr;
    const Paths* paths_ = nullptr;
    std::vector<Compiled> compiled_;
    std::vector<Index> indexes_;
    // Dwells by (record, gathering) with what they were read from, because reading a track is the dear part; kept until
    // one of those changes. Whole measures by feature, key and arguments; kept until anything changes.
    struct Noted {
        bool is_carrier = false;
        EntityIndex entity = no_index;
        std::string id;
        Instant from, to;
    };
    struct Dwell {
        std::optional<track::Gathered> dwell;
        std::vector<Noted> notes;
    };
    class Recorder;
    static std::uint64_t place_of(const Noted& note);
    std::map<std::string, std::size_t> gatherings_;
    mutable std::unordered_map<std::uint64_t, Dwell> gathered_;
    mutable std::unordered_map<std::uint64_t, std::unordered_set<std::uint64_t>> gathered_from_;  // note -> dwells
    mutable std::unordered_map<std::string, track::Measurement> measured_;
    // Columns of windows by feature and key; a change of a record drops those of its keys.
    mutable std::vector<std::unordered_map<std::string, Column>> columns_;
};

}  // namespace ningyi::engine
