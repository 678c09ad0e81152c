// SPDX-License-Identifier: Apache-2.0
#include "engine/features.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/quantity.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "rule/choice.h"
#include "rule/names.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Value;
using rule::FeatureKind;

constexpr char key_separator = '\x1f';

Kind kind_of(track::FactKind kind) {
    switch (kind) {
        case track::FactKind::length: return Kind::length;
        case track::FactKind::duration: return Kind::duration;
        case track::FactKind::ratio: return Kind::ratio;
        case track::FactKind::instant: return Kind::timestamp;
        case track::FactKind::count:
        case track::FactKind::strength: return Kind::integer;
    }
    return Kind::integer;
}

Value value_of(track::FactKind kind, const std::optional<std::int64_t>& number) {
    if (!number) return {};
    if (kind == track::FactKind::duration) return Value::of_duration_ms(*number);
    if (kind == track::FactKind::instant) return Value::of_timestamp_ms(*number);
    return Value::of(kind_of(kind), *number);
}

// Base units of anything counted: what sums and quantiles are taken of.
std::optional<std::int64_t> number_of(const Value& value) {
    switch (value.kind()) {
        case Kind::duration:
        case Kind::timestamp: return value.ms();
        case Kind::integer:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: return value.number();
        default: return std::nullopt;
    }
}

Value of_number(Kind kind, std::int64_t number) {
    if (kind == Kind::duration) return Value::of_duration_ms(number);
    if (kind == Kind::timestamp) return Value::of_timestamp_ms(number);
    return Value::of(kind, number);
}

__extension__ using Wide = __int128;

std::int64_t rounded_division(Wide sum, std::int64_t count) {
    const Wide twice = sum * 2;
    const Wide shifted = twice >= 0 ? twice + count : twice - count;
    return static_cast<std::int64_t>(shifted / (2 * static_cast<Wide>(count)));
}

Fault fault_at(const rule::Feature& feature, int line, int column, std::string zh, std::string en) {
    return {
        .file = feature.file, .line = line, .column = column, .code = "E505", .zh = std::move(zh), .en = std::move(en)};
}

class ScalarHost final : public cel::Host {
public:
    using Read = std::function<Value(std::uint16_t)>;
    explicit ScalarHost(Read read) : read_(std::move(read)) {}
    Value read(std::uint16_t slot) override {
        Value value = read_(slot);
        return value.is_absent() ? Value::absent(slot) : value;
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return Value::absent(slot); }

private:
    Read read_;
};

// An opaque positive number for an id (FNV-1a): measures tell people apart without knowing who they are.
std::int64_t opaque_number(std::string_view id) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return static_cast<std::int64_t>((hash >> 1U) | 1U);
}

// The first instant of the calendar span that `at` lies in, in the district's zone.
Instant calendar_start(const Zone& zone, Instant at, std::string_view calendar) {
    const Date day = zone.date(at);
    if (calendar == "week") return zone.midnight(Date{day.days - (weekday_of(day) - 1)});
    if (calendar == "month") return zone.midnight(Date{day.days - (calendar_of(day).day - 1)});
    return zone.midnight(day);
}

Millis calendar_reach(std::string_view calendar) {
    return (calendar == "month" ? 32 : calendar == "week" ? 8 : 2) * days_ms;
}

}  // namespace

// Turns the texts of one feature into paths and expressions, collecting faults.
struct Features::Binder {
    const rule::RuleSet& set;
    const Paths& paths;
    const rule::Feature& feature;
    EntityIndex a = no_index, b = no_index;
    Faults& faults;

    std::optional<Slot> slot(std::string_view text) const {
        const bool other = text.substr(0, 2) == "b.";
        if (!other && text.substr(0, 2) != "a.") return std::nullopt;
        const EntityIndex entity = other ? b : a;
        if (entity == no_index) return std::nullopt;
        const auto path = paths.find(entity, text.substr(2));
        if (!path) return std::nullopt;
        return Slot{other, *path};
    }

    Path path(EntityIndex entity, const std::string& text) const {
        const auto found = entity == no_index ? std::nullopt : paths.find(entity, text);
        if (found) return *found;
        faults.push_back(fault_at(feature, feature.line, feature.column,
                                  format("特征 {} 用到的 {} 不存在", feature.name, text),
                                  format("feature {} uses {}, which does not exist", feature.name, text)));
        return {};
    }

    Scalar scalar(const std::string& text, const std::optional<cel::Type>& type, int line, int column) const {
        cel::Names names;
        const World& world = paths.world();
        rule::add_pair_names(set.dictionary, a == no_index ? nullptr : &world.entity(a),
                             b == no_index ? nullptr : &world.entity(b), names);
        auto expression = cel::compile(
            text, names, type, {.file = feature.file, .line = line, .column = column, .lines = {}, .columns = {}});
        if (!expression) {
            faults.insert(faults.end(), expression.error().begin(), expression.error().end());
            return {};
        }
        return checked(*expression, names);
    }

