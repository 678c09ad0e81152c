// SPDX-License-Identifier: Apache-2.0
// For tests: random well-typed expressions over an invented model, with every operator and function that rules have,
// and random rows with what is absent and what is an error. The same seed gives the same.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "cel/rule_expression.h"

namespace ningyi::cel {

// Paths of each kind, "p.length_0" and so on; and constants lifted into columns, "k.length_0", with their text.
class RandomExpressions {
public:
    explicit RandomExpressions(std::uint64_t seed) : random_(seed) {
        constants_[Kind::integer] = {"0", "1", "2", "-1", "7", "60", "9223372036854775807", "-9223372036854775807"};
        constants_[Kind::length] = {"m(0)", "m(300)", "mm(1)", "km(9000000000000)"};
        constants_[Kind::money] = {"yuan(45)", "fen(1)", "yuan(0)", "fen(9223372036854775807)"};
        constants_[Kind::speed] = {"kmh(36)", "mps(0)", "mps(5)"};
        constants_[Kind::ratio] = {"percent(80)", "permille(1)", "percent(0)", "percent(250)"};
        constants_[Kind::duration] = {"minutes(20)", "seconds(0)", "hours(48)", "days(100000)", "seconds(-5)"};
        constants_[Kind::timestamp] = {"timestamp(\"2026-01-05T08:00:00Z\")", "timestamp(\"9999-12-31T23:59:59Z\")",
                                       "timestamp(\"0001-01-01T00:00:00Z\")", "timestamp(\"2026-01-05T23:30:00Z\")"};
        constants_[Kind::date] = {"date(\"2026-01-05\")", "date(\"2024-02-29\")"};
        constants_[Kind::string] = {"\"\"", "\"abc\"", "\"12\"", "\"养老\"", "\"11010519491231002X\"", "\"b\""};
        constants_[Kind::boolean] = {"true", "false"};
        for (const auto& [kind, texts] : constants_) {
            for (int i = 0; i < paths_of_a_kind; ++i) names.add_path(path(kind, i), type_of(kind));
            for (std::size_t i = 0; i < texts.size(); ++i) names.add_path(lifted(kind, i), type_of(kind));
        }
        names.add_path("p.texts", list_of(type_of(Kind::string)));
        names.add_path("p.numbers", list_of(type_of(Kind::integer)));
        names.add_list("known", {type_of(Kind::string)});
        names.add_table("rates", {type_of(Kind::string)},
                        {{"pay", type_of(Kind::money)}, {"least", type_of(Kind::duration)}});
        names.add_others("home", {{"area", type_of(Kind::string)}, {"open", type_of(Kind::boolean)}});
    }

    Names names;

    std::string boolean(int depth) {
        if (depth <= 0) return random_.chance(0.7) ? leaf(Kind::boolean) : comparison(0);
        switch (random_.below(16)) {
            case 0:
            case 1: return format("({} && {} && {})", boolean(depth - 1), boolean(depth - 1), boolean(depth - 2));
            case 2:
            case 3: return format("({} || {})", boolean(depth - 1), boolean(depth - 1));
            case 4: return format("!{}", boolean(depth - 1));
            case 5: return format("({} ? {} : {})", boolean(depth - 1), boolean(depth - 1), boolean(depth - 1));
            case 6:
                return format("({} {} {})", boolean(depth - 1), random_.chance(0.5) ? "==" : "!=", boolean(depth - 2));
            case 7: return format("has({})", path(any_kind(), static_cast<int>(random_.below(paths_of_a_kind))));
            case 8: return text_test(depth);
            case 9: return membership(depth);
            case 10: return looked_up(depth);
            case 11: return on_lists(depth);
            case 12: return format("clock_between({}, \"21:00\", \"06:30\")", of(Kind::timestamp, depth - 1));
            default: return comparison(depth - 1);
        }
    }

