// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "exchange/audit_report.h"
#include "exchange/html.h"
#include "exchange/report_markup.h"
#include "exchange/report_sections.h"
#include "exchange/words.h"

namespace ningyi::exchange {
namespace {

using engine::Outcome;

class Totals {
public:
    explicit Totals(const ReportContents& report)
        : report_(report), input_(report.input), tables_(report.tables), page_(report.input.page) {}

    std::string write() const {
        std::string out;
        focus(out);
        outcome_section(out);
        rule_section(out);
        party_sections(out);
        return out;
    }

private:
    void focus(std::string& out) const {
        out += "<section id=\"focus\"><div class=\"note\">" +
               both(
                   "本报告列出的是待人工核实的疑点，不是认定结论。数据缺失或精度不够时一律记为“无法判定”，不作不利推断"
                   "。姓名已脱敏，图上不含经纬度。",
                   "This report lists leads for people to check; none of them is a verdict. Where data is missing or "
                   "too poor the outcome is “inconclusive”, and nothing is held against anyone. "
                   "Names are masked and the drawings carry no coordinates.") +
               "</div>" + notes() + "<h2>" + both("先看哪里", "Where to look") +
               "</h2><div class=\"focus\"><div class=\"panel\"><h3>" +
               both("金额大、证据强的疑点（每条规则至多两条）",
                    "Leads with most money and the strongest evidence (two of a rule at most)") +
               "</h3>";
        if (tables_.ranked.empty()) out += "<p>" + both("没有待核疑点。", "No leads to review.") + "</p>";
        // The same subject shows once: its gravest lead stands for the others. A few of each rule, so that one pattern
        // does not hide the rest.
        constexpr int most_of_a_rule = 2;
        std::set<std::string> seen;
        std::map<std::string, int> of_rule;
        out += "<ol class=\"leads\">";
        for (std::size_t rank = 0; rank < report_.cards && seen.size() < 10; ++rank) {
            const FindingRow row = report_.rows.at(tables_.ranked[rank]);
            if (of_rule[row.finding.rule] == most_of_a_rule ||
                !seen.insert(row.finding.subject_entity + '|' + row.finding.subject).second)
                continue;
            ++of_rule[row.finding.rule];
            out +=
                format("<li>{}<a href=\"#{}\">{}</a><span class=\"money\">{}</span><span class=\"sum\">{}</span></li>",
                       severity_tag(row.finding.severity), lead_anchor(row.finding), both(row.rule->title),
                       money_text(row.finding.at_risk_fen), both(row.zh, row.en));
        }
        out += "</ol></div><div class=\"side\">";
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            if (!page_.parties[p].table) continue;
            out += "<div class=\"panel\"><h3>" +
                   both("疑点涉及金额最多的" + page_.parties[p].label.zh,
                        page_.parties[p].label.en + " with most money touched by leads") +
                   "</h3>" +
                   open_table(html_escaped(page_.parties[p].label.zh), html_escaped(page_.parties[p].label.en)) +
                   table_head(page_.parties[p].label.zh, page_.parties[p].label.en) +
                   table_head("疑点", "Leads", true) + table_head("涉及金额", "Money", true) + std::string(open_body);
            std::size_t shown = 0;
            for (const PartyTotals& party : tables_.parties[p]) {
                if (shown == 5 || party.hits == 0) break;
                ++shown;
                out += format("<tr><td>{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                              party_text(input_, p, party.id),
                              meter(party.at_risk_fen, tables_.parties[p].front().at_risk_fen), count_text(party.hits),
                              money_text(party.at_risk_fen));
            }
            out += std::string(close_table) + "</div>";
        }
        out += "</div></div></section>";
    }

    // What should be known of the data before any number is read.
    std::string notes() const {
        std::string out;
        const auto note = [&](std::int64_t count, std::string_view zh, std::string_view en) {
            if (count == 0) return;
            out += "<p>" +
                   both(format("{} 张{}{}", count_text(count), report_.subject_zh(), zh),
                        format("{} {}s {}", count_text(count), report_.subject_en(), en)) +
                   "</p>";
        };
        note(tables_.notes.outside_period, "的日期不在稽核期间内；照样判定，金额也计入。",
             "lie outside the period; they are judged and their money is counted all the same.");
        note(tables_.notes.after_as_of, "的时间晚于数据截至时间；照样判定，请核对时钟与数据包。",
             "are later than the data was taken; they are judged all the same, check clocks and bundle.");
        return out.empty() ? out : "<div class=\"note warn\">" + out + "</div>";
    }

