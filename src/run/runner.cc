// SPDX-License-Identifier: Apache-2.0
#include "run/runner.h"

#include <algorithm>
#include <thread>

#include "base/text.h"

namespace ningyi::run {
namespace {

using engine::ClearEvent;
using engine::Finding;

constexpr std::size_t findings_per_record = 4096;

// Gives every event with seq ≤ `until` to `take`, opened. Stops at the first that does not open.
Faults read_opened(const Source& source, std::uint64_t until, const std::function<void(const ClearEvent&)>& take,
                   const Progress& progress) {
    Faults faults;
    const std::uint64_t size = source.log.size();
    source.log.read(0, [&](const log::Event& event) {
        if (event.seq > until) return false;
        auto body = source.open(event);
        if (!body) {
            for (Fault fault : body.error()) {
                fault.zh = format("第 {} 号事件打不开：{}", event.seq, fault.zh);
                fault.en = format("event {} does not open: {}", event.seq, fault.en);
                faults.push_back(std::move(fault));
            }
            return false;
        }
        take({event.seq, event.id, event.type, event.subject, event.happened_at, event.recorded_at, std::move(*body)});
        if (progress && event.seq % 512 == 0) progress(static_cast<double>(event.seq) / static_cast<double>(size));
        return true;
    });
    return faults;
}

}  // namespace

std::vector<ledger::Count> counts_of(const engine::Engine& engine, const rule::RuleSet& set) {
    std::vector<ledger::Count> counts;
    for (const auto& [key, count] : engine.counts()) {
        if (key.rule >= set.rules.size()) continue;
        const rule::Rule& rule = set.rules[key.rule];
        counts.push_back({rule.id, rule.version, key.date, key.agency, key.outcome, count});
    }
    std::sort(counts.begin(), counts.end());
    return counts;
}

namespace {

// One piece of the work for each thread, the first one here.
void at_the_same_time(std::size_t parts, const std::function<void(std::size_t)>& work) {
    std::vector<std::thread> others;
    for (std::size_t part = 1; part < parts; ++part) others.emplace_back(work, part);
    work(0);
    for (std::thread& other : others) other.join();
}

}  // namespace

Result<Reaudit> reaudit(const Source& source, const Progress& progress, std::size_t threads) {
    auto engine = engine::Engine::create(source.set, source.zone);
    if (!engine) return failure(std::move(engine.error()));
    // Taking in and judging are about even work; the bar gives each half.
    Faults faults = read_opened(
        source, UINT64_MAX, [&](const ClearEvent& event) { (*engine)->load(event); },
        [&](double share) {
            if (progress) progress(share / 2);
        });
    if (!faults.empty()) return failure(std::move(faults));
    Reaudit result;
    if (threads == 0) threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
    (*engine)->judge_all([&](Finding finding) { result.findings.push_back(std::move(finding)); },
                         [&](std::size_t done, std::size_t of) {
                             if (progress && of > 0)
                                 progress(0.5 + 0.5 * static_cast<double>(done) / static_cast<double>(of));
                         },
                         threads, at_the_same_time);
    std::sort(result.findings.begin(), result.findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.rule, a.subject, a.dedup) < std::tie(b.rule, b.subject, b.dedup);
    });
    result.counts = counts_of(**engine, source.set);
    result.engine = std::move(*engine);
    return result;
}

void record(ledger::Ledger& ledger, const Reaudit& reaudit) {
    ledger.clear();
    ledger.record(reaudit.engine->position(), reaudit.findings, reaudit.counts);
}

Result<std::unique_ptr<engine::Engine>> run_live(const Source& source, ledger::Ledger& ledger,
                                                 const Progress& progress) {
    auto engine = engine::Engine::create(source.set, source.zone);
    if (!engine) return failure(std::move(engine.error()));
    const std::uint64_t recorded = ledger.position();
    std::vector<Finding> waiting;
    const auto write = [&] {
        if ((*engine)->position() <= recorded) return;
        ledger.record((*engine)->position(), waiting, counts_of(**engine, source.set));
        waiting.clear();
    };
    Faults faults = read_opened(
        source, UINT64_MAX,
        [&](const ClearEvent& event) {
            const bool is_new = event.seq > recorded;
            (*engine)->feed(event, [&](Finding finding) {
                if (is_new) waiting.push_back(std::move(finding));
            });
            if (waiting.size() >= findings_per_record) write();
        },
        progress);
    write();
    if (!faults.empty()) return failure(std::move(faults));
    return std::move(*engine);
}

Result<Replayed> replay(const Source& source, const Finding& stored) {
    auto engine = engine::Engine::create(source.set, source.zone);
    if (!engine) return failure(std::move(engine.error()));
    Faults faults = read_opened(source, stored.position, [&](const ClearEvent& event) { (*engine)->load(event); }, {});
    if (!faults.empty()) return failure(std::move(faults));
    const rule::Rule* rule = source.set.rule(stored.rule);
    if (rule == nullptr) {
        return failure({.code = "E701",
                        .zh = format("规则包里没有规则 {}（第 {} 版），请用当时的规则包", stored.rule, stored.version),
                        .en = format("the packs have no rule {} (version {}); use the packs of that time", stored.rule,
                                     stored.version)});
    }
    if (rule->digest != stored.rule_digest) {
        return failure(
            {.code = "E702",
             .zh = format("规则 {} 已改动：认定时摘要为 {}…，现为 {}…，请用当时的规则包", stored.rule,
                          stored.rule_digest.substr(0, 12), rule->digest.substr(0, 12)),
             .en = format("rule {} has changed: its digest was {}… and is {}… now; use the packs of that time",
                          stored.rule, stored.rule_digest.substr(0, 12), rule->digest.substr(0, 12))});
    }
    Replayed replayed;
    bool found = false;
    for (Finding& finding : (*engine)->judge_one(*rule, stored.subject, stored.known_now)) {
        if (finding.dedup != stored.dedup) continue;
        finding.revision = stored.revision;
        finding.position = stored.position;
        finding.id = engine::finding_id(finding);
        replayed.same = engine::canonical(finding, true) == engine::canonical(stored, true);
        replayed.finding = std::move(finding);
        found = true;
    }
    if (!found && stored.outcome == rule::Outcome::clear) {
        // A row that was there before: its last revision says that it is gone.
        if (auto gone = (*engine)->gone(*rule, stored.subject, stored.dedup)) {
            gone->revision = stored.revision;
            gone->id = engine::finding_id(*gone);
            replayed.same = engine::canonical(*gone, true) == engine::canonical(stored, true);
            replayed.finding = std::move(*gone);
            found = true;
        }
    }
    if (!found) {
        return failure({.code = "E703",
                        .zh = format("重放时对象 {} 没有这一行", stored.subject),
                        .en = format("the replay finds no such row of {}", stored.subject)});
    }
    replayed.engine = std::move(*engine);
    return replayed;
}

}  // namespace ningyi::run
