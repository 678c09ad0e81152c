// SPDX-License-Identifier: Apache-2.0
// Runs every measure of the table, the block codec, signatures, stays, meetings, the live visit and the companion join
// on generated tracks, and prints one digest of all they say. Whatever compiler, optimiser or number of threads built
// and ran it, the digest is the same; tests/same_bytes_test.py compares. The argument is the number of threads.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "geo/plane.h"
#include "track/clean.h"
#include "track/codec.h"
#include "track/company_join.h"
#include "track/compare/dwell.h"
#include "track/compare/plan.h"
#include "track/live/visit.h"
#include "track/measure.h"
#include "track/meeting.h"
#include "track/signature.h"
#include "track/stay.h"

namespace {

using namespace ningyi;
using namespace ningyi::track;

constexpr geo::Place home{317'700'000, 1'199'700'000};
constexpr Millis nine = 1'754'010'000'000;
constexpr std::size_t pairs_of_tracks = 48;

class Digest {
public:
    void add(std::uint64_t value) {
        sum_ ^= value;
        sum_ *= 0x100000001B3U;
        sum_ ^= sum_ >> 29U;
    }
    void add(std::int64_t value) { add(static_cast<std::uint64_t>(value)); }
    // To the last bit.
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    void add(const std::string& bytes) {
        for (const char c : bytes) add(std::uint64_t{static_cast<std::uint8_t>(c)});
    }
    std::uint64_t sum() const { return sum_; }

private:
    std::uint64_t sum_ = 0xCBF29CE484222325U;
};

// Walks, rides and rests with all that a phone may state, and some of what it may get wrong.
std::vector<Fix> journey(Random& random, const std::vector<Fix>* companion) {
    std::vector<Fix> track;
    const auto datum = static_cast<Datum>(random.below(4));
    const auto step = static_cast<Millis>(random.between(1000, 40'000));
    geo::Offset place{random.unit() * 400 - 200, random.unit() * 400 - 200};
    geo::Offset way;
    const geo::Plane plane(home);
    for (std::uint32_t i = 0; i < 400; ++i) {
        if (random.chance(0.04)) {
            const double speed = random.chance(0.4) ? 0 : random.chance(0.5) ? 1.4 : 9;
            way = {(random.unit() * 2 - 1) * speed, (random.unit() * 2 - 1) * speed};
        }
        place.east += way.east * static_cast<double>(step) / 1000;
        place.north += way.north * static_cast<double>(step) / 1000;
        geo::Offset seen{place.east + random.unit() * 12, place.north + random.unit() * 12};
        if (random.chance(0.01)) seen.east += 30'000;
        if (companion != nullptr) {
            const geo::Offset other = plane.offset((*companion)[i % companion->size()].place);
            seen = {other.east + random.unit() * 9, other.north + random.unit() * 9};
        }
        Fix fix = fix_received(Instant{nine + i * step + static_cast<Millis>(random.below(900))},
                               geo::from_wgs84(plane.place(seen), datum), datum);
        fix.accuracy_mm = random.chance(0.05) ? no_accuracy : static_cast<std::uint32_t>(random.between(0, 300'000));
        fix.level = static_cast<Level>(random.below(5));
        fix.provider = static_cast<Provider>(random.below(9));
        fix.speed_mm_s = static_cast<std::int32_t>(random.between(0, 20'000));
        fix.mono_ms = 1'000'000 + i * step;
        fix.flags = static_cast<std::uint32_t>(random.next()) & all_flags & ~std::uint32_t{flag_not_a_number};
        if (!random.chance(0.03)) fix.flags &= ~std::uint32_t{flag_not_positioned | flag_aged};
        fix.seq = i;
        track.push_back(fix);
    }
    mark(track);
    return track;
}

void add_measures(Digest& digest, const std::vector<Fix>& a, const std::vector<Fix>& b) {
    const Interval interval{Instant{a.front().at.ms + 600'000}, Instant{a.back().at.ms - 600'000}};
    std::vector<Gathered> dwells;
    for (const Stay& stay : stays(a)) {
        dwells.push_back(
            {stay.received, stay.place, stay.datum, stay.sigma_mm, home, 7 + dwells.size(), stay.to.ms - stay.from.ms});
        digest.add(stay.from.ms);
        digest.add(std::int64_t{stay.place.lat_e7});
        digest.add(std::int64_t{stay.place.lon_e7});
        digest.add(stay.sigma_mm);
    }
    const std::vector<PlannedVisit> plan = {{home, 100'000, interval}, {a[200].place, 60'000, {a[100].at, a[300].at}}};
    for (const MeasureDefinition& definition : measures()) {
        std::vector<Argument> arguments(definition.parameters.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const ParameterDefinition& parameter = definition.parameters[i];
            Argument& argument = arguments[i];
            argument.present = parameter.required || parameter.kind == ArgumentKind::interval;
            argument.track = parameter.name == "other" ? b : a;
            argument.fix = a[17];
            argument.place = home;
            argument.interval = interval;
            argument.number = 300'000;
            argument.dwells = dwells;
            argument.visits = plan;
        }
        const Measurement found = definition.run(arguments);
        for (const auto& fact : found.facts) digest.add(fact.value_or(-1));
        digest.add(found.strength_mnat);
        digest.add(std::int64_t{static_cast<int>(found.verdict)});
        digest.add(std::uint64_t{found.limits});
    }
}

void add_visit(Digest& digest, const std::vector<Fix>& track) {
    const Interval interval{Instant{track.front().at.ms + 600'000}, Instant{track.back().at.ms - 600'000}};
    LiveVisit visit(home, 100'000, interval);
    for (const Fix& fix : track) visit.add(fix);
    const VisitNow now = visit.now(interval.to);
    digest.add(now.presence.expected);
    digest.add(now.presence.possible);
    digest.add(now.presence.evidence_for);
    digest.add(now.inside.value_or(-1));
    digest.add(now.mock.nats);
    digest.add(std::uint64_t{now.leaps.outliers.size()});
    digest.add(std::uint64_t{now.stays});
    digest.add(now.late_low.value_or(-1));
}

std::uint64_t digest_of(std::size_t number) {
    Random random(1000 + number);
    Digest digest;
    const std::vector<Fix> a = journey(random, nullptr);
    const std::vector<Fix> b = journey(random, number % 2 == 0 ? &a : nullptr);
    add_measures(digest, a, b);
    for (std::size_t i = 0; i + fixes_per_block <= a.size(); i += fixes_per_block) {
        const std::string block = encode(std::span(a).subspan(i, fixes_per_block)).value();
        digest.add(block);
        for (const Fix& fix : decode(block).value()) digest.add(std::int64_t{fix.received.lat_e7});
    }
    for (const Signed& part : signed_parts(a)) {
        for (const std::uint64_t cell : part.cells) digest.add(cell);
        for (const std::uint64_t key : band_keys(part.signature)) digest.add(key);
    }
    for (const std::uint64_t slot : meeting_slots(b)) digest.add(slot);
    add_visit(digest, a);
    CompanyJoin join(home);
    std::vector<Companions> alerts;
    std::size_t next = 0;
    for (const Fix& fix : a) {
        for (; next < b.size() && b[next].at < fix.at; ++next) join.add(2, b[next].at, b[next].place, alerts);
        join.add(1, fix.at, fix.place, alerts);
    }
    digest.add(join.counts().contacts);
    for (const Companions& pair : alerts) digest.add(pair.together + pair.path_mm);
    return digest.sum();
}

}  // namespace

int main(int count, char** words) {
    const auto threads = static_cast<std::size_t>(count > 1 ? std::strtoul(words[1], nullptr, 10) : 1);
    std::vector<std::uint64_t> digests(pairs_of_tracks);
    std::vector<std::thread> running;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        running.emplace_back([&digests, thread, threads] {
            for (std::size_t i = thread; i < digests.size(); i += threads) digests[i] = digest_of(i);
        });
    }
    for (std::thread& thread : running) thread.join();
    Digest whole;
    for (const std::uint64_t digest : digests) whole.add(digest);
    std::printf("%016llx\n", static_cast<unsigned long long>(whole.sum()));
    return 0;
}
