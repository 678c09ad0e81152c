// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.h"
#include "cel/tree.h"

namespace ningyi::cel {
namespace {

constexpr std::size_t few = 4;  // arguments that need no allocation

// Of two operands of which at least one is not known.
Value unknown_of(const Value& a, const Value& b) {
    Unknowns unknowns;
    if (!a.is_known()) unknowns.add(a);
    if (!b.is_known()) unknowns.add(b);
    return unknowns.value();
}

// Gives an error its place, charges what was made, and names what an absent result was computed from.
Value settled(Value result, const Node& node, Scope& scope) {
    switch (result.kind()) {
        case Kind::error: return located(result, node, scope.tree);
        case Kind::absent:
            if (node.paths != nullptr && result.missing().empty()) return Value::absent(node.paths);
            return result;
        case Kind::string:
        case Kind::bytes: scope.budget -= static_cast<std::int64_t>(result.text().size() / 16); break;
        case Kind::list: scope.budget -= static_cast<std::int64_t>(result.list().size()); break;
        default: return result;
    }
    if (scope.budget < 0) return located(budget_error(), node, scope.tree);
    return result;
}

// false > absent > error > true for &&, true > absent > error > false for ||: the order of the operands does not show.
Value logic(const Node& node, Scope& scope, bool decisive) {
    Unknowns unknowns;
    for (const Node* child : node.children) {
        Value value = evaluate(*child, scope);
        if (value.kind() == Kind::boolean) {
            if (value.is_true() == decisive) return value;
        } else if (value.is_known()) {
            unknowns.add(located(no_overload_error(), *child, scope.tree));
        } else {
            unknowns.add(value);
        }
    }
    return unknowns.found() ? unknowns.value() : Value::of_bool(!decisive);
}

Value conditional(const Node& node, Scope& scope) {
    Value condition = evaluate(*node.children[0], scope);
    if (condition.kind() == Kind::boolean) return evaluate(*node.children[condition.is_true() ? 1 : 2], scope);
    if (condition.is_known()) return located(no_overload_error(), node, scope.tree);
    return condition;
}

Value compared(const Node& node, Scope& scope) {
    const Value a = evaluate(*node.children[0], scope);
    const Value b = evaluate(*node.children[1], scope);
    if (!a.is_known() || !b.is_known()) return unknown_of(a, b);
    switch (node.operation) {
        case Operation::compare_numbers: return Value::of_bool(holds(node.comparison, a.number() <=> b.number()));
        case Operation::compare_texts:
            if (node.comparison == Comparison::equal) return Value::of_bool(a.text() == b.text());
            if (node.comparison == Comparison::not_equal) return Value::of_bool(a.text() != b.text());
            return Value::of_bool(holds(node.comparison, a.text() <=> b.text()));
        default: break;
    }
    if (node.comparison == Comparison::equal || node.comparison == Comparison::not_equal) {
        const bool same = equal(a, b, scope.budget);
        if (scope.budget < 0) return located(budget_error(), node, scope.tree);
        return Value::of_bool(same == (node.comparison == Comparison::equal));
    }
    const auto order = compare(a, b);
    if (!order) return located(no_overload_error(), node, scope.tree);
    return Value::of_bool(holds(node.comparison, *order));
}

Value calculated(const Node& node, Scope& scope) {
    const Value a = evaluate(*node.children[0], scope);
    const Value b = evaluate(*node.children[1], scope);
    if (!a.is_known() || !b.is_known()) return unknown_of(a, b);
    Value result = node.operation == Operation::arithmetic_numbers
                       ? integer_arithmetic(node.arithmetic, node.kind, a.number(), b.number())
                       : arithmetic(node.arithmetic, a, b);
    return settled(std::move(result), node, scope);
}

Value applied(const Node& node, Scope& scope, std::span<const Value> arguments) {
    switch (node.operation) {
        case Operation::call: return settled(node.function(node, scope, arguments), node, scope);
        case Operation::product_call: return settled(node.product->call(arguments), node, scope);
        case Operation::look_up: return scope.host.look_up(node.slot, arguments);
        case Operation::has_look_up: {
            Value found = scope.host.look_up(node.slot, arguments);
            return found.is_error() ? found : Value::of_bool(!found.is_absent());
        }
        default: return scope.host.contains(node.slot, arguments);
    }
}

Value called(const Node& node, Scope& scope) {
    const std::size_t count = node.children.size();
    std::array<Value, few> inline_arguments;
    std::vector<Value> many;
    if (count > few) many.resize(count);
    const std::span<Value> arguments(count > few ? many.data() : inline_arguments.data(), count);
    Unknowns unknowns;
    for (std::size_t i = 0; i < count; ++i) {
        arguments[i] = evaluate(*node.children[i], scope);
        if (!arguments[i].is_known()) unknowns.add(arguments[i]);
    }
    if (!unknowns.found()) return applied(node, scope, arguments);
    if (node.operation == Operation::has_look_up && unknowns.value().is_absent()) return Value::of_bool(false);
    return unknowns.value();
}

Value list_of_children(const Node& node, Scope& scope) {
    List items;
    items.reserve(node.children.size());
    Unknowns unknowns;
    for (const Node* child : node.children) {
        items.push_back(evaluate(*child, scope));
        if (!items.back().is_known()) unknowns.add(items.back());
    }
    if (unknowns.found()) return unknowns.value();
    return settled(Value::of_list(std::move(items)), node, scope);
}

bool may_be_key(Kind kind) {
    return kind == Kind::boolean || kind == Kind::integer || kind == Kind::uinteger || kind == Kind::string;
}

Value map_of_children(const Node& node, Scope& scope) {
    Map pairs;
    Unknowns unknowns;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        Value key = evaluate(*node.children[i], scope);
        Value value = evaluate(*node.children[i + 1], scope);
        if (!key.is_known()) unknowns.add(key);
        if (!value.is_known()) unknowns.add(value);
        if (unknowns.found()) continue;
        if (!may_be_key(key.kind())) {
            return located(Value::error("这种值不能作键 | such a value cannot be a key"), *node.children[i],
                           scope.tree);
        }
        if (find_key(pairs, key, scope.budget) != nullptr) {
            return located(Value::error("键重复 | repeated key"), *node.children[i], scope.tree);
        }
        if (scope.budget < 0) return located(budget_error(), node, scope.tree);
        pairs.emplace_back(std::move(key), std::move(value));
    }
    if (unknowns.found()) return unknowns.value();
    return Value::of_map(std::move(pairs));
}

Value missing_key(const Node& node, Scope& scope) {
    if (!scope.tree.missing_key_is_absent) return located(Value::error("没有这个键 | no such key"), node, scope.tree);
    return node.paths != nullptr ? Value::absent(node.paths) : Value();
}

Value selected(const Node& node, Scope& scope) {
    Value record = evaluate(*node.children[0], scope);
    if (node.operation == Operation::has_select && record.is_absent()) return Value::of_bool(false);
    if (!record.is_known()) return record;
    if (record.kind() != Kind::map) {
        return located(Value::error("这种值没有字段 | such a value has no fields"), node, scope.tree);
    }
    const Value* found = find_key(record.map(), node.value, scope.budget);
    if (scope.budget < 0) return located(budget_error(), node, scope.tree);
    if (node.operation == Operation::has_select) return Value::of_bool(found != nullptr);
    return found != nullptr ? *found : missing_key(node, scope);
}

Value indexed(const Node& node, Scope& scope) {
    const Value container = evaluate(*node.children[0], scope);
    const Value key = evaluate(*node.children[1], scope);
    if (!container.is_known() || !key.is_known()) return unknown_of(container, key);
    if (container.kind() == Kind::map) {
        const Value* found = find_key(container.map(), key, scope.budget);
        if (scope.budget < 0) return located(budget_error(), node, scope.tree);
        return found != nullptr ? *found : missing_key(node, scope);
    }
    if (container.kind() != Kind::list || !is_plain_number(key.kind())) {
        return located(no_overload_error(), node, scope.tree);
    }
    const List& items = container.list();
    const Value size = Value::of_int(static_cast<std::int64_t>(items.size()));
    const bool is_inside = compare_numbers(key, Value::of_int(0)) >= 0 && compare_numbers(key, size) < 0;
    if (is_inside) {
        const std::int64_t position = key.kind() == Kind::real ? static_cast<std::int64_t>(key.real()) : key.number();
        if (compare_numbers(key, Value::of_int(position)) == 0) return items[static_cast<std::size_t>(position)];
    }
    return located(Value::error("列表没有这一项 | index out of range"), node, scope.tree);
}

Value is_member(const Node& node, Scope& scope) {
    const Value item = evaluate(*node.children[0], scope);
    const Value container = evaluate(*node.children[1], scope);
    if (!item.is_known() || !container.is_known()) return unknown_of(item, container);
    bool found = false;
    if (container.kind() == Kind::list) {
        for (const Value& candidate : container.list()) {
            found = equal(item, candidate, scope.budget);
            if (found || scope.budget < 0) break;
        }
    } else if (container.kind() == Kind::map) {
        found = find_key(container.map(), item, scope.budget) != nullptr;
    } else {
        return located(no_overload_error(), node, scope.tree);
    }
    if (scope.budget < 0) return located(budget_error(), node, scope.tree);
    return Value::of_bool(found);
}

}  // namespace

