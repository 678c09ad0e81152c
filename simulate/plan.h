// SPDX-License-Identifier: Apache-2.0
// Who serves whom, when, and what is wrong with it: the caregivers, elders and orders of one block of a district (up to
// forty caregivers), with the labelled schemes planted. Blocks are independent of each other, so a district of any size
// is written block by block. No fixes here: see walk.h.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace ningyi::simulate {

// Metres east and north of the district's centre.
struct Point {
    double east = 0;
    double north = 0;
};

double distance_m(Point a, Point b);

// A place on the way, reached at that instant; straight lines between.
struct Waypoint {
    Instant at;
    Point point;
};

enum class Mode { home, errand, escort };

struct Item {
    std::string_view code, name_zh, name_en;
    Mode mode;
    int reference_minutes;
    std::int64_t price_fen;
    bool is_hourly;           // else the price is for the order, whatever its length
    int least_gap_hours = 0;  // between two services to one elder; 0: any
};

// The catalogue. Prices per hour are multiples of 60 fen, so that a price by the minute is exact.
const std::vector<Item>& items();

// What the caregiver's telephone is like.
enum class Platform { android, harmony, browser };

// What the positions of an order are like.
enum class Signal {
    plain,
    drift,         // indoor excursions of 30 to 150 m, with a radius that says so
    high_rise,     // wide noise all the time
    basement,      // silent between check-in and check-out
    outage,        // recorded in time, received late
    mock,          // a virtual-location app that sets the mock flag
    zero_radius,   // one that states an accuracy of exactly 0
    off,           // location switched off
    white_jitter,  // a virtual-location app without a flag: noise without memory around the door
    fake_route,    // one that also rides the way, without any noise
};

// One line of labels.csv. Rule `*` with `any`: the order belongs to the scheme, nothing is said about a rule.
struct Label {
    std::string_view scheme, rule, expected;
};

// What a telephone records of an order beside its way.
struct Recording {
    Millis lead_ms = 3 * minutes_ms;  // before check-in
    Millis tail_ms = 2 * minutes_ms;  // after check-out
    Millis step_ms = 10 * seconds_ms;
    Interval silent;         // no position in it; empty: always
    bool is_alive = false;   // signs of life while nothing is received
    bool has_stray = false;  // one fix of a far-away cell tower
};

// How the fixes of another order are passed off as those of this one.
// `wandering` adds ten metres of noise that is correlated in time: what a copy can hardly be told from.
enum class Copy { none, exact, noisy, thinned, reversed, wandering };

// Whose telephone the register gives as that of an elder.
enum class Contact { self, relative, guardian, village };

// What goes with an order beside its positions, and who pays for it.
struct Papers {
    std::int64_t signature_of = -1;   // serial of the order whose strokes the signature has, -1: its own
    std::int64_t near_photo_of = -1;  // serial of the order whose photo its photo almost is
    bool is_stamped = false;          // signed by a stamp, always the same
    Millis photo_shift_ms = 0;        // how much later than during the service the photo says it was taken
    double photo_away_m = 0;          // how far from the home
    bool has_foreign_token = false;   // the capture token of another order
    bool is_of_second_fund = false;   // served for the insurance, not for the subsidy
    bool is_paid_twice = false;       // the other fund paid for it as well
    bool is_cofunded = false;         // … and both know
    bool is_self_dispatched = false;
    bool is_off_plan = false;
    bool is_edited_after_freeze = false;
    bool has_adjustment = false;
    int rating = 0;  // 0: not rated
    Instant rated_at;
    std::int64_t rating_device = 0;
};

// A time for which assistance is granted; `to` is included, not known when is_open.
struct Grant {
    Date from, to;
    bool is_open = true;
};

// A visit of another programme to an elder.
struct OtherVisit {
    std::string_view programme;
    Instant from, to;
};

// Where a caregiver was besides the visits.
struct Presence {
    std::string_view kind;
    Instant from, to;
    bool is_clocked = false;
};

struct Leave {
    Instant from, to;
    bool is_cancelled = false;
};

// What the clocks of a telephone read at one moment.
struct ClockReading {
    Instant device_at, server_at, gps_at;
    bool has_gps = false;
    int boot = 0;
    Millis running_ms = 0;
    std::string_view scheme = {}, expected = {};  // not empty: what FI-TIM-09 must make of it
};

