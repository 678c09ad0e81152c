// SPDX-License-Identifier: Apache-2.0
#include "engine/columnar.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "engine/body_value.h"

namespace ningyi::engine {
namespace {

using cel::Value;
using rule::Aggregate;
using rule::FeatureKind;

struct Row {  // a record that counts, or of which nobody can tell
    std::string key;
    Instant time;
    Id id;
    RecordIndex record = no_record;
    bool is_told = true;
    std::optional<std::int64_t> number;  // of `of`
    std::string word;                    // of `distinct`
    std::optional<Instant> end;          // overlap
    auto order() const { return std::tie(key, time, id); }
};

struct Subject {
    std::string key;  // empty: a part of it is absent
    std::optional<Instant> time, end;
    Id id;
    RecordIndex record = no_record;
    std::size_t place = 0;  // in the answer
    auto order() const { return std::tie(key, time, id); }
};

class OtherHost final : public cel::Host {
public:
    OtherHost(const std::vector<Path>& slots, Reader& b) : slots_(slots), b_(b) {}
    Value read(std::uint16_t slot) override {
        Value value = b_.read(slots_[slot]);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

private:
    const std::vector<Path>& slots_;
    Reader& b_;
};

bool asks_subject(const cel::Expression& expression, const cel::Names& names) {
    if (expression.is_empty()) return false;
    const auto& slots = expression.reads();
    return std::any_of(slots.begin(), slots.end(),
                       [&](std::uint16_t slot) { return !names.path(slot).starts_with("b."); });
}

// Which calendar span an instant lies in: spans follow each other, so equal numbers are the same span.
std::int64_t calendar_span(const Zone& zone, Instant at, std::string_view calendar) {
    const Date day = zone.date(at);
    if (calendar == "week") return day.days - weekday_of(day);
    if (calendar == "month") return day.days - calendar_of(day).day;
    return day.days;
}

struct Plan {
    const rule::Feature& feature;
    const Paths& paths;
    EntityIndex a = no_index, b = no_index;
    EventIndex from = no_index;
    std::vector<Path> a_key, b_key, out, slots;  // slots: of the feature's names, b alone
    Path start, end, own_end;                    // overlap

    std::string key_of(const std::vector<Path>& key, Reader& reader) const {
        std::string text = "k";  // never empty, so that an empty key is one
        for (const Path& path : key) {
            const Value value = reader.read(path);
            if (!value.is_known()) return "";
            text += base_text(value) + '\x1f';
        }
        return text;
    }

    std::optional<Row> row(RecordIndex record) const {
        const Change* entered = paths.world().entered(record, from);
        if (entered == nullptr) return std::nullopt;
        Reader reader(paths, record, nullptr);
        if (!reader.time()) return std::nullopt;
        Row row{.key = key_of(b_key, reader), .time = *reader.time(), .id = entered->id, .record = record};
        if (row.key.empty()) return std::nullopt;
        OtherHost host(slots, reader);
        if (!feature.where_expression.is_empty()) {
            const Value counts = feature.where_expression.evaluate(host, paths.zone());
            if (counts.is_false()) return std::nullopt;
            row.is_told = counts.is_true();
        }
        if (feature.kind == FeatureKind::overlap) {
            const Value value = reader.read(end);
            if (!value.is_known()) return std::nullopt;
            row.end = Instant{value.ms()};
        }
        if (feature.of_expression.is_empty()) {
            row.number = 0;
            return row;
        }
        const Value value = feature.of_expression.evaluate(host, paths.zone());
        if (!value.is_known()) return row;
        row.number = feature.agg == Aggregate::count || feature.agg == Aggregate::distinct ? 0 : number_of(value);
        if (feature.agg == Aggregate::distinct) row.word = base_text(value);
        return row;
    }

    Subject subject(RecordIndex record, std::size_t place) const {
        Reader reader(paths, record, nullptr);
        const Change* entered = paths.world().entered(record, from);
        Subject subject{.key = key_of(a_key, reader),
                        .time = reader.time(),
                        .id = entered == nullptr ? Id{} : entered->id,
                        .record = record,
                        .place = place};
        if (feature.kind == FeatureKind::overlap) {
            const Value value = reader.read(own_end);
            if (value.is_known()) subject.end = Instant{value.ms()};
        }
        return subject;
    }

