// SPDX-License-Identifier: Apache-2.0
// A million invented orders of 23 columns for the benchmark of rules, the same in every run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cel/column.h"

namespace bench {

struct Orders {
    std::size_t rows = 0;
    std::vector<std::string> names;
    std::vector<ningyi::cel::Column> columns;  // as `names`
    ningyi::cel::Vocabulary words;

    const ningyi::cel::Column& column(const std::string& name) const;
};

Orders invented_orders(std::size_t rows);

// For the peers: orders.csv with all columns, and each number column as NAME.i64, each truth as NAME.u8, each word as
// NAME.u32 with words.json.
void write_orders(const Orders& orders, const std::string& folder);

// Findings as answers: how many, and the sum of (rule number * 1,000,003 + order number) over all, modulo 2^53.
struct Answers {
    unsigned long long findings = 0;
    unsigned long long sum = 0;
    void add(std::size_t rule, std::size_t order) {
        ++findings;
        sum = (sum + rule * 1000003ULL + order) & ((1ULL << 53U) - 1);
    }
};

}  // namespace bench
