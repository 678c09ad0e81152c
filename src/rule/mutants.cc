// SPDX-License-Identifier: Apache-2.0
#include "rule/mutants.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cel/expression_mutants.h"
#include "cel/tree.h"
#include "rule/expectation.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Value;

class Mutation {
public:
    Mutation(const RuleSet& set, const Rule& rule) : set_(set), bare_(rule) { bare_.tests.clear(); }

    std::vector<Mutant> all() {
        mutate("applies", [](Rule& rule) -> cel::Expression& { return rule.applies; });
        for (std::size_t i = 0; i < bare_.lets.size(); ++i)
            mutate("let " + bare_.lets[i].name,
                   [i](Rule& rule) -> cel::Expression& { return rule.lets[i].expression; });
        conditions(&Rule::clauses);
        conditions(&Rule::doubts);
        conditions(&Rule::exceptions);
        for (std::size_t i = 0; i < bare_.bands.size(); ++i) {
            mutate("band " + bare_.bands[i].id,
                   [i](Rule& rule) -> cel::Expression& { return rule.bands[i].condition; });
            drop("band " + bare_.bands[i].id, bare_.bands[i].condition,
                 [i](Rule& rule) { rule.bands.erase(rule.bands.begin() + static_cast<std::ptrdiff_t>(i)); });
        }
        mutate("severity", [](Rule& rule) -> cel::Expression& { return rule.severity; });
        mutate("margin", [](Rule& rule) -> cel::Expression& { return rule.margin; });
        mutate("at_risk", [](Rule& rule) -> cel::Expression& { return rule.at_risk; });
        mutate("payable", [](Rule& rule) -> cel::Expression& { return rule.payable; });
        for (std::size_t i = 0; i < bare_.needs.size(); ++i) {
            drop("needs " + bare_.names.path(bare_.needs[i]), {},
                 [i](Rule& rule) { rule.needs.erase(rule.needs.begin() + static_cast<std::ptrdiff_t>(i)); });
        }
        exchange_params();
        move_params();
        return std::move(made_);
    }

private:
    Mutant& add(std::string name, int line, int column) {
        made_.push_back({std::move(name), line, column, bare_, std::nullopt});
        return made_.back();
    }

    template <class Part>
    void mutate(const std::string& where, Part part) {
        for (cel::ExpressionMutant& one : cel::mutants_of(part(bare_), bare_.names)) {
            if (where == "severity" && is_no_severity(one.expression)) continue;
            Mutant& mutant = add(where + ": " + one.name, one.line, one.column);
            part(mutant.rule) = std::move(one.expression);
        }
    }

    // Severities outside 1..3 are taken for the nearest one: no other rule.
    static bool is_no_severity(const cel::Expression& expression) {
        const cel::Node& root = *expression.tree().root;
        return root.operation == cel::Operation::constant && (root.value.number() < 1 || root.value.number() > 3);
    }

    template <class Change>
    void drop(const std::string& what, const cel::Expression& at, Change change) {
        const bool has_place = !at.is_empty();
        Mutant& mutant =
            add(what + ": dropped", has_place ? at.tree().place.line : 0, has_place ? at.tree().place.column : 0);
        change(mutant.rule);
    }

    void conditions(std::vector<Clause> Rule::* list) {
        for (std::size_t i = 0; i < (bare_.*list).size(); ++i) {
            const Clause& clause = (bare_.*list)[i];
            mutate(clause.id, [&](Rule& rule) -> cel::Expression& { return (rule.*list)[i].condition; });
            drop(clause.id, clause.condition,
                 [&](Rule& rule) { (rule.*list).erase((rule.*list).begin() + static_cast<std::ptrdiff_t>(i)); });
        }
    }

    void exchange_params() {
        for (std::size_t i = 0; i < bare_.params.size(); ++i) {
            for (std::size_t j = 0; j < bare_.params.size(); ++j) {
                const bool is_other = bare_.param_index[i] != bare_.param_index[j];
                if (!is_other || !(set_.params[bare_.param_index[i]].type == set_.params[bare_.param_index[j]].type))
                    continue;
                add(bare_.params[i].first + " -> " + bare_.params[j].first, 0, 0).rule.param_index[i] =
                    bare_.param_index[j];
            }
        }
    }

