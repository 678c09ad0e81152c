// SPDX-License-Identifier: Apache-2.0
// stream FOLDER: the work of load.cc without a table in memory: fixes are packed into blocks as they are read, as the
// log keeps them, and the queries read the blocks back by order and by day. What grows with the district is the blocks.
// One line of JSON.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "district_queries.h"
#include "district_reading.h"
#include "track/codec.h"

namespace {

using namespace ningyi;
using namespace ningyi::exchange;
using bench::absent;

struct Block {
    std::int64_t first_ms = 0, last_ms = 0;
    std::size_t at = 0;  // in the bytes
    std::uint32_t size = 0, order = 0, caregiver = 0;
};

// Blocks of one order each; their bytes lie in pieces, so that growing copies nothing.
class Packed {
public:
    void add(std::uint32_t order, std::uint32_t caregiver, const track::Fix& fix) {
        if (!fixes_.empty() && (order != order_ || fixes_.size() == track::fixes_per_block)) close();
        order_ = order;
        caregiver_ = caregiver;
        fixes_.push_back(fix);
    }
    void close() {
        if (fixes_.empty()) return;
        const auto bytes = track::encode(fixes_);
        if (!bytes) std::exit(1);
        if (pieces_.empty() || pieces_.back().size() + bytes->size() > piece_bytes) {
            pieces_.emplace_back();
            pieces_.back().reserve(piece_bytes);
        }
        const auto [first, last] = std::minmax_element(
            fixes_.begin(), fixes_.end(), [](const track::Fix& a, const track::Fix& b) { return a.at < b.at; });
        blocks_.push_back({first->at.ms, last->at.ms, (pieces_.size() - 1) * piece_bytes + pieces_.back().size(),
                           static_cast<std::uint32_t>(bytes->size()), order_, caregiver_});
        pieces_.back() += *bytes;
        bytes_ += bytes->size();
        fixes_.clear();
    }
    const std::vector<Block>& blocks() const { return blocks_; }
    std::vector<Block>& blocks() { return blocks_; }
    std::size_t bytes() const { return bytes_; }
    const track::BlockColumns& columns(const Block& block, std::uint32_t wanted) {
        const std::string_view bytes =
            std::string_view(pieces_[block.at / piece_bytes]).substr(block.at % piece_bytes, block.size);
        const auto n = track::decode_columns(bytes, wanted, columns_);
        if (!n) std::exit(1);
        columns_.n = *n;
        return columns_;
    }

private:
    static constexpr std::size_t piece_bytes = std::size_t{16} << 20U;
    std::vector<std::string> pieces_;
    std::vector<Block> blocks_;
    std::vector<track::Fix> fixes_;
    std::uint32_t order_ = 0, caregiver_ = 0;
    std::size_t bytes_ = 0;
    track::BlockColumns columns_{};
};

std::uint64_t pack_fixes(const std::string& folder, bench::District& district, Packed& packed, bench::Answers& answers,
                         Rejects& rejects) {
    return bench::read_table(
        folder, "fixes.csv", bench::fix_columns(), rejects,
        [&](const Rows& rows, const Columns& columns, const std::vector<std::uint32_t>& right) {
            for (const std::uint32_t row : right) {
                const auto text = [&](std::size_t plan) { return rows.cell(row, columns.plans()[plan].column); };
                const auto number = [&](std::size_t plan, std::int64_t otherwise) {
                    return columns.values(plan).states[row] == CellState::present ? columns.values(plan).numbers[row]
                                                                                  : otherwise;
                };
                district.devices.number(text(0));
                track::Fix fix;
                fix.at = Instant{number(3, 0)};
                fix.place = {static_cast<std::int32_t>(number(4, 0)), static_cast<std::int32_t>(number(5, 0))};
                fix.received = fix.place;
                fix.accuracy_mm = static_cast<std::uint32_t>(number(6, track::no_accuracy));
                fix.level = static_cast<track::Level>(number(7, 0));
                fix.provider = static_cast<track::Provider>(number(8, 0));
                const std::int64_t mock = number(9, 2);
                fix.flags = mock == 2 ? 0 : track::flag_mock_known | (mock == 0 ? track::flag_mock : 0U);
                fix.speed_mm_s = static_cast<std::int32_t>(number(10, track::no_value));
                ++answers.fixes;
                answers.sum_at_s += static_cast<std::uint64_t>(fix.at.ms / 1000);
                answers.sum_place_e6 += static_cast<std::uint64_t>((fix.place.lat_e7 + fix.place.lon_e7) / 10);
                packed.add(district.orders.number(text(2)), district.caregivers.number(text(1)), fix);
            }
        });
}

std::int32_t accuracy_of(std::uint32_t accuracy_mm) {
    return accuracy_mm > INT32_MAX ? absent : static_cast<std::int32_t>(accuracy_mm);
}

// Q2 and Q3, order by order.
void by_order(const bench::District& district, Packed& packed, bench::Answers& answers) {
    std::vector<Block>& blocks = packed.blocks();
    std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
        return a.order != b.order ? a.order < b.order : a.first_ms < b.first_ms;
    });
    const std::vector<bench::Home> homes = bench::homes_of_elders(district);
    std::vector<std::uint32_t> rows(district.orders.size(), UINT32_MAX);
    for (std::uint32_t row = 0; row < district.rows.order.size(); ++row) rows[district.rows.order[row]] = row;
    std::vector<bool> was_seen(district.rows.order.size(), false);
    bench::OrderFixes fixes;
    std::size_t next = 0;
    while (next < blocks.size()) {
        const std::uint32_t order = blocks[next].order;
        fixes.clear();
        for (; next < blocks.size() && blocks[next].order == order; ++next) {
            const track::BlockColumns& columns = packed.columns(
                blocks[next], track::BlockColumns::time | track::BlockColumns::place | track::BlockColumns::accuracy);
            for (std::size_t i = 0; i < columns.n; ++i) {
                fixes.add(columns.at_ms[i], columns.lat_e7[i], columns.lon_e7[i], accuracy_of(columns.accuracy_mm[i]));
            }
        }
        if (rows[order] == UINT32_MAX) continue;
        fixes.sort();
        was_seen[rows[order]] = true;
        bench::near(district.rows, rows[order], homes[district.rows.elder[rows[order]]], fixes.span(), answers);
        bench::jumps(fixes.span(), answers);
    }
    for (std::uint32_t row = 0; row < was_seen.size(); ++row)
        if (!was_seen[row]) bench::near(district.rows, row, homes[district.rows.elder[row]], {}, answers);
}

