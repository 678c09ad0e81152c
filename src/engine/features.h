// SPDX-License-Identifier: Apache-2.0
// Computes the declared features (rules.md §5) of one subject from the world. One text, one meaning: the answer depends
// on the world and the subject only, never on the order in which events arrived. Each kind has a file of its own
// (features_window.cc …); features_compile.cc turns texts into what is computed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/fact_value.h"
#include "engine/field_set.h"
#include "engine/paths.h"
#include "engine/shared_marks.h"
#include "rule/rule.h"
#include "track/compare/dwell.h"
#include "track/compare/plan.h"
#include "track/measure.h"
#include "track/meeting.h"
#include "track/signature.h"

namespace ningyi::engine {

struct FeatureRows {
    std::vector<std::vector<cel::Value>> rows;             // at least one; one value a fact, absent where not known
    std::vector<std::uint64_t> evidence;                   // events a measure looked at
    std::vector<std::vector<std::uint64_t>> row_evidence;  // by row, besides; may be shorter than rows
    std::string params;                                    // names and values of the parameters it used, for the digest
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
    Features() : Features(std::make_shared<Shared>()) {}
    Features(const Features&) = delete;
    Features& operator=(const Features&) = delete;

    static Result<std::unique_ptr<Features>> compile(const rule::RuleSet& set, const Paths& paths);

    // Fact names of the feature, "" for the one of a window.
    const std::vector<std::string>& facts(std::uint16_t feature) const { return compiled_[feature].facts; }
    std::uint16_t index_of(std::string_view name) const;  // no_index when unknown

    // What a feature may look at, known from its text.
    struct Outlook {
        FieldSet fields;  // of whatever record
        EventIndex from = no_index;
        std::uint16_t index = no_index, peer_index = no_index;
        Millis reach = 0, ahead = 0;  // as below, of this feature alone
        bool is_shared = false;       // told by shared measures, but for the subject's own fields
        bool is_pair = false;         // searches for pairs of tracks
        bool reads_tracks = false;    // of any record
        std::vector<Path> tracks;     // of the subject
    };
    const std::vector<Outlook>& outlooks() const { return shared_->outlooks; }

    // Brings the indexes up to date with a record that changed. REQUIRES: called for every touched record. `said`: what
    // changed of it, null when that is not known.
    struct Moved {
        std::uint16_t index = 0;
        bool is_placed_anew = false;   // else it stands where it stood, and what is read of it may have changed
        std::string old_key, new_key;  // empty: was not, is not in the index
        Instant old_time, new_time;
    };
    std::vector<Moved> update(RecordIndex record, const Said* said = nullptr);
    // The same, told later and for all records at once: when something is computed. For a re-audit, where nobody asks
    // what moved; a key with a million records is then sorted once and not shifted a million times.
    void update_later(RecordIndex record);
    // How long after a record's time a subject's time may lie and still be reached through this index by a feature that
    // reaches so far only.
    Millis reach(std::uint16_t index) const { return indexes_[index].reach; }
    // And how long before it; 0 unless a feature of the index looks ahead.
    Millis ahead(std::uint16_t index) const { return indexes_[index].ahead; }
    // Drops what was kept from earlier judgements and may have changed. REQUIRES: called for everything that came in.
    // `said` as in update(); of fixes it is not asked.
    void forget(const World::Touched& touched, const Said* said = nullptr);
    // Live: brings the search for pairs of tracks up to date with all that came in, and names the records whose
    // neighbours changed by it. In a re-audit compute() does so by itself.
    std::vector<RecordIndex> refresh();

    FeatureRows compute(std::uint16_t feature, Reader& subject, AsOf as_of, Reads* reads);

    // Live: a measure over many records that is the same for every subject with its key and arguments is kept once for
    // all of them. This measures again what came in since, and names those that came out otherwise.
    struct MeasureChange {
        std::uint32_t measure = 0;
        std::uint16_t feature = 0;
        std::vector<std::uint16_t> facts;
    };
    std::vector<MeasureChange> refresh_measures();
    // Rises whenever it came out otherwise.
    std::uint64_t measure_version(std::uint32_t measure) const { return shared_measures_[measure].version; }

