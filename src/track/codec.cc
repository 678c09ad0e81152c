// SPDX-License-Identifier: Apache-2.0
#include "track/codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/text.h"
#include "track/crc32c.h"
#include "track/packed.h"

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

struct Extent {
    std::int64_t least = 0;
    std::int64_t most = 0;
    bool operator==(const Extent&) const = default;
};

// What a column is called in a fault, and what its numbers may be.
struct ColumnDefinition {
    std::string_view name;
    Extent range;
};
constexpr std::int64_t int32_most = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t int32_least = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t uint32_most = std::numeric_limits<std::uint32_t>::max();
constexpr Extent readings = {int32_least + 1, int32_most + 1};  // absent is 0; the least int32 means it too
constexpr std::array<ColumnDefinition, columns> definitions = {{
    {"at", {first_ms, last_ms}},
    {"lat", {int32_least, int32_most}},
    {"lon", {int32_least, int32_most}},
    {"lat_received", {-uint32_most, uint32_most}},
    {"lon_received", {-uint32_most, uint32_most}},
    {"accuracy", {0, no_accuracy}},
    {"level", {0, static_cast<std::int64_t>(Level::p95)}},
    {"datum", {0, 4 * 255 + 3}},
    {"provider", {0, static_cast<std::int64_t>(Provider::manual)}},
    {"flags", {0, all_flags}},
    {"speed", readings},
    {"bearing", readings},
    {"altitude", readings},
    {"mono", {-longest_ms, longest_ms + 1}},
    {"boot", {0, uint32_most}},
}};

// Four ways to write n numbers; the shortest is taken, the first of equals.
enum class Form : std::uint8_t { runs, values, differences, second_differences };
constexpr std::uint8_t forms = 4;

// Sums wrap modulo 2^64: a forged block may say anything.
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

// ---- reading ----

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
    // What unpack() may look at for `count` numbers, and goes on behind them.
    std::string_view packed(std::size_t count, unsigned width) {
        const std::size_t size = packed_bytes(count, width);
        if (size > bytes_.size()) {
            is_good_ = false;
            return {};
        }
        const std::string_view all = bytes_;
        bytes_.remove_prefix(size);
        return all;
    }

private:
    std::string_view bytes_;
    bool is_good_ = true;
};

// The numbers of one column. `numbers` is filled only when they differ; else all are extent.least.
struct Numbers {
    bool is_constant = true;
    Extent extent;
    std::array<std::int64_t, fixes_per_block + unpacking_slack> numbers;
    void all(std::int64_t value) {
        is_constant = true;
        extent = {value, value};
    }
    std::int64_t at(std::size_t i) const { return is_constant ? extent.least : numbers[i]; }
};

void read_runs(Reader& reader, std::size_t n, Numbers& to) {
    std::int64_t value = unzigzag(reader.varint());
    std::uint64_t more = reader.varint();
    if (more >= n) reader.fail();
    to.all(value);
    if (!reader.is_good() || more + 1 == n) return;
    to.is_constant = false;
    std::int64_t* numbers = to.numbers.data();
    for (std::size_t filled = 0;;) {
        std::fill_n(numbers + filled, more + 1, value);
        filled += more + 1;
        to.extent = {std::min(to.extent.least, value), std::max(to.extent.most, value)};
        if (filled == n) return;
        value = plus(value, unzigzag(reader.varint()));
        more = reader.varint();
        if (more >= n - filled) reader.fail();
        if (!reader.is_good()) return;
    }
}

// least + number · divisor, summed up `order` times from the firsts that stand before.
template <unsigned order>
void sum_up(Numbers& to, std::size_t n, std::int64_t least, std::uint64_t divisor, std::int64_t first_step) {
    std::int64_t* numbers = to.numbers.data();
    std::int64_t value = numbers[0];
    std::int64_t step = first_step;
    std::int64_t lowest = value;
    std::int64_t highest = value;
    if constexpr (order == 2) {
        value = plus(value, step);
        numbers[1] = value;
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
    }
    for (std::size_t i = order; i < n; ++i) {
        const std::int64_t number =
            plus(least, static_cast<std::int64_t>(static_cast<std::uint64_t>(numbers[i]) * divisor));
        if constexpr (order == 2) step = plus(step, number);
        value = order == 0 ? number : order == 1 ? plus(value, number) : plus(value, step);
        numbers[i] = value;
        lowest = i == 0 ? value : std::min(lowest, value);
        highest = i == 0 ? value : std::max(highest, value);
    }
    to.extent = {lowest, highest};
}

