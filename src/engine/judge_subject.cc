// SPDX-License-Identifier: Apache-2.0
#include "engine/judge_subject.h"

#include <algorithm>

#include "base/text.h"
#include "engine/body_value.h"
#include "trust/sha256.h"

namespace ningyi::engine {

using cel::Kind;
using cel::Value;

Instant scheduled(const rule::Trigger& on, Instant now, const Zone& zone) {
    const auto first_day = [&](Date day) {
        return on.every == "month" ? Date{day.days - (calendar_of(day).day - 1)} : day;
    };
    const Date day = first_day(zone.date(now));
    const Instant at{zone.midnight(day).ms + on.at};
    if (at <= now) return at;
    return Instant{zone.midnight(first_day(Date{day.days - 1})).ms + on.at};
}

JudgeSubject::JudgeSubject(Standing standing, Features& features, RecordIndex record, Reads* reads, RowsKeeper* keeper)
    : standing_(standing),
      world_(standing.paths.world()),
      features_(features),
      record_(record),
      reads_(reads),
      reader_(standing.paths, record, reads),
      keeper_(keeper),
      feature_rows_(standing.set.features.size()) {}

std::size_t JudgeSubject::rows_in(const CompiledRule& rule) {
    begin(rule);
    is_by_row_ = rule.each != no_index && applies(rule);
    if (!is_by_row_) return 1;
    return std::max<std::size_t>(1, rows_of(rule.each).rows.size());
}

namespace {

// A key that rows before it have as well gets a number.
std::string told_apart(std::string key, const std::vector<std::string>& before) {
    const auto same = std::count_if(before.begin(), before.end(),
                                    [&](const std::string& other) { return other.substr(0, other.rfind('#')) == key; });
    if (same > 0) key += "#" + std::to_string(same + 1);
    return key;
}

}  // namespace

std::vector<std::string> JudgeSubject::keys(const CompiledRule& rule, std::size_t rows) {
    begin(rule);
    std::vector<std::string> keys;
    for (row_ = 0; row_ < rows; ++row_) keys.push_back(told_apart(dedup_of(rule.dedup), keys));
    return keys;
}

std::vector<JudgedRow> JudgeSubject::run(const CompiledRule& rule, rule::Detail detail) {
    std::vector<JudgedRow> all;
    std::vector<std::string> keys;
    const std::size_t rows = rows_in(rule);
    for (row_ = 0; row_ < rows; ++row_) {
        used_.clear();
        // Rows that another rule asked for are no evidence of a rule that does not apply.
        if (is_by_row_) use(rule.each);
        JudgedRow one;
        one.judgement = rule::judge(standing_.set, *rule.rule, *this, standing_.zone, detail);
        one.dedup = keys.emplace_back(told_apart(dedup_of(rule.dedup), keys));
        one.used = used_;
        all.push_back(std::move(one));
    }
    return all;
}

std::string JudgeSubject::dedup_of(const std::vector<FactSource>& paths) {
    std::string dedup;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (i > 0) dedup += '|';
        dedup += base_text(value(paths[i], 0));
    }
    return dedup;
}

Finding JudgeSubject::frame(const CompiledRule& rule) {
    const rule::Rule& r = *rule.rule;
    Finding f;
    f.rule = r.id;
    f.version = r.version;
    f.rule_digest = r.digest;
    f.subject_entity = r.subject;
    f.subject = world_.record(record_).id;
    f.result = r.result;
    f.effect = r.effect;
    f.date = date_text();
    f.agency = reader_.agency();
    f.position = standing_.position;
    return f;
}

std::string JudgeSubject::date_text() {
    if (standing_.paths.common(reader_.entity()).date.is_none()) return "";
    const Value date = reader_.date();
    return date.kind() == Kind::date ? to_text(Date{static_cast<std::int32_t>(date.number())}) : "";
}

Finding JudgeSubject::finding(const CompiledRule& rule, const JudgedRow& judged, std::size_t row, bool known_now) {
    begin(rule);
    choose_row(rule.each, row);
    used_ = judged.used;
    const rule::Judgement& j = judged.judgement;
    Finding f = frame(rule);
    f.dedup = judged.dedup;
    f.outcome = j.outcome;
    f.reason = j.reason;
    f.missing = j.missing;
    f.entry = j.entry;
    f.clauses = j.clauses;
    f.doubts = j.doubts;
    f.exceptions = j.exceptions;
    f.band = j.band;
    f.severity = j.outcome == Outcome::hit ? j.severity : 0;
    if (!j.effect.empty()) f.effect = j.effect;
    f.values.reserve(j.values.size());
    for (const auto& [path, value] : j.values) {
        if (value.kind() == Kind::place || value.kind() == Kind::fix) continue;
        UsedValue used;
        used.path = path;
        used.absent = !value.is_known();
        if (value.is_known()) {
            used.type = kind_word(value.kind());
            used.text = base_text(value);
        }
        f.values.push_back(std::move(used));
    }
    std::sort(f.values.begin(), f.values.end(), [](const UsedValue& a, const UsedValue& b) { return a.path < b.path; });
    if (j.outcome == Outcome::hit) {
        if (j.margin.is_known()) f.margin = base_text(j.margin), f.margin_type = kind_word(j.margin.kind());
        if (j.payable.is_known()) f.payable = base_text(j.payable), f.payable_type = kind_word(j.payable.kind());
    }
    if (j.at_risk.kind() == Kind::money) f.at_risk_fen = j.at_risk.number();
    for (const FactSource& source : rule.group) f.group += (f.group.empty() ? "" : "|") + base_text(value(source, 0));
    std::string params = j.params_digest;
    std::vector<std::uint64_t> seqs;
    std::sort(used_.begin(), used_.end());
    for (const std::uint16_t feature : used_) {
        const FeatureRows& rows = *feature_rows_[feature];
        params += rows.params;
        seqs.insert(seqs.end(), rows.evidence.begin(), rows.evidence.end());
        const bool is_each = rule.each != no_index && rule.each == feature;
        const std::size_t looked_at = is_each ? row : 0;
        if (looked_at >= rows.row_evidence.size()) continue;
        seqs.insert(seqs.end(), rows.row_evidence[looked_at].begin(), rows.row_evidence[looked_at].end());
    }
    f.params_digest = to_hex(trust::sha256(params));
    if (rule.trigger != no_index) {
        if (const Change* entered = world_.entered(record_, rule.trigger)) seqs.push_back(entered->seq);
    }
    for (const CompiledRule::Evidence& evidence : rule.evidence) add_evidence(evidence, seqs);
    std::sort(seqs.begin(), seqs.end());
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    if (!seqs.empty() && seqs.front() == 0) seqs.erase(seqs.begin());
    f.evidence = std::move(seqs);
    f.known_now = known_now;
    return f;
}

