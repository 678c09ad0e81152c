// SPDX-License-Identifier: Apache-2.0
#include "cel/conformance.h"

#include <algorithm>

#include "base/text.h"
#include "cel/conversions.h"
#include "cel/functions.h"
#include "cel/parser.h"
#include "cel/tree.h"

namespace ningyi::cel {
namespace {

constexpr std::string_view type_names[] = {"bool",
                                           "bytes",
                                           "double",
                                           "int",
                                           "list",
                                           "map",
                                           "null_type",
                                           "string",
                                           "type",
                                           "uint",
                                           "google.protobuf.Duration",
                                           "google.protobuf.Timestamp"};

Call any_function(std::string_view name) {
    for (const auto& group : {string_function, list_function, math_function, conversion_function, format_function}) {
        if (const Call found = group(name)) return found;
    }
    return nullptr;
}

Comparison comparison_of(std::string_view name) {
    if (name == "<") return Comparison::less;
    if (name == "<=") return Comparison::less_equal;
    if (name == ">") return Comparison::greater;
    if (name == ">=") return Comparison::greater_equal;
    return name == "==" ? Comparison::equal : Comparison::not_equal;
}

// Names become slots, operators become the ones that look at kinds when evaluated.
class Resolver {
public:
    Resolver(const ReferenceOptions& options, Expression::Tree& tree) : options_(options), tree_(tree) {}

    const Node* resolve(const Syntax& syntax) {
        switch (syntax.kind) {
            case SyntaxKind::literal: {
                Node* made = node(Operation::constant, syntax);
                made->value = syntax.value;
                return made;
            }
            case SyntaxKind::identifier:
            case SyntaxKind::select: return name(syntax);
            case SyntaxKind::index: return with_children(Operation::index, syntax);
            case SyntaxKind::call: return call(syntax);
            case SyntaxKind::unary:
                return with_children(syntax.name == "!" ? Operation::negation : Operation::minus, syntax);
            case SyntaxKind::binary: return binary(syntax);
            case SyntaxKind::logic:
                return with_children(syntax.name == "&&" ? Operation::conjunction : Operation::disjunction, syntax);
            case SyntaxKind::conditional: return with_children(Operation::conditional, syntax);
            case SyntaxKind::list: return with_children(Operation::list, syntax);
            case SyntaxKind::map: return with_children(Operation::map, syntax);
            case SyntaxKind::fold: return fold(syntax);
        }
        return nullptr;
    }

    Faults take_faults() { return std::move(faults_); }

private:
    Node* node(Operation operation, const Syntax& syntax) {
        tree_.nodes.push_back(std::make_unique<Node>());
        Node* made = tree_.nodes.back().get();
        made->operation = operation;
        made->at = syntax.at;
        return made;
    }

    Node* with_children(Operation operation, const Syntax& syntax) {
        Node* made = node(operation, syntax);
        for (const SyntaxPointer& child : syntax.children) made->children.push_back(resolve(*child));
        return made;
    }

    // What is not known: a fault when names are checked, else an error when it is reached.
    const Node* unknown(const Syntax& syntax, std::string zh, std::string en) {
        Node* made = node(Operation::constant, syntax);
        made->value = located(Value::error(zh + " | " + en), *made, tree_);
        if (options_.is_checked && faults_.size() < 20) {
            const auto [line, column] = position(tree_.place, tree_.text, syntax.at);
            faults_.push_back({"", line, column, "E502", std::move(zh), std::move(en)});
        }
        return made;
    }

    int local(std::string_view name) const {
        for (std::size_t i = locals_.size(); i > 0; --i) {
            if (locals_[i - 1] == name) return static_cast<int>(i - 1);
        }
        return -1;
    }

