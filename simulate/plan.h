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
    bool is_hourly;  // else the price is for the order, whatever its length
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
};

struct Stay {
    std::string_view kind;
    Instant from, to, recorded_at;
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
};

constexpr int agencies = 8;
constexpr int wrong_datum_agency = 8;  // exports GCJ-02, declares WGS-84
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
