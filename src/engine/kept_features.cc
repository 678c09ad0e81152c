// SPDX-License-Identifier: Apache-2.0
#include "engine/kept_features.h"

#include <algorithm>

namespace ningyi::engine {
namespace {

using cel::Value;

bool is_same(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    if (a.is_absent()) return true;
    if (a.is_error()) return a.text() == b.text();
    return cel::equal(a, b);
}

}  // namespace

void Keeping::carrier(std::string_view id, Instant from, Instant to) {
    const std::uint64_t carrier = Dependants::carrier_number(id);
    dependants_.on_carrier(subject_, carrier, from, to);
    if (making_ != nullptr) making_->stretches.push_back({carrier, from, to});
}

void Keeping::index(std::uint16_t index, std::string_view key) {
    if (making_ == nullptr) return;
    const Features::Outlook& outlook = features_.outlooks()[feature_];
    if (outlook.is_shared) return;  // the shared measure hangs on it
    dependants_.on_key(subject_, index, key, outlook.reach == 0 ? std::nullopt : making_->time);
}

void Keeping::measure(std::uint32_t shared) {
    dependants_.on_measure(subject_, shared);
    if (making_ == nullptr) return;
    making_->measure = shared;
    making_->measure_version = features_.measure_version(shared);
}

const FeatureRows& Keeping::rows(std::uint16_t feature, Reader& subject, const AsOf& as_of) {
    std::unique_ptr<KeptFeature>& kept = kept_[feature];
    if (kept == nullptr) {
        kept = std::make_unique<KeptFeature>();
        kept->is_stale = true;
    }
    if (kept->measure && features_.measure_version(*kept->measure) != kept->measure_version) kept->is_stale = true;
    if (!kept->is_stale && kept->as_of == as_of) return kept->rows;
    kept->as_of = as_of;
    const std::optional<Instant> time = subject.time();
    kept->time = time == as_of.time ? time : std::nullopt;
    kept->stretches.clear();
    kept->measure.reset();
    making_ = kept.get();
    feature_ = feature;
    kept->rows = features_.compute(feature, subject, as_of, this);
    // A track that was read before for another feature is not noted again by the reader.
    for (const Path& track : features_.outlooks()[feature].tracks) {
        if (const auto span = subject.track_span(track)) {
            const KeptFeature::Stretch stretch{Dependants::carrier_number(span->carrier), span->from, span->to};
            kept->stretches.push_back(stretch);
        }
    }
    making_ = nullptr;
    kept->is_stale = false;
    return kept->rows;
}

RowsChange change_of(const FeatureRows& before, const FeatureRows& after) {
    RowsChange change;
    change.rows = before.rows.size() != after.rows.size();
    std::size_t facts = 0;
    for (const auto* rows : {&before.rows, &after.rows}) {
        for (const std::vector<Value>& row : *rows) facts = std::max(facts, row.size());
    }
    change.facts.assign(facts, change.rows);
    for (std::size_t row = 0; row < std::min(before.rows.size(), after.rows.size()); ++row) {
        const std::vector<Value>& old_row = before.rows[row];
        const std::vector<Value>& new_row = after.rows[row];
        for (std::size_t fact = 0; fact < facts; ++fact) {
            const bool both = fact < old_row.size() && fact < new_row.size();
            if (both && is_same(old_row[fact], new_row[fact])) continue;
            change.facts[fact] = true;
            change.rows = true;
        }
    }
    change.any = change.rows || before.evidence != after.evidence || before.row_evidence != after.row_evidence ||
                 before.params != after.params;
    return change;
}

}  // namespace ningyi::engine
