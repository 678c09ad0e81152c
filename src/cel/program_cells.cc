// SPDX-License-Identifier: Apache-2.0
// Single cells of the vector program: for a batch of one row, and where few rows of a batch are left. Computed as
// asked, left to right, each once a row; what has no number of its own goes through its lane.
#include <array>

#include "base/check.h"
#include "cel/program_parts.h"
#include "cel/quick_calls.h"

namespace ningyi::cel {
namespace {

using Cell = Program::Cell;

Cell unknown(Byte mark) {
    return {.number = 0, .known = mark};
}
Cell truth(bool is_true) {
    return {.number = is_true ? 1 : 0, .known = mark_known};
}

Cell cell_of(const ColumnView& view, Store store, std::size_t row) {
    if (view.known != nullptr && view.known[row] != mark_known) return unknown(view.known[row]);
    switch (store) {
        case Store::truths: return {.number = view.truths[row] & 1, .known = mark_known};
        case Store::codes: return {.number = view.codes[row], .known = mark_known};
        case Store::numbers: return {.number = view.numbers[row], .known = mark_known};
        case Store::boxed: break;
    }
    return {.number = 0, .known = mark_known};
}

// Of two marks at least one of which is not known.
Cell strict(const Cell& a, const Cell& b) {
    return unknown(a.known == mark_absent || b.known == mark_absent ? mark_absent : mark_error);
}

}  // namespace

const Cell& Program::Parts::cell(std::uint32_t number) {
    KeptCell& kept = cells[number];
    if (kept.tick >= tick) return kept.cell;
    kept.cell = computed(number);
    kept.tick = plan.steps[number].code == StepCode::constant ? UINT64_MAX : tick;  // a constant stays
    return kept.cell;
}

Cell Program::Parts::computed(std::uint32_t number) {
    const Step& step = plan.steps[number];
    switch (step.code) {
        case StepCode::constant: return cell_of(lane(number, nullptr).view, store_of(step), cell_row);
        case StepCode::input: {
            const Store store = store_of(step);
            if (rows > 1) return cell_of(lane(number, cell_mask).view, store, cell_row);
            if (store == Store::boxed) break;
            const ColumnView view = inputs->input(step.number, nullptr);
            const bool is_there = store == Store::truths  ? view.truths != nullptr
                                  : store == Store::codes ? view.codes != nullptr
                                                          : view.numbers != nullptr;
            return is_there ? cell_of(view, store, cell_row) : unknown(mark_absent);
        }
        case StepCode::has: {
            const Step& child = plan.steps[step.children[0]];
            const Byte mark = store_of(child) == Store::boxed ? marks(lane(step.children[0], cell_mask))[cell_row]
                                                              : cell(step.children[0]).known;
            return mark == mark_error ? unknown(mark) : truth(mark == mark_known);
        }
        case StepCode::conjunction:
        case StepCode::disjunction: {
            const std::int64_t decided = step.code == StepCode::conjunction ? 0 : 1;
            Byte mark = mark_known;
            for (const std::uint32_t child : step.children) {
                const Cell& one = cell(child);
                if (one.known == mark_known) {
                    if (one.number == decided) return one;
                } else if (mark != mark_absent) {
                    mark = one.known;
                }
            }
            return mark == mark_known ? truth(decided == 0) : unknown(mark);
        }
        case StepCode::negation: {
            const Cell& one = cell(step.children[0]);
            return one.known == mark_known ? truth(one.number == 0) : one;
        }
        case StepCode::choice: {
            const Cell& condition = cell(step.children[0]);
            if (condition.known != mark_known) return unknown(condition.known);
            return cell(step.children[condition.number != 0 ? 1 : 2]);
        }
        case StepCode::compare_numbers:
        case StepCode::compare_codes: {
            const Cell& a = cell(step.children[0]);
            const Cell& b = cell(step.children[1]);
            if (a.known != mark_known || b.known != mark_known) return strict(a, b);
            return truth(holds(step.comparison, a.number <=> b.number));
        }
        case StepCode::in_values: return member(number);
        case StepCode::arithmetic: return calculated(number);
        case StepCode::call:
            if (step.quick != Quick::none) return called_quickly(number);
            break;
        default: break;
    }
    return cell_of(lane(number, cell_mask).view, store_of(step), cell_row);
}

Cell Program::Parts::member(std::uint32_t number) {
    const Step& step = plan.steps[number];
    const Cell& item = cell(step.children[0]);
    if (item.known != mark_known) return item;
    if (plan.steps[step.children[0]].kind != Kind::string)
        return truth(std::binary_search(step.numbers.begin(), step.numbers.end(), item.number));
    const std::vector<std::uint32_t>& codes = wanted_codes(step, lanes[number]);
    for (const std::uint32_t code : codes) {
        if (code == item.number) return truth(true);
    }
    return truth(false);
}

Cell Program::Parts::calculated(std::uint32_t number) {
    const Step& step = plan.steps[number];
    const Cell& a = cell(step.children[0]);
    const Cell& b = cell(step.children[1]);
    if (a.known != mark_known || b.known != mark_known) return strict(a, b);
    std::int64_t result = 0;
    bool is_odd = true;
    switch (step.arithmetic) {
        case Arithmetic::add: is_odd = __builtin_add_overflow(a.number, b.number, &result); break;
        case Arithmetic::subtract: is_odd = __builtin_sub_overflow(a.number, b.number, &result); break;
        case Arithmetic::multiply: is_odd = __builtin_mul_overflow(a.number, b.number, &result); break;
        default: break;
    }
    const Range range = range_of(step.kind);
    if (!is_odd && result >= range.least && result <= range.most) return {.number = result, .known = mark_known};
    return cell_of_value(settled(step, a.number, b.number));
}

Cell Program::Parts::called_quickly(std::uint32_t number) {
    const Step& step = plan.steps[number];
    std::array<std::int64_t, quick_arguments> arguments;
    Byte mark = mark_known;
    for (std::size_t i = 0; i < step.children.size(); ++i) {
        const Step& child = plan.steps[step.children[i]];
        if (child.code == StepCode::constant && child.kind == Kind::string) continue;  // read at load
        const Cell& one = cell(step.children[i]);
        arguments[i] = one.number;
        if (one.known != mark_known && mark != mark_absent) mark = one.known;
    }
    if (mark != mark_known) return unknown(mark);
    std::int64_t result = 0;
    if (quick_call(step.quick, *step.node, std::span(arguments.data(), step.children.size()), *zone, result))
        return {.number = result, .known = mark_known};
    std::vector<Value> values;
    for (std::size_t i = 0; i < step.children.size(); ++i) {
        const Step& child = plan.steps[step.children[i]];
        values.push_back(child.code == StepCode::constant ? child.value : number_value(child.kind, arguments[i]));
    }
    return cell_of_value(called(step, values, *zone));
}

Cell Program::Parts::cell_of_value(const Value& value) {
    if (!value.is_known()) return unknown(value.is_error() ? mark_error : mark_absent);
    const bool is_time = value.kind() == Kind::timestamp || value.kind() == Kind::duration;
    return {.number = is_time ? value.ms() : value.number(), .known = mark_known};
}

}  // namespace ningyi::cel
