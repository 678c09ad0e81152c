// SPDX-License-Identifier: Apache-2.0
// What changed from one rule to the other, in sentences: for backtest.h.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "casework/suggestion.h"
#include "engine/body_value.h"
#include "rule/values.h"
#include "run/backtest.h"

namespace ningyi::run {
namespace {

using model::Label;
using rule::Rule;
using rule::RuleSet;

Label words_of(const cel::Value& value) {
    switch (value.kind()) {
        case cel::Kind::length:
        case cel::Kind::duration:
        case cel::Kind::money:
        case cel::Kind::speed:
        case cel::Kind::ratio:
        case cel::Kind::integer:
            return casework::quantity_words(std::string(engine::kind_word(value.kind())),
                                            value.kind() == cel::Kind::duration ? value.ms() : value.number());
        default: return {rule::exact_text(value), rule::exact_text(value)};
    }
}

std::string text_of(const cel::Expression& expression) {
    return expression.is_empty() ? "" : expression.text();
}

Label days_words(const rule::Days& days) {
    const bool is_from = days.from.days != INT32_MIN, is_to = days.to.days != INT32_MAX;
    const std::string from = is_from ? to_text(days.from) : "", to = is_to ? to_text(days.to) : "";
    if (is_from && is_to) return {format("{} 至 {}", from, to), format("{} to {}", from, to)};
    if (is_from) return {"自 " + from, "from " + from};
    if (is_to) return {"至 " + to, "until " + to};
    return {"一直", "at all times"};
}

class Changes {
public:
    Changes(const RuleSet& before_set, const Rule& before, const RuleSet& after_set, const Rule& after)
        : before_set_(before_set), before_(before), after_set_(after_set), after_(after) {}

    std::vector<Label> all() {
        compare_words("状态", "status", before_.status, after_.status);
        compare_words("法律性质", "result", before_.result, after_.result);
        compare_words("处置", "effect", before_.effect, after_.effect);
        compare_words("对象", "subject", before_.subject, after_.subject);
        compare_words("触发", "trigger", trigger(before_), trigger(after_));
        const Label days[2] = {days_words(before_.in_force), days_words(after_.in_force)};
        if (days[0] != days[1]) say("规则施行", "in force", days[0], days[1]);
        compare_words("适用条件", "applies", text_of(before_.applies), text_of(after_.applies));
        params();
        features();
        tables_and_lists();
        parts("中间值", "let", lets(before_), lets(after_));
        parts("条件", "clause", clauses(before_.clauses), clauses(after_.clauses));
        if (before_.any != after_.any)
            compare_words("条件的合并", "clauses join by", before_.any ? "any" : "all", after_.any ? "any" : "all");
        parts("疑虑", "doubt", clauses(before_.doubts), clauses(after_.doubts));
        parts("例外", "exception", clauses(before_.exceptions), clauses(after_.exceptions));
        parts("分档", "band", bands(before_), bands(after_));
        compare_words("严重程度", "severity", text_of(before_.severity), text_of(after_.severity));
        compare_words("超出量", "margin", text_of(before_.margin), text_of(after_.margin));
        compare_words("涉及金额", "money at risk", text_of(before_.at_risk), text_of(after_.at_risk));
        compare_words("必需的资料", "needs", paths(before_, before_.needs), paths(after_, after_.needs));
        compare_words("逐行判定", "each", before_.each, after_.each);
        compare_words("疑点的键", "key of findings", join(before_.dedup, ", "), join(after_.dedup, ", "));
        compare_words("依据条款", "clauses cited", join(before_.cite, ", "), join(after_.cite, ", "));
        if (said_.empty() && before_.digest != after_.digest)
            said_.push_back({"其他写法有变，判定内容见规则文件", "something else in its text changed; see the file"});
        return std::move(said_);
    }

private:
    using Parts = std::vector<std::pair<std::string, std::string>>;

    void say(std::string_view zh, std::string_view en, const Label& before, const Label& after) {
        said_.push_back({format("{}：{} → {}", zh, before.zh.empty() ? "（无）" : before.zh,
                                after.zh.empty() ? "（无）" : after.zh),
                         format("{}: {} → {}", en, before.en.empty() ? "(none)" : before.en,
                                after.en.empty() ? "(none)" : after.en)});
    }
    void compare_words(std::string_view zh, std::string_view en, const std::string& before, const std::string& after) {
        if (before != after) say(zh, en, {before, before}, {after, after});
    }

