// SPDX-License-Identifier: Apache-2.0
#include "rule/edge_checks.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cel/tree.h"
#include "rule/choice.h"
#include "rule/expectation.h"
#include "rule/explain.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;
using yaml::Node;

constexpr std::size_t most_orders = 24;  // of the arrival of one test's events

bool has_choice(const cel::Expression& expression) {
    const std::string& text = expression.text();
    return text.find("||") != std::string::npos || text.find('?') != std::string::npos;
}

class Checks {
public:
    Checks(const RuleSet& set, const Rule& rule, const Zone& zone) : set_(set), rule_(rule), zone_(zone) {}

    void of_hit(const ValueTest& hit) {
        line_ = hit.line;
        take_needs_away(hit.given);
        take_facts_away(hit.given);
        look_at_lists(hit.given);
        look_at_changes(hit.given);
        move_params(hit.given);
        render(hit.given);
    }

    void of_log(const EventTest& test, const EventTests& run_events) {
        line_ = test.line;
        const Node* events = test.node.find("events");
        std::vector<std::string> subjects;
        for (const Node& event : events->items) {
            for (const auto& [type, fields] : event.pairs) {
                const model::EventType* known = set_.dictionary.event(type.text);
                const model::Entity* entity = known == nullptr ? nullptr : set_.dictionary.entity(known->subject);
                const Node* key = entity == nullptr ? nullptr : fields.find(entity->key);
                if (key != nullptr && std::find(subjects.begin(), subjects.end(), key->text) == subjects.end())
                    subjects.push_back(key->text);
            }
        }
        if (subjects.size() < 2) return;
        std::sort(subjects.begin(), subjects.end());
        const RuleSet world = alone(set_, rule_);
        std::size_t orders = 0;
        do {
            const EventResult result = run_events(world, world.rules.front(), in_order(test.node, subjects));
            check("arrival " + join(subjects, " "), result.problems.empty(), join(result.problems, "; "));
        } while (++orders < most_orders && std::next_permutation(subjects.begin(), subjects.end()));
    }

    EdgeChecks take() { return std::move(checks_); }

private:
    void check(const std::string& what, bool is_right, std::string problem) {
        ++checks_.run;
        if (!is_right) checks_.failures.push_back({what, std::move(problem), line_});
    }

    Judgement judged(Given given) const { return judge(set_, rule_, given, zone_, Detail::clear_too); }

    void take_needs_away(const Given& given) {
        for (const std::uint16_t slot : rule_.needs) {
            const std::string& path = rule_.names.path(slot);
            if (!given.has(path)) continue;
            Given without = given;
            without.forget(path);
            const Judgement judgement = judged(std::move(without));
            const bool is_named =
                std::find(judgement.missing.begin(), judgement.missing.end(), path) != judgement.missing.end();
            check("needs " + path, judgement.outcome == Outcome::inconclusive && is_named,
                  differs("outcome", format("inconclusive, missing {}", path), to_word(judgement.outcome)));
        }
    }

    void take_facts_away(const Given& given) {
        std::set<std::string> read;
        for (const Clause& clause : rule_.clauses) {
            if (!has_choice(clause.condition) && !(rule_.any && rule_.clauses.size() > 1))
                gather(clause.condition, read);
        }
        for (const std::string& path : read) {
            if (!given.has(path) || is_asked_by_has(path)) continue;
            Given without = given;
            without.forget(path);
            const Judgement judgement = judged(std::move(without));
            check("without " + path, judgement.outcome != Outcome::hit && judgement.error.empty(),
                  differs("outcome", "no hit, no error",
                          std::string(to_word(judgement.outcome)) + " " + judgement.error));
        }
    }

    // The facts an expression reads, through `let`.
    void gather(const cel::Expression& expression, std::set<std::string>& read) const {
        for (const std::uint16_t slot : expression.reads()) {
            const SlotSource& source = rule_.sources[slot];
            if (source.kind == SlotSource::Kind::fact) read.insert(rule_.names.path(slot));
            if (source.kind == SlotSource::Kind::let && !has_choice(rule_.lets[source.index].expression))
                gather(rule_.lets[source.index].expression, read);
        }
    }

