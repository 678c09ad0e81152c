// SPDX-License-Identifier: Apache-2.0
#include "rule/coverage.h"

#include "base/text.h"
#include "rule/explain.h"

namespace ningyi::rule {
namespace {

struct Kind {
    std::string_view key, zh, en;
};
constexpr Kind clause_kind{"clause ", "条件", "clause"};
constexpr Kind doubt_kind{"doubt ", "疑虑", "doubt"};
constexpr Kind exception_kind{"exception ", "例外", "exception"};
constexpr Kind band_kind{"band ", "分级", "band"};

std::string key_of(const Kind& kind, const std::string& id) {
    return std::string(kind.key) + id;
}

void add_bits(std::map<std::string, std::set<char>>& into, const Rule& rule, const Judgement& judgement) {
    const auto add = [&](const Kind& kind, const auto& conditions, const std::string& bits) {
        for (std::size_t i = 0; i < conditions.size() && i < bits.size(); ++i)
            into[key_of(kind, conditions[i].id)].insert(bits[i]);
    };
    add(clause_kind, rule.clauses, judgement.clauses);
    add(doubt_kind, rule.doubts, judgement.doubts);
    add(exception_kind, rule.exceptions, judgement.exceptions);
    add(band_kind, rule.bands, judgement.bands);
    if (!judgement.band.empty()) into[key_of(band_kind, judgement.band)].insert('t');  // also the last, without `if`
}

}  // namespace

void Coverage::could_see(const Judgement& judgement) {
    add_bits(possible_, rule_, judgement);
}

void Coverage::see(const RuleSet& set, const Judgement& judgement, const Zone& zone,
                   const std::function<std::string(const std::string&)>& name_of) {
    add_bits(seen_, rule_, judgement);
    outcomes_.insert(judgement.outcome);
    const bool has_values = !judgement.values.empty();
    if (!has_values) return;
    const auto say = [&](const std::string& key, const Sentence& zh, const Sentence& en) {
        const auto whole = [&](const Sentence& sentence, Language language, std::string_view unknown) {
            const std::string text = rendered(set, rule_, sentence, judgement, language, zone, nullptr, name_of);
            return !text.empty() && text.find(unknown) == std::string::npos;
        };
        if (whole(zh, Language::zh, "（未知）")) said_zh_.insert(key);
        if (whole(en, Language::en, "(unknown)")) said_en_.insert(key);
    };
    const auto say_true = [&](const Kind& kind, const std::vector<Clause>& conditions, const std::string& bits) {
        for (std::size_t i = 0; i < conditions.size() && i < bits.size(); ++i) {
            if (bits[i] == 't') say(key_of(kind, conditions[i].id), conditions[i].zh, conditions[i].en);
        }
    };
    say_true(clause_kind, rule_.clauses, judgement.clauses);
    say_true(doubt_kind, rule_.doubts, judgement.doubts);
    say_true(exception_kind, rule_.exceptions, judgement.exceptions);
    if (judgement.outcome != Outcome::hit) return;
    say("explain", rule_.explain_zh, rule_.explain_en);
    for (const Band& band : rule_.bands) {
        if (band.id == judgement.band) say(key_of(band_kind, band.id), band.zh, band.en);
    }
}

Coverage::Report Coverage::report() const {
    Report report;
    const auto count = [&](bool is_seen, std::string zh, std::string en) {
        ++report.all;
        if (is_seen)
            ++report.seen;
        else
            report.gaps.push_back(std::move(zh) + " | " + std::move(en));
    };
    const auto said = [&](const std::string& key, const std::string& zh, const std::string& en) {
        count(said_zh_.contains(key), format("{} 的中文句子从未完整说出", zh),
              format("{}: never said whole in Chinese", en));
        count(said_en_.contains(key), format("{} 的英文句子从未完整说出", zh),
              format("{}: never said whole in English", en));
    };
    const auto look = [&](const Kind& kind, const std::string& id, bool has_condition) {
        const std::string key = key_of(kind, id);
        const std::string zh = format("{} {}", kind.zh, id);
        const std::string en = format("{} {}", kind.en, id);
        const auto found = seen_.find(key);
        const auto possible = possible_.find(key);
        const auto is_seen = [&](char way) { return found != seen_.end() && found->second.contains(way); };
        count(is_seen('t'), zh + " 从未为真", en + ": never true");
        if (has_condition) {
            count(is_seen('f'), zh + " 从未为假", en + ": never false");
            if (possible != possible_.end() && possible->second.contains('?'))
                count(is_seen('?'), zh + " 从未不明", en + ": never unknown");
        }
        said(key, zh, en);
    };
    for (const Clause& clause : rule_.clauses) look(clause_kind, clause.id, true);
    for (const Clause& clause : rule_.doubts) look(doubt_kind, clause.id, true);
    for (const Clause& clause : rule_.exceptions) look(exception_kind, clause.id, true);
    for (const Band& band : rule_.bands) look(band_kind, band.id, !band.condition.is_empty());
    said("explain", "explain", "explain");
    const auto reach = [&](Outcome outcome) {
        count(outcomes_.contains(outcome), format("没有测试得到 {}", to_word(outcome)),
              format("no test ends in {}", to_word(outcome)));
    };
    reach(Outcome::hit);
    reach(Outcome::clear);
    reach(Outcome::inconclusive);
    if (!rule_.applies.is_empty() || rule_.date_slot) reach(Outcome::not_applicable);
    if (!rule_.exceptions.empty()) reach(Outcome::exempt);
    return report;
}

}  // namespace ningyi::rule