    void outcome_section(std::string& out) const {
        constexpr std::array<Outcome, 5> order = {Outcome::hit, Outcome::exempt, Outcome::inconclusive, Outcome::clear,
                                                  Outcome::not_applicable};
        std::int64_t judged = 0;
        for (std::size_t i = 0; i < 4; ++i) judged += tables_.count[static_cast<std::size_t>(order[i])];
        out += "<section id=\"outcomes\"><h2>" + both("判定结果", "Outcomes") + "</h2><p class=\"dim\">" +
               both("每条规则对它所管的每个对象各判一次；比例以“适用”的判断为分母。",
                    "Every rule judges each subject it is about; shares are of the judgements in which it applied.") +
               "</p>";
        out += "<svg class=\"stack\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
        std::int64_t before = 0;
        for (std::size_t i = 0; i < 4 && judged > 0; ++i) {
            const std::int64_t n = tables_.count[static_cast<std::size_t>(order[i])];
            const std::int64_t from = before * 10000 / judged, to = (before + n) * 10000 / judged;
            out += format("<rect class=\"{}\" x=\"{}.{}\" width=\"{}.{}\" height=\"20\"/>", rule::to_word(order[i]),
                          from / 10, from % 10, (to - from) / 10, (to - from) % 10);
            before += n;
        }
        out += "</svg>" + open_table("判定结果", "Outcomes") + table_head("结果", "Outcome") +
               table_head("次数", "Count", true) + table_head("占适用", "Share", true) + table_head("含义", "Meaning") +
               std::string(open_body);
        constexpr std::array<std::pair<std::string_view, std::string_view>, 5> meaning = {{
            {"规则的条件全部成立，形成疑点，等待核实", "all conditions of the rule hold: a lead, to be checked"},
            {"条件成立，但有经批准的例外", "the conditions hold, but an approved exception applies"},
            {"数据缺失或精度不足，不下结论；原因见下表", "data is missing or too poor to say; reasons below"},
            {"规则适用，未见问题", "the rule applied and found nothing"},
            {"规则不管这种情况", "the rule is not about this case"},
        }};
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::int64_t n = tables_.count[static_cast<std::size_t>(order[i])];
            out += format(
                "<tr><td class=\"id\"><span class=\"tag o-{}\">{} {}</span></td>{}{}<td class=\"wide\">{}</td></tr>",
                rule::to_word(order[i]), outcome_sign(order[i]), both(outcome_words(order[i])),
                number_cell(count_text(n)), number_cell(i == 4 ? "–" : percent_text(n, judged)),
                both(meaning[i].first, meaning[i].second));
        }
        out += close_table;
        const std::int64_t watched =
            tables_.count[static_cast<std::size_t>(Outcome::hit)] - static_cast<std::int64_t>(tables_.ranked.size());
        if (watched > 0) {
            out +=
                "<p class=\"small dim\">" +
                both(format("命中中有 {} 次来自试运行的规则：只作观察，不列为疑点，不影响支付。", count_text(watched)),
                     format("{} of the hits are of rules on trial: watched only, no leads, no effect on payment.",
                            count_text(watched))) +
                "</p>";
        }
        out += "<h3>" + both("为什么无法判定", "Why some could not be judged") + "</h3>";
        if (tables_.reasons.empty()) {
            out += "<p>" + both("没有。", "There are none.") + "</p></section>";
            return;
        }
        out += open_table("无法判定的原因", "Reasons") + table_head("原因", "Reason") +
               table_head("次数", "Count", true) + table_head("规则", "Rules") + std::string(open_body);
        for (std::size_t i = 0; i < tables_.reasons.size() && i < 40; ++i) {
            const ReasonTotals& reason = tables_.reasons[i];
            out += "<tr><td class=\"wide\">" + both(reason.zh, reason.en) + "</td>" +
                   number_cell(count_text(reason.count)) + "<td class=\"small ids\">";
            for (const std::string& rule : reason.rules) out += "<span>" + html_escaped(rule) + "</span> ";
            out += "</td></tr>";
        }
        out += std::string(close_table) + "</section>";
    }

    static std::string in_general(const rule::Rule& rule, bool zh) {
        std::string text;
        for (const rule::Clause& clause : rule.clauses) {
            if (!text.empty()) text += zh ? (rule.any ? "；或 " : "；且 ") : (rule.any ? "; or " : "; and ");
            for (const rule::Sentence::Part& part : (zh ? clause.zh : clause.en).parts)
                text += part.is_value ? "…" : part.text;
        }
        return text;
    }