    // An expression that the loader has checked, with its slots bound to paths.
    Scalar checked(const cel::Expression& expression, const cel::Names& names) const {
        Scalar scalar;
        scalar.expression = expression;
        for (std::uint16_t i = 0; i < names.slots(); ++i) scalar.slots.push_back(slot(names.path(i)).value_or(Slot{}));
        return scalar;
    }

    Argument argument(const rule::Binding& binding, track::ArgumentKind kind) const {
        Argument argument;
        const auto complain = [&](std::string_view zh, std::string_view en) {
            faults.push_back(fault_at(feature, binding.line, binding.column,
                                      format("特征 {} 的参数 {}：{}", feature.name, binding.name, zh),
                                      format("feature {}, argument {}: {}", feature.name, binding.name, en)));
        };
        if (kind == track::ArgumentKind::interval) {
            const auto from = binding.parts.size() == 2 ? slot(binding.parts[0]) : std::nullopt;
            const auto to = binding.parts.size() == 2 ? slot(binding.parts[1]) : std::nullopt;
            if (!from || !to) {
                complain("应写成 [开始, 结束] 两个时间字段", "expected [start, end], two fields with times");
                return argument;
            }
            argument.source = Argument::Source::interval;
            argument.from = *from;
            argument.to = *to;
            return argument;
        }
        if (const auto found = slot(binding.text)) {
            argument.source = Argument::Source::path;
            argument.from = *found;
            return argument;
        }
        if (const rule::Param* param = set.param(binding.text)) {
            argument.source = Argument::Source::param;
            argument.param = param;
            return argument;
        }
        const bool number = kind == track::ArgumentKind::length || kind == track::ArgumentKind::duration ||
                            kind == track::ArgumentKind::ratio || kind == track::ArgumentKind::count;
        if (!number) {
            complain("应为 a. 或 b. 开头的字段", "expected a field beginning with a. or b.");
            return argument;
        }
        if (const auto quantity = parse_quantity(binding.text)) {
            argument.source = Argument::Source::literal;
            argument.literal = quantity->amount;
            return argument;
        }
        if (const auto count = to_integer(binding.text)) {
            argument.source = Argument::Source::literal;
            argument.literal = *count;
            return argument;
        }
        argument.source = Argument::Source::expression;
        argument.expression = scalar(binding.text, std::nullopt, binding.line, binding.column);
        return argument;
    }

    std::vector<Argument> arguments(const track::MeasureDefinition& measure,
                                    const std::vector<rule::Binding>& bindings) const {
        std::vector<Argument> arguments(measure.parameters.size());
        for (const rule::Binding& binding : bindings) {
            std::size_t i = 0;
            while (i < measure.parameters.size() && measure.parameters[i].name != binding.name) ++i;
            if (i == measure.parameters.size()) {
                std::vector<std::string> names;
                for (const auto& parameter : measure.parameters) names.emplace_back(parameter.name);
                faults.push_back(
                    fault_at(feature, binding.line, binding.column,
                             format("{} 没有参数 {}，可用：{}", measure.name, binding.name, join(names, " ")),
                             format("{} has no argument {}, known: {}", measure.name, binding.name, join(names, " "))));
                continue;
            }
            arguments[i] = argument(binding, measure.parameters[i].kind);
        }
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (!measure.parameters[i].required || arguments[i].source != Argument::Source::none) continue;
            if (measure.parameters[i].kind == track::ArgumentKind::dwells) continue;  // the engine gathers them
            faults.push_back(
                fault_at(feature, feature.line, feature.column,
                         format("特征 {} 缺少参数 {}", feature.name, measure.parameters[i].name),
                         format("feature {} lacks the argument {}", feature.name, measure.parameters[i].name)));
        }
        return arguments;
    }

    const track::MeasureDefinition* measure(const std::string& fn) const {
        const track::MeasureDefinition* found = track::find_measure(fn);
        if (found == nullptr) {
            std::vector<std::string> names;
            for (const auto& definition : track::measures()) names.emplace_back(definition.name);
            faults.push_back(fault_at(feature, feature.line, feature.column,
                                      format("没有名为 {} 的测量，可用：{}", fn, join(names, " ")),
                                      format("no measure is called {}, known: {}", fn, join(names, " "))));
        }
        return found;
    }
};

