// SPDX-License-Identifier: Apache-2.0
#include "app/gate_table.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ningyi::app {
namespace {

constexpr std::size_t columns = 9;
using Row = std::array<std::string, columns>;
constexpr std::array<bool, columns> is_number{false, true, true, true, true, true, false, false, false};

// Columns a text takes in a terminal: Chinese characters take two.
std::size_t width(std::string_view text) {
    std::size_t columns_taken = 0;
    for (std::size_t at = 0; at < text.size();) columns_taken += next_code_point(text, at) >= 0x2E80 ? 2 : 1;
    return columns_taken;
}

std::string padded(const std::string& text, std::size_t wanted, bool right) {
    const std::string blank(wanted - std::min(wanted, width(text)), ' ');
    return right ? blank + text : text + blank;
}

struct Totals {
    std::size_t passed = 0, failed = 0, generated = 0, seen = 0, all = 0, killed = 0, mutants = 0, equivalent = 0,
                whole = 0, refused = 0;
    bool has_mutants = false;
};

Totals totals_of(const std::vector<GateReport>& reports) {
    Totals totals;
    for (const GateReport& report : reports) {
        totals.passed += report.tests.passed;
        totals.failed += report.tests.failed;
        totals.generated += report.tests.generated;
        totals.seen += report.tests.covered;
        totals.all += report.tests.coverable;
        totals.whole += report.is_whole ? 1 : 0;
        totals.refused += report.passes ? 0 : 1;
        if (!report.mutants) continue;
        totals.has_mutants = true;
        totals.killed += report.mutants->killed;
        totals.mutants += report.mutants->all;
        totals.equivalent += report.mutants->equivalent;
    }
    return totals;
}

std::string mutants_text(std::size_t killed, std::size_t all, std::size_t equivalent) {
    return equivalent == 0 ? format("{}/{}", killed, all) : format("{}+{}/{}", killed, equivalent, all);
}

std::string mark(const GateReport& report) {
    return report.is_whole ? "✓" : report.passes ? "·" : "✗";
}

// A gap is "中文 | English".
std::string one_language(const std::string& text, const Terminal& terminal) {
    const std::size_t bar = text.find(" | ");
    if (bar == std::string::npos) return text;
    return std::string(terminal.pick(text.substr(0, bar), text.substr(bar + 3)));
}

void print_gaps(const GateReport& report, const Terminal& terminal) {
    const auto say = [&](const std::string& line) { terminal.say("    " + line, "    " + line); };
    for (const std::string& gap : report.tests.uncovered) say(one_language(gap, terminal));
    if (!report.mutants) return;
    for (const rule::MutationReport::Survivor& survivor : report.mutants->survivors) {
        const std::string place = survivor.line == 0 ? "" : format("{}:{} ", survivor.line, survivor.column);
        say(format("{}{}{}", terminal.pick("变异存活：", "mutant lives: "), place, survivor.name));
    }
    for (const Fault& fault : report.mutants->faults) say(terminal.text_of(fault));
}

}  // namespace

