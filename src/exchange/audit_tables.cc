// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_tables.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "engine/body_value.h"
#include "engine/replay.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Value;
using engine::Finding;
using engine::Outcome;
using engine::RecordIndex;

std::size_t index_of(Outcome outcome) {
    return static_cast<std::size_t>(outcome);
}

__extension__ using Wide = __int128;  // money times milliseconds of one claim

// x · a / b, halves away from zero; 0 when b is not positive.
std::int64_t share(std::int64_t x, std::int64_t a, std::int64_t b) {
    if (b <= 0) return 0;
    const Wide product = Wide{x} * a;
    const Wide half = product < 0 ? -b : b;
    return static_cast<std::int64_t>((2 * product + half) / (2 * Wide{b}));
}

class LevelHost final : public cel::Host {
public:
    LevelHost(engine::Reader& reader, const std::vector<engine::Path>& slots) : reader_(reader), slots_(slots) {}
    Value read(std::uint16_t slot) override {
        const Value value = reader_.read(slots_[slot]);
        return value.is_known() ? value : Value::absent(slot);
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

private:
    engine::Reader& reader_;
    const std::vector<engine::Path>& slots_;
};

// A sentence with its values left out: what a doubt is about in general.
std::string in_general(const rule::Sentence& sentence) {
    std::string text;
    for (const rule::Sentence::Part& part : sentence.parts) text += part.is_value ? "…" : part.text;
    return text;
}

model::Label path_label(const rule::RuleSet& set, const rule::Rule& rule, const std::string& path) {
    const std::size_t dot = path.find('.');
    const std::string head = path.substr(0, dot);
    if (dot != std::string::npos) {
        if (const model::Entity* entity = set.dictionary.entity(head)) {
            if (const model::Field* field = entity->field(path.substr(dot + 1))) return field->label;
        }
    }
    for (const auto& [alias, name] : rule.features) {
        const rule::Feature* feature = alias == head ? set.feature(name) : nullptr;
        if (feature != nullptr) return feature->title;
    }
    for (const auto& [local, name] : rule.params) {
        const rule::Param* param = local == path ? set.param(name) : nullptr;
        if (param != nullptr) return param->title;
    }
    return {path, path};
}

class Builder {
public:
    explicit Builder(const AuditInput& input)
        : input_(input), world_(input.engine.world()), paths_(input.engine.paths()) {
        subject_ = world_.entity_index(input.page.subject);
        if (subject_ == engine::no_index) return;
        money_ = path(input.page.money);
        time_ = path(input.page.time);
        for (const AuditParty& party : input.page.parties) party_paths_.push_back(path(party.id));
        for (std::uint16_t slot = 0; slot < input.page.names.slots(); ++slot) {
            std::string_view name = input.page.names.path(slot);
            if (name.substr(0, input.page.subject.size() + 1) == input.page.subject + ".")
                name.remove_prefix(input.page.subject.size() + 1);
            level_paths_.push_back(paths_.find(subject_, name).value_or(engine::Path{}));
        }
    }

    AuditTables build() {
        for (const rule::Rule& rule : input_.set.rules)
            rule_rows_.emplace(rule.id, tables_.rules.size()), tables_.rules.push_back({.rule = &rule});
        if (subject_ != engine::no_index) add_subjects();
        report(0.1);
        add_findings();
        report(0.6);
        for (const ledger::Count& count : input_.counts) {
            if (count.outcome != Outcome::clear && count.outcome != Outcome::not_applicable) continue;
            tables_.count[index_of(count.outcome)] += count.count;
            const auto found = rule_rows_.find(count.rule);
            if (found != rule_rows_.end()) tables_.rules[found->second].count[index_of(count.outcome)] += count.count;
        }
        add_up();
        rank();
        report(0.7);
        return std::move(tables_);
    }

private:
    void report(double share_done) const {
        if (input_.progress) input_.progress(share_done);
    }

    engine::Path path(const std::string& text) const {
        if (text.empty()) return {};
        return paths_.find(subject_, text).value_or(engine::Path{});
    }

    static std::string text_of(const Value& value) {
        return value.kind() == Kind::string ? value.text() : std::string();
    }

