// SPDX-License-Identifier: Apache-2.0
// Which judged subjects hang on what, live: on a record, on a key of an index (by the subject's time), on a stretch of
// a carrier's fixes, on a shared measure. Numbers stand for names: two that meet by chance cost a second look, never a
// wrong finding.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/world.h"

namespace ningyi::engine {

class Dependants {
public:
    using Look = std::function<void(RecordIndex subject)>;

    // The number of a carrier in on_carrier() and each_of_carrier().
    static std::uint64_t carrier_number(std::string_view id);

    // Saying a thing again does nothing.
    void on_record(RecordIndex subject, EntityIndex entity, std::string_view id);
    void on_key(RecordIndex subject, std::uint16_t index, std::string_view key, std::optional<Instant> time);
    void on_carrier(RecordIndex subject, std::uint64_t carrier, Instant from, Instant to);
    void on_measure(RecordIndex subject, std::uint32_t measure);

    // Each may be named more than once.
    void each_of_record(EntityIndex entity, std::string_view id, const Look& look) const;
    // Those with a time in [from, to] and those without one.
    void each_of_key(std::uint16_t index, std::string_view key, Instant from, Instant to, const Look& look) const;
    void each_of_carrier(std::uint64_t carrier, Instant first, Instant last, const Look& look) const;
    void each_of_measure(std::uint32_t measure, const Look& look) const;

private:
    bool is_new(RecordIndex subject, std::uint64_t what);

    struct AtTime {
        Instant time;
        RecordIndex subject = no_record;
    };
    struct OfKey {
        std::vector<AtTime> timed;  // by time
        std::vector<RecordIndex> always;
    };
    struct Stretch {
        Instant from, to;
        RecordIndex subject = no_record;
    };
    struct OfCarrier {
        std::vector<Stretch> stretches;  // by from
        Millis longest = 0;
    };
    std::unordered_map<RecordIndex, std::vector<std::uint64_t>> said_;  // by subject, sorted
    std::unordered_map<std::uint64_t, std::vector<RecordIndex>> of_record_, of_measure_;
    std::unordered_map<std::uint64_t, OfKey> of_key_;
    std::unordered_map<std::uint64_t, OfCarrier> of_carrier_;
};

}  // namespace ningyi::engine