Result<std::unique_ptr<Features>> Features::compile(const rule::RuleSet& set, const Paths& paths) {
    auto features = std::make_unique<Features>();
    features->set_ = &set;
    features->paths_ = &paths;
    const World& world = paths.world();
    Faults faults;
    const auto reads_other_alone = [&](const Scalar& scalar) {
        if (scalar.is_empty()) return true;
        const std::vector<std::uint16_t>& reads = scalar.expression.reads();
        return std::all_of(reads.begin(), reads.end(), [&](std::uint16_t slot) {
            return scalar.slots[slot].other && paths.is_own(scalar.slots[slot].path);
        });
    };
    const auto asks_subject = [](const Scalar& scalar) {
        if (scalar.is_empty()) return false;
        const std::vector<std::uint16_t>& reads = scalar.expression.reads();
        return std::any_of(reads.begin(), reads.end(), [&](std::uint16_t slot) { return !scalar.slots[slot].other; });
    };
    for (const rule::Feature& feature : set.features) {
        Compiled c;
        c.feature = &feature;
        c.a = world.entity_index(feature.entity);
        if (!feature.from.empty()) {
            c.from = world.event_index(feature.from);
            if (c.from != no_index) c.b = world.entity_index(set.dictionary.events[c.from].subject);
        }
        const bool many =
            feature.kind != FeatureKind::register_ && (feature.kind != FeatureKind::measure || feature.over);
        Binder binder{set, paths, feature, c.a, c.b, faults};
        if (c.a == no_index || (many && c.b == no_index)) {
            faults.push_back(
                fault_at(feature, feature.line, feature.column,
                         format("特征 {} 的实体 {} 或事件 {} 不存在", feature.name, feature.entity, feature.from),
                         format("feature {}: the entity {} or the event {} does not exist", feature.name,
                                feature.entity, feature.from)));
            features->compiled_.push_back(std::move(c));
            continue;
        }
        if (many) {
            Index index;
            index.entity = c.b;
            index.from = c.from;
            index.name = feature.from;
            for (const auto& [a_name, b_name] : feature.key) {
                c.a_key.push_back(binder.path(c.a, a_name));
                index.key.push_back(binder.path(c.b, b_name));
                if (!paths.is_own(index.key.back())) {
                    faults.push_back(fault_at(
                        feature, feature.line, feature.column,
                        format("特征 {} 的键 {} 须为该记录自身的字段", feature.name, b_name),
                        format("feature {}: the key {} is not a field of the record itself", feature.name, b_name)));
                }
                index.name += ' ' + b_name;
            }
            std::size_t i = 0;
            while (i < features->indexes_.size() && features->indexes_[i].name != index.name) ++i;
            if (i == features->indexes_.size()) features->indexes_.push_back(std::move(index));
            c.index = static_cast<std::uint16_t>(i);
            Millis reach = std::max(feature.reach, feature.span_last);
            if (!feature.span_calendar.empty()) reach = calendar_reach(feature.span_calendar);
            Index& shared = features->indexes_[i];
            const bool unbounded = reach == 0 || feature.over;  // rows: n, or a measure over all
            const bool was_unbounded = shared.reach < 0;
            shared.reach = unbounded || was_unbounded ? -1 : std::max(shared.reach, reach);
        }
        c.where = binder.checked(feature.where_expression, feature.names);
        c.of = binder.checked(feature.of_expression, feature.names);
        switch (feature.kind) {
            case FeatureKind::window:
                c.facts = {""};
                c.alone = reads_other_alone(c.where) && reads_other_alone(c.of);
                if (c.alone)
                    features->indexes_[c.index].windows.push_back(
                        static_cast<std::uint16_t>(features->compiled_.size()));
                break;
            case FeatureKind::lag: c.facts = {"found"}; break;
            case FeatureKind::overlap:
                c.facts = {"count", "lasts"};
                c.start = binder.path(c.b, feature.interval_start);
                c.end = binder.path(c.b, feature.interval_end);
                if (feature.interval_start != world.entity(c.b).time) {
                    faults.push_back(
                        fault_at(feature, feature.line, feature.column,
                                 format("重叠特征的开始须为 {} 的时间字段", world.entity(c.b).name),
                                 format("an overlap starts at the time field of {}", world.entity(c.b).name)));
                }
                if (c.a != c.b) {
                    faults.push_back(fault_at(feature, feature.line, feature.column, "重叠特征的两侧须为同一实体",
                                              "both sides of an overlap are of one entity"));
                }
                break;
            case FeatureKind::register_:
                c.facts = {"found"};
                c.register_entity = world.entity_index(feature.register_entity);
                c.b = c.register_entity;
                c.id = binder.checked(feature.id_expression, feature.names);
                if (!feature.at.empty())
                    c.at = binder.path(c.a, feature.at.starts_with("a.") ? feature.at.substr(2) : feature.at);
                break;
            case FeatureKind::measure:
                c.measure = binder.measure(feature.fn);
                if (feature.over) c.each = binder.measure(feature.each_fn);
                if (c.measure != nullptr) {
                    c.facts = {"verdict", "limits", "strength"};
                    for (const track::FactDefinition& fact : c.measure->facts) c.facts.emplace_back(fact.name);
                    c.args = binder.arguments(*c.measure, feature.args);
                }
                if (c.each != nullptr) c.each_args = binder.arguments(*c.each, feature.each_args);
                if (feature.over) {
                    std::string how = feature.each_fn;
                    for (const rule::Binding& binding : feature.each_args) {
                        how += " " + binding.name + "=" + binding.text + join(binding.parts, ",");
                    }
                    c.gathering = static_cast<std::uint16_t>(
                        features->gatherings_.emplace(how, features->gatherings_.size()).first->second);
                    using Source = Argument::Source;
                    c.same_for_all = !asks_subject(c.where);
                    for (const Argument& one : c.each_args) {
                        const bool from_b = one.from.other && (one.source != Source::interval || one.to.other);
                        const bool computed = one.source == Source::expression && !asks_subject(one.expression);
                        c.same_for_all = c.same_for_all &&
                                         (one.source == Source::none || one.source == Source::literal || computed ||
                                          (one.source != Source::param && one.source != Source::expression && from_b));
                    }
                    // Tracks, intervals and fixes of the record judged are not part of what measures are kept under.
                    for (std::size_t i = 0; c.measure != nullptr && i < c.args.size(); ++i) {
                        const track::ArgumentKind kind = c.measure->parameters[i].kind;
                        const bool unnamed = kind == track::ArgumentKind::track ||
                                             kind == track::ArgumentKind::interval || kind == track::ArgumentKind::fix;
                        c.same_for_all = c.same_for_all && (c.args[i].source == Source::none || !unnamed);
                    }
                }
                break;
        }
        for (const rule::Binding& out : feature.out) {
            c.facts.push_back(out.name);
            const std::string text = out.text.substr(0, 2) == "b." ? out.text.substr(2) : out.text;
            c.out.push_back(binder.path(c.b, text));
        }
        features->compiled_.push_back(std::move(c));
    }
    for (Index& index : features->indexes_) index.reach = std::max<Millis>(index.reach, 0);
    features->columns_.resize(features->compiled_.size());
    if (!faults.empty()) return failure(std::move(faults));
    return features;
}