    // The segments of a chain of names, "" first when it starts with a dot; empty when it is no chain of global names.
    std::vector<std::string> chain(const Syntax& syntax) const {
        std::vector<std::string> parts;
        const Syntax* at = &syntax;
        while (at->kind == SyntaxKind::select && !at->is_test) {
            parts.push_back(at->name);
            at = at->children[0].get();
        }
        if (at->kind != SyntaxKind::identifier) return {};
        if (!at->is_rooted && local(at->name) >= 0) return {};
        parts.push_back(at->name);
        if (at->is_rooted) parts.emplace_back();
        std::reverse(parts.begin(), parts.end());
        return parts;
    }

    // Containers from the innermost out: for "a.b" these are "a.b.", "a.", "".
    std::vector<std::string> prefixes(bool is_rooted) const {
        std::vector<std::string> all;
        std::string container = is_rooted ? "" : options_.container;
        while (!container.empty()) {
            all.push_back(container + ".");
            const std::size_t dot = container.rfind('.');
            container = dot == std::string::npos ? "" : container.substr(0, dot);
        }
        all.emplace_back();
        return all;
    }

    const Node* variable_or_type(const Syntax& syntax, const std::string& full_name) {
        const auto found = std::find(options_.variables.begin(), options_.variables.end(), full_name);
        if (found != options_.variables.end()) {
            Node* made = node(Operation::read, syntax);
            made->slot = static_cast<std::uint16_t>(found - options_.variables.begin());
            tree_.reads.push_back(made->slot);
            return made;
        }
        if (std::find(std::begin(type_names), std::end(type_names), full_name) != std::end(type_names)) {
            Node* made = node(Operation::constant, syntax);
            made->value = Value::of_type(full_name);
            return made;
        }
        return nullptr;
    }

    const Node* name(const Syntax& syntax) {
        if (syntax.kind == SyntaxKind::identifier && !syntax.is_rooted && local(syntax.name) >= 0) {
            Node* made = node(Operation::local, syntax);
            made->slot = static_cast<std::uint16_t>(local(syntax.name));
            return made;
        }
        std::vector<std::string> parts = chain(syntax);
        if (parts.empty()) return field_of(resolve(*syntax.children[0]), syntax, syntax.name, syntax.is_test);
        const bool is_rooted = parts.front().empty();
        if (is_rooted) parts.erase(parts.begin());
        // The longest beginning that is a name wins; the rest are fields of its value.
        for (std::size_t length = parts.size(); length > 0; --length) {
            const std::string beginning =
                join({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(length)}, ".");
            for (const std::string& prefix : prefixes(is_rooted)) {
                const Node* found = variable_or_type(syntax, prefix + beginning);
                if (found == nullptr) continue;
                for (std::size_t i = length; i < parts.size(); ++i) found = field_of(found, syntax, parts[i], false);
                return found;
            }
        }
        return unknown(syntax, format("没有名称 {}", join(parts, ".")),
                       format("undeclared reference to {}", join(parts, ".")));
    }

    const Node* field_of(const Node* record, const Syntax& syntax, const std::string& field, bool is_test) {
        Node* made = node(is_test ? Operation::has_select : Operation::select, syntax);
        made->value = Value::of_string(field);
        made->children = {record};
        return made;
    }

    const Node* binary(const Syntax& syntax) {
        static constexpr std::string_view signs = "+-*/%";
        if (syntax.name == "in") return with_children(Operation::member, syntax);
        if (const std::size_t sign = signs.find(syntax.name);
            syntax.name.size() == 1 && sign != std::string_view::npos) {
            Node* made = with_children(Operation::arithmetic_values, syntax);
            made->arithmetic = static_cast<Arithmetic>(sign);
            return made;
        }
        Node* made = with_children(Operation::compare_values, syntax);
        made->comparison = comparison_of(syntax.name);
        return made;
    }

