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

void Features::forget_pairs(const World::Touched& touched, const Said* said) {
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
    for (const auto& [pairing, record] : found->second) {
        if (said == nullptr || pairings_[pairing].looks.meets(*said)) pairings_[pairing].waiting.insert(record);
    }
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
        Prepared prepared = this->prepared(record, false);
        for (Prepared::Part& part : prepared.parts) {
            const std::uint16_t number = part.pairing;
            Pairing& pairing = pairings_[number];
            pairing.waiting.erase(record);
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
            place(record, prepared.notes, part, false);
            if (part.member) reach_others(pairing, record, pairing.members.at(record), part.marks);
        }
    }
}

// What is read of one record's track for every pairing that waits for it, and its dwells if asked. Changes nothing.
Features::Prepared Features::prepared(RecordIndex record, bool with_dwells) const {
    Prepared result;
    Recorder recorder;
    Reader reader = Reader::as_of(*paths_, record, std::nullopt, &recorder);
    for (std::uint16_t number = 0; number < pairings_.size(); ++number) {
        const Pairing& pairing = pairings_[number];
        if (!pairing.waiting.contains(record)) continue;
        Prepared::Part& part = result.parts.emplace_back();
        part.pairing = number;
        part.member = member_of(pairing, reader);
        part.notes = recorder.notes.size();
        if (part.member) part.marks = marks_of(pairing, *part.member);
    }
    if (with_dwells) {
        const EntityIndex entity = paths_->world().record(record).entity;
        for (const Compiled& c : compiled_) {
            if (!c.same_for_all || c.each == nullptr || c.b != entity) continue;
            const std::uint64_t kept = kept_under(c, record);
            const auto is_same = [&](const auto& one) { return one.first == kept; };
            if (std::any_of(result.dwells.begin(), result.dwells.end(), is_same)) continue;
            if (paths_->world().entered(record, c.from) == nullptr) continue;
            result.dwells.emplace_back(kept, Dwell{gathered_by(c, reader, reader), {}});
        }
        for (auto& [kept, dwell] : result.dwells) dwell.notes = recorder.notes;
    }
    result.notes = std::move(recorder.notes);
    return result;
}

// Takes a record in as a member. REQUIRES: it is none.
void Features::place(RecordIndex record, const std::vector<Noted>& notes, Prepared::Part& part, bool is_one_of_many) {
    if (!part.member) return;
    Pairing& pairing = pairings_[part.pairing];
    Pairing::Member& member = *part.member;
    const auto covers_before = [](const Covered& a, const Covered& b) {
        return std::tie(a.from, a.record, a.pairing) < std::tie(b.from, b.record, b.pairing);
    };
    if (member.carrier != 0) {
        Cover& cover = covered_[member.carrier];
        const Covered come{member.from, member.to, record, part.pairing};
        cover.longest = std::max(cover.longest, member.to.ms - member.from.ms);
        cover.spans.insert(std::lower_bound(cover.spans.begin(), cover.spans.end(), come, covers_before), come);
    }
    for (std::size_t i = 0; i < part.notes; ++i) {
        const Noted& note = notes[i];
        const bool is_own = note.entity == pairing.entity && note.id == paths_->world().record(record).id;
        if (note.is_carrier || is_own) continue;
        const std::uint64_t place = place_of(note);
        if (std::find(member.told_by.begin(), member.told_by.end(), place) != member.told_by.end()) continue;
        member.told_by.push_back(place);
        told_by_[place].emplace_back(part.pairing, record);
    }
    if (is_one_of_many) {
        pairing.marks.add_to_settle(record, part.marks);
    } else {
        pairing.marks.add(record, part.marks);
    }
    pairing.members.emplace(record, std::move(member));
}