    // Brings everything up to date that compute() would, so that several may compute at the same time.
    // `together` does that many pieces of work, at the same time or not, and comes back when all are done.
    using Together = std::function<void(std::size_t parts, const std::function<void(std::size_t part)>& work)>;
    void prepare(std::size_t parts = 1, const Together& together = {});
    // A number that records whose tracks are compared with each other tend to share, 0 where none are. REQUIRES:
    // prepare() was called.
    std::uint64_t company(RecordIndex record) const;
    // One for another thread: it shares all that came in and keeps its own notes of what it computed. REQUIRES:
    // prepare() was called, and nothing comes in while both are used.
    std::unique_ptr<Features> beside() const;

private:
    struct Entry {
        Instant time;
        Id id;
        RecordIndex record = no_record;
    };
    static bool is_before(const Entry& a, const Entry& b);
    // Records of one event, by key, in event order. Shared by every feature with the same source and key.
    struct Index {
        EntityIndex entity = no_index;
        EventIndex from = no_index;
        std::vector<Path> key;
        std::string name;
        Millis reach = 0;
        Millis ahead = 0;
        std::unordered_map<std::string, std::vector<Entry>> by_key;
        struct Placed {
            const std::string* key = nullptr;  // in by_key, from which no key goes
            Entry entry;
        };
        std::unordered_map<RecordIndex, Placed> placed;
        std::vector<std::uint16_t> columns;  // numbers of the columns kept for the keys of this index
        FieldSet place, content;             // fields that say where a record stands, what the columns hold
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
    // The records of one key with what a window or baseline asks of each, in event order, so that a record is read once
    // and not once for every subject. Kept up to date record by record.
    enum class Truth : std::uint8_t { no, yes, unknown };
    struct Column {
        struct Row {
            Instant time;
            Id id;
            RecordIndex record = no_record;
            std::int64_t number = 0;
            std::uint32_t group = 0;  // whose: of peers; which values `where` reads: of a window that asks the subject
            Truth counts = Truth::yes;
            bool is_known = false;  // its number
        };
        std::vector<Row> rows;
        std::map<std::string, std::int64_t> words;  // of `distinct`: equal values get equal numbers
        std::map<std::string, std::uint32_t> groups;
        std::vector<std::vector<cel::Value>> group_values;
        // Of the first i rows, one longer than rows: how many are known, their sum, how many nobody can tell. Valid up
        // to summed_.
        std::vector<std::int64_t> known{0}, untold{0};
        std::vector<Wide> sums{0};
        std::size_t summed = 0;
    };
    struct ColumnRule {  // what a column is made of
        std::uint16_t feature = 0;
        bool by_values = false;        // a row for every record, grouped by the values that `where` reads
        std::vector<Path> group_path;  // of peers
    };
    struct Argument {
        enum class Source : std::uint8_t { none, path, interval, param, literal, expression };
        Source source = Source::none;
        Slot from, to;  // path; both ends of an interval
        const rule::Param* param = nullptr;
        std::int64_t literal = 0;
        Scalar expression;
    };
    // Records of one event with the marks by which pairs of their tracks are found. Shared by features that mark alike.
    struct Pairing {
        EntityIndex entity = no_index;
        EventIndex from = no_index;
        std::vector<Path> key;
        Path track;
        bool is_meeting = false;
        track::BandRule bands;  // of signatures
        track::CellRule cells;
        track::MeetingRule meeting;
        Millis reach = 0;  // how far apart in time two records may lie
        std::string name;
        struct Member {
            std::string key;
            Instant time;
            Id id;
            bool has_fixes = false;
            std::vector<track::Signed> parts;  // of a near-duplicate search
            std::vector<std::uint64_t> slots;  // of a meeting
            std::uint64_t carrier = 0;         // whose fixes, 0: not known; from when to when
            Instant from, to;
            std::vector<std::uint64_t> told_by;  // other records that tell that
            bool is_empty() const { return parts.empty() && slots.empty(); }
        };
        FieldSet looks;  // fields that its features may look at
        std::unordered_map<RecordIndex, Member> members;
        SharedMarks marks;
        std::unordered_set<RecordIndex> waiting;  // members that came or changed since
    };
    struct Compiled {
        const rule::Feature* feature = nullptr;
        EntityIndex a = no_index, b = no_index;
        EventIndex from = no_index;
        std::uint16_t index = no_index;
        std::vector<Path> a_key;
        Scalar where, of, id;
        Path at, start, end;  // start and end of the other side
        Path own_start, own_end;
        std::vector<Path> out;  // of b
        EntityIndex register_entity = no_index;
        const track::MeasureDefinition* measure = nullptr;  // also of `verify`
        const track::MeasureDefinition* each = nullptr;
        std::vector<Argument> args, each_args;
        bool same_for_all = false;        // measure: what is gathered is the same for every subject with this key
        std::uint16_t gathering = 0;      // features that gather the same way have the same number
        std::uint16_t column = no_index;  // window, baseline: of the records with the subject's key
        std::uint16_t peer_index = no_index, peer_column = no_index;  // baseline
        std::vector<Path> a_peers;
        std::uint16_t pairing = no_index;  // neardup, meet
        Millis reach = 0, ahead = 0;       // of index
        std::vector<std::string> facts;
    };
    struct Binder;
    std::uint16_t index_for(const Binder& binder, const rule::Feature& feature, const Compiled& c,
                            const std::vector<std::pair<std::string, std::string>>& key, Millis reach,
                            std::vector<Path>& a_key);
    std::uint16_t column_for(std::uint16_t index, bool by_values, const std::vector<Path>& group_path);
    std::uint16_t pairing_for(const Binder& binder, const rule::Feature& feature, const Compiled& c);

