// SPDX-License-Identifier: Apache-2.0
// How fast the kernels of geo and track are, on synthetic tracks, in processor time: a table of nanoseconds a fix and
// millions of fixes a second. The goals are those of the measures' design: presence at least 5 million fixes a second,
// conversion with the inverse at least 0.5 million. A word as argument: only what has it in its name.
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "engine/shared_marks.h"
#include "geo/datum.h"
#include "geo/plane.h"
#include "track/clean.h"
#include "track/codec.h"
#include "track/company_join.h"
#include "track/compare/companion.h"
#include "track/compare/inside.h"
#include "track/compare/presence.h"
#include "track/compare/replay.h"
#include "track/compare/shape.h"
#include "track/compare/teleport.h"
#include "track/live/visit.h"
#include "track/meeting.h"
#include "track/signature.h"
#include "track/stay.h"

namespace {

using namespace ningyi;
using namespace ningyi::track;

constexpr geo::Place home{317'700'000, 1'199'700'000};
constexpr Millis nine = 1'754'010'000'000;
constexpr int fixes_a_track = 2880;  // eight hours at ten seconds

double sum = 0;         // keeps results alive
std::string_view only;  // what the names measured must contain

double seconds_now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Runs `body`, which works on `count` things, for at least half a second of processor time; reading the clock costs
// about as much as a block, so it is read ever less often.
template <class Body>
void time(const char* name, int count, Body body) {
    if (std::string_view(name).find(only) == std::string_view::npos) return;
    const double start = seconds_now();
    double elapsed = 0;
    long runs = 0;
    for (long batch = 1; elapsed < 0.5; batch += (batch + 3) / 4) {
        for (long i = 0; i < batch; ++i) sum += static_cast<double>(body());
        runs += batch;
        elapsed = seconds_now() - start;
    }
    const double ns = elapsed * 1e9 / (static_cast<double>(runs) * count);
    std::printf("%-52s %10.1f ns %10.2f M/s\n", name, ns, 1e3 / ns);
}

// A day: fixes `spread` metres around a place `east` metres away, every `step` ms, half of them on whole places as
// phones repeat them.
std::vector<Fix> day(double east, double spread, Millis step, Millis jitter, std::uint32_t accuracy_mm) {
    Random random(5);
    std::vector<Fix> fixes;
    const geo::Plane plane(home);
    for (int i = 0; i < fixes_a_track; ++i) {
        Fix fix = fix_received(
            Instant{nine + i * step + static_cast<Millis>(random.below(static_cast<std::uint64_t>(jitter) + 1))},
            plane.place({east + (random.unit() - 0.5) * spread, (random.unit() - 0.5) * spread}), geo::Datum::wgs84);
        fix.accuracy_mm = accuracy_mm + static_cast<std::uint32_t>(random.below(accuracy_mm));
        fix.level = Level::p68;
        fix.provider = Provider::gnss;
        fixes.push_back(fix);
    }
    mark(fixes);
    return fixes;
}

// A drive at about 14 m/s with all that a phone states of it.
std::vector<Fix> drive() {
    Random random(7);
    std::vector<Fix> fixes;
    const geo::Plane plane(home);
    geo::Offset place;
    for (int i = 0; i < fixes_a_track; ++i) {
        const double speed = 12 + random.unit() * 4;
        place.east += speed * ((i / 60) % 2 == 0 ? 1 : 0.1);
        place.north += speed * ((i / 60) % 2 == 0 ? 0.1 : 1) + random.unit() - 0.5;
        Fix fix = fix_received(Instant{nine + i * 1000}, plane.place(place), geo::Datum::wgs84);
        fix.accuracy_mm = 4000 + 100 * static_cast<std::uint32_t>(random.below(20));
        fix.level = Level::p68;
        fix.provider = Provider::gnss;
        fix.flags = flag_mock_known | flag_moving;
        fix.speed_mm_s = static_cast<std::int32_t>(speed * 1000);
        fix.bearing_cdeg = static_cast<std::int32_t>(random.below(300)) + ((i / 60) % 2 == 0 ? 8000 : 500);
        fix.altitude_mm = 100 * static_cast<std::int32_t>(50 + random.below(20));
        fix.mono_ms = 5'000'000 + i * 1000;
        fix.boot = 3;
        fix.seq = static_cast<std::uint32_t>(i);
        fixes.push_back(fix);
    }
    mark(fixes);
    return fixes;
}

struct Arrival {
    std::uint64_t subject = 0;
    Instant at;
    geo::Place place;
};

// `people` on a square of `side` metres, each with a fix every ten seconds for half an hour, in the order of the log;
// `moving` of them walk at up to 1.4 m/s and turn at its sides, the others sit and jitter by 10 m.
std::vector<Arrival> crowd(int people, double side, double moving) {
    Random random(9);
    const geo::Plane plane(home);
    std::vector<geo::Offset> places, ways;
    for (int i = 0; i < people; ++i) {
        places.push_back({random.unit() * side, random.unit() * side});
        const bool walks = random.unit() < moving;
        ways.push_back({walks ? 1.0 + random.unit() * 0.4 : 0, walks ? random.unit() * 2 - 1 : 0});
    }
    std::vector<Arrival> arrivals;
    for (int step = 0; step < 180; ++step) {
        for (std::size_t i = 0; i < places.size(); ++i) {
            geo::Offset& place = places[i];
            geo::Offset& way = ways[i];
            place = {place.east + way.east * 10, place.north + way.north * 10};
            if (place.east < 0 || place.east > side) way.east = -way.east;
            if (place.north < 0 || place.north > side) way.north = -way.north;
            const double noise = way.east == 0 ? 10 : 2;
            arrivals.push_back({i + 1, Instant{nine + step * 10'000 + static_cast<Millis>(i * 10'000 / places.size())},
                                plane.place({place.east + (random.unit() - 0.5) * noise,
                                             place.north + (random.unit() - 0.5) * noise})});
        }
    }
    return arrivals;
}

Interval whole(const std::vector<Fix>& fixes) {
    return {fixes.front().at, fixes.back().at};
}

// An hour on an e-bike with turns and halts, a fix every `step`.
std::vector<Fix> ride(std::uint64_t seed, Millis start, Millis step) {
    Random random(seed);
    const geo::Plane plane(home);
    std::vector<Fix> fixes;
    geo::Offset place{random.unit() * 3000, random.unit() * 3000};
    double east = 1, north = 0, speed = 5;
    for (Millis at = 0; at < hours_ms; at += step) {
        if (at % (30 * seconds_ms) < step) {
            if (random.chance(0.3)) {
                std::swap(east, north);
                if (random.chance(0.5)) east = -east, north = -north;
            }
            speed = random.chance(0.15) ? 0 : 3 + 4 * random.unit();
        }
        const double moved = speed * static_cast<double>(step) / 1000;
        place = {place.east + east * moved, place.north + north * moved};
        Fix fix = fix_received(Instant{start + at},
                               plane.place({place.east + random.unit() * 4, place.north + random.unit() * 4}),
                               geo::Datum::wgs84);
        fix.accuracy_mm = 8000;
        fix.level = Level::p68;
        fix.provider = Provider::gnss;
        fixes.push_back(fix);
    }
    mark(fixes);
    return fixes;
}

std::vector<geo::Offset> line_of(const std::vector<Fix>& fixes, std::size_t points) {
    const geo::Plane plane(home);
    std::vector<geo::Offset> line;
    for (std::size_t i = 0; i < points; ++i) line.push_back(plane.offset(fixes[i * fixes.size() / points].place));
    return line;
}

// Copies, their search, and shapes. The goals: verify in 2 ms, sign in 1 µs from cells, search a million in 20 µs,
// Fréchet 0.33 ns and warping 1.4 ns a cell.
void time_copies_and_shapes() {
    const std::vector<Fix> today = ride(1, nine, seconds_ms);
    const std::vector<Fix> other = ride(2, nine + 9 * days_ms, seconds_ms);
    const auto median = [](const std::vector<Fix>& a, const std::vector<Fix>& b) {
        const auto found = synchrony(a, b);
        return found ? found->median_m : 0;
    };
    time("synchrony, 1 h and 1 h at 1 s, a pair", 1, [&] { return median(today, other); });
    time("synchrony, an hour and itself, a pair", 1, [&] { return median(today, today); });
    time("copied run, 1 h and 1 h at 1 s, a pair", 1, [&] { return copied_run(today, other); });
    time("visited cells", static_cast<int>(today.size()), [&] { return visited_cells(today).size(); });
    const std::vector<std::uint64_t> cells = visited_cells(today);
    std::printf("an hour visits %zu cells\n", cells.size());
    time("signature of them", 1, [&] { return signature_of(cells)->bins[5]; });
    const std::vector<std::uint64_t> other_cells = visited_cells(other);
    time("is worth comparing", 1, [&] { return is_worth_comparing(cells, other_cells) ? 1 : 0; });

    constexpr std::uint32_t parts = 1'000'000;
    Random random(8);
    std::vector<Signature> signatures(parts);
    for (Signature& signature : signatures) {
        for (std::uint16_t& bin : signature.bins) bin = static_cast<std::uint16_t>(random.next());
    }
    // The marks of a part are its bands together with its block, as the engine keeps them.
    const auto marks_of = [&](std::uint64_t block, const Signature& signature) {
        std::vector<std::uint64_t> marks = band_keys(signature);
        for (std::uint64_t& mark : marks) mark ^= block * 0x9E3779B97F4A7C15ULL;
        return marks;
    };
    engine::SharedMarks index;
    const double start = seconds_now();
    for (std::uint32_t part = 0; part < parts; ++part) index.add(part, marks_of(part % 40, signatures[part]));
    std::printf("index of %u parts: %.0f ns to add one, 16 bytes a mark, %zu marks\n", parts,
                (seconds_now() - start) * 1e9 / parts, index.size());
    time("search a million parts, one of them the same", 1, [&] {
        const auto part = static_cast<std::uint32_t>(random.below(parts));
        return index.with_any(marks_of(part % 40, signatures[part])).size();
    });
    // A hundred carers' trips of 30 days in one block, a tenth of them on one common way.
    engine::SharedMarks block;
    for (std::uint32_t part = 0; part < 15'000; ++part)
        block.add(part, marks_of(1, signatures[part % 10 == 0 ? 0 : part]));
    time("search a block of 15,000, 1,500 of them the same", 1,
         [&] { return block.with_any(marks_of(1, signatures[0])).size(); });

    const std::vector<geo::Offset> a = line_of(today, 2000);
    const std::vector<geo::Offset> b = line_of(other, 2000);
    const std::vector<geo::Offset> near = line_of(ride(1, nine, seconds_ms + 1), 2000);
    constexpr int table = 2000 * 2000;
    time("discrete Fréchet, a cell", table, [&] { return discrete_frechet_m(a, b); });
    time("  with plain instructions", table, [&] { return discrete_frechet_m(a, b, Kernel::plain); });
    time("  is within 100 m: no, a cell", table, [&] { return is_within_discrete_frechet(a, b, 100) ? 1 : 0; });
    time("  is within 100 m: yes, a cell", table, [&] { return is_within_discrete_frechet(a, a, 100) ? 1 : 0; });
    time("dynamic time warping, a cell", table, [&] { return dtw_m(a, b); });
    time("  with plain instructions", table, [&] { return dtw_m(a, b, Kernel::plain); });
    time("Hausdorff of points, both ways, a cell", 2 * table, [&] { return hausdorff_points_m(a, b); });
    time("Hausdorff of lines, both ways, a cell", 2 * table, [&] { return hausdorff_segments_m(a, b); });
    time("Fréchet to the millimetre, another way, a cell", table, [&] { return frechet_mm(a, b); });
    time("Fréchet to the millimetre, the same way, a cell", table, [&] { return frechet_mm(a, near); });
    time("longest common subsequence, a cell", table, [&] { return lcss_length(a, b, 50); });
    time("edits with gap point, a cell", table, [&] { return erp_m(a, b, {0, 0}); });
}

}  // namespace

int main(int count, char** words) {
    if (count > 1) only = words[1];
    const std::vector<Fix> far = day(5000, 60, 10'000, 0, 15'000);
    const std::vector<Fix> near = day(0, 60, 10'000, 0, 15'000);
    const std::vector<Fix> near_uneven = day(0, 60, 10'000, 900, 15'000);
    const std::vector<Fix> rim = day(80, 120, 10'000, 900, 15'000);
    const std::vector<Fix> network = day(0, 300, 60'000, 5000, 60'000);
    const std::vector<Fix> car = drive();
    const auto presence = [](const std::vector<Fix>& fixes) {
        return presence_times(fixes, home, 100'000, whole(fixes)).expected;
    };
    time("presence, far away", fixes_a_track, [&] { return presence(far); });
    time("presence, inside", fixes_a_track, [&] { return presence(near); });
    time("presence, inside, uneven steps", fixes_a_track, [&] { return presence(near_uneven); });
    time("presence, on the rim, uneven steps", fixes_a_track, [&] { return presence(rim); });
    time("presence, network fixes of 60 to 120 m, uneven steps", fixes_a_track, [&] { return presence(network); });
    time("probability inside, on the rim", 1000, [] {
        double p = 0;
        for (int i = 0; i < 1000; ++i) p += probability_inside(60 + i * 0.08, 100, 10 + i * 0.02);
        return p;
    });
    time("mark", fixes_a_track, [&] {
        std::vector<Fix> fixes = rim;
        mark(fixes);
        return fixes.back().marks;
    });
    time("teleport", fixes_a_track, [&] { return leaps(rim, road_speed_mm_s).jumps.size(); });
    time("stays", fixes_a_track, [&] { return stays(rim).size(); });
    time("companion, both tracks", 2 * fixes_a_track, [&] { return company(rim, near_uneven, 50, 0.8).together_ms; });
    struct Gathering {
        const char* name;
        int people;
        double side;
        double moving;
    };
    for (const Gathering& g : {Gathering{"join, 141 subjects on 64 km2", 141, 8000, 0.5},
                               Gathering{"join, 5,000 subjects on 64 km2, half of them moving", 5000, 8000, 0.5},
                               Gathering{"join, 500 in a building of 100 m, all moving", 500, 100, 1},
                               Gathering{"join, 500 in a building of 100 m, one in ten moving", 500, 100, 0.1},
                               Gathering{"join, 5,000 on 1 km2, all moving", 5000, 1000, 1}}) {
        const std::vector<Arrival> arrivals = crowd(g.people, g.side, g.moving);
        time(g.name, static_cast<int>(arrivals.size()), [&] {
            CompanyJoin join(home);
            std::vector<Companions> alerts;
            for (const Arrival& arrival : arrivals) join.add(arrival.subject, arrival.at, arrival.place, alerts);
            return join.counts().contacts;
        });
    }
    // What every fix of a running visit costs: out of its block, marked, all live forms, the companion join.
    std::vector<std::string> blocks;
    for (std::size_t i = 0; i < near_uneven.size(); i += fixes_per_block) {
        const std::size_t count_here = std::min(fixes_per_block, near_uneven.size() - i);
        blocks.push_back(encode(std::span(near_uneven).subspan(i, count_here)).value());
    }
    time("live path: decode, mark, visit, join", fixes_a_track, [&] {
        LiveVisit visit(home, 100'000, whole(near_uneven));
        CompanyJoin join(home);
        std::vector<Companions> alerts;
        std::vector<Fix> fixes;
        for (const std::string& block : blocks) {
            fixes.clear();
            if (!decode_into(block, fixes)) continue;
            for (const Fix& fix : fixes) {
                join.add(1, fix.at, fix.place, alerts);
                visit.add(fix);
            }
        }
        return visit.now(near_uneven.back().at).presence.expected;
    });
    time("meeting slots of a drive", fixes_a_track, [&] { return meeting_slots(car).size(); });
    time("WGS-84 to GCJ-02", 1000, [] {
        std::int64_t lat = 0;
        for (int i = 0; i < 1000; ++i)
            lat += geo::from_wgs84({home.lat_e7 + i * 977, home.lon_e7 - i * 131}, geo::Datum::gcj02).lat_e7;
        return lat;
    });
    time("GCJ-02 to WGS-84, four steps", 1000, [] {
        std::int64_t lat = 0;
        for (int i = 0; i < 1000; ++i)
            lat += geo::to_wgs84({home.lat_e7 + i * 977, home.lon_e7 - i * 131}, geo::Datum::gcj02).lat_e7;
        return lat;
    });
    for (const auto& [name, fixes] :
         {std::pair("a car each second", &car), std::pair("noise each ten seconds", &rim)}) {
        const std::span<const Fix> part = std::span(*fixes).first(fixes_per_block);
        const std::string block = encode(part).value();
        std::printf("a block of %s: %.2f bytes a fix\n", name,
                    static_cast<double>(block.size()) / static_cast<double>(fixes_per_block));
        time("  encode", fixes_per_block, [&] { return encode(part).value().size(); });
        std::vector<Fix> decoded;
        time("  decode", fixes_per_block, [&] {
            decoded.clear();
            return decode_into(block, decoded).value();
        });
        BlockColumns columns;
        time("  decode time, place, accuracy, flags", fixes_per_block,
             [&] { return decode_columns(block, BlockColumns::all, columns).value(); });
        time("  bounds", fixes_per_block, [&] { return bounds_of(block).value().fixes; });
    }
    time_copies_and_shapes();
    return sum == 0.125 ? 1 : 0;
}
