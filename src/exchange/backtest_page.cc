// SPDX-License-Identifier: Apache-2.0
// The page of a backtest: for backtest_output.h.
#include <algorithm>

#include "base/text.h"
#include "exchange/backtest_output.h"
#include "exchange/html.h"
#include "exchange/report_head.h"
#include "exchange/report_markup.h"
#include "exchange/words.h"

namespace ningyi::exchange {
namespace {

using run::Moved;
using run::RuleDifference;
using run::Slice;

std::string signed_count(std::int64_t count) {
    return (count > 0 ? "+" : count < 0 ? "−" : "±") + count_text(count < 0 ? -count : count);
}
std::string signed_money(std::int64_t fen) {
    return (fen > 0 ? "+" : fen < 0 ? "−" : "±") + money_text(fen < 0 ? -fen : fen);
}

class Page {
public:
    explicit Page(const BacktestReport& report) : report_(report), result_(report.result) {
        for (const RuleDifference& rule : result_.rules) {
            for (const auto* list : {&rule.caught, &rule.lost}) {
                for (const Moved& moved : *list)
                    (list == &rule.caught ? caught_subjects_ : lost_subjects_).insert(moved.subject);
            }
        }
    }

    std::string write() {
        out_ = report_head({"规则变更回测", "Backtest of a change of rules"}, report_.language);
        top();
        out_ += "<main id=\"main\" class=\"wrap\">";
        if (result_.rules.empty()) {
            out_ += "<section><div class=\"note\">" +
                    both("两套规则的写法与参数完全相同，没有可比的。",
                         "The two sets of rules and values are the same: there is nothing to compare.") +
                    "</div></section>";
        } else {
            summary();
            for (const RuleDifference& rule : result_.rules) one_rule(rule);
        }
        proof();
        out_ +=
            "</main><footer><div class=\"wrap\">" +
            both("回测只说明规则会多命中、少命中哪些记录；疑点须经人工核实并听取当事人说明后方可认定。",
                 "A backtest says which records the rules would hit besides or no more. A lead is settled only by a "
                 "person who has heard those concerned.") +
            "</div></footer>" + report_foot();
        return std::move(out_);
    }

private:
    void tile(const std::string& value, std::string_view zh, std::string_view en) {
        out_ += "<div class=\"tile\"><b>" + html_escaped(value) + "</b><span>" + both(zh, en) + "</span></div>";
    }

    std::string anchor(const std::string& rule) const { return "r-" + html_escaped(rule); }

    void top() {
        out_ += "<a class=\"skip\" href=\"#main\">" + both("跳到正文", "Skip to the content") +
                "</a><header class=\"top\"><div class=\"wrap\"><div class=\"row\"><h1>" +
                both("规则变更回测", "Backtest of a change of rules") +
                "</h1><div class=\"js-only\"><button type=\"button\" id=\"language\"><span class=\"zh\" "
                "lang=\"en\">English</span><span class=\"en\" lang=\"zh-CN\">中文</span></button><button "
                "type=\"button\" id=\"print\">" +
                both("打印", "Print") + "</button></div></div><p class=\"facts\">";
        const auto fact = [&](std::string_view zh, std::string_view en, const std::string& value_zh,
                              const std::string& value_en) {
            out_ += "<span class=\"f\">" + both(std::string(zh) + "：" + value_zh, std::string(en) + ": " + value_en) +
                    "</span>";
        };
        const std::string from = result_.from ? to_text(*result_.from) : "…";
        const std::string to = result_.to ? to_text(*result_.to) : "…";
        if (result_.from || result_.to) {
            fact("期间", "Period", from + " – " + to, from + " – " + to);
        } else {
            fact("期间", "Period", "全部", "all");
        }
        fact("日志位置", "Log position", count_text(static_cast<std::int64_t>(result_.position)),
             count_text(static_cast<std::int64_t>(result_.position)));
        fact("有变化的规则", "Rules that differ", format("{} 条", result_.rules.size()),
             format("{}", result_.rules.size()));
        out_ += "</p><div class=\"tiles\">";
        tile(count_text(result_.subjects), "看过的记录", "records looked at");
        tile("+" + count_text(static_cast<std::int64_t>(caught_subjects_.size())), "新命中的记录",
             "records newly caught");
        tile("−" + count_text(static_cast<std::int64_t>(lost_subjects_.size())), "不再命中的记录",
             "records no longer caught");
        if (result_.rules.size() == 1) {
            const RuleDifference& rule = result_.rules.front();
            tile("+" + money_text(rule.caught_fen), "新命中涉及金额", "money newly touched");
            tile("−" + money_text(rule.lost_fen), "不再涉及的金额", "money no longer touched");
        }
        out_ += "</div></div></header><nav class=\"toc\" aria-label=\"目录 / Contents\"><div class=\"wrap\">";
        if (!result_.rules.empty()) out_ += "<a href=\"#summary\">" + both("总览", "Summary") + "</a>";
        for (const RuleDifference& rule : result_.rules)
            out_ += "<a href=\"#" + anchor(rule.rule) + "\">" + html_escaped(rule.rule) + "</a>";
        out_ += "<a href=\"#proof\">" + both("出处", "Provenance") + "</a></div></nav>";
    }

