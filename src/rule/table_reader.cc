// SPDX-License-Identifier: Apache-2.0
// Reads a table and, when there is one, the CSV of its rows.
#include <algorithm>

#include "base/text.h"
#include "rule/key_cell.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

constexpr std::size_t most_rows = 200'000;
constexpr std::size_t most_keys = 8;

std::optional<HitPolicy> hit_policy(std::string_view word) {
    if (word == "unique") return HitPolicy::unique;
    if (word == "any") return HitPolicy::any;
    if (word == "first") return HitPolicy::first;
    if (word == "priority") return HitPolicy::priority;
    if (word == "rule_order") return HitPolicy::rule_order;
    if (word == "output_order") return HitPolicy::output_order;
    if (word == "collect") return HitPolicy::collect;
    return std::nullopt;
}

class TableReader {
public:
    TableReader(const yaml::Node& root, const std::string& file, Faults& faults, Faults& warnings)
        : root_(root), file_(file), faults_(faults), warnings_(warnings), map_(root, file, faults) {}

    Table read(const std::string& pack, const RowsFile* csv) {
        table_.name = map_.text("table");
        table_.pack = pack;
        table_.file = table_.rows_file = file_;
        map_.words("title", false);
        table_.hit = hit_policy(map_.word("hit", {"unique", "any", "first", "priority", "rule_order", "output_order",
                                                  "collect"}))
                         .value_or(HitPolicy::unique);
        table_.key = columns("key");
        table_.columns = columns("columns");
        if (table_.key.size() > most_keys) {
            map_.refuse(*root_.find("key"), "E204", format("最多 {} 个键列", most_keys),
                        format("at most {} key columns", most_keys));
            table_.key.resize(most_keys);
        }
        read_collected();
        read_order();
        const yaml::Node* rows = csv == nullptr ? map_.list("rows", true) : map_.optional("rows");
        if (csv != nullptr) {
            if (rows != nullptr)
                map_.refuse(*rows, "E203", "行已在同名 csv 中，这里不要再写 rows",
                            "the rows stand in the CSV of the same name, leave `rows` out");
            table_.rows_file = csv->file;
            for (const yaml::Node& row : csv->rows) read_row(row);
        } else if (rows != nullptr) {
            for (const yaml::Node& row : rows->items) read_row(row);
        }
        map_.finish();
        rank_rows();
        finish_table(table_);
        check_rows(table_, faults_);
        table_.declaration = canonical(root_);
        std::erase_if(table_.declaration.pairs, [](const auto& pair) { return pair.first == "rows"; });
        return std::move(table_);
    }

private:
    std::vector<std::pair<std::string, cel::Type>> columns(std::string_view key) {
        std::vector<std::pair<std::string, cel::Type>> columns;
        const yaml::Node* node = map_.required(key);
        if (node == nullptr) return columns;
        if (node->is_list()) {  // names only: all text
            for (const yaml::Node& item : node->items) columns.emplace_back(item.text, cel::type_of(cel::Kind::string));
            return columns;
        }
        for (const auto& [name, word] : node->pairs) {
            const std::optional<cel::Type> type = type_of_word(word.text);
            if (!type)
                map_.refuse(word, "E204", format("不认识的类型“{}”", word.text),
                            format("unknown type \"{}\"", word.text));
            columns.emplace_back(name.text, type.value_or(cel::type_of(cel::Kind::string)));
        }
        return columns;
    }

    void read_collected() {
        const yaml::Node* node = map_.optional("collect");
        if (node == nullptr) {
            for (const auto& [name, type] : table_.columns) {
                if (!is_single_hit(table_.hit) && type.kind == cel::Kind::list && root_.is_map())
                    map_.refuse(root_, "E401", format("多行命中的表不能有列表类型的列 {}", name),
                                format("a table in which several rows answer has no column of lists ({})", name));
            }
            return;
        }
        const std::string word = yaml::text_of(*node, file_, faults_).value_or("");
        if (table_.hit != HitPolicy::collect) {
            map_.refuse(*node, "E203", "只有 hit: collect 才写 collect", "`collect` goes with hit: collect only");
            return;
        }
        if (word == "sum") table_.collected = Collected::sum;
        if (word == "min") table_.collected = Collected::min;
        if (word == "max") table_.collected = Collected::max;
        if (word == "count") table_.collected = Collected::count;
        if (table_.collected == Collected::all) {
            map_.refuse(*node, "E204", "collect 应为 sum min max count 之一", "collect is one of sum min max count");
            return;
        }
        for (const auto& [name, type] : table_.columns) {
            const bool is_time = type.kind == cel::Kind::date || type.kind == cel::Kind::timestamp;
            const bool can = table_.collected == Collected::count || has_order(type.kind) ||
                             (is_time && table_.collected != Collected::sum);
            if (!can)
                map_.refuse(*node, "E401", format("列 {} 的类型不能 {}", name, word),
                            format("column {} is of a type that has no {}", name, word));
        }
    }

