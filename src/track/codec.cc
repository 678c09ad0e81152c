// SPDX-License-Identifier: Apache-2.0
#include "track/codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "geo/datum.h"

namespace ningyi::track {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t checksum_bytes = 4;
constexpr Millis first_ms = -62'135'596'800'000;  // year 1
constexpr Millis last_ms = 253'402'300'799'999;   // end of year 9999
constexpr Millis longest_ms = last_ms - first_ms;

enum Column : std::size_t {
    column_at,
    column_lat,
    column_lon,
    column_lat_received,
    column_lon_received,
    column_accuracy,
    column_level,
    column_datum,
    column_provider,
    column_flags,
    column_speed,
    column_bearing,
    column_altitude,
    column_mono,
    column_boot,
    columns
};

// Five ways to write n numbers; the shortest is taken, the first of equals.
enum class Form : std::uint8_t { runs, values, differences, second_differences };
constexpr std::uint8_t forms = 4;

using Numbers = std::vector<std::int64_t>;

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> values{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
            values[i] = value;
        }
        return values;
    }();
    std::uint32_t sum = ~0U;
    for (const char c : bytes) sum = (sum >> 8U) ^ table[(sum ^ static_cast<std::uint8_t>(c)) & 0xFFU];
    return ~sum;
}

// Differences wrap modulo 2^64 and so come back whatever they are.
std::int64_t minus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1));
}

// Absent is 0, and what is there makes room for it.
std::int64_t with_absent(std::int64_t value) {
    return value >= 0 ? value + 1 : value;
}
std::int64_t without_absent(std::int64_t stored) {
    return stored > 0 ? stored - 1 : stored;
}

class Writer {
public:
    void byte(std::uint64_t value) { bytes_ += static_cast<char>(static_cast<std::uint8_t>(value)); }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) byte((value & 0x7FU) | 0x80U);
        byte(value);
    }
    // The low `width` bits of each, lowest first, the last byte filled with 0.
    void packed(std::span<const std::uint64_t> values, unsigned width) {
        std::uint8_t current = 0;
        unsigned filled = 0;
        for (std::uint64_t value : values) {
            for (unsigned left = width; left > 0;) {
                const unsigned taken = std::min(left, 8 - filled);
                current = static_cast<std::uint8_t>(current | ((value & ((1U << taken) - 1U)) << filled));
                value >>= taken;
                left -= taken;
                filled += taken;
                if (filled == 8) {
                    byte(current);
                    current = 0;
                    filled = 0;
                }
            }
        }
        if (filled > 0) byte(current);
    }
    std::string& bytes() { return bytes_; }

private:
    std::string bytes_;
};

// Reads from the front; after the first thing that is not there, everything is 0 and is_good() is false.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    bool is_good() const { return is_good_; }
    bool is_at_end() const { return bytes_.empty(); }
    void fail() { is_good_ = false; }

    std::uint8_t byte() {
        if (bytes_.empty()) {
            is_good_ = false;
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return value;
    }
    // At most ten bytes, no bits beyond the 64th, and none that are not needed.
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            const std::uint64_t bits = next & 0x7FU;
            if (shift == 63 && bits > 1) is_good_ = false;
            value |= bits << shift;
            if ((next & 0x80U) == 0) {
                if (next == 0 && shift > 0) is_good_ = false;
                return is_good_ ? value : 0;
            }
        }
        is_good_ = false;
        return 0;
    }
    std::vector<std::uint64_t> packed(std::size_t count, unsigned width) {
        std::vector<std::uint64_t> values(count);
        std::uint8_t current = 0;
        unsigned left_in_byte = 0;
        for (std::uint64_t& value : values) {
            for (unsigned have = 0; have < width;) {
                if (left_in_byte == 0) {
                    current = byte();
                    left_in_byte = 8;
                }
                const unsigned taken = std::min(width - have, left_in_byte);
                value |= static_cast<std::uint64_t>(current & ((1U << taken) - 1U)) << have;
                current = static_cast<std::uint8_t>(current >> taken);
                left_in_byte -= taken;
                have += taken;
            }
        }
        if (current != 0) is_good_ = false;
        return values;
    }

private:
    std::string_view bytes_;
    bool is_good_ = true;
};