void read_packed(Reader& reader, std::size_t n, unsigned order, Numbers& to) {
    std::array<std::int64_t, 2> firsts{};
    const unsigned stated = std::min(order, static_cast<unsigned>(n));
    for (unsigned i = 0; i < stated; ++i) firsts[i] = unzigzag(reader.varint());
    to.all(firsts[0]);
    if (n == stated && n < 2) return;
    std::int64_t least = 0;
    unsigned width = 0;
    std::uint64_t divisor = 0;
    if (n > stated) {
        least = unzigzag(reader.varint());
        width = reader.byte();
        if (width > widest_packed) reader.fail();
        if (!reader.is_good()) return;
        if (width > 0) divisor = reader.varint();
        if (width > 0 && divisor == 0) reader.fail();
    }
    const std::string_view bytes = reader.packed(n - stated, reader.is_good() ? width : 0);
    if (!reader.is_good()) return;
    if (width == 0 && order == 0) return to.all(least);
    to.is_constant = false;
    auto* const unsigned_numbers = reinterpret_cast<std::uint64_t*>(to.numbers.data());
    if (!unpack(bytes, n - stated, width, unsigned_numbers + order)) return reader.fail();
    if (order > 0) to.numbers[0] = firsts[0];
    if (order == 0) {
        sum_up<0>(to, n, least, divisor, 0);
    } else if (order == 1) {
        sum_up<1>(to, n, least, divisor, 0);
    } else {
        sum_up<2>(to, n, least, divisor, firsts[1]);
    }
}

void read_column(Reader& reader, std::size_t n, Numbers& to) {
    const std::uint8_t form = reader.byte();
    to.all(0);
    if (form >= forms) reader.fail();
    if (!reader.is_good()) return;
    if (static_cast<Form>(form) == Form::runs) {
        read_runs(reader, n, to);
    } else {
        read_packed(reader, n, form - static_cast<unsigned>(Form::values), to);
    }
}

