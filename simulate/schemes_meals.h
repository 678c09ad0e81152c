// SPDX-License-Identifier: Apache-2.0
// The meal points of a district and what they claimed in the two years before it, with labels: points that were pushed
// over a bonus tier at the end of a year, and honest ones that end near a tier. Nothing else of the district depends on
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "simulate/csv_file.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

class MealFiles {
public:
    explicit MealFiles(const std::string& folder);

    // `labels` gets what the rules must make of the claims.
    void write(const Frame& frame, CsvFile& labels);

    std::vector<CsvFile*> all();

private:
    void write_year(int year, bool is_festive, bool has_schemes, Random& random, CsvFile& labels);
    void write_month(std::int64_t point, Date month, std::int64_t meals);

    CsvFile points_, months_;
};

}  // namespace ningyi::simulate
