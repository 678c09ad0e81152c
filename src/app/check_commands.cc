// SPDX-License-Identifier: Apache-2.0
// check and play: what a rule author runs.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/commands.h"
#include "app/pack_folder.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/engine.h"
#include "rule/rule_tests.h"
#include "run/event_tests.h"
#include "run/scenario.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

struct Tally {
    std::size_t rules = 0, passed = 0, failed = 0, generated = 0, covered = 0, coverable = 0;
};

void write_json(const Faults& faults, const Faults& warnings,
                const std::vector<std::pair<std::string, rule::TestReport>>& reports, const Tally& tally) {
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
    json.key("rules").begin_array();
    for (const auto& [id, report] : reports) {
        json.begin_object().key("rule").value(id).key("passed").value(std::uint64_t{report.passed});
        json.key("failed").value(std::uint64_t{report.failed}).key("generated").value(std::uint64_t{report.generated});
        json.key("covered")
            .value(std::uint64_t{report.covered})
            .key("coverable")
            .value(std::uint64_t{report.coverable});
        json.key("problems").begin_array();
        for (const rule::TestResult& result : report.results) {
            for (const std::string& problem : result.problems) {
                json.value(format("{}:{}: {}: {}", result.file, result.line, result.name, problem));
            }
        }
        json.end_array().end_object();
    }
    json.end_array()
        .key("passed")
        .value(std::uint64_t{tally.passed})
        .key("failed")
        .value(std::uint64_t{tally.failed})
        .end_object();
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
    if (faults.empty()) {
        const auto engine = engine::Engine::create(loaded.set, zone);
        if (!engine) faults.insert(faults.end(), engine.error().begin(), engine.error().end());
        for (const auto& [name, text] : files) {
            if (!name.ends_with("/pages/audit.yaml")) continue;
            const auto page = exchange::read_audit_page(text, name, loaded.set);
            if (!page) faults.insert(faults.end(), page.error().begin(), page.error().end());
        }
    }
    Tally tally;
    std::vector<std::pair<std::string, rule::TestReport>> reports;
    if (faults.empty()) {
        for (const rule::Rule& rule : loaded.set.rules) {
            terminal.progress("测试规则", "testing rules",
                              static_cast<double>(tally.rules) / static_cast<double>(loaded.set.rules.size()));
            rule::TestReport report =
                rule::run_tests(loaded.set, rule, zone, [&](const rule::Rule& r, const yaml::Node& test) {
                    return run::run_event_test(loaded.set, r, test, zone);
                });
            ++tally.rules;
            tally.passed += report.passed;
            tally.failed += report.failed;
            tally.generated += report.generated;
            tally.covered += report.covered;
            tally.coverable += report.coverable;
            reports.emplace_back(rule.id, std::move(report));
        }
        terminal.progress("测试规则", "testing rules", 1);
    }
    const bool good = faults.empty() && tally.failed == 0;
    if (options.json) {
        write_json(faults, loaded.warnings, reports, tally);
        return good ? exit_good : exit_faults;
    }
    terminal.complain(faults);
    terminal.complain(loaded.warnings);
    for (const auto& [id, report] : reports) {
        for (const rule::TestResult& result : report.results) {
            for (const std::string& problem : result.problems) {
                const std::string line = format("{}:{}: {}: {}", result.file, result.line, result.name, problem);
                terminal.say(line, line);
            }
        }
        if (!options.verbose) continue;
        terminal.say(format("  {}  测试 {}，生成的检查 {}，条件两面都见到 {}/{}", id, report.passed, report.generated,
                            report.covered, report.coverable),
                     format("  {}  {} tests, {} generated checks, conditions seen both ways {}/{}", id, report.passed,
                            report.generated, report.covered, report.coverable));
        for (const std::string& gap : report.uncovered) terminal.say("    " + gap, "    " + gap);
    }
    terminal.say(
        format("{} 个规则包，{} 条规则；测试通过 {}，失败 {}；生成的检查 {}；条件两面都见到 {}/{}",
               loaded.set.packs.size(), tally.rules, tally.passed, tally.failed, tally.generated, tally.covered,
               tally.coverable),
        format("{} packs, {} rules; {} tests passed, {} failed; {} generated checks; conditions seen both ways {}/{}",
               loaded.set.packs.size(), tally.rules, tally.passed, tally.failed, tally.generated, tally.covered,
               tally.coverable));
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
