// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_page.h"

#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/values.h"

namespace ningyi::exchange {
namespace {

using model::FieldType;

class PageReader {
public:
    PageReader(const rule::RuleSet& set, const std::string& file) : set_(set), file_(file) {}

    AuditPage read(const yaml::Node& root) {
        yaml::MapReader map(root, file_, faults_);
        map.word("page", {"audit"});
        page_.title = label(map.words("title"));
        page_.subject = map.text("subject");
        entity_ = set_.dictionary.entity(page_.subject);
        if (entity_ == nullptr) {
            if (const yaml::Node* node = root.find("subject")) {
                map.refuse(*node, "E501", format("没有实体 {}", page_.subject),
                           format("there is no entity {}", page_.subject));
            }
            return page_;  // every other name would only repeat this fault
        }
        page_.key = entity_->key;
        page_.subject_label = entity_->title;
        add_names();
        if (const yaml::Node* list = map.list("parties")) {
            for (const yaml::Node& item : list->items) read_party(item);
        }
        read_claimed(map);
        if (const yaml::Node* list = map.list("levels")) {
            for (const yaml::Node& item : list->items) read_level(item);
        }
        if (const yaml::Node* list = map.list("interval")) read_interval(*list);
        page_.place = path(map, "place", FieldType::place, false, &page_.place_label);
        if (const yaml::Node* list = map.list("radii")) {
            for (const yaml::Node& item : list->items) read_radius(item);
        }
        page_.track = path(map, "track", FieldType::track);
        if (const yaml::Node* list = map.list("marks")) {
            for (const yaml::Node& item : list->items) read_mark(item);
        }
        map.finish();
        return std::move(page_);
    }

    Faults take_faults() { return std::move(faults_); }

private:
    static model::Label label(yaml::Words words) { return {std::move(words.zh), std::move(words.en)}; }

    void refuse(const yaml::Node& node, std::string code, std::string zh, std::string en) {
        faults_.push_back(yaml::fault_at(file_, node, std::move(code), std::move(zh), std::move(en)));
    }

    // The field of a path of the subject; null with a fault when there is none of that type.
    const model::Field* field(const yaml::Node& node, const std::string& text, FieldType type) {
        const model::Field* found = nullptr;
        const std::size_t dot = text.find('.');
        if (dot == std::string::npos) {
            found = entity_->field(text);
        } else {
            for (const model::Field& reference : entity_->fields) {
                if (reference.ref.empty() || reference.ref != text.substr(0, dot)) continue;
                const model::Entity* other = set_.dictionary.entity(reference.ref);
                if (other != nullptr) found = other->field(text.substr(dot + 1));
                break;
            }
        }
        if (found == nullptr) {
            refuse(node, "E501", format("{} 没有字段 {}", page_.subject, text),
                   format("{} has no field {}", page_.subject, text));
            return nullptr;
        }
        if (found->type != type) {
            refuse(node, "E401",
                   format("{} 的类型应为 {}，实际为 {}", text, model::to_word(type), model::to_word(found->type)),
                   format("{} must be a {}, it is a {}", text, model::to_word(type), model::to_word(found->type)));
            return nullptr;
        }
        return found;
    }

    std::string path(yaml::MapReader& map, std::string_view key, FieldType type, bool required = false,
                     model::Label* named = nullptr) {
        const yaml::Node* node = required ? map.required(key) : map.optional(key);
        if (node == nullptr) return {};
        const auto text = yaml::text_of(*node, file_, faults_);
        if (!text) return {};
        const model::Field* found = field(*node, *text, type);
        if (found != nullptr && named != nullptr) *named = found->label;
        return *text;
    }

    void add_names() {
        const auto add = [&](const std::string& start, const model::Entity& entity) {
            for (const model::Field& f : entity.fields) {
                const auto type = rule::type_of_field(f);
                if (type && page_.names.path_type(start + f.name) == nullptr)
                    page_.names.add_path(start + f.name, *type);
            }
        };
        add(entity_->name + ".", *entity_);
        for (const model::Field& f : entity_->fields) {
            const model::Entity* other = f.ref.empty() ? nullptr : set_.dictionary.entity(f.ref);
            if (other != nullptr) add(f.ref + ".", *other);
        }
    }

