// SPDX-License-Identifier: Apache-2.0
// The files of a district about other programmes, presences elsewhere, leave, families and clocks, with the labels of
// clock readings. Beside district.h, which writes people, orders and positions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/csv_file.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

class RegisterFiles {
public:
    explicit RegisterFiles(const std::string& folder);

    // `labels` gets what the rules must make of the readings.
    void write_people(const Block& block, CsvFile& labels);

    std::vector<CsvFile*> all();

private:
    void write_readings(const Caregiver& caregiver, CsvFile& labels);

    CsvFile other_visits_, presences_, leaves_, family_carers_, clocks_;
    std::int64_t visits_ = 0, readings_ = 0;
};

}  // namespace ningyi::simulate
