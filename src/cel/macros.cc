// SPDX-License-Identifier: Apache-2.0
#include "cel/macros.h"

#include "base/text.h"

namespace ningyi::cel {
namespace {

struct Macro {
    std::string_view name;
    std::size_t arguments;  // besides the receiver
    std::size_t variables;
    Fold fold;
    bool in_rules;
};

constexpr Macro macros[] = {
    {"all", 2, 1, Fold::all, true},
    {"exists", 2, 1, Fold::exists, true},
    {"exists_one", 2, 1, Fold::exists_one, true},
    {"existsOne", 2, 1, Fold::exists_one, false},
    {"map", 2, 1, Fold::map, true},
    {"map", 3, 1, Fold::map, true},
    {"filter", 2, 1, Fold::filter, true},
    {"all", 3, 2, Fold::all, false},
    {"exists", 3, 2, Fold::exists, false},
    {"existsOne", 3, 2, Fold::exists_one, false},
    {"exists_one", 3, 2, Fold::exists_one, false},
    {"transformList", 3, 2, Fold::transform_list, false},
    {"transformList", 4, 2, Fold::transform_list, false},
    {"transformMap", 3, 2, Fold::transform_map, false},
    {"transformMap", 4, 2, Fold::transform_map, false},
};

tl::unexpected<SyntaxFault> fault(std::uint32_t at, std::string zh, std::string en) {
    return tl::unexpected<SyntaxFault>({at, "E305", std::move(zh), std::move(en)});
}

bool is_variable(const Syntax& syntax) {
    return syntax.kind == SyntaxKind::identifier && !syntax.is_rooted;
}

tl::expected<SyntaxPointer, SyntaxFault> has(SyntaxPointer call) {
    Syntax& field = *call->children[0];
    if (field.kind != SyntaxKind::select || field.is_test) {
        return fault(field.start, "has() 里要写字段，例：has(order.pay)",
                     "has() takes a field, example: has(order.pay)");
    }
    field.is_test = true;
    field.start = call->start;
    return std::move(call->children[0]);
}

tl::expected<SyntaxPointer, SyntaxFault> fold(SyntaxPointer call, const Macro& macro) {
    call->kind = SyntaxKind::fold;
    call->fold = macro.fold;
    for (std::size_t i = 1; i <= macro.variables; ++i) {
        const Syntax& variable = *call->children[i];
        if (!is_variable(variable)) {
            return fault(variable.start, format("{}() 的变量必须是一个名称，例：.{}(x, …)", macro.name, macro.name),
                         format("the variable of {}() must be a name, example: .{}(x, …)", macro.name, macro.name));
        }
        for (const std::string& other : call->variables) {
            if (other == variable.name) {
                return fault(variable.start, "两个变量不能同名", "the two variables have one name");
            }
        }
        call->variables.push_back(variable.name);
    }
    const auto first_body = call->children.begin() + 1;
    call->children.erase(first_body, first_body + static_cast<std::ptrdiff_t>(macro.variables));
    const bool transforms =
        macro.fold == Fold::map || macro.fold == Fold::transform_list || macro.fold == Fold::transform_map;
    if (transforms && call->children.size() == 2) call->children.insert(call->children.begin() + 1, nullptr);
    return call;
}

// cel.bind(name, value, body)
tl::expected<SyntaxPointer, SyntaxFault> bind(SyntaxPointer call) {
    const Syntax& variable = *call->children[1];
    if (!is_variable(variable)) {
        return fault(variable.start, "cel.bind() 的变量必须是一个名称", "the variable of cel.bind() must be a name");
    }
    call->kind = SyntaxKind::fold;
    call->fold = Fold::bind;
    call->variables = {variable.name};
    call->children.erase(call->children.begin(), call->children.begin() + 2);
    return call;
}

}  // namespace

tl::expected<SyntaxPointer, SyntaxFault> expanded(SyntaxPointer call, const ParserOptions& options) {
    if (!options.macros) return call;
    if (!call->is_method) {
        if (call->name == "has" && call->children.size() == 1) return has(std::move(call));
        return call;
    }
    const Syntax& receiver = *call->children[0];
    if (options.all_macros && call->name == "bind" && call->children.size() == 4 && is_variable(receiver) &&
        receiver.name == "cel") {
        return bind(std::move(call));
    }
    for (const Macro& macro : macros) {
        if (macro.name != call->name || macro.arguments + 1 != call->children.size()) continue;
        if (macro.in_rules || options.all_macros) return fold(std::move(call), macro);
    }
    return call;
}

}  // namespace ningyi::cel
