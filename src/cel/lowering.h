// SPDX-License-Identifier: Apache-2.0
// From trees of expressions to the steps of a vector program: typed, hash-consed over all expressions, constants apart.
// An expression with something that has no step of its own becomes one boxed step, which asks the reference.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cel/program.h"
#include "cel/quick_calls.h"
#include "cel/tree.h"

namespace ningyi::cel {

// The most arguments of a call that is made quickly.
constexpr std::size_t quick_arguments = 4;

enum class StepCode : std::uint8_t {
    constant,
    input,
    has,  // is `children[0]` known
    conjunction,
    disjunction,
    negation,
    choice,
    compare_numbers,
    compare_codes,  // == and != only
    compare_texts,  // row by row
    in_values,      // `values` or `texts`
    arithmetic,     // of numbers; result within the range of the kind
    minus,
    call,          // row by row: `node` with children as arguments
    call_on_text,  // the same, once for each distinct text of the one child that is no constant
    look_up,       // row by row
    has_look_up,
    contains,
    boxed,  // row by row: the whole of `expression`
};

struct Step {
    StepCode code = StepCode::constant;
    Kind kind = Kind::absent;  // of the result
    Comparison comparison = Comparison::equal;
    Arithmetic arithmetic = Arithmetic::add;
    bool is_dense = false;     // computing all rows costs little more than computing a few, all the way down
    std::uint32_t number = 0;  // input, look-up
    std::vector<std::uint32_t> children;
    Value value;                                                     // constant
    std::vector<std::int64_t> numbers;                               // in_values
    std::vector<std::string> texts;                                  // in_values
    const Node* node = nullptr;                                      // call: in the tree of `expression`
    Expression expression;                                           // call, boxed
    std::vector<std::pair<std::uint16_t, Program::Source>> sources;  // boxed: by slot
    Quick quick = Quick::none;                                       // call
    bool keeps_values = false;  // its rows are kept as values whatever the kind: times finer than a millisecond
};

struct InputOf {
    std::string key;
    Kind kind = Kind::absent;
    bool is_look_up = false;
    bool at_hand = false;
    std::uint32_t step = 0;  // of an input
};

class Plan {
public:
    std::uint32_t input(const std::string& key, Kind kind, bool is_look_up, bool at_hand);
    std::uint32_t add(const Expression& expression, const Program::SourceOf& source_of);
    // && or || of steps, or has() of one.
    std::uint32_t folded(StepCode code, std::vector<std::uint32_t> children);
    void set_at_hand(std::uint32_t input, bool at_hand);

    std::vector<Step> steps;
    std::vector<InputOf> inputs;

private:
    std::uint32_t step(Step made);  // its number; that of an equal one where there is one
    bool is_dense(const Step& step) const;

    std::unordered_map<std::string, std::uint32_t> step_of_;
    std::unordered_map<std::string, std::uint32_t> input_of_;
};

// The value of a call whose arguments are known, as the evaluator settles it.
Value called(const Step& step, std::span<const Value> arguments, const Zone& zone);

}  // namespace ningyi::cel
