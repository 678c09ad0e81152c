// SPDX-License-Identifier: Apache-2.0
#include "wire/gnss_logger.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "track/fix.h"
#include "wire/decimal.h"
#include "wire/file_reading.h"

namespace ningyi::wire {
namespace {

constexpr std::size_t columns_max = 32;
constexpr std::int64_t last_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// Positions of the columns; 0 is the word Fix, which stands for a column that is not there.
struct Columns {
    std::size_t bearing, time, elapsed, mock;
};
constexpr Columns columns_of_2016{0, 7, 0, 0};
constexpr std::size_t count_of_2016 = 8;
constexpr Columns columns_of_today{7, 8, 11, 13};
constexpr std::size_t count_of_today = 14;

track::Provider provider_of_android(std::string_view name) {
    const std::string word = lower_ascii(name);
    if (word == "gps") return track::Provider::gnss;
    if (word == "network" || word == "nlp") return track::Provider::network;
    if (word == "fused" || word == "flp") return track::Provider::fused;
    if (word == "passive") return track::Provider::passive;
    return track::Provider::unknown;
}

void read_fix(FileReading& reading, std::string_view line, int number) {
    std::array<std::string_view, columns_max> values;
    std::size_t count = 0;
    for (bool is_more = true; is_more && count < columns_max; ++count) {
        const std::size_t comma = std::min(line.find(','), line.size());
        values[count] = trimmed(line.substr(0, comma));
        is_more = comma < line.size();
        line.remove_prefix(std::min(comma + 1, line.size()));
    }
    if (count != count_of_2016 && count < count_of_today) {
        reading.lose(number, format("Fix 应有 {} 列，或 {} 列及以上，实为 {} 列", count_of_2016, count_of_today, count),
                     format("a Fix line of {} columns, or of {} and more, was expected; it has {}", count_of_2016,
                            count_of_today, count));
        return;
    }
    const Columns& columns = count == count_of_2016 ? columns_of_2016 : columns_of_today;
    auto fix = fix_at(values[2], values[3]);
    if (!fix) return reading.leave_out(number, "lat, lon", format("{}, {}", values[2], values[3]));
    const auto time = scaled_decimal(values[columns.time], 0);
    if (!time || *time < 0 || *time > last_ms) return reading.leave_out(number, "time", values[columns.time]);
    fix->at.ms = *time;
    fix->provider = provider_of_android(values[1]);
    fix->level = track::Level::p68;
    fix->seq = static_cast<std::uint32_t>(number);
    const auto column = [&](std::size_t at, int decimals) {
        return at == 0 ? std::nullopt : scaled_decimal(values[at], decimals);
    };
    if (const auto altitude = column(4, 3)) fix->altitude_mm = kept_value(*altitude);
    if (const auto speed = column(5, 3)) fix->speed_mm_s = kept_value(*speed);
    if (const auto bearing = column(columns.bearing, 2)) fix->bearing_cdeg = kept_value(*bearing);
    if (const auto accuracy = column(6, 3); accuracy && *accuracy >= 0) {
        fix->accuracy_mm = static_cast<std::uint32_t>(std::min<std::int64_t>(*accuracy, track::no_accuracy - 1));
    }
    if (const auto nanos = column(columns.elapsed, 0); nanos && *nanos >= 0) fix->mono_ms = *nanos / 1'000'000;
    const std::string mock = lower_ascii(columns.mock == 0 ? "" : values[columns.mock]);
    if (!mock.empty()) fix->flags |= track::flag_mock_known;
    if (mock == "1" || mock == "true") fix->flags |= track::flag_mock;
    reading.add(*fix);
}

}  // namespace

Result<TrackFile> read_gnss_logger(std::string_view text, const std::string& file) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    FileReading reading(file);
    reading.track_file().format = "gnss logger";
    int number = 0;
    while (!text.empty() && !reading.is_full()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (number < std::numeric_limits<int>::max()) ++number;
        if (line.starts_with("Fix,")) read_fix(reading, line, number);
    }
    return reading.finish();
}

}  // namespace ningyi::wire
