// SPDX-License-Identifier: Apache-2.0
#include "app/backtest_commands.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "app/commands.h"
#include "app/fact_files.h"
#include "app/intake_of_bundle.h"
#include "app/store_packs.h"
#include "app/written_file.h"
#include "base/text.h"
#include "casework/draw.h"
#include "exchange/backtest_output.h"
#include "exchange/words.h"
#include "intake/opener.h"
#include "run/backtest.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;
using run::RuleDifference;

volatile std::sig_atomic_t asked_to_stop = 0;

void ask_to_stop(int) {
    asked_to_stop = 1;
}

// While it lives Ctrl-C asks to stop instead of ending the program.
class StopOnInterrupt {
public:
    StopOnInterrupt() : before_(std::signal(SIGINT, ask_to_stop)) { asked_to_stop = 0; }
    ~StopOnInterrupt() { std::signal(SIGINT, before_); }
    StopOnInterrupt(const StopOnInterrupt&) = delete;
    StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;

private:
    void (*before_)(int);
};

Fault wrong_day(const char* option) {
    return {.code = "E006",
            .zh = format("{} 应为日期，如 2026-10-04", option),
            .en = format("{} wants a date, as 2026-10-04", option)};
}

// The texts as proposed: a folder with all the running packs takes their place, fewer files are laid over them.
Result<pack::Files> proposed_files(const std::string& folder, const pack::Files& running) {
    auto given = read_pack_files(folder);
    if (!given) return failure(std::move(given.error()));
    std::erase_if(*given, [](const auto& file) { return !is_judging_text(file.first); });
    bool is_whole = true;
    std::vector<std::string> packs;
    for (const auto& [path, text] : running) {
        if (!path.ends_with("/pack.yaml")) continue;
        is_whole = is_whole && given->contains(path);
        packs.push_back(path.substr(0, path.size() - std::string_view("pack.yaml").size()));
    }
    if (is_whole && !packs.empty()) return given;
    Faults faults;
    for (const auto& [path, text] : *given) {
        const bool is_placed =
            std::any_of(packs.begin(), packs.end(),
                        [&, own = std::string_view(path)](const auto& pack) { return own.starts_with(pack); });
        if (is_placed) continue;
        faults.push_back({.file = path,
                          .code = "E017",
                          .zh = "路径应与规则包内一致，如 " + packs.front() + "params/limits.yaml",
                          .en = "the path must be as in the packs, such as " + packs.front() + "params/limits.yaml"});
    }
    if (given->empty()) {
        faults.push_back({.file = folder,
                          .code = "E018",
                          .zh = "文件夹里没有规则、参数等文本",
                          .en = "the folder holds no rules, values or the like"});
    }
    if (!faults.empty()) return failure(std::move(faults));
    pack::Files all = running;
    std::erase_if(all, [](const auto& file) { return !is_judging_text(file.first); });
    for (auto& [path, text] : *given) all[path] = std::move(text);
    return all;
}

// What BacktestInput::texts says.
std::map<std::string, std::string> changed_texts(const pack::Files& running, const pack::Files& proposed) {
    std::map<std::string, std::string> changed;
    for (const auto& [path, text] : proposed) {
        const auto now = running.find(path);
        if (now == running.end() || now->second != text) changed[path] = casework::digest_of(text);
    }
    for (const auto& [path, text] : running) {
        if (is_judging_text(path) && !proposed.contains(path)) changed[path] = "";
    }
    return changed;
}

void print(const exchange::BacktestReport& report, const Terminal& terminal) {
    const run::Backtest& result = report.result;
    if (result.rules.empty()) {
        terminal.say("两套规则的写法与参数完全相同", "the two sets of rules and values are the same");
        return;
    }
    const auto say = [&](const model::Label& text) { terminal.say(text.zh, text.en); };
    const auto count = exchange::count_text;
    const auto size = [&](const auto& list) { return count(static_cast<std::int64_t>(list.size())); };
    for (const RuleDifference& rule : result.rules) {
        const model::Label title = exchange::title_of(report, rule.rule);
        terminal.say(rule.rule + " " + title.zh, rule.rule + " " + title.en);
        for (const model::Label& one : rule.what_changed) terminal.say("  · " + one.zh, "  · " + one.en);
        say({format("  命中 {} → {}：新命中 {}（其中只此规则 {}），不再命中 {}", count(rule.before.hit),
                    count(rule.after.hit), size(rule.caught), count(rule.caught_alone), size(rule.lost)),
             format("  hits {} → {}: {} newly caught ({} by this rule alone), {} no longer caught",
                    count(rule.before.hit), count(rule.after.hit), size(rule.caught), count(rule.caught_alone),
                    size(rule.lost))});
        say({format("  涉及金额 ¥{} → ¥{}：新命中 ¥{}，不再涉及 ¥{}", exchange::yuan_text(rule.before.at_risk_fen),
                    exchange::yuan_text(rule.after.at_risk_fen), exchange::yuan_text(rule.caught_fen),
                    exchange::yuan_text(rule.lost_fen)),
             format("  money ¥{} → ¥{}: ¥{} newly touched, ¥{} no longer", exchange::yuan_text(rule.before.at_risk_fen),
                    exchange::yuan_text(rule.after.at_risk_fen), exchange::yuan_text(rule.caught_fen),
                    exchange::yuan_text(rule.lost_fen))});
        say({format("  无法判定 {} → {}，豁免 {} → {}，未见异常 {} → {}", count(rule.before.inconclusive),
                    count(rule.after.inconclusive), count(rule.before.exempt), count(rule.after.exempt),
                    count(rule.before.clear), count(rule.after.clear)),
             format("  inconclusive {} → {}, exempt {} → {}, clear {} → {}", count(rule.before.inconclusive),
                    count(rule.after.inconclusive), count(rule.before.exempt), count(rule.after.exempt),
                    count(rule.before.clear), count(rule.after.clear))});
        const model::Label before = exchange::precision_sentence(rule.precision_before);
        const model::Label after = exchange::precision_sentence(rule.precision_after);
        terminal.say("  现行：" + before.zh, "  before: " + before.en);
        terminal.say("  拟改：" + after.zh, "  after: " + after.en);
    }
}

}  // namespace

