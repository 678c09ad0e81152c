// SPDX-License-Identifier: Apache-2.0
// Measures over many records that are the same for every subject with their key and arguments: measured once when
// something comes in, and not once for every subject.
#include <algorithm>

#include "base/text.h"
#include "engine/features.h"
#include "engine/features_recorder.h"

namespace ningyi::engine {
namespace {

std::string place_in_index(std::uint16_t index, const std::string& key) {
    return std::to_string(index) + key;
}

}  // namespace

track::Measurement Features::measured_anew(const SharedMeasure& shared, std::uint32_t number) const {
    const Compiled& c = compiled_[shared.feature];
    std::vector<track::Argument> arguments = shared.arguments;
    std::vector<track::Gathered> dwells;
    const std::vector<Entry>* entries = this->entries(c.index, shared.key, nullptr);
    const auto most = static_cast<std::size_t>(c.feature->over_max);
    for (const Entry& entry : *entries) {
        if (dwells.size() >= most) break;
        Recorder recorder;
        Reader b = Reader::indexed(*paths_, entry.record, &recorder);
        const bool does_count = counts(c, b, b) == Truth::yes;  // `where` does not ask the subject
        for (const Noted& note : recorder.notes) shared_by_note_[place_of(note)].insert(number);
        if (!does_count) continue;
        if (const auto dwell = gather(c, entry.record, b, nullptr)) dwells.push_back(*dwell);
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (c.measure->parameters[i].kind != track::ArgumentKind::dwells) continue;
        arguments[i].dwells = dwells;
        arguments[i].present = true;
    }
    return c.measure->run(arguments);
}

// The number of the measure with that key and those arguments, measured and up to date. `same`: its name.
std::uint32_t Features::shared_measure(const Compiled& c, const std::string& key, const std::string& same,
                                       const std::vector<track::Argument>& arguments) const {
    const auto next = static_cast<std::uint32_t>(shared_measures_.size());
    const auto [known, is_new] = shared_numbers_.try_emplace(same, next);
    if (is_new) {
        SharedMeasure& shared = shared_measures_.emplace_back();
        shared.feature = static_cast<std::uint16_t>(&c - compiled_.data());
        shared.key = key;
        shared.arguments = arguments;
        shared_by_key_[place_in_index(c.index, key)].push_back(next);
    }
    SharedMeasure& shared = shared_measures_[known->second];
    if (shared.is_stale) {
        shared.measured = measured_anew(shared, known->second);
        shared.is_stale = false;
    }
    return known->second;
}

void Features::outdate_measure(std::uint32_t number) {
    if (shared_measures_[number].is_stale) return;
    shared_measures_[number].is_stale = true;
    stale_measures_.push_back(number);
}

void Features::outdate_measures(std::uint16_t index, const std::string& key, const Said* said) {
    const auto found = shared_by_key_.find(place_in_index(index, key));
    if (found == shared_by_key_.end()) return;
    for (const std::uint32_t number : found->second) {
        const Outlook& outlook = shared_->outlooks[shared_measures_[number].feature];
        if (said == nullptr || outlook.fields.meets(*said)) outdate_measure(number);
    }
}

void Features::outdate_measures_of(std::uint64_t kept) {
    const auto record = static_cast<RecordIndex>(kept >> 16U);
    const auto gathering = static_cast<std::uint16_t>(kept);
    const EntityIndex entity = paths_->world().record(record).entity;
    for (const Compiled& c : compiled_) {
        if (!c.same_for_all || c.each == nullptr || c.b != entity || c.gathering != gathering) continue;
        const auto placed = indexes_[c.index].placed.find(record);
        if (placed != indexes_[c.index].placed.end()) outdate_measures(c.index, *placed->second.key, nullptr);
    }
}

std::vector<Features::MeasureChange> Features::refresh_measures() {
    std::vector<MeasureChange> changes;
    std::sort(stale_measures_.begin(), stale_measures_.end());
    for (const std::uint32_t number : stale_measures_) {
        SharedMeasure& shared = shared_measures_[number];
        if (!shared.is_stale) continue;
        const track::Measurement before = std::move(shared.measured);
        shared.measured = measured_anew(shared, number);
        shared.is_stale = false;
        const track::Measurement& after = shared.measured;
        MeasureChange change{.measure = number, .feature = shared.feature, .facts = {}};
        // In the order of the row: verdict, limits, strength, facts.
        if (before.verdict != after.verdict) change.facts.push_back(0);
        if (before.limits != after.limits) change.facts.push_back(1);
        if (before.strength_mnat != after.strength_mnat) change.facts.push_back(2);
        for (std::size_t i = 0; i < std::max(before.facts.size(), after.facts.size()); ++i) {
            const bool both = i < before.facts.size() && i < after.facts.size();
            if (!both || before.facts[i] != after.facts[i]) change.facts.push_back(static_cast<std::uint16_t>(i + 3));
        }
        if (change.facts.empty()) continue;
        ++shared.version;
        changes.push_back(std::move(change));
    }
    stale_measures_.clear();
    return changes;
}

}  // namespace ningyi::engine
