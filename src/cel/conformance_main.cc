// SPDX-License-Identifier: Apache-2.0
// cel_conformance FILE…: runs files of the CEL conformance suite and prints passed and total by tier, then the
// failures. Exits 0 only if all of every tier but the optionals pass; those are out of scope and only counted.
#include <cstdio>
#include <fstream>

#include <nlohmann/json.hpp>

#include "cel/conformance_suite.h"

int main(int argc, char** argv) {
    using namespace ningyi::cel;
    if (argc < 2) {
        std::fprintf(stderr, "usage: cel_conformance FILE…\n");
        return 2;
    }
    SuiteResult result;
    for (int i = 1; i < argc; ++i) {
        try {
            std::ifstream stream(argv[i]);
            if (!stream) {
                std::fprintf(stderr, "%s: cannot be opened\n", argv[i]);
                return 2;
            }
            run_suite(nlohmann::json::parse(stream), result);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", argv[i], error.what());
            return 2;
        }
    }
    bool all_pass = true;
    for (const auto& [tier, count] : result.tiers) {
        const bool in_scope = tier != tier_out_of_scope;
        if (in_scope && count.passed != count.total) all_pass = false;
        std::printf("%-20s %5d / %d%s\n", tier.c_str(), count.passed, count.total, in_scope ? "" : "  (out of scope)");
    }
    for (const SuiteFailure& failure : result.failures) {
        if (failure.tier == tier_out_of_scope) continue;
        std::printf("%s %s\n  expr:     %s\n  got:      %s\n  expected: %s\n", failure.tier.c_str(),
                    failure.name.c_str(), failure.expression.c_str(), failure.got.c_str(), failure.expected.c_str());
    }
    return all_pass ? 0 : 1;
}
