// SPDX-License-Identifier: Apache-2.0
// An import mapping: which columns a file has, and which events its rows become. Mappings are text of packs
// (packs/<pack>/import/<name>.yaml, docs/import-mappings.md); nothing here knows any one of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "exchange/columns.h"

namespace ningyi::exchange {

constexpr std::size_t no_plan = SIZE_MAX;

// The columns of one reported position; each an index of Mapping::columns or no_plan.
struct PositionColumns {
    std::size_t at = no_plan, lat = no_plan, lon = no_plan, accuracy = no_plan, level = no_plan, datum = no_plan,
                provider = no_plan, mock = no_plan, speed = no_plan, positioned = no_plan;
};

// How one value is made from a row.
struct ValueRule {
    enum class Kind {
        column,    // the value of a column, in the encoding of its type
        look_up,   // the value of `take` in the row of another file whose `by` equals our column `by`; absent when its
                   // rows differ
        constant,  // a text
        boolean,   // yes or no
        text,      // a template: "{elder_id}|{kind}"; "{sha256|row}" takes the first that is there
        fix,       // a position report (dictionary.h: fix); absent without coordinates
        place,     // a place (dictionary.h: place); absent without coordinates
        datum_known  // boolean: the coordinates are there and their datum is declared; absent without coordinates
    };
    Kind kind = Kind::column;
    std::size_t column = no_plan;  // column, look_up: ours
    std::string file, by, take;    // look_up
    std::string from, to;          // look_up: columns of that file, "" for none; a row counts only for times between
    std::size_t at = no_plan;      // look_up: our time, when there is from or to
    std::string text;              // constant
    bool yes = false;              // boolean
    struct Piece {
        std::string literal;               // before the columns
        std::vector<std::size_t> columns;  // the first present one; none: only the literal
        bool row = false;                  // a digest of the row when none of them is there
    };
    std::vector<Piece> pieces;         // text
    PositionColumns position;          // fix, place, datum_known
    std::vector<ValueRule> otherwise;  // at most one: what to take when this is absent
    int line = 0;                      // of the mapping, for faults
};

struct BodyField {
    std::string name;
    ValueRule value;
};

struct EventRule {
    std::string event;
    std::string amended;  // event of a later row with the same key; empty: the same event
    std::vector<std::pair<std::size_t, std::vector<std::size_t>>> when;  // word column, wanted words
    ValueRule subject;
    std::vector<std::size_t> happened_at;  // the first column that is there; none: the beginning (epoch 0)
    std::optional<ValueRule> actor;
    std::vector<BodyField> body;
    std::vector<std::string> require;  // fields without which a row cannot be used
};

// Rows of one carrier and device become blocks of at most 128 fixes.
struct BlockRule {
    std::string event;
    ValueRule carrier;
    std::size_t device = no_plan;
    PositionColumns position;
    std::string carrier_field, device_field, fixes_field;  // of the body
    std::string folder;  // of track files (GPX …) beside or instead of the table; "" for none
};

struct OrderCheck {
    std::size_t column = no_plan, not_before = no_plan;
};

// One event that says that the file was there.
struct AnnounceRule {
    std::string event, subject;
    std::vector<std::pair<std::string, ValueRule>> body;  // constants only
};

struct Mapping {
    std::string name;  // orders: of orders.csv or orders.xlsx
    std::string pack;
    std::string file;  // of the mapping, for faults
    std::string title_zh, title_en;
    int order = 100;  // files are read by (order, name)
    bool required = false;
    std::vector<ColumnPlan> columns;
    std::vector<std::size_t> key;
    std::size_t amend_by = no_plan;
    std::vector<EventRule> events;
    std::vector<OrderCheck> checks;
    std::optional<BlockRule> blocks;
    std::optional<AnnounceRule> announce;

    std::size_t column(std::string_view name) const;  // no_plan when unknown
};

// The mapping written in `text`; every fault of it at once.
Result<Mapping> read_mapping(std::string_view text, const std::string& file, const std::string& pack);

// All mappings among the files of packs ("home_care/import/orders.yaml" -> text), by (order, name). Look-ups must name
// files and columns that are mapped, and a name may be mapped once.
Result<std::vector<Mapping>> read_mappings(const std::map<std::string, std::string>& files);

}  // namespace ningyi::exchange
