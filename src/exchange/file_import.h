// SPDX-License-Identifier: Apache-2.0
// One file of a bundle, run through its mapping: rows in, drafts and rejects out. Part of bundle.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "exchange/bundle.h"
#include "exchange/columns.h"
#include "exchange/fix_blocks.h"
#include "exchange/look_up.h"
#include "exchange/mapping.h"
#include "exchange/rejects.h"
#include "exchange/rows.h"
#include "track/fix.h"

namespace ningyi::exchange {

// Required columns a table does not have, each a fault that names the closest there is.
Faults missing_columns(const Mapping& mapping, const std::vector<std::string>& header, const std::string& file);

class FileImport {
public:
    using OpenRows = std::function<Result<std::unique_ptr<RowSource>>(bool counted)>;
    // REQUIRES: the rule is a look-up.
    using LookUpTable = std::function<Result<LookUp>(const ValueRule& rule)>;

    FileImport(const Mapping& mapping, const BundleInfo& info, std::string file, Rejects& rejects, FileReport& counts,
               std::function<void(log::Draft&&)> hand_out);

    // A file with a key is read twice: once to find the keys that come again with other content, once for its drafts.
    // `progress` may say false to stop.
    Result<bool> run(const OpenRows& open, const LookUpTable& look_up,
                     const std::function<bool(std::uint64_t)>& progress);

    const Faults& notices() const { return notices_; }

private:
    // A row whose key comes again with other content: kept until the file is read, to be put in order.
    struct Held {
        Id key;
        std::int64_t amended_at = 0;
        std::int64_t line = 0;
        std::vector<std::pair<std::size_t, log::Draft>> drafts;  // by event rule
    };
    // How a position is read, with the words of its columns as codes.
    struct Position {
        PositionColumns columns;
        std::vector<std::uint8_t> datums, levels, providers, mocks;
    };

    void plan_columns(const std::vector<std::string>& header);
    void prepare_position(const PositionColumns& columns);
    const Position& position_of(const PositionColumns& columns) const;
    Result<bool> prepare_look_ups(const LookUpTable& look_up);
    Result<bool> find_repeated_keys(const OpenRows& open);
    void read_group(const Rows& rows);
    bool reject_bad_cells(const Rows& rows, std::size_t row, std::size_t& next_bad);
    bool check_row(const Rows& rows, std::size_t row);
    void reject(const Rows& rows, std::size_t row, std::size_t plan, Expected expected);
    void take_row(const Rows& rows, std::size_t row);
    void take_fix(const Rows& rows, std::size_t row);
    bool has(std::size_t plan, std::size_t row) const {
        return plan != no_plan && columns_->values(plan).states[row] == CellState::present;
    }
    std::int64_t number(std::size_t plan, std::size_t row) const { return columns_->values(plan).numbers[row]; }
    std::string_view text(const Rows& rows, std::size_t plan, std::size_t row) const;
    Id key_of(const Rows& rows, std::size_t row) const;
    Id content_of(const Rows& rows, std::size_t row) const;
    std::optional<track::Fix> fix_of(const Position& position, std::size_t row) const;
    std::optional<geo::Datum> datum_of(const Position& position, std::size_t row) const;
    std::optional<cbor::Value> value_of(const ValueRule& rule, const Rows& rows, std::size_t row) const;
    std::string text_of(const ValueRule& rule, const Rows& rows, std::size_t row) const;
    Instant instant_of(std::size_t plan, std::size_t row) const;
    std::optional<log::Draft> draft_of(const EventRule& rule, const Rows& rows, std::size_t row, bool& usable);
    void finish_draft(log::Draft& draft, const Id& row_key) const;
    void hand_out_held();
    void announce();

    const Mapping& mapping_;
    const BundleInfo& info_;
    std::string file_;
    Rejects& rejects_;
    FileReport& counts_;
    std::function<void(log::Draft&&)> hand_out_;
    Faults notices_;
    std::unique_ptr<Columns> columns_;
    std::vector<Position> positions_;
    std::map<std::string, LookUp> look_ups_;  // by name_of_look_up
    // What a rule's table knows of the key it was asked for last: nearly always that of the next row.
    struct Looking {
        const LookUp* table = nullptr;
        std::string key;
        const LookUp::Entries* entries = nullptr;
    };
    mutable std::unordered_map<const ValueRule*, Looking> looking_;
    std::unordered_set<Id> repeated_;  // keys with more than one content
    std::unordered_set<Id> seen_;      // keys taken; of repeated keys: contents taken
    std::vector<Held> held_;
    std::vector<char> zero_positions_;  // of this row, by position
    std::unique_ptr<FixBlocks> blocks_;
    std::string file_of_blocks_;
};

}  // namespace ningyi::exchange
