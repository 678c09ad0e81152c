// SPDX-License-Identifier: Apache-2.0
// pack_check FOLDER…: reads packs, prints every fault and warning and runs the value tests of every rule. Exit status 1
// when there is a fault or a test fails.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "base/zone.h"
#include "pack/pack.h"
#include "rule/rule_tests.h"

namespace {

void read_folder(const std::filesystem::path& folder, ningyi::pack::Files& files) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        files[entry.path().string()] = text.str();
    }
}

void print(const ningyi::Faults& faults) {
    for (const ningyi::Fault& fault : faults) std::printf("%s\n", ningyi::to_text(fault).c_str());
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "pack_check FOLDER...\n");
        return 2;
    }
    ningyi::pack::Files files;
    for (int i = 1; i < count; ++i) read_folder(words[i], files);
    const ningyi::pack::Loaded loaded = ningyi::pack::load(files, ningyi::pack::measure_shapes());
    print(loaded.faults);
    print(loaded.warnings);
    std::printf("%zu packs, %zu rules, %zu faults, %zu warnings\n", loaded.set.packs.size(), loaded.set.rules.size(),
                loaded.faults.size(), loaded.warnings.size());
    if (!loaded.faults.empty()) return 1;
    std::size_t passed = 0, failed = 0, generated = 0, covered = 0, coverable = 0;
    for (const ningyi::rule::Rule& rule : loaded.set.rules) {
        const ningyi::rule::TestReport report = ningyi::rule::run_tests(loaded.set, rule, ningyi::Zone::china());
        for (const ningyi::rule::TestResult& result : report.results) {
            for (const std::string& problem : result.problems) {
                std::printf("%s:%d: %s: %s\n", result.file.c_str(), result.line, result.name.c_str(), problem.c_str());
            }
        }
        for (const std::string& gap : report.uncovered) std::printf("%s\n", gap.c_str());
        passed += report.passed, failed += report.failed, generated += report.generated;
        covered += report.covered, coverable += report.coverable;
    }
    std::printf("%zu tests passed, %zu failed; %zu generated checks; conditions seen both ways: %zu of %zu\n", passed,
                failed, generated, covered, coverable);
    return failed == 0 ? 0 : 1;
}
