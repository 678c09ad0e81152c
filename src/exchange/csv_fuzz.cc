// SPDX-License-Identifier: Apache-2.0
// Any bytes as a CSV file, read whole and in small pieces, through typed columns: no crash, no unbounded row, the same
// rows.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "base/check.h"
#include "exchange/columns.h"
#include "exchange/csv.h"

namespace {

using namespace ningyi;
using namespace ningyi::exchange;

class InPieces final : public ByteSource {
public:
    InPieces(std::string_view rest, std::size_t piece) : rest_(rest), piece_(piece) {}
    Result<std::size_t> read(char* to, std::size_t room) override {
        const std::size_t count = std::min({room, piece_, rest_.size()});
        std::copy_n(rest_.data(), count, to);
        rest_.remove_prefix(count);
        return count;
    }

private:
    std::string_view rest_;
    std::size_t piece_;
};

// Everything that came of the text, in one line.
std::string outcome(std::string_view text, std::size_t piece) {
    auto reader = CsvReader::open(std::make_unique<InPieces>(text, piece), "f.csv");
    if (!reader) return reader.error().front().code;
    const std::size_t columns = (*reader)->header().size();
    std::vector<ColumnPlan> plans;
    for (int type = 0; type <= static_cast<int>(ColumnType::boolean); ++type) {
        plans.push_back({.name = "c",
                         .type = static_cast<ColumnType>(type),
                         .column = static_cast<std::size_t>(type) % columns,
                         .words = {"a", "bb"}});
    }
    Columns typed(std::move(plans));
    Rows rows;
    std::string all;
    for (;;) {
        const auto more = (*reader)->next(rows);
        if (!more) return all + more.error().front().code;
        if (!*more) return all;
        typed.read(rows);
        for (const BadCell& bad : typed.bad()) {
            const ColumnPlan& plan = typed.plans()[bad.plan];
            CHECK(!expected_of(plan, rows.cell(bad.row, plan.column)).zh.empty());
        }
        for (std::size_t row = 0; row < rows.count; ++row) {
            all += std::to_string(rows.lines[row]);
            for (std::size_t column = 0; column < columns; ++column) {
                CHECK(rows.cell(row, column).size() <= max_cell_bytes);
                all += '|';
                all += rows.cell(row, column);
            }
            all += '\n';
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = outcome(text, SIZE_MAX);
    CHECK(outcome(text, 1U + data[0]) == whole);
    return 0;
}
