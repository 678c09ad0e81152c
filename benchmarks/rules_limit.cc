// SPDX-License-Identifier: Apache-2.0
// bench_rules_limit FOLDER ORDERS columns|walk: the work of rules.cc written by hand: all twenty rules as plain C++
// over the columns, and as trees of nodes walked for each row, as most interpreters do. One line of JSON.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "rules_orders.h"

namespace {

using Number = std::int64_t;
using Code = std::uint32_t;

constexpr Number minute = 60000;
constexpr Number hour = 60 * minute;
constexpr Number day_ms = 24 * hour;
constexpr Number east = 8 * hour;  // of the district's zone

struct Finding {
    Code rule;
    Code order;
};

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Half away from zero, as percent(60) of a positive time.
Number sixty_percent(Number ms) {
    return (ms * 600000 + 500000) / 1000000;
}

struct Table {
    explicit Table(bench::Orders& orders) {
        const auto codes = [&](const char* name) { return orders.column(name).codes.data(); };
        const auto numbers = [&](const char* name) { return orders.column(name).numbers.data(); };
        status = codes("status"), mode = codes("mode"), service = codes("service"), area = codes("area");
        agency = codes("agency"), caregiver = codes("caregiver"), guardian = codes("guardian");
        day = numbers("day"), started = numbers("started"), ended = numbers("ended");
        checkin = numbers("checkin"), checkout = numbers("checkout"), billed = numbers("billed");
        tracked = numbers("tracked"), gap = numbers("gap"), checkin_dist = numbers("checkin_dist");
        checkout_dist = numbers("checkout_dist"), accuracy = numbers("accuracy"), pay = numbers("pay");
        speed = numbers("speed"), fixes = numbers("fixes");
        is_paid = orders.column("is_paid").truths.data();
        has_photo = orders.column("has_photo").truths.data();
        const auto code = [&](const char* word) { return orders.words.code(word); };
        completed = code("completed"), cancelled = code("cancelled"), home = code("home");
        repair = code("repair"), hair = code("hair"), shop = code("shop");
        bath = code("care_bath"), meal = code("care_meal"), clean = code("care_clean");
        a1 = code("a00001"), a3 = code("a00003"), g7 = code("g00007");
        for (Code i = 0; i < orders.words.size(); ++i)
            is_care.push_back(orders.words.text(i).starts_with("care_") ? 1 : 0);
    }
    const Code *status, *mode, *service, *area, *agency, *caregiver, *guardian;
    const Number *day, *started, *ended, *checkin, *checkout, *billed, *tracked, *gap, *checkin_dist, *checkout_dist,
        *accuracy, *pay, *speed, *fixes;
    const std::uint8_t *is_paid, *has_photo;
    Code completed, cancelled, home, repair, hair, shop, bath, meal, clean, a1, a3, g7;
    std::vector<std::uint8_t> is_care;
};

// Blocks of rows that stay in the first cache; truths without branches, findings gathered eight rows at a time.
void by_columns(const Table& t, std::size_t rows, std::vector<Finding>& findings) {
    constexpr std::size_t block = 1024;
    std::array<std::uint8_t, block> holds{};
    for (std::size_t first = 0; first < rows; first += block) {
        const std::size_t part = std::min(block, rows - first);
        Code rule = 0;
        const auto judged = [&](auto condition) {
            for (std::size_t i = 0; i < part; ++i) holds[i] = condition(first + i) ? 1 : 0;
            for (std::size_t i = part; i < (part + 7) / 8 * 8; ++i) holds[i] = 0;
            for (std::size_t i = 0; i < part; i += 8) {
                std::uint64_t word = 0;
                std::memcpy(&word, holds.data() + i, 8);
                while (word != 0) {
                    const auto bit = static_cast<std::size_t>(__builtin_ctzll(word)) / 8;
                    findings.push_back({rule, static_cast<Code>(first + i + bit)});
                    word &= word - 1;
                }
            }
            ++rule;
        };
        const auto done = [&](std::size_t i) { return t.status[i] == t.completed; };
        const auto at_home = [&](std::size_t i) { return done(i) & (t.mode[i] == t.home); };
        const auto local_hour = [&](std::size_t i) { return (t.started[i] + east) % day_ms / hour; };
        judged([&](std::size_t i) { return at_home(i) & (t.checkin_dist[i] > 300000) & (t.accuracy[i] <= 100000); });
        judged([&](std::size_t i) { return at_home(i) & (t.checkout_dist[i] > 500000) & (t.accuracy[i] <= 100000); });
        judged([&](std::size_t i) { return done(i) & (t.ended[i] - t.started[i] < 20 * minute); });
        judged([&](std::size_t i) { return at_home(i) & (t.tracked[i] < sixty_percent(t.billed[i])); });
        judged([&](std::size_t i) {
            const Number at = local_hour(i);
            return done(i) & ((at < 6) | (at >= 22));
        });
        judged([&](std::size_t i) {
            const Code s = t.service[i];
            return done(i) & ((t.day[i] + 3) % 7 + 1 >= 6) & ((s == t.repair) | (s == t.hair) | (s == t.shop)) &
                   (t.pay[i] > 15000);
        });
        judged([&](std::size_t i) { return done(i) & (t.pay[i] > 20000) & (t.ended[i] - t.started[i] < 60 * minute); });
        judged([&](std::size_t i) { return at_home(i) & (t.speed[i] > 30000); });
        judged([&](std::size_t i) { return at_home(i) & (t.gap[i] > 30 * minute) & (t.fixes[i] > 0); });
        judged([&](std::size_t i) {
            const Code s = t.service[i];
            return at_home(i) & ((s == t.bath) | (s == t.meal) | (s == t.clean)) & (t.tracked[i] < 25 * minute);
        });
        judged([&](std::size_t i) { return done(i) & (t.has_photo[i] == 0) & (t.pay[i] >= 18000); });
        judged([&](std::size_t i) { return (t.status[i] == t.cancelled) & (t.is_paid[i] != 0); });
        judged([&](std::size_t i) {
            return done(i) &
                   ((t.checkin[i] < t.started[i] - 30 * minute) | (t.checkin[i] > t.started[i] + 30 * minute));
        });
        judged([&](std::size_t i) { return done(i) & (t.checkout[i] - t.checkin[i] > t.billed[i] + hour); });
        judged([&](std::size_t i) { return (t.status[i] != t.cancelled) & (t.caregiver[i] == t.guardian[i]); });
        judged([&](std::size_t i) { return at_home(i) & (t.fixes[i] < 10) & (t.billed[i] >= hour); });
        judged([&](std::size_t i) {
            return at_home(i) & ((t.area[i] == t.a1) | (t.area[i] == t.a3)) & (t.checkin_dist[i] > 1000000);
        });
        judged([&](std::size_t i) { return done(i) & (t.agency[i] == t.g7) & (t.pay[i] > 15000); });
        judged([&](std::size_t i) { return done(i) & (t.is_care[t.service[i]] != 0) & (t.billed[i] > 170 * minute); });
        judged([&](std::size_t i) {
            return at_home(i) & (((t.checkin_dist[i] > 200000) & (t.checkout_dist[i] > 200000)) |
                                 ((t.accuracy[i] > 200000) & (t.fixes[i] < 60)));
        });
    }
}

// A tree of nodes with a virtual call each, values in 64 bits, && and || stopping early.
struct Node {
    virtual ~Node() = default;
    virtual Number at(std::size_t row) const = 0;
};
using Tree = std::unique_ptr<Node>;

template <class Value>
struct ColumnNode final : Node {
    explicit ColumnNode(const Value* of) : values(of) {}
    Number at(std::size_t row) const override { return static_cast<Number>(values[row]); }
    const Value* values;
};
struct ConstantNode final : Node {
    explicit ConstantNode(Number of) : value(of) {}
    Number at(std::size_t) const override { return value; }
    Number value;
};
template <class Operator>
struct BinaryNode final : Node {
    BinaryNode(Tree first, Tree second) : a(std::move(first)), b(std::move(second)) {}
    Number at(std::size_t row) const override { return Operator()(*a, *b, row); }
    Tree a, b;
};
struct TableNode final : Node {
    TableNode(Tree of, const std::vector<std::uint8_t>& truths) : a(std::move(of)), table(truths) {}
    Number at(std::size_t row) const override { return table[static_cast<std::size_t>(a->at(row))]; }
    Tree a;
    const std::vector<std::uint8_t>& table;
};

#define OPERATOR(name, expression)                                               \
    struct name {                                                                \
        Number operator()(const Node& a, const Node& b, std::size_t row) const { \
            return (expression) ? 1 : 0;                                         \
        }                                                                        \
    }
#define NUMBER_OPERATOR(name, expression)                                        \
    struct name {                                                                \
        Number operator()(const Node& a, const Node& b, std::size_t row) const { \
            return expression;                                                   \
        }                                                                        \
    }
OPERATOR(And, a.at(row) != 0 && b.at(row) != 0);
OPERATOR(Or, a.at(row) != 0 || b.at(row) != 0);
OPERATOR(Less, a.at(row) < b.at(row));
OPERATOR(Most, a.at(row) <= b.at(row));
OPERATOR(More, a.at(row) > b.at(row));
OPERATOR(Least, a.at(row) >= b.at(row));
OPERATOR(Same, a.at(row) == b.at(row));
OPERATOR(Other, a.at(row) != b.at(row));
NUMBER_OPERATOR(Plus, a.at(row) + b.at(row));
NUMBER_OPERATOR(Minus, a.at(row) - b.at(row));
NUMBER_OPERATOR(Times, a.at(row) * b.at(row));
NUMBER_OPERATOR(Over, a.at(row) / b.at(row));
NUMBER_OPERATOR(Rest, a.at(row) % b.at(row));

template <class Operator>
Tree join(Tree a, Tree b) {
    return std::make_unique<BinaryNode<Operator>>(std::move(a), std::move(b));
}
Tree of(Number value) {
    return std::make_unique<ConstantNode>(value);
}
template <class Value>
Tree of(const Value* values) {
    return std::make_unique<ColumnNode<Value>>(values);
}
Tree is(const Code* column, Code code) {
    return join<Same>(of(column), of(static_cast<Number>(code)));
}
Tree is_one_of(const Code* column, std::initializer_list<Code> codes) {
    Tree tree;
    for (const Code code : codes)
        tree = tree == nullptr ? is(column, code) : join<Or>(std::move(tree), is(column, code));
    return tree;
}

std::vector<Tree> trees(const Table& t) {
    std::vector<Tree> made;
    const auto done = [&] { return is(t.status, t.completed); };
    const auto at_home = [&] { return join<And>(done(), is(t.mode, t.home)); };
    const auto rule = [&](Tree applies, Tree when) { made.push_back(join<And>(std::move(applies), std::move(when))); };
    const auto both = [](Tree a, Tree b) { return join<And>(std::move(a), std::move(b)); };
    const auto either = [](Tree a, Tree b) { return join<Or>(std::move(a), std::move(b)); };
    const auto lasted = [&] { return join<Minus>(of(t.ended), of(t.started)); };
    const auto local_hour = [&] {
        return join<Over>(join<Rest>(join<Plus>(of(t.started), of(east)), of(day_ms)), of(hour));
    };
    const auto weekday = [&] {
        return join<Plus>(join<Rest>(join<Plus>(of(t.day), of(Number{3})), of(Number{7})), of(Number{1}));
    };
    const auto share = [&] {
        return join<Over>(join<Plus>(join<Times>(of(t.billed), of(Number{600000})), of(Number{500000})),
                          of(Number{1000000}));
    };
    rule(at_home(),
         both(join<More>(of(t.checkin_dist), of(Number{300000})), join<Most>(of(t.accuracy), of(Number{100000}))));
    rule(at_home(),
         both(join<More>(of(t.checkout_dist), of(Number{500000})), join<Most>(of(t.accuracy), of(Number{100000}))));
    rule(done(), join<Less>(lasted(), of(20 * minute)));
    rule(at_home(), join<Less>(of(t.tracked), share()));
    rule(done(), either(join<Less>(local_hour(), of(Number{6})), join<Least>(local_hour(), of(Number{22}))));
    rule(done(), both(both(join<Least>(weekday(), of(Number{6})), is_one_of(t.service, {t.repair, t.hair, t.shop})),
                      join<More>(of(t.pay), of(Number{15000}))));
    rule(done(), both(join<More>(of(t.pay), of(Number{20000})), join<Less>(lasted(), of(60 * minute))));
    rule(at_home(), join<More>(of(t.speed), of(Number{30000})));
    rule(at_home(), both(join<More>(of(t.gap), of(30 * minute)), join<More>(of(t.fixes), of(Number{0}))));
    rule(at_home(), both(is_one_of(t.service, {t.bath, t.meal, t.clean}), join<Less>(of(t.tracked), of(25 * minute))));
    rule(done(), both(join<Same>(of(t.has_photo), of(Number{0})), join<Least>(of(t.pay), of(Number{18000}))));
    rule(is(t.status, t.cancelled), join<Other>(of(t.is_paid), of(Number{0})));
    rule(done(), either(join<Less>(of(t.checkin), join<Minus>(of(t.started), of(30 * minute))),
                        join<More>(of(t.checkin), join<Plus>(of(t.started), of(30 * minute)))));
    rule(done(), join<More>(join<Minus>(of(t.checkout), of(t.checkin)), join<Plus>(of(t.billed), of(hour))));
    rule(join<Other>(of(t.status), of(static_cast<Number>(t.cancelled))), join<Same>(of(t.caregiver), of(t.guardian)));
    rule(at_home(), both(join<Less>(of(t.fixes), of(Number{10})), join<Least>(of(t.billed), of(hour))));
    rule(at_home(), both(is_one_of(t.area, {t.a1, t.a3}), join<More>(of(t.checkin_dist), of(Number{1000000}))));
    rule(done(), both(is(t.agency, t.g7), join<More>(of(t.pay), of(Number{15000}))));
    rule(done(),
         both(std::make_unique<TableNode>(of(t.service), t.is_care), join<More>(of(t.billed), of(170 * minute))));
    rule(at_home(),
         either(both(join<More>(of(t.checkin_dist), of(Number{200000})),
                     join<More>(of(t.checkout_dist), of(Number{200000}))),
                both(join<More>(of(t.accuracy), of(Number{200000})), join<Less>(of(t.fixes), of(Number{60})))));
    return made;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::fprintf(stderr, "usage: %s FOLDER ORDERS columns|walk\n", arguments[0]);
        return 2;
    }
    bench::Orders orders = bench::invented_orders(std::strtoul(arguments[2], nullptr, 10));
    const Table table(orders);
    const bool walks = std::strcmp(arguments[3], "walk") == 0;
    const std::vector<Tree> rules = trees(table);
    std::vector<Finding> findings;
    const double start = processor_seconds();
    if (walks) {
        for (std::size_t row = 0; row < orders.rows; ++row) {
            for (std::size_t rule = 0; rule < rules.size(); ++rule) {
                if (rules[rule]->at(row) != 0) findings.push_back({static_cast<Code>(rule), static_cast<Code>(row)});
            }
        }
    } else {
        by_columns(table, orders.rows, findings);
    }
    const double end = processor_seconds();
    bench::Answers answers;
    for (const Finding& finding : findings) answers.add(finding.rule, finding.order);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"program\":\"%s\",\"rules_s\":%.5f,\"peak_mb\":%ld,\"answers\":{\"findings\":%llu,\"sum\":%llu}}\n",
                walks ? "tree walk" : "limit", end - start, usage.ru_maxrss / 1024, answers.findings, answers.sum);
    return 0;
}