    cel::Value evaluate(const Scalar& scalar, Reader& a, Reader* b) const;
    // With the values of b's slots at hand.
    cel::Value evaluate_with(const Scalar& scalar, Reader& a, const std::vector<cel::Value>& values) const;
    Truth counts(const Compiled& c, Reader& a, Reader& b) const;             // what `where` says of b
    std::string key_of(const std::vector<Path>& key, Reader& reader) const;  // empty: a part is absent
    // The records with the subject's key, and that key; null when a part of it is absent.
    const std::vector<Entry>* entries(const Compiled& c, Reader& a, Reads* reads, std::string* key = nullptr) const;
    const std::vector<Entry>* entries(std::uint16_t index, const std::string& key, Reads* reads) const;

    // features_window.cc
    FeatureRows window(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    cel::Value aggregate(const Compiled& c, std::int64_t count, Wide sum, std::vector<std::int64_t> numbers,
                         std::size_t distinct) const;
    cel::Value window_of_column(const Compiled& c, const Column& column, Reader& a, const AsOf& as_of,
                                Instant from) const;
    cel::Value window_by_values(const Compiled& c, const Column& column, Reader& a, const AsOf& as_of,
                                Instant from) const;
    const Column& column(std::uint16_t number, const std::string& key, const std::vector<Entry>& entries) const;
    std::optional<Column::Row> column_row(const ColumnRule& rule, Column& column, const Entry& entry) const;
    void place_in_columns(const Index& index, const std::string& key, const Entry* gone, const Entry* come);

    FeatureRows lag(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    FeatureRows overlap(const Compiled& c, Reader& a, Reads* reads) const;
    FeatureRows look_up(const Compiled& c, Reader& a, Reads* reads) const;

    // features_measure.cc
    FeatureRows measure(const Compiled& c, Reader& a, Reads* reads) const;
    std::optional<track::Gathered> gather(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const;
    std::optional<track::Gathered> gathered_by(const Compiled& c, Reader& a, Reader& b) const;
    static std::uint64_t kept_under(const Compiled& c, RecordIndex record) {
        return (std::uint64_t{record} << 16U) | c.gathering;
    }
    std::optional<track::Gathered> gathered_anew(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const;
    std::optional<track::PlannedVisit> visit(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const;
    track::Argument argument(const Argument& from, track::ArgumentKind kind, Reader& a, Reader* b,
                             FeatureRows& out) const;
    void add_measurement(const track::MeasureDefinition& definition, const track::Measurement& measured,
                         std::vector<cel::Value>& row) const;  // verdict, limits, strength, facts
    void forget_gathered(const World::Touched& touched, const Said* said);

    // features_outlook.cc
    Outlook outlook_of(const Compiled& c) const;
    void add_outlooks();

    // features_shared.cc
    struct SharedMeasure {
        std::uint16_t feature = 0;
        std::string key;
        std::vector<track::Argument> arguments;
        track::Measurement measured;
        std::uint64_t version = 1;
        bool is_stale = true;
    };
    std::uint32_t shared_measure(const Compiled& c, const std::string& key, const std::string& same,
                                 const std::vector<track::Argument>& arguments) const;
    track::Measurement measured_anew(const SharedMeasure& shared, std::uint32_t number) const;
    void outdate_measure(std::uint32_t number);
    void outdate_measures(std::uint16_t index, const std::string& key, const Said* said);
    void outdate_measures_of(std::uint64_t kept);  // a dwell that is known no more
    mutable std::vector<SharedMeasure> shared_measures_;
    mutable std::unordered_map<std::string, std::uint32_t> shared_numbers_;
    mutable std::unordered_map<std::string, std::vector<std::uint32_t>> shared_by_key_;  // by index and key
    mutable std::unordered_map<std::uint64_t, std::unordered_set<std::uint32_t>> shared_by_note_;
    mutable std::vector<std::uint32_t> stale_measures_;

    // features_pairs.cc
    struct Verified;
    FeatureRows near_duplicate(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    FeatureRows meeting(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;
    // What the candidates measure up to; nothing when `where` cannot be told of one.
    struct Candidate {
        RecordIndex record = no_record;
        std::int64_t likeness = 0;  // the likeliest are verified first
        Instant time;
        Id id;
    };
    std::optional<std::vector<Verified>> verified(const Compiled& c, Reader& a,
                                                  const std::vector<Candidate>& candidates, FeatureRows& result,
                                                  Reads* reads) const;
    // One candidate compared. `in_full`: with every fact of the measure.
    Verified verified_one(const Compiled& c, Reader& a, const Candidate& candidate, bool in_full, FeatureRows& looked,
                          Reads* reads) const;
    void shelve(Reader& reader, Reads* reads) const;  // tracks that pairs are made of
    std::vector<std::uint64_t> marks_of(const Pairing& pairing, const Pairing::Member& member) const;
    std::optional<Pairing::Member> member_of(const Pairing& pairing, Reader& reader) const;
    void refresh(std::uint16_t pairing, std::vector<RecordIndex>* affected);
    struct Prepared;
    void forget_pairs(const World::Touched& touched, const Said* said);

    // features_baseline.cc
    FeatureRows baseline(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const;

    // What was read to know something, so that it is looked at again when that changes.
    struct Noted {
        bool is_carrier = false;
        EntityIndex entity = no_index;
        std::string id;
        Instant from, to;
    };
    class Recorder;
    static std::uint64_t place_of(const Noted& note);
    // Dwells by (record, gathering) with what they were read from, because reading a track is the dear part; kept until
    // one of those changes. Whole measures by feature, key and arguments; kept until anything changes.
    struct Dwell {
        std::optional<track::Gathered> dwell;
        std::vector<Noted> notes;
    };
    // Of one record, before it is taken in.
    struct Prepared {
        struct Part {
            std::uint16_t pairing = 0;
            std::optional<Pairing::Member> member;
            std::vector<std::uint64_t> marks;
            std::size_t notes = 0;  // so many of the notes below are its own
        };
        std::vector<Part> parts;
        std::vector<std::pair<std::uint64_t, Dwell>> dwells;
        std::vector<Noted> notes;
    };
    Prepared prepared(RecordIndex record, bool with_dwells) const;
    void place(RecordIndex record, const std::vector<Noted>& notes, Prepared::Part& part, bool is_one_of_many);
    mutable std::unordered_map<std::uint64_t, Dwell> gathered_;
    mutable std::unordered_map<std::uint64_t, std::unordered_set<std::uint64_t>> gathered_from_;  // note -> dwells
    mutable std::unordered_map<std::string, track::Measurement> measured_;
    mutable TrackShelf shelf_;
    mutable std::vector<std::unordered_map<std::string, Column>> columns_;        // by number and key
    mutable std::unordered_map<std::string, std::vector<cel::Value>> baselines_;  // until a record changes
    // Which records have which stretch of a carrier's fixes in their track, and which other records tell that.
    struct Covered {
        Instant from, to;
        RecordIndex record = no_record;
        std::uint16_t pairing = 0;
    };
    struct Cover {
        std::vector<Covered> spans;  // by from
        Millis longest = 0;
    };

    void bring_in();  // what was told for later

    // What is shared with those beside.
    struct Shared {
        const rule::RuleSet* set = nullptr;
        const Paths* paths = nullptr;
        std::vector<Compiled> compiled;
        std::vector<Index> indexes;
        std::vector<ColumnRule> column_rules;
        std::vector<Pairing> pairings;
        std::vector<Outlook> outlooks;
        std::map<std::string, std::size_t> gatherings;
        std::unordered_map<std::uint64_t, Dwell> dwells;   // made by prepare(), until anything comes in
        std::vector<RecordIndex> later;                    // told for later, each once
        std::vector<bool> is_later;                        // by record
        std::unordered_map<std::uint64_t, Cover> covered;  // by carrier
        std::unordered_map<std::uint64_t, std::vector<std::pair<std::uint16_t, RecordIndex>>> told_by;
    };
    explicit Features(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<Shared> shared_;  // owned together: the first may be gone before those beside it
    const rule::RuleSet*& set_ = shared_->set;
    const Paths*& paths_ = shared_->paths;
    std::vector<Compiled>& compiled_ = shared_->compiled;
    std::vector<Index>& indexes_ = shared_->indexes;
    std::vector<ColumnRule>& column_rules_ = shared_->column_rules;
    std::vector<Pairing>& pairings_ = shared_->pairings;
    std::map<std::string, std::size_t>& gatherings_ = shared_->gatherings;
    std::unordered_map<std::uint64_t, Cover>& covered_ = shared_->covered;
    std::unordered_map<std::uint64_t, std::vector<std::pair<std::uint16_t, RecordIndex>>>& told_by_ = shared_->told_by;
};

}  // namespace ningyi::engine
