// SPDX-License-Identifier: Apache-2.0
#include "exchange/track_page.h"

#include <algorithm>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/track_drawing.h"

namespace ningyi::exchange {
namespace {

constexpr std::string_view page_style = R"css(
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1080px;margin:0 auto;padding:20px}
h1{font-size:22px;overflow-wrap:anywhere}h2{font-size:17px;margin:26px 0 8px;overflow-wrap:anywhere}
svg.map{max-width:36rem}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:4px 8px;text-align:left;vertical-align:top;font-variant-numeric:tabular-nums}
th{background:var(--soft);font-weight:600}
@media (max-width:598px){main{padding:14px}table{font-size:13px}th,td{padding:3px 5px}}
@media print{body{background:#fff}}
)css";

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) width += next_code_point(text, at) >= 0x2E80 ? 2U : 1U;
    return width;
}

const std::string& pick(const model::Label& label, bool is_english) {
    return is_english ? label.en : label.zh;
}

}  // namespace

std::string html_page(const TrackPage& page, bool is_english) {
    std::string out = format(
        "<!DOCTYPE html>\n<html lang=\"{}\"{}><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{}</title><style>",
        is_english ? "en" : "zh-CN", is_english ? " data-lang=\"en\"" : "", html_escaped(pick(page.title, is_english)));
    out += drawing_style();
    out += page_style;
    out += "</style></head><body>";
    out += drawing_definitions();
    out += "<main><h1>" + both(page.title) + "</h1>\n";
    if (!page.drawings.empty()) out += "<div class=\"legend\">" + track_keys(page.is_pair) + "</div>\n";
    for (const TrackDrawing& drawing : page.drawings) {
        if (!drawing.svg.empty())
            out += "<h2>" + both(drawing.title) + "</h2><div class=\"draw\">" + drawing.svg + "</div>\n";
    }
    for (const TrackTable& table : page.tables) {
        out +=
            "<h2>" + both(table.title) + "</h2><div class=\"scroll\" role=\"region\" tabindex=\"0\"><table><thead><tr>";
        for (const model::Label& column : table.columns) out += "<th scope=\"col\">" + both(column) + "</th>";
        out += "</tr></thead><tbody>";
        for (const std::vector<model::Label>& row : table.rows) {
            out += "<tr>";
            for (const model::Label& cell : row) out += "<td>" + both(cell) + "</td>";
            out += "</tr>";
        }
        out += "</tbody></table></div>\n";
    }
    out += "</main></body></html>\n";
    return out;
}

std::string table_text(const TrackTable& table, bool is_english) {
    std::vector<std::size_t> widths;
    for (const model::Label& column : table.columns) widths.push_back(width_of(pick(column, is_english)));
    for (const std::vector<model::Label>& row : table.rows) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], width_of(pick(row[i], is_english)));
    }
    const auto line = [&](const std::vector<model::Label>& cells) {
        std::string text = "  ";
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string& cell = pick(cells[i], is_english);
            text += cell;
            if (i + 1 < cells.size()) text.append(widths[i] + 2 - width_of(cell), ' ');
        }
        while (text.ends_with(' ')) text.pop_back();
        return text + "\n";
    };
    std::string out = pick(table.title, is_english) + "\n" + line(table.columns);
    for (const std::vector<model::Label>& row : table.rows) out += line(row);
    return out;
}

}  // namespace ningyi::exchange
