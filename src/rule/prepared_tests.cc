// SPDX-License-Identifier: Apache-2.0
#include "rule/prepared_tests.h"

#include <algorithm>

#include "base/text.h"
#include "base/yaml_map.h"

namespace ningyi::rule {
namespace {

using yaml::Node;

Node* find(Node& map, std::string_view key) {
    for (auto& [name, value] : map.pairs) {
        if (name.text == key) return &value;
    }
    return nullptr;
}

// Maps are merged key by key; everything else is replaced.
void merge(Node& into, const Node& over) {
    if (!into.is_map() || !over.is_map()) {
        into = over;
        return;
    }
    for (const auto& [key, value] : over.pairs) {
        if (Node* mine = find(into, key.text))
            merge(*mine, value);
        else
            into.pairs.emplace_back(key, value);
    }
}

bool erase_key(Node& map, std::string_view key) {
    return std::erase_if(map.pairs, [&](const auto& pair) { return pair.key.text == key; }) > 0;
}

// Takes a path out of `given`: order.served, elder, twin (a feature), twin.sync, others.
bool remove_path(Node& given, std::string_view path) {
    const std::size_t dot = path.find('.');
    const std::string head(path.substr(0, dot));
    Node* features = find(given, "features");
    Node* holder = find(given, head) != nullptr                              ? &given
                   : features != nullptr && find(*features, head) != nullptr ? features
                                                                             : nullptr;
    if (holder == nullptr) return false;
    if (dot == std::string_view::npos) return erase_key(*holder, head);
    return erase_key(*find(*holder, head), path.substr(dot + 1));
}

const Node* named_test(const std::vector<Node>& tests, std::string_view name) {
    for (const Node& test : tests) {
        const Node* own = test.is_map() ? test.find("name") : nullptr;
        if (own != nullptr && own->text == name) return &test;
    }
    return nullptr;
}

}  // namespace

std::vector<Node> resolved_tests(const Rule& rule, Faults& faults) {
    std::vector<Node> resolved;
    for (const Node& test : rule.tests) {
        yaml::MapReader map(test, rule.file, faults);
        const std::string name = map.text("name");
        const std::optional<std::string> same_as = map.optional_text("same_as");
        for (const char* key : {"given", "events", "registers", "reorder", "expect", "without"}) map.optional(key);
        map.finish();
        if (named_test(resolved, name) != nullptr)
            map.refuse(test, "E507", format("测试 {} 重复", name), format("test {} is given twice", name));
        Node whole;
        whole.kind = Node::Kind::map;
        if (same_as) {
            const Node* base = named_test(resolved, *same_as);
            if (base == nullptr) {
                map.refuse(*test.find("same_as"), "E502", format("前面没有测试“{}”", *same_as),
                           format("there is no test \"{}\" before this one", *same_as));
            } else {
                whole = *base;
            }
        }
        whole.line = test.line;
        whole.column = test.column;
        if (test.is_map()) {
            for (const auto& [key, value] : test.pairs) {
                if (key.text == "same_as" || key.text == "without") continue;
                Node* mine = find(whole, key.text);
                if (mine == nullptr)
                    whole.pairs.emplace_back(key, value);
                else if (key.text == "given" || key.text == "registers")
                    merge(*mine, value);
                else
                    *mine = value;
            }
        }
        if (const Node* without = test.is_map() ? test.find("without") : nullptr) {
            Node* given = find(whole, "given");
            for (const Node& path : without->items) {
                if (given == nullptr || !remove_path(*given, path.text)) {
                    map.refuse(path, "E501", format("given 中没有 {}", path.text),
                               format("{} is not in given", path.text));
                }
            }
        }
        resolved.push_back(std::move(whole));
    }
    return resolved;
}

PreparedTests prepared_tests(const RuleSet& set, const Rule& rule, Faults& faults) {
    PreparedTests tests;
    for (Node& test : resolved_tests(rule, faults)) {
        const Node* name = test.find("name");
        const Node* expect = test.find("expect");
        const std::string title = name == nullptr ? "" : name->text;
        if (expect == nullptr) {
            faults.push_back(yaml::fault_at(rule.file, test, "E202", format("测试“{}”缺少 expect", title),
                                            format("test \"{}\" lacks expect", title)));
        } else if (test.find("events") != nullptr) {
            tests.events.push_back({title, test.line, std::move(test)});
        } else {
            tests.values.push_back({title, test.line, Given(set, rule, test.find("given"), faults), *expect});
        }
    }
    return tests;
}

RuleSet alone(const RuleSet& set, const Rule& rule) {
    RuleSet one;
    one.packs = set.packs;
    one.dictionary = set.dictionary;
    one.params = set.params;
    one.tables = set.tables;
    one.lists = set.lists;
    one.policies = set.policies;
    for (const Feature& feature : set.features) {
        const bool is_used = std::any_of(rule.features.begin(), rule.features.end(),
                                         [&](const auto& used) { return used.second == feature.name; });
        if (is_used) one.features.push_back(feature);
    }
    one.derived = set.derived;
    one.digest = set.digest;
    one.hash = set.hash;
    one.rules.push_back(rule);
    one.rules.front().tests.clear();
    return one;
}

}  // namespace ningyi::rule