    void read_party(const yaml::Node& node) {
        yaml::MapReader map(node, file_, faults_);
        AuditParty party;
        party.id = map.text("id");
        party.name = map.text("name");
        party.table = map.boolean("table").value_or(false);
        map.finish();
        if (party.id.empty() || party.name.empty()) return;
        const model::Field* id = field(node, party.id, FieldType::string);
        if (id == nullptr) return;
        const model::Entity* other = id->ref.empty() ? nullptr : set_.dictionary.entity(id->ref);
        if (other == nullptr) {
            refuse(node, "E501", format("{} 不指向任何实体", party.id), format("{} refers to no entity", party.id));
            return;
        }
        party.entity = id->ref;
        party.label = other->title;
        const std::size_t dot = party.name.find('.');
        if (dot == std::string::npos || party.name.substr(0, dot) != party.entity) {
            refuse(node, "E501", format("name 应写作 {}.<字段>", party.entity),
                   format("name must be {}.<field>", party.entity));
            return;
        }
        if (const model::Field* name = field(node, party.name, FieldType::string)) {
            party.name_field = name->name;
            party.name_level = name->level;
            page_.parties.push_back(std::move(party));
        }
    }

    void read_claimed(yaml::MapReader& map) {
        const yaml::Node* node = map.map("claimed", true);
        if (node == nullptr) return;
        yaml::MapReader claimed(*node, file_, faults_);
        page_.money = path(claimed, "money", FieldType::money, true);
        page_.time = path(claimed, "time", FieldType::duration);
        if (const yaml::Node* condition = claimed.optional("if")) page_.claimed_if = this->condition(*condition);
        if (const yaml::Node* list = claimed.list("proof")) {
            for (const yaml::Node& item : list->items) read_proof(item);
        }
        claimed.finish();
    }

    void read_proof(const yaml::Node& node) {
        const auto id = yaml::text_of(node, file_, faults_);
        if (!id) return;
        if (set_.rule(*id) == nullptr) {
            refuse(node, "E501", format("没有规则 {}", *id), format("there is no rule {}", *id));
            return;
        }
        page_.proof.push_back(*id);
    }

    cel::Expression condition(const yaml::Node& node) {
        if (!node.is_scalar()) return {};
        auto expression = cel::compile(
            node.text, page_.names, cel::type_of(cel::Kind::boolean),
            {.file = file_, .line = node.line, .column = node.column, .lines = node.lines, .columns = node.columns});
        if (expression) return std::move(*expression);
        faults_.insert(faults_.end(), expression.error().begin(), expression.error().end());
        return {};
    }

    void read_level(const yaml::Node& node) {
        yaml::MapReader map(node, file_, faults_);
        AuditLevel level;
        level.id = map.text("id");
        level.label = {map.text("zh"), map.text("en")};
        const yaml::Node* condition = map.required("if");
        map.finish();
        if (condition == nullptr || !condition->is_scalar()) return;
        level.condition = this->condition(*condition);
        if (!level.condition.is_empty()) page_.levels.push_back(std::move(level));
    }

    void read_interval(const yaml::Node& list) {
        if (list.items.size() != 2 || !list.items[0].is_scalar() || !list.items[1].is_scalar()) {
            refuse(list, "E204", "interval 应写作 [开始字段, 结束字段]", "interval must be [start field, end field]");
            return;
        }
        page_.from = list.items[0].text;
        page_.to = list.items[1].text;
        field(list.items[0], page_.from, FieldType::timestamp);
        field(list.items[1], page_.to, FieldType::timestamp);
    }

    void read_radius(const yaml::Node& node) {
        const auto name = yaml::text_of(node, file_, faults_);
        if (!name) return;
        const rule::Param* param = set_.param(*name);
        if (param == nullptr || param->type.kind != cel::Kind::length) {
            refuse(node, "E501", format("没有长度参数 {}", *name), format("there is no length parameter {}", *name));
            return;
        }
        page_.radii.push_back(*name);
    }

    void read_mark(const yaml::Node& node) {
        yaml::MapReader map(node, file_, faults_);
        AuditMark mark;
        mark.fix = path(map, "fix", FieldType::fix, true);
        mark.at = path(map, "at", FieldType::timestamp);
        mark.label = {map.text("zh"), map.text("en")};
        map.finish();
        page_.marks.push_back(std::move(mark));
    }

    const rule::RuleSet& set_;
    std::string file_;
    Faults faults_;
    AuditPage page_;
    const model::Entity* entity_ = nullptr;
};

}  // namespace

Result<AuditPage> read_audit_page(std::string_view text, const std::string& file, const rule::RuleSet& set) {
    auto root = yaml::parse(text, file);
    if (!root) return failure(std::move(root.error()));
    PageReader reader(set, file);
    AuditPage page = reader.read(*root);
    Faults faults = reader.take_faults();
    if (!faults.empty()) return failure(std::move(faults));
    return page;
}

}  // namespace ningyi::exchange
