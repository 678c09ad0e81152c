// SPDX-License-Identifier: Apache-2.0
#include "run/runner.h"

#include <algorithm>

#include "base/text.h"
#include "run/opened_log.h"
#include "run/side_by_side.h"

namespace ningyi::run {
namespace {

using engine::ClearEvent;
using engine::Finding;

constexpr std::size_t findings_per_record = 4096;

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

Result<Reaudit> reaudit(const Source& source, const Progress& progress, std::size_t threads,
                        std::unique_ptr<engine::Engine> begun) {
    auto engine = begun ? Result<std::unique_ptr<engine::Engine>>(std::move(begun))
                        : engine::Engine::create(source.set, source.zone);
    if (!engine) return failure(std::move(engine.error()));
    // Taking in and judging are about even work; the bar gives each half.
    Faults faults = read_opened(
        source, UINT64_MAX, [&](const ClearEvent& event) { (*engine)->load(event); },
        [&](double share) {
            if (progress) progress(share / 2);
            return true;
        },
        (*engine)->position());
    if (!faults.empty()) return failure(std::move(faults));
    Reaudit result;
    if (threads == 0) threads = usual_parts();
    (*engine)->judge_all([&](const Finding& finding) { result.findings.add(finding); },
                         [&](std::size_t done, std::size_t of) {
                             if (progress && of > 0)
                                 progress(0.5 + 0.5 * static_cast<double>(done) / static_cast<double>(of));
                         },
                         threads, side_by_side);
    result.findings.sort();
    result.counts = counts_of(**engine, source.set);
    result.engine = std::move(*engine);
    return result;
}

void record(ledger::Ledger& ledger, const Reaudit& reaudit, const std::vector<const Reaudit*>& beside,
            const engine::FindingBook& kept) {
    ledger.clear();
    std::vector<ledger::Count> counts = reaudit.counts;
    for (const Reaudit* other : beside) counts.insert(counts.end(), other->counts.begin(), other->counts.end());
    std::sort(counts.begin(), counts.end());
    if (!kept.empty()) ledger.record(reaudit.engine->position(), kept, counts);
    for (const Reaudit* other : beside) ledger.record(other->engine->position(), other->findings, counts);
    ledger.record(reaudit.engine->position(), reaudit.findings, counts);
}

Result<std::unique_ptr<engine::Engine>> run_live(const Source& source, ledger::Ledger& ledger,
                                                 const Progress& progress) {
    auto engine = engine::Engine::create(source.set, source.zone);
    if (!engine) return failure(std::move(engine.error()));
    const std::uint64_t recorded = ledger.position();
    engine::FindingBook waiting;
    const auto write = [&] {
        if ((*engine)->position() <= recorded) return;
        ledger.record((*engine)->position(), waiting, counts_of(**engine, source.set));
        waiting.clear();
    };
    Faults faults = read_opened(
        source, UINT64_MAX,
        [&](const ClearEvent& event) {
            const bool is_new = event.seq > recorded;
            (*engine)->feed(event, [&](const Finding& finding) {
                if (is_new) waiting.add(finding);
            });
            if (waiting.size() >= findings_per_record) write();
        },
        [&](double share) {
            if (progress) progress(share);
            return true;
        });
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
