// SPDX-License-Identifier: Apache-2.0
// Dated knowledge that rules use: parameters, tables, lists and the policy documents they cite. Everything is chosen by the
// day of the subject (the service date), never by the day of the run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
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
    int line = 0, column = 0;
};

struct Param {
    std::string name;        // home_care.checkin_radius
    std::string file;
    Label title;
    cel::Type type;
    std::string unit;        // how it is shown
    std::string by;          // path of the day, "order.service_date"
    std::optional<cel::Value> least, most;
    std::vector<ParamValue> values;
};

enum class HitPolicy : std::uint8_t { unique, any, first, priority, rule_order, output_order, collect };

struct TableRow {
    Days days;
    std::vector<cel::Value> key;
    std::vector<cel::Value> columns;
    int override_mark = 0;
    std::string why;
    std::vector<std::string> cite;
    int line = 0;
};

struct Table {
    std::string name, pack, file;
    HitPolicy hit = HitPolicy::unique;
    std::vector<std::pair<std::string, cel::Type>> key, columns;
    std::vector<TableRow> rows;
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
    std::vector<std::string> key;    // key columns, all text
    std::vector<ListEntry> entries;
};

struct PolicyDocument {
    std::string name, file;
    Label title;
    Date issued;
    Days in_force;
    std::vector<std::string> replaces;
    std::map<std::string, Label> clauses;   // number -> text
};

}  // namespace ningyi::rule
