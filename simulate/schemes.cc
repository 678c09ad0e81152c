// SPDX-License-Identifier: Apache-2.0
#include "simulate/planner.h"

namespace ningyi::simulate {

void Planner::apply_role(std::size_t i, Order& order, Free& free) {
    const Caregiver& caregiver = block_.caregivers[i];
    const Elder& elder = block_.elders[order.elder];
    const auto day = static_cast<int>((order.start.ms - midnight(frame_.from).ms) / days_ms);
    const auto elder_index = static_cast<std::size_t>(
        std::find(caregiver.elders.begin(), caregiver.elders.end(), order.elder) - caregiver.elders.begin());
    switch (role(i)) {
        case Role::location_off:
            if (day > frame_.days * 6 / 10 && order.serial % 2 == 0 &&
                order.end.ms - order.start.ms > 40 * minutes_ms) {
                // Later only in the middle of the service; the app goes on sending signs of life.
                order.recording.silent = {plus(order.start, 6 * minutes_ms), plus(order.end, -6 * minutes_ms)};
                order.recording.is_alive = true;
                order.labels.push_back({"silent", "HC-LOC-09", "hit"});
                return;
            }
            if (day < frame_.days / 4 || day > frame_.days * 6 / 10) break;
            order.signal = Signal::off;
            order.has_track = order.has_place = false;
            order.labels.push_back({"S1", "HC-LOC-03", "hit"});
            order.labels.push_back({"S1", "HC-LOC-01", "inconclusive"});
            order.labels.push_back({"S1", "HC-LOC-08", "inconclusive"});
            return;
        case Role::mock:
        case Role::zero_radius:
            if (elder_index < 2) {
                order.signal = role(i) == Role::mock ? Signal::mock : Signal::zero_radius;
                order.labels.push_back({"S2", "HC-LOC-04", "hit"});
                if (role(i) == Role::mock) order.labels.push_back({"S2", "HC-EVD-08", "hit"});
                return;
            }
            if (role(i) == Role::mock && elder_index == 2) {  // the same app with its flag hidden
                order.signal = Signal::white_jitter;
                order.recording.step_ms = 5 * seconds_ms;
                order.labels.push_back({"S2", "HC-LOC-05", "hit"});
                return;
            }
            break;
        case Role::teleport:
            if (elder_index == 2) {
                order.signal = Signal::white_jitter;
                order.recording.step_ms = 5 * seconds_ms;
                // A browser does not say where a position comes from: its noise accuses nobody.
                order.labels.push_back({"S2", "HC-LOC-05", "inconclusive"});
                order.labels.push_back({"S2", "HC-LOC-04", "inconclusive"});
                order.labels.push_back({"S2", "*", "any"});
                return;
            }
            if (elder_index > 1) break;
            jump(caregiver, elder, order);
            order.labels.push_back({"S2", "HC-LOC-06", "hit"});
            order.labels.push_back({"S2", "HC-LOC-04", "inconclusive"});
            return;
        case Role::route_fake:
            if (elder_index > 1 || free.orders != 1) break;  // `free` counts this order already
            order.signal = Signal::fake_route;
            order.recording.step_ms = 5 * seconds_ms;
            order.labels.push_back({"S2", "HC-LOC-05", "hit"});
            return;
        case Role::home_town: {
            if (day < frame_.days * 2 / 5 || day > frame_.days * 2 / 5 + 4) break;
            order.path = {{order.start, {elder.home.east - 62'000, elder.home.north + 50'000}}};
            for (const std::string_view rule :
                 {"HC-LOC-15", "HC-LOC-01", "HC-LOC-02", "HC-LOC-07", "HC-LOC-08", "HC-LOC-18"}) {
                order.labels.push_back({"home_town", rule, "hit"});
            }
            return;
        }
        case Role::hung_lead: order.labels.push_back({"S3", "*", "any"}); break;
        case Role::half_worked:
            if (order.serial % 3 != 0) break;
            leave_early(caregiver, elder, order);
            return;
        case Role::own_flat:
            if (order.serial % 3 != 0) break;
            order.path = {{order.start, caregiver.home}};
            order.labels.push_back({"own_flat", "HC-LOC-01", "hit"});
            order.labels.push_back({"own_flat", "HC-LOC-08", "hit"});
            order.labels.push_back({"own_flat", "HC-LOC-11", "hit"});
            order.labels.push_back({"own_flat", "HC-LOC-18", "hit"});
            if (random_.chance(0.5)) {
                order.callback = "not_served";
                order.labels.push_back({"own_flat", "HC-EVD-07", "hit"});
            } else {
                order.callback = {};
            }
            return;
        case Role::month_end:
            if (elder_index < 3) {
                order.labels.push_back({"S5", "HC-TIM-12", "hit"});
                return;
            }
            break;
        case Role::contact_phone:
            if (elder_index < 2) order.labels.push_back({"S6", "HC-EVD-08", "hit"});
            break;
        case Role::too_short:
            if (order.serial % 3 != 0) break;
            order.end = plus(order.start, order.planned_minutes * minutes_ms * random_.between(350, 620) / 1000 /
                                              seconds_ms * seconds_ms);
            bill(order);
            order.labels.push_back({"too_short", "HC-TIM-01", "hit"});
            free.at = order.end;
            return;
        case Role::no_check_out:
            if (order.serial % 4 != 0) break;
            order.has_check_out = false;
            order.end = plus(order.start, order.planned_minutes * minutes_ms);
            bill(order);
            free.at = std::max(free.at, order.end);
            order.labels.push_back({"no_check_out", "HC-TIM-02", "hit"});
            return;
        case Role::wrong_price:
            if (order.serial % 4 != 0) break;
            order.pay_fen += order.pay_fen / 4;
            order.labels.push_back({"wrong_price", "HC-PAY-04", "hit"});
            return;
        case Role::thin_evidence:
            if (order.serial % 5 == 0) {
                order.photos = 0;
                order.labels.push_back({"thin_evidence", "HC-EVD-01", "hit"});
            } else if (order.serial % 5 == 1 && last_photo_ >= 0) {
                order.photo_of = last_photo_;
                order.labels.push_back({"thin_evidence", "HC-EVD-02", "hit"});
                block_.orders[static_cast<std::size_t>(last_photo_)].labels.push_back({"thin_evidence", "*", "any"});
                last_photo_ = -1;
            } else {
                last_photo_ = static_cast<std::int64_t>(order.serial);
            }
            break;
        case Role::bad_certificate:
            if (order.start >= midnight(Date{caregiver.certificate_until.days + 1})) {
                order.labels.push_back({"bad_certificate", "HC-IDN-06", "hit"});
            }
            break;
        case Role::new_phone:
            if (order.start >= midnight(caregiver.second_phone_from)) {
                order.labels.push_back({"new_phone", "HC-LOC-13", "clear"});
            }
            break;
        default: break;
    }
    apply_noise(order, free);
}

void Planner::apply_noise(Order& order, Free& free) {
    const Elder& elder = block_.elders[order.elder];
    const Item& item = items()[order.item];
    if (item.mode == Mode::escort) return go_to_hospital(order, elder, free);
    if (item.mode == Mode::errand) return run_errand(order, elder);
    for (const Outage& outage : frame_.outages()) {
        if (!elder.is_rural || order.end <= outage.from || order.start >= outage.to) continue;
        order.signal = Signal::outage;
        order.late_ms = outage.to.ms - order.end.ms + random_.between(5, 90) * minutes_ms;
        if (order.late_ms < 0 || random_.chance(0.3))
            order.late_ms = 25 * hours_ms + random_.between(0, 60) * minutes_ms;
        order.is_back_entry = random_.chance(0.3);
        if (order.is_back_entry) order.edit_reason = "NET-no-coverage";
        for (const std::string_view rule : {"HC-LOC-09", "HC-TIM-08", "HC-TIM-10", "HC-LOC-08", "HC-LOC-03"}) {
            order.labels.push_back({"S12", rule, "clear"});
        }
        return;
    }
    if (elder.is_below) {
        order.signal = Signal::basement;
        order.recording.is_alive = order.serial % 2 == 0;
        for (const std::string_view rule : {"HC-LOC-03", "HC-LOC-07", "HC-LOC-08", "HC-LOC-09", "HC-LOC-18"}) {
            order.labels.push_back({"basement", rule, "clear"});
        }
        return;
    }
    if (order.caregiver == dense_position && order.serial % 3 == 0) {
        order.recording.step_ms = 5 * seconds_ms;
        order.labels.push_back({"dense", "HC-LOC-05", "clear"});
        if (order.serial % 2 == 0) {
            order.recording.has_stray = true;
            for (const std::string_view rule : {"HC-LOC-15", "HC-LOC-06", "HC-LOC-07"}) {
                order.labels.push_back({"cell_jump", rule, "clear"});
            }
        }
        return;
    }
    const double draw = random_.unit();
    if (draw < 0.05) {
        order.signal = Signal::drift;
        for (const std::string_view rule : {"HC-LOC-01", "HC-LOC-06", "HC-LOC-07", "HC-LOC-08"}) {
            order.labels.push_back({"drift", rule, "clear"});
        }
    } else if (draw < 0.08 && !elder.is_rural) {
        order.signal = Signal::high_rise;
        for (const std::string_view rule : {"HC-LOC-01", "HC-LOC-07", "HC-LOC-08"}) {
            order.labels.push_back({"high_rise", rule, "clear"});
        }
    } else if (draw < 0.10 && order.end.ms - order.start.ms > 50 * minutes_ms) {
        // The system of the telephone put the app to sleep.
        order.recording.silent = {plus(order.start, 12 * minutes_ms), plus(order.end, -10 * minutes_ms)};
        order.labels.push_back({"asleep", "HC-LOC-09", "clear"});
        order.labels.push_back({"asleep", "HC-LOC-08", "clear"});
    }
}

Point Planner::hospital_near(Point place) {
    constexpr std::array<Point, 4> hospitals = {Point{400, -900}, Point{-2600, 1500}, Point{2500, 2300},
                                                Point{900, 4200}};
    Point best = hospitals[0];
    for (const Point hospital : hospitals) {
        if (distance_m(place, hospital) < distance_m(place, best)) best = hospital;
    }
    return best;
}

void Planner::go_to_hospital(Order& order, const Elder& elder, Free& free) {
    const Point hospital = hospital_near(elder.home);
    const auto ride = static_cast<Millis>(distance_m(elder.home, hospital) / hurried_mps * 1000);
    const Instant leaves = plus(order.start, 9 * minutes_ms);
    order.path = {{order.start, elder.home}};
    travel(order.path, {leaves, elder.home}, {plus(leaves, ride), hospital});
    if (random_.chance(0.6)) {
        const Instant back = plus(order.end, -7 * minutes_ms);
        travel(order.path, {plus(back, -ride), hospital}, {back, elder.home});
    } else {
        order.path.push_back({order.end, hospital});
        free.place = hospital;
        // The next ride is reckoned from the address as well: whoever checks travel knows only that.
        free.at = plus(free.at, ride_ms(elder.home, hospital));
    }
    order.labels.push_back({"S13", "HC-LOC-07", "exempt"});
    for (const std::string_view rule : {"HC-LOC-01", "HC-LOC-02", "HC-LOC-08"}) {
        order.labels.push_back({"S13", rule, "clear"});
    }
}

void Planner::run_errand(Order& order, const Elder& elder) {
    const Point market = moved(elder.home, on_circle(random_, 350 + random_.unit() * 450));
    const auto walk = static_cast<Millis>(distance_m(elder.home, market) / 1.3 * 1000);
    const Instant leaves = plus(order.start, 8 * minutes_ms);
    const Instant back = plus(order.end, -9 * minutes_ms);
    order.path = {{order.start, elder.home}};
    travel(order.path, {leaves, elder.home}, {plus(leaves, walk), market});
    travel(order.path, {plus(back, -walk), market}, {back, elder.home});
    order.labels.push_back({"errand", "HC-LOC-07", "exempt"});
    order.labels.push_back({"errand", "HC-LOC-08", "clear"});
}

void Planner::jump(const Caregiver& caregiver, const Elder& elder, Order& order) {
    Point lair = caregiver.home;
    if (distance_m(lair, elder.home) < 2000) lair = moved(elder.home, on_circle(random_, 3500));
    constexpr Millis blink = seconds_ms;  // shorter than the step between two fixes
    const Instant fails = plus(order.start, (order.end.ms - order.start.ms) * 2 / 5);
    const Instant works = plus(fails, 4 * minutes_ms);
    order.path = {{plus(order.start, -65 * seconds_ms), lair},
                  {plus(order.start, -65 * seconds_ms + blink), elder.home},
                  {fails, elder.home},
                  {plus(fails, blink), lair},
                  {works, lair},
                  {plus(works, blink), elder.home},
                  {plus(order.end, 45 * seconds_ms), elder.home},
                  {plus(order.end, 45 * seconds_ms + blink), lair}};
}

void Planner::leave_early(const Caregiver& caregiver, const Elder& elder, Order& order) {
    const Millis worked =
        random_.chance(0.6) ? random_.between(32, 48) * minutes_ms : random_.between(54, 60) * minutes_ms;
    Point refuge = caregiver.home;
    if (random_.chance(0.5)) refuge = moved(elder.home, on_circle(random_, 1200 + random_.unit() * 900));
    const Instant leaves = plus(order.start, worked);
    const auto ride = static_cast<Millis>(distance_m(elder.home, refuge) / 5.0 * 1000);
    order.path = {{order.start, elder.home}};
    travel(order.path, {leaves, elder.home}, {plus(leaves, ride), refuge});
    for (const std::string_view rule : {"HC-LOC-08", "HC-LOC-07", "HC-LOC-02"}) {
        order.labels.push_back({"S4", rule, "hit"});
    }
}

}  // namespace ningyi::simulate
