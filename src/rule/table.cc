// SPDX-License-Identifier: Apache-2.0
#include "rule/table.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/text.h"
#include "rule/key_cell.h"
#include "rule/values.h"

namespace ningyi::rule {

namespace {

using cel::Value;

constexpr std::size_t most_keys_of_a_row = 64;        // a row is kept under each of its keys
constexpr std::size_t most_rows_side_by_side = 2000;  // rows that differ by ranges only are compared two by two

bool is_same(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    return a.kind() == cel::Kind::string ? a.text() == b.text() : cel::equal(a, b);
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
    hash ^= word;
    hash *= 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 32U);
}

std::uint64_t mixed(std::uint64_t hash, const Value& value) {
    if (value.kind() != cel::Kind::string) return mixed(hash, static_cast<std::uint64_t>(amount_of(value)));
    const std::string& text = value.text();
    for (std::size_t at = 0; at < text.size(); at += 8) {
        std::uint64_t word = 0;
        for (std::size_t i = at; i < std::min(at + 8, text.size()); ++i)
            word = (word << 8U) | static_cast<unsigned char>(text[i]);
        hash = mixed(hash, word);
    }
    return mixed(hash, text.size());
}

// Rows that name the same values in the hashed columns.
struct Bucket {
    std::vector<Value> values;        // of the hashed columns
    std::vector<std::uint32_t> rows;  // by first day, then as written
    bool is_chain = false;  // nothing else is asked and no two rows share a day: one look by day finds the row
};

bool share_a_day(Days a, Days b) {
    return a.from <= b.to && b.from <= a.to;
}

}  // namespace

struct TableIndex {
    std::vector<std::uint16_t> hashed;  // key columns in which every row names values
    std::unordered_map<std::uint64_t, std::vector<Bucket>> buckets;

    const Bucket* find(std::span<const Value> key) const {
        std::uint64_t hash = 0;
        for (const std::uint16_t column : hashed) hash = mixed(hash, key[column]);
        const auto found = buckets.find(hash);
        if (found == buckets.end()) return nullptr;
        for (const Bucket& bucket : found->second) {
            bool is_it = true;
            for (std::size_t i = 0; i < hashed.size() && is_it; ++i) is_it = is_same(bucket.values[i], key[hashed[i]]);
            if (is_it) return &bucket;
        }
        return nullptr;
    }
};

struct ListIndex {
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> entries;  // as written
};

namespace {

void choose_hashed(const Table& table, TableIndex& index) {
    std::vector<std::size_t> keys(table.rows.size(), 1);
    for (std::size_t column = 0; column < table.key.size(); ++column) {
        bool is_named = true;
        for (std::size_t i = 0; i < table.rows.size() && is_named; ++i) {
            const KeyCell& cell = table.rows[i].key[column];
            is_named = cell.kind == KeyCell::Kind::one_of && keys[i] * cell.values.size() <= most_keys_of_a_row;
        }
        if (!is_named) continue;
        for (std::size_t i = 0; i < table.rows.size(); ++i) keys[i] *= table.rows[i].key[column].values.size();
        index.hashed.push_back(static_cast<std::uint16_t>(column));
    }
}

// Every choice of one value from each hashed cell of the row.
void each_key(const Table& table, const TableIndex& index, const TableRow& row, std::vector<Value>& values,
              const std::function<void()>& use) {
    if (values.size() == index.hashed.size()) {
        use();
        return;
    }
    for (const Value& value : row.key[index.hashed[values.size()]].values) {
        values.push_back(value);
        each_key(table, index, row, values, use);
        values.pop_back();
    }
}

bool asks_no_more(const Table& table, const TableIndex& index, const TableRow& row) {
    for (std::size_t column = 0; column < table.key.size(); ++column) {
        const bool is_hashed = std::find(index.hashed.begin(), index.hashed.end(), column) != index.hashed.end();
        if (!is_hashed && row.key[column].kind != KeyCell::Kind::any) return false;
    }
    return true;
}

std::shared_ptr<TableIndex> index_rows(const Table& table) {
    auto index = std::make_shared<TableIndex>();
    choose_hashed(table, *index);
    std::vector<Value> values;
    for (std::uint32_t number = 0; number < table.rows.size(); ++number) {
        each_key(table, *index, table.rows[number], values, [&] {
            std::uint64_t hash = 0;
            for (const Value& value : values) hash = mixed(hash, value);
            std::vector<Bucket>& at = index->buckets[hash];
            auto bucket = std::find_if(at.begin(), at.end(), [&](const Bucket& one) {
                return std::equal(one.values.begin(), one.values.end(), values.begin(), is_same);
            });
            if (bucket == at.end()) bucket = at.insert(at.end(), Bucket{values, {}, false});
            bucket->rows.push_back(number);
        });
    }
    for (auto& [hash, buckets] : index->buckets) {
        for (Bucket& bucket : buckets) {
            std::stable_sort(bucket.rows.begin(), bucket.rows.end(), [&](std::uint32_t a, std::uint32_t b) {
                return table.rows[a].days.from < table.rows[b].days.from;
            });
            bucket.is_chain = true;
            for (std::size_t i = 0; i < bucket.rows.size() && bucket.is_chain; ++i) {
                const TableRow& row = table.rows[bucket.rows[i]];
                bucket.is_chain = asks_no_more(table, *index, row) &&
                                  (i == 0 || table.rows[bucket.rows[i - 1]].days.to < row.days.from);
            }
        }
    }
    return index;
}

// The cells of all columns; `any` of a chain's rest was looked at when it became a chain.
bool matches(const TableRow& row, std::span<const Value> key) {
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (!fits(row.key[i], key[i])) return false;
    }
    return true;
}

