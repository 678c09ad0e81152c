// SPDX-License-Identifier: Apache-2.0
// What the columns of a table mean: each is read by a plan into integers (or stays text), a group of rows at a time,
// and what does not fit is named with what was expected. Nothing is guessed: a value is as the plan says or it is bad.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exchange/rows.h"

namespace ningyi::exchange {

// `number` of a value: word: its index · integer: itself · latitude, longitude: 1e-7 degrees · metres: mm ·
// metres_per_second: mm/s · minutes: ms · time: epoch ms · epoch_ms: epoch ms · date: days · boolean: 0 or 1 ·
// date_or_time: epoch ms (a date alone: midnight, to which the caller's offset from UTC applies) · text, words: none.
enum class ColumnType : std::uint8_t {
    text,
    word,
    words,
    integer,
    latitude,
    longitude,
    metres,
    metres_per_second,
    minutes,
    time,
    epoch_ms,
    date,
    date_or_time,
    boolean
};

std::optional<ColumnType> column_type(std::string_view word);
std::string_view to_word(ColumnType type);

// Times before 1970 and from 2100 on are slips, not times.
constexpr std::int64_t first_time_ms = 0;
constexpr std::int64_t last_time_ms = 4'102'444'799'999;

struct ColumnPlan {
    std::string name;  // as mappings call it
    ColumnType type = ColumnType::text;
    bool required = false;           // an empty cell is bad
    std::size_t column = no_column;  // of the table; no_column when the table has none
    std::vector<std::string> words;  // of `word` and, where given, of `words`
    std::size_t max_size = 200;      // characters of text
    std::int64_t min = INT64_MIN;    // of the number, both ends included
    std::int64_t max = INT64_MAX;
    std::int64_t date_offset_ms = 0;  // date_or_time: added to the midnight of a date (minus the zone's offset)
    bool is_personal = false;         // a field of privacy level 3 or 4 is made from it (personal_columns.h)

    static constexpr std::size_t no_column = SIZE_MAX;
};

enum class CellState : std::uint8_t { absent, present, bad };

struct Values {
    std::vector<std::int64_t> numbers;  // of each row of the group
    std::vector<CellState> states;
};

struct BadCell {
    std::uint32_t row = 0;  // of the group
    std::uint32_t plan = 0;
    auto operator<=>(const BadCell&) const = default;
};

// Reads groups of rows by plans. One for a file: it remembers the last date it saw.
class Columns {
public:
    explicit Columns(std::vector<ColumnPlan> plans);

    // Reads all cells of the group. Afterwards `values(plan)` holds them and `bad()` the ones that do not fit, by row.
    void read(const Rows& rows);

    const std::vector<ColumnPlan>& plans() const { return plans_; }
    const Values& values(std::size_t plan) const { return values_[plan]; }
    const std::vector<BadCell>& bad() const { return bad_; }

private:
    // The date and the offset of the last time: nearly always those of the next.
    struct Memory {
        char date[11] = {};
        std::uint64_t suffix = 0, suffix_mask = 0;
        std::size_t suffix_size = 0;
        std::int64_t day_ms = 0;  // the date with its offset
        bool has_date = false;
    };

    void read_texts(const Rows& rows, std::size_t plan);
    void read_words(const Rows& rows, std::size_t plan);
    void read_times(const Rows& rows, std::size_t plan);
    template <class Read>
    void read_numbers(const Rows& rows, std::size_t plan, Read number_of);

    std::vector<ColumnPlan> plans_;
    std::vector<Values> values_;
    std::vector<Memory> memories_;
    std::vector<BadCell> bad_;
};

// What was expected of a cell that is bad, with the likely reason: a date in another order, a serial number of a
// spreadsheet, swapped coordinates. `{zh, en}`.
struct Expected {
    std::string zh, en;
};
Expected expected_of(const ColumnPlan& plan, std::string_view value);

// Single values by the same rules, for cells of other sources. Spaces around are not accepted here.
std::optional<std::int64_t> scaled_decimal(std::string_view text, int decimals);  // halves away from zero

}  // namespace ningyi::exchange
