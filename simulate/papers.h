// SPDX-License-Identifier: Apache-2.0
// The files of a district about papers: evidence, ratings, care plans, payments, statements, adjustments and duties.
// Beside district.h, which writes people, orders and positions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simulate/csv_file.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

constexpr std::int64_t allowances = 500'000'000;  // number of the payment of an elder's allowance, above the elder's

class PaperFiles {
public:
    using PlaceFields = std::function<void(CsvFile&, Point)>;  // writes lat and lon

    PaperFiles(const std::string& folder, const Frame& frame, PlaceFields place);

    void write_frame();  // statements, and who dispatches
    void write_people(const Block& block);
    void write_order(const Block& block, const Order& order, std::int64_t number);

    std::vector<CsvFile*> all();

    // The staff number of who dispatched the order.
    static void dispatcher(CsvFile& file, const Block& block, const Order& order);
    // When the order was edited. REQUIRES: it was.
    Instant edited_at(const Order& order, Instant recorded) const;

private:
    void write_evidence(const Block& block, const Order& order, std::int64_t number);
    void write_payment(const Block& block, const Order& order, std::int64_t number);
    void write_allowance(const Elder& elder);
    std::uint64_t seed_of(const Block& block, std::int64_t serial, std::uint64_t purpose) const;

    const Frame& frame_;
    PlaceFields place_;
    std::vector<Frame::Statement> statements_;
    CsvFile evidence_, ratings_, care_plans_, payments_, statements_file_, adjustments_, duties_;
};

}  // namespace ningyi::simulate
