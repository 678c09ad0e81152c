// SPDX-License-Identifier: Apache-2.0
// One typed program for many expressions, run over columns: what two expressions ask is computed once, and every row
// comes out exactly as Expression::evaluate gives it (the kind, not the words, of absent and error). Whatever has no
// loop of its own is computed row by row by the reference, so every expression is taken. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cel/column.h"
#include "cel/rule_expression.h"

namespace ningyi::cel {

// The most rows a batch may have.
constexpr std::size_t rows_max = 2048;

// Gives a program the columns of one batch. An input is asked for when some row needs it, with those rows.
class Inputs {
public:
    virtual ~Inputs() = default;
    // Rows where `wanted` is 0 may hold anything; null: every row is wanted. A view without its array is absent in
    // every row. It stays valid until the batch is done. Asked again, `wanted` holds the rows asked before too.
    virtual ColumnView input(std::uint32_t number, const std::uint8_t* wanted) = 0;
    // Host::look_up and Host::contains of one row; look_up without a key: the whole list of a look-up that is read as
    // one.
    virtual Value look_up(std::uint32_t number, std::size_t row, std::span<const Value> key) = 0;
    virtual Value contains(std::uint32_t number, std::size_t row, std::span<const Value> key) = 0;
};

class Program {
public:
    // What stands behind a slot of an expression: an input, another expression (a `let`), or something looked up.
    struct Source {
        enum class Kind : std::uint8_t { input, expression, look_up };
        Kind kind = Kind::input;
        std::uint32_t number = 0;
    };
    using SourceOf = std::function<Source(std::uint16_t slot)>;

    Program();
    ~Program();
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;

    // The number of an input or look-up, counted from 0 in one space; the same for the same key.
    // `at_hand`: asking for all rows costs nothing more than asking for a few.
    std::uint32_t input(const std::string& key, Kind kind, bool at_hand = false);
    std::uint32_t look_up(const std::string& key, Kind kind);
    void set_at_hand(std::uint32_t input, bool at_hand);

    // The number of the expression; the same for what is the same. The expression is kept.
    std::uint32_t add(const Expression& expression, const SourceOf& source_of);

    // All, or any, of several expressions as && and || fold them; whether something is known (an error of it stays
    // one). REQUIRES: expressions of kind boolean, at least one; a source that is no look-up.
    std::uint32_t all(const std::vector<std::uint32_t>& expressions);
    std::uint32_t any(const std::vector<std::uint32_t>& expressions);
    std::uint32_t has(const Source& source);

    // Inputs and look-ups an expression may ask for, through other expressions too; sorted.
    std::vector<std::uint32_t> inputs_of(std::uint32_t expression) const;
    std::size_t steps() const;

    // A new batch of 1 to rows_max rows: nothing is known of it yet. What is passed lives until the next begin(). What
    // is remembered of texts lasts while the vocabulary is the same object: one program, one vocabulary.
    void begin(std::size_t rows, Inputs& inputs, Vocabulary& vocabulary, const Zone& zone);
    // The values of an expression in the rows wanted (null: all). Valid until the next evaluate() of this expression.
    ColumnView evaluate(std::uint32_t expression, const std::uint8_t* wanted);
    // One value of it. REQUIRES: evaluated with that row wanted.
    Value value(std::uint32_t expression, std::size_t row) const;

    // One row at a time, for a batch of one and where few rows are left: select() a row, then ask for cells. `mask`:
    // the rows that will be selected in this batch; null: all.
    struct Cell {
        std::int64_t number = 0;  // a truth, the code of a text, or base units; ms of times
        std::uint8_t known = 0;   // a Known
        bool is_true() const { return known == 1 && number != 0; }
        bool is_false() const { return known == 1 && number == 0; }
    };
    void select(std::size_t row, const std::uint8_t* mask);
    Cell cell(std::uint32_t expression);  // REQUIRES: has_cells(expression)
    bool has_cells(std::uint32_t expression) const;
    bool is_dense(std::uint32_t expression) const;  // computing all rows costs little more than a few

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ningyi::cel