std::string runs_of(const Numbers& numbers) {
    Writer writer;
    writer.byte(static_cast<std::uint8_t>(Form::runs));
    std::int64_t before = 0;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t j = i;
        while (j < numbers.size() && numbers[j] == numbers[i]) ++j;
        writer.varint(zigzag(minus(numbers[i], before)));
        writer.varint(j - i - 1);
        before = numbers[i];
        i = j;
    }
    return std::move(writer.bytes());
}

Numbers differences_of(const Numbers& numbers) {
    Numbers result;
    for (std::size_t i = 1; i < numbers.size(); ++i) result.push_back(minus(numbers[i], numbers[i - 1]));
    return result;
}

// The least of the numbers, what they have in common beyond it, and what is left, in as few bits as the largest needs.
void pack(Writer& writer, const Numbers& numbers) {
    if (numbers.empty()) return;
    const std::int64_t least = *std::min_element(numbers.begin(), numbers.end());
    std::uint64_t common = 0;
    std::uint64_t most = 0;
    for (const std::int64_t number : numbers) {
        const auto above = static_cast<std::uint64_t>(minus(number, least));
        common = std::gcd(common, above);
        most = std::max(most, above);
    }
    const std::uint64_t divisor = std::max<std::uint64_t>(common, 1);
    std::vector<std::uint64_t> rest;
    for (const std::int64_t number : numbers)
        rest.push_back(static_cast<std::uint64_t>(minus(number, least)) / divisor);
    const auto width = static_cast<unsigned>(std::bit_width(most / divisor));
    writer.varint(zigzag(least));
    writer.byte(width);
    if (width == 0) return;
    writer.varint(divisor);
    writer.packed(rest, width);
}

Numbers unpack(Reader& reader, std::size_t count) {
    if (count == 0) return {};
    const std::int64_t least = unzigzag(reader.varint());
    const unsigned width = reader.byte();
    if (width > 64) reader.fail();
    if (!reader.is_good() || width == 0) return Numbers(count, least);
    const std::uint64_t divisor = reader.varint();
    if (divisor == 0) reader.fail();
    Numbers numbers;
    for (const std::uint64_t value : reader.packed(count, width)) {
        numbers.push_back(plus(least, static_cast<std::int64_t>(value * divisor)));
    }
    return numbers;
}

std::string packed_form(const Numbers& numbers, Form form) {
    Writer writer;
    writer.byte(static_cast<std::uint8_t>(form));
    Numbers rest = numbers;
    const unsigned order = form == Form::differences ? 1 : form == Form::second_differences ? 2 : 0;
    for (unsigned i = 0; i < order && !rest.empty(); ++i) {
        writer.varint(zigzag(rest.front()));
        rest = differences_of(rest);
    }
    pack(writer, rest);
    return std::move(writer.bytes());
}

std::string column_bytes(const Numbers& numbers) {
    std::string best = runs_of(numbers);
    for (const Form form : {Form::values, Form::differences, Form::second_differences}) {
        std::string bytes = packed_form(numbers, form);
        if (bytes.size() < best.size()) best = std::move(bytes);
    }
    return best;
}

Numbers column_of(Reader& reader, std::size_t n) {
    const std::uint8_t stated = reader.byte();
    if (stated >= forms) reader.fail();
    if (!reader.is_good()) return Numbers(n);
    const auto form = static_cast<Form>(stated);
    if (form == Form::runs) {
        Numbers numbers;
        std::int64_t value = 0;
        while (numbers.size() < n && reader.is_good()) {
            value = plus(value, unzigzag(reader.varint()));
            const std::uint64_t more = reader.varint();
            if (more >= n - numbers.size()) reader.fail();
            if (reader.is_good()) numbers.insert(numbers.end(), static_cast<std::size_t>(more) + 1, value);
        }
        numbers.resize(n);
        return numbers;
    }
    const unsigned order = form == Form::differences ? 1 : form == Form::second_differences ? 2 : 0;
    std::array<std::int64_t, 2> firsts{};
    const unsigned has_firsts = std::min(order, static_cast<unsigned>(n));
    for (unsigned i = 0; i < has_firsts; ++i) firsts[i] = unzigzag(reader.varint());
    Numbers numbers = unpack(reader, n - has_firsts);
    for (unsigned i = has_firsts; i > 0; --i) {
        numbers.insert(numbers.begin(), firsts[i - 1]);
        for (std::size_t k = 1; k < numbers.size(); ++k) numbers[k] = plus(numbers[k], numbers[k - 1]);
    }
    return numbers;
}

