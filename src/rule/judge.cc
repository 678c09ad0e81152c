// SPDX-License-Identifier: Apache-2.0
#include "rule/judge.h"

#include <algorithm>

#include "base/text.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Slots;
using cel::Value;

std::string day_text(Date day) {
    return day.days == INT32_MIN || day.days == INT32_MAX ? "" : to_text(day);  // "": open
}

char mark(const Value& value) {
    return value.is_true() ? 't' : value.is_false() ? 'f' : '?';
}

// One judgement under way: gives expressions their values, each read or computed once, and remembers what knowledge was
// used.
class Judging final : public cel::Host {
public:
    Judging(const RuleSet& set, const Rule& rule, Facts& facts, const Zone& zone)
        : set_(set), rule_(rule), facts_(facts), zone_(zone), slots_(rule.sources.size()) {
        const Value date = facts.date();
        if (date.kind() == Kind::date) day_ = Date{static_cast<std::int32_t>(date.number())};
    }

    Judgement judge(Detail detail) {
        if (day_ && !rule_.in_force.contains(*day_)) return not_applicable("in_force");
        // A subject whose kind has no day is judged without one: in_force is not asked, dated values are absent.
        const bool lacks_day = !day_ && rule_.date_slot.has_value();
        if (!rule_.applies.is_empty() || lacks_day) {
            Value applies = rule_.applies.is_empty() ? Value::of_bool(true) : evaluate(rule_.applies);
            if (applies.is_false()) return not_applicable("applies");
            if (lacks_day && !applies.is_absent()) applies = absent_day();
            if (!applies.is_true()) {
                note(applies);
                return inconclusive("applies");
            }
        }
        look_at_clauses();
        look_at_needs();
        look_at_doubts();
        if (fold_ == Fold::is_false && !is_unknown_) {
            judgement_.outcome = Outcome::clear;
            return detail == Detail::clear_too ? stored() : std::move(judgement_);
        }
        const Clause* excuse = look_at_exceptions();
        if (excuse != nullptr) {
            judgement_.outcome = Outcome::exempt;
            judgement_.reason = excuse->id;
            return stored();
        }
        if (is_unknown_) return unknown();
        if (unknown_excuse_ != nullptr) {
            note(unknown_excuse_value_);
            return inconclusive(unknown_excuse_->id);
        }
        for (std::size_t i = 0; i < rule_.doubts.size(); ++i) {
            const Clause& doubt = rule_.doubts[i];
            if (!doubt.asked_of_hits_only) continue;
            const Value value = evaluate(doubt.condition);
            judgement_.doubts[i] = mark(value);
            if (value.is_false()) continue;
            note(value);
            return inconclusive(doubt.id);
        }
        return hit();
    }

    // cel::Host
    Value read(std::uint16_t slot) override {
        Slot& known = slots_[slot];
        if (known.is_read) return known.value;
        const SlotSource& source = rule_.sources[slot];
        Value value;
        switch (source.kind) {
            case SlotSource::Kind::fact:
                value = facts_.read(slot);
                if (value.is_absent() && value.missing().empty()) value = Value::absent(slot);
                break;
            case SlotSource::Kind::param: value = chosen(source.index, slot); break;
            case SlotSource::Kind::let: value = evaluate(rule_.lets[source.index].expression); break;
            case SlotSource::Kind::list: value = members(set_.lists[source.index]); break;
            case SlotSource::Kind::table:
            case SlotSource::Kind::others:
                return known.value;  // read for the finding only: as it was looked up, if it was
        }
        known.value = std::move(value);
        known.is_read = true;
        return known.value;
    }

    Value look_up(std::uint16_t slot, std::span<const Value> key) override {
        const SlotSource& source = rule_.sources[slot];
        Value value = Value::absent(slot);
        if (source.kind == SlotSource::Kind::others) {
            value = facts_.others(slot, key[0]);
            if (value.is_absent() && value.missing().empty()) value = Value::absent(slot);
        } else if (!day_) {
            return absent_day();
        } else {
            const Table& table = set_.tables[source.index];
            std::vector<const TableRow*> rows = matching_rows(table, key, *day_);
            if (is_single_hit(table.hit) && rows.size() > 1) rows.resize(1);
            for (const TableRow* row : rows) use_row(table, *row);
            const Value answered = answer(table, source.column, rows);
            if (!answered.is_absent()) value = answered;
        }
        slots_[slot] = {value, true};
        return value;
    }

