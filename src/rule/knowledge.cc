// SPDX-License-Identifier: Apache-2.0
#include "rule/knowledge.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

constexpr std::int32_t most_days_of_an_entry = 366;

std::vector<const yaml::Node*> sorted_nodes(const yaml::Node* list) {
    std::vector<const yaml::Node*> nodes;
    if (list == nullptr) return nodes;
    for (const yaml::Node& item : list->items) nodes.push_back(&item);
    return nodes;
}

ParamValue read_param_value(const yaml::Node& node, const Param& param, const std::string& file, Faults& faults) {
    ParamValue value;
    value.line = node.line;
    value.column = node.column;
    yaml::MapReader map(node, file, faults);
    if (map.node().find("from") == nullptr) map.required("from");
    value.days = read_days(map);
    if (const yaml::Node* written = map.required("value")) {
        const std::optional<cel::Value> read = read_value(*written, param.type, file, faults);
        if (read) {
            value.value = *read;
            const bool too_small = param.least && amount_of(*read) < amount_of(*param.least);
            const bool too_large = param.most && amount_of(*read) > amount_of(*param.most);
            if (too_small || too_large) {
                map.refuse(*written, "E513", format("{} 超出允许范围 bounds", written->text),
                           format("{} lies outside the bounds", written->text));
            }
        }
    }
    if (const yaml::Node* scope = map.map("scope")) {
        for (const auto& [key, text] : scope->pairs) {
            value.scope.emplace_back(key.text, yaml::text_of(text, file, faults).value_or(""));
        }
        std::sort(value.scope.begin(), value.scope.end());
    }
    value.cite = map.texts("cite");
    const yaml::Words basis = map.words("basis", false);
    value.basis = {basis.zh, basis.en};
    if (value.cite.empty() && basis.zh.empty() && node.is_map()) {
        map.refuse(node, "E202", "须写明依据：cite 或 basis", "the value needs its ground: cite or basis");
    }
    value.is_retro = map.boolean("retro").value_or(false);
    value.why = map.optional_text("why").value_or("");
    if (value.is_retro && value.why.empty())
        map.refuse(node, "E202", "retro 须写原因 why", "retro needs a reason (why)");
    map.finish();
    return value;
}

void group_by_scope(Param& param) {
    param.by_scope.assign(1, {});
    for (std::uint32_t i = 0; i < param.values.size(); ++i) {
        const ParamValue& value = param.values[i];
        if (value.scope.empty()) {
            param.by_scope[0].push_back(i);
            continue;
        }
        const auto same = std::find_if(
            param.by_scope.begin() + 1, param.by_scope.end(),
            [&](const std::vector<std::uint32_t>& group) { return param.values[group.front()].scope == value.scope; });
        if (same == param.by_scope.end())
            param.by_scope.push_back({i});
        else
            same->push_back(i);
    }
    for (std::vector<std::uint32_t>& group : param.by_scope) {
        std::stable_sort(group.begin(), group.end(), [&](std::uint32_t a, std::uint32_t b) {
            return param.values[a].days.from < param.values[b].days.from;
        });
    }
}

}  // namespace

Days read_days(yaml::MapReader& map) {
    Days days;
    if (const std::optional<Date> from = map.day("from")) days.from = *from;
    if (const std::optional<Date> to = map.day("to")) days.to = *to;
    if (days.to < days.from) map.refuse(map.node(), "E206", "to 早于 from", "`to` lies before `from`");
    return days;
}

const ParamValue* in_force(const Param& param, const std::vector<std::uint32_t>& group, Date day) {
    for (std::size_t i = group.size(); i > 0; --i) {
        const ParamValue& value = param.values[group[i - 1]];
        if (value.days.from <= day) return value.days.to < day ? nullptr : &value;
    }
    return nullptr;
}

