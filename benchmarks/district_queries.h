// SPDX-License-Identifier: Apache-2.0
// The four queries as functions of what they need, so that a table and a stream of blocks answer with the same code.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "district_table.h"

namespace ningyi::bench {

struct Home {
    std::int32_t lat_e7 = absent, lon_e7 = absent;
};
std::vector<Home> homes_of_elders(const District& district);

// The fixes of one order, by time.
struct OrderSpan {
    std::span<const std::int64_t> at_ms;
    std::span<const std::int32_t> lat_e7, lon_e7, accuracy_mm;
};

// Fixes of one order under construction.
struct OrderFixes {
    std::vector<std::int64_t> at_ms;
    std::vector<std::int32_t> lat_e7, lon_e7, accuracy_mm;
    void clear();
    void add(std::int64_t at, std::int32_t lat, std::int32_t lon, std::int32_t accuracy);
    void sort();
    OrderSpan span() const { return {at_ms, lat_e7, lon_e7, accuracy_mm}; }
};

// Q2: time with both ends of a step of at most a minute near the elder and inside the order.
void near(const Orders& rows, std::uint32_t row, Home home, const OrderSpan& fixes, Answers& answers);

// Q3: steps further than 500 m and faster than 40 m/s between two precise fixes of an order.
void jumps(const OrderSpan& fixes, Answers& answers);

// Q4: pairs of orders of one caregiver that overlap.
void overlaps(const Orders& rows, Answers& answers);

// Q5: pairs of orders of two caregivers with at least 60 bins of 10 s in which they were less than 30 m apart.
struct Point {
    std::int64_t bin;
    std::int32_t lat, lon;
    std::uint32_t caregiver, order;
};
class Together {
public:
    // All points of some bins; no later call may bring points of those. The order of `points` changes.
    void add(std::vector<Point>& points);
    std::uint64_t pairs() const;

private:
    std::vector<Point> sorted_;
    std::vector<std::uint32_t> first_;
    std::unordered_map<std::uint64_t, std::pair<std::int64_t, std::uint32_t>> pairs_;  // last bin, bins
};

}  // namespace ningyi::bench
