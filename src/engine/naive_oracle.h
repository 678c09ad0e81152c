// SPDX-License-Identifier: Apache-2.0
// For tests only: the features of rules.md §5 computed from a plain list of events, slowly. Everything known is folded
// from nothing, every record is looked at for every question; no index, no state, no use of World, Reader or Features.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/zone.h"
#include "engine/body_value.h"
#include "engine/event.h"
#include "rule/choice.h"
#include "rule/names.h"
#include "rule/rule.h"
#include "track/clean.h"
#include "track/codec.h"
#include "track/compare/dwell.h"
#include "track/compare/plan.h"
#include "track/measure.h"
#include "track/meeting.h"
#include "track/signature.h"

namespace ningyi::engine {

class NaiveOracle {
public:
    using Row = std::map<std::string, cel::Value>;  // fact -> value; what is not there is absent

    // `events`: K(N), in any order.
    NaiveOracle(const rule::RuleSet& set, const Zone& zone, std::vector<ClearEvent> events) : set_(set), zone_(zone) {
        std::set<Id> ids;
        for (ClearEvent& event : events) {
            if (ids.insert(event.id).second) events_.push_back(std::move(event));
        }
        std::sort(events_.begin(), events_.end(), [](const ClearEvent& a, const ClearEvent& b) {
            return std::tie(a.happened_at, a.id) < std::tie(b.happened_at, b.id);
        });
    }

    // The first event of that type about the record.
    const ClearEvent* entered(const std::string& type, const std::string& id) const {
        for (const ClearEvent& event : events_) {
            if (event.type == type && event.subject == id) return &event;
        }
        return nullptr;
    }

    // A field as last said, at or before `at` when given.
    cel::Value value(const std::string& entity, const std::string& id, const std::string& name,
                     std::optional<Instant> at) const {
        const model::Entity& type = *set_.dictionary.entity(entity);
        const model::Field& field = *type.field(name);
        if (!field.derive.empty()) return derived(type, field, id, at);
        cel::Value last = name == type.key ? cel::Value::of_string(id) : cel::Value();
        for (const ClearEvent& event : events_) {
            const model::EventType* said = set_.dictionary.event(event.type);
            if (said == nullptr || said->subject != entity || event.subject != id) continue;
            if (at && event.happened_at > *at) continue;
            if (std::find(said->body.begin(), said->body.end(), name) == said->body.end()) continue;
            const cbor::Value* told = event.body.find(name);
            if (told == nullptr) continue;
            const cel::Value one = value_of(field, *told);
            if (one.is_known()) last = one;
        }
        return last;
    }

    // "start", or "reef.spot": one step along the first field that points there, as of the record's time when what it
    // points to has none of its own.
    cel::Value path(const std::string& entity, const std::string& id, const std::string& text,
                    std::optional<Instant> at) const {
        const std::size_t dot = text.find('.');
        if (dot == std::string::npos) return value(entity, id, text, at);
        const std::string to = text.substr(0, dot);
        for (const model::Field& field : set_.dictionary.entity(entity)->fields) {
            if (field.ref != to) continue;
            const cel::Value other = value(entity, id, field.name, at);
            if (other.kind() != cel::Kind::string) return {};
            const bool has_time = !set_.dictionary.entity(to)->time.empty();
            return value(to, other.text(), text.substr(dot + 1), has_time ? std::nullopt : at ? at : time(entity, id));
        }
        return {};
    }

    std::optional<Instant> time(const std::string& entity, const std::string& id) const {
        const std::string& name = set_.dictionary.entity(entity)->time;
        if (name.empty()) return std::nullopt;
        const cel::Value at = value(entity, id, name, std::nullopt);
        return at.kind() == cel::Kind::timestamp ? std::optional(Instant{at.ms()}) : std::nullopt;
    }

    // The rows of a feature for one subject, as of (time, id). No rows: nothing is known.
    std::vector<Row> rows(const rule::Feature& f, const std::string& subject, std::optional<Instant> time,
                          const Id& id) const {
        switch (f.kind) {
            case rule::FeatureKind::window: return window(f, subject, time, id);
            case rule::FeatureKind::lag: return lag(f, subject, time, id);
            case rule::FeatureKind::overlap: return overlap(f, subject);
            case rule::FeatureKind::register_: return look_up(f, subject);
            case rule::FeatureKind::measure: return measure(f, subject);
            case rule::FeatureKind::neardup: return near_duplicate(f, subject, time, id);
            case rule::FeatureKind::meet: return meeting(f, subject);
            case rule::FeatureKind::baseline: return baseline(f, subject, time);
        }
        return {};
    }

private:
    using Read = std::function<cel::Value(const std::string&)>;

