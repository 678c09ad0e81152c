// SPDX-License-Identifier: Apache-2.0
#include "engine/gather.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;

constexpr std::size_t records_a_part = 256;

// Where the value of one column comes from.
struct ColumnSource {
    enum class Kind : std::uint8_t { fact, subject, date, agency, scope, entered, dedup };
    Kind kind = Kind::fact;
    FactSource fact;
    cel::Kind value = cel::Kind::absent;
    std::string key;              // scope
    EventIndex event = no_index;  // entered
    std::vector<FactSource> dedup;
};

std::int64_t base_number(const Value& value) {
    return value.kind() == Kind::timestamp || value.kind() == Kind::duration ? value.ms() : value.number();
}

class Gathering {
public:
    Gathering(Engine& engine, const FactPlan& plan, const FactWish& wish)
        : engine_(engine), world_(engine.world()), plan_(plan), entity_(world_.entity_index(plan.about.entity)) {
        CHECK(entity_ != no_index);
        each_ = plan.about.each.empty() ? no_index : engine.features().index_of(plan.about.each);
        // Of a kind with a time of its own it does not matter which event asks, as long as one does.
        trigger_ = plan.on.kind == rule::Trigger::Kind::every ? no_index : world_.event_index(plan.on.event);
        for (const std::size_t column : wish.columns) sources_.push_back(source_of(plan.columns[column]));
        for (const std::size_t rule : wish.rules) {
            for (const CompiledRule& compiled : engine.rules()) {
                if (compiled.rule == plan.rules[rule].rule) rules_.push_back(&compiled);
            }
        }
        CHECK(rules_.size() == wish.rules.size());
    }

    EntityIndex entity() const { return entity_; }

    // Every row of one subject.
    void rows_of(RecordIndex record, Features& features, std::vector<std::vector<Value>>& into) const {
        JudgeSubject subject(engine_.standing(), features, record, nullptr);
        subject.stand(trigger_, plan_.on);
        const std::size_t rows = each_ == no_index ? 1 : std::max<std::size_t>(1, subject.rows_of(each_).rows.size());
        const std::size_t first = into.size();
        into.resize(first + rows);
        for (std::size_t row = 0; row < rows; ++row) {
            subject.choose_row(each_, row);
            for (const ColumnSource& source : sources_)
                into[first + row].push_back(value_of(source, subject, record, first, row, into));
        }
        for (const CompiledRule* rule : rules_) judge(*rule, subject, record, rows, &into[first]);
    }

private:
    ColumnSource source_of(const FactColumn& column) const {
        ColumnSource source;
        source.value = column.kind;
        const std::string_view name = column.name;
        if (name == subject_column) {
            source.kind = ColumnSource::Kind::subject;
        } else if (name == date_column) {
            source.kind = ColumnSource::Kind::date;
        } else if (name == agency_column) {
            source.kind = ColumnSource::Kind::agency;
        } else if (name.starts_with(scope_column)) {
            source.kind = ColumnSource::Kind::scope;
            source.key = name.substr(scope_column.size());
        } else if (name.starts_with(entered_column)) {
            source.kind = ColumnSource::Kind::entered;
            source.event = world_.event_index(name.substr(entered_column.size()));
        } else if (name.starts_with(dedup_column)) {
            source.kind = ColumnSource::Kind::dedup;
            std::string_view rest = name.substr(dedup_column.size());
            while (true) {
                const std::size_t bar = rest.find('|');
                source.dedup.push_back(fact_of(rest.substr(0, bar)));
                if (bar == std::string_view::npos) break;
                rest = rest.substr(bar + 1);
            }
        } else {
            source.fact = fact_of(name);
        }
        return source;
    }

    FactSource fact_of(std::string_view name) const {
        return fact_source(engine_.paths(), engine_.features(), entity_, name);
    }

