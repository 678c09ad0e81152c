// SPDX-License-Identifier: Apache-2.0
#include "exchange/mapping.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_map.h"

namespace ningyi::exchange {
namespace {

using yaml::MapReader;
using yaml::Node;

class MappingReader {
public:
    MappingReader(std::string file, std::string pack) : file_(std::move(file)) {
        mapping_.file = file_;
        mapping_.pack = std::move(pack);
    }

    Result<Mapping> read(std::string_view text) {
        auto document = yaml::parse(text, file_);
        if (!document) return tl::unexpected(document.error());
        MapReader top(*document, file_, faults_);
        if (!top.is_map()) return failure(std::move(faults_));
        mapping_.name = top.text("import");
        const yaml::Words title = top.words("title");
        mapping_.title_zh = title.zh;
        mapping_.title_en = title.en;
        mapping_.order = static_cast<int>(top.integer("order", 0, 10'000).value_or(100));
        mapping_.required = top.boolean("required").value_or(false);
        if (const Node* columns = top.map("columns", true)) read_columns(*columns);
        if (const Node* key = top.list("key")) {
            for (const Node& item : key->items) mapping_.key.push_back(column(item));
        }
        if (const Node* amend = top.optional("amend_by")) mapping_.amend_by = column(*amend);
        if (const Node* events = top.list("events")) {
            for (const Node& event : events->items) read_event(event);
        }
        if (const Node* checks = top.list("checks")) {
            for (const Node& check : checks->items) read_check(check);
        }
        if (const Node* blocks = top.map("blocks")) read_blocks(*blocks);
        if (const Node* announce = top.map("announce")) read_announce(*announce);
        top.finish();
        if (mapping_.name.find('/') != std::string::npos || mapping_.name.find('.') != std::string::npos) {
            top.refuse(*document, "E841", "import 应为不带扩展名的文件名",
                       "import: expected a file name without its extension");
        }
        if (mapping_.amend_by != no_plan && mapping_.key.empty()) {
            top.refuse(*document, "E841", "有 amend_by 就要有 key", "amend_by needs a key");
        }
        if (!faults_.empty()) return failure(std::move(faults_));
        return std::move(mapping_);
    }

private:
    void refuse(const Node& node, std::string zh, std::string en) {
        faults_.push_back(yaml::fault_at(file_, node, "E842", std::move(zh), std::move(en)));
    }

    // The column a scalar names.
    std::size_t column(const Node& node) {
        const auto name = yaml::text_of(node, file_, faults_);
        return name ? column_named(*name, node) : no_plan;
    }

    std::size_t column_named(std::string_view name, const Node& node) {
        const std::size_t found = mapping_.column(name);
        if (found != no_plan) return found;
        std::vector<std::string_view> names;
        for (const ColumnPlan& plan : mapping_.columns) names.push_back(plan.name);
        const std::string_view near = closest(name, names);
        refuse(node, format("columns 里没有“{}”{}", name, near.empty() ? "" : format("；是“{}”吗？", near)),
               format("columns has no \"{}\"{}", name, near.empty() ? "" : format("; \"{}\"?", near)));
        return no_plan;
    }

    std::size_t column_of_type(const Node& node, std::initializer_list<ColumnType> types) {
        const std::size_t found = column(node);
        if (found == no_plan || std::ranges::find(types, mapping_.columns[found].type) != types.end()) return found;
        std::vector<std::string> words;
        for (const ColumnType type : types) words.emplace_back(to_word(type));
        refuse(node, format("此处的列类型应为 {}", join(words, " 或 ")),
               format("expected a column of type {}", join(words, " or ")));
        return found;
    }

    void read_columns(const Node& node) {
        for (const auto& [key, value] : node.pairs) {
            MapReader map(value, file_, faults_);
            if (!map.is_map()) continue;
            ColumnPlan plan;
            plan.name = key.text;
            const std::string word = map.text("type");
            const auto type = column_type(word);
            if (!type && !word.empty()) {
                map.refuse(*map.optional("type"), "E843", format("没有列类型“{}”", word),
                           format("there is no column type \"{}\"", word));
            }
            plan.type = type.value_or(ColumnType::text);
            plan.required = map.boolean("required").value_or(false);
            plan.words = map.texts("words");
            if (plan.type == ColumnType::word && plan.words.empty()) {
                map.refuse(value, "E843", "word 列要列出 words", "a column of type word needs its words");
            }
            plan.max_size = static_cast<std::size_t>(map.integer("max", -1'000'000'000'000, 1'000'000'000'000)
                                                         .value_or(plan.type == ColumnType::text ? 200 : INT64_MAX));
            if (plan.type != ColumnType::text && plan.max_size != static_cast<std::size_t>(INT64_MAX))
                plan.max = static_cast<std::int64_t>(plan.max_size);
            if (const auto min = map.integer("min", -1'000'000'000'000, 1'000'000'000'000)) plan.min = *min;
            // Bounds are written in the unit of the file.
            const std::int64_t unit = plan.type == ColumnType::minutes ? minutes_ms
                                      : plan.type == ColumnType::metres || plan.type == ColumnType::metres_per_second
                                          ? 1000
                                          : 1;
            if (plan.min != INT64_MIN) plan.min *= unit;
            if (plan.max != INT64_MAX) plan.max *= unit;
            if (plan.type == ColumnType::latitude) plan.min = -900'000'000, plan.max = 900'000'000;
            if (plan.type == ColumnType::longitude) plan.min = -1'800'000'000, plan.max = 1'800'000'000;
            if (plan.type == ColumnType::time || plan.type == ColumnType::date_or_time)
                plan.min = first_time_ms, plan.max = last_time_ms;
            map.finish();
            mapping_.columns.push_back(std::move(plan));
        }
        if (mapping_.columns.size() > max_columns) refuse(node, "列太多", "too many columns");
    }

    PositionColumns read_position(const Node& node) {
        MapReader map(node, file_, faults_);
        PositionColumns position;
        if (!map.is_map()) return position;
        const auto take = [&](std::string_view key, std::size_t& to, std::initializer_list<ColumnType> types,
                              bool required = false) {
            if (const Node* value = required ? map.required(key) : map.optional(key))
                to = column_of_type(*value, types);
        };
        take("at", position.at, {ColumnType::time});
        take("lat", position.lat, {ColumnType::latitude}, true);
        take("lon", position.lon, {ColumnType::longitude}, true);
        take("accuracy", position.accuracy, {ColumnType::metres});
        take("level", position.level, {ColumnType::word});
        take("datum", position.datum, {ColumnType::word});
        take("provider", position.provider, {ColumnType::word});
        take("mock", position.mock, {ColumnType::word});
        take("speed", position.speed, {ColumnType::metres_per_second});
        take("positioned", position.positioned, {ColumnType::boolean});
        map.finish();
        return position;
    }

    // "{elder_id}|{kind}|{sha256|row}"
    std::vector<ValueRule::Piece> read_template(const std::string& text, const Node& node) {
        std::vector<ValueRule::Piece> pieces;
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t open = std::min(text.find('{', at), text.size());
            ValueRule::Piece piece{.literal = text.substr(at, open - at)};
            at = open;
            if (open < text.size()) {
                const std::size_t close = text.find('}', open);
                if (close == std::string::npos) {
                    refuse(node, "缺少右花括号", "a closing brace is missing");
                    return pieces;
                }
                for (const std::string_view name :
                     split(std::string_view(text).substr(open + 1, close - open - 1), '|')) {
                    if (name == "row") {
                        piece.row = true;
                    } else {
                        piece.columns.push_back(column_named(name, node));
                    }
                }
                at = close + 1;
            }
            pieces.push_back(std::move(piece));
        }
        return pieces;
    }

    ValueRule read_value(const Node& node, int depth = 0) {
        ValueRule rule;
        rule.line = node.line;
        if (node.is_scalar()) {
            rule.column = column(node);
            return rule;
        }
        MapReader map(node, file_, faults_);
        if (!map.is_map() || depth > 4) return rule;
        if (const Node* name = map.optional("column")) {
            rule.column = column(*name);
        } else if (const Node* look = map.optional("file")) {
            rule.kind = ValueRule::Kind::look_up;
            rule.file = yaml::text_of(*look, file_, faults_).value_or("");
            rule.by = map.text("by");
            rule.take = map.text("take");
            rule.column = no_plan;
            if (const Node* from = map.optional("from")) {
                rule.column = column(*from);
            } else {
                rule.column = column_named(rule.by, node);
            }
            if (const Node* valid = map.map("valid")) {
                MapReader period(*valid, file_, faults_);
                rule.from = period.text("from");
                rule.to = period.text("to");
                if (const Node* at = period.required("at")) rule.at = column_of_type(*at, {ColumnType::time});
                period.finish();
            }
        } else if (const Node* constant = map.optional("constant")) {
            rule.kind = ValueRule::Kind::constant;
            rule.text = yaml::text_of(*constant, file_, faults_).value_or("");
        } else if (map.optional("boolean") != nullptr) {
            rule.kind = ValueRule::Kind::boolean;
            rule.yes = map.boolean("boolean").value_or(false);
        } else if (const Node* text = map.optional("text")) {
            rule.kind = ValueRule::Kind::text;
            rule.pieces = read_template(yaml::text_of(*text, file_, faults_).value_or(""), *text);
        } else if (const Node* fix = map.optional("fix")) {
            rule.kind = ValueRule::Kind::fix;
            rule.position = read_position(*fix);
            if (rule.position.at == no_plan) refuse(*fix, "fix 要有 at", "a fix needs `at`");
        } else if (const Node* place = map.optional("place")) {
            rule.kind = ValueRule::Kind::place;
            rule.position = read_position(*place);
        } else if (const Node* known = map.optional("datum_known")) {
            rule.kind = ValueRule::Kind::datum_known;
            rule.position = read_position(*known);
        } else {
            refuse(node, "应为列名，或 column、file、constant、boolean、text、fix、place、datum_known 之一",
                   "expected a column, or one of column, file, constant, boolean, text, fix, place, datum_known");
            return rule;
        }
        if (const Node* otherwise = map.optional("else")) rule.otherwise.push_back(read_value(*otherwise, depth + 1));
        map.finish();
        return rule;
    }

    void read_event(const Node& node) {
        MapReader map(node, file_, faults_);
        if (!map.is_map()) return;
        EventRule event;
        event.event = map.text("event");
        // A file of rows decides nothing: what people decide comes in by commands that check who they are.
        if (event.event.starts_with("core.")) {
            map.refuse(*map.node().find("event"), "E502", "表格不能写入系统自有的决定（core.）",
                       "rows of a table cannot become decisions of the core (core.)");
        }
        event.amended = map.optional_text("amended").value_or("");
        if (const Node* when = map.map("when")) {
            for (const auto& [name, wanted] : when->pairs) {
                const std::size_t index = column_of_type(name, {ColumnType::word});
                std::vector<std::size_t> words;
                const auto add = [&](const Node& word) {
                    if (index == no_plan) return;
                    const auto& all = mapping_.columns[index].words;
                    const auto found = std::ranges::find(all, word.text);
                    if (found == all.end()) {
                        refuse(word, format("“{}”不是该列的词", word.text),
                               format("\"{}\" is not a word of this column", word.text));
                    } else {
                        words.push_back(static_cast<std::size_t>(found - all.begin()));
                    }
                };
                if (wanted.is_list()) {
                    for (const Node& word : wanted.items) add(word);
                } else {
                    add(wanted);
                }
                event.when.emplace_back(index, std::move(words));
            }
        }
        if (const Node* subject = map.required("subject")) event.subject = read_value(*subject);
        if (const Node* at = map.required("happened_at")) {
            const auto add = [&](const Node& one) {
                event.happened_at.push_back(
                    column_of_type(one, {ColumnType::time, ColumnType::date, ColumnType::date_or_time}));
            };
            if (at->is_list()) {
                for (const Node& one : at->items) add(one);
            } else if (at->text != "beginning") {
                add(*at);
            }
        }
        if (const Node* actor = map.optional("actor")) event.actor = read_value(*actor);
        if (const Node* body = map.map("body", true)) {
            for (const auto& [name, value] : body->pairs) event.body.push_back({name.text, read_value(value)});
        }
        event.require = map.texts("require");
        for (const std::string& field : event.require) {
            if (std::ranges::none_of(event.body, [&](const BodyField& one) { return one.name == field; })) {
                refuse(node, format("require 里的“{}”不在 body 里", field),
                       format("require: \"{}\" is not in the body", field));
            }
        }
        map.finish();
        mapping_.events.push_back(std::move(event));
    }

    void read_check(const Node& node) {
        MapReader map(node, file_, faults_);
        if (!map.is_map()) return;
        const auto timed = {ColumnType::time, ColumnType::date, ColumnType::date_or_time};
        OrderCheck check;
        if (const Node* name = map.required("column")) check.column = column_of_type(*name, timed);
        if (const Node* name = map.required("not_before")) check.not_before = column_of_type(*name, timed);
        if (check.column != no_plan && check.not_before != no_plan &&
            (mapping_.columns[check.column].type == ColumnType::date) !=
                (mapping_.columns[check.not_before].type == ColumnType::date)) {
            refuse(node, "日期与时间不能直接比较", "a date cannot be compared with a time");
        }
        map.finish();
        mapping_.checks.push_back(check);
    }

    void read_blocks(const Node& node) {
        MapReader map(node, file_, faults_);
        BlockRule blocks;
        blocks.event = map.text("event");
        if (const Node* carrier = map.required("carrier")) blocks.carrier = read_value(*carrier);
        if (const Node* device = map.required("device")) blocks.device = column_of_type(*device, {ColumnType::text});
        if (const Node* fix = map.map("fix", true)) {
            blocks.position = read_position(*fix);
            if (blocks.position.at == no_plan) refuse(*fix, "fix 要有 at", "a fix needs `at`");
        }
        blocks.folder = map.optional_text("folder").value_or("");
        if (const Node* body = map.map("body", true)) {
            MapReader fields(*body, file_, faults_);
            blocks.carrier_field = fields.text("carrier");
            blocks.device_field = fields.text("device");
            blocks.fixes_field = fields.text("fixes");
            fields.finish();
        }
        map.finish();
        mapping_.blocks = std::move(blocks);
    }

    void read_announce(const Node& node) {
        MapReader map(node, file_, faults_);
        AnnounceRule announce;
        announce.event = map.text("event");
        announce.subject = map.text("subject");
        if (const Node* body = map.map("body", true)) {
            for (const auto& [name, value] : body->pairs) {
                ValueRule rule = read_value(value);
                if (rule.kind != ValueRule::Kind::constant && rule.kind != ValueRule::Kind::boolean) {
                    refuse(value, "此处应为 constant 或 boolean", "expected constant or boolean here");
                }
                announce.body.emplace_back(name.text, std::move(rule));
            }
        }
        map.finish();
        mapping_.announce = std::move(announce);
    }

    std::string file_;
    Faults faults_;
    Mapping mapping_;
};

// Visits a rule, what it falls back to, and so on.
template <class Visit>
void visit_rules(const ValueRule& rule, const Visit& visit) {
    visit(rule);
    for (const ValueRule& next : rule.otherwise) visit_rules(next, visit);
}

void check_look_ups(const std::vector<Mapping>& mappings, Faults& faults) {
    for (const Mapping& mapping : mappings) {
        const auto check = [&](const ValueRule& rule) {
            if (rule.kind != ValueRule::Kind::look_up) return;
            const auto other = std::ranges::find(mappings, rule.file, &Mapping::name);
            const std::string place = format("{}.{} / {}.{}", rule.file, rule.by, rule.file, rule.take);
            const auto has = [&](const std::string& name) {
                return other != mappings.end() && (name.empty() || other->column(name) != no_plan);
            };
            if (!has(rule.by) || !has(rule.take) || !has(rule.from) || !has(rule.to)) {
                faults.push_back(Fault{.file = mapping.file,
                                       .code = "E844",
                                       .zh = "查找用的文件或列没有映射：" + place,
                                       .en = "a look-up names a file or column that is not mapped: " + place});
            }
        };
        for (const EventRule& event : mapping.events) {
            visit_rules(event.subject, check);
            if (event.actor) visit_rules(*event.actor, check);
            for (const BodyField& field : event.body) visit_rules(field.value, check);
        }
        if (mapping.blocks) visit_rules(mapping.blocks->carrier, check);
    }
}

}  // namespace

std::size_t Mapping::column(std::string_view wanted) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == wanted) return i;
    }
    return no_plan;
}

