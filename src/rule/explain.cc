// SPDX-License-Identifier: Apache-2.0
#include "rule/explain.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "rule/names.h"
#include "rule/value_words.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

__extension__ using Wide = __int128;

// number / divisor, rounded half away from zero, with `decimals` decimals. English groups thousands with commas.
std::string decimal(Wide number, Wide divisor, int decimals, Language language) {
    for (int i = 0; i < decimals; ++i) number *= 10;
    const bool is_negative = number < 0;
    if (is_negative) number = -number;
    const Wide rounded = (number * 2 + divisor) / (divisor * 2);
    std::string digits;
    for (Wide rest = rounded; rest > 0; rest /= 10)
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    while (static_cast<int>(digits.size()) <= decimals) digits.insert(digits.begin(), '0');
    std::string whole = digits.substr(0, digits.size() - static_cast<std::size_t>(decimals));
    const std::string tail = digits.substr(whole.size());
    if (language == Language::en) {
        for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
    }
    return (is_negative && rounded > 0 ? "-" : "") + whole + (decimals > 0 ? "." + tail : "");
}

// As decimal(), without a tail of zeros: "12" and "12.5".
std::string short_decimal(Wide number, Wide divisor, int decimals, Language language) {
    std::string text = decimal(number, divisor, decimals, language);
    while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) text.pop_back();
    return text;
}

std::string unknown_word(Language language) {
    return language == Language::zh ? "（未知）" : "(unknown)";
}

std::string clock_time(Millis time_of_day) {
    return format("{:02}:{:02}", time_of_day / hours_ms, time_of_day / minutes_ms % 60);
}

// "as stored": what people read without being asked for a format.
std::string plain(const Value& value, Language language, const Zone& zone) {
    switch (value.kind()) {
        case Kind::absent:
        case Kind::error: return unknown_word(language);
        case Kind::boolean:
            return language == Language::zh ? (value.is_true() ? "是" : "否") : (value.is_true() ? "yes" : "no");
        case Kind::string: return value.text();
        case Kind::timestamp: {
            const Instant instant{value.ms()};
            return to_text(zone.date(instant)) + " " + clock_time(zone.time_of_day(instant));
        }
        case Kind::date: return to_text(Date{static_cast<std::int32_t>(value.number())});
        case Kind::duration: return to_text(Quantity{Dimension::duration, value.ms()});
        case Kind::length: return to_text(Quantity{Dimension::length, value.number()});
        case Kind::money: return to_text(Quantity{Dimension::money, value.number()});
        case Kind::ratio: return to_text(Quantity{Dimension::ratio, value.number()});
        case Kind::speed: return to_text(Quantity{Dimension::speed, value.number()});
        case Kind::list: {
            std::vector<std::string> items;
            for (const Value& item : value.list()) items.push_back(plain(item, language, zone));
            return join(items, language == Language::zh ? "、" : ", ");
        }
        default: return format("{}", value.number());
    }
}

class Explainer {
public:
    Explainer(const RuleSet& set, const Rule& rule, const Judgement& judgement, Language language, const Zone& zone,
              const std::function<Value(const std::string&)>& value_of,
              const std::function<std::string(const std::string&)>& name_of)
        : set_(set),
          rule_(rule),
          judgement_(judgement),
          language_(language),
          zone_(zone),
          value_of_(value_of),
          name_of_(name_of) {}

    Explanation explain() {
        Explanation explanation;
        explanation.cite = judgement_.cite;
        explanation.clauses = lines(rule_.clauses, judgement_.clauses);
        explanation.doubts = lines(rule_.doubts, judgement_.doubts);
        explanation.exceptions = lines(rule_.exceptions, judgement_.exceptions);
        if (judgement_.margin.is_known())
            explanation.margin = shown(judgement_.margin, natural_format(judgement_.margin.kind()), language_, zone_) +
                                 unit(judgement_.margin.kind());
        for (const std::string& path : judgement_.missing) explanation.missing.push_back(in_words(path));
        explanation.sentence = sentence(explanation.missing);
        return explanation;
    }

    std::string sentence_alone() const {
        std::vector<std::string> missing;
        for (const std::string& path : judgement_.missing) missing.push_back(in_words(path));
        return sentence(missing);
    }

