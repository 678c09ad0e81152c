// SPDX-License-Identifier: Apache-2.0
// The checker's part for names: fields of records, locals, variables of macros, lists, tables and other records.
#include <algorithm>

#include "base/text.h"
#include "cel/check.h"
#include "cel/types.h"

namespace ningyi::cel {
namespace {

// The name behind "tables." in "tables.item_minutes"; "" when `path` does not begin so or goes deeper.
std::string_view name_after(std::string_view path, std::string_view root) {
    if (!path.starts_with(root) || path.find('.', root.size()) != std::string_view::npos) return "";
    return path.substr(root.size());
}

template <class Values>
std::string near_name(std::string_view name, const Values& values) {
    std::vector<std::string_view> candidates;
    for (const auto& [known, value] : values) candidates.push_back(known);
    return std::string(closest(name, candidates));
}

std::string asks_zh(const std::string& suggestion) {
    return suggestion.empty() ? "" : format("，是否 {}？", suggestion);
}
std::string asks_en(const std::string& suggestion) {
    return suggestion.empty() ? "" : format(", did you mean {}?", suggestion);
}

// The node of `syntax`'s chain that names the segment behind the first `dots` dots.
const Syntax& segment(const Syntax& syntax, std::size_t depth_from_top) {
    const Syntax* at = &syntax;
    for (std::size_t i = 0; i < depth_from_top && at->kind == SyntaxKind::select; ++i) at = at->children[0].get();
    return *at;
}

}  // namespace

const Checker::Local* Checker::local(std::string_view name) const {
    for (auto at = locals_.rbegin(); at != locals_.rend(); ++at) {
        if (at->name == name) return &*at;
    }
    return nullptr;
}

std::string Checker::chain(const Syntax& syntax) const {
    std::vector<std::string_view> parts;
    const Syntax* at = &syntax;
    while (at->kind == SyntaxKind::select && (at == &syntax || !at->is_test)) {
        parts.push_back(at->name);
        at = at->children[0].get();
    }
    if (at->kind != SyntaxKind::identifier || local(at->name) != nullptr) return "";
    std::string text = at->name;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) text += format(".{}", *part);
    return text;
}

Checker::Checked Checker::path(const Syntax& syntax) {
    if (syntax.kind == SyntaxKind::identifier) {
        if (const Local* found = local(syntax.name)) {
            Node* made = node(Operation::local, syntax);
            made->slot = found->slot;
            return {.node = made, .type = found->type, .cost = unit_tenths, .is_bad = false};
        }
    }
    const std::string text = chain(syntax);
    if (text.empty()) {
        if (syntax.children[0]->kind == SyntaxKind::call) return field_of_call(syntax);
        const Checked inner = check(*syntax.children[0]);
        if (inner.is_bad) return inner;
        fault(syntax.at, "E501", format("{}没有字段 {}", name_zh(inner.type), syntax.name),
              format("{} has no field {}", to_text(inner.type), syntax.name));
        return bad();
    }
    const auto dots = static_cast<std::int64_t>(std::count(text.begin(), text.end(), '.'));
    const std::int64_t cost = (1 + dots) * unit_tenths;
    if (const std::string_view name = name_after(text, "lists."); !name.empty() && !syntax.is_test) {
        const auto found = names_.parts().lists.find(name);
        if (found != names_.parts().lists.end()) {
            if (found->second.size() != 1) {
                fault(syntax.at, "E505", format("名单 {} 有 {} 个键，请写 {}.has(…)", name, found->second.size(), text),
                      format("list {} has {} keys, write {}.has(…)", name, found->second.size(), text));
                return bad();
            }
            Node* made = node(Operation::read, syntax);
            made->slot = slot(text);
            return {.node = made, .type = list_of(found->second[0]), .cost = cost, .is_bad = false};
        }
    }
    const Type* type = names_.path_type(text);
    if (type == nullptr) return unknown_path(syntax, text);
    Node* made = node(syntax.is_test ? Operation::has_read : Operation::read, syntax);
    made->slot = slot(text);
    return {.node = made, .type = syntax.is_test ? type_of(Kind::boolean) : *type, .cost = cost, .is_bad = false};
}