struct Extent {
    std::int64_t least = 0;
    std::int64_t most = 0;
    bool operator==(const Extent&) const = default;
};

Extent extent_of(const Numbers& numbers) {
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return {*least, *most};
}

struct Head {
    std::size_t n = 0;
    std::uint32_t zero_columns = 0;
    Extent at, lat, lon;
};

tl::unexpected<Faults> fault(std::string zh, std::string en) {
    return failure(Fault{.code = "E641", .zh = "轨迹块" + std::move(zh), .en = "track block " + std::move(en)});
}

bool is_within(std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
}

bool is_int32(std::int64_t value) {
    return is_within(value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
}

Extent extent(Reader& reader, std::int64_t lowest, std::int64_t highest) {
    const std::int64_t least = unzigzag(reader.varint());
    const std::uint64_t length = reader.varint();
    if (!is_within(least, lowest, highest) || length > static_cast<std::uint64_t>(highest - least)) {
        reader.fail();
        return {};
    }
    return {least, least + static_cast<std::int64_t>(length)};
}

// Checks length and checksum and reads the head; the reader is left at the first column.
Result<Head> head_of(std::string_view block, Reader& reader) {
    if (block.size() < checksum_bytes + 4) {
        return fault(format("只有 {} 个字节，放不下块头", block.size()),
                     format("has {} bytes, too few for its head", block.size()));
    }
    const std::string_view content = block.substr(0, block.size() - checksum_bytes);
    std::uint32_t stated = 0;
    for (std::size_t i = 0; i < checksum_bytes; ++i) {
        stated |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(block[content.size() + i])) << (8 * i);
    }
    const std::uint32_t computed = crc32c(content);
    if (stated != computed) {
        return fault(format("校验和不符：写的是 {:08x}，算出 {:08x}", stated, computed),
                     format("has checksum {:08x} where {:08x} was computed", stated, computed));
    }
    reader = Reader(content);
    const std::uint8_t stated_version = reader.byte();
    if (stated_version != version) {
        return fault(format("的版本是 {}，只认得 {}", stated_version, version),
                     format("is of version {}, only {} is known", stated_version, version));
    }
    Head head;
    head.n = std::size_t{reader.byte()} + 1;
    if (head.n > fixes_per_block) {
        return fault(format("含 {} 个定位点，最多 {} 个", head.n, fixes_per_block),
                     format("holds {} fixes, {} are the most", head.n, fixes_per_block));
    }
    head.zero_columns = reader.byte();
    head.zero_columns |= static_cast<std::uint32_t>(reader.byte()) << 8U;
    if ((head.zero_columns >> columns) != 0) reader.fail();
    head.at = extent(reader, first_ms, last_ms);
    head.lat = extent(reader, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
    head.lon = extent(reader, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
    if (!reader.is_good()) return fault("的块头读不出来", "has a head that cannot be read");
    return head;
}

// One row of columns.
using Row = std::array<std::int64_t, columns>;

Row row_of(const Fix& fix) {
    const geo::Place converted = geo::from_wgs84(fix.place, fix.datum);
    Row row{};
    row[column_at] = fix.at.ms;
    row[column_lat] = fix.place.lat_e7;
    row[column_lon] = fix.place.lon_e7;
    row[column_lat_received] = std::int64_t{fix.received.lat_e7} - converted.lat_e7;
    row[column_lon_received] = std::int64_t{fix.received.lon_e7} - converted.lon_e7;
    row[column_accuracy] = fix.accuracy_mm == no_accuracy ? 0 : std::int64_t{fix.accuracy_mm} + 1;
    row[column_level] = static_cast<std::int64_t>(fix.level);
    row[column_datum] = static_cast<std::int64_t>(fix.datum) + 4 * std::int64_t{fix.conversion};
    row[column_provider] = static_cast<std::int64_t>(fix.provider);
    row[column_flags] = fix.flags;
    row[column_speed] = fix.speed_mm_s == no_value ? 0 : with_absent(fix.speed_mm_s);
    row[column_bearing] = fix.bearing_cdeg == no_value ? 0 : with_absent(fix.bearing_cdeg);
    row[column_altitude] = fix.altitude_mm == no_value ? 0 : with_absent(fix.altitude_mm);
    row[column_mono] = fix.mono_ms == no_time ? 0 : with_absent(fix.at.ms - fix.mono_ms);
    row[column_boot] = fix.boot;
    return row;
}

// What is wrong with a row, as the name of its column; nothing when it is right.
std::optional<std::string_view> wrong_column(const Row& row) {
    const auto is_reading = [](std::int64_t stored) {
        const std::int64_t value = without_absent(stored);
        return is_int32(value) && (stored == 0 || value != no_value);
    };
    if (!is_within(row[column_at], first_ms, last_ms)) return "at";
    if (!is_int32(row[column_lat])) return "lat";
    if (!is_int32(row[column_lon])) return "lon";
    constexpr std::int64_t widest = std::int64_t{1} << 32U;
    if (!is_within(row[column_lat_received], -widest, widest)) return "lat_received";
    if (!is_within(row[column_lon_received], -widest, widest)) return "lon_received";
    if (!is_within(row[column_accuracy], 0, no_accuracy)) return "accuracy";
    if (!is_within(row[column_level], 0, static_cast<std::int64_t>(Level::p95))) return "level";
    if (!is_within(row[column_datum], 0, 4 * 255 + 3)) return "datum";
    if (!is_within(row[column_provider], 0, static_cast<std::int64_t>(Provider::manual))) return "provider";
    if (!is_within(row[column_flags], 0, all_flags)) return "flags";
    if (!is_reading(row[column_speed])) return "speed";
    if (!is_reading(row[column_bearing])) return "bearing";
    if (!is_reading(row[column_altitude])) return "altitude";
    if (!is_within(row[column_mono], -longest_ms, longest_ms + 1)) return "mono";
    if (!is_within(row[column_boot], 0, std::numeric_limits<std::uint32_t>::max())) return "boot";
    return std::nullopt;
}

// The fix of a row that wrong_column() finds right, or nothing when its coordinates as received are no coordinates.
std::optional<Fix> fix_of(const Row& row) {
    Fix fix;
    fix.at = Instant{row[column_at]};
    fix.place = {static_cast<std::int32_t>(row[column_lat]), static_cast<std::int32_t>(row[column_lon])};
    fix.datum = static_cast<Datum>(row[column_datum] % 4);
    fix.conversion = static_cast<std::uint8_t>(row[column_datum] / 4);
    const geo::Place converted = geo::from_wgs84(fix.place, fix.datum);
    const std::int64_t lat = converted.lat_e7 + row[column_lat_received];
    const std::int64_t lon = converted.lon_e7 + row[column_lon_received];
    if (!is_int32(lat) || !is_int32(lon)) return std::nullopt;
    fix.received = {static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lon)};
    fix.accuracy_mm = row[column_accuracy] == 0 ? no_accuracy : static_cast<std::uint32_t>(row[column_accuracy] - 1);
    fix.level = static_cast<Level>(row[column_level]);
    fix.provider = static_cast<Provider>(row[column_provider]);
    fix.flags = static_cast<std::uint32_t>(row[column_flags]);
    const auto reading = [](std::int64_t stored) {
        return stored == 0 ? no_value : static_cast<std::int32_t>(without_absent(stored));
    };
    fix.speed_mm_s = reading(row[column_speed]);
    fix.bearing_cdeg = reading(row[column_bearing]);
    fix.altitude_mm = reading(row[column_altitude]);
    if (row[column_mono] != 0) fix.mono_ms = fix.at.ms - without_absent(row[column_mono]);
    fix.boot = static_cast<std::uint32_t>(row[column_boot]);
    return fix;
}

}  // namespace

