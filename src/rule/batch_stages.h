// SPDX-License-Identifier: Apache-2.0
// The loops of judging over all rows of a batch: what `applies` and what the clauses leave open (rules.md §4.6, lines 1
// to 3). Masks are 0 or 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cel/kernels.h"
#include "rule/outcome.h"

namespace ningyi::rule {

struct Left {
    bool is_any = false;       // some row goes on
    bool has_unknown = false;  // some row is inconclusive already
};

// Lines 1 and 2. Rows of `wanted` (null: all) with `applies` true go on: 1 in `live`, clear in `out` so far. `wanted`
// may be `live` itself.
Left after_applies(const std::uint8_t* wanted, cel::Truths applies, std::size_t rows, std::uint8_t* live, Outcome* out);

// What rows that go on say: clauses folded, needs met, any doubt asked always. Without truths: there are none.
struct Said {
    cel::Truths when, needs, doubts;
};

// Line 3. Rows of `live` whose clauses are false, with nothing unknown, are clear and leave it. `unknown`: what is not
// known of the others. False when no row goes on.
bool after_clauses(const Said& said, bool any, std::size_t rows, std::uint8_t* live, std::uint8_t* unknown);

// The rows of a mask, rising.
void append_rows(const std::uint8_t* mask, std::size_t rows, std::vector<std::uint16_t>& into);

}  // namespace ningyi::rule