Value evaluate(const Node& node, Scope& scope) {
    switch (node.operation) {
        case Operation::constant: return node.value;
        case Operation::read: return scope.host.read(node.slot);
        case Operation::has_read: {
            Value value = scope.host.read(node.slot);
            return value.is_error() ? value : Value::of_bool(!value.is_absent());
        }
        case Operation::local: return scope.locals[node.slot];
        case Operation::conjunction: return logic(node, scope, false);
        case Operation::disjunction: return logic(node, scope, true);
        case Operation::negation: {
            Value value = evaluate(*node.children[0], scope);
            if (value.kind() == Kind::boolean) return Value::of_bool(!value.is_true());
            return value.is_known() ? located(no_overload_error(), node, scope.tree) : value;
        }
        case Operation::conditional: return conditional(node, scope);
        case Operation::compare_numbers:
        case Operation::compare_texts:
        case Operation::compare_values: return compared(node, scope);
        case Operation::arithmetic_numbers:
        case Operation::arithmetic_values: return calculated(node, scope);
        case Operation::minus: {
            Value value = evaluate(*node.children[0], scope);
            return value.is_known() ? settled(negated(value), node, scope) : value;
        }
        case Operation::look_up:
        case Operation::has_look_up:
        case Operation::contains:
        case Operation::call:
        case Operation::product_call: return called(node, scope);
        case Operation::list: return list_of_children(node, scope);
        case Operation::map: return map_of_children(node, scope);
        case Operation::select:
        case Operation::has_select: return selected(node, scope);
        case Operation::index: return indexed(node, scope);
        case Operation::member: return is_member(node, scope);
        case Operation::fold: return evaluate_fold(node, scope);
    }
    return Value();
}

