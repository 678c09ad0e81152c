// SPDX-License-Identifier: Apache-2.0
// C6, live form: who moves with whom, found while fixes arrive in the order of the log. It feeds notices; the sealed
// form (compare/companion.h) decides. Subjects are opaque numbers.  (tracks.md §10)
//
// A stretch lies between two successive fixes of a subject, at most two minutes apart, moving when faster than
// `moving_mm_s`. When a stretch of A arrives, every B whose last fix falls into it is compared with A at the time of
// that fix: both places are of one instant, however far apart the fixes are, and for straight motion no contact at an
// instant compared is missed. Between two such instants in a row within `within_mm` both count as together; the time
// both moved is the lesser of what either moved since the pair was opened.
//
// Against the sealed form: fixes that arrive late are left out; time together begins and ends at an instant compared
// and not between two; the time before the first contact does not count as time both moved; and who stays (five minutes
// within 100 m) does not move, whatever the noise. In a crowd only the nearest become new pairs, and these are marked
// `crowded` and raise no alert. Memory is bounded; what the bounds leave out is counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/time.h"
#include "geo/place.h"
#include "geo/plane.h"

namespace ningyi::track {

struct JoinRule {
    std::int64_t within_mm = 50'000;
    std::int64_t moving_mm_s = 800;
    Millis least_time = 5 * minutes_ms;
    std::int64_t least_path_mm = 500'000;
    std::int64_t share_ppm = 500'000;
    Millis closed_after = 15 * minutes_ms;         // the last contact
    Millis passing = 1 * minutes_ms;               // a pair together for less is a passing,
    Millis passing_closed_after = 2 * minutes_ms;  // forgotten sooner
    std::int64_t stay_mm = 100'000;
    Millis stay_after = 5 * minutes_ms;
    Millis stay_longest_gap = 15 * minutes_ms;
    std::size_t crowd = 64;  // more moving subjects in one cell of `within_mm` are a crowd
    std::int64_t crowded_within_mm = 10'000;
    std::size_t most_subjects = 1'000'000;  // at one time; who was not seen for an hour makes room
    std::size_t most_pairs = 4'000'000;     // open at one time
};

struct Companions {
    std::uint64_t first = 0;  // < second
    std::uint64_t second = 0;
    Instant last;         // instant of the last contact
    Millis moving = 0;    // both, since the pair was opened
    Millis together = 0;  // of that, within the distance
    std::int64_t path_mm = 0;
    std::int64_t share_ppm = 0;
    bool is_crowded = false;
    bool operator==(const Companions&) const = default;
};

struct JoinCounts {
    std::int64_t fixes = 0;
    std::int64_t late = 0;         // not after the subject's last one
    std::int64_t far = 0;          // more than 1,000 km from the origin
    std::int64_t moving = 0;       // stretches compared with others
    std::int64_t contacts = 0;     // comparisons within the distance
    std::int64_t turned_away = 0;  // subjects or pairs for which there was no room
};

class CompanyJoin {
public:
    // `origin`: about the middle of the district.
    explicit CompanyJoin(geo::Place origin, const JoinRule& rule = {});

    // Takes the next fix of the log and appends the pairs that now reach the limits of the rule, each once while it is
    // open. REQUIRES: the fix has none of marks_without_company (compare/companion.h), as far as they are known live.
    void add(std::uint64_t subject, Instant at, geo::Place place, std::vector<Companions>& alerts);

    // The pair of two subjects with the time both moved until now; nothing if there is none or it was closed by the
    // time of the last fix of either.
    std::optional<Companions> pair(std::uint64_t a, std::uint64_t b) const;

    const JoinCounts& counts() const { return counts_; }

private:
    static constexpr std::uint32_t nowhere = 0xFFFFFFFFU;
    static constexpr std::size_t remembered = 8;