    // `order: {column: [best, …, worst]}`, for priority and output_order.
    void read_order() {
        const bool needs_order = table_.hit == HitPolicy::priority || table_.hit == HitPolicy::output_order;
        if (!needs_order) {
            if (const yaml::Node* node = map_.optional("order"))
                map_.refuse(*node, "E203", "只有 priority 和 output_order 才写 order",
                            "`order` goes with priority and output_order only");
            return;
        }
        const yaml::Node* order = map_.map("order", true);
        if (order == nullptr) return;
        for (const auto& [name, values] : order->pairs) {
            const auto column = std::find_if(table_.columns.begin(), table_.columns.end(),
                                             [&](const auto& one) { return one.first == name.text; });
            if (column == table_.columns.end()) {
                map_.refuse(name, "E501", format("没有列 {}", name.text), format("there is no column {}", name.text));
                continue;
            }
            Order& made = orders_.emplace_back();
            made.column = static_cast<std::size_t>(column - table_.columns.begin());
            if (!values.is_list()) {
                map_.refuse(values, "E201", "这里应为列表，优先的在前", "a list is expected here, the first one wins");
                continue;
            }
            for (const yaml::Node& item : values.items) {
                if (const auto value = read_value(item, column->second, file_, faults_))
                    made.values.push_back(exact_text(*value));
            }
        }
    }

    void read_row(const yaml::Node& node) {
        if (table_.rows.size() == most_rows) {
            faults_.push_back(yaml::fault_at(table_.rows_file, node, "E204", format("一张表最多 {} 行", most_rows),
                                             format("a table has {} rows at most", most_rows)));
        }
        if (table_.rows.size() > most_rows) return;
        yaml::MapReader row(node, table_.rows_file, faults_);
        TableRow read;
        read.line = node.line;
        read.column = node.column;
        for (const auto& [name, type] : table_.key) {
            const yaml::Node* written = row.required(name);
            std::optional<KeyCell> cell =
                written == nullptr ? std::nullopt : read_key_cell(*written, type, table_.rows_file, faults_);
            read.key.push_back(cell ? std::move(*cell) : KeyCell{});
        }
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            const auto& [name, type] = table_.columns[i];
            const yaml::Node* written = row.optional(name);
            const std::optional<cel::Value> value =
                written == nullptr ? std::nullopt : read_value(*written, type, table_.rows_file, faults_);
            for (const Order& order : orders_) {
                if (order.column != i) continue;
                const bool is_known = value && std::find(order.values.begin(), order.values.end(),
                                                         exact_text(*value)) != order.values.end();
                if (!is_known)
                    row.refuse(written == nullptr ? node : *written, "E204", format("{} 的值不在 order 中", name),
                               format("the value of {} is not in `order`", name));
            }
            read.columns.push_back(value.value_or(cel::Value()));
        }
        row.required("from");
        read.days = read_days(row);
        read.override_mark = static_cast<int>(row.integer("override", 0, 9).value_or(0));
        const bool is_mark = read.override_mark == 0 || read.override_mark == 1 || read.override_mark == 9;
        if (!is_mark)
            row.refuse(*node.find("override"), "E204", "override 应为 0（不可）、1（有理由可）、9（不适用）",
                       "override is 0 (never), 1 (with a reason) or 9 (not applicable)");
        read.why = row.optional_text("why").value_or("");
        read.cite = row.texts("cite");
        row.finish();
        if (!node.is_map()) return;
        if (read.cite.empty() && read.why.empty()) {
            warnings_.push_back(yaml::fault_at(table_.rows_file, node, "W805", "该行没有引用条款，也没有原因",
                                               "the row has neither a citation nor a reason"));
        }
        table_.rows.push_back(std::move(read));
    }

    // The rows' own order, or that of their values, column by column as `order` names them.
    void rank_rows() {
        std::vector<std::uint32_t> rows(table_.rows.size());
        for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
        const auto place = [&](const Order& order, std::uint32_t row) {
            const std::string value = exact_text(table_.rows[row].columns[order.column]);
            return std::find(order.values.begin(), order.values.end(), value) - order.values.begin();
        };
        std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
            for (const Order& order : orders_) {
                const auto of_a = place(order, a);
                const auto of_b = place(order, b);
                if (of_a != of_b) return of_a < of_b;
            }
            return false;
        });
        for (std::uint32_t i = 0; i < rows.size(); ++i) table_.rows[rows[i]].rank = i;
    }

    struct Order {
        std::size_t column = 0;
        std::vector<std::string> values;  // as exact text, the first one wins
    };
    const yaml::Node& root_;
    const std::string& file_;
    Faults& faults_;
    Faults& warnings_;
    yaml::MapReader map_;
    Table table_;
    std::vector<Order> orders_;
};

}  // namespace

void read_table(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Table>& into,
                Faults& faults, Faults& warnings, const RowsFile* rows) {
    Table table = TableReader(root, file, faults, warnings).read(pack, rows);
    for (const Table& other : into) {
        if (other.name == table.name)
            faults.push_back(yaml::fault_at(file, root, "E507", format("表 {} 重复，{} 中已有", table.name, other.file),
                                            format("table {} is declared twice, first in {}", table.name, other.file)));
    }
    into.push_back(std::move(table));
}

}  // namespace ningyi::rule