Result<Mapping> read_mapping(std::string_view text, const std::string& file, const std::string& pack) {
    return MappingReader(file, pack).read(text);
}

Result<std::vector<Mapping>> read_mappings(const std::map<std::string, std::string>& files) {
    std::vector<Mapping> mappings;
    Faults faults;
    for (const auto& [path, text] : files) {
        const auto parts = split(path, '/');
        if (parts.size() != 3 || parts[1] != "import" || !parts[2].ends_with(".yaml")) continue;
        auto mapping = read_mapping(text, path, std::string(parts[0]));
        if (!mapping) {
            faults.insert(faults.end(), mapping.error().begin(), mapping.error().end());
            continue;
        }
        if (const auto twin = std::ranges::find(mappings, mapping->name, &Mapping::name); twin != mappings.end()) {
            faults.push_back(Fault{.file = path,
                                   .code = "E845",
                                   .zh = format("“{}”已由 {} 映射", mapping->name, twin->file),
                                   .en = format("\"{}\" is already mapped by {}", mapping->name, twin->file)});
            continue;
        }
        mappings.push_back(std::move(*mapping));
    }
    check_look_ups(mappings, faults);
    if (!faults.empty()) return failure(std::move(faults));
    std::ranges::sort(mappings, [](const Mapping& a, const Mapping& b) {
        return std::pair(a.order, a.name) < std::pair(b.order, b.name);
    });
    return mappings;
}

}  // namespace ningyi::exchange
