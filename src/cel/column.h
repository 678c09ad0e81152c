// SPDX-License-Identifier: Apache-2.0
// Values of one type for many rows, as the vector program reads and writes them. A row is known, absent or an error;
// what stands in a row that is not known is never looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cel/value.h"

namespace ningyi::cel {

// Texts as numbers, given on first use from 0: equal texts have equal numbers. Grows, never forgets.
class Vocabulary {
public:
    Vocabulary() = default;
    Vocabulary(const Vocabulary&) = delete;  // what remembers a code remembers whose it is
    Vocabulary& operator=(const Vocabulary&) = delete;
    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;

    std::uint32_t code(std::string_view text);
    const std::string& text(std::uint32_t code) const { return *texts_[code]; }
    std::size_t size() const { return texts_.size(); }

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> codes_;
    std::vector<const std::string*> texts_;
};

enum class Known : std::uint8_t { absent = 0, known = 1, error = 2 };

// A look at a column that lies elsewhere (in a Column, in a file that is mapped). `known` null: every row is known.
// Which array is used follows from the kind: boolean → truths (0 or 1); string → codes; integer, units, date (days),
// timestamp and duration (ms) → numbers; list, place, fix → boxed.
struct ColumnView {
    Kind kind = Kind::absent;
    const std::uint8_t* known = nullptr;
    const std::uint8_t* truths = nullptr;
    const std::int64_t* numbers = nullptr;
    const std::uint32_t* codes = nullptr;
    const Value* boxed = nullptr;
};

struct Column {
    Kind kind = Kind::absent;
    std::vector<std::uint8_t> known;
    std::vector<std::uint8_t> truths;
    std::vector<std::int64_t> numbers;
    std::vector<std::uint32_t> codes;
    std::vector<Value> boxed;

    void resize(Kind of, std::size_t rows);                                 // rows start absent
    void set(std::size_t row, const Value& value, Vocabulary& vocabulary);  // absent and error values too
    Value get(std::size_t row, const Vocabulary& vocabulary) const;         // absent and error come back without words
    ColumnView view() const;
};

// The value in a row of a view.
Value value_at(const ColumnView& column, std::size_t row, const Vocabulary& vocabulary);

}  // namespace ningyi::cel