int backtest(const BacktestOptions& options, Terminal& terminal) {
    const auto started = std::chrono::steady_clock::now();
    std::optional<Date> days[2];
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string& text = i == 0 ? options.from : options.to;
        if (text.empty()) continue;
        days[i] = parse_date(text);
        if (!days[i]) return terminal.complain(wrong_day(i == 0 ? "--from" : "--to")), exit_unusable;
    }
    if (days[0] && days[1] && *days[1] < *days[0]) {
        terminal.complain({.code = "E006",
                           .zh = format("--to（{}）早于 --from（{}），应为同一天或更晚", options.to, options.from),
                           .en = format("--to ({}) lies before --from ({}); it wants the same day or a later one",
                                        options.to, options.from)});
        return exit_unusable;
    }
    auto folder = load_packs(options.packs);
    if (!folder && !options.packs.empty()) return terminal.complain(folder.error()), exit_unusable;
    auto store = store::DataFolder::open(options.store, store::DataFolder::Opening::existing);
    if (!store) return terminal.complain(store.error()), exit_unusable;
    const auto zone = Zone::by_name(store->log().property(zone_property).value_or(Zone::china().name()));
    if (!zone) return terminal.complain(zone.error()), exit_unusable;
    const auto lifecycle = lifecycle_of(*store);
    if (!lifecycle) return terminal.complain(lifecycle.error()), exit_unusable;
    casework::State state = lifecycle->state({}, *zone);
    if (!state.is_adopted && !folder) return terminal.complain(folder.error()), exit_unusable;
    auto runs = packs_of_store(std::move(state), folder ? std::move(*folder) : nullptr);
    if (!runs) return terminal.complain(runs.error()), exit_unusable;
    leave_out_retired(runs->packs->set);
    const auto files = proposed_files(options.rules, runs->packs->files);
    if (!files) return terminal.complain(files.error()), exit_unusable;
    pack::Loaded proposed = pack::load(*files, pack::measure_shapes());
    if (!proposed.faults.empty()) return terminal.complain(proposed.faults), exit_unusable;
    leave_out_retired(proposed.set);

    intake::Opener opener(store->keys(), intake::partition_of(store->log()));
    FactFiles facts(fs::path(options.store) / "facts");
    const StopOnInterrupt stop;
    auto done = run::backtest({.before = runs->packs->set,
                               .after = proposed.set,
                               .zone = *zone,
                               .from = days[0],
                               .to = days[1],
                               .verdicts = lifecycle->verdicts(),
                               .log = store->log(),
                               .open = opening_with(opener),
                               .keeper = facts,
                               .go_on =
                                   [&](double share) {
                                       if (share < 1) terminal.progress("整理事实", "gathering facts", share);
                                       return asked_to_stop == 0;
                                   },
                               .texts = changed_texts(runs->packs->files, *files)});
    terminal.progress("整理事实", "gathering facts", 1);
    if (!done) return terminal.complain(done.error()), exit_unusable;
    if (!*done) {
        terminal.complain(
            Fault{.code = "E019",
                  .zh = "已按要求停下，没有写出报告，数据文件夹没有改动",
                  .en = "stopped as asked; no report was written and nothing in the data folder changed"});
        return exit_stopped;
    }
    run::Backtest& result = **done;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    const exchange::BacktestReport report{result, runs->packs->set, proposed.set, terminal.language()};
    if (!options.out.empty()) {
        std::error_code error;
        fs::create_directories(options.out, error);
        const fs::path out = options.out;
        Faults faults = write_file((out / "backtest.html").string(), exchange::backtest_page(report));
        if (faults.empty()) faults = write_file((out / "backtest.json").string(), exchange::backtest_json(report));
        if (faults.empty()) faults = write_file((out / "backtest.csv").string(), exchange::backtest_csv(report));
        if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    }
    if (options.json) {
        const std::string json = exchange::backtest_json(report);
        terminal.say(json.substr(0, json.size() - 1), json.substr(0, json.size() - 1));
        return exit_good;
    }
    print(report, terminal);
    terminal.say(format("看过 {} 条记录，日志位置 {}，用时 {:.1f} 秒{}", exchange::count_text(result.subjects),
                        result.position, result.seconds, result.from_cache ? "（事实取自上次保存）" : ""),
                 format("{} records looked at, log position {}, {:.1f} s{}", exchange::count_text(result.subjects),
                        result.position, result.seconds, result.from_cache ? " (facts kept from before)" : ""));
    terminal.say("回测摘要 " + result.digest, "digest of the backtest " + result.digest);
    if (!options.out.empty()) {
        const std::string page = fs::absolute(fs::path(options.out) / "backtest.html").lexically_normal().string();
        terminal.say("报告：" + page, "report: " + page);
    }
    return exit_good;
}

}  // namespace ningyi::app
