// SPDX-License-Identifier: Apache-2.0
// Decision tables of the DMN technology compatibility kit, written as tables of packs and asked for what it expects.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <gtest/gtest.h>

#include "base/quantity.h"
#include "base/text.h"
#include "base/xml.h"
#include "pack/pack.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::pack {
namespace {

namespace fs = std::filesystem;

// An element with what stands in it.
struct Element {
    std::string name, text;
    std::map<std::string, std::string> attributes;
    std::vector<std::unique_ptr<Element>> children;

    std::vector<const Element*> all(std::string_view wanted) const {
        std::vector<const Element*> found;
        for (const auto& child : children) {
            if (child->name == wanted) found.push_back(child.get());
        }
        return found;
    }
    const Element* first(std::string_view wanted) const {
        const std::vector<const Element*> found = all(wanted);
        return found.empty() ? nullptr : found.front();
    }
    const Element* below(std::string_view wanted) const {
        if (name == wanted) return this;
        for (const auto& child : children) {
            if (const Element* found = child->below(wanted)) return found;
        }
        return nullptr;
    }
    std::string inner() const {  // the text of its <text> or <value>
        const Element* at = first("text") != nullptr ? first("text") : first("value");
        return at == nullptr ? "" : std::string(trimmed(at->text));
    }
};

std::unique_ptr<Element> element_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto root = std::make_unique<Element>();
    std::vector<Element*> open{root.get()};
    XmlVisitor visitor;
    visitor.begin = [&](std::string_view name, const XmlAttributes& attributes) {
        auto made = std::make_unique<Element>();
        made->name = name;
        for (const auto& [key, value] : attributes) made->attributes.emplace(key, value);
        open.push_back(open.back()->children.emplace_back(std::move(made)).get());
    };
    visitor.end = [&](std::string_view) { open.pop_back(); };
    visitor.text = [&](std::string_view piece) { open.back()->text += piece; };
    XmlParser parser(path.string(), visitor);
    const auto done = parser.feed(text, true);
    EXPECT_TRUE(done.has_value()) << path;
    return root;
}

std::string unquoted(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return std::string(text);
}

std::string words(std::string_view text) {  // "a", "b" -> [a, b]
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, ',')) parts.push_back(unquoted(part));
    return "[" + join(parts, ", ") + "]";
}

std::string lower_words(std::string_view text) {  // "OUTPUT ORDER" -> output_order
    std::string word = lower_ascii(text);
    std::replace(word.begin(), word.end(), ' ', '_');
    return word.empty() ? "unique" : word;
}

// A decision table as the text of a table: keys k0 k1 …, columns c0 c1 …. Numbers with decimals become money.
struct Translated {
    std::string text;
    std::vector<std::string> inputs, outputs;  // their names in the model
    std::vector<bool> is_money;
};

Translated translated(const Element& table) {
    Translated made;
    const auto attribute_of = [](const Element& element, const char* name) {
        const auto found = element.attributes.find(name);
        return found == element.attributes.end() ? "" : found->second;
    };
    std::string keys, columns, order;
    std::size_t number = 0;
    for (const Element* input : table.all("input")) {
        const Element* expression = input->first("inputExpression");
        const std::string type = attribute_of(*expression, "typeRef");
        keys += format("{}k{}: {}", keys.empty() ? "" : ", ", number++,
                       type == "number"    ? "int"
                       : type == "boolean" ? "bool"
                                           : "string");
        made.inputs.push_back(expression->inner());
    }
    const std::vector<const Element*> rules = table.all("rule");
    number = 0;
    for (const Element* output : table.all("output")) {
        std::string type = "int";
        for (const Element* rule : rules) {
            const std::string entry = rule->all("outputEntry")[number]->inner();
            if (entry.starts_with('"')) type = "string";
            if (entry.find('.') != std::string::npos && type == "int") type = "money";
        }
        columns += format("{}c{}: {}", columns.empty() ? "" : ", ", number, type);
        if (const Element* values = output->first("outputValues"))
            order += format("{}c{}: {}", order.empty() ? "" : ", ", number, words(values->inner()));
        made.outputs.push_back(attribute_of(*output, "name"));
        made.is_money.push_back(type == "money");
        ++number;
    }
    const std::string hit = lower_words(attribute_of(table, "hitPolicy"));
    made.text = format("table: decisions\nhit: {}\n", hit);
    const std::string aggregation = lower_ascii(attribute_of(table, "aggregation"));
    if (!aggregation.empty()) made.text += format("collect: {}\n", aggregation);
    if (hit == "priority" || hit == "output_order") made.text += "order: {" + order + "}\n";
    made.text += "key: {" + keys + "}\ncolumns: {" + columns + "}\nrows:\n";
    for (const Element* rule : rules) {
        std::string row;
        number = 0;
        for (const Element* entry : rule->all("inputEntry")) {
            const std::string cell = entry->inner();
            row += format("k{}: {}, ", number++, cell.starts_with('"') ? words(cell) : "'" + cell + "'");
        }
        number = 0;
        for (const Element* entry : rule->all("outputEntry")) {
            const std::string unit = made.is_money[number] ? "yuan" : "";
            row += format("c{}: {}{}, ", number++, unquoted(entry->inner()), unit);
        }
        made.text += "  - {" + row + "from: 2020-01-01, why: conformance}\n";
    }
    return made;
}