    void add_out(RecordIndex record, std::vector<Value>& row) const {
        Reader reader(paths, record, nullptr);
        for (const Path& path : out) row.push_back(reader.read(path));
    }
};

std::optional<Plan> plan_of(const rule::Feature& f, const Paths& paths) {
    const World& world = paths.world();
    const bool is_window = f.kind == FeatureKind::window && f.span_around == 0 && !f.without_ties && !f.counts_itself;
    const bool is_overlap = f.kind == FeatureKind::overlap && !f.both_ways;
    if (!is_window && !is_overlap && f.kind != FeatureKind::lag) return std::nullopt;
    if (asks_subject(f.where_expression, f.names) || asks_subject(f.of_expression, f.names)) return std::nullopt;
    Plan plan{.feature = f, .paths = paths};
    plan.a = world.entity_index(f.entity);
    plan.from = world.event_index(f.from);
    if (plan.a == no_index || plan.from == no_index || world.entity(plan.a).time.empty()) return std::nullopt;
    plan.b = world.entity_index(world.dictionary().event(f.from)->subject);
    const auto path = [&](EntityIndex entity, std::string_view text) {
        return paths.find(entity, text).value_or(Path{});
    };
    for (const auto& [mine, other] : f.key) {
        plan.a_key.push_back(path(plan.a, mine));
        plan.b_key.push_back(path(plan.b, other));
    }
    for (const rule::Binding& one : f.out)
        plan.out.push_back(path(plan.b, one.text.starts_with("b.") ? one.text.substr(2) : one.text));
    for (std::uint16_t slot = 0; slot < f.names.slots(); ++slot) {
        const std::string name(f.names.path(slot));
        plan.slots.push_back(name.starts_with("b.") ? path(plan.b, name.substr(2)) : Path{});
    }
    if (is_overlap) {
        plan.end = path(plan.b, f.interval_end);
        plan.own_end = path(plan.a, f.own_end);
    }
    return plan;
}

// What the rows between two places come to, as both move on.
class Sliding {
public:
    Sliding(const rule::Feature& feature, const std::vector<Row>& rows) : feature_(feature), rows_(rows) {}

    void start_at(std::size_t place) {
        first_ = past_ = place;
        untold_ = known_ = 0;
        sum_ = 0;
        numbers_.clear();
        words_.clear();
    }
    std::size_t first() const { return first_; }
    std::size_t past() const { return past_; }
    std::size_t size() const { return past_ - first_; }
    bool is_told() const { return untold_ == 0; }
    void take() { count(rows_[past_++], 1); }
    void drop() { count(rows_[first_++], -1); }

    Value value() const {
        const cel::Kind kind =
            feature_.of_expression.is_empty() ? cel::Kind::integer : feature_.of_expression.type().kind;
        switch (feature_.agg) {
            case Aggregate::count: return Value::of_int(known_);
            case Aggregate::distinct: return Value::of_int(static_cast<std::int64_t>(words_.size()));
            case Aggregate::sum:
                return sum_ > INT64_MAX || sum_ < INT64_MIN ? Value::error("sum out of range")
                                                            : of_number(kind, static_cast<std::int64_t>(sum_));
            default: break;
        }
        if (known_ == 0) return {};
        if (feature_.agg == Aggregate::avg) return of_number(kind, rounded_division(sum_, known_));
        if (feature_.agg == Aggregate::min) return of_number(kind, numbers_.begin()->first);
        if (feature_.agg == Aggregate::max) return of_number(kind, numbers_.rbegin()->first);
        // Nearest rank.
        std::int64_t left = std::max<std::int64_t>(1, (feature_.q_permille * known_ + 999) / 1000);
        for (const auto& [number, times] : numbers_) {
            left -= times;
            if (left <= 0) return of_number(kind, number);
        }
        return {};
    }

private:
    template <typename Key>
    static void change(std::map<Key, std::int64_t>& times, const Key& key, std::int64_t by) {
        if ((times[key] += by) == 0) times.erase(key);
    }
    void count(const Row& row, std::int64_t by) {
        if (!row.is_told) untold_ += by;
        if (!row.is_told || !row.number) return;
        known_ += by;
        if (feature_.agg == Aggregate::distinct) return change(words_, row.word, by);
        sum_ += by * *row.number;
        change(numbers_, *row.number, by);
    }