Value evaluate(const Expression::Tree& tree, Host& host, const Zone& zone) {
    constexpr std::size_t few_locals = 4;
    if (tree.locals == 0) {
        Scope scope{.tree = tree, .host = host, .zone = zone, .locals = nullptr, .budget = tree.budget};
        return evaluate(*tree.root, scope);
    }
    std::array<Value, few_locals> inline_locals;
    std::vector<Value> many;
    if (tree.locals > few_locals) many.resize(tree.locals);
    Value* locals = tree.locals > few_locals ? many.data() : inline_locals.data();
    Scope scope{.tree = tree, .host = host, .zone = zone, .locals = locals, .budget = tree.budget};
    return evaluate(*tree.root, scope);
}

Value united(const Value& a, const Value& b) {
    const Slots& left = a.missing();
    const Slots& right = b.missing();
    if (right.empty() || left == right) return a;
    if (left.empty()) return b;
    Slots both;
    both.reserve(left.size() + right.size());
    std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(both));
    if (both.size() == left.size()) return a;
    return Value::absent(std::make_shared<const Slots>(std::move(both)));
}

std::pair<int, int> position(const Place& place, std::string_view text, std::uint32_t at) {
    if (!place.columns.empty()) {
        const bool is_inside = at < place.columns.size();
        const int column = is_inside ? place.columns[at] : place.columns.back() + 1;
        const int line =
            place.lines.empty() ? place.line : place.lines[std::min<std::size_t>(at, place.lines.size() - 1)];
        return {line, column};
    }
    int line = place.line;
    int column = place.column;
    std::size_t byte = 0;
    for (std::uint32_t i = 0; i < at && byte < text.size(); ++i) {
        ++column;
        if (next_code_point(text, byte) == U'\n') ++line, column = 1;
    }
    return {line, column};
}

Value located(const Value& error, const Node& node, const Expression::Tree& tree) {
    const auto [line, column] = position(tree.place, tree.text, node.at);
    const std::string where =
        tree.place.file.empty() ? format("{}:{}", line, column) : format("{}:{}:{}", tree.place.file, line, column);
    return Value::error(where + ": " + error.text());
}

Value budget_error() {
    return Value::error("超出运算上限 | too much to compute");
}

}  // namespace ningyi::cel
