// SPDX-License-Identifier: Apache-2.0
#include "model/read.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/yaml_map.h"

namespace ningyi::model {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 64 || !(text[0] >= 'a' && text[0] <= 'z')) return false;
    return std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
    });
}

void require_name(const yaml::Node& key, const std::string& file, Faults& faults) {
    if (is_name(key.text)) return;
    faults.push_back(
        yaml::fault_at(file, key, "E204", format("名称“{}”只能用小写字母、数字和下划线", key.text),
                       format("the name \"{}\" may hold lower-case letters, digits and _ only", key.text)));
}

// values: {urban: {zh: 城区, en: urban}, …}; a list of words, as older packs have it, leaves them without names.
void read_words(yaml::MapReader& map, const yaml::Node& key, Field& field) {
    const yaml::Node* values = map.optional("values");
    if (values == nullptr || (values->is_map() && values->pairs.empty())) {
        map.refuse(key, "E202", format("枚举字段 {} 缺少 values", field.name),
                   format("enum field {} lacks its values", field.name));
        return;
    }
    if (!values->is_map()) {
        field.words = map.texts("values");
        if (field.words.empty()) {
            map.refuse(key, "E202", format("枚举字段 {} 缺少 values", field.name),
                       format("enum field {} lacks its values", field.name));
        }
        return;
    }
    yaml::MapReader words(*values, map.file(), map.faults());
    for (const yaml::Node::Pair& pair : values->pairs) {
        require_name(pair.key, map.file(), map.faults());
        const yaml::Words label = words.words(pair.key.text);
        field.words.push_back(pair.key.text);
        field.word_labels.push_back({label.zh, label.en});
    }
}

Field read_field(const yaml::Node& key, const yaml::Node& node, const std::string& file, Faults& faults) {
    Field field;
    field.name = key.text;
    field.line = key.line;
    field.column = key.column;
    require_name(key, file, faults);
    yaml::MapReader map(node, file, faults);
    const std::string type = map.text("type");
    if (const std::optional<FieldType> known = field_type(type)) {
        field.type = *known;
    } else if (const yaml::Node* written = node.find("type"); written != nullptr && !type.empty()) {
        map.refuse(*written, "E204", format("不认识的类型“{}”", type), format("unknown type \"{}\"", type));
    }
    if (map.node().find("level") == nullptr) {
        map.refuse(
            key, "E202", format("字段 {} 缺少隐私级别 level（1 公开 2 内部 3 个人 4 敏感）", field.name),
            format("field {} lacks its privacy level (1 public, 2 internal, 3 personal, 4 sensitive)", field.name));
        map.optional("level");
    } else {
        field.level = static_cast<int>(map.integer("level", 1, 4).value_or(4));
    }
    const yaml::Node* zh = map.optional("zh");
    const yaml::Node* en = map.optional("en");
    if (zh == nullptr || en == nullptr) {
        map.refuse(key, "E208", format("字段 {} 的名称须有中文（zh）和英文（en）", field.name),
                   format("field {} needs its name in Chinese (zh) and English (en)", field.name));
    } else {
        field.label = {zh->text, en->text};
    }
    field.unit = map.optional_text("unit").value_or("");
    field.ref = map.optional_text("ref").value_or("");
    if (const yaml::Node* derive = map.optional("derive")) {
        field.derive = yaml::text_of(*derive, file, faults).value_or("");
        field.line = derive->line;
        field.column = derive->columns.empty() ? derive->column : derive->columns.front();
    }
    if (field.type == FieldType::enumeration) {
        read_words(map, key, field);
    }
    field.max_size =
        static_cast<std::size_t>(map.integer("size", 1, 1000000).value_or(field.type == FieldType::words ? 100 : 64));
    if (field.type == FieldType::track) {
        field.track_of = map.text("of");
        field.track_from = map.text("from");
        field.track_to = map.text("to");
        field.track_lead = map.quantity("lead", Dimension::duration).value_or(0);
        field.track_tail = map.quantity("tail", Dimension::duration).value_or(0);
        if (field.track_lead < 0 || field.track_tail < 0 || field.track_lead > days_ms || field.track_tail > days_ms) {
            map.refuse(key, "E204", "lead 与 tail 应为 0 至 1 天", "lead and tail must lie between 0 and 1 day");
        }
        field.track_device = map.optional_text("device").value_or("");
        field.track_other_than = map.optional_text("other_than").value_or("");
        if (!field.track_device.empty() && !field.track_other_than.empty()) {
            map.refuse(key, "E202", "device 与 other_than 只能写一个", "write one of device and other_than");
        }
    }
    if (field.type == FieldType::fixes) field.fixes_device = map.optional_text("device").value_or("");
    map.finish();
    return field;
}

