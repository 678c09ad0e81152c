// SPDX-License-Identifier: Apache-2.0
#include "exchange/precision_page.h"

#include "base/json.h"
#include "base/text.h"
#include "exchange/audit_report.h"
#include "exchange/html.h"
#include "exchange/report_markup.h"
#include "exchange/words.h"

namespace ningyi::exchange {
namespace {

using casework::Estimate;
using casework::Interval;
using casework::RulePrecision;
using casework::WeightedShare;

std::string percent(std::int64_t ppm) {
    return format("{}.{}%", (ppm + 500) / 10'000, (ppm + 500) / 1000 % 10);
}

std::string interval_text(const Interval& interval) {
    return percent(interval.low_ppm) + "–" + percent(interval.high_ppm);
}

// Nothing decided, nothing said.
std::string share_text(const WeightedShare& share) {
    return share.cases() == 0 ? "–" : format("{} ({})", percent(share.share_ppm()), interval_text(share.interval()));
}

model::Label title_of(const PrecisionReport& report, const std::string& rule) {
    const rule::Rule* found = report.set.rule(rule);
    return found == nullptr ? model::Label{} : found->title;
}

model::Label innocent_words(const PrecisionReport& report, const std::string& rule, const std::string& id) {
    if (const rule::Rule* found = report.set.rule(rule)) {
        for (const rule::Rule::Innocent& one : found->innocent) {
            if (one.id == id) return one.text;
        }
    }
    return {id, id};
}

model::Label status_of(const PrecisionReport& report, const RulePrecision& rule) {
    const auto found = report.statuses.find({rule.rule, rule.version});
    if (found == report.statuses.end()) return {"已被替换", "replaced"};
    if (found->second == "live") return {"启用", "live"};
    if (found->second == "paused") return {"暂停", "paused"};
    if (found->second == "retired") return {"停用", "retired"};
    return {"试运行", "on trial"};
}

model::Label recall_words(const casework::Recall& recall) {
    if (!recall.is_known())
        return {"没有核实过随机抽取的“无疑点”对象，漏查率无从说起；可用 ningyi draw --clean 抽取。",
                "No subject without a lead was drawn and reviewed, so nothing can be said of what is missed; draw some "
                "with "
                "`ningyi draw --clean`."};
    return {
        format("随机核实的 {} 个无疑点对象中有 {} 个实为违规；按抽取概率加权，违规中被命中的占 {}。",
               recall.clean_reviewed, recall.missed, share_text(recall.share)),
        format(
            "Of {} subjects without a lead, drawn at random and reviewed, {} were violations; weighted, the share of "
            "violations that a rule hit is {}.",
            recall.clean_reviewed, recall.missed, share_text(recall.share))};
}

void number(std::string& out, std::int64_t count) {
    out += number_cell(count_text(count));
}

void estimate_cells(std::string& out, const Estimate& estimate) {
    number(out, estimate.violation);
    number(out, estimate.error);
    number(out, estimate.unfounded);
    number(out, estimate.unverifiable);
    number(out, estimate.random);
    out += number_cell(html_escaped(share_text(estimate.strict))) +
           number_cell(html_escaped(share_text(estimate.actionable)));
}

void estimate_heads(std::string& out) {
    out += table_head("属实违规", "Violation", true) + table_head("属实差错", "Error", true) +
           table_head("不属实", "Unfounded", true) + table_head("无法核实", "Unverifiable", true) +
           table_head("其中随机抽取", "Drawn at random", true) +
           table_head("严格精准率（区间）", "Strict (interval)", true) +
           table_head("应处理精准率（区间）", "Actionable (interval)", true);
}

void breakdown(std::string& out, const RulePrecision& rule, const std::map<std::string, Estimate>& by,
               std::string_view zh, std::string_view en) {
    out += "<h3>" + html_escaped(rule.rule) + " · " + both(zh, en) + "</h3>" + open_table(zh, en) + table_head(zh, en);
    estimate_heads(out);
    out += open_body;
    for (const auto& [key, estimate] : by) {
        out += "<tr><td>" + html_escaped(key.empty() ? "–" : key) + "</td>";
        estimate_cells(out, estimate);
        out += "</tr>";
    }
    out += close_table;
}

void write_estimate(JsonWriter& json, const Estimate& estimate) {
    json.begin_object();
    json.key("violation").value(estimate.violation).key("error").value(estimate.error);
    json.key("unfounded").value(estimate.unfounded).key("unverifiable").value(estimate.unverifiable);
    json.key("random").value(estimate.random);
    const auto share = [&](const char* name, const WeightedShare& of) {
        json.key(name);
        if (of.cases() == 0) {
            json.null();
            return;
        }
        const Interval interval = of.interval();
        json.begin_object();
        json.key("share_ppm").value(of.share_ppm()).key("low_ppm").value(interval.low_ppm);
        json.key("high_ppm").value(interval.high_ppm).key("effective_thousandths").value(of.effective_thousandths());
        json.end_object();
    };
    share("strict", estimate.strict);
    share("actionable", estimate.actionable);
    json.end_object();
}

}  // namespace

std::string precision_text(const PrecisionReport& report, bool english) {
    std::string text;
    if (report.rules.empty())
        text +=
            english ? "no verdict was given yet, so there is no precision to tell\n" : "还没有核实结论，谈不上精准率\n";
    for (const RulePrecision& rule : report.rules) {
        const model::Label status = status_of(report, rule), title = title_of(report, rule.rule);
        const Estimate& all = rule.all;
        text +=
            english
                ? format(
                      "{}@{}  {}  {}\n  decided {}: {} violations, {} errors, {} unfounded; {} unverifiable; {} drawn "
                      "at random\n"
                      "  strict {}  actionable {}\n",
                      rule.rule, rule.version, status.en, title.en, all.decided(), all.violation, all.error,
                      all.unfounded, all.unverifiable, all.random, share_text(all.strict), share_text(all.actionable))
                : format(
                      "{}@{}  {}  {}\n  已核实 {}：属实违规 {}、属实差错 {}、不属实 {}；无法核实 {}；随机抽取 {}\n"
                      "  严格精准率 {}  应处理精准率 {}\n",
                      rule.rule, rule.version, status.zh, title.zh, all.decided(), all.violation, all.error,
                      all.unfounded, all.unverifiable, all.random, share_text(all.strict), share_text(all.actionable));
        if (rule.only_it > 0)
            text += english ? format("  confirmed subjects that only this rule caught: {}\n", rule.only_it)
                            : format("  只有本规则查出的已认定对象：{}\n", rule.only_it);
        for (const auto& [by, of] : {std::pair(english ? "agency" : "机构", &rule.by_agency),
                                     std::pair(english ? "month" : "月份", &rule.by_month)}) {
            for (const auto& [key, estimate] : *of)
                text += format("    {} {}  {}/{}  {}\n", by, key.empty() ? "–" : key, estimate.confirmed(),
                               estimate.decided(), share_text(estimate.actionable));
        }
        for (const casework::InnocentCount& innocent : rule.innocent) {
            const model::Label words = innocent_words(report, rule.rule, innocent.id);
            text += english ? format("  innocent: {} × {}{}\n", words.en, innocent.count,
                                     innocent.is_candidate ? "  ← candidate for an exception" : "")
                            : format("  无责原因：{} × {}{}\n", words.zh, innocent.count,
                                     innocent.is_candidate ? "  ← 可考虑写成例外" : "");
        }
    }
    for (const casework::Suggestion& one : report.suggestions)
        text += (english ? "suggestion " : "建议 ") + one.rule + ": " + (english ? one.en : one.zh) + "\n";
    const model::Label recall = recall_words(report.recall);
    return text + (english ? recall.en : recall.zh);
}

std::string precision_json(const PrecisionReport& report) {
    JsonWriter json;
    json.begin_object().key("log_size").value(report.log_size).key("rules").begin_array();
    for (const RulePrecision& rule : report.rules) {
        json.begin_object().key("rule").value(rule.rule).key("version").value(rule.version);
        json.key("status").value(status_of(report, rule).en).key("all");
        write_estimate(json, rule.all);
        for (const auto& [name, by] :
             {std::pair("by_agency", &rule.by_agency), std::pair("by_month", &rule.by_month)}) {
            json.key(name).begin_object();
            for (const auto& [key, estimate] : *by) {
                json.key(key);
                write_estimate(json, estimate);
            }
            json.end_object();
        }
        json.key("only_it").value(rule.only_it).key("innocent").begin_array();
        for (const casework::InnocentCount& innocent : rule.innocent) {
            json.begin_object().key("id").value(innocent.id).key("count").value(innocent.count);
            json.key("candidate").value(innocent.is_candidate).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array().key("suggestions").begin_array();
    for (const casework::Suggestion& one : report.suggestions) {
        json.begin_object().key("rule").value(one.rule).key("version").value(one.version).key("by").value(one.by);
        json.key("hits").value(one.hits).key("confirmed").value(one.confirmed).key("unfounded").value(one.unfounded);
        json.key("undecided").value(one.undecided).key("fen").value(one.fen);
        json.key("zh").value(one.zh).key("en").value(one.en).end_object();
    }
    json.end_array().key("recall");
    if (report.recall.is_known()) {
        const Interval interval = report.recall.share.interval();
        json.begin_object().key("share_ppm").value(report.recall.share.share_ppm());
        json.key("low_ppm").value(interval.low_ppm).key("high_ppm").value(interval.high_ppm);
        json.key("clean_reviewed")
            .value(report.recall.clean_reviewed)
            .key("missed")
            .value(report.recall.missed)
            .end_object();
    } else {
        json.null();
    }
    json.end_object();
    return json.take();
}

std::string precision_page(const PrecisionReport& report, bool english) {
    const model::Label title{"规则精准率", "Precision of the rules"};
    std::string out = format(
        "<!DOCTYPE html>\n<html lang=\"{}\" data-lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<title>{}</title><style>{}</style></head><body><header class=\"top\"><div class=\"wrap\"><h1>{}</h1><p "
        "class=\"facts\">",
        english ? "en" : "zh-CN", english ? "en" : "zh", html_escaped(english ? title.en : title.zh), report_style(),
        both(title));
    out += both(format("日志 {} 条事件", report.log_size), format("log of {} events", report.log_size));
    out +=
        "</p></div></header><main id=\"main\" class=\"wrap\"><section><p class=\"note\">" +
        both(
            "精准率只由人的核实结论得出，并附 95% "
            "区间（Wilson）；申诉成立的计为不属实，无法核实的不计。随机抽取的按入选概率加权。",
            "Precision comes from verdicts of people alone, with a 95 % interval (Wilson). An appeal granted counts as "
            "unfounded, unverifiable is left out, drawn cases are weighted by the probability of their selection.") +
        "</p>";
    if (report.rules.empty()) {
        out += "<p>" + both("还没有核实结论。", "No verdict was given yet.") + "</p>";
    } else {
        out += open_table("各规则", "Rules") + table_head("规则", "Rule") + table_head("状态", "State");
        estimate_heads(out);
        out += table_head("仅本规则查出", "Only it caught", true);
        out += open_body;
        for (const RulePrecision& rule : report.rules) {
            out += "<tr><td><span class=\"id\">" + html_escaped(format("{}@{}", rule.rule, rule.version)) + "</span> " +
                   both(title_of(report, rule.rule)) + "</td><td>" + both(status_of(report, rule)) + "</td>";
            estimate_cells(out, rule.all);
            number(out, rule.only_it);
            out += "</tr>";
        }
        out += close_table;
    }
    out += "</section><section><h2>" + both("漏查", "What is missed") + "</h2><p>" + both(recall_words(report.recall)) +
           "</p></section>";
    if (!report.suggestions.empty()) {
        out += "<section><h2>" + both("阈值建议", "Suggested thresholds") + "</h2><ul>";
        for (const casework::Suggestion& one : report.suggestions)
            out += "<li>" + html_escaped(one.rule) + " · " + both(one.zh, one.en) + "</li>";
        out += "</ul></section>";
    }
    for (const RulePrecision& rule : report.rules) {
        out += "<section>";
        breakdown(out, rule, rule.by_agency, "按机构", "By agency");
        breakdown(out, rule, rule.by_month, "按月份", "By month");
        if (!rule.innocent.empty()) {
            out += "<h3>" + html_escaped(rule.rule) + " · " + both("无责原因", "Innocent reasons") + "</h3><ul>";
            for (const casework::InnocentCount& innocent : rule.innocent) {
                out +=
                    "<li>" + both(innocent_words(report, rule.rule, innocent.id)) + " × " + count_text(innocent.count);
                if (innocent.is_candidate)
                    out +=
                        " <span class=\"tag s2\">" + both("可考虑写成例外", "candidate for an exception") + "</span>";
                out += "</li>";
            }
            out += "</ul>";
        }
        out += "</section>";
    }
    out += "</main></body></html>\n";
    return out;
}

}  // namespace ningyi::exchange
