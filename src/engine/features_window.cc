// SPDX-License-Identifier: Apache-2.0
// Windows: what many earlier records of one key come to; and the columns they are read from.
#include <algorithm>
#include <set>

#include "base/check.h"
#include "engine/body_value.h"
#include "engine/features.h"
#include "rule/values.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

// The first instant of the calendar span that `at` lies in, in the district's zone.
Instant calendar_start(const Zone& zone, Instant at, std::string_view calendar) {
    const Date day = zone.date(at);
    if (calendar == "week") return zone.midnight(Date{day.days - (weekday_of(day) - 1)});
    if (calendar == "month") return zone.midnight(Date{day.days - (calendar_of(day).day - 1)});
    return zone.midnight(day);
}

// The smallest id above this one.
Id just_after(Id id) {
    for (std::size_t i = id.bytes.size(); i-- > 0;) {
        if (++id.bytes[i] != 0) break;
    }
    return id;
}

}  // namespace

Value Features::aggregate(const Compiled& c, std::int64_t count, Wide sum, std::vector<std::int64_t> numbers,
                          std::size_t distinct) const {
    const rule::Feature& f = *c.feature;
    const Kind kind = c.of.is_empty() ? Kind::integer : c.of.expression.type().kind;
    switch (f.agg) {
        case rule::Aggregate::count: return Value::of_int(count);
        case rule::Aggregate::distinct: return Value::of_int(static_cast<std::int64_t>(distinct));
        case rule::Aggregate::sum:
            return sum > INT64_MAX || sum < INT64_MIN ? Value::error("sum out of range")
                                                      : of_number(kind, static_cast<std::int64_t>(sum));
        case rule::Aggregate::min:
            return numbers.empty() ? Value() : of_number(kind, *std::min_element(numbers.begin(), numbers.end()));
        case rule::Aggregate::max:
            return numbers.empty() ? Value() : of_number(kind, *std::max_element(numbers.begin(), numbers.end()));
        case rule::Aggregate::avg: return count == 0 ? Value() : of_number(kind, rounded_division(sum, count));
        case rule::Aggregate::quantile: {
            if (numbers.empty()) return {};
            std::sort(numbers.begin(), numbers.end());
            const auto n = static_cast<std::int64_t>(numbers.size());
            const std::int64_t rank = std::max<std::int64_t>(1, (f.q_permille * n + 999) / 1000);
            return of_number(kind, numbers[static_cast<std::size_t>(rank - 1)]);
        }
    }
    return {};
}

// What one record is in a column; nothing when it does not count there.
std::optional<Features::Column::Row> Features::column_row(const ColumnRule& rule, Column& column,
                                                          const Entry& entry) const {
    const Compiled& c = compiled_[rule.feature];
    Reader b = Reader::indexed(*paths_, entry.record, nullptr);
    Column::Row row{.time = entry.time, .id = entry.id, .record = entry.record};
    if (rule.by_values) {
        std::string text;
        std::vector<Value> values(c.where.slots.size());
        for (const std::uint16_t slot : c.where.expression.reads()) {
            if (!c.where.slots[slot].other) continue;
            values[slot] = b.read(c.where.slots[slot].path);
            text += std::to_string(static_cast<int>(values[slot].kind())) + ' ';
            const std::string exact = rule::exact_text(values[slot]);
            text += std::to_string(exact.size()) + ':' + exact;
        }
        const auto [known, is_new] =
            column.groups.emplace(text, static_cast<std::uint32_t>(column.group_values.size()));
        if (is_new) column.group_values.push_back(std::move(values));
        row.group = known->second;
    } else {
        row.counts = counts(c, b, b);
        if (row.counts == Truth::no) return std::nullopt;
    }
    if (!rule.group_path.empty()) {
        const std::string group = key_of(rule.group_path, b);
        row.group = column.groups.emplace(group, static_cast<std::uint32_t>(column.groups.size())).first->second;
    }
    if (c.of.is_empty()) {
        row.is_known = true;
        return row;
    }
    const Value value = evaluate(c.of, b, &b);
    if (c.feature->kind == rule::FeatureKind::window && c.feature->agg == rule::Aggregate::distinct) {
        row.is_known = value.is_known();
        if (row.is_known) {
            const auto next = static_cast<std::int64_t>(column.words.size());
            row.number = column.words.emplace(base_text(value), next).first->second;
        }
        return row;
    }
    const auto number = number_of(value);
    row.number = number.value_or(0);
    const bool is_counting = c.feature->kind == rule::FeatureKind::window && c.feature->agg == rule::Aggregate::count;
    row.is_known = is_counting ? value.is_known() : number.has_value();
    return row;
}