    void summary() {
        out_ +=
            "<section id=\"summary\"><h2>" + both("总览", "Summary") + "</h2><p class=\"dim\">" +
            both("“现行”是正在运行的规则，“拟改”是提交回测的规则。同一记录可被几条规则命中，各规则的金额不能相加。",
                 "\"Before\" are the rules as they run, \"after\" as proposed. One record may be hit by several rules: "
                 "their money must not be added up.") +
            "</p>" + open_table("总览", "Summary") + table_head("规则", "Rule") +
            table_head("现行命中", "Hits before", true) + table_head("拟改命中", "Hits after", true) +
            table_head("新命中", "Newly caught", true) + table_head("其中只此规则", "by this rule alone", true) +
            table_head("不再命中", "No longer caught", true) + table_head("新命中金额", "Money caught", true) +
            table_head("不再涉及金额", "Money lost", true) + std::string(open_body);
        for (const RuleDifference& rule : result_.rules) {
            out_ += "<tr><td class=\"id\"><a href=\"#" + anchor(rule.rule) + "\">" + html_escaped(rule.rule) +
                    "</a><br>" + both(title_of(report_, rule.rule)) + "</td>" +
                    number_cell(count_text(rule.before.hit)) + number_cell(count_text(rule.after.hit)) +
                    number_cell("+" + count_text(static_cast<std::int64_t>(rule.caught.size()))) +
                    number_cell(count_text(rule.caught_alone)) +
                    number_cell("−" + count_text(static_cast<std::int64_t>(rule.lost.size()))) +
                    number_cell(money_text(rule.caught_fen)) + number_cell(money_text(rule.lost_fen)) + "</tr>";
        }
        out_ += std::string(close_table) + "</section>";
    }

    void one_rule(const RuleDifference& rule) {
        out_ += "<section id=\"" + anchor(rule.rule) + "\"><h2>" + html_escaped(rule.rule) + " " +
                both(title_of(report_, rule.rule)) + "</h2><div class=\"panel\"><h3>" +
                both("改了什么", "What changed") + "</h3><ul class=\"plain\">";
        for (const model::Label& one : rule.what_changed) out_ += "<li>" + both(one) + "</li>";
        out_ += "</ul></div>";
        outcomes(rule);
        out_ += "<h3>" + both("精准率", "Precision") + "</h3><p><b>" + both("现行", "Before") + "</b>　" +
                both(precision_sentence(rule.precision_before)) + "</p><p><b>" + both("拟改", "After") + "</b>　" +
                both(precision_sentence(rule.precision_after)) + "</p>";
        for (const auto& [way, slices] : rule.by) breakdown(rule, way, slices);
        overlap(rule);
        moved(rule, rule.caught, "新命中的记录", "Records newly caught");
        moved(rule, rule.lost, "不再命中的记录", "Records no longer caught");
        out_ += "</section>";
    }

    void outcomes(const RuleDifference& rule) {
        out_ += "<h3>" + both("判定结果", "Outcomes") + "</h3>" + open_table("判定结果", "Outcomes") +
                table_head("结果", "Outcome") + table_head("现行", "Before", true) + table_head("拟改", "After", true) +
                table_head("增减", "Change", true) + std::string(open_body);
        const auto row = [&](rule::Outcome outcome, std::int64_t before, std::int64_t after) {
            out_ += format("<tr><td class=\"id\"><span class=\"tag o-{}\">{} {}</span></td>{}{}{}</tr>",
                           rule::to_word(outcome), outcome_sign(outcome), both(outcome_words(outcome)),
                           number_cell(count_text(before)), number_cell(count_text(after)),
                           number_cell(signed_count(after - before)));
        };
        row(rule::Outcome::hit, rule.before.hit, rule.after.hit);
        row(rule::Outcome::exempt, rule.before.exempt, rule.after.exempt);
        row(rule::Outcome::inconclusive, rule.before.inconclusive, rule.after.inconclusive);
        row(rule::Outcome::clear, rule.before.clear, rule.after.clear);
        row(rule::Outcome::not_applicable, rule.before.not_applicable, rule.after.not_applicable);
        out_ += "<tr><td>" + both("命中涉及金额", "Money touched by hits") + "</td>" +
                number_cell(money_text(rule.before.at_risk_fen)) + number_cell(money_text(rule.after.at_risk_fen)) +
                number_cell(signed_money(rule.after.at_risk_fen - rule.before.at_risk_fen)) + "</tr>" +
                std::string(close_table);
    }

