// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "engine/features.h"
#include "rule/names.h"

namespace ningyi::engine {
namespace {

using rule::FeatureKind;

Fault fault_at(const rule::Feature& feature, int line, int column, std::string zh, std::string en) {
    return {
        .file = feature.file, .line = line, .column = column, .code = "E505", .zh = std::move(zh), .en = std::move(en)};
}

Millis calendar_reach(std::string_view calendar) {
    return (calendar == "month" ? 32 : calendar == "week" ? 8 : 2) * days_ms;
}

// A month closes after it ends, is used until the next one is closed, and may itself be compared with a year before.
Millis baseline_reach(const rule::Feature& feature) {
    const Millis months = feature.peers.empty() ? 15 : 3;
    return months * 31 * days_ms + feature.close_after;
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

    // A field of the record itself, nothing it points to.
    Path own_path(EntityIndex entity, const std::string& text) const {
        const Path found = path(entity, text);
        if (!found.is_none() && !paths.is_own(found)) {
            faults.push_back(
                fault_at(feature, feature.line, feature.column,
                         format("特征 {} 的键 {} 须为该记录自身的字段", feature.name, text),
                         format("feature {}: the key {} is not a field of the record itself", feature.name, text)));
        }
        return found;
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
            if (measure.parameters[i].kind == track::ArgumentKind::dwells ||
                measure.parameters[i].kind == track::ArgumentKind::visits)
                continue;  // the engine gathers them
            faults.push_back(
                fault_at(feature, feature.line, feature.column,
                         format("特征 {} 缺少参数 {}", feature.name, measure.parameters[i].name),
                         format("feature {} lacks the argument {}", feature.name, measure.parameters[i].name)));
        }
        return arguments;
    }

    // Place, interval and radius of what is gathered as a planned visit, in this order.
    std::vector<Argument> visit_arguments() const {
        using enum track::ArgumentKind;
        std::vector<Argument> arguments(3);
        for (const rule::Binding& binding : feature.each_args) {
            if (binding.name == "place") arguments[0] = argument(binding, place);
            if (binding.name == "interval") arguments[1] = argument(binding, interval);
            if (binding.name == "radius") arguments[2] = argument(binding, length);
        }
        return arguments;
    }

