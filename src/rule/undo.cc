// SPDX-License-Identifier: Apache-2.0
#include "rule/undo.h"

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "cel/parser.h"
#include "cel/tree.h"
#include "rule/value_words.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::Comparison;
using cel::Kind;
using cel::Node;
using cel::Operation;
using cel::Syntax;
using cel::SyntaxKind;
using cel::Value;

constexpr int deepest_let = 8;
constexpr std::size_t most_words = 6;           // of an enumeration, listed
constexpr std::int64_t whole_cost = 1'000'000;  // of a change that is no change of an amount

// One change: what stands there, and what would have to be different. "{facts}；{act}，即不成立".
struct Change {
    Label facts, act;
    std::int64_t cost = whole_cost;  // ppm of the larger of the amounts compared
};

Comparison negated(Comparison comparison) {
    switch (comparison) {
        case Comparison::less: return Comparison::greater_equal;
        case Comparison::less_equal: return Comparison::greater;
        case Comparison::greater: return Comparison::less_equal;
        case Comparison::greater_equal: return Comparison::less;
        case Comparison::equal: return Comparison::not_equal;
        case Comparison::not_equal: return Comparison::equal;
    }
    return comparison;
}

// A distance between two values of a kind: of instants a time, of days a number of them. Never rounded to nothing.
Label distance_words(Kind kind, std::int64_t amount, const Zone& zone) {
    if (kind == Kind::date) return {format("{} 天", amount), format("{} {}", amount, amount == 1 ? "day" : "days")};
    const Kind own = kind == Kind::timestamp ? Kind::duration : kind;
    const Label said = value_words(value_of_amount(own, amount), zone);
    if (amount == 0 || !said.zh.starts_with("0 ")) return said;
    const std::string exact = own == Kind::length     ? to_text(Quantity{Dimension::length, amount})
                              : own == Kind::duration ? to_text(Quantity{Dimension::duration, amount})
                              : own == Kind::speed    ? to_text(Quantity{Dimension::speed, amount})
                              : own == Kind::ratio    ? to_text(Quantity{Dimension::ratio, amount})
                                                      : "";
    return exact.empty() ? said : Label{exact, exact};
}

// What makes a comparison that is true false: the value falls or rises by the difference, or by more than it.
Label escape(Comparison comparison, Kind kind, std::int64_t a, std::int64_t b, const Zone& zone) {
    const bool falls = comparison == Comparison::greater || comparison == Comparison::greater_equal;
    const bool is_strict = comparison == Comparison::greater_equal || comparison == Comparison::less_equal;
    const bool is_counted = kind == Kind::integer || kind == Kind::date;  // one more is the next there is
    const bool is_time = kind == Kind::timestamp || kind == Kind::date;
    const std::string zh = is_time ? (falls ? "早" : "晚") : (falls ? "少" : "多");
    const std::string en = is_time ? (falls ? "earlier" : "later") : (falls ? "less" : "more");
    const std::int64_t difference = a > b ? a - b : b - a;
    if (is_strict && !is_counted) {
        if (difference == 0) return {"再" + zh + "一点", "any " + en};
        const Label by = distance_words(kind, difference, zone);
        return {zh + " " + by.zh + "以上，", "more than " + by.en + " " + en};
    }
    const Label by = distance_words(kind, difference + (is_strict ? 1 : 0), zone);
    return {zh + " " + by.zh + "，", by.en + " " + en};
}

std::int64_t share(std::int64_t a, std::int64_t b) {
    __extension__ using Wide = __int128;
    const auto size = [](Wide one) { return one < 0 ? -one : one; };
    const Wide larger = std::max(size(a), size(b));
    const Wide part = larger == 0 ? Wide{0} : size(Wide{a} - Wide{b}) * whole_cost / larger;
    return static_cast<std::int64_t>(std::min<Wide>(part, whole_cost - 1));
}

class Undoing {
public:
    Undoing(const RuleSet& set, const Rule& rule, const KeptValue& kept, const Zone& zone)
        : set_(set), rule_(rule), kept_(kept), zone_(zone) {}

