// SPDX-License-Identifier: Apache-2.0
#include "run/scenario.h"

#include <algorithm>
#include <map>

#include "base/quantity.h"
#include "base/text.h"
#include "casework/draw.h"
#include "engine/body_value.h"
#include "engine/engine.h"
#include "engine/replay.h"

namespace ningyi::run {
namespace {

using engine::Finding;
using rule::Outcome;

using Key = std::tuple<std::string, std::string, std::string>;  // rule, subject, dedup

Key key_of(const Finding& finding) {
    return {finding.rule, finding.subject, finding.dedup};
}

// The last revision of each finding of a live run, and those whose current outcome says something.
std::map<Key, Finding> current_of(const std::vector<Finding>& findings) {
    std::map<Key, Finding> current;
    for (const Finding& finding : findings) current[key_of(finding)] = finding;
    return current;
}

std::string digest_of(const std::map<Key, Finding>& current) {
    std::string all;
    for (const auto& [key, finding] : current) {
        if (finding.outcome != Outcome::clear && finding.outcome != Outcome::not_applicable) {
            all += engine::canonical(finding, false);
        }
    }
    return all;
}

// A written quantity, word or number against a value in base units: a quantity is compared in the unit it is written
// in.
bool agrees(std::string_view written, std::string_view kind, std::string_view base) {
    if (written == base) return true;
    const auto amount = to_integer(base);
    if (kind == "date" && amount) return to_text(Date{static_cast<std::int32_t>(*amount)}) == written;
    const auto quantity = parse_quantity(written);
    if (!quantity || !amount) return false;
    // The written unit is what one of it would be: "45min" -> "1min".
    std::size_t digits = 0;
    while (digits < written.size() &&
           (written[digits] == '-' || written[digits] == '.' || (written[digits] >= '0' && written[digits] <= '9'))) {
        ++digits;
    }
    const auto one = parse_quantity("1" + std::string(written.substr(digits)));
    if (!one || one->amount == 0) return false;
    const std::int64_t unit = one->amount;
    const std::int64_t half = *amount >= 0 ? unit / 2 : -(unit / 2);
    return (*amount + half) / unit == quantity->amount / unit && quantity->amount % unit == 0;
}

struct Context {
    const rule::RuleSet& set;
    const Zone& zone;
    engine::Engine& engine;
};

std::string sentence(const Context& context, const Finding& finding, rule::Language language) {
    return engine::explain(context.set, finding, language, context.zone,
                           [&](const std::string& entity) { return engine::id_of(context.engine, finding, entity); })
        .sentence;
}

bool matches(const Context& context, const Expectation& expectation, const Finding& finding, std::string& why_not) {
    for (const auto& [key, wanted] : expectation.details) {
        std::string got;
        bool good = false;
        if (key == "by") {
            got = finding.reason;
            good = got == wanted;
        } else if (key == "missing") {
            got = join(finding.missing, ",");
            good = std::find(finding.missing.begin(), finding.missing.end(), wanted) != finding.missing.end();
        } else if (key == "band") {
            got = finding.band;
            good = got == wanted;
        } else if (key == "severity") {
            got = std::to_string(finding.severity);
            good = got == wanted;
        } else if (key == "effect") {
            got = finding.effect;
            good = got == wanted;
        } else if (key == "payable") {
            got = finding.payable;
            good = agrees(wanted, finding.payable_type, finding.payable);
        } else if (key == "zh_has" || key == "en_has") {
            got = sentence(context, finding, key == "zh_has" ? rule::Language::zh : rule::Language::en);
            good = got.find(wanted) != std::string::npos;
        } else {
            for (const engine::UsedValue& value : finding.values) {
                if (value.path != key) continue;
                got = value.absent ? "?" : value.text;
                good = !value.absent && agrees(wanted, value.type, value.text);
            }
        }
        if (!good) {
            why_not = format("{}={} ({})", key, wanted, got.empty() ? "-" : got);
            return false;
        }
    }
    return true;
}

// What the rule says of the subject when nothing was stored of it: asked anew, because clear is not stored.
std::vector<Outcome> outcomes_now(const Context& context, const std::string& rule_id, const std::string& subject) {
    std::vector<Outcome> outcomes;
    const rule::Rule* rule = context.set.rule(rule_id);
    if (rule == nullptr) return outcomes;
    for (const auto& judged : context.engine.explain(*rule, subject)) outcomes.push_back(judged.judgement.outcome);
    return outcomes;
}

void check(const Context& context, const Scenario& scenario, const Expectation& expectation,
           const std::map<Key, Finding>& current, Played& played) {
    const auto fail = [&](std::string got_zh, std::string got_en) {
        const std::string what =
            format("{} {} {}", expectation.rule, rule::to_word(expectation.outcome), expectation.subject);
        played.failures.push_back({scenario.file, expectation.line, 1, "E602",
                                   format("应有 {}；实际：{}", what, got_zh),
                                   format("expected {}; got: {}", what, got_en)});
    };
    if (context.set.rule(expectation.rule) == nullptr) return fail("没有这条规则", "there is no such rule");
    std::vector<const Finding*> candidates;
    std::string seen;
    for (const auto& [key, finding] : current) {
        if (finding.rule != expectation.rule) continue;
        if (expectation.subject != "*" && finding.subject != expectation.subject) continue;
        candidates.push_back(&finding);
        seen += format("{}{} {}{}{}", seen.empty() ? "" : "; ", finding.subject, rule::to_word(finding.outcome),
                       finding.reason.empty() ? "" : " by=", finding.reason);
        if (finding.outcome == Outcome::hit) seen += " “" + sentence(context, finding, rule::Language::zh) + "”";
        if (finding.outcome == Outcome::inconclusive && !finding.missing.empty())
            seen += " missing=" + join(finding.missing, ",");
    }
    const bool silent = expectation.outcome == Outcome::clear || expectation.outcome == Outcome::not_applicable;
    if (silent && !expectation.count) {
        for (const Finding* finding : candidates) {
            if (finding->outcome != expectation.outcome) return fail(seen, seen);
        }
        if (expectation.subject == "*") return;
        const std::vector<Outcome> now = outcomes_now(context, expectation.rule, expectation.subject);
        const bool all = !now.empty() && std::all_of(now.begin(), now.end(),
                                                     [&](Outcome outcome) { return outcome == expectation.outcome; });
        if (!all) {
            std::string got;
            for (const Outcome outcome : now)
                got += std::string(got.empty() ? "" : ", ") + std::string(rule::to_word(outcome));
            if (got.empty()) got = "-";
            fail(got, got);
        }
        return;
    }
    std::int64_t agreeing = 0;
    std::string why_not;
    for (const Finding* finding : candidates) {
        if (finding->outcome == expectation.outcome && matches(context, expectation, *finding, why_not)) ++agreeing;
    }
    const bool holds = expectation.count ? agreeing == *expectation.count : agreeing > 0;
    if (holds) return;
    if (seen.empty()) {
        for (const Outcome outcome : outcomes_now(context, expectation.rule, expectation.subject)) {
            seen += std::string(rule::to_word(outcome)) + " ";
        }
    }
    if (!why_not.empty()) seen += " ≠ " + why_not;
    if (seen.empty()) seen = "-";
    fail(seen, seen);
}

}  // namespace

Result<Played> play(const Scenario& scenario, const rule::RuleSet& set, const Zone& zone) {
    auto live = engine::Engine::create(set, zone);
    auto again = engine::Engine::create(set, zone);
    if (!live) return failure(std::move(live.error()));
    Played played;
    played.expectations = scenario.expectations.size();
    std::vector<Finding> findings;
    const auto keep = [&](Finding finding) { findings.push_back(std::move(finding)); };
    std::vector<bool> asked(scenario.expectations.size(), false);
    const Context context{set, zone, **live};
    for (engine::ClearEvent event : scenario.events) {
        casework::add_computed(event);
        // What was known by a time is looked at once the clock stands there and before anything later arrives.
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const Expectation& expectation = scenario.expectations[i];
            if (asked[i] || !expectation.known || event.recorded_at <= *expectation.known) continue;
            engine::ClearEvent clock = tick((*live)->position(), *expectation.known);
            (*live)->feed(clock, keep);
            check(context, scenario, expectation, current_of(findings), played);
            asked[i] = true;
        }
        (*live)->feed(event, keep);
        (*again)->load(event);
    }
    const std::map<Key, Finding> current = current_of(findings);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (!asked[i]) check(context, scenario, scenario.expectations[i], current, played);
    }
    std::vector<Finding> audited;
    (*again)->judge_all([&](Finding finding) { audited.push_back(std::move(finding)); });
    const std::map<Key, Finding> audit = current_of(audited);
    if (digest_of(current) != digest_of(audit)) {
        std::string differing;
        for (const auto& [key, finding] : audit) {
            const auto other = current.find(key);
            if (other == current.end() ||
                engine::canonical(other->second, false) != engine::canonical(finding, false)) {
                differing = finding.rule + " " + finding.subject + ": " + std::string(rule::to_word(finding.outcome));
            }
        }
        for (const auto& [key, finding] : current) {
            const bool said = finding.outcome != Outcome::clear && finding.outcome != Outcome::not_applicable;
            if (said && audit.find(key) == audit.end()) {
                differing =
                    finding.rule + " " + finding.subject + ": live " + std::string(rule::to_word(finding.outcome));
            }
        }
        played.failures.push_back({scenario.file, 0, 0, "E603", "实时结果与重审结果不同：" + differing,
                                   "the live run and the re-audit differ: " + differing});
    }
    return played;
}

}  // namespace ningyi::run
