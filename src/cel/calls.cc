// SPDX-License-Identifier: Apache-2.0
// The checker's part for functions: their signatures in rules (rules.md §4.4) and what is prepared from literals at
// load.
#include <algorithm>

#include "base/text.h"
#include "cel/check.h"
#include "cel/functions.h"
#include "cel/pattern.h"
#include "cel/times.h"
#include "cel/types.h"

namespace ningyi::cel {

namespace {

using Kinds = std::uint32_t;

constexpr Kinds only(Kind kind) {
    return 1U << static_cast<unsigned>(kind);
}

constexpr Kinds integer = only(Kind::integer);
constexpr Kinds text = only(Kind::string);
constexpr Kinds items = only(Kind::list);
constexpr Kinds time = only(Kind::timestamp);
constexpr Kinds span = only(Kind::duration);
constexpr Kinds date = only(Kind::date);
constexpr Kinds quantities = only(Kind::length) | only(Kind::money) | only(Kind::speed);
constexpr Kinds measures = integer | quantities | span | only(Kind::ratio);

enum class ResultIs : std::uint8_t { fixed, first_argument, list_of_text };
enum class Form : std::uint8_t { function, method, both };

struct Signature {
    std::string_view name;
    Form form;
    Kind result;
    std::vector<Kinds> parameters;
    std::size_t required;  // how many of them must be given
    ResultIs result_is = ResultIs::fixed;
    bool same_types = false;     // of all arguments
    bool repeats = false;        // the last parameter any number of times
    std::uint32_t literals = 0;  // bit i: argument i must be a literal
    bool uses_zone = false;      // not folded
    std::size_t max_size = 64;
};

}  // namespace

std::string Checker::function_suggestion(const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& [function, value] : names_.parts().functions) known.push_back(function);
    for (const char* built_in :
         {"times",     "ratio_of",   "speed",         "minutes",    "seconds",    "hours",           "days",
          "percent",   "permille",   "weekday",       "month",      "hour",       "clock_between",   "overlap",
          "text.norm", "text.near",  "id.valid",      "id.birth",   "id.age_on",  "sets.intersects", "sets.contains",
          "math.abs",  "math.least", "math.greatest", "contains",   "startsWith", "endsWith",        "matches",
          "charAt",    "indexOf",    "lastIndexOf",   "lowerAscii", "upperAscii", "replace",         "split",
          "substring", "trim",       "join",          "reverse",    "size",       "timestamp",       "duration",
          "exists",    "filter",     "bits.distance"}) {
        known.emplace_back(built_in);
    }
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    return std::string(closest(name, candidates));
}

Checker::Checked Checker::argument(const Syntax& syntax) {
    // A literal directly in a call is named by the call: m(300), substring(0, 6).
    const bool before = is_argument_;
    is_argument_ = syntax.kind == SyntaxKind::literal;
    Checked checked = check(syntax);
    is_argument_ = before;
    return checked;
}

Checker::Checked Checker::call(const Syntax& syntax) {
    if (auto looked_up = look_up_call(syntax)) return *looked_up;
    std::vector<const Syntax*> arguments;
    std::string name = syntax.name;
    std::size_t first = 0;
    if (syntax.is_method) {
        const std::string receiver = chain(*syntax.children[0]);
        const std::string qualified = receiver + "." + syntax.name;
        const std::string root = receiver.substr(0, receiver.find('.'));
        // What is no name and like none stands for a family of functions that rules do not have (cel.bind,
        // optional.of).
        const bool is_unknown = names_.path_type(root) == nullptr && !names_.parts().records.contains(root) &&
                                root != "lists" && root != "tables" && root != "others" &&
                                names_.suggestion(root).empty();
        const bool is_name_space = receiver == "math" || receiver == "text" || receiver == "id" || receiver == "sets" ||
                                   names_.parts().functions.contains(qualified) || is_unknown;
        if (!receiver.empty() && is_name_space && !names_.parts().records.contains(receiver)) {
            name = qualified;
            first = 1;
        }
    }
    for (std::size_t i = first; i < syntax.children.size(); ++i) arguments.push_back(syntax.children[i].get());
    const auto product = names_.parts().functions.find(name);
    if (product != names_.parts().functions.end() && (first == 1 || !syntax.is_method)) {
        return product_call(syntax, product->second, std::move(arguments));
    }
    return built_in(syntax, name, arguments);
}