std::uint16_t Features::index_of(std::string_view name) const {
    for (std::size_t i = 0; i < compiled_.size(); ++i) {
        if (compiled_[i].feature->name == name) return static_cast<std::uint16_t>(i);
    }
    return no_index;
}

std::string Features::key_of(const std::vector<Path>& key, Reader& reader) const {
    std::string text(1, key_separator);  // never empty, so that an empty key (the whole partition) is a key
    for (const Path& path : key) {
        const Value value = reader.read(path);
        if (!value.is_known()) return "";
        text += base_text(value);
        text += key_separator;
    }
    return text;
}

std::vector<Features::Moved> Features::update(RecordIndex record) {
    std::vector<Moved> moved;
    const World& world = paths_->world();
    const EntityIndex entity = world.record(record).entity;
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        Index& index = indexes_[i];
        if (index.entity != entity) continue;
        const Change* entered = world.entered(record, index.from);
        if (entered == nullptr) continue;
        Reader reader(*paths_, record, nullptr);
        Moved change;
        change.index = static_cast<std::uint16_t>(i);
        Entry entry{.time = reader.time().value_or(Instant{}), .id = entered->id, .record = record};
        if (reader.time()) change.new_key = key_of(index.key, reader);
        change.new_time = entry.time;
        const auto before = [](const Entry& a, const Entry& b) {
            return a.time != b.time ? a.time < b.time : a.id < b.id;
        };
        const auto drop_columns = [&](const std::string& key) {
            for (const std::uint16_t feature : index.windows) columns_[feature].erase(key);
        };
        const auto placed = index.placed.find(record);
        if (placed != index.placed.end()) {
            change.old_key = placed->second.key;
            change.old_time = placed->second.entry.time;
            const bool same = change.old_key == change.new_key && change.old_time == entry.time &&
                              placed->second.entry.id == entry.id;
            if (!same) {
                std::vector<Entry>& old = index.by_key[change.old_key];
                old.erase(std::lower_bound(old.begin(), old.end(), placed->second.entry, before));
                drop_columns(change.old_key);
                index.placed.erase(placed);
            } else {
                drop_columns(change.old_key);
                moved.push_back(std::move(change));
                continue;
            }
        }
        if (!change.new_key.empty()) {
            std::vector<Entry>& entries = index.by_key[change.new_key];
            entries.insert(std::lower_bound(entries.begin(), entries.end(), entry, before), entry);
            drop_columns(change.new_key);
            index.placed.emplace(record, Index::Placed{change.new_key, entry});
        }
        moved.push_back(std::move(change));
    }
    return moved;
}

// Passes on what is read and keeps it.
class Features::Recorder final : public Reads {
public:
    void record(EntityIndex entity, std::string_view id) override {
        notes.push_back({.is_carrier = false, .entity = entity, .id = std::string(id), .from = {}, .to = {}});
    }
    void carrier(std::string_view id, Instant from, Instant to) override {
        notes.push_back({.is_carrier = true, .entity = no_index, .id = std::string(id), .from = from, .to = to});
    }
    void index(std::uint16_t, std::string_view) override {}  // arguments of a gathered record ask no index

    std::vector<Noted> notes;
};

// Equal for equal records; carriers have numbers of their own. Two that meet by chance cost a second look, never a
// wrong one.
std::uint64_t Features::place_of(const Noted& note) {
    const std::uint64_t text = std::hash<std::string_view>()(note.id);
    return text * 0x9E3779B97F4A7C15ULL + (note.is_carrier ? 0x10000ULL : note.entity);
}

