// SPDX-License-Identifier: Apache-2.0
// Functions over lists: size, join and the set functions.
#include "base/text.h"
#include "cel/functions.h"

namespace ningyi::cel {
namespace {

using Arguments = std::span<const Value>;

Value size(const Node&, Scope&, Arguments a) {
    if (a.size() != 1) return no_overload_error();
    switch (a[0].kind()) {
        case Kind::string: return Value::of_int(static_cast<std::int64_t>(code_points(a[0].text())));
        case Kind::bytes: return Value::of_int(std::ssize(a[0].text()));
        case Kind::list: return Value::of_int(std::ssize(a[0].list()));
        case Kind::map: return Value::of_int(std::ssize(a[0].map()));
        default: return no_overload_error();
    }
}

Value join_list(const Node&, Scope&, Arguments a) {
    const bool has_separator = are(a, Kind::list, Kind::string);
    if (!has_separator && !are(a, Kind::list)) return no_overload_error();
    std::string text;
    bool first = true;
    for (const Value& item : a[0].list()) {
        if (item.kind() != Kind::string) return no_overload_error();
        if (!first && has_separator) text += a[1].text();
        text += item.text();
        first = false;
        if (text.size() > max_text_bytes) return size_error();
    }
    return Value::of_string(text);
}

bool has_item(const List& items, const Value& wanted, Scope& scope) {
    for (const Value& item : items) {
        if (equal(item, wanted, scope.budget)) return true;
    }
    return false;
}

Value intersects(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::list, Kind::list)) return no_overload_error();
    bool found = false;
    for (const Value& item : a[0].list()) {
        found = has_item(a[1].list(), item, scope);
        if (found || scope.budget < 0) break;
    }
    return scope.budget < 0 ? budget_error() : Value::of_bool(found);
}

Value set_contains(const Node&, Scope& scope, Arguments a) {
    if (!are(a, Kind::list, Kind::list)) return no_overload_error();
    bool all = true;
    for (const Value& item : a[1].list()) {
        all = has_item(a[0].list(), item, scope);
        if (!all || scope.budget < 0) break;
    }
    return scope.budget < 0 ? budget_error() : Value::of_bool(all);
}

constexpr Builtin builtins[] = {
    {"size", size}, {"join", join_list}, {"sets.intersects", intersects}, {"sets.contains", set_contains}};

}  // namespace

Call list_function(std::string_view name) {
    return found_in(builtins, name);
}

}  // namespace ningyi::cel
