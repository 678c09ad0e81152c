// SPDX-License-Identifier: Apache-2.0
// Who may be served and who may serve: stays in institutions, grants with dates, other programmes, presences elsewhere,
// leave, families, numbers of persons. Registers only: no order is changed. Each with an honest story that looks alike.
#include "simulate/people.h"
#include "simulate/planner.h"

namespace ningyi::simulate {

namespace {

constexpr std::size_t resident_position = 34, respite_position = 5;
constexpr std::size_t lapsed_position = 16, renewed_position = 4, renewing_position = 29;
constexpr std::size_t two_programmes_position = 11, meal_position = 26;
constexpr std::size_t shift_position = 13, swapped_position = 26, adjacent_position = 10;
constexpr std::size_t travelling_position = 1, cancelled_position = 5;
constexpr std::size_t wrong_birth_position = 28;
constexpr std::size_t relative_position = 37, family_position = 29;
constexpr std::int64_t caregiver_households = 5'000'000;

Millis overlap_ms(Instant a_from, Instant a_to, Instant b_from, Instant b_to) {
    return std::min(a_to.ms, b_to.ms) - std::max(a_from.ms, b_from.ms);
}

}  // namespace

void Planner::settle_residences() {
    const int third = frame_.from.days + frame_.days / 3;
    if (has({false, resident_position}) && block_.caregivers[resident_position].elders.size() > 4) {
        const std::size_t resident = block_.caregivers[resident_position].elders[4];
        const Date in{third};
        block_.elders[resident].stays.push_back({"institution",
                                                 plus(midnight(in), 10 * hours_ms),
                                                 {},
                                                 plus(midnight(Date{third + 1}), 9 * hours_ms),
                                                 "long_term",
                                                 true});
        for (Order* order : orders_of(resident)) {
            if (date(order->start) > in) order->labels.push_back({"resident", "HC-IDN-03", "hit"});
            if (date(order->start) == in) order->labels.push_back({"resident", "HC-IDN-03", "clear"});
        }
    }
    if (!has({true, respite_position}) || block_.caregivers[respite_position].elders.size() <= 3) return;
    const std::size_t guest = block_.caregivers[respite_position].elders[3];
    const Date in{third};
    const Date out{third + 10};
    block_.elders[guest].stays.push_back({"institution", plus(midnight(in), 10 * hours_ms),
                                          plus(midnight(out), 10 * hours_ms),
                                          plus(midnight(Date{third + 1}), 9 * hours_ms), "respite"});
    for (Order* order : orders_of(guest)) {
        const Date day = date(order->start);
        if (day > in && day < out) order->labels.push_back({"respite", "HC-IDN-03", "inconclusive"});
    }
}

// Everybody has a grant from long before; some had an earlier one, one has none any more.
void Planner::settle_grant_days() {
    const Date long_before{frame_.from.days - 300};
    for (Elder& elder : block_.elders) elder.grants = {{long_before, {}, true}};
    const auto elder_of = [&](const Plot& plot, std::size_t e) -> Elder* {
        if (!has(plot) || block_.caregivers[plot.position].elders.size() <= e) return nullptr;
        return &block_.elders[block_.caregivers[plot.position].elders[e]];
    };
    const auto label = [&](const Plot& plot, std::size_t e, Date after, std::string_view scheme,
                           std::string_view expected) {
        for (Order* order : orders_of(block_.caregivers[plot.position].elders[e])) {
            if (date(order->start) > after) order->labels.push_back({scheme, "HC-IDN-05", expected});
        }
    };
    if (Elder* elder = elder_of({false, lapsed_position}, 3)) {
        elder->grants = {{long_before, Date{frame_.from.days - 60}, false}};
        label({false, lapsed_position}, 3, Date{}, "lapsed", "hit");
    }
    if (Elder* elder = elder_of({true, renewed_position}, 2)) {
        const Date half{frame_.from.days + frame_.days / 2};
        elder->grants = {{long_before, half, false}, {Date{half.days + 1}, {}, true}};
        label({true, renewed_position}, 2, Date{}, "renewed", "clear");
    }
    if (Elder* elder = elder_of({true, renewing_position}, 2)) {
        const Date ended{frame_.from.days + frame_.days - 15};
        elder->grants = {{long_before, ended, false}};
        label({true, renewing_position}, 2, ended, "renewing", "inconclusive");
    }
}

void Planner::settle_other_programmes(Random& random) {
    if (has({false, two_programmes_position}) && block_.caregivers[two_programmes_position].elders.size() > 3) {
        const std::size_t elder = block_.caregivers[two_programmes_position].elders[3];
        std::size_t n = 0;
        for (Order* order : orders_of(elder)) {
            if (n++ % 2 != 0 || items()[order->item].mode != Mode::home) continue;
            block_.elders[elder].other_visits.push_back(
                {"insurance", plus(order->start, 8 * minutes_ms), plus(order->end, 30 * minutes_ms)});
            order->labels.push_back({"two_insured", "HC-TIM-04", "hit"});
        }
    }
    if (!has({true, meal_position})) return;
    std::size_t n = 0;
    for (Order* order : orders_by(meal_position)) {
        if (items()[order->item].mode != Mode::home || order->end.ms - order->start.ms < 20 * minutes_ms) continue;
        std::vector<OtherVisit>& visits = block_.elders[order->elder].other_visits;
        switch (n++ % 6) {
            case 1:
                visits.push_back({"meal", plus(order->start, 5 * minutes_ms), plus(order->start, 12 * minutes_ms)});
                order->labels.push_back({"meal_drop", "HC-TIM-04", "exempt"});
                break;
            case 3:
                visits.push_back({"nursing", plus(order->start, 4 * minutes_ms),
                                  plus(order->start, random.between(12, 18) * minutes_ms)});
                order->labels.push_back({"nurse", "HC-TIM-04", "exempt"});
                break;
            case 5:
                visits.push_back({"insurance", plus(order->end, minutes_ms), plus(order->end, 50 * minutes_ms)});
                order->labels.push_back({"next_programme", "HC-TIM-04", "clear"});
                break;
            default: break;
        }
    }
}

// A second job at a factory gate with a clock; a roster that was swapped; a shift that ends before the visit.
void Planner::settle_presences(Random& random) {
    const auto label = [&](std::size_t position, std::string_view scheme, std::string_view expected) {
        for (Order* order : orders_by(position)) {
            for (const Presence& presence : block_.caregivers[position].presences) {
                if (overlap_ms(order->start, order->end, presence.from, presence.to) <= 15 * minutes_ms) continue;
                order->labels.push_back({scheme, "HC-IDN-08", expected});
                break;
            }
        }
    };
    const auto work = [&](std::size_t position, std::size_t every, bool is_clocked) {
        std::size_t n = 0;
        Instant busy_until;
        for (const Order* order : orders_by(position)) {
            if (n++ % every != 2 || order->start < busy_until) continue;
            const Instant from = plus(order->start, -random.between(30, 90) * minutes_ms);
            busy_until = plus(order->end, random.between(10, 90) * minutes_ms);
            block_.caregivers[position].presences.push_back({"payroll", from, busy_until, is_clocked});
        }
    };
    if (has({false, shift_position})) {
        work(shift_position, 8, true);
        label(shift_position, "second_job", "hit");
    }
    if (has({true, swapped_position})) {
        work(swapped_position, 9, false);
        label(swapped_position, "swapped_shift", "inconclusive");
    }
    if (!has({true, adjacent_position})) return;
    std::vector<Order*> orders = orders_by(adjacent_position);
    for (std::size_t n = 1; n < orders.size(); n += 5) {
        const bool is_first = date(orders[n - 1]->start) != date(orders[n]->start);
        if (!is_first) continue;
        block_.caregivers[adjacent_position].presences.push_back(
            {"payroll", plus(orders[n]->start, -6 * hours_ms), plus(orders[n]->start, -20 * minutes_ms), true});
        orders[n]->labels.push_back({"early_shift", "HC-IDN-08", "clear"});
    }
}

// On holiday, with the location switched off and orders booked all the same; and a leave that was called off.
void Planner::settle_leaves() {
    const auto leave = [&](const Plot& plot, int first, int last, bool is_cancelled) {
        if (!has(plot)) return;
        const Instant from = midnight(Date{frame_.from.days + first});
        const Instant to = midnight(Date{frame_.from.days + last + 1});
        block_.caregivers[plot.position].leaves.push_back({from, to, is_cancelled});
        for (Order* order : orders_by(plot.position)) {
            if (overlap_ms(order->start, order->end, from, to) <= 0) continue;
            order->labels.push_back(is_cancelled ? Label{"leave_cancelled", "HC-AGG-02", "clear"}
                                                 : Label{"S1", "HC-AGG-02", "hit"});
        }
    };
    leave({false, travelling_position}, frame_.days / 4, frame_.days / 4 + 5, false);
    leave({true, cancelled_position}, frame_.days / 2, frame_.days / 2 + 3, true);
}

void Planner::settle_registered_persons() {
    for (Elder& elder : block_.elders) {
        const auto digits = [&](std::size_t at, std::size_t count) {
            int value = 0;
            for (std::size_t n = at; n < at + count; ++n) value = value * 10 + (elder.id_number[n] - '0');
            return value;
        };
        elder.born_on = date_of(digits(6, 4), digits(10, 2), digits(12, 2)).value_or(Date{});
    }
    if (!has({false, wrong_birth_position}) || block_.caregivers[wrong_birth_position].elders.size() <= 4) return;
    Elder& elder = block_.elders[block_.caregivers[wrong_birth_position].elders[4]];
    elder.born_on.days += 365;
    elder.labels.push_back({"wrong_birth", "PE-IDN-10", "hit"});
}

void Planner::settle_families() {
    for (Caregiver& caregiver : block_.caregivers) {
        caregiver.address = address(caregiver_households + caregiver.number, caregiver.is_rural);
    }
    if (has({false, relative_position}) && block_.caregivers[relative_position].elders.size() > 3) {
        Caregiver& caregiver = block_.caregivers[relative_position];
        caregiver.address = block_.elders[caregiver.elders[3]].address;
    }
    if (has({true, family_position}) && block_.caregivers[family_position].elders.size() > 4) {
        Caregiver& caregiver = block_.caregivers[family_position];
        caregiver.address = block_.elders[caregiver.elders[4]].address;
        caregiver.family = {caregiver.elders[4]};
    }
}

void Planner::settle_relations() {
    for (Order& order : block_.orders) {
        const Caregiver& caregiver = block_.caregivers[order.caregiver];
        const Elder& elder = block_.elders[order.elder];
        const bool is_related = caregiver.phone == elder.phone || caregiver.address == elder.address ||
                                elder.account == caregiver_accounts + caregiver.number;
        if (!is_related) continue;
        const bool is_approved =
            std::find(caregiver.family.begin(), caregiver.family.end(), order.elder) != caregiver.family.end();
        order.labels.push_back(is_approved ? Label{"family_carer", "HC-IDN-09", "exempt"}
                                           : Label{"related", "HC-IDN-09", "hit"});
    }
}

}  // namespace ningyi::simulate
