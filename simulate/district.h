// SPDX-License-Identifier: Apache-2.0
// A simulated district, written as a bundle of CSV files with labels: invented people, honest noise and planted
// schemes. The same options give the same bytes on every machine. What a line of labels.csv says: Label
// in plan.h and tools/score.py.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace ningyi::simulate {

struct Options {
    std::int64_t orders = 2000;  // 1 to 5,000,000
    std::uint64_t seed = 7;
    std::string folder;                    // made when absent; files of a bundle in it are replaced
    Date from{20'730};                     // 2026-10-04: four weeks that end with a month
    int days = 28;                         // 7 to 366
    bool honest_only = false;              // honest noise, no scheme
    bool without_fixes = false;            // no fixes.csv; everything else stays the same
    std::function<void(double)> progress;  // the share done, 0 to 1; may be empty
};

struct Summary {
    std::int64_t agencies = 0, caregivers = 0, elders = 0, orders = 0, fixes = 0, labels = 0, bytes = 0;
    std::map<std::string, std::int64_t> orders_of_scheme;  // orders with a label of the scheme
};

// Faults for options out of range and for a folder that cannot be made; throws MachineError when the disk refuses.
Result<Summary> write_district(const Options& options);

}  // namespace ningyi::simulate
