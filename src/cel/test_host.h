// SPDX-License-Identifier: Apache-2.0
// For tests of expressions: names and values by path, with nothing behind them.
#pragma once

#include <map>
#include <set>
#include <string>

#include "cel/rule_expression.h"

namespace ningyi::cel {

class TestHost final : public Host {
public:
    explicit TestHost(const Names& names) : names_(names) {}

    // A look-up's values are set by "path(key)", list entries by "path(key)" with a bool.
    void set(const std::string& path, Value value) { values_.insert_or_assign(path, std::move(value)); }
    void unset(const std::string& path) { values_.erase(path); }

    Value read(std::uint16_t slot) override { return value_of(names_.path(slot), slot); }
    Value look_up(std::uint16_t slot, std::span<const Value> key) override {
        return value_of(names_.path(slot) + keyed(key), slot);
    }
    Value contains(std::uint16_t slot, std::span<const Value> key) override {
        const auto found = values_.find(names_.path(slot) + keyed(key));
        return Value::of_bool(found != values_.end());
    }

private:
    static std::string keyed(std::span<const Value> key) {
        std::string text = "(";
        for (const Value& part : key) text += part.text();
        return text + ")";
    }
    Value value_of(const std::string& path, std::uint16_t slot) const {
        const auto found = values_.find(path);
        return found == values_.end() ? Value::absent(slot) : found->second;
    }

    const Names& names_;
    std::map<std::string, Value> values_;
};

}  // namespace ningyi::cel