    static std::string trigger(const Rule& rule) {
        const rule::Trigger& on = rule.on;
        if (on.kind == rule::Trigger::Kind::every) return format("every {} +{} min", on.every, on.at / 60000);
        return format("{} +{} min", on.event, on.wait / 60000);
    }
    static std::string paths(const Rule& rule, const std::vector<std::uint16_t>& slots) {
        std::vector<std::string> all;
        for (const std::uint16_t slot : slots) all.push_back(rule.names.path(slot));
        return join(all, ", ");
    }
    static Parts lets(const Rule& rule) {
        Parts all;
        for (const rule::Let& let : rule.lets) all.emplace_back(let.name, text_of(let.expression));
        return all;
    }
    static Parts clauses(const std::vector<rule::Clause>& clauses) {
        Parts all;
        for (const rule::Clause& clause : clauses)
            all.emplace_back(clause.id, text_of(clause.condition) + (clause.asked_of_hits_only ? " (ask: hit)" : ""));
        return all;
    }
    static Parts bands(const Rule& rule) {
        Parts all;
        for (const rule::Band& band : rule.bands)
            all.emplace_back(band.id, format("{} → {}{}{}", text_of(band.condition), band.severity,
                                             band.effect.empty() ? "" : " ", band.effect));
        return all;
    }

    void parts(std::string_view zh, std::string_view en, const Parts& before, const Parts& after) {
        const auto text = [](const Parts& all, const std::string& id) -> std::string {
            for (const auto& [own, condition] : all) {
                if (own == id) return condition.empty() ? "-" : condition;
            }
            return "";
        };
        std::vector<std::string> ids;
        for (const Parts* all : {&before, &after}) {
            for (const auto& [id, condition] : *all) {
                if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
            }
        }
        for (const std::string& id : ids) {
            const std::string was = text(before, id), is = text(after, id);
            if (was != is) say(format("{} {}", zh, id), format("{} {}", en, id), {was, was}, {is, is});
        }
    }

    // Parameters of the rule and of its features, by name.
    static std::set<std::string> params_of(const RuleSet& set, const Rule& rule) {
        std::set<std::string> names;
        for (const auto& [local, name] : rule.params) names.insert(name);
        for (const auto& [alias, name] : rule.features) {
            const rule::Feature* feature = set.feature(name);
            if (feature == nullptr) continue;
            for (const auto* bindings : {&feature->args, &feature->each_args}) {
                for (const rule::Binding& binding : *bindings) {
                    if (set.param(binding.text) != nullptr) names.insert(binding.text);
                }
            }
        }
        return names;
    }

    void params() {
        std::set<std::string> names = params_of(before_set_, before_);
        names.merge(params_of(after_set_, after_));
        for (const std::string& name : names) {
            const rule::Param* was = before_set_.param(name);
            const rule::Param* is = after_set_.param(name);
            const std::string title_zh = is != nullptr ? is->title.zh : was != nullptr ? was->title.zh : "";
            const std::string title_en = is != nullptr ? is->title.en : was != nullptr ? was->title.en : "";
            using Key =
                std::pair<std::vector<std::pair<std::string, std::string>>, std::pair<std::int32_t, std::int32_t>>;
            std::map<Key, std::pair<const rule::ParamValue*, const rule::ParamValue*>> rows;
            const auto add = [&](const rule::Param* param, bool is_after) {
                if (param == nullptr) return;
                for (const rule::ParamValue& value : param->values) {
                    auto& row = rows[{value.scope, {value.days.from.days, value.days.to.days}}];
                    (is_after ? row.second : row.first) = &value;
                }
            };
            add(was, false);
            add(is, true);
            for (const auto& [key, row] : rows) {
                const Label before = row.first == nullptr ? Label{} : words_of(row.first->value);
                const Label after = row.second == nullptr ? Label{} : words_of(row.second->value);
                if (before == after) continue;
                const rule::ParamValue& value = row.second == nullptr ? *row.first : *row.second;
                std::string scope;
                for (const auto& [scope_key, own] : value.scope) scope += format(" {}={}", scope_key, own);
                const Label days = days_words(value.days);
                say(format("参数“{}”（{}）{}{}", title_zh, name, days.zh, scope),
                    format("parameter \"{}\" ({}) {}{}", title_en, name, days.en, scope), before, after);
            }
        }
        Parts local[2];
        for (std::size_t side = 0; side < 2; ++side) {
            for (const auto& [alias, name] : (side == 0 ? before_ : after_).params)
                local[side].emplace_back(alias, name);
        }
        parts("参数的用名", "parameter named", local[0], local[1]);
    }

