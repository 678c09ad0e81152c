// SPDX-License-Identifier: Apache-2.0
// What a dated table answers: the row or rows that match a key on a day, by its hit policy, and the value of a column
// over them. Looked up by hash where rows name values, by days, then row by row.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/yaml_map.h"
#include "rule/knowledge.h"

namespace ningyi::rule {

// Two days, `from` and `to`, of a row, entry or value; a fault when they are in the wrong order.
Days read_days(yaml::MapReader& map);

// True when one row answers: unique, any, first, priority.
bool is_single_hit(HitPolicy hit);

// The type of `.get(k…).column`: of one row, a list over all rows, or of what is collected.
cel::Type answer_type(const Table& table, std::size_t column);

// Every row that matches, in the order of the hit policy: the rows' own order, or for priority and output_order that of
// their values. Rows of unique and any: at most one.
std::vector<const TableRow*> matching_rows(const Table& table, std::span<const cel::Value> key, Date day);

// The value of a column over `rows` (from matching_rows): that of the row that wins, or the list or amount that the hit
// policy makes of all of them, without rows that leave the column out. Absent: no row, or nothing to take a sum,
// minimum or maximum of; an error when a sum overflows.
cel::Value answer(const Table& table, std::size_t column, std::span<const TableRow* const> rows);

// The faults of rows that contradict each other: two of `unique` that match one key on one day, two of `any` that then
// differ. Row 1 of a pair is named in the fault of row 2.
void check_rows(const Table& table, Faults& faults);

// Puts rows and entries in order for looking up. REQUIRES: called after the last change of rows.
void finish_table(Table& table);
std::shared_ptr<const ListIndex> index_of(const ListOf& list);

// Without an index: the same answer, row by row. For tests.
std::vector<const TableRow*> scanned_rows(const Table& table, std::span<const cel::Value> key, Date day);

}  // namespace ningyi::rule
