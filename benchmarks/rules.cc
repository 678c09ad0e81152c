// SPDX-License-Identifier: Apache-2.0
// bench_rules FOLDER ORDERS batch|one|write: twenty rules as text over invented orders, their findings kept in memory;
// in batches of 1,024, one order at a time, or only the orders written for the peers. One line of JSON.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/text.h"
#include "base/yaml.h"
#include "model/read.h"
#include "rule/batch.h"
#include "rules_orders.h"

namespace {

using namespace ningyi;

constexpr const char* model_text =
    "entities:\n"
    "  order:\n"
    "    title: {zh: 工单, en: Order}\n"
    "    key: id\n"
    "    date: day\n"
    "    fields:\n"
    "      id: {type: string, level: 2, zh: 编号, en: Number}\n"
    "      status: {type: string, level: 2, zh: 状态, en: Status}\n"
    "      mode: {type: string, level: 2, zh: 方式, en: Mode}\n"
    "      service: {type: string, level: 2, zh: 服务, en: Service}\n"
    "      area: {type: string, level: 2, zh: 片区, en: Area}\n"
    "      agency: {type: string, level: 2, zh: 机构, en: Agency}\n"
    "      caregiver: {type: string, level: 2, zh: 护理员, en: Caregiver}\n"
    "      guardian: {type: string, level: 2, zh: 监护人, en: Guardian}\n"
    "      day: {type: date, level: 2, zh: 日期, en: Day}\n"
    "      started: {type: timestamp, level: 2, zh: 开始, en: Started}\n"
    "      ended: {type: timestamp, level: 2, zh: 结束, en: Ended}\n"
    "      checkin: {type: timestamp, level: 2, zh: 签到, en: Check-in}\n"
    "      checkout: {type: timestamp, level: 2, zh: 签退, en: Check-out}\n"
    "      billed: {type: duration, level: 2, zh: 计费, en: Billed}\n"
    "      tracked: {type: duration, level: 2, zh: 在场, en: Tracked}\n"
    "      gap: {type: duration, level: 2, zh: 中断, en: Gap}\n"
    "      checkin_dist: {type: length, level: 2, zh: 签到距离, en: Distance}\n"
    "      checkout_dist: {type: length, level: 2, zh: 签退距离, en: Distance}\n"
    "      accuracy: {type: length, level: 2, zh: 误差, en: Accuracy}\n"
    "      pay: {type: money, level: 2, zh: 金额, en: Pay}\n"
    "      speed: {type: speed, level: 2, zh: 速度, en: Speed}\n"
    "      fixes: {type: int, level: 2, zh: 定位, en: Fixes}\n"
    "      is_paid: {type: bool, level: 2, zh: 已付, en: Paid}\n"
    "      has_photo: {type: bool, level: 2, zh: 有照片, en: Photo}\n"
    "events:\n"
    "  b.closed: {subject: order, body: [id, status, mode, service, area, agency, caregiver, guardian, day, started, "
    "ended, checkin, checkout, billed, tracked, gap, checkin_dist, checkout_dist, accuracy, pay, speed, fixes, "
    "is_paid, "
    "has_photo]}\n";

constexpr const char* policy_text =
    "policy: D\ntitle: {zh: 办法, en: Measures}\nissued: 2020-01-01\nin_force: {from: 2020-01-01}\nclauses: {'1': {zh: "
    "条}}\n";

// applies, when
constexpr const char* at_home = "order.status == \"completed\" && order.mode == \"home\"";
constexpr const char* done = "order.status == \"completed\"";
constexpr const char* rules_text[][2] = {
    {at_home, "order.checkin_dist > m(300) && order.accuracy <= m(100)"},
    {at_home, "order.checkout_dist > m(500) && order.accuracy <= m(100)"},
    {done, "order.ended - order.started < minutes(20)"},
    {at_home, "order.tracked < times(order.billed, percent(60))"},
    {done, "hour(order.started) < 6 || hour(order.started) >= 22"},
    {done, "weekday(order.day) >= 6 && order.service in [\"repair\", \"hair\", \"shop\"] && order.pay > yuan(150)"},
    {done, "order.pay > yuan(200) && order.ended - order.started < minutes(60)"},
    {at_home, "order.speed > kmh(108)"},
    {at_home, "order.gap > minutes(30) && order.fixes > 0"},
    {at_home, "order.service in [\"care_bath\", \"care_meal\", \"care_clean\"] && order.tracked < minutes(25)"},
    {done, "!order.has_photo && order.pay >= yuan(180)"},
    {"order.status == \"cancelled\"", "order.is_paid"},
    {done, "order.checkin < order.started - minutes(30) || order.checkin > order.started + minutes(30)"},
    {done, "order.checkout - order.checkin > order.billed + minutes(60)"},
    {"order.status != \"cancelled\"", "order.caregiver == order.guardian"},
    {at_home, "order.fixes < 10 && order.billed >= minutes(60)"},
    {at_home, "order.area in [\"a00001\", \"a00003\"] && order.checkin_dist > m(1000)"},
    {done, "order.agency == \"g00007\" && order.pay > yuan(150)"},
    {done, "order.service.startsWith(\"care_\") && order.billed > minutes(170)"},
    {at_home,
     "(order.checkin_dist > m(200) && order.checkout_dist > m(200)) || (order.accuracy > m(200) && order.fixes "
     "< 60)"},
};

yaml::Node yaml_of(const std::string& text) {
    Result<yaml::Node> node = yaml::parse(text, "rules");
    if (!node) std::abort();
    return *node;
}

rule::RuleSet set_of_rules() {
    rule::RuleSet set;
    Faults faults, warnings;
    model::read_model(yaml_of(model_text), "model", "b", set.dictionary, faults);
    rule::read_policy(yaml_of(policy_text), "policy", set.policies, faults);
    int number = 10;
    for (const auto& [applies, when] : rules_text) {
        const std::string text = format(
            "rule: BX-BEN-{}\ntitle: {{zh: 题, en: Title}}\nversion: 1\nstatus: live\nresult: notice\neffect: note\n"
            "stage: [post]\nsubject: order\non: {{event: b.closed}}\nin_force: {{from: 2024-01-01}}\ncite: ['D#1']\n"
            "applies: '{}'\nwhen:\n  all:\n    - {{id: c, zh: 句, en: sentence, if: '{}'}}\n"
            "finding: {{severity: '1'}}\nexplain: {{zh: '{{order.id}}', en: '{{order.id}}'}}\nmisses: {{zh: 无, en: "
            "none}}\n"
            "do: {{zh: 查, en: look}}\n",
            number++, applies, when);
        auto read = rule::read_rule(yaml_of(text), "rules", set, "b", {"b"}, faults, warnings);
        if (read) set.rules.push_back(std::move(*read));
    }
    for (const Fault& fault : faults) std::fprintf(stderr, "%s\n", to_text(fault).c_str());
    if (!faults.empty()) std::exit(1);
    return set;
}

// The columns of a part of the orders, where they lie.
class OrderColumns final : public rule::FactColumns {
public:
    OrderColumns(const bench::Orders& orders, const rule::BatchJudge& judge) {
        for (const rule::Fact& fact : judge.facts()) whole_.push_back(orders.column(fact.name.substr(6)).view());
        day_ = orders.column("day").view();
    }
    std::size_t first = 0;