    // The change that turns an expression around which is now true (`now`) or, else, false or unknown.
    std::optional<Change> of(const cel::Expression& expression, bool now, int depth) {
        if (expression.is_empty() || depth > deepest_let) return std::nullopt;
        const auto syntax = cel::parse(expression.text(), {.is_rule = true});
        if (!syntax) return std::nullopt;
        const cel::Expression::Tree* outer = tree_;
        tree_ = &expression.tree();
        std::optional<Change> change = of(*tree_->root, **syntax, now, depth);
        tree_ = outer;
        return change;
    }

private:
    std::optional<Change> of(const Node& node, const Syntax& syntax, bool now, int depth) {
        switch (node.operation) {
            case Operation::conjunction:
            case Operation::disjunction: return logic(node, syntax, now, depth);
            case Operation::negation:
                if (syntax.kind != SyntaxKind::unary) return std::nullopt;
                return of(*node.children[0], *syntax.children[0], !now, depth);
            case Operation::conditional: {
                if (syntax.kind != SyntaxKind::conditional) return std::nullopt;
                const std::optional<Value> chosen = value(*node.children[0]);
                if (!chosen || !chosen->is_known()) return std::nullopt;
                const std::size_t branch = chosen->is_true() ? 1 : 2;
                return of(*node.children[branch], *syntax.children[branch], now, depth);
            }
            case Operation::compare_numbers:
            case Operation::compare_texts:
            case Operation::compare_values: return comparison(node, syntax, now);
            case Operation::has_read: {
                const Label name = named(rule_.names.path(node.slot));
                return now ? Change{{name.zh + "：有", name.en + ": there is one"}, {"若没有，", "without it"}}
                           : Change{{name.zh + "：没有", name.en + ": there is none"}, {"补上，", "with it"}};
            }
            case Operation::read: return boolean(node, now, depth);
            case Operation::contains: return listed(node, now);
            case Operation::member: return among(node, syntax, now);
            default: return std::nullopt;
        }
    }