    void add_subjects() {
        const AuditPage& page = input_.page;
        std::vector<RecordIndex> records(world_.records(subject_).begin(), world_.records(subject_).end());
        std::sort(records.begin(), records.end(),
                  [&](RecordIndex a, RecordIndex b) { return world_.record(a).id < world_.record(b).id; });
        for (const RecordIndex index : records) {
            if (world_.record(index).changes.empty()) continue;  // only referred to
            engine::Reader reader(paths_, index, nullptr);
            SubjectRow row;
            row.id = world_.record(index).id;
            row.record = index;
            for (const engine::Path& party : party_paths_) row.parties.push_back(text_of(reader.read(party)));
            const Value date = reader.date();
            if (date.kind() == Kind::date) {
                const Date day{static_cast<std::int32_t>(date.number())};
                row.date = to_text(day);
                if ((input_.period_from && day < *input_.period_from) || (input_.period_to && *input_.period_to < day))
                    ++tables_.notes.outside_period;
            }
            if (const auto time = reader.time(); time && input_.taken_at && *time > *input_.taken_at)
                ++tables_.notes.after_as_of;
            const Value money = reader.read(money_);
            if (money.kind() == Kind::money) row.claimed_fen = money.number();
            LevelHost host(reader, level_paths_);
            if (row.claimed_fen && !page.claimed_if.is_empty() &&
                page.claimed_if.evaluate(host, input_.zone).is_false())
                row.claimed_fen = 0;
            row.substantiated_fen = row.claimed_fen;
            for (std::size_t i = 0; i < page.levels.size() && row.level == SIZE_MAX; ++i) {
                if (page.levels[i].condition.evaluate(host, input_.zone).is_true()) row.level = i;
            }
            rows_.emplace(index, tables_.subjects.size());
            tables_.subjects.push_back(std::move(row));
        }
    }

    void add_findings() {
        tables_.findings.reserve(input_.findings.size());
        for (std::size_t place = 0; place < input_.findings.size(); ++place) {
            FindingRow row;
            row.finding = input_.findings.at(place);
            const Finding& finding = row.finding;
            if (finding.outcome == Outcome::clear || finding.outcome == Outcome::not_applicable) continue;
            row.rule = input_.set.rule(finding.rule);
            if (row.rule == nullptr) continue;
            row.live = row.rule->status == "live";
            const engine::EntityIndex entity = world_.entity_index(finding.subject_entity);
            if (entity != engine::no_index) row.record = world_.find(entity, finding.subject);
            const auto found = rows_.find(entity == subject_ ? row.record : concerned(entity, row.record));
            if (found != rows_.end()) {
                row.subject = found->second;
                row.concerns = tables_.subjects[row.subject].id;
                row.parties = tables_.subjects[row.subject].parties;
                if (entity == subject_) row.other = other_subject(row);
            } else {
                for (const AuditParty& party : input_.page.parties) {
                    row.parties.push_back(party.entity == finding.subject_entity ? finding.subject : std::string());
                }
            }
            row.zh = explanation_of(input_, row, rule::Language::zh).sentence;
            row.en = explanation_of(input_, row, rule::Language::en).sentence;
            count(row);
            tables_.findings.push_back(std::move(row));
        }
    }

    // The page's subject that a record of another kind points to, as a photo does to its order: what is found of the
    // one concerns the other.
    RecordIndex concerned(engine::EntityIndex entity, RecordIndex record) const {
        if (entity == engine::no_index || record == engine::no_record) return engine::no_record;
        const model::Entity* declared = input_.set.dictionary.entity(world_.entity(entity).name);
        if (declared == nullptr) return engine::no_record;
        for (const model::Field& field : declared->fields) {
            if (field.ref != input_.page.subject) continue;
            const auto pointer = paths_.find(entity, field.name);
            if (!pointer) return engine::no_record;
            engine::Reader reader(paths_, record, nullptr);
            const std::string id = text_of(reader.read(*pointer));
            return id.empty() ? engine::no_record : world_.find(subject_, id);
        }
        return engine::no_record;
    }

    // The value of a fact that a feature takes from the key of another record of the same kind.
    std::string other_subject(const FindingRow& row) const {
        for (const auto& [alias, name] : row.rule->features) {
            const rule::Feature* feature = input_.set.feature(name);
            if (feature == nullptr || feature->from.empty()) continue;
            const model::EventType* event = input_.set.dictionary.event(feature->from);
            if (event == nullptr || event->subject != input_.page.subject) continue;
            for (const rule::Binding& out : feature->out) {
                if (out.text != "b." + input_.page.key) continue;
                const std::string id = text_of(stored_value(row.finding, format("{}.{}", alias, out.name)));
                if (!id.empty() && id != row.finding.subject) return id;
            }
        }
        return {};
    }