    std::string rendered(const Sentence& sentence) const {
        std::string text;
        for (const Sentence::Part& part : sentence.parts) {
            if (!part.is_value)
                text += part.text;
            else if (part.has_slot)
                text += said(part);
            else if (part.text == "cite")
                text += cited();
            else
                text += name_of_ ? name_of_(part.text) : part.text;
        }
        return text;
    }

private:
    // A word of an enumeration as its field calls it, any other value in its format.
    std::string said(const Sentence::Part& part) const {
        const Value known = value(part.text);
        if (known.kind() == Kind::string && part.format.empty()) {
            const model::Field* field = field_behind(set_, rule_, part.text);
            const Label* label = field == nullptr ? nullptr : field->label_of_word(known.text());
            if (label != nullptr) return pick(*label);
        }
        return shown(known, part.format, language_, zone_);
    }
    std::string say(std::string_view zh, std::string_view en) const {
        return std::string(language_ == Language::zh ? zh : en);
    }
    const std::string& pick(const Label& label) const {
        return language_ == Language::zh || label.en.empty() ? label.zh : label.en;
    }

    static std::string_view natural_format(Kind kind) {
        switch (kind) {
            case Kind::length: return "m";
            case Kind::duration: return "min";
            case Kind::money: return "yuan";
            case Kind::ratio: return "%1";
            case Kind::speed: return "kmh";
            default: return "";
        }
    }

    std::string unit(Kind kind) const {
        switch (kind) {
            case Kind::length: return say(" 米", " m");
            case Kind::duration: return say(" 分钟", " min");
            case Kind::money: return say(" 元", " yuan");
            case Kind::ratio: return say("%", "%");
            case Kind::speed: return say(" 公里/小时", " km/h");
            default: return "";
        }
    }

    Value value(const std::string& path) const {
        for (const auto& [name, known] : judgement_.values) {
            if (name == path) return known;
        }
        return value_of_ ? value_of_(path) : Value();
    }

    std::string cited() const {
        std::vector<std::string> said;
        for (const std::string& cite : judgement_.cite) {
            const std::size_t hash = cite.find('#');
            const PolicyDocument* document = set_.policy(std::string_view(cite).substr(0, hash));
            const std::string number = hash == std::string::npos ? "" : cite.substr(hash + 1);
            if (document == nullptr)
                said.push_back(cite);
            else
                said.push_back(language_ == Language::zh ? format("《{}》{}", document->title.zh, number)
                                                         : format("{} {}", pick(document->title), number));
        }
        return join(said, say("、", "; "));
    }

    std::string said(const Clause& clause) const { return rendered(language_ == Language::zh ? clause.zh : clause.en); }

    std::vector<Explanation::Line> lines(const std::vector<Clause>& clauses, const std::string& bits) const {
        std::vector<Explanation::Line> all;
        for (std::size_t i = 0; i < clauses.size(); ++i)
            all.push_back({clauses[i].id, i < bits.size() ? bits[i] : '.', said(clauses[i])});
        return all;
    }

    const Clause* clause_of(const std::string& id) const {
        for (const std::vector<Clause>* all : {&rule_.doubts, &rule_.exceptions}) {
            for (const Clause& clause : *all) {
                if (clause.id == id) return &clause;
            }
        }
        return nullptr;
    }

    // "签到点距住址" for order.checkin_dist, the title of a feature for its facts.
    std::string in_words(const std::string& path) const {
        const model::Entity* subject = set_.dictionary.entity(rule_.subject);
        if (subject != nullptr) {
            if (const model::Field* field = field_of_path(set_.dictionary, *subject, path)) {
                const std::vector<std::string_view> parts = split(path, '.');
                const model::Entity* owner = set_.dictionary.entity(parts[parts.size() - 2]);
                const std::string label = pick(field->label);
                if (owner == nullptr || owner == subject) return label;
                return say(format("{}的{}", owner->title.zh, label),
                           format("{} of the {}", label, lower_ascii(owner->title.en)));
            }
        }
        const std::string head = path.substr(0, path.find('.'));
        for (const auto& [alias, name] : rule_.features) {
            const Feature* feature = alias == head ? set_.feature(name) : nullptr;
            if (feature != nullptr && !feature->title.zh.empty()) return pick(feature->title);
        }
        for (const auto& [local, name] : rule_.params) {
            const Param* param = local == path ? set_.param(name) : nullptr;
            if (param != nullptr)
                return say(format("当日有效的{}", param->title.zh), format("{} in force that day", pick(param->title)));
        }
        return path;
    }

    std::string exempt_sentence() const {
        const Clause* clause = clause_of(judgement_.reason);
        std::string text = say("不计为问题：", "Exempt: ") + (clause == nullptr ? judgement_.reason : said(*clause));
        if (judgement_.entry.empty()) return text + say("。", ".");
        for (const ListOf& list : set_.lists) {
            for (const ListEntry& entry : list.entries) {
                if (join(entry.key, ",") != judgement_.entry || clause == nullptr) continue;
                if (clause->condition.is_empty() ||
                    clause->condition.text().find("lists." + list.name) == std::string::npos)
                    continue;
                return text + say(format("（名单“{}”条目 {}：{}；{} 至 {}；提出 {}，批准 {}）。", list.title.zh,
                                         judgement_.entry, entry.why, to_text(entry.days.from), to_text(entry.days.to),
                                         entry.by, entry.approved),
                                  format(" (list \"{}\", entry {}: {}; {} to {}; proposed by {}, approved by {}).",
                                         list.title.en, judgement_.entry, entry.why, to_text(entry.days.from),
                                         to_text(entry.days.to), entry.by, entry.approved));
            }
        }
        return text + say(format("（条目 {}）。", judgement_.entry), format(" (entry {}).", judgement_.entry));
    }

