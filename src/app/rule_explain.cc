// SPDX-License-Identifier: Apache-2.0
// A rule in sentences, and what it says of one subject as the log stands now.
#include <algorithm>
#include <set>

#include "app/intake_of_bundle.h"
#include "app/open_casework.h"
#include "app/rule_commands.h"
#include "base/quantity.h"
#include "base/text.h"
#include "engine/replay.h"
#include "intake/opener.h"
#include "rule/prepared_tests.h"
#include "rule/supply.h"
#include "rule/undo.h"
#include "run/runner.h"

namespace ningyi::app {
namespace {

class Page {
public:
    Page(const rule::RuleSet& set, const rule::Rule& rule, const Terminal& terminal)
        : set_(set), rule_(rule), terminal_(terminal) {}

    void say_rule() const {
        line(format("{}  {}", rule_.id, pick(rule_.title)));
        line(format("{} {}  {}  {}  {}", t("第", "version"), rule_.version, rule_.status, rule_.result, rule_.effect));
        line(t("对象：", "about: ") + label_of_subject() + t("；何时判：", "; judged: ") + trigger());
        line(t("适用：", "applies: ") +
             (rule_.applies.is_empty() ? t("每一个", "to every one") : rule_.applies.text()));
        line(t("依据：", "basis: ") + join(rule_.cite, "、"));
        conditions(rule_.any ? t("任一条件成立即为疑点：", "a hit when any of these holds:")
                             : t("全部条件成立才是疑点：", "a hit when all of these hold:"),
                   rule_.clauses);
        conditions(t("有下列疑虑时不作判定：", "nothing is judged in these doubts:"), rule_.doubts);
        conditions(t("下列情形不计为问题：", "these are exempt:"), rule_.exceptions);
        bands();
        params();
        if (!rule_.needs.empty()) {
            std::vector<std::string> needs;
            for (const std::uint16_t slot : rule_.needs) needs.push_back(rule_.names.path(slot));
            line(t("缺一不可：", "must be known: ") + join(needs, " "));
        }
        line(t("它看不到：", "what it misses: ") + pick(rule_.misses));
        line(t("先做什么：", "what to do first: ") + pick(rule_.do_first));
        for (const rule::Rule::Innocent& one : rule_.innocent) line(t("无辜的情形：", "innocent: ") + pick(one.text));
        Faults faults;
        const rule::PreparedTests tests = rule::prepared_tests(set_, rule_, faults);
        line(format("{}{}", t("测试：", "tests: "), tests.values.size() + tests.events.size()));
        for (const rule::ValueTest& test : tests.values) {
            const yaml::Node* outcome = test.expect.find("outcome");
            line(format("  {} → {}", test.name, outcome == nullptr ? "?" : outcome->text));
        }
        for (const rule::EventTest& test : tests.events) line("  " + test.name);
        line(t("摘要 ", "digest ") + rule_.digest);
    }

    void say_judgement(const rule::Explanation& explanation, const rule::Judgement& judgement, const Zone& zone) const {
        line(format("{}：{}", rule::to_word(judgement.outcome), explanation.sentence));
        marked(t("条件：", "clauses:"), explanation.clauses);
        marked(t("疑虑：", "doubts:"), explanation.doubts);
        marked(t("例外：", "exceptions:"), explanation.exceptions);
        for (const auto& [path, value] : judgement.values)
            line(format(
                "  {} = {}", path,
                value.is_known() ? rule::shown(value, "", terminal_.language(), zone) : t("（未知）", "(unknown)")));
        if (!explanation.margin.empty()) line(t("超出：", "margin: ") + explanation.margin);
        undone(t("怎样就不成立（逐条）：", "what would have made each not hold:"),
               rule::undo_of_clauses(set_, rule_, judgement, zone));
        undone(t("怎样就没有疑虑：", "what would remove each doubt:"),
               rule::undo_of_doubts(set_, rule_, judgement, zone));
        if (!judgement.missing.empty()) line(t("补上这些才能判：", "would settle it:"));
        for (const std::string& path : judgement.missing) supplied(path);
        doubted(judgement);
        if (!explanation.cite.empty()) line(t("依据：", "basis: ") + join(explanation.cite, t("、", ", ")));
        line(format("{} {} {}  {} {}", rule_.id, t("第", "version"), rule_.version, t("参数摘要", "parameter digest"),
                    judgement.params_digest.substr(0, 16)));
    }

private:
    void line(const std::string& text) const { terminal_.say(text, text); }
    std::string t(const char* zh, const char* en) const { return std::string(terminal_.pick(zh, en)); }
    std::string pick(const model::Label& label) const { return std::string(terminal_.pick(label.zh, label.en)); }

