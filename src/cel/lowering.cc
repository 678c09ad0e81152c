// SPDX-License-Identifier: Apache-2.0
#include "cel/lowering.h"

#include <algorithm>

#include "base/text.h"
#include "cel/functions.h"
#include "cel/numbers.h"

namespace ningyi::cel {
namespace {

using Source = Program::Source;

// Built-in functions that spend nothing of the budget of their expression, with the kind of their result (absent: that
// of the first argument). The others stay with the reference, which counts.
struct Free {
    Call call;
    Kind result;
};

const Free* free_function(Call call) {
    static const std::vector<Free> functions = [] {
        std::vector<Free> made;
        const auto add = [&](Call (*group)(std::string_view), std::string_view name, Kind result) {
            made.push_back({group(name), result});
        };
        for (const char* name : {"mm", "m", "km"}) add(quantity_function, name, Kind::length);
        for (const char* name : {"seconds", "minutes", "hours", "days"}) add(quantity_function, name, Kind::duration);
        for (const char* name : {"fen", "yuan"}) add(quantity_function, name, Kind::money);
        for (const char* name : {"permille", "percent", "ratio_of"}) add(quantity_function, name, Kind::ratio);
        for (const char* name : {"mps", "kmh", "speed"}) add(quantity_function, name, Kind::speed);
        add(quantity_function, "times", Kind::absent);
        for (const char* name : {"math.abs", "math.least", "math.greatest"}) add(math_function, name, Kind::absent);
        for (const char* name : {"on", "date"}) add(calendar_function, name, Kind::date);
        for (const char* name : {"hour", "weekday", "month"}) add(calendar_function, name, Kind::integer);
        add(calendar_function, "clock_between", Kind::boolean);
        add(calendar_function, "overlap", Kind::duration);
        add(identity_function, "id.valid", Kind::boolean);
        add(identity_function, "id.birth", Kind::date);
        add(identity_function, "id.age_on", Kind::integer);
        for (const char* name : {"contains", "startsWith", "endsWith"}) add(string_function, name, Kind::boolean);
        add(list_function, "size", Kind::integer);
        add(conversion_function, "int", Kind::integer);
        return made;
    }();
    for (const Free& one : functions) {
        if (one.call == call) return &one;
    }
    return nullptr;
}

bool is_time(Kind kind) {
    return kind == Kind::timestamp || kind == Kind::duration;
}

bool is_number(Kind kind) {
    return kind == Kind::integer || is_quantity(kind) || kind == Kind::date || is_time(kind);
}

bool is_scalar(Kind kind) {
    return is_number(kind) || kind == Kind::boolean || kind == Kind::string;
}

bool is_whole_ms(const Value& value) {
    return !is_time(value.kind()) || value.nanos() % 1000000 == 0;
}

// A constant a column can hold.
bool may_stand(const Value& value) {
    return is_scalar(value.kind()) && is_whole_ms(value);
}

std::string exact(const Value& value) {
    if (value.kind() == Kind::string) return format("{}:{}", value.text().size(), value.text());
    return format("{}/{}", value.number(), value.nanos());
}

// What makes a step what it is: equal texts, equal steps.
std::string key_of(const Step& step) {
    std::string key = format("{} {} {} {} {}", static_cast<int>(step.code), static_cast<int>(step.kind),
                             static_cast<int>(step.comparison), static_cast<int>(step.arithmetic), step.number);
    for (const std::uint32_t child : step.children) key += format(" s{}", child);
    if (step.code == StepCode::constant) key += format(" v{}", exact(step.value));
    for (const std::int64_t number : step.numbers) key += format(" n{}", number);
    for (const std::string& text : step.texts) key += format(" t{}:{}", text.size(), text);
    if (step.node != nullptr)
        key += format(" f{:x} p{:x} {} {}", reinterpret_cast<std::uintptr_t>(step.node->function),
                      reinterpret_cast<std::uintptr_t>(step.node->product.get()), step.node->first, step.node->second);
    if (step.code == StepCode::boxed) {
        key += format(" x{}", step.expression.text());
        for (const auto& [slot, source] : step.sources)
            key += format(" {} {}", static_cast<int>(source.kind), source.number);
    }
    return key;
}

// Slots in the order in which an expression first names them: one text names its paths in one order, whatever numbers
// they have.
void named_slots(const Node& node, Slots& into) {
    const bool has_slot = node.operation == Operation::read || node.operation == Operation::has_read ||
                          node.operation == Operation::look_up || node.operation == Operation::has_look_up ||
                          node.operation == Operation::contains;
    if (has_slot && std::find(into.begin(), into.end(), node.slot) == into.end()) into.push_back(node.slot);
    for (const Node* child : node.children) {
        if (child != nullptr) named_slots(*child, into);
    }
}

// Lowers one expression; nothing when some node of it has no step.
class Lowering {
public:
    Lowering(Plan& plan, const Expression& expression, const Program::SourceOf& source_of,
             const std::function<std::uint32_t(Step)>& step)
        : plan_(plan), expression_(expression), source_of_(source_of), step_(step) {}