    class Host final : public cel::Host {
    public:
        Host(const cel::Names& names, Read read) : names_(names), read_(std::move(read)) {}
        cel::Value read(std::uint16_t slot) override {
            const cel::Value value = read_(std::string(names_.path(slot)));
            return value.is_absent() ? cel::Value::absent(slot) : value;
        }
        cel::Value look_up(std::uint16_t slot, std::span<const cel::Value>) override {
            return cel::Value::absent(slot);
        }
        cel::Value contains(std::uint16_t slot, std::span<const cel::Value>) override {
            return cel::Value::absent(slot);
        }

    private:
        const cel::Names& names_;
        Read read_;
    };

    cel::Value derived(const model::Entity& entity, const model::Field& field, const std::string& id,
                       std::optional<Instant> at) const {
        cel::Names names = rule::subject_names(set_.dictionary, entity);
        const auto expression = cel::compile(field.derive, names, type_of(field), {});
        if (!expression) return {};
        const std::string own = entity.name + ".";
        Host host(names, [&](const std::string& text) {
            return path(entity.name, id, text.substr(0, own.size()) == own ? text.substr(own.size()) : text, at);
        });
        const cel::Value value = expression->evaluate(host, zone_);
        return value.is_known() ? value : cel::Value();
    }

    struct Other {
        std::string id;
        Instant time;
        Id entered;
        auto order() const { return std::tie(time, entered); }
    };

    std::string other_entity(const rule::Feature& f) const { return set_.dictionary.event(f.from)->subject; }

    // Every other record of the source with the subject's key, in event order; nothing when a part of the key is
    // absent.
    std::optional<std::vector<Other>> others(const rule::Feature& f, const std::string& subject) const {
        return others(f, subject, f.key);
    }

    std::optional<std::vector<Other>> others(const rule::Feature& f, const std::string& subject,
                                             const std::vector<std::pair<std::string, std::string>>& fields) const {
        std::vector<cel::Value> key;
        for (const auto& [mine, theirs] : fields) {
            key.push_back(path(f.entity, subject, mine, std::nullopt));
            if (!key.back().is_known()) return std::nullopt;
        }
        const std::string entity = other_entity(f);
        std::set<std::string> ids;
        for (const ClearEvent& event : events_) {
            if (event.type == f.from) ids.insert(event.subject);
        }
        std::vector<Other> found;
        for (const std::string& id : ids) {
            const bool is_subject = entity == f.entity && id == subject;
            const bool counts_itself = f.kind == rule::FeatureKind::measure || f.kind == rule::FeatureKind::baseline;
            if (is_subject && !counts_itself) continue;
            const auto at = time(entity, id);
            if (!at) continue;
            bool same = true;
            for (std::size_t i = 0; i < key.size(); ++i) {
                const cel::Value theirs = value(entity, id, fields[i].second, std::nullopt);
                same = same && theirs.is_known() && base_text(theirs) == base_text(key[i]);
            }
            if (same) found.push_back({id, *at, entered(f.from, id)->id});
        }
        std::sort(found.begin(), found.end(), [](const Other& a, const Other& b) { return a.order() < b.order(); });
        return found;
    }

    cel::Value evaluate(const rule::Feature& f, const cel::Expression& expression, const std::string& a,
                        const std::string& b) const {
        Host host(f.names, [&](const std::string& text) {
            return text[0] == 'a' ? path(f.entity, a, text.substr(2), std::nullopt)
                                  : path(other_entity(f), b, text.substr(2), std::nullopt);
        });
        return expression.evaluate(host, zone_);
    }

    bool counts(const rule::Feature& f, const std::string& a, const std::string& b) const {
        return f.where.empty() || evaluate(f, f.where_expression, a, b).is_true();
    }

    // Neither true nor false.
    bool is_untold(const rule::Feature& f, const std::string& a, const std::string& b) const {
        if (f.where.empty()) return false;
        const cel::Value value = evaluate(f, f.where_expression, a, b);
        return !value.is_true() && !value.is_false();
    }