    void count(const FindingRow& row) {
        const Finding& finding = row.finding;
        ++tables_.count[index_of(finding.outcome)];
        RuleTotals& totals = tables_.rules[rule_rows_.at(finding.rule)];
        ++totals.count[index_of(finding.outcome)];
        if (finding.outcome == Outcome::hit) totals.at_risk_fen += finding.at_risk_fen;
        if (finding.outcome == Outcome::inconclusive) count_reasons(row);
        if (row.subject == SIZE_MAX) return;
        SubjectRow& subject = tables_.subjects[row.subject];
        if (finding.outcome == Outcome::inconclusive) {
            ++subject.inconclusive;
            const std::vector<std::string>& proof = input_.page.proof;
            if (row.live && std::find(proof.begin(), proof.end(), finding.rule) != proof.end())
                subject.is_unproven = true;
        }
        if (finding.outcome == Outcome::exempt) ++subject.exempt;
        if (finding.outcome != Outcome::hit || !row.live) return;
        ++subject.hits;
        if (subject.rules.empty() || subject.rules.back() != finding.rule) subject.rules.push_back(finding.rule);
        subject.at_risk_fen = std::max(subject.at_risk_fen, finding.at_risk_fen);
        if (subject.claimed_fen) {
            subject.substantiated_fen = std::min(*subject.substantiated_fen, still_payable(row, *subject.claimed_fen));
        }
    }

    // What of the claim this hit leaves: nothing while it is blocked or held, the payable part of a partial one, all of
    // it when the hit only draws attention.
    std::int64_t still_payable(const FindingRow& row, std::int64_t claimed_fen) const {
        const Finding& finding = row.finding;
        if (finding.effect == "block" || finding.effect == "hold") return 0;
        if (finding.effect != "partial") return claimed_fen;
        const Value payable = engine::value_of_base_text(finding.payable_type, finding.payable);
        if (payable.kind() == Kind::money)
            return std::clamp<std::int64_t>(payable.number(), 0, std::max<std::int64_t>(claimed_fen, 0));
        if (payable.kind() != Kind::duration) return 0;
        engine::Reader reader(paths_, tables_.subjects[row.subject].record, nullptr);
        const Value time = reader.read(time_);
        if (time.kind() != Kind::duration || time.ms() <= 0) return 0;
        return share(claimed_fen, std::clamp<std::int64_t>(payable.ms(), 0, time.ms()), time.ms());
    }

    void count_reason(const std::string& id, const std::string& rule, const std::string& zh, const std::string& en) {
        const auto [found, is_new] = reason_rows_.emplace(zh + "|" + en, tables_.reasons.size());
        if (is_new) tables_.reasons.push_back({.id = id, .zh = zh, .en = en});
        ReasonTotals& reason = tables_.reasons[found->second];
        ++reason.count;
        if (reason.rules.empty() || reason.rules.back() != rule) reason.rules.push_back(rule);
    }

    void count_reasons(const FindingRow& row) {
        const Finding& finding = row.finding;
        for (const std::string& missing : finding.missing) {
            const model::Label label = path_label(input_.set, *row.rule, missing);
            count_reason("missing:" + missing, finding.rule, "缺少：" + label.zh, "missing: " + label.en);
        }
        if (!finding.missing.empty()) return;
        for (const auto* list : {&row.rule->doubts, &row.rule->exceptions}) {
            for (const rule::Clause& clause : *list) {
                if (clause.id != finding.reason) continue;
                count_reason(clause.id, finding.rule, in_general(clause.zh), in_general(clause.en));
                return;
            }
        }
        if (finding.reason == "applies") {
            count_reason("applies", finding.rule, "不知道规则是否适用", "not known whether the rule applies");
        } else {
            count_reason("other", finding.rule, "数据无法计算", "the data could not be computed with");
        }
    }