    std::optional<std::uint32_t> lowered(const Node& node) {
        switch (node.operation) {
            case Operation::constant: return constant(node);
            case Operation::read: return read(node);
            case Operation::has_read: return has_read(node);
            case Operation::conjunction: return logic(node, StepCode::conjunction);
            case Operation::disjunction: return logic(node, StepCode::disjunction);
            case Operation::negation: return logic(node, StepCode::negation);
            case Operation::conditional: return conditional(node);
            case Operation::compare_numbers:
            case Operation::compare_texts:
            case Operation::compare_values: return compared(node);
            case Operation::arithmetic_numbers:
            case Operation::arithmetic_values: return calculated(node);
            case Operation::minus: return negated(node);
            case Operation::member: return member(node);
            case Operation::call:
            case Operation::product_call: return call(node);
            case Operation::look_up:
            case Operation::has_look_up:
            case Operation::contains: return look_up(node);
            default: return std::nullopt;
        }
    }

private:
    using Lowered = std::optional<std::uint32_t>;

    Kind kind_of(std::uint32_t number) const { return plan_.steps[number].kind; }

    Lowered constant(const Node& node) {
        if (!may_stand(node.value)) return std::nullopt;
        Step made{.code = StepCode::constant, .kind = node.value.kind()};
        made.value = node.value;
        return step_(std::move(made));
    }

    Lowered source_step(std::uint16_t slot) {
        const Source source = source_of_(slot);
        if (source.kind == Source::Kind::input) return plan_.inputs[source.number].step;
        if (source.kind == Source::Kind::expression && !plan_.steps[source.number].keeps_values) return source.number;
        return std::nullopt;
    }

    Lowered read(const Node& node) { return source_step(node.slot); }

    Lowered has_read(const Node& node) {
        const Source source = source_of_(node.slot);
        if (source.kind == Source::Kind::look_up) return std::nullopt;
        const std::uint32_t child =
            source.kind == Source::Kind::input ? plan_.inputs[source.number].step : source.number;
        Step made{.code = StepCode::has, .kind = Kind::boolean};
        made.children = {child};
        return step_(std::move(made));
    }

    // The steps of all children, or nothing.
    std::optional<std::vector<std::uint32_t>> children(const Node& node) {
        std::vector<std::uint32_t> made;
        for (const Node* child : node.children) {
            const Lowered one = lowered(*child);
            if (!one) return std::nullopt;
            made.push_back(*one);
        }
        return made;
    }