void print_gate(const std::vector<GateReport>& reports, const std::vector<TriggerCost>& costs, bool verbose,
                const Terminal& terminal) {
    const auto t = [&](const char* zh, const char* en) { return std::string(terminal.pick(zh, en)); };
    const Totals totals = totals_of(reports);
    std::vector<Row> rows;
    rows.push_back({t("规则", "rule"), t("测试", "tests"), t("生成", "gen."), t("见到", "seen"), t("变异", "mutants"),
                    t("代价", "cost"), t("句子", "words"), t("状态", "status"), t("门槛", "gate")});
    for (const GateReport& report : reports) {
        const rule::TestReport& tests = report.tests;
        rows.push_back({report.rule->id,
                        tests.failed == 0 ? format("{}", tests.passed)
                                          : format("{}/{}", tests.passed, tests.passed + tests.failed),
                        format("{}", tests.generated), format("{}/{}", tests.covered, tests.coverable),
                        report.mutants
                            ? mutants_text(report.mutants->killed, report.mutants->all, report.mutants->equivalent)
                            : "–",
                        format("{}/{}", report.rule->cost, report.rule->cost_limit), t("中英", "zh en"),
                        report.rule->status, mark(report)});
    }
    rows.push_back({format("{} {}", reports.size(), t("条", "rules")), format("{}", totals.passed),
                    format("{}", totals.generated), format("{}/{}", totals.seen, totals.all),
                    totals.has_mutants ? mutants_text(totals.killed, totals.mutants, totals.equivalent) : "–", "", "",
                    "", totals.refused == 0 ? "✓" : "✗"});
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::string line;
        for (std::size_t i = 0; i < columns; ++i)
            line += (i == 0 ? "" : "  ") + padded(rows[r][i], widths[i], is_number[i]);
        while (line.ends_with(' ')) line.pop_back();
        terminal.say(line, line);
        const bool is_rule = r > 0 && r <= reports.size();
        if (is_rule && (verbose || !reports[r - 1].passes)) print_gaps(reports[r - 1], terminal);
    }
    if (totals.has_mutants) {
        terminal.say("变异：识别+等价/全部；门槛：✓ 合格 · 未合格也未启用 ✗ 不合格",
                     "mutants: killed+equivalent/all; gate: ✓ whole · not whole, not in use ✗ refused");
    }
    for (const TriggerCost& cost : costs) {
        terminal.say(format("{}：{} 条规则，代价 {}/{}", cost.trigger, cost.rules, cost.cost, trigger_cost_limit),
                     format("{}: {} rules, cost {}/{}", cost.trigger, cost.rules, cost.cost, trigger_cost_limit));
    }
}

void write_gate(const std::vector<GateReport>& reports, const std::vector<TriggerCost>& costs, JsonWriter& json) {
    const auto number = [&](std::string_view key, std::size_t value) { json.key(key).value(std::uint64_t{value}); };
    json.key("rules").begin_array();
    for (const GateReport& report : reports) {
        const rule::TestReport& tests = report.tests;
        json.begin_object().key("rule").value(report.rule->id).key("status").value(report.rule->status);
        json.key("version").value(report.rule->version).key("digest").value(report.rule->digest);
        number("passed", tests.passed);
        number("failed", tests.failed);
        number("generated", tests.generated);
        number("covered", tests.covered);
        number("coverable", tests.coverable);
        json.key("gaps").begin_array();
        for (const std::string& gap : tests.uncovered) json.value(gap);
        json.end_array();
        if (report.mutants) {
            number("mutants", report.mutants->all);
            number("killed", report.mutants->killed);
            number("equivalent", report.mutants->equivalent);
            json.key("survivors").begin_array();
            for (const rule::MutationReport::Survivor& survivor : report.mutants->survivors) {
                json.begin_object().key("mutant").value(survivor.name).key("line").value(survivor.line);
                json.key("column").value(survivor.column).end_object();
            }
            json.end_array();
        }
        json.key("cost").value(report.rule->cost).key("cost_limit").value(report.rule->cost_limit);
        json.key("whole").value(report.is_whole).key("passes").value(report.passes);
        json.key("problems").begin_array();
        for (const rule::TestResult& result : tests.results) {
            for (const std::string& problem : result.problems)
                json.value(format("{}:{}: {}: {}", result.file, result.line, result.name, problem));
        }
        if (report.mutants) {
            for (const Fault& fault : report.mutants->faults) json.value(to_text(fault));
        }
        json.end_array().end_object();
    }
    json.end_array().key("triggers").begin_array();
    for (const TriggerCost& cost : costs) {
        json.begin_object().key("trigger").value(cost.trigger);
        number("rules", cost.rules);
        json.key("cost").value(cost.cost).key("cost_limit").value(trigger_cost_limit).end_object();
    }
    json.end_array();
    const Totals totals = totals_of(reports);
    number("passed", totals.passed);
    number("failed", totals.failed);
    number("refused", totals.refused);
}

}  // namespace ningyi::app
