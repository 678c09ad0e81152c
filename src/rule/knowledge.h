// SPDX-License-Identifier: Apache-2.0
// Dated knowledge that rules use: parameters, tables, lists and the policy documents they cite. Everything is chosen by
// the day of the subject (the service date), never by the day of the run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cbor.h"
#include "base/time.h"
#include "base/yaml.h"
#include "cel/rule_expression.h"
#include "cel/value.h"
#include "model/dictionary.h"

namespace ningyi::rule {

using model::Label;

// Days from..to, both included; an open end is the smallest or largest date.
struct Days {
    Date from{INT32_MIN};
    Date to{INT32_MAX};
    bool contains(Date day) const { return from <= day && day <= to; }
};

struct ParamValue {
    Days days;
    cel::Value value;
    std::vector<std::pair<std::string, std::string>> scope;  // key -> value, empty: the whole district
    std::vector<std::string> cite;                           // document#clause
    Label basis;                                             // when there is no clause
    bool is_retro = false;                                   // holds for days before what it rests on was issued
    std::string why;                                         // the reason of that, and of others that give one
    int line = 0, column = 0;
};

struct Param {
    std::string name;  // home_care.checkin_radius
    std::string file;
    Label title;
    cel::Type type;
    std::string unit;  // how it is shown
    std::string by;    // path of the day, "order.service_date"
    std::optional<cel::Value> least, most;
    std::vector<ParamValue> values;
    int line = 0, column = 0;                          // of `values`
    std::vector<std::vector<std::uint32_t>> by_scope;  // indices of values with one scope, by `from`; [0]: the district
    cbor::Value declaration;                           // canonical, without values: for rule digests
};

enum class HitPolicy : std::uint8_t { unique, any, first, priority, rule_order, output_order, collect };

// What one row asks of one key column. Amounts are in base units (ms of durations and instants, days of dates).
struct KeyCell {
    enum class Kind : std::uint8_t { any, one_of, range };
    Kind kind = Kind::any;
    std::vector<cel::Value> values;                    // one_of: distinct, at least one
    std::int64_t least = INT64_MIN, most = INT64_MAX;  // range: both included
    std::string said;                                  // how a finding names it: "bath", "[bath,meal]", ">= 18", "-"
};

struct TableRow {
    Days days;
    std::vector<KeyCell> key;
    std::vector<cel::Value> columns;
    int override_mark = 0;
    std::string why;
    std::vector<std::string> cite;
    std::uint32_t rank = 0;  // its place in the order of the hit policy
    int line = 0, column = 0;
};

// What `collect` makes of the values of all rows that match.
enum class Collected : std::uint8_t { all, sum, min, max, count };

struct TableIndex;  // table.cc
struct ListIndex;

struct Table {
    std::string name, pack, file;
    std::string rows_file;  // where its rows stand: `file`, or the CSV beside it
    HitPolicy hit = HitPolicy::unique;
    Collected collected = Collected::all;
    std::vector<std::pair<std::string, cel::Type>> key, columns;
    std::vector<TableRow> rows;
    std::shared_ptr<const TableIndex> index;  // for looking up; shared by copies of a table, whose rows are the same
    cbor::Value declaration;                  // canonical, without rows
};

struct ListEntry {
    Days days;
    std::vector<std::string> key;
    std::string why, by, approved;
    int line = 0;
};

struct ListOf {
    std::string name, pack, file;
    Label title;
    std::vector<std::string> key;  // key columns, all text
    std::vector<ListEntry> entries;
    std::shared_ptr<const ListIndex> index;  // as of a table
    cbor::Value declaration;                 // canonical, without entries
};

struct PolicyDocument {
    std::string name, file;
    Label title;
    Date issued;
    Days in_force;
    std::vector<std::string> replaces;
    std::map<std::string, Label> clauses;  // number -> text (English may be empty)
};

// The value in force on `day` for one group of `by_scope`, or null.
const ParamValue* in_force(const Param& param, const std::vector<std::uint32_t>& group, Date day);

// The row of a table that wins for `key` on `day` (the first of those that match, in the order of its hit policy), or
// the first entry of a list; null when there is none. What a table answers is table.h.
const TableRow* find_row(const Table& table, std::span<const cel::Value> key, Date day);
const ListEntry* find_entry(const ListOf& list, std::span<const cel::Value> key, Date day);

// Readers of one file each. Faults E2xx, E4xx, E5xx; what could be read is added all the same.
void read_params(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Param>& into,
                 Faults& faults);
// `rows`: those of the CSV file of the same name, when there is one.
struct RowsFile {
    std::string file;
    std::vector<yaml::Node> rows;  // maps of column to text
};
void read_table(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Table>& into,
                Faults& faults, Faults& warnings, const RowsFile* rows = nullptr);
void read_list(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<ListOf>& into,
               Faults& faults);
void read_policy(const yaml::Node& root, const std::string& file, std::vector<PolicyDocument>& into, Faults& faults);

}  // namespace ningyi::rule
