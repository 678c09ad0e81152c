// SPDX-License-Identifier: Apache-2.0
#include "exchange/columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "base/time.h"

namespace ningyi::exchange {
namespace {

static_assert(std::endian::native == std::endian::little,
              "digits are read eight at a time, first digit in the lowest byte");

constexpr std::uint64_t zeros = 0x3030303030303030ULL;  // "00000000"
constexpr std::array<std::int64_t, 19> powers = [] {
    std::array<std::int64_t, 19> table{};
    table[0] = 1;
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
    return table;
}();

std::uint64_t load(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
}

bool all_digits(std::uint64_t word) {
    return (((word & 0xF0F0F0F0F0F0F0F0ULL) ^ zeros) |
            (((word + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) ^ zeros)) == 0;
}

// REQUIRES: all_digits(word).
std::int64_t eight_digits(std::uint64_t word) {
    word -= zeros;
    word = (word * 10) + (word >> 8U);
    constexpr std::uint64_t mask = 0x000000FF000000FFULL;
    return static_cast<std::int64_t>(
        (((word & mask) * (100 + (1000000ULL << 32U))) + (((word >> 16U) & mask) * (1 + (10000ULL << 32U)))) >> 32U);
}

// The low `count` bytes of `word` with '0' behind them. REQUIRES: 1 <= count <= 8.
std::uint64_t padded_behind(std::uint64_t word, std::size_t count) {
    const std::uint64_t keep = ~std::uint64_t{0} >> (64 - 8 * count);
    return (word & keep) | (zeros & ~keep);
}

// The low `count` bytes of `word` with '0' before them. REQUIRES: 1 <= count <= 8.
std::uint64_t padded_before(std::uint64_t word, std::size_t count) {
    const unsigned shift = static_cast<unsigned>(64 - 8 * count);
    return (word << shift) | (shift == 0 ? 0 : zeros >> (64 - shift));
}

// Digits alone, at most 18. `size` may be anything; 16 bytes from `at` are readable.
[[gnu::always_inline]] inline bool unsigned_integer(const char* at, std::size_t size, std::int64_t& number) {
    if (size - 1 < 8) {
        const std::uint64_t word = padded_before(load(at), size);
        if (!all_digits(word)) return false;
        number = eight_digits(word);
        return true;
    }
    if (size - 1 < 16) {
        const std::uint64_t high = padded_before(load(at), size - 8);
        const std::uint64_t low = load(at + size - 8);
        if (!all_digits(high) || !all_digits(low)) return false;
        number = eight_digits(high) * 100'000'000 + eight_digits(low);
        return true;
    }
    if (size - 1 >= 18) return false;
    number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (at[i] < '0' || at[i] > '9') return false;
        number = number * 10 + (at[i] - '0');
    }
    return true;
}

[[gnu::always_inline]] inline bool integer(const char* at, std::size_t size, std::int64_t& number) {
    const bool minus = *at == '-';
    if (!unsigned_integer(at + minus, size - minus, number)) return false;
    if (minus) number = -number;
    return true;
}

// Digits, a point and up to eight digits more: eight at a time. False for anything else, which may still be a decimal.
template <int decimals>
[[gnu::always_inline]] inline bool short_decimal(const char* at, std::size_t size, std::int64_t& number) {
    static_assert(decimals >= 0 && decimals <= 8);
    const bool minus = *at == '-';
    const char* const end = at + size;
    at += minus;
    // The point stands behind one to four digits: its place is the lowest byte that is '.'.
    const std::uint64_t word = load(at);
    const std::uint64_t points = word ^ 0x2E2E2E2E2E2E2E2EULL;
    const std::uint64_t hits = (points - 0x0101010101010101ULL) & ~points & 0x8080808080808080ULL;
    const auto point = static_cast<std::size_t>(std::countr_zero(hits)) / 8;  // 8 without a hit
    if (point >= static_cast<std::size_t>(end - at)) {
        std::int64_t whole = 0;
        if (size - minus > 8 || !unsigned_integer(at, size - minus, whole)) return false;
        number = whole * powers[decimals];
        if (minus) number = -number;
        return true;
    }
    const auto fraction_size = static_cast<std::size_t>(end - at) - point - 1;
    if (point == 0 || point == 8 || fraction_size - 1 >= 8) return false;
    const std::uint64_t before = padded_before(word, point);
    const std::uint64_t behind = padded_behind(load(at + point + 1), fraction_size);
    if (!all_digits(before) || !all_digits(behind)) return false;
    constexpr std::int64_t scale = powers[8 - decimals];
    number = eight_digits(before) * powers[decimals] + (eight_digits(behind) + scale / 2) / scale;
    if (minus) number = -number;
    return true;
}

// Any decimal of at most 40 characters without exponent; halves away from zero.
[[gnu::noinline]] bool long_decimal(std::string_view text, int decimals, std::int64_t& number) {
    if (text.empty() || text.size() > 40) return false;
    bool minus = false;
    if (text.front() == '-' || text.front() == '+') {
        minus = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
    if (whole.empty() || whole.size() > 10 || (point < text.size() && fraction.empty())) return false;
    std::int64_t value = 0;
    for (const char c : whole) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    bool up = false;
    for (std::size_t i = 0; i < std::max(fraction.size(), static_cast<std::size_t>(decimals)); ++i) {
        const char c = i < fraction.size() ? fraction[i] : '0';
        if (c < '0' || c > '9') return false;
        if (i < static_cast<std::size_t>(decimals)) value = value * 10 + (c - '0');
        if (i == static_cast<std::size_t>(decimals)) up = c >= '5';
    }
    number = up ? value + 1 : value;
    if (minus) number = -number;
    return true;
}

template <int decimals>
[[gnu::always_inline]] inline bool decimal(const char* at, std::size_t size, std::int64_t& number) {
    return short_decimal<decimals>(at, size, number) || long_decimal({at, size}, decimals, number);
}

// True if two cells hold the same text; short ones are compared as whole words, which are readable beyond the cell.
[[gnu::always_inline]] inline bool is_same(const char* text, Cell a, Cell b) {
    if (a.size != b.size) return false;
    if (a.size == 0) return true;
    if (a.size <= 8) return ((load(text + a.at) ^ load(text + b.at)) << (64 - 8 * a.size)) == 0;
    if (a.size <= 16) {
        return ((load(text + a.at) ^ load(text + b.at)) |
                (load(text + a.at + a.size - 8) ^ load(text + b.at + b.size - 8))) == 0;
    }
    return std::memcmp(text + a.at, text + b.at, a.size) == 0;
}

bool has_controls(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        return (static_cast<std::uint8_t>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    });
}

bool is_whole_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string words_text(const std::vector<std::string>& words, std::string_view between) {
    return join(words, between);
}

// How dates go wrong: what the text looks like, or nothing.
std::optional<Expected> odd_date(std::string_view value) {
    const auto count = [&](char c) { return std::ranges::count(value, c); };
    const bool leads_with_year =
        value.size() >= 6 && is_whole_number(value.substr(0, 4)) && !is_whole_number(value.substr(4, 1));
    if (count('/') == 2 || count('.') == 2) {
        return leads_with_year
                   ? Expected{"日期用了斜线或点，如 2025/8/1", "a date with slashes or dots, such as 2025/8/1"}
                   : Expected{"日期用了斜线或点且年份不在前，日与月无法分辨",
                              "a date with slashes or dots and the year not first: day and month cannot be told apart"};
    }
    if (count('-') == 2 && !leads_with_year) {
        return Expected{"年份不在前的日期，如 01-08-2025，日与月无法分辨",
                        "a date with the year not first, such as 01-08-2025: day and month cannot be told apart"};
    }
    if (value.find("年") != std::string_view::npos) return Expected{"中文日期", "a date in Chinese characters"};
    const std::size_t point = value.find('.');
    const std::string_view days = value.substr(0, point);
    if (days.size() == 5 && is_whole_number(days) &&
        (point == std::string_view::npos || is_whole_number(value.substr(point + 1)))) {
        return Expected{"Excel 日期序号，如 45870；请把单元格格式改为文本日期再导出",
                        "a spreadsheet's date number, such as 45870; format the cells as text dates before exporting"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view text, int decimals) {
    std::int64_t number = 0;
    return long_decimal(text, decimals, number) ? std::optional(number) : std::nullopt;
}

std::optional<ColumnType> column_type(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(ColumnType::boolean); ++i) {
        if (to_word(static_cast<ColumnType>(i)) == word) return static_cast<ColumnType>(i);
    }
    return std::nullopt;
}

std::string_view to_word(ColumnType type) {
    switch (type) {
        case ColumnType::text: return "text";
        case ColumnType::word: return "word";
        case ColumnType::words: return "words";
        case ColumnType::integer: return "integer";
        case ColumnType::latitude: return "latitude";
        case ColumnType::longitude: return "longitude";
        case ColumnType::metres: return "metres";
        case ColumnType::metres_per_second: return "metres_per_second";
        case ColumnType::minutes: return "minutes";
        case ColumnType::time: return "time";
        case ColumnType::epoch_ms: return "epoch_ms";
        case ColumnType::date: return "date";
        case ColumnType::date_or_time: return "date_or_time";
        case ColumnType::boolean: return "boolean";
    }
    return "";
}

Columns::Columns(std::vector<ColumnPlan> plans)
    : plans_(std::move(plans)), values_(plans_.size()), memories_(plans_.size()) {
    for (Values& values : values_) {
        values.numbers.resize(rows_in_group);
        values.states.resize(rows_in_group);
    }
}

template <class Read>
void Columns::read_numbers(const Rows& rows, std::size_t plan, Read number_of) {
    const ColumnPlan& is = plans_[plan];
    const Cell* const cells = rows.cells.data() + is.column * rows_in_group;
    std::int64_t* const numbers = values_[plan].numbers.data();
    CellState* const states = values_[plan].states.data();
    const std::int64_t min = is.min, max = is.max;
    for (std::size_t row = 0; row < rows.count; ++row) {
        const char* const at = rows.text + cells[row].at;
        const std::size_t size = cells[row].size;
        std::int64_t number = 0;
        CellState state = CellState::present;
        if (size == 0) {
            state = CellState::absent;
        } else if (!number_of(at, size, number)) {
            const std::string_view inside = trimmed({at, size});
            if (inside.empty()) {
                state = CellState::absent;
            } else if (inside.size() == size || !number_of(inside.data(), inside.size(), number) || number < min ||
                       number > max) {
                state = CellState::bad;
            }
        } else if (number < min || number > max) {
            state = CellState::bad;
        }
        numbers[row] = number;
        states[row] = state;
    }
}

void Columns::read_times(const Rows& rows, std::size_t plan) {
    Memory& memory = memories_[plan];
    const bool date_alone = plans_[plan].type == ColumnType::date_or_time;
    const std::int64_t date_offset_ms = plans_[plan].date_offset_ms;
    read_numbers(rows, plan, [&](const char* at, std::size_t size, std::int64_t& number) {
        // "2025-08-01T09:00:00+08:00": the date and the offset are nearly always those of the cell before.
        std::int64_t millis = 0;
        std::size_t suffix_size = size - 19;
        const char* suffix = at + 19;
        if (size >= 24 && at[19] == '.') {
            const auto digit = [&](std::size_t i) { return static_cast<std::uint32_t>(at[i] - '0'); };
            if (digit(20) < 10 && digit(21) < 10 && digit(22) < 10) {
                millis = digit(20) * 100 + digit(21) * 10 + digit(22);
                suffix += 4;
                suffix_size -= 4;
            }
        }
        if (memory.has_date && suffix_size == memory.suffix_size && std::memcmp(at, memory.date, 8) == 0 &&
            std::memcmp(at + 8, memory.date + 8, 3) == 0 && (load(suffix) & memory.suffix_mask) == memory.suffix) {
            const std::uint64_t clock = load(at + 11);
            constexpr std::uint64_t colons = 0x00003A00003A0000ULL, colon_bytes = 0x0000FF0000FF0000ULL;
            if ((clock & colon_bytes) == colons && all_digits((clock & ~colon_bytes) | (zeros & colon_bytes))) {
                const auto pair = [&](unsigned shift) {
                    return static_cast<std::int64_t>(((clock >> shift) & 0x0FU) * 10 +
                                                     ((clock >> (shift + 8)) & 0x0FU));
                };
                const std::int64_t hour = pair(0), minute = pair(24), second = pair(48);
                if (hour < 24 && minute < 60 && second < 60) {
                    number = memory.day_ms + hour * hours_ms + minute * minutes_ms + second * seconds_ms + millis;
                    return true;
                }
            }
        }
        const std::string_view text(at, size);
        if (date_alone && size == 10) {
            const auto date = parse_date(text);
            if (!date) return false;
            number = date->days * days_ms + date_offset_ms;
            return true;
        }
        const auto instant = parse_instant(text);
        if (!instant) return false;
        number = instant->ms;
        const std::size_t tail = text.find_first_not_of("0123456789.", 19);
        if (tail != std::string_view::npos && size - tail <= 8) {
            std::memcpy(memory.date, at, 11);
            memory.suffix_size = size - tail;
            memory.suffix_mask = ~std::uint64_t{0} >> (64 - 8 * memory.suffix_size);
            memory.suffix = load(at + tail) & memory.suffix_mask;
            const auto midnight =
                parse_instant(std::string(text.substr(0, 11)) + "00:00:00" + std::string(text.substr(tail)));
            memory.has_date = midnight.has_value();
            if (midnight) memory.day_ms = midnight->ms;
        }
        return true;
    });
}

void Columns::read_texts(const Rows& rows, std::size_t plan) {
    const ColumnPlan& is = plans_[plan];
    const Cell* const cells = rows.cells.data() + is.column * rows_in_group;
    CellState* const states = values_[plan].states.data();
    CellState before_state = CellState::absent;
    for (std::size_t row = 0; row < rows.count; ++row) {
        const std::string_view text(rows.text + cells[row].at, cells[row].size);
        if (row == 0 || !is_same(rows.text, cells[row], cells[row - 1])) {
            if (text.empty()) {
                before_state = CellState::absent;
            } else if (has_controls(text) || (!rows.ascii && !is_utf8(text)) ||
                       (text.size() > is.max_size && code_points(text) > is.max_size)) {
                before_state = CellState::bad;
            } else {
                before_state = CellState::present;
            }
        }
        states[row] = before_state;
    }
}

void Columns::read_words(const Rows& rows, std::size_t plan) {
    const ColumnPlan& is = plans_[plan];
    const Cell* const cells = rows.cells.data() + is.column * rows_in_group;
    CellState before_state = CellState::absent;
    std::int64_t number = 0;
    for (std::size_t row = 0; row < rows.count; ++row) {
        const std::string_view text(rows.text + cells[row].at, cells[row].size);
        if (row == 0 || !is_same(rows.text, cells[row], cells[row - 1])) {
            const std::string_view word = trimmed(text);
            number = 0;
            if (word.empty()) {
                before_state = CellState::absent;
            } else if (is.type == ColumnType::boolean) {
                const bool yes = word == "yes" || word == "true" || word == "1" || word == "是";
                const bool no = word == "no" || word == "false" || word == "0" || word == "否";
                number = yes ? 1 : 0;
                before_state = yes || no ? CellState::present : CellState::bad;
            } else if (is.type == ColumnType::words) {
                before_state = CellState::present;
                for (const std::string_view part : split(word, ' ')) {
                    if (part.empty()) continue;
                    const bool known = is.words.empty()
                                           ? !has_controls(part) && is_utf8(part) && part.size() <= is.max_size
                                           : std::ranges::find(is.words, part) != is.words.end();
                    if (!known) before_state = CellState::bad;
                }
            } else {
                const auto found = std::ranges::find(is.words, word);
                number = found - is.words.begin();
                before_state = found != is.words.end() ? CellState::present : CellState::bad;
            }
        }
        values_[plan].numbers[row] = number;
        values_[plan].states[row] = before_state;
    }
}

void Columns::read(const Rows& rows) {
    bad_.clear();
    for (std::size_t plan = 0; plan < plans_.size(); ++plan) {
        const ColumnPlan& is = plans_[plan];
        Values& values = values_[plan];
        if (is.column == ColumnPlan::no_column) {
            std::fill_n(values.states.begin(), rows.count, CellState::absent);
        } else {
            switch (is.type) {
                case ColumnType::text: read_texts(rows, plan); break;
                case ColumnType::word:
                case ColumnType::words:
                case ColumnType::boolean: read_words(rows, plan); break;
                case ColumnType::integer:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        return integer(at, size, number);
                    });
                    break;
                case ColumnType::latitude:
                case ColumnType::longitude:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        return decimal<7>(at, size, number);
                    });
                    break;
                case ColumnType::metres:
                case ColumnType::metres_per_second:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        return decimal<3>(at, size, number);
                    });
                    break;
                case ColumnType::minutes:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        if (size > 9 || !integer(at, size, number)) return false;
                        number *= minutes_ms;
                        return true;
                    });
                    break;
                case ColumnType::epoch_ms:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        return integer(at, size, number);
                    });
                    break;
                case ColumnType::time:
                case ColumnType::date_or_time: read_times(rows, plan); break;
                case ColumnType::date:
                    read_numbers(rows, plan, [](const char* at, std::size_t size, std::int64_t& number) {
                        const auto date = parse_date({at, size});
                        number = date ? date->days : 0;
                        return date.has_value();
                    });
                    break;
            }
        }
        const CellState first_bad = is.required ? CellState::absent : CellState::bad;
        for (std::size_t row = 0; row < rows.count; ++row) {
            if (values.states[row] == CellState::bad || values.states[row] == first_bad) {
                bad_.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(plan)});
            }
        }
    }
    std::ranges::sort(bad_);
}