    void features() {
        Parts local[2];
        for (std::size_t side = 0; side < 2; ++side) {
            for (const auto& [alias, name] : (side == 0 ? before_ : after_).features)
                local[side].emplace_back(alias, name);
        }
        parts("特征的用名", "feature named", local[0], local[1]);
        for (const auto& [alias, name] : after_.features) {
            const rule::Feature* was = before_set_.feature(name);
            const rule::Feature* is = after_set_.feature(name);
            if (was == nullptr || is == nullptr || was->declaration == is->declaration) continue;
            for (const auto& [key, value] : is->declaration.pairs) {
                const cbor::Value* old = was->declaration.find(key);
                if (old != nullptr && *old == value) continue;
                say(format("特征 {} 的 {}", name, key), format("{} of feature {}", key, name),
                    plain(old == nullptr ? cbor::Value::of_text("") : *old), plain(value));
            }
            for (const auto& [key, value] : was->declaration.pairs) {
                if (is->declaration.find(key) == nullptr)
                    say(format("特征 {} 的 {}", name, key), format("{} of feature {}", key, name), plain(value), {});
            }
        }
    }

    static Label plain(const cbor::Value& value) {
        const std::string text = text_of(value);
        return {text, text};
    }
    static std::string text_of(const cbor::Value& value) {
        if (value.kind == cbor::Kind::text) return value.text;
        std::vector<std::string> parts;
        for (const cbor::Value& item : value.items) parts.push_back(text_of(item));
        for (const auto& [key, item] : value.pairs) parts.push_back(key + ": " + text_of(item));
        return (value.kind == cbor::Kind::map ? "{" : "[") + join(parts, ", ") +
               (value.kind == cbor::Kind::map ? "}" : "]");
    }
    static std::string text_of(const cel::Expression& expression) { return run::text_of(expression); }

    // Lists and tables of both, by name, each as a set of lines.
    static std::map<std::string, std::set<std::string>> lines_of(const RuleSet& set, const Rule& rule) {
        std::map<std::string, std::set<std::string>> all;
        for (const rule::SlotSource& source : rule.sources) {
            if (source.kind == rule::SlotSource::Kind::list) {
                const rule::ListOf& list = set.lists[source.index];
                std::set<std::string>& lines = all["lists." + list.name];
                for (const rule::ListEntry& entry : list.entries)
                    lines.insert(join(entry.key, ",") + " " + days_words(entry.days).en);
            }
            if (source.kind == rule::SlotSource::Kind::table) {
                const rule::Table& table = set.tables[source.index];
                std::set<std::string>& lines = all["tables." + table.name];
                for (const rule::TableRow& row : table.rows) {
                    std::string line;
                    for (const rule::KeyCell& cell : row.key) line += cell.said + ",";
                    for (const cel::Value& value : row.columns) line += rule::exact_text(value) + ",";
                    lines.insert(line + " " + days_words(row.days).en);
                }
            }
        }
        return all;
    }

    void tables_and_lists() {
        const auto was = lines_of(before_set_, before_), is = lines_of(after_set_, after_);
        for (const auto& [name, lines] : is) {
            const auto old = was.find(name);
            if (old == was.end()) continue;
            std::int64_t added = 0, gone = 0;
            for (const std::string& line : lines) added += old->second.contains(line) ? 0 : 1;
            for (const std::string& line : old->second) gone += lines.contains(line) ? 0 : 1;
            if (added + gone == 0) continue;
            said_.push_back({format("{}：新增 {} 行，去掉 {} 行", name, added, gone),
                             format("{}: {} rows added, {} gone", name, added, gone)});
        }
    }

    const RuleSet& before_set_;
    const Rule& before_;
    const RuleSet& after_set_;
    const Rule& after_;
    std::vector<Label> said_;
};

}  // namespace

std::vector<Label> changes_of(const RuleSet& before_set, const Rule* before, const RuleSet& after_set,
                              const Rule* after) {
    if (before == nullptr) return {{"新增的规则", "a new rule"}};
    if (after == nullptr) return {{"规则被去掉", "the rule is gone"}};
    return Changes(before_set, *before, after_set, *after).all();
}

}  // namespace ningyi::run