    std::string label_of_subject() const {
        const model::Entity* entity = set_.dictionary.entity(rule_.subject);
        return entity == nullptr ? rule_.subject : pick(entity->title);
    }

    std::string trigger() const {
        switch (rule_.on.kind) {
            case rule::Trigger::Kind::event:
                return rule_.on.event +
                       (rule_.on.wait == 0 ? "" : " + " + to_text(Quantity{Dimension::duration, rule_.on.wait}));
            case rule::Trigger::Kind::every: return t("每", "every ") + rule_.on.every;
            case rule::Trigger::Kind::due: return rule_.on.due.text();
        }
        return "";
    }

    // A sentence with its values as {path}.
    static std::string bare(const rule::Sentence& sentence) {
        std::string text;
        for (const rule::Sentence::Part& part : sentence.parts)
            text += part.is_value ? "{" + part.text + "}" : part.text;
        return text;
    }

    std::string said(const rule::Sentence& zh, const rule::Sentence& en) const {
        return bare(terminal_.language() == Language::zh ? zh : en);
    }

    void conditions(const std::string& head, const std::vector<rule::Clause>& all) const {
        if (all.empty()) return;
        line(head);
        for (const rule::Clause& one : all)
            line(format("  {}  {}\n      {}", one.id, said(one.zh, one.en), one.condition.text()));
    }

    void bands() const {
        for (const rule::Band& band : rule_.bands) {
            line(format("{} {}  {}  {}", t("分级", "band"), band.severity, said(band.zh, band.en),
                        band.condition.is_empty() ? "" : band.condition.text()));
        }
        if (!rule_.severity.is_empty()) line(t("严重程度：", "severity: ") + rule_.severity.text());
    }

    void params() const {
        for (std::size_t i = 0; i < rule_.params.size(); ++i) {
            const rule::Param& param = set_.params[rule_.param_index[i]];
            line(format("{} = {} ({})", rule_.params[i].first, pick(param.title), param.name));
            for (const rule::ParamValue& value : param.values) {
                std::string scope;
                for (const auto& [key, own] : value.scope) scope += format(" {}={}", key, own);
                const std::string ground = value.cite.empty() ? pick(value.basis) : join(value.cite, " ");
                line(format("    {}{} {}{}  {}", t("自 ", "from "), to_text(value.days.from),
                            rule::shown(value.value, "", terminal_.language(), Zone::china()), scope, ground));
            }
        }
    }

    void undone(const std::string& head, const std::vector<rule::Undo>& all) const {
        if (all.empty()) return;
        line(head);
        for (const rule::Undo& one : all) line(format("  {}  {}", one.id, pick(one.words)));
    }

    void supplied(const std::string& path) const {
        const rule::Supply supply = rule::supply_of(set_, rule_, path);
        const std::string from = pick(supply.from);
        line(format("  {} {}{}", path, pick(supply.what), from.empty() ? "" : t("：", ": ") + from));
    }