void read_entity(const yaml::Node& key, const yaml::Node& node, const std::string& file, const std::string& pack,
                 Dictionary& into, Faults& faults) {
    Entity entity;
    entity.name = key.text;
    entity.pack = pack;
    entity.file = file;
    require_name(key, file, faults);
    if (const Entity* other = into.entity(entity.name)) {
        faults.push_back(yaml::fault_at(file, key, "E507", format("实体 {} 重复，{} 中已有", entity.name, other->file),
                                        format("entity {} is declared twice, first in {}", entity.name, other->file)));
        return;
    }
    yaml::MapReader map(node, file, faults);
    const yaml::Words title = map.words("title");
    entity.title = {title.zh, title.en};
    entity.key = map.text("key");
    entity.time = map.optional_text("time").value_or("");
    entity.date = map.optional_text("date").value_or("");
    entity.territory = map.optional_text("territory").value_or("");
    entity.agency = map.optional_text("agency").value_or("");
    if (const yaml::Node* scope = map.map("scope")) {
        for (const auto& [name, path] : scope->pairs) {
            entity.scope.emplace_back(name.text, yaml::text_of(path, file, faults).value_or(""));
        }
    }
    if (const yaml::Node* fields = map.map("fields", true)) {
        for (const auto& [name, value] : fields->pairs) entity.fields.push_back(read_field(name, value, file, faults));
    }
    const auto must_be_field = [&](std::string_view what, const std::string& name,
                                   std::initializer_list<FieldType> types) {
        if (name.empty()) return;
        const Field* field = entity.field(name);
        const yaml::Node* written = node.find(what);
        if (field == nullptr) {
            map.refuse(*written, "E501", format("{} 没有字段 {}", entity.name, name),
                       format("{} has no field {}", entity.name, name));
        } else if (std::find(types.begin(), types.end(), field->type) == types.end()) {
            map.refuse(*written, "E401", format("{} 的类型不能用作 {}", name, what),
                       format("the type of {} cannot serve as {}", name, what));
        }
    };
    if (node.is_map()) {
        must_be_field("key", entity.key, {FieldType::string});
        must_be_field("time", entity.time, {FieldType::timestamp});
        must_be_field("date", entity.date, {FieldType::date});
        must_be_field("territory", entity.territory, {FieldType::string, FieldType::enumeration});
        must_be_field("agency", entity.agency, {FieldType::string});
    }
    map.finish();
    into.entities.push_back(std::move(entity));
}

void read_event(const yaml::Node& key, const yaml::Node& node, const std::string& file, const std::string& pack,
                Dictionary& into, Faults& faults) {
    EventType event;
    event.name = key.text;
    event.pack = pack;
    event.file = file;
    event.line = key.line;
    if (const EventType* other = into.event(event.name)) {
        faults.push_back(yaml::fault_at(file, key, "E507", format("事件 {} 重复，{} 中已有", event.name, other->file),
                                        format("event {} is declared twice, first in {}", event.name, other->file)));
        return;
    }
    const std::size_t dot = key.text.find('.');
    if (dot == std::string::npos || key.text.substr(0, dot) != pack || !is_name(key.text.substr(dot + 1))) {
        faults.push_back(yaml::fault_at(file, key, "E204", format("事件名应为 {}.名称", pack),
                                        format("an event is named {}.name", pack)));
    }
    yaml::MapReader map(node, file, faults);
    event.subject = map.text("subject");
    const yaml::Words title = map.words("title", false);
    event.title = {title.zh, title.en};
    event.late = map.quantity("late", Dimension::duration).value_or(0);
    event.body = map.texts("body");
    event.required = map.texts("required");
    event.key_of = map.optional_text("key_of").value_or("");
    event.key_by_month = map.boolean("key_by_month").value_or(false);
    event.closes = map.optional_text("closes").value_or("");
    map.finish();
    into.events.push_back(std::move(event));
}

// "carrier_id" of the entity, or "person.carrier_id" of what one of its fields points to; null when there is none such.
const Field* field_at(const Dictionary& dictionary, const Entity& entity, std::string_view path) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return entity.field(path);
    const std::string_view name = path.substr(0, dot);
    const bool is_reached =
        std::any_of(entity.fields.begin(), entity.fields.end(), [&](const Field& field) { return field.ref == name; });
    const Entity* other = is_reached ? dictionary.entity(name) : nullptr;
    return other == nullptr ? nullptr : other->field(path.substr(dot + 1));
}