    bool is_asked_by_has(const std::string& path) const {
        const std::string asked = "has(" + path + ")";
        const auto asks = [&](const cel::Expression& one) {
            return !one.is_empty() && one.text().find(asked) != std::string::npos;
        };
        return std::any_of(rule_.clauses.begin(), rule_.clauses.end(),
                           [&](const Clause& clause) { return asks(clause.condition); }) ||
               std::any_of(rule_.lets.begin(), rule_.lets.end(), [&](const Let& let) { return asks(let.expression); });
    }

    // Each entry of a list an exception asks: the day before, the first, the last, the day after.
    void look_at_lists(const Given& given) {
        for (const Clause& exception : rule_.exceptions) {
            if (exception.condition.is_empty()) continue;
            const cel::Node& root = *exception.condition.tree().root;
            if (root.operation != cel::Operation::contains) continue;
            const SlotSource& source = rule_.sources[root.slot];
            if (source.kind != SlotSource::Kind::list || !rule_.date_slot) continue;
            const ListOf& list = set_.lists[source.index];
            for (const ListEntry& entry : list.entries) look_at_entry(given, exception, root, list, entry);
        }
    }

    void look_at_entry(const Given& given, const Clause& exception, const cel::Node& asked, const ListOf& list,
                       const ListEntry& entry) {
        Given world = given;
        std::vector<Value> key;
        for (std::size_t i = 0; i < asked.children.size() && i < entry.key.size(); ++i) {
            if (asked.children[i]->operation != cel::Operation::read) return;
            key.push_back(Value::of_string(entry.key[i]));
            world.set(rule_.names.path(asked.children[i]->slot), key.back());
        }
        for (const std::int32_t day :
             {entry.days.from.days - 1, entry.days.from.days, entry.days.to.days, entry.days.to.days + 1}) {
            Given on_day = world;
            on_day.set(rule_.names.path(*rule_.date_slot), Value::of(Kind::date, day));
            const Judgement judgement = judged(std::move(on_day));
            const bool is_asked = judgement.outcome != Outcome::clear && judgement.outcome != Outcome::not_applicable;
            if (!is_asked) continue;  // another day may have other limits
            const bool is_listed = find_entry(list, key, Date{day}) != nullptr;
            const bool is_exempt = judgement.outcome == Outcome::exempt && judgement.reason == exception.id;
            check(format("{} {} on {}", list.name, join(entry.key, ","), to_text(Date{day})), is_listed == is_exempt,
                  differs("outcome", is_listed ? "exempt" : "not exempt", to_word(judgement.outcome)));
        }
    }

    // Each parameter on the last day of an old value and the first of the new one.
    void look_at_changes(const Given& given) {
        if (!rule_.date_slot) return;
        std::vector<std::string> keys;
        for (const auto& [key, slot] : rule_.scope_slots) keys.push_back(key);
        for (std::size_t i = 0; i < rule_.params.size(); ++i) {
            const Param& param = set_.params[rule_.param_index[i]];
            std::set<std::int32_t> days;
            for (const ParamValue& value : param.values) {
                if (value.days.from.days == INT32_MIN) continue;
                days.insert(value.days.from.days - 1);
                days.insert(value.days.from.days);
            }
            for (const std::int32_t day : days) {
                if (!rule_.in_force.contains(Date{day})) continue;
                Given on_day = given;
                const Value date = Value::of(Kind::date, day);
                on_day.set(rule_.names.path(*rule_.date_slot), date);
                const Value wanted =
                    chosen_value(param, date, keys, [&](const std::string& key) { return on_day.scope(key); });
                const Judgement judgement = judged(on_day);
                if (judgement.outcome == Outcome::not_applicable) continue;
                const auto stored = std::find_if(judgement.values.begin(), judgement.values.end(),
                                                 [&](const auto& one) { return one.first == rule_.params[i].first; });
                if (stored == judgement.values.end()) continue;  // not stored with every outcome
                check(format("{} on {}", param.name, to_text(Date{day})),
                      exact_text(stored->second) == exact_text(wanted) && judgement.error.empty(),
                      differs(rule_.params[i].first, exact_text(wanted), exact_text(stored->second)));
            }
        }
    }

