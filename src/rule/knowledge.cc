// SPDX-License-Identifier: Apache-2.0
#include "rule/knowledge.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "base/yaml_map.h"
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

Days read_days(yaml::MapReader& map) {
    Days days;
    if (const std::optional<Date> from = map.day("from")) days.from = *from;
    if (const std::optional<Date> to = map.day("to")) days.to = *to;
    if (days.to < days.from) map.refuse(map.node(), "E206", "to 早于 from", "`to` lies before `from`");
    return days;
}

bool is_ordered(cel::Kind kind) {
    return kind == cel::Kind::integer || kind == cel::Kind::length || kind == cel::Kind::money ||
           kind == cel::Kind::speed || kind == cel::Kind::ratio || kind == cel::Kind::duration;
}

// The number of an ordered value in its base unit (ms of a duration).
std::int64_t amount(const cel::Value& value) {
    return value.kind() == cel::Kind::duration ? value.ms() : value.number();
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
            const bool too_small = param.least && amount(*read) < amount(*param.least);
            const bool too_large = param.most && amount(*read) > amount(*param.most);
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
    const std::optional<bool> retro = map.boolean("retro");
    const std::optional<std::string> why = map.optional_text("why");
    if (retro.value_or(false) && !why) map.refuse(node, "E202", "retro 须写原因 why", "retro needs a reason (why)");
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

std::vector<std::pair<std::string, cel::Type>> read_columns(yaml::MapReader& map, std::string_view key) {
    std::vector<std::pair<std::string, cel::Type>> columns;
    const yaml::Node* node = map.required(key);
    if (node == nullptr) return columns;
    if (node->is_list()) {  // names only: all text
        for (const yaml::Node& item : node->items) columns.emplace_back(item.text, cel::type_of(cel::Kind::string));
        return columns;
    }
    for (const auto& [name, word] : node->pairs) {
        const std::optional<cel::Type> type = type_of_word(word.text);
        if (!type)
            map.refuse(word, "E204", format("不认识的类型“{}”", word.text), format("unknown type \"{}\"", word.text));
        columns.emplace_back(name.text, type.value_or(cel::type_of(cel::Kind::string)));
    }
    return columns;
}

HitPolicy hit_policy(std::string_view word) {
    if (word == "any") return HitPolicy::any;
    if (word == "first") return HitPolicy::first;
    if (word == "priority") return HitPolicy::priority;
    if (word == "rule_order") return HitPolicy::rule_order;
    if (word == "output_order") return HitPolicy::output_order;
    if (word == "collect") return HitPolicy::collect;
    return HitPolicy::unique;
}

bool is_same_key(const std::vector<cel::Value>& a, std::span<const cel::Value> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].kind() != b[i].kind()) return false;
        if (a[i].kind() == cel::Kind::string ? a[i].text() != b[i].text() : !cel::equal(a[i], b[i])) return false;
    }
    return true;
}

bool overlap(Days a, Days b) {
    return a.from <= b.to && b.from <= a.to;
}

void check_unique(const Table& table, Faults& faults) {
    std::map<std::string, std::vector<const TableRow*>> by_key;
    for (const TableRow& row : table.rows) {
        std::string key;
        for (const cel::Value& part : row.key) key += exact_text(part) + '\x1f';
        for (const TableRow* other : by_key[key]) {
            if (!overlap(other->days, row.days)) continue;
            if (table.hit == HitPolicy::any && other->columns.size() == row.columns.size() &&
                std::equal(row.columns.begin(), row.columns.end(), other->columns.begin(), cel::equal))
                continue;
            faults.push_back({table.file, row.line, 0, "E514", format("与第 {} 行同一天、同一键", other->line),
                              format("same key and day as the row in line {}", other->line)});
            break;
        }
        by_key[key].push_back(&row);
    }
}

}  // namespace

const ParamValue* in_force(const Param& param, const std::vector<std::uint32_t>& group, Date day) {
    for (std::size_t i = group.size(); i > 0; --i) {
        const ParamValue& value = param.values[group[i - 1]];
        if (value.days.from <= day) return value.days.to < day ? nullptr : &value;
    }
    return nullptr;
}