    std::string of(Kind kind, int depth) {
        if (kind == Kind::boolean) return boolean(depth);
        if (depth <= 0 || random_.chance(0.25)) return leaf(kind);
        if (random_.chance(0.1))
            return format("({} ? {} : {})", boolean(depth - 1), of(kind, depth - 1), of(kind, depth - 1));
        switch (kind) {
            case Kind::integer: return integer(depth);
            case Kind::string: return text(depth);
            case Kind::ratio:
                return random_.chance(0.5)
                           ? format("ratio_of({}, {})", of(Kind::duration, depth - 1), of(Kind::duration, depth - 1))
                       : random_.chance(0.5)
                           ? format("ratio_of({}, {})", of(Kind::money, depth - 1), of(Kind::money, depth - 1))
                           : format("math.least({}, {})", of(kind, depth - 1), of(kind, depth - 1));
            case Kind::date:
                return random_.chance(0.6) ? format("on({})", of(Kind::timestamp, depth - 1))
                       : random_.chance(0.5)
                           ? format("id.birth({})", of(Kind::string, depth - 1))
                           : format("math.greatest({}, {})", of(kind, depth - 1), of(kind, depth - 1));
            case Kind::timestamp:
                switch (random_.below(4)) {
                    case 0: return format("({} + {})", of(kind, depth - 1), of(Kind::duration, depth - 1));
                    case 1: return format("({} + {})", of(Kind::duration, depth - 1), of(kind, depth - 1));
                    case 2: return format("({} - {})", of(kind, depth - 1), of(Kind::duration, depth - 1));
                    default: return format("math.greatest({}, {})", of(kind, depth - 1), of(kind, depth - 1));
                }
            case Kind::duration: return duration(depth);
            default: return quantity(kind, depth);
        }
    }

    // One row: path -> value; what is not there is absent.
    std::map<std::string, Value> row(const std::map<std::string, Value>& lifted_values) {
        std::map<std::string, Value> values = lifted_values;
        const double missing = random_.chance(0.4) ? 0.0 : 0.25;
        for (const auto& [kind, texts] : constants_) {
            for (int i = 0; i < paths_of_a_kind; ++i) {
                if (random_.chance(missing)) continue;
                values[path(kind, i)] = random_.chance(missing / 8) ? Value::error("broken") : value(kind);
            }
        }
        if (!random_.chance(missing)) values["p.texts"] = list(Kind::string);
        if (!random_.chance(missing)) values["p.numbers"] = list(Kind::integer);
        return values;
    }

    // The expression of each lifted constant, by its path.
    std::map<std::string, std::string> lifted_texts() const {
        std::map<std::string, std::string> found;
        for (const auto& [kind, texts] : constants_) {
            for (std::size_t i = 0; i < texts.size(); ++i) found[lifted(kind, i)] = texts[i];
        }
        return found;
    }

    Random& random() { return random_; }
    Kind any_kind() {
        static constexpr Kind kinds[] = {Kind::integer,  Kind::length,    Kind::money, Kind::speed,  Kind::ratio,
                                         Kind::duration, Kind::timestamp, Kind::date,  Kind::string, Kind::boolean};
        return kinds[random_.below(10)];
    }

private:
    static constexpr int paths_of_a_kind = 3;

    static std::string word(Kind kind) { return to_text(type_of(kind)); }
    static std::string path(Kind kind, int i) { return format("p.{}_{}", word(kind), i); }
    static std::string lifted(Kind kind, std::size_t i) { return format("k.{}_{}", word(kind), i); }

    std::string leaf(Kind kind) {
        const std::vector<std::string>& texts = constants_.at(kind);
        if (random_.chance(0.6)) return path(kind, static_cast<int>(random_.below(paths_of_a_kind)));
        const std::size_t i = random_.below(texts.size());
        return random_.chance(0.5) ? lifted(kind, i) : texts[i];
    }

