// SPDX-License-Identifier: Apache-2.0
#include "wire/nmea.h"

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

constexpr std::size_t fields_max = 32;
constexpr std::size_t checksums_told = 20;       // with their line; a logger that always errs would drown the rest
constexpr std::int64_t midnights_max = 100'000;  // of a file; keeps its times within the years that can be stored

// The fields behind the address; those beyond the end are empty.
struct Sentence {
    std::string_view type;  // "RMC"
    std::array<std::string_view, fields_max> fields;
    std::string_view field(std::size_t number) const { return fields[number]; }  // from 1, as the standard counts
};

bool are_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

int two_digits(std::string_view text, std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// "021417.25" as ms of the day; a second 60 is a leap second.
std::optional<Millis> time_of_day(std::string_view text) {
    if (text.size() < 6 || !are_digits(text.substr(0, 6))) return std::nullopt;
    const int hour = two_digits(text, 0);
    const int minute = two_digits(text, 2);
    const int second = two_digits(text, 4);
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    Millis fraction = 0;
    if (text.size() > 6) {
        if (text[6] != '.') return std::nullopt;
        Millis weight = 100;
        for (const char c : text.substr(7)) {
            if (c < '0' || c > '9') return std::nullopt;
            fraction += (c - '0') * weight;
            weight /= 10;
        }
    }
    return hour * hours_ms + minute * minutes_ms + second * seconds_ms + fraction;
}

std::optional<Date> date_of(std::string_view text) {
    if (text.size() != 6 || !are_digits(text)) return std::nullopt;
    const int year = two_digits(text, 4);
    return ningyi::date_of(year < 80 ? 2000 + year : 1900 + year, two_digits(text, 2), two_digits(text, 0));
}

// "3725.5838626", "N" in 1e-7°: degrees and minutes run together. Nothing when one is no such thing.
std::optional<std::int32_t> degrees_of(std::string_view text, std::string_view side, char positive, char negative) {
    const bool is_plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    if (!is_plain || side.size() != 1 || (side[0] != positive && side[0] != negative)) return std::nullopt;
    const auto value = scaled_decimal(text, 7);
    if (!value) return std::nullopt;
    constexpr std::int64_t per_degree = 1'000'000'000;  // a hundred times the unit of the minutes, 1e-7
    const std::int64_t minutes_e7 = *value % per_degree;
    if (minutes_e7 >= 600'000'000) return std::nullopt;
    const std::int64_t degrees = std::min<std::int64_t>(*value / per_degree, 1000);
    const std::int64_t e7 = degrees * 10'000'000 + (minutes_e7 + 30) / 60;
    return kept_value(side[0] == negative ? -e7 : e7);
}

// Text × numerator / denominator, rounded half up; nothing for what is empty, negative or no number.
std::optional<std::int64_t> amount(std::string_view text, std::int64_t numerator, std::int64_t denominator) {
    const auto e4 = scaled_decimal(text, 4);
    constexpr std::int64_t most = 1'000'000'000'000;
    if (!e4 || *e4 < 0 || *e4 > most) return std::nullopt;
    denominator *= 10'000;
    return (*e4 * numerator + denominator / 2) / denominator;
}

// "$GPRMC,…*29" taken apart; nothing, with a warning, when it is no sentence or has another checksum than it says.
// Sentences without one are taken: it came with version 2. Wrong checksums are counted and only the first are told.
std::optional<Sentence> sentence_of(std::string_view line, int number, FileReading& reading,
                                    std::size_t& wrong_checksums) {
    if (line[0] == '!') return std::nullopt;  // of ships
    if (line[0] != '$') {
        reading.warn(number, "不是 NMEA 语句", "not an NMEA sentence");
        return std::nullopt;
    }
    std::string_view inner = line.substr(1);
    if (const std::size_t star = inner.rfind('*'); star != std::string_view::npos) {
        std::uint8_t sum = 0;
        for (const char c : inner.substr(0, star)) sum = static_cast<std::uint8_t>(sum ^ static_cast<std::uint8_t>(c));
        const auto stated = from_hex(inner.substr(star + 1));
        const bool is_right = stated && stated->size() == 1 && static_cast<std::uint8_t>((*stated)[0]) == sum;
        if (!is_right) {
            if (++wrong_checksums > checksums_told) return std::nullopt;
            reading.warn(number, format("校验和应为 {:02X}，此句未采用", sum),
                         format("the checksum {:02X} was expected; the sentence is left out", sum));
            return std::nullopt;
        }
        inner = inner.substr(0, star);
    }
    const std::size_t end = std::min(inner.find(','), inner.size());
    const std::string_view address = inner.substr(0, end);
    const bool is_of_maker = address.starts_with('P');
    if (address.size() != 5 || is_of_maker) return std::nullopt;
    Sentence sentence{address.substr(2), {}};
    std::string_view rest = inner.substr(end);
    for (std::size_t i = 1; i < fields_max && !rest.empty(); ++i) {
        rest.remove_prefix(1);  // the comma
        const std::size_t comma = std::min(rest.find(','), rest.size());
        sentence.fields[i] = trimmed(rest.substr(0, comma));
        rest.remove_prefix(comma);
    }
    return sentence;
}

// What was said so far for one time of the day.
struct Epoch {
    Millis time_of_day = 0;
    int line = 0;
    std::optional<std::int32_t> lat_e7, lon_e7;
    bool has_gga_place = false;
    bool is_manual = false;
    std::uint32_t flags = 0;
    std::optional<std::int64_t> dilution_e4, sigma_mm;
    std::optional<std::int64_t> speed_mm_s, course_cdeg;
    std::optional<std::int64_t> altitude_mm;
};

class Reader {
public:
    explicit Reader(const std::string& file) : reading_(file) {
        reading_.track_file().format = "nmea 0183";
        reading_.begin_piece("");
    }

    void take(std::string_view line, int number) {
        const auto sentence = sentence_of(line, number, reading_, wrong_checksums_);
        if (!sentence) return;
        const std::string_view type = sentence->type;
        const bool is_timed = type == "RMC" || type == "GGA" || type == "GST";
        if (is_timed) {
            const std::string_view time = sentence->field(1);
            const auto time_said = time_of_day(time);
            if (!time_said) {
                if (!time.empty()) reading_.leave_out(number, format("{} time", type), time);
                return;
            }
            begin(*time_said, number);
        }
        if (type == "RMC") return take_rmc(*sentence, number);
        if (type == "GGA") return take_gga(*sentence, number);
        if (!epoch_) return;
        if (type == "GST") epoch_->sigma_mm = amount(sentence->field(3), 1000, 1);
        if (type == "VTG") take_motion(sentence->field(5), sentence->field(1));
        if (type == "VTG" && !epoch_->speed_mm_s) epoch_->speed_mm_s = amount(sentence->field(7), 2500, 9);
        if (type == "GSA" && !epoch_->dilution_e4) epoch_->dilution_e4 = scaled_decimal(sentence->field(16), 4);
    }

    bool is_full() const { return reading_.is_full(); }

    Result<TrackFile> finish(std::optional<Date> first_day) {
        end();
        if (wrong_checksums_ > checksums_told) {
            const std::size_t more = wrong_checksums_ - checksums_told;
            reading_.warn(0, format("另有 {} 句校验和不符，未采用", more),
                          format("{} more sentences with a wrong checksum are left out", more));
        }
        if (!base_ && first_day) take_base(first_day->days);
        if (!base_) {
            for (track::Fix& fix : fixes()) fix.at.ms = track::no_time;
            if (!fixes().empty()) {
                reading_.warn(0, "没有 RMC 日期，轨迹点没有时间，只能显示形状",
                              "no date (RMC): the points have no time and are a shape only");
            }
        }
        if (without_place_ > 0) {
            reading_.warn(0, format("{} 个时刻没有位置", without_place_),
                          format("{} times without a position", without_place_));
        }
        return reading_.finish();
    }

private:
    std::vector<track::Fix>& fixes() { return reading_.track_file().pieces.back().fixes; }

    void begin(Millis time, int number) {
        if (epoch_ && epoch_->time_of_day == time) return;
        end();
        const bool is_next_day = has_time_ && time < last_time_ - 12 * hours_ms;
        if (is_next_day && day_ < midnights_max) ++day_;
        has_time_ = true;
        last_time_ = time;
        epoch_.emplace();
        epoch_->time_of_day = time;
        epoch_->line = number;
    }

    void end() {
        if (!epoch_) return;
        const Epoch epoch = *epoch_;
        epoch_.reset();
        if (!epoch.lat_e7 || !epoch.lon_e7) {
            ++without_place_;
            return;
        }
        const std::int64_t day = base_.value_or(0) + day_;
        track::Fix fix = track::fix_received(Instant{day * days_ms + epoch.time_of_day}, {*epoch.lat_e7, *epoch.lon_e7},
                                             track::Datum::wgs84);
        fix.flags = epoch.flags;
        if (epoch.dilution_e4) take_dilution(fix, *epoch.dilution_e4);
        const bool has_sigma = epoch.sigma_mm && *epoch.sigma_mm > 0;
        if (has_sigma) {
            fix.accuracy_mm =
                static_cast<std::uint32_t>(std::min<std::int64_t>(*epoch.sigma_mm, track::no_accuracy - 1));
            fix.level = track::Level::p39;
            fix.flags &= ~std::uint32_t{track::flag_level_derived};
        }
        fix.provider = epoch.is_manual ? track::Provider::manual : track::Provider::gnss;
        if (epoch.speed_mm_s) fix.speed_mm_s = kept_value(*epoch.speed_mm_s);
        if (epoch.course_cdeg) fix.bearing_cdeg = kept_value(*epoch.course_cdeg);
        if (epoch.altitude_mm) fix.altitude_mm = kept_value(*epoch.altitude_mm);
        fix.seq = static_cast<std::uint32_t>(epoch.line);
        reading_.add(fix);
    }

    void take_place(std::string_view lat, std::string_view north, std::string_view lon, std::string_view east,
                    int number) {
        if (lat.empty() && lon.empty()) return;
        const auto lat_e7 = degrees_of(lat, north, 'N', 'S');
        const auto lon_e7 = degrees_of(lon, east, 'E', 'W');
        if (!lat_e7 || !lon_e7) return reading_.leave_out(number, lat_e7 ? "lon" : "lat", lat_e7 ? lon : lat);
        epoch_->lat_e7 = lat_e7;
        epoch_->lon_e7 = lon_e7;
    }

    void take_motion(std::string_view knots, std::string_view course) {
        if (!epoch_->speed_mm_s) epoch_->speed_mm_s = amount(knots, 1'852'000, 3600);
        if (!epoch_->course_cdeg) epoch_->course_cdeg = amount(course, 100, 1);
    }

    void take_rmc(const Sentence& rmc, int number) {
        if (rmc.field(2) != "A") epoch_->flags |= track::flag_not_positioned;
        if (rmc.field(12) == "S") epoch_->flags |= track::flag_simulated;
        if (!epoch_->has_gga_place) take_place(rmc.field(3), rmc.field(4), rmc.field(5), rmc.field(6), number);
        take_motion(rmc.field(7), rmc.field(8));
        const auto date = date_of(rmc.field(9));
        if (!date) return;
        take_base(date->days - day_);
    }

    // The date of day 0. What came before the first one was counted from 0.
    void take_base(std::int64_t base) {
        if (!base_) {
            for (track::Fix& fix : fixes()) fix.at.ms += base * days_ms;
        }
        base_ = base;
    }

    void take_gga(const Sentence& gga, int number) {
        const std::string_view quality = gga.field(6);
        if (quality.empty() || quality == "0") epoch_->flags |= track::flag_not_positioned;
        if (quality == "8") epoch_->flags |= track::flag_simulated;
        epoch_->is_manual = quality == "7";
        take_place(gga.field(2), gga.field(3), gga.field(4), gga.field(5), number);
        epoch_->has_gga_place = epoch_->lat_e7.has_value();
        if (const auto dilution = scaled_decimal(gga.field(8), 4)) epoch_->dilution_e4 = dilution;
        if (gga.field(10) == "M") epoch_->altitude_mm = scaled_decimal(gga.field(9), 3);
    }

    FileReading reading_;
    std::optional<Epoch> epoch_;
    bool has_time_ = false;
    Millis last_time_ = 0;
    std::int64_t day_ = 0;              // midnights passed since the first time
    std::optional<std::int64_t> base_;  // the date of day 0
    std::size_t without_place_ = 0;
    std::size_t wrong_checksums_ = 0;
};

}  // namespace

Result<TrackFile> read_nmea(std::string_view text, const std::string& file, std::optional<Date> first_day) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Reader reader(file);
    int number = 0;
    while (!text.empty() && !reader.is_full()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (number < std::numeric_limits<int>::max()) ++number;
        if (!line.empty()) reader.take(line, number);
    }
    return reader.finish(first_day);
}

}  // namespace ningyi::wire
