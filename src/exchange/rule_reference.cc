// SPDX-License-Identifier: Apache-2.0
#include "exchange/rule_reference.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "exchange/words.h"
#include "rule/explain.h"
#include "rule/value_words.h"

namespace ningyi::exchange {
namespace {

using model::Label;
using rule::Rule;
using rule::RuleSet;

Label status_words(std::string_view status) {
    if (status == "draft") return {"草稿", "draft"};
    if (status == "shadow") return {"试运行", "on trial"};
    if (status == "live") return {"运行", "live"};
    if (status == "paused") return {"暂停", "paused"};
    if (status == "retired") return {"停用", "retired"};
    return {std::string(status), std::string(status)};
}

Label stage_words(std::string_view stage) {
    if (stage == "before") return {"事前", "before the service"};
    if (stage == "in_process") return {"事中", "during the service"};
    if (stage == "before_payment") return {"付费前", "before payment"};
    if (stage == "post") return {"事后", "after payment"};
    return {std::string(stage), std::string(stage)};
}

std::string day_or(Date day, const char* open) {
    return day.days == INT32_MIN || day.days == INT32_MAX ? open : to_text(day);
}

// Text inside a table cell or a list item: no pipe ends a cell, no line ends a row.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// A span of code; one that holds a backtick itself is fenced by two.
std::string code(std::string_view text) {
    const std::string fence = text.find('`') == std::string_view::npos ? "`" : "``";
    std::string out = fence;
    for (const char c : text) out += c == '\n' ? ' ' : c;
    return out + fence;
}

class Page {
public:
    Page(const RuleSet& set, const Rule& rule, const Zone& zone) : set_(set), rule_(rule), zone_(zone) {}

    std::string write() {
        heading();
        citations();
        conditions();
        grades();
        thresholds();
        knowledge();
        limits();
        tests();
        return std::move(out_);
    }

private:
    void line(const std::string& text = "") { out_ += text + "\n"; }
    void section(const char* zh, const char* en) { line(), line(format("## {} · {}", zh, en)), line(); }

    // A sentence with what its places stand for: 「label」.
    std::string sentence(const rule::Sentence& said, bool is_zh) const {
        std::string out;
        for (const rule::Sentence::Part& part : said.parts) {
            if (!part.is_value) {
                out += part.text;
                continue;
            }
            Label label = part.text == "cite" ? Label{"依据条款", "clauses"} : rule::path_words(set_, rule_, part.text);
            if (const model::Entity* entity = set_.dictionary.entity(part.text)) label = entity->title;
            const std::string words = is_zh ? label.zh : label.en;
            out += (is_zh ? "「" : "[") + (words.empty() ? part.text : words) + (is_zh ? "」" : "]");
        }
        return out;
    }

    void heading() {
        line(format("# {} {} · {}", rule_.id, rule_.title.zh, rule_.title.en));
        line();
        const Label status = status_words(rule_.status), result = result_words(rule_.result);
        const Label effect = effect_words(rule_.effect);
        std::string stage_zh, stage_en;
        for (const std::string& stage : rule_.stage) {
            const Label words = stage_words(stage);
            stage_zh += (stage_zh.empty() ? "" : "、") + words.zh;
            stage_en += (stage_en.empty() ? "" : ", ") + words.en;
        }
        const model::Entity* subject = set_.dictionary.entity(rule_.subject);
        line("| | | |");
        line("|---|---|---|");
        line(format("| 状态 | {} | {} |", status.zh, status.en));
        line(format("| 对象 | {} | {} |", subject == nullptr ? rule_.subject : cell(subject->title.zh),
                    subject == nullptr ? rule_.subject : cell(subject->title.en)));
        line(format("| 命中的性质 | {} | {} |", result.zh, result.en));
        line(format("| 命中的处置 | {} | {} |", effect.zh, effect.en));
        line(format("| 时点 | {} | {} |", stage_zh, stage_en));
        line(format("| 版本 | {} | 自 {} 起生效 · in force from {} |", rule_.version,
                    day_or(rule_.in_force.from, "一开始"), day_or(rule_.in_force.from, "the beginning")));
        section("命中时怎么说", "What a hit says");
        line(sentence(rule_.explain_zh, true));
        line();
        line(sentence(rule_.explain_en, false));
    }

