// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_tables.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "exchange/finding_row.h"

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

}  // namespace

struct TableBuilder::Counting {
    Counting(const AuditInput& input, AuditTables& tables)
        : input_(input), world_(input.engine.world()), paths_(input.engine.paths()), tables_(tables) {
        subject_ = world_.entity_index(input.page.subject);
        CHECK(subject_ != engine::no_index);
        money_ = path(input.page.money);
        time_ = path(input.page.time);
        for (const AuditParty& party : input.page.parties) party_paths_.push_back(path(party.id));
        for (std::uint16_t slot = 0; slot < input.page.names.slots(); ++slot) {
            std::string_view name = input.page.names.path(slot);
            if (name.substr(0, input.page.subject.size() + 1) == input.page.subject + ".")
                name.remove_prefix(input.page.subject.size() + 1);
            level_paths_.push_back(paths_.find(subject_, name).value_or(engine::Path{}));
        }
        for (const rule::Rule& rule : input_.set.rules)
            rule_rows_.emplace(rule.id, tables_.rules.size()), tables_.rules.push_back({.rule = &rule});
        add_subjects();
        tables_.parties.resize(input_.page.parties.size());
        party_rows_.resize(input_.page.parties.size());
        for (const SubjectRow& subject : tables_.subjects) {
            for (std::size_t i = 0; i < subject.parties.size(); ++i)
                party_of_subject_.push_back(party_row(i, subject.parties[i]));
        }
    }

