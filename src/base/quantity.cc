// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.h"

#include <cstdlib>
#include <limits>

#include "base/text.h"

namespace ningyi {
namespace {

__extension__ using Wide = __int128;

// One unit is numerator / denominator base units.
struct Unit {
    std::string_view word;
    Dimension dimension;
    std::int64_t numerator;
    std::int64_t denominator = 1;
};

constexpr Unit units[] = {
    {"mm", Dimension::length, 1},        {"m", Dimension::length, 1000},
    {"km", Dimension::length, 1000000},  {"ms", Dimension::duration, 1},
    {"s", Dimension::duration, 1000},    {"min", Dimension::duration, 60000},
    {"h", Dimension::duration, 3600000}, {"d", Dimension::duration, 86400000},
    {"fen", Dimension::money, 1},        {"yuan", Dimension::money, 100},
    {"%", Dimension::ratio, 10000},      {"‰", Dimension::ratio, 1000},
    {"m/s", Dimension::speed, 1000},     {"km/h", Dimension::speed, 1000000, 3600},
};

std::string_view examples(Dimension dimension) {
    switch (dimension) {
        case Dimension::length: return "300m 1.5km 12mm";
        case Dimension::duration: return "90s 20min 24h 30d 500ms";
        case Dimension::money: return "45yuan 4500fen";
        case Dimension::ratio: return "80% 5‰";
        case Dimension::speed: return "162km/h 45m/s";
    }
    return "";
}

tl::unexpected<Faults> malformed(std::string_view text, std::string_view expected) {
    return failure({"", 0, 0, "E205", format("“{}”不是带单位的数量，应写成如 {}", text, expected),
                    format("\"{}\" is not a quantity with a unit, write it like {}", text, expected)});
}

}  // namespace

Result<Quantity> parse_quantity(std::string_view text) {
    constexpr std::string_view any = "300m 20min 45yuan 80% 45m/s";
    std::size_t at = 0;
    const bool is_negative = text.starts_with('-');
    if (is_negative) ++at;
    Wide digits = 0;
    Wide scale = 1;
    int count = 0;
    bool has_point = false;
    for (; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '.' && !has_point && count > 0) {
            has_point = true;
        } else if (letter >= '0' && letter <= '9') {
            digits = digits * 10 + (letter - '0');
            if (has_point) scale *= 10;
            if (++count > 15) return malformed(text, any);
        } else {
            break;
        }
    }
    if (count == 0 || text[at - 1] == '.') return malformed(text, any);
    const std::string_view word = text.substr(at);
    for (const Unit& unit : units) {
        if (unit.word != word) continue;
        const Wide whole = digits * unit.numerator;
        const Wide divisor = scale * unit.denominator;
        if (whole % divisor != 0) {
            return failure({"", 0, 0, "E205", format("“{}”比最小单位还细，不能精确表示", text),
                            format("\"{}\" is finer than the base unit and cannot be kept exactly", text)});
        }
        const Wide amount = whole / divisor;
        if (amount > std::numeric_limits<std::int64_t>::max()) return malformed(text, examples(unit.dimension));
        const auto kept = static_cast<std::int64_t>(amount);
        return Quantity{unit.dimension, is_negative ? -kept : kept};
    }
    return malformed(text, any);
}

Result<std::int64_t> parse_quantity(std::string_view text, Dimension dimension) {
    const Result<Quantity> quantity = parse_quantity(text);
    if (!quantity) {
        const bool is_too_fine = quantity.error().front().en.find("finer") != std::string::npos;
        if (is_too_fine) return failure(quantity.error());
        return malformed(text, examples(dimension));
    }
    if (quantity->dimension != dimension) return malformed(text, examples(dimension));
    return quantity->amount;
}

std::string to_text(Quantity quantity) {
    const std::int64_t amount = quantity.amount;
    // The units in which it is a whole number, largest first; only those in which people say it.
    const auto whole = [&](std::int64_t unit, std::string_view word) -> std::string {
        return amount % unit == 0 ? format("{}{}", amount / unit, word) : std::string();
    };
    const auto with_decimals = [&](std::int64_t unit, int decimals, std::string_view word) {
        const std::uint64_t size =
            amount < 0 ? 0 - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
        std::string tail = format("{:0{}}", size % static_cast<std::uint64_t>(unit), decimals);
        while (tail.ends_with('0')) tail.pop_back();
        return format("{}{}.{}{}", amount < 0 ? "-" : "", size / static_cast<std::uint64_t>(unit), tail, word);
    };
    switch (quantity.dimension) {
        case Dimension::length: {
            const std::string metres = whole(1000, "m");
            return metres.empty() ? format("{}mm", amount) : metres;
        }
        case Dimension::duration: {
            if (amount == 0) return "0s";
            struct Step {
                std::int64_t ms;
                std::string_view word;
            };
            for (const Step step : {Step{86400000, "d"}, Step{3600000, "h"}, Step{60000, "min"}, Step{1000, "s"}}) {
                const std::string said = whole(step.ms, step.word);
                if (!said.empty()) return said;
            }
            return format("{}ms", amount);
        }
        case Dimension::money: {
            const std::string yuan = whole(100, "yuan");
            return yuan.empty() ? format("{}fen", amount) : yuan;
        }
        case Dimension::ratio: {
            const std::string percent = whole(10000, "%");
            return percent.empty() ? with_decimals(10000, 4, "%") : percent;
        }
        case Dimension::speed: {
            const std::string metres = whole(1000, "m/s");
            return metres.empty() ? with_decimals(1000, 3, "m/s") : metres;
        }
    }
    return "";
}

}  // namespace ningyi