    Value contains(std::uint16_t slot, std::span<const Value> key) override {
        if (!day_) return absent_day();
        const SlotSource& source = rule_.sources[slot];
        if (source.kind == SlotSource::Kind::list) {
            const ListOf& list = set_.lists[source.index];
            const ListEntry* entry = find_entry(list, key, *day_);
            if (entry == nullptr) return Value::of_bool(false);
            last_entry_ = join(entry->key, ",");
            use({list.name, last_entry_, day_text(entry->days.from), day_text(entry->days.to), entry->why, entry->by,
                 entry->approved});
            return Value::of_bool(true);
        }
        const TableRow* row = find_row(set_.tables[source.index], key, *day_);
        if (row == nullptr) return Value::of_bool(false);
        use_row(set_.tables[source.index], *row);
        return Value::of_bool(true);
    }

private:
    enum class Fold : std::uint8_t { is_false, is_absent, is_error, is_true };
    struct Slot {
        Value value;
        bool is_read = false;
    };
    struct Choice {
        const ParamValue* value = nullptr;
        Value missing;
    };

    Value evaluate(const cel::Expression& expression) { return expression.evaluate(*this, zone_); }

    Value absent_day() const { return rule_.date_slot ? Value::absent(*rule_.date_slot) : Value(); }

    // Per scope the latest value in force; then the most specific scope wins, by its highest key, then the next
    // (rules.md §6).
    Choice choose(const Param& param, std::uint16_t slot) {
        if (!day_) return {nullptr, absent_day()};
        const ParamValue* best = nullptr;
        std::uint64_t best_rank = 0;
        for (const std::vector<std::uint32_t>& group : param.by_scope) {
            const ParamValue* value = in_force(param, group, *day_);
            if (value == nullptr) continue;
            std::uint64_t rank = 0;
            bool is_match = true;
            for (const auto& [key, wanted] : value->scope) {
                std::size_t at = 0;
                while (at < rule_.scope_slots.size() && rule_.scope_slots[at].first != key) ++at;
                if (at == rule_.scope_slots.size()) return {nullptr, Value::absent(slot)};
                const Value own = facts_.scope(key);
                if (own.kind() != Kind::string) return {nullptr, Value::absent(rule_.scope_slots[at].second)};
                rank |= std::uint64_t{1} << std::min<std::size_t>(at, 63);
                is_match = is_match && own.text() == wanted;
            }
            if (is_match && (best == nullptr || rank > best_rank)) best = value, best_rank = rank;
        }
        if (best == nullptr) return {nullptr, Value::absent(slot)};
        return {best, {}};
    }

    Value chosen(std::uint32_t index, std::uint16_t slot) {
        const Choice choice = choose(set_.params[rule_.param_index[index]], slot);
        return choice.value == nullptr ? choice.missing : choice.value->value;
    }

    Value members(const ListOf& list) {
        if (!day_) return absent_day();
        cel::List keys;
        for (const ListEntry& entry : list.entries) {
            if (entry.days.contains(*day_) && entry.key.size() == 1) keys.push_back(Value::of_string(entry.key[0]));
        }
        return Value::of_list(std::move(keys));
    }

    void use(std::vector<std::string> parts) { knowledge_.push_back(std::move(parts)); }

    void use_row(const Table& table, const TableRow& row) {
        std::vector<std::string> key;
        for (const KeyCell& cell : row.key) key.push_back(cell.said);
        last_entry_ = join(key, ",");
        std::vector<std::string> parts{table.name, last_entry_, day_text(row.days.from), day_text(row.days.to),
                                       row.why};
        for (const Value& column : row.columns) parts.push_back(exact_text(column));
        use(std::move(parts));
    }

    // What is missing or wrong in a value that was not known.
    void note(const Value& value) {
        if (value.is_absent()) missing_.insert(missing_.end(), value.missing().begin(), value.missing().end());
        if (value.is_error() && judgement_.error.empty()) judgement_.error = value.text();
    }

