// SPDX-License-Identifier: Apache-2.0
// What changed between two folders of packs, rule by rule, in sentences.
#include <set>

#include "app/pack_folder.h"
#include "app/rule_commands.h"
#include "base/text.h"
#include "rule/explain.h"

namespace ningyi::app {
namespace {

class Difference {
public:
    Difference(const rule::RuleSet& before, const rule::RuleSet& after, const Terminal& terminal)
        : before_(before), after_(after), terminal_(terminal) {}

    std::vector<std::string> of(const std::string& id) {
        said_.clear();
        const rule::Rule* a = before_.rule(id);
        const rule::Rule* b = after_.rule(id);
        if (a == nullptr) return {t("新规则", "a new rule")};
        if (b == nullptr) return {t("规则不见了", "the rule is gone")};
        change(t("名称", "title"), a->title.zh + " / " + a->title.en, b->title.zh + " / " + b->title.en);
        change(t("状态", "status"), a->status, b->status);
        change(t("结论", "result"), a->result, b->result);
        change(t("处理", "effect"), a->effect, b->effect);
        change(t("生效日期", "in force"), days(a->in_force), days(b->in_force));
        change(t("依据", "basis"), join(a->cite, " "), join(b->cite, " "));
        change(t("适用", "applies"), text(a->applies), text(b->applies));
        change(t("缺一不可", "needs"), needs(*a), needs(*b));
        std::map<std::string, std::string> lets_a, lets_b;
        for (const rule::Let& let : a->lets) lets_a[let.name] = text(let.expression);
        for (const rule::Let& let : b->lets) lets_b[let.name] = text(let.expression);
        compare("let", lets_a, lets_b);
        change(t("条件的关系", "when"), a->any ? "any" : "all", b->any ? "any" : "all");
        compare(t("条件", "clause"), clauses(a->clauses), clauses(b->clauses));
        compare(t("疑虑", "doubt"), clauses(a->doubts), clauses(b->doubts));
        compare(t("例外", "exception"), clauses(a->exceptions), clauses(b->exceptions));
        compare(t("分级", "band"), bands(*a), bands(*b));
        change(t("严重程度", "severity"), text(a->severity), text(b->severity));
        change("margin", text(a->margin), text(b->margin));
        change("at_risk", text(a->at_risk), text(b->at_risk));
        change("payable", text(a->payable), text(b->payable));
        params(*a, *b);
        lists(*a, *b);
        if (a->digest == b->digest && !said_.empty())
            said_.push_back(t("规则摘要未变，版本不用升高", "the digest is the same: the version stays"));
        if (a->digest != b->digest) {
            if (said_.empty()) said_.push_back(t("句子或声明有变", "sentences or declarations changed"));
            said_.push_back(
                format("{} {} → {}", t("规则摘要", "digest"), a->digest.substr(0, 12), b->digest.substr(0, 12)));
            if (a->version == b->version)
                said_.push_back(t("版本须升高：ningyi pack lock", "the version must rise: ningyi pack lock"));
        }
        return said_;
    }

private:
    using Texts = std::map<std::string, std::string>;

    std::string t(const char* zh, const char* en) const { return std::string(terminal_.pick(zh, en)); }
    static std::string text(const cel::Expression& one) { return one.is_empty() ? "" : one.text(); }
    static std::string days(const rule::Days& days) {
        const auto day = [](Date one) { return one.days == INT32_MIN || one.days == INT32_MAX ? "…" : to_text(one); };
        return day(days.from) + " – " + day(days.to);
    }
    static std::string needs(const rule::Rule& rule) {
        std::vector<std::string> paths;
        for (const std::uint16_t slot : rule.needs) paths.push_back(rule.names.path(slot));
        return join(paths, " ");
    }
    static Texts clauses(const std::vector<rule::Clause>& all) {
        Texts texts;
        for (const rule::Clause& one : all)
            texts[one.id] = text(one.condition) + (one.asked_of_hits_only ? " (hit)" : "");
        return texts;
    }
    static Texts bands(const rule::Rule& rule) {
        Texts texts;
        for (const rule::Band& band : rule.bands)
            texts[band.id] = format("{} → {} {}", text(band.condition), band.severity, band.effect);
        return texts;
    }