void Features::forget(const World::Touched& touched) {
    if (touched.record == no_record) return;
    measured_.clear();
    const Noted changed{.is_carrier = touched.fixes,
                        .entity = touched.entity,
                        .id = paths_->world().record(touched.record).id,
                        .from = {},
                        .to = {}};
    const auto found = gathered_from_.find(place_of(changed));
    if (found == gathered_from_.end()) return;
    std::erase_if(found->second, [&](std::uint64_t kept) {
        const auto dwell = gathered_.find(kept);
        if (dwell == gathered_.end()) return true;
        const std::vector<Noted>& notes = dwell->second.notes;
        const bool is_reached = !touched.fixes || std::any_of(notes.begin(), notes.end(), [&](const Noted& note) {
            return note.is_carrier && note.from <= touched.last && touched.first <= note.to;
        });
        if (is_reached) gathered_.erase(dwell);
        return is_reached;
    });
    if (found->second.empty()) gathered_from_.erase(found);
}

Value Features::evaluate(const Scalar& scalar, Reader& a, Reader* b) const {
    ScalarHost host([&](std::uint16_t slot) {
        const Slot& from = scalar.slots[slot];
        if (from.other) return b == nullptr ? Value() : b->read(from.path);
        return a.read(from.path);
    });
    return scalar.expression.evaluate(host, paths_->zone());
}

const std::vector<Features::Entry>* Features::entries(const Compiled& c, Reader& a, Reads* reads,
                                                      std::string* asked) const {
    static const std::vector<Entry> none;
    std::string key = key_of(c.a_key, a);
    if (key.empty()) return nullptr;
    if (reads != nullptr) reads->index(c.index, key);
    const auto found = indexes_[c.index].by_key.find(key);
    if (asked != nullptr) *asked = std::move(key);
    return found == indexes_[c.index].by_key.end() ? &none : &found->second;
}

FeatureRows Features::compute(std::uint16_t feature, Reader& subject, AsOf as_of, Reads* reads) const {
    const Compiled& c = compiled_[feature];
    FeatureRows result;
    switch (c.feature->kind) {
        case FeatureKind::window: result = window(c, subject, as_of, reads); break;
        case FeatureKind::lag: result = lag(c, subject, as_of, reads); break;
        case FeatureKind::overlap: result = overlap(c, subject, reads); break;
        case FeatureKind::register_: result = look_up(c, subject, reads); break;
        case FeatureKind::measure: result = measure(c, subject, reads); break;
    }
    if (result.rows.empty()) result.rows.emplace_back();
    for (std::vector<Value>& row : result.rows) row.resize(c.facts.size());
    return result;
}

Value Features::aggregate(const Compiled& c, std::int64_t count, Wide sum, std::vector<std::int64_t> numbers,
                          std::size_t distinct) const {
    const rule::Feature& f = *c.feature;
    const Kind kind = c.of.is_empty() ? Kind::integer : c.of.expression.type().kind;
    switch (f.agg) {
        case rule::Aggregate::count: return Value::of_int(count);
        case rule::Aggregate::distinct: return Value::of_int(static_cast<std::int64_t>(distinct));
        case rule::Aggregate::sum:
            return sum > INT64_MAX || sum < INT64_MIN ? Value::error("sum out of range")
                                                      : of_number(kind, static_cast<std::int64_t>(sum));
        case rule::Aggregate::min:
            return numbers.empty() ? Value() : of_number(kind, *std::min_element(numbers.begin(), numbers.end()));
        case rule::Aggregate::max:
            return numbers.empty() ? Value() : of_number(kind, *std::max_element(numbers.begin(), numbers.end()));
        case rule::Aggregate::avg: return count == 0 ? Value() : of_number(kind, rounded_division(sum, count));
        case rule::Aggregate::quantile: {
            if (numbers.empty()) return {};
            std::sort(numbers.begin(), numbers.end());
            const auto n = static_cast<std::int64_t>(numbers.size());
            const std::int64_t rank = std::max<std::int64_t>(1, (f.q_permille * n + 999) / 1000);
            return of_number(kind, numbers[static_cast<std::size_t>(rank - 1)]);
        }
    }
    return {};
}

const Features::Column& Features::column(const Compiled& c, const std::string& key,
                                         const std::vector<Entry>& entries) const {
    auto& kept = columns_[static_cast<std::size_t>(&c - compiled_.data())];
    const auto found = kept.find(key);
    if (found != kept.end()) return found->second;
    Column& column = kept[key];
    column.known.push_back(0);
    column.sums.push_back(0);
    std::map<std::string, std::int64_t> words;  // of `distinct`: equal values get equal numbers
    for (const Entry& entry : entries) {
        Reader b = Reader::indexed(*paths_, entry.record, nullptr);
        if (!c.where.is_empty() && !evaluate(c.where, b, &b).is_true()) continue;
        Column::Row row{entry.time, entry.id, 0, true};
        if (!c.of.is_empty()) {
            const Value value = evaluate(c.of, b, &b);
            if (c.feature->agg == rule::Aggregate::distinct && value.is_known()) {
                row.number = words.emplace(base_text(value), static_cast<std::int64_t>(words.size())).first->second;
            } else {
                const auto number = number_of(value);
                row.number = number.value_or(0);
                row.is_known = c.feature->agg == rule::Aggregate::count ? value.is_known() : number.has_value();
            }
            if (c.feature->agg == rule::Aggregate::distinct) row.is_known = value.is_known();
        }
        column.known.push_back(column.known.back() + (row.is_known ? 1 : 0));
        column.sums.push_back(column.sums.back() + (row.is_known ? row.number : 0));
        column.rows.push_back(row);
    }
    return column;
}