Checker::Checked Checker::product_call(const Syntax& syntax, const std::shared_ptr<const Function>& function,
                                       std::vector<const Syntax*> arguments) {
    const std::size_t reads_before = reads_.size();
    Node* made = node(Operation::product_call, syntax);
    made->product = function;
    std::int64_t cost = function->cost * unit_tenths;
    bool is_bad = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Checked given = argument(*arguments[i]);
        is_bad = is_bad || given.is_bad;
        made->children.push_back(given.node);
        cost += given.cost;
        if (given.is_bad || i >= function->parameters.size()) continue;
        const std::vector<Kind>& allowed = function->parameters[i];
        if (std::find(allowed.begin(), allowed.end(), given.type.kind) != allowed.end()) continue;
        std::string zh;
        std::string en;
        for (const Kind kind : allowed) {
            zh += (zh.empty() ? "" : "或") + name_zh(type_of(kind));
            en += (en.empty() ? "" : " or ") + to_text(type_of(kind));
        }
        fault(arguments[i]->start, "E404",
              format("{}() 的第 {} 个参数应为{}，实为{}", function->name, i + 1, zh, name_zh(given.type)),
              format("argument {} of {}() must be {}, is {}", i + 1, function->name, en, to_text(given.type)));
        is_bad = true;
    }
    if (arguments.size() != function->parameters.size()) {
        fault(
            syntax.at, "E404",
            format("{}() 应有 {} 个参数，实有 {} 个", function->name, function->parameters.size(), arguments.size()),
            format("{}() takes {} arguments, {} given", function->name, function->parameters.size(), arguments.size()));
        is_bad = true;
    }
    if (is_bad) return bad();
    name_paths(*made, reads_before);
    return {.node = made, .type = function->result, .cost = cost, .is_bad = false};
}

