// SPDX-License-Identifier: Apache-2.0
// Pairs of tracks: near-duplicates over months and companions of the same hours. Marks find the candidates, a
// comparison of the two tracks decides.  (rules.md §5.2.11, tracks.md §9, §10)
#include <algorithm>

#include "base/check.h"
#include "engine/features.h"
#include "engine/features_recorder.h"

namespace ningyi::engine {

using cel::Value;

namespace {

// The finalizer of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

bool share_a_band(const track::Signature& a, const track::Signature& b, const track::BandRule& rule) {
    for (std::size_t band = 0; band < rule.bands; ++band) {
        const auto first = static_cast<std::ptrdiff_t>(band * rule.rows);
        const auto last = first + static_cast<std::ptrdiff_t>(rule.rows);
        if (std::equal(a.bins.begin() + first, a.bins.begin() + last, b.bins.begin() + first)) return true;
    }
    return false;
}

// How much alike the two likeliest parts are; nothing when no two share a band and are worth comparing.
std::optional<std::int64_t> likeness(const std::vector<track::Signed>& a, const std::vector<track::Signed>& b,
                                     const track::BandRule& rule) {
    std::optional<std::int64_t> most;
    for (const track::Signed& one : a) {
        for (const track::Signed& other : b) {
            if (!share_a_band(one.signature, other.signature, rule)) continue;
            if (!track::is_worth_comparing(one.cells, other.cells)) continue;
            most = std::max(most.value_or(0), track::jaccard_ppm(one.cells, other.cells));
        }
    }
    return most;
}

std::int64_t common_count(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    std::int64_t common = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        common += a[i] == b[j] ? 1 : 0;
        const bool a_goes_on = a[i] <= b[j];
        const bool b_goes_on = b[j] <= a[i];
        i += a_goes_on ? 1 : 0;
        j += b_goes_on ? 1 : 0;
    }
    return common;
}

int rank(track::Verdict verdict) {
    switch (verdict) {
        case track::Verdict::contradicted: return 0;
        case track::Verdict::insufficient: return 1;
        case track::Verdict::supported: return 2;
    }
    return 2;
}

// A copy, a doubtful one, another trip, and last what had no motion to compare.
int rank_of_copy(const track::Measurement& measured) {
    const bool says_nothing =
        measured.verdict == track::Verdict::insufficient && (measured.limits & track::limit_no_motion) != 0;
    return says_nothing ? 3 : rank(measured.verdict);
}

}  // namespace

// A candidate whose track was compared.
struct Features::Verified {
    RecordIndex record = no_record;
    Instant time;
    Id id;
    track::Measurement measured;
    std::vector<Value> out;
    std::vector<std::uint64_t> evidence;
};

std::vector<std::uint64_t> Features::marks_of(const Pairing& pairing, const Pairing::Member& member) const {
    const std::uint64_t key = mixed(opaque_number(member.key));
    std::vector<std::uint64_t> marks;
    for (const track::Signed& part : member.parts) {
        for (const std::uint64_t band : track::band_keys(part.signature, pairing.bands))
            marks.push_back(mixed(band ^ key));
    }
    for (const std::uint64_t slot : member.slots) marks.push_back(mixed(slot ^ key));
    std::sort(marks.begin(), marks.end());
    marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
    return marks;
}

// Nothing for a record that has no place in the order of time or no key.
std::optional<Features::Pairing::Member> Features::member_of(const Pairing& pairing, Reader& reader) const {
    const Change* entered = paths_->world().entered(reader.subject(), pairing.from);
    const std::string key = key_of(pairing.key, reader);
    if (entered == nullptr || !reader.time() || key.empty()) return std::nullopt;
    Pairing::Member member;
    member.key = key;
    member.time = *reader.time();
    member.id = entered->id;
    if (const auto span = reader.track_span(pairing.track)) {
        member.carrier = place_of({.is_carrier = true, .entity = no_index, .id = span->carrier, .from = {}, .to = {}});
        member.from = span->from;
        member.to = span->to;
    }
    const ReadTrack* track = reader.track(pairing.track);
    CHECK(track != nullptr);  // the loader takes a track field of the record itself only
    member.has_fixes = !track->fixes.empty();
    if (pairing.is_meeting) {
        member.slots = track::meeting_slots(track->fixes, pairing.meeting);
    } else {
        member.parts = track::signed_parts(track->fixes, pairing.cells);
    }
    return member;
}

void Features::forget_pairs(const World::Touched& touched) {
    if (pairings_.empty()) return;
    const std::uint64_t place = place_of({.is_carrier = touched.fixes,
                                          .entity = touched.entity,
                                          .id = paths_->world().record(touched.record).id,
                                          .from = {},
                                          .to = {}});
    if (touched.fixes) {
        const auto found = covered_.find(place);
        if (found == covered_.end()) return;
        const std::vector<Covered>& spans = found->second.spans;
        const Instant earliest{touched.first.ms - found->second.longest};
        auto at = std::lower_bound(spans.begin(), spans.end(), earliest,
                                   [](const Covered& span, Instant from) { return span.from < from; });
        for (; at != spans.end() && at->from <= touched.last; ++at) {
            if (at->to >= touched.first) pairings_[at->pairing].waiting.insert(at->record);
        }
        return;
    }
    const auto found = told_by_.find(place);
    if (found == told_by_.end()) return;
    for (const auto& [pairing, record] : found->second) pairings_[pairing].waiting.insert(record);
}