Result<std::string> encode(std::span<const Fix> fixes) {
    if (fixes.empty() || fixes.size() > fixes_per_block) {
        return fault(format("要放 {} 个定位点，应为 1 至 {} 个", fixes.size(), fixes_per_block),
                     format("should hold {} fixes, 1 to {} were expected", fixes.size(), fixes_per_block));
    }
    std::array<Numbers, columns> numbers;
    for (std::size_t i = 0; i < fixes.size(); ++i) {
        const Fix& fix = fixes[i];
        const bool has_time = is_within(fix.at.ms, first_ms, last_ms);
        // Checked before the subtraction that makes the column.
        const bool has_mono = fix.mono_ms == no_time || is_within(fix.mono_ms, -longest_ms / 4, longest_ms / 4);
        const Row row = has_time && has_mono ? row_of(fix) : Row{};
        const std::optional<std::string_view> wrong = !has_time ? "at" : !has_mono ? "mono" : wrong_column(row);
        if (wrong) {
            return fault(format("第 {} 个定位点的 {} 超出可记录的范围", i + 1, *wrong),
                         format("cannot hold {} of fix {}: out of range", *wrong, i + 1));
        }
        for (std::size_t c = 0; c < columns; ++c) numbers[c].push_back(row[c]);
    }
    Writer writer;
    writer.byte(version);
    writer.byte(fixes.size() - 1);
    std::uint32_t zero_columns = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        if (extent_of(numbers[c]) == Extent{}) zero_columns |= 1U << c;
    }
    writer.byte(zero_columns & 0xFFU);
    writer.byte(zero_columns >> 8U);
    for (const Column column : {column_at, column_lat, column_lon}) {
        const Extent extent = extent_of(numbers[column]);
        writer.varint(zigzag(extent.least));
        writer.varint(static_cast<std::uint64_t>(extent.most - extent.least));
    }
    for (std::size_t c = 0; c < columns; ++c) {
        if ((zero_columns & (1U << c)) == 0) writer.bytes() += column_bytes(numbers[c]);
    }
    const std::uint32_t sum = crc32c(writer.bytes());
    for (unsigned i = 0; i < checksum_bytes; ++i) writer.byte((sum >> (8 * i)) & 0xFFU);
    return std::move(writer.bytes());
}

