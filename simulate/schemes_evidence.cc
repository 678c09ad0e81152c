// SPDX-License-Identifier: Apache-2.0
// What is wrong, or odd, with photos, signatures, contact phones and ratings.
#include <map>

#include "simulate/planner.h"

namespace ningyi::simulate {

namespace {

constexpr std::size_t refusal_position = 4;   // an elder of this caregiver refuses photos
constexpr std::size_t stamp_position = 5;     // one of this signs by a stamp
constexpr std::size_t kitchen_position = 29;  // photos of one kitchen that look alike
constexpr std::size_t elsewhere_position = 24;
constexpr std::size_t near_position = 36;
constexpr std::size_t rating_position = 22;
constexpr std::size_t village_position = 39;  // four elders of a village give the telephone of its office

std::size_t index_of(const Caregiver& caregiver, std::size_t elder) {
    return static_cast<std::size_t>(std::find(caregiver.elders.begin(), caregiver.elders.end(), elder) -
                                    caregiver.elders.begin());
}

}  // namespace

std::vector<Order*> Planner::orders_by(std::size_t caregiver) {
    std::vector<Order*> found;
    for (Order& order : block_.orders) {
        if (order.caregiver == caregiver) found.push_back(&order);
    }
    return found;  // by start: block_.orders is sorted
}

void Planner::settle_photos(Random& random) {
    // Couples: one photo, and one signature, for the two orders of a visit.
    std::map<std::size_t, Order*> by_serial;
    for (Order& order : block_.orders) by_serial[order.serial] = &order;
    for (Order& order : block_.orders) {
        const bool is_couple_visit = order.rides_along.size() == 1 && is_couple(order.caregiver);
        if (!is_couple_visit) continue;
        Order& other = *by_serial.at(order.rides_along[0]);
        other.photo_of = static_cast<std::int64_t>(order.serial);
        other.papers.signature_of = static_cast<std::int64_t>(order.serial);
        other.labels.push_back({"one_visit", "HC-EVD-02", "exempt"});
        other.labels.push_back({"one_visit", "HC-EVD-05", "exempt"});
    }
    if (count_ > refusal_position && block_.caregivers[refusal_position].elders.size() > 2) {
        const std::size_t elder = block_.caregivers[refusal_position].elders[2];
        block_.elders[elder].refuses_photos = true;
        for (Order* order : orders_of(elder)) {
            order->photos = 0;
            order->labels.push_back({"refuses_photos", "HC-EVD-01", "exempt"});
        }
    }
    if (count_ > kitchen_position) {
        std::map<std::size_t, std::int64_t> first;
        for (Order* order : orders_by(kitchen_position)) {
            const auto [known, is_new] = first.emplace(order->elder, static_cast<std::int64_t>(order->serial));
            if (is_new || order->photos == 0) continue;
            order->papers.near_photo_of = known->second;
            order->labels.push_back({"same_kitchen", "HC-EVD-02", "clear"});
        }
    }
    if (frame_.honest_only) return;
    if (count_ > elsewhere_position) {
        std::size_t turn = 0;
        for (Order* order : orders_by(elsewhere_position)) {
            if (!order->has_place || random.chance(0.6)) continue;
            switch (turn++ % 3) {
                case 0: order->papers.photo_shift_ms = -random.between(20, 30) * hours_ms; break;
                case 1: order->papers.photo_away_m = 3000 + 4000 * random.unit(); break;
                default: order->papers.has_foreign_token = true; break;
            }
            order->labels.push_back({"photo_elsewhere", "HC-EVD-03", "hit"});
        }
    }
    if (count_ > near_position) {
        const Order* earlier = nullptr;
        for (Order* order : orders_by(near_position)) {
            const bool is_own = order->photos > 0 && order->photo_of < 0;
            if (!is_own) continue;
            const bool was_shown = std::any_of(order->labels.begin(), order->labels.end(),
                                               [](const Label& label) { return label.scheme == "thin_evidence"; });
            if (was_shown) continue;
            if (earlier != nullptr && earlier->elder != order->elder) {
                order->papers.near_photo_of = static_cast<std::int64_t>(earlier->serial);
                order->labels.push_back({"near_photo", "HC-EVD-02", "hit"});
                earlier = nullptr;
            } else {
                earlier = order;
            }
        }
    }
}

// The card and the terminal lie with the caregiver, who signs for the elder with one kept signature.
void Planner::settle_signatures() {
    if (count_ > stamp_position && block_.caregivers[stamp_position].elders.size() > 1) {
        const std::size_t elder = block_.caregivers[stamp_position].elders[1];
        bool is_first = true;
        std::int64_t stamp = -1;
        for (Order* order : orders_of(elder)) {
            order->papers.is_stamped = true;
            if (is_first) stamp = static_cast<std::int64_t>(order->serial);
            if (!is_first) {
                order->papers.signature_of = stamp;
                order->labels.push_back({"stamp", "HC-EVD-05", "exempt"});
            }
            is_first = false;
        }
    }
    for (std::size_t i = 0; i < count_; ++i) {
        if (role(i) != Role::contact_phone && role(i) != Role::mock) continue;
        const std::string_view scheme = role(i) == Role::mock ? "S2" : "S6";
        std::map<std::size_t, std::int64_t> kept;
        for (Order* order : orders_by(i)) {
            if (index_of(block_.caregivers[i], order->elder) > 1) continue;
            const auto [known, is_new] = kept.emplace(order->elder, static_cast<std::int64_t>(order->serial));
            if (is_new) continue;
            order->papers.signature_of = known->second;
            order->labels.push_back({scheme, "HC-EVD-05", "hit"});
        }
    }
}

void Planner::settle_telephones() {
    if (count_ <= village_position) return;
    const Caregiver& caregiver = block_.caregivers[village_position];
    for (std::size_t e = 0; e < 4 && e < caregiver.elders.size(); ++e) {
        Elder& elder = block_.elders[caregiver.elders[e]];
        elder.phone = block_.elders[caregiver.elders[0]].phone;
        elder.contact = Contact::village;
        for (Order* order : orders_of(caregiver.elders[e])) {
            order->labels.push_back({"village_line", "HC-EVD-08", "exempt"});
        }
    }
}

// Three orders in ten are rated, mostly well, from a telephone of the household. One caregiver rates the own orders
// from a second telephone, all the same.
void Planner::settle_ratings(Random& random) {
    for (Order& order : block_.orders) {
        const bool is_ring = role(order.caregiver) == Role::bad_certificate;
        if (!is_ring && !random.chance(0.3)) continue;
        const double draw = random.unit();
        order.papers.rating = is_ring || draw < 0.6 ? 5 : draw < 0.85 ? 4 : draw < 0.95 ? 3 : 2;
        order.papers.rated_at = plus(order.end, random.between(10, 2000) * minutes_ms);
        order.papers.rating_device =
            is_ring ? ring_devices + block_.caregivers[order.caregiver].number : block_.elders[order.elder].household;
    }
    if (frame_.honest_only || count_ <= rating_position) return;
    const std::vector<Order*> rated = orders_by(rating_position);
    std::map<std::size_t, int> elders;
    for (const Order* order : rated) ++elders[order->elder];
    if (rated.size() <= 10 || elders.size() < 5) return;
    for (Order* order : rated) {
        // Those within thirty days of the order make the pattern.
        std::map<std::size_t, int> near;
        std::int64_t others = 0;
        for (const Order* other : rated) {
            if (other == order || std::abs(other->start.ms - order->start.ms) > 30 * days_ms) continue;
            ++others;
            if (other->elder != order->elder) ++near[other->elder];
        }
        if (others >= 10 && near.size() >= 4) order->labels.push_back({"rating_ring", "HC-EVD-09", "hit"});
    }
}

}  // namespace ningyi::simulate