// Brings one pairing up to date. A track is read once for all pairings that wait for it.
void Features::refresh(std::uint16_t asked, std::vector<RecordIndex>* affected) {
    if (pairings_[asked].waiting.empty()) return;
    std::vector<RecordIndex> records(pairings_[asked].waiting.begin(), pairings_[asked].waiting.end());
    std::sort(records.begin(), records.end());
    const auto covers_before = [](const Covered& a, const Covered& b) {
        return std::tie(a.from, a.record, a.pairing) < std::tie(b.from, b.record, b.pairing);
    };
    const auto reach_others = [&](const Pairing& pairing, RecordIndex record, const Pairing::Member& member,
                                  const std::vector<std::uint64_t>& marks) {
        if (affected == nullptr) return;
        for (const RecordIndex other : pairing.marks.with_any(marks)) {
            const auto known = pairing.members.find(other);
            if (other == record || known == pairing.members.end()) continue;
            if (std::abs(known->second.time.ms - member.time.ms) <= pairing.reach) affected->push_back(other);
        }
    };
    for (const RecordIndex record : records) {
        Recorder recorder;
        Reader reader = Reader::as_of(*paths_, record, std::nullopt, &recorder);
        for (std::uint16_t number = 0; number < pairings_.size(); ++number) {
            Pairing& pairing = pairings_[number];
            if (pairing.waiting.erase(record) == 0) continue;
            if (const auto old = pairing.members.find(record); old != pairing.members.end()) {
                const Pairing::Member& member = old->second;
                const std::vector<std::uint64_t> marks = marks_of(pairing, member);
                pairing.marks.drop(record, marks);
                reach_others(pairing, record, member, marks);
                if (const auto cover = covered_.find(member.carrier); cover != covered_.end()) {
                    std::vector<Covered>& spans = cover->second.spans;
                    const Covered gone{member.from, member.to, record, number};
                    const auto at = std::lower_bound(spans.begin(), spans.end(), gone, covers_before);
                    if (at != spans.end() && at->record == record && at->pairing == number) spans.erase(at);
                }
                for (const std::uint64_t place : member.told_by) {
                    std::erase(told_by_[place], std::pair(number, record));
                    if (told_by_[place].empty()) told_by_.erase(place);
                }
                pairing.members.erase(old);
            }
            std::optional<Pairing::Member> member = member_of(pairing, reader);
            if (!member) continue;
            if (member->carrier != 0) {
                Cover& cover = covered_[member->carrier];
                const Covered come{member->from, member->to, record, number};
                cover.longest = std::max(cover.longest, member->to.ms - member->from.ms);
                cover.spans.insert(std::lower_bound(cover.spans.begin(), cover.spans.end(), come, covers_before), come);
            }
            for (const Noted& note : recorder.notes) {
                const bool is_own = note.entity == pairing.entity && note.id == paths_->world().record(record).id;
                if (note.is_carrier || is_own) continue;
                const std::uint64_t place = place_of(note);
                if (std::find(member->told_by.begin(), member->told_by.end(), place) != member->told_by.end()) continue;
                member->told_by.push_back(place);
                told_by_[place].emplace_back(number, record);
            }
            const std::vector<std::uint64_t> marks = marks_of(pairing, *member);
            reach_others(pairing, record, *member, marks);
            pairing.marks.add(record, marks);
            pairing.members.emplace(record, std::move(*member));
        }
    }
}

std::vector<RecordIndex> Features::refresh() {
    std::vector<RecordIndex> affected;
    for (std::uint16_t number = 0; number < pairings_.size(); ++number) refresh(number, &affected);
    return affected;
}

std::optional<std::vector<Features::Verified>> Features::verified(const Compiled& c, Reader& a,
                                                                  const std::vector<Candidate>& candidates,
                                                                  FeatureRows& result, Reads* reads) const {
    std::vector<Candidate> wanted;
    for (const Candidate& candidate : candidates) {
        Reader b = Reader::indexed(*paths_, candidate.record, reads);
        const Truth truth = counts(c, a, b);
        if (truth == Truth::unknown) return std::nullopt;
        if (truth == Truth::yes) wanted.push_back(candidate);
    }
    std::sort(wanted.begin(), wanted.end(), [](const Candidate& x, const Candidate& y) {
        if (x.likeness != y.likeness) return x.likeness > y.likeness;
        return x.time != y.time ? x.time < y.time : x.id < y.id;
    });
    const auto most = static_cast<std::size_t>(c.feature->verified_max);
    const bool is_crowded = wanted.size() > most;
    if (is_crowded) wanted.resize(most);
    std::vector<Verified> all;
    for (const Candidate& candidate : wanted) {
        Reader b = Reader::indexed(*paths_, candidate.record, reads);
        FeatureRows looked;
        std::vector<track::Argument> arguments;
        for (std::size_t i = 0; i < c.args.size(); ++i) {
            arguments.push_back(argument(c.args[i], c.measure->parameters[i].kind, a, &b, looked));
        }
        Verified one{.record = candidate.record, .time = candidate.time, .id = candidate.id};
        one.measured = c.measure->run(arguments);
        if (is_crowded) one.measured.limits |= track::limit_crowded;
        for (const Path& out : c.out) one.out.push_back(b.read(out));
        one.evidence = std::move(looked.evidence);
        result.params = std::move(looked.params);  // the same for every candidate: parameters are chosen by the subject
        all.push_back(std::move(one));
    }
    return all;
}