Result<std::vector<Fix>> decode(std::string_view block) {
    Reader reader{std::string_view{}};
    const Result<Head> head = head_of(block, reader);
    if (!head) return tl::unexpected<Faults>(head.error());
    std::array<Numbers, columns> numbers;
    for (std::size_t c = 0; c < columns; ++c) {
        numbers[c] = (head->zero_columns & (1U << c)) != 0 ? Numbers(head->n) : column_of(reader, head->n);
        if (!reader.is_good()) {
            return fault(format("的第 {} 列读不出来", c + 1), format("has a column {} that cannot be read", c + 1));
        }
    }
    if (!reader.is_at_end()) return fault("在最后一列之后还有内容", "has bytes after its last column");
    if (extent_of(numbers[column_at]) != head->at || extent_of(numbers[column_lat]) != head->lat ||
        extent_of(numbers[column_lon]) != head->lon) {
        return fault("的块头与各列不符", "has a head that does not fit its columns");
    }
    std::vector<Fix> fixes;
    fixes.reserve(head->n);
    for (std::size_t i = 0; i < head->n; ++i) {
        Row row{};
        for (std::size_t c = 0; c < columns; ++c) row[c] = numbers[c][i];
        const std::optional<std::string_view> wrong = wrong_column(row);
        const std::optional<Fix> fix = wrong ? std::nullopt : fix_of(row);
        if (!fix) {
            const std::string_view name = wrong.value_or("received");
            return fault(format("第 {} 个定位点的 {} 超出范围", i + 1, name),
                         format("has fix {} with {} out of range", i + 1, name));
        }
        fixes.push_back(*fix);
        fixes.back().seq = static_cast<std::uint32_t>(i);
    }
    return fixes;
}

Result<BlockBounds> bounds_of(std::string_view block) {
    Reader reader{std::string_view{}};
    const Result<Head> head = head_of(block, reader);
    if (!head) return tl::unexpected<Faults>(head.error());
    const auto place = [](std::int64_t lat, std::int64_t lon) {
        return geo::Place{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lon)};
    };
    return BlockBounds{head->n, Instant{head->at.least}, Instant{head->at.most},
                       place(head->lat.least, head->lon.least), place(head->lat.most, head->lon.most)};
}

}  // namespace ningyi::track
