// SPDX-License-Identifier: Apache-2.0
#include "rule/feature.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "rule/rule.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

Binding read_binding(std::string name, const yaml::Node& node, const std::string& file, Faults& faults) {
    Binding binding;
    binding.name = std::move(name);
    binding.line = node.line;
    binding.column = node.column;
    if (node.is_list()) {
        for (const yaml::Node& part : node.items) {
            if (const std::optional<std::string> text = yaml::text_of(part, file, faults))
                binding.parts.push_back(*text);
        }
    } else if (node.is_scalar()) {
        binding.text = node.text;
    } else {
        faults.push_back(yaml::fault_at(file, node, "E201", "这里应为文字或列表", "text or a list is expected here"));
    }
    return binding;
}

std::vector<Binding> read_bindings(const yaml::Node* node, const std::string& file, Faults& faults) {
    std::vector<Binding> bindings;
    if (node == nullptr) return bindings;
    for (const auto& [key, value] : node->pairs) bindings.push_back(read_binding(key.text, value, file, faults));
    return bindings;
}

// [caregiver_id] · {a: elder_id, b: diner_id} · {elder_id: diner_id} · a list of such.
void read_key(const yaml::Node* node, const std::string& file, Feature& feature, Faults& faults) {
    if (node == nullptr) return;
    if (node->is_scalar()) {
        feature.key.emplace_back(node->text, node->text);
        return;
    }
    if (node->is_map()) {
        const yaml::Node* a = node->find("a");
        const yaml::Node* b = node->find("b");
        if (a != nullptr && b != nullptr && node->pairs.size() == 2) {
            feature.key.emplace_back(yaml::text_of(*a, file, faults).value_or(""),
                                     yaml::text_of(*b, file, faults).value_or(""));
            return;
        }
        for (const auto& [mine, other] : node->pairs) {
            feature.key.emplace_back(mine.text, yaml::text_of(other, file, faults).value_or(""));
        }
        return;
    }
    for (const yaml::Node& item : node->items) read_key(&item, file, feature, faults);
}

std::optional<Millis> read_span(yaml::MapReader& map, std::string_view key) {
    const std::optional<Millis> length = map.quantity(key, Dimension::duration);
    if (length && (*length < 0 || *length > 3660 * days_ms)) {
        map.refuse(*map.node().find(key), "E204", format("{} 应为 0 至 3660 天", key),
                   format("{} must lie between 0 and 3660 days", key));
        return std::nullopt;
    }
    return length;
}

void read_window(yaml::MapReader& map, Feature& feature) {
    if (const yaml::Node* span = map.map("span", true)) {
        yaml::MapReader parts(*span, feature.file, map.faults());
        feature.span_last = read_span(parts, "last").value_or(0);
        feature.span_around = read_span(parts, "around").value_or(0);
        feature.span_rows = parts.integer("rows", 1, 100000).value_or(0);
        feature.span_calendar = parts.word("calendar", {"day", "week", "month"}, false);
        feature.span_max = parts.integer("max", 1, 1000000).value_or(10000);
        const int given = (feature.span_last > 0 ? 1 : 0) + (feature.span_around > 0 ? 1 : 0) +
                          (feature.span_rows > 0 ? 1 : 0) + (feature.span_calendar.empty() ? 0 : 1);
        if (given != 1)
            map.refuse(*span, "E202", "span 须写 last、around、rows、calendar 之一",
                       "span takes one of last, around, rows, calendar");
        parts.finish();
    }
    const std::string agg = map.word("agg", {"count", "sum", "min", "max", "avg", "distinct", "quantile"});
    if (agg == "sum") feature.agg = Aggregate::sum;
    if (agg == "min") feature.agg = Aggregate::min;
    if (agg == "max") feature.agg = Aggregate::max;
    if (agg == "avg") feature.agg = Aggregate::avg;
    if (agg == "distinct") feature.agg = Aggregate::distinct;
    if (agg == "quantile") feature.agg = Aggregate::quantile;
    if (const yaml::Node* of = map.optional("of")) {
        feature.of = yaml::text_of(*of, feature.file, map.faults()).value_or("");
        feature.of_node = *of;
    }
    if (feature.of.empty() && feature.agg != Aggregate::count) {
        map.refuse(map.node(), "E202", format("agg: {} 须写 of", agg), format("agg: {} needs `of`", agg));
    }
    if (const std::optional<std::int64_t> q = map.quantity("q", Dimension::ratio)) {
        feature.q_permille = static_cast<int>(std::clamp<std::int64_t>(*q / 1000, 0, 1000));
        if (*q < 0 || *q > 1000000 || *q % 1000 != 0)
            map.refuse(map.node(), "E204", "q 应为 0% 至 100%，精确到千分之一",
                       "q must lie between 0% and 100% in whole permille");
    } else if (feature.agg == Aggregate::quantile && map.node().find("q") == nullptr) {
        map.refuse(map.node(), "E202", "agg: quantile 须写 q", "agg: quantile needs q");
    }
}

