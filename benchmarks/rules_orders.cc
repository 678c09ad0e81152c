// SPDX-License-Identifier: Apache-2.0
#include "rules_orders.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "base/text.h"

namespace bench {
namespace {

using ningyi::Random;
using ningyi::cel::Column;
using ningyi::cel::Kind;

constexpr std::int64_t minute = 60000;
constexpr std::int64_t first_day = 20454;  // 2026-01-01

Column column_of(Kind kind, std::size_t rows) {
    Column column;
    column.resize(kind, rows);
    std::fill(column.known.begin(), column.known.end(), std::uint8_t{1});
    return column;
}

void write(const std::string& path, const void* data, std::size_t bytes) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(data, 1, bytes, file) != bytes || std::fclose(file) != 0) std::abort();
}

}  // namespace

const Column& Orders::column(const std::string& name) const {
    return columns[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
}

Orders invented_orders(std::size_t rows) {
    Orders orders;
    orders.rows = rows;
    const auto words = [&](const char* name, const std::vector<std::string>& of, std::uint64_t seed, bool skewed) {
        std::vector<std::uint32_t> codes;
        for (const std::string& word : of) codes.push_back(orders.words.code(word));
        Column column = column_of(Kind::string, rows);
        Random random(seed);
        for (std::uint32_t& code : column.codes) {
            const std::size_t draw = random.below(codes.size());
            code = codes[skewed && random.chance(0.7) ? 0 : draw];
        }
        orders.names.emplace_back(name);
        orders.columns.push_back(std::move(column));
    };
    const auto numbers = [&](const char* name, Kind kind, auto value) {
        Column column = column_of(kind, rows);
        for (std::size_t row = 0; row < rows; ++row) column.numbers[row] = value(row);
        orders.names.emplace_back(name);
        orders.columns.push_back(std::move(column));
    };
    const auto truths = [&](const char* name, double share, std::uint64_t seed) {
        Column column = column_of(Kind::boolean, rows);
        Random random(seed);
        for (std::uint8_t& truth : column.truths) truth = random.chance(share) ? 1 : 0;
        orders.names.emplace_back(name);
        orders.columns.push_back(std::move(column));
    };
    const auto named = [](const char* letter, std::size_t count) {
        std::vector<std::string> made;
        for (std::size_t i = 0; i < count; ++i) made.push_back(ningyi::format("{}{:05}", letter, i));
        return made;
    };
    words("status", {"completed", "planned", "cancelled", "started"}, 1, true);
    words("mode", {"home", "site", "remote"}, 2, true);
    words("service",
          {"care_bath", "care_meal", "care_clean", "care_night", "visit", "talk", "hair", "shop", "repair", "medicine",
           "walk", "care_feet"},
          3, false);
    words("area", named("a", 6), 4, false);
    words("agency", named("g", 40), 5, false);
    words("caregiver", named("p", 5000), 6, false);
    words("guardian", named("p", 5000), 7, false);
    Random random(8);
    numbers("day", Kind::date, [&](std::size_t) { return first_day + random.between(0, 364); });
    const Column day = orders.columns.back();
    numbers("started", Kind::timestamp,
            [&](std::size_t row) { return day.numbers[row] * 1440 * minute + random.between(-150, 900) * minute; });
    const Column started = orders.columns.back();
    numbers("billed", Kind::duration, [&](std::size_t) { return random.between(3, 18) * 10 * minute; });
    const Column billed = orders.columns.back();
    numbers("ended", Kind::timestamp, [&](std::size_t row) {
        return started.numbers[row] + billed.numbers[row] + random.between(-40, 40) * minute;
    });
    numbers("checkin", Kind::timestamp, [&](std::size_t row) {
        return started.numbers[row] + random.between(-200, 200) * (random.chance(0.05) ? 60 : 6) * 1000;
    });
    const Column checkin = orders.columns.back();
    numbers("checkout", Kind::timestamp, [&](std::size_t row) {
        return checkin.numbers[row] + billed.numbers[row] +
               random.between(-2, 2) * (random.chance(0.05) ? 45 : 5) * minute;
    });
    numbers("tracked", Kind::duration, [&](std::size_t row) {
        return billed.numbers[row] * random.between(random.chance(0.04) ? 20 : 70, 110) / 100;
    });
    numbers("checkin_dist", Kind::length,
            [&](std::size_t) { return random.between(0, random.chance(0.06) ? 4000000 : 250000); });
    numbers("checkout_dist", Kind::length,
            [&](std::size_t) { return random.between(0, random.chance(0.06) ? 4000000 : 250000); });
    numbers("accuracy", Kind::length,
            [&](std::size_t) { return random.between(3000, random.chance(0.1) ? 400000 : 60000); });
    numbers("pay", Kind::money, [&](std::size_t) { return random.between(2000, 26000); });
    numbers("speed", Kind::speed, [&](std::size_t) { return random.between(0, random.chance(0.02) ? 60000 : 20000); });
    numbers("fixes", Kind::integer, [&](std::size_t) { return random.between(random.chance(0.03) ? 0 : 40, 900); });
    numbers("gap", Kind::duration,
            [&](std::size_t) { return random.between(0, random.chance(0.03) ? 80 : 20) * minute; });
    truths("is_paid", 0.6, 9);
    truths("has_photo", 0.9, 10);
    return orders;
}

void write_orders(const Orders& orders, const std::string& folder) {
    std::string json = "[";
    for (std::size_t code = 0; code < orders.words.size(); ++code)
        json += (code == 0 ? "\"" : ",\"") + orders.words.text(static_cast<std::uint32_t>(code)) + "\"";
    json += "]";
    write(folder + "/words.json", json.data(), json.size());
    for (std::size_t i = 0; i < orders.names.size(); ++i) {
        const Column& column = orders.columns[i];
        const std::string path = folder + "/" + orders.names[i];
        if (!column.codes.empty()) write(path + ".u32", column.codes.data(), column.codes.size() * 4);
        if (!column.numbers.empty()) write(path + ".i64", column.numbers.data(), column.numbers.size() * 8);
        if (!column.truths.empty()) write(path + ".u8", column.truths.data(), column.truths.size());
    }
    std::string text = "n";
    for (const std::string& name : orders.names) text += "," + name;
    text += "\n";
    std::FILE* file = std::fopen((folder + "/orders.csv").c_str(), "wb");
    if (file == nullptr) std::abort();
    for (std::size_t row = 0; row < orders.rows; ++row) {
        text += std::to_string(row);
        for (const Column& column : orders.columns) {
            text += ',';
            text += !column.codes.empty()     ? orders.words.text(column.codes[row])
                    : !column.numbers.empty() ? std::to_string(column.numbers[row])
                                              : std::to_string(column.truths[row]);
        }
        text += '\n';
        if (text.size() < 1000000 && row + 1 < orders.rows) continue;
        if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) std::abort();
        text.clear();
    }
    if (std::fclose(file) != 0) std::abort();
}

}  // namespace bench
