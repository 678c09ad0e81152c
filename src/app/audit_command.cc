// SPDX-License-Identifier: Apache-2.0
// audit: a bundle goes in, every record is judged, the report comes out.
#include <filesystem>
#include <future>
#include <optional>

#include "app/commands.h"
#include "app/intake_of_bundle.h"
#include "app/store_packs.h"
#include "base/text.h"
#include "exchange/audit_output.h"
#include "intake/opener.h"
#include "log/checkpoint.h"
#include "log/verify.h"
#include "run/runner.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* bundle_property = "audited_bundle";

// Names in a report are masked for whoever it is handed to: levels 3 and 4 are not shown.
constexpr int level_shown = 2;

std::string period_of(const exchange::BundleInfo& info) {
    if (!info.from && !info.to) return "";
    return (info.from ? to_text(*info.from) : std::string("…")) + " – " +
           (info.to ? to_text(*info.to) : std::string("…"));
}

std::vector<exchange::FileSummary> summaries_of(const exchange::ImportReport& report) {
    std::vector<exchange::FileSummary> files;
    for (const exchange::FileReport& file : report.files) {
        exchange::FileSummary summary{file.file, file.rows, file.used, file.rejected, {}};
        for (const std::string& column : file.unknown_columns) {
            summary.notices.push_back({"不认识的列 " + column, "unknown column " + column});
        }
        files.push_back(std::move(summary));
    }
    return files;
}

std::map<rule::Outcome, std::int64_t> totals_of(const std::vector<ledger::Count>& counts) {
    std::map<rule::Outcome, std::int64_t> totals;
    for (const ledger::Count& count : counts) totals[count.outcome] += count.count;
    return totals;
}

}  // namespace