    // The field behind a way to break down; null when there is none.
    const model::Field* field_of_way(const RuleDifference& rule, const std::string& way) const {
        const model::Entity* entity = report_.after.dictionary.entity(rule.subject);
        if (entity == nullptr) return nullptr;
        std::string path = way == "agency" ? entity->agency : "";
        for (const auto& [key, of] : entity->scope) {
            if (key == way) path = of;
        }
        const std::size_t dot = path.find('.');
        const std::string owner = dot == std::string::npos ? entity->name : path.substr(0, dot);
        const model::Entity* of = report_.after.dictionary.entity(owner);
        return of == nullptr ? nullptr : of->field(dot == std::string::npos ? path : path.substr(dot + 1));
    }

    // What a way to break down is called: the words of the field behind it, else the word itself.
    static model::Label way_words(const model::Field* field, const std::string& way) {
        if (way == "month") return {"月份", "month"};
        return field == nullptr || field->label.zh.empty() ? model::Label{way, way} : field->label;
    }

    static std::string key_words(const model::Field* field, const std::string& key) {
        if (key.empty()) return both("（不明）", "(not known)");
        const model::Label* label = field == nullptr ? nullptr : field->label_of_word(key);
        return label == nullptr ? html_escaped(key) : both(*label);
    }

    void breakdown(const RuleDifference& rule, const std::string& way, const std::vector<Slice>& slices) {
        if (slices.empty() || (slices.size() == 1 && slices.front().key.empty())) return;
        std::vector<const Slice*> rows;
        for (const Slice& slice : slices) rows.push_back(&slice);
        const bool in_order = way == "month";
        if (!in_order) {
            std::stable_sort(rows.begin(), rows.end(),
                             [](const Slice* a, const Slice* b) { return a->caught + a->lost > b->caught + b->lost; });
        }
        const model::Field* field = way == "month" ? nullptr : field_of_way(rule, way);
        const model::Label words = way_words(field, way);
        const std::string zh = "按" + words.zh, en = "By " + lower_ascii(words.en);
        out_ += "<h3>" + both(zh, en) + "</h3>" + open_table(html_escaped(zh), html_escaped(en)) +
                table_head(words.zh, words.en) + table_head("现行命中", "Hits before", true) +
                table_head("拟改命中", "Hits after", true) + table_head("新命中", "Newly caught", true) +
                table_head("不再命中", "No longer caught", true) + table_head("新命中金额", "Money caught", true) +
                table_head("不再涉及金额", "Money lost", true) + std::string(open_body);
        for (std::size_t i = 0; i < rows.size() && i < most_slices_listed; ++i) {
            const Slice& slice = *rows[i];
            out_ += "<tr><td class=\"id\">" + key_words(field, slice.key) + "</td>" +
                    number_cell(count_text(slice.before.hit)) + number_cell(count_text(slice.after.hit)) +
                    number_cell("+" + count_text(slice.caught)) + number_cell("−" + count_text(slice.lost)) +
                    number_cell(money_text(slice.caught_fen)) + number_cell(money_text(slice.lost_fen)) + "</tr>";
        }
        out_ += close_table;
        if (rows.size() > most_slices_listed) {
            out_ +=
                "<p class=\"dim\">" +
                both(format("只列变化最多的 {} 行，共 {} 行，其余见 backtest.json。", most_slices_listed, rows.size()),
                     format("The {} rows that change most, of {}; the rest is in backtest.json.", most_slices_listed,
                            rows.size())) +
                "</p>";
        }
    }

    void overlap(const RuleDifference& rule) {
        out_ += "<h3>" + both("与其他规则的重合", "Overlap with other rules") + "</h3>";
        if (rule.caught.empty()) {
            out_ += "<p>" + both("没有新命中。", "Nothing is newly caught.") + "</p>";
            return;
        }
        out_ += "<p>" +
                both(format("新命中 {} 条，其中 {} 条没有被任何现行规则命中。",
                            count_text(static_cast<std::int64_t>(rule.caught.size())), count_text(rule.caught_alone)),
                     format("{} newly caught, of which {} are hit by no rule as they run.",
                            count_text(static_cast<std::int64_t>(rule.caught.size())), count_text(rule.caught_alone))) +
                "</p>";
        if (rule.overlap.empty()) return;
        std::vector<std::pair<std::int64_t, std::string>> rows;
        for (const auto& [other, count] : rule.overlap) rows.emplace_back(-count, other);
        std::sort(rows.begin(), rows.end());
        out_ += open_table("重合", "Overlap") + table_head("已命中同一记录的规则", "Rule that hits the same record") +
                table_head("条数", "Count", true) + table_head("占新命中", "Share of newly caught", true) +
                std::string(open_body);
        for (const auto& [count, other] : rows) {
            out_ += "<tr><td>" + html_escaped(other) + " " + both(title_of(report_, other)) + "</td>" +
                    number_cell(count_text(-count)) +
                    number_cell(percent_text(-count, static_cast<std::int64_t>(rule.caught.size()))) + "</tr>";
        }
        out_ += close_table;
    }

