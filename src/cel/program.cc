// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "cel/kernels.h"
#include "cel/lowering.h"
#include "cel/times.h"

namespace ningyi::cel {
namespace {

using Byte = std::uint8_t;

constexpr Byte mark_absent = static_cast<Byte>(Known::absent);
constexpr Byte mark_known = static_cast<Byte>(Known::known);
constexpr Byte mark_error = static_cast<Byte>(Known::error);

// Stands for the marks of a column whose rows are all known, and for those of a column that is not there.
constexpr auto all_known = [] {
    std::array<Byte, rows_max> marks{};
    marks.fill(mark_known);
    return marks;
}();
constexpr std::array<Byte, rows_max> all_absent{};
constexpr std::array<std::int64_t, rows_max> no_numbers{};
constexpr std::array<std::uint32_t, rows_max> no_codes{};

enum class Store : Byte { truths, numbers, codes, boxed };

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

// What arithmetic may give without a second look: whole milliseconds well within what times and durations hold
// (times.h), or any number.
Range range_of(Kind kind) {
    if (kind == Kind::timestamp) return {-62135596800000, 253402300799000};  // years 1 to 9999
    if (kind == Kind::duration) return {-9223372036000, 9223372036000};      // 64 bits of nanoseconds
    return {};
}

// The values of a step in this batch, and what is kept between batches.
struct Lane {
    ColumnView view;
    std::uint64_t batch = 0;  // of which `view` is
    bool is_all = false;      // every row is there; else those of `done`
    std::vector<Byte> done, known, truths;
    std::vector<std::int64_t> numbers;
    std::vector<std::uint32_t> codes;
    std::vector<Value> boxed;
    // call_on_text and in_values: what is known of each text by its code; of in_values only truths.
    std::vector<Byte> memo_known;  // 255: not computed yet
    std::vector<std::int64_t> memo;
    std::vector<std::uint32_t> wanted_codes;
};

const Byte* marks(const Lane& lane) {
    return lane.view.known != nullptr ? lane.view.known : all_known.data();
}

}  // namespace

struct Program::Parts {
    Plan plan;
    std::vector<Lane> lanes;
    std::size_t rows = 0;
    std::uint64_t batch = 0;
    Inputs* inputs = nullptr;
    Vocabulary* vocabulary = nullptr;
    const Zone* zone = nullptr;

    const Lane& lane(std::uint32_t number, const Byte* wanted);
    Value value(std::uint32_t number, std::size_t row) const {
        const Lane& from = lanes[number];
        if (!plan.steps[number].keeps_values) return value_at(from.view, row, *vocabulary);
        return marks(from)[row] == mark_known   ? from.boxed[row]
               : marks(from)[row] == mark_error ? Value::error("")
                                                : Value();
    }

    void new_vocabulary(Vocabulary& other);
    void compute(const Step& step, Lane& lane, const Byte* wanted);
    void fill_constant(const Step& step, Lane& lane);
    void take_input(const Step& step, Lane& lane, const Byte* wanted);
    void has(const Step& step, Lane& lane, const Byte* wanted);
    void logic(const Step& step, Lane& lane, const Byte* wanted);
    void negation(const Step& step, Lane& lane, const Byte* wanted);
    void choice(const Step& step, Lane& lane, const Byte* wanted);
    void compared(const Step& step, Lane& lane, const Byte* wanted);
    void in_values(const Step& step, Lane& lane, const Byte* wanted);
    void arithmetic(const Step& step, Lane& lane, const Byte* wanted);
    void call_on_text(const Step& step, Lane& lane, const Byte* wanted);
    void by_row(const Step& step, Lane& lane, const Byte* wanted);
    void boxed(const Step& step, Lane& lane, const Byte* wanted);

    // The marks of a strict operation on two lanes; null when all rows are known.
    const Byte* strict_marks(const Lane& a, const Lane& b, Lane& into) const {
        if (a.view.known == nullptr) return b.view.known;
        if (b.view.known == nullptr || a.view.known == b.view.known) return a.view.known;
        into.known.resize(rows_max);
        strict(a.view.known, b.view.known, rows, into.known.data());
        return into.known.data();
    }
    bool is_constant(std::uint32_t number) const { return plan.steps[number].code == StepCode::constant; }

