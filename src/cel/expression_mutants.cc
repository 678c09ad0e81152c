// SPDX-License-Identifier: Apache-2.0
#include "cel/expression_mutants.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/quantity.h"
#include "base/text.h"
#include "base/time.h"
#include "cel/check.h"
#include "cel/parser.h"

namespace ningyi::cel {
namespace {

struct Change {
    std::string_view from;
    std::array<std::string_view, 2> to;
};

// With and without equality, then negated. Equalities are only negated.
constexpr std::array<Change, 6> comparisons{{{"<", {"<=", ">="}},
                                             {"<=", {"<", ">"}},
                                             {">", {">=", "<="}},
                                             {">=", {">", "<"}},
                                             {"==", {"!=", ""}},
                                             {"!=", {"==", ""}}}};

constexpr std::array<std::string_view, 15> unit_functions{"mm",    "m",        "km",      "seconds",  "minutes",
                                                          "hours", "days",     "fen",     "yuan",     "mps",
                                                          "kmh",   "permille", "percent", "duration", "date"};

const Change* comparison(const Syntax& syntax) {
    if (syntax.kind != SyntaxKind::binary) return nullptr;
    for (const Change& change : comparisons) {
        if (change.from == syntax.name) return &change;
    }
    return nullptr;
}

SyntaxPointer node_at(const Syntax& place, SyntaxKind kind, std::string name) {
    auto made = std::make_unique<Syntax>();
    made->kind = kind;
    made->at = place.at;
    made->start = place.start;
    made->name = std::move(name);
    return made;
}

// How a node is called in a name: enough to find it.
std::string written(const Syntax& syntax) {
    switch (syntax.kind) {
        case SyntaxKind::literal:
            return syntax.value.kind() == Kind::string ? "\"" + syntax.value.text() + "\""
                                                       : format("{}", syntax.value.number());
        case SyntaxKind::identifier: return syntax.name;
        case SyntaxKind::select: {
            const std::string path = written(*syntax.children[0]) + "." + syntax.name;
            return syntax.is_test ? "has(" + path + ")" : path;
        }
        case SyntaxKind::call: {
            std::vector<std::string> arguments;
            for (const SyntaxPointer& child : syntax.children) arguments.push_back(written(*child));
            if (!syntax.is_method) return syntax.name + "(" + join(arguments, ", ") + ")";
            const std::string receiver = arguments.front();
            arguments.erase(arguments.begin());
            return receiver + "." + syntax.name + "(" + join(arguments, ", ") + ")";
        }
        case SyntaxKind::unary: return syntax.name + written(*syntax.children[0]);
        case SyntaxKind::binary:
            return written(*syntax.children[0]) + " " + syntax.name + " " + written(*syntax.children[1]);
        default: return "…";
    }
}

std::string number_text(const Value& value) {
    const auto quantity = [&](Dimension dimension, std::int64_t amount) {
        return to_text(Quantity{dimension, amount});
    };
    switch (value.kind()) {
        case Kind::length: return quantity(Dimension::length, value.number());
        case Kind::money: return quantity(Dimension::money, value.number());
        case Kind::ratio: return quantity(Dimension::ratio, value.number());
        case Kind::speed: return quantity(Dimension::speed, value.number());
        case Kind::duration: return quantity(Dimension::duration, value.ms());
        case Kind::date: return to_text(Date{static_cast<std::int32_t>(value.number())});
        default: return format("{}", value.number());
    }
}

class Mutation {
public:
    Mutation(const Expression& expression, Names& names) : expression_(expression), names_(names) {}

    std::vector<ExpressionMutant> all() {
        const ParserOptions options{.depth = Limits{}.depth, .macros = true, .all_macros = false, .is_rule = true};
        auto syntax = parse(expression_.text(), options);
        if (!syntax) return {};
        root_ = std::move(*syntax);
        walk(root_);
        if (expression_.type().kind == Kind::boolean && !is_negated_elsewhere(*root_)) negate(root_, "not");
        std::stable_sort(made_.begin(), made_.end(), [](const ExpressionMutant& a, const ExpressionMutant& b) {
            return std::pair(a.line, a.column) < std::pair(b.line, b.column);
        });
        std::map<std::string, int> seen;
        for (ExpressionMutant& mutant : made_) {
            const int times = ++seen[mutant.name];
            if (times > 1) mutant.name += format(" #{}", times);
        }
        return std::move(made_);
    }

private:
    // A comparison is negated by turning it round, a membership by walk().
    static bool is_negated_elsewhere(const Syntax& syntax) {
        return comparison(syntax) != nullptr || (syntax.kind == SyntaxKind::binary && syntax.name == "in");
    }

    // The tree as it stands now, if it still is an expression.
    void keep(std::string name, std::uint32_t at) {
        auto tree = std::make_shared<Expression::Tree>();
        tree->text = expression_.tree().text;
        tree->place = expression_.tree().place;
        Checker checker(names_, *tree, limits_);
        checker.run(*root_, expression_.type());
        if (!checker.take_faults().empty()) return;
        const auto [line, column] = position(tree->place, tree->text, at);
        made_.push_back({std::move(name), line, column, Expression(std::move(tree))});
    }