    void citations() {
        section("依据", "Basis");
        for (const std::string& cite : rule_.cite) {
            const std::size_t hash = cite.find('#');
            const rule::PolicyDocument* document = set_.policy(cite.substr(0, hash));
            if (document == nullptr || hash == std::string::npos) continue;
            line(format("- **{}** {} · {}（{} – {}）", cite, document->title.zh, document->title.en,
                        day_or(document->in_force.from, ""), day_or(document->in_force.to, "")));
            const auto clause = document->clauses.find(cite.substr(hash + 1));
            if (clause == document->clauses.end()) continue;
            line(format("  {}{}", clause->second.zh, clause->second.en.empty() ? "" : "  ·  " + clause->second.en));
        }
    }

    void clauses(const std::vector<rule::Clause>& all, const std::vector<const rule::Clause*>& chosen) {
        for (const rule::Clause& clause : all) {
            if (std::find(chosen.begin(), chosen.end(), &clause) == chosen.end()) continue;
            line(format("- **{}**：{}  ·  {}", clause.id, sentence(clause.zh, true), sentence(clause.en, false)));
            line(format("  {}", code(clause.condition.text())));
        }
    }

    static std::vector<const rule::Clause*> all_of(const std::vector<rule::Clause>& clauses) {
        std::vector<const rule::Clause*> all;
        for (const rule::Clause& clause : clauses) all.push_back(&clause);
        return all;
    }

    void conditions() {
        if (!rule_.applies.is_empty()) {
            section("适用于", "Applies to");
            line(code(rule_.applies.text()));
        }
        if (!rule_.needs.empty()) {
            section("没有这些就无法判定", "Undecided without");
            for (const std::uint16_t slot : rule_.needs) {
                const std::string& path = rule_.names.path(slot);
                const Label label = rule::path_words(set_, rule_, path);
                line(format("- {} · {} ({})", label.zh.empty() ? path : label.zh, label.en.empty() ? path : label.en,
                            code(path)));
            }
        }
        section(rule_.any ? "命中条件（任一成立）" : "命中条件（全部成立）",
                rule_.any ? "Conditions of a hit (any of them)" : "Conditions of a hit (all of them)");
        clauses(rule_.clauses, all_of(rule_.clauses));
        if (!rule_.lets.empty()) {
            section("其中", "Where");
            for (const rule::Let& let : rule_.lets)
                line(format("- {} = {}", code(let.name), code(let.expression.text())));
        }
        if (!rule_.doubts.empty()) {
            section("有疑问时不判定", "Doubts: nothing is decided");
            std::vector<const rule::Clause*> always, of_hits;
            for (const rule::Clause& doubt : rule_.doubts)
                (doubt.asked_of_hits_only ? of_hits : always).push_back(&doubt);
            clauses(rule_.doubts, always);
            if (!of_hits.empty()) {
                if (!always.empty()) line();
                line("只在将要命中时问 · Asked only before a hit:");
                line();
                clauses(rule_.doubts, of_hits);
            }
        }
        if (!rule_.exceptions.empty()) {
            section("豁免", "Exceptions");
            clauses(rule_.exceptions, all_of(rule_.exceptions));
        }
    }

    void grades() {
        if (rule_.bands.empty()) return;
        section("分级", "Grades");
        for (const rule::Band& band : rule_.bands) {
            const Label severity = severity_words(band.severity);
            const Label effect = effect_words(band.effect.empty() ? rule_.effect : band.effect);
            line(format("- **{}**（{}，{} · {}, {}）：{}  ·  {}", band.id, severity.zh, effect.zh, severity.en,
                        effect.en, sentence(band.zh, true), sentence(band.en, false)));
            if (!band.condition.is_empty()) line(format("  {}", code(band.condition.text())));
        }
    }

    void thresholds() {
        if (rule_.params.empty()) return;
        section("参数", "Parameters");
        line("| 参数 Parameter | 自 From | 至 To | 范围 Scope | 值 Value | 依据 Basis |");
        line("|---|---|---|---|---|---|");
        for (const auto& [local, name] : rule_.params) {
            const rule::Param* param = set_.param(name);
            if (param == nullptr) continue;
            for (const rule::ParamValue& value : param->values) {
                std::string scope, basis;
                for (const auto& [key, wanted] : value.scope)
                    scope += (scope.empty() ? "" : ", ") + key + " = " + wanted;
                for (const std::string& cite : value.cite) basis += (basis.empty() ? "" : ", ") + cite;
                if (basis.empty()) basis = value.basis.zh + " · " + value.basis.en;
                const Label said = rule::value_words(value.value, zone_);
                line(format("| {} · {} ({}) | {} | {} | {} | {} | {} |", cell(param->title.zh), cell(param->title.en),
                            code(local), day_or(value.days.from, ""), day_or(value.days.to, ""), cell(scope),
                            said.zh == said.en ? cell(said.zh) : cell(said.zh + " · " + said.en), cell(basis)));
            }
        }
    }