// verify: {fn: track.replay, args: {track: a.track, other: b.track}}
void read_verify(yaml::MapReader& map, Feature& feature) {
    const yaml::Node* verify = map.map("verify", true);
    if (verify == nullptr) return;
    yaml::MapReader parts(*verify, feature.file, map.faults());
    feature.fn = parts.text("fn");
    feature.args = read_bindings(parts.map("args", true), feature.file, map.faults());
    parts.finish();
}

void read_near_duplicate(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::neardup;
    read_key(map.required("block"), feature.file, feature, map.faults());
    feature.track = map.text("track");
    if (const yaml::Node* span = map.map("span", true)) {
        yaml::MapReader parts(*span, feature.file, map.faults());
        parts.required("last");
        feature.span_last = read_span(parts, "last").value_or(0);
        parts.finish();
    }
    if (const yaml::Node* signature = map.map("signature")) {
        yaml::MapReader parts(*signature, feature.file, map.faults());
        parts.word("fn", {"track.cell_shingles"}, false);
        parts.integer("k", 1, 1);
        parts.integer("bins", 64, 64);
        if (const auto cell = parts.quantity("cell", Dimension::length)) {
            feature.cell_mm = *cell;
            if (*cell < 10'000 || *cell > 10'000'000)
                parts.refuse(*signature, "E204", "cell 应为 10 米至 10 千米", "cell must lie between 10 m and 10 km");
        }
        parts.finish();
    }
    if (const yaml::Node* candidates = map.map("candidates")) {
        yaml::MapReader parts(*candidates, feature.file, map.faults());
        feature.bands = parts.integer("bands", 1, 64).value_or(16);
        feature.band_rows = parts.integer("rows", 1, 64).value_or(4);
        feature.verified_max = parts.integer("max", 1, 1000).value_or(feature.verified_max);
        if (feature.bands * feature.band_rows > 64)
            parts.refuse(*candidates, "E204", "bands × rows 不得超过 64", "bands × rows may not exceed 64");
        parts.finish();
    }
    read_verify(map, feature);
    feature.out = read_bindings(map.map("out"), feature.file, map.faults());
}

void read_meeting(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::meet;
    read_key(map.required("key"), feature.file, feature, map.faults());
    feature.track = map.text("track");
    map.required("reach");
    feature.reach = read_span(map, "reach").value_or(0);
    feature.both_ways = map.word("pair", {"later", "both"}, false) == "both";
    feature.rows_max = map.integer("max", 1, 64).value_or(8);
    read_verify(map, feature);
    feature.out = read_bindings(map.map("out"), feature.file, map.faults());
}

// stat: median · mean · mad · quantile with q: 90%, or quantile(90%).
void read_statistic(yaml::MapReader& map, Feature& feature) {
    const std::string stat = map.optional_text("stat").value_or("median");
    const auto refuse_q = [&] {
        map.refuse(map.node(), "E204", "q 应为 0% 至 100%，精确到千分之一",
                   "q must lie between 0% and 100% in whole permille");
    };
    const auto set_q = [&](std::int64_t q) {
        if (q < 0 || q > 1000000 || q % 1000 != 0) return refuse_q();
        feature.q_permille = static_cast<int>(q / 1000);
    };
    const std::optional<std::int64_t> q = map.quantity("q", Dimension::ratio);
    if (q) set_q(*q);
    if (stat == "median") return;
    if (stat == "mean") {
        feature.stat = Statistic::mean;
    } else if (stat == "mad") {
        feature.stat = Statistic::mad;
    } else if (stat == "quantile") {
        feature.stat = Statistic::quantile;
        if (!q) map.refuse(*map.node().find("stat"), "E202", "stat: quantile 须写 q", "stat: quantile needs q");
    } else if (stat.starts_with("quantile(") && stat.ends_with(")")) {
        feature.stat = Statistic::quantile;
        const auto inside = parse_quantity(stat.substr(9, stat.size() - 10));
        if (inside && inside->dimension == Dimension::ratio) {
            set_q(inside->amount);
        } else {
            refuse_q();
        }
    } else {
        map.refuse(*map.node().find("stat"), "E204",
                   format("stat 不能是“{}”，应为：median mean mad quantile(90%)", stat),
                   format("stat cannot be \"{}\"; it is one of: median mean mad quantile(90%)", stat));
    }
}

void read_baseline(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::baseline;
    read_key(map.required("key"), feature.file, feature, map.faults());
    Feature peers;  // read_key() writes to the key of a feature
    read_key(map.optional("peers"), feature.file, peers, map.faults());
    feature.peers = std::move(peers.key);
    map.word("period", {"month"});
    if (const yaml::Node* of = map.required("of")) {
        feature.of = yaml::text_of(*of, feature.file, map.faults()).value_or("");
        feature.of_node = *of;
    }
    read_statistic(map, feature);
    if (const yaml::Node* edges = map.list("edges")) feature.edges_node = *edges;
    feature.min_n = map.integer("min_n", 1, 1000000).value_or(1);
    feature.by_keys = map.word("against", {"records", "keys"}, false) == "keys";
    if (feature.by_keys && feature.peers.empty() && map.node().find("peers") == nullptr)
        map.refuse(map.node(), "E202", "against: keys 须写 peers", "against: keys needs peers");
    feature.close_after = read_span(map, "close_after").value_or(5 * days_ms);
}

void read_lag(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::lag;
    feature.n = static_cast<int>(map.integer("n", 1, 8).value_or(1));
    map.required("reach");
    feature.reach = read_span(map, "reach").value_or(0);
    feature.out = read_bindings(map.map("out", true), feature.file, map.faults());
}

void read_overlap(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::overlap;
    const std::vector<std::string> interval = map.texts("interval");
    if (interval.size() == 2) {
        feature.interval_start = interval[0];
        feature.interval_end = interval[1];
    } else if (map.is_map()) {
        map.refuse(map.node(), "E202", "须写 interval: [开始, 结束]", "interval: [start, end] is needed");
    }
    feature.own_start = feature.interval_start;
    feature.own_end = feature.interval_end;
    if (map.optional("own") != nullptr) {
        const std::vector<std::string> own = map.texts("own");
        if (own.size() == 2) {
            feature.own_start = own[0];
            feature.own_end = own[1];
        } else {
            map.refuse(map.node(), "E202", "own 应为 [开始, 结束]", "own is [start, end]");
        }
    }
    feature.both_ways = map.word("pair", {"later", "both"}, false) == "both";
    map.required("reach");
    feature.reach = read_span(map, "reach").value_or(0);
    feature.rows_max = map.integer("max", 1, 64).value_or(8);
    feature.out = read_bindings(map.map("out", true), feature.file, map.faults());
}

void read_register(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::register_;
    feature.register_entity = map.text("entity");
    if (const yaml::Node* id = map.required("id")) {
        feature.id = read_binding("id", *id, feature.file, map.faults());
        feature.id_node = *id;
    }
    feature.at = map.optional_text("at").value_or("");
    feature.out = read_bindings(map.map("out", true), feature.file, map.faults());
}

void read_where(yaml::MapReader& map, Feature& feature) {
    const yaml::Node* where = map.optional("where");
    if (where == nullptr) return;
    feature.where = yaml::text_of(*where, feature.file, map.faults()).value_or("");
    feature.where_node = *where;
}

// each: {fn: track.dwell, args: {…}} or each: {visit: {place: b.…, interval: [b.…, b.…], radius: …}}
void read_each(const yaml::Node& each, Feature& feature, Faults& faults) {
    yaml::MapReader inner(each, feature.file, faults);
    if (each.is_map() && each.find("visit") != nullptr) {
        feature.each_visit = true;
        feature.each_args = read_bindings(inner.map("visit", true), feature.file, faults);
    } else {
        feature.each_fn = inner.text("fn");
        feature.each_args = read_bindings(inner.map("args"), feature.file, faults);
    }
    inner.finish();
}

void read_measure(yaml::MapReader& map, Feature& feature) {
    feature.kind = FeatureKind::measure;
    feature.entity = map.optional_text("entity").value_or("");
    feature.fn = map.text("fn");
    feature.args = read_bindings(map.map("args"), feature.file, map.faults());
    const yaml::Node* over = map.map("over");
    if (over == nullptr) return;
    feature.over = true;
    yaml::MapReader parts(*over, feature.file, map.faults());
    feature.from = parts.text("from");
    read_key(parts.required("key"), feature.file, feature, map.faults());
    feature.over_max = parts.integer("max", 1, 10000000).value_or(100000);
    read_where(parts, feature);
    if (const yaml::Node* each = parts.map("each", true)) read_each(*each, feature, map.faults());
    parts.finish();
}

void read_feature(const yaml::Node& node, const std::string& file, const std::string& pack, std::vector<Feature>& into,
                  Faults& faults) {
    yaml::MapReader map(node, file, faults);
    Feature feature;
    feature.pack = pack;
    feature.file = file;
    feature.line = node.line;
    feature.column = node.column;
    const bool is_measure = node.is_map() && node.find("measure") != nullptr;
    feature.name = map.text(is_measure ? "measure" : "feature");
    const yaml::Words title = map.words("title", false);
    feature.title = {title.zh, title.en};
    feature.declaration = canonical(node);
    const std::string kind =
        is_measure ? "measure"
                   : map.word("kind", {"window", "lag", "overlap", "register", "neardup", "meet", "baseline"});
    if (!is_measure && kind.empty()) {  // nothing below would make sense of the rest
        into.push_back(std::move(feature));
        return;
    }
    feature.revise = read_span(map, "revise").value_or(30 * days_ms);
    if (kind != "measure" && kind != "register") {
        feature.from = map.text("from");
        if (kind == "window" || kind == "lag" || kind == "overlap")
            read_key(map.required("key"), file, feature, faults);
        feature.entity = map.optional_text("entity").value_or("");
        read_where(map, feature);
    }
    if (kind == "window") {
        feature.kind = FeatureKind::window;
        read_window(map, feature);
    } else if (kind == "lag") {
        read_lag(map, feature);
    } else if (kind == "overlap") {
        read_overlap(map, feature);
    } else if (kind == "register") {
        read_register(map, feature);
    } else if (kind == "neardup") {
        read_near_duplicate(map, feature);
    } else if (kind == "meet") {
        read_meeting(map, feature);
    } else if (kind == "baseline") {
        read_baseline(map, feature);
    } else {
        read_measure(map, feature);
    }
    map.finish();
    for (const Feature& other : into) {
        if (other.name != feature.name || feature.name.empty()) continue;
        map.refuse(node, "E507", format("特征 {} 重复，{} 中已有", feature.name, other.file),
                   format("feature {} is declared twice, first in {}", feature.name, other.file));
        break;
    }
    into.push_back(std::move(feature));
}

}  // namespace

void read_features(const yaml::Node& root, const std::string& file, const std::string& pack, std::vector<Feature>& into,
                   Faults& faults) {
    if (!root.is_list()) {
        faults.push_back(yaml::fault_at(file, root, "E201", "特征文件应为列表（- feature: … 或 - measure: …）",
                                        "a feature file is a list (- feature: … or - measure: …)"));
        return;
    }
    for (const yaml::Node& node : root.items) read_feature(node, file, pack, into, faults);
}

}  // namespace ningyi::rule
