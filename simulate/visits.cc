// SPDX-License-Identifier: Apache-2.0
#include "simulate/planner.h"

namespace ningyi::simulate {

void Planner::place_plain(std::size_t i, Visit visit, std::size_t elder, std::size_t item, Free& free) {
    const bool is_first = free.orders == 0;
    bool is_borrowed = false;
    if (role(i) == Role::borrower && is_first) {  // an elder of the lender, with the lender's way to that door
        for (const Order& order : block_.orders) {
            const bool is_fit = order.caregiver == lender_position && !order.approach.empty() && order.path.empty() &&
                                order.start.ms < free.at.ms - 12 * hours_ms && random_.chance(0.5);
            if (!is_fit) continue;
            elder = order.elder;
            is_borrowed = true;
        }
    }
    const Point home = block_.elders[elder].home;
    if (item == escort && distance_m(home, hospital_near(home)) > 4500) item = care;
    Order& order = add_order(i, elder, item, arrival(free, home));
    free = {order.end, home, free.orders + 1};
    if (visit == Visit::long_day) {
        order.labels.push_back({"long_day", "*", "any"});
        return;
    }
    if (is_borrowed) {
        const std::array<Copy, 2> ways = {Copy::exact, Copy::noisy};
        if (copy_commute(lender_position, order, ways[order.serial % 2])) {
            order.labels.push_back({"replay_other", "HC-LOC-12", "hit"});
            free.at = order.end;
            return;
        }
    }
    apply_role(i, order, free);
    const bool is_plain_visit = order.path.empty() && order.has_track && items()[order.item].mode == Mode::home;
    if (!is_first || !commutes(i) || !is_plain_visit) return;
    const auto day = static_cast<int>((order.start.ms - midnight(frame_.from).ms) / days_ms);
    if (role(i) == Role::replayer && day >= frame_.days / 2) {
        constexpr std::array<Copy, 5> ways = {Copy::exact, Copy::noisy, Copy::thinned, Copy::reversed, Copy::wandering};
        if (copy_commute(i, order, ways[copies_ % 5])) {
            ++copies_;
            order.labels.clear();
            order.labels.push_back({"replay", "HC-LOC-12", "hit"});
            // A way that runs backwards goes on after the check-out.
            free.at = plus(order.end, order.copy == Copy::reversed ? 12 * minutes_ms : 0);
            return;
        }
    }
    commute(order, order.signal == Signal::fake_route ? Manner::even : Manner::natural);
}

void Planner::place_couple(std::size_t i, const Slot& slot, Free& free) {
    const Caregiver& caregiver = block_.caregivers[i];
    const std::size_t first = caregiver.elders[0];
    const std::size_t second = caregiver.elders[1];
    const Point home = block_.elders[first].home;
    Order& order = add_order(i, first, slot.item, arrival(free, home));
    const std::size_t leader = order.serial;
    order.labels.push_back({"S10", "HC-TIM-03", "clear"});
    order.labels.push_back({"S10", "HC-LOC-10", "clear"});
    Order& other = add_order(i, second, slot.item, plus(order.start, random_.between(60, 280) * seconds_ms));
    other.has_track = false;
    other.labels.push_back({"S10", "HC-TIM-03", "exempt"});
    other.labels.push_back({"S10", "HC-LOC-10", "clear"});
    Order& again = block_.orders[leader];
    again.rides_along.push_back(other.serial);
    other.late_ms = again.late_ms;
    free = {std::max(again.end, other.end), home, free.orders + 2};
}

void Planner::place_batch(std::size_t i, Free& free) {
    const Caregiver& caregiver = block_.caregivers[i];
    const Point stairwell = block_.elders[caregiver.elders[0]].home;
    Instant start = arrival(free, stairwell);
    std::size_t leader = 0;
    Instant last = start;
    for (std::size_t e = 0; e < 4; ++e) {
        Order& order = add_order(i, caregiver.elders[e], cleaning, start);
        order.late_ms = 0;
        if (e == 0) {
            leader = order.serial;
            order.labels.push_back({"S7", "HC-LOC-10", "clear"});
            order.labels.push_back({"S7", "HC-LOC-01", "clear"});
        } else {
            order.has_track = false;
            order.labels.push_back({"S7", "HC-LOC-10", "hit"});
            order.labels.push_back({"S7", "HC-LOC-01", "hit"});
            order.labels.push_back({"S7", "HC-LOC-08", "hit"});
            order.labels.push_back({"S7", "HC-TIM-03", "hit"});
            order.labels.push_back({"S7", "HC-LOC-18", "hit"});
            block_.orders[leader].rides_along.push_back(order.serial);
        }
        last = std::max(last, order.end);
        start = plus(start, random_.between(170, 250) * seconds_ms);
    }
    free = {last, block_.elders[caregiver.elders[3]].home, free.orders + 4};
}

void Planner::place_overlap(std::size_t i, const Slot& slot, Free& free) {
    const Caregiver& caregiver = block_.caregivers[i];
    place_plain(i, Visit::plain, caregiver.elders[slot.elder], slot.item, free);
    const Order first = block_.orders.back();
    const std::size_t elder = caregiver.elders[(slot.elder + 1) % 5];
    Order& second = add_order(i, elder, cleaning, plus(first.start, random_.between(20, 50) * minutes_ms));
    second.has_track = false;
    second.has_place = false;
    second.is_back_entry = true;
    second.late_ms = random_.between(3, 20) * hours_ms;
    second.labels.push_back({"overlap", "HC-TIM-03", "hit"});
    second.labels.push_back({"overlap", "HC-LOC-18", "hit"});
    free = {std::max(first.end, second.end), block_.elders[elder].home, free.orders + 1};
}

void Planner::place_far(std::size_t i, const Slot& slot, Free& free) {
    const Caregiver& caregiver = block_.caregivers[i];
    place_plain(i, Visit::plain, caregiver.elders[slot.elder], care, free);
    Order& first = block_.orders.back();
    const Point here = block_.elders[first.elder].home;
    const std::size_t elder = caregiver.elders[0];
    const Point there = block_.elders[elder].home;
    const Instant start = plus(first.end, random_.between(60, 90) * seconds_ms);
    const auto ride = static_cast<Millis>(distance_m(here, there) / hurried_mps / (0.9 + 0.2 * random_.unit()) * 1000);
    first.signal = Signal::plain;
    travel(first.path, {plus(start, -ride - minutes_ms), here}, {plus(start, -minutes_ms), there});
    first.labels.push_back({"far_next", "HC-LOC-02", "hit"});
    Order& second = add_order(i, elder, cleaning, start);
    second.path = {{start, there}};
    second.labels.push_back({"far_next", "HC-LOC-14", "hit"});
    free = {second.end, there, free.orders + 1};
}

void Planner::place_long_overlap(std::size_t i, const Slot& slot, Instant zero, std::size_t n) {
    const Caregiver& caregiver = block_.caregivers[i];
    const Instant start = plus(zero, 5 * hours_ms + static_cast<Millis>(n) * 80 * minutes_ms);
    Order& order = add_order(i, caregiver.elders[slot.elder], care, start);
    order.end = plus(start, 121 * minutes_ms);
    bill(order);
    if (n % 2 == 1) {
        order.has_track = false;
        order.has_place = false;
        order.is_back_entry = true;
    }
    order.labels.push_back({"long_day", "*", "any"});
    if (n > 0) order.labels.push_back({"long_day", "HC-TIM-03", "hit"});
}

}  // namespace ningyi::simulate