    void finish() {
        for (const ledger::Count& count : input_.counts) {
            if (count.outcome != Outcome::clear && count.outcome != Outcome::not_applicable) continue;
            tables_.count[index_of(count.outcome)] += count.count;
            const auto found = rule_rows_.find(count.rule);
            if (found != rule_rows_.end()) tables_.rules[found->second].count[index_of(count.outcome)] += count.count;
        }
        add_up();
        rank();
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
            tables_.subjects.push_back(std::move(row));
        }
    }

    void count(std::size_t place, const FindingRow& row) {
        const Finding& finding = row.finding;
        ++tables_.count[index_of(finding.outcome)];
        RuleTotals& totals = tables_.rules[row.rule_number];
        ++totals.count[index_of(finding.outcome)];
        if (finding.outcome == Outcome::hit) totals.at_risk_fen += finding.at_risk_fen;
        if (finding.outcome == Outcome::inconclusive) count_reasons(row);
        if (finding.outcome == Outcome::hit) {
            (row.live ? ranked_ : watched_)
                .push_back(
                    {place, finding.severity * std::max<std::int64_t>(finding.at_risk_fen, 1), finding.severity});
        }
        count_parties(row);
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

    // The row of a party, made when it is met first; nobody for "".
    std::uint32_t party_row(std::size_t party, const std::string& id) {
        if (id.empty()) return nobody;
        std::vector<PartyTotals>& rows = tables_.parties[party];
        const auto [place, is_new] = party_rows_[party].emplace(id, static_cast<std::uint32_t>(rows.size()));
        if (is_new) rows.push_back({.id = id, .name = party_name(input_, input_.page.parties[party], id)});
        return place->second;
    }

    void count_parties(const FindingRow& row) {
        const bool is_undecided = row.finding.outcome == Outcome::inconclusive;
        const bool is_lead = row.finding.outcome == Outcome::hit && row.live;
        const std::size_t parties = input_.page.parties.size();
        for (std::size_t i = 0; i < parties; ++i) {
            const std::uint32_t at =
                row.subject == SIZE_MAX ? party_row(i, row.parties[i]) : party_of_subject_[row.subject * parties + i];
            if (at == nobody) continue;
            PartyTotals& party = tables_.parties[i][at];
            if (is_undecided) ++party.inconclusive;
            if (!is_lead) continue;
            ++party.hits;
            ++party.rules[row.finding.rule];
        }
    }

    struct Reason {
        std::string id, zh, en;
    };
    // `known_by` tells a reason apart within a rule; what it says is only put together the first time.
    template <class Say>
    void count_reason(const FindingRow& row, std::string_view known_by, const Say& say) {
        reason_key_.assign(row.finding.rule).append("|").append(known_by);
        auto known = reasons_of_rules_.find(reason_key_);
        if (known == reasons_of_rules_.end()) {
            Reason said = say();
            const auto [found, is_new] = reason_rows_.emplace(said.zh + "|" + said.en, tables_.reasons.size());
            if (is_new)
                tables_.reasons.push_back(
                    {.id = std::move(said.id), .zh = std::move(said.zh), .en = std::move(said.en)});
            known = reasons_of_rules_.emplace(reason_key_, found->second).first;
        }
        ReasonTotals& reason = tables_.reasons[known->second];
        ++reason.count;
        if (reason.rules.empty() || reason.rules.back() != row.finding.rule) reason.rules.push_back(row.finding.rule);
    }

    void count_reasons(const FindingRow& row) {
        for (const std::string& missing : row.finding.missing) {
            count_reason(row, "missing:" + missing, [&]() -> Reason {
                const model::Label label = path_label(input_.set, *row.rule, missing);
                return {"missing:" + missing, "缺少：" + label.zh, "missing: " + label.en};
            });
        }
        if (row.finding.missing.empty())
            count_reason(row, row.finding.reason, [&] { return reason_of(*row.rule, row.finding.reason); });
    }

    static Reason reason_of(const rule::Rule& rule, const std::string& reason) {
        for (const auto* list : {&rule.doubts, &rule.exceptions}) {
            for (const rule::Clause& clause : *list) {
                if (clause.id == reason) return {clause.id, in_general(clause.zh), in_general(clause.en)};
            }
        }
        if (reason == "applies") return {"applies", "不知道规则是否适用", "not known whether the rule applies"};
        return {"other", "数据无法计算", "the data could not be computed with"};
    }

    void add_up() {
        const std::uint32_t* party_of = party_of_subject_.data();
        for (SubjectRow& subject : tables_.subjects) {
            if (subject.is_unproven && subject.substantiated_fen)
                std::swap(subject.unverified_fen, *subject.substantiated_fen);
            tables_.claimed_fen += subject.claimed_fen.value_or(0);
            tables_.at_risk_fen += subject.at_risk_fen;
            tables_.substantiated_fen += subject.substantiated_fen.value_or(0);
            tables_.unverified_fen += subject.unverified_fen;
            tables_.subjects_hit += subject.hits > 0 ? 1 : 0;
            for (std::size_t i = 0; i < subject.parties.size(); ++i) {
                const std::uint32_t at = *party_of++;
                if (at == nobody) continue;
                PartyTotals& party = tables_.parties[i][at];
                ++party.subjects;
                party.subjects_hit += subject.hits > 0 ? 1 : 0;
                party.claimed_fen += subject.claimed_fen.value_or(0);
                party.at_risk_fen += subject.at_risk_fen;
                party.substantiated_fen += subject.substantiated_fen.value_or(0);
                party.unverified_fen += subject.unverified_fen;
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
        for (auto [from, to] : {std::pair(&ranked_, &tables_.ranked), std::pair(&watched_, &tables_.watched)}) {
            std::stable_sort(from->begin(), from->end(), [](const Ranked& a, const Ranked& b) {
                return a.weight != b.weight ? a.weight > b.weight : a.severity > b.severity;
            });
            for (const Ranked& one : *from) to->push_back(one.place);
        }
    }

    struct Ranked {
        std::size_t place = 0;
        std::int64_t weight = 0;
        int severity = 0;
    };
    static constexpr std::uint32_t nobody = UINT32_MAX;

    const AuditInput& input_;
    const engine::World& world_;
    const engine::Paths& paths_;
    engine::EntityIndex subject_ = engine::no_index;
    engine::Path money_, time_;
    std::vector<engine::Path> party_paths_, level_paths_;
    std::unordered_map<std::string, std::size_t> rule_rows_, reason_rows_;
    std::unordered_map<std::string, std::size_t> reasons_of_rules_;
    std::string reason_key_;
    std::vector<std::unordered_map<std::string, std::uint32_t>> party_rows_;
    std::vector<std::uint32_t> party_of_subject_;  // subject by subject, one a party of the page
    std::vector<Ranked> ranked_, watched_;
    AuditTables& tables_;
};

TableBuilder::TableBuilder(const AuditInput& input)
    : tables_(std::make_unique<AuditTables>()), counting_(std::make_unique<Counting>(input, *tables_)) {}
TableBuilder::~TableBuilder() = default;

void TableBuilder::add(std::size_t place, const FindingRow& row) {
    counting_->count(place, row);
}

const AuditTables& TableBuilder::finish() {
    counting_->finish();
    return *tables_;
}

}  // namespace ningyi::exchange