const Features::Column& Features::column(std::uint16_t number, const std::string& key,
                                         const std::vector<Entry>& entries) const {
    auto& kept = columns_[number];
    auto found = kept.find(key);
    if (found == kept.end()) {
        found = kept.try_emplace(key).first;
        found->second.rows.reserve(entries.size());
        for (const Entry& entry : entries) {
            if (auto row = column_row(column_rules_[number], found->second, entry)) found->second.rows.push_back(*row);
        }
    }
    Column& column = found->second;
    const std::size_t size = column.rows.size() + 1;
    column.known.resize(size);
    column.untold.resize(size);
    column.sums.resize(size);
    for (std::size_t i = column.summed; i + 1 < size; ++i) {
        const Column::Row& row = column.rows[i];
        const bool counts = row.counts == Truth::yes && row.is_known;
        column.known[i + 1] = column.known[i] + (counts ? 1 : 0);
        column.sums[i + 1] = column.sums[i] + (counts ? row.number : 0);
        column.untold[i + 1] = column.untold[i] + (row.counts == Truth::unknown ? 1 : 0);
    }
    column.summed = column.rows.size();
    return column;
}

void Features::place_in_columns(const Index& index, const std::string& key, const Entry* gone, const Entry* come) {
    const auto is_before = [](const Column::Row& row, const Entry& entry) {
        return row.time != entry.time ? row.time < entry.time : row.id < entry.id;
    };
    for (const std::uint16_t number : index.columns) {
        const auto found = columns_[number].find(key);
        if (found == columns_[number].end()) continue;
        Column& column = found->second;
        // Values that no row has any more stay among the groups; a column of corrections is made anew in the end.
        if (column.groups.size() > 2 * column.rows.size() + 64) {
            columns_[number].erase(found);
            continue;
        }
        if (gone != nullptr) {
            const auto at = std::lower_bound(column.rows.begin(), column.rows.end(), *gone, is_before);
            if (at == column.rows.end() || at->record != gone->record) continue;
            column.summed = std::min(column.summed, static_cast<std::size_t>(at - column.rows.begin()));
            column.rows.erase(at);
        }
        if (come != nullptr) {
            const auto row = column_row(column_rules_[number], column, *come);
            if (!row) continue;
            const auto at = std::lower_bound(column.rows.begin(), column.rows.end(), *come, is_before);
            column.summed = std::min(column.summed, static_cast<std::size_t>(at - column.rows.begin()));
            column.rows.insert(at, *row);
        }
    }
}

namespace {

// Collects the numbers of a window's rows, the last one first.
struct Tally {
    std::int64_t rows = 0;
    std::int64_t count = 0;
    Wide sum = 0;
    std::vector<std::int64_t> numbers;
    std::set<std::int64_t> distinct;

    void add(std::int64_t number, bool is_known, bool is_distinct) {
        ++rows;
        if (!is_known) return;
        if (is_distinct) {
            distinct.insert(number);
            return;
        }
        ++count;
        sum += number;
        numbers.push_back(number);
    }
};

}  // namespace

// Absent when it cannot be told which rows count, or when there are more than the feature allows.
Value Features::window_of_column(const Compiled& c, const Column& column, Reader& a, const AsOf& as_of,
                                 Instant from) const {
    const rule::Feature& f = *c.feature;
    const auto begin = column.rows.begin();
    const auto is_before = [](const Column::Row& row, const Entry& entry) {
        return row.time != entry.time ? row.time < entry.time : row.id < entry.id;
    };
    const auto last = std::lower_bound(begin, column.rows.end(), Entry{*as_of.time, as_of.id, no_record}, is_before);
    auto first = std::lower_bound(begin, last, from, [](const Column::Row& row, Instant at) { return row.time < at; });
    // The record judged stands at as_of itself, so it is never among those before, but for a rule that asks at an hour.
    auto own = last;
    if (const auto placed = indexes_[c.index].placed.find(a.subject());
        c.a == c.b && !f.counts_itself && placed != indexes_[c.index].placed.end()) {
        const auto at = std::lower_bound(first, last, placed->second.entry, is_before);
        if (at != last && at->record == a.subject()) own = at;
    }
    if (f.span_rows > 0 && last - first > f.span_rows) {
        const bool is_own_among = own != last && last - own <= f.span_rows;
        first = last - f.span_rows;
        if (is_own_among && first != begin) --first;
    }
    const bool has_own = own != last && own >= first;
    const auto low = static_cast<std::size_t>(first - begin);
    const auto high = static_cast<std::size_t>(last - begin);
    const std::int64_t own_untold = has_own && own->counts == Truth::unknown ? 1 : 0;  // nobody asks whether it counts
    if (column.untold[high] - column.untold[low] != own_untold) return {};
    if (f.span_rows == 0 && last - first - (has_own ? 1 : 0) > f.span_max) return {};
    const bool is_summed =
        f.agg == rule::Aggregate::count || f.agg == rule::Aggregate::sum || f.agg == rule::Aggregate::avg;
    if (is_summed && !has_own)
        return aggregate(c, column.known[high] - column.known[low], column.sums[high] - column.sums[low], {}, 0);
    Tally tally;
    for (auto row = first; row != last; ++row) {
        if (row != own) tally.add(row->number, row->is_known, f.agg == rule::Aggregate::distinct);
    }
    return aggregate(c, tally.count, tally.sum, std::move(tally.numbers), tally.distinct.size());
}