// Q5, day by day: the fixes of one day are all that is unpacked at a time.
void by_day(Packed& packed, bench::Answers& answers) {
    constexpr std::int64_t day_ms = 86'400'000;
    std::vector<Block>& blocks = packed.blocks();
    std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.first_ms < b.first_ms; });
    if (blocks.empty()) return;
    std::int64_t longest_ms = 0, last_ms = 0;
    for (const Block& block : blocks) {
        longest_ms = std::max(longest_ms, block.last_ms - block.first_ms);
        last_ms = std::max(last_ms, block.last_ms);
    }
    bench::Together together;
    std::vector<bench::Point> points;
    for (std::int64_t day = blocks.front().first_ms / day_ms; day <= last_ms / day_ms; ++day) {
        points.clear();
        const std::int64_t from = day * day_ms, to = from + day_ms;
        auto block = std::lower_bound(blocks.begin(), blocks.end(), from - longest_ms,
                                      [](const Block& b, std::int64_t at) { return b.first_ms < at; });
        for (; block != blocks.end() && block->first_ms < to; ++block) {
            if (block->last_ms < from) continue;
            const track::BlockColumns& columns =
                packed.columns(*block, track::BlockColumns::time | track::BlockColumns::place);
            for (std::size_t i = 0; i < columns.n; ++i) {
                if (columns.at_ms[i] < from || columns.at_ms[i] >= to) continue;
                points.push_back(
                    {columns.at_ms[i] / 10'000, columns.lat_e7[i], columns.lon_e7[i], block->caregiver, block->order});
            }
        }
        together.add(points);
    }
    answers.together = together.pairs();
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    const std::string folder = arguments[1];
    const double start = bench::processor_seconds();
    bench::District district;
    bench::Answers answers;
    bench::Seconds seconds;
    Packed packed;
    Rejects rejects(folder + "/rejected.csv");
    answers.rejected = pack_fixes(folder, district, packed, answers, rejects);
    packed.close();
    rejects.finish();
    const double loaded = bench::processor_seconds();
    Rejects none("");
    bench::load_orders(folder, district, none);
    by_order(district, packed, answers);
    bench::overlaps(district.rows, answers);
    by_day(packed, answers);
    const double end = bench::processor_seconds();
    bench::print("streamed", loaded - start, end - start, seconds, answers);
    std::fprintf(stderr, "%.2f bytes a fix in %zu blocks\n",
                 static_cast<double>(packed.bytes()) / static_cast<double>(std::max<std::uint64_t>(answers.fixes, 1)),
                 packed.blocks().size());
    return 0;
}