    // What must be turned around in a conjunction that is true, or an alternative that is not, is any one side; else
    // every side that is so.
    std::optional<Change> logic(const Node& node, const Syntax& syntax, bool now, int depth) {
        if (syntax.kind != SyntaxKind::logic || node.children.size() != syntax.children.size()) return std::nullopt;
        const bool one_is_enough = (node.operation == Operation::conjunction) == now;
        std::optional<Change> all;
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            const Node& child = *node.children[i];
            if (node.operation == Operation::conjunction && is_said_by_another(node, i)) continue;
            if (!one_is_enough) {
                const std::optional<Value> is = value(child);
                if (!is) return std::nullopt;
                if (now != is->is_true()) continue;
            }
            std::optional<Change> change = of(child, *syntax.children[i], now, depth);
            if (one_is_enough) {
                if (change && (!all || change->cost < all->cost)) all = std::move(change);
                continue;
            }
            if (!change) return std::nullopt;
            all = all ? both(*all, *change) : *change;
        }
        return all;
    }

    // has(x) beside a condition on x: that one says more.
    static bool is_said_by_another(const Node& node, std::size_t child) {
        const Node& has = *node.children[child];
        if (has.operation != Operation::has_read) return false;
        for (std::size_t i = child + 1; i < node.children.size(); ++i) {
            if (reads(*node.children[i], has.slot)) return true;
        }
        return false;
    }

    static bool reads(const Node& node, std::uint16_t slot) {
        if (node.operation == Operation::read && node.slot == slot) return true;
        return std::any_of(node.children.begin(), node.children.end(),
                           [&](const Node* child) { return child != nullptr && reads(*child, slot); });
    }

    static std::string open_end(std::string text) {
        if (text.ends_with("，")) text.resize(text.size() - std::string_view("，").size());
        return text;
    }

    static Change both(const Change& a, const Change& b) {
        return {{a.facts.zh + "；" + open_end(a.act.zh) + "；且" + b.facts.zh,
                 a.facts.en + "; " + a.act.en + "; and " + b.facts.en},
                b.act,
                std::min(a.cost + b.cost, whole_cost * 64)};
    }

    std::optional<Value> value(const Node& node) const {
        return kept_value_of(node, *tree_, rule_.names, kept_, zone_);
    }

    Label named(const std::string& path) const {
        const Label label = path_words(set_, rule_, path);
        return label.zh.empty() ? Label{path, path} : label;
    }

    Label named(const Syntax& syntax) const {
        return formula_words(set_, rule_, syntax).value_or(Label{"所比的值", "the value compared"});
    }

    std::optional<Change> boolean(const Node& node, bool now, int depth) {
        const SlotSource& source = rule_.sources[node.slot];
        if (source.kind == SlotSource::Kind::let) {
            if (std::optional<Change> inner = of(rule_.lets[source.index].expression, now, depth + 1)) return inner;
        }
        const Label name = named(rule_.names.path(node.slot));
        const std::optional<Value> is = kept_(rule_.names.path(node.slot));
        const Label stands = now                    ? Label{"是", "yes"}
                             : is && is->is_false() ? Label{"否", "no"}
                                                    : Label{"未知", "not known"};
        return Change{{name.zh + "：" + stands.zh, name.en + ": " + stands.en},
                      now ? Label{"若为“否”，", "no instead"} : Label{"若为“是”，", "yes instead"}};
    }

    std::optional<Change> comparison(const Node& node, const Syntax& syntax, bool now) {
        if (syntax.kind != SyntaxKind::binary || syntax.children.size() != 2) return std::nullopt;
        const std::optional<Value> left = value(*node.children[0]), right = value(*node.children[1]);
        if (!left || !right) return std::nullopt;
        const Comparison comparison = now ? node.comparison : negated(node.comparison);
        const Label name = named(*syntax.children[0]);
        if (!left->is_known() || !right->is_known()) {
            if (now) return std::nullopt;
            const Label unknown = left->is_known() ? named(*syntax.children[1]) : name;
            return Change{{unknown.zh + "：未知", unknown.en + ": not known"}, {"补上，", "once it is known"}};
        }
        if (comparison == Comparison::equal || comparison == Comparison::not_equal)
            return equality(node, name, *left, *right, comparison == Comparison::equal);
        if (left->kind() != right->kind() || !has_order(left->kind())) return std::nullopt;
        const bool is_bare =
            syntax.children[1]->kind == SyntaxKind::literal || syntax.children[1]->kind == SyntaxKind::call;
        const auto limit = is_bare ? std::nullopt : formula_words(set_, rule_, *syntax.children[1]);
        const Label stands = value_words(*left, zone_), bound = value_words(*right, zone_);
        const std::int64_t a = amount_of(*left), b = amount_of(*right);
        return Change{{format("{}：{}，界限 {}{}", name.zh, stands.zh, bound.zh, limit ? "（" + limit->zh + "）" : ""),
                       format("{}: {}, limit {}{}", name.en, stands.en, bound.en, limit ? " (" + limit->en + ")" : "")},
                      escape(comparison, left->kind(), a, b, zone_),
                      share(a, b)};
    }

    std::optional<Change> equality(const Node& node, const Label& name, const Value& left, const Value& right,
                                   bool is_equal) {
        const std::string path =
            node.children[0]->operation == Operation::read ? rule_.names.path(node.children[0]->slot) : std::string();
        const Label stands = value_words(set_, rule_, path, left, zone_),
                    other = value_words(set_, rule_, path, right, zone_);
        if (stands.zh.empty() || other.zh.empty()) return std::nullopt;
        Change change{{name.zh + "：" + stands.zh, name.en + ": " + stands.en}, {}};
        if (!is_equal) {
            change.act = {"若为“" + other.zh + "”，", "\"" + other.en + "\" instead"};
            return change;
        }
        Label words;
        if (left.kind() == Kind::string && node.children[0]->operation == Operation::read) {
            const cel::Type* type = rule_.names.path_type(rule_.names.path(node.children[0]->slot));
            if (type != nullptr && type->words != nullptr && type->words->size() <= most_words)
                words = alternatives(path, *type->words, left.text());
        }
        if (words.zh.empty())
            change.act = {"若不是“" + other.zh + "”，", "anything but \"" + other.en + "\""};
        else
            change.act = {"若为" + words.zh + "，", words.en + " instead"};
        return change;
    }

    Label alternatives(const std::string& path, const std::vector<std::string>& all, const std::string& except) {
        Label said;
        for (const std::string& word : all) {
            if (word == except) continue;
            const Label one = value_words(set_, rule_, path, Value::of_string(word), zone_);
            said.zh += (said.zh.empty() ? "“" : "或“") + one.zh + "”";
            said.en += (said.en.empty() ? "\"" : " or \"") + one.en + "\"";
        }
        return said;
    }

    // A word among written ones: x in ["a", "b"].
    std::optional<Change> among(const Node& node, const Syntax& syntax, bool now) {
        if (syntax.kind != SyntaxKind::binary || node.children.size() != 2) return std::nullopt;
        const std::optional<Value> one = value(*node.children[0]), all = value(*node.children[1]);
        if (!one || !all || all->kind() != Kind::list) return std::nullopt;
        const Label name = named(*syntax.children[0]);
        const std::string path =
            node.children[0]->operation == Operation::read ? rule_.names.path(node.children[0]->slot) : std::string();
        const Label stands = one->is_known() ? value_words(set_, rule_, path, *one, zone_) : Label{"未知", "not known"};
        const Label words = value_words(set_, rule_, path, *all, zone_);
        return Change{{name.zh + "：" + stands.zh, name.en + ": " + stands.en},
                      now ? Label{"若不在“" + words.zh + "”之中，", "none of \"" + words.en + "\" instead"}
                          : Label{"若为“" + words.zh + "”之一，", "one of \"" + words.en + "\" instead"}};
    }

    std::optional<Change> listed(const Node& node, bool now) {
        const SlotSource& source = rule_.sources[node.slot];
        const bool is_list = source.kind == SlotSource::Kind::list;
        if (!is_list && source.kind != SlotSource::Kind::table) return std::nullopt;
        const std::string& table = is_list ? set_.lists[source.index].name : set_.tables[source.index].name;
        const Label title = is_list ? set_.lists[source.index].title : Label{table, table};
        return now ? Change{{"列在“" + title.zh + "”中", "listed in \"" + title.en + "\""},
                            {"若当日没有列入，", "not listed on the day"}}
                   : Change{{"没有列在“" + title.zh + "”中", "not listed in \"" + title.en + "\""},
                            {"若当日已列入，", "listed on the day"}};
    }

    const RuleSet& set_;
    const Rule& rule_;
    const KeptValue& kept_;
    const Zone& zone_;
    const cel::Expression::Tree* tree_ = nullptr;
};

