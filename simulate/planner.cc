// SPDX-License-Identifier: Apache-2.0
#include "simulate/planner.h"

#include <cmath>
#include <tuple>

#include "base/check.h"

namespace ningyi::simulate {

namespace {

constexpr double e_bike_mps = 4.2;  // door to door, straight line

}  // namespace

Instant plus(Instant instant, Millis length) {
    return {instant.ms + length};
}

Millis ride_ms(Point a, Point b) {
    return static_cast<Millis>(distance_m(a, b) / e_bike_mps * 1000);
}

// In a disc: uniform, without trigonometry.
Point in_disc(Random& random, double radius_m) {
    for (int attempt = 0; attempt < 64; ++attempt) {
        const Point p{random.unit() * 2 - 1, random.unit() * 2 - 1};
        if (p.east * p.east + p.north * p.north <= 1) return {p.east * radius_m, p.north * radius_m};
    }
    return {};
}

Point on_circle(Random& random, double radius_m) {
    for (int attempt = 0; attempt < 64; ++attempt) {
        const Point p = in_disc(random, 1);
        const double length = std::sqrt(p.east * p.east + p.north * p.north);
        if (length > 0.2) return {p.east / length * radius_m, p.north / length * radius_m};
    }
    return {radius_m, 0};
}

Point moved(Point a, Point by) {
    return {a.east + by.east, a.north + by.north};
}

Block Planner::plan() {
    block_.first_order = orders_before(first_);
    for (std::size_t i = 0; i < count_; ++i) add_caregiver(i);
    arrange_neighbours();
    quota_.resize(count_);
    for (std::size_t i = 0; i < count_; ++i) {
        const auto k = first_ + static_cast<std::int64_t>(i);
        quota_[i] = orders_before(k + 1) - orders_before(k);
    }
    reserve_shared_orders();
    free_at_.assign(count_, std::vector<Free>(static_cast<std::size_t>(frame_.days)));
    for (std::size_t i = 0; i < count_; ++i) plan_caregiver(i);
    plan_bus_rides();
    plan_joint_orders();
    plan_hung_orders();
    settle();
    return std::move(block_);
}

std::uint64_t Planner::mixed(std::uint64_t seed, std::uint64_t number) {
    Random mixer(seed * 0x9E3779B97F4A7C15ULL + number);
    return mixer.next();
}

Role Planner::role(std::size_t i) const {
    const Role role = roles[i];
    return frame_.honest_only && !is_honest(role) ? Role::plain : role;
}

bool Planner::is_workday(std::size_t i, int day) const {
    return (static_cast<std::size_t>(day) + i + static_cast<std::size_t>(first_)) % 7 != 6;
}

void Planner::plan_caregiver(std::size_t i) {
    slots_.assign(static_cast<std::size_t>(frame_.days), {});
    closed_.assign(static_cast<std::size_t>(frame_.days), false);
    for (int day = 0; day < frame_.days; ++day) closed_[static_cast<std::size_t>(day)] = !is_workday(i, day);
    turn_ = random_.below(7);
    std::int64_t left = quota_[i];
    plant(i, left);
    spread(i, left);
    for (int day = 0; day < frame_.days; ++day) place_day(i, day);
}

void Planner::plant(std::size_t i, std::int64_t& left) {
    const std::size_t elders = block_.caregivers[i].elders.size();
    const int days = frame_.days;
    switch (role(i)) {
        case Role::batch:
            for (int day = 2; day < days && left >= 12; day += std::max(5, days / 5)) {
                const int free = next_open(day);
                if (free < 0 || elders < 4) break;
                add_slots(free, {Visit::batch, 0, care}, 1);
                closed_[static_cast<std::size_t>(free)] = true;
                left -= 4;
            }
            break;
        case Role::overlap: plant_pairs(Visit::overlap, left, left / 4); break;
        case Role::far_next: plant_pairs(Visit::far, left, left / 5); break;
        case Role::hung_lead: {
            // Full days until the hours of the month are reached; what is served after that is hung on colleagues.
            const int month_end = last_month_end() >= 0 ? last_month_end() : days - 1;
            int minutes = 0;
            int day = 0;
            for (; day <= month_end && minutes < month_cap_minutes && left >= 4; ++day) {
                if (closed_[static_cast<std::size_t>(day)]) continue;
                for (std::size_t n = 0; n < 4; ++n) add_slots(day, {Visit::plain, next_elder(i, day), care}, 1);
                closed_[static_cast<std::size_t>(day)] = true;
                heavy_days_.push_back(day);
                left -= 4;
                minutes += 4 * items()[care].reference_minutes;
            }
            for (; day <= month_end; ++day) {
                if (!closed_[static_cast<std::size_t>(day)]) late_days_.push_back(day);
            }
            break;
        }
        case Role::long_day:
            for (const auto& [day, orders, visit] :
                 {std::tuple{days / 4, 9, Visit::long_day}, std::tuple{days / 2, 13, Visit::long_overlap}}) {
                if (left < orders + 6 || day + 1 >= days) continue;
                const auto d = static_cast<std::size_t>(day);
                for (int n = 0; n < orders; ++n) {
                    slots_[d].push_back({visit, static_cast<std::size_t>(n) % elders, n % 3 == 1 ? bath : care});
                }
                closed_[d] = true;
                if (d > 0) closed_[d - 1] = true;
                closed_[d + 1] = true;
                left -= orders;
            }
            break;
        case Role::month_end: {
            const int end = last_month_end();
            if (end < 20 || left < 20) break;
            for (int day = end - 2; day <= end; ++day) {
                for (std::size_t n = 0; n < 5; ++n) add_slots(day, {Visit::plain, n % 3, cleaning}, 1);
                closed_[static_cast<std::size_t>(day)] = true;
                left -= 5;
            }
            break;
        }
        case Role::two_person:
        case Role::two_person_second: {
            // Both visit the elder whose address point is wrong, on different days.
            const bool is_second = role(i) == Role::two_person_second;
            int visits = 0;
            for (int day = is_second ? 0 : 1; day < days && visits < 5 && left >= 10; day += 4) {
                if (closed_[static_cast<std::size_t>(day)]) continue;
                add_slots(day, {Visit::plain, is_second ? elders - 1 : 2, cleaning}, 1);
                ++visits;
                --left;
            }
            break;
        }
        default: break;
    }
}

void Planner::plant_pairs(Visit visit, std::int64_t& left, std::int64_t orders) {
    for (int day = 1; day < frame_.days && orders > 0 && left >= 2; day += 2) {
        if (closed_[static_cast<std::size_t>(day)]) continue;
        add_slots(day, {visit, visit == Visit::far ? 1 + turn_++ % 4 : turn_++ % 5, care}, 1);
        left -= 2;  // the order itself and the one that cannot be
        --orders;
        if (visit == Visit::far) closed_[static_cast<std::size_t>(day)] = true;
    }
}

void Planner::spread(std::size_t i, std::int64_t left) {
    for (std::size_t most = 1; left > 0; ++most) {
        CHECK(most < 64);
        const int shift = static_cast<int>(random_.below(static_cast<std::uint64_t>(frame_.days)));
        for (int n = 0; n < frame_.days && left > 0; ++n) {
            const int day = (n * 5 + shift) % frame_.days;
            const auto d = static_cast<std::size_t>(frame_.days % 5 == 0 ? n : day);
            // A caregiver with hardly an open day works through; more than four visits only when nothing else is
            // left.
            if (closed_[d] && (most < 6 || !is_workday(i, static_cast<int>(d)) || !slots_[d].empty())) continue;
            if (slots_[d].size() >= most) continue;
            const std::size_t elder = next_elder(i, static_cast<int>(d));
            const Caregiver& caregiver = block_.caregivers[i];
            if (is_couple(i) && elder < 2 && left >= 2 && random_.chance(0.4) && !is_taken(d, 0) && !is_taken(d, 1)) {
                slots_[d].push_back({Visit::couple, 0, random_.chance(0.5) ? cleaning : meal});
                left -= 2;
                continue;
            }
            slots_[d].push_back({Visit::plain, elder, ordinary_item(role(i), caregiver)});
            --left;
        }
    }
}

std::size_t Planner::ordinary_item(Role role, const Caregiver& caregiver) {
    if (role == Role::half_worked) return care;
    const double draw = random_.unit();
    if (!caregiver.is_rural && is_honest(role) && draw < 0.03) return escort;
    if (is_honest(role) && draw < 0.06) return errand;
    return draw < 0.36   ? cleaning
           : draw < 0.52 ? meal
           : draw < 0.66 ? nursing
           : draw < 0.80 ? bath
           : draw < 0.90 ? care
                         : talk;
}

int Planner::last_month_end() const {
    for (int day = frame_.days - 1; day >= 0; --day) {
        if (calendar_of(Date{frame_.from.days + day + 1}).day == 1) return day;
    }
    return -1;
}

int Planner::next_open(int day) const {
    for (; day < frame_.days; ++day) {
        const auto d = static_cast<std::size_t>(day);
        if (!closed_[d] && slots_[d].empty()) return day;
    }
    return -1;
}

void Planner::add_slots(int day, Slot slot, int count) {
    for (int n = 0; n < count; ++n) slots_[static_cast<std::size_t>(day)].push_back(slot);
}

bool Planner::is_taken(std::size_t day, std::size_t elder) const {
    for (const Slot& slot : slots_[day]) {
        if (slot.elder == elder || (slot.visit == Visit::couple && elder < 2)) return true;
        if (slot.visit == Visit::overlap && elder == (slot.elder + 1) % 5) return true;
    }
    return false;
}

std::size_t Planner::next_elder(std::size_t i, int day) {
    const Caregiver& caregiver = block_.caregivers[i];
    const auto d = static_cast<std::size_t>(day);
    for (std::size_t attempt = 0; attempt < caregiver.elders.size() * 2; ++attempt) {
        const std::size_t e = turn_++ % caregiver.elders.size();
        if (is_taken(d, e) && attempt < caregiver.elders.size()) continue;
        if (role(i) == Role::month_end && e < 3) continue;
        if (role(i) == Role::far_next && e == 0) continue;
        // Two caregivers who share an elder come on different days.
        if (role(i) == Role::two_person && e == 2 && day % 2 == 0) continue;
        if (role(i) == Role::two_person_second && e + 1 == caregiver.elders.size() && day % 2 == 1) continue;
        if (role(i) == Role::late_death && e == 0 && day > frame_.days * 6 / 7) continue;
        return e;
    }
    return caregiver.elders.size() > 3 ? 3 : 0;
}

void Planner::place_day(std::size_t i, int day) {
    const auto d = static_cast<std::size_t>(day);
    const Caregiver& caregiver = block_.caregivers[i];
    const Instant zero = midnight(Date{frame_.from.days + day});
    Free& free = free_at_[i][d];
    free = {plus(zero, 7 * hours_ms + 30 * minutes_ms + random_.between(0, 75 * 60) * seconds_ms), caregiver.home, 0};
    const std::vector<Slot>& slots = slots_[d];
    if (!slots.empty() && slots[0].visit == Visit::long_day) free.at = plus(zero, 5 * hours_ms + 10 * minutes_ms);
    if (slots.size() > 5 && slots[0].visit == Visit::plain) free.at = plus(zero, 6 * hours_ms + 30 * minutes_ms);
    bool has_eaten = false;
    for (std::size_t n = 0; n < slots.size(); ++n) {
        const Slot& slot = slots[n];
        if (!has_eaten && free.at.ms > zero.ms + 11 * hours_ms + 30 * minutes_ms && slot.visit == Visit::plain) {
            free.at = plus(free.at, random_.between(30, 55) * minutes_ms);
            has_eaten = true;
        }
        switch (slot.visit) {
            case Visit::couple: place_couple(i, slot, free); break;
            case Visit::batch: place_batch(i, free); break;
            case Visit::overlap: place_overlap(i, slot, free); break;
            case Visit::far: place_far(i, slot, free); break;
            case Visit::long_overlap: place_long_overlap(i, slot, zero, n); break;
            case Visit::plain:
            case Visit::joint:
            case Visit::long_day: place_plain(i, slot.visit, caregiver.elders[slot.elder], slot.item, free); break;
        }
    }
}

Order& Planner::add_order(std::size_t i, std::size_t elder, std::size_t item, Instant start) {
    Order order;
    order.caregiver = i;
    order.device_of = i;
    order.elder = elder;
    order.item = item;
    order.serial = block_.orders.size();
    order.start = start;
    order.planned_minutes = items()[item].reference_minutes;
    const Millis planned = order.planned_minutes * minutes_ms;
    order.end = plus(start, planned * random_.between(930, 1060) / 1000 / seconds_ms * seconds_ms);
    const Millis shift = random_.between(-8, 10) * minutes_ms;
    order.planned_start = {(start.ms - shift) / (5 * minutes_ms) * (5 * minutes_ms)};
    bill(order);
    if (random_.chance(0.06)) order.late_ms = random_.between(20, 600) * minutes_ms;
    if (random_.chance(0.015)) order.edit_reason = random_.chance(0.5) ? "SVC-overtime" : "OFF-schedule-error";
    if (random_.chance(0.05)) order.callback = random_.chance(0.93) ? "served" : "unknown";
    block_.orders.push_back(order);
    return block_.orders.back();
}

void Planner::bill(Order& order) {
    order.billed_minutes =
        std::min(order.planned_minutes, static_cast<int>((order.end.ms - order.start.ms) / minutes_ms));
    price(order);
}

void Planner::price(Order& order) {
    const Item& item = items()[order.item];
    order.pay_fen = item.is_hourly ? item.price_fen / 60 * order.billed_minutes : item.price_fen;
}

Instant Planner::arrival(const Free& free, Point place) {
    if (free.orders == 0) return free.at;
    return plus(free.at, (ride_ms(free.place, place) + random_.between(6, 14) * minutes_ms) / seconds_ms * seconds_ms);
}

}  // namespace ningyi::simulate
