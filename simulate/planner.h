// SPDX-License-Identifier: Apache-2.0
// How one block of a district is planned: people first, then the days of each caregiver, then what needs two
// caregivers, then the registers that follow from the orders. Each part has a file: neighbourhood.cc (people),
// planner.cc (days), visits.cc, schemes.cc, commutes.cc, teams.cc, settlement.cc. Not for the users of plan.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "simulate/plan.h"

namespace ningyi::simulate {

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
    wrong_datum,
    replayer,
    borrower,
    route_fake,
    home_town
};

// One position in a block each; agencies of six, six, six, six, five, five, four and (wrong datum) two.
constexpr std::array<Role, block_caregivers> roles = {Role::replayer,
                                                      Role::location_off,
                                                      Role::mock,
                                                      Role::home_town,
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
                                                      Role::borrower,
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
                                                      Role::route_fake,
                                                      Role::wrong_datum,
                                                      Role::wrong_datum};
constexpr std::array<int, block_caregivers> groups = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3,
                                                      3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7};
constexpr std::size_t two_person_position = 30;
constexpr std::size_t hung_lead_position = 6;
constexpr std::size_t lender_position = 14;  // whose tracks the borrower takes
constexpr std::size_t bus_position = 4;      // and the next one: two colleagues who take the same bus
constexpr std::size_t dense_position = 26;   // whose telephone also records every five seconds

// What one caregiver may be paid for in a month, and from when the lead of a hung group minds it.
constexpr int month_cap_minutes = 80 * 60;
constexpr int near_cap_minutes = month_cap_minutes * 9 / 10;