    std::string inconclusive_sentence(const std::vector<std::string>& missing) const {
        const Clause* clause = clause_of(judgement_.reason);
        std::string text = say("不能判定：", "Cannot be told: ");
        if (clause != nullptr) text += said(*clause);
        if (!missing.empty()) {
            if (clause != nullptr) text += say("；", "; ");
            text += say("缺少", "missing ") + join(missing, say("、", ", "));
        }
        if (clause == nullptr && missing.empty())
            text += judgement_.error.empty() ? judgement_.reason : judgement_.error;
        return text + say("。", ".");
    }

    std::string sentence(const std::vector<std::string>& missing) const {
        switch (judgement_.outcome) {
            case Outcome::hit: return rendered(language_ == Language::zh ? rule_.explain_zh : rule_.explain_en);
            case Outcome::clear:
                return say(format("未见“{}”。", rule_.title.zh), format("No sign of \"{}\".", rule_.title.en));
            case Outcome::not_applicable:
                return say(format("“{}”不适用于此。", rule_.title.zh),
                           format("\"{}\" does not apply here.", rule_.title.en));
            case Outcome::exempt: return exempt_sentence();
            case Outcome::inconclusive: return inconclusive_sentence(missing);
        }
        return "";
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Judgement& judgement_;
    Language language_;
    const Zone& zone_;
    const std::function<Value(const std::string&)>& value_of_;
    const std::function<std::string(const std::string&)>& name_of_;
};

}  // namespace

std::string shown(const Value& value, std::string_view format_word, Language language, const Zone& zone) {
    if (!value.is_known()) return unknown_word(language);
    const Kind kind = value.kind();
    const std::int64_t number = value.number();
    if (kind == Kind::length && format_word == "m") return decimal(number, 1000, 0, language);
    if (kind == Kind::length && format_word == "m1") return short_decimal(number, 1000, 1, language);
    if (kind == Kind::length && format_word == "km1") return short_decimal(number, 1000000, 1, language);
    if (kind == Kind::duration && format_word == "min") return decimal(value.ms(), minutes_ms, 0, language);
    if (kind == Kind::duration && format_word == "h1") return short_decimal(value.ms(), hours_ms, 1, language);
    if (kind == Kind::duration && format_word == "s") return decimal(value.ms(), seconds_ms, 0, language);
    if (kind == Kind::money && format_word == "yuan") return decimal(number, 100, number % 100 == 0 ? 0 : 2, language);
    if (kind == Kind::ratio && format_word == "%") return decimal(number, 10000, 0, language);
    if (kind == Kind::ratio && format_word == "%1") return short_decimal(number, 10000, 1, language);
    if (kind == Kind::speed && format_word == "kmh") return decimal(Wide{number} * 36, 10000, 0, language);
    if (kind == Kind::timestamp && format_word == "date") return to_text(zone.date(Instant{value.ms()}));
    if (kind == Kind::timestamp && format_word == "time") return clock_time(zone.time_of_day(Instant{value.ms()}));
    return plain(value, language, zone);
}

std::string rendered(const RuleSet& set, const Rule& rule, const Sentence& sentence, const Judgement& judgement,
                     Language language, const Zone& zone, const std::function<Value(const std::string&)>& value_of,
                     const std::function<std::string(const std::string&)>& name_of) {
    return Explainer(set, rule, judgement, language, zone, value_of, name_of).rendered(sentence);
}

Explanation explain(const RuleSet& set, const Rule& rule, const Judgement& judgement, Language language,
                    const Zone& zone, const std::function<Value(const std::string&)>& value_of,
                    const std::function<std::string(const std::string&)>& name_of) {
    return Explainer(set, rule, judgement, language, zone, value_of, name_of).explain();
}

std::string sentence(const RuleSet& set, const Rule& rule, const Judgement& judgement, Language language,
                     const Zone& zone, const std::function<Value(const std::string&)>& value_of,
                     const std::function<std::string(const std::string&)>& name_of) {
    return Explainer(set, rule, judgement, language, zone, value_of, name_of).sentence_alone();
}

}  // namespace ningyi::rule