// Goes past a column that nobody wants.
void skip_column(Reader& reader, std::size_t n) {
    const std::uint8_t form = reader.byte();
    if (form >= forms) reader.fail();
    if (static_cast<Form>(form) == Form::runs) {
        for (std::size_t seen = 0; seen < n && reader.is_good();) {
            reader.varint();
            const std::uint64_t more = reader.varint();
            if (more >= n - seen) reader.fail();
            seen += more + 1;
        }
        return;
    }
    const std::size_t stated = std::min<std::size_t>(form - static_cast<std::size_t>(Form::values), n);
    for (std::size_t i = 0; i < stated; ++i) reader.varint();
    if (n == stated) return;
    reader.varint();
    const unsigned width = reader.byte();
    if (width > widest_packed) reader.fail();
    if (!reader.is_good() || width == 0) return;
    reader.varint();
    reader.packed(n - stated, width);
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

tl::unexpected<Faults> unreadable(std::size_t column) {
    return fault(format("的第 {} 列读不出来", column + 1), format("has a column {} that cannot be read", column + 1));
}

// Reads a block column by column.
class Unfolding {
public:
    explicit Unfolding(std::string_view block) : head_(head_of(block, reader_)) {}
    const Result<Head>& head() const { return head_; }
    bool is_at_end() const { return reader_.is_at_end(); }

    // Reads the next column; nothing, or the fault.
    Faults next(Column column, Numbers& to) {
        if (is_all_zero(column)) {
            to.all(0);
        } else {
            read_column(reader_, head_->n, to);
        }
        if (!reader_.is_good()) return unreadable(column).value();
        const ColumnDefinition& definition = definitions[column];
        if (to.extent.least < definition.range.least || to.extent.most > definition.range.most) {
            return fault(format("的 {} 列超出范围", definition.name),
                         format("has a column {} out of range", definition.name))
                .value();
        }
        const Extent* stated = column == column_at    ? &head_->at
                               : column == column_lat ? &head_->lat
                               : column == column_lon ? &head_->lon
                                                      : nullptr;
        if (stated != nullptr && *stated != to.extent) {
            return fault("的块头与各列不符", "has a head that does not fit its columns").value();
        }
        return {};
    }
    Faults skip(Column column) {
        if (!is_all_zero(column)) skip_column(reader_, head_->n);
        return reader_.is_good() ? Faults{} : unreadable(column).value();
    }
    Faults end() const {
        return is_at_end() ? Faults{} : fault("在最后一列之后还有内容", "has bytes after its last column").value();
    }

private:
    bool is_all_zero(Column column) const { return (head_->zero_columns & (1U << column)) != 0; }

    Reader reader_{std::string_view{}};
    Result<Head> head_;
};

// Calls set(i, number) for every number of a column.
template <class Set>
void spread(const Numbers& from, std::size_t n, Set set) {
    if (from.is_constant) {
        for (std::size_t i = 0; i < n; ++i) set(i, from.extent.least);
    } else {
        const std::int64_t* numbers = from.numbers.data();
        for (std::size_t i = 0; i < n; ++i) set(i, numbers[i]);
    }
}

std::int32_t reading(std::int64_t stored) {
    return stored == 0 ? no_value : static_cast<std::int32_t>(without_absent(stored));
}
std::uint32_t accuracy_of(std::int64_t stored) {
    return stored == 0 ? no_accuracy : static_cast<std::uint32_t>(stored - 1);
}

// Puts a column into the fixes. False when a coordinate as received is none. REQUIRES: the columns before are there.
bool put(Column column, const Numbers& from, std::size_t n, Fix* fixes) {
    if (from.is_constant && from.extent.least == 0 && column != column_at && column != column_lat &&
        column != column_lon && column != column_lat_received && column != column_lon_received) {
        return true;  // as a fix is made
    }
    bool is_right = true;
    switch (column) {
        case column_at: spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].at.ms = v; }); break;
        case column_lat:
            spread(from, n,
                   [fixes](std::size_t i, std::int64_t v) { fixes[i].place.lat_e7 = static_cast<std::int32_t>(v); });
            break;
        case column_lon:
            spread(from, n,
                   [fixes](std::size_t i, std::int64_t v) { fixes[i].place.lon_e7 = static_cast<std::int32_t>(v); });
            break;
        case column_lat_received:
            spread(from, n, [&is_right, fixes](std::size_t i, std::int64_t v) {
                const std::int64_t received = fixes[i].place.lat_e7 + v;
                fixes[i].received.lat_e7 = static_cast<std::int32_t>(received);
                is_right = is_right && fixes[i].received.lat_e7 == received;
            });
            break;
        case column_lon_received:
            spread(from, n, [&is_right, fixes](std::size_t i, std::int64_t v) {
                const std::int64_t received = fixes[i].place.lon_e7 + v;
                fixes[i].received.lon_e7 = static_cast<std::int32_t>(received);
                is_right = is_right && fixes[i].received.lon_e7 == received;
            });
            break;
        case column_accuracy:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].accuracy_mm = accuracy_of(v); });
            break;
        case column_level:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].level = static_cast<Level>(v); });
            break;
        case column_datum:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) {
                fixes[i].datum = static_cast<Datum>(v % 4);
                fixes[i].conversion = static_cast<std::uint8_t>(v / 4);
            });
            break;
        case column_provider:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].provider = static_cast<Provider>(v); });
            break;
        case column_flags:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].flags = static_cast<std::uint32_t>(v); });
            break;
        case column_speed:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].speed_mm_s = reading(v); });
            break;
        case column_bearing:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].bearing_cdeg = reading(v); });
            break;
        case column_altitude:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].altitude_mm = reading(v); });
            break;
        case column_mono:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) {
                if (v != 0) fixes[i].mono_ms = fixes[i].at.ms - without_absent(v);
            });
            break;
        case column_boot:
            spread(from, n, [fixes](std::size_t i, std::int64_t v) { fixes[i].boot = static_cast<std::uint32_t>(v); });
            break;
        case columns: break;
    }
    return is_right;
}