FeatureRows Features::window(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    std::string key;
    const std::vector<Entry>* entries = this->entries(c, a, reads, &key);
    if (entries == nullptr || !as_of.time) return result;
    const rule::Feature& f = *c.feature;
    Instant from{INT64_MIN};
    if (f.span_last > 0) from = Instant{as_of.time->ms - f.span_last};
    if (!f.span_calendar.empty()) from = calendar_start(paths_->zone(), *as_of.time, f.span_calendar);
    const auto is_before = [&](const auto& row, const AsOf& now) {
        return row.time != *now.time ? row.time < *now.time : row.id < now.id;
    };
    const std::int64_t most = f.span_rows > 0 ? std::min(f.span_rows, f.span_max) : f.span_max;
    std::vector<std::int64_t> numbers;
    if (c.alone) {
        // The record judged stands at as_of itself, so it is never among those before.
        const Column& column = this->column(c, key, *entries);
        const auto begin = column.rows.begin();
        const auto last = std::lower_bound(begin, column.rows.end(), as_of, is_before);
        auto first =
            std::lower_bound(begin, last, from, [](const Column::Row& row, Instant at) { return row.time < at; });
        if (last - first > most) first = last - most;
        const auto low = static_cast<std::size_t>(first - begin);
        const auto high = static_cast<std::size_t>(last - begin);
        std::set<std::int64_t> distinct;
        const bool is_counted =
            f.agg == rule::Aggregate::count || f.agg == rule::Aggregate::sum || f.agg == rule::Aggregate::avg;
        for (auto row = first; !is_counted && row != last; ++row) {
            if (!row->is_known) continue;
            if (f.agg == rule::Aggregate::distinct) {
                distinct.insert(row->number);
            } else {
                numbers.push_back(row->number);
            }
        }
        result.rows.push_back({aggregate(c, column.known[high] - column.known[low],
                                         column.sums[high] - column.sums[low], std::move(numbers), distinct.size())});
        return result;
    }
    auto at = std::lower_bound(entries->begin(), entries->end(), as_of, is_before);
    std::int64_t count = 0;
    Wide sum = 0;
    std::set<std::string> distinct;
    std::int64_t rows = 0;
    while (at != entries->begin() && rows < most) {
        --at;
        if (at->time < from) break;
        if (at->record == a.subject()) continue;
        Reader b = Reader::indexed(*paths_, at->record, reads);
        if (!c.where.is_empty() && !evaluate(c.where, a, &b).is_true()) continue;
        ++rows;
        const Value value = c.of.is_empty() ? Value::of_int(0) : evaluate(c.of, a, &b);
        if (!value.is_known()) continue;
        if (f.agg == rule::Aggregate::distinct) {
            distinct.insert(base_text(value));
            continue;
        }
        const auto number = number_of(value);
        if (!number && f.agg != rule::Aggregate::count) continue;
        ++count;
        if (number) {
            sum += *number;
            numbers.push_back(*number);
        }
    }
    result.rows.push_back({aggregate(c, count, sum, std::move(numbers), distinct.size())});
    return result;
}

FeatureRows Features::lag(const Compiled& c, Reader& a, AsOf as_of, Reads* reads) const {
    FeatureRows result;
    const std::vector<Entry>* entries = this->entries(c, a, reads);
    if (entries == nullptr || !as_of.time) return result;
    auto at = std::lower_bound(entries->begin(), entries->end(), as_of, [](const Entry& e, const AsOf& now) {
        return e.time != *now.time ? e.time < *now.time : e.id < now.id;
    });
    int left = c.feature->n;
    std::vector<Value> row{Value::of_bool(false)};
    while (at != entries->begin()) {
        --at;
        if (c.feature->reach > 0 && at->time.ms < as_of.time->ms - c.feature->reach) break;
        if (at->record == a.subject()) continue;
        Reader b = Reader::indexed(*paths_, at->record, reads);
        if (!c.where.is_empty() && !evaluate(c.where, a, &b).is_true()) continue;
        if (--left > 0) continue;
        row[0] = Value::of_bool(true);
        for (const Path& out : c.out) row.push_back(b.read(out));
        break;
    }
    result.rows.push_back(std::move(row));
    return result;
}