    void moved(const RuleDifference& rule, const std::vector<Moved>& list, std::string_view zh, std::string_view en) {
        out_ += "<h3>" + both(zh, en) + "</h3>";
        if (list.empty()) {
            out_ += "<p>" + both("没有。", "There are none.") + "</p>";
            return;
        }
        const bool is_caught = &list == &rule.caught;
        out_ += open_table(zh, en) + table_head("日期", "Date") + table_head("编号", "Number") +
                table_head("机构", "Agency") + table_head("现行", "Before") + table_head("拟改", "After") +
                table_head("涉及金额", "Money", true) + table_head("还被哪些规则命中", "Also hit by") +
                table_head("核实结论", "Verdict") + std::string(open_body);
        const auto outcome = [](rule::Outcome one) {
            return format("<span class=\"tag o-{}\">{} {}</span>", rule::to_word(one), outcome_sign(one),
                          both(outcome_words(one)));
        };
        for (std::size_t i = 0; i < list.size() && i < most_moved_listed; ++i) {
            const Moved& one = list[i];
            out_ += "<tr><td class=\"id\">" + html_escaped(one.date) + "</td><td>" + html_escaped(one.subject) +
                    (one.dedup.empty() || one.dedup == one.subject
                         ? ""
                         : "<br><span class=\"dim small\">" + html_escaped(one.dedup) + "</span>") +
                    "</td><td>" + html_escaped(one.agency) + "</td><td>" + outcome(one.before) + "</td><td>" +
                    outcome(one.after) + "</td>" + number_cell(money_text(one.at_risk_fen)) +
                    "<td class=\"ids small\">";
            for (const std::string& other : one.also_hit_by) out_ += "<span>" + html_escaped(other) + "</span> ";
            out_ += "</td><td>" + (one.verdict ? verdict_words(*one.verdict) : "–") + "</td></tr>";
        }
        out_ += close_table;
        if (list.size() > most_moved_listed) {
            out_ += "<p class=\"dim\">" +
                    both(format("只列前 {} 条，共 {} 条，全部见 backtest.csv（change = {}）。", most_moved_listed,
                                count_text(static_cast<std::int64_t>(list.size())), is_caught ? "caught" : "lost"),
                         format("The first {} of {}; all are in backtest.csv (change = {}).", most_moved_listed,
                                count_text(static_cast<std::int64_t>(list.size())), is_caught ? "caught" : "lost")) +
                    "</p>";
        }
    }

    static std::string verdict_words(casework::Verdict verdict) {
        switch (verdict) {
            case casework::Verdict::violation: return both("属实违规", "violation");
            case casework::Verdict::error: return both("属实差错", "error");
            case casework::Verdict::unfounded: return both("不属实", "unfounded");
            case casework::Verdict::unverifiable: return both("无法核实", "unverifiable");
        }
        return "";
    }

    void proof() {
        out_ +=
            "<section id=\"proof\"><h2>" + both("出处", "Provenance") + "</h2><p>" +
            both("同一日志位置、同样的两套规则，回测结果逐字节相同。批准变更时引用下面的回测摘要。",
                 "The same log position and the same two sets of rules give the same bytes. An approval refers to the "
                 "digest of the backtest below.") +
            "</p><ul class=\"plain\"><li>" + both("回测摘要", "Digest of the backtest") + " <code>" +
            html_escaped(result_.digest) + "</code></li><li>" + both("现行规则摘要", "Digest of the rules before") +
            " <code>" + html_escaped(result_.set_before) + "</code></li><li>" +
            both("拟改规则摘要", "Digest of the rules after") + " <code>" + html_escaped(result_.set_after) +
            "</code></li><li>" + both("日志位置", "Log position") +
            format(" <code>{}</code></li></ul></section>", result_.position);
    }

    const BacktestReport& report_;
    const run::Backtest& result_;
    std::string out_;
    std::set<std::string> caught_subjects_, lost_subjects_;
};

}  // namespace

std::string backtest_page(const BacktestReport& report) {
    return Page(report).write();
}

}  // namespace ningyi::exchange
