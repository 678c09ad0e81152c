// SPDX-License-Identifier: Apache-2.0
// simulate, import, replay, verify: the subcommands around one data folder.
#include <filesystem>

#include "app/commands.h"
#include "app/intake_of_bundle.h"
#include "app/store_packs.h"
#include "base/text.h"
#include "engine/replay.h"
#include "intake/opener.h"
#include "log/verify.h"
#include "run/runner.h"
#include "simulate/district.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

// Asks every field of the subject by its entity name, masked for a reader of the files.
std::string shown_name(const engine::Engine& engine, const engine::Finding& finding, const std::string& entity) {
    return engine::id_of(engine, finding, entity);
}

void print(const rule::Explanation& explanation, const Terminal& terminal) {
    terminal.say(explanation.sentence, explanation.sentence);
    const auto lines = [&](std::string_view zh, std::string_view en, const std::vector<rule::Explanation::Line>& all) {
        if (all.empty()) return;
        terminal.say(zh, en);
        for (const auto& line : all) {
            const std::string_view mark = line.mark == 't'   ? "✓"
                                          : line.mark == 'f' ? "✗"
                                          : line.mark == '?' ? "?"
                                                             : "·";
            terminal.say(format("  {} {}", mark, line.text), format("  {} {}", mark, line.text));
        }
    };
    lines("条件：", "clauses:", explanation.clauses);
    lines("疑虑：", "doubts:", explanation.doubts);
    lines("例外：", "exceptions:", explanation.exceptions);
    if (!explanation.margin.empty()) terminal.say("超出：" + explanation.margin, "margin: " + explanation.margin);
    if (!explanation.missing.empty()) {
        terminal.say("缺少：" + join(explanation.missing, "、"), "missing: " + join(explanation.missing, ", "));
    }
    if (!explanation.cite.empty())
        terminal.say("依据：" + join(explanation.cite, "、"), "basis: " + join(explanation.cite, ", "));
}

}  // namespace

int simulate(const SimulateOptions& options, Terminal& terminal) {
    simulate::Options wanted;
    wanted.orders = options.orders;
    wanted.seed = options.seed;
    wanted.folder = options.out;
    wanted.days = options.days;
    wanted.honest_only = options.honest_only;
    wanted.without_fixes = options.without_fixes;
    if (!options.from.empty()) {
        const auto day = parse_date(options.from);
        if (!day) {
            terminal.complain(
                {.code = "E006", .zh = "--from 应为日期，如 2026-10-04", .en = "--from wants a date, as 2026-10-04"});
            return exit_unusable;
        }
        wanted.from = *day;
    }
    std::error_code error;
    if (fs::exists(fs::path(options.out) / "orders.csv", error) &&
        !fs::exists(fs::path(options.out) / "labels.csv", error)) {
        terminal.complain({.file = options.out,
                           .code = "E013",
                           .zh = "这里已有一个不是模拟出来的数据包（没有 labels.csv），不覆盖；请换一个文件夹",
                           .en = "this holds a bundle that was not simulated (it has no labels.csv) and is left alone; "
                                 "choose another folder"});
        return exit_unusable;
    }
    wanted.progress = [&](double share) { terminal.progress("模拟", "simulating", share); };
    const auto summary = simulate::write_district(wanted);
    terminal.progress("模拟", "simulating", 1);
    if (!summary) {
        terminal.complain(summary.error());
        return exit_unusable;
    }
    terminal.say(format("{} 张工单、{} 名老人、{} 名护理员、{} 家机构、{} 个轨迹点写入 {}", summary->orders,
                        summary->elders, summary->caregivers, summary->agencies, summary->fixes, options.out),
                 format("{} orders, {} elders, {} caregivers, {} agencies, {} fixes written to {}", summary->orders,
                        summary->elders, summary->caregivers, summary->agencies, summary->fixes, options.out));
    return exit_good;
}

int import(const ImportOptions& options, Terminal& terminal) {
    auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    const std::string rejected =
        options.rejected.empty() ? (fs::path(options.store) / "rejected.csv").string() : options.rejected;
    for (const std::string& path : {options.store, rejected}) {
        const Faults wrong = written_into(options.bundle, path);
        if (!wrong.empty()) return terminal.complain(wrong), exit_unusable;
    }
    auto store = store::DataFolder::open(options.store, store::DataFolder::Opening::create);
    if (!store) return terminal.complain(store.error()), exit_unusable;
    const auto lifecycle = lifecycle_of(*store);
    if (!lifecycle) return terminal.complain(lifecycle.error()), exit_unusable;
    auto runs = packs_of_store(lifecycle->state(), std::move(*packs));
    if (!runs) return terminal.complain(runs.error()), exit_unusable;
    tell_difference(*runs, terminal);
    auto taken = take_in(options.bundle, *store, *runs->packs, rejected, terminal);
    if (!taken) return terminal.complain(taken.error()), exit_unusable;
    report(*taken, rejected, terminal);
    return taken->report.exit_status();
}

