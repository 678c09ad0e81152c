// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "engine/body_value.h"
#include "engine/replay.h"
#include "exchange/audit_report.h"
#include "exchange/finding_drawings.h"
#include "exchange/html.h"
#include "exchange/report_markup.h"
#include "exchange/report_sections.h"
#include "exchange/words.h"
#include "rule/undo.h"
#include "rule/value_words.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Value;
using engine::Finding;
using rule::Explanation;
using rule::Language;

constexpr std::size_t most_numbers = 24;

class Cards {
public:
    Cards(const ReportContents& report, std::set<std::string>& cites)
        : report_(report),
          input_(report.input),
          tables_(report.tables),
          page_(report.input.page),
          drawn_(report.input),
          cites_(cites) {}

    std::string write() {
        std::string out;
        leads(out);
        rest(out);
        trial(out);
        return out;
    }

private:
    void drawings(std::string& out, const FindingRow& row) {
        if (out.size() > most_drawn_bytes) {
            out += "<p class=\"small dim\">" +
                   both("报告已满，这一条不再画图。", "The report is full: this one is not drawn.") + "</p>";
            return;
        }
        out += drawn_.of(row);
    }

    void numbers(std::string& out, const FindingRow& row) const {
        out += "<dl class=\"values\">";
        std::size_t shown_rows = 0;
        for (const engine::UsedValue& used : row.finding.values) {
            if (used.absent || used.text.empty() || shown_rows == most_numbers) continue;
            const Value value = engine::value_of_base_text(used.type, used.text);
            // Ids and words stand in the sentence and the heading already.
            if (!value.is_known() || value.kind() == Kind::string || value.kind() == Kind::list) continue;
            const model::Label label = rule::path_words(input_.set, *row.rule, used.path);
            if (label.zh.empty()) continue;
            ++shown_rows;
            const model::Label said = used.path.ends_with(".lag") && value.kind() == Kind::duration
                                          ? lag_words(value.ms())
                                          : rule::value_words(value, input_.zone);
            out += "<dt>" + both(label) + "</dt><dd>" + both(said) + "</dd>";
        }
        out += "</dl>";
    }

    // For each condition that holds: what crossed what, and how little less would have cleared it.
    std::string crossings(const FindingRow& row) const {
        std::string out;
        for (const rule::Undo& undo :
             rule::undo_of_clauses(input_.set, *row.rule, engine::judgement_of(input_.set, row.finding), input_.zone))
            out += "<li>" + both(undo.words) + "</li>";
        if (out.empty()) return {};
        return "<h4>" + both("怎样就不成立（逐条）", "What would have made each not hold") +
               "</h4><ul class=\"plain small\">" + out + "</ul>";
    }

    static std::string lines(const std::vector<Explanation::Line>& zh, const std::vector<Explanation::Line>& en,
                             bool against) {
        if (zh.empty()) return {};
        std::string out = "<ul class=\"marks\">";
        for (std::size_t i = 0; i < zh.size() && i < en.size(); ++i) {
            const char mark = zh[i].mark;
            const std::string_view sign = mark == 't' ? "✓" : mark == 'f' ? "✗" : mark == '?' ? "?" : "–";
            const auto word = [&]() -> model::Label {
                if (against)
                    return mark == 't'   ? model::Label{"成立", "true"}
                           : mark == 'f' ? model::Label{"不成立", "not so"}
                           : mark == '?' ? model::Label{"不明", "not known"}
                                         : model::Label{"未问", "not asked"};
                return mark == 't'   ? model::Label{"成立", "holds"}
                       : mark == 'f' ? model::Label{"不成立", "does not hold"}
                                     : model::Label{"不明", "not known"};
            }();
            out += format("<li><b aria-hidden=\"true\">{}</b>", sign) +
                   both(zh[i].text + "（" + word.zh + "）", en[i].text + " (" + word.en + ")") + "</li>";
        }
        return out + "</ul>";
    }