Value JudgeSubject::others(std::uint16_t slot, const Value& id) {
    const FactSource& source = rule_->slots[slot];
    if (source.kind != FactSource::Kind::others) return Value::absent(slot);
    const Value value = other(source, id);
    return value.is_known() ? value : Value::absent(slot);
}

Value JudgeSubject::other(const FactSource& source, const Value& id) {
    if (id.kind() != Kind::string) return {};
    if (reads_ != nullptr) reads_->record(source.entity, id.text());
    const RecordIndex other = world_.find(source.entity, id.text());
    if (other == no_record) return {};
    return Reader::as_of(standing_.paths, other, reader_.time_for(source.entity), reads_).read(source.path);
}

void JudgeSubject::begin(const CompiledRule& rule) {
    rule_ = &rule;
    choose_row(rule.each, 0);
    stand(rule.trigger, rule.rule->on);
}

void JudgeSubject::stand(EventIndex trigger, const rule::Trigger& on) {
    AsOf as_of;
    const Change* asked = trigger == no_index ? nullptr : world_.entered(record_, trigger);
    const bool has_time = !standing_.paths.common(reader_.entity()).time.is_none();
    own_time_ = trigger != no_index && has_time;
    if (own_time_) {
        as_of.time = reader_.time();
    } else if (asked != nullptr) {
        as_of = {asked->at, asked->id};
    } else if (trigger == no_index) {
        as_of.time = scheduled(on, standing_.last_recorded, standing_.zone);
    }
    if (as_of != as_of_) std::fill(feature_rows_.begin(), feature_rows_.end(), nullptr);
    as_of_ = as_of;
    reader_.judged_on(as_of.time ? std::optional(standing_.zone.date(*as_of.time)) : std::nullopt);
}

void JudgeSubject::use(std::uint16_t feature) {
    if (std::find(used_.begin(), used_.end(), feature) == used_.end()) used_.push_back(feature);
}

// Rows are only worth computing when the rule may apply; judge() asks again and decides.
bool JudgeSubject::applies(const CompiledRule& rule) {
    if (rule.rule->applies.is_empty()) return true;
    class Only final : public cel::Host {
    public:
        explicit Only(JudgeSubject& judge) : judge_(judge) {}
        Value read(std::uint16_t slot) override { return judge_.read(slot); }
        Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
        Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

    private:
        JudgeSubject& judge_;
    } host(*this);
    return !rule.rule->applies.evaluate(host, standing_.zone).is_false();
}

const FeatureRows& JudgeSubject::rows_of(std::uint16_t feature) {
    use(feature);
    if (feature_rows_[feature] == nullptr) {
        AsOf as_of = as_of_;
        if (own_time_) {
            const rule::Feature& declared = standing_.set.features[feature];
            const EventIndex from = declared.from.empty() ? no_index : world_.event_index(declared.from);
            const Change* entered = from == no_index ? nullptr : world_.entered(record_, from);
            if (entered != nullptr) as_of.id = entered->id;
        }
        feature_rows_[feature] = keeper_ != nullptr
                                     ? &keeper_->rows(feature, reader_, as_of)
                                     : &computed_.emplace_front(features_.compute(feature, reader_, as_of, reads_));
    }
    return *feature_rows_[feature];
}

Value JudgeSubject::value(const FactSource& source, std::uint16_t slot) {
    Value value;
    if (source.kind == FactSource::Kind::path) value = reader_.read(source.path);
    if (source.kind == FactSource::Kind::feature) {
        const FeatureRows& rows = rows_of(source.feature);
        const std::size_t row = source.feature == each_ ? std::min(row_, rows.rows.size() - 1) : 0;
        value = rows.rows[row][source.fact];
    }
    return value.is_absent() ? Value::absent(slot) : value;
}

void JudgeSubject::add_evidence(const CompiledRule::Evidence& evidence, std::vector<std::uint64_t>& seqs) {
    const auto add_track = [&](Reader& reader) {
        const std::vector<std::uint64_t> track = reader.track_seqs(evidence.path);
        seqs.insert(seqs.end(), track.begin(), track.end());
    };
    if (evidence.others == no_index) {
        if (evidence.track) {
            add_track(reader_);
        } else {
            seqs.push_back(reader_.seq(evidence.path));
        }
        return;
    }
    const Value id = value(evidence.id, 0);
    if (id.kind() != Kind::string) return;
    const RecordIndex other = world_.find(evidence.others, id.text());
    if (other == no_record) return;
    Reader reader = Reader::as_of(standing_.paths, other, reader_.time_for(evidence.others), reads_);
    if (evidence.track) {
        add_track(reader);
    } else {
        seqs.push_back(reader.seq(evidence.path));
    }
}

}  // namespace ningyi::engine