    cel::ColumnView fact(std::size_t number, const std::uint8_t*) override { return part(whole_[number]); }
    cel::Value other(std::size_t, std::size_t, const cel::Value&) override { return {}; }
    cel::ColumnView date() override { return part(day_); }
    cel::ColumnView scope(const std::string&) override { return {}; }

private:
    cel::ColumnView part(const cel::ColumnView& view) const {
        return {.kind = view.kind,
                .known = nullptr,
                .truths = view.truths == nullptr ? nullptr : view.truths + first,
                .numbers = view.numbers == nullptr ? nullptr : view.numbers + first,
                .codes = view.codes == nullptr ? nullptr : view.codes + first,
                .boxed = nullptr};
    }
    std::vector<cel::ColumnView> whole_;
    cel::ColumnView day_;
};

struct Finding {
    std::uint32_t rule;
    std::uint32_t order;
};

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::fprintf(stderr, "usage: %s FOLDER ORDERS batch|one|write [ROWS]\n", arguments[0]);
        return 2;
    }
    bench::Orders orders = bench::invented_orders(std::strtoul(arguments[2], nullptr, 10));
    if (std::strcmp(arguments[3], "write") == 0) {
        bench::write_orders(orders, arguments[1]);
        return 0;
    }
    const bool is_one = std::strcmp(arguments[3], "one") == 0;
    std::size_t rows = is_one ? 1 : 1024;
    if (count > 4) rows = std::strtoul(arguments[4], nullptr, 10);
    const rule::RuleSet set = set_of_rules();
    std::vector<const rule::Rule*> rules;
    for (const rule::Rule& rule : set.rules) rules.push_back(&rule);
    const Zone zone = Zone::china();
    rule::BatchJudge judge(set, rules, zone);
    for (std::size_t fact = 0; fact < judge.facts().size(); ++fact) judge.set_at_hand(fact, true);
    OrderColumns columns(orders, judge);
    std::vector<Finding> findings;
    rule::BatchOutcomes outcomes;
    const double start = processor_seconds();
    for (std::size_t first = 0; first < orders.rows; first += rows) {
        const std::size_t part = std::min(rows, orders.rows - first);
        columns.first = first;
        judge.judge(columns, part, orders.words, rule::Fill::outcomes, outcomes);
        for (const std::uint32_t cell : outcomes.stored) {
            if (outcomes.outcomes[cell] != rule::Outcome::hit) continue;
            findings.push_back(
                {static_cast<std::uint32_t>(cell / part), static_cast<std::uint32_t>(first + cell % part)});
        }
    }
    const double end = processor_seconds();
    bench::Answers answers;
    for (const Finding& finding : findings) answers.add(finding.rule, finding.order);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "{\"program\":\"ningyi\",\"rules_s\":%.5f,\"peak_mb\":%ld,\"answers\":{\"findings\":%llu,\"sum\":%llu}}\n",
        end - start, usage.ru_maxrss / 1024, answers.findings, answers.sum);
    return 0;
}
