// SPDX-License-Identifier: Apache-2.0
#include "casework/threshold.h"

#include <algorithm>

#include "base/text.h"
#include "engine/body_value.h"

namespace ningyi::casework {
namespace {

// Base units of a value that counts something; nothing for others.
std::optional<std::int64_t> base_units(const cel::Value& value) {
    switch (value.kind()) {
        case cel::Kind::duration: return value.ms();
        case cel::Kind::integer:
        case cel::Kind::length:
        case cel::Kind::money:
        case cel::Kind::speed:
        case cel::Kind::ratio: return value.number();
        default: return std::nullopt;
    }
}

// What a finding stores, with one parameter moved.
class StoredValues final : public cel::Host {
public:
    StoredValues(const rule::Rule& rule, const engine::Finding& hit, const Zone& zone, std::uint32_t param,
                 std::int64_t moved_by)
        : rule_(rule), hit_(hit), zone_(zone), param_(param), moved_by_(moved_by) {}

    cel::Value read(std::uint16_t slot) override {
        const rule::SlotSource& source = rule_.sources[slot];
        if (source.kind == rule::SlotSource::Kind::let)
            return rule_.lets[source.index].expression.evaluate(*this, zone_);
        const auto used = std::find_if(hit_.values.begin(), hit_.values.end(), [&](const engine::UsedValue& value) {
            return value.path == rule_.names.path(slot);
        });
        if (used == hit_.values.end() || used->absent) return cel::Value::absent(slot);
        const cel::Value value = engine::value_of_base_text(used->type, used->text);
        const auto units = base_units(value);
        if (source.kind != rule::SlotSource::Kind::param || source.index != param_ || !units) return value;
        return engine::value_of_base_text(used->type, std::to_string(*units + moved_by_));
    }
    cel::Value look_up(std::uint16_t slot, std::span<const cel::Value>) override { return cel::Value::absent(slot); }
    cel::Value contains(std::uint16_t slot, std::span<const cel::Value>) override { return cel::Value::absent(slot); }

private:
    const rule::Rule& rule_;
    const engine::Finding& hit_;
    const Zone& zone_;
    std::uint32_t param_;
    std::int64_t moved_by_;
};

}  // namespace

std::optional<std::int64_t> Threshold::room() const {
    const std::optional<std::int64_t>& bound = is_floor ? least : most;
    if (!value || !bound) return std::nullopt;
    return std::max<std::int64_t>(0, is_floor ? *value - *bound : *bound - *value);
}

Threshold threshold_of(const rule::RuleSet& set, const rule::Rule& rule, const engine::Finding& hit, const Zone& zone) {
    Threshold threshold;
    threshold.type = hit.margin_type;
    const auto margin = to_integer(hit.margin);
    if (rule.margin.is_empty() || !margin) return threshold;
    const auto margin_with = [&](std::uint32_t param, std::int64_t moved_by) {
        StoredValues values(rule, hit, zone, param, moved_by);
        return base_units(rule.margin.evaluate(values, zone));
    };
    if (margin_with(UINT32_MAX, 0) != margin) return threshold;  // rests on more than is stored
    std::size_t found = 0;
    for (std::uint32_t i = 0; i < rule.params.size(); ++i) {
        const auto moved = margin_with(i, 1);
        if (!moved || (*moved != *margin + 1 && *moved != *margin - 1)) continue;
        const auto used = std::find_if(hit.values.begin(), hit.values.end(), [&](const engine::UsedValue& value) {
            return value.path == rule.params[i].first;
        });
        const rule::Param& param = set.params[rule.param_index[i]];
        ++found;
        threshold.title = param.title;
        threshold.value = used == hit.values.end() ? std::nullopt : to_integer(used->text);
        threshold.is_floor = *moved == *margin + 1;
        threshold.least = param.least ? base_units(*param.least) : std::nullopt;
        threshold.most = param.most ? base_units(*param.most) : std::nullopt;
    }
    if (found == 1 && threshold.value) return threshold;
    return {.title = {}, .type = hit.margin_type};
}

}  // namespace ningyi::casework