void read_params(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Param>& into,
                 Faults& faults) {
    if (!root.is_list()) {
        faults.push_back(yaml::fault_at(file, root, "E201", "参数文件应为列表（- param: …）",
                                        "a parameter file is a list (- param: …)"));
        return;
    }
    for (const yaml::Node& node : root.items) {
        yaml::MapReader map(node, file, faults);
        Param param;
        param.name = map.text("param");
        param.file = file;
        if (!param.name.empty() && !param.name.starts_with(pack + ".")) {
            map.refuse(*node.find("param"), "E204", format("参数名应以 {}. 开头", pack),
                       format("the name of a parameter begins with {}.", pack));
        }
        for (const Param& other : into) {
            if (other.name == param.name && !param.name.empty()) {
                map.refuse(node, "E507", format("参数 {} 重复，{} 中已有", param.name, other.file),
                           format("parameter {} is declared twice, first in {}", param.name, other.file));
            }
        }
        const yaml::Words title = map.words("title");
        param.title = {title.zh, title.en};
        const std::string type = map.text("type");
        if (const std::optional<cel::Type> known = type_of_word(type))
            param.type = *known;
        else if (!type.empty())
            map.refuse(*node.find("type"), "E204", format("不认识的类型“{}”", type),
                       format("unknown type \"{}\"", type));
        param.unit = map.optional_text("unit").value_or("");
        param.by = map.text("by");
        if (const yaml::Node* bounds = map.map("bounds")) {
            yaml::MapReader both(*bounds, file, faults);
            if (!has_order(param.type.kind))
                map.refuse(*bounds, "E401", "这种类型没有大小，不能写 bounds",
                           "this type has no order and takes no bounds");
            if (const yaml::Node* least = both.optional("min"))
                param.least = read_value(*least, param.type, file, faults);
            if (const yaml::Node* most = both.optional("max")) param.most = read_value(*most, param.type, file, faults);
            if (!has_order(param.type.kind)) param.least = param.most = std::nullopt;
            both.finish();
        }
        param.line = node.line;
        param.column = node.column;
        if (const yaml::Node* values = map.list("values", true)) {
            for (const auto& [key, value] : node.pairs) {
                if (key.text == "values") param.line = key.line, param.column = key.column;
            }
            for (const yaml::Node& value : values->items)
                param.values.push_back(read_param_value(value, param, file, faults));
            if (values->items.empty()) map.refuse(*values, "E202", "至少要有一个值", "at least one value is needed");
        }
        map.finish();
        group_by_scope(param);
        param.declaration = canonical(node);
        std::erase_if(param.declaration.pairs, [](const auto& pair) { return pair.first == "values"; });
        into.push_back(std::move(param));
    }
}

void read_list(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<ListOf>& into,
               Faults& faults) {
    yaml::MapReader map(root, file, faults);
    ListOf list;
    list.name = map.text("list");
    list.pack = pack;
    list.file = file;
    const yaml::Words title = map.words("title");
    list.title = {title.zh, title.en};
    list.key = map.texts("key");
    if (list.key.empty() && root.is_map()) map.refuse(root, "E202", "缺少 key", "key is missing");
    for (const yaml::Node* node : sorted_nodes(map.list("entries", true))) {
        yaml::MapReader entry(*node, file, faults);
        ListEntry read;
        read.line = node->line;
        for (const std::string& name : list.key) {
            const yaml::Node* written = entry.required(name);
            read.key.push_back(written == nullptr ? "" : yaml::text_of(*written, file, faults).value_or(""));
        }
        entry.required("from");
        entry.required("to");
        read.days = read_days(entry);
        read.why = entry.text("why");
        read.by = entry.text("by");
        read.approved = entry.text("approved");
        entry.finish();
        if (!node->is_map()) continue;
        if (read.days.from.days != INT32_MIN && read.days.to.days != INT32_MAX &&
            std::int64_t{read.days.to.days} - read.days.from.days >= most_days_of_an_entry) {
            entry.refuse(*node, "E515", "名单条目最长 366 天，到期须重新批准",
                         "a list entry lasts 366 days at most and is then approved anew");
        }
        if (!read.by.empty() && read.by == read.approved) {
            entry.refuse(*node, "E515", "提出人与批准人不能是同一人", "the one who proposes cannot approve");
        }
        list.entries.push_back(std::move(read));
    }
    map.finish();
    for (const ListOf& other : into) {
        if (other.name == list.name)
            map.refuse(root, "E507", format("名单 {} 重复，{} 中已有", list.name, other.file),
                       format("list {} is declared twice, first in {}", list.name, other.file));
    }
    list.index = index_of(list);
    list.declaration = canonical(root);
    std::erase_if(list.declaration.pairs, [](const auto& pair) { return pair.first == "entries"; });
    into.push_back(std::move(list));
}

void read_policy(const yaml::Node& root, const std::string& file, std::vector<PolicyDocument>& into, Faults& faults) {
    yaml::MapReader map(root, file, faults);
    PolicyDocument document;
    document.name = map.text("policy");
    document.file = file;
    const yaml::Words title = map.words("title");
    document.title = {title.zh, title.en};
    if (map.required("issued") != nullptr) document.issued = map.day("issued").value_or(Date{});
    if (const yaml::Node* days = map.map("in_force", true)) {
        yaml::MapReader both(*days, file, faults);
        both.required("from");
        document.in_force = read_days(both);
        both.finish();
    }
    document.replaces = map.texts("replaces");
    if (const yaml::Node* clauses = map.map("clauses", true)) {
        for (const auto& [number, text] : clauses->pairs) {
            yaml::MapReader clause(text, file, faults);
            Label label;
            label.zh = clause.text("zh");
            label.en = clause.optional_text("en").value_or("");
            clause.finish();
            document.clauses[number.text] = label;
        }
    }
    map.finish();
    for (const PolicyDocument& other : into) {
        if (other.name == document.name)
            map.refuse(root, "E507", format("文件 {} 重复，{} 中已有", document.name, other.file),
                       format("document {} is given twice, first in {}", document.name, other.file));
    }
    into.push_back(std::move(document));
}

}  // namespace ningyi::rule
