// SPDX-License-Identifier: Apache-2.0
// Properties over random well-typed conditions and random records with absent fields.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "cel/conformance.h"
#include "cel/test_host.h"

namespace ningyi::cel {
namespace {

// A random condition: mostly well typed, so that most of them compile.
class Conditions {
public:
    // `is_plain`: only ints, bools and lists of ints, which the reference evaluator knows too.
    explicit Conditions(std::uint64_t seed, bool is_plain = false) : random_(seed), is_plain_(is_plain) {}

    std::string condition(int depth) {
        if (depth <= 0) return atom();
        switch (random_.below(7)) {
            case 0: return format("({} && {})", condition(depth - 1), condition(depth - 1));
            case 1: return format("({} || {})", condition(depth - 1), condition(depth - 1));
            case 2: return format("!{}", condition(depth - 1));
            case 3: return format("({} ? {} : {})", condition(depth - 1), condition(depth - 1), condition(depth - 1));
            case 4:
                return format("order.numbers.{}(n, n == {} || {})", random_.chance(0.5) ? "all" : "exists", number(1),
                              condition(depth - 2));
            case 5: return format("({} {} {})", number(depth), sign(), number(depth));
            default: return atom();
        }
    }

    Value integer() {
        switch (random_.below(6)) {
            case 0: return Value::of_int(INT64_MAX);
            case 1: return Value::of_int(INT64_MIN);
            case 2: return Value::of_int(0);
            default: return Value::of_int(random_.between(-5, 5));
        }
    }

    void fill(TestHost& host) {
        for (const char* path :
             {"order.pay", "order.checkin_dist", "order.served", "order.start", "order.end", "order.date",
              "order.count", "order.note", "order.open", "order.closed", "order.numbers"}) {
            host.unset(path);
        }
        const auto has = [&] { return random_.chance(0.7); };
        if (has()) host.set("order.pay", Value::of(Kind::money, integer().number()));
        if (has()) host.set("order.checkin_dist", Value::of(Kind::length, integer().number()));
        if (has()) host.set("order.served", Value::of_duration_ms(integer().number()));
        if (has()) host.set("order.start", Value::of_timestamp_ms(random_.between(-1000000, 1000000000000)));
        if (has()) host.set("order.end", Value::of_timestamp_ms(integer().number()));
        if (has()) host.set("order.date", Value::of(Kind::date, random_.between(0, 30000)));
        if (has()) host.set("order.count", integer());
        if (has()) host.set("order.note", Value::of_string(random_.chance(0.5) ? "abc" : ""));
        if (has()) host.set("order.open", Value::of_bool(random_.chance(0.5)));
        if (has()) host.set("order.closed", Value::of_bool(random_.chance(0.5)));
        if (has()) {
            List numbers;
            for (std::uint64_t i = random_.below(4); i > 0; --i) numbers.push_back(integer());
            host.set("order.numbers", Value::of_list(std::move(numbers)));
        }
    }

private:
    std::string sign() {
        static constexpr const char* signs[] = {"<", "<=", ">", ">=", "==", "!="};
        return signs[random_.below(6)];
    }
    std::string number(int depth) {
        if (depth <= 0 || random_.chance(0.4))
            return random_.chance(0.5) ? "order.count" : format("{}", random_.below(4));
        static constexpr const char* operators[] = {"+", "-", "*", "/", "%"};
        switch (is_plain_ ? random_.below(2) * 3 : random_.below(4)) {
            case 0: return "order.numbers.size()";
            case 1: return "order.numbers.map(k, k + 1)[0]";
            case 2: return format("weekday(on(order.start))");
            default: return format("({} {} {})", number(depth - 1), operators[random_.below(5)], number(depth - 1));
        }
    }
    std::string atom() {
        switch (random_.below(is_plain_ ? 2 : 10)) {
            case 0: return "order.open";
            case 1: return "order.closed";
            case 2: return format("order.pay * {} {} yuan(1)", random_.below(3), sign());
            case 3: return format("order.checkin_dist + m(3) {} radius", sign());
            case 4: return format("times(order.served, percent({})) {} minutes(1)", random_.below(200), sign());
            case 5: return format("ratio_of(order.served, order.end - order.start) {} percent(80)", sign());
            case 6: return format("order.end - order.start {} minutes(20)", sign());
            case 7: return "has(order.note)";
            case 8: return "order.note.substring(2) == \"c\"";
            default: return "clock_between(order.end, \"21:00\", \"06:00\") || order.count % order.count == 0";
        }
    }

