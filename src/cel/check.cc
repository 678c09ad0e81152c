// SPDX-License-Identifier: Apache-2.0
#include "cel/check.h"

#include <algorithm>

#include "base/text.h"
#include "cel/parser.h"
#include "cel/types.h"

namespace ningyi::cel {
namespace {

constexpr std::size_t max_faults = 20;
constexpr std::int64_t max_cost = INT64_C(1) << 40;

std::int64_t bounded(std::int64_t cost) {
    return std::min(cost, max_cost);
}

bool is_equality(Comparison comparison) {
    return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

Comparison comparison_of(std::string_view name) {
    if (name == "<") return Comparison::less;
    if (name == "<=") return Comparison::less_equal;
    if (name == ">") return Comparison::greater;
    if (name == ">=") return Comparison::greater_equal;
    return name == "==" ? Comparison::equal : Comparison::not_equal;
}

bool has_unit(Kind kind) {
    return is_quantity(kind) || kind == Kind::duration || kind == Kind::date || kind == Kind::timestamp;
}

// Evaluates literals: there is nothing to read.
class NoHost final : public Host {
public:
    Value read(std::uint16_t) override { return {}; }
    Value look_up(std::uint16_t, std::span<const Value>) override { return {}; }
    Value contains(std::uint16_t, std::span<const Value>) override { return {}; }
};

std::string words_text(const std::vector<std::string>& words) {
    constexpr std::size_t shown = 8;
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < shown; ++i) text += (i > 0 ? " " : "") + words[i];
    return words.size() > shown ? text + " …" : text;
}

}  // namespace

void Checker::run(const Syntax& syntax, const std::optional<Type>& expected) {
    Checked checked = check(syntax);
    if (!checked.is_bad && checked.type.kind == Kind::record) {
        fault(syntax.at, "E503", "记录不是一个值，请写出字段", "a record is no value, name a field");
    } else if (!checked.is_bad && expected && !(checked.type == *expected)) {
        fault(syntax.start, "E406", format("应为{}，实为{}", name_zh(*expected), name_zh(checked.type)),
              format("expected {}, is {}", to_text(*expected), to_text(checked.type)));
    } else if (!checked.is_bad && expected && expected->words != nullptr) {
        words_fit(syntax, *expected->words);
    }
    tree_.root = checked.node;
    tree_.type = checked.type;
    std::sort(reads_.begin(), reads_.end());
    reads_.erase(std::unique(reads_.begin(), reads_.end()), reads_.end());
    tree_.reads = reads_;
    tree_.cost = (checked.cost + unit_tenths - 1) / unit_tenths;
    tree_.budget = 10 * tree_.cost + 1000;
}

Node* Checker::node(Operation operation, const Syntax& syntax) {
    tree_.nodes.push_back(std::make_unique<Node>());
    Node* made = tree_.nodes.back().get();
    made->operation = operation;
    made->at = syntax.at;
    return made;
}

Checker::Checked Checker::bad() {
    return {.node = nullptr, .type = {}, .cost = 0, .is_bad = true};
}

void Checker::fault(std::uint32_t at, const char* code, std::string zh, std::string en) {
    if (faults_.size() >= max_faults) return;
    const auto [line, column] = position(tree_.place, tree_.text, at);
    faults_.push_back({tree_.place.file, line, column, code, std::move(zh), std::move(en)});
}

std::uint16_t Checker::slot(std::string_view path) {
    const std::uint16_t number = names_.slot(path);
    reads_.push_back(number);
    return number;
}

void Checker::name_paths(Node& node, std::size_t reads_before) {
    Slots paths(reads_.begin() + static_cast<std::ptrdiff_t>(reads_before), reads_.end());
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    node.paths = std::make_shared<const Slots>(std::move(paths));
}

Checker::Checked Checker::folded(Checked checked) {
    if (checked.is_bad || checked.node->children.empty()) return checked;
    for (const Node* child : checked.node->children) {
        if (child == nullptr || child->operation != Operation::constant) return checked;
    }
    NoHost host;
    const Zone zone = Zone::china();  // not read: functions of the zone are not folded
    Scope scope{.tree = tree_, .host = host, .zone = zone, .locals = nullptr, .budget = 100000};
    const Value value = evaluate(*checked.node, scope);
    if (value.is_absent()) return checked;
    if (value.is_error()) {
        const std::string& message = value.text();
        const std::size_t bar = message.find(" | ");
        const std::size_t start = message.find(": ") + 2;
        fault(checked.node->at, "E409", bar == std::string::npos ? message : message.substr(start, bar - start),
              bar == std::string::npos ? message : message.substr(bar + 3));
        return bad();
    }
    checked.node->operation = Operation::constant;
    checked.node->value = value;
    checked.node->children.clear();
    checked.cost = 0;
    if (value.kind() == Kind::string) checked.type.max_size = code_points(value.text());
    if (value.kind() == Kind::list) checked.type.max_size = value.list().size();
    return checked;
}

Checker::Checked Checker::check(const Syntax& syntax) {
    switch (syntax.kind) {
        case SyntaxKind::literal: return literal(syntax);
        case SyntaxKind::identifier: return path(syntax);
        case SyntaxKind::select: return path(syntax);
        case SyntaxKind::index: return index(syntax);
        case SyntaxKind::call: return call(syntax);
        case SyntaxKind::unary: return unary(syntax);
        case SyntaxKind::binary: return binary(syntax);
        case SyntaxKind::logic: return logic(syntax);
        case SyntaxKind::conditional: return conditional(syntax);
        case SyntaxKind::list: return list(syntax);
        case SyntaxKind::fold: return fold(syntax);
        case SyntaxKind::map: break;
    }
    fault(syntax.at, "E306", "规则里不能用 map {…}", "rules have no map {…}");
    return bad();
}

Checker::Checked Checker::literal(const Syntax& syntax) {
    Node* made = node(Operation::constant, syntax);
    made->value = syntax.value;
    Type type = type_of(syntax.value.kind());
    if (type.kind == Kind::string) type.max_size = code_points(syntax.value.text());
    if (type.kind == Kind::integer && !is_argument_ && syntax.value.number() != 0 && syntax.value.number() != 1) {
        tree_.has_bare_numbers = true;
    }
    return {.node = made, .type = std::move(type), .cost = 0, .is_bad = false};
}

Checker::Checked Checker::unary(const Syntax& syntax) {
    Checked operand = check(*syntax.children[0]);
    if (operand.is_bad) return operand;
    const bool is_not = syntax.name == "!";
    const bool fits = is_not ? operand.type.kind == Kind::boolean
                             : operand.type.kind == Kind::integer || is_quantity(operand.type.kind) ||
                                   operand.type.kind == Kind::duration;
    if (!fits) {
        fault(syntax.at, "E401", format("“{}”不能用于{}", syntax.name, name_zh(operand.type)),
              format("\"{}\" cannot be applied to {}", syntax.name, to_text(operand.type)));
        return bad();
    }
    Node* made = node(is_not ? Operation::negation : Operation::minus, syntax);
    made->children = {operand.node};
    return folded({.node = made, .type = operand.type, .cost = bounded(operand.cost + unit_tenths), .is_bad = false});
}

Checker::Checked Checker::binary(const Syntax& syntax) {
    if (syntax.name == "in") return member(syntax);
    Checked a = check(*syntax.children[0]);
    Checked b = check(*syntax.children[1]);
    if (a.is_bad || b.is_bad) return bad();
    static constexpr std::string_view comparisons[] = {"<", "<=", ">", ">=", "==", "!="};
    const bool is_comparison =
        std::find(std::begin(comparisons), std::end(comparisons), syntax.name) != std::end(comparisons);
    return is_comparison ? comparison(syntax, a, b) : arithmetic(syntax, a, b);
}

// Says why two operands do not go together, and what to write instead.
Checker::Checked Checker::mismatch(const Syntax& syntax, const Checked& a, const Checked& b, bool is_comparison) {
    const bool a_has = has_unit(a.type.kind);
    const bool b_has = has_unit(b.type.kind);
    const bool bare = (a_has && b.type.kind == Kind::integer) || (b_has && a.type.kind == Kind::integer);
    if (bare) {
        const Checked& quantity = a_has ? a : b;
        const Checked& number = a_has ? b : a;
        const bool is_literal = number.node->operation == Operation::constant;
        const std::string written =
            with_unit(quantity.type.kind, is_literal ? format("{}", number.node->value.number()) : "…");
        if (is_comparison) {
            fault(syntax.at, "E402", format("{}不能与纯数字比较，请写 {}", name_zh(quantity.type), written),
                  format("{} compared with a bare number, write {}", to_text(quantity.type), written));
        } else if (syntax.name == "+" || syntax.name == "-") {
            fault(syntax.at, "E402", format("{}不能与纯数字相加减，请写 {}", name_zh(quantity.type), written),
                  format("{} and a bare number with \"{}\", write {}", to_text(quantity.type), syntax.name, written));
        } else {
            const bool is_duration = quantity.type.kind == Kind::duration;
            fault(syntax.at, "E403",
                  format("{}不能用“{}”{}", name_zh(quantity.type), syntax.name,
                         is_duration ? "，缩放请写 times(…, percent(…))，相除请写 ratio_of(…, …)" : "与数字运算"),
                  format("\"{}\" of {} and a number{}", syntax.name, to_text(quantity.type),
                         is_duration ? ": scale with times(…, percent(…)), divide with ratio_of(…, …)"
                                     : " has no meaning"));
        }
        return bad();
    }
    const bool units = a_has && b_has;
    const std::string sign = is_comparison ? "比较" : "运算";
    fault(syntax.at, units ? "E403" : "E401",
          a.type == b.type ? format("{}不能用“{}”{}", name_zh(a.type), syntax.name, sign)
                           : format("{}不能与{}用“{}”{}", name_zh(a.type), name_zh(b.type), syntax.name, sign),
          format("\"{}\" cannot join {} and {}", syntax.name, to_text(a.type), to_text(b.type)));
    return bad();
}

Checker::Checked Checker::comparison(const Syntax& syntax, const Checked& a, const Checked& b) {
    const Comparison comparison = comparison_of(syntax.name);
    const bool equality = is_equality(comparison);
    const Kind kind = a.type.kind;
    const bool is_word = (a.type.words != nullptr || b.type.words != nullptr) && !equality;
    bool fits = a.type == b.type && !is_word;
    if (kind == Kind::boolean || kind == Kind::list) fits = fits && equality;
    if (kind == Kind::place || kind == Kind::fix || kind == Kind::record) fits = false;
    if (!fits) return mismatch(syntax, a, b, true);
    if (a.type.words != nullptr) words_fit(*syntax.children[1], *a.type.words);
    if (b.type.words != nullptr) words_fit(*syntax.children[0], *b.type.words);
    const bool is_text = kind == Kind::string;
    const bool is_object = kind == Kind::timestamp || kind == Kind::duration || kind == Kind::list;
    Node* made = node(is_text     ? Operation::compare_texts
                      : is_object ? Operation::compare_values
                                  : Operation::compare_numbers,
                      syntax);
    made->comparison = comparison;
    made->children = {a.node, b.node};
    const auto smaller = static_cast<std::int64_t>(std::min(a.type.max_size, b.type.max_size));
    const std::int64_t own = unit_tenths + (is_text ? smaller : kind == Kind::list ? smaller * unit_tenths : 0);
    return folded(
        {.node = made, .type = type_of(Kind::boolean), .cost = bounded(a.cost + b.cost + own), .is_bad = false});
}

Checker::Checked Checker::arithmetic(const Syntax& syntax, const Checked& a, const Checked& b) {
    const char sign = syntax.name[0];
    const Kind left = a.type.kind;
    const Kind right = b.type.kind;
    const bool additive = sign == '+' || sign == '-';
    const auto is_scalable = [](Kind kind) {
        return kind == Kind::length || kind == Kind::money || kind == Kind::speed;
    };
    Kind result = Kind::absent;
    bool numbers = true;
    if (left == Kind::integer && right == Kind::integer) {
        result = Kind::integer;
    } else if (left == right && is_scalable(left) && (additive || sign == '/')) {
        result = additive ? left : Kind::integer;
    } else if (is_scalable(left) && right == Kind::integer && (sign == '*' || sign == '/')) {
        result = left;
    } else if (left == Kind::integer && is_scalable(right) && sign == '*') {
        result = right;
    } else if (left == Kind::date && right == Kind::date && sign == '-') {
        result = Kind::integer;
    } else {
        numbers = false;
        if (left == Kind::duration && right == Kind::duration && additive) result = Kind::duration;
        if (left == Kind::timestamp && right == Kind::duration && additive) result = Kind::timestamp;
        if (left == Kind::duration && right == Kind::timestamp && sign == '+') result = Kind::timestamp;
        if (left == Kind::timestamp && right == Kind::timestamp && sign == '-') result = Kind::duration;
        if (left == Kind::string && right == Kind::string && sign == '+') result = Kind::string;
        if (left == Kind::list && a.type == b.type && sign == '+') result = Kind::list;
    }
    if (result == Kind::absent) return mismatch(syntax, a, b, false);
    Type type = result == Kind::list ? merged(a.type, b.type) : type_of(result);
    std::int64_t own = unit_tenths;
    if (result == Kind::string || result == Kind::list) {
        type.max_size = a.type.max_size + b.type.max_size;
        own = static_cast<std::int64_t>(type.max_size);
    }
    Node* made = node(numbers ? Operation::arithmetic_numbers : Operation::arithmetic_values, syntax);
    made->kind = result;
    made->arithmetic = sign == '+'   ? Arithmetic::add
                       : sign == '-' ? Arithmetic::subtract
                       : sign == '*' ? Arithmetic::multiply
                       : sign == '/' ? Arithmetic::divide
                                     : Arithmetic::remainder;
    made->children = {a.node, b.node};
    return folded({.node = made, .type = std::move(type), .cost = bounded(a.cost + b.cost + own), .is_bad = false});
}

Checker::Checked Checker::member(const Syntax& syntax) {
    if (auto listed = in_list(syntax)) return *listed;
    Checked item = check(*syntax.children[0]);
    Checked container = check(*syntax.children[1]);
    if (item.is_bad || container.is_bad) return bad();
    if (container.type.kind != Kind::list) {
        fault(syntax.at, "E401", format("“in”右边应为列表，实为{}", name_zh(container.type)),
              format("\"in\" needs a list on its right, is {}", to_text(container.type)));
        return bad();
    }
    if (container.type.element != nullptr && !(*container.type.element == item.type)) {
        return mismatch(syntax, item,
                        {.node = container.node, .type = *container.type.element, .cost = 0, .is_bad = false}, true);
    }
    if (item.type.words != nullptr) words_fit(*syntax.children[1], *item.type.words);
    if (container.type.element != nullptr && container.type.element->words != nullptr) {
        words_fit(*syntax.children[0], *container.type.element->words);
    }
    Node* made = node(Operation::member, syntax);
    made->children = {item.node, container.node};
    const auto size = static_cast<std::int64_t>(container.type.max_size);
    return folded({.node = made,
                   .type = type_of(Kind::boolean),
                   .cost = bounded(item.cost + container.cost + size * unit_tenths),
                   .is_bad = false});
}

void Checker::words_fit(const Syntax& syntax, const std::vector<std::string>& words) {
    switch (syntax.kind) {
        case SyntaxKind::literal: {
            if (syntax.value.kind() != Kind::string) return;
            const std::string& word = syntax.value.text();
            if (std::find(words.begin(), words.end(), word) != words.end()) return;
            const std::vector<std::string_view> candidates(words.begin(), words.end());
            const std::string near(closest(word, candidates));
            fault(syntax.start, "E504",
                  format("没有取值“{}”，{}", word,
                         near.empty() ? "可用：" + words_text(words) : format("是否 {}？", near)),
                  format("no such word \"{}\", {}", word,
                         near.empty() ? "known: " + words_text(words) : format("did you mean {}?", near)));
            return;
        }
        case SyntaxKind::list:
            for (const SyntaxPointer& item : syntax.children) words_fit(*item, words);
            return;
        case SyntaxKind::conditional:
            words_fit(*syntax.children[1], words);
            words_fit(*syntax.children[2], words);
            return;
        default: return;
    }
}

void Checker::wants_bool(const Syntax& syntax, const Checked& checked, const char* what_zh, const char* what_en) {
    if (checked.is_bad || checked.type.kind == Kind::boolean) return;
    fault(syntax.start, "E405", format("{}应为布尔值，实为{}", what_zh, name_zh(checked.type)),
          format("{} must be bool, is {}", what_en, to_text(checked.type)));
}

Checker::Checked Checker::logic(const Syntax& syntax) {
    Node* made = node(syntax.name == "&&" ? Operation::conjunction : Operation::disjunction, syntax);
    std::int64_t cost = 0;
    bool is_bad = false;
    for (const SyntaxPointer& child : syntax.children) {
        const Checked operand = check(*child);
        wants_bool(*child, operand, syntax.name == "&&" ? "“&&”的每一边" : "“||”的每一边",
                   syntax.name == "&&" ? "each side of \"&&\"" : "each side of \"||\"");
        is_bad = is_bad || operand.is_bad || operand.type.kind != Kind::boolean;
        made->children.push_back(operand.node);
        cost = bounded(cost + operand.cost);
    }
    if (is_bad) return bad();
    return folded({.node = made, .type = type_of(Kind::boolean), .cost = cost, .is_bad = false});
}

Checker::Checked Checker::conditional(const Syntax& syntax) {
    Checked condition = check(*syntax.children[0]);
    Checked yes = check(*syntax.children[1]);
    Checked no = check(*syntax.children[2]);
    wants_bool(*syntax.children[0], condition, "“?”前", "what stands before \"?\"");
    if (condition.is_bad || yes.is_bad || no.is_bad || condition.type.kind != Kind::boolean) return bad();
    if (!(yes.type == no.type)) {
        fault(syntax.at, "E401", format("“? :”两边类型不同：{}和{}", name_zh(yes.type), name_zh(no.type)),
              format("the two sides of \"? :\" differ: {} and {}", to_text(yes.type), to_text(no.type)));
        return bad();
    }
    Node* made = node(Operation::conditional, syntax);
    made->children = {condition.node, yes.node, no.node};
    Type type = merged(yes.type, no.type);
    return folded({.node = made,
                   .type = std::move(type),
                   .cost = bounded(condition.cost + std::max(yes.cost, no.cost)),
                   .is_bad = false});
}

Checker::Checked Checker::list(const Syntax& syntax) {
    Node* made = node(Operation::list, syntax);
    Type element;
    std::size_t longest = 0;
    std::int64_t cost = 10 * unit_tenths;
    bool is_bad = false;
    bool has_type = false;
    for (const SyntaxPointer& child : syntax.children) {
        const Checked item = check(*child);
        is_bad = is_bad || item.is_bad;
        if (item.is_bad) continue;
        if (!has_type) {
            element = item.type;
            has_type = true;
        } else if (!(item.type == element)) {
            fault(child->start, "E401", format("列表各项类型应相同：{}和{}", name_zh(element), name_zh(item.type)),
                  format("items of a list must have one type: {} and {}", to_text(element), to_text(item.type)));
            is_bad = true;
        } else {
            element = merged(element, item.type);
        }
        longest = std::max(longest, item.type.max_size);
        made->children.push_back(item.node);
        cost = bounded(cost + item.cost);
    }
    if (is_bad) return bad();
    Type type = type_of(Kind::list);
    type.max_size = syntax.children.size();
    if (has_type) {
        element.max_size = longest;
        type.element = std::make_shared<const Type>(std::move(element));
    } else {
        made->operation = Operation::constant;
        made->value = Value::of_list({});
    }
    return folded({.node = made, .type = std::move(type), .cost = cost, .is_bad = false});
}

Checker::Checked Checker::index(const Syntax& syntax) {
    Checked container = check(*syntax.children[0]);
    Checked key = argument(*syntax.children[1]);
    if (container.is_bad || key.is_bad) return bad();
    if (container.type.kind != Kind::list || key.type.kind != Kind::integer) {
        fault(syntax.at, "E401", "“[ ]”只用于列表和整数，例：codes[0]",
              "\"[ ]\" takes a list and an int, example: codes[0]");
        return bad();
    }
    Node* made = node(Operation::index, syntax);
    made->children = {container.node, key.node};
    Type type = container.type.element != nullptr ? *container.type.element : type_of(Kind::string);
    return folded({.node = made,
                   .type = std::move(type),
                   .cost = bounded(container.cost + key.cost + unit_tenths),
                   .is_bad = false});
}

Checker::Checked Checker::fold(const Syntax& syntax) {
    const Checked range = check(*syntax.children[0]);
    if (range.is_bad) return bad();
    if (range.type.kind != Kind::list) {
        fault(syntax.at, "E401", format("{}() 只用于列表，实为{}", syntax.name, name_zh(range.type)),
              format("{}() needs a list, is {}", syntax.name, to_text(range.type)));
        return bad();
    }
    if (folds_ >= limits_.macro_nesting) {
        fault(syntax.at, "E604", format("列表宏嵌套超过 {} 层", limits_.macro_nesting),
              format("list macros nested more than {} deep", limits_.macro_nesting));
        return bad();
    }
    Node* made = node(Operation::fold, syntax);
    made->fold = syntax.fold;
    made->variables = 1;
    made->slot = static_cast<std::uint16_t>(locals_.size());
    const Type element = range.type.element != nullptr ? *range.type.element : type_of(Kind::string);
    locals_.push_back({syntax.variables[0], element, made->slot});
    tree_.locals = std::max<std::uint16_t>(tree_.locals, static_cast<std::uint16_t>(locals_.size()));
    ++folds_;
    made->children = {range.node};
    std::int64_t body_cost = 3 * unit_tenths;
    bool is_bad = false;
    Type type = syntax.fold == Fold::filter ? range.type : type_of(Kind::boolean);
    for (std::size_t i = 1; i < syntax.children.size(); ++i) {
        if (syntax.children[i] == nullptr) {
            made->children.push_back(nullptr);
            continue;
        }
        Checked body = check(*syntax.children[i]);
        const bool is_transform = syntax.fold == Fold::map && i == 2;
        if (is_transform) {
            type = list_of(body.type);
            type.max_size = range.type.max_size;
        } else {
            wants_bool(*syntax.children[i], body, "宏里的条件", "the condition of a macro");
            is_bad = is_bad || body.type.kind != Kind::boolean;
        }
        is_bad = is_bad || body.is_bad;
        made->children.push_back(body.node);
        body_cost = bounded(body_cost + body.cost);
    }
    --folds_;
    locals_.pop_back();
    if (is_bad) return bad();
    const auto size = static_cast<std::int64_t>(std::min<std::size_t>(range.type.max_size, 1U << 20U));
    const std::int64_t cost = body_cost > max_cost / (size + 1) ? max_cost : body_cost * size;
    return {.node = made, .type = std::move(type), .cost = bounded(range.cost + cost), .is_bad = false};
}

const Type& Expression::type() const {
    return tree_->type;
}
const std::vector<std::uint16_t>& Expression::reads() const {
    return tree_->reads;
}
std::int64_t Expression::cost() const {
    return tree_->cost;
}
const std::string& Expression::text() const {
    return tree_->text;
}
bool Expression::has_bare_numbers() const {
    return tree_->has_bare_numbers;
}
Value Expression::evaluate(Host& host, const Zone& zone) const {
    return cel::evaluate(*tree_, host, zone);
}

Result<Expression> compile(std::string_view text, Names& names, const std::optional<Type>& expected, const Place& place,
                           const Limits& limits) {
    auto tree = std::make_shared<Expression::Tree>();
    tree->text = std::string(text);
    tree->place = place;
    const auto refused = [&](std::uint32_t at, std::string code, std::string zh, std::string en) {
        const auto [line, column] = position(place, text, at);
        return failure(Fault{place.file, line, column, std::move(code), std::move(zh), std::move(en)});
    };
    if (text.size() > limits.characters * 4 || code_points(text) > limits.characters) {
        return refused(0, "E601", format("表达式超过 {} 个字符", limits.characters),
                       format("the expression is longer than {} characters", limits.characters));
    }
    const ParserOptions options{.depth = limits.depth, .macros = true, .all_macros = false, .is_rule = true};
    auto syntax = parse(text, options);
    if (!syntax) {
        const SyntaxFault& wrong = syntax.error();
        return refused(wrong.at, wrong.code, wrong.zh, wrong.en);
    }
    Checker checker(names, *tree, limits);
    checker.run(**syntax, expected);
    Faults faults = checker.take_faults();
    if (!faults.empty()) return failure(std::move(faults));
    return Expression(std::move(tree));
}

}  // namespace ningyi::cel