    // The smallest or largest value that an argument of the measure may take in any judgement, when it is a number that
    // the pack writes down.
    std::optional<std::int64_t> bound(const track::MeasureDefinition& measure, const std::vector<Argument>& given,
                                      std::string_view name, bool is_largest) const {
        for (std::size_t i = 0; i < given.size() && i < measure.parameters.size(); ++i) {
            if (measure.parameters[i].name != name) continue;
            if (given[i].source == Argument::Source::literal) return given[i].literal;
            if (given[i].source != Argument::Source::param) return std::nullopt;
            std::optional<std::int64_t> outermost;
            for (const rule::ParamValue& value : given[i].param->values) {
                const auto number = number_of(value.value);
                if (!number) continue;
                const std::int64_t known = outermost.value_or(*number);
                outermost = is_largest ? std::max(known, *number) : std::min(known, *number);
            }
            return outermost;
        }
        return std::nullopt;
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

// The index of the source by this key, made when there is none yet; `a_key` gets where the subject's key is read.
std::uint16_t Features::index_for(const Binder& binder, const rule::Feature& feature, const Compiled& c,
                                  const std::vector<std::pair<std::string, std::string>>& key, Millis reach,
                                  std::vector<Path>& a_key) {
    Index index;
    index.entity = c.b;
    index.from = c.from;
    index.name = feature.from;
    for (const auto& [a_name, b_name] : key) {
        a_key.push_back(binder.path(c.a, a_name));
        index.key.push_back(binder.own_path(c.b, b_name));
        index.name += ' ' + b_name;
    }
    std::size_t i = 0;
    while (i < indexes_.size() && indexes_[i].name != index.name) ++i;
    if (i == indexes_.size()) indexes_.push_back(std::move(index));
    Index& shared = indexes_[i];
    shared.reach = std::max(shared.reach, reach);
    return static_cast<std::uint16_t>(i);
}

std::uint16_t Features::column_for(std::uint16_t index, bool by_values, const std::vector<Path>& group_path) {
    const auto number = static_cast<std::uint16_t>(column_rules_.size());
    column_rules_.push_back({static_cast<std::uint16_t>(compiled_.size()), by_values, group_path});
    indexes_[index].columns.push_back(number);
    return number;
}

std::uint16_t Features::pairing_for(const Binder& binder, const rule::Feature& feature, const Compiled& c) {
    Pairing pairing;
    pairing.entity = c.b;
    pairing.from = c.from;
    pairing.is_meeting = feature.kind == FeatureKind::meet;
    pairing.name = format("{} {} {}", feature.from, feature.track, pairing.is_meeting ? "meet" : "neardup");
    for (const auto& [a_name, b_name] : feature.key) {
        if (a_name != b_name) {
            binder.faults.push_back(
                fault_at(feature, feature.line, feature.column, format("特征 {} 两侧的键须为同一字段", feature.name),
                         format("feature {}: both sides have the same field as their key", feature.name)));
        }
        pairing.key.push_back(binder.own_path(c.b, b_name));
        pairing.name += ' ' + b_name;
    }
    const std::string own = feature.track.starts_with("a.") ? feature.track.substr(2) : feature.track;
    pairing.track = binder.path(c.b, own);
    if (pairing.is_meeting) {
        pairing.reach = feature.reach;
        if (c.measure != nullptr) {
            if (const auto within = binder.bound(*c.measure, c.args, "within", true))
                pairing.meeting.within_m = std::max(pairing.meeting.within_m, static_cast<double>(*within) / 1000);
            if (const auto speed = binder.bound(*c.measure, c.args, "moving_speed", false))
                pairing.meeting.moving_m_s = std::min(pairing.meeting.moving_m_s, static_cast<double>(*speed) / 1000);
        }
        pairing.name += format(" {} {}", pairing.meeting.within_m, pairing.meeting.moving_m_s);
    } else {
        pairing.reach = feature.span_last;
        pairing.cells.cell_mm = feature.cell_mm;
        pairing.bands = {static_cast<std::size_t>(feature.bands), static_cast<std::size_t>(feature.band_rows)};
        pairing.name += format(" {} {} {}", feature.cell_mm, feature.bands, feature.band_rows);
    }
    for (std::size_t i = 0; i < pairings_.size(); ++i) {
        if (pairings_[i].name != pairing.name) continue;
        pairings_[i].reach = std::max(pairings_[i].reach, pairing.reach);
        return static_cast<std::uint16_t>(i);
    }
    pairings_.push_back(std::move(pairing));
    return static_cast<std::uint16_t>(pairings_.size() - 1);
}

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
    // The other record's own fields, whatever of the subject.
    const auto reads_own_of_other = [&](const Scalar& scalar) {
        if (scalar.is_empty()) return true;
        const std::vector<std::uint16_t>& reads = scalar.expression.reads();
        return std::all_of(reads.begin(), reads.end(), [&](std::uint16_t slot) {
            return !scalar.slots[slot].other || paths.is_own(scalar.slots[slot].path);
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
        const bool is_pair = feature.kind == FeatureKind::neardup || feature.kind == FeatureKind::meet;
        if (many && !is_pair) {
            Millis reach = std::max(feature.reach, feature.span_last);
            if (!feature.span_calendar.empty()) reach = calendar_reach(feature.span_calendar);
            if (feature.kind == FeatureKind::baseline) reach = baseline_reach(feature);
            Millis ahead = 0;  // of features that look at later records too
            if (feature.span_around > 0) reach = ahead = feature.span_around;
            if (feature.kind == FeatureKind::overlap && feature.both_ways) ahead = feature.reach;
            const bool is_at_own_time =
                feature.kind != FeatureKind::overlap || feature.own_start == world.entity(c.a).time;
            if (feature.over || !is_at_own_time) reach = 0;  // over all; as is {rows: n}
            c.reach = reach;
            c.ahead = ahead;
            c.index = features->index_for(binder, feature, c, feature.key, reach, c.a_key);
            features->indexes_[c.index].ahead = std::max(features->indexes_[c.index].ahead, ahead);
            if (!feature.peers.empty() || feature.by_keys) {  // no fields: everyone is a peer
                c.peer_index = features->index_for(binder, feature, c, feature.peers, reach, c.a_peers);
            }
        }
        c.where = binder.checked(feature.where_expression, feature.names);
        c.of = binder.checked(feature.of_expression, feature.names);
        switch (feature.kind) {
            case FeatureKind::window:
                c.facts = {""};
                if (reads_other_alone(c.of) && reads_own_of_other(c.where) && !feature.without_ties) {
                    c.column = features->column_for(c.index, !reads_other_alone(c.where), {});
                }
                break;
            case FeatureKind::baseline:
                c.facts = {"value", "n", "z"};
                if (feature.by_keys) c.facts.insert(c.facts.end(), {"usual", "keys"});
                if (!reads_other_alone(c.where) || !reads_other_alone(c.of)) {
                    faults.push_back(fault_at(
                        feature, feature.line, feature.column,
                        format("特征 {} 的 where 与 of 只能读该记录自身的字段", feature.name),
                        format("feature {}: where and of may read fields of the record itself only", feature.name)));
                }
                c.column = features->column_for(c.index, false, {});
                if (c.peer_index != no_index) {
                    c.peer_column = features->column_for(c.peer_index, false, features->indexes_[c.index].key);
                }
                break;
            case FeatureKind::neardup:
            case FeatureKind::meet:
                for (const rule::Feature::Fact& fact : feature.facts) c.facts.push_back(fact.name);
                c.measure = binder.measure(feature.fn);
                if (c.measure != nullptr) c.args = binder.arguments(*c.measure, feature.args);
                c.pairing = features->pairing_for(binder, feature, c);
                break;
            case FeatureKind::lag: c.facts = {"found"}; break;
            case FeatureKind::overlap:
                c.facts = {"count", "lasts"};
                c.start = binder.path(c.b, feature.interval_start);
                c.end = binder.path(c.b, feature.interval_end);
                c.own_start = binder.path(c.a, feature.own_start);
                c.own_end = binder.path(c.a, feature.own_end);
                if (feature.interval_start != world.entity(c.b).time) {
                    faults.push_back(
                        fault_at(feature, feature.line, feature.column,
                                 format("重叠特征的开始须为 {} 的时间字段", world.entity(c.b).name),
                                 format("an overlap starts at the time field of {}", world.entity(c.b).name)));
                }
                if (!feature.both_ways && (c.a != c.b || feature.own_start != feature.interval_start)) {
                    faults.push_back(fault_at(feature, feature.line, feature.column,
                                              "两侧不是同一实体的同一时间段时，须写 pair: both",
                                              "an overlap of other entities or other fields needs pair: both"));
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
                if (feature.over && !feature.each_visit) c.each = binder.measure(feature.each_fn);
                if (c.measure != nullptr) {
                    c.facts = {"verdict", "limits", "strength"};
                    for (const track::FactDefinition& fact : c.measure->facts) c.facts.emplace_back(fact.name);
                    c.args = binder.arguments(*c.measure, feature.args);
                }
                if (c.each != nullptr) c.each_args = binder.arguments(*c.each, feature.each_args);
                if (feature.each_visit) c.each_args = binder.visit_arguments();
                if (c.each != nullptr) {
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
            if (!is_pair) c.facts.push_back(out.name);
            const std::string text = out.text.substr(0, 2) == "b." ? out.text.substr(2) : out.text;
            c.out.push_back(binder.path(c.b, text));
        }
        features->compiled_.push_back(std::move(c));
    }
    features->columns_.resize(features->column_rules_.size());
    if (!faults.empty()) return failure(std::move(faults));
    features->add_outlooks();
    return features;
}

}  // namespace ningyi::engine