    void walk(SyntaxPointer& pointer) {
        if (pointer == nullptr) return;
        Syntax& syntax = *pointer;
        if (const Change* change = comparison(syntax)) {
            for (const std::string_view to : change->to) {
                if (to.empty()) continue;
                syntax.name = to;
                keep(format("{} -> {}", change->from, to), syntax.at);
            }
            syntax.name = change->from;
        } else if (syntax.kind == SyntaxKind::binary && syntax.name == "in") {
            negate(pointer, "in -> not in");
        } else if (syntax.kind == SyntaxKind::logic) {
            exchange(syntax);
            for (SyntaxPointer& child : syntax.children) negate_condition(child);
        } else if (syntax.kind == SyntaxKind::conditional) {
            negate_condition(syntax.children[0]);
        } else if (syntax.kind == SyntaxKind::fold) {
            for (std::size_t i = 1; i < syntax.children.size(); ++i) {
                if (syntax.children[i] != nullptr && (syntax.fold != Fold::map || i == 1))
                    negate_condition(syntax.children[i]);
            }
        } else if (shift(pointer)) {
            return;
        }
        for (SyntaxPointer& child : pointer->children) walk(child);
    }

    // && for ||: of more than two operands also for each two neighbours alone.
    void exchange(Syntax& syntax) {
        const std::string from = syntax.name;
        const std::string to = from == "&&" ? "||" : "&&";
        syntax.name = to;
        keep(format("{} -> {}", from, to), syntax.at);
        syntax.name = from;
        for (std::size_t i = 0; syntax.children.size() > 2 && i + 1 < syntax.children.size(); ++i) {
            SyntaxPointer pair = node_at(*syntax.children[i], SyntaxKind::logic, to);
            pair->children.push_back(std::move(syntax.children[i]));
            pair->children.push_back(std::move(syntax.children[i + 1]));
            const std::uint32_t at = syntax.children.front() == nullptr ? pair->children.front()->at : syntax.at;
            syntax.children[i] = std::move(pair);
            syntax.children.erase(syntax.children.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            keep(format("{} -> {} between {} and {}", from, to, i + 1, i + 2), at);
            SyntaxPointer taken = std::move(syntax.children[i]);
            syntax.children[i] = std::move(taken->children[0]);
            syntax.children.insert(syntax.children.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                   std::move(taken->children[1]));
        }
    }

    void negate_condition(SyntaxPointer& pointer) {
        if (is_negated_elsewhere(*pointer) || pointer->kind == SyntaxKind::logic) return;
        negate(pointer, "not " + written(*pointer));
    }

    void negate(SyntaxPointer& pointer, const std::string& name) {
        const std::uint32_t at = pointer->start;
        if (pointer->kind == SyntaxKind::unary && pointer->name == "!") {
            SyntaxPointer inner = std::move(pointer->children[0]);
            std::swap(pointer, inner);
            keep(name, at);
            std::swap(pointer, inner);
            pointer->children[0] = std::move(inner);
            return;
        }
        SyntaxPointer outer = node_at(*pointer, SyntaxKind::unary, "!");
        outer->children.push_back(std::move(pointer));
        pointer = std::move(outer);
        keep(name, at);
        SyntaxPointer inner = std::move(pointer->children[0]);
        pointer = std::move(inner);
    }

    // Numbers one base unit less and more. True when nothing below is left to walk.
    bool shift(SyntaxPointer& pointer) {
        Syntax& syntax = *pointer;
        if (syntax.kind == SyntaxKind::literal && syntax.value.kind() == Kind::integer) {
            const Value kept = syntax.value;
            for (const int step : {-1, 1}) {
                if (kept.number() == (step < 0 ? INT64_MIN : INT64_MAX)) continue;
                syntax.value = Value::of_int(kept.number() + step);
                keep(format("{} -> {}", kept.number(), syntax.value.number()), syntax.at);
            }
            syntax.value = kept;
            return true;
        }
        if (syntax.kind != SyntaxKind::call || syntax.is_method) return false;
        if (syntax.name == "clock_between") {
            for (std::size_t i = 1; i < syntax.children.size(); ++i) shift_clock(*syntax.children[i]);
            walk(syntax.children[0]);
            return true;
        }
        const bool is_unit =
            std::find(unit_functions.begin(), unit_functions.end(), syntax.name) != unit_functions.end();
        if (!is_unit || syntax.children.size() != 1 || syntax.children[0]->kind != SyntaxKind::literal) return false;
        const std::string text = written(syntax);
        const Result<Expression> folded = compile(text, names_, std::nullopt, {});
        if (!folded || folded->tree().root->operation != Operation::constant) return false;
        const Value value = folded->tree().root->value;
        SyntaxPointer kept = std::move(pointer);
        for (const int step : {-1, 1}) {
            pointer = node_at(*kept, SyntaxKind::literal, "");
            pointer->value = value.kind() == Kind::duration ? Value::of_duration_ms(value.ms() + step)
                                                            : Value::of(value.kind(), value.number() + step);
            keep(format("{} -> {}", text, number_text(pointer->value)), kept->at);
        }
        pointer = std::move(kept);
        return true;
    }

    void shift_clock(Syntax& literal) {
        const Value kept = literal.value;
        const std::string text = kept.kind() == Kind::string ? kept.text() : "";
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos) return;
        const auto hour = to_integer(std::string_view(text).substr(0, colon));
        const auto minute = to_integer(std::string_view(text).substr(colon + 1));
        if (!hour || !minute) return;
        constexpr std::int64_t day = 24 * 60;
        for (const int step : {-1, 1}) {
            const std::int64_t moved = (*hour * 60 + *minute + step + day) % day;
            const std::string to = format("{:02}:{:02}", moved / 60, moved % 60);
            literal.value = Value::of_string(to);
            keep(format("{} -> {}", text, to), literal.at);
        }
        literal.value = kept;
    }

    const Expression& expression_;
    Names& names_;
    const Limits limits_;
    SyntaxPointer root_;
    std::vector<ExpressionMutant> made_;
};

}  // namespace

std::vector<ExpressionMutant> mutants_of(const Expression& expression, Names& names) {
    if (expression.is_empty()) return {};
    return Mutation(expression, names).all();
}

}  // namespace ningyi::cel
