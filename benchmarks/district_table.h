// SPDX-License-Identifier: Apache-2.0
// A district's fixes, orders and homes as plain columns, for the benchmarks of loading and of the four queries. The
// product keeps no such table: it judges order by order from the log. Here it stands for "queryable state", as the
// peers have it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ningyi::bench {

// Numbers for texts, in the order of first sight. Neighbours are often equal, so that most look-ups are one comparison.
class Names {
public:
    std::uint32_t number(std::string_view text) {
        if (text == last_text_) return last_;
        const auto [found, is_new] =
            numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(numbers_.size()));
        last_text_ = found->first;
        last_ = found->second;
        return last_;
    }
    std::size_t size() const { return numbers_.size(); }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::string_view last_text_{"\x01", 1};
    std::uint32_t last_ = 0;
};

constexpr std::int32_t absent = INT32_MIN;

struct Fixes {
    std::vector<std::int64_t> at_ms;
    std::vector<std::int64_t> recorded_ms;  // 0: absent
    std::vector<std::int32_t> lat_e7, lon_e7, accuracy_mm, speed_mm_s;
    std::vector<std::uint32_t> device, caregiver, order;
    std::vector<std::uint8_t> level, provider, mock;
    std::uint64_t rejected = 0;
    std::size_t size() const { return at_ms.size(); }
};

struct Orders {
    std::vector<std::uint32_t> order, caregiver, elder;
    std::vector<std::int64_t> start_ms, end_ms, billed_ms;
};

struct Homes {
    std::vector<std::uint32_t> elder;
    std::vector<std::int32_t> lat_e7, lon_e7;
};

struct District {
    Names devices, caregivers, orders, elders;
    Fixes fixes;
    Orders rows;
    Homes homes;
};

// Metres a 1e-7 degree on the one plane that all programs share.
constexpr double metres_north = 0.0111195;
constexpr double metres_east = 0.0094534;

struct Answers {
    std::uint64_t fixes = 0, rejected = 0, sum_at_s = 0, sum_place_e6 = 0;  // of loading
    std::uint64_t short_orders = 0, near_s = 0;                             // Q2
    std::uint64_t jumps = 0;                                                // Q3
    std::uint64_t overlaps = 0;                                             // Q4
    std::uint64_t together = 0;                                             // Q5
};

// Processor seconds of each query; `group` is the sorting of fixes by order, done once for Q2 and Q3.
struct Seconds {
    double group = 0, near = 0, jumps = 0, overlaps = 0, together = 0;
};

void sums_of_loading(const Fixes& fixes, Answers& answers);
Seconds queries(const District& district, Answers& answers);

// Prints one line of JSON: seconds of processor time, peak memory, answers.
void print(const char* program, double load_s, double total_s, const Seconds& seconds, const Answers& answers);
double processor_seconds();

}  // namespace ningyi::bench