    Value value(Kind kind) {
        switch (kind) {
            case Kind::boolean: return Value::of_bool(random_.chance(0.5));
            case Kind::string: {
                static constexpr const char* texts[] = {"",   "abc",  "b",      "12",
                                                        "-5", "养老", "养老院", "11010519491231002X",
                                                        "x9", "２０", "A b",    "abcabcabc"};
                return Value::of_string(texts[random_.below(12)]);
            }
            case Kind::timestamp:
                return Value::of_timestamp_ms(random_.chance(0.05) ? random_.between(-90000000000000, 300000000000000)
                                                                   : 1767571200000 + random_.between(-5, 5) * 20000000);
            case Kind::duration:
                return Value::of_duration_ms(random_.chance(0.05) ? static_cast<std::int64_t>(random_.next())
                                                                  : random_.between(-3, 8) * 300000);
            case Kind::date: return Value::of(Kind::date, random_.between(19000, 21000));
            default: break;
        }
        const std::int64_t number = random_.chance(0.04)   ? INT64_MAX
                                    : random_.chance(0.04) ? INT64_MIN
                                    : random_.chance(0.3)  ? random_.between(-400000, 900000)
                                                           : random_.between(-3, 61);
        return Value::of(kind, number);
    }

    Value list(Kind kind) {
        List items;
        for (std::uint64_t i = random_.below(5); i > 0; --i) items.push_back(value(kind));
        return Value::of_list(std::move(items));
    }

    std::string sign() {
        static constexpr const char* signs[] = {"<", "<=", ">", ">=", "==", "!="};
        return signs[random_.below(6)];
    }

    std::string comparison(int depth) {
        Kind kind = any_kind();
        if (kind == Kind::boolean) kind = Kind::integer;
        return format("({} {} {})", of(kind, depth), sign(), of(kind, depth));
    }

    std::string integer(int depth) {
        static constexpr const char* operators[] = {"+", "-", "*", "/", "%"};
        switch (random_.below(12)) {
            case 0: return format("hour({})", of(Kind::timestamp, depth - 1));
            case 1: return format("weekday({})", of(Kind::date, depth - 1));
            case 2: return format("month({})", of(Kind::date, depth - 1));
            case 3: return format("size({})", of(Kind::string, depth - 1));
            case 4: return format("int({})", of(Kind::string, depth - 1));
            case 5: return format("({} - {})", of(Kind::date, depth - 1), of(Kind::date, depth - 1));
            case 6: return format("({} / {})", of(Kind::money, depth - 1), of(Kind::money, depth - 1));
            case 7: return format("id.age_on({}, {})", of(Kind::date, depth - 1), of(Kind::date, depth - 1));
            case 8: return random_.chance(0.5) ? "p.numbers.size()" : "p.numbers.map(n, n + 1)[0]";
            case 9:
                return random_.chance(0.5) ? format("-({})", of(Kind::integer, depth - 1))
                                           : format("math.abs({})", of(Kind::integer, depth - 1));
            default:
                return format("({} {} {})", of(Kind::integer, depth - 1), operators[random_.below(5)],
                              of(Kind::integer, depth - 1));
        }
    }

    std::string duration(int depth) {
        switch (random_.below(7)) {
            case 0: return format("({} - {})", of(Kind::timestamp, depth - 1), of(Kind::timestamp, depth - 1));
            case 1: return format("({} + {})", of(Kind::duration, depth - 1), of(Kind::duration, depth - 1));
            case 2: return format("({} - {})", of(Kind::duration, depth - 1), of(Kind::duration, depth - 1));
            case 3: return format("times({}, {})", of(Kind::duration, depth - 1), of(Kind::ratio, depth - 1));
            case 4:
                return format("overlap({}, {}, {}, {})", of(Kind::timestamp, depth - 1), of(Kind::timestamp, depth - 1),
                              of(Kind::timestamp, depth - 1), of(Kind::timestamp, depth - 1));
            case 5: return format("-({})", of(Kind::duration, depth - 1));
            default: return format("tables.rates.get({}).least", of(Kind::string, depth - 1));
        }
    }

