// SPDX-License-Identifier: Apache-2.0
// simulate_district --orders N --seed S --out DIR [--days N] [--honest] [--without-fixes]: writes a simulated bundle.
#include <cstdio>
#include <string>
#include <string_view>

#include "base/text.h"
#include "simulate/district.h"

int main(int count, char** arguments) {
    ningyi::simulate::Options options;
    for (int n = 1; n < count; ++n) {
        const std::string_view name = arguments[n];
        if (name == "--honest") {
            options.honest_only = true;
        } else if (name == "--without-fixes") {
            options.without_fixes = true;
        } else if (n + 1 < count && name == "--out") {
            options.folder = arguments[++n];
        } else if (n + 1 < count && (name == "--orders" || name == "--seed" || name == "--days")) {
            const auto value = ningyi::to_integer(arguments[++n]);
            if (!value) {
                std::fprintf(stderr, "%s 应为整数 | %s must be an integer\n", arguments[n - 1], arguments[n - 1]);
                return 2;
            }
            if (name == "--orders") options.orders = *value;
            if (name == "--seed") options.seed = static_cast<std::uint64_t>(*value);
            if (name == "--days") options.days = *value > 0 && *value < 100'000 ? static_cast<int>(*value) : -1;
        } else {
            std::fprintf(stderr,
                         "用法 usage: %s --orders N --seed S --out DIR [--days N] [--honest] [--without-fixes]\n",
                         arguments[0]);
            return 2;
        }
    }
    try {
        const auto summary = ningyi::simulate::write_district(options);
        if (!summary) {
            for (const ningyi::Fault& fault : summary.error())
                std::fprintf(stderr, "%s\n", ningyi::to_text(fault).c_str());
            return 2;
        }
        std::printf("%s\n",
                    ningyi::format(
                        "工单 orders {}  护理员 caregivers {}  老人 elders {}  轨迹点 fixes {}  标注 labels {}  {} MB",
                        summary->orders, summary->caregivers, summary->elders, summary->fixes, summary->labels,
                        summary->bytes / 1'000'000)
                        .c_str());
        for (const auto& [scheme, orders] : summary->orders_of_scheme) {
            std::printf("%-16s %lld\n", scheme.c_str(), static_cast<long long>(orders));
        }
    } catch (const ningyi::MachineError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
    return 0;
}
