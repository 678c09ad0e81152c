// SPDX-License-Identifier: Apache-2.0
#include "rule/edge_tests.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/quantity.h"
#include "base/text.h"
#include "cel/parser.h"
#include "cel/tree.h"
#include "rule/kept_values.h"
#include "rule/value_words.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Kind;
using cel::Node;
using cel::Syntax;
using cel::SyntaxKind;
using cel::Value;

constexpr std::size_t longest_name = 90;  // bytes of what is compared

struct Comparison {
    std::string where;
    const cel::Expression* expression = nullptr;
    const Node* node = nullptr;
    std::string text;   // as written
    Label left, right;  // in words, else as written
};

bool is_amount(Kind kind) {
    return kind == Kind::integer || kind == Kind::length || kind == Kind::money || kind == Kind::ratio ||
           kind == Kind::speed || kind == Kind::duration;
}

std::string written(const Value& value) {
    const std::int64_t amount = amount_of(value);
    switch (value.kind()) {
        case Kind::length: return to_text(Quantity{Dimension::length, amount});
        case Kind::money: return to_text(Quantity{Dimension::money, amount});
        case Kind::ratio: return to_text(Quantity{Dimension::ratio, amount});
        case Kind::speed: return to_text(Quantity{Dimension::speed, amount});
        case Kind::duration: return to_text(Quantity{Dimension::duration, amount});
        default: return std::to_string(amount);
    }
}

std::string_view base_unit(Kind kind) {
    switch (kind) {
        case Kind::length: return " 毫米";
        case Kind::money: return " 分";
        case Kind::ratio: return " ppm";
        case Kind::speed: return " 毫米每秒";
        case Kind::duration: return " 毫秒";
        default: return "";
    }
}

// As it may stand in braces on one line.
std::string scalar(const std::string& text) {
    constexpr std::string_view special = ",:#{}[]&*!|>'\"%@`?";
    if (text.find_first_of(special) == std::string::npos && !text.empty() && text.front() != '-') return text;
    return "'" + replaced(text, "'", "''") + "'";
}

class Edges {
public:
    Edges(const RuleSet& set, const Rule& rule, const Zone& zone) : set_(set), rule_(rule), zone_(zone) {
        Faults faults;
        for (ValueTest& test : prepared_tests(set, rule, faults).values) tests_.push_back(std::move(test));
    }

    EdgeTests all() {
        for (const auto* clauses : {&rule_.clauses, &rule_.doubts, &rule_.exceptions}) {
            for (const Clause& clause : *clauses) look_into(clause.id, clause.condition);
        }
        for (const Band& band : rule_.bands) look_into(band.id, band.condition);
        for (const Let& let : rule_.lets) look_into(let.name, let.expression);
        EdgeTests made;
        for (const Comparison& comparison : found_) {
            std::vector<EdgeTest> best;
            for (const ValueTest& test : tests_) {
                std::vector<EdgeTest> three = from(comparison, test);
                if (three.empty()) continue;
                const bool tells = differs(three);
                if (best.empty() || tells) best = std::move(three);
                if (tells) break;
            }
            if (best.empty()) made.off_the_line.push_back(comparison.where + ": " + comparison.text);
            for (EdgeTest& one : best) made.tests.push_back(std::move(one));
        }
        return made;
    }

private:
    void look_into(const std::string& where, const cel::Expression& expression) {
        if (expression.is_empty()) return;
        const auto syntax = cel::parse(expression.text(), {.is_rule = true});
        if (syntax) gather(where, expression, *expression.tree().root, **syntax);
    }

