// SPDX-License-Identifier: Apache-2.0
// The world as a test of a rule gives it: values by path, other records by entity and id. Not a world of the engine:
// nothing is derived, features are as written.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "base/yaml.h"
#include "rule/judge.h"

namespace ningyi::rule {

class Given final : public Facts {
public:
    // `given` of a test, or null for a world in which nothing is known. Faults E201, E501 and those of values. `set`
    // and `rule` must outlive it.
    Given(const RuleSet& set, const Rule& rule, const yaml::Node* given, Faults& faults);

    // Takes a path and all below it out of the world.
    void forget(const std::string& path);
    bool has(const std::string& path) const { return values_.contains(path); }
    cel::Value of(const std::string& path) const;  // absent when not given
    void set(const std::string& path, cel::Value value) { values_[path] = std::move(value); }
    const std::map<std::string, cel::Value>& values() const { return values_; }

    cel::Value read(std::uint16_t slot) override;
    cel::Value others(std::uint16_t slot, const cel::Value& id) override;
    cel::Value date() override;
    cel::Value scope(const std::string& key) override;

private:
    void add(const std::string& path, const yaml::Node& key, const yaml::Node& node, Faults& faults);
    void add_record(const yaml::Node& name, const yaml::Node& node, Faults& faults);
    void add_features(const yaml::Node& node, Faults& faults);
    void add_others(const yaml::Node& node, Faults& faults);

    const RuleSet* set_;
    const Rule* rule_;
    std::map<std::string, cel::Value> values_;
    std::map<std::tuple<std::string, std::string, std::string>, cel::Value> others_;
};

// How a test names the people in it: masked, as a reader below their level sees them. REQUIRES: `given` outlives it.
std::function<std::string(const std::string&)> names_in(const Given& given);

}  // namespace ningyi::rule
