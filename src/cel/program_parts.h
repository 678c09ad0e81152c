// SPDX-License-Identifier: Apache-2.0
// What a vector program holds: its plan, and for each step the values of the batch under way. Steps are computed in
// lanes of all rows (program.cc), row by row where there is no loop (program_rows.cc), or as single cells where few
// rows are left (program_cells.cc).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "cel/kernels.h"
#include "cel/lowering.h"
#include "cel/program.h"

namespace ningyi::cel {

using Byte = std::uint8_t;

inline constexpr Byte mark_absent = static_cast<Byte>(Known::absent);
inline constexpr Byte mark_known = static_cast<Byte>(Known::known);
inline constexpr Byte mark_error = static_cast<Byte>(Known::error);

// Stands for the marks of a column whose rows are all known, and for those of a column that is not there.
inline constexpr auto all_known = [] {
    std::array<Byte, rows_max> marks{};
    marks.fill(mark_known);
    return marks;
}();
inline constexpr std::array<Byte, rows_max> all_absent{};
inline constexpr std::array<std::int64_t, rows_max> no_numbers{};
inline constexpr std::array<std::uint32_t, rows_max> no_codes{};

enum class Store : Byte { truths, numbers, codes, boxed };

Store store_of(const Step& step);

// The values of a step in this batch, and what is kept between batches.
struct Lane {
    ColumnView view;
    std::uint64_t batch = 0;  // of which `view` is
    bool is_all = false;      // every row is there; else those of `done`
    std::vector<Byte> done, known, truths;
    std::vector<std::int64_t> numbers;
    std::vector<std::uint32_t> codes;
    std::vector<Value> boxed;
    // call_on_text and in_values: what is known of each text by its code; of in_values only truths.
    std::vector<Byte> memo_known;  // 255: not computed yet
    std::vector<std::int64_t> memo;
    std::vector<std::uint32_t> wanted_codes;
};

inline const Byte* marks(const Lane& lane) {
    return lane.view.known != nullptr ? lane.view.known : all_known.data();
}

// A value of a column of numbers.
inline Value number_value(Kind kind, std::int64_t number) {
    return kind == Kind::timestamp  ? Value::of_timestamp_ms(number)
           : kind == Kind::duration ? Value::of_duration_ms(number)
                                    : Value::of(kind, number);
}

// What arithmetic may give without a second look: whole milliseconds well within what times and durations hold
// (times.h), or any number.
inline Range range_of(Kind kind) {
    if (kind == Kind::timestamp) return {-62135596800000, 253402300799000};  // years 1 to 9999
    if (kind == Kind::duration) return {-9223372036000, 9223372036000};      // 64 bits of nanoseconds
    return {};
}

struct Program::Parts {
    Plan plan;
    std::vector<Lane> lanes;
    std::size_t rows = 0;
    std::uint64_t batch = 0;
    Inputs* inputs = nullptr;
    Vocabulary* vocabulary = nullptr;
    const Zone* zone = nullptr;

    const Lane& lane(std::uint32_t number, const Byte* wanted);

    // One row of the batch, cell by cell.
    struct KeptCell {
        std::uint64_t tick = 0;
        Cell cell;
    };
    std::vector<KeptCell> cells;
    std::uint64_t tick = 0;  // of the row under way
    std::size_t cell_row = 0;
    const Byte* cell_mask = nullptr;  // rows for which cells are asked in this batch
    const Cell& cell(std::uint32_t number);
    Cell computed(std::uint32_t number);
    Cell member(std::uint32_t number);
    Cell calculated(std::uint32_t number);
    Cell called_quickly(std::uint32_t number);
    static Cell cell_of_value(const Value& value);

    // What arithmetic gives where a loop leaves off: as the evaluator does it.
    Value settled(const Step& step, std::int64_t a, std::int64_t b) const;
    const std::vector<std::uint32_t>& wanted_codes(const Step& step, Lane& lane) const;
    Value value(std::uint32_t number, std::size_t row) const {
        const Lane& from = lanes[number];
        if (!plan.steps[number].keeps_values) return value_at(from.view, row, *vocabulary);
        return marks(from)[row] == mark_known   ? from.boxed[row]
               : marks(from)[row] == mark_error ? Value::error("")
                                                : Value();
    }

    void new_vocabulary(Vocabulary& other);
    void compute(const Step& step, Lane& lane, const Byte* wanted);
    void fill_constant(const Step& step, Lane& lane);
    void take_input(const Step& step, Lane& lane, const Byte* wanted);
    void has(const Step& step, Lane& lane, const Byte* wanted);
    void logic(const Step& step, Lane& lane, const Byte* wanted);
    void negation(const Step& step, Lane& lane, const Byte* wanted);
    void choice(const Step& step, Lane& lane, const Byte* wanted);
    void compared(const Step& step, Lane& lane, const Byte* wanted);
    void in_values(const Step& step, Lane& lane, const Byte* wanted);
    void arithmetic(const Step& step, Lane& lane, const Byte* wanted);
    void call_on_text(const Step& step, Lane& lane, const Byte* wanted);
    void quick_rows(const Step& step, Lane& lane, const Byte* wanted);
    void by_row(const Step& step, Lane& lane, const Byte* wanted);
    void boxed(const Step& step, Lane& lane, const Byte* wanted);

    // The marks of a strict operation on two lanes; null when all rows are known.
    const Byte* strict_marks(const Lane& a, const Lane& b, Lane& into) const {
        if (a.view.known == nullptr) return b.view.known;
        if (b.view.known == nullptr || a.view.known == b.view.known) return a.view.known;
        into.known.resize(rows_max);
        strict(a.view.known, b.view.known, rows, into.known.data());
        return into.known.data();
    }
    bool is_constant(std::uint32_t number) const { return plan.steps[number].code == StepCode::constant; }

    // Makes room for the rows of a step.
    void open(const Step& step, Lane& lane) {
        switch (store_of(step)) {
            case Store::truths:
                if (lane.truths.empty()) lane.truths.resize(rows_max);
                break;
            case Store::numbers:
                if (lane.numbers.empty()) lane.numbers.resize(rows_max);
                break;
            case Store::codes:
                if (lane.codes.empty()) lane.codes.resize(rows_max);
                break;
            case Store::boxed:
                if (lane.boxed.empty()) lane.boxed.resize(rows_max);
                break;
        }
        lane.view = {.kind = step.kind,
                     .known = nullptr,
                     .truths = lane.truths.data(),
                     .numbers = lane.numbers.data(),
                     .codes = lane.codes.data(),
                     .boxed = lane.boxed.data()};
    }
    // The same with marks that are written row by row.
    void open_marked(const Step& step, Lane& lane) {
        open(step, lane);
        if (lane.known.empty()) lane.known.resize(rows_max);
        lane.view.known = lane.known.data();
    }
    void put(const Step& step, Lane& lane, std::size_t row, const Value& value) const {
        if (!value.is_known()) {
            lane.known[row] = value.is_error() ? mark_error : mark_absent;
            return;
        }
        lane.known[row] = mark_known;
        switch (store_of(step)) {
            case Store::truths: lane.truths[row] = value.is_true() ? 1 : 0; break;
            case Store::codes: lane.codes[row] = vocabulary->code(value.text()); break;
            case Store::boxed: lane.boxed[row] = value; break;
            case Store::numbers:
                lane.numbers[row] =
                    value.kind() == Kind::timestamp || value.kind() == Kind::duration ? value.ms() : value.number();
        }
    }
};

}  // namespace ningyi::cel