    // Makes room for the rows of a step.
    void open(const Step& step, Lane& lane) {
        switch (store_of(step)) {
            case Store::truths:
                if (lane.truths.empty()) lane.truths.resize(rows_max);
                break;
            case Store::numbers:
                if (lane.numbers.empty()) lane.numbers.resize(rows_max);
                break;
            case Store::codes:
                if (lane.codes.empty()) lane.codes.resize(rows_max);
                break;
            case Store::boxed:
                if (lane.boxed.empty()) lane.boxed.resize(rows_max);
                break;
        }
        lane.view = {.kind = step.kind,
                     .known = nullptr,
                     .truths = lane.truths.data(),
                     .numbers = lane.numbers.data(),
                     .codes = lane.codes.data(),
                     .boxed = lane.boxed.data()};
    }
    // The same with marks that are written row by row.
    void open_marked(const Step& step, Lane& lane) {
        open(step, lane);
        if (lane.known.empty()) lane.known.resize(rows_max);
        lane.view.known = lane.known.data();
    }
    void put(const Step& step, Lane& lane, std::size_t row, const Value& value) const {
        if (!value.is_known()) {
            lane.known[row] = value.is_error() ? mark_error : mark_absent;
            return;
        }
        lane.known[row] = mark_known;
        switch (store_of(step)) {
            case Store::truths: lane.truths[row] = value.is_true() ? 1 : 0; break;
            case Store::codes: lane.codes[row] = vocabulary->code(value.text()); break;
            case Store::boxed: lane.boxed[row] = value; break;
            case Store::numbers:
                lane.numbers[row] =
                    value.kind() == Kind::timestamp || value.kind() == Kind::duration ? value.ms() : value.number();
        }
    }
};

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
        case StepCode::compare_texts:
        case StepCode::minus:
        case StepCode::call:
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
    if (into.wanted_codes.empty()) {
        for (const std::string& text : step.texts) into.wanted_codes.push_back(vocabulary->code(text));
        for (const std::uint32_t code : into.wanted_codes) {
            if (into.memo_known.size() <= code) into.memo_known.resize(code + 1, 0);
            into.memo_known[code] = 1;
        }
    }
    into.wanted_codes.size() <= few ? in_codes(item.view.codes, into.wanted_codes, rows, to)
                                    : in_table(item.view.codes, into.memo_known, rows, to);
}

void Program::Parts::arithmetic(const Step& step, Lane& into, const Byte* wanted) {
    const Lane& a = lane(step.children[0], wanted);
    const Lane& b = lane(step.children[1], wanted);
    const Kind left = plan.steps[step.children[0]].kind;
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
    const bool are_times = left == Kind::timestamp || left == Kind::duration;
    for (std::size_t row = 0; row < rows; ++row) {
        into.known[row] = before[row];
        if (before[row] != mark_known || (wanted != nullptr && wanted[row] == 0)) continue;
        if (are_times) {
            put(step, into, row,
                cel::arithmetic(step.arithmetic, value_at(a.view, row, *vocabulary),
                                value_at(b.view, row, *vocabulary)));
        } else {
            put(step, into, row,
                integer_arithmetic(step.arithmetic, step.kind, a.view.numbers[row], b.view.numbers[row]));
        }
    }
    into.view.known = into.known.data();
    if (wanted == nullptr && is_all_known(into.known.data(), rows)) into.view.known = nullptr;
}

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

void Program::Parts::new_vocabulary(Vocabulary& other) {
    vocabulary = &other;
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
    parts_->rows = rows;
    ++parts_->batch;
    parts_->inputs = &inputs;
    parts_->zone = &zone;
    if (parts_->vocabulary != &vocabulary) parts_->new_vocabulary(vocabulary);
}

ColumnView Program::evaluate(std::uint32_t expression, const std::uint8_t* wanted) {
    return parts_->lane(expression, wanted).view;
}

Value Program::value(std::uint32_t expression, std::size_t row) const {
    return parts_->value(expression, row);
}

}  // namespace ningyi::cel
