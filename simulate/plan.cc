// SPDX-License-Identifier: Apache-2.0
#include "simulate/plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "simulate/people.h"

namespace ningyi::simulate {
namespace {

constexpr double e_bike_mps = 4.2;   // door to door, straight line
constexpr double hurried_mps = 6.0;  // on the road itself

// What a caregiver of a block does that others do not. Colleagues who need each other stand in one agency.
enum class Role {
    plain,
    location_off,
    mock,
    zero_radius,
    teleport,
    hung_lead,
    hung_colleague,
    half_worked,
    own_flat,
    late_death,
    month_end,
    contact_phone,
    batch,
    too_short,
    overlap,
    over_grant,
    far_next,
    two_person,
    two_person_second,
    long_day,
    no_check_out,
    inpatient,
    wrong_price,
    thin_evidence,
    bad_certificate,
    new_phone,
    wrong_datum
};

// One position in a block each; agencies of six, six, six, six, five, five, four and (wrong datum) two.
constexpr std::array<Role, block_caregivers> roles = {Role::plain,
                                                      Role::location_off,
                                                      Role::mock,
                                                      Role::plain,
                                                      Role::plain,
                                                      Role::plain,
                                                      Role::hung_lead,
                                                      Role::hung_colleague,
                                                      Role::hung_colleague,
                                                      Role::hung_colleague,
                                                      Role::new_phone,
                                                      Role::zero_radius,
                                                      Role::half_worked,
                                                      Role::half_worked,
                                                      Role::plain,
                                                      Role::own_flat,
                                                      Role::late_death,
                                                      Role::plain,
                                                      Role::month_end,
                                                      Role::contact_phone,
                                                      Role::teleport,
                                                      Role::batch,
                                                      Role::bad_certificate,
                                                      Role::late_death,
                                                      Role::too_short,
                                                      Role::overlap,
                                                      Role::plain,
                                                      Role::over_grant,
                                                      Role::far_next,
                                                      Role::plain,
                                                      Role::two_person,
                                                      Role::two_person_second,
                                                      Role::long_day,
                                                      Role::no_check_out,
                                                      Role::inpatient,
                                                      Role::wrong_price,
                                                      Role::thin_evidence,
                                                      Role::plain,
                                                      Role::wrong_datum,
                                                      Role::wrong_datum};
constexpr std::array<int, block_caregivers> groups = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3,
                                                      3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7};
constexpr std::size_t two_person_position = 30;
constexpr std::size_t hung_lead_position = 6;

bool is_honest(Role role) {
    return role == Role::plain || role == Role::two_person || role == Role::two_person_second ||
           role == Role::new_phone || role == Role::wrong_datum;
}

enum class Visit { plain, couple, joint, batch, overlap, far, long_day, long_overlap };

// One or more orders to be placed on a day, in order.
struct Slot {
    Visit visit = Visit::plain;
    std::size_t elder = 0;  // index among the caregiver's elders; batch and joint know their own
    std::size_t item = 0;
};

constexpr std::size_t cleaning = 0, meal = 1, nursing = 2, bath = 3, care = 4, talk = 5, errand = 6, escort = 7,
                      two_person_bath = 8;

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

class Planner {
public:
    Planner(const Frame& frame, std::int64_t number)
        : frame_(frame),
          first_(number * block_caregivers),
          random_(mixed(frame.seed, static_cast<std::uint64_t>(number))) {
        const std::int64_t left = frame.caregivers - first_;
        count_ = static_cast<std::size_t>(std::min<std::int64_t>(left, block_caregivers));
    }

    Block plan() {
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
        plan_joint_orders();
        plan_hung_orders();
        settle();
        return std::move(block_);
    }

private:
    struct Free {
        Instant at;
        Point place;
        int orders = 0;
    };

    static std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
        Random mixer(seed * 0x9E3779B97F4A7C15ULL + number);
        return mixer.next();
    }

    std::int64_t orders_before(std::int64_t caregiver) const { return caregiver * frame_.orders / frame_.caregivers; }

    Role role(std::size_t i) const {
        const Role role = roles[i];
        return frame_.honest_only && !is_honest(role) ? Role::plain : role;
    }

    // ---- people

