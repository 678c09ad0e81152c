// SPDX-License-Identifier: Apache-2.0
// The rows of features that judgements of one subject looked at, live: kept until what they were made of changes, and
// with them what they hang on. They only save work; a subject whose rows were forgotten is looked at anew.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/dependants.h"
#include "engine/judge_subject.h"

namespace ningyi::engine {

struct KeptFeature {
    AsOf as_of;
    FeatureRows rows;
    std::optional<Instant> time;  // of the subject, when that is as of when; nothing: may be reached at any time
    struct Stretch {
        std::uint64_t carrier = 0;
        Instant from, to;
    };
    std::vector<Stretch> stretches;  // of fixes that it looked at
    std::optional<std::uint32_t> measure;
    std::uint64_t measure_version = 0;
    bool is_stale = false;
};

// By feature; null: nobody looked.
using KeptFeatures = std::vector<std::unique_ptr<KeptFeature>>;

// One subject under judgement: notes what it hangs on, takes rows that are still good and keeps the others.
class Keeping final : public Reads, public RowsKeeper {
public:
    // `kept` has as many places as there are features. Keeps references.
    Keeping(RecordIndex subject, Features& features, Dependants& dependants, KeptFeatures& kept)
        : subject_(subject), features_(features), dependants_(dependants), kept_(kept) {}

    void record(EntityIndex entity, std::string_view id) override { dependants_.on_record(subject_, entity, id); }
    void carrier(std::string_view id, Instant from, Instant to) override;
    void index(std::uint16_t index, std::string_view key) override;
    void measure(std::uint32_t shared) override;

    const FeatureRows& rows(std::uint16_t feature, Reader& subject, const AsOf& as_of) override;

private:
    RecordIndex subject_;
    Features& features_;
    Dependants& dependants_;
    KeptFeatures& kept_;
    KeptFeature* making_ = nullptr;  // the one under way
    std::uint16_t feature_ = no_index;
};

// What is different between rows of one feature: which facts, and whether anything is (evidence and parameters too).
struct RowsChange {
    bool any = false;
    bool rows = false;  // how many there are, or a fact of them
    std::vector<bool> facts;
};
RowsChange change_of(const FeatureRows& before, const FeatureRows& after);

}  // namespace ningyi::engine
