// SPDX-License-Identifier: Apache-2.0
#include "model/scope.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace ningyi::model {

Scope Scope::of_file_holder(std::string actor, int max_level) {
    CHECK(max_level >= 1 && max_level <= 4);
    Scope scope;
    scope.actor_ = std::move(actor);
    scope.max_level_ = max_level;
    return scope;
}

bool Scope::sees_agency(const std::string& agency) const {
    return agencies_.empty() || std::find(agencies_.begin(), agencies_.end(), agency) != agencies_.end();
}

std::string masked(std::string_view value) {
    constexpr std::size_t longest = 8;
    if (value.empty()) return {};
    std::string out;
    std::size_t at = 0;
    append_code_point(out, next_code_point(value, at));
    for (std::size_t shown = 1; shown < longest && at < value.size(); ++shown) {
        next_code_point(value, at);
        out += '*';
    }
    return out;
}

}  // namespace ningyi::model