// Reads all columns into n fixes; nothing, or the fault.
Faults read_fixes(Unfolding& unfolding, std::size_t n, Fix* fixes) {
    Numbers numbers;
    for (std::size_t c = 0; c < columns; ++c) {
        const auto column = static_cast<Column>(c);
        if (Faults faults = unfolding.next(column, numbers); !faults.empty()) return faults;
        if (!put(column, numbers, n, fixes)) {
            return fault("收到的坐标超出范围", "has coordinates as received that are out of range").value();
        }
    }
    for (std::size_t i = 0; i < n; ++i) fixes[i].seq = static_cast<std::uint32_t>(i);
    return unfolding.end();
}

// ---- writing ----

class Writer {
public:
    void byte(std::uint64_t value) { bytes_ += static_cast<char>(static_cast<std::uint8_t>(value)); }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) byte((value & 0x7FU) | 0x80U);
        byte(value);
    }
    std::string& bytes() { return bytes_; }

private:
    std::string bytes_;
};

std::size_t varint_bytes(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

using Row = std::array<std::int64_t, fixes_per_block>;

// A sequence as pack() wants it: the least, what they have in common beyond it, and how many bits the rest needs.
struct Packing {
    std::int64_t least = 0;
    std::uint64_t divisor = 1;
    unsigned width = 0;
    std::size_t bytes(std::size_t count) const {
        if (count == 0) return 0;
        return varint_bytes(zigzag(least)) + 1 + (width == 0 ? 0 : varint_bytes(divisor) + packed_bytes(count, width));
    }
};

// `steps`: the differences of the numbers, one fewer; what they have in common is what the numbers have beyond the
// least.
Packing packing_of(const std::int64_t* numbers, std::size_t count, const std::int64_t* steps) {
    Packing packing;
    if (count == 0) return packing;
    std::int64_t least = numbers[0];
    std::int64_t most = numbers[0];
    for (std::size_t i = 1; i < count; ++i) {
        least = std::min(least, numbers[i]);
        most = std::max(most, numbers[i]);
    }
    packing.least = least;
    if (least == most) return packing;
    std::uint64_t common = 0;
    for (std::size_t i = 0; i + 1 < count && common != 1; ++i) {
        const auto step = static_cast<std::uint64_t>(steps[i] < 0 ? -steps[i] : steps[i]);
        if (step == 0) continue;
        common = common == 0 ? step : step % common == 0 ? common : std::gcd(common, step);
    }
    packing.divisor = common;
    packing.width = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(most - least) / common));
    return packing;
}

void write_packing(Writer& writer, const Packing& packing, const std::int64_t* numbers, std::size_t count) {
    if (count == 0) return;
    writer.varint(zigzag(packing.least));
    writer.byte(packing.width);
    if (packing.width == 0) return;
    writer.varint(packing.divisor);
    std::array<std::uint64_t, fixes_per_block> rest;
    for (std::size_t i = 0; i < count; ++i) rest[i] = static_cast<std::uint64_t>(numbers[i] - packing.least);
    if (packing.divisor > 1) {
        for (std::size_t i = 0; i < count; ++i) rest[i] /= packing.divisor;
    }
    pack({rest.data(), count}, packing.width, writer.bytes());
}

void differences(const std::int64_t* numbers, std::size_t count, std::int64_t* to) {
    for (std::size_t i = 0; i + 1 < count; ++i) to[i] = numbers[i + 1] - numbers[i];
}

std::size_t runs_bytes(const std::int64_t* numbers, std::size_t n, std::size_t most) {
    std::size_t bytes = 1;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < n && bytes < most;) {
        std::size_t j = i + 1;
        while (j < n && numbers[j] == numbers[i]) ++j;
        bytes += varint_bytes(zigzag(numbers[i] - before)) + varint_bytes(j - i - 1);
        before = numbers[i];
        i = j;
    }
    return bytes;
}

void write_runs(Writer& writer, const std::int64_t* numbers, std::size_t n) {
    writer.byte(static_cast<std::uint8_t>(Form::runs));
    std::int64_t before = 0;
    for (std::size_t i = 0; i < n;) {
        std::size_t j = i + 1;
        while (j < n && numbers[j] == numbers[i]) ++j;
        writer.varint(zigzag(numbers[i] - before));
        writer.varint(j - i - 1);
        before = numbers[i];
        i = j;
    }
}

