// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_report.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "exchange/html.h"
#include "exchange/report_head.h"
#include "exchange/report_markup.h"
#include "exchange/report_sections.h"
#include "exchange/words.h"
#include "rule/value_words.h"

namespace ningyi::exchange {
namespace {

using engine::Outcome;

class Report {
public:
    Report(const AuditInput& input, const AuditTables& tables, const FindingRows& rows)
        : report_{input, tables, rows, std::min(tables.ranked.size(), most_cards)},
          input_(input),
          tables_(tables),
          page_(input.page) {}

    std::string write() {
        std::string body;
        top(body);
        body += "<main id=\"main\" class=\"wrap\">";
        std::set<std::string> cites;
        body += totals_sections(report_);
        body += lead_sections(report_, cites);
        body += source_sections(report_, cites);
        body += "</main>";
        std::string out = report_head(page_.title, input_.language);
        out += body;
        out +=
            format("<footer><div class=\"wrap\">{}</div></footer>",
                   both("疑点须经人工核实并听取当事人说明后方可认定；每条疑点都可按编号、规则版本与日志位置重新算出。",
                        "A lead is settled only by a person who has heard those concerned. Each can be computed again "
                        "from its id, rule version and log position."));
        out += report_foot();
        return out;
    }

private:
    void tile(std::string& out, const std::string& value, std::string_view zh, std::string_view en) const {
        out += "<div class=\"tile\"><b>" + html_escaped(value) + "</b><span>" + both(zh, en) + "</span></div>";
    }

    void top(std::string& out) const {
        const auto count = [&](Outcome outcome) { return tables_.count[static_cast<std::size_t>(outcome)]; };
        const auto subjects = static_cast<std::int64_t>(tables_.subjects.size());
        out += "<a class=\"skip\" href=\"#main\">" + both("跳到正文", "Skip to the content") +
               "</a><header class=\"top\"><div class=\"wrap\"><div class=\"row\"><h1>" + both(page_.title) +
               "</h1><div class=\"js-only\"><button type=\"button\" id=\"language\"><span class=\"zh\" "
               "lang=\"en\">English</span>"
               "<span class=\"en\" lang=\"zh-CN\">中文</span></button><button type=\"button\" id=\"print\">" +
               both("打印", "Print") + "</button></div></div><p class=\"facts\">";
        const auto fact = [&](std::string_view zh, std::string_view en, const std::string& value) {
            if (!value.empty())
                out += "<span class=\"f\">" + both(std::string(zh) + "：", std::string(en) + ": ") +
                       html_escaped(value) + "</span>";
        };
        fact("辖区", "District", input_.district_name);
        fact("稽核期间", "Period", input_.period);
        const auto as_of = parse_instant(input_.as_of);
        fact("数据截至", "Data as of", as_of ? rule::moment_text(*as_of, input_.zone) : input_.as_of);
        out += "</p><div class=\"tiles\">";
        tile(out, count_text(subjects), report_.subject_zh() + "总数", page_.subject_label.en + "s");
        const std::string share = percent_text(tables_.subjects_hit, subjects);
        tile(out, count_text(tables_.subjects_hit), "有疑点的" + report_.subject_zh() + "（" + share + "）",
             report_.subject_en() + "s with a lead (" + share + ")");
        tile(out, count_text(static_cast<std::int64_t>(tables_.ranked.size())), "疑点", "leads");
        tile(out, count_text(count(Outcome::inconclusive)), "次无法判定", "could not be judged");
        tile(out, money_text(tables_.claimed_fen), "申报金额", "claimed");
        tile(out, money_text(tables_.at_risk_fen), "疑点涉及金额", "touched by leads");
        if (page_.proof.empty()) {
            tile(out, money_text(tables_.substantiated_fen), "目前无碍支付", "not questioned");
        } else {
            tile(out, money_text(tables_.substantiated_fen), "已核实、无疑点", "verified, no lead");
            tile(out, money_text(tables_.unverified_fen), "无疑点但未能核实", "no lead, not verified");
        }
        out += "</div></div></header><nav class=\"toc\" aria-label=\"目录 / Contents\"><div class=\"wrap\">";
        const auto link = [&](std::string_view id, std::string_view zh, std::string_view en) {
            out += format("<a href=\"#{}\">{}</a>", id, both(zh, en));
        };
        link("focus", "先看哪里", "Where to look");
        link("outcomes", "判定结果", "Outcomes");
        link("rules", "各规则", "Rules");
        for (const AuditParty& party : page_.parties) {
            if (party.table) link("by-" + html_escaped(party.entity), party.label.zh, party.label.en);
        }
        link("leads", "疑点逐条", "Leads");
        if (!tables_.watched.empty()) link("trial", "试运行", "On trial");
        link("basis", "依据", "Basis");
        link("sources", "数据与出处", "Data");
        out += "</div></nav>";
    }

    ReportContents report_;
    const AuditInput& input_;
    const AuditTables& tables_;
    const AuditPage& page_;
};

}  // namespace

std::string ReportContents::subject_en() const {
    return lower_ascii(input.page.subject_label.en);
}

std::string audit_report(const AuditInput& input, const AuditTables& tables, const FindingRows& rows) {
    return Report(input, tables, rows).write();
}

}  // namespace ningyi::exchange