FeatureRows Features::near_duplicate(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    const Pairing& pairing = pairings_[c.pairing];
    if (reads != nullptr) a.track_span(pairing.track);  // notes that the answer hangs on the own track
    const auto own = pairing.members.find(a.subject());
    if (own == pairing.members.end() || own->second.parts.empty() || !as_of.time) return result;
    const Pairing::Member& mine = own->second;
    std::vector<Candidate> candidates;
    for (const RecordIndex record : pairing.marks.with_any(marks_of(pairing, mine))) {
        if (record == a.subject()) continue;
        const Pairing::Member& other = pairing.members.at(record);
        const bool is_before = other.time != *as_of.time ? other.time < *as_of.time : other.id < as_of.id;
        if (!is_before || as_of.time->ms - other.time.ms > c.feature->span_last || other.key != mine.key) continue;
        const auto alike = likeness(mine.parts, other.parts, pairing.bands);
        if (alike) candidates.push_back({record, *alike, other.time, other.id});
    }
    const auto compared = verified(c, a, candidates, result, reads);
    if (!compared) return result;
    if (compared->empty()) {
        result.rows.push_back({Value::of_bool(false)});
        return result;
    }
    // What says most comes first, then the strongest, then the earliest.
    const auto best = std::min_element(compared->begin(), compared->end(), [](const Verified& x, const Verified& y) {
        const int x_rank = rank_of_copy(x.measured), y_rank = rank_of_copy(y.measured);
        if (x_rank != y_rank) return x_rank < y_rank;
        if (x.measured.strength_mnat != y.measured.strength_mnat)
            return x.measured.strength_mnat > y.measured.strength_mnat;
        return x.time != y.time ? x.time < y.time : x.id < y.id;
    });
    std::vector<Value>& row = result.rows.emplace_back();
    row.push_back(Value::of_bool(true));
    add_measurement(*c.measure, best->measured, row);
    row.insert(row.end(), best->out.begin(), best->out.end());
    result.row_evidence.push_back(best->evidence);
    return result;
}

FeatureRows Features::meeting(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    const Pairing& pairing = pairings_[c.pairing];
    if (reads != nullptr) a.track_span(pairing.track);
    const auto own = pairing.members.find(a.subject());
    if (own == pairing.members.end() || !own->second.has_fixes || !as_of.time) return result;
    const Pairing::Member& mine = own->second;
    std::vector<Candidate> candidates;
    for (const RecordIndex record : pairing.marks.with_any(marks_of(pairing, mine))) {
        if (record == a.subject()) continue;
        const Pairing::Member& other = pairing.members.at(record);
        const bool is_earlier = other.time != mine.time ? other.time < mine.time : other.id < mine.id;
        if (!is_earlier && !c.feature->both_ways) continue;  // a pair is reported on the later of the two
        if (std::abs(mine.time.ms - other.time.ms) > c.feature->reach || other.key != mine.key) continue;
        const std::int64_t common = common_count(mine.slots, other.slots);
        if (common > 0) candidates.push_back({record, common, other.time, other.id});
    }
    auto compared = verified(c, a, candidates, result, reads);
    if (!compared) return result;
    const World& world = paths_->world();
    std::sort(compared->begin(), compared->end(), [&](const Verified& x, const Verified& y) {
        if (x.measured.verdict != y.measured.verdict) return rank(x.measured.verdict) < rank(y.measured.verdict);
        if (x.measured.strength_mnat != y.measured.strength_mnat)
            return x.measured.strength_mnat > y.measured.strength_mnat;
        return world.record(x.record).id < world.record(y.record).id;
    });
    const auto count = std::count_if(compared->begin(), compared->end(), [](const Verified& one) {
        return one.measured.verdict == track::Verdict::contradicted;
    });
    if (compared->size() > static_cast<std::size_t>(c.feature->rows_max))
        compared->resize(static_cast<std::size_t>(c.feature->rows_max));
    for (const Verified& one : *compared) {
        std::vector<Value>& row = result.rows.emplace_back();
        row.push_back(Value::of_int(count));
        add_measurement(*c.measure, one.measured, row);
        row.insert(row.end(), one.out.begin(), one.out.end());
        result.row_evidence.push_back(one.evidence);
    }
    if (compared->empty()) result.rows.push_back({Value::of_int(0)});
    return result;
}

}  // namespace ningyi::engine
