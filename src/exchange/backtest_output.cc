// SPDX-License-Identifier: Apache-2.0
#include "exchange/backtest_output.h"

#include "base/json.h"
#include "base/text.h"
#include "exchange/csv.h"

namespace ningyi::exchange {
namespace {

using run::Moved;
using run::RuleDifference;
using run::Tally;

void add_tally(JsonWriter& json, const char* name, const Tally& tally) {
    json.key(name).begin_object().key("hit").value(tally.hit).key("clear").value(tally.clear);
    json.key("exempt").value(tally.exempt).key("inconclusive").value(tally.inconclusive);
    json.key("not_applicable").value(tally.not_applicable).key("at_risk_fen").value(tally.at_risk_fen).end_object();
}

void add_moved(JsonWriter& json, const char* name, const std::vector<Moved>& list) {
    json.key(name).begin_array();
    for (const Moved& moved : list) {
        json.begin_object().key("subject").value(moved.subject).key("dedup").value(moved.dedup);
        json.key("date").value(moved.date).key("agency").value(moved.agency);
        json.key("scope").begin_object();
        for (const auto& [key, word] : moved.scope) json.key(key).value(word);
        json.end_object().key("at_risk_fen").value(moved.at_risk_fen).key("margin").value(moved.margin);
        json.key("before").value(rule::to_word(moved.before)).key("after").value(rule::to_word(moved.after));
        json.key("also_hit_by").begin_array();
        for (const std::string& other : moved.also_hit_by) json.value(other);
        json.end_array();
        json.key("verdict");
        if (moved.verdict) {
            json.value(casework::to_word(*moved.verdict));
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array();
}

void add_precision(JsonWriter& json, const char* name, const run::KnownPrecision& known) {
    json.key(name).begin_object().key("confirmed").value(known.confirmed).key("unfounded").value(known.unfounded);
    json.key("undecided").value(known.undecided).key("interval_ppm");
    if (known.interval_ppm) {
        json.begin_array().value(known.interval_ppm->first).value(known.interval_ppm->second).end_array();
    } else {
        json.null();
    }
    json.end_object();
}

}  // namespace

model::Label title_of(const BacktestReport& report, const std::string& rule) {
    const rule::Rule* found = report.after.rule(rule);
    if (found == nullptr) found = report.before.rule(rule);
    return found == nullptr ? model::Label{rule, rule} : found->title;
}

model::Label precision_sentence(const run::KnownPrecision& known) {
    if (!known.interval_ppm)
        return {"这些命中还没有人核实过，精准率无从说起。",
                "Nobody has reviewed these hits yet: no precision can be stated."};
    const auto percent = [](std::int64_t ppm) { return format("{}.{}%", ppm / 10'000, ppm / 1000 % 10); };
    const std::int64_t decided = known.confirmed + known.unfounded;
    const std::string low = percent(known.interval_ppm->first), high = percent(known.interval_ppm->second + 999);
    return {format("已核实 {} 条，属实 {} 条（95% 区间 {}–{}），其余 {} 条未核实。只凭已核实的推算，未按抽取概率加权。",
                   decided, known.confirmed, low, high, known.undecided),
            format("{} reviewed, {} confirmed (95 % interval {}–{}), {} not reviewed. Estimated from those reviewed, "
                   "not weighted by how they were drawn.",
                   decided, known.confirmed, low, high, known.undecided)};
}

std::string backtest_json(const BacktestReport& report) {
    const run::Backtest& result = report.result;
    JsonWriter json;
    json.begin_object().key("digest").value(result.digest).key("found").value(result.found);
    json.key("texts").begin_object();
    for (const auto& [path, digest] : result.texts) json.key(path).value(digest);
    json.end_object().key("position").value(result.position);
    json.key("from").value(result.from ? to_text(*result.from) : "");
    json.key("to").value(result.to ? to_text(*result.to) : "");
    json.key("subjects").value(result.subjects);
    json.key("set_before").value(result.set_before).key("set_after").value(result.set_after);
    json.key("from_cache").value(result.from_cache).key("seconds").real(result.seconds, 3);
    json.key("rules").begin_array();
    for (const RuleDifference& rule : result.rules) {
        const model::Label title = title_of(report, rule.rule);
        json.begin_object()
            .key("rule")
            .value(rule.rule)
            .key("title_zh")
            .value(title.zh)
            .key("title_en")
            .value(title.en);
        json.key("digest_before").value(rule.digest_before).key("digest_after").value(rule.digest_after);
        json.key("what_changed").begin_array();
        for (const model::Label& one : rule.what_changed)
            json.begin_object().key("zh").value(one.zh).key("en").value(one.en).end_object();
        json.end_array();
        add_tally(json, "before", rule.before);
        add_tally(json, "after", rule.after);
        json.key("caught_count").value(static_cast<std::int64_t>(rule.caught.size()));
        json.key("lost_count").value(static_cast<std::int64_t>(rule.lost.size()));
        json.key("caught_fen").value(rule.caught_fen).key("lost_fen").value(rule.lost_fen);
        json.key("caught_alone").value(rule.caught_alone).key("lost_alone").value(rule.lost_alone);
        json.key("overlap").begin_object();
        for (const auto& [other, count] : rule.overlap) json.key(other).value(count);
        json.end_object().key("by").begin_object();
        for (const auto& [way, slices] : rule.by) {
            json.key(way).begin_array();
            for (const run::Slice& slice : slices) {
                json.begin_object().key("key").value(slice.key);
                add_tally(json, "before", slice.before);
                add_tally(json, "after", slice.after);
                json.key("caught").value(slice.caught).key("lost").value(slice.lost);
                json.key("caught_fen").value(slice.caught_fen).key("lost_fen").value(slice.lost_fen).end_object();
            }
            json.end_array();
        }
        json.end_object();
        add_precision(json, "precision_before", rule.precision_before);
        add_precision(json, "precision_after", rule.precision_after);
        add_moved(json, "caught", rule.caught);
        add_moved(json, "lost", rule.lost);
        json.end_object();
    }
    json.end_array().end_object();
    return json.take() + "\n";
}

std::string backtest_csv(const BacktestReport& report) {
    std::string out;
    CsvWriter csv(out);
    std::set<std::string> keys;
    for (const RuleDifference& rule : report.result.rules) {
        for (const auto* list : {&rule.caught, &rule.lost}) {
            for (const Moved& moved : *list) {
                for (const auto& [key, word] : moved.scope) keys.insert(key);
            }
        }
    }
    for (const char* name : {"change", "rule", "subject", "key", "date", "agency"}) csv.text(name);
    for (const std::string& key : keys) csv.text(key);
    for (const char* name : {"before", "after", "at_risk_yuan", "margin", "also_hit_by", "verdict"}) csv.text(name);
    csv.end_row();
    for (const RuleDifference& rule : report.result.rules) {
        for (const auto* list : {&rule.caught, &rule.lost}) {
            for (const Moved& moved : *list) {
                csv.text(list == &rule.caught ? "caught" : "lost");
                for (const std::string* text : {&rule.rule, &moved.subject, &moved.dedup, &moved.date, &moved.agency})
                    csv.text(*text);
                for (const std::string& key : keys) {
                    const auto found = moved.scope.find(key);
                    csv.text(found == moved.scope.end() ? "" : found->second);
                }
                csv.text(rule::to_word(moved.before));
                csv.text(rule::to_word(moved.after));
                const std::int64_t fen = moved.at_risk_fen < 0 ? -moved.at_risk_fen : moved.at_risk_fen;
                csv.plain(format("{}{}.{:02}", moved.at_risk_fen < 0 ? "-" : "", fen / 100, fen % 100));
                csv.integer(moved.margin);
                csv.text(join(moved.also_hit_by, " "));
                csv.text(moved.verdict ? casework::to_word(*moved.verdict) : "");
                csv.end_row();
            }
        }
    }
    return out;
}

}  // namespace ningyi::exchange
