// SPDX-License-Identifier: Apache-2.0
// Pieces of the report's HTML that several of its sections use: tables, tags, money and shares. Words are in html.h.
#pragma once

#include <string>
#include <string_view>

#include "exchange/audit_tables.h"

namespace ningyi::exchange {

std::string percent_text(std::int64_t part, std::int64_t whole);  // "12.3%", "–" of nothing
std::string money_text(std::int64_t fen);                         // "¥1,234.50"

std::string severity_tag(int severity);
std::string_view outcome_sign(engine::Outcome outcome);  // told apart without colour

// A table that scrolls by itself: open, the headings, open_body, rows, close_table.
std::string open_table(std::string_view label_zh, std::string_view label_en);
std::string table_head(std::string_view zh, std::string_view en, bool number = false);
constexpr std::string_view open_body = "</tr></thead><tbody>";
constexpr std::string_view close_table = "</tbody></table></div>";
std::string number_cell(const std::string& text);

std::string meter(std::int64_t value, std::int64_t most);

// The name of a party as the reader may see it, and its id.
std::string party_text(const AuditInput& input, std::size_t party, const std::string& id);
// Where a finding stands in the page.
std::string lead_anchor(const engine::Finding& finding);

}  // namespace ningyi::exchange
