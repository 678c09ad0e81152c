// SPDX-License-Identifier: Apache-2.0
// The tree of an expression as it is written: before names and types. Macros stand in it already expanded, with the
// positions of their source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cel/value.h"

namespace ningyi::cel {

enum class SyntaxKind : std::uint8_t {
    literal,      // value
    identifier,   // name; is_rooted: written with a leading dot
    select,       // children[0].name; is_test: has()
    index,        // children[0][children[1]]
    call,         // name(children…), or children[0].name(…) when is_method
    unary,        // name "!" or "-"
    binary,       // name "+", "<", "in", …
    logic,        // name "&&" or "||", two or more children
    conditional,  // children[0] ? children[1] : children[2]
    list,         // children
    map,          // children: key, value, key, value, …
    fold,         // a macro over a list or map: `fold`, `variables`, children: range, then the bodies
};

// What a macro becomes. The bodies: all exists exists_one: {predicate}; map: {predicate or null, transform};
// filter: {predicate}; transform_map, transform_list: {predicate or null, transform}; bind: {body}, the range being the
// value.
enum class Fold : std::uint8_t { all, exists, exists_one, map, filter, transform_list, transform_map, bind };

struct Syntax {
    SyntaxKind kind = SyntaxKind::literal;
    Fold fold = Fold::all;
    bool is_rooted = false;
    bool is_test = false;
    bool is_method = false;
    std::uint16_t depth = 1;
    std::uint32_t at = 0;     // code points before it; of an operator the operator itself, of a select the field
    std::uint32_t start = 0;  // code points before its first token
    std::string name;
    Value value;
    std::vector<std::string> variables;
    std::vector<std::unique_ptr<Syntax>> children;  // null only where `fold` says so
};

using SyntaxPointer = std::unique_ptr<Syntax>;

}  // namespace ningyi::cel
