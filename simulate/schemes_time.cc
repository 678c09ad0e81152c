// SPDX-License-Identifier: Apache-2.0
// What is wrong, or odd, with the times of visits: even lengths, odd hours, late uploads, services repeated too soon, a
// grant burned at the end of a month, clocks. Each with an honest story that looks alike.
#include <map>

#include "simulate/planner.h"

namespace ningyi::simulate {

namespace {

constexpr std::size_t repeated_position = 36, retried_position = 10;
constexpr std::size_t even_position = 19, punctual_position = 5;
constexpr std::size_t night_position = 35, emergency_position = 14;
constexpr std::size_t late_position = 36;
constexpr std::size_t make_up_position = 10;
constexpr std::size_t set_back_position = 25, rebooted_position = 4, zone_position = 14, offline_position = 29;

constexpr int least_rush = 4;           // orders in the last three days of a month
constexpr std::size_t least_even = 10;  // orders of an item before one can be called even

Order* last_before(const std::vector<Order*>& orders, std::size_t n, std::size_t item) {
    while (n-- > 0) {
        if (orders[n]->item == item) return orders[n];
    }
    return nullptr;
}

}  // namespace

std::vector<Order*> Planner::ordinary_orders_of(std::size_t i) {
    std::vector<Order*> found;
    for (Order* order : orders_by(i)) {
        const bool is_ordinary = order->path.empty() && order->approach.empty() && order->rides_along.empty() &&
                                 order->has_track && order->has_place && order->has_check_out &&
                                 order->copy == Copy::none && !order->is_back_entry && order->device_of == i &&
                                 order->recording.silent.length() == 0 && order->signal != Signal::outage &&
                                 items()[order->item].mode == Mode::home;
        if (ordinary_item_of(*order) && is_ordinary) found.push_back(order);
    }
    return found;
}

bool Planner::ordinary_item_of(const Order& order) {
    return order.item != two_person_bath;
}

// Company once a week is what the catalogue asks for: nobody repeats it sooner, but one caregiver who does, and another
// whose first visit was refused.
void Planner::settle_intervals() {
    const auto gap = [](const Order& later, const Order& earlier) { return later.start.ms - earlier.end.ms; };
    const Millis least = items()[talk].least_gap_hours * hours_ms;
    for (std::size_t e = 0; e < block_.elders.size(); ++e) {
        const std::vector<Order*> orders = orders_of(e);
        for (std::size_t n = 0; n < orders.size(); ++n) {
            if (orders[n]->item != talk) continue;
            const Order* earlier = last_before(orders, n, talk);
            if (earlier == nullptr || gap(*orders[n], *earlier) >= least) continue;
            orders[n]->item = cleaning;  // as long, and by the hour
            price(*orders[n]);
        }
    }
    const auto repeat = [&](const Plot& plot, std::size_t first_elder, std::size_t elders) {
        if (!has(plot)) return;
        const Caregiver& caregiver = block_.caregivers[plot.position];
        for (std::size_t e = first_elder; e < first_elder + elders && e < caregiver.elders.size(); ++e) {
            const std::vector<Order*> orders = orders_of(caregiver.elders[e]);
            int talks = 0;
            for (std::size_t n = 0; n < orders.size(); ++n) {
                Order& order = *orders[n];
                const bool is_fit = order.caregiver == plot.position && order.item == cleaning && order.path.empty();
                const bool is_wanted = is_fit && (!plot.is_honest || talks < 3);
                const Order* earlier = last_before(orders, n, talk);
                const bool is_soon = earlier != nullptr && gap(order, *earlier) < least;
                if (order.item != talk && !is_wanted) continue;
                if (plot.is_honest && order.item == talk && is_soon) {
                    order.item = cleaning;
                    price(order);
                    continue;
                }
                order.item = talk;
                price(order);
                ++talks;
                if (plot.is_honest) order.callback = "partly";  // the elder sent the caregiver away
                if (!is_soon) continue;
                order.labels.push_back(plot.is_honest ? Label{"retried", "HC-TIM-11", "exempt"}
                                                      : Label{"repeated", "HC-TIM-11", "hit"});
            }
        }
    };
    repeat({false, repeated_position}, 1, 2);
    repeat({true, retried_position}, 0, 4);
}

// An app that checks out by itself after an hour, and a caregiver who is just punctual.
void Planner::settle_even_visits(Random& random) {
    const auto even_out = [&](const Plot& plot, Millis least, Millis most) {
        if (!has(plot)) return;
        std::size_t n = 0;
        for (Order* order : orders_by(plot.position)) {
            if (order->item != cleaning) continue;
            order->end = plus(order->start, 60 * minutes_ms + random.between(least, most) * seconds_ms);
            bill(*order);
            if (n++ < least_even) {
                if (!plot.is_honest) order->labels.push_back({"even", "*", "any"});
                continue;
            }
            order->labels.push_back(plot.is_honest ? Label{"punctual", "HC-TIM-07", "clear"}
                                                   : Label{"even", "HC-TIM-07", "hit"});
        }
    };
    even_out({false, even_position}, 0, 3);
    even_out({true, punctual_position}, -40, 40);
}

// The last order of the day takes place late at night: booked from the sofa, or a call for help.
void Planner::settle_odd_hours(Random& random) {
    const auto delay = [&](const Plot& plot, int every) {
        if (!has(plot)) return;
        const std::vector<Order*> orders = ordinary_orders_of(plot.position);
        const std::vector<Order*> all = orders_by(plot.position);
        int days = 0;
        for (Order* order : orders) {
            const bool is_last = std::none_of(all.begin(), all.end(), [&](const Order* other) {
                return date(other->start) == date(order->start) && other->start > order->start;
            });
            if (!is_last || days++ % every != 0) continue;
            const Instant night =
                plus(midnight(date(order->start)), 21 * hours_ms + random.between(20, 110) * minutes_ms);
            const Millis later = night.ms - order->start.ms;
            if (later <= 0) continue;
            order->start = plus(order->start, later);
            order->end = plus(order->end, later);
            order->planned_start = {night.ms / (5 * minutes_ms) * (5 * minutes_ms)};
            if (plot.is_honest) {
                order->callback = "served";
                order->labels.push_back({"emergency", "HC-TIM-06", "exempt"});
            } else {
                order->callback = {};
                order->labels.push_back({"odd_hour", "HC-TIM-06", "hit"});
            }
        }
    };
    delay({false, night_position}, 2);
    delay({true, emergency_position}, 6);
}

// A terminal kept offline until the record fits; and a home without a network, where two caregivers upload late.
void Planner::settle_late_uploads(Random& random) {
    const std::vector<Outage> outages = frame_.outages();
    if (has({false, late_position})) {
        std::size_t n = 0;
        for (Order* order : ordinary_orders_of(late_position)) {
            if (n++ % 6 != 4) continue;
            const bool is_excused = block_.elders[order->elder].is_rural &&
                                    std::any_of(outages.begin(), outages.end(), [&](const Outage& outage) {
                                        return outage.from < order->end && order->start < outage.to;
                                    });
            order->late_ms = random.between(26, 70) * hours_ms;
            order->labels.push_back({"late_upload", "HC-TIM-10", is_excused ? "exempt" : "hit"});
        }
    }
    if (!has({true, two_person_position + 1})) return;
    const Caregiver& first = block_.caregivers[two_person_position];
    if (first.elders.size() <= 2) return;
    std::map<std::size_t, std::vector<Order*>> by_caregiver;
    for (Order* order : orders_of(first.elders[2])) {
        if (order->item == two_person_bath || !order->rides_along.empty() || !order->has_track) continue;
        by_caregiver[order->caregiver].push_back(order);
    }
    if (by_caregiver.size() < 2) return;
    for (auto& [caregiver, orders] : by_caregiver) {
        for (Order* order : orders) {
            order->late_ms = random.between(26, 50) * hours_ms;
            order->labels.push_back({"no_network", "HC-TIM-10", "inconclusive"});
        }
    }
}

// Visits that a stay in hospital put off are made up for in the last days of the month.
void Planner::settle_make_up_visits() {
    if (!has({true, make_up_position}) || last_month_end() < 20) return;
    const Caregiver& caregiver = block_.caregivers[make_up_position];
    if (caregiver.elders.size() < 5) return;
    const std::size_t patient = caregiver.elders[4];
    const std::size_t stand_in = caregiver.elders[3];
    const int end = frame_.from.days + last_month_end();
    const Date in{end - 13};
    const Date out{end - 5};
    int visits = 0;
    for (Order* order : ordinary_orders_of(make_up_position)) {
        const int day = date(order->start).days;
        if (order->elder == patient && day > in.days && day < out.days && order->item != talk) order->elder = stand_in;
        if (day > end - 3 && day <= end && visits < 4 && order->item != talk) {
            order->elder = patient;
            ++visits;
        }
    }
    for (const Order* order : orders_of(patient)) {
        const Date day = date(order->start);
        if (day > in && day < out) return;  // one that cannot be moved: no story then
    }
    block_.elders[patient].stays.push_back({"hospital", plus(midnight(in), 9 * hours_ms),
                                            plus(midnight(out), 15 * hours_ms),
                                            plus(midnight(Date{out.days + 3}), 9 * hours_ms)});
    for (Order* order : orders_of(patient)) {
        if (date(order->start).days > end - 3 && date(order->start).days <= end)
            order->labels.push_back({"make_up", "HC-TIM-12", "clear"});
    }
}

// Of the orders burned at the end of a month those count that pass two fifths of the grant.
void Planner::settle_month_end() {
    const int end = frame_.from.days + last_month_end();
    for (std::size_t i = 0; i < count_; ++i) {
        if (role(i) != Role::month_end) continue;
        std::map<std::size_t, std::pair<int, int>> used;  // minutes and orders by elder
        for (Order* order : orders_by(i)) {
            const bool is_burnt = std::any_of(order->labels.begin(), order->labels.end(),
                                              [](const Label& label) { return label.scheme == "S5"; });
            if (!is_burnt) continue;
            const int day = date(order->start).days;
            auto& [minutes, orders] = used[order->elder];
            if (day > end - 3 && day <= end) {
                minutes += order->billed_minutes;
                ++orders;
            }
            if (orders >= least_rush && minutes * 5 > block_.elders[order->elder].minutes_per_month * 2) continue;
            std::erase_if(order->labels, [](const Label& label) { return label.rule == "HC-TIM-12"; });
            order->labels.push_back({"S5", "*", "any"});
        }
    }
}

// Two readings on one day of the week: at eight and at six in the evening.
void Planner::settle_clocks(Random& random) {
    for (std::size_t i = 0; i < count_; ++i) {
        Caregiver& caregiver = block_.caregivers[i];
        for (int day = static_cast<int>(i % 7); day < frame_.days; day += 7) {
            const Instant zero = midnight(Date{frame_.from.days + day});
            const Instant morning = plus(zero, 8 * hours_ms + random.between(0, 1200) * seconds_ms);
            const Instant evening = plus(zero, 18 * hours_ms + random.between(0, 1200) * seconds_ms);
            const Millis since = random.between(20, 200) * minutes_ms;
            const Millis drift = random.between(-20, 20) * seconds_ms;
            ClockReading first{plus(morning, drift), plus(morning, 2 * seconds_ms), morning, true, day, since};
            ClockReading second{
                plus(evening, drift),           plus(evening, 2 * seconds_ms), evening, day % 2 == 0, day,
                since + evening.ms - morning.ms};
            if (i == set_back_position && !frame_.honest_only) {
                // Set back after noon; the next morning it is right again.
                second.device_at = plus(evening, -137 * minutes_ms + drift);
                second.scheme = "set_back";
                second.expected = "hit";
            }
            if (i == rebooted_position) {
                second.boot = 1000 + day;
                second.running_ms = 3 * minutes_ms;
                second.device_at = plus(evening, -17 * minutes_ms);
                second.has_gps = true;
                second.scheme = "rebooted";
                second.expected = "inconclusive";
            }
            if (i == zone_position) {
                second.device_at = plus(evening, 60 * minutes_ms + drift);
                second.scheme = "zone_setting";
                second.expected = "inconclusive";
            }
            if (i == offline_position) {
                second.server_at = plus(evening, 9 * hours_ms);
                second.has_gps = false;
                second.scheme = "offline";
                second.expected = "clear";
            }
            caregiver.readings.push_back(first);
            caregiver.readings.push_back(second);
        }
    }
}

}  // namespace ningyi::simulate
