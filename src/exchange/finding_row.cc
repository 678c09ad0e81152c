// SPDX-License-Identifier: Apache-2.0
#include "exchange/finding_row.h"

#include "base/check.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "engine/replay.h"
#include "exchange/audit_tables.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Value;
using engine::Finding;
using engine::Outcome;
using engine::RecordIndex;

// How the reader may see the entities that the sentences of a finding name.
std::string shown_name(const AuditInput& input, const FindingRow& row, const std::string& entity) {
    for (std::size_t i = 0; i < input.page.parties.size(); ++i) {
        if (input.page.parties[i].entity != entity) continue;
        const std::string name = party_name(input, input.page.parties[i], row.parties[i]);
        return name.empty() ? row.parties[i] : name;
    }
    return entity == row.finding.subject_entity ? row.finding.subject : std::string();
}

}  // namespace

FindingRows::FindingRows(const AuditInput& input, const std::vector<SubjectRow>& subjects)
    : input_(input), subjects_(subjects), subject_(input.engine.world().entity_index(input.page.subject)) {
    CHECK(subject_ != engine::no_index);
    rows_.reserve(subjects.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) rows_.emplace(subjects[i].record, i);
    for (const rule::Rule& rule : input.set.rules) add_rule(rule);
    for (const model::Entity& entity : input.set.dictionary.entities) add_entity(entity);
    for (std::size_t place = 0; place < input.findings.size(); ++place) {
        const Outcome outcome = input.findings.outcome(place);
        if (outcome == Outcome::clear || outcome == Outcome::not_applicable) continue;
        if (rules_.contains(input.findings.rule(place))) places_.push_back(static_cast<std::uint32_t>(place));
    }
}

// The other subject of a pair is the value of a fact that a feature takes from the key of another record of the same
// kind.
void FindingRows::add_rule(const rule::Rule& rule) {
    OfRule of{.number = static_cast<std::size_t>(&rule - input_.set.rules.data()), .live = rule.status == "live"};
    for (const auto& [alias, name] : rule.features) {
        const rule::Feature* feature = input_.set.feature(name);
        if (feature == nullptr || feature->from.empty()) continue;
        const model::EventType* event = input_.set.dictionary.event(feature->from);
        if (event == nullptr || event->subject != input_.page.subject) continue;
        for (const rule::Binding& out : feature->out) {
            if (out.text == "b." + input_.page.key) of.others.push_back(format("{}.{}", alias, out.name));
        }
    }
    rules_.emplace(rule.id, std::move(of));
}

// The page's subject that a record of another kind points to, as a photo does to its order: what is found of the one
// concerns the other.
void FindingRows::add_entity(const model::Entity& entity) {
    OfEntity of{.index = input_.engine.world().entity_index(entity.name)};
    if (of.index == engine::no_index) return;
    for (const model::Field& field : entity.fields) {
        if (field.ref != input_.page.subject) continue;
        of.pointer = input_.engine.paths().find(of.index, field.name).value_or(engine::Path{});
        break;
    }
    entities_.emplace(entity.name, of);
}

std::size_t FindingRows::subject_row(const OfEntity& entity, RecordIndex record) const {
    if (entity.index != subject_) {
        if (record == engine::no_record || entity.pointer.is_none()) return SIZE_MAX;
        engine::Reader reader(input_.engine.paths(), record, nullptr);
        const Value id = reader.read(entity.pointer);
        if (id.kind() != Kind::string || id.text().empty()) return SIZE_MAX;
        record = input_.engine.world().find(subject_, id.text());
    }
    const auto found = rows_.find(record);
    return found == rows_.end() ? SIZE_MAX : found->second;
}

void FindingRows::read(std::size_t place, FindingRow& into) const {
    input_.findings.read(place, into.finding);
    const Finding& finding = into.finding;
    const OfRule& rule = rules_.find(finding.rule)->second;
    into.rule = &input_.set.rules[rule.number];
    into.rule_number = rule.number;
    into.live = rule.live;
    into.record = engine::no_record;
    into.subject = SIZE_MAX;
    into.concerns.clear();
    into.other.clear();
    if (const auto entity = entities_.find(finding.subject_entity); entity != entities_.end()) {
        into.record = input_.engine.world().find(entity->second.index, finding.subject);
        into.subject = subject_row(entity->second, into.record);
    }
    if (into.subject != SIZE_MAX) {
        const SubjectRow& subject = subjects_[into.subject];
        into.concerns = subject.id;
        into.parties = subject.parties;
        if (finding.subject_entity == input_.page.subject) {
            for (const std::string& path : rule.others) {
                const Value id = stored_value(finding, path);
                if (id.kind() != Kind::string || id.text().empty() || id.text() == finding.subject) continue;
                into.other = id.text();
                break;
            }
        }
    } else {
        into.parties.clear();
        for (const AuditParty& party : input_.page.parties)
            into.parties.push_back(party.entity == finding.subject_entity ? finding.subject : std::string());
    }
    engine::Sentences said =
        engine::sentences(input_.set, *into.rule, finding, input_.zone,
                          [&](const std::string& entity) { return shown_name(input_, into, entity); });
    into.zh = std::move(said.zh);
    into.en = std::move(said.en);
}

FindingRow FindingRows::at(std::size_t place) const {
    FindingRow row;
    read(place, row);
    return row;
}

std::string party_name(const AuditInput& input, const AuditParty& party, const std::string& id) {
    const engine::World& world = input.engine.world();
    const engine::EntityIndex entity = world.entity_index(party.entity);
    if (entity == engine::no_index || id.empty()) return {};
    const RecordIndex record = world.find(entity, id);
    const engine::FieldIndex field = world.field_index(entity, party.name_field);
    if (record == engine::no_record || field == engine::no_index) return {};
    const Value name = world.field(record, field);
    if (name.kind() != Kind::string) return {};
    return party.name_level <= input.scope.max_level() ? name.text() : model::masked(name.text());
}

cel::Value stored_value(const Finding& finding, std::string_view path) {
    for (const engine::UsedValue& used : finding.values) {
        if (used.path == path && !used.absent) return engine::value_of_base_text(used.type, used.text);
    }
    return {};
}

rule::Explanation explanation_of(const AuditInput& input, const FindingRow& row, rule::Language language) {
    return engine::explain(input.set, row.finding, language, input.zone,
                           [&](const std::string& entity) { return shown_name(input, row, entity); });
}

}  // namespace ningyi::exchange