struct Caregiver {
    std::int64_t number = 0;  // from 1
    int agency = 0;           // from 1
    std::string name, id_number, phone;
    Date certificate_until;
    Point home, beat;
    bool is_rural = false;
    Platform platform = Platform::android;
    bool changes_phone = false;  // a second telephone of its own, registered
    Date second_phone_from;
    std::int64_t team = 0;            // registered as working together; 0: in none
    std::vector<std::size_t> elders;  // indices in the block
    std::string address;
    std::vector<std::size_t> family;  // elders of the own family, approved
    std::vector<Presence> presences;
    std::vector<Leave> leaves;
    std::vector<ClockReading> readings;
};

struct Stay {
    std::string_view kind;
    Instant from, to, recorded_at;
    std::string_view purpose = {};  // of a stay in an institution
    bool is_open = false;           // nobody registered its end
};

struct Elder {
    std::int64_t number = 0, household = 0;  // from 1
    std::string name, id_number, address, phone;
    Point home;        // where the elder really lives
    Point registered;  // where the register says so
    bool is_rural = false;
    int level = 1;
    Date assessed_on, assessment_until;
    int minutes_per_month = 0;
    bool is_below = false;  // in a basement, where nothing is received
    bool is_dead = false;
    Date died_on;
    Instant death_recorded_at;
    std::vector<Stay> stays;
    std::vector<Grant> grants;
    std::vector<OtherVisit> other_visits;
    Date born_on;  // as the register has it
    Contact contact = Contact::self;
    bool refuses_photos = false;
    std::int64_t account = 0;                       // where the allowance of the month goes
    bool is_authorised = false;                     // the account is that of an agent with a paper
    std::string_view payee_scheme, payee_expected;  // not empty: what HC-PAY-08 must make of the allowance
    std::vector<Label> labels;
};

struct Order {
    std::size_t caregiver = 0, elder = 0, item = 0;  // indices in the block and the catalogue
    Instant start, end, planned_start;
    int planned_minutes = 0, billed_minutes = 0;
    std::int64_t pay_fen = 0;
    Signal signal = Signal::plain;
    std::size_t device_of = 0;  // the caregiver whose telephone it is
    bool has_track = true;      // false: no fix was recorded for it alone
    bool has_place = true;      // false: check-in and check-out without a position
    bool has_check_out = true;
    bool is_back_entry = false;
    Millis late_ms = 0;            // how long the telephone waited for a network
    std::string_view edit_reason;  // not empty: edited
    Recording recording;
    std::vector<Waypoint> path;      // empty: at the elder's home, coming and leaving
    std::vector<Waypoint> approach;  // not empty: the way to the door, in place of a straight one
    Copy copy = Copy::none;
    std::size_t copy_of = 0;               // serial of the order whose fixes these are
    std::vector<std::size_t> rides_along;  // orders, by `serial`, whose check-ins this order's track covers
    std::size_t serial = 0;                // position in which it was planned
    int photos = 1, signatures = 1;
    std::int64_t photo_of = -1;  // serial of the order whose photo it shows, -1: its own
    std::string_view callback;   // not empty: the answer given
    Papers papers;
    std::vector<Label> labels;
};

struct Outage {
    Instant from, to;
};

// The size and the frame of a district.
struct Frame {
    std::int64_t orders = 0;
    std::uint64_t seed = 0;
    Date from;
    int days = 0;
    bool honest_only = false;
    std::int64_t caregivers = 0;

    Instant as_of() const;                // all registers are in by then
    std::vector<Outage> outages() const;  // two hours each, in the villages

    // A month is settled: its orders may not be changed from then on. Before as_of() by two days at least, else not.
    struct Statement {
        Date from, until;  // until: not settled any more
        Instant frozen_at;
    };
    std::vector<Statement> statements() const;
};

constexpr int agencies = 8;
constexpr int wrong_datum_agency = 8;           // exports GCJ-02, declares WGS-84
constexpr int drifting_agency = 3;              // edits a quarter of its orders
constexpr std::int64_t ring_devices = 700'000;  // devices from which one person rates for many
constexpr std::int64_t caregiver_accounts = 100'000'000;
constexpr std::int64_t block_caregivers = 40;

Instant midnight(Date date);  // in UTC+8

struct Block {
    std::vector<Caregiver> caregivers;
    std::vector<Elder> elders;
    std::vector<Order> orders;     // by caregiver, then by start
    std::int64_t first_order = 0;  // number of orders before this block
};

// Caregivers [40 · number, 40 · number + 40) of the district, as far as there are so many.
Block plan_block(const Frame& frame, std::int64_t number);

}  // namespace ningyi::simulate