    std::string quantity(Kind kind, int depth) {
        switch (random_.below(8)) {
            case 0: return format("({} + {})", of(kind, depth - 1), of(kind, depth - 1));
            case 1: return format("({} - {})", of(kind, depth - 1), of(kind, depth - 1));
            case 2: return format("({} * {})", of(kind, depth - 1), of(Kind::integer, depth - 1));
            case 3: return format("({} / {})", of(kind, depth - 1), of(Kind::integer, depth - 1));
            case 4: return format("times({}, {})", of(kind, depth - 1), of(Kind::ratio, depth - 1));
            case 5: return format("math.{}({})", "abs", of(kind, depth - 1));
            case 6:
                if (kind == Kind::speed)
                    return format("speed({}, {})", of(Kind::length, depth - 1), of(Kind::duration, depth - 1));
                if (kind == Kind::money) return format("tables.rates.get({}).pay", of(Kind::string, depth - 1));
                return format("m({})", of(Kind::integer, depth - 1));
            default: return format("math.greatest({}, {})", of(kind, depth - 1), of(kind, depth - 1));
        }
    }

    std::string text(int depth) {
        switch (random_.below(8)) {
            case 0: return format("text.norm({})", of(Kind::string, depth - 1));
            case 1: return format("{}.lowerAscii()", leaf(Kind::string));
            case 2: return format("{}.substring({})", leaf(Kind::string), of(Kind::integer, 0));
            case 3: return format("({} + {})", of(Kind::string, depth - 1), of(Kind::string, depth - 1));
            case 4: return format("string({})", of(Kind::integer, depth - 1));
            case 5: return format("others.home({}).area", of(Kind::string, depth - 1));
            case 6: return "p.texts.join(\"-\")";
            default: return leaf(Kind::string);
        }
    }

    std::string text_test(int depth) {
        const std::string subject = random_.chance(0.7) ? leaf(Kind::string) : of(Kind::string, depth - 1);
        switch (random_.below(7)) {
            case 0: return format("{}.contains({})", subject, leaf(Kind::string));
            case 1: return format("{}.startsWith({})", subject, leaf(Kind::string));
            case 2: return format("{}.endsWith(\"c\")", subject);
            case 3: return format("{}.matches(\"^[a-b]+\")", subject);
            case 4: return format("text.near({}, {}, 1)", subject, leaf(Kind::string));
            case 5: return format("id.valid(\"citizen\", {})", subject);
            default: return format("{}.contains(\"养\")", subject);
        }
    }

    std::string membership(int depth) {
        switch (random_.below(6)) {
            case 0: return format("{} in [\"abc\", \"b\", \"养老\"]", of(Kind::string, depth - 1));
            case 1:
                return format("{} in [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"12\", \"abc\"]",
                              of(Kind::string, depth - 1));
            case 2: return format("{} in [0, 1, 7, 60]", of(Kind::integer, depth - 1));
            case 3: return format("{} in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 60]", of(Kind::integer, depth - 1));
            case 4: return format("{} in p.numbers", of(Kind::integer, depth - 1));
            default: return format("{} in [{}, {}]", leaf(Kind::string), leaf(Kind::string), leaf(Kind::string));
        }
    }

    std::string looked_up(int depth) {
        const std::string key = of(Kind::string, depth - 1);
        switch (random_.below(7)) {
            case 0: return format("{} in lists.known", key);
            case 1: return format("lists.known.has({})", key);
            case 2: return format("tables.rates.has({})", key);
            case 3: return format("has(tables.rates.get({}).pay)", key);
            case 4: return format("others.home({}).open", key);
            case 5: return format("has(others.home({}).area)", key);
            default: return format("lists.known.exists(k, k == {})", leaf(Kind::string));
        }
    }

    std::string on_lists(int depth) {
        switch (random_.below(5)) {
            case 0: return format("p.numbers.all(n, n > {})", of(Kind::integer, depth - 2));
            case 1: return format("p.numbers.exists(n, n == 1 || {})", boolean(depth - 2));
            case 2: return format("p.texts.exists_one(t, t == {})", leaf(Kind::string));
            case 3: return format("p.texts.filter(t, t != \"b\").size() {} {}", sign(), of(Kind::integer, depth - 2));
            default: return format("sets.intersects(p.texts, [\"b\", {}])", leaf(Kind::string));
        }
    }

    Random random_;
    std::map<Kind, std::vector<std::string>> constants_;
};

}  // namespace ningyi::cel
