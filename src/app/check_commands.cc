// SPDX-License-Identifier: Apache-2.0
// check and play: what a rule author runs.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/commands.h"
#include "app/gate.h"
#include "app/gate_table.h"
#include "app/pack_folder.h"
#include "app/pack_lock.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/engine.h"
#include "exchange/mapping_types.h"
#include "run/scenario.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

void write_json(const Faults& faults, const Faults& warnings, const std::vector<GateReport>& reports,
                const std::vector<TriggerCost>& costs) {
    JsonWriter json;
    const auto write_faults = [&](std::string_view name, const Faults& all) {
        json.key(name).begin_array();
        for (const Fault& fault : all) {
            json.begin_object()
                .key("file")
                .value(fault.file)
                .key("line")
                .value(fault.line)
                .key("column")
                .value(fault.column);
            json.key("code").value(fault.code).key("zh").value(fault.zh).key("en").value(fault.en).end_object();
        }
        json.end_array();
    };
    json.begin_object();
    write_faults("faults", faults);
    write_faults("warnings", warnings);
    write_gate(reports, costs, json);
    json.end_object();
    std::fwrite(json.text().data(), 1, json.text().size(), stdout);
    std::fputc('\n', stdout);
}

// The scenario files among the paths: files as given, folders with all of theirs, sorted.
std::vector<std::pair<std::string, std::string>> scenario_texts(const std::vector<std::string>& paths,
                                                                const Packs& packs, Faults& faults) {
    std::vector<std::pair<std::string, std::string>> texts;
    if (paths.empty()) {
        for (const auto& [name, text] : packs.files) {
            if (name.ends_with(".scn")) texts.emplace_back((packs.folder / name).string(), text);
        }
        return texts;
    }
    std::vector<fs::path> files;
    std::error_code error;
    for (const std::string& path : paths) {
        if (fs::is_directory(path, error)) {
            for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
                if (entry.path().extension() == ".scn") files.push_back(entry.path());
            }
        } else {
            files.emplace_back(path);
        }
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            faults.push_back(
                {.file = file.string(), .code = "E010", .zh = "文件读不出来", .en = "the file cannot be read"});
            continue;
        }
        texts.emplace_back(file.string(),
                           std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
    }
    return texts;
}

}  // namespace

int check(const CheckOptions& options, Terminal& terminal) {
    std::vector<std::string> folders = options.folders;
    if (folders.empty()) folders.push_back(packs_folder("").string());
    pack::Files files;
    Faults faults;
    for (const std::string& folder : folders) {
        auto read = read_pack_files(folder);
        if (!read) {
            faults.insert(faults.end(), read.error().begin(), read.error().end());
            continue;
        }
        files.merge(*read);
    }
    if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    pack::Loaded loaded = pack::load(files, pack::measure_shapes());
    faults = std::move(loaded.faults);
    const auto mappings = exchange::read_mappings(files);
    if (!mappings) faults.insert(faults.end(), mappings.error().begin(), mappings.error().end());
    const Zone zone = Zone::china();
    if (faults.empty()) faults = exchange::faults_of(*mappings, loaded.set.dictionary);
    if (faults.empty()) {
        const auto engine = engine::Engine::create(loaded.set, zone);
        if (!engine) faults.insert(faults.end(), engine.error().begin(), engine.error().end());
        for (const auto& [name, text] : files) {
            if (!name.ends_with("/pages/audit.yaml")) continue;
            const auto page = exchange::read_audit_page(text, name, loaded.set);
            if (!page) faults.insert(faults.end(), page.error().begin(), page.error().end());
        }
    }
    for (const std::string& folder : folders) {
        if (!faults.empty() || folders.size() != 1) break;  // packs of several folders have no one lock
        const Faults unlocked = lock_faults(folder, loaded.set);
        faults.insert(faults.end(), unlocked.begin(), unlocked.end());
    }
    std::vector<GateReport> reports;
    std::vector<TriggerCost> costs;
    if (faults.empty()) {
        costs = trigger_costs(loaded.set);
        for (const TriggerCost& cost : costs) {
            if (cost.cost <= trigger_cost_limit) continue;
            faults.push_back(
                {.code = "E605",
                 .zh = format("{} 的规则合计代价 {} 超过上限 {}", cost.trigger, cost.cost, trigger_cost_limit),
                 .en = format("the rules on {} cost {} together, the limit is {}", cost.trigger, cost.cost,
                              trigger_cost_limit)});
        }
        std::vector<const rule::Rule*> rules;
        for (const rule::Rule& rule : loaded.set.rules) rules.push_back(&rule);
        reports = gate(loaded.set, rules, zone, options.mutants ? Mutants::tried : Mutants::left_out,
                       [&](double share) { terminal.progress("测试规则", "testing rules", share); });
        terminal.progress("测试规则", "testing rules", 1);
    }
    const bool good = faults.empty() && std::all_of(reports.begin(), reports.end(),
                                                    [](const GateReport& report) { return report.passes; });
    if (options.json) {
        write_json(faults, loaded.warnings, reports, costs);
        return good ? exit_good : exit_faults;
    }
    terminal.complain(faults);
    terminal.complain(loaded.warnings);
    std::size_t passed = 0, failed = 0, refused = 0;
    for (const GateReport& report : reports) {
        passed += report.tests.passed;
        failed += report.tests.failed;
        refused += report.passes ? 0 : 1;
        for (const rule::TestResult& result : report.tests.results) {
            for (const std::string& problem : result.problems) {
                const std::string line = format("{}:{}: {}: {}", result.file, result.line, result.name, problem);
                terminal.say(line, line);
            }
        }
    }
    if (!reports.empty()) print_gate(reports, costs, options.verbose, terminal);
    terminal.say(format("{} 个规则包，{} 条规则；测试通过 {}，失败 {}；未过门槛的规则 {}", loaded.set.packs.size(),
                        reports.size(), passed, failed, refused),
                 format("{} packs, {} rules; {} tests passed, {} failed; {} rules refused by the gate",
                        loaded.set.packs.size(), reports.size(), passed, failed, refused));
    if (!faults.empty()) terminal.say(format("{} 处问题", faults.size()), format("{} faults", faults.size()));
    return good ? exit_good : exit_faults;
}

int play(const PlayOptions& options, Terminal& terminal) {
    auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    Faults faults;
    const auto texts = scenario_texts(options.paths, **packs, faults);
    if (texts.empty() && faults.empty()) {
        faults.push_back({.code = "E011", .zh = "没有找到情景文件（.scn）", .en = "no scenario files (.scn) found"});
    }
    if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    const Zone zone = Zone::china();
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (const auto& [name, text] : texts) {
        const auto scenario = run::read_scenario(text, name, (*packs)->set.dictionary);
        if (!scenario) {
            terminal.complain(scenario.error());
            ++failed;
            continue;
        }
        const auto played = run::play(*scenario, (*packs)->set, zone);
        if (!played) return terminal.complain(played.error()), exit_unusable;
        const bool good = played->failures.empty();
        (good ? passed : failed) += 1;
        const std::string line = format("{} {} — {} ({})", good ? "✓" : "✗", fs::path(name).filename().string(),
                                        scenario->title, played->expectations);
        terminal.say(line, line);
        terminal.complain(played->failures);
    }
    terminal.say(format("情景通过 {}，失败 {}", passed, failed),
                 format("scenarios: {} passed, {} failed", passed, failed));
    return failed == 0 ? exit_good : exit_faults;
}

}  // namespace ningyi::app
