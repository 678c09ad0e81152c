// SPDX-License-Identifier: Apache-2.0
// CEL Policy files as an oracle for what rules say with `let` and `bands`: variables are computed when something asks
// for them, and the first match counts. Every file goes through the reference evaluator; those whose inputs have types
// of rules are also written as a rule and judged.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/yaml.h"
#include "cel/conformance.h"
#include "cel/conformance_suite.h"
#include "pack/pack.h"
#include "rule/judge.h"

namespace ningyi::pack {
namespace {

namespace fs = std::filesystem;
using cel::Value;

// Folded blocks as literal ones, which our YAML has: to an expression a line end is a blank.
yaml::Node read_yaml(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text = replaced(replaced(text, ": >\n", ": |\n"), ": >-\n", ": |\n");
    auto root = yaml::parse(text, path.string());
    EXPECT_TRUE(root.has_value()) << to_text(root.error().front());
    return root ? *root : yaml::Node{};
}

struct Variable {
    std::string name, expression;
};

// One output with everything that must hold before it, and the variables in reach of each text.
struct Leaf {
    struct Text {
        std::string expression;
        std::vector<Variable> variables;  // outermost first; a later one hides an earlier one of the same name
    };
    std::vector<Text> conditions;
    Text output;
};

void flatten(const yaml::Node& rule, std::vector<Leaf::Text> conditions, std::vector<Variable> variables,
             std::vector<Leaf>& into) {
    if (const yaml::Node* own = rule.find("variables")) {
        for (const yaml::Node& one : own->items)
            variables.push_back({one.find("name")->text, one.find("expression")->text});
    }
    for (const yaml::Node& match : rule.find("match")->items) {
        std::vector<Leaf::Text> all = conditions;
        if (const yaml::Node* condition = match.find("condition")) all.push_back({condition->text, variables});
        if (const yaml::Node* nested = match.find("rule"))
            flatten(*nested, all, variables, into);
        else
            into.push_back({all, {match.find("output")->text, variables}});
    }
}

// What the harness of these files supplies.
std::string location_code(const std::string& ip) {
    return ip == "10.0.0.1" ? "us" : ip == "10.0.0.2" ? "de" : "ir";
}

class PolicyRun {
public:
    std::map<std::string, Value> inputs;

    // A variable is computed when an expression that asks for it is; what nobody asks for is never computed.
    Value evaluate(const Leaf::Text& text) {
        std::string expression = text.expression;
        cel::ReferenceOptions options;
        std::vector<Value> values;
        for (const auto& [name, value] : inputs) {
            options.variables.push_back(name);
            values.push_back(value);
            const std::string call = "locationCode(" + name + ")";
            if (expression.find(call) == std::string::npos) continue;
            expression = replaced(expression, call, "located." + name);
            options.variables.push_back("located." + name);
            values.push_back(value.kind() == cel::Kind::string ? Value::of_string(location_code(value.text()))
                                                               : Value());
        }
        std::set<std::string> named;
        for (std::size_t i = text.variables.size(); i > 0; --i) {
            const std::string name = "variables." + text.variables[i - 1].name;
            if (!named.insert(name).second) continue;
            options.variables.push_back(name);
            values.emplace_back();
        }
        options.is_checked = false;
        const auto compiled = cel::reference_expression(expression, options);
        if (!compiled) return Value::error(to_text(compiled.error().front()));
        for (const std::uint16_t slot : compiled->reads()) {
            const std::string& name = options.variables[slot];
            if (!name.starts_with("variables.")) continue;
            for (std::size_t i = text.variables.size(); i > 0; --i) {
                if ("variables." + text.variables[i - 1].name != name) continue;
                const std::vector<Variable> before(text.variables.begin(),
                                                   text.variables.begin() + static_cast<std::ptrdiff_t>(i - 1));
                values[slot] = evaluate({text.variables[i - 1].expression, before});
                ++computed;
                break;
            }
        }
        return cel::reference_value(*compiled, values);
    }