    void add_caregiver(std::size_t i) {
        Caregiver caregiver;
        const std::int64_t k = first_ + static_cast<std::int64_t>(i);
        const auto block = static_cast<int>(first_ / block_caregivers);
        caregiver.number = k + 1;
        caregiver.agency = groups[i] == 7 ? wrong_datum_agency : (groups[i] + block) % 7 + 1;
        caregiver.name = person_name(random_);
        const Sex sex = random_.chance(0.85) ? Sex::female : Sex::male;
        const Date birth{static_cast<std::int32_t>(date_of(1966, 1, 1)->days + random_.between(0, 10'900))};
        caregiver.id_number = identity_number(birth, k, sex);
        caregiver.phone = telephone(20'000'000 + k);
        caregiver.certificate_until = Date{frame_.from.days + frame_.days + static_cast<int>(random_.between(60, 900))};
        if (role(i) == Role::bad_certificate) caregiver.certificate_until = Date{frame_.from.days + frame_.days / 2};
        const bool needs_town = role(i) == Role::batch || role(i) == Role::far_next || role(i) == Role::own_flat;
        caregiver.is_rural = i % 4 == 3 && !needs_town;
        caregiver.beat = caregiver.is_rural ? rural_centre() : in_disc(random_, 4200);
        caregiver.home = moved(caregiver.beat, on_circle(random_, 1500 + random_.unit() * 1300));
        const double platform = random_.unit();
        caregiver.platform = platform < 0.7    ? Platform::android
                             : platform < 0.78 ? Platform::harmony
                                               : Platform::browser;
        if (role(i) == Role::mock || role(i) == Role::zero_radius || role(i) == Role::hung_lead) {
            caregiver.platform = Platform::android;
        }
        if (role(i) == Role::teleport) caregiver.platform = Platform::browser;
        if (role(i) == Role::new_phone) {
            caregiver.changes_phone = true;
            caregiver.second_phone_from = Date{frame_.from.days + frame_.days / 2};
        }
        const std::size_t elders = elder_count(k);
        for (std::size_t e = 0; e < elders; ++e)
            add_elder(i, caregiver, e, static_cast<std::int64_t>(elders_before(k)));
        block_.caregivers.push_back(std::move(caregiver));
    }

    static std::size_t elders_before(std::int64_t k) { return static_cast<std::size_t>(k * 25 / 4); }
    static std::size_t elder_count(std::int64_t k) { return elders_before(k + 1) - elders_before(k); }

    Point rural_centre() {
        const Point direction = on_circle(random_, 6500 + random_.unit() * 4500);
        return {std::abs(direction.east), std::abs(direction.north)};  // the villages lie to the north-east
    }

    void add_elder(std::size_t i, Caregiver& caregiver, std::size_t e, std::int64_t before) {
        Elder elder;
        const std::int64_t n = before + static_cast<std::int64_t>(e);
        elder.number = n + 1;
        elder.household = n + 1;
        elder.name = person_name(random_);
        elder.is_rural = caregiver.is_rural;
        elder.level = static_cast<int>(random_.between(1, 4));
        const Date birth{static_cast<std::int32_t>(date_of(1930, 1, 1)->days + n * 7919 % 11'000)};
        const Sex sex = random_.chance(0.6) ? Sex::female : Sex::male;
        const bool is_broken = !frame_.honest_only && (i == 14 || i == 29) && e == 3;
        elder.id_number = is_broken ? broken_identity_number(birth, n, sex) : identity_number(birth, n, sex);
        if (is_broken) elder.labels.push_back({"bad_id", "PE-IDN-10", "hit"});
        elder.phone = telephone(60'000'000 + n);
        elder.assessed_on = Date{frame_.from.days - static_cast<int>(random_.between(20, 240))};
        elder.assessment_until = Date{elder.assessed_on.days + 730};
        elder.home = homestead(caregiver, e, role(i) == Role::far_next && e == 0);
        const double error_m = random_.chance(0.1) ? 30 + random_.unit() * 25 : random_.unit() * 15;
        elder.registered = moved(elder.home, on_circle(random_, error_m));

        // Some caregivers have a couple: two elders, one door, one telephone.
        if (e == 1 && is_couple(i)) {
            const Elder& spouse = block_.elders.back();
            elder.household = spouse.household;
            elder.home = spouse.home;
            elder.registered = spouse.registered;
            elder.phone = spouse.phone;
        }
        if (role(i) == Role::contact_phone && e < 2) elder.phone = caregiver.phone;
        if (role(i) == Role::mock && e < 2) elder.phone = caregiver.phone;
        elder.address = address(elder.household, elder.is_rural);
        if (role(i) == Role::two_person && e == 2) {
            elder.registered = moved(elder.home, on_circle(random_, 140 + random_.unit() * 40));
            elder.labels.push_back({"wrong_point", "FI-LOC-17", "hit"});
        }
        caregiver.elders.push_back(block_.elders.size());
        block_.elders.push_back(std::move(elder));
    }

    bool is_couple(std::size_t i) const { return i % 5 == 4 && is_honest(role(i)); }

    Point homestead(const Caregiver& caregiver, std::size_t e, bool is_far) {
        if (is_far) return moved(caregiver.beat, on_circle(random_, 7000 + random_.unit() * 2000));
        const double radius_m = caregiver.is_rural ? 2600 : 1300;
        Point best = caregiver.beat;
        double best_m = -1;
        for (int attempt = 0; attempt < 40; ++attempt) {
            const Point p = moved(caregiver.beat, in_disc(random_, radius_m));
            double nearest_m = std::min(1e9, distance_m(p, caregiver.home) - 350);
            for (std::size_t other = 0; other < e; ++other) {
                nearest_m = std::min(nearest_m, distance_m(p, block_.elders[caregiver.elders[other]].home));
            }
            if (nearest_m > best_m) {
                best_m = nearest_m;
                best = p;
            }
            if (nearest_m > 450) break;
        }
        return best;
    }

    // The second of the two-person team also serves, alone, the elder whose address point is wrong.
    void arrange_neighbours() {
        if (count_ <= two_person_position + 1) return;
        Caregiver& first = block_.caregivers[two_person_position];
        if (first.elders.size() > 2) block_.caregivers[two_person_position + 1].elders.push_back(first.elders[2]);
    }

    // ---- orders that need two caregivers

    void reserve_shared_orders() {
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
        }
    }

    // ---- one caregiver

    bool is_workday(std::size_t i, int day) const {
        return (static_cast<std::size_t>(day) + i + static_cast<std::size_t>(first_)) % 7 != 6;
    }

    void plan_caregiver(std::size_t i) {
        slots_.assign(static_cast<std::size_t>(frame_.days), {});
        closed_.assign(static_cast<std::size_t>(frame_.days), false);
        for (int day = 0; day < frame_.days; ++day) closed_[static_cast<std::size_t>(day)] = !is_workday(i, day);
        turn_ = random_.below(7);
        std::int64_t left = quota_[i];
        plant(i, left);
        spread(i, left);
        for (int day = 0; day < frame_.days; ++day) place_day(i, day);
    }

    // The visits of the caregiver's scheme, on their days. Takes from `left` what it plans.
    void plant(std::size_t i, std::int64_t& left) {
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
                const std::int64_t hung = hung_[0] + hung_[1] + hung_[2];
                for (int day = 0; day < days && static_cast<std::int64_t>(heavy_days_.size()) * 2 < hung && left >= 4;
                     ++day) {
                    if (closed_[static_cast<std::size_t>(day)]) continue;
                    for (std::size_t n = 0; n < 4; ++n) add_slots(day, {Visit::plain, next_elder(i, day), care}, 1);
                    closed_[static_cast<std::size_t>(day)] = true;
                    heavy_days_.push_back(day);
                    left -= 4;
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

    void plant_pairs(Visit visit, std::int64_t& left, std::int64_t orders) {
        for (int day = 1; day < frame_.days && orders > 0 && left >= 2; day += 2) {
            if (closed_[static_cast<std::size_t>(day)]) continue;
            add_slots(day, {visit, visit == Visit::far ? 1 + turn_++ % 4 : turn_++ % 5, care}, 1);
            left -= 2;  // the order itself and the one that cannot be
            --orders;
            if (visit == Visit::far) closed_[static_cast<std::size_t>(day)] = true;
        }
    }

    // Ordinary visits, evenly over the open days.
    void spread(std::size_t i, std::int64_t left) {
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
                if (is_couple(i) && elder < 2 && left >= 2 && random_.chance(0.4) && !is_taken(d, 0) &&
                    !is_taken(d, 1)) {
                    slots_[d].push_back({Visit::couple, 0, random_.chance(0.5) ? cleaning : meal});
                    left -= 2;
                    continue;
                }
                slots_[d].push_back({Visit::plain, elder, ordinary_item(role(i), caregiver)});
                --left;
            }
        }
    }

    std::size_t ordinary_item(Role role, const Caregiver& caregiver) {
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

    int last_month_end() const {
        for (int day = frame_.days - 1; day >= 0; --day) {
            if (calendar_of(Date{frame_.from.days + day + 1}).day == 1) return day;
        }
        return -1;
    }

    int next_open(int day) const {
        for (; day < frame_.days; ++day) {
            const auto d = static_cast<std::size_t>(day);
            if (!closed_[d] && slots_[d].empty()) return day;
        }
        return -1;
    }

    void add_slots(int day, Slot slot, int count) {
        for (int n = 0; n < count; ++n) slots_[static_cast<std::size_t>(day)].push_back(slot);
    }

    bool is_taken(std::size_t day, std::size_t elder) const {
        for (const Slot& slot : slots_[day]) {
            if (slot.elder == elder || (slot.visit == Visit::couple && elder < 2)) return true;
            if (slot.visit == Visit::overlap && elder == (slot.elder + 1) % 5) return true;
        }
        return false;
    }

    // The next elder in turn who is not yet visited that day.
    std::size_t next_elder(std::size_t i, int day) {
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

    // ---- one day

    void place_day(std::size_t i, int day) {
        const auto d = static_cast<std::size_t>(day);
        const Caregiver& caregiver = block_.caregivers[i];
        const Instant zero = midnight(Date{frame_.from.days + day});
        Free& free = free_at_[i][d];
        free = {plus(zero, 7 * hours_ms + 30 * minutes_ms + random_.between(0, 75 * 60) * seconds_ms), caregiver.home,
                0};
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

    // A new order of a plain kind that starts now and is honest in every number.
    Order& add_order(std::size_t i, std::size_t elder, std::size_t item, Instant start) {
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

    // Whole minutes served, at most the plan; money by the catalogue.
    static void bill(Order& order) {
        order.billed_minutes =
            std::min(order.planned_minutes, static_cast<int>((order.end.ms - order.start.ms) / minutes_ms));
        price(order);
    }

    static void price(Order& order) {
        const Item& item = items()[order.item];
        order.pay_fen = item.is_hourly ? item.price_fen / 60 * order.billed_minutes : item.price_fen;
    }

    Instant arrival(const Free& free, Point place) {
        if (free.orders == 0) return free.at;
        return plus(free.at,
                    (ride_ms(free.place, place) + random_.between(6, 14) * minutes_ms) / seconds_ms * seconds_ms);
    }

    void place_plain(std::size_t i, Visit visit, std::size_t elder, std::size_t item, Free& free) {
        const Point home = block_.elders[elder].home;
        if (item == escort && distance_m(home, hospital_near(home)) > 4500) item = care;
        Order& order = add_order(i, elder, item, arrival(free, home));
        free = {order.end, home, free.orders + 1};
        if (visit == Visit::long_day) {
            order.labels.push_back({"long_day", "*", "any"});
            return;
        }
        apply_role(i, order, free);
    }

    void place_couple(std::size_t i, const Slot& slot, Free& free) {
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

    // Four elders checked in from the stairwell of the first; the first is really served.
    void place_batch(std::size_t i, Free& free) {
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
                block_.orders[leader].rides_along.push_back(order.serial);
            }
            last = std::max(last, order.end);
            start = plus(start, random_.between(170, 250) * seconds_ms);
        }
        free = {last, block_.elders[caregiver.elders[3]].home, free.orders + 4};
    }

    // A second order across town while the first goes on, entered by hand afterwards.
    void place_overlap(std::size_t i, const Slot& slot, Free& free) {
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
        free = {std::max(first.end, second.end), block_.elders[elder].home, free.orders + 1};
    }

    // Leaves early for an elder far away, and checks out on the road.
    void place_far(std::size_t i, const Slot& slot, Free& free) {
        const Caregiver& caregiver = block_.caregivers[i];
        place_plain(i, Visit::plain, caregiver.elders[slot.elder], care, free);
        Order& first = block_.orders.back();
        const Point here = block_.elders[first.elder].home;
        const std::size_t elder = caregiver.elders[0];
        const Point there = block_.elders[elder].home;
        const Instant start = plus(first.end, random_.between(60, 90) * seconds_ms);
        const auto ride = static_cast<Millis>(distance_m(here, there) / hurried_mps * 1000);
        first.signal = Signal::plain;
        first.path = {{plus(start, -ride - minutes_ms), here}, {plus(start, -minutes_ms), there}};
        first.labels.push_back({"far_next", "HC-LOC-02", "hit"});
        Order& second = add_order(i, elder, cleaning, start);
        second.path = {{start, there}};
        second.labels.push_back({"far_next", "HC-LOC-14", "hit"});
        free = {second.end, there, free.orders + 1};
    }

    // Two-hour orders that start every eighty minutes: twenty-six hours in one day.
    void place_long_overlap(std::size_t i, const Slot& slot, Instant zero, std::size_t n) {
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

    // ---- what is wrong, or odd, with an ordinary order

    void apply_role(std::size_t i, Order& order, Free& free) {
        const Caregiver& caregiver = block_.caregivers[i];
        const Elder& elder = block_.elders[order.elder];
        const auto day = static_cast<int>((order.start.ms - midnight(frame_.from).ms) / days_ms);
        const auto elder_index = static_cast<std::size_t>(
            std::find(caregiver.elders.begin(), caregiver.elders.end(), order.elder) - caregiver.elders.begin());
        switch (role(i)) {
            case Role::location_off:
                if (day < frame_.days / 4 || day > frame_.days * 6 / 10) break;
                order.signal = Signal::off;
                order.has_track = order.has_place = false;
                order.labels.push_back({"S1", "HC-LOC-03", "hit"});
                order.labels.push_back({"S1", "HC-LOC-01", "inconclusive"});
                order.labels.push_back({"S1", "HC-LOC-08", "inconclusive"});
                return;
            case Role::mock:
            case Role::zero_radius:
                if (elder_index < 2 || (role(i) == Role::zero_radius && elder_index == 2)) {
                    order.signal = role(i) == Role::mock ? Signal::mock : Signal::zero_radius;
                    order.labels.push_back({"S2", "HC-LOC-04", "hit"});
                    if (role(i) == Role::mock) order.labels.push_back({"S2", "HC-EVD-08", "hit"});
                    return;
                }
                break;
            case Role::teleport:
                if (elder_index > 1) break;
                jump(caregiver, elder, order);
                order.labels.push_back({"S2", "HC-LOC-06", "hit"});
                order.labels.push_back({"S2", "HC-LOC-04", "inconclusive"});
                return;
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
                    block_.orders[static_cast<std::size_t>(last_photo_)].labels.push_back(
                        {"thin_evidence", "*", "any"});
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

    void apply_noise(Order& order, Free& free) {
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
        } else if (draw < 0.10 && !elder.is_rural) {
            order.signal = Signal::basement;
            for (const std::string_view rule : {"HC-LOC-03", "HC-LOC-07", "HC-LOC-08"}) {
                order.labels.push_back({"basement", rule, "clear"});
            }
        }
    }

    static Point hospital_near(Point place) {
        constexpr std::array<Point, 4> hospitals = {Point{400, -900}, Point{-2600, 1500}, Point{2500, 2300},
                                                    Point{900, 4200}};
        Point best = hospitals[0];
        for (const Point hospital : hospitals) {
            if (distance_m(place, hospital) < distance_m(place, best)) best = hospital;
        }
        return best;
    }

    void go_to_hospital(Order& order, const Elder& elder, Free& free) {
        const Point hospital = hospital_near(elder.home);
        const auto ride = static_cast<Millis>(distance_m(elder.home, hospital) / hurried_mps * 1000);
        const Instant leaves = plus(order.start, 9 * minutes_ms);
        order.path = {{order.start, elder.home}, {leaves, elder.home}, {plus(leaves, ride), hospital}};
        if (random_.chance(0.6)) {
            const Instant back = plus(order.end, -7 * minutes_ms);
            order.path.push_back({plus(back, -ride), hospital});
            order.path.push_back({back, elder.home});
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

    void run_errand(Order& order, const Elder& elder) {
        const Point market = moved(elder.home, on_circle(random_, 350 + random_.unit() * 450));
        const auto walk = static_cast<Millis>(distance_m(elder.home, market) / 1.3 * 1000);
        const Instant leaves = plus(order.start, 8 * minutes_ms);
        const Instant back = plus(order.end, -9 * minutes_ms);
        order.path = {{order.start, elder.home},
                      {leaves, elder.home},
                      {plus(leaves, walk), market},
                      {plus(back, -walk), market},
                      {back, elder.home}};
        order.labels.push_back({"errand", "HC-LOC-07", "exempt"});
        order.labels.push_back({"errand", "HC-LOC-08", "clear"});
    }

    // A virtual-location app in a browser terminal: the true place shows before, after and when the app fails.
    void jump(const Caregiver& caregiver, const Elder& elder, Order& order) {
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

    // One hour worked, two billed; some do even less.
    void leave_early(const Caregiver& caregiver, const Elder& elder, Order& order) {
        const Millis worked =
            random_.chance(0.6) ? random_.between(32, 48) * minutes_ms : random_.between(54, 60) * minutes_ms;
        Point refuge = caregiver.home;
        if (random_.chance(0.5)) refuge = moved(elder.home, on_circle(random_, 1200 + random_.unit() * 900));
        const Instant leaves = plus(order.start, worked);
        const auto ride = static_cast<Millis>(distance_m(elder.home, refuge) / 5.0 * 1000);
        order.path = {{order.start, elder.home}, {leaves, elder.home}, {plus(leaves, ride), refuge}};
        for (const std::string_view rule : {"HC-LOC-08", "HC-LOC-07", "HC-LOC-02"}) {
            order.labels.push_back({"S4", rule, "hit"});
        }
    }

    // ---- orders of two caregivers

    // Late on days when both work: one elder, two caregivers, two telephones.
    void plan_joint_orders() {
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
                for (const Free* free : {&one, &two}) {
                    start = std::max(start, plus(free->at, ride_ms(free->place, home) + 8 * minutes_ms));
                }
                if (round < 6 && start.ms % days_ms > 12 * hours_ms) continue;  // past eight in the evening, UTC+8
                Order& first = add_order(a, elder, two_person_bath, start);
                const Instant end = first.end;
                first.labels.push_back({"two_person", "HC-TIM-03", "clear"});
                first.labels.push_back({"two_person", "HC-TIM-04", "clear"});
                Order& second = add_order(b, elder, two_person_bath, plus(start, random_.between(10, 50) * seconds_ms));
                second.end = plus(end, random_.between(0, 40) * seconds_ms);
                bill(second);
                second.labels.push_back({"two_person", "HC-TIM-03", "clear"});
                second.labels.push_back({"two_person", "HC-TIM-04", "clear"});
                one = {end, home, one.orders + 1};
                two = {second.end, home, two.orders + 1};
                --left;
            }
        }
    }

    // The lead has reached the hours of the day; what is served after that is booked on colleagues, with the lead's
    // telephone.
    void plan_hung_orders() {
        const std::int64_t hung = hung_[0] + hung_[1] + hung_[2];
        if (hung == 0) return;
        const std::size_t lead = hung_lead_position;
        std::array<std::int64_t, 3> left = hung_;
        for (std::int64_t n = 0; n < hung; ++n) {
            std::size_t colleague = static_cast<std::size_t>(n % 3);
            while (left[colleague] == 0) colleague = (colleague + 1) % 3;
            --left[colleague];
            const std::size_t day =
                heavy_days_.empty()
                    ? static_cast<std::size_t>(n / 2) % static_cast<std::size_t>(frame_.days)
                    : static_cast<std::size_t>(heavy_days_[static_cast<std::size_t>(n / 2) % heavy_days_.size()]);
            const std::size_t i = lead + 1 + colleague;
            Free& phone = free_at_[lead][day];
            Free& own = free_at_[i][day];
            const Caregiver& caregiver = block_.caregivers[lead];
            const std::size_t elder = caregiver.elders[static_cast<std::size_t>(n) % caregiver.elders.size()];
            const Point home = block_.elders[elder].home;
            const Instant start = std::max(plus(phone.at, ride_ms(phone.place, home) + 8 * minutes_ms),
                                           plus(own.at, ride_ms(own.place, home) + 20 * minutes_ms));
            Order& order = add_order(i, elder, n % 2 == 0 ? cleaning : meal, {start.ms / seconds_ms * seconds_ms});
            order.device_of = lead;
            order.labels.push_back({"S3", "HC-LOC-13", "hit"});
            order.labels.push_back({"S3", "HC-IDN-11", "hit"});
            phone = {order.end, home, phone.orders + 1};
            own = {order.end, home, own.orders + 1};
        }
    }

    // ---- registers that follow from the orders

    void settle() {
        for (Order& order : block_.orders) {
            order.start.ms = order.start.ms / seconds_ms * seconds_ms;
            order.end.ms = order.end.ms / seconds_ms * seconds_ms;
        }
        for (std::size_t i = 0; i < count_; ++i) settle_role(i);
        sort_orders();
        settle_wrong_sources();
        settle_grants();
        settle_long_days();
    }

    std::vector<Order*> orders_of(std::size_t elder) {
        std::vector<Order*> found;
        for (Order& order : block_.orders) {
            if (order.elder == elder) found.push_back(&order);
        }
        std::stable_sort(found.begin(), found.end(),
                         [](const Order* a, const Order* b) { return a->start < b->start; });
        return found;
    }

    static Date date(Instant instant) { return Date{static_cast<std::int32_t>((instant.ms + 8 * hours_ms) / days_ms)}; }

    void settle_role(std::size_t i) {
        const Caregiver& caregiver = block_.caregivers[i];
        if (role(i) == Role::late_death) {
            Elder& elder = block_.elders[caregiver.elders[0]];
            elder.is_dead = true;
            const std::vector<Order*> orders = orders_of(caregiver.elders[0]);
            int died = frame_.from.days + 2;
            while (std::any_of(orders.begin(), orders.end(),
                               [died](const Order* o) { return date(o->start).days == died; }))
                ++died;
            elder.died_on = Date{died};
            elder.death_recorded_at =
                plus(midnight(Date{died + 20}), 10 * hours_ms + random_.between(0, 300) * minutes_ms);
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

    void settle_wrong_sources() {
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

    // Grants leave room to all but those who are meant to run over.
    void settle_grants() {
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
                if (sum > block_.elders[e].minutes_per_month)
                    order->labels.push_back({"over_grant", "HC-PAY-01", "hit"});
            }
        }
    }

    void settle_long_days() {
        std::map<std::pair<std::size_t, int>, Millis> served;
        for (Order& order : block_.orders) {  // by caregiver and start
            if (role(order.caregiver) != Role::long_day) continue;
            Millis& sum = served[{order.caregiver, date(order.start).days}];
            sum += order.end.ms - order.start.ms;
            if (sum > 12 * hours_ms) order.labels.push_back({"long_day", "HC-TIM-05", "hit"});
        }
    }

    void sort_orders() {
        std::stable_sort(block_.orders.begin(), block_.orders.end(), [](const Order& a, const Order& b) {
            return a.caregiver != b.caregiver ? a.caregiver < b.caregiver : a.start < b.start;
        });
    }

    const Frame& frame_;
    std::int64_t first_;
    std::size_t count_ = 0;
    Random random_;
    Block block_;
    std::vector<std::int64_t> quota_;
    std::int64_t joint_ = 0;
    std::array<std::int64_t, 3> hung_ = {0, 0, 0};
    std::vector<int> heavy_days_;
    std::vector<std::vector<Free>> free_at_;  // by caregiver and day: when and where the caregiver is done
    std::vector<std::vector<Slot>> slots_;    // of the caregiver being planned, by day
    std::vector<bool> closed_;
    std::size_t turn_ = 0;
    std::int64_t last_photo_ = -1;
};

}  // namespace

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
        {"TALK60", "精神慰藉", "Company", Mode::home, 60, 4800, true},
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

Block plan_block(const Frame& frame, std::int64_t number) {
    return Planner(frame, number).plan();
}

}  // namespace ningyi::simulate