    Lowered logic(const Node& node, StepCode code) {
        auto inner = children(node);
        if (!inner) return std::nullopt;
        for (const std::uint32_t child : *inner) {
            if (kind_of(child) != Kind::boolean) return std::nullopt;
        }
        Step made{.code = code, .kind = Kind::boolean};
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    Lowered conditional(const Node& node) {
        auto inner = children(node);
        if (!inner || kind_of((*inner)[0]) != Kind::boolean) return std::nullopt;
        const Kind kind = kind_of((*inner)[1]);
        if (!is_scalar(kind) || kind != kind_of((*inner)[2])) return std::nullopt;
        Step made{.code = StepCode::choice, .kind = kind};
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    Lowered compared(const Node& node) {
        auto inner = children(node);
        if (!inner) return std::nullopt;
        const Kind kind = kind_of((*inner)[0]);
        if (kind != kind_of((*inner)[1])) return std::nullopt;
        Comparison comparison = node.comparison;
        const bool is_equality = comparison == Comparison::equal || comparison == Comparison::not_equal;
        StepCode code = StepCode::compare_numbers;
        if (kind == Kind::string) {
            code = is_equality ? StepCode::compare_codes : StepCode::compare_texts;
        } else if (!is_number(kind) && kind != Kind::boolean) {
            return std::nullopt;
        }
        // A constant stands on the right.
        if (plan_.steps[(*inner)[0]].code == StepCode::constant) {
            std::swap((*inner)[0], (*inner)[1]);
            comparison = comparison == Comparison::less            ? Comparison::greater
                         : comparison == Comparison::less_equal    ? Comparison::greater_equal
                         : comparison == Comparison::greater       ? Comparison::less
                         : comparison == Comparison::greater_equal ? Comparison::less_equal
                                                                   : comparison;
        }
        Step made{.code = code, .kind = Kind::boolean, .comparison = comparison};
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    Lowered calculated(const Node& node) {
        auto inner = children(node);
        if (!inner) return std::nullopt;
        const Kind left = kind_of((*inner)[0]);
        const Kind right = kind_of((*inner)[1]);
        Kind kind = node.kind;
        if (node.operation == Operation::arithmetic_values) {
            if (!is_time(left) || !is_time(right)) return std::nullopt;
            const bool is_difference =
                node.arithmetic == Arithmetic::subtract && left == Kind::timestamp && right == Kind::timestamp;
            const bool has_timestamp = left == Kind::timestamp || right == Kind::timestamp;
            kind = has_timestamp && !is_difference ? Kind::timestamp : Kind::duration;
        } else if (!is_number(left) || !is_number(right)) {
            return std::nullopt;
        }
        Step made{.code = StepCode::arithmetic, .kind = kind, .arithmetic = node.arithmetic};
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    Lowered negated(const Node& node) {
        auto inner = children(node);
        if (!inner || !is_number(kind_of((*inner)[0]))) return std::nullopt;
        Step made{.code = StepCode::minus, .kind = kind_of((*inner)[0])};
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    // Only among literals: the length of another list is not known before it is read, and each item is counted.
    Lowered member(const Node& node) {
        const Node& container = *node.children[1];
        if (container.operation != Operation::constant || container.value.kind() != Kind::list) return std::nullopt;
        const Lowered item = lowered(*node.children[0]);
        if (!item) return std::nullopt;
        const Kind kind = kind_of(*item);
        if (!is_number(kind) && kind != Kind::string) return std::nullopt;
        Step made{.code = StepCode::in_values, .kind = Kind::boolean};
        made.children = {*item};
        for (const Value& value : container.value.list()) {
            if (value.kind() != kind || !is_whole_ms(value)) return std::nullopt;
            if (kind == Kind::string) {
                made.texts.push_back(value.text());
            } else {
                made.numbers.push_back(is_time(kind) ? value.ms() : value.number());
            }
        }
        std::sort(made.numbers.begin(), made.numbers.end());
        made.numbers.erase(std::unique(made.numbers.begin(), made.numbers.end()), made.numbers.end());
        std::sort(made.texts.begin(), made.texts.end());
        made.texts.erase(std::unique(made.texts.begin(), made.texts.end()), made.texts.end());
        return step_(std::move(made));
    }

    Lowered call(const Node& node) {
        Kind kind = Kind::absent;
        const bool is_product = node.operation == Operation::product_call;
        if (is_product) {
            kind = node.product->result.kind;
        } else if (const Free* function = free_function(node.function)) {
            kind = function->result;
        } else {
            return std::nullopt;
        }
        auto inner = children(node);
        if (!inner || inner->empty()) return std::nullopt;
        if (kind == Kind::absent) kind = kind_of(inner->front());
        // A text or list made is counted, a time may be finer than a column holds.
        if (!is_number(kind) && kind != Kind::boolean) return std::nullopt;
        if (is_product && is_time(kind)) return std::nullopt;
        std::size_t texts = 0;
        std::size_t others = 0;
        for (const std::uint32_t child : *inner) {
            if (plan_.steps[child].code == StepCode::constant) continue;
            kind_of(child) == Kind::string ? ++texts : ++others;
        }
        const bool is_on_text = texts == 1 && others == 0 && !is_product;
        Step made{.code = is_on_text ? StepCode::call_on_text : StepCode::call, .kind = kind};
        made.children = std::move(*inner);
        made.node = &node;
        made.expression = expression_;
        if (made.code == StepCode::call && !is_product && made.children.size() <= quick_arguments && has_numbers(made))
            made.quick = quick_of(node.function);
        return step_(std::move(made));
    }

    // Every argument is a number, or a text that was read at load.
    bool has_numbers(const Step& step) const {
        return std::all_of(step.children.begin(), step.children.end(), [&](std::uint32_t child) {
            const Step& argument = plan_.steps[child];
            return is_number(argument.kind) || argument.code == StepCode::constant;
        });
    }

    Lowered look_up(const Node& node) {
        const Source source = source_of_(node.slot);
        if (source.kind != Source::Kind::look_up) return std::nullopt;
        auto inner = children(node);
        if (!inner) return std::nullopt;
        const Kind kind = node.operation == Operation::look_up ? plan_.inputs[source.number].kind : Kind::boolean;
        if (!is_scalar(kind) && kind != Kind::place && kind != Kind::fix) return std::nullopt;
        Step made{.code = node.operation == Operation::look_up       ? StepCode::look_up
                          : node.operation == Operation::has_look_up ? StepCode::has_look_up
                                                                     : StepCode::contains,
                  .kind = kind};
        made.number = source.number;
        made.children = std::move(*inner);
        return step_(std::move(made));
    }

    Plan& plan_;
    const Expression& expression_;
    const Program::SourceOf& source_of_;
    const std::function<std::uint32_t(Step)>& step_;
};

}  // namespace

std::uint32_t Plan::input(const std::string& key, Kind kind, bool is_look_up, bool at_hand) {
    const auto [at, is_new] = input_of_.try_emplace((is_look_up ? "l" : "i") + key, inputs.size());
    if (!is_new) return at->second;
    inputs.push_back({.key = key, .kind = kind, .is_look_up = is_look_up, .at_hand = at_hand, .step = 0});
    if (!is_look_up) {
        Step made{.code = StepCode::input, .kind = kind};
        made.number = at->second;
        inputs.back().step = step(std::move(made));
    }
    return at->second;
}

std::uint32_t Plan::step(Step made) {
    const auto [at, is_new] = step_of_.try_emplace(key_of(made), steps.size());
    if (is_new) {
        made.is_dense = is_dense(made);
        steps.push_back(std::move(made));
    }
    return at->second;
}

bool Plan::is_dense(const Step& step) const {
    switch (step.code) {
        case StepCode::constant: return true;
        case StepCode::input: return inputs[step.number].at_hand;
        case StepCode::call:
            if (step.quick == Quick::none) return false;
            break;
        case StepCode::compare_texts:
        case StepCode::look_up:
        case StepCode::has_look_up:
        case StepCode::contains:
        case StepCode::boxed: return false;
        case StepCode::arithmetic:
            if (step.arithmetic == Arithmetic::divide || step.arithmetic == Arithmetic::remainder) return false;
            break;
        default: break;
    }
    return std::all_of(step.children.begin(), step.children.end(),
                       [&](std::uint32_t child) { return steps[child].is_dense; });
}

void Plan::set_at_hand(std::uint32_t input, bool at_hand) {
    inputs[input].at_hand = at_hand;
    for (Step& step : steps) step.is_dense = is_dense(step);
}

std::uint32_t Plan::folded(StepCode code, std::vector<std::uint32_t> children) {
    if (code != StepCode::has && children.size() == 1) return children.front();
    Step made{.code = code, .kind = Kind::boolean};
    made.children = std::move(children);
    return step(std::move(made));
}

std::uint32_t Plan::add(const Expression& expression, const Program::SourceOf& source_of) {
    const std::function<std::uint32_t(Step)> make = [this](Step made) { return step(std::move(made)); };
    Lowering lowering(*this, expression, source_of, make);
    if (const auto root = lowering.lowered(*expression.tree().root)) return *root;
    Step boxed{.code = StepCode::boxed, .kind = expression.type().kind};
    boxed.expression = expression;
    Slots slots;
    named_slots(*expression.tree().root, slots);
    for (const std::uint16_t slot : slots) boxed.sources.emplace_back(slot, source_of(slot));
    boxed.keeps_values = is_time(boxed.kind);
    return step(std::move(boxed));
}

Value called(const Step& step, std::span<const Value> arguments, const Zone& zone) {
    if (step.node->operation == Operation::product_call) return step.node->product->call(arguments);
    // The functions with steps of their own read nothing but the zone.
    class NoHost final : public Host {
        Value read(std::uint16_t) override { return {}; }
        Value look_up(std::uint16_t, std::span<const Value>) override { return {}; }
        Value contains(std::uint16_t, std::span<const Value>) override { return {}; }
    } host;
    const Expression::Tree& tree = step.expression.tree();
    Scope scope{.tree = tree, .host = host, .zone = zone, .locals = nullptr, .budget = tree.budget};
    return step.node->function(*step.node, scope, arguments);
}

}  // namespace ningyi::cel
