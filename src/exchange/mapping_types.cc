// SPDX-License-Identifier: Apache-2.0
#include "exchange/mapping_types.h"

#include <algorithm>

#include "base/text.h"

namespace ningyi::exchange {
namespace {

using model::Field;
using model::FieldType;

// What a value is when it arrives at a field.
struct Arriving {
    std::vector<FieldType> fits;     // types of fields that take it; none: no field does
    std::vector<std::string> words;  // the only ones it can be, when `are_words`
    bool are_words = false;
    std::string zh, en;  // what it is
};

Arriving of_column(const ColumnPlan& plan) {
    const auto made = [&](std::vector<FieldType> fits) {
        const std::string_view type = to_word(plan.type);
        return Arriving{.fits = std::move(fits),
                        .words = {},
                        .are_words = false,
                        .zh = format("列 {}（{}）", plan.name, type),
                        .en = format("column {} ({})", plan.name, type)};
    };
    switch (plan.type) {
        case ColumnType::text: return made({FieldType::string});
        case ColumnType::word: {
            Arriving words = made({FieldType::string, FieldType::enumeration});
            words.words = plan.words;
            words.are_words = true;
            return words;
        }
        case ColumnType::words: return made({FieldType::words});
        case ColumnType::integer:  // in the base unit of the field
            return made({FieldType::integer, FieldType::money, FieldType::ratio, FieldType::duration, FieldType::length,
                         FieldType::speed});
        case ColumnType::metres: return made({FieldType::length});
        case ColumnType::metres_per_second: return made({FieldType::speed});
        case ColumnType::minutes: return made({FieldType::duration});
        case ColumnType::time:
        case ColumnType::epoch_ms:
        case ColumnType::date_or_time: return made({FieldType::timestamp});
        case ColumnType::date: return made({FieldType::date});
        case ColumnType::boolean: return made({FieldType::boolean});
        case ColumnType::latitude:
        case ColumnType::longitude: return made({});
    }
    return made({});
}

class Check {
public:
    Check(const std::vector<Mapping>& mappings, const model::Dictionary& dictionary)
        : mappings_(mappings), dictionary_(dictionary) {}

    Faults all() {
        for (const Mapping& mapping : mappings_) {
            mapping_ = &mapping;
            for (const EventRule& rule : mapping.events) {
                for (const std::string& event : {rule.event, rule.amended}) {
                    if (event.empty()) continue;
                    for (const BodyField& field : rule.body) check_field(event, field.name, &field.value);
                }
            }
            if (mapping.announce) {
                for (const auto& [name, value] : mapping.announce->body)
                    check_field(mapping.announce->event, name, &value);
            }
            if (mapping.blocks) {
                const BlockRule& blocks = *mapping.blocks;
                check_field(blocks.event, blocks.carrier_field, &blocks.carrier);
                check_field(blocks.event, blocks.device_field, nullptr);
                check_field(blocks.event, blocks.fixes_field, nullptr);
            }
        }
        return std::move(faults_);
    }

private:
    void refuse(int line, std::string zh, std::string en) {
        faults_.push_back(
            {.file = mapping_->file, .line = line, .code = "E846", .zh = std::move(zh), .en = std::move(en)});
    }

    // `value` is null where the importer makes it itself.
    void check_field(const std::string& event, const std::string& name, const ValueRule* value) {
        const int line = value == nullptr ? 0 : value->line;
        const model::EventType* type = dictionary_.event(event);
        const model::Entity* entity = type == nullptr ? nullptr : dictionary_.entity(type->subject);
        if (entity == nullptr) return refuse(line, "没有事件 " + event, "there is no event " + event);
        const Field* field = entity->field(name);
        if (field == nullptr || std::ranges::find(type->body, name) == type->body.end())
            return refuse(line, format("事件 {} 没有字段 {}", event, name),
                          format("event {} has no field {}", event, name));
        if (value != nullptr) check_value(event, *field, *value);
    }

    void check_value(const std::string& event, const Field& field, const ValueRule& value) {
        if (const Arriving arriving = arriving_of(value); !arriving.zh.empty())
            check_arriving(event, field, value, arriving);
        for (const ValueRule& next : value.otherwise) check_value(event, field, next);
    }

    void check_arriving(const std::string& event, const Field& field, const ValueRule& value,
                        const Arriving& arriving) {
        const std::string_view wanted = model::to_word(field.type);
        if (std::ranges::find(arriving.fits, field.type) == arriving.fits.end())
            return refuse(value.line, format("{} 的字段 {} 是 {}，{}不能填入", event, field.name, wanted, arriving.zh),
                          format("field {} of {} is {}: {} does not fit", field.name, event, wanted, arriving.en));
        if (field.type != FieldType::enumeration) return;
        for (const std::string& word : arriving.words) {
            if (std::ranges::find(field.words, word) != field.words.end()) continue;
            refuse(value.line,
                   format("{} 的字段 {} 不收“{}”，应为下列之一：{}", event, field.name, word, join(field.words, "、")),
                   format("field {} of {} takes no \"{}\", only one of: {}", field.name, event, word,
                          join(field.words, ", ")));
        }
    }

    Arriving arriving_of(const ValueRule& value) const {
        switch (value.kind) {
            case ValueRule::Kind::column:
                return value.column == no_plan ? Arriving{} : of_column(mapping_->columns[value.column]);
            case ValueRule::Kind::look_up: {
                const auto other = std::ranges::find(mappings_, value.file, &Mapping::name);
                const std::size_t taken = other == mappings_.end() ? no_plan : other->column(value.take);
                if (taken == no_plan) return {};  // read_mappings() has said so
                Arriving found = of_column(other->columns[taken]);
                found.zh = format("从 {} 查得的{}以文本到来，", value.file, found.zh);
                found.en = format("{} of {}, which a look-up brings as text,", found.en, value.file);
                found.fits = {FieldType::string};
                if (found.are_words) found.fits.push_back(FieldType::enumeration);
                return found;
            }
            case ValueRule::Kind::constant:
                return {.fits = {FieldType::string, FieldType::enumeration},
                        .words = {value.text},
                        .are_words = true,
                        .zh = format("常量“{}”", value.text),
                        .en = format("the constant \"{}\"", value.text)};
            case ValueRule::Kind::boolean: return only(FieldType::boolean, "是或否", "true or false");
            case ValueRule::Kind::text: return only(FieldType::string, "拼成的文本", "a text made of columns");
            case ValueRule::Kind::fix: return only(FieldType::fix, "定位点", "a fix");
            case ValueRule::Kind::place: return only(FieldType::place, "地点", "a place");
            case ValueRule::Kind::datum_known:
                return only(FieldType::boolean, "坐标系是否已知", "whether the datum is known");
        }
        return {};
    }

    static Arriving only(FieldType type, std::string zh, std::string en) {
        return {.fits = {type}, .words = {}, .are_words = false, .zh = std::move(zh), .en = std::move(en)};
    }

    const std::vector<Mapping>& mappings_;
    const model::Dictionary& dictionary_;
    const Mapping* mapping_ = nullptr;
    Faults faults_;
};

}  // namespace

Faults faults_of(const std::vector<Mapping>& mappings, const model::Dictionary& dictionary) {
    return Check(mappings, dictionary).all();
}

}  // namespace ningyi::exchange