Checker::Checked Checker::built_in(const Syntax& syntax, const std::string& name,
                                   const std::vector<const Syntax*>& arguments) {
    using enum Form;
    static const std::vector<Signature> signatures = {
        {"mm", function, Kind::length, {integer}, 1},
        {"m", function, Kind::length, {integer}, 1},
        {"km", function, Kind::length, {integer}, 1},
        {"seconds", function, Kind::duration, {integer}, 1},
        {"minutes", function, Kind::duration, {integer}, 1},
        {"hours", function, Kind::duration, {integer}, 1},
        {"days", function, Kind::duration, {integer}, 1},
        {"fen", function, Kind::money, {integer}, 1},
        {"yuan", function, Kind::money, {integer}, 1},
        {"permille", function, Kind::ratio, {integer}, 1},
        {"percent", function, Kind::ratio, {integer}, 1},
        {"mps", function, Kind::speed, {integer}, 1},
        {"kmh", function, Kind::speed, {integer}, 1},
        {"times", function, Kind::absent, {measures, only(Kind::ratio)}, 2, ResultIs::first_argument},
        {"ratio_of", function, Kind::ratio, {measures, measures}, 2, ResultIs::fixed, true},
        {"speed", function, Kind::speed, {only(Kind::length), span}, 2},
        {"math.abs", function, Kind::absent, {measures}, 1, ResultIs::first_argument},
        {"math.least", function, Kind::absent, {measures | time | date}, 1, ResultIs::first_argument, true, true},
        {"math.greatest", function, Kind::absent, {measures | time | date}, 1, ResultIs::first_argument, true, true},
        {"on", function, Kind::date, {time}, 1, ResultIs::fixed, false, false, 0, true},
        {"date", function, Kind::date, {text}, 1, ResultIs::fixed, false, false, 1},
        {"hour", function, Kind::integer, {time}, 1, ResultIs::fixed, false, false, 0, true},
        {"weekday", function, Kind::integer, {date}, 1},
        {"month", function, Kind::integer, {date}, 1},
        {"clock_between", function, Kind::boolean, {time, text, text}, 3, ResultIs::fixed, false, false, 6, true},
        {"overlap", function, Kind::duration, {time, time, time, time}, 4},
        {"text.norm", function, Kind::string, {text}, 1, ResultIs::first_argument},
        {"text.near", function, Kind::boolean, {text, text, integer}, 3, ResultIs::fixed, false, false, 4},
        {"bits.distance", function, Kind::integer, {text, text}, 2},
        {"id.valid", function, Kind::boolean, {text, text}, 2, ResultIs::fixed, false, false, 1},
        {"id.birth", function, Kind::date, {text}, 1},
        {"id.age_on", function, Kind::integer, {date, date}, 2},
        {"sets.intersects", function, Kind::boolean, {items, items}, 2, ResultIs::fixed, true},
        {"sets.contains", function, Kind::boolean, {items, items}, 2, ResultIs::fixed, true},
        {"int", function, Kind::integer, {integer | text | time}, 1},
        {"string", function, Kind::string, {integer | text | time | span | date | only(Kind::boolean)}, 1},
        {"timestamp", function, Kind::timestamp, {text | time}, 1},
        {"duration", function, Kind::duration, {text | span}, 1},
        {"size", both, Kind::integer, {text | items}, 1},
        {"contains", method, Kind::boolean, {text, text}, 2},
        {"startsWith", method, Kind::boolean, {text, text}, 2},
        {"endsWith", method, Kind::boolean, {text, text}, 2},
        {"matches", both, Kind::boolean, {text, text}, 2, ResultIs::fixed, false, false, 2},
        {"charAt", method, Kind::string, {text, integer}, 2, ResultIs::fixed, false, false, 0, false, 1},
        {"indexOf", method, Kind::integer, {text, text, integer}, 2},
        {"lastIndexOf", method, Kind::integer, {text, text, integer}, 2},
        {"lowerAscii", method, Kind::string, {text}, 1, ResultIs::first_argument},
        {"upperAscii", method, Kind::string, {text}, 1, ResultIs::first_argument},
        {"replace", method, Kind::string, {text, text, text, integer}, 3, ResultIs::first_argument},
        {"split", method, Kind::list, {text, text, integer}, 2, ResultIs::list_of_text},
        {"substring", method, Kind::string, {text, integer, integer}, 2, ResultIs::first_argument},
        {"trim", method, Kind::string, {text}, 1, ResultIs::first_argument},
        {"join", method, Kind::string, {items, text}, 1},
        {"reverse", method, Kind::string, {text}, 1, ResultIs::first_argument},
    };
    const Signature* found = nullptr;
    for (const Signature& signature : signatures) {
        const bool form_fits =
            signature.form == both || (signature.form == method) == (syntax.is_method && name == syntax.name);
        if (signature.name == name && form_fits) found = &signature;
    }
    if (found == nullptr) {
        for (const Syntax* syntax_argument : arguments) check(*syntax_argument);
        const std::string near = function_suggestion(name);
        fault(syntax.at, "E505", format("没有函数 {}(){}", name, near.empty() ? "" : format("，是否 {}？", near)),
              format("there is no function {}(){}", name, near.empty() ? "" : format(", did you mean {}?", near)));
        return bad();
    }
    const std::size_t reads_before = reads_.size();
    Node* made = node(Operation::call, syntax);
    std::vector<Checked> given;
    std::int64_t cost = unit_tenths;
    bool is_bad = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool is_compared = name.starts_with("math.");  // math.least(order.n, 17) hides a threshold
        given.push_back(is_compared ? check(*arguments[i]) : argument(*arguments[i]));
        const Checked& last = given.back();
        is_bad = is_bad || last.is_bad;
        made->children.push_back(last.node);
        cost += last.cost;
        if (last.is_bad) continue;
        const std::size_t parameter = found->repeats ? 0 : i;
        if (parameter >= found->parameters.size()) continue;
        const Kinds allowed = found->parameters[parameter];
        if ((allowed & only(last.type.kind)) == 0) {
            std::string zh;
            std::string en;
            for (unsigned kind = 0; kind < 32; ++kind) {
                if ((allowed & (1U << kind)) == 0) continue;
                zh += (zh.empty() ? "" : "、") + name_zh(type_of(static_cast<Kind>(kind)));
                en += (en.empty() ? "" : ", ") + to_text(type_of(static_cast<Kind>(kind)));
            }
            fault(arguments[i]->start, "E404",
                  format("{}() 的第 {} 个参数应为{}，实为{}", name, i + 1, zh, name_zh(last.type)),
                  format("argument {} of {}() must be {}, is {}", i + 1, name, en, to_text(last.type)));
            is_bad = true;
        } else if (found->same_types && i > 0 && !given[0].is_bad && !(last.type == given[0].type)) {
            fault(arguments[i]->start, "E403",
                  format("{}() 的参数类型应相同：{}和{}", name, name_zh(given[0].type), name_zh(last.type)),
                  format("the arguments of {}() must have one type: {} and {}", name, to_text(given[0].type),
                         to_text(last.type)));
            is_bad = true;
        } else if ((found->literals & (1U << i)) != 0 && arguments[i]->kind != SyntaxKind::literal) {
            fault(arguments[i]->start, "E407", format("{}() 的第 {} 个参数应直接写出", name, i + 1),
                  format("argument {} of {}() must be a literal", i + 1, name));
            is_bad = true;
        }
    }
    const bool too_many = !found->repeats && arguments.size() > found->parameters.size();
    if (arguments.size() < found->required || too_many) {
        fault(syntax.at, "E404", format("{}() 的参数个数不对，实有 {} 个", name, arguments.size()),
              format("{}() given a wrong number of arguments: {}", name, arguments.size()));
        is_bad = true;
    }
    if (is_bad) return bad();
    if (name == "join" && given[0].type.element != nullptr && given[0].type.element->kind != Kind::string) {
        fault(syntax.at, "E404", "join() 只用于文字列表", "join() needs a list of texts");
        return bad();
    }
    if (!prepared(name, arguments, *made)) return bad();
    Type type = found->result_is == ResultIs::first_argument ? given[0].type
                : found->result_is == ResultIs::list_of_text ? list_of(type_of(Kind::string))
                                                             : type_of(found->result);
    // What comes out of a function on words is text, not one of the words.
    if (found->result_is == ResultIs::first_argument) type.words = nullptr;
    if (found->max_size != 64) type.max_size = found->max_size;
    std::size_t walked = 0;
    for (const Checked& one : given) {
        if (one.type.kind == Kind::string || one.type.kind == Kind::list) walked += one.type.max_size;
    }
    if (name == "replace") type.max_size = (given[0].type.max_size + 1) * (given[2].type.max_size + 1);
    if (name == "split") type.max_size = given[0].type.max_size + 1;
    if (name == "join" && given[0].type.element != nullptr) {
        const std::size_t separator = given.size() > 1 ? given[1].type.max_size : 0;
        type.max_size = given[0].type.max_size * (given[0].type.element->max_size + separator);
    }
    type.max_size = std::min<std::size_t>(type.max_size, max_text_bytes);
    if (name == "matches") {
        cost += static_cast<std::int64_t>((given[0].type.max_size + 1) * (given[1].type.max_size + 1) / 4);
    } else if (name.starts_with("sets.")) {
        cost += static_cast<std::int64_t>(std::min<std::size_t>(given[0].type.max_size, 1U << 20U) *
                                          std::min<std::size_t>(given[1].type.max_size, 1U << 20U)) *
                unit_tenths;
    } else if (name != "size") {
        cost += static_cast<std::int64_t>(walked);
    }
    name_paths(*made, reads_before);
    Checked checked{.node = made, .type = std::move(type), .cost = cost, .is_bad = false};
    return found->uses_zone ? checked : folded(std::move(checked));
}