// REQUIRES: the numbers are in the range of a column, so that no difference overflows.
void write_column(Writer& writer, const std::int64_t* numbers, std::size_t n, Extent extent) {
    if (extent.least == extent.most) return write_runs(writer, numbers, n);
    Row first, second, third;
    differences(numbers, n, first.data());
    differences(first.data(), n - 1, second.data());
    differences(second.data(), n - 2, third.data());  // n ≥ 2: they differ
    const std::array<const std::int64_t*, 4> of_order = {numbers, first.data(), second.data(), third.data()};
    std::array<Packing, 3> packings;
    std::size_t best_bytes = std::numeric_limits<std::size_t>::max();
    std::size_t best = 0;
    for (std::size_t order = 0; order < packings.size(); ++order) {
        packings[order] = packing_of(of_order[order], n - order, of_order[order + 1]);
        std::size_t bytes = 1 + packings[order].bytes(n - order);
        for (std::size_t i = 0; i < order; ++i) bytes += varint_bytes(zigzag(of_order[i][0]));
        if (bytes < best_bytes) {
            best_bytes = bytes;
            best = order;
        }
    }
    if (runs_bytes(numbers, n, best_bytes + 1) <= best_bytes) return write_runs(writer, numbers, n);
    writer.byte(static_cast<std::size_t>(Form::values) + best);
    for (std::size_t i = 0; i < best; ++i) writer.varint(zigzag(of_order[i][0]));
    write_packing(writer, packings[best], of_order[best], n - best);
}

// REQUIRES: time and monotonic time in their ranges.
void fill_rows(const Fix& fix, std::size_t i, std::array<Row, columns>& rows) {
    const auto set = [&rows, i](Column column, std::int64_t value) { rows[column].data()[i] = value; };
    const auto stored = [](std::int32_t value) { return value == no_value ? 0 : with_absent(value); };
    set(column_at, fix.at.ms);
    set(column_lat, fix.place.lat_e7);
    set(column_lon, fix.place.lon_e7);
    set(column_lat_received, std::int64_t{fix.received.lat_e7} - fix.place.lat_e7);
    set(column_lon_received, std::int64_t{fix.received.lon_e7} - fix.place.lon_e7);
    set(column_accuracy, fix.accuracy_mm == no_accuracy ? 0 : std::int64_t{fix.accuracy_mm} + 1);
    set(column_level, static_cast<std::int64_t>(fix.level));
    set(column_datum, static_cast<std::int64_t>(fix.datum) + 4 * std::int64_t{fix.conversion});
    set(column_provider, static_cast<std::int64_t>(fix.provider));
    set(column_flags, fix.flags);
    set(column_speed, stored(fix.speed_mm_s));
    set(column_bearing, stored(fix.bearing_cdeg));
    set(column_altitude, stored(fix.altitude_mm));
    set(column_mono, fix.mono_ms == no_time ? 0 : with_absent(fix.at.ms - fix.mono_ms));
    set(column_boot, fix.boot);
}

tl::unexpected<Faults> not_held(std::size_t position, std::string_view what) {
    return fault(format("第 {} 个定位点的 {} 超出可记录的范围", position + 1, what),
                 format("cannot hold {} of fix {}: out of range", what, position + 1));
}

Extent extent_of(const Row& row, std::size_t n) {
    const auto [least, most] = std::minmax_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(n));
    return {*least, *most};
}

}  // namespace

