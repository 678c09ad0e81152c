// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "app/casework_commands.h"
#include "app/gate.h"
#include "app/open_casework.h"
#include "base/json_in.h"
#include "base/text.h"
#include "casework/draw.h"
#include "casework/wilson.h"
#include "model/scope.h"
#include "run/backtest.h"

namespace ningyi::app {
namespace {

using casework::Asks;
using casework::Official;
using casework::Release;

const model::Scope& file_holder() {
    static const model::Scope scope = model::Scope::of_file_holder("casework", 2);
    return scope;
}

Fault refused(std::string zh, std::string en) {
    return {.code = "E710", .zh = std::move(zh), .en = std::move(en)};
}

model::Label status_words(std::string_view status) {
    if (status == "draft") return {"草稿", "draft"};
    if (status == "shadow") return {"试运行", "on trial"};
    if (status == "live") return {"启用", "live"};
    if (status == "paused") return {"暂停", "paused"};
    return {"停用", "retired"};
}

std::string free_id(const casework::State& state, const std::string& wanted) {
    std::string id = wanted;
    for (int n = 2; state.release(id) != nullptr; ++n) id = format("{}:{}", wanted, n);
    return id;
}

// Where the text of a rule stands in the packs, or would stand when it is new; "" when no pack has its prefix.
std::string path_of_rule(const OpenCasework& work, const std::string& id) {
    if (const auto known = work.state.rules.find(id); known != work.state.rules.end()) return known->second.path;
    const std::vector<std::string_view> parts = split(id, '-');
    for (const rule::RuleSet::Pack& pack : work.packs->set.packs) {
        if (parts.size() == 3 && pack.prefix == parts[0])
            return format("{}rules/{}/{}.yaml", pack.folder, lower_ascii(parts[1]), id);
    }
    return "";
}

// Part of the queue that hits of this rule and version would be.
std::optional<std::int64_t> queue_share(OpenCasework& work, const std::string& rule, std::int64_t version) {
    std::int64_t own = 0, others = 0;
    for (const ledger::Count& count : work.store.ledger().counts(file_holder())) {
        if (count.outcome != rule::Outcome::hit) continue;
        const auto known = work.state.rules.find(count.rule);
        if (count.rule == rule) {
            if (count.version == version) own += count.count;
        } else if (known != work.state.rules.end() && known->second.status == "live") {
            others += count.count;
        }
    }
    if (own + others == 0) return std::nullopt;
    return own * casework::million / (own + others);
}

// What is wrong with the packs once this text is laid over them.
Result<std::unique_ptr<Packs>> with_text(const OpenCasework& work, const std::string& path, const std::string& text) {
    pack::Files files = work.packs->files;
    files[path] = text;
    return packs_of_files(work.packs->folder, std::move(files));
}

Faults say_release(OpenCasework& work, const std::string& type, const std::string& id, cbor::Value body, Instant at,
                   const std::string& actor) {
    body.set("release_id", cbor::Value::of_text(id));
    Decision decision{.type = type, .subject = id, .actor = actor, .body = std::move(body), .at = at, .same_as = {}};
    return say(work.store, work.packs->set.dictionary, {decision}).faults;
}

// What the report of a backtest says that a proposal needs.
struct Attached {
    std::string digest;
    std::int64_t hits_before = 0, hits_after = 0;
    std::map<std::string, std::string> texts;  // path -> digest of the text that was tested
};

constexpr std::size_t largest_backtest = std::size_t{256} << 20U;

// A report that `ningyi backtest` wrote (JSON). Refused when its digest is not that of the texts it names.
Result<Attached> attached(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto report = read_json(text, {.bytes = largest_backtest, .depth = 32, .values = 100'000'000});
    const auto part = [&](const char* name, JsonValue::Kind kind) -> const JsonValue* {
        const JsonValue* value = report && report->is(JsonValue::Kind::object) ? report->find(name) : nullptr;
        return value != nullptr && value->is(kind) ? value : nullptr;
    };
    const JsonValue* digest = part("digest", JsonValue::Kind::text);
    const JsonValue* found = part("found", JsonValue::Kind::text);
    const JsonValue* texts = part("texts", JsonValue::Kind::object);
    const JsonValue* rules = part("rules", JsonValue::Kind::list);
    if (digest == nullptr || found == nullptr || texts == nullptr || rules == nullptr)
        return failure({.file = file,
                        .code = "E714",
                        .zh = "这不是 ningyi backtest 写出的 JSON 报告",
                        .en = "this is no JSON report of `ningyi backtest`"});
    Attached out;
    out.digest = digest->text;
    for (const auto& [path, tested] : texts->members) out.texts[path] = tested.text;
    if (run::backtest_digest(out.texts, found->text) != out.digest)
        return failure({.file = file,
                        .code = "E714",
                        .zh = "回测报告被改动过：摘要与所列文本不符",
                        .en = "the report was altered: its digest is not that of the texts it names"});
    for (const JsonValue& rule : rules->list) {
        const auto hits = [&](const char* side) {
            const JsonValue* tally = rule.find(side);
            const JsonValue* hit = tally == nullptr ? nullptr : tally->find("hit");
            return hit != nullptr && hit->is(JsonValue::Kind::integer) ? hit->integer : 0;
        };
        out.hits_before += hits("before");
        out.hits_after += hits("after");
    }
    return out;
}

cbor::Value signed_by(const Official& official, Instant at, const char* who, const char* role, const char* when) {
    cbor::Value body = cbor::Value::map();
    body.set(who, cbor::Value::of_text(official.account));
    body.set(role, cbor::Value::of_text(official.role));
    body.set(when, cbor::Value::of(at.ms));
    return body;
}

cbor::Value proposed_by(const Official& official, Instant at, const std::string& rule, std::int64_t version, Asks asks,
                        const std::string& reason) {
    cbor::Value body = signed_by(official, at, "proposer", "proposer_role", "proposed_at");
    if (!rule.empty()) {
        body.set("rule", cbor::Value::of_text(rule));
        body.set("version", cbor::Value::of(version));
    }
    body.set("asks", cbor::Value::of_text(casework::to_word(asks)));
    if (!reason.empty()) body.set("reason", cbor::Value::of_text(reason));
    return body;
}

int approve(OpenCasework& work, const Release& release, const ReleaseOptions& options, Terminal& terminal) {
    const Official approver = work.state.official(options.by, options.role);
    if (const auto objection = work.lifecycle.objection(work.state, release, approver))
        return terminal.complain(refused(format("{} 不能批准：{}", release.id, objection->zh),
                                         format("{} cannot be approved: {}", release.id, objection->en))),
               exit_faults;
    if (!release.text.empty()) {
        const auto packs = with_text(work, release.path, release.text);
        if (!packs) return terminal.complain(packs.error()), exit_faults;
    }
    const auto rule = work.state.rules.find(release.rule);
    const bool is_resumed = release.asks == Asks::live && rule != work.state.rules.end() &&
                            rule->second.status == "paused" && rule->second.version == release.version;
    const char* type = release.asks == Asks::text      ? "core.params_approved"
                       : release.asks == Asks::retired ? "core.rule_retired"
                       : is_resumed                    ? "core.rule_resumed"
                                                       : "core.rule_approved";
    const Instant now = now_of_machine();
    cbor::Value body = signed_by(approver, now, "approver", "approver_role", "approved_at");
    if (!release.backtest.empty()) body.set("backtest", cbor::Value::of_text(release.backtest));
    const Faults faults = say_release(work, type, release.id, std::move(body), now, options.by);
    if (!faults.empty()) return terminal.complain(faults), exit_faults;
    terminal.say(format("{} 已批准，下次稽核起按此运行", release.id),
                 format("{} is approved and holds from the next audit on", release.id));
    return exit_good;
}

// A step that two people take by the same command: the first asks for it, the second approves.
int two_people(const ReleaseOptions& options, Asks asks, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    const auto rule = work.state.rules.find(options.id);
    if (rule == work.state.rules.end())
        return terminal.complain(refused("没有规则 " + options.id, "there is no rule " + options.id)), exit_unusable;
    const std::int64_t version = rule->second.version;
    for (const Release& release : work.state.releases) {
        if (release.rule == options.id && release.asks == asks && release.version == version &&
            release.standing == Release::Standing::open)
            return approve(work, release, options, terminal);
    }
    const std::string needed = asks == Asks::live ? "paused" : "";
    if (!needed.empty() && rule->second.status != needed) {
        const model::Label now = status_words(rule->second.status);
        return terminal.complain(refused(format("{} 现为“{}”，不是暂停", options.id, now.zh),
                                         format("{} is {}, not paused", options.id, now.en))),
               exit_faults;
    }
    if (options.reason.empty())
        return terminal.complain(
                   refused("第一个人须写明理由（--reason）", "the first person gives a reason (--reason)")),
               exit_unusable;
    const Instant now = now_of_machine();
    const std::string id = free_id(work.state, format("{}@{}:{}", options.id, version, casework::to_word(asks)));
    const Faults faults = say_release(
        work, "core.rule_proposed", id,
        proposed_by(work.state.official(options.by, options.role), now, options.id, version, asks, options.reason), now,
        options.by);
    if (!faults.empty()) return terminal.complain(faults), exit_faults;
    terminal.say(format("{} 已提出，须由另一人、另一岗位再执行一次同样的命令", id),
                 format("{} is proposed; another person of another role must run the same command", id));
    return exit_good;
}

}  // namespace

int propose_release(const ReleaseOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    if (options.files.size() > 1)
        return terminal.complain(refused("一次提出一个文件；多个文件请依次提出（先参数、特征，后规则）",
                                         "propose one file at a time: values and features first, then the rule")),
               exit_unusable;
    const bool is_path = options.id.find('/') != std::string::npos;
    const Official proposer = work.state.official(options.by, options.role);
    const Instant now = now_of_machine();
    const auto rule = work.state.rules.find(options.id);
    if (options.files.empty()) {
        if (is_path || options.to != "live")
            return terminal.complain(refused("须用 --file 附上新的文本", "give the new text with --file")),
                   exit_unusable;
        if (rule == work.state.rules.end())
            return terminal.complain(refused("没有规则 " + options.id, "there is no rule " + options.id)),
                   exit_unusable;
        std::int64_t version = rule->second.version;
        for (const casework::Copy& copy : work.state.copies) {
            if (copy.rule == options.id) version = copy.version;
        }
        cbor::Value body = proposed_by(proposer, now, options.id, version, Asks::live, options.reason);
        if (const auto share = queue_share(work, options.id, version)) body.set("queue_share", cbor::Value::of(*share));
        const std::string id = free_id(work.state, format("{}@{}:live", options.id, version));
        const Faults faults = say_release(work, "core.rule_proposed", id, std::move(body), now, options.by);
        if (!faults.empty()) return terminal.complain(faults), exit_faults;
        terminal.say(format("{} 已提出，待批准：ningyi rule approve {}", id, id),
                     format("{} is proposed, to be approved: ningyi rule approve {}", id, id));
        return exit_good;
    }
    std::ifstream in(options.files.front(), std::ios::binary);
    if (!in)
        return terminal.complain({.file = options.files.front(),
                                  .code = "E003",
                                  .zh = "文件读不出来",
                                  .en = "the file cannot be read"}),
               exit_unusable;
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::string path = is_path ? options.id : path_of_rule(work, options.id);
    if (path.empty() || !is_judging_text(path))
        return terminal.complain(
                   refused("不知道放在哪个规则包：" + options.id, "no pack this belongs to: " + options.id)),
               exit_unusable;
    const auto packs = with_text(work, path, text);
    if (!packs) return terminal.complain(packs.error()), exit_faults;
    const auto head = casework::rule_head(text);
    if (is_path == head.has_value())
        return terminal.complain(refused("规则用规则号提出，其他文本用路径提出",
                                         "propose a rule by its id, and any other text by its path")),
               exit_unusable;
    if (options.backtest.empty())
        return terminal.complain(
                   refused("须用 --backtest 附上回测报告", "attach the report of a backtest with --backtest")),
               exit_faults;
    const auto backtest = attached(options.backtest);
    if (!backtest) return terminal.complain(backtest.error()), exit_unusable;
    const Asks asks = is_path ? Asks::text : Asks::shadow;
    if (head) {
        if (head->id != options.id)
            return terminal.complain(
                       refused("文本是另一条规则 " + head->id, "the text is of another rule, " + head->id)),
                   exit_faults;
        if (rule != work.state.rules.end() && head->version <= rule->second.version)
            return terminal.complain(
                       refused(format("现行第 {} 版，新文本须写更高的版本", rule->second.version),
                               format("version {} runs; the new text needs a higher one", rule->second.version))),
                   exit_faults;
    }
    const std::string digest = casework::digest_of(text);
    if (const auto tested = backtest->texts.find(path); tested == backtest->texts.end() || tested->second != digest)
        return terminal.complain(refused(format("回测报告所测的不是 {} 的这个文本", path),
                                         format("the backtest is not of this text of {}", path))),
               exit_faults;
    if (head) {
        // The gate to trial: tests, coverage and mutants of the rule as proposed.
        const rule::Rule* one = (*packs)->set.rule(options.id);
        if (one == nullptr) return terminal.complain(refused("文本里没有规则", "the text holds no rule")), exit_faults;
        for (const GateReport& report : gate((*packs)->set, {one}, work.zone, Mutants::tried, nullptr)) {
            if (report.is_whole) continue;
            return terminal.complain(refused(
                       format("{} 未过关（测试、覆盖、变异、成本、双语），详见 ningyi check", options.id),
                       format("{} does not pass the gate (tests, coverage, mutants, cost, languages); see ningyi check",
                              options.id))),
                   exit_faults;
        }
    }
    cbor::Value body =
        proposed_by(proposer, now, head ? options.id : "", head ? head->version : 0, asks, options.reason);
    body.set("path", cbor::Value::of_text(path));
    body.set("text", cbor::Value::of_text(text));
    body.set("text_digest", cbor::Value::of_text(digest));
    body.set("backtest", cbor::Value::of_text(backtest->digest));
    body.set("hits_before", cbor::Value::of(backtest->hits_before));
    body.set("hits_after", cbor::Value::of(backtest->hits_after));
    const std::string id = free_id(
        work.state, head ? format("{}@{}", options.id, head->version) : format("{}@{}", path, digest.substr(0, 8)));
    const Faults faults =
        say_release(work, head ? "core.rule_proposed" : "core.params_proposed", id, std::move(body), now, options.by);
    if (!faults.empty()) return terminal.complain(faults), exit_faults;
    terminal.say(format("{} 已提出，待批准：ningyi rule approve {}", id, id),
                 format("{} is proposed, to be approved: ningyi rule approve {}", id, id));
    return exit_good;
}

int approve_release(const ReleaseOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    std::vector<const Release*> open;
    for (const Release& release : work.state.releases) {
        const bool is_meant = release.id == options.id || ((release.rule == options.id || release.path == options.id) &&
                                                           release.standing == Release::Standing::open);
        if (is_meant) open.push_back(&release);
    }
    if (const Release* exact = work.state.release(options.id)) open = {exact};
    if (open.size() != 1)
        return terminal.complain(
                   open.empty()
                       ? refused("没有待批的变更 " + options.id, "no open change " + options.id)
                       : refused(
                             options.id + " 有几项待批的变更，请写变更编号（ningyi rule status）",
                             options.id + " has several open changes; give the number of one (ningyi rule status)")),
               exit_unusable;
    return approve(work, *open.front(), options, terminal);
}

int pause_rule(const ReleaseOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    const auto rule = work.state.rules.find(options.id);
    if (rule == work.state.rules.end() || rule->second.status != "live")
        return terminal.complain(refused(options.id + " 不是启用中的规则", options.id + " is no live rule")),
               exit_faults;
    const Instant now = now_of_machine();
    const std::string id = free_id(work.state, format("{}@{}:paused:{}", options.id, rule->second.version, now.ms));
    const Faults faults = say_release(work, "core.rule_paused", id,
                                      proposed_by(work.state.official(options.by, options.role), now, options.id,
                                                  rule->second.version, Asks::paused, options.reason),
                                      now, options.by);
    if (!faults.empty()) return terminal.complain(faults), exit_faults;
    terminal.say(options.id + " 已暂停；恢复须两人（ningyi rule resume）",
                 options.id + " is paused; two people bring it back (ningyi rule resume)");
    return exit_good;
}

int resume_rule(const ReleaseOptions& options, Terminal& terminal) {
    return two_people(options, Asks::live, terminal);
}

int retire_rule(const ReleaseOptions& options, Terminal& terminal) {
    return two_people(options, Asks::retired, terminal);
}

int rule_status(const ReleaseOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    const OpenCasework& work = **opened;
    bool is_found = options.id.empty();
    for (const auto& [id, rule] : work.state.rules) {
        if (!options.id.empty() && options.id != id) continue;
        is_found = true;
        const model::Label status = status_words(rule.status);
        const rule::Rule* text = work.packs->set.rule(id);
        const model::Label title = text == nullptr ? model::Label{} : text->title;
        terminal.say(
            format("{}  第 {} 版  {}  {}{}", id, rule.version, status.zh, title.zh,
                   rule.why.zh.empty() ? "" : format("  （{}{}）", rule.by_itself ? "自动：" : "", rule.why.zh)),
            format("{}  version {}  {}  {}{}", id, rule.version, status.en, title.en,
                   rule.why.en.empty() ? "" : format("  ({}{})", rule.by_itself ? "by itself: " : "", rule.why.en)));
        for (const casework::Copy& copy : work.state.copies) {
            if (copy.rule == id)
                terminal.say(format("    第 {} 版试运行中", copy.version),
                             format("    version {} is on trial", copy.version));
        }
    }
    if (!is_found)
        return terminal.complain(refused("没有规则 " + options.id, "there is no rule " + options.id)), exit_unusable;
    for (const Release& release : work.state.releases) {
        if (!options.id.empty() && release.rule != options.id && release.id != options.id) continue;
        const bool is_open = release.standing == Release::Standing::open;
        terminal.say(
            format("变更 {}  {}  提出 {}（{}）{}", release.id, is_open ? "待批准" : "已批准", release.proposer.account,
                   release.proposer.role,
                   is_open ? "" : format("，批准 {}（{}）", release.approver.account, release.approver.role)),
            format("change {}  {}  proposed by {} ({}){}", release.id, is_open ? "open" : "approved",
                   release.proposer.account, release.proposer.role,
                   is_open ? "" : format(", approved by {} ({})", release.approver.account, release.approver.role)));
        for (const model::Label& refusal : release.refusals)
            terminal.say("    未计入的批准：" + refusal.zh, "    an approval that did not count: " + refusal.en);
    }
    return exit_good;
}

}  // namespace ningyi::app