void put_in_order(const Table& table, std::vector<const TableRow*>& rows) {
    std::sort(rows.begin(), rows.end(), [](const TableRow* a, const TableRow* b) { return a->rank < b->rank; });
    const bool is_one = table.hit == HitPolicy::unique || table.hit == HitPolicy::any;
    if (is_one && rows.size() > 1) rows.resize(1);
}

bool is_answerable(const Table& table, std::span<const Value> key) {
    if (key.size() != table.key.size()) return false;
    return std::all_of(key.begin(), key.end(), [](const Value& part) { return part.is_known(); });
}

// The row of a chain that holds on the day.
const TableRow* row_of_chain(const Table& table, const Bucket& bucket, Date day) {
    const auto after = std::upper_bound(bucket.rows.begin(), bucket.rows.end(), day,
                                        [&](Date at, std::uint32_t row) { return at < table.rows[row].days.from; });
    if (after == bucket.rows.begin()) return nullptr;
    const TableRow& row = table.rows[*(after - 1)];
    return row.days.contains(day) ? &row : nullptr;
}

}  // namespace

bool is_single_hit(HitPolicy hit) {
    return hit == HitPolicy::unique || hit == HitPolicy::any || hit == HitPolicy::first || hit == HitPolicy::priority;
}

cel::Type answer_type(const Table& table, std::size_t column) {
    const cel::Type& one = table.columns[column].second;
    if (is_single_hit(table.hit)) return one;
    if (table.collected == Collected::count) return cel::type_of(cel::Kind::integer);
    if (table.collected != Collected::all) return one;
    cel::Type all = cel::list_of(one);
    all.max_size = std::max<std::size_t>(table.rows.size(), 1);
    return all;
}

std::vector<const TableRow*> scanned_rows(const Table& table, std::span<const Value> key, Date day) {
    std::vector<const TableRow*> rows;
    if (!is_answerable(table, key)) return rows;
    for (const TableRow& row : table.rows) {
        if (row.days.contains(day) && matches(row, key)) rows.push_back(&row);
    }
    put_in_order(table, rows);
    return rows;
}

std::vector<const TableRow*> matching_rows(const Table& table, std::span<const Value> key, Date day) {
    if (table.index == nullptr) return scanned_rows(table, key, day);
    std::vector<const TableRow*> rows;
    if (!is_answerable(table, key)) return rows;
    const Bucket* bucket = table.index->find(key);
    if (bucket == nullptr) return rows;
    if (bucket->is_chain) {
        if (const TableRow* row = row_of_chain(table, *bucket, day)) rows.push_back(row);
        return rows;
    }
    for (const std::uint32_t number : bucket->rows) {
        const TableRow& row = table.rows[number];
        if (day < row.days.from) break;
        if (row.days.contains(day) && matches(row, key)) rows.push_back(&row);
    }
    put_in_order(table, rows);
    return rows;
}

const TableRow* find_row(const Table& table, std::span<const Value> key, Date day) {
    if (table.index != nullptr && is_answerable(table, key)) {
        const Bucket* bucket = table.index->find(key);
        if (bucket == nullptr) return nullptr;
        if (bucket->is_chain) return row_of_chain(table, *bucket, day);
    }
    const std::vector<const TableRow*> rows = matching_rows(table, key, day);
    return rows.empty() ? nullptr : rows.front();
}

