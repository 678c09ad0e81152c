// SPDX-License-Identifier: Apache-2.0
#include "exchange/report_markup.h"

#include <algorithm>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/words.h"

namespace ningyi::exchange {

std::string percent_text(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) return "–";
    const std::int64_t tenths = (part * 2000 + whole) / (2 * whole);
    return format("{}.{}%", tenths / 10, tenths % 10);
}

std::string money_text(std::int64_t fen) {
    return "¥" + yuan_text(fen);
}

std::string_view outcome_sign(engine::Outcome outcome) {
    switch (outcome) {
        case engine::Outcome::hit: return "▲";
        case engine::Outcome::clear: return "○";
        case engine::Outcome::exempt: return "◇";
        case engine::Outcome::inconclusive: return "?";
        case engine::Outcome::not_applicable: return "–";
    }
    return "";
}

std::string severity_tag(int severity) {
    const model::Label words = severity_words(severity);
    return format("<span class=\"tag s{}\">{} {}</span>", std::clamp(severity, 1, 3),
                  severity >= 3   ? "▲▲▲"
                  : severity == 2 ? "▲▲"
                                  : "▲",
                  both(words));
}

std::string open_table(std::string_view label_zh, std::string_view label_en) {
    return format("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{} / {}\"><table><thead><tr>",
                  label_zh, label_en);
}
std::string table_head(std::string_view zh, std::string_view en, bool number) {
    return format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "", both(zh, en));
}
std::string number_cell(const std::string& text) {
    return "<td class=\"n\">" + text + "</td>";
}

std::string meter(std::int64_t value, std::int64_t most) {
    const std::int64_t wide = most <= 0 ? 0 : value * 200 / most;
    return format(
        "<svg class=\"meter\" viewBox=\"0 0 200 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
        "width=\"200\" height=\"8\"/>"
        "<rect class=\"v\" width=\"{}\" height=\"8\"/></svg>",
        wide);
}

std::string party_text(const AuditInput& input, std::size_t party, const std::string& id) {
    const std::string name = party_name(input, input.page.parties[party], id);
    return name.empty() || name == id ? html_escaped(id)
                                      : html_escaped(name) + " <span class=\"dim\">" + html_escaped(id) + "</span>";
}

std::string lead_anchor(const engine::Finding& finding) {
    return "f-" + finding.id.substr(0, 16);
}

}  // namespace ningyi::exchange