    void gather(const std::string& where, const cel::Expression& expression, const Node& node, const Syntax& syntax) {
        const bool is_comparison =
            node.operation == cel::Operation::compare_numbers || node.operation == cel::Operation::compare_values;
        if (is_comparison && syntax.kind == SyntaxKind::binary) {
            std::set<std::uint16_t> params, facts;
            reached(node, params, facts);
            const bool is_line =
                node.comparison != cel::Comparison::equal && node.comparison != cel::Comparison::not_equal;
            if (is_line && !params.empty() && !facts.empty())
                found_.push_back({where, &expression, &node, said(expression, syntax),
                                  words(expression, *syntax.children[0]), words(expression, *syntax.children[1])});
            return;
        }
        if (node.children.size() != syntax.children.size()) return;
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            if (node.children[i] != nullptr && syntax.children[i] != nullptr)
                gather(where, expression, *node.children[i], *syntax.children[i]);
        }
    }

    // The slots of parameters and facts that an expression reads, also through `let`.
    void reached(const Node& node, std::set<std::uint16_t>& params, std::set<std::uint16_t>& facts) const {
        if (node.operation == cel::Operation::read) {
            const SlotSource& source = rule_.sources[node.slot];
            if (source.kind == SlotSource::Kind::param) params.insert(node.slot);
            if (source.kind == SlotSource::Kind::fact) facts.insert(node.slot);
            if (source.kind == SlotSource::Kind::let)
                reached(*rule_.lets[source.index].expression.tree().root, params, facts);
        }
        for (const Node* child : node.children) {
            if (child != nullptr) reached(*child, params, facts);
        }
    }

    // The part of the text that a comparison covers, as far as its tree tells: all of it when it stands alone.
    static std::string said(const cel::Expression& expression, const Syntax& syntax) {
        const std::string left = as_text(*syntax.children[0]), right = as_text(*syntax.children[1]);
        if (left.empty() || right.empty()) return expression.text();
        return left + " " + syntax.name + " " + right;
    }

    static std::string as_text(const Syntax& node) {
        if (node.kind == SyntaxKind::identifier) return node.name;
        if (node.kind == SyntaxKind::literal && node.value.kind() == Kind::integer)
            return std::to_string(node.value.number());
        if (node.kind == SyntaxKind::call && !node.is_method) {
            std::string all;
            for (const auto& child : node.children) {
                const std::string one = as_text(*child);
                if (one.empty()) return "";
                all += (all.empty() ? "" : ", ") + one;
            }
            return node.name + "(" + all + ")";
        }
        if (node.kind != SyntaxKind::select || node.is_test) return "";
        const std::string owner = as_text(*node.children[0]);
        return owner.empty() ? "" : owner + "." + node.name;
    }

    Label words(const cel::Expression& expression, const Syntax& node) const {
        if (const auto said = formula_words(set_, rule_, node); said && said->zh.size() <= longest_name) return *said;
        const std::string text = as_text(node);
        return text.empty() ? Label{expression.text(), expression.text()} : Label{text, text};
    }

    // Left less right, when both are amounts of one kind.
    std::optional<std::int64_t> distance(const Comparison& comparison, const Judgement& judgement, Kind* kind) const {
        const KeptValue kept = kept_by(judgement);
        const cel::Expression::Tree& tree = comparison.expression->tree();
        const auto left = kept_value_of(*comparison.node->children[0], tree, rule_.names, kept, zone_);
        const auto right = kept_value_of(*comparison.node->children[1], tree, rule_.names, kept, zone_);
        if (!left || !right || !is_amount(left->kind()) || left->kind() != right->kind()) return std::nullopt;
        if (kind != nullptr) *kind = left->kind();
        return amount_of(*left) - amount_of(*right);
    }

    Judgement judged(Given given) const { return judge(set_, rule_, given, zone_, Detail::clear_too); }

    // The three tests from this one, by the first fact that can be moved so; nothing when it is no hit or none can.
    std::vector<EdgeTest> from(const Comparison& comparison, const ValueTest& test) const {
        const Judgement here = judged(test.given);
        Kind kind = Kind::absent;
        const auto now = here.outcome == Outcome::hit ? distance(comparison, here, &kind) : std::nullopt;
        if (!now) return {};
        std::set<std::uint16_t> params, facts;
        reached(*comparison.node, params, facts);
        for (const std::uint16_t slot : facts) {
            const std::string& path = rule_.names.path(slot);
            const Value value = test.given.of(path);
            if (value.kind() != kind) continue;
            std::vector<EdgeTest> three;
            for (const int step : {-1, 0, 1}) {
                for (const std::int64_t moved : {step - *now, *now - step}) {
                    Given given = test.given;
                    const Value there = value_of_amount(kind, amount_of(value) + moved);
                    given.set(path, there);
                    Judgement judgement = judged(given);
                    if (distance(comparison, judgement, nullptr) != step) continue;
                    three.push_back(made(comparison, test, given, path, there, step, std::move(judgement)));
                    break;
                }
            }
            if (three.size() == 3) return three;
        }
        return {};
    }

    static bool differs(const std::vector<EdgeTest>& three) {
        const auto key = [](const Judgement& one) {
            return std::string(to_word(one.outcome)) + " " + one.reason + " " + one.band + format(" {}", one.severity);
        };
        return std::any_of(three.begin(), three.end(),
                           [&](const EdgeTest& one) { return key(one.judgement) != key(three.front().judgement); });
    }

    EdgeTest made(const Comparison& comparison, const ValueTest& test, const Given& given, const std::string& path,
                  const Value& value, int step, Judgement judgement) const {
        EdgeTest edge{comparison.where, comparison.text, step, path, written(value), std::move(judgement), "", "", ""};
        const std::string apart = step == 0 ? "正好等于" : "比";
        edge.name = format("{}：{}{}{}", comparison.where, comparison.left.zh, apart, comparison.right.zh);
        if (step != 0) edge.name += format("{} 1{}", step < 0 ? "少" : "多", base_unit(value.kind()));
        for (const ValueTest& other : tests_) {
            if (edge.known_as.empty() && is_same(other.given, given)) edge.known_as = other.name;
        }
        edge.text = format("{{name: {}, same_as: {}, given: {}, expect: {}}}", scalar(edge.name), scalar(test.name),
                           given_text(path, edge.value), expect_text(edge.judgement));
        return edge;
    }

    static bool is_same(const Given& a, const Given& b) {
        return a.values().size() == b.values().size() &&
               std::equal(a.values().begin(), a.values().end(), b.values().begin(), [](const auto& x, const auto& y) {
                   return x.first == y.first && exact_text(x.second) == exact_text(y.second);
               });
    }

    std::string given_text(const std::string& path, const std::string& value) const {
        const std::size_t dot = path.find('.');
        const std::string head = path.substr(0, dot);
        const std::string inner = dot == std::string::npos ? value : format("{{{}: {}}}", path.substr(dot + 1), value);
        const bool is_feature = std::any_of(rule_.features.begin(), rule_.features.end(),
                                            [&](const auto& one) { return one.first == head; });
        return is_feature ? format("{{features: {{{}: {}}}}}", head, inner) : format("{{{}: {}}}", head, inner);
    }

    static std::string expect_text(const Judgement& judgement) {
        std::string text = format("{{outcome: {}", to_word(judgement.outcome));
        if (judgement.outcome == Outcome::hit) {
            text += format(", severity: {}", judgement.severity);
            if (!judgement.band.empty()) text += ", band: " + judgement.band;
        } else if (!judgement.missing.empty()) {
            text += format(", missing: [{}]", join(judgement.missing, ", "));
        } else if (!judgement.reason.empty()) {
            text += ", by: " + judgement.reason;
        }
        return text + "}";
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Zone& zone_;
    std::vector<ValueTest> tests_;
    std::vector<Comparison> found_;
};

}  // namespace

