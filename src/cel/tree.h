// SPDX-License-Identifier: Apache-2.0
// The compact tree both modes are evaluated from: names are slots, functions are pointers, literals are values. Made by
// the checker (rules) or the resolver (conformance); immutable afterwards.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cel/numbers.h"
#include "cel/rule_expression.h"
#include "cel/syntax.h"
#include "cel/value.h"

namespace ningyi::cel {

class Pattern;
struct Node;
struct Scope;

// A function that is called with known arguments only. It sees its node for what was prepared at load.
using Call = Value (*)(const Node& node, Scope& scope, std::span<const Value> arguments);

enum class Operation : std::uint8_t {
    constant,  // `value`
    read,      // host.read(slot)
    has_read,  // not absent
    look_up,   // host.look_up(slot, children)
    has_look_up,
    contains,  // host.contains(slot, children)
    local,     // the variable `slot` of a macro
    conjunction,
    disjunction,
    negation,
    conditional,
    compare_numbers,     // both int64 of one kind; `comparison`
    compare_texts,       // both strings, or == and != on them
    compare_values,      // anything
    arithmetic_numbers,  // int64, the result has `kind`
    arithmetic_values,
    minus,
    call,          // `function` with children
    product_call,  // `product` with children: a function added by Names
    list,
    map,
    select,
    has_select,  // a field `value` (text) of a map
    index,
    member,  // in
    fold,    // `fold` with variables from local `slot` on
};

enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal, equal, not_equal };

// Whether two values that stand in this order satisfy the comparison. Unordered ones (NaN) satisfy not_equal only.
constexpr bool holds(Comparison comparison, std::partial_ordering order) {
    switch (comparison) {
        case Comparison::less: return order < 0;
        case Comparison::less_equal: return order <= 0;
        case Comparison::greater: return order > 0;
        case Comparison::greater_equal: return order >= 0;
        case Comparison::equal: return order == 0;
        case Comparison::not_equal: return order != 0;
    }
    return false;
}

struct Node {
    Operation operation = Operation::constant;
    Kind kind = Kind::absent;  // arithmetic_numbers: of the result
    Comparison comparison = Comparison::equal;
    Arithmetic arithmetic = Arithmetic::add;
    Fold fold = Fold::all;
    std::uint8_t variables = 0;  // fold: how many it has
    std::uint16_t slot = 0;
    std::uint32_t at = 0;  // code points before it, for messages
    Value value;
    Call function = nullptr;
    std::vector<const Node*> children;  // null where a fold has no predicate
    std::shared_ptr<const Function> product;
    std::shared_ptr<const Pattern> pattern;  // matches() with a literal
    std::shared_ptr<const Slots> paths;      // what a call reads: named as missing when its result is absent
    std::int64_t first = 0;                  // what a function prepared from its literals (clock_between: ms)
    std::int64_t second = 0;
};

struct Expression::Tree {
    std::vector<std::unique_ptr<Node>> nodes;
    const Node* root = nullptr;
    Type type;
    Slots reads;
    std::string text;
    Place place;
    std::int64_t cost = 0;
    std::int64_t budget = 0;  // iterations and sixteenths of text bytes one evaluation may spend
    std::uint16_t locals = 0;
    bool has_bare_numbers = false;
    bool missing_key_is_absent = true;  // rules.md §4.5: absent in rules, an error in conformance
};

// One evaluation under way.
struct Scope {
    const Expression::Tree& tree;
    Host& host;
    const Zone& zone;
    Value* locals;
    std::int64_t budget;
};

Value evaluate(const Node& node, Scope& scope);

// The whole tree from its root.
Value evaluate(const Expression::Tree& tree, Host& host, const Zone& zone);

// A union of what is missing in two absent values.
Value united(const Value& a, const Value& b);

// Gathers operands of a strict operation: what is absent is united and goes before the first error.
class Unknowns {
public:
    void add(const Value& unknown) {
        if (unknown.is_absent()) {
            first_ = first_.is_absent() && found_ ? united(first_, unknown) : unknown;
        } else if (!found_) {
            first_ = unknown;
        }
        found_ = true;
    }
    bool found() const { return found_; }
    const Value& value() const { return first_; }

private:
    Value first_;
    bool found_ = false;
};

// `error` with the place of `node` in front of its message, in the lines of the file.
Value located(const Value& error, const Node& node, const Expression::Tree& tree);

// The line and column of code point `at`.
std::pair<int, int> position(const Place& place, std::string_view text, std::uint32_t at);

// Folds are evaluated apart.
Value evaluate_fold(const Node& node, Scope& scope);

Value budget_error();

}  // namespace ningyi::cel