    // mm on the plane.
    struct Spot {
        std::int32_t east = 0;
        std::int32_t north = 0;
    };
    struct Grid {
        std::int32_t column = 0;
        std::int32_t row = 0;
    };
    // A moving subject as its cell holds it: all that a comparison needs.
    struct Member {
        Millis at = 0;
        Millis moving_since = 0;
        Millis moved = 0;
        Spot spot;
        std::uint32_t subject = 0;
        std::int32_t speed_mm_s = 0;
    };
    // A crowded cell keeps its members in parts of `crowded_within_mm`.
    struct Cell {
        std::vector<Member> members;
        std::vector<std::vector<Member>> parts;
        std::size_t count = 0;
        Spot corner;  // south-west
        bool is_crowded() const { return !parts.empty(); }
    };
    struct CellSlot {
        std::uint64_t key = 0;
        std::uint32_t cell = nowhere;
    };
    struct Subject {
        std::uint64_t number = 0;
        Millis at = 0;
        Spot spot;
        Grid grid;                     // of the cell of `spot`
        std::uint32_t cell = nowhere;  // that it is a member of
        std::uint32_t position = 0;    // among the members there
        Spot anchor;                   // of the stay that may be open
        Millis anchored = 0;
        Millis moving_since = 0;  // without a pause; meaningful while it is a member of a cell
        Millis moved = 0;         // sum of its moving stretches
        bool is_known = false;    // has a last fix
        // Its last pairs that were more than a passing: in a crowd they are looked for by name.
        std::array<std::uint32_t, remembered> companions{};
        std::uint32_t companions_noted = 0;
    };
    // A moving stretch that has just arrived.
    struct Stretch {
        std::uint32_t subject = 0;
        Millis from = 0;
        Millis to = 0;
        Spot start;
        Spot end;
        Grid start_grid;
        Grid end_grid;
        std::int32_t speed_mm_s = 0;
        Millis moved_before = 0;
        double shares_per_ms = 0;  // 1 / (to − from)
    };
    struct Contact {
        std::uint64_t key = 0;
        Member other;
        bool is_crowded = false;
    };
    // Small, because a crowd makes many. Times are in ms; those moved by the subject of the lower and of the higher
    // index are kept as they were when the pair was opened, modulo 2^32.
    struct Pair {
        std::uint64_t key = 0;  // 0: free
        Millis last = 0;
        std::uint32_t together : 29 = 0;  // a week
        bool is_crowded : 1 = false;
        bool is_alerted : 1 = false;
        bool is_remembered : 1 = false;
        std::uint32_t path_mm = 0;  // 4,295 km and no more
        std::uint32_t moved_low = 0;
        std::uint32_t moved_high = 0;
    };

    std::size_t subject_slot(std::uint64_t number) const;
    std::uint32_t known_subject(std::uint64_t number) const;
    std::uint32_t subject_of(std::uint64_t number, Millis now);
    void place_subjects();
    bool stays(Subject& subject, Millis at, Spot spot) const;

    Grid grid_of(Spot spot) const;
    std::size_t cell_slot(std::uint64_t key) const;
    const Cell* cell_of(std::uint64_t key) const;
    void grow_cells();
    std::vector<Member>& list_of(Cell& cell, Spot spot) const;
    std::size_t part_of(const Cell& cell, Spot spot) const;
    void enter(std::uint32_t subject, std::int32_t speed_mm_s);
    void leave(std::uint32_t subject);
    void rearrange(std::uint32_t cell, bool in_parts);

    void look_around(const Stretch& stretch);
    void look_at_companions(const Stretch& stretch);
    void consider(const Stretch& stretch, const Member& other, bool is_crowded, double within_mm);

    static std::uint64_t pair_key(std::uint32_t a, std::uint32_t b);
    std::size_t pair_slot(std::uint64_t key) const;  // where it is, or would be
    bool is_over(const Pair& pair, Millis now) const;
    void note(const Stretch& stretch, const Contact& contact, std::vector<Companions>& alerts);
    void remember(Pair& pair);
    void remove_pair(std::size_t slot);
    void sweep_pairs(std::size_t slots, Millis now);
    void make_room_for_pairs(Millis now);
    Companions said(const Pair& pair, Millis moved_low, Millis moved_high) const;

    JoinRule rule_;
    geo::Plane plane_;

    std::vector<Subject> subjects_;
    std::vector<std::uint32_t> subject_slots_;  // open addressing by number
    std::vector<std::uint32_t> free_subjects_;
    Millis next_clearing_ = std::numeric_limits<Millis>::min();

    std::vector<CellSlot> cell_slots_;  // open addressing; a cell that empties stays until the table is full
    unsigned cell_shift_ = 0;           // 64 less the bits of a slot
    std::size_t cells_used_ = 0;
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> free_cells_;

    std::vector<Pair> pairs_;  // open addressing
    std::size_t pairs_used_ = 0;
    std::size_t hand_ = 0;  // of the sweep

    std::vector<Contact> contacts_;  // of one stretch
    JoinCounts counts_;
};

}  // namespace ningyi::track