int audit(const AuditOptions& options, Terminal& terminal) {
    auto folder = load_packs(options.packs);
    if (!folder) return terminal.complain(folder.error()), exit_unusable;
    const auto digest = digest_of_bundle(options.bundle);
    if (!digest) return terminal.complain(digest.error()), exit_unusable;

    const std::string store_path = options.store.empty() ? (fs::path(options.out) / "store").string() : options.store;
    for (const std::string& path : {options.out, store_path}) {
        const Faults wrong = written_into(options.bundle, path);
        if (!wrong.empty()) return terminal.complain(wrong), exit_unusable;
    }

    std::error_code error;
    fs::create_directories(options.out, error);
    if (error || !fs::is_directory(options.out)) {
        terminal.complain({.file = options.out,
                           .code = "E008",
                           .zh = "报告文件夹建不了：" + error.message(),
                           .en = "the folder for the report cannot be made: " + error.message()});
        return exit_unusable;
    }
    auto store = store::DataFolder::open(store_path, store::DataFolder::Opening::create);
    if (!store) return terminal.complain(store.error()), exit_unusable;
    // One report speaks of one bundle: the log of another one is not mixed in.
    const auto before = store->log().property(bundle_property);
    const bool is_empty = store->log().size() == 0;  // nothing was taken in: an unusable bundle may be mended
    if (!is_empty && (before ? *before != *digest : options.store.empty())) {
        terminal.complain({.file = store_path,
                           .code = "E009",
                           .zh = "这里已是另一个数据包的稽核，请换一个 --out（或 --store）",
                           .en = "this holds the audit of another bundle; choose another --out (or --store)"});
        return exit_unusable;
    }
    if (is_empty || !before) store->log().set_property(bundle_property, *digest);

    const auto lifecycle = lifecycle_of(*store);
    if (!lifecycle) return terminal.complain(lifecycle.error()), exit_unusable;
    auto runs = packs_of_store(lifecycle->state(), std::move(*folder));
    if (!runs) return terminal.complain(runs.error()), exit_unusable;
    tell_difference(*runs, terminal);
    rule::RuleSet& set = runs->packs->set;
    auto page = audit_page(*runs->packs);
    if (!page) return terminal.complain(page.error()), exit_unusable;

    apply_statuses(runs->state, set);
    leave_out_retired(set);

    // What a new store takes in is handed on to the engine as it becomes durable; a log that is there already is read.
    std::optional<Zone> zone;
    std::unique_ptr<engine::Engine> begun;
    const auto follow = [&](const exchange::BundleInfo& info) -> Result<Follower> {
        zone = info.zone;
        if (store->log().size() > 0) return Follower{};
        auto engine = engine::Engine::create(set, *zone);
        if (!engine) return failure(std::move(engine.error()));
        begun = std::move(*engine);
        return Follower([&](const engine::ClearEvent& event) { begun->load(event); });
    };
    const std::string rejected = (fs::path(options.out) / "rejected.csv").string();
    auto taken = take_in(options.bundle, *store, *runs->packs, rejected, terminal, follow);
    if (!taken) return terminal.complain(taken.error()), exit_unusable;
    report(*taken, rejected, terminal);
    store->log().set_property(zone_property, taken->info.zone.name());
    if (!runs->state.is_adopted) {
        const Faults faults = adopt(*store, *runs->packs);
        if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    }
    intake::Opener opener(store->keys(), intake::partition_of(store->log()));
    const run::Source source{store->log(), opening_with(opener), set, *zone};
    auto reaudit =
        run::reaudit(source, [&](double share) { terminal.progress("稽核", "auditing", share); }, 0, std::move(begun));
    terminal.progress("稽核", "auditing", 1);
    if (!reaudit) return terminal.complain(reaudit.error()), exit_unusable;
    // Rates of this audit may pause a rule: its findings are then shown with those on trial.
    if (runs->state.is_adopted) {
        runs->state = lifecycle->state(day_counts(reaudit->counts), taken->info.zone);
        apply_statuses(runs->state, set);
        tell_pauses(runs->state, terminal);
    }
    auto trials = judge_copies(*runs, source, terminal);
    if (!trials) return terminal.complain(trials.error()), exit_unusable;
    std::vector<const run::Reaudit*> beside;
    for (const Trial& trial : *trials) beside.push_back(&trial.reaudit);
    // The ledger is written beside the report: both only read what was found.
    std::future<void> recording = std::async(std::launch::async, [&, kept = findings_to_keep(store->ledger(), *runs)] {
        run::record(store->ledger(), *reaudit, beside, kept);
    });

    std::string root;
    const auto notes = store->log().checkpoints();
    const auto key = store->log().property(log::public_key_property);
    if (!notes.empty() && key) {
        if (const auto checkpoint = log::checkpoint_of(notes.back().second, *key)) root = to_hex(checkpoint->root);
    }
    const model::Scope scope = model::Scope::of_file_holder("audit", level_shown);
    const auto input_of = [&](const rule::RuleSet& rules, const run::Reaudit& of) {
        return exchange::AuditInput{
            .set = rules,
            .page = *page,
            .engine = *of.engine,
            .findings = of.findings,
            .counts = of.counts,
            .zone = taken->info.zone,
            .scope = scope,
            .language = terminal.language(),
            .district_name = taken->info.name,
            .period = period_of(taken->info),
            .as_of = taken->info.as_of
                         ? to_text(*taken->info.as_of, taken->info.zone.offset_minutes(*taken->info.as_of))
                         : "",
            .period_from = taken->info.from,
            .period_to = taken->info.to,
            .taken_at = taken->info.as_of,
            .files = summaries_of(taken->report),
            .log_root = root,
            .log_size = store->log().size(),
            .progress = [&](double share) { terminal.progress("写报告", "writing the report", share); }};
    };
    const auto written = exchange::write_audit(input_of(set, *reaudit), options.out);
    recording.get();
    terminal.progress("写报告", "writing the report", 1);
    if (!written) return terminal.complain(written.error()), exit_unusable;
    // What versions on trial find is kept apart: nobody should take it for a lead.
    for (Trial& trial : *trials) {
        const fs::path apart = fs::path(options.out) / "trial" / format("{}@{}", trial.copy.rule, trial.copy.version);
        fs::create_directories(apart, error);
        const auto totals_of_trial = totals_of(trial.reaudit.counts);
        const auto written_apart = exchange::write_audit(input_of(trial.packs->set, trial.reaudit), apart.string());
        if (!written_apart) return terminal.complain(written_apart.error()), exit_unusable;
        const auto hits = totals_of_trial.find(rule::Outcome::hit);
        terminal.say(format("试运行 {} 第 {} 版：命中 {}，另存 {}", trial.copy.rule, trial.copy.version,
                            hits == totals_of_trial.end() ? 0 : hits->second, apart.string()),
                     format("on trial, {} version {}: {} hits, kept apart in {}", trial.copy.rule, trial.copy.version,
                            hits == totals_of_trial.end() ? 0 : hits->second, apart.string()));
    }

    auto totals = totals_of(reaudit->counts);
    terminal.say(format("稽核完成：命中 {}，豁免 {}，无法判定 {}，未见异常 {}，不适用 {}", totals[rule::Outcome::hit],
                        totals[rule::Outcome::exempt], totals[rule::Outcome::inconclusive],
                        totals[rule::Outcome::clear], totals[rule::Outcome::not_applicable]),
                 format("audited: {} hits, {} exempt, {} inconclusive, {} clear, {} not applicable",
                        totals[rule::Outcome::hit], totals[rule::Outcome::exempt], totals[rule::Outcome::inconclusive],
                        totals[rule::Outcome::clear], totals[rule::Outcome::not_applicable]));
    const std::string subjects_zh = page->subject_label.zh, subjects_en = lower_ascii(page->subject_label.en) + "s";
    if (written->outside_period > 0) {
        terminal.say(format("注意：{} 张{}的日期不在稽核期间内，照样判定", written->outside_period, subjects_zh),
                     format("note: {} {} lie outside the period and were judged all the same", written->outside_period,
                            subjects_en));
    }
    if (written->after_as_of > 0) {
        terminal.say(format("注意：{} 张{}的时间晚于数据截至时间，照样判定；请核对时钟与数据包", written->after_as_of,
                            subjects_zh),
                     format("note: {} {} are later than the data was taken and were judged all the same; check clocks "
                            "and bundle",
                            written->after_as_of, subjects_en));
    }
    if (written->not_in_workbook > 0) {
        terminal.say(
            format("注意：findings.xlsx 只列命中和豁免；无法判定的 {} 条见 findings.csv", written->not_in_workbook),
            format("note: findings.xlsx lists hits and exemptions only; the {} inconclusive ones are in "
                   "findings.csv",
                   written->not_in_workbook));
    }
    const std::string page_path = fs::absolute(fs::path(options.out) / "report.html").lexically_normal().string();
    terminal.say("报告：" + page_path, "report: " + page_path);
    return taken->report.exit_status();
}

}  // namespace ningyi::app