    // Who can supply what a doubt asks for and is not known, or what a verdict would need that has too little to go by.
    void doubted(const rule::Judgement& judgement) const {
        std::set<std::string> paths;
        for (std::size_t i = 0; i < rule_.doubts.size() && i < judgement.doubts.size(); ++i) {
            if (judgement.doubts[i] != 't') continue;
            for (const auto& [path, value] : judgement.values) {
                const auto& reads = rule_.doubts[i].condition.reads();
                const bool is_read = std::any_of(reads.begin(), reads.end(),
                                                 [&](std::uint16_t slot) { return rule_.names.path(slot) == path; });
                const bool is_thin = value.kind() == cel::Kind::string && value.text() == "insufficient";
                if (is_read && (!value.is_known() || is_thin)) paths.insert(path);
            }
        }
        if (paths.empty()) return;
        line(t("补上这些可解除疑虑：", "would settle the doubt:"));
        for (const std::string& path : paths) supplied(path);
    }

    void marked(const std::string& head, const std::vector<rule::Explanation::Line>& all) const {
        if (all.empty()) return;
        line(head);
        for (const rule::Explanation::Line& one : all) {
            const std::string_view mark = one.mark == 't' ? "✓" : one.mark == 'f' ? "✗" : one.mark == '?' ? "?" : "·";
            line(format("  {} {}", mark, one.text));
        }
    }

    const rule::RuleSet& set_;
    const rule::Rule& rule_;
    const Terminal& terminal_;
};

int explain_subject(const RuleExplainOptions& options, Terminal& terminal) {
    auto work = open_casework(options.store, options.packs);
    if (!work) return terminal.complain(work.error()), exit_unusable;
    const rule::RuleSet& set = (*work)->packs->set;
    const rule::Rule* wanted = set.rule(options.id);
    if (wanted == nullptr) {
        terminal.complain({.code = "E502",
                           .zh = format("这里没有规则 {}", options.id),
                           .en = format("there is no rule {} here", options.id)});
        return exit_unusable;
    }
    // Only this rule is judged.
    const rule::RuleSet one = rule::alone(set, *wanted);
    const rule::Rule& rule = one.rules.front();
    intake::Opener opener((*work)->store.keys(), intake::partition_of((*work)->store.log()));
    const run::Source source{(*work)->store.log(), opening_with(opener), one, (*work)->zone};
    const auto reaudit =
        run::reaudit(source, [&](double share) { terminal.progress("读日志", "reading the log", share); });
    terminal.progress("读日志", "reading the log", 1);
    if (!reaudit) return terminal.complain(reaudit.error()), exit_unusable;
    const auto judged = reaudit->engine->explain(rule, options.subject);
    if (judged.empty()) {
        terminal.complain({.code = "E502",
                           .zh = format("日志里没有 {} {}", rule.subject, options.subject),
                           .en = format("the log has no {} {}", rule.subject, options.subject)});
        return exit_unusable;
    }
    const Page page(one, rule, terminal);
    engine::Finding named;
    named.subject = options.subject;
    named.subject_entity = rule.subject;
    for (const auto& judgement : judged) {
        page.say_judgement(
            rule::explain(one, rule, judgement.judgement, terminal.language(), (*work)->zone, nullptr,
                          [&](const std::string& entity) { return engine::id_of(*reaudit->engine, named, entity); }),
            judgement.judgement, (*work)->zone);
    }
    terminal.say(format("日志位置 {}", reaudit->engine->position()),
                 format("log position {}", reaudit->engine->position()));
    return exit_good;
}

}  // namespace

int rule_explain(const RuleExplainOptions& options, Terminal& terminal) {
    if (!options.subject.empty() && !options.store.empty()) return explain_subject(options, terminal);
    if (options.subject.empty() != options.store.empty()) {
        terminal.complain(
            {.code = "E012", .zh = "对象编号和 --store 要同时给出", .en = "a subject and --store go together"});
        return exit_unusable;
    }
    const auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    const rule::Rule* rule = (*packs)->set.rule(options.id);
    if (rule == nullptr) {
        terminal.complain(
            {.code = "E502", .zh = format("没有规则 {}", options.id), .en = format("there is no rule {}", options.id)});
        return exit_unusable;
    }
    Page((*packs)->set, *rule, terminal).say_rule();
    return exit_good;
}

}  // namespace ningyi::app
