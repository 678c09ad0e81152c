// SPDX-License-Identifier: Apache-2.0
#include "engine/dependants.h"

#include <algorithm>

namespace ningyi::engine {
namespace {

// The finalizer of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

std::uint64_t number_of(char what, std::uint64_t number, std::string_view text) {
    return mixed(std::hash<std::string_view>()(text) ^
                 mixed(number * 256 + static_cast<std::uint64_t>(static_cast<unsigned char>(what))));
}

std::uint64_t with(std::uint64_t number, Instant time) {
    return mixed(number ^ mixed(static_cast<std::uint64_t>(time.ms)));
}

void each(const std::unordered_map<std::uint64_t, std::vector<RecordIndex>>& all, std::uint64_t number,
          const Dependants::Look& look) {
    const auto found = all.find(number);
    if (found == all.end()) return;
    for (const RecordIndex subject : found->second) look(subject);
}

}  // namespace

std::uint64_t Dependants::carrier_number(std::string_view id) {
    return number_of('c', 0, id);
}

bool Dependants::is_new(RecordIndex subject, std::uint64_t what) {
    std::vector<std::uint64_t>& said = said_[subject];
    const auto at = std::lower_bound(said.begin(), said.end(), what);
    if (at != said.end() && *at == what) return false;
    said.insert(at, what);
    return true;
}

void Dependants::on_record(RecordIndex subject, EntityIndex entity, std::string_view id) {
    const std::uint64_t number = number_of('r', entity, id);
    if (is_new(subject, number)) of_record_[number].push_back(subject);
}

void Dependants::on_key(RecordIndex subject, std::uint16_t index, std::string_view key, std::optional<Instant> time) {
    const std::uint64_t number = number_of('i', index, key);
    if (!is_new(subject, time ? with(number, *time) : number)) return;
    OfKey& of_key = of_key_[number];
    if (!time) {
        of_key.always.push_back(subject);
        return;
    }
    const auto at = std::upper_bound(of_key.timed.begin(), of_key.timed.end(), *time,
                                     [](Instant when, const AtTime& one) { return when < one.time; });
    of_key.timed.insert(at, {*time, subject});
}

void Dependants::on_carrier(RecordIndex subject, std::uint64_t carrier, Instant from, Instant to) {
    if (!is_new(subject, with(with(carrier, from), to))) return;
    OfCarrier& of_carrier = of_carrier_[carrier];
    const auto at = std::upper_bound(of_carrier.stretches.begin(), of_carrier.stretches.end(), from,
                                     [](Instant when, const Stretch& one) { return when < one.from; });
    of_carrier.stretches.insert(at, {from, to, subject});
    of_carrier.longest = std::max(of_carrier.longest, to.ms - from.ms);
}

void Dependants::on_measure(RecordIndex subject, std::uint32_t measure) {
    const std::uint64_t number = number_of('m', measure, "");
    if (is_new(subject, number)) of_measure_[measure].push_back(subject);
}

void Dependants::each_of_record(EntityIndex entity, std::string_view id, const Look& look) const {
    each(of_record_, number_of('r', entity, id), look);
}

void Dependants::each_of_key(std::uint16_t index, std::string_view key, Instant from, Instant to,
                             const Look& look) const {
    const auto found = of_key_.find(number_of('i', index, key));
    if (found == of_key_.end()) return;
    const std::vector<AtTime>& timed = found->second.timed;
    auto at = std::lower_bound(timed.begin(), timed.end(), from,
                               [](const AtTime& one, Instant when) { return one.time < when; });
    for (; at != timed.end() && at->time <= to; ++at) look(at->subject);
    for (const RecordIndex subject : found->second.always) look(subject);
}

void Dependants::each_of_carrier(std::uint64_t carrier, Instant first, Instant last, const Look& look) const {
    const auto found = of_carrier_.find(carrier);
    if (found == of_carrier_.end()) return;
    const OfCarrier& of_carrier = found->second;
    const Instant earliest{first.ms - of_carrier.longest};
    auto at = std::lower_bound(of_carrier.stretches.begin(), of_carrier.stretches.end(), earliest,
                               [](const Stretch& one, Instant when) { return one.from < when; });
    for (; at != of_carrier.stretches.end() && at->from <= last; ++at) {
        if (at->to >= first) look(at->subject);
    }
}

void Dependants::each_of_measure(std::uint32_t measure, const Look& look) const {
    each(of_measure_, measure, look);
}

}  // namespace ningyi::engine