    const Node* call(const Syntax& syntax) {
        std::size_t first = 0;
        Call function = nullptr;
        bool is_getter = false;
        if (syntax.is_method) {
            const std::vector<std::string> receiver = chain(*syntax.children[0]);
            if (!receiver.empty()) function = any_function(join(receiver, ".") + "." + syntax.name);
            if (function != nullptr) first = 1;
        }
        if (function == nullptr && syntax.is_method) {
            function = getter_function(syntax.name);
            is_getter = function != nullptr;
        }
        if (function == nullptr) function = any_function(syntax.name);
        if (function == nullptr) {
            return unknown(syntax, format("没有函数 {}", syntax.name), format("unbound function {}", syntax.name));
        }
        Node* made = node(Operation::call, syntax);
        made->function = function;
        if (is_getter) made->value = Value::of_string(syntax.name);
        for (std::size_t i = first; i < syntax.children.size(); ++i)
            made->children.push_back(resolve(*syntax.children[i]));
        return made;
    }

    const Node* fold(const Syntax& syntax) {
        Node* made = node(Operation::fold, syntax);
        made->fold = syntax.fold;
        made->variables = static_cast<std::uint8_t>(syntax.variables.size());
        made->children.push_back(resolve(*syntax.children[0]));
        made->slot = static_cast<std::uint16_t>(locals_.size());
        locals_.insert(locals_.end(), syntax.variables.begin(), syntax.variables.end());
        tree_.locals = std::max(tree_.locals, static_cast<std::uint16_t>(locals_.size()));
        for (std::size_t i = 1; i < syntax.children.size(); ++i) {
            made->children.push_back(syntax.children[i] == nullptr ? nullptr : resolve(*syntax.children[i]));
        }
        locals_.resize(locals_.size() - syntax.variables.size());
        return made;
    }

    const ReferenceOptions& options_;
    Expression::Tree& tree_;
    std::vector<std::string> locals_;
    Faults faults_;
};

class Bindings final : public Host {
public:
    explicit Bindings(const std::vector<Value>& values, bool missing_is_absent)
        : values_(values), missing_is_absent_(missing_is_absent) {}
    Value read(std::uint16_t slot) override {
        if (slot < values_.size() && !values_[slot].is_absent()) return values_[slot];
        return missing_is_absent_ ? Value::absent(slot) : Value::error("变量没有值 | unbound variable");
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return read(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return read(slot); }

private:
    const std::vector<Value>& values_;
    bool missing_is_absent_;
};

}  // namespace

Result<Expression> reference_expression(std::string_view text, const ReferenceOptions& options) {
    auto tree = std::make_shared<Expression::Tree>();
    tree->text = std::string(text);
    if (text.size() > options.characters) {
        return failure(Fault{"", 1, 1, "E601", format("表达式超过 {} 个字符", options.characters),
                             format("the expression is longer than {} characters", options.characters)});
    }
    const ParserOptions parser{.depth = options.depth, .macros = options.macros, .all_macros = true, .is_rule = false};
    const auto syntax = parse(text, parser);
    if (!syntax) {
        const SyntaxFault& wrong = syntax.error();
        const auto [line, column] = position({}, text, wrong.at);
        return failure(Fault{"", line, column, wrong.code, wrong.zh, wrong.en});
    }
    Resolver resolver(options, *tree);
    tree->root = resolver.resolve(**syntax);
    tree->budget = options.budget;
    tree->missing_key_is_absent = options.missing_key_is_absent;
    std::sort(tree->reads.begin(), tree->reads.end());
    tree->reads.erase(std::unique(tree->reads.begin(), tree->reads.end()), tree->reads.end());
    Faults faults = resolver.take_faults();
    if (!faults.empty()) return failure(std::move(faults));
    return Expression(std::move(tree));
}

Value reference_value(const Expression& expression, const std::vector<Value>& values) {
    Bindings host(values, expression.tree().missing_key_is_absent);
    const Zone utc("UTC", {{Instant{0}, 0}});
    return expression.evaluate(host, utc);
}

}  // namespace ningyi::cel