    void add_up() {
        tables_.parties.resize(input_.page.parties.size());
        std::vector<std::unordered_map<std::string, std::size_t>> found(input_.page.parties.size());
        const auto of = [&](std::size_t party, const std::string& id) -> PartyTotals& {
            const auto [place, is_new] = found[party].emplace(id, tables_.parties[party].size());
            if (is_new)
                tables_.parties[party].push_back(
                    {.id = id, .name = party_name(input_, input_.page.parties[party], id)});
            return tables_.parties[party][place->second];
        };
        for (SubjectRow& subject : tables_.subjects) {
            if (subject.is_unproven && subject.substantiated_fen)
                std::swap(subject.unverified_fen, *subject.substantiated_fen);
            tables_.claimed_fen += subject.claimed_fen.value_or(0);
            tables_.at_risk_fen += subject.at_risk_fen;
            tables_.substantiated_fen += subject.substantiated_fen.value_or(0);
            tables_.unverified_fen += subject.unverified_fen;
            tables_.subjects_hit += subject.hits > 0 ? 1 : 0;
            for (std::size_t i = 0; i < subject.parties.size(); ++i) {
                if (subject.parties[i].empty()) continue;
                PartyTotals& party = of(i, subject.parties[i]);
                ++party.subjects;
                party.subjects_hit += subject.hits > 0 ? 1 : 0;
                party.claimed_fen += subject.claimed_fen.value_or(0);
                party.at_risk_fen += subject.at_risk_fen;
                party.substantiated_fen += subject.substantiated_fen.value_or(0);
                party.unverified_fen += subject.unverified_fen;
            }
        }
        for (const FindingRow& row : tables_.findings) {
            for (std::size_t i = 0; i < row.parties.size(); ++i) {
                if (row.parties[i].empty()) continue;
                PartyTotals& party = of(i, row.parties[i]);
                if (row.finding.outcome == Outcome::inconclusive) ++party.inconclusive;
                if (row.finding.outcome != Outcome::hit || !row.live) continue;
                ++party.hits;
                ++party.rules[row.finding.rule];
            }
        }
        for (std::vector<PartyTotals>& list : tables_.parties) {
            std::sort(list.begin(), list.end(), [](const PartyTotals& a, const PartyTotals& b) {
                if (a.at_risk_fen != b.at_risk_fen) return a.at_risk_fen > b.at_risk_fen;
                if (a.hits != b.hits) return a.hits > b.hits;
                return a.id < b.id;
            });
        }
        std::stable_sort(tables_.reasons.begin(), tables_.reasons.end(),
                         [](const ReasonTotals& a, const ReasonTotals& b) {
                             return a.count != b.count ? a.count > b.count : a.id < b.id;
                         });
    }

    void rank() {
        for (std::size_t i = 0; i < tables_.findings.size(); ++i) {
            if (tables_.findings[i].finding.outcome == Outcome::hit)
                (tables_.findings[i].live ? tables_.ranked : tables_.watched).push_back(i);
        }
        const auto weight = [&](std::size_t i) {
            const Finding& finding = tables_.findings[i].finding;
            return finding.severity * std::max<std::int64_t>(finding.at_risk_fen, 1);
        };
        for (std::vector<std::size_t>* list : {&tables_.ranked, &tables_.watched}) {
            std::stable_sort(list->begin(), list->end(), [&](std::size_t x, std::size_t y) {
                const std::int64_t left = weight(x), right = weight(y);
                if (left != right) return left > right;
                return tables_.findings[x].finding.severity > tables_.findings[y].finding.severity;
            });
        }
    }

    const AuditInput& input_;
    const engine::World& world_;
    const engine::Paths& paths_;
    engine::EntityIndex subject_ = engine::no_index;
    engine::Path money_, time_;
    std::vector<engine::Path> party_paths_, level_paths_;
    std::unordered_map<RecordIndex, std::size_t> rows_;
    std::unordered_map<std::string, std::size_t> rule_rows_, reason_rows_;
    AuditTables tables_;
};

}  // namespace

AuditTables audit_tables(const AuditInput& input) {
    return Builder(input).build();
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
    return engine::explain(input.set, row.finding, language, input.zone, [&](const std::string& entity) -> std::string {
        for (std::size_t i = 0; i < input.page.parties.size(); ++i) {
            if (input.page.parties[i].entity != entity) continue;
            const std::string name = party_name(input, input.page.parties[i], row.parties[i]);
            return name.empty() ? row.parties[i] : name;
        }
        return entity == row.finding.subject_entity ? row.finding.subject : std::string();
    });
}

}  // namespace ningyi::exchange