    std::vector<Row> window(const rule::Feature& f, const std::string& subject, std::optional<Instant> time,
                            const Id& id) const {
        const auto all = others(f, subject);
        if (!all || !time) return {};
        std::vector<cel::Value> values;
        std::int64_t rows = 0;
        std::vector<Other> earlier;
        for (const Other& other : *all) {
            const bool is_in = f.span_around > 0 ? other.id != subject : other.order() < std::tie(*time, id);
            if (is_in) earlier.insert(earlier.begin(), other);
        }
        for (const Other& other : earlier) {
            if (f.span_around > 0 && std::abs(time->ms - other.time.ms) > f.span_around) continue;
            if (f.span_last > 0 && time->ms - other.time.ms > f.span_last) continue;
            const Date mine = zone_.date(*time);
            const Date theirs = zone_.date(other.time);
            if (f.span_calendar == "day" && mine != theirs) continue;
            if (f.span_calendar == "week" && (mine.days + 3) / 7 != (theirs.days + 3) / 7)
                continue;  // 1970-01-01 was a Thursday
            if (f.span_calendar == "month" && to_text(mine).substr(0, 7) != to_text(theirs).substr(0, 7)) continue;
            if (f.span_rows > 0 && rows == f.span_rows) break;
            if (is_untold(f, subject, other.id)) return {Row{}};
            if (!counts(f, subject, other.id)) continue;
            if (f.span_rows == 0 && rows == f.span_max) return {Row{}};
            ++rows;
            const cel::Value one =
                f.of.empty() ? cel::Value::of_int(1) : evaluate(f, f.of_expression, subject, other.id);
            if (one.is_known()) values.push_back(one);
        }
        const auto n = static_cast<std::int64_t>(values.size());
        std::vector<std::int64_t> numbers;
        std::set<std::string> distinct;
        std::int64_t sum = 0;
        for (const cel::Value& value : values) {
            distinct.insert(base_text(value));
            const bool is_time = value.kind() == cel::Kind::duration || value.kind() == cel::Kind::timestamp;
            numbers.push_back(is_time ? value.ms() : value.number());
            sum += numbers.back();
        }
        std::sort(numbers.begin(), numbers.end());
        const auto amount = [&](std::int64_t number) {
            const cel::Kind kind = f.of_expression.type().kind;
            return kind == cel::Kind::duration ? cel::Value::of_duration_ms(number) : cel::Value::of(kind, number);
        };
        switch (f.agg) {
            case rule::Aggregate::count: return {{{"", cel::Value::of_int(n)}}};
            case rule::Aggregate::distinct:
                return {{{"", cel::Value::of_int(static_cast<std::int64_t>(distinct.size()))}}};
            case rule::Aggregate::sum: return {{{"", amount(sum)}}};
            default: break;
        }
        if (numbers.empty()) return {Row{}};
        if (f.agg == rule::Aggregate::min) return {{{"", amount(numbers.front())}}};
        if (f.agg == rule::Aggregate::max) return {{{"", amount(numbers.back())}}};
        // Half away from zero; the test's amounts are not negative.
        if (f.agg == rule::Aggregate::avg) return {{{"", amount((2 * sum + n) / (2 * n))}}};
        // Nearest rank: the first value that at least q of all do not exceed.
        std::size_t rank = 0;
        while (static_cast<std::int64_t>(rank + 1) * 1000 < f.q_permille * n) ++rank;
        return {{{"", amount(numbers[rank])}}};
    }

    std::vector<Row> lag(const rule::Feature& f, const std::string& subject, std::optional<Instant> time,
                         const Id& id) const {
        const auto all = others(f, subject);
        if (!all || !time) return {};
        const auto n = static_cast<std::size_t>(f.n);
        std::vector<Other> found;
        for (auto other = all->rbegin(); other != all->rend() && found.size() < n; ++other) {
            if (!(other->order() < std::tie(*time, id)) || time->ms - other->time.ms > f.reach) continue;
            if (is_untold(f, subject, other->id)) return {Row{}};
            if (counts(f, subject, other->id)) found.push_back(*other);
        }
        Row row{{"found", cel::Value::of_bool(found.size() >= n)}};
        if (found.size() >= n) add_out(f, found[n - 1].id, row);
        return {row};
    }

    void add_out(const rule::Feature& f, const std::string& other, Row& row) const {
        for (const rule::Binding& out : f.out)
            row[out.name] = path(other_entity(f), other, out.text.substr(2), std::nullopt);
    }

    std::vector<Row> overlap(const rule::Feature& f, const std::string& subject) const {
        const auto all = others(f, subject);
        const auto bound = [&](const std::string& entity, const std::string& id, const std::string& name) {
            const cel::Value at = value(entity, id, name, std::nullopt);
            return at.is_known() ? std::optional(at.ms()) : std::nullopt;
        };
        const auto start = bound(f.entity, subject, f.own_start);
        const auto end = bound(f.entity, subject, f.own_end);
        if (!all || !start || !end) return {};
        const ClearEvent* own = entered(f.from, subject);
        const Id own_id = own == nullptr ? Id{} : own->id;
        std::vector<std::tuple<Millis, std::string>> pairs;  // minus how long, whom with
        bool may_be_more = false;
        for (const Other& other : *all) {
            const auto from = bound(other_entity(f), other.id, f.interval_start);
            const auto to = bound(other_entity(f), other.id, f.interval_end);
            if (!from || !to || *start - *from > f.reach || *from - *start > f.reach) continue;
            const bool is_later = f.both_ways || std::tie(*from, other.entered) < std::tie(*start, own_id);
            const Millis both = std::min(*end, *to) - std::max(*start, *from);
            if (!is_later || both <= 0) continue;
            if (counts(f, subject, other.id)) pairs.emplace_back(-both, other.id);
            may_be_more = may_be_more || is_untold(f, subject, other.id);
        }
        std::sort(pairs.begin(), pairs.end());
        if (pairs.empty() && may_be_more) return {Row{}};
        if (pairs.empty()) return {Row{{"count", cel::Value::of_int(0)}}};
        std::vector<Row> rows;
        for (const auto& [minus, id] : pairs) {
            if (static_cast<std::int64_t>(rows.size()) == f.rows_max) break;
            Row row{{"count", cel::Value::of_int(static_cast<std::int64_t>(pairs.size()))},
                    {"lasts", cel::Value::of_duration_ms(-minus)}};
            add_out(f, id, row);
            rows.push_back(std::move(row));
        }
        return rows;
    }