Expected expected_of(const ColumnPlan& plan, std::string_view value) {
    const std::string_view inside = trimmed(value);
    if (inside.empty()) return {"此列必填，不应为空", "a value; this column must not be empty"};
    const auto bounds = [&](std::int64_t unit, const std::string& zh, const std::string& en) {
        Expected text{zh, en};
        const auto shown = [&](std::int64_t number) { return std::to_string(number / unit); };
        if (plan.min != INT64_MIN && plan.max != INT64_MAX) {
            text.zh += format("，{} 至 {}", shown(plan.min), shown(plan.max));
            text.en += format(" from {} to {}", shown(plan.min), shown(plan.max));
        } else if (plan.min != INT64_MIN) {
            text.zh += format("，不小于 {}", shown(plan.min));
            text.en += format(", at least {}", shown(plan.min));
        } else if (plan.max != INT64_MAX) {
            text.zh += format("，不大于 {}", shown(plan.max));
            text.en += format(", at most {}", shown(plan.max));
        }
        return text;
    };
    const auto with_reason = [&](Expected text) {
        const auto odd = odd_date(inside);
        if (odd) {
            text.zh += "；这是" + odd->zh;
            text.en += "; this is " + odd->en;
        }
        return text;
    };
    switch (plan.type) {
        case ColumnType::text:
            if (!is_utf8(value))
                return {"应为 UTF-8 文本；此处可能是 GBK，请将文件另存为“CSV UTF-8”",
                        "text in UTF-8; this may be GBK, save the file as \"CSV UTF-8\""};
            if (has_controls(value)) return {"应为不含控制字符的文本", "text without control characters"};
            return {format("应为不超过 {} 个字的文本", plan.max_size),
                    format("text of at most {} characters", plan.max_size)};
        case ColumnType::word:
        case ColumnType::words: {
            Expected text{"应为其中之一：" + words_text(plan.words, "、"), "one of: " + words_text(plan.words, ", ")};
            const std::vector<std::string_view> candidates(plan.words.begin(), plan.words.end());
            const std::string_view near = closest(inside, candidates);
            if (!near.empty()) {
                text.zh += format("；是“{}”吗？", near);
                text.en += format("; \"{}\"?", near);
            }
            return text;
        }
        case ColumnType::boolean: return {"应为 yes 或 no（是、否）", "yes or no"};
        case ColumnType::integer: return bounds(1, "应为整数", "an integer");
        case ColumnType::minutes: return bounds(minutes_ms, "应为整数分钟", "whole minutes");
        case ColumnType::metres: return bounds(1000, "应为米数，如 12.5", "metres such as 12.5");
        case ColumnType::metres_per_second:
            return bounds(1000, "应为每秒米数，如 1.2", "metres per second such as 1.2");
        case ColumnType::latitude: {
            const auto number = scaled_decimal(inside, 7);
            if (number && *number > 900'000'000 && *number <= 1'800'000'000) {
                return {"应为纬度（-90 至 90 度）；此值像经度，经纬度是否填反？",
                        "a latitude from -90 to 90 degrees; this looks like a longitude: are the two swapped?"};
            }
            return {"应为纬度，十进制度，-90 至 90，如 31.7712345",
                    "a latitude in decimal degrees from -90 to 90, such as 31.7712345"};
        }
        case ColumnType::longitude:
            return {"应为经度，十进制度，-180 至 180，如 119.9712345",
                    "a longitude in decimal degrees from -180 to 180, such as 119.9712345"};
        case ColumnType::time:
            return with_reason({"应为带时区的时间，如 2025-08-01T09:00:00+08:00",
                                "a time with its offset, such as 2025-08-01T09:00:00+08:00"});
        case ColumnType::epoch_ms:
            return with_reason({"应为 1970 年至 2100 年之间的毫秒数，如 1754010000000",
                                "milliseconds since 1970, before 2100, such as 1754010000000"});
        case ColumnType::date: return with_reason({"应为日期，如 2025-08-01", "a date such as 2025-08-01"});
        case ColumnType::date_or_time:
            return with_reason({"应为日期或带时区的时间，如 2025-08-01 或 2025-08-01T09:00:00+08:00",
                                "a date or a time with its offset, such as 2025-08-01 or 2025-08-01T09:00:00+08:00"});
    }
    return {};
}

}  // namespace ningyi::exchange