const TableRow* find_row(const Table& table, std::span<const cel::Value> key, Date day) {
    for (const TableRow& row : table.rows) {
        if (row.days.contains(day) && is_same_key(row.key, key)) return &row;
    }
    return nullptr;
}

const ListEntry* find_entry(const ListOf& list, std::span<const cel::Value> key, Date day) {
    for (const ListEntry& entry : list.entries) {
        if (!entry.days.contains(day) || entry.key.size() != key.size()) continue;
        bool is_same = true;
        for (std::size_t i = 0; i < key.size() && is_same; ++i) {
            is_same = key[i].kind() == cel::Kind::string && key[i].text() == entry.key[i];
        }
        if (is_same) return &entry;
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
            if (!is_ordered(param.type.kind))
                map.refuse(*bounds, "E401", "这种类型没有大小，不能写 bounds",
                           "this type has no order and takes no bounds");
            if (const yaml::Node* least = both.optional("min"))
                param.least = read_value(*least, param.type, file, faults);
            if (const yaml::Node* most = both.optional("max")) param.most = read_value(*most, param.type, file, faults);
            if (!is_ordered(param.type.kind)) param.least = param.most = std::nullopt;
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

void read_table(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Table>& into,
                Faults& faults, Faults& warnings) {
    yaml::MapReader map(root, file, faults);
    Table table;
    table.name = map.text("table");
    table.pack = pack;
    table.file = file;
    map.words("title", false);
    table.hit =
        hit_policy(map.word("hit", {"unique", "any", "first", "priority", "rule_order", "output_order", "collect"}));
    if (table.hit == HitPolicy::priority || table.hit == HitPolicy::output_order || table.hit == HitPolicy::collect) {
        map.refuse(*root.find("hit"), "E204", "规则中只能用 unique any first rule_order",
                   "rules can use unique any first rule_order only");
    }
    table.key = read_columns(map, "key");
    table.columns = read_columns(map, "columns");
    const yaml::Node* rows = map.list("rows", true);
    for (const yaml::Node* node : sorted_nodes(rows)) {
        yaml::MapReader row(*node, file, faults);
        TableRow read;
        read.line = node->line;
        for (const auto& [name, type] : table.key) {
            const yaml::Node* written = row.required(name);
            const std::optional<cel::Value> value =
                written == nullptr ? std::nullopt : read_value(*written, type, file, faults);
            read.key.push_back(value.value_or(cel::Value()));
        }
        for (const auto& [name, type] : table.columns) {
            const yaml::Node* written = row.optional(name);
            const std::optional<cel::Value> value =
                written == nullptr ? std::nullopt : read_value(*written, type, file, faults);
            read.columns.push_back(value.value_or(cel::Value()));
        }
        row.required("from");
        read.days = read_days(row);
        read.override_mark = static_cast<int>(row.integer("override", 0, 9).value_or(0));
        read.why = row.optional_text("why").value_or("");
        read.cite = row.texts("cite");
        row.finish();
        if (read.cite.empty() && read.why.empty()) {
            warnings.push_back(yaml::fault_at(file, *node, "W805", "该行没有引用条款，也没有原因",
                                              "the row has neither a citation nor a reason"));
        }
        table.rows.push_back(std::move(read));
    }
    map.finish();
    if (table.hit == HitPolicy::unique || table.hit == HitPolicy::any) check_unique(table, faults);
    for (const Table& other : into) {
        if (other.name == table.name)
            map.refuse(root, "E507", format("表 {} 重复，{} 中已有", table.name, other.file),
                       format("table {} is declared twice, first in {}", table.name, other.file));
    }
    table.declaration = canonical(root);
    std::erase_if(table.declaration.pairs, [](const auto& pair) { return pair.first == "rows"; });
    into.push_back(std::move(table));
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
        if (node->find("from") != nullptr && node->find("to") != nullptr &&
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
