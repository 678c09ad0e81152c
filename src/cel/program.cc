// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <algorithm>

#include "base/check.h"
#include "cel/program_parts.h"

namespace ningyi::cel {
Store store_of(const Step& step) {
    if (step.keeps_values) return Store::boxed;
    switch (step.kind) {
        case Kind::boolean: return Store::truths;
        case Kind::string: return Store::codes;
        case Kind::list:
        case Kind::place:
        case Kind::fix: return Store::boxed;
        default: return Store::numbers;
    }
}

const Lane& Program::Parts::lane(std::uint32_t number, const Byte* wanted) {
    const Step& step = plan.steps[number];
    Lane& lane = lanes[number];
    if (lane.batch != batch) {
        lane.batch = batch;
        lane.is_all = step.is_dense || wanted == nullptr;
        if (!lane.is_all) lane.done.assign(wanted, wanted + rows);
    } else {
        if (lane.is_all) return lane;
        if (wanted == nullptr) {
            lane.is_all = true;
        } else {
            if (covers(lane.done.data(), wanted, rows)) return lane;
            unite(lane.done.data(), wanted, rows);
        }
    }
    compute(step, lane, lane.is_all ? nullptr : lane.done.data());
    return lane;
}

void Program::Parts::compute(const Step& step, Lane& lane, const Byte* wanted) {
    switch (step.code) {
        case StepCode::constant: return fill_constant(step, lane);
        case StepCode::input: return take_input(step, lane, wanted);
        case StepCode::has: return has(step, lane, wanted);
        case StepCode::conjunction:
        case StepCode::disjunction: return logic(step, lane, wanted);
        case StepCode::negation: return negation(step, lane, wanted);
        case StepCode::choice: return choice(step, lane, wanted);
        case StepCode::compare_numbers:
        case StepCode::compare_codes: return compared(step, lane, wanted);
        case StepCode::in_values: return in_values(step, lane, wanted);
        case StepCode::arithmetic: return arithmetic(step, lane, wanted);
        case StepCode::call_on_text: return call_on_text(step, lane, wanted);
        case StepCode::call:
            return step.quick != Quick::none ? quick_rows(step, lane, wanted) : by_row(step, lane, wanted);
        case StepCode::compare_texts:
        case StepCode::minus:
        case StepCode::look_up:
        case StepCode::has_look_up:
        case StepCode::contains: return by_row(step, lane, wanted);
        case StepCode::boxed: return boxed(step, lane, wanted);
    }
}

// Once for all batches with one vocabulary.
void Program::Parts::fill_constant(const Step& step, Lane& lane) {
    if (lane.view.kind != Kind::absent) return;
    open_marked(step, lane);
    for (std::size_t row = 0; row < rows_max; ++row) put(step, lane, row, step.value);
    lane.view.known = nullptr;
}

void Program::Parts::take_input(const Step& step, Lane& lane, const Byte* wanted) {
    ColumnView view = inputs->input(step.number, wanted);
    const Store store = store_of(step);
    const bool is_there =
        (store == Store::truths && view.truths != nullptr) || (store == Store::numbers && view.numbers != nullptr) ||
        (store == Store::codes && view.codes != nullptr) || (store == Store::boxed && view.boxed != nullptr);
    if (!is_there) {
        if (store == Store::boxed && lane.boxed.empty()) lane.boxed.resize(rows_max);
        view = {.kind = step.kind,
                .known = all_absent.data(),
                .truths = all_absent.data(),
                .numbers = no_numbers.data(),
                .codes = no_codes.data(),
                .boxed = lane.boxed.data()};
    } else if (view.known != nullptr && wanted == nullptr && is_all_known(view.known, rows)) {
        view.known = nullptr;
    }
    if (store == Store::truths && is_there && wanted != nullptr) {  // what is not wanted may be no truth at all
        if (lane.truths.empty()) lane.truths.resize(rows_max);
        for (std::size_t i = 0; i < rows; ++i) lane.truths[i] = view.truths[i] & wanted[i];
        view.truths = lane.truths.data();
    }
    view.kind = step.kind;
    lane.view = view;
}

void Program::Parts::has(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& child = lane(step.children[0], wanted);
    open_marked(step, into);
    const Byte* const known = marks(child);
    for (std::size_t i = 0; i < rows; ++i) {
        into.truths[i] = known[i] == mark_known ? 1 : 0;
        into.known[i] = known[i] == mark_error ? mark_error : mark_known;
    }
    if (child.view.known == nullptr) into.view.known = nullptr;
}

// Left to right: rows that are decided ask nothing more.
void Program::Parts::logic(const Step& step, Lane& into, const Byte* wanted) {
    const bool is_and = step.code == StepCode::conjunction;
    const Byte decided = is_and ? 0 : 1;
    std::array<Byte, rows_max> truths;
    std::array<Byte, rows_max> known;
    std::array<Byte, rows_max> rest;
    ColumnView sum = lane(step.children[0], wanted).view;
    open(step, into);
    if (into.known.empty()) into.known.resize(rows_max);
    for (std::size_t i = 1; i < step.children.size(); ++i) {
        const Byte* asked = wanted;
        if (!plan.steps[step.children[i]].is_dense) {
            undecided(wanted, {sum.truths, sum.known}, decided, rows, rest.data());
            if (!is_any(rest.data(), rows)) break;
            asked = rest.data();
        }
        const ColumnView next = lane(step.children[i], asked).view;
        // The last sum is read while the next one is written.
        const bool is_odd = sum.truths == into.truths.data();
        Byte* const to = is_odd ? truths.data() : into.truths.data();
        Byte* const to_known = is_odd ? known.data() : into.known.data();
        if (sum.known == nullptr && next.known == nullptr) {
            is_and ? all_of(sum.truths, next.truths, rows, to) : any_of(sum.truths, next.truths, rows, to);
            sum = {.kind = Kind::boolean, .known = nullptr, .truths = to};
            continue;
        }
        const Truths a{sum.truths, sum.known != nullptr ? sum.known : all_known.data()};
        const Truths b{next.truths, next.known != nullptr ? next.known : all_known.data()};
        is_and ? conjunction(a, b, rows, to, to_known) : disjunction(a, b, rows, to, to_known);
        sum = {.kind = Kind::boolean, .known = to_known, .truths = to};
    }
    if (sum.truths == truths.data()) std::copy_n(truths.data(), rows, into.truths.data());
    if (sum.truths == truths.data()) sum.truths = into.truths.data();
    if (sum.known == known.data()) {
        std::copy_n(known.data(), rows, into.known.data());
        sum.known = into.known.data();
    }
    into.view.truths = sum.truths;
    into.view.known = sum.known;
}

void Program::Parts::negation(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& child = lane(step.children[0], wanted);
    open(step, into);
    none_of(child.view.truths, rows, into.truths.data());
    into.view.known = child.view.known;
}

void Program::Parts::choice(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& condition = lane(step.children[0], wanted);
    const Truths c{condition.view.truths, marks(condition)};
    std::array<Byte, rows_max> rest;
    const auto side = [&](std::size_t i, Byte other) -> const Lane* {
        if (plan.steps[step.children[i]].is_dense) return &lane(step.children[i], wanted);
        undecided(wanted, c, other, rows, rest.data());
        for (std::size_t row = 0; row < rows; ++row) rest[row] &= c.known[row] == mark_known ? 1 : 0;
        if (!is_any(rest.data(), rows)) return nullptr;
        return &lane(step.children[i], rest.data());
    };
    const Lane* yes = side(1, 0);
    const Lane* no = side(2, 1);
    if (yes == nullptr) yes = no;
    if (no == nullptr) no = yes;
    open_marked(step, into);
    if (yes == nullptr) {  // the condition is nowhere known
        std::copy_n(c.known, rows, into.known.data());
        if (step.kind == Kind::boolean) std::fill_n(into.truths.data(), rows, Byte{0});
        return;
    }
    choose(c, marks(*yes), marks(*no), rows, into.known.data());
    switch (store_of(step)) {
        case Store::truths: choose(c.truths, yes->view.truths, no->view.truths, rows, into.truths.data()); break;
        case Store::codes: choose(c.truths, yes->view.codes, no->view.codes, rows, into.codes.data()); break;
        default: choose(c.truths, yes->view.numbers, no->view.numbers, rows, into.numbers.data());
    }
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

void Program::Parts::compared(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& a = lane(step.children[0], wanted);
    const Lane& b = lane(step.children[1], wanted);
    open(step, into);
    Byte* const to = into.truths.data();
    const bool against_one = is_constant(step.children[1]);
    const bool is_not = step.comparison == Comparison::not_equal;
    if (step.code == StepCode::compare_codes) {
        against_one ? equal_codes(a.view.codes, b.view.codes[0], rows, to)
                    : equal_codes(a.view.codes, b.view.codes, rows, to);
        if (is_not) {
            for (std::size_t i = 0; i < rows; ++i) to[i] ^= 1;
        }
    } else if (plan.steps[step.children[0]].kind == Kind::boolean) {
        const Byte flip = is_not ? 0 : 1;
        for (std::size_t i = 0; i < rows; ++i) to[i] = a.view.truths[i] ^ b.view.truths[i] ^ flip;
    } else {
        against_one ? compare(step.comparison, a.view.numbers, b.view.numbers[0], rows, to)
                    : compare(step.comparison, a.view.numbers, b.view.numbers, rows, to);
    }
    into.view.known = strict_marks(a, b, into);
}

// The codes of the texts of in_values, and the table by code.
const std::vector<std::uint32_t>& Program::Parts::wanted_codes(const Step& step, Lane& into) const {
    if (into.wanted_codes.empty()) {
        for (const std::string& text : step.texts) into.wanted_codes.push_back(vocabulary->code(text));
        for (const std::uint32_t code : into.wanted_codes) {
            if (into.memo_known.size() <= code) into.memo_known.resize(code + 1, 0);
            into.memo_known[code] = 1;
        }
    }
    return into.wanted_codes;
}

void Program::Parts::in_values(const Step& step, Lane& into, const Byte* wanted) {
    constexpr std::size_t few = 8;
    const Lane& item = lane(step.children[0], wanted);
    open(step, into);
    into.view.known = item.view.known;
    Byte* const to = into.truths.data();
    if (plan.steps[step.children[0]].kind != Kind::string) {
        if (step.numbers.size() <= few) return in_numbers(item.view.numbers, step.numbers, rows, to);
        for (std::size_t i = 0; i < rows; ++i)
            to[i] = std::binary_search(step.numbers.begin(), step.numbers.end(), item.view.numbers[i]) ? 1 : 0;
        return;
    }
    wanted_codes(step, into);
    into.wanted_codes.size() <= few ? in_codes(item.view.codes, into.wanted_codes, rows, to)
                                    : in_table(item.view.codes, into.memo_known, rows, to);
}

Value Program::Parts::settled(const Step& step, std::int64_t a, std::int64_t b) const {
    const Kind left = plan.steps[step.children[0]].kind;
    const Kind right = plan.steps[step.children[1]].kind;
    if (left != Kind::timestamp && left != Kind::duration) return integer_arithmetic(step.arithmetic, step.kind, a, b);
    return cel::arithmetic(step.arithmetic, number_value(left, a), number_value(right, b));
}

void Program::Parts::arithmetic(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& a = lane(step.children[0], wanted);
    const Lane& b = lane(step.children[1], wanted);
    open(step, into);
    const Byte* const known = strict_marks(a, b, into);
    bool is_odd = true;
    switch (step.arithmetic) {
        case Arithmetic::add:
            is_odd = cel::add(a.view.numbers, b.view.numbers, rows, range_of(step.kind), into.numbers.data());
            break;
        case Arithmetic::subtract:
            is_odd = cel::subtract(a.view.numbers, b.view.numbers, rows, range_of(step.kind), into.numbers.data());
            break;
        case Arithmetic::multiply:
            is_odd = cel::multiply(a.view.numbers, b.view.numbers, rows, into.numbers.data());
            break;
        default: break;  // divided one by one
    }
    into.view.known = known;
    if (!is_odd) return;
    if (into.known.empty()) into.known.resize(rows_max);
    const Byte* const before = known != nullptr ? known : all_known.data();
    for (std::size_t row = 0; row < rows; ++row) {
        into.known[row] = before[row];
        if (before[row] != mark_known || (wanted != nullptr && wanted[row] == 0)) continue;
        put(step, into, row, settled(step, a.view.numbers[row], b.view.numbers[row]));
    }
    into.view.known = into.known.data();
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

void Program::Parts::new_vocabulary(Vocabulary& other) {
    vocabulary = &other;
    for (KeptCell& cell : cells) cell.tick = 0;
    for (Lane& lane : lanes) {
        lane.view = {};
        lane.memo_known.clear();
        lane.memo.clear();
        lane.wanted_codes.clear();
    }
}

Program::Program() : parts_(std::make_unique<Parts>()) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

std::uint32_t Program::input(const std::string& key, Kind kind, bool at_hand) {
    return parts_->plan.input(key, kind, false, at_hand);
}

std::uint32_t Program::look_up(const std::string& key, Kind kind) {
    return parts_->plan.input(key, kind, true, false);
}

void Program::set_at_hand(std::uint32_t input, bool at_hand) {
    parts_->plan.set_at_hand(input, at_hand);
}

std::uint32_t Program::add(const Expression& expression, const SourceOf& source_of) {
    return parts_->plan.add(expression, source_of);
}

std::uint32_t Program::all(const std::vector<std::uint32_t>& expressions) {
    return parts_->plan.folded(StepCode::conjunction, expressions);
}

std::uint32_t Program::any(const std::vector<std::uint32_t>& expressions) {
    return parts_->plan.folded(StepCode::disjunction, expressions);
}

std::uint32_t Program::has(const Source& source) {
    CHECK(source.kind != Source::Kind::look_up);
    const bool is_input = source.kind == Source::Kind::input;
    return parts_->plan.folded(StepCode::has, {is_input ? parts_->plan.inputs[source.number].step : source.number});
}

std::vector<std::uint32_t> Program::inputs_of(std::uint32_t expression) const {
    std::vector<std::uint32_t> found;
    std::vector<std::uint32_t> open{expression};
    std::vector<Byte> seen(parts_->plan.steps.size());
    while (!open.empty()) {
        const std::uint32_t number = open.back();
        open.pop_back();
        if (seen[number] != 0) continue;
        seen[number] = 1;
        const Step& step = parts_->plan.steps[number];
        open.insert(open.end(), step.children.begin(), step.children.end());
        switch (step.code) {
            case StepCode::input:
            case StepCode::look_up:
            case StepCode::has_look_up:
            case StepCode::contains: found.push_back(step.number); break;
            default: break;
        }
        for (const auto& [slot, source] : step.sources) {
            if (source.kind == Source::Kind::expression)
                open.push_back(source.number);
            else
                found.push_back(source.number);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::size_t Program::steps() const {
    return parts_->plan.steps.size();
}

void Program::begin(std::size_t rows, Inputs& inputs, Vocabulary& vocabulary, const Zone& zone) {
    CHECK(rows >= 1 && rows <= rows_max);
    parts_->lanes.resize(parts_->plan.steps.size());
    parts_->cells.resize(parts_->plan.steps.size());
    ++parts_->tick;
    parts_->cell_row = 0;
    parts_->cell_mask = nullptr;
    parts_->rows = rows;
    ++parts_->batch;
    parts_->inputs = &inputs;
    parts_->zone = &zone;
    if (parts_->vocabulary != &vocabulary) parts_->new_vocabulary(vocabulary);
}

ColumnView Program::evaluate(std::uint32_t expression, const std::uint8_t* wanted) {
    return parts_->lane(expression, wanted).view;
}

void Program::select(std::size_t row, const std::uint8_t* mask) {
    ++parts_->tick;
    parts_->cell_row = row;
    parts_->cell_mask = mask;
}

Program::Cell Program::cell(std::uint32_t expression) {
    return parts_->cell(expression);
}

bool Program::is_dense(std::uint32_t expression) const {
    return parts_->plan.steps[expression].is_dense;
}

bool Program::has_cells(std::uint32_t expression) const {
    return store_of(parts_->plan.steps[expression]) != Store::boxed;
}

Value Program::value(std::uint32_t expression, std::size_t row) const {
    return parts_->value(expression, row);
}

}  // namespace ningyi::cel