void check_fields(const Dictionary& dictionary, const Entity& entity, Faults& faults) {
    const auto refuse = [&](const Field& field, const char* code, std::string zh, std::string en) {
        faults.push_back({entity.file, field.line, field.column, code, std::move(zh), std::move(en)});
    };
    std::vector<std::string_view> names;
    for (const Entity& other : dictionary.entities) names.push_back(other.name);
    for (const Field& field : entity.fields) {
        if (!field.ref.empty() && dictionary.entity(field.ref) == nullptr) {
            const std::string_view like = closest(field.ref, names);
            refuse(
                field, "E502", format("没有实体 {}{}", field.ref, like.empty() ? "" : format("，是否 {}？", like)),
                format("there is no entity {}{}", field.ref, like.empty() ? "" : format(", did you mean {}?", like)));
        }
        if (!field.ref.empty() && field.type != FieldType::string) {
            refuse(field, "E401", format("指向其他实体的字段 {} 应为 string", field.name),
                   format("field {} points to an entity and must be a string", field.name));
        }
        const auto must_be_text = [&](const std::string& name) {
            if (name.empty()) return;
            const Field* device = entity.field(name);
            if (device == nullptr || device->type != FieldType::string) {
                refuse(field, "E501", format("{} 应为本实体的文字字段", name),
                       format("{} must be a text field of the entity", name));
            }
        };
        must_be_text(field.fixes_device);
        if (field.type != FieldType::track) continue;
        must_be_text(field.track_device);
        must_be_text(field.track_other_than);
        const Field* of = field_at(dictionary, entity, field.track_of);
        const Field* from = entity.field(field.track_from);
        const Field* to = entity.field(field.track_to);
        if (of == nullptr || of->type != FieldType::string) {
            refuse(field, "E501", "轨迹的 of 应为本实体或其所指实体的文字字段",
                   "`of` of a track must be a text field of the entity or of one that it points to");
        }
        if (from == nullptr || from->type != FieldType::timestamp || to == nullptr ||
            to->type != FieldType::timestamp) {
            refuse(field, "E501", "轨迹的 from、to 应为本实体的时间字段",
                   "`from` and `to` of a track must be timestamp fields of the entity");
        }
    }
    for (const auto& [key, path] : entity.scope) {
        const std::vector<std::string_view> parts = split(path, '.');
        const Entity* owner = parts.size() == 2 ? dictionary.entity(parts[0]) : nullptr;
        const bool is_reached =
            owner != nullptr &&
            (owner->name == entity.name || std::any_of(entity.fields.begin(), entity.fields.end(),
                                                       [&](const Field& field) { return field.ref == owner->name; }));
        if (!is_reached || owner->field(parts[1]) == nullptr) {
            faults.push_back(
                {entity.file, 0, 0, "E512", format("实体 {} 的 scope {} 指向不存在的 {}", entity.name, key, path),
                 format("scope {} of entity {} points to {}, which does not exist", key, entity.name, path)});
        }
    }
}

void check_event(const Dictionary& dictionary, const EventType& event, Faults& faults) {
    const auto refuse = [&](std::string zh, std::string en, const char* code) {
        faults.push_back({event.file, event.line, 0, code, std::move(zh), std::move(en)});
    };
    const Entity* subject = dictionary.entity(event.subject);
    if (subject == nullptr) {
        refuse(format("事件 {} 的 subject {} 不是已知实体", event.name, event.subject),
               format("subject {} of event {} is no known entity", event.subject, event.name), "E502");
        return;
    }
    for (const std::string& name : event.body) {
        const Field* field = subject->field(name);
        if (field == nullptr) {
            refuse(format("事件 {}：{} 没有字段 {}", event.name, subject->name, name),
                   format("event {}: {} has no field {}", event.name, subject->name, name), "E501");
        } else if (!field->derive.empty() || field->type == FieldType::track) {
            refuse(format("事件 {}：{} 是计算得出的字段，不能上报", event.name, name),
                   format("event {}: field {} is computed and cannot be reported", event.name, name), "E501");
        }
    }
    const auto is_carried = [&](const std::string& name) {
        return std::find(event.body.begin(), event.body.end(), name) != event.body.end();
    };
    for (const std::string& name : event.required) {
        if (!is_carried(name)) {
            refuse(format("事件 {}：必填字段 {} 不在 body 中", event.name, name),
                   format("event {}: required field {} is not in its body", event.name, name), "E501");
        }
    }
    if (!event.key_of.empty() && !is_carried(event.key_of)) {
        refuse(format("事件 {}：key_of {} 不在 body 中", event.name, event.key_of),
               format("event {}: key_of {} is not in its body", event.name, event.key_of), "E501");
    }
}

}  // namespace

void read_model(const yaml::Node& root, const std::string& file, const std::string& pack, Dictionary& into,
                Faults& faults) {
    yaml::MapReader map(root, file, faults);
    if (const yaml::Node* entities = map.map("entities")) {
        for (const auto& [key, node] : entities->pairs) read_entity(key, node, file, pack, into, faults);
    }
    if (const yaml::Node* events = map.map("events")) {
        for (const auto& [key, node] : events->pairs) read_event(key, node, file, pack, into, faults);
    }
    map.finish();
}

void check_model(const Dictionary& dictionary, Faults& faults) {
    for (const Entity& entity : dictionary.entities) check_fields(dictionary, entity, faults);
    for (const EventType& event : dictionary.events) check_event(dictionary, event, faults);
}

}  // namespace ningyi::model