    // Absent: no match.
    Value first_match(const std::vector<Leaf>& leaves) {
        for (const Leaf& leaf : leaves) {
            bool holds = true;
            for (std::size_t i = 0; i < leaf.conditions.size() && holds; ++i)
                holds = evaluate(leaf.conditions[i]).is_true();
            if (holds) return evaluate(leaf.output);
        }
        return {};
    }

    int computed = 0;
};

Value plain_value(const yaml::Node& node) {
    if (node.is_list()) {
        cel::List items;
        for (const yaml::Node& item : node.items) items.push_back(plain_value(item));
        return Value::of_list(std::move(items));
    }
    if (node.is_map()) {
        cel::Map pairs;
        for (const auto& [key, value] : node.pairs) pairs.emplace_back(Value::of_string(key.text), plain_value(value));
        return Value::of_map(std::move(pairs));
    }
    if (!node.quoted && (node.text == "true" || node.text == "false")) return Value::of_bool(node.text == "true");
    const auto number = to_integer(node.text);
    return !node.quoted && number ? Value::of_int(*number) : Value::of_string(node.text);
}

// `optional.none()` stands for no match.
Value told_value(const yaml::Node& node) {
    if (const yaml::Node* value = node.find("value")) return plain_value(*value);
    std::string text = node.find("expr")->text;
    if (text == "optional.none()") return {};
    if (text.starts_with("optional.of(")) text = text.substr(12, text.size() - 13);
    const auto compiled = cel::reference_expression(text, {});
    return compiled ? cel::reference_value(*compiled, {}) : Value::error(text);
}

struct PolicyTest {
    std::string name;
    std::map<std::string, Value> inputs;
    Value expected;
};

std::vector<PolicyTest> tests_of(const fs::path& folder) {
    std::vector<PolicyTest> tests;
    const yaml::Node root = read_yaml(folder / "tests.yaml");
    for (const yaml::Node& section : root.find("section")->items) {
        for (const yaml::Node& one : section.find("tests")->items) {
            PolicyTest test{one.find("name")->text, {}, told_value(*one.find("output"))};
            if (const yaml::Node* inputs = one.find("input")) {
                for (const auto& [name, value] : inputs->pairs) test.inputs.emplace(name.text, told_value(value));
            }
            tests.push_back(std::move(test));
        }
    }
    return tests;
}

bool is_told(const Value& a, const Value& b) {
    return a.is_absent() || b.is_absent() ? a.is_absent() && b.is_absent() : cel::is_same(a, b);
}

constexpr const char* folder_of_policies = "../shared/data/cel-policy";

std::vector<fs::path> policies_with_tests() {
    // Out of scope: protocol buffers, and the syntax of optionals.
    static const std::set<std::string> out_of_scope{"pb", "k8s"};
    std::vector<fs::path> folders;
    for (const auto& at : fs::directory_iterator(folder_of_policies)) {
        const bool counts = at.is_directory() && fs::exists(at.path() / "tests.yaml") &&
                            !out_of_scope.contains(at.path().filename().string());
        if (counts) folders.push_back(at.path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

TEST(cel_policy, variables_and_the_first_match_of_every_policy_come_out_as_expected) {
    if (!fs::exists(folder_of_policies)) GTEST_SKIP() << "the CEL policies are not at " << folder_of_policies;
    int passed = 0;
    int total = 0;
    int computed = 0;
    int declared = 0;
    for (const fs::path& folder : policies_with_tests()) {
        std::vector<Leaf> leaves;
        flatten(*read_yaml(folder / "policy.yaml").find("rule"), {}, {}, leaves);
        for (const PolicyTest& test : tests_of(folder)) {
            PolicyRun run;
            run.inputs = test.inputs;
            const Value got = run.first_match(leaves);
            ++total;
            passed += is_told(got, test.expected) ? 1 : 0;
            computed += run.computed;
            for (const Leaf& leaf : leaves) declared += static_cast<int>(leaf.output.variables.size());
            EXPECT_TRUE(is_told(got, test.expected)) << folder.filename() << " " << test.name << ": " << cel::shown(got)
                                                     << ", expected " << cel::shown(test.expected);
        }
    }
    RecordProperty("passed", std::to_string(passed) + " of " + std::to_string(total));
    std::printf("CEL policies: %d of %d tests\n", passed, total);
    EXPECT_EQ(passed, total);
    EXPECT_GT(total, 0);
    EXPECT_LT(computed, declared) << "variables nobody asked for were computed";
}

// A policy over whole numbers as a rule: each variable a `let` of its own scope, each output a band.
struct AsRule {
    std::string text;
    std::vector<std::string> outputs;  // by band
};

std::string in_rule(const Leaf::Text& text, const std::vector<std::string>& inputs,
                    const std::map<std::string, std::string>& let_of) {
    std::string expression(trimmed(text.expression));
    for (std::size_t i = text.variables.size(); i > 0; --i) {
        const auto let = let_of.find(text.variables[i - 1].name + "=" + text.variables[i - 1].expression);
        expression = replaced(expression, "variables." + text.variables[i - 1].name, let->second);
    }
    for (const std::string& input : inputs) {
        if (expression == input || expression.starts_with(input + " ")) expression = "case." + expression;
    }
    return expression;
}

AsRule as_rule(const std::vector<Leaf>& leaves, const std::vector<std::string>& inputs) {
    AsRule made;
    std::map<std::string, std::string> let_of;
    std::string lets;
    std::string said;  // every `let` is named in the sentence, so that the finding keeps its value
    std::string bands;
    const auto declare = [&](const Leaf::Text& text) {
        for (const Variable& variable : text.variables) {
            const auto [at, is_new] =
                let_of.emplace(variable.name + "=" + variable.expression, format("v{}", let_of.size()));
            if (!is_new) continue;
            lets += format("  {}: '{}'\n", at->second, replaced(variable.expression, "'", "''"));
            said += format(" {{{}}}", at->second);
        }
    };
    for (const Leaf& leaf : leaves) {
        declare(leaf.output);
        std::vector<std::string> parts{"true"};
        for (const Leaf::Text& condition : leaf.conditions) {
            declare(condition);
            parts.push_back("(" + in_rule(condition, inputs, let_of) + ")");
        }
        bands += format("  - {{id: b{}, if: '{}', severity: 1, zh: 档, en: band}}\n", made.outputs.size(),
                        join(parts, " && "));
        made.outputs.push_back(in_rule(leaf.output, inputs, let_of));
    }
    bands += "  - {id: none, severity: 1, zh: 无, en: none}\n";
    made.text =
        "rule: KT-POL-01\ntitle: {zh: 策略, en: Policy}\nstatus: live\nresult: notice\neffect: note\nstage: [post]\n"
        "subject: case\non: {event: kit.case_told, wait: 1min}\nin_force: {from: 2024-01-01}\ncite: ['D1#1']\n" +
        (lets.empty() ? "" : "let:\n" + lets) +
        "when:\n  all:\n    - {id: told, zh: 有编号, en: it has a number, if: 'has(case.case_id)'}\nbands:\n" + bands +
        "finding: {dedup: [case.case_id]}\nexplain: {zh: '{case.case_id}" + said + "', en: '{case.case_id}" + said +
        "'}\nmisses: {zh: 无, en: none}\ndo: {zh: 看, en: look}\n";
    return made;
}

class CaseFacts final : public rule::Facts {
public:
    CaseFacts(const rule::Rule& rule, const std::map<std::string, Value>& inputs) : rule_(rule), inputs_(inputs) {}
    Value read(std::uint16_t slot) override {
        const std::string& path = rule_.names.path(slot);
        if (path == "case.case_id") return Value::of_string("c1");
        const auto found = inputs_.find(path.substr(std::string_view("case.").size()));
        return found == inputs_.end() ? Value::absent(slot) : found->second;
    }
    Value others(std::uint16_t slot, const Value&) override { return Value::absent(slot); }
    Value date() override { return Value::of(cel::Kind::date, 20'000); }
    Value scope(const std::string&) override { return {}; }

private:
    const rule::Rule& rule_;
    const std::map<std::string, Value>& inputs_;
};

TEST(cel_policy, policies_over_whole_numbers_hold_as_let_and_bands_of_a_rule) {
    if (!fs::exists(folder_of_policies)) GTEST_SKIP() << "the CEL policies are not at " << folder_of_policies;
    int judged = 0;
    for (const fs::path& folder : policies_with_tests()) {
        const std::vector<PolicyTest> tests = tests_of(folder);
        std::vector<std::string> inputs;
        bool is_typed = !tests[0].inputs.empty();
        for (const auto& [name, value] : tests[0].inputs) {
            inputs.push_back(name);
            is_typed = is_typed && value.kind() == cel::Kind::integer;
        }
        if (!is_typed) continue;
        std::vector<Leaf> leaves;
        flatten(*read_yaml(folder / "policy.yaml").find("rule"), {}, {}, leaves);
        const AsRule made = as_rule(leaves, inputs);
        std::string fields = "      case_id: {type: string, level: 2, zh: 编号, en: Number}\n";
        for (const std::string& input : inputs)
            fields += format("      {}: {{type: int, level: 2, zh: 数, en: Number}}\n", input);
        const Loaded loaded = load(
            {{"kit/pack.yaml", "name: kit\nprefix: KT\nversion: 1\ntitle: {zh: 一致性, en: Kit}\n"},
             {"kit/model/m.yaml", "entities:\n  case:\n    title: {zh: 例, en: Case}\n    key: case_id\n    fields:\n" +
                                      fields + "events:\n  kit.case_told:\n    subject: case\n    body: [case_id, " +
                                      join(inputs, ", ") + "]\n"},
             {"kit/policy/D1.yaml",
              "policy: D1\ntitle: {zh: 办法, en: Measures}\nissued: 2024-01-01\nin_force: {from: "
              "2024-01-01}\nclauses:\n  '1': {zh: 应如此。}\n"},
             {"kit/rules/pol/KT-POL-01.yaml", made.text}},
            {});
        ASSERT_TRUE(loaded.faults.empty()) << to_text(loaded.faults.front()) << "\n" << made.text;
        const Zone zone = Zone::china();
        for (const PolicyTest& test : tests) {
            CaseFacts facts(loaded.set.rules[0], test.inputs);
            const rule::Judgement judgement = rule::judge(loaded.set, loaded.set.rules[0], facts, zone);
            EXPECT_EQ(judgement.outcome, rule::Outcome::hit);
            if (test.expected.is_absent()) {
                EXPECT_EQ(judgement.band, "none") << folder.filename() << " " << test.name;
            } else {
                ASSERT_NE(judgement.band, "none") << folder.filename() << " " << test.name << "\n" << made.text;
                const auto band = static_cast<std::size_t>(to_integer(judgement.band.substr(1)).value_or(0));
                std::string output = made.outputs[band];
                for (const auto& [path, value] : judgement.values)
                    if (path.starts_with("v")) output = replaced(output, path, cel::shown(value).substr(4));
                const auto compiled = cel::reference_expression(output, {});
                ASSERT_TRUE(compiled.has_value()) << output;
                EXPECT_TRUE(is_told(cel::reference_value(*compiled, {}), test.expected))
                    << folder.filename() << " " << test.name << " " << output;
            }
            ++judged;
        }
    }
    std::printf("CEL policies as rules: %d tests\n", judged);
    EXPECT_GE(judged, 13);
}

}  // namespace
}  // namespace ningyi::pack
