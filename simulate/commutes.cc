// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "simulate/planner.h"

namespace ningyi::simulate {
namespace {

constexpr Millis commute_lead_ms = 590 * seconds_ms;  // within the ten minutes that an order's track reaches back
constexpr double even_mps = 4.4;

}  // namespace

bool Planner::commutes(std::size_t i) const {
    return roles[i] == Role::replayer || roles[i] == Role::route_fake || i == lender_position || i == dense_position;
}

std::vector<Point> Planner::streets_to(const Caregiver& caregiver, const Elder& elder) const {
    Random streets(
        mixed(frame_.seed ^ 0x5DEECE66DULL, static_cast<std::uint64_t>(caregiver.number * 100'003 + elder.number)));
    const Point door = elder.home;
    Point away{caregiver.home.east - door.east, caregiver.home.north - door.north};
    if (std::abs(away.east) + std::abs(away.north) < 50) away = {1, 1};
    const double by_blocks = std::abs(away.east) + std::abs(away.north);
    const double length_m = 1600 + streets.unit() * 250;
    constexpr int corners = 4;  // in each direction
    std::array<double, corners> east{};
    std::array<double, corners> north{};
    double all_east = 0;
    double all_north = 0;
    for (int n = 0; n < corners; ++n) {
        all_east += east[static_cast<std::size_t>(n)] = 0.4 + streets.unit();
        all_north += north[static_cast<std::size_t>(n)] = 0.4 + streets.unit();
    }
    Point at{door.east + away.east / by_blocks * length_m, door.north + away.north / by_blocks * length_m};
    std::vector<Point> found = {at};
    for (std::size_t n = 0; n < corners; ++n) {
        at.east -= away.east / by_blocks * length_m * east[n] / all_east;
        found.push_back(at);
        at.north -= away.north / by_blocks * length_m * north[n] / all_north;
        found.push_back(at);
    }
    found.back() = door;
    return found;
}

std::vector<Waypoint> Planner::ride(const std::vector<Point>& streets, Instant arrives, Manner manner) {
    std::vector<Waypoint> way = {{arrives, streets.back()}};
    Instant at = arrives;
    for (std::size_t n = streets.size() - 1; n > 0; --n) {
        const double length = distance_m(streets[n - 1], streets[n]);
        const double mps = manner == Manner::even ? even_mps : 3.1 + random_.unit() * 2.7;
        at.ms -= static_cast<Millis>(length / mps * 1000) + 1;
        way.push_back({at, streets[n - 1]});
        if (n > 1 && manner == Manner::natural && random_.chance(0.4)) {  // a red light, a neighbour
            at.ms -= random_.between(5, 60) * seconds_ms;
            way.push_back({at, streets[n - 1]});
        }
    }
    std::reverse(way.begin(), way.end());
    return way;
}

void Planner::travel(std::vector<Waypoint>& path, Waypoint from, Waypoint to) {
    const double length = distance_m(from.point, to.point);
    const auto pieces = static_cast<std::size_t>(std::clamp(length / 200, 2.0, 60.0));
    std::vector<double> times(pieces);
    double whole = 0;
    for (double& time : times) {
        time = 0.6 + 0.8 * random_.unit();
        if (random_.chance(0.2)) time += 0.3 + 1.2 * random_.unit();  // a light
        whole += time;
    }
    path.push_back(from);
    double passed = 0;
    for (std::size_t n = 0; n + 1 < pieces; ++n) {
        passed += times[n];
        const double share = static_cast<double>(n + 1) / static_cast<double>(pieces);
        const auto at = static_cast<Millis>(static_cast<double>(to.at.ms - from.at.ms) * passed / whole);
        path.push_back({plus(from.at, at),
                        {from.point.east + (to.point.east - from.point.east) * share,
                         from.point.north + (to.point.north - from.point.north) * share}});
    }
    path.push_back(to);
}

void Planner::commute(Order& order, Manner manner) {
    const std::vector<Point> streets = streets_to(block_.caregivers[order.caregiver], block_.elders[order.elder]);
    order.approach = ride(streets, plus(order.start, -30 * seconds_ms), manner);
    order.recording.lead_ms = commute_lead_ms;
}

bool Planner::copy_commute(std::size_t from_caregiver, Order& order, Copy copy) {
    const Order* source = nullptr;
    for (const Order& earlier : block_.orders) {
        const Millis since = order.start.ms - earlier.start.ms;
        if (earlier.caregiver != from_caregiver || earlier.elder != order.elder || earlier.approach.empty() ||
            earlier.copy != Copy::none || !earlier.rides_along.empty() || earlier.recording.has_stray ||
            since < 12 * hours_ms || since > 29 * days_ms) {
            continue;
        }
        source = &earlier;
    }
    if (source == nullptr) return false;
    order.copy = copy;
    order.copy_of = source->serial;
    order.approach = source->approach;
    order.recording = source->recording;
    if (copy == Copy::reversed) std::swap(order.recording.lead_ms, order.recording.tail_ms);
    order.signal = Signal::plain;
    order.item = source->item;
    order.planned_minutes = source->planned_minutes;
    order.end = plus(order.start, source->end.ms - source->start.ms);
    bill(order);
    return true;
}

// ---- the same bus

Order* Planner::first_of_day(std::size_t i, int day) {
    const Instant from = midnight(Date{frame_.from.days + day});
    const Instant to = plus(from, days_ms);
    Order* first = nullptr;
    for (Order& order : block_.orders) {
        if (order.caregiver != i || order.start < from || order.start >= to) continue;
        if (first == nullptr || order.start < first->start) first = &order;
    }
    return first;
}

// Two colleagues take the same bus to work and part at its last stop.
void Planner::plan_bus_rides() {
    if (count_ <= bus_position + 1) return;
    for (int day = 1; day < frame_.days; day += 3) {
        std::array<Order*, 2> orders{};
        bool is_fit = true;
        for (std::size_t n = 0; n < 2; ++n) {
            Order* order = first_of_day(bus_position + n, day);
            is_fit = is_fit && order != nullptr && order->path.empty() && order->approach.empty() &&
                     order->rides_along.empty() && order->has_track && items()[order->item].mode == Mode::home;
            orders[n] = order;
        }
        if (!is_fit) continue;
        const Point one = block_.elders[orders[0]->elder].home;
        const Point two = block_.elders[orders[1]->elder].home;
        const Point stop{(one.east + two.east) / 2, (one.north + two.north) / 2};
        const Point terminus = moved(stop, on_circle(random_, 2300));
        const Point bend{terminus.east, stop.north};
        std::array<Millis, 2> walk{};
        Instant stops_at = orders[0]->start;
        for (std::size_t n = 0; n < 2; ++n) {
            walk[n] = static_cast<Millis>(distance_m(stop, n == 0 ? one : two) / 4.0 * 1000) + 30 * seconds_ms;
            stops_at = std::min(stops_at, plus(orders[n]->start, -walk[n] - 30 * seconds_ms));
        }
        std::vector<Waypoint> bus = {{stops_at, stop}};
        Instant at = stops_at;
        for (const auto& [from, to] : {std::pair{bend, stop}, std::pair{terminus, bend}}) {
            for (int piece = 3; piece >= 0; --piece) {  // a halt every few hundred metres
                const double share = piece / 4.0;
                const Point halt{from.east + (to.east - from.east) * share,
                                 from.north + (to.north - from.north) * share};
                at.ms -= static_cast<Millis>(distance_m(from, to) / 4 / (6.0 + random_.unit() * 3) * 1000) + 1;
                bus.push_back({at, halt});
                at.ms -= random_.between(8, 25) * seconds_ms;
                bus.push_back({at, halt});
            }
        }
        std::reverse(bus.begin(), bus.end());
        for (std::size_t n = 0; n < 2; ++n) {
            Order& order = *orders[n];
            const Instant start{plus(stops_at, walk[n] + 30 * seconds_ms).ms / seconds_ms * seconds_ms};
            const Millis earlier = order.start.ms - start.ms;
            order.start = start;
            order.end.ms -= earlier;
            order.planned_start.ms -= earlier / (5 * minutes_ms) * (5 * minutes_ms);
            order.approach = bus;
            order.approach.push_back({plus(stops_at, walk[n]), n == 0 ? one : two});
            order.recording.lead_ms = commute_lead_ms;
            order.labels.push_back({"bus", "HC-LOC-13", "clear"});
            order.labels.push_back({"bus", "HC-IDN-11", "clear"});
            order.labels.push_back({"bus", "HC-LOC-12", "clear"});
        }
    }
}

}  // namespace ningyi::simulate
