// SPDX-License-Identifier: Apache-2.0
// Reads one YAML map of a known shape. Each key is asked for once; missing keys, unknown keys and wrong shapes become
// faults (E2xx) with their place, and reading goes on, so that all of them are reported.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/time.h"
#include "base/yaml.h"

namespace ningyi::yaml {

// A fault at a node; `code` E2xx.
Fault fault_at(const std::string& file, const Node& node, std::string code, std::string zh, std::string en);

// Text in both languages.
struct Words {
    std::string zh, en;
};

class MapReader {
public:
    // A node that is no map is a fault; every answer is then empty.
    MapReader(const Node& node, std::string file, Faults& faults);

    bool is_map() const { return node_.is_map(); }
    const Node& node() const { return node_; }
    const std::string& file() const { return file_; }
    Faults& faults() { return faults_; }

    // The value of a key, or null; a required one that is missing is a fault (E202).
    const Node* optional(std::string_view key);
    const Node* required(std::string_view key);
    const Node* list(std::string_view key, bool is_required = false);
    const Node* map(std::string_view key, bool is_required = false);

    // Scalars. What is missing or malformed comes back empty; the faults say so.
    std::optional<std::string> optional_text(std::string_view key);
    std::string text(std::string_view key);
    std::vector<std::string> texts(std::string_view key);  // list of scalars; [] when left out
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::int64_t> quantity(std::string_view key, Dimension dimension);
    std::optional<Date> day(std::string_view key);
    std::string word(std::string_view key, std::initializer_list<std::string_view> allowed, bool is_required = true);
    Words words(std::string_view key, bool is_required = true);  // {zh, en}: both, or E208

    // Reports every key nobody asked for (E203). Call it last.
    void finish();

    void refuse(const Node& node, std::string code, std::string zh, std::string en);

private:
    const Node& node_;
    std::string file_;
    Faults& faults_;
    std::vector<std::string_view> asked_;
};

// As the members of the same name, of a node at hand.
std::optional<std::string> text_of(const Node& node, const std::string& file, Faults& faults);
std::optional<bool> boolean_of(const Node& node, const std::string& file, Faults& faults);
std::optional<std::int64_t> quantity_of(const Node& node, Dimension dimension, const std::string& file, Faults& faults);
std::optional<Date> day_of(const Node& node, const std::string& file, Faults& faults);

}  // namespace ningyi::yaml