    void move_params() {
        for (std::size_t i = 0; i < bare_.params.size(); ++i) {
            const std::uint32_t index = bare_.param_index[i];
            const Kind kind = set_.params[index].type.kind;
            const bool is_number = kind == Kind::integer || kind == Kind::length || kind == Kind::money ||
                                   kind == Kind::ratio || kind == Kind::speed || kind == Kind::duration;
            if (!is_number) continue;
            for (const std::int64_t step : {-1, 1})
                add(format("{}: {:+}", bare_.params[i].first, step), 0, 0).moved = Mutant::Moved{index, step};
        }
    }

    const RuleSet& set_;
    Rule bare_;
    std::vector<Mutant> made_;
};

Value moved_by(const Value& value, std::int64_t step) {
    return value.kind() == Kind::duration ? Value::of_duration_ms(value.ms() + step)
                                          : Value::of(value.kind(), value.number() + step);
}

class Trial {
public:
    Trial(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events)
        : world_(alone(set, rule)), zone_(zone), run_events_(run_events) {
        Faults faults;
        tests_ = prepared_tests(set, rule, faults);
    }

    bool kills(Mutant& mutant) {
        std::vector<ParamValue> kept;
        if (mutant.moved) {
            kept = world_.params[mutant.moved->param].values;
            for (ParamValue& value : world_.params[mutant.moved->param].values)
                value.value = moved_by(value.value, mutant.moved->step);
        }
        world_.rules.front() = std::move(mutant.rule);
        const bool is_killed = some_test_fails();
        if (mutant.moved) world_.params[mutant.moved->param].values = std::move(kept);
        return is_killed;
    }

private:
    bool some_test_fails() {
        const Rule& rule = world_.rules.front();
        for (ValueTest& test : tests_.values) {
            const Judgement judgement = judge(world_, rule, test.given, zone_, Detail::clear_too);
            if (!differences(world_, rule, test.expect, judgement, zone_, names_in(test.given)).empty()) return true;
        }
        if (!run_events_) return false;
        for (const EventTest& test : tests_.events) {
            if (!run_events_(world_, rule, test.node).problems.empty()) return true;
        }
        return false;
    }

    RuleSet world_;
    const Zone& zone_;
    const EventTests& run_events_;
    PreparedTests tests_;
};

}  // namespace

std::vector<Mutant> mutants_of(const RuleSet& set, const Rule& rule) {
    return Mutation(set, rule).all();
}

MutationReport try_mutants(const RuleSet& set, const Rule& rule, const Zone& zone, const EventTests& run_events) {
    MutationReport report;
    Trial trial(set, rule, zone, run_events);
    std::set<std::string> exist;
    const auto listed = [&](const std::string& name) {
        return std::find_if(rule.equivalent.begin(), rule.equivalent.end(),
                            [&](const Rule::Equivalent& one) { return one.mutant == name; });
    };
    for (Mutant& mutant : mutants_of(set, rule)) {
        ++report.all;
        exist.insert(mutant.name);
        const bool is_killed = trial.kills(mutant);
        const auto as_listed = listed(mutant.name);
        if (is_killed) {
            ++report.killed;
            if (as_listed != rule.equivalent.end()) {
                report.faults.push_back({rule.file, as_listed->line, as_listed->column, "E519",
                                         format("变异“{}”有测试能识别，不是等价变异", mutant.name),
                                         format("mutant \"{}\" is killed by a test and not equivalent", mutant.name)});
            }
        } else if (as_listed != rule.equivalent.end()) {
            ++report.equivalent;
        } else {
            report.survivors.push_back({mutant.name, mutant.line, mutant.column});
        }
    }
    for (const Rule::Equivalent& one : rule.equivalent) {
        if (exist.contains(one.mutant)) continue;
        report.faults.push_back({rule.file, one.line, one.column, "E519", format("没有变异“{}”", one.mutant),
                                 format("there is no mutant \"{}\"", one.mutant)});
    }
    return report;
}

}  // namespace ningyi::rule