    Value value_of(const ColumnSource& source, JudgeSubject& subject, RecordIndex record, std::size_t first,
                   std::size_t row, const std::vector<std::vector<Value>>& rows) const {
        switch (source.kind) {
            case ColumnSource::Kind::subject: return Value::of_string(world_.record(record).id);
            case ColumnSource::Kind::date: return subject.date();
            case ColumnSource::Kind::agency: return Value::of_string(subject.agency());
            case ColumnSource::Kind::scope: return of_kind(subject.scope(source.key), source.value);
            case ColumnSource::Kind::entered: return Value::of_bool(world_.entered(record, source.event) != nullptr);
            case ColumnSource::Kind::dedup: {
                const std::string key = subject.dedup_of(source.dedup);
                // Of several rows with the same key the later ones end in #2, #3, as JudgeSubject::run has it.
                const std::size_t column = rows[first + row].size();
                const auto same = std::count_if(rows.begin() + static_cast<std::ptrdiff_t>(first),
                                                rows.begin() + static_cast<std::ptrdiff_t>(first + row),
                                                [&](const std::vector<Value>& other) {
                                                    const std::string& text = other[column].text();
                                                    return text.substr(0, text.rfind('#')) == key;
                                                });
                return Value::of_string(same > 0 ? key + "#" + std::to_string(same + 1) : key);
            }
            case ColumnSource::Kind::fact: return of_kind(subject.value(source.fact, 0), source.value);
        }
        return {};
    }

    // What a body holds need not be what its field says; rules see such a value as absent in comparisons of its kind.
    static Value of_kind(const Value& value, Kind kind) {
        return value.is_known() && value.kind() != kind ? Value() : value;
    }

    void judge(const CompiledRule& rule, JudgeSubject& subject, RecordIndex record, std::size_t rows,
               std::vector<Value>* into) const {
        const bool is_asked = rule.trigger == no_index || world_.entered(record, rule.trigger) != nullptr;
        std::vector<JudgedRow> judged;
        if (is_asked) judged = subject.run(rule);
        for (std::size_t row = 0; row < rows; ++row) {
            Value outcome, margin, at_risk;
            if (is_asked) {
                // A rule that does not apply has one row, whatever the feature says.
                const rule::Judgement& one = judged[std::min(row, judged.size() - 1)].judgement;
                outcome = Value::of_int(static_cast<std::int64_t>(one.outcome));
                if (one.outcome == Outcome::hit) {
                    margin = one.margin.is_known() ? Value::of_int(base_number(one.margin)) : Value();
                    at_risk = one.at_risk.kind() == Kind::money ? Value::of_int(one.at_risk.number()) : Value();
                }
            }
            into[row].push_back(std::move(outcome));
            into[row].push_back(std::move(margin));
            into[row].push_back(std::move(at_risk));
        }
    }

    Engine& engine_;
    const World& world_;
    const FactPlan& plan_;
    EntityIndex entity_;
    std::uint16_t each_ = no_index;
    EventIndex trigger_ = no_index;
    std::vector<ColumnSource> sources_;
    std::vector<const CompiledRule*> rules_;
};

}  // namespace

std::vector<FactColumn> columns_of(const FactPlan& plan, const FactWish& wish) {
    std::vector<FactColumn> columns;
    for (const std::size_t column : wish.columns) columns.push_back(plan.columns[column]);
    for (const std::size_t rule : wish.rules) {
        const PlannedRule& planned = plan.rules[rule];
        columns.insert(columns.end(), {planned.outcome, planned.margin, planned.at_risk});
    }
    return columns;
}

bool gather(Engine& engine, const FactPlan& plan, const FactWish& wish,
            const std::function<void(const std::vector<Value>&)>& take, std::size_t parts,
            const Engine::Together& together, const std::function<bool(double)>& go_on) {
    const Gathering gathering(engine, plan, wish);
    const std::vector<RecordIndex>& records = engine.world().records(gathering.entity());
    if (!together) parts = 1;
    engine.features().prepare(parts, together);
    std::vector<std::unique_ptr<Features>> beside(parts);
    for (std::size_t part = 1; part < parts; ++part) beside[part] = engine.features().beside();
    std::vector<std::vector<std::vector<Value>>> rows(parts);
    for (std::size_t from = 0; from < records.size(); from += parts * records_a_part) {
        const auto work = [&](std::size_t part) {
            Features& features = part == 0 ? engine.features() : *beside[part];
            rows[part].clear();
            const std::size_t first = std::min(records.size(), from + part * records_a_part);
            const std::size_t last = std::min(records.size(), first + records_a_part);
            for (std::size_t i = first; i < last; ++i) gathering.rows_of(records[i], features, rows[part]);
        };
        if (parts == 1) {
            work(0);
        } else {
            together(parts, work);
        }
        for (const auto& part : rows) {
            for (const std::vector<Value>& row : part) take(row);
        }
        if (go_on && !go_on(static_cast<double>(from) / static_cast<double>(records.size()))) return false;
    }
    return true;
}

}  // namespace ningyi::engine
