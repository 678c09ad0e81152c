// SPDX-License-Identifier: Apache-2.0
// What is wrong, or odd, with plans, payments, settlements and dispatch; and pairs nobody else sees.
#include <map>

#include "simulate/planner.h"

namespace ningyi::simulate {

namespace {

constexpr std::size_t split_position = 22;
constexpr std::size_t off_plan_position = 34;
constexpr std::size_t urgent_position = 14;
constexpr std::size_t second_fund_position = 33;
constexpr std::size_t cofunded_position = 4;
constexpr std::size_t late_edit_position = 35;
constexpr std::size_t adjusted_position = 5;
constexpr std::size_t staff_account_position = 18;
constexpr std::size_t shared_account_position = 17;
constexpr std::size_t agent_position = 29;
constexpr std::size_t stand_in_position = 26;
constexpr std::size_t closed_pair_position = 27;
constexpr std::size_t first_closed_elder = 3;  // of that caregiver; those before it run over their grant

int month_of(Instant at) {
    const Calendar calendar = calendar_of(Date{static_cast<std::int32_t>((at.ms + 8 * hours_ms) / days_ms)});
    return calendar.year * 12 + calendar.month;
}

}  // namespace

// One long visit booked as two orders of the same item: the second begins minutes after the first, at the same home.
void Planner::split_visits() {
    if (frame_.honest_only || count_ <= split_position) return;
    const std::vector<Order*> orders = orders_by(split_position);
    std::size_t turn = 0;
    for (std::size_t n = 0; n + 1 < orders.size(); ++n) {
        Order& first = *orders[n];
        Order& second = *orders[n + 1];
        const auto is_fit = [](const Order& order) {
            return order.path.empty() && order.approach.empty() && order.rides_along.empty() && order.has_track &&
                   order.copy == Copy::none && items()[order.item].mode == Mode::home &&
                   items()[order.item].least_gap_hours == 0 && order.signal == Signal::plain &&
                   order.recording.silent.length() == 0;
        };
        if (!is_fit(first) || !is_fit(second) || date(first.start) != date(second.start)) continue;
        const Millis pause = static_cast<Millis>(2 + turn % 3) * minutes_ms;
        const Millis earlier = second.start.ms - first.end.ms - pause;
        if (earlier < 0) continue;
        const bool has_second_fund = turn++ % 3 == 2;
        second.elder = first.elder;
        second.item = first.item;
        second.planned_minutes = first.planned_minutes;
        second.start = plus(second.start, -earlier);
        second.end = plus(second.start, first.end.ms - first.start.ms);
        second.planned_start = {second.start.ms / (5 * minutes_ms) * (5 * minutes_ms)};
        bill(second);
        second.late_ms = 0;
        if (has_second_fund) {
            second.papers.is_of_second_fund = true;
            second.labels.push_back({"two_programmes", "HC-PAY-07", "exempt"});
            second.labels.push_back({"two_programmes", "*", "any"});
        } else {
            second.labels.push_back({"split", "HC-PAY-07", "hit"});
        }
        ++n;
    }
}

void Planner::settle_plans() {
    if (count_ > urgent_position) {
        std::size_t turn = 0;
        for (Order* order : orders_by(urgent_position)) {
            // What an elder is served once only need not be on the plan.
            const auto same = std::count_if(block_.orders.begin(), block_.orders.end(), [&](const Order& other) {
                return other.elder == order->elder && other.item == order->item;
            });
            if (same != 1 || !order->edit_reason.empty() || turn++ % 3 != 0) continue;
            order->papers.is_off_plan = true;
            order->edit_reason = "ELD-emergency";
            order->labels.push_back({"urgent", "HC-PAY-02", "exempt"});
        }
    }
    // An item is off the plan of an elder in all of its orders, or in none.
    if (!frame_.honest_only && count_ > off_plan_position) {
        for (Order* order : orders_by(off_plan_position)) {
            if (order->item != bath) continue;
            order->papers.is_off_plan = true;
            order->labels.push_back({"off_plan", "HC-PAY-02", "hit"});
        }
    }
}

void Planner::settle_second_fund() {
    const auto pay_again = [&](std::size_t position, bool is_cofunded) {
        if (count_ <= position) return;
        std::size_t turn = 0;
        for (Order* order : orders_by(position)) {
            if (turn++ % 6 != 2 || order->end.ms - order->start.ms < 15 * minutes_ms) continue;
            order->papers.is_paid_twice = true;
            order->papers.is_cofunded = is_cofunded;
            order->labels.push_back(is_cofunded ? Label{"cofunding", "HC-PAY-03", "exempt"}
                                                : Label{"paid_twice", "HC-PAY-03", "hit"});
        }
    };
    pay_again(cofunded_position, true);
    if (!frame_.honest_only) pay_again(second_fund_position, false);
}

void Planner::settle_edits(Random& random) {
    const std::vector<Frame::Statement> statements = frame_.statements();
    const auto edit_late = [&](std::size_t position, bool has_adjustment) {
        if (count_ <= position) return;
        std::size_t turn = 0;
        for (Order* order : orders_by(position)) {
            const bool is_settled =
                std::any_of(statements.begin(), statements.end(), [&](const Frame::Statement& statement) {
                    return midnight(statement.from) <= order->start && order->start < midnight(statement.until);
                });
            if (!is_settled || turn++ % 7 != 3) continue;
            order->edit_reason = "OFF-late-entry";
            order->papers.is_edited_after_freeze = true;
            order->papers.has_adjustment = has_adjustment;
            order->labels.push_back(has_adjustment ? Label{"adjusted", "HC-PAY-06", "exempt"}
                                                   : Label{"late_edit", "HC-PAY-06", "hit"});
        }
    };
    edit_late(adjusted_position, true);
    if (frame_.honest_only) return;
    edit_late(late_edit_position, false);
    for (Order& order : block_.orders) {
        if (block_.caregivers[order.caregiver].agency != drifting_agency || !random.chance(0.25)) continue;
        if (order.edit_reason.empty()) order.edit_reason = "OFF-schedule-error";
    }
}

// The allowance of the month goes to an account of the elder.
void Planner::settle_allowances() {
    for (std::size_t e = 0; e < block_.elders.size(); ++e) {
        block_.elders[e].account = 300'000'000 + block_.elders[e].household;
    }
    const auto redirect = [&](std::size_t position, std::int64_t account, std::string_view scheme,
                              std::string_view expected) {
        if (count_ <= position) return;
        const Caregiver& caregiver = block_.caregivers[position];
        for (std::size_t e = 2; e < 5 && e < caregiver.elders.size(); ++e) {  // behind the couple, if there is one
            Elder& elder = block_.elders[caregiver.elders[e]];
            elder.account = account;
            elder.is_authorised = expected == "exempt";
            elder.payee_scheme = scheme;
            elder.payee_expected = expected;
        }
    };
    redirect(agent_position, 400'000'000 + first_ + 1, "agent", "exempt");
    if (frame_.honest_only) return;
    if (count_ > staff_account_position) {
        redirect(staff_account_position, caregiver_accounts + block_.caregivers[staff_account_position].number,
                 "staff_account", "hit");
    }
    redirect(shared_account_position, 400'000'000 + first_ + 2, "shared_account", "hit");
}

// A dispatcher with an account as a caregiver burns what is left of the grants at the end of the month; another one
// stands in now and then.
void Planner::settle_dispatch() {
    std::map<int, int> of_month;
    for (std::size_t i = 0; i < count_; ++i) {
        const bool is_burning = role(i) == Role::month_end;
        if (!is_burning && i != stand_in_position) continue;
        of_month.clear();
        for (Order* order : orders_by(i)) {
            int& sum = of_month[month_of(order->start)];
            const bool is_burnt = is_burning && std::any_of(order->labels.begin(), order->labels.end(),
                                                            [](const Label& label) { return label.scheme == "S5"; });
            if (is_burning ? !is_burnt : sum >= 3) continue;
            order->papers.is_self_dispatched = true;
            ++sum;
            if (!is_burning) order->labels.push_back({"stand_in", "HC-PAY-09", "clear"});
            if (is_burning && sum > 4) order->labels.push_back({"S5", "HC-PAY-09", "hit"});
        }
    }
}

// Two elders whom one caregiver alone serves, who use up what is granted and whom nobody calls back.
void Planner::settle_closed_pairs() {
    if (frame_.honest_only || count_ <= closed_pair_position) return;
    const Caregiver& caregiver = block_.caregivers[closed_pair_position];
    for (std::size_t e = 0; e < caregiver.elders.size(); ++e) {
        std::vector<Order*> orders = orders_of(caregiver.elders[e]);
        if (e < first_closed_elder) {  // these run over: they are closed pairs as well, if nobody calls
            for (Order* order : orders) order->labels.push_back({"over_grant", "*", "any"});
            continue;
        }
        if (e >= first_closed_elder + 2) break;
        std::map<int, int> minutes;
        for (Order* order : orders) minutes[month_of(order->start)] += order->billed_minutes;
        int most = 60;
        for (const auto& [month, sum] : minutes) most = std::max(most, sum);
        block_.elders[caregiver.elders[e]].minutes_per_month = most;
        std::map<int, int> used;
        for (std::size_t n = 0; n < orders.size(); ++n) {
            Order* order = orders[n];
            order->callback = {};
            int& sum = used[month_of(order->start)];
            sum += order->billed_minutes;
            std::size_t earlier = 0;
            for (std::size_t m = 0; m < n; ++m) {
                if (order->start.ms - orders[m]->start.ms <= 60 * days_ms) ++earlier;
            }
            const bool is_closed = earlier >= 5 && std::int64_t{sum} * 100 >= std::int64_t{most} * 95;
            order->labels.push_back(is_closed ? Label{"closed_pair", "HC-AGG-03", "hit"}
                                              : Label{"closed_pair", "*", "any"});
        }
    }
}

}  // namespace ningyi::simulate