int replay(const ReplayOptions& options, Terminal& terminal) {
    auto store = store::DataFolder::open(options.store, store::DataFolder::Opening::existing);
    if (!store) return terminal.complain(store.error()), exit_unusable;
    const model::Scope scope = model::Scope::of_file_holder("replay", 2);
    const auto stored = store->ledger().find_one(scope, options.finding);
    if (!stored) {
        terminal.complain(
            {.code = "E007",
             .zh = format("台账里没有编号以 {} 开头的唯一一条疑点（至少写 8 位）", options.finding),
             .en = format("the ledger has no single finding whose id begins with {} (give at least 8 digits)",
                          options.finding)});
        return exit_unusable;
    }
    // Without an audit nothing was judged, and the zone is of no account.
    const auto zone = Zone::by_name(store->log().property(zone_property).value_or(Zone::china().name()));
    if (!zone) return terminal.complain(zone.error()), exit_unusable;
    auto packs = packs_of_finding(*store, *stored, options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    intake::Opener opener(store->keys(), intake::partition_of(store->log()));
    const run::Source source{store->log(), opening_with(opener), (*packs)->set, *zone};
    auto replayed = run::replay(source, *stored);
    if (!replayed) return terminal.complain(replayed.error()), exit_faults;
    const engine::Finding& finding = replayed->finding;
    terminal.say(format("{} 第 {} 版 · {} {} · {}", finding.rule, finding.version, finding.subject_entity,
                        finding.subject, rule::to_word(finding.outcome)),
                 format("{} version {} · {} {} · {}", finding.rule, finding.version, finding.subject_entity,
                        finding.subject, rule::to_word(finding.outcome)));
    print(engine::explain((*packs)->set, finding, terminal.language(), *zone,
                          [&](const std::string& entity) { return shown_name(*replayed->engine, finding, entity); }),
          terminal);
    terminal.say(format("规则摘要 {}  参数摘要 {}  日志位置 {}", finding.rule_digest.substr(0, 16),
                        finding.params_digest.substr(0, 16), finding.position),
                 format("rule digest {}  parameter digest {}  log position {}", finding.rule_digest.substr(0, 16),
                        finding.params_digest.substr(0, 16), finding.position));
    terminal.say(format("存的 {}", stored->id), format("stored   {}", stored->id));
    terminal.say(format("重算 {}", finding.id), format("replayed {}", finding.id));
    if (!replayed->same) {
        terminal.complain({.code = "E704", .zh = "重算结果与所存不同", .en = "the replay differs from what is stored"});
        return exit_faults;
    }
    terminal.say("逐字节相同", "the same bytes");
    return exit_good;
}

int verify(const VerifyOptions& options, Terminal& terminal) {
    auto store = store::DataFolder::open(options.store, store::DataFolder::Opening::existing);
    if (!store) return terminal.complain(store.error()), exit_unusable;
    const std::uint64_t size = store->log().size();
    log::VerifyOptions wanted;
    wanted.progress = [&](std::uint64_t read) {
        terminal.progress("核验", "verifying", size == 0 ? 1 : static_cast<double>(read) / static_cast<double>(size));
    };
    const log::Verification verification = log::verify(store->log(), wanted);
    terminal.progress("核验", "verifying", 1);
    terminal.say(format("事件 {} 条，检查点 {} 个，签名覆盖到第 {} 条，根 {}", verification.size,
                        verification.checkpoints, verification.signed_size, to_hex(verification.root)),
                 format("{} events, {} checkpoints, signed up to event {}, root {}", verification.size,
                        verification.checkpoints, verification.signed_size, to_hex(verification.root)));
    if (verification.holds()) {
        terminal.say("日志完整，未被改动", "the log is whole and unchanged");
        return exit_good;
    }
    terminal.complain(verification.faults);
    if (verification.first_bad_seq) {
        terminal.complain({.code = "E705",
                           .zh = format("第一处不符：第 {} 号事件", *verification.first_bad_seq),
                           .en = format("the first that differs: event {}", *verification.first_bad_seq)});
    }
    return exit_faults;
}

}  // namespace ningyi::app