Value answer(const Table& table, std::size_t column, std::span<const TableRow* const> rows) {
    if (is_single_hit(table.hit)) return rows.empty() ? Value() : rows.front()->columns[column];
    cel::List values;
    for (const TableRow* row : rows) {
        if (row->columns[column].is_known()) values.push_back(row->columns[column]);
    }
    switch (table.collected) {
        case Collected::all: return Value::of_list(std::move(values));
        case Collected::count: return Value::of_int(static_cast<std::int64_t>(rows.size()));
        default: break;
    }
    if (values.empty()) return {};
    std::int64_t total = amount_of(values.front());
    for (std::size_t i = 1; i < values.size(); ++i) {
        const std::int64_t amount = amount_of(values[i]);
        if (table.collected == Collected::min) total = std::min(total, amount);
        if (table.collected == Collected::max) total = std::max(total, amount);
        if (table.collected == Collected::sum && __builtin_add_overflow(total, amount, &total))
            return Value::error("overflow");
    }
    return value_of_amount(table.columns[column].second.kind, total);
}

void finish_table(Table& table) {
    table.index = index_rows(table);
}

void check_rows(const Table& table, Faults& faults) {
    if (table.hit != HitPolicy::unique && table.hit != HitPolicy::any) return;
    const auto differ = [](const TableRow& a, const TableRow& b) {
        return !std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), [](const Value& x, const Value& y) {
            return x.is_known() == y.is_known() && (!x.is_known() || is_same(x, y));
        });
    };
    // First contradiction of a row: the row it contradicts, the earlier one in the file.
    std::vector<std::uint32_t> against(table.rows.size(), UINT32_MAX);
    for (const auto& [hash, buckets] : table.index->buckets) {
        for (const Bucket& bucket : buckets) {
            if (bucket.is_chain) continue;
            if (bucket.rows.size() > most_rows_side_by_side) {
                const TableRow& row = table.rows[bucket.rows[most_rows_side_by_side]];
                faults.push_back({table.rows_file, row.line, row.column, "E514",
                                  format("只靠范围区分的行超过 {} 行，请加一个写明值的键列", most_rows_side_by_side),
                                  format("more than {} rows differ by ranges only, add a key column of plain values",
                                         most_rows_side_by_side)});
                continue;
            }
            for (std::size_t i = 0; i < bucket.rows.size(); ++i) {
                for (std::size_t j = i + 1; j < bucket.rows.size(); ++j) {
                    const std::uint32_t first = std::min(bucket.rows[i], bucket.rows[j]);
                    const std::uint32_t second = std::max(bucket.rows[i], bucket.rows[j]);
                    const TableRow& a = table.rows[first];
                    const TableRow& b = table.rows[second];
                    if (against[second] <= first || !share_a_day(a.days, b.days)) continue;
                    bool meet = true;
                    for (std::size_t k = 0; k < a.key.size() && meet; ++k) meet = can_meet(a.key[k], b.key[k]);
                    if (!meet || (table.hit == HitPolicy::any && !differ(a, b))) continue;
                    against[second] = first;
                }
            }
        }
    }
    for (std::size_t i = 0; i < against.size(); ++i) {
        if (against[i] == UINT32_MAX) continue;
        const TableRow& row = table.rows[i];
        const int other = table.rows[against[i]].line;
        if (table.hit == HitPolicy::unique) {
            faults.push_back({table.rows_file, row.line, row.column, "E514", format("与第 {} 行同一天、同一键", other),
                              format("same key and day as the row in line {}", other)});
        } else {
            faults.push_back({table.rows_file, row.line, row.column, "E514",
                              format("与第 {} 行同一天、同一键，而取值不同", other),
                              format("same key and day as the row in line {}, but other values", other)});
        }
    }
}

std::shared_ptr<const ListIndex> index_of(const ListOf& list) {
    auto index = std::make_shared<ListIndex>();
    for (std::uint32_t i = 0; i < list.entries.size(); ++i) {
        std::uint64_t hash = 0;
        for (const std::string& part : list.entries[i].key) hash = mixed(hash, Value::of_string(part));
        index->entries[hash].push_back(i);
    }
    return index;
}

const ListEntry* find_entry(const ListOf& list, std::span<const Value> key, Date day) {
    if (key.size() != list.key.size()) return nullptr;
    const auto is_it = [&](const ListEntry& entry) {
        if (!entry.days.contains(day)) return false;
        for (std::size_t i = 0; i < key.size(); ++i) {
            if (key[i].kind() != cel::Kind::string || key[i].text() != entry.key[i]) return false;
        }
        return true;
    };
    if (list.index == nullptr) {
        const auto found = std::find_if(list.entries.begin(), list.entries.end(), is_it);
        return found == list.entries.end() ? nullptr : &*found;
    }
    std::uint64_t hash = 0;
    for (const Value& part : key) hash = mixed(hash, part);
    const auto found = list.index->entries.find(hash);
    if (found == list.index->entries.end()) return nullptr;
    for (const std::uint32_t number : found->second) {
        if (is_it(list.entries[number])) return &list.entries[number];
    }
    return nullptr;
}

}  // namespace ningyi::rule
