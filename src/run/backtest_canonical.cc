// SPDX-License-Identifier: Apache-2.0
// The bytes of a backtest that its digest is taken of.
#include "base/cbor.h"
#include "base/text.h"
#include "run/backtest.h"
#include "trust/sha256.h"

namespace ningyi::run {
namespace {

using cbor::Value;

Value of(const Tally& tally) {
    std::vector<Value> parts;
    for (const std::int64_t part :
         {tally.hit, tally.clear, tally.exempt, tally.inconclusive, tally.not_applicable, tally.at_risk_fen})
        parts.push_back(Value::of(part));
    return Value::of_array(std::move(parts));
}

Value of(const Moved& moved) {
    Value map = Value::map();
    map.set("subject", Value::of_text(moved.subject));
    map.set("dedup", Value::of_text(moved.dedup));
    map.set("date", Value::of_text(moved.date));
    map.set("agency", Value::of_text(moved.agency));
    Value scope = Value::map();
    for (const auto& [key, word] : moved.scope) scope.set(key, Value::of_text(word));
    map.set("scope", std::move(scope));
    map.set("at_risk_fen", Value::of(moved.at_risk_fen));
    map.set("margin", Value::of(moved.margin));
    map.set("before", Value::of_text(rule::to_word(moved.before)));
    map.set("after", Value::of_text(rule::to_word(moved.after)));
    Value others = Value::of_array({});
    for (const std::string& other : moved.also_hit_by) others.items.push_back(Value::of_text(other));
    map.set("also_hit_by", std::move(others));
    map.set("verdict", Value::of_text(moved.verdict ? casework::to_word(*moved.verdict) : ""));
    return map;
}

Value of(const std::vector<Moved>& list) {
    Value items = Value::of_array({});
    for (const Moved& moved : list) items.items.push_back(of(moved));
    return items;
}

Value of(const KnownPrecision& known) {
    std::vector<Value> parts;
    for (const std::int64_t part : {known.confirmed, known.unfounded, known.undecided})
        parts.push_back(Value::of(part));
    if (known.interval_ppm) {
        parts.push_back(Value::of(known.interval_ppm->first));
        parts.push_back(Value::of(known.interval_ppm->second));
    }
    return Value::of_array(std::move(parts));
}

Value of(const RuleDifference& rule) {
    Value map = Value::map();
    map.set("rule", Value::of_text(rule.rule));
    map.set("digest_before", Value::of_text(rule.digest_before));
    map.set("digest_after", Value::of_text(rule.digest_after));
    Value changed = Value::of_array({});
    for (const model::Label& sentence : rule.what_changed) changed.items.push_back(Value::of_text(sentence.zh));
    map.set("what_changed", std::move(changed));
    map.set("before", of(rule.before));
    map.set("after", of(rule.after));
    map.set("caught", of(rule.caught));
    map.set("lost", of(rule.lost));
    Value by = Value::map();
    for (const auto& [way, slices] : rule.by) {
        Value rows = Value::of_array({});
        for (const Slice& slice : slices) {
            std::vector<Value> parts{Value::of_text(slice.key), of(slice.before), of(slice.after)};
            for (const std::int64_t part : {slice.caught, slice.lost, slice.caught_fen, slice.lost_fen})
                parts.push_back(Value::of(part));
            rows.items.push_back(Value::of_array(std::move(parts)));
        }
        by.set(way, std::move(rows));
    }
    map.set("by", std::move(by));
    map.set("precision_before", of(rule.precision_before));
    map.set("precision_after", of(rule.precision_after));
    return map;
}

}  // namespace

std::string canonical(const Backtest& backtest) {
    Value map = Value::map();
    map.set("from", Value::of_text(backtest.from ? to_text(*backtest.from) : ""));
    map.set("to", Value::of_text(backtest.to ? to_text(*backtest.to) : ""));
    map.set("position", Value::of(static_cast<std::int64_t>(backtest.position)));
    map.set("subjects", Value::of(backtest.subjects));
    map.set("set_before", Value::of_text(backtest.set_before));
    map.set("set_after", Value::of_text(backtest.set_after));
    Value rules = Value::of_array({});
    for (const RuleDifference& rule : backtest.rules) rules.items.push_back(of(rule));
    map.set("rules", std::move(rules));
    return cbor::encode(map);
}

std::string backtest_digest(const std::map<std::string, std::string>& texts, std::string_view found) {
    Value tested = Value::map();
    for (const auto& [path, digest] : texts) tested.set(path, Value::of_text(digest));
    Value map = Value::map();
    map.set("texts", std::move(tested));
    map.set("found", Value::of_text(found));
    return to_hex(trust::sha256(cbor::encode(map)));
}

}  // namespace ningyi::run
