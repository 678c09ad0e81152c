// SPDX-License-Identifier: Apache-2.0
// Who assesses the ability of old people in a district and what they bill, with labels: an assessor who bills more
// heads than it assessed, one who finds too many severe, and an honest one whose clients are frailer. Their clients
// live in homes and wards and have no orders, so that nothing else of the district depends on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "simulate/csv_file.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

class AssessorFiles {
public:
    AssessorFiles(const std::string& folder, const Frame& frame);

    // The bills for the elders of a block who were assessed lately. `assessor` is the number in assessments.csv.
    void write_people(const Block& block);
    static std::int64_t assessor_of(const Elder& elder) { return elder.number % 6 + 1; }

    // The assessors and their clients outside the blocks. `assessments` gets the entries of the register, `labels` what
    // the rules must make of the assessors.
    void write(CsvFile& assessments, CsvFile& labels);

    std::vector<CsvFile*> all();

private:
    void write_line(std::int64_t assessor, char prefix, std::int64_t client, Date assessed, bool is_severe);

    const Frame& frame_;
    Instant billed_at_;
    CsvFile assessors_, fees_;
};

}  // namespace ningyi::simulate