// Finds the function and reads its literals; false with a fault when a literal is wrong.
bool Checker::prepared(const std::string& name, const std::vector<const Syntax*>& arguments, Node& made) {
    for (const auto& group : {string_function, list_function, quantity_function, calendar_function, text_function,
                              identity_function, math_function, conversion_function}) {
        if (made.function == nullptr) made.function = group(name);
    }
    if (name == "matches") {
        std::string wrong;
        made.pattern = Pattern::compiled(arguments[1]->value.text(), wrong);
        if (made.pattern != nullptr) return true;
        fault(arguments[1]->start, "E603", format("正则表达式不能用：{}", wrong),
              format("unusable pattern: {}", wrong));
        return false;
    }
    if (name == "clock_between") {
        for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
            const auto ms = clock_ms(arguments[i]->value.text());
            if (!ms) {
                fault(arguments[i]->start, "E408", "不是一天中的时间，例：\"06:00\"",
                      "not a time of day, example: \"06:00\"");
                return false;
            }
            (i == 1 ? made.first : made.second) = *ms;
        }
    }
    if (name == "text.near") {
        const std::int64_t most = arguments[2]->value.number();
        if (most < 0 || most > 8) {
            fault(arguments[2]->start, "E408", "text.near() 的差异最多为 8",
                  "text.near() allows a distance of at most 8");
            return false;
        }
    }
    if (name == "id.valid") {
        const std::string& kind = arguments[0]->value.text();
        if (kind != "citizen" && kind != "organisation") {
            fault(arguments[0]->start, "E504", "号码种类只有 citizen 和 organisation",
                  "kinds of number are citizen and organisation");
            return false;
        }
    }
    return true;
}

}  // namespace ningyi::cel