// As above; `where` asks the subject, so it is asked once for all rows that give it the same values.
Value Features::window_by_values(const Compiled& c, const Column& column, Reader& a, const AsOf& as_of,
                                 Instant from) const {
    const rule::Feature& f = *c.feature;
    const auto first = std::lower_bound(column.rows.begin(), column.rows.end(), from,
                                        [](const Column::Row& row, Instant at) { return row.time < at; });
    auto row = std::lower_bound(first, column.rows.end(), as_of, [](const Column::Row& r, const AsOf& now) {
        return r.time != *now.time ? r.time < *now.time : r.id < now.id;
    });
    std::vector<std::optional<Truth>> told(column.group_values.size());
    Tally tally;
    while (row != first && (f.span_rows == 0 || tally.rows < f.span_rows)) {
        --row;
        if (row->record == a.subject() && !f.counts_itself) continue;
        std::optional<Truth>& truth = told[row->group];
        if (!truth) {
            const Value value = evaluate_with(c.where, a, column.group_values[row->group]);
            truth = value.is_true() ? Truth::yes : value.is_false() ? Truth::no : Truth::unknown;
        }
        if (*truth == Truth::unknown) return {};
        if (*truth == Truth::yes) tally.add(row->number, row->is_known, f.agg == rule::Aggregate::distinct);
        if (f.span_rows == 0 && tally.rows > f.span_max) return {};
    }
    return aggregate(c, tally.count, tally.sum, std::move(tally.numbers), tally.distinct.size());
}

FeatureRows Features::window(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    std::string key;
    const std::vector<Entry>* entries = this->entries(c, a, reads, &key);
    if (entries == nullptr || !as_of.time) return result;
    const rule::Feature& f = *c.feature;
    Instant from{INT64_MIN};
    if (f.span_last > 0) from = Instant{as_of.time->ms - f.span_last};
    if (!f.span_calendar.empty()) from = calendar_start(paths_->zone(), *as_of.time, f.span_calendar);
    if (f.span_around > 0) {  // later ones as well, up to and with the last millisecond
        from = Instant{as_of.time->ms - f.span_around};
        as_of = {.time = Instant{as_of.time->ms + f.span_around + 1}, .id = {}};
    }
    if (f.counts_itself) as_of.id = just_after(as_of.id);
    if (c.column != no_index) {
        const Column& column = this->column(c.column, key, *entries);
        result.rows.push_back({column_rules_[c.column].by_values ? window_by_values(c, column, a, as_of, from)
                                                                 : window_of_column(c, column, a, as_of, from)});
        return result;
    }
    auto at = std::lower_bound(entries->begin(), entries->end(), as_of, [](const Entry& entry, const AsOf& now) {
        return entry.time != *now.time ? entry.time < *now.time : entry.id < now.id;
    });
    Tally tally;
    std::map<std::string, std::int64_t> words;
    while (at != entries->begin() && (f.span_rows == 0 || tally.rows < f.span_rows)) {
        --at;
        if (at->time < from) break;
        if (at->record == a.subject() && !f.counts_itself) continue;
        if (f.without_ties && at->record != a.subject() && at->time == *as_of.time) continue;
        Reader b = Reader::indexed(*paths_, at->record, reads);
        const Truth truth = counts(c, a, b);
        if (truth == Truth::unknown) return result;
        if (truth == Truth::no) continue;
        const Value value = c.of.is_empty() ? Value::of_int(0) : evaluate(c.of, a, &b);
        if (f.agg == rule::Aggregate::distinct) {
            const auto next = static_cast<std::int64_t>(words.size());
            const std::int64_t word = value.is_known() ? words.emplace(base_text(value), next).first->second : 0;
            tally.add(word, value.is_known(), true);
        } else {
            const auto number = number_of(value);
            const bool is_known = f.agg == rule::Aggregate::count ? value.is_known() : number.has_value();
            tally.add(number.value_or(0), is_known, false);
        }
        if (f.span_rows == 0 && tally.rows > f.span_max) return result;
    }
    result.rows.push_back({aggregate(c, tally.count, tally.sum, std::move(tally.numbers), tally.distinct.size())});
    return result;
}

}  // namespace ningyi::engine