Checker::Checked Checker::unknown_path(const Syntax& syntax, const std::string& path) {
    const Names::Parts& parts = names_.parts();
    if (parts.records.contains(path)) {
        fault(syntax.at, "E503", format("{} 是记录，请写出字段，例：{}.…", path, path),
              format("{} is a record, name a field, example: {}.…", path, path));
        return bad();
    }
    // The longest beginning that is known, and the segment behind it.
    std::size_t depth = 0;
    for (std::size_t dot = path.rfind('.'); dot != std::string::npos && dot > 0;
         dot = path.rfind('.', dot - 1), ++depth) {
        const std::string known = path.substr(0, dot);
        const std::string field = path.substr(dot + 1, path.find('.', dot + 1) - dot - 1);
        const std::uint32_t at = segment(syntax, depth).at;
        if (parts.records.contains(known)) {
            const std::string near = names_.suggestion(known + "." + field);
            fault(at, "E501", format("{} 没有字段 {}{}", known, field, asks_zh(near)),
                  format("{} has no field {}{}", known, field, asks_en(near)));
            return bad();
        }
        if (const Type* type = names_.path_type(known)) {
            fault(at, "E501", format("{} 是{}，没有字段 {}", known, name_zh(*type), field),
                  format("{} is {}, it has no field {}", known, to_text(*type), field));
            return bad();
        }
        if (known == "lists" || known == "tables" || known == "others") {
            const std::string near = known == "lists"    ? near_name(field, parts.lists)
                                     : known == "tables" ? near_name(field, parts.tables)
                                                         : near_name(field, parts.others);
            const bool exists = known == "tables" ? parts.tables.contains(field) : parts.others.contains(field);
            if (known != "lists" && exists) {
                const std::string write = known == "tables" ? path.substr(0, path.find('.', dot + 1)) + ".get(…).…"
                                                            : format("others.{}(…).…", field);
                fault(at, "E505", format("请写 {}", write), format("write {}", write));
                return bad();
            }
            const char* what_zh = known == "lists" ? "名单" : known == "tables" ? "表" : "实体";
            const char* what_en = known == "lists" ? "list" : known == "tables" ? "table" : "entity";
            fault(at, "E502", format("没有{} {}{}", what_zh, field, asks_zh(near)),
                  format("no {} is called {}{}", what_en, field, asks_en(near)));
            return bad();
        }
    }
    const std::string root = path.substr(0, path.find('.'));
    const std::string near = names_.suggestion(root);
    fault(segment(syntax, SIZE_MAX).at, "E502", format("没有名称 {}{}", root, asks_zh(near)),
          format("nothing is called {}{}", root, asks_en(near)));
    return bad();
}

Checker::Checked Checker::keyed(const Syntax& syntax, std::size_t first, const std::vector<Type>& key,
                                const std::string& path, Operation operation, Type type) {
    Node* made = node(operation, syntax);
    std::int64_t cost = 2 * unit_tenths;
    bool is_bad = false;
    for (std::size_t i = first; i < syntax.children.size(); ++i) {
        const Checked part = argument(*syntax.children[i]);
        is_bad = is_bad || part.is_bad;
        if (!part.is_bad && i - first < key.size()) {
            const Type& wanted = key[i - first];
            if (!(part.type == wanted)) {
                fault(syntax.children[i]->start, "E404",
                      format("第 {} 个键应为{}，实为{}", i - first + 1, name_zh(wanted), name_zh(part.type)),
                      format("key {} must be {}, is {}", i - first + 1, to_text(wanted), to_text(part.type)));
                is_bad = true;
            } else if (wanted.words != nullptr) {
                words_fit(*syntax.children[i], *wanted.words);
            }
        }
        made->children.push_back(part.node);
        cost += part.cost;
    }
    if (syntax.children.size() - first != key.size()) {
        fault(syntax.at, "E404", format("应有 {} 个键，实有 {} 个", key.size(), syntax.children.size() - first),
              format("{} keys expected, {} given", key.size(), syntax.children.size() - first));
        is_bad = true;
    }
    if (is_bad) return bad();
    made->slot = slot(path);
    return {.node = made, .type = std::move(type), .cost = cost, .is_bad = false};
}