FeatureRows Features::overlap(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    const std::vector<Entry>* entries = this->entries(c, a, reads);
    const Value start = a.read(c.start);
    const Value end = a.read(c.end);
    if (entries == nullptr || !start.is_known() || !end.is_known()) return result;
    const Change* entered = paths_->world().entered(a.subject(), c.from);
    const Id own_id = entered == nullptr ? Id{} : entered->id;
    const Interval own{Instant{start.ms()}, Instant{end.ms()}};
    struct Row {
        Millis lasts;
        std::string id;
        std::vector<Value> values;
    };
    std::vector<Row> rows;
    const Instant earliest{own.from.ms - c.feature->reach};
    auto at = std::lower_bound(entries->begin(), entries->end(), earliest,
                               [](const Entry& e, Instant from) { return e.time < from; });
    for (; at != entries->end() && at->time <= own.from; ++at) {
        if (at->record == a.subject()) continue;
        if (at->time == own.from && !(at->id < own_id)) continue;  // the pair is reported on the later of the two
        Reader b = Reader::indexed(*paths_, at->record, reads);
        const Value b_start = b.read(c.start);
        const Value b_end = b.read(c.end);
        if (!b_start.is_known() || !b_end.is_known()) continue;
        const Interval both{Instant{std::max(own.from.ms, b_start.ms())}, Instant{std::min(own.to.ms, b_end.ms())}};
        if (both.length() <= 0) continue;
        if (!c.where.is_empty() && !evaluate(c.where, a, &b).is_true()) continue;
        Row row{both.length(), paths_->world().record(at->record).id, {}};
        for (const Path& out : c.out) row.values.push_back(b.read(out));
        rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row& x, const Row& y) { return x.lasts != y.lasts ? x.lasts > y.lasts : x.id < y.id; });
    const auto count = static_cast<std::int64_t>(rows.size());
    if (rows.size() > static_cast<std::size_t>(c.feature->rows_max))
        rows.resize(static_cast<std::size_t>(c.feature->rows_max));
    for (Row& row : rows) {
        std::vector<Value> values{Value::of_int(count), Value::of_duration_ms(row.lasts)};
        values.insert(values.end(), row.values.begin(), row.values.end());
        result.rows.push_back(std::move(values));
    }
    if (rows.empty()) result.rows.push_back({Value::of_int(0)});
    return result;
}

FeatureRows Features::look_up(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    const Value id = evaluate(c.id, a, nullptr);
    if (id.kind() != Kind::string) return result;
    std::optional<Instant> at = a.time();
    if (c.at.kind != Path::Kind::none) {
        const Value time = a.read(c.at);
        if (time.kind() != Kind::timestamp) return result;
        at = Instant{time.ms()};
    }
    const World& world = paths_->world();
    if (reads != nullptr) reads->record(c.register_entity, id.text());
    const RecordIndex record = world.find(c.register_entity, id.text());
    bool found = false;
    if (record != no_record) {
        for (const Change& change : world.record(record).changes) found = found || !at || change.at <= *at;
    }
    std::vector<Value> row{Value::of_bool(found)};
    if (found) {
        Reader b = Reader::as_of(*paths_, record, at, reads);
        for (const Path& out : c.out) row.push_back(b.read(out));
    }
    result.rows.push_back(std::move(row));
    return result;
}

track::Argument Features::argument(const Argument& from, track::ArgumentKind kind, Reader& a, Reader* b,
                                   FeatureRows& result) const {
    track::Argument argument;
    Reader* side = from.from.other ? b : &a;
    const auto of_value = [&](const Value& value) {
        switch (kind) {
            case track::ArgumentKind::place:
                if (value.kind() != Kind::place) return;
                argument.place = {value.place().first, value.place().second};
                break;
            case track::ArgumentKind::fix:
                if (value.kind() != Kind::fix) return;
                argument.fix.place = {value.fix().lat_e7, value.fix().lon_e7};
                argument.fix.received = argument.fix.place;
                argument.fix.accuracy_mm = static_cast<std::uint32_t>(value.fix().sigma_mm);
                argument.fix.level = track::Level::p39;
                argument.fix.provider = track::Provider::gnss;
                break;
            case track::ArgumentKind::subject:
                if (value.kind() != Kind::string) return;
                argument.number = opaque_number(value.text());
                break;
            default: {
                const auto number = number_of(value);
                if (!number) return;
                argument.number = *number;
            }
        }
        argument.present = true;
    };
    switch (from.source) {
        case Argument::Source::none: return argument;
        case Argument::Source::path:
            if (side == nullptr) return argument;
            if (kind == track::ArgumentKind::track) {
                const std::vector<track::Fix>* fixes = side->track(from.from.path);
                if (fixes == nullptr) return argument;
                argument.track = *fixes;
                argument.present = true;
                result.evidence.insert(result.evidence.end(), side->track_seqs().begin(), side->track_seqs().end());
                return argument;
            }
            of_value(side->read(from.from.path));
            return argument;
        case Argument::Source::interval: {
            if (side == nullptr) return argument;
            Reader* other = from.to.other ? b : &a;
            const Value start = side->read(from.from.path);
            const Value end = other->read(from.to.path);
            if (start.kind() != Kind::timestamp || end.kind() != Kind::timestamp) return argument;
            argument.interval = {Instant{start.ms()}, Instant{end.ms()}};
            argument.present = true;
            return argument;
        }
        case Argument::Source::param: {
            const Value date = a.date();
            const std::vector<std::string>& keys = paths_->common(a.entity()).scope_keys;
            const Value value =
                rule::chosen_value(*from.param, date, keys, [&](const std::string& key) { return a.scope(key); });
            result.params += from.param->name + "=" + (value.is_known() ? base_text(value) : "?") + ";";
            of_value(value);
            return argument;
        }
        case Argument::Source::literal:
            argument.number = from.literal;
            argument.present = true;
            return argument;
        case Argument::Source::expression: of_value(evaluate(from.expression, a, b)); return argument;
    }
    return argument;
}