    void change(const std::string& what, const std::string& a, const std::string& b) {
        if (a != b) said_.push_back(format("{}：{} → {}", what, a.empty() ? "–" : a, b.empty() ? "–" : b));
    }

    void compare(const std::string& what, const Texts& a, const Texts& b) {
        for (const auto& [id, text] : a) {
            const auto other = b.find(id);
            if (other == b.end())
                said_.push_back(format("{} {} {}：{}", what, id, t("去掉了", "was dropped"), text));
            else
                change(what + " " + id, text, other->second);
        }
        for (const auto& [id, text] : b) {
            if (!a.contains(id)) said_.push_back(format("{} {} {}：{}", what, id, t("是新的", "is new"), text));
        }
    }

    static Texts values(const rule::RuleSet& set, const rule::Rule& rule) {
        Texts texts;
        for (std::size_t i = 0; i < rule.params.size(); ++i) {
            const rule::Param& param = set.params[rule.param_index[i]];
            for (const rule::ParamValue& value : param.values) {
                std::string scope;
                for (const auto& [key, own] : value.scope) scope += format(" {}={}", key, own);
                texts[format("{} {}{}", rule.params[i].first, to_text(value.days.from), scope)] =
                    rule::shown(value.value, "", Language::zh, Zone::china()) +
                    (value.days.to.days == INT32_MAX ? "" : " (to " + to_text(value.days.to) + ")");
            }
        }
        return texts;
    }
    void params(const rule::Rule& a, const rule::Rule& b) {
        compare(t("参数", "parameter"), values(before_, a), values(after_, b));
    }

    static Texts entries(const rule::RuleSet& set, const rule::Rule& rule) {
        Texts texts;
        for (const rule::SlotSource& source : rule.sources) {
            if (source.kind != rule::SlotSource::Kind::list) continue;
            const rule::ListOf& list = set.lists[source.index];
            for (const rule::ListEntry& entry : list.entries)
                texts[format("{} {} {}", list.name, join(entry.key, ","), to_text(entry.days.from))] =
                    format("{} {}", days(entry.days), entry.why);
        }
        return texts;
    }
    void lists(const rule::Rule& a, const rule::Rule& b) {
        compare(t("名单", "list"), entries(before_, a), entries(after_, b));
    }

    const rule::RuleSet& before_;
    const rule::RuleSet& after_;
    const Terminal& terminal_;
    std::vector<std::string> said_;
};

}  // namespace

int rule_diff(const RuleDiffOptions& options, Terminal& terminal) {
    const auto before = load_packs(options.before);
    if (!before) return terminal.complain(before.error()), exit_unusable;
    const auto after = load_packs(options.after);
    if (!after) return terminal.complain(after.error()), exit_unusable;
    std::set<std::string> ids;
    for (const auto* packs : {&*before, &*after}) {
        for (const rule::Rule& rule : (*packs)->set.rules) {
            if (options.rule.empty() || rule.id == options.rule) ids.insert(rule.id);
        }
    }
    if (ids.empty()) {
        terminal.complain({.code = "E502", .zh = "没有这条规则", .en = "there is no such rule"});
        return exit_unusable;
    }
    Difference difference((*before)->set, (*after)->set, terminal);
    std::size_t changed = 0;
    for (const std::string& id : ids) {
        const std::vector<std::string> said = difference.of(id);
        if (said.empty()) continue;
        ++changed;
        terminal.say(id, id);
        for (const std::string& one : said) terminal.say("  " + one, "  " + one);
    }
    terminal.say(format("{} 条规则有变化", changed), format("{} rules changed", changed));
    return exit_good;
}

}  // namespace ningyi::app
