// SPDX-License-Identifier: Apache-2.0
// load_limit FOLDER [queries]: the same columns by code written by hand for exactly this file, with no more checks than
// it needs to drop a broken row: the limit that load.cc is compared with. One line of JSON.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/time.h"
#include "district_table.h"

namespace {

using namespace ningyi;
using bench::absent;

struct Mapped {
    const char* at = nullptr;
    const char* end = nullptr;
};

Mapped map(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY);
    struct stat status{};
    if (file < 0 || ::fstat(file, &status) != 0) std::exit(2);
    const auto size = static_cast<std::size_t>(status.st_size);
    const char* const text =
        static_cast<const char*>(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0));
    ::close(file);
    const char* const first = static_cast<const char*>(std::memchr(text, '\n', size));
    return {first + 1, text + size};
}

// Reads one row from `at`; `right` becomes false when a character is not what this file has there.
struct Row {
    const char* at;
    bool right = true;

    std::string_view text() {
        const char* const from = at;
        while (*at != ',' && *at != '\n') ++at;
        const std::string_view found(from, static_cast<std::size_t>(at - from));
        next();
        return found;
    }
    void next() {
        if (*at == ',') {
            ++at;
        } else if (*at != '\n') {
            right = false;
        }
    }
    std::int64_t digits() {
        std::int64_t number = 0;
        unsigned digit = 0;
        while ((digit = static_cast<unsigned>(*at - '0')) < 10) number = number * 10 + digit, ++at;
        return number;
    }
    std::int64_t integer() {
        const std::int64_t number = digits();
        next();
        return number;
    }
    std::int64_t decimal(int decimals) {
        std::int64_t number = digits();
        int left = decimals;
        if (*at == '.') {
            unsigned digit = 0;
            for (++at; (digit = static_cast<unsigned>(*at - '0')) < 10; ++at) {
                if (left > 0) number = number * 10 + digit, --left;
            }
        }
        for (; left > 0; --left) number *= 10;
        next();
        return number;
    }
    bool is_empty() const { return *at == ',' || *at == '\n'; }
};

void load_fixes(const std::string& folder, bench::District& district) {
    Mapped file = map(folder + "/fixes.csv");
    bench::Fixes& fixes = district.fixes;
    const std::size_t room = static_cast<std::size_t>(file.end - file.at) / 60;
    for (auto* column : {&fixes.at_ms, &fixes.recorded_ms}) column->resize(room);
    for (auto* column : {&fixes.lat_e7, &fixes.lon_e7, &fixes.accuracy_mm, &fixes.speed_mm_s}) column->resize(room);
    for (auto* column : {&fixes.device, &fixes.caregiver, &fixes.order}) column->resize(room);
    for (auto* column : {&fixes.level, &fixes.provider, &fixes.mock}) column->resize(room);
    std::size_t i = 0;
    Row row{file.at};
    while (row.at < file.end) {
        row.right = true;
        fixes.device[i] = district.devices.number(row.text());
        fixes.caregiver[i] = district.caregivers.number(row.text());
        fixes.order[i] = district.orders.number(row.text());
        fixes.at_ms[i] = row.integer();
        fixes.lat_e7[i] = static_cast<std::int32_t>(row.decimal(7));
        fixes.lon_e7[i] = static_cast<std::int32_t>(row.decimal(7));
        fixes.accuracy_mm[i] = row.is_empty() ? absent : 0;
        if (fixes.accuracy_mm[i] == absent) {
            row.next();
        } else {
            fixes.accuracy_mm[i] = static_cast<std::int32_t>(row.decimal(3));
        }
        const std::string_view level = row.text();
        fixes.level[i] = level.size() == 3 ? static_cast<std::uint8_t>(level[1]) : 0;
        const std::string_view provider = row.text();
        fixes.provider[i] = provider.empty() ? 0 : static_cast<std::uint8_t>(provider[0]);
        const std::string_view mock = row.text();
        fixes.mock[i] = mock.empty() ? 0 : static_cast<std::uint8_t>(mock[0]);
        fixes.speed_mm_s[i] = row.is_empty() ? absent : 0;
        if (fixes.speed_mm_s[i] == absent) {
            row.next();
        } else {
            fixes.speed_mm_s[i] = static_cast<std::int32_t>(row.decimal(3));
        }
        fixes.recorded_ms[i] = row.integer();
        if (row.right && *row.at == '\n' && row.at[-1] != '\n' && fixes.lat_e7[i] <= 900'000'000 &&
            fixes.at_ms[i] > 0) {
            ++i;
            ++row.at;
        } else {
            ++fixes.rejected;
            while (*row.at != '\n') ++row.at;
            ++row.at;
        }
    }
    for (auto* column : {&fixes.at_ms, &fixes.recorded_ms}) column->resize(i);
    for (auto* column : {&fixes.lat_e7, &fixes.lon_e7, &fixes.accuracy_mm, &fixes.speed_mm_s}) column->resize(i);
    for (auto* column : {&fixes.device, &fixes.caregiver, &fixes.order}) column->resize(i);
    for (auto* column : {&fixes.level, &fixes.provider, &fixes.mock}) column->resize(i);
}

void load_orders(const std::string& folder, bench::District& district) {
    Mapped file = map(folder + "/orders.csv");
    for (Row row{file.at}; row.at < file.end; ++row.at) {
        std::string_view cells[18];
        for (std::string_view& cell : cells) cell = row.text();
        district.rows.order.push_back(district.orders.number(cells[0]));
        district.rows.caregiver.push_back(district.caregivers.number(cells[2]));
        district.rows.elder.push_back(district.elders.number(cells[3]));
        district.rows.start_ms.push_back(parse_instant(cells[8])->ms);
        district.rows.end_ms.push_back(parse_instant(cells[9])->ms);
        district.rows.billed_ms.push_back(cells[10].empty() ? 0
                                                            : std::atoll(std::string(cells[10]).c_str()) * minutes_ms);
        while (*row.at != '\n') ++row.at;
    }
    file = map(folder + "/elders.csv");
    for (Row row{file.at}; row.at < file.end; ++row.at) {
        const std::string_view elder = row.text();
        for (int i = 0; i < 4; ++i) row.text();
        if (!row.is_empty()) {
            district.homes.elder.push_back(district.elders.number(elder));
            district.homes.lat_e7.push_back(static_cast<std::int32_t>(row.decimal(7)));
            district.homes.lon_e7.push_back(static_cast<std::int32_t>(row.decimal(7)));
        }
        while (*row.at != '\n') ++row.at;
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [queries]\n", arguments[0]);
        return 2;
    }
    const std::string folder = arguments[1];
    const double start = bench::processor_seconds();
    bench::District district;
    load_fixes(folder, district);
    const double loaded = bench::processor_seconds();
    bench::Answers answers;
    bench::Seconds seconds;
    if (count > 2 && std::strcmp(arguments[2], "queries") == 0) {
        load_orders(folder, district);
        seconds = bench::queries(district, answers);
    }
    const double end = bench::processor_seconds();
    bench::sums_of_loading(district.fixes, answers);
    bench::print("limit", loaded - start, end - start, seconds, answers);
    return 0;
}