    std::vector<Row> look_up(const rule::Feature& f, const std::string& subject) const {
        Host host(f.names,
                  [&](const std::string& text) { return path(f.entity, subject, text.substr(2), std::nullopt); });
        const cel::Value id = f.id_expression.evaluate(host, zone_);
        if (id.kind() != cel::Kind::string) return {};
        std::optional<Instant> at = time(f.entity, subject);
        if (!f.at.empty()) {
            const std::string name = f.at.substr(0, 2) == "a." ? f.at.substr(2) : f.at;
            const cel::Value when = path(f.entity, subject, name, std::nullopt);
            if (!when.is_known()) return {};
            at = Instant{when.ms()};
        }
        bool found = false;
        for (const ClearEvent& event : events_) {
            const model::EventType* type = set_.dictionary.event(event.type);
            const bool about = type != nullptr && type->subject == f.register_entity && event.subject == id.text();
            found = found || (about && (!at || event.happened_at <= *at));
        }
        Row row{{"found", cel::Value::of_bool(found)}};
        if (!found) return {row};
        for (const rule::Binding& out : f.out)
            row[out.name] = path(f.register_entity, id.text(), out.text.substr(2), at);
        return {row};
    }

    static std::uint64_t number_of_text(const std::string& text) {
        std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        return (hash >> 1U) | 1U;
    }
    static std::uint32_t number_of_device(const std::string& text) {
        const std::uint64_t number = number_of_text(text);
        return static_cast<std::uint32_t>((number & 0xFFFFFFFFU) ^ (number >> 32U)) | 1U;
    }

    std::vector<track::Fix> track_of(const std::string& entity, const std::string& id,
                                     const model::Field& field) const {
        const std::string kept = entity + " " + id + " " + field.name;
        const auto known = tracks_.find(kept);
        if (known != tracks_.end()) return known->second;
        return tracks_[kept] = track_anew(entity, id, field);
    }

