// SPDX-License-Identifier: Apache-2.0
#include "simulate/planner.h"

#include <cmath>

#include "simulate/people.h"

namespace ningyi::simulate {

void Planner::add_caregiver(std::size_t i) {
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
    const bool needs_town =
        role(i) == Role::batch || role(i) == Role::far_next || role(i) == Role::own_flat || role(i) == Role::home_town;
    caregiver.is_rural = i % 4 == 3 && !needs_town;
    caregiver.beat = caregiver.is_rural ? rural_centre() : in_disc(random_, 4200);
    if (i == bus_position + 1) caregiver.beat = moved(block_.caregivers[bus_position].beat, on_circle(random_, 500));
    caregiver.home = moved(caregiver.beat, on_circle(random_, 1500 + random_.unit() * 1300));
    const double platform = random_.unit();
    caregiver.platform = platform < 0.7 ? Platform::android : platform < 0.78 ? Platform::harmony : Platform::browser;
    if (role(i) == Role::mock || role(i) == Role::zero_radius || role(i) == Role::hung_lead) {
        caregiver.platform = Platform::android;
    }
    if (role(i) == Role::teleport) caregiver.platform = Platform::browser;
    if (role(i) == Role::replayer || role(i) == Role::home_town || role(i) == Role::route_fake || i == dense_position)
        caregiver.platform = Platform::android;
    if (i == two_person_position || i == two_person_position + 1) caregiver.team = block + 1;
    if (role(i) == Role::new_phone) {
        caregiver.changes_phone = true;
        caregiver.second_phone_from = Date{frame_.from.days + frame_.days / 2};
    }
    const std::size_t elders = elder_count(k);
    for (std::size_t e = 0; e < elders; ++e) add_elder(i, caregiver, e, static_cast<std::int64_t>(elders_before(k)));
    block_.caregivers.push_back(std::move(caregiver));
}

Point Planner::rural_centre() {
    const Point direction = on_circle(random_, 6500 + random_.unit() * 4500);
    return {std::abs(direction.east), std::abs(direction.north)};  // the villages lie to the north-east
}

void Planner::add_elder(std::size_t i, Caregiver& caregiver, std::size_t e, std::int64_t before) {
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
    elder.is_below = !elder.is_rural && !commutes(i) && is_honest(role(i)) && n % 23 == 7;
    caregiver.elders.push_back(block_.elders.size());
    block_.elders.push_back(std::move(elder));
}

Point Planner::homestead(const Caregiver& caregiver, std::size_t e, bool is_far) {
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

void Planner::arrange_neighbours() {
    if (count_ <= two_person_position + 1) return;
    Caregiver& first = block_.caregivers[two_person_position];
    if (first.elders.size() > 2) block_.caregivers[two_person_position + 1].elders.push_back(first.elders[2]);
}

}  // namespace ningyi::simulate
