// SPDX-License-Identifier: Apache-2.0
#include "simulate/planner.h"

#include <map>
#include <utility>

namespace ningyi::simulate {

void Planner::settle() {
    for (Order& order : block_.orders) {
        order.start.ms = order.start.ms / seconds_ms * seconds_ms;
        order.end.ms = order.end.ms / seconds_ms * seconds_ms;
    }
    for (std::size_t i = 0; i < count_; ++i) settle_role(i);
    sort_orders();
    // A stream of its own, so that nothing planned before depends on it.
    Random times(mixed(frame_.seed ^ 0x74696D65ULL, static_cast<std::uint64_t>(first_)));
    settle_intervals();
    settle_even_visits(times);
    settle_odd_hours(times);
    settle_late_uploads(times);
    settle_make_up_visits();
    split_visits();
    settle_wrong_sources();
    settle_grants();
    settle_month_end();
    settle_clocks(times);
    settle_residences();
    settle_grant_days();
    settle_other_programmes(times);
    settle_presences(times);
    settle_leaves();
    settle_registered_persons();
    settle_families();
    settle_long_days();
    settle_copies();
    settle_hours_cap();
    settle_swaps();
    settle_commutes();

    Random papers(mixed(frame_.seed ^ 0x7061706572ULL, static_cast<std::uint64_t>(first_)));
    settle_photos(papers);
    settle_signatures();
    settle_telephones();
    settle_ratings(papers);
    settle_plans();
    settle_second_fund();
    settle_edits(papers);
    settle_allowances();
    settle_dispatch();
    settle_closed_pairs();
    settle_relations();
}

std::vector<Order*> Planner::orders_of(std::size_t elder) {
    std::vector<Order*> found;
    for (Order& order : block_.orders) {
        if (order.elder == elder) found.push_back(&order);
    }
    std::stable_sort(found.begin(), found.end(), [](const Order* a, const Order* b) { return a->start < b->start; });
    return found;
}

void Planner::settle_role(std::size_t i) {
    const Caregiver& caregiver = block_.caregivers[i];
    if (role(i) == Role::late_death) {
        Elder& elder = block_.elders[caregiver.elders[0]];
        elder.is_dead = true;
        const std::vector<Order*> orders = orders_of(caregiver.elders[0]);
        int died = frame_.from.days + 2;
        while (
            std::any_of(orders.begin(), orders.end(), [died](const Order* o) { return date(o->start).days == died; }))
            ++died;
        elder.died_on = Date{died};
        elder.death_recorded_at = plus(midnight(Date{died + 20}), 10 * hours_ms + random_.between(0, 300) * minutes_ms);
        for (Order* order : orders) {
            order->labels.push_back({"S8", "HC-IDN-01", date(order->start).days > died ? "hit" : "clear"});
        }
    }
    if (role(i) == Role::inpatient) {
        for (std::size_t e = 0; e < 3 && e < caregiver.elders.size(); ++e) {
            Elder& elder = block_.elders[caregiver.elders[e]];
            const Date in{frame_.from.days + frame_.days / 5 + static_cast<int>(e) * 2};
            const Date out{in.days + 9};
            elder.stays.push_back({"hospital", plus(midnight(in), 9 * hours_ms), plus(midnight(out), 15 * hours_ms),
                                   plus(midnight(Date{out.days + 3}), 9 * hours_ms)});
            for (Order* order : orders_of(caregiver.elders[e])) {
                const Date day = date(order->start);
                if (day > in && day < out) order->labels.push_back({"inpatient", "HC-IDN-02", "hit"});
                if (day == in || day == out) order->labels.push_back({"inpatient", "HC-IDN-02", "clear"});
            }
        }
    }
    // Day surgery: in at eight, home at four, a visit on the same day.
    if (role(i) == Role::plain && i % 3 == 2 && caregiver.elders.size() > 4) {
        const std::vector<Order*> orders = orders_of(caregiver.elders[4]);
        if (orders.size() < 3) return;
        Order* visited = orders[orders.size() / 2];
        const Date day = date(visited->start);
        block_.elders[caregiver.elders[4]].stays.push_back({"hospital", plus(midnight(day), 8 * hours_ms),
                                                            plus(midnight(day), 16 * hours_ms),
                                                            plus(midnight(Date{day.days + 2}), 9 * hours_ms)});
        visited->labels.push_back({"S9", "HC-IDN-02", "clear"});
    }
    if (role(i) == Role::wrong_price && caregiver.elders.size() > 1) {
        Elder& elder = block_.elders[caregiver.elders[1]];
        elder.assessment_until = Date{frame_.from.days - 45};  // past any grace for a renewal
        elder.assessed_on = Date{elder.assessment_until.days - 365};
        for (Order* order : orders_of(caregiver.elders[1])) {
            order->labels.push_back({"old_assessment", "HC-IDN-04", "hit"});
        }
    }
}

void Planner::settle_wrong_sources() {
    for (Order& order : block_.orders) {
        const Elder& elder = block_.elders[order.elder];
        if (block_.caregivers[order.caregiver].agency == wrong_datum_agency) {
            for (const std::string_view rule : {"HC-LOC-01", "HC-LOC-02", "HC-LOC-07", "HC-LOC-08"}) {
                order.labels.push_back({"S11", rule, "clear"});
            }
        }
        if (!elder.labels.empty() && elder.labels[0].scheme == "wrong_point") {
            for (const std::string_view rule : {"HC-LOC-01", "HC-LOC-02", "HC-LOC-07", "HC-LOC-08"}) {
                order.labels.push_back({"wrong_point", rule, "clear"});
            }
        }
    }
}

void Planner::settle_grants() {
    std::vector<std::map<int, int>> minutes(block_.elders.size());
    const auto month = [](const Order& order) {
        const Calendar calendar = calendar_of(date(order.start));
        return calendar.year * 12 + calendar.month;
    };
    for (const Order& order : block_.orders) minutes[order.elder][month(order)] += order.billed_minutes;
    std::vector<bool> runs_over(block_.elders.size(), false);
    for (std::size_t i = 0; i < count_; ++i) {
        if (role(i) != Role::over_grant) continue;
        for (std::size_t e = 0; e < 3 && e < block_.caregivers[i].elders.size(); ++e) {
            runs_over[block_.caregivers[i].elders[e]] = true;
        }
    }
    for (std::size_t e = 0; e < block_.elders.size(); ++e) {
        int most = 0;
        for (const auto& [of_month, sum] : minutes[e]) most = std::max(most, sum);
        const int room = runs_over[e] ? most * 6 / 10 : most * 13 / 10 + 60;
        block_.elders[e].minutes_per_month = std::max(60, (room + 29) / 30 * 30);
    }
    for (std::size_t e = 0; e < block_.elders.size(); ++e) {
        if (!runs_over[e]) continue;
        std::map<int, int> used;
        for (Order* order : orders_of(e)) {
            int& sum = used[month(*order)];
            sum += order->billed_minutes;
            if (sum > block_.elders[e].minutes_per_month) order->labels.push_back({"over_grant", "HC-PAY-01", "hit"});
        }
    }
}

void Planner::settle_long_days() {
    std::map<std::pair<std::size_t, int>, Millis> served;
    for (Order& order : block_.orders) {  // by caregiver and start
        if (role(order.caregiver) != Role::long_day) continue;
        Millis& sum = served[{order.caregiver, date(order.start).days}];
        sum += order.end.ms - order.start.ms;
        if (sum > 12 * hours_ms) order.labels.push_back({"long_day", "HC-TIM-05", "hit"});
    }
}

// What the lead of a hung group was already paid for in the month, and what is hung on others after that.
void Planner::settle_hours_cap() {
    if (count_ <= hung_lead_position + 3 || frame_.honest_only) return;
    const auto month = [](const Order& order) {
        const Calendar calendar = calendar_of(date(order.start));
        return calendar.year * 12 + calendar.month;
    };
    for (Order& order : block_.orders) {
        const bool is_hung = order.caregiver != hung_lead_position && order.device_of == hung_lead_position;
        const bool is_pocketed = order.caregiver == hung_lead_position && order.item == two_person_bath;
        if (!is_hung && !is_pocketed) continue;
        Millis served = 0;
        for (const Order& earlier : block_.orders) {
            if (earlier.caregiver != hung_lead_position || month(earlier) != month(order)) continue;
            if (earlier.start < order.start) served += earlier.end.ms - earlier.start.ms;
        }
        if (served >= near_cap_minutes * minutes_ms) order.labels.push_back({"S3", "HC-IDN-11", "hit"});
    }
}

// A way that runs backwards goes on after the check-out: only where nothing else follows at once.
void Planner::settle_copies() {
    for (std::size_t n = 0; n < block_.orders.size(); ++n) {
        Order& order = block_.orders[n];
        if (order.copy != Copy::reversed) continue;
        const bool has_room = n + 1 == block_.orders.size() || block_.orders[n + 1].caregiver != order.caregiver ||
                              block_.orders[n + 1].start.ms - order.end.ms > 18 * minutes_ms;
        if (has_room) continue;
        order.copy = Copy::noisy;
        std::swap(order.recording.lead_ms, order.recording.tail_ms);
    }
}

// Two visits of a day change places by telephone; the plan is not told.
void Planner::settle_swaps() {
    for (const std::size_t i : {lender_position, std::size_t{29}}) {
        int days = 0;
        for (std::size_t n = 0; n + 1 < block_.orders.size(); ++n) {
            Order& one = block_.orders[n];
            Order& two = block_.orders[n + 1];
            const auto is_fit = [i](const Order& order) {
                return order.caregiver == i && order.path.empty() && order.has_track && order.rides_along.empty() &&
                       items()[order.item].mode == Mode::home && order.signal != Signal::basement &&
                       order.recording.silent.length() == 0;
            };
            if (!is_fit(one) || !is_fit(two) || date(one.start) != date(two.start) || days++ % 4 != 0) continue;
            if (one.planned_start.ms + one.planned_minutes * minutes_ms > two.start.ms) continue;
            std::swap(one.planned_start, two.planned_start);
            if (one.planned_start < one.end || two.planned_start.ms + two.planned_minutes * minutes_ms > two.start.ms) {
                std::swap(one.planned_start, two.planned_start);  // some of it would still be as planned
                continue;
            }
            one.labels.push_back({"swapped", "HC-LOC-18", "clear"});
            two.labels.push_back({"swapped", "HC-LOC-18", "clear"});
        }
    }
}

// Ways that are ridden every few days are no copies of each other; those that a program draws are.
void Planner::settle_commutes() {
    for (Order& order : block_.orders) {
        if (order.approach.empty() || order.copy != Copy::none) continue;
        if (order.signal == Signal::fake_route) {
            const bool was_drawn_before =
                std::any_of(block_.orders.begin(), block_.orders.end(), [&](const Order& earlier) {
                    return earlier.caregiver == order.caregiver && earlier.elder == order.elder &&
                           earlier.signal == Signal::fake_route && earlier.start < order.start &&
                           order.start.ms - earlier.start.ms < 29 * days_ms;
                });
            if (was_drawn_before) order.labels.push_back({"S2", "HC-LOC-12", "hit"});
        } else if (commutes(order.caregiver)) {
            order.labels.push_back({"commute", "HC-LOC-12", "clear"});
        }
    }
}

void Planner::sort_orders() {
    std::stable_sort(block_.orders.begin(), block_.orders.end(), [](const Order& a, const Order& b) {
        return a.caregiver != b.caregiver ? a.caregiver < b.caregiver : a.start < b.start;
    });
}

}  // namespace ningyi::simulate
