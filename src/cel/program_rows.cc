// SPDX-License-Identifier: Apache-2.0
// Steps of the vector program that have no loop: computed row by row by the functions of the reference.
#include <array>

#include "base/check.h"
#include "cel/program_parts.h"
#include "cel/quick_calls.h"

namespace ningyi::cel {

// One call for each distinct text, kept as long as the vocabulary.
void Program::Parts::call_on_text(const Step& step, Lane& into, const Byte* wanted) {
    constexpr Byte not_computed = 255;
    std::size_t at = 0;
    std::array<Value, 8> arguments;
    CHECK(step.children.size() <= arguments.size());
    for (std::size_t i = 0; i < step.children.size(); ++i) {
        if (is_constant(step.children[i])) {
            arguments[i] = plan.steps[step.children[i]].value;
        } else {
            at = i;
        }
    }
    const Lane& text = lane(step.children[at], wanted);
    open_marked(step, into);
    if (into.memo_known.size() < vocabulary->size()) {
        into.memo_known.resize(vocabulary->size(), not_computed);
        into.memo.resize(vocabulary->size());
    }
    const Byte* const known = marks(text);
    for (std::size_t row = 0; row < rows; ++row) {
        if (wanted != nullptr && wanted[row] == 0) {
            into.known[row] = mark_absent;
            if (step.kind == Kind::boolean) into.truths[row] = 0;
            continue;
        }
        if (known[row] != mark_known) {
            into.known[row] = known[row];
            if (step.kind == Kind::boolean) into.truths[row] = 0;
            continue;
        }
        const std::uint32_t code = text.view.codes[row];
        if (into.memo_known[code] == not_computed) {
            arguments[at] = Value::of_string(vocabulary->text(code));
            put(step, into, row, called(step, std::span(arguments.data(), step.children.size()), *zone));
            into.memo_known[code] = into.known[row];
            into.memo[code] = into.known[row] != mark_known ? 0
                              : step.kind == Kind::boolean  ? into.truths[row]
                                                            : into.numbers[row];
        }
        into.known[row] = into.memo_known[code];
        if (step.kind == Kind::boolean)
            into.truths[row] = static_cast<Byte>(into.memo[code]);
        else
            into.numbers[row] = into.memo[code];
    }
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

// Functions with a quick form: all rows, then what is out of the ordinary one by one.
void Program::Parts::quick_rows(const Step& step, Lane& into, const Byte* wanted) {
    const std::size_t count = step.children.size();
    std::array<const std::int64_t*, quick_arguments> from{};
    std::array<Byte, rows_max> is_odd;
    open(step, into);
    const Byte* known = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        const Lane& child = lane(step.children[i], wanted);
        from[i] = child.view.numbers != nullptr && store_of(plan.steps[step.children[i]]) == Store::numbers
                      ? child.view.numbers
                      : no_numbers.data();
        if (child.view.known == nullptr || child.view.known == known) continue;
        if (known == nullptr) {
            known = child.view.known;
            continue;
        }
        into.known.resize(rows_max);
        if (known == into.known.data()) {
            for (std::size_t at = 0; at < rows; ++at) {
                const Byte other = child.view.known[at];
                into.known[at] = into.known[at] == mark_absent || other == mark_absent
                                     ? mark_absent
                                     : std::max(into.known[at], other);
            }
        } else {
            strict(known, child.view.known, rows, into.known.data());
        }
        known = into.known.data();
    }
    const bool is_truth = step.kind == Kind::boolean;
    Byte any = 0;
    const auto each_row = [&](Quick quick) {
        std::array<std::int64_t, quick_arguments> arguments{};
        std::int64_t result = 0;
        for (std::size_t at = 0; at < rows; ++at) {
            for (std::size_t i = 0; i < count; ++i) arguments[i] = from[i][at];
            is_odd[at] = quick_call(quick, *step.node, std::span(arguments.data(), count), *zone, result) ? 0 : 1;
            any |= is_odd[at];
            if (is_truth)
                into.truths[at] = static_cast<Byte>(result & 1);
            else
                into.numbers[at] = result;
        }
    };
    const std::int64_t* const a = from[0];
    const std::int64_t* const b = from[1];
    switch (step.quick) {
        case Quick::times:
            for (std::size_t at = 0; at < rows; ++at) {
                const std::int64_t pair[] = {a[at], b[at]};
                std::int64_t result = 0;
                is_odd[at] = quick_call(Quick::times, *step.node, pair, *zone, result) ? 0 : 1;
                any |= is_odd[at];
                into.numbers[at] = result;
            }
            break;
        case Quick::weekday:
            for (std::size_t at = 0; at < rows; ++at) {
                std::int64_t result = 0;
                is_odd[at] = quick_call(Quick::weekday, *step.node, {a + at, 1}, *zone, result) ? 0 : 1;
                any |= is_odd[at];
                into.numbers[at] = result;
            }
            break;
        case Quick::hour:
            for (std::size_t at = 0; at < rows; ++at) {
                std::int64_t result = 0;
                is_odd[at] = quick_call(Quick::hour, *step.node, {a + at, 1}, *zone, result) ? 0 : 1;
                any |= is_odd[at];
                into.numbers[at] = result;
            }
            break;
        default: each_row(step.quick);
    }
    into.view.known = known;
    if (any == 0) return;
    std::vector<Value> values(count);
    const Byte* const before = known != nullptr ? known : all_known.data();
    if (into.known.empty()) into.known.resize(rows_max);
    for (std::size_t at = 0; at < rows; ++at) {
        into.known[at] = before[at];
        if (is_odd[at] == 0 || before[at] != mark_known || (wanted != nullptr && wanted[at] == 0)) continue;
        for (std::size_t i = 0; i < count; ++i) values[i] = value(step.children[i], at);
        put(step, into, at, called(step, values, *zone));
    }
    into.view.known = into.known.data();
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

void Program::Parts::by_row(const Step& step, Lane& into, const Byte* wanted) {
    for (const std::uint32_t child : step.children) lane(child, wanted);
    open_marked(step, into);
    std::vector<Value> arguments(step.children.size());
    for (std::size_t row = 0; row < rows; ++row) {
        if (step.kind == Kind::boolean) into.truths[row] = 0;
        if (wanted != nullptr && wanted[row] == 0) {
            into.known[row] = mark_absent;
            continue;
        }
        Byte mark = mark_known;
        for (const std::uint32_t child : step.children) {
            const Byte own = marks(lanes[child])[row];
            if (own != mark_known && mark != mark_absent) mark = own;
        }
        if (mark != mark_known) {
            const bool is_asked = step.code == StepCode::has_look_up && mark == mark_absent;
            into.known[row] = is_asked ? mark_known : mark;  // what is asked of an unknown key is not there
            continue;
        }
        for (std::size_t i = 0; i < arguments.size(); ++i) arguments[i] = value(step.children[i], row);
        switch (step.code) {
            case StepCode::call: put(step, into, row, called(step, arguments, *zone)); break;
            case StepCode::minus: put(step, into, row, negated(arguments[0])); break;
            case StepCode::look_up: put(step, into, row, inputs->look_up(step.number, row, arguments)); break;
            case StepCode::has_look_up: {
                const Value found = inputs->look_up(step.number, row, arguments);
                put(step, into, row, found.is_error() ? found : Value::of_bool(!found.is_absent()));
                break;
            }
            case StepCode::contains: put(step, into, row, inputs->contains(step.number, row, arguments)); break;
            default: {
                const int order = arguments[0].text().compare(arguments[1].text());
                const bool holds = step.comparison == Comparison::less         ? order < 0
                                   : step.comparison == Comparison::less_equal ? order <= 0
                                   : step.comparison == Comparison::greater    ? order > 0
                                                                               : order >= 0;
                put(step, into, row, Value::of_bool(holds));
            }
        }
    }
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

namespace {

// Gives a boxed expression the values of one row.
template <class Parts>
class RowHost final : public Host {
public:
    RowHost(Parts& parts, const Step& step, const Byte* wanted) : parts_(parts), step_(step), wanted_(wanted) {}
    std::size_t row = 0;

    Value read(std::uint16_t slot) override {
        const Program::Source source = source_of(slot);
        if (source.kind == Program::Source::Kind::look_up) return parts_.inputs->look_up(source.number, row, {});
        const bool is_input = source.kind == Program::Source::Kind::input;
        const std::uint32_t number = is_input ? parts_.plan.inputs[source.number].step : source.number;
        parts_.lane(number, wanted_);
        Value value = parts_.value(number, row);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value look_up(std::uint16_t slot, std::span<const Value> key) override {
        Value value = parts_.inputs->look_up(source_of(slot).number, row, key);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value contains(std::uint16_t slot, std::span<const Value> key) override {
        return parts_.inputs->contains(source_of(slot).number, row, key);
    }

private:
    Program::Source source_of(std::uint16_t slot) const {
        for (const auto& [own, source] : step_.sources) {
            if (own == slot) return source;
        }
        CHECK(false);
        return {};
    }

    Parts& parts_;
    const Step& step_;
    const Byte* wanted_;
};

}  // namespace

// An input is asked for when the first row reads it, then for all rows wanted.
void Program::Parts::boxed(const Step& step, Lane& into, const Byte* wanted) {
    open_marked(step, into);
    RowHost<Parts> host(*this, step, wanted);
    for (std::size_t row = 0; row < rows; ++row) {
        if (step.kind == Kind::boolean) into.truths[row] = 0;
        if (wanted != nullptr && wanted[row] == 0) {
            into.known[row] = mark_absent;
            continue;
        }
        host.row = row;
        put(step, into, row, step.expression.evaluate(host, *zone));
    }
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

}  // namespace ningyi::cel
