// SPDX-License-Identifier: Apache-2.0
// Dated knowledge for the rows of a batch: the day of each row, and the value of a parameter in force on it for the
// scopes of the row, as judge() chooses it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cel/column.h"
#include "rule/knowledge.h"

namespace ningyi::rule {

// The day of each row, where it has one.
class BatchDays {
public:
    BatchDays() = default;
    BatchDays(const cel::ColumnView& column, std::size_t rows);

    std::optional<Date> of(std::size_t row) const {
        if (!is_known(row)) return std::nullopt;
        return Date{static_cast<std::int32_t>(column_.numbers[row])};
    }
    bool is_known(std::size_t row) const { return is_there_ && (column_.known == nullptr || column_.known[row] == 1); }
    bool are_all_known() const { return are_all_known_; }
    // Every row has a day within these.
    bool are_all_within(const Days& days) const {
        return are_all_known_ && days.contains(first_) && days.contains(last_);
    }
    // 1 where a row of `asked` (null: all) has a day within these or none at all.
    void mark_within(const Days& days, const std::uint8_t* asked, std::size_t rows, std::uint8_t* into) const;
    Date first() const { return first_; }  // REQUIRES: are_all_known()
    Date last() const { return last_; }

private:
    cel::ColumnView column_;
    bool is_there_ = false;
    bool are_all_known_ = false;
    Date first_, last_;
};

class ChosenParam {
public:
    // `keys`: scope keys of the subject, weakest first; `numbers`: theirs among those of the batch.
    ChosenParam(const Param& param, std::vector<std::string> keys, std::vector<std::uint32_t> numbers);

    bool has_scopes() const { return has_scopes_; }
    const std::vector<std::uint32_t>& scope_numbers() const { return numbers_; }

    // `scopes`: of each key, in the order of `keys`; not read when there are no scopes. Valid until the next call.
    cel::ColumnView column(const BatchDays& days, std::span<const cel::ColumnView> scopes, std::size_t rows,
                           cel::Vocabulary& vocabulary);

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    static constexpr std::uint32_t by_scope = UINT32_MAX - 1;
    // Days in which the same values are in force.
    struct Stretch {
        std::int32_t from = INT32_MIN;
        std::uint32_t value = none;  // that is chosen whatever the scopes; or by_scope
        std::vector<std::uint32_t> candidates;
    };

    std::size_t stretch_of(Date day) const;
    std::uint32_t chosen(const Stretch& stretch, std::span<const cel::ColumnView> scopes, std::size_t row) const;

    const Param* param_;
    std::vector<std::string> keys_;
    std::vector<std::uint32_t> numbers_;
    bool has_scopes_ = false;
    std::vector<Stretch> stretches_;
    cel::Column column_;
    std::uint32_t filled_with_ = none;  // the one value that stands in every row of `column_`
    const cel::Vocabulary* vocabulary_ = nullptr;
    std::vector<std::vector<std::uint32_t>> scope_codes_;  // by value: the codes its scope wants, as in ParamValue
    cel::Column values_;                                   // each value once
};

}  // namespace ningyi::rule