// Tracks are read in parts that may run at the same time; what was read is then taken in in order.
void Features::prepare(std::size_t parts, const Together& together) {
    if (!shared_->later.empty()) bring_in();
    std::vector<RecordIndex> records;
    for (const Pairing& pairing : pairings_) {
        records.insert(records.end(), pairing.waiting.begin(), pairing.waiting.end());
    }
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
    // A member that changed has to be taken out first, which refresh() does.
    const bool all_new =
        std::all_of(pairings_.begin(), pairings_.end(), [](const Pairing& pairing) { return pairing.members.empty(); });
    if (parts > 1 && together && all_new) {
        constexpr std::size_t records_a_part = 512;
        std::vector<Prepared> prepared(parts * records_a_part);
        for (std::size_t from = 0; from < records.size(); from += prepared.size()) {
            const std::size_t to = std::min(records.size(), from + prepared.size());
            together(parts, [&](std::size_t part) {
                for (std::size_t i = from + part; i < to; i += parts)
                    prepared[i - from] = this->prepared(records[i], true);
            });
            for (std::size_t i = from; i < to; ++i) {
                for (Prepared::Part& part : prepared[i - from].parts) {
                    pairings_[part.pairing].waiting.erase(records[i]);
                    place(records[i], prepared[i - from].notes, part, true);
                }
                for (auto& [kept, dwell] : prepared[i - from].dwells) shared_->dwells.emplace(kept, std::move(dwell));
            }
        }
    }
    for (Pairing& pairing : pairings_) pairing.marks.settle();
    for (std::uint16_t number = 0; number < pairings_.size(); ++number) refresh(number, nullptr);
}

std::uint64_t Features::company(RecordIndex record) const {
    for (const Pairing& pairing : pairings_) {
        const auto member = pairing.members.find(record);
        if (pairing.is_meeting || member == pairing.members.end()) continue;
        if (member->second.parts.empty()) continue;
        // Two that visit mostly the same cells mostly have the same least of them in an order made by chance.
        const std::uint64_t key = mixed(opaque_number(member->second.key));
        std::uint64_t least = UINT64_MAX;
        for (const std::uint64_t cell : member->second.parts.front().cells) least = std::min(least, mixed(cell ^ key));
        return least;
    }
    return 0;
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
        FeatureRows looked;
        Verified& one = all.emplace_back(verified_one(c, a, candidate, false, looked, reads));
        if (is_crowded) one.measured.limits |= track::limit_crowded;
        one.evidence = std::move(looked.evidence);
        result.params = std::move(looked.params);  // the same for every candidate: parameters are chosen by the subject
    }
    return all;
}

Features::Verified Features::verified_one(const Compiled& c, Reader& a, const Candidate& candidate, bool in_full,
                                          FeatureRows& looked, Reads* reads) const {
    Reader b = Reader::indexed(*paths_, candidate.record, reads);
    shelve(b, reads);
    std::vector<track::Argument> arguments;
    for (std::size_t i = 0; i < c.args.size(); ++i) {
        arguments.push_back(argument(c.args[i], c.measure->parameters[i].kind, a, &b, looked));
    }
    Verified one{.record = candidate.record, .time = candidate.time, .id = candidate.id};
    const bool is_brief = !in_full && c.measure->verdict_only != nullptr;
    one.measured = is_brief ? c.measure->verdict_only(arguments) : c.measure->run(arguments);
    for (const Path& out : c.out) one.out.push_back(b.read(out));
    return one;
}

void Features::shelve(Reader& reader, Reads* reads) const {
    if (reads != nullptr) return;
    for (const Pairing& pairing : pairings_) {
        if (pairing.entity == reader.entity()) reader.use_shelf(shelf_, pairing.track.field);
    }
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
    track::Measurement measured = best->measured;
    if (c.measure->verdict_only != nullptr) {
        FeatureRows looked;  // known already
        const Candidate candidate{.record = best->record, .likeness = 0, .time = best->time, .id = best->id};
        measured = verified_one(c, a, candidate, true, looked, reads).measured;
        measured.limits = best->measured.limits;
    }
    std::vector<Value>& row = result.rows.emplace_back();
    row.push_back(Value::of_bool(true));
    add_measurement(*c.measure, measured, row);
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
