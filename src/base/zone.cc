// SPDX-License-Identifier: Apache-2.0
#include "base/zone.h"

#include <algorithm>

#include <date/tz.h>

#include "base/check.h"
#include "base/text.h"

namespace ningyi {

Zone::Zone(std::string name, std::vector<Step> steps) : name_(std::move(name)), steps_(std::move(steps)) {
    CHECK(!steps_.empty());
}

Zone Zone::china() {
    return Zone("Asia/Shanghai", {{Instant{0}, 480}});
}

Result<Zone> Zone::by_name(std::string_view name) {
    if (name == "Asia/Shanghai") return china();
    const date::time_zone* zone = nullptr;
    try {
        zone = date::locate_zone(std::string(name));
    } catch (const std::exception&) {
        return failure({.code = "E520",
                        .zh = format("没有名为 {} 的时区，例：Asia/Shanghai", name),
                        .en = format("no time zone is called {}, example: Asia/Shanghai", name)});
    }
    std::vector<Step> steps;
    constexpr Millis last = 4102444800000;  // 2100-01-01
    Millis at = 0;
    while (at < last) {
        const auto info = zone->get_info(date::sys_seconds{std::chrono::seconds{at / 1000}});
        steps.push_back({Instant{at}, static_cast<int>(info.offset.count() / 60)});
        at = std::chrono::duration_cast<std::chrono::milliseconds>(info.end.time_since_epoch()).count();
        if (at <= steps.back().from.ms) break;
    }
    return Zone(std::string(name), std::move(steps));
}

int Zone::offset_minutes(Instant instant) const {
    const auto after = std::upper_bound(steps_.begin(), steps_.end(), instant,
                                        [](Instant at, const Step& step) { return at < step.from; });
    return after == steps_.begin() ? steps_.front().offset_minutes : std::prev(after)->offset_minutes;
}

Date Zone::date(Instant instant) const {
    const Millis local = instant.ms + offset_minutes(instant) * minutes_ms;
    const Millis day = local >= 0 ? local / days_ms : -((-local + days_ms - 1) / days_ms);
    return Date{static_cast<std::int32_t>(day)};
}

Millis Zone::time_of_day(Instant instant) const {
    const Millis local = instant.ms + offset_minutes(instant) * minutes_ms;
    const Millis rest = local % days_ms;
    return rest < 0 ? rest + days_ms : rest;
}

Instant Zone::midnight(Date date) const {
    const Millis local = date.days * days_ms;
    const Instant guess{local - offset_minutes(Instant{local}) * minutes_ms};
    return Instant{local - offset_minutes(guess) * minutes_ms};
}

}  // namespace ningyi
