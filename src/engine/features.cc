// SPDX-License-Identifier: Apache-2.0
#include "engine/features.h"

#include <algorithm>
#include <functional>

#include "engine/body_value.h"

namespace ningyi::engine {
namespace {

using cel::Value;
using rule::FeatureKind;

constexpr char key_separator = '\x1f';

class ScalarHost final : public cel::Host {
public:
    using Read = std::function<Value(std::uint16_t)>;
    explicit ScalarHost(Read read) : read_(std::move(read)) {}
    Value read(std::uint16_t slot) override {
        Value value = read_(slot);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

private:
    Read read_;
};

}  // namespace

std::uint16_t Features::index_of(std::string_view name) const {
    for (std::size_t i = 0; i < compiled_.size(); ++i) {
        if (compiled_[i].feature->name == name) return static_cast<std::uint16_t>(i);
    }
    return no_index;
}

std::string Features::key_of(const std::vector<Path>& key, Reader& reader) const {
    std::string text(1, key_separator);  // never empty, so that an empty key (the whole partition) is a key
    for (const Path& path : key) {
        const Value value = reader.read(path);
        if (!value.is_known()) return "";
        text += base_text(value);
        text += key_separator;
    }
    return text;
}

bool Features::is_before(const Entry& a, const Entry& b) {
    return a.time != b.time ? a.time < b.time : a.id < b.id;
}

void Features::update_later(RecordIndex record) {
    if (shared_->is_later.size() <= record) shared_->is_later.resize(std::max<std::size_t>(2 * record, 1024));
    if (shared_->is_later[record]) return;
    shared_->is_later[record] = true;
    shared_->later.push_back(record);
}

void Features::bring_in() {
    std::vector<RecordIndex> records;
    records.swap(shared_->later);
    shared_->is_later.clear();
    const World& world = paths_->world();
    for (Index& index : indexes_) {
        // Those that have a place already leave it while everything is in order; the others come all at once.
        std::unordered_set<std::vector<Entry>*> unsorted;
        std::vector<std::pair<std::string, Entry>> come;
        for (const RecordIndex record : records) {
            if (world.record(record).entity != index.entity) continue;
            const Change* entered = world.entered(record, index.from);
            if (entered == nullptr) continue;
            if (const auto placed = index.placed.find(record); placed != index.placed.end()) {
                std::vector<Entry>& old = index.by_key[*placed->second.key];
                old.erase(std::lower_bound(old.begin(), old.end(), placed->second.entry, is_before));
                index.placed.erase(placed);
            }
            Reader reader(*paths_, record, nullptr);
            if (!reader.time()) continue;
            std::string key = key_of(index.key, reader);
            if (key.empty()) continue;
            come.emplace_back(std::move(key), Entry{.time = *reader.time(), .id = entered->id, .record = record});
        }
        for (auto& [key, entry] : come) {
            const auto at = index.by_key.try_emplace(std::move(key)).first;
            if (!at->second.empty() && !is_before(at->second.back(), entry)) unsorted.insert(&at->second);
            at->second.push_back(entry);
            index.placed.emplace(entry.record, Index::Placed{&at->first, entry});
        }
        for (std::vector<Entry>* entries : unsorted) std::sort(entries->begin(), entries->end(), is_before);
    }
    for (Pairing& pairing : pairings_) {
        for (const RecordIndex record : records) {
            if (world.record(record).entity == pairing.entity && world.entered(record, pairing.from) != nullptr)
                pairing.waiting.insert(record);
        }
    }
    for (auto& column : columns_) column.clear();
    baselines_.clear();
    shelf_.clear();
}

std::vector<Features::Moved> Features::update(RecordIndex record, const Said* said) {
    if (!shared_->later.empty()) bring_in();
    std::vector<Moved> moved;
    bool is_moved = false;
    const World& world = paths_->world();
    const EntityIndex entity = world.record(record).entity;
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        Index& index = indexes_[i];
        if (index.entity != entity) continue;
        const Change* entered = world.entered(record, index.from);
        if (entered == nullptr) continue;
        const auto placed = index.placed.find(record);
        if (said != nullptr && said->type != index.from && !index.place.meets(*said)) {
            if (placed == index.placed.end()) continue;
            const Entry stays = placed->second.entry;
            const std::string& key = *placed->second.key;
            if (index.content.meets(*said)) {
                place_in_columns(index, key, &stays, nullptr);
                place_in_columns(index, key, nullptr, &stays);
                is_moved = true;
            }
            outdate_measures(static_cast<std::uint16_t>(i), key, said);
            moved.push_back({.index = static_cast<std::uint16_t>(i),
                             .is_placed_anew = false,
                             .old_key = key,
                             .new_key = key,
                             .old_time = stays.time,
                             .new_time = stays.time});
            continue;
        }
        Reader reader(*paths_, record, nullptr);
        Moved change;
        change.is_placed_anew = is_moved = true;
        change.index = static_cast<std::uint16_t>(i);
        Entry entry{.time = reader.time().value_or(Instant{}), .id = entered->id, .record = record};
        if (reader.time()) change.new_key = key_of(index.key, reader);
        change.new_time = entry.time;
        if (placed != index.placed.end()) {
            const Entry gone = placed->second.entry;
            change.old_key = *placed->second.key;
            change.old_time = gone.time;
            std::vector<Entry>& old = index.by_key[change.old_key];
            old.erase(std::lower_bound(old.begin(), old.end(), gone, is_before));
            place_in_columns(index, change.old_key, &gone, nullptr);
            index.placed.erase(placed);
        }
        if (!change.new_key.empty()) {
            const auto at = index.by_key.try_emplace(change.new_key).first;
            std::vector<Entry>& entries = at->second;
            entries.insert(std::lower_bound(entries.begin(), entries.end(), entry, is_before), entry);
            place_in_columns(index, change.new_key, nullptr, &entry);
            index.placed.emplace(record, Index::Placed{&at->first, entry});
        }
        outdate_measures(change.index, change.old_key, nullptr);
        outdate_measures(change.index, change.new_key, nullptr);
        moved.push_back(std::move(change));
    }
    for (Pairing& pairing : pairings_) {
        if (said != nullptr && said->type != pairing.from && !pairing.looks.meets(*said)) continue;
        if (pairing.entity == entity && world.entered(record, pairing.from) != nullptr) pairing.waiting.insert(record);
    }
    if (is_moved) baselines_.clear();
    return moved;
}

void Features::forget(const World::Touched& touched, const Said* said) {
    if (touched.record == no_record) return;
    shelf_.clear();
    forget_gathered(touched, said);
    forget_pairs(touched, said);
}

Value Features::evaluate(const Scalar& scalar, Reader& a, Reader* b) const {
    ScalarHost host([&](std::uint16_t slot) {
        const Slot& from = scalar.slots[slot];
        if (from.other) return b == nullptr ? Value() : b->read(from.path);
        return a.read(from.path);
    });
    return scalar.expression.evaluate(host, paths_->zone());
}

Value Features::evaluate_with(const Scalar& scalar, Reader& a, const std::vector<Value>& values) const {
    ScalarHost host([&](std::uint16_t slot) {
        const Slot& from = scalar.slots[slot];
        return from.other ? values[slot] : a.read(from.path);
    });
    return scalar.expression.evaluate(host, paths_->zone());
}

Features::Truth Features::counts(const Compiled& c, Reader& a, Reader& b) const {
    if (c.where.is_empty()) return Truth::yes;
    const Value value = evaluate(c.where, a, &b);
    return value.is_true() ? Truth::yes : value.is_false() ? Truth::no : Truth::unknown;
}

const std::vector<Features::Entry>* Features::entries(std::uint16_t index, const std::string& key, Reads* reads) const {
    static const std::vector<Entry> none;
    if (key.empty()) return nullptr;
    if (reads != nullptr) reads->index(index, key);
    const auto found = indexes_[index].by_key.find(key);
    return found == indexes_[index].by_key.end() ? &none : &found->second;
}

const std::vector<Features::Entry>* Features::entries(const Compiled& c, Reader& a, Reads* reads,
                                                      std::string* asked) const {
    std::string key = key_of(c.a_key, a);
    const std::vector<Entry>* found = entries(c.index, key, reads);
    if (asked != nullptr) *asked = std::move(key);
    return found;
}

std::unique_ptr<Features> Features::beside() const {
    std::unique_ptr<Features> other(new Features(shared_));
    other->columns_.resize(columns_.size());
    return other;
}

FeatureRows Features::compute(std::uint16_t feature, Reader& subject, AsOf as_of, Reads* reads) {
    if (!shared_->later.empty()) bring_in();
    const Compiled& c = compiled_[feature];
    if (c.pairing != no_index) refresh(c.pairing, nullptr);
    shelve(subject, reads);
    FeatureRows result;
    switch (c.feature->kind) {
        case FeatureKind::window: result = window(c, subject, as_of, reads); break;
        case FeatureKind::lag: result = lag(c, subject, as_of, reads); break;
        case FeatureKind::overlap: result = overlap(c, subject, reads); break;
        case FeatureKind::register_: result = look_up(c, subject, reads); break;
        case FeatureKind::measure: result = measure(c, subject, reads); break;
        case FeatureKind::neardup: result = near_duplicate(c, subject, as_of, reads); break;
        case FeatureKind::meet: result = meeting(c, subject, as_of, reads); break;
        case FeatureKind::baseline: result = baseline(c, subject, as_of, reads); break;
    }
    if (result.rows.empty()) result.rows.emplace_back();
    for (std::vector<Value>& row : result.rows) row.resize(c.facts.size());
    return result;
}

}  // namespace ningyi::engine