    void card(std::string& out, std::size_t place) {
        const FindingRow row = report_.rows.at(place);
        const Finding& finding = row.finding;
        const Explanation zh = explanation_of(input_, row, Language::zh),
                          en = explanation_of(input_, row, Language::en);
        std::string first_party;
        for (std::size_t p = 0; p < page_.parties.size() && first_party.empty(); ++p) {
            if (page_.parties[p].table) first_party = row.parties[p];
        }
        out += format("<article class=\"card v{}\" id=\"{}\" data-rule=\"{}\" data-party=\"{}\"><header>",
                      finding.severity, lead_anchor(finding), html_escaped(finding.rule), html_escaped(first_party));
        out += severity_tag(finding.severity) + "<h3>" + both(row.rule->title) + "</h3><span class=\"dim small\">" +
               both(result_words(finding.result)) + " · " + both(effect_words(finding.effect)) +
               "</span><span class=\"money\">" + (finding.at_risk_fen == 0 ? "" : money_text(finding.at_risk_fen)) +
               "</span></header><p class=\"said\">" + both(row.zh, row.en) + "</p><p class=\"who\">";
        const model::Entity* entity = input_.set.dictionary.entity(finding.subject_entity);
        const auto fact = [&](const model::Label& label, const std::string& html) {
            out += "<span>" + both(label.zh + "：", label.en + ": ") + html + "</span>";
        };
        fact(entity == nullptr ? model::Label{finding.subject_entity, finding.subject_entity} : entity->title,
             "<b>" + html_escaped(finding.subject) + "</b>");
        if (!row.other.empty())
            fact({"关联" + report_.subject_zh(), "Other " + report_.subject_en()}, html_escaped(row.other));
        if (!finding.date.empty()) fact({"日期", "Date"}, html_escaped(finding.date));
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            if (!row.parties[p].empty() && page_.parties[p].entity != finding.subject_entity)
                fact(page_.parties[p].label, party_text(input_, p, row.parties[p]));
        }
        out += "</p>";
        drawings(out, row);
        out += "<div class=\"cols\"><div><h4>" + both("判断条件", "Conditions") + "</h4>" +
               lines(zh.clauses, en.clauses, false) + crossings(row) + "<h4>" + both("先做什么", "What to do first") +
               "</h4><p class=\"small\">" + both(row.rule->do_first) + "</p></div><div><h4>" + both("数字", "Numbers") +
               "</h4>";
        numbers(out, row);
        out +=
            "</div></div><details><summary>" +
            both("可能的正当原因、查过的例外与疑虑、依据", "Innocent reasons, exceptions and doubts looked at, basis") +
            "</summary>";
        out += "<h4>" + both("可能的正当原因", "Innocent reasons to think of") + "</h4><ul class=\"plain small\">";
        for (const rule::Rule::Innocent& reason : row.rule->innocent) out += "<li>" + both(reason.text) + "</li>";
        out += "</ul>";
        if (!zh.exceptions.empty() || !zh.doubts.empty()) {
            out += "<h4>" + both("查过的例外与疑虑", "Exceptions and doubts looked at") + "</h4><div class=\"small\">" +
                   lines(zh.exceptions, en.exceptions, true) + lines(zh.doubts, en.doubts, true) + "</div>";
        }
        out += "<h4>" + both("本规则看不到", "What this rule misses") + "</h4><p class=\"small\">" +
               both(row.rule->misses) + "</p><h4>" + both("依据", "Basis") + "</h4><p class=\"small\">";
        for (std::size_t i = 0; i < zh.cite.size(); ++i) out += (i == 0 ? "" : "、") + cite_link(zh.cite[i]);
        out += "</p><p class=\"small dim\">" + both("规则", "Rule") +
               format(" <code>{}@{}</code> · ", html_escaped(finding.rule), finding.version) +
               both("疑点编号", "lead") + format(" <code>{}</code> · ", html_escaped(finding.id)) +
               both("规则摘要", "rule digest") +
               format(" <code>{}</code> · ", html_escaped(finding.rule_digest.substr(0, 16))) +
               both("参数摘要", "values digest") +
               format(" <code>{}</code> · ", html_escaped(finding.params_digest.substr(0, 16))) +
               both("日志位置", "log position") + format(" {}</p></details></article>\n", finding.position);
    }

    std::string cite_link(const std::string& cite) {
        const auto [place, is_new] = cites_.insert(cite);
        static_cast<void>(is_new);
        return format("<a href=\"#c-{}\">{}</a>", html_escaped(replaced(*place, "#", "-")), html_escaped(cite));
    }

    void leads(std::string& out) {
        out += "<section id=\"leads\"><h2>" + both("疑点逐条", "Leads") + "</h2>" + std::string(drawing_definitions()) +
               "<p "
               "class=\"dim\">" +
               both(format("按“强度×金额”从高到低。共 {} 条，本报告逐条画出 {} 条，全部见 "
                           "findings.jsonl、findings.csv、findings.xlsx。",
                           count_text(static_cast<std::int64_t>(tables_.ranked.size())), report_.cards),
                    format("By strength × money. {} in all, {} of them drawn here; all are in findings.jsonl, "
                           "findings.csv and findings.xlsx.",
                           count_text(static_cast<std::int64_t>(tables_.ranked.size())), report_.cards)) +
               "</p>";
        out += drawing_legend(page_);
        filters(out);
        for (std::size_t i = 0; i < report_.cards; ++i) {
            card(out, tables_.ranked[i]);
            if (input_.progress && i % 50 == 0)
                input_.progress(0.88 + 0.12 * static_cast<double>(i) / static_cast<double>(report_.cards));
        }
        out += "</section>";
    }

    void filters(std::string& out) const {
        std::set<std::string> rules, parties;
        std::size_t party = SIZE_MAX;
        for (std::size_t p = 0; p < page_.parties.size() && party == SIZE_MAX; ++p) {
            if (page_.parties[p].table) party = p;
        }
        for (std::size_t i = 0; i < report_.cards; ++i) {
            const FindingRow row = report_.rows.at(tables_.ranked[i]);
            rules.insert(row.finding.rule);
            if (party != SIZE_MAX && !row.parties[party].empty()) parties.insert(row.parties[party]);
        }
        const auto option = [&](const std::string& value, const std::string& zh, const std::string& en) {
            out += format("<option value=\"{}\" data-en=\"{}\">{}</option>", html_escaped(value), html_escaped(en),
                          html_escaped(zh));
        };
        out +=
            "<div class=\"filters js-only\"><label for=\"by-rule\">" + both("规则", "Rule") + "<select id=\"by-rule\">";
        option("", "全部", "all");
        for (const std::string& id : rules) {
            const rule::Rule* rule = input_.set.rule(id);
            option(id, id + " " + rule->title.zh, id + " " + rule->title.en);
        }
        out += "</select></label>";
        if (party != SIZE_MAX) {
            out += "<label for=\"by-party\">" + both(page_.parties[party].label) + "<select id=\"by-party\">";
            option("", "全部", "all");
            for (const std::string& id : parties) {
                const std::string name = party_name(input_, page_.parties[party], id);
                option(id, name.empty() ? id : id + " " + name, name.empty() ? id : id + " " + name);
            }
            out += "</select></label>";
        }
        out +=
            "<label for=\"by-text\">" + both("查找编号或文字", "Find a number or words") +
            "<input type=\"search\" id=\"by-text\" autocomplete=\"off\"></label><p class=\"small\" role=\"status\">" +
            both("显示", "Showing") + format(" <b id=\"shown\">{}</b> ", report_.cards) + both("条", "") + "</p></div>";
    }

    // Hits of rules on trial: no leads, but whoever decides about the rule has to see what it compares.
    void trial(std::string& out) {
        if (tables_.watched.empty()) return;
        out +=
            "<section id=\"trial\"><h2>" + both("试运行规则的命中", "Hits of rules on trial") +
            "</h2><p class=\"dim\">" +
            both(format("这些规则还在试运行：只作观察，不列为疑点，不影响支付。共 {} 次命中，每条规则画出至多 {} "
                        "次，供决定是否启用。",
                        count_text(static_cast<std::int64_t>(tables_.watched.size())), most_watched_cards),
                 format("These rules are on trial: watched only, no leads, no effect on payment. {} hits, at most {} "
                        "of each rule are drawn, so that people can decide about the rule.",
                        count_text(static_cast<std::int64_t>(tables_.watched.size())), most_watched_cards)) +
            "</p>";
        std::map<std::string, std::size_t> of_rule;
        for (const std::size_t i : tables_.watched) {
            if (of_rule[input_.findings.rule(i)]++ < most_watched_cards) card(out, i);
        }
        out += "</section>";
    }

    void rest(std::string& out) const {
        if (tables_.ranked.size() <= report_.cards) return;
        const std::size_t last = std::min(tables_.ranked.size(), report_.cards + most_listed);
        out += "<section id=\"more\"><h2>" + both("其余疑点", "Further leads") + "</h2>" +
               open_table("其余疑点", "Further leads") + table_head("强度", "Strength") + table_head("规则", "Rule") +
               table_head("说明", "Sentence") + table_head("涉及金额", "Money", true) + std::string(open_body);
        for (std::size_t i = report_.cards; i < last; ++i) {
            const FindingRow row = report_.rows.at(tables_.ranked[i]);
            out += "<tr><td class=\"id\">" + severity_tag(row.finding.severity) + "</td><td class=\"id small\">" +
                   html_escaped(row.finding.rule) + "</td><td class=\"wide small\">" + both(row.zh, row.en) + "</td>" +
                   number_cell(money_text(row.finding.at_risk_fen)) + "</tr>";
        }
        out += close_table;
        if (last < tables_.ranked.size())
            out += "<p class=\"dim\">" + both("其余见 findings.csv。", "The rest is in findings.csv.") + "</p>";
        out += "</section>";
    }

    const ReportContents& report_;
    const AuditInput& input_;
    const AuditTables& tables_;
    const AuditPage& page_;
    FindingDrawings drawn_;
    std::set<std::string>& cites_;
};

}  // namespace

std::string lead_sections(const ReportContents& report, std::set<std::string>& cites) {
    return Cards(report, cites).write();
}

}  // namespace ningyi::exchange