std::vector<Undo> undo_of(const RuleSet& set, const Rule& rule, const std::vector<Clause>& clauses,
                          const std::string& marks, const Judgement& judgement, const Zone& zone) {
    std::vector<Undo> all;
    const KeptValue kept = kept_by(judgement);
    for (std::size_t i = 0; i < clauses.size() && i < marks.size(); ++i) {
        if (marks[i] != 't') continue;
        if (std::optional<Label> words = undo_words(set, rule, clauses[i].condition, kept, zone))
            all.push_back({clauses[i].id, std::move(*words)});
    }
    return all;
}

}  // namespace

std::optional<Label> undo_words(const RuleSet& set, const Rule& rule, const cel::Expression& condition,
                                const KeptValue& kept, const Zone& zone) {
    const std::optional<Change> change = Undoing(set, rule, kept, zone).of(condition, true, 0);
    if (!change) return std::nullopt;
    return Label{change->facts.zh + "；" + change->act.zh + "即不成立",
                 change->facts.en + "; " + change->act.en + " and it would not hold"};
}

std::vector<Undo> undo_of_clauses(const RuleSet& set, const Rule& rule, const Judgement& judgement, const Zone& zone) {
    return undo_of(set, rule, rule.clauses, judgement.clauses, judgement, zone);
}

std::vector<Undo> undo_of_doubts(const RuleSet& set, const Rule& rule, const Judgement& judgement, const Zone& zone) {
    return undo_of(set, rule, rule.doubts, judgement.doubts, judgement, zone);
}

}  // namespace ningyi::rule
