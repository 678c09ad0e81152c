// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "simulate/planner.h"

namespace ningyi::simulate {

void Planner::reserve_shared_orders() {
    if (count_ > two_person_position + 1) {
        joint_ = std::min(quota_[two_person_position], quota_[two_person_position + 1]) / 6;
        quota_[two_person_position] -= joint_;
        quota_[two_person_position + 1] -= joint_;
    }
    if (count_ > hung_lead_position + 3 && !frame_.honest_only) {
        for (std::size_t colleague = 0; colleague < 3; ++colleague) {
            const std::int64_t hung = quota_[hung_lead_position + 1 + colleague] / 7;
            hung_[colleague] = hung;
            quota_[hung_lead_position + 1 + colleague] -= hung;
        }
        pocketed_ = std::min(hung_[0], quota_[hung_lead_position] / 8);
        hung_[0] -= pocketed_;
        quota_[hung_lead_position] -= pocketed_;
    }
}

// Two orders of one visit by two caregivers; `second` comes half a minute after the first. With `together` both
// telephones ride the same way to the door.
std::pair<std::size_t, std::size_t> Planner::add_joint_orders(std::size_t a, std::size_t b, std::size_t elder,
                                                              Instant start, bool together) {
    const std::size_t first = block_.orders.size();
    const Instant end = add_order(a, elder, two_person_bath, start).end;
    if (together) commute(block_.orders[first], Manner::natural);
    Order& second = add_order(b, elder, two_person_bath, plus(start, random_.between(10, 50) * seconds_ms));
    second.end = plus(end, random_.between(0, 40) * seconds_ms);
    bill(second);
    if (together) {
        second.approach = block_.orders[first].approach;
        second.recording = block_.orders[first].recording;
    }
    return {first, second.serial};
}

void Planner::plan_joint_orders() {
    if (joint_ <= 0) return;
    const std::size_t a = two_person_position;
    const std::size_t b = a + 1;
    const std::size_t elder = block_.caregivers[a].elders[0];
    const Point home = block_.elders[elder].home;
    std::int64_t left = joint_;
    for (int round = 0; left > 0; ++round) {
        CHECK(round < 8);
        for (int day = round; day < frame_.days && left > 0; day += round == 0 ? 2 : 1) {
            Free& one = free_at_[a][static_cast<std::size_t>(day)];
            Free& two = free_at_[b][static_cast<std::size_t>(day)];
            if (round < 2 && (one.orders == 0 || two.orders == 0)) continue;
            Instant start =
                plus(midnight(Date{frame_.from.days + day}), 15 * hours_ms + random_.between(0, 40) * minutes_ms);
            const bool together = left % 2 == 0;  // the registered team rides together every other time
            for (const Free* free : {&one, &two}) {
                start = std::max(start, plus(free->at, ride_ms(free->place, home) + (together ? 25 : 8) * minutes_ms));
            }
            if (round < 6 && start.ms % days_ms > 12 * hours_ms) continue;  // past eight in the evening, UTC+8
            const auto [first, second] = add_joint_orders(a, b, elder, start, together);
            for (const std::size_t serial : {first, second}) {
                Order& order = block_.orders[serial];
                order.labels.push_back({"two_person", "HC-TIM-03", "clear"});
                order.labels.push_back({"two_person", "HC-TIM-04", "clear"});
                order.labels.push_back({together ? "team" : "two_person", "HC-LOC-13", together ? "exempt" : "clear"});
                order.labels.push_back({together ? "team" : "two_person", "HC-IDN-11", "clear"});
                order.labels.push_back({together ? "team" : "two_person", "HC-LOC-12", "clear"});
            }
            one = {block_.orders[first].end, home, one.orders + 1};
            two = {block_.orders[second].end, home, two.orders + 1};
            --left;
        }
    }
}

void Planner::plan_hung_orders() {
    const std::vector<int>& days = late_days_.empty() ? heavy_days_ : late_days_;
    const auto day_of = [&](std::int64_t n) {
        const auto turn = static_cast<std::size_t>(n);
        return days.empty() ? turn % static_cast<std::size_t>(frame_.days)
                            : static_cast<std::size_t>(days[turn % days.size()]);
    };
    const std::size_t lead = hung_lead_position;
    const std::vector<std::size_t>& elders =
        block_.caregivers.size() > lead ? block_.caregivers[lead].elders : block_.caregivers[0].elders;
    std::array<std::int64_t, 3> left = hung_;
    const std::int64_t hung = hung_[0] + hung_[1] + hung_[2];
    for (std::int64_t n = 0; n < hung; ++n) {
        std::size_t colleague = static_cast<std::size_t>(n % 3);
        while (left[colleague] == 0) colleague = (colleague + 1) % 3;
        --left[colleague];
        const std::size_t day = day_of(n);
        const std::size_t i = lead + 1 + colleague;
        Free& phone = free_at_[lead][day];
        Free& own = free_at_[i][day];
        const std::size_t elder = elders[static_cast<std::size_t>(n) % elders.size()];
        const Point home = block_.elders[elder].home;
        const Instant start = std::max(plus(phone.at, ride_ms(phone.place, home) + 8 * minutes_ms),
                                       plus(own.at, ride_ms(own.place, home) + 20 * minutes_ms));
        Order& order = add_order(i, elder, n % 2 == 0 ? cleaning : meal, {start.ms / seconds_ms * seconds_ms});
        order.device_of = lead;
        order.labels.push_back({"S3", "HC-LOC-13", "hit"});
        phone = {order.end, home, phone.orders + 1};
        own = {order.end, home, own.orders + 1};
    }
    // One caregiver, two telephones in one pocket, two orders of one visit.
    for (std::int64_t n = 0; n < pocketed_; ++n) {
        const std::size_t day = day_of(2 * n + 1);
        Free& one = free_at_[lead][day];
        Free& two = free_at_[lead + 1][day];
        const std::size_t elder = elders[static_cast<std::size_t>(n) % elders.size()];
        const Point home = block_.elders[elder].home;
        Instant start = one.at;
        for (const Free* free : {&one, &two}) {
            start = std::max(start, plus(free->at, ride_ms(free->place, home) + 25 * minutes_ms));
        }
        const auto [first, second] =
            add_joint_orders(lead, lead + 1, elder, {start.ms / seconds_ms * seconds_ms}, true);
        // The second telephone leaves with the first.
        const Point way_back = moved(home, on_circle(random_, 600));
        const Instant leaves = plus(block_.orders[second].end, 20 * seconds_ms);
        for (const std::size_t serial : {first, second}) {
            Order& order = block_.orders[serial];
            order.path = order.approach;
            order.path.push_back({leaves, home});
            order.path.push_back({plus(leaves, 130 * seconds_ms), way_back});
            order.labels.push_back({"S3", "HC-LOC-13", "hit"});
        }
        one = {block_.orders[first].end, home, one.orders + 1};
        two = {block_.orders[second].end, home, two.orders + 1};
    }
}

}  // namespace ningyi::simulate