    void look_at_clauses() {
        bool has_true = false;
        bool has_false = false;
        bool has_absent = false;
        bool has_error = false;
        judgement_.clauses.reserve(rule_.clauses.size());
        for (const Clause& clause : rule_.clauses) {
            const Value value = evaluate(clause.condition);
            judgement_.clauses += mark(value);
            has_true = has_true || value.is_true();
            has_false = has_false || value.is_false();
            if (value.is_absent()) {
                has_absent = true;
                unknown_slots_.insert(unknown_slots_.end(), value.missing().begin(), value.missing().end());
            }
            if (value.is_error()) {
                has_error = true;
                if (first_error_.empty()) first_error_ = value.text();
            }
        }
        const bool decides = rule_.any ? has_true : has_false;
        if (decides)
            fold_ = rule_.any ? Fold::is_true : Fold::is_false;
        else if (has_absent)
            fold_ = Fold::is_absent;
        else if (has_error)
            fold_ = Fold::is_error;
        else
            fold_ = rule_.any ? Fold::is_false : Fold::is_true;
        is_unknown_ = fold_ == Fold::is_absent || fold_ == Fold::is_error;
    }

    void look_at_needs() {
        for (const std::uint16_t slot : rule_.needs) require(read(slot));
        for (const std::uint16_t slot : rule_.param_slots) require(read(slot));
    }

    void require(const Value& value) {
        if (value.is_known()) return;
        is_unknown_ = true;
        if (value.is_absent()) missing_.insert(missing_.end(), value.missing().begin(), value.missing().end());
        if (value.is_error() && first_error_.empty()) first_error_ = value.text();
    }

    void look_at_doubts() {
        judgement_.doubts.assign(rule_.doubts.size(), '.');
        for (std::size_t i = 0; i < rule_.doubts.size(); ++i) {
            const Clause& doubt = rule_.doubts[i];
            if (doubt.asked_of_hits_only) continue;
            const Value value = evaluate(doubt.condition);
            judgement_.doubts[i] = mark(value);
            if (value.is_false()) continue;
            is_unknown_ = true;
            if (value.is_true() && true_doubt_ == nullptr) true_doubt_ = &doubt;
            if (value.is_absent())
                doubt_slots_.insert(doubt_slots_.end(), value.missing().begin(), value.missing().end());
            if (value.is_error() && first_error_.empty()) first_error_ = value.text();
            if (!value.is_true() && unknown_doubt_ == nullptr) unknown_doubt_ = &doubt;
        }
    }

    // The first exception that is true, or null. Those behind it are not looked at.
    const Clause* look_at_exceptions() {
        judgement_.exceptions.assign(rule_.exceptions.size(), '.');
        for (std::size_t i = 0; i < rule_.exceptions.size(); ++i) {
            const Clause& exception = rule_.exceptions[i];
            last_entry_.clear();
            const Value value = evaluate(exception.condition);
            judgement_.exceptions[i] = mark(value);
            if (value.is_true()) {
                judgement_.entry = last_entry_;
                return &exception;
            }
            if (!value.is_false() && unknown_excuse_ == nullptr) {
                unknown_excuse_ = &exception;
                unknown_excuse_value_ = value;
            }
        }
        return nullptr;
    }

    Judgement not_applicable(const char* reason) {
        judgement_.outcome = Outcome::not_applicable;
        judgement_.reason = reason;
        return std::move(judgement_);
    }

    // Missing paths, else the doubt, else the error. What a rule needs and its dated values go before what its clauses
    // lack.
    Judgement unknown() {
        if (missing_.empty() && fold_ == Fold::is_absent) missing_ = unknown_slots_;
        if (!missing_.empty()) return inconclusive("missing");
        if (true_doubt_ != nullptr) return inconclusive(true_doubt_->id);
        if (!doubt_slots_.empty()) {
            missing_ = doubt_slots_;
            return inconclusive(unknown_doubt_->id);
        }
        judgement_.error = first_error_;
        return inconclusive("error");
    }

    Judgement inconclusive(const std::string& reason) {
        judgement_.outcome = Outcome::inconclusive;
        judgement_.reason = reason;
        for (const std::uint16_t slot : missing_) judgement_.missing.push_back(rule_.names.path(slot));
        std::sort(judgement_.missing.begin(), judgement_.missing.end());
        judgement_.missing.erase(std::unique(judgement_.missing.begin(), judgement_.missing.end()),
                                 judgement_.missing.end());
        return stored();
    }

