// SPDX-License-Identifier: Apache-2.0
// The report of an audit: one HTML file that asks nothing of any other place, opens offline and reads without scripts,
// in Chinese and English. Leads are leads: nothing in it says that anyone did wrong.
#pragma once

#include <string>

#include "exchange/audit_tables.h"

namespace ningyi::exchange {

// How much stands in the report; the rest is in the tables beside it.
constexpr std::size_t most_cards = 400;
constexpr std::size_t most_drawn_bytes = std::size_t{14} << 20U;  // of cards: beyond, cards come without drawings
constexpr std::size_t most_watched_cards = 6;                     // of each rule on trial
constexpr std::size_t most_listed = 2'000;                        // leads in the list without drawings
constexpr std::size_t most_party_rows = 300;

std::string audit_report(const AuditInput& input, const AuditTables& tables, const FindingRows& rows);

// Style and script of the report, without their tags. Their digests stand in its content security policy.
std::string_view report_style();
std::string_view report_script();

}  // namespace ningyi::exchange
