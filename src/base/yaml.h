// SPDX-License-Identifier: Apache-2.0
// Strict YAML, for packs and bundle.yaml only (rules.md §3): block maps and lists, one-line flow, plain, quoted and
// literal scalars, comments. Nothing is typed by its looks; anchors, aliases, tags, merges, double keys and folding are
// refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ningyi::yaml {

struct Node {
    enum class Kind { scalar, list, map };
    Kind kind = Kind::scalar;
    std::string text;         // scalar
    bool quoted = false;      // scalar written in quotes or as a literal block
    std::vector<Node> items;  // list
    struct Pair;
    std::vector<Pair> pairs;   // map: key (a scalar), value; in order of the file
    int line = 1, column = 1;  // where it starts, in code points from 1
    // Of a scalar: line and column of each code point of `text` in the file (through quotes and escapes).
    std::vector<int> lines, columns;

    const Node* find(std::string_view key) const;  // value of a map, null when absent
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_list() const { return kind == Kind::list; }
    bool is_map() const { return kind == Kind::map; }
};

struct Node::Pair {
    Node key, value;
};

// The one document of `text`; `file` names it in faults (E1xx). At most 256 KiB, depth 12. Every fault is reported.
Result<Node> parse(std::string_view text, const std::string& file);

}  // namespace ningyi::yaml
