// SPDX-License-Identifier: Apache-2.0
#include "rule/batch_knowledge.h"

#include <algorithm>

namespace ningyi::rule {
namespace {

constexpr std::size_t rows_max = 2048;
constexpr std::uint8_t mark_known = static_cast<std::uint8_t>(cel::Known::known);

}  // namespace

BatchDays::BatchDays(const cel::ColumnView& column, std::size_t rows)
    : column_(column), is_there_(column.kind == cel::Kind::date && column.numbers != nullptr) {
    if (!is_there_) return;
    std::int64_t least = INT32_MAX;
    std::int64_t most = INT32_MIN;
    bool are_known = true;
    for (std::size_t row = 0; row < rows; ++row) {
        are_known = are_known && (column.known == nullptr || column.known[row] == mark_known);
        least = std::min(least, column.numbers[row]);
        most = std::max(most, column.numbers[row]);
    }
    are_all_known_ = are_known;
    if (!are_known) return;
    first_ = Date{static_cast<std::int32_t>(least)};
    last_ = Date{static_cast<std::int32_t>(most)};
}

void BatchDays::mark_within(const Days& days, const std::uint8_t* asked, std::size_t rows,
                            std::uint8_t* __restrict into) const {
    if (are_all_known_) {
        const std::int64_t* const numbers = column_.numbers;
        const std::int64_t from = days.from.days;
        const std::int64_t to = days.to.days;
        for (std::size_t row = 0; row < rows; ++row)
            into[row] = static_cast<std::uint8_t>((numbers[row] >= from ? 1 : 0) & (numbers[row] <= to ? 1 : 0));
    } else {
        for (std::size_t row = 0; row < rows; ++row) {
            const std::optional<Date> day = of(row);
            into[row] = !day || days.contains(*day) ? 1 : 0;
        }
    }
    if (asked == nullptr) return;
    for (std::size_t row = 0; row < rows; ++row) into[row] &= static_cast<std::uint8_t>(asked[row] != 0 ? 1 : 0);
}

ChosenParam::ChosenParam(const Param& param, std::vector<std::string> keys, std::vector<std::uint32_t> numbers)
    : param_(&param), keys_(std::move(keys)), numbers_(std::move(numbers)) {
    std::vector<std::int32_t> starts{INT32_MIN};
    for (const ParamValue& value : param.values) {
        has_scopes_ = has_scopes_ || !value.scope.empty();
        starts.push_back(value.days.from.days);
        if (value.days.to.days != INT32_MAX) starts.push_back(value.days.to.days + 1);
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    for (const std::int32_t start : starts) {
        Stretch stretch{.from = start};
        bool is_scoped = false;
        for (const std::vector<std::uint32_t>& group : param.by_scope) {
            const ParamValue* value = in_force(param, group, Date{start});
            if (value == nullptr) continue;
            stretch.candidates.push_back(static_cast<std::uint32_t>(value - param.values.data()));
            is_scoped = is_scoped || !value->scope.empty();
        }
        if (is_scoped)
            stretch.value = by_scope;
        else if (!stretch.candidates.empty())
            stretch.value = stretch.candidates.front();
        stretches_.push_back(std::move(stretch));
    }
}

std::size_t ChosenParam::stretch_of(Date day) const {
    const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), day.days,
                                        [](std::int32_t at, const Stretch& stretch) { return at < stretch.from; });
    return static_cast<std::size_t>(after - stretches_.begin()) - 1;
}

// The most specific scope wins, by its highest key, then the next (rules.md §6), as in judge().
std::uint32_t ChosenParam::chosen(const Stretch& stretch, std::span<const cel::ColumnView> scopes,
                                  std::size_t row) const {
    std::uint32_t best = none;
    std::uint64_t best_rank = 0;
    for (const std::uint32_t candidate : stretch.candidates) {
        const ParamValue& value = param_->values[candidate];
        std::uint64_t rank = 0;
        bool is_match = true;
        for (std::size_t i = 0; i < value.scope.size(); ++i) {
            const auto at =
                static_cast<std::size_t>(std::find(keys_.begin(), keys_.end(), value.scope[i].first) - keys_.begin());
            if (at == keys_.size()) return none;
            const cel::ColumnView& own = scopes[at];
            const bool is_known = own.kind == cel::Kind::string && own.codes != nullptr &&
                                  (own.known == nullptr || own.known[row] == mark_known);
            if (!is_known) return none;
            rank |= std::uint64_t{1} << std::min<std::size_t>(at, 63);
            is_match = is_match && own.codes[row] == scope_codes_[candidate][i];
        }
        if (is_match && (best == none || rank > best_rank)) best = candidate, best_rank = rank;
    }
    return best;
}

cel::ColumnView ChosenParam::column(const BatchDays& days, std::span<const cel::ColumnView> scopes, std::size_t rows,
                                    cel::Vocabulary& vocabulary) {
    if (vocabulary_ != &vocabulary) {
        vocabulary_ = &vocabulary;
        filled_with_ = none;
        scope_codes_.clear();
        values_.resize(param_->type.kind, param_->values.size());
        column_.resize(param_->type.kind, rows_max);
        for (std::size_t i = 0; i < param_->values.size(); ++i) {
            values_.set(i, param_->values[i].value, vocabulary);
            std::vector<std::uint32_t> codes;
            for (const auto& [key, wanted] : param_->values[i].scope) codes.push_back(vocabulary.code(wanted));
            scope_codes_.push_back(std::move(codes));
        }
    }
    const auto put = [&](std::size_t row, std::uint32_t value) {
        column_.known[row] = value == none ? 0 : values_.known[value];
        if (value == none) return;
        if (!column_.truths.empty()) column_.truths[row] = values_.truths[value];
        if (!column_.numbers.empty()) column_.numbers[row] = values_.numbers[value];
        if (!column_.codes.empty()) column_.codes[row] = values_.codes[value];
        if (!column_.boxed.empty()) column_.boxed[row] = values_.boxed[value];
    };
    if (days.are_all_known() && stretch_of(days.first()) == stretch_of(days.last())) {
        const std::uint32_t value = stretches_[stretch_of(days.first())].value;
        if (value != by_scope && value != none) {
            if (filled_with_ != value) {
                for (std::size_t row = 0; row < rows_max; ++row) put(row, value);
                filled_with_ = value;
            }
            cel::ColumnView view = column_.view();
            if (values_.known[value] == mark_known) view.known = nullptr;
            return view;
        }
    }
    filled_with_ = none;
    std::size_t last = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::optional<Date> day = days.of(row);
        if (!day) {
            put(row, none);
            continue;
        }
        const bool is_last = stretches_[last].from <= day->days &&
                             (last + 1 == stretches_.size() || day->days < stretches_[last + 1].from);
        if (!is_last) last = stretch_of(*day);
        const std::uint32_t value = stretches_[last].value;
        put(row, value == by_scope ? chosen(stretches_[last], scopes, row) : value);
    }
    return column_.view();
}

}  // namespace ningyi::rule