    const rule::Feature& feature_;
    const std::vector<Row>& rows_;
    std::size_t first_ = 0, past_ = 0;
    std::int64_t untold_ = 0, known_ = 0;
    Wide sum_ = 0;
    std::map<std::int64_t, std::int64_t> numbers_;
    std::map<std::string, std::int64_t> words_;
};

// Moves the first row of a window or lag on to the earliest that `subject` still reaches.
void drop_unreached(const Plan& plan, const Subject& subject, const std::vector<Row>& rows, Sliding& sliding) {
    const rule::Feature& f = plan.feature;
    const Millis reach = f.kind == FeatureKind::lag ? f.reach : f.span_last;
    const Zone& zone = plan.paths.zone();
    const auto is_reached = [&](const Row& row) {
        if (reach > 0) return row.time.ms >= subject.time->ms - reach;
        if (!f.span_calendar.empty())
            return calendar_span(zone, row.time, f.span_calendar) ==
                   calendar_span(zone, *subject.time, f.span_calendar);
        return true;
    };
    while (sliding.size() > 0 && !is_reached(rows[sliding.first()])) sliding.drop();
    const auto most = static_cast<std::size_t>(f.kind == FeatureKind::lag ? f.n : f.span_rows);
    while (most > 0 && sliding.size() > most) sliding.drop();
}

std::vector<Value> window_row(const Plan& plan, const Sliding& sliding) {
    const rule::Feature& f = plan.feature;
    const bool is_too_much = f.span_rows == 0 && static_cast<std::int64_t>(sliding.size()) > f.span_max;
    if (!sliding.is_told() || is_too_much) return {Value()};
    return {sliding.value()};
}

std::vector<Value> lag_row(const Plan& plan, const std::vector<Row>& rows, const Sliding& sliding) {
    std::vector<Value> row;
    if (sliding.is_told()) {
        const bool is_found = static_cast<std::int64_t>(sliding.size()) == plan.feature.n;
        row.push_back(Value::of_bool(is_found));
        if (is_found) plan.add_out(rows[sliding.first()].record, row);
    }
    row.resize(1 + plan.out.size());
    return row;
}

// Those of `open` that meet the subject, longest first; `open` loses those that meet nobody any more.
std::vector<std::vector<Value>> overlap_rows(const Plan& plan, const Subject& subject, const std::vector<Row>& rows,
                                             std::vector<std::size_t>& open) {
    std::erase_if(open, [&](std::size_t i) {
        return rows[i].end->ms <= subject.time->ms || rows[i].time.ms < subject.time->ms - plan.feature.reach;
    });
    const std::size_t facts = 2 + plan.out.size();
    if (!subject.end) return {std::vector<Value>(facts)};
    const World& world = plan.paths.world();
    std::vector<std::pair<Millis, std::size_t>> met;  // minus how long, which row
    bool is_untold = false;
    for (const std::size_t i : open) {
        const Millis lasts = std::min(subject.end->ms, rows[i].end->ms) - subject.time->ms;
        if (lasts <= 0) continue;
        is_untold = is_untold || !rows[i].is_told;
        if (rows[i].is_told) met.emplace_back(-lasts, i);
    }
    if (met.empty()) {
        std::vector<Value> none{is_untold ? Value() : Value::of_int(0)};
        none.resize(facts);
        return {none};
    }
    std::sort(met.begin(), met.end(), [&](const auto& x, const auto& y) {
        if (x.first != y.first) return x.first < y.first;
        return world.record(rows[x.second].record).id < world.record(rows[y.second].record).id;
    });
    const Value count = Value::of_int(static_cast<std::int64_t>(met.size()));
    if (met.size() > static_cast<std::size_t>(plan.feature.rows_max))
        met.resize(static_cast<std::size_t>(plan.feature.rows_max));
    std::vector<std::vector<Value>> told;
    for (const auto& [minus, i] : met) {
        told.push_back({count, Value::of_duration_ms(-minus)});
        plan.add_out(rows[i].record, told.back());
    }
    return told;
}

}  // namespace

std::optional<std::vector<ColumnarRows>> columnar_rows(const rule::Feature& feature, const Paths& paths) {
    const std::optional<Plan> plan = plan_of(feature, paths);
    if (!plan) return std::nullopt;
    const World& world = paths.world();
    std::vector<Row> rows;
    for (const RecordIndex record : world.records(plan->b)) {
        if (std::optional<Row> row = plan->row(record)) rows.push_back(std::move(*row));
    }
    std::sort(rows.begin(), rows.end(), [](const Row& x, const Row& y) { return x.order() < y.order(); });
    const bool is_lag = feature.kind == FeatureKind::lag;
    const bool is_overlap = feature.kind == FeatureKind::overlap;
    const std::size_t facts = (is_overlap ? 2 : 1) + plan->out.size();
    std::vector<ColumnarRows> answer;
    std::vector<Subject> subjects;
    for (const RecordIndex record : world.records(plan->a)) {
        Subject subject = plan->subject(record, answer.size());
        answer.push_back({record, {std::vector<Value>(facts)}});
        if (!subject.key.empty() && subject.time) subjects.push_back(std::move(subject));
    }
    std::sort(subjects.begin(), subjects.end(),
              [](const Subject& x, const Subject& y) { return x.order() < y.order(); });

    Sliding sliding(feature, rows);
    std::vector<std::size_t> open;
    const std::string* key = nullptr;
    std::size_t next = 0;
    for (const Subject& subject : subjects) {
        if (key == nullptr || *key != subject.key) {
            key = &subject.key;
            while (next < rows.size() && rows[next].key < *key) ++next;
            sliding.start_at(next);
            open.clear();
        }
        for (; next < rows.size() && rows[next].key == *key; ++next) {
            if (std::tie(rows[next].time, rows[next].id) >= std::tie(*subject.time, subject.id)) break;
            if (is_overlap) {
                open.push_back(next);
            } else {
                sliding.take();
            }
        }
        auto& told = answer[subject.place].rows;
        if (is_overlap) {
            told = overlap_rows(*plan, subject, rows, open);
            continue;
        }
        drop_unreached(*plan, subject, rows, sliding);
        told.front() = is_lag ? lag_row(*plan, rows, sliding) : window_row(*plan, sliding);
    }
    return answer;
}

}  // namespace ningyi::engine