    void knowledge() {
        if (rule_.features.empty()) return;
        section("特征", "Features");
        for (const auto& [alias, name] : rule_.features) {
            const rule::Feature* feature = set_.feature(name);
            if (feature == nullptr) continue;
            line(format("- {} {} · {}{}", code(alias), feature->title.zh, feature->title.en,
                        alias == rule_.each ? "（每行各判一次 · judged row by row）" : ""));
        }
    }

    void limits() {
        section("看不到什么", "What it misses");
        line(format("{}  ·  {}", rule_.misses.zh, rule_.misses.en));
        section("先做什么", "What to do first");
        line(format("{}  ·  {}", rule_.do_first.zh, rule_.do_first.en));
        if (rule_.innocent.empty()) return;
        section("已知的无辜原因", "Known innocent reasons");
        for (const Rule::Innocent& innocent : rule_.innocent)
            line(format("- {} · {} ({})", innocent.text.zh, innocent.text.en, code(innocent.id)));
    }

    void tests() {
        section("测试", "Tests");
        line("| 测试 Test | 结果 Outcome |");
        line("|---|---|");
        for (const yaml::Node& test : rule_.tests) {
            const yaml::Node* name = test.find("name");
            const yaml::Node* expect = test.find("expect");
            if (name == nullptr || expect == nullptr) continue;
            const yaml::Node* outcome = expect->find("outcome");
            std::string words;
            if (outcome != nullptr && outcome->is_scalar()) {
                for (const rule::Outcome one : {rule::Outcome::hit, rule::Outcome::clear, rule::Outcome::exempt,
                                                rule::Outcome::inconclusive, rule::Outcome::not_applicable}) {
                    if (rule::to_word(one) == outcome->text)
                        words = outcome_words(one).zh + " · " + outcome_words(one).en;
                }
            } else {
                words = "按事件逐个对象 · by subject, from events";
            }
            line(format("| {} | {} |", cell(name->text), words));
        }
    }

    const RuleSet& set_;
    const Rule& rule_;
    const Zone& zone_;
    std::string out_;
};

std::string index_page(const RuleSet& set) {
    std::string out =
        "# 规则手册 · Reference of rules\n\n"
        "本页由规则文件生成，勿手改：`ningyi rule reference --out docs/rules`。 · Made from the rule files; do not "
        "edit "
        "by hand.\n";
    std::vector<const Rule*> rules;
    for (const Rule& rule : set.rules) rules.push_back(&rule);
    std::sort(rules.begin(), rules.end(),
              [](const Rule* a, const Rule* b) { return std::tie(a->pack, a->id) < std::tie(b->pack, b->id); });
    std::string pack;
    for (const Rule* rule : rules) {
        if (rule->pack != pack) {
            pack = rule->pack;
            const auto found = std::find_if(set.packs.begin(), set.packs.end(),
                                            [&](const RuleSet::Pack& one) { return one.name == pack; });
            const Label title = found == set.packs.end() ? Label{pack, pack} : found->title;
            out += format("\n## {} · {}\n\n| 规则 Rule | 怀疑什么 | What it suspects | 处置 Effect | 状态 Status |\n",
                          title.zh, title.en) +
                   "|---|---|---|---|---|\n";
        }
        const Label effect = effect_words(rule->effect), status = status_words(rule->status);
        out += format("| [{0}]({0}.md) | {1} | {2} | {3} · {4} | {5} · {6} |\n", rule->id, cell(rule->title.zh),
                      cell(rule->title.en), effect.zh, effect.en, status.zh, status.en);
    }
    return out;
}

}  // namespace

std::map<std::string, std::string> rule_reference(const RuleSet& set, const Zone& zone) {
    std::map<std::string, std::string> pages;
    for (const Rule& rule : set.rules) pages[rule.id + ".md"] = Page(set, rule, zone).write();
    pages["README.md"] = index_page(set);
    return pages;
}

}  // namespace ningyi::exchange