Result<std::string> encode(std::span<const Fix> fixes) {
    const std::size_t n = fixes.size();
    if (n == 0 || n > fixes_per_block) {
        return fault(format("要放 {} 个定位点，应为 1 至 {} 个", n, fixes_per_block),
                     format("should hold {} fixes, 1 to {} were expected", n, fixes_per_block));
    }
    std::array<Row, columns> rows;
    for (std::size_t i = 0; i < n; ++i) {
        // Checked before the subtraction that makes the column.
        if (!is_within(fixes[i].at.ms, first_ms, last_ms)) return not_held(i, "at");
        const Millis mono = fixes[i].mono_ms;
        if (mono != no_time && !is_within(mono, -longest_ms / 4, longest_ms / 4)) return not_held(i, "mono");
        fill_rows(fixes[i], i, rows);
    }
    std::array<Extent, columns> extents;
    std::uint32_t zero_columns = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        extents[c] = extent_of(rows[c], n);
        if (extents[c] == Extent{}) zero_columns |= 1U << c;
        const Extent range = definitions[c].range;
        if (extents[c].least >= range.least && extents[c].most <= range.most) continue;
        for (std::size_t i = 0; i < n; ++i) {
            if (!is_within(rows[c][i], range.least, range.most)) return not_held(i, definitions[c].name);
        }
    }
    Writer writer;
    writer.bytes().reserve(16 * n + 64);
    writer.byte(version);
    writer.byte(n - 1);
    writer.byte(zero_columns & 0xFFU);
    writer.byte(zero_columns >> 8U);
    for (const Column column : {column_at, column_lat, column_lon}) {
        writer.varint(zigzag(extents[column].least));
        writer.varint(static_cast<std::uint64_t>(extents[column].most - extents[column].least));
    }
    for (std::size_t c = 0; c < columns; ++c) {
        if ((zero_columns & (1U << c)) == 0) write_column(writer, rows[c].data(), n, extents[c]);
    }
    const std::uint32_t sum = crc32c(writer.bytes());
    for (unsigned i = 0; i < checksum_bytes; ++i) writer.byte((sum >> (8 * i)) & 0xFFU);
    return std::move(writer.bytes());
}

Result<std::size_t> decode_into(std::string_view block, std::vector<Fix>& fixes) {
    Unfolding unfolding(block);
    if (!unfolding.head()) return tl::unexpected<Faults>(unfolding.head().error());
    const std::size_t n = unfolding.head()->n;
    const std::size_t had = fixes.size();
    fixes.resize(had + n);
    if (Faults faults = read_fixes(unfolding, n, fixes.data() + had); !faults.empty()) {
        fixes.resize(had);
        return failure(std::move(faults));
    }
    return n;
}

Result<std::vector<Fix>> decode(std::string_view block) {
    std::vector<Fix> fixes;
    Result<std::size_t> n = decode_into(block, fixes);
    if (!n) return failure(std::move(n.error()));
    return fixes;
}

Result<std::size_t> decode_columns(std::string_view block, std::uint32_t wanted, BlockColumns& columns_wanted) {
    Unfolding unfolding(block);
    if (!unfolding.head()) return tl::unexpected<Faults>(unfolding.head().error());
    const std::size_t n = unfolding.head()->n;
    Numbers numbers;
    const auto into = [&](auto& array, auto of) {
        auto* const to = array.data();
        spread(numbers, n, [to, of](std::size_t i, std::int64_t v) { to[i] = of(v); });
    };
    for (std::size_t c = 0; c < columns; ++c) {
        const auto column = static_cast<Column>(c);
        const std::uint32_t part = column == column_at                            ? BlockColumns::time
                                   : column == column_lat || column == column_lon ? BlockColumns::place
                                   : column == column_accuracy || column == column_level || column == column_provider
                                       ? BlockColumns::accuracy
                                   : column == column_flags ? BlockColumns::flags
                                                            : 0U;
        const bool is_wanted = (part & wanted) != 0;
        Faults faults = is_wanted ? unfolding.next(column, numbers) : unfolding.skip(column);
        if (!faults.empty()) return failure(std::move(faults));
        if (!is_wanted) continue;
        switch (column) {
            case column_at: into(columns_wanted.at_ms, [](std::int64_t v) { return v; }); break;
            case column_lat:
                into(columns_wanted.lat_e7, [](std::int64_t v) { return static_cast<std::int32_t>(v); });
                break;
            case column_lon:
                into(columns_wanted.lon_e7, [](std::int64_t v) { return static_cast<std::int32_t>(v); });
                break;
            case column_accuracy: into(columns_wanted.accuracy_mm, accuracy_of); break;
            case column_level: into(columns_wanted.level, [](std::int64_t v) { return static_cast<Level>(v); }); break;
            case column_provider:
                into(columns_wanted.provider, [](std::int64_t v) { return static_cast<Provider>(v); });
                break;
            case column_flags:
                into(columns_wanted.flag_bits, [](std::int64_t v) { return static_cast<std::uint32_t>(v); });
                break;
            default: break;
        }
    }
    if (Faults faults = unfolding.end(); !faults.empty()) return failure(std::move(faults));
    columns_wanted.n = n;
    return n;
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