std::optional<track::Gathered> Features::gathered_anew(const Compiled& c, RecordIndex record, Reader& a,
                                                       Reads* reads) const {
    Reader b = Reader::indexed(*paths_, record, reads);
    std::vector<track::Argument> each;
    FeatureRows unused;  // the evidence of thousands of records is named by their key, not one by one
    for (std::size_t i = 0; i < c.each_args.size(); ++i) {
        each.push_back(argument(c.each_args[i], c.each->parameters[i].kind, a, &b, unused));
    }
    return track::dwell_of(c.each->run(each));
}

// The dwell of one gathered record. Features that gather the same of the same records share it.
std::optional<track::Gathered> Features::gather(const Compiled& c, RecordIndex record, Reader& a, Reads* reads) const {
    if (!c.same_for_all) return gathered_anew(c, record, a, reads);
    const std::uint64_t kept = (std::uint64_t{record} << 16U) | c.gathering;
    auto found = gathered_.find(kept);
    if (found == gathered_.end()) {
        Recorder recorder;
        Dwell dwell;
        dwell.dwell = gathered_anew(c, record, a, &recorder);
        dwell.notes = std::move(recorder.notes);
        const World& world = paths_->world();
        gathered_from_[place_of({.is_carrier = false,
                                 .entity = world.record(record).entity,
                                 .id = world.record(record).id,
                                 .from = {},
                                 .to = {}})]
            .insert(kept);
        for (const Noted& note : dwell.notes) gathered_from_[place_of(note)].insert(kept);
        found = gathered_.emplace(kept, std::move(dwell)).first;
    }
    if (reads != nullptr) {
        for (const Noted& note : found->second.notes) {
            if (note.is_carrier) {
                reads->carrier(note.id, note.from, note.to);
            } else {
                reads->record(note.entity, note.id);
            }
        }
    }
    return found->second.dwell;
}

FeatureRows Features::measure(const Compiled& c, Reader& a, Reads* reads) const {
    FeatureRows result;
    std::vector<track::Argument> arguments;
    for (std::size_t i = 0; i < c.args.size(); ++i) {
        arguments.push_back(argument(c.args[i], c.measure->parameters[i].kind, a, nullptr, result));
    }
    std::vector<track::Gathered> dwells;
    track::Measurement measured;
    if (c.each == nullptr) {
        measured = c.measure->run(arguments);
    } else {
        const std::vector<Entry>* entries = this->entries(c, a, reads);
        if (entries == nullptr) return result;
        // The same for every subject with this key and these arguments, until something new comes in.
        const auto feature = static_cast<std::uint64_t>(&c - compiled_.data());
        std::string same = std::to_string(feature) + key_of(c.a_key, a);
        for (const track::Argument& argument : arguments) {
            same +=
                format("{},{},{},{};", argument.present, argument.number, argument.place.lat_e7, argument.place.lon_e7);
        }
        const auto known = measured_.find(same);
        if (reads == nullptr && c.same_for_all && known != measured_.end()) {
            measured = known->second;
        } else {
            for (std::size_t i = 0; i < c.each_args.size(); ++i) {
                if (c.each_args[i].source == Argument::Source::param) {
                    argument(c.each_args[i], c.each->parameters[i].kind, a, nullptr, result);  // for the digest
                }
            }
            for (const Entry& entry : *entries) {
                if (dwells.size() >= static_cast<std::size_t>(c.feature->over_max)) break;
                Reader b = Reader::indexed(*paths_, entry.record, reads);
                if (!c.where.is_empty() && !evaluate(c.where, a, &b).is_true()) continue;
                if (const auto dwell = gather(c, entry.record, a, reads)) dwells.push_back(*dwell);
            }
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                if (c.measure->parameters[i].kind != track::ArgumentKind::dwells) continue;
                arguments[i].dwells = dwells;
                arguments[i].present = true;
            }
            measured = c.measure->run(arguments);
            if (reads == nullptr && c.same_for_all) measured_.insert_or_assign(same, measured);
        }
    }
    std::vector<Value> row{Value::of_string(track::name_of(measured.verdict)),
                           Value::of_string(track::limit_names(measured.limits)),
                           Value::of_int(measured.strength_mnat)};
    for (std::size_t i = 0; i < c.measure->facts.size(); ++i) {
        row.push_back(i < measured.facts.size() ? value_of(c.measure->facts[i].kind, measured.facts[i]) : Value());
    }
    result.rows.push_back(std::move(row));
    return result;
}

}  // namespace ningyi::engine