cel::Value value_of(std::string_view text, cel::Kind kind) {
    if (kind == cel::Kind::boolean) return cel::Value::of_bool(text == "true");
    if (kind == cel::Kind::string) return cel::Value::of_string(text);
    if (kind == cel::Kind::money)
        return cel::Value::of(kind, parse_quantity(std::string(text) + "yuan", Dimension::money).value_or(-1));
    return cel::Value::of_int(to_integer(text).value_or(INT64_MIN));
}

// What a case expects of one column, as exact text: one value or a list.
std::string expected(const Element& result, const Translated& translated, std::size_t column, cel::Kind kind) {
    const auto in = [&](const Element& holder) {
        for (const Element* component : holder.all("component")) {
            if (component->attributes.at("name") == translated.outputs[column])
                return rule::exact_text(value_of(component->inner(), kind));
        }
        return rule::exact_text(value_of(holder.inner(), kind));
    };
    const Element& holder = *result.first("expected");
    const Element* list = holder.first("list");
    if (list == nullptr) return in(holder);
    std::vector<std::string> items;
    for (const Element* item : list->all("item")) items.push_back(in(*item));
    return "[" + join(items, ",") + "]";
}

TEST(decision_table, every_case_of_the_dmn_kit_gets_the_answer_it_expects) {
    const fs::path folder = "../shared/data/dmn-tck-tables";
    if (!fs::exists(folder)) GTEST_SKIP() << "the decision tables of the DMN kit are not at " << folder;
    int cases = 0;
    int passed = 0;
    std::set<std::string> policies;
    for (const auto& at : fs::directory_iterator(folder)) {
        if (!at.is_directory()) continue;
        const std::string name = at.path().filename().string();
        const auto model = element_of(at.path() / (name + ".dmn"));
        const auto tests = element_of(at.path() / (name + "-test-01.xml"));
        const Element* table = model->below("decisionTable");
        ASSERT_NE(table, nullptr) << name;
        const Translated made = translated(*table);
        const Loaded loaded =
            load({{"kit/pack.yaml", "name: kit\nprefix: KT\nversion: 1\ntitle: {zh: 一致性, en: Kit}\n"},
                  {"kit/tables/decisions.yaml", made.text}},
                 {});
        ASSERT_TRUE(loaded.faults.empty()) << name << ": " << to_text(loaded.faults.front()) << "\n" << made.text;
        const rule::Table& ours = loaded.set.tables.at(0);
        policies.insert(lower_words(table->attributes.at("hitPolicy")));
        for (const Element* test : tests->below("testCases")->all("testCase")) {
            std::vector<cel::Value> key;
            for (std::size_t i = 0; i < made.inputs.size(); ++i) {
                for (const Element* input : test->all("inputNode")) {
                    if (input->attributes.at("name") == made.inputs[i])
                        key.push_back(value_of(input->inner(), ours.key[i].second.kind));
                }
            }
            const auto rows = rule::matching_rows(ours, key, Date{20'000});
            EXPECT_EQ(rows, rule::scanned_rows(ours, key, Date{20'000}));
            ++cases;
            bool is_right = true;
            for (std::size_t i = 0; i < ours.columns.size(); ++i) {
                const std::string wanted =
                    expected(*test->first("resultNode"), made, i,
                             rule::answer_type(ours, i).kind == cel::Kind::list ? ours.columns[i].second.kind
                                                                                : rule::answer_type(ours, i).kind);
                const std::string told = rule::exact_text(rule::answer(ours, i, rows));
                EXPECT_EQ(told, wanted) << name << " case " << test->attributes.at("id") << "\n" << made.text;
                is_right = is_right && told == wanted;
            }
            passed += is_right ? 1 : 0;
        }
    }
    RecordProperty("passed", std::to_string(passed) + " of " + std::to_string(cases));
    std::printf("DMN decision tables: %d of %d cases\n", passed, cases);
    EXPECT_EQ(passed, cases);
    EXPECT_EQ(policies.size(), 7U) << "not every hit policy is among the tables present";
    EXPECT_GT(cases, 0);
}

}  // namespace
}  // namespace ningyi::pack