Checker::Checked Checker::field_of_call(const Syntax& syntax) {
    const Syntax& call = *syntax.children[0];
    const Names::Parts& parts = names_.parts();
    const std::string receiver = call.is_method ? chain(*call.children[0]) : "";
    const Operation operation = syntax.is_test ? Operation::has_look_up : Operation::look_up;
    const auto field_type = [&](const std::map<std::string, Type>& fields, const std::string& owner) -> const Type* {
        const auto found = fields.find(syntax.name);
        if (found != fields.end()) return &found->second;
        const std::string near = near_name(syntax.name, fields);
        fault(syntax.at, "E501", format("{} 没有字段 {}{}", owner, syntax.name, asks_zh(near)),
              format("{} has no field {}{}", owner, syntax.name, asks_en(near)));
        return nullptr;
    };
    if (const std::string_view name = name_after(receiver, "tables."); !name.empty() && call.name == "get") {
        const auto table = parts.tables.find(name);
        if (table == parts.tables.end()) return unknown_path(*call.children[0], receiver);
        const Type* type = field_type(table->second.columns, receiver);
        if (type == nullptr) return bad();
        return keyed(call, 1, table->second.key, format("{}.{}", receiver, syntax.name), operation,
                     syntax.is_test ? type_of(Kind::boolean) : *type);
    }
    if (receiver == "others") {
        const auto entity = parts.others.find(call.name);
        if (entity == parts.others.end()) {
            const std::string near = near_name(call.name, parts.others);
            fault(call.at, "E502", format("没有实体 {}{}", call.name, asks_zh(near)),
                  format("no entity is called {}{}", call.name, asks_en(near)));
            return bad();
        }
        const Type* type = field_type(entity->second, call.name);
        if (type == nullptr) return bad();
        return keyed(call, 1, {type_of(Kind::string)}, format("others.{}.{}", call.name, syntax.name), operation,
                     syntax.is_test ? type_of(Kind::boolean) : *type);
    }
    const Checked inner = check(call);
    if (inner.is_bad) return inner;
    fault(syntax.at, "E501", format("{}没有字段 {}", name_zh(inner.type), syntax.name),
          format("{} has no field {}", to_text(inner.type), syntax.name));
    return bad();
}

std::optional<Checker::Checked> Checker::look_up_call(const Syntax& syntax) {
    if (!syntax.is_method) return std::nullopt;
    const std::string receiver = chain(*syntax.children[0]);
    const Names::Parts& parts = names_.parts();
    if (const std::string_view name = name_after(receiver, "lists."); !name.empty() && syntax.name == "has") {
        const auto found = parts.lists.find(name);
        if (found == parts.lists.end()) return unknown_path(*syntax.children[0], receiver);
        return keyed(syntax, 1, found->second, receiver, Operation::contains, type_of(Kind::boolean));
    }
    if (const std::string_view name = name_after(receiver, "tables."); !name.empty()) {
        const auto found = parts.tables.find(name);
        if (found == parts.tables.end()) return unknown_path(*syntax.children[0], receiver);
        if (syntax.name == "has") {
            return keyed(syntax, 1, found->second.key, receiver, Operation::contains, type_of(Kind::boolean));
        }
        fault(syntax.at, "E505",
              format("表只有 has(…) 和 get(…).列，例：{}.get(…).{}", receiver,
                     found->second.columns.empty() ? "…" : found->second.columns.begin()->first),
              format("a table has has(…) and get(…).column, example: {}.get(…).{}", receiver,
                     found->second.columns.empty() ? "…" : found->second.columns.begin()->first));
        return bad();
    }
    if (receiver == "others") {
        fault(syntax.at, "E505", format("请写出字段，例：others.{}(…).…", syntax.name),
              format("name a field, example: others.{}(…).…", syntax.name));
        return bad();
    }
    return std::nullopt;
}

std::optional<Checker::Checked> Checker::in_list(const Syntax& syntax) {
    const std::string path = chain(*syntax.children[1]);
    const std::string_view name = name_after(path, "lists.");
    if (name.empty()) return std::nullopt;
    const auto found = names_.parts().lists.find(name);
    if (found == names_.parts().lists.end() || found->second.size() != 1) return std::nullopt;
    const Checked item = check(*syntax.children[0]);
    if (item.is_bad) return item;
    if (!(item.type == found->second[0])) {
        return mismatch(syntax, item, {.node = item.node, .type = found->second[0], .cost = 0, .is_bad = false}, true);
    }
    if (found->second[0].words != nullptr) words_fit(*syntax.children[0], *found->second[0].words);
    Node* made = node(Operation::contains, syntax);
    made->slot = slot(path);
    made->children = {item.node};
    return Checked{.node = made, .type = type_of(Kind::boolean), .cost = item.cost + 2 * unit_tenths, .is_bad = false};
}

}  // namespace ningyi::cel
