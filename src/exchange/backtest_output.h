// SPDX-License-Identifier: Apache-2.0
// What a backtest hands over: a page that a person can take to a meeting, the same as JSON, and every order that moved
// as CSV. The same backtest gives the same bytes. Leads are leads: nothing in it says that anyone did wrong, and
// without verdicts it states no rate.
#pragma once

#include <string>

#include "rule/explain.h"
#include "run/backtest.h"

namespace ningyi::exchange {

struct BacktestReport {
    const run::Backtest& result;
    const rule::RuleSet& before;
    const rule::RuleSet& after;
    rule::Language language = rule::Language::zh;  // the one the page opens in
};

// How much stands in the page; the rest is in the CSV.
constexpr std::size_t most_moved_listed = 200;
constexpr std::size_t most_slices_listed = 40;

std::string backtest_page(const BacktestReport& report);
std::string backtest_json(const BacktestReport& report);
std::string backtest_csv(const BacktestReport& report);

// What verdicts say of one side's hits, or that there are none: a whole sentence.
model::Label precision_sentence(const run::KnownPrecision& known);
// The title of the rule in whichever set has it.
model::Label title_of(const BacktestReport& report, const std::string& rule);

}  // namespace ningyi::exchange
