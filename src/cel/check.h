// SPDX-License-Identifier: Apache-2.0
// The checker of rules: gives every node of a syntax tree its type, refuses what does not fit, and builds the tree that
// is evaluated. It goes on after a fault, so that every fault of an expression is reported once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cel/names.h"
#include "cel/syntax.h"
#include "cel/tree.h"

namespace ningyi::cel {

class Checker {
public:
    Checker(Names& names, Expression::Tree& tree, const Limits& limits) : names_(names), tree_(tree), limits_(limits) {}

    // The whole expression. Faults are in faults(); the tree is complete when there are none.
    void run(const Syntax& syntax, const std::optional<Type>& expected);
    Faults take_faults() { return std::move(faults_); }

private:
    // What is known of a checked node. A bad one has been reported: nothing more is said about it.
    struct Checked {
        Node* node = nullptr;
        Type type;
        std::int64_t cost = 0;  // in tenths of a unit
        bool is_bad = false;
    };
    struct Local {
        std::string name;
        Type type;
        std::uint16_t slot;
    };

    // check.cc
    Checked check(const Syntax& syntax);
    Checked literal(const Syntax& syntax);
    Checked unary(const Syntax& syntax);
    Checked binary(const Syntax& syntax);
    Checked comparison(const Syntax& syntax, const Checked& a, const Checked& b);
    Checked arithmetic(const Syntax& syntax, const Checked& a, const Checked& b);
    Checked member(const Syntax& syntax);
    Checked logic(const Syntax& syntax);
    Checked conditional(const Syntax& syntax);
    Checked list(const Syntax& syntax);
    Checked index(const Syntax& syntax);
    Checked fold(const Syntax& syntax);
    Checked mismatch(const Syntax& syntax, const Checked& a, const Checked& b, bool is_comparison);
    void wants_bool(const Syntax& syntax, const Checked& checked, const char* what_zh, const char* what_en);
    // Every word `syntax` can be must be one of `words`.
    void words_fit(const Syntax& syntax, const std::vector<std::string>& words);

    // paths.cc
    Checked path(const Syntax& syntax);
    Checked field_of_call(const Syntax& syntax);  // others.E(id).f, tables.T.get(k).c
    Checked unknown_path(const Syntax& syntax, const std::string& path);
    std::optional<Checked> look_up_call(const Syntax& syntax);  // lists.L.has, tables.T.has; faults for misuse
    Checked keyed(const Syntax& syntax, std::size_t first, const std::vector<Type>& key, const std::string& path,
                  Operation operation, Type type);
    std::optional<Checked> in_list(const Syntax& syntax);  // k in lists.L
    const Local* local(std::string_view name) const;
    // "a.b.c" of a chain of names that does not start with a macro's variable, else "".
    std::string chain(const Syntax& syntax) const;

    // calls.cc
    Checked call(const Syntax& syntax);
    Checked product_call(const Syntax& syntax, const std::shared_ptr<const Function>& function,
                         std::vector<const Syntax*> arguments);
    Checked built_in(const Syntax& syntax, const std::string& name, const std::vector<const Syntax*>& arguments);
    bool prepared(const std::string& name, const std::vector<const Syntax*>& arguments, Node& node);
    Checked argument(const Syntax& syntax);
    std::string function_suggestion(const std::string& name) const;

    Node* node(Operation operation, const Syntax& syntax);
    Checked bad();
    void fault(std::uint32_t at, const char* code, std::string zh, std::string en);
    // A node whose children are all literals becomes a literal itself; a fault when it is an error.
    Checked folded(Checked checked);
    std::uint16_t slot(std::string_view path);
    void name_paths(Node& node, std::size_t reads_before);

    Names& names_;
    Expression::Tree& tree_;
    const Limits& limits_;
    Faults faults_;
    std::vector<Local> locals_;
    std::vector<std::uint16_t> reads_;
    int folds_ = 0;
    bool is_argument_ = false;
};

constexpr std::int64_t unit_tenths = 10;

}  // namespace ningyi::cel