EdgeTests edge_tests(const RuleSet& set, const Rule& rule, const Zone& zone) {
    return Edges(set, rule, zone).all();
}

Result<std::string> with_edge_tests(const std::string& text, const Rule& rule, const std::vector<EdgeTest>& tests) {
    const auto refuse = [&](std::string zh, std::string en) {
        return failure({.file = rule.file, .code = "E509", .zh = std::move(zh), .en = std::move(en)});
    };
    for (const EdgeTest& test : tests) {
        for (const yaml::Node& own : rule.tests) {
            const yaml::Node* name = own.find("name");
            if (name != nullptr && name->text == test.name)
                return refuse(format("测试“{}”已经有了", test.name),
                              format("there is a test \"{}\" already", test.name));
        }
    }
    const std::size_t head = text.starts_with("tests:\n") ? 0 : text.find("\ntests:\n");
    std::size_t at = head == std::string::npos ? head : text.find('\n', head + 1) + 1;
    std::size_t end = std::string::npos;  // behind the last line of the list that is not empty
    std::string indent;
    while (at != std::string::npos && at < text.size()) {
        const std::size_t next = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, next - at);
        const std::size_t first = line.find_first_not_of(' ');
        if (first == 0 && line[0] != '#' && line[0] != '-') break;
        if (first != std::string::npos && line[first] == '-' && end == std::string::npos)
            indent = line.substr(0, first);
        if (first != std::string::npos && line[first] != '#' && line[first] != '\r') end = next;
        at = next + 1;
    }
    if (end == std::string::npos)
        return refuse("文件里没有逐行写的 tests", "the file has no tests in lines of their own");
    std::string added;
    for (const EdgeTest& test : tests) added += "\n" + indent + "- " + test.text;
    return text.substr(0, end) + added + text.substr(end);
}

}  // namespace ningyi::rule