inline bool is_honest(Role role) {
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

Instant plus(Instant instant, Millis length);
Millis ride_ms(Point a, Point b);                // by e-bike, door to door
Point in_disc(Random& random, double radius_m);  // uniform, without trigonometry
Point on_circle(Random& random, double radius_m);
Point moved(Point a, Point by);

class Planner {
public:
    Planner(const Frame& frame, std::int64_t number)
        : frame_(frame),
          first_(number * block_caregivers),
          random_(mixed(frame.seed, static_cast<std::uint64_t>(number))) {
        const std::int64_t left = frame.caregivers - first_;
        count_ = static_cast<std::size_t>(std::min<std::int64_t>(left, block_caregivers));
    }

    Block plan();

private:
    struct Free {
        Instant at;
        Point place;
        int orders = 0;
    };
    enum class Manner { natural, even };  // of a ride: with lights and moods, or as a program draws it

    static std::uint64_t mixed(std::uint64_t seed, std::uint64_t number);

    std::int64_t orders_before(std::int64_t caregiver) const { return caregiver * frame_.orders / frame_.caregivers; }

    Role role(std::size_t i) const;

    // ---- people

    void add_caregiver(std::size_t i);

    static std::size_t elders_before(std::int64_t k) { return static_cast<std::size_t>(k * 25 / 4); }
    static std::size_t elder_count(std::int64_t k) { return elders_before(k + 1) - elders_before(k); }

    Point rural_centre();

    void add_elder(std::size_t i, Caregiver& caregiver, std::size_t e, std::int64_t before);

    bool is_couple(std::size_t i) const { return i % 5 == 4 && is_honest(role(i)); }

    Point homestead(const Caregiver& caregiver, std::size_t e, bool is_far);

    // The second of the two-person team also serves, alone, the elder whose address point is wrong.
    void arrange_neighbours();

    // ---- orders that need two caregivers

    void reserve_shared_orders();

    // ---- one caregiver

    bool is_workday(std::size_t i, int day) const;

    void plan_caregiver(std::size_t i);

    // The visits of the caregiver's scheme, on their days. Takes from `left` what it plans.
    void plant(std::size_t i, std::int64_t& left);

    void plant_pairs(Visit visit, std::int64_t& left, std::int64_t orders);

    // Ordinary visits, evenly over the open days.
    void spread(std::size_t i, std::int64_t left);

    std::size_t ordinary_item(Role role, const Caregiver& caregiver);

    int last_month_end() const;

    int next_open(int day) const;

    void add_slots(int day, Slot slot, int count);

    bool is_taken(std::size_t day, std::size_t elder) const;

    // The next elder in turn who is not yet visited that day.
    std::size_t next_elder(std::size_t i, int day);

    // ---- one day

    void place_day(std::size_t i, int day);

    // A new order of a plain kind that starts now and is honest in every number.
    Order& add_order(std::size_t i, std::size_t elder, std::size_t item, Instant start);

    // Whole minutes served, at most the plan; money by the catalogue.
    static void bill(Order& order);

    static void price(Order& order);

    Instant arrival(const Free& free, Point place);

    void place_plain(std::size_t i, Visit visit, std::size_t elder, std::size_t item, Free& free);

    void place_couple(std::size_t i, const Slot& slot, Free& free);

    // Four elders checked in from the stairwell of the first; the first is really served.
    void place_batch(std::size_t i, Free& free);

    // A second order across town while the first goes on, entered by hand afterwards.
    void place_overlap(std::size_t i, const Slot& slot, Free& free);

    // Leaves early for an elder far away, and checks out on the road.
    void place_far(std::size_t i, const Slot& slot, Free& free);

    // Two-hour orders that start every eighty minutes: twenty-six hours in one day.
    void place_long_overlap(std::size_t i, const Slot& slot, Instant zero, std::size_t n);

    // ---- what is wrong, or odd, with an ordinary order

    void apply_role(std::size_t i, Order& order, Free& free);

    void apply_noise(Order& order, Free& free);

    static Point hospital_near(Point place);

    void go_to_hospital(Order& order, const Elder& elder, Free& free);

    void run_errand(Order& order, const Elder& elder);

    // A virtual-location app in a browser terminal: the true place shows before, after and when the app fails.
    void jump(const Caregiver& caregiver, const Elder& elder, Order& order);

    // One hour worked, two billed; some do even less.
    void leave_early(const Caregiver& caregiver, const Elder& elder, Order& order);

    // ---- ways to the door that the telephone records, and copies of them

    bool commutes(std::size_t i) const;
    // From some 1.7 km away to the elder's door, the same streets on every day.
    std::vector<Point> streets_to(const Caregiver& caregiver, const Elder& elder) const;
    // Waypoints along `streets` that end at `arrives`.
    std::vector<Waypoint> ride(const std::vector<Point>& streets, Instant arrives, Manner manner);
    void commute(Order& order, Manner manner);
    // From one place to another in that time, faster and slower on the way; appended to `path` with both ends.
    void travel(std::vector<Waypoint>& path, Waypoint from, Waypoint to);
    // Passes the recorded way of an earlier order to the same elder off as that of this one; false: there is none.
    bool copy_commute(std::size_t from_caregiver, Order& order, Copy copy);

    // ---- orders of two caregivers

    std::pair<std::size_t, std::size_t> add_joint_orders(std::size_t a, std::size_t b, std::size_t elder, Instant start,
                                                         bool together);
    void plan_bus_rides();
    Order* first_of_day(std::size_t i, int day);

    // Late on days when both work: one elder, two caregivers, two telephones.
    void plan_joint_orders();

    // The lead has reached the hours of the day; what is served after that is booked on colleagues, with the lead's
    // telephone.
    void plan_hung_orders();

    // ---- registers that follow from the orders

    void settle();

    std::vector<Order*> orders_of(std::size_t elder);

    static Date date(Instant instant) { return Date{static_cast<std::int32_t>((instant.ms + 8 * hours_ms) / days_ms)}; }

    void settle_role(std::size_t i);

    void settle_wrong_sources();

    // Grants leave room to all but those who are meant to run over.
    void settle_grants();

    // ---- time and identity (schemes_time.cc, schemes_identity.cc): planted after the days are, from a stream of its
    // own

    struct Plot {
        bool is_honest = false;  // a false positive waiting to happen, planted in every district
        std::size_t position = 0;
    };
    // The plot's caregiver is there and may be used.
    bool has(const Plot& plot) const { return plot.position < count_ && (plot.is_honest || !frame_.honest_only); }
    static bool ordinary_item_of(const Order& order);
    std::vector<Order*> ordinary_orders_of(std::size_t i);  // nothing special about their way or their recording
    void settle_intervals();
    void settle_even_visits(Random& random);
    void settle_odd_hours(Random& random);
    void settle_late_uploads(Random& random);
    void settle_make_up_visits();
    void settle_month_end();  // after the grants
    void settle_clocks(Random& random);
    void settle_residences();
    void settle_grant_days();
    void settle_other_programmes(Random& random);
    void settle_presences(Random& random);
    void settle_leaves();
    void settle_registered_persons();
    void settle_families();
    void settle_relations();  // after accounts and telephones

    void settle_long_days();
    void settle_hours_cap();
    void settle_copies();
    void settle_swaps();
    void settle_commutes();

    void sort_orders();

    // ---- papers and payments (schemes_evidence.cc, schemes_payment.cc): planted last and from streams of their own,
    // so that nothing planned before depends on them

    std::vector<Order*> orders_by(std::size_t caregiver);
    void settle_photos(Random& random);
    void settle_signatures();
    void settle_telephones();
    void settle_ratings(Random& random);
    void split_visits();  // before grants are settled
    void settle_plans();
    void settle_second_fund();
    void settle_edits(Random& random);
    void settle_allowances();
    void settle_dispatch();
    void settle_closed_pairs();

    const Frame& frame_;
    std::int64_t first_;
    std::size_t count_ = 0;
    Random random_;
    Block block_;
    std::vector<std::int64_t> quota_;
    std::int64_t joint_ = 0;
    std::int64_t pocketed_ = 0;  // visits of two telephones and one caregiver
    std::array<std::int64_t, 3> hung_ = {0, 0, 0};
    std::vector<int> heavy_days_, late_days_;  // of the lead: before and after the hours of the month are reached

    std::vector<std::vector<Free>> free_at_;  // by caregiver and day: when and where the caregiver is done
    std::vector<std::vector<Slot>> slots_;    // of the caregiver being planned, by day
    std::vector<bool> closed_;
    std::size_t turn_ = 0;
    std::size_t copies_ = 0;
    std::int64_t last_photo_ = -1;
};

}  // namespace ningyi::simulate
