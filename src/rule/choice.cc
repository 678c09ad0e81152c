// SPDX-License-Identifier: Apache-2.0
#include "rule/choice.h"

#include <algorithm>

namespace ningyi::rule {

cel::Value chosen_value(const Param& param, const cel::Value& date, const std::vector<std::string>& keys,
                        const std::function<cel::Value(const std::string&)>& scope) {
    if (date.kind() != cel::Kind::date) return {};
    const Date day{static_cast<std::int32_t>(date.number())};
    const ParamValue* best = nullptr;
    std::uint64_t best_rank = 0;  // a bit a key: the highest key counts most, then the next
    for (const std::vector<std::uint32_t>& group : param.by_scope) {
        const ParamValue* value = in_force(param, group, day);
        if (value == nullptr) continue;
        std::uint64_t rank = 0;
        bool matches = true;
        for (const auto& [key, wanted] : value->scope) {
            const cel::Value own = scope(key);
            if (own.kind() != cel::Kind::string) return {};
            matches = matches && own.text() == wanted;
            const auto at = std::find(keys.begin(), keys.end(), key) - keys.begin();
            rank |= std::uint64_t{1} << std::min<std::ptrdiff_t>(at, 63);
        }
        if (matches && (best == nullptr || rank > best_rank)) best = value, best_rank = rank;
    }
    return best == nullptr ? cel::Value() : best->value;
}

}  // namespace ningyi::rule