    // Each number a parameter holds one unit less, as it is, one unit more, and at both bounds: the rule may change its
    // mind but not fail.
    void move_params(const Given& given) {
        RuleSet moved = alone(set_, rule_);
        const Rule& rule = moved.rules.front();
        for (const std::uint32_t index : rule_.param_index) {
            Param& param = moved.params[index];
            const std::vector<ParamValue> kept = param.values;
            const auto try_it = [&](const std::string& how) {
                Given same = given;
                const Judgement judgement = judge(moved, rule, same, zone_);
                check(format("{} {}", param.name, how), judgement.error.empty(), judgement.error);
                param.values = kept;
            };
            const Kind kind = param.type.kind;
            const bool is_number = kind == Kind::integer || kind == Kind::length || kind == Kind::money ||
                                   kind == Kind::ratio || kind == Kind::speed || kind == Kind::duration;
            for (const std::int64_t step : {-1, 0, 1}) {
                if (!is_number) continue;
                for (ParamValue& value : param.values) {
                    value.value = kind == Kind::duration ? Value::of_duration_ms(value.value.ms() + step)
                                                         : Value::of(kind, value.value.number() + step);
                }
                try_it(format("{:+}", step));
            }
            for (const std::optional<Value>& bound : {param.least, param.most}) {
                if (!bound) continue;
                for (ParamValue& value : param.values) value.value = *bound;
                try_it("= " + exact_text(*bound));
            }
        }
    }

    // Every sentence can be said in both languages, whatever is known.
    void render(const Given& given) {
        const Judgement judgement = judged(given);
        for (const Language language : {Language::zh, Language::en}) {
            const Explanation explanation = explain(set_, rule_, judgement, language, zone_, nullptr, names_in(given));
            bool is_said = !explanation.sentence.empty();
            for (const auto* lines : {&explanation.clauses, &explanation.doubts, &explanation.exceptions}) {
                for (const Explanation::Line& line : *lines) is_said = is_said && !line.text.empty();
            }
            check(language == Language::zh ? "sentences zh" : "sentences en", is_said,
                  "有空句子 | a sentence is empty");
        }
    }

    // The test with its subjects arriving in this order. How often a finding was revised depends on the order.
    static Node in_order(Node test, const std::vector<std::string>& subjects) {
        std::erase_if(test.pairs, [](const auto& pair) { return pair.key.text == "reorder"; });
        Node order;
        order.kind = Node::Kind::list;
        for (const std::string& subject : subjects) {
            Node item;
            item.text = subject;
            order.items.push_back(std::move(item));
        }
        Node key;
        key.text = "reorder";
        test.pairs.push_back({std::move(key), std::move(order)});
        for (auto& [name, expect] : test.pairs) {
            if (name.text != "expect") continue;
            for (auto& [subject, wanted] : expect.pairs)
                std::erase_if(wanted.pairs, [](const auto& pair) { return pair.key.text == "revised"; });
        }
        return test;
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Zone& zone_;
    EdgeChecks checks_;
    int line_ = 0;
};

}  // namespace

EdgeChecks edge_checks(const RuleSet& set, const Rule& rule, const ValueTest* hit, const std::vector<EventTest>& events,
                       const Zone& zone, const EventTests& run_events) {
    Checks checks(set, rule, zone);
    if (hit != nullptr) checks.of_hit(*hit);
    if (run_events) {
        for (const EventTest& test : events) checks.of_log(test, run_events);
    }
    return checks.take();
}

}  // namespace ningyi::rule