    Random random_;
    bool is_plain_;
};

std::string outcome(const Value& value) {
    if (!value.is_absent()) return value.is_error() ? "error" : value.is_true() ? "true" : "false";
    std::string text = "absent";
    for (const std::uint16_t slot : value.missing()) text += " " + std::to_string(slot);
    return text;
}

RC_GTEST_PROP(properties, both_sides_of_and_and_or_may_change_places, (std::uint64_t seed)) {
    Fixture f;
    Conditions conditions(seed);
    const std::string a = conditions.condition(3);
    const std::string b = conditions.condition(3);
    const auto texts = {std::pair(format("({}) && ({})", a, b), format("({}) && ({})", b, a)),
                        std::pair(format("({}) || ({})", a, b), format("({}) || ({})", b, a))};
    for (const auto& [there, back] : texts) {
        const auto first = compile(there, f.names, std::nullopt, {});
        const auto second = compile(back, f.names, std::nullopt, {});
        RC_ASSERT(first.has_value() == second.has_value());
        if (!first) continue;
        for (int record = 0; record < 20; ++record) {
            conditions.fill(f.host);
            RC_ASSERT(outcome(first->evaluate(f.host, f.zone)) == outcome(second->evaluate(f.host, f.zone)));
        }
    }
}

RC_GTEST_PROP(properties, negation_obeys_de_morgan, (std::uint64_t seed)) {
    Fixture f;
    Conditions conditions(seed);
    const std::string a = conditions.condition(2);
    const std::string b = conditions.condition(2);
    const auto first = compile(format("!(({}) && ({}))", a, b), f.names, std::nullopt, {});
    const auto second = compile(format("!({}) || !({})", a, b), f.names, std::nullopt, {});
    RC_ASSERT(first.has_value() == second.has_value());
    if (!first) return;
    for (int record = 0; record < 20; ++record) {
        conditions.fill(f.host);
        RC_ASSERT(outcome(first->evaluate(f.host, f.zone)) == outcome(second->evaluate(f.host, f.zone)));
    }
}

RC_GTEST_PROP(properties, knowing_more_never_turns_a_known_outcome_around, (std::uint64_t seed)) {
    Fixture f;
    Conditions conditions(seed);
    const auto expression = compile(conditions.condition(4), f.names, std::nullopt, {});
    if (!expression) return;
    for (const std::uint16_t slot : expression->reads()) {
        conditions.fill(f.host);
        // has() answers a question about absence itself, so only paths that are not tested count.
        if (expression->text().find("has(") != std::string::npos) return;
        const std::string full = outcome(expression->evaluate(f.host, f.zone));
        f.host.unset(f.names.path(slot));
        const std::string less = outcome(expression->evaluate(f.host, f.zone));
        if (less == "true" || less == "false") RC_ASSERT(full == less);
    }
}

// Two plans for one text: the typed operations of rules and the ones that look at kinds when they run.
RC_GTEST_PROP(properties, rules_and_the_reference_agree_where_both_apply, (std::uint64_t seed)) {
    Fixture f;
    Conditions conditions(seed, true);
    const std::string text = conditions.condition(4);
    const auto rule = compile(text, f.names, std::nullopt, {});
    if (!rule) return;
    ReferenceOptions options;
    options.variables = {"order.open", "order.closed", "order.count", "order.numbers"};
    options.missing_key_is_absent = true;
    const auto reference = reference_expression(text, options);
    RC_ASSERT(reference.has_value());
    for (int record = 0; record < 20; ++record) {
        conditions.fill(f.host);
        std::vector<Value> values;
        for (const std::string& path : options.variables) {
            const Value value = f.host.read(f.names.slot(path));
            values.push_back(value.is_absent() ? Value() : value);
        }
        const Value by_rule = rule->evaluate(f.host, f.zone);
        const Value by_reference = reference_value(*reference, values);
        RC_ASSERT(by_rule.kind() == by_reference.kind());
        RC_ASSERT(by_rule.is_true() == by_reference.is_true());
    }
}

TEST(properties, random_conditions_are_worth_trying) {
    Fixture f;
    int compiled = 0;
    std::map<std::string, int> outcomes;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Conditions conditions(seed);
        const auto expression = compile(conditions.condition(4), f.names, std::nullopt, {});
        if (!expression) continue;
        ++compiled;
        conditions.fill(f.host);
        const std::string text = outcome(expression->evaluate(f.host, f.zone));
        ++outcomes[text.substr(0, text.find(' '))];
    }
    EXPECT_GT(compiled, 150);
    for (const char* each : {"true", "false", "absent", "error"}) EXPECT_GT(outcomes[each], 5) << each;
}

RC_GTEST_PROP(properties, any_text_is_read_or_refused, (const std::string& text)) {
    Fixture f;
    const auto expression = compile(text, f.names, std::nullopt, {});
    if (!expression) RC_ASSERT(!expression.error().empty());
    if (expression) expression->evaluate(f.host, f.zone);
}

}  // namespace
}  // namespace ningyi::cel
