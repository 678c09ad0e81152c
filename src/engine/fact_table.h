// SPDX-License-Identifier: Apache-2.0
// Columns of what rules read about all subjects of one entity, as bytes that can be kept: what a backtest reads instead
// of the log. Rebuildable, never truth. Rows stand in groups; every column of a group is read by itself, so that a
// question about two columns reads two columns. Everything read is checked: damage is a fault, never a wrong value.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cel/column.h"

namespace ningyi::engine {

// What a column is: its name ("order.pay", "@feature.fact", "#subject" …), the digest of everything its values follow
// from, and the kind of its values. `plain` texts are read as texts and have no code in a vocabulary.
struct FactColumn {
    std::string name;
    std::string digest;
    cel::Kind kind = cel::Kind::absent;
    bool plain = false;
};

// Which rows the columns are about: subjects of `entity`; `when`: "" as of their own time, an event of the model as of
// that event, "day@…" or "month@…" as of a schedule; `each`: a row for every row of that feature.
struct FactRows {
    std::string entity, when, each;
    std::string digest;          // of what decides which rows there are
    std::uint64_t position = 0;  // of the log
    bool operator==(const FactRows&) const = default;
};

constexpr std::size_t fact_group_rows = 16384;  // a whole number of batches

// Writes a table, group by group.
class FactTableWriter {
public:
    using Sink = std::function<void(std::string_view bytes)>;
    FactTableWriter(FactRows rows, std::vector<FactColumn> columns, Sink sink);

    // One row: a value a column, in their order; of the column's kind, absent or an error.
    void add(const std::vector<cel::Value>& row);
    // Ends the table. `note` is kept beside it, for whoever writes it.
    void finish(std::string_view note);

private:
    struct Chunk {
        std::uint64_t offset = 0;
        std::uint32_t length = 0, crc = 0;
    };
    void put(std::string_view bytes, std::vector<Chunk>& chunks);
    void end_group();

    FactRows about_;
    std::vector<FactColumn> columns_;
    Sink sink_;
    std::vector<std::vector<cel::Value>> group_;  // by column
    std::size_t in_group_ = 0;
    std::uint64_t rows_ = 0, written_ = 0;
    std::vector<std::map<std::string, std::uint32_t, std::less<>>> codes_;  // of columns with codes
    std::vector<std::vector<Chunk>> chunks_;                                // by column, then by group
};

// One group of a column, decoded.
struct FactChunk {
    cel::Column column;
    std::vector<std::string_view> texts;  // of plain columns instead; points into the table's bytes
};

class FactTable {
public:
    // The table that these bytes hold; they must outlive it. A fault (E720) when they are not one, or not whole.
    static Result<FactTable> open(std::string_view bytes);

    const FactRows& about() const { return about_; }
    std::uint64_t rows() const { return rows_; }
    std::size_t groups() const { return (rows_ + fact_group_rows - 1) / fact_group_rows; }
    std::size_t rows_in(std::size_t group) const;
    const std::vector<FactColumn>& columns() const { return columns_; }
    std::optional<std::size_t> find(std::string_view name, std::string_view digest) const;
    const std::string& note() const { return note_; }

    // The distinct texts of a column with codes, by code. E720 when they are damaged.
    Result<std::vector<std::string_view>> words(std::size_t column) const;
    // Reads one group. Codes are those of words(); boxed values are made from them.
    Result<void> read(std::size_t column, std::size_t group, FactChunk& into) const;

private:
    struct Chunk {
        std::uint64_t offset = 0;
        std::uint32_t length = 0, crc = 0;
    };
    Result<std::string_view> bytes_of(const Chunk& chunk) const;

    std::string_view bytes_;
    FactRows about_;
    std::uint64_t rows_ = 0;
    std::vector<FactColumn> columns_;
    std::vector<std::vector<Chunk>> chunks_;
    std::vector<std::uint32_t> word_counts_;
    std::string note_;
};

}  // namespace ningyi::engine
