// SPDX-License-Identifier: Apache-2.0
#include "simulate/plan.h"

#include <algorithm>
#include <cmath>

#include "simulate/planner.h"

namespace ningyi::simulate {

double distance_m(Point a, Point b) {
    const double east = a.east - b.east;
    const double north = a.north - b.north;
    return std::sqrt(east * east + north * north);
}

const std::vector<Item>& items() {
    static const std::vector<Item> catalogue = {
        {"CLEAN60", "家务料理", "Housework", Mode::home, 60, 6000, true},
        {"MEAL45", "助餐", "Help with a meal", Mode::home, 45, 5400, true},
        {"NURSE30", "基础照护", "Basic nursing", Mode::home, 30, 4500, false},
        {"BATH90", "助浴", "Help with bathing", Mode::home, 90, 7200, true},
        {"CARE120", "生活照料", "Personal care", Mode::home, 120, 6000, true},
        {"TALK60", "精神慰藉", "Company", Mode::home, 60, 4800, true, 7 * 24},
        {"ERRAND60", "代办代购", "Errands", Mode::errand, 60, 5400, true},
        {"ESCORT120", "陪同就医", "Escort to hospital", Mode::escort, 120, 6000, true},
        {"BATH2-60", "双人助浴", "Bathing by two", Mode::home, 60, 7200, true},
    };
    return catalogue;
}

Instant midnight(Date date) {
    return {date.days * days_ms - 8 * hours_ms};
}

Instant Frame::as_of() const {
    return midnight(Date{from.days + std::max(days, 28) + 5});
}

std::vector<Outage> Frame::outages() const {
    std::vector<Outage> found;
    for (int day = 3; day < days; day += 5) {
        const Instant at{midnight(Date{from.days + day}).ms + (day % 2 == 0 ? 9 : 10) * hours_ms};
        found.push_back({at, {at.ms + 2 * hours_ms}});
    }
    return found;
}

std::vector<Frame::Statement> Frame::statements() const {
    std::vector<Statement> found;
    Date first{from.days - (calendar_of(from).day - 1)};
    while (first.days < from.days + days) {
        Date until{first.days + 28};
        while (calendar_of(until).day != 1) ++until.days;
        const Instant frozen{midnight(until).ms + days_ms + 10 * hours_ms};
        if (frozen.ms <= as_of().ms - 2 * days_ms) found.push_back({first, until, frozen});
        first = until;
    }
    return found;
}

Block plan_block(const Frame& frame, std::int64_t number) {
    return Planner(frame, number).plan();
}

}  // namespace ningyi::simulate