    void rule_section(std::string& out) const {
        out += "<section id=\"rules\"><h2>" + both("各规则", "Rules") + "</h2><p class=\"dim\">" +
               both("同一" + report_.subject_zh() + "可被几条规则命中，各规则的金额不能相加。",
                    "One " + report_.subject_en() + " may be hit by several rules: their money must not be added up.") +
               "</p>" + open_table("各规则", "Rules") + table_head("规则", "Rule") + table_head("命中", "Hit", true) +
               table_head("豁免", "Exempt", true) + table_head("无法判定", "Inconclusive", true) +
               table_head("未见异常", "Clear", true) + table_head("涉及金额", "Money", true) +
               table_head("看什么", "What it looks for") + table_head("看不到什么", "What it misses") +
               std::string(open_body);
        for (const RuleTotals& totals : tables_.rules) {
            const rule::Rule& rule = *totals.rule;
            const auto cell = [&](Outcome outcome) {
                return number_cell(count_text(totals.count[static_cast<std::size_t>(outcome)]));
            };
            out += "<tr><td class=\"id\"><b>" + both(rule.title) + "</b><br><code>" + html_escaped(rule.id) +
                   format("@{}</code>", rule.version) +
                   (rule.status == "live" ? "" : " <span class=\"tag\">" + both("试运行", "on trial") + "</span>") +
                   "</td>" + cell(Outcome::hit) + cell(Outcome::exempt) + cell(Outcome::inconclusive) +
                   cell(Outcome::clear) + number_cell(totals.at_risk_fen == 0 ? "–" : money_text(totals.at_risk_fen)) +
                   "<td class=\"wide\">" + both(in_general(rule, true), in_general(rule, false)) +
                   "</td><td class=\"wide dim\">" + both(rule.misses) + "</td></tr>";
        }
        out += std::string(close_table) + "</section>";
    }

    void party_sections(std::string& out) const {
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            const AuditParty& party = page_.parties[p];
            if (!party.table) continue;
            out += format("<section id=\"by-{}\"><h2>{}</h2>", html_escaped(party.entity),
                          both("按" + party.label.zh, "By " + lower_ascii(party.label.en)));
            out += open_table("按" + html_escaped(party.label.zh), "By " + html_escaped(party.label.en)) +
                   table_head(party.label.zh, party.label.en) +
                   table_head(report_.subject_zh(), page_.subject_label.en + "s", true) +
                   table_head("有疑点", "With a lead", true) + table_head("占比", "Share", true) +
                   table_head("疑点", "Leads", true) + table_head("无法判定", "Inconclusive", true) +
                   table_head("申报金额", "Claimed", true) + table_head("涉及金额", "Touched", true) +
                   (page_.proof.empty()
                        ? table_head("无碍支付", "Not questioned", true)
                        : table_head("已核实", "Verified", true) + table_head("未能核实", "Not verified", true)) +
                   table_head("主要规则", "Main rules") + std::string(open_body);
            std::size_t shown = 0;
            for (const PartyTotals& totals : tables_.parties[p]) {
                if (shown++ == most_party_rows) break;
                std::vector<std::pair<std::int64_t, std::string>> rules;
                for (const auto& [rule, count] : totals.rules) rules.emplace_back(-count, rule);
                std::sort(rules.begin(), rules.end());
                std::string main;
                for (std::size_t i = 0; i < rules.size() && i < 3; ++i)
                    main += format("{}{} ×{}", i == 0 ? "" : "<br>", html_escaped(rules[i].second), -rules[i].first);
                out += "<tr><td class=\"id\">" + party_text(input_, p, totals.id) + "</td>" +
                       number_cell(count_text(totals.subjects)) + number_cell(count_text(totals.subjects_hit)) +
                       number_cell(percent_text(totals.subjects_hit, totals.subjects)) +
                       number_cell(count_text(totals.hits)) + number_cell(count_text(totals.inconclusive)) +
                       number_cell(money_text(totals.claimed_fen)) + number_cell(money_text(totals.at_risk_fen)) +
                       number_cell(money_text(totals.substantiated_fen)) +
                       (page_.proof.empty() ? std::string() : number_cell(money_text(totals.unverified_fen))) +
                       "<td class=\"id small\">" + main + "</td></tr>";
            }
            out += close_table;
            if (tables_.parties[p].size() > most_party_rows) {
                out += "<p class=\"dim\">" +
                       both(format("只列前 {} 行，其余见 summary.json。", most_party_rows),
                            format("The first {} rows; the rest is in summary.json.", most_party_rows)) +
                       "</p>";
            }
            out += "</section>";
        }
    }

    const ReportContents& report_;
    const AuditInput& input_;
    const AuditTables& tables_;
    const AuditPage& page_;
};

}  // namespace

std::string totals_sections(const ReportContents& report) {
    return Totals(report).write();
}

}  // namespace ningyi::exchange