    Judgement hit() {
        judgement_.outcome = Outcome::hit;
        judgement_.severity = 1;
        judgement_.effect = rule_.effect;
        for (const Band& band : rule_.bands) {
            if (!band.condition.is_empty()) {
                const Value value = evaluate(band.condition);
                judgement_.bands += mark(value);
                if (!value.is_true()) continue;
            }
            judgement_.band = band.id;
            judgement_.severity = band.severity;
            if (!band.effect.empty()) judgement_.effect = band.effect;
            break;
        }
        if (!rule_.severity.is_empty()) {
            const Value severity = evaluate(rule_.severity);
            if (severity.kind() == Kind::integer)
                judgement_.severity = static_cast<int>(std::clamp<std::int64_t>(severity.number(), 1, 3));
        }
        return stored();
    }

    Value known_or_nothing(const cel::Expression& expression) {
        if (expression.is_empty()) return {};
        const Value value = evaluate(expression);
        return value.is_known() ? value : Value();
    }

    // Adds what a stored outcome carries: amounts, values used, citations, the digest of the knowledge in reach.
    Judgement stored() {
        if (judgement_.effect.empty()) judgement_.effect = rule_.effect;
        judgement_.margin = known_or_nothing(rule_.margin);
        judgement_.at_risk = known_or_nothing(rule_.at_risk);
        if (judgement_.effect == "partial") judgement_.payable = known_or_nothing(rule_.payable);
        judgement_.values.reserve(rule_.used.size());
        for (const auto& [path, slot] : rule_.used) {
            const Value value = read(slot);
            if (value.kind() == Kind::list || value.kind() == Kind::place || value.kind() == Kind::fix) continue;
            judgement_.values.emplace_back(path, value);
        }
        for (const auto& [cite, days] : rule_.cite_days) {
            if (!day_ || days.contains(*day_)) judgement_.cite.push_back(cite);
        }
        cbor::Value reach = cbor::Value::of_array({});
        for (std::size_t i = 0; i < rule_.param_index.size(); ++i) {
            const Param& param = set_.params[rule_.param_index[i]];
            const ParamValue* value = choose(param, rule_.param_slots[i]).value;
            if (value == nullptr) continue;
            for (const std::string& cite : value->cite) {
                if (std::find(judgement_.cite.begin(), judgement_.cite.end(), cite) == judgement_.cite.end())
                    judgement_.cite.push_back(cite);
            }
            std::vector<std::string> parts{param.name, exact_text(value->value), day_text(value->days.from),
                                           day_text(value->days.to)};
            for (const auto& [key, own] : value->scope) parts.push_back(key + "=" + own);
            use(std::move(parts));
        }
        std::sort(knowledge_.begin(), knowledge_.end());
        knowledge_.erase(std::unique(knowledge_.begin(), knowledge_.end()), knowledge_.end());
        for (const std::vector<std::string>& parts : knowledge_) {
            cbor::Value row = cbor::Value::of_array({});
            for (const std::string& part : parts) row.items.push_back(cbor::Value::of_text(part));
            reach.items.push_back(std::move(row));
        }
        if (set_.hash) judgement_.params_digest = set_.hash(cbor::encode(reach));
        return std::move(judgement_);
    }

    const RuleSet& set_;
    const Rule& rule_;
    Facts& facts_;
    const Zone& zone_;
    std::vector<Slot> slots_;
    std::optional<Date> day_;
    Judgement judgement_;
    Fold fold_ = Fold::is_true;
    bool is_unknown_ = false;
    std::vector<std::uint16_t> missing_, unknown_slots_, doubt_slots_;
    std::string first_error_, last_entry_;
    const Clause* true_doubt_ = nullptr;
    const Clause* unknown_doubt_ = nullptr;
    const Clause* unknown_excuse_ = nullptr;
    Value unknown_excuse_value_;
    std::vector<std::vector<std::string>> knowledge_;
};

}  // namespace

Judgement judge(const RuleSet& set, const Rule& rule, Facts& facts, const Zone& zone, Detail detail) {
    return Judging(set, rule, facts, zone).judge(detail);
}

}  // namespace ningyi::rule