    std::vector<track::Fix> track_anew(const std::string& entity, const std::string& id,
                                       const model::Field& field) const {
        const cel::Value carrier = path(entity, id, field.track_of, std::nullopt);
        const cel::Value from = path(entity, id, field.track_from, std::nullopt);
        const cel::Value until = path(entity, id, field.track_to, std::nullopt);
        std::vector<track::Fix> fixes;
        if (!carrier.is_known() || !from.is_known()) return fixes;
        const std::string& chosen = field.track_device.empty() ? field.track_other_than : field.track_device;
        const cel::Value device = chosen.empty() ? cel::Value() : path(entity, id, chosen, std::nullopt);
        if (!chosen.empty() && !device.is_known()) return fixes;
        const Millis low = from.ms() - field.track_lead;
        const Millis high = (until.is_known() ? until.ms() : from.ms()) + field.track_tail;
        struct Block {
            Instant first;
            const ClearEvent* event = nullptr;
            std::vector<track::Fix> fixes;
        };
        std::vector<Block> blocks;
        for (const ClearEvent& event : events_) {
            const cbor::Value* bytes = event.body.find("fixes");
            if (bytes == nullptr || event.subject != carrier.text()) continue;
            Block block{{}, &event, track::decode(bytes->text).value()};
            block.first = block.fixes.front().at;
            for (const track::Fix& fix : block.fixes) block.first = std::min(block.first, fix.at);
            blocks.push_back(std::move(block));
        }
        std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
            return std::tie(a.first, a.event->id) < std::tie(b.first, b.event->id);
        });
        std::uint32_t upload = 0;  // which of the carrier's: one block is one
        for (const Block& block : blocks) {
            ++upload;
            const cbor::Value* said = block.event->body.find("device_id");
            const std::uint32_t number = said == nullptr ? 0 : number_of_device(said->text);
            if (!field.track_device.empty() && number != number_of_device(device.text())) continue;
            if (!field.track_other_than.empty() && number == number_of_device(device.text())) continue;
            for (track::Fix fix : block.fixes) {
                if (fix.at.ms < low || fix.at.ms > high) continue;
                fix.recorded = block.event->recorded_at;
                fix.device = number;
                fix.upload = upload;
                fixes.push_back(fix);
            }
        }
        track::mark(fixes);
        return fixes;
    }

    cel::Value param(const rule::Feature& f, const rule::Param& param, const std::string& subject) const {
        const model::Entity& entity = *set_.dictionary.entity(f.entity);
        const cel::Value date = entity.date.empty() ? cel::Value() : path(f.entity, subject, entity.date, std::nullopt);
        if (!date.is_known()) return {};
        // The more specific scope wins; within one the latest day.
        std::map<std::string, const rule::ParamValue*> latest;  // by scope as text
        for (const rule::ParamValue& one : param.values) {
            std::string scope;
            for (const auto& [key, own] : one.scope) scope += key + "=" + own + ";";
            const rule::ParamValue*& best = latest[scope];
            const Date day{static_cast<std::int32_t>(date.number())};
            if (one.days.from <= day && day <= one.days.to && (best == nullptr || best->days.from < one.days.from))
                best = &one;
        }
        const rule::ParamValue* chosen = nullptr;
        std::size_t chosen_rank = 0;
        for (const auto& [text, one] : latest) {
            if (one == nullptr) continue;
            bool matches = true;
            std::size_t rank = 0;
            for (const auto& [key, wanted] : one->scope) {
                for (std::size_t i = 0; i < entity.scope.size(); ++i) {
                    if (entity.scope[i].first != key) continue;
                    rank += std::size_t{1} << i;
                    const std::string own = entity.name + ".";
                    const std::string& where = entity.scope[i].second;
                    const cel::Value mine =
                        path(f.entity, subject, where.substr(0, own.size()) == own ? where.substr(own.size()) : where,
                             std::nullopt);
                    if (!mine.is_known()) return {};
                    matches = matches && mine.text() == wanted;
                }
            }
            if (matches && (chosen == nullptr || rank > chosen_rank)) chosen = one, chosen_rank = rank;
        }
        return chosen == nullptr ? cel::Value() : chosen->value;
    }

    struct Arguments {
        std::vector<track::Argument> list;
        std::vector<std::vector<track::Fix>> tracks;
    };

    Arguments arguments(const rule::Feature& f, const track::MeasureDefinition& measure,
                        const std::vector<rule::Binding>& bindings, const std::string& a, const std::string& b) const {
        Arguments all;
        all.tracks.resize(measure.parameters.size());
        for (std::size_t i = 0; i < measure.parameters.size(); ++i) {
            track::Argument argument;
            for (const rule::Binding& binding : bindings) {
                if (binding.name != measure.parameters[i].name) continue;
                const auto side = [&](const std::string& text) { return text[0] == 'a' ? f.entity : other_entity(f); };
                const auto record = [&](const std::string& text) { return text[0] == 'a' ? a : b; };
                const auto read = [&](const std::string& text) {
                    return path(side(text), record(text), text.substr(2), std::nullopt);
                };
                const auto kind = measure.parameters[i].kind;
                if (kind == track::ArgumentKind::track) {
                    const model::Field* field =
                        set_.dictionary.entity(side(binding.text))->field(binding.text.substr(2));
                    all.tracks[i] = track_of(side(binding.text), record(binding.text), *field);
                    argument.track = all.tracks[i];
                    argument.present = true;
                } else if (kind == track::ArgumentKind::interval) {
                    const cel::Value from = read(binding.parts[0]);
                    const cel::Value to = read(binding.parts[1]);
                    argument.present = from.is_known() && to.is_known();
                    if (argument.present) argument.interval = {Instant{from.ms()}, Instant{to.ms()}};
                } else if (kind == track::ArgumentKind::place) {
                    const cel::Value place = read(binding.text);
                    argument.present = place.is_known();
                    if (argument.present) argument.place = {place.place().first, place.place().second};
                } else if (kind == track::ArgumentKind::subject) {
                    const cel::Value who = read(binding.text);
                    argument.present = who.is_known();
                    argument.number = static_cast<std::int64_t>(number_of_text(argument.present ? who.text() : ""));
                } else if (const rule::Param* known = set_.param(binding.text)) {
                    const cel::Value number = param(f, *known, a);
                    argument.present = number.is_known();
                    argument.number = number.number();
                } else {
                    argument.present = true;  // the test's packs write lengths in metres, or a count
                    const bool metres = binding.text.back() == 'm';
                    argument.number = metres ? std::stoll(binding.text) * 1000 : std::stoll(binding.text);
                }
            }
            all.list.push_back(argument);
        }
        for (std::size_t i = 0; i < all.list.size(); ++i) {
            if (!all.tracks[i].empty()) all.list[i].track = all.tracks[i];
        }
        return all;
    }

    std::vector<Row> measure(const rule::Feature& f, const std::string& subject) const {
        const track::MeasureDefinition& measure = *track::find_measure(f.fn);
        Arguments own = arguments(f, measure, f.args, subject, "");
        std::vector<track::Gathered> gathered;
        std::vector<track::PlannedVisit> visits;
        if (f.over) {
            const auto all = others(f, subject);
            if (!all) return {};
            if (f.each_visit) {
                for (const Other& other : *all) {
                    if (!counts(f, subject, other.id)) continue;
                    const auto side = [&](const std::string& text) {
                        return path(other_entity(f), other.id, text.substr(2), std::nullopt);
                    };
                    track::PlannedVisit planned;
                    bool is_known = true;
                    for (const rule::Binding& binding : f.each_args) {
                        if (binding.name == "place") {
                            const cel::Value place = side(binding.text);
                            is_known = is_known && place.is_known();
                            if (place.is_known()) planned.place = {place.place().first, place.place().second};
                        } else if (binding.name == "interval") {
                            const cel::Value from = side(binding.parts[0]);
                            const cel::Value to = side(binding.parts[1]);
                            is_known = is_known && from.is_known() && to.is_known();
                            if (is_known) planned.interval = {Instant{from.ms()}, Instant{to.ms()}};
                        } else {  // a radius; the test's packs write it in metres
                            planned.radius_mm = std::stoll(binding.text) * 1000;
                        }
                    }
                    if (is_known && planned.interval.length() > 0) visits.push_back(planned);
                }
                std::stable_sort(visits.begin(), visits.end(), [](const auto& x, const auto& y) {
                    return std::tie(x.interval.from, x.interval.to) < std::tie(y.interval.from, y.interval.to);
                });
            }
            for (const Other& other : *all) {
                if (f.each_visit || !counts(f, subject, other.id)) continue;
                const track::MeasureDefinition& each = *track::find_measure(f.each_fn);
                const Arguments theirs = arguments(f, each, f.each_args, subject, other.id);
                if (const auto dwell = track::dwell_of(each.run(theirs.list))) gathered.push_back(*dwell);
            }
            for (std::size_t i = 0; i < own.list.size(); ++i) {
                const auto kind = measure.parameters[i].kind;
                if (kind != track::ArgumentKind::dwells && kind != track::ArgumentKind::visits) continue;
                own.list[i].dwells = gathered;
                own.list[i].visits = visits;
                own.list[i].present = true;
            }
        }
        const track::Measurement measured = measure.run(own.list);
        Row row;
        add_measured(measure, measured, row);
        return {row};
    }

    void add_measured(const track::MeasureDefinition& measure, const track::Measurement& measured, Row& row) const {
        row["verdict"] = cel::Value::of_string(track::name_of(measured.verdict));
        row["limits"] = cel::Value::of_string(track::limit_names(measured.limits));
        row["strength"] = cel::Value::of_int(measured.strength_mnat);
        for (std::size_t i = 0; i < measured.facts.size(); ++i) {
            if (measured.facts[i]) row[std::string(measure.facts[i].name)] = cel::Value::of_int(*measured.facts[i]);
        }
    }

    // The record's track as the feature names it.
    std::vector<track::Fix> own_track(const rule::Feature& f, const std::string& id) const {
        return track_of(f.entity, id, *set_.dictionary.entity(f.entity)->field(f.track));
    }

    struct Compared {
        Other other;
        std::int64_t likeness = 0;
        track::Measurement measured;
    };

    // Compares the likeliest; nothing when it cannot be told whether one of them counts.
    std::optional<std::vector<Compared>> compared(const rule::Feature& f, const std::string& subject,
                                                  std::vector<Compared> candidates) const {
        for (const Compared& one : candidates) {
            if (is_untold(f, subject, one.other.id)) return std::nullopt;
        }
        std::erase_if(candidates, [&](const Compared& one) { return !counts(f, subject, one.other.id); });
        std::sort(candidates.begin(), candidates.end(), [](const Compared& a, const Compared& b) {
            return a.likeness != b.likeness ? a.likeness > b.likeness : a.other.order() < b.other.order();
        });
        const bool is_crowded = candidates.size() > static_cast<std::size_t>(f.verified_max);
        if (is_crowded) candidates.resize(static_cast<std::size_t>(f.verified_max));
        const track::MeasureDefinition& verify = *track::find_measure(f.fn);
        for (Compared& one : candidates) {
            one.measured = verify.run(arguments(f, verify, f.args, subject, one.other.id).list);
            if (is_crowded) one.measured.limits |= track::limit_crowded;
        }
        return candidates;
    }

    std::vector<Row> near_duplicate(const rule::Feature& f, const std::string& subject, std::optional<Instant> time,
                                    const Id& id) const {
        const auto all = others(f, subject);
        if (!all || !time || !this->time(f.entity, subject) || entered(f.from, subject) == nullptr) return {};
        const track::CellRule cells{.cell_mm = f.cell_mm};
        const track::BandRule bands{static_cast<std::size_t>(f.bands), static_cast<std::size_t>(f.band_rows)};
        const std::vector<track::Signed> mine = track::signed_parts(own_track(f, subject), cells);
        if (mine.empty()) return {};
        std::vector<Compared> candidates;
        for (const Other& other : *all) {
            if (!(other.order() < std::tie(*time, id)) || time->ms - other.time.ms > f.span_last) continue;
            std::optional<std::int64_t> likeness;
            for (const track::Signed& theirs : track::signed_parts(own_track(f, other.id), cells)) {
                const std::vector<std::uint64_t> their_keys = track::band_keys(theirs.signature, bands);
                for (const track::Signed& own : mine) {
                    const std::vector<std::uint64_t> keys = track::band_keys(own.signature, bands);
                    const bool share = std::any_of(keys.begin(), keys.end(), [&](std::uint64_t one) {
                        return std::find(their_keys.begin(), their_keys.end(), one) != their_keys.end();
                    });
                    if (!share || !track::is_worth_comparing(own.cells, theirs.cells)) continue;
                    likeness = std::max(likeness.value_or(0), track::jaccard_ppm(own.cells, theirs.cells));
                }
            }
            if (likeness) candidates.push_back({other, *likeness, {}});
        }
        const auto found = compared(f, subject, std::move(candidates));
        if (!found) return {};
        Row row{{"found", cel::Value::of_bool(!found->empty())}};
        if (found->empty()) return {row};
        const auto key = [](const Compared& one) {
            const track::Measurement& measured = one.measured;
            const int doubtful = (measured.limits & track::limit_no_motion) == 0 ? 1 : 3;
            const int order = measured.verdict == track::Verdict::contradicted ? 0
                              : measured.verdict == track::Verdict::supported  ? 2
                                                                               : doubtful;
            return std::tuple(order, -measured.strength_mnat, one.other.time, one.other.entered);
        };
        const Compared* best = &found->front();
        for (const Compared& one : *found) {
            if (key(one) < key(*best)) best = &one;
        }
        add_measured(*track::find_measure(f.fn), best->measured, row);
        add_out(f, best->other.id, row);
        return {row};
    }

    std::vector<Row> meeting(const rule::Feature& f, const std::string& subject) const {
        const auto all = others(f, subject);
        const auto at = time(f.entity, subject);
        const ClearEvent* own = entered(f.from, subject);
        if (!all || !at || own == nullptr) return {};
        const std::vector<track::Fix> mine = own_track(f, subject);
        if (mine.empty()) return {};
        const std::vector<std::uint64_t> slots = track::meeting_slots(mine);
        std::vector<Compared> candidates;
        for (const Other& other : *all) {
            if (std::abs(other.time.ms - at->ms) > f.reach) continue;
            if (!f.both_ways && !(other.order() < std::tie(*at, own->id))) continue;
            std::int64_t common = 0;
            for (const std::uint64_t slot : track::meeting_slots(own_track(f, other.id))) {
                common += std::count(slots.begin(), slots.end(), slot);
            }
            if (common > 0) candidates.push_back({other, common, {}});
        }
        auto found = compared(f, subject, std::move(candidates));
        if (!found) return {};
        const auto rank = [](track::Verdict verdict) {
            return verdict == track::Verdict::contradicted ? 0 : verdict == track::Verdict::insufficient ? 1 : 2;
        };
        std::sort(found->begin(), found->end(), [&](const Compared& a, const Compared& b) {
            return std::tuple(rank(a.measured.verdict), -a.measured.strength_mnat, a.other.id) <
                   std::tuple(rank(b.measured.verdict), -b.measured.strength_mnat, b.other.id);
        });
        std::int64_t count = 0;
        for (const Compared& one : *found) count += rank(one.measured.verdict) == 0 ? 1 : 0;
        if (found->empty()) return {Row{{"count", cel::Value::of_int(0)}}};
        std::vector<Row> rows;
        for (const Compared& one : *found) {
            if (static_cast<std::int64_t>(rows.size()) == f.rows_max) break;
            Row row{{"count", cel::Value::of_int(count)}};
            add_measured(*track::find_measure(f.fn), one.measured, row);
            add_out(f, one.other.id, row);
            rows.push_back(std::move(row));
        }
        return rows;
    }

    std::vector<Row> baseline(const rule::Feature& f, const std::string& subject, std::optional<Instant> time) const {
        if (!time) return {};
        const auto own = others(f, subject);
        const bool has_peers = !f.peers.empty() || f.by_keys;
        const auto peers = has_peers ? others(f, subject, f.peers) : own;
        if (!own || !peers) return {};
        // Months as yyyy-mm, counted back until one had ended, with its time to close, when the subject came.
        const auto month_of = [&](Instant at) { return to_text(zone_.date(at)).substr(0, 7); };
        const auto before = [](const std::string& month) {
            Date day = *parse_date(month + "-01");
            --day.days;
            return to_text(day).substr(0, 7);
        };
        const auto ends = [&](const std::string& month) {
            Date day = *parse_date(month + "-01");
            do ++day.days;
            while (to_text(day).substr(0, 7) == month);
            return zone_.midnight(day);
        };
        std::string month = before(month_of(*time));
        while (ends(month).ms + f.close_after > time->ms) month = before(month);
        std::string year_before = month;
        for (int i = 0; i < 12; ++i) year_before = before(year_before);
        const auto same_own_key = [&](const Other& other) {
            return std::any_of(own->begin(), own->end(), [&](const Other& one) { return one.id == other.id; });
        };
        const auto bucket = [&](std::int64_t number) {
            if (f.edges.empty()) return number;
            if (number < f.edges.front()) return f.edges.front();
            for (std::size_t i = 0; i + 1 < f.edges.size(); ++i) {
                if (number >= f.edges[i] && number < f.edges[i + 1]) return (f.edges[i] + f.edges[i + 1]) / 2;
            }
            return f.edges.back();
        };
        bool is_told = true;
        std::int64_t sum = 0;
        std::vector<std::int64_t> mine;
        std::vector<std::int64_t> theirs;
        const auto collect = [&](const Other& other, std::vector<std::int64_t>& into, bool is_summed) {
            if (is_untold(f, subject, other.id)) is_told = false;
            if (!counts(f, subject, other.id)) return;
            const cel::Value value = evaluate(f, f.of_expression, subject, other.id);
            if (!value.is_known()) return;
            const std::int64_t number = value.kind() == cel::Kind::duration ? value.ms() : value.number();
            if (is_summed) sum += number;
            into.push_back(bucket(number));
        };
        for (const Other& other : *own) {
            if (month_of(other.time) == month) collect(other, mine, true);
        }
        for (const Other& other : *peers) {
            const std::string when = month_of(other.time);
            const bool counts_here =
                has_peers ? when == month && !same_own_key(other) : when < month && when >= year_before;
            if (counts_here) collect(other, theirs, false);
        }
        if (!is_told) return {Row{}};
        const auto rank = [](std::vector<std::int64_t> numbers, std::int64_t permille) {
            std::sort(numbers.begin(), numbers.end());
            std::size_t at = 0;
            while (static_cast<std::int64_t>(at + 1) * 1000 < permille * static_cast<std::int64_t>(numbers.size()))
                ++at;
            return numbers[at];
        };
        const auto spread = [&](const std::vector<std::int64_t>& numbers) {
            std::vector<std::int64_t> far;
            for (const std::int64_t number : numbers) far.push_back(std::abs(number - rank(numbers, 500)));
            return rank(far, 500);
        };
        const auto n = static_cast<std::int64_t>(mine.size());
        Row row{{"n", cel::Value::of_int(n)}};
        if (n < f.min_n) return {row};
        const auto told = [&](const std::vector<std::int64_t>& numbers, std::int64_t total) {
            const auto size = static_cast<std::int64_t>(numbers.size());
            if (f.stat == rule::Statistic::mean)
                return (2 * total + size) / (2 * size);  // the test's amounts are not negative
            if (f.stat == rule::Statistic::median) return rank(numbers, 500);
            if (f.stat == rule::Statistic::quantile) return rank(numbers, f.q_permille);
            return spread(numbers);
        };
        const std::int64_t value = told(mine, sum);
        row["value"] = cel::Value::of_int(value);
        if (f.by_keys) {
            // What each other key comes to, key by key.
            std::map<std::string, std::pair<std::vector<std::int64_t>, std::int64_t>> keys;
            for (const Other& other : *peers) {
                if (month_of(other.time) != month || same_own_key(other) || !counts(f, subject, other.id)) continue;
                const cel::Value one = evaluate(f, f.of_expression, subject, other.id);
                std::string key;
                bool has_key = true;
                for (const auto& [mine_field, their_field] : f.key) {
                    const cel::Value part = path(other_entity(f), other.id, their_field, std::nullopt);
                    has_key = has_key && part.is_known();
                    key += part.is_known() ? base_text(part) + '\n' : "";
                }
                if (!one.is_known() || !has_key) continue;
                const std::int64_t number = one.kind() == cel::Kind::duration ? one.ms() : one.number();
                auto& [numbers, total] = keys[key];
                numbers.push_back(bucket(number));
                total += number;
            }
            theirs.clear();
            for (const auto& [key, of_key] : keys) {
                if (static_cast<std::int64_t>(of_key.first.size()) >= f.min_n)
                    theirs.push_back(told(of_key.first, of_key.second));
            }
            row["keys"] = cel::Value::of_int(static_cast<std::int64_t>(theirs.size()));
            if (theirs.size() < 3) return {row};
            row["usual"] = cel::Value::of_int(rank(theirs, 500));
        } else if (static_cast<std::int64_t>(theirs.size()) < f.min_n) {
            return {row};
        }
        if (spread(theirs) == 0) return {row};
        row["z"] = cel::Value::of_int(1000 * 10'000 * (value - rank(theirs, 500)) / (14'826 * spread(theirs)));
        return {row};
    }

    const rule::RuleSet& set_;
    const Zone& zone_;
    std::vector<ClearEvent> events_;
    mutable std::map<std::string, std::vector<track::Fix>> tracks_;  // asked for again and again
};

}  // namespace ningyi::engine
