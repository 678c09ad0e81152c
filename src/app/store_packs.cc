// SPDX-License-Identifier: Apache-2.0
#include "app/store_packs.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "app/intake_of_bundle.h"
#include "base/text.h"
#include "casework/draw.h"
#include "intake/intake.h"
#include "intake/opener.h"
#include "trust/sha256.h"

namespace ningyi::app {
namespace {

constexpr std::array<std::string_view, 7> judging_folders = {"/model/", "/policy/",   "/params/", "/tables/",
                                                             "/lists/", "/features/", "/rules/"};
constexpr std::size_t most_paths_told = 10;

}  // namespace

Result<casework::Lifecycle> lifecycle_of(store::DataFolder& store, std::uint64_t until) {
    casework::Lifecycle lifecycle;
    intake::Opener opener(store.keys(), intake::partition_of(store.log()));
    Faults faults;
    store.log().read_core(0, [&](const log::Event& event) {
        if (event.seq > until) return false;
        auto opened = opener.open(event);
        if (!opened) {
            faults.insert(faults.end(), opened.error().begin(), opened.error().end());
            return false;
        }
        lifecycle.apply({event.seq, event.id, event.type, event.subject, event.happened_at, event.recorded_at,
                         std::move(opened->body)});
        return true;
    });
    if (!faults.empty()) return failure(std::move(faults));
    return lifecycle;
}

bool is_judging_text(std::string_view path) {
    if (path == "pack.yaml" || path.ends_with("/pack.yaml")) return true;
    if (path.ends_with(".scn")) return false;
    return std::any_of(judging_folders.begin(), judging_folders.end(), [&](std::string_view folder) {
        return path.find(folder) != std::string_view::npos || path.starts_with(folder.substr(1));
    });
}

Result<StorePacks> packs_of_store(casework::State state, std::unique_ptr<Packs> folder) {
    StorePacks out;
    if (!state.is_adopted) {
        if (folder == nullptr) {
            return failure(
                {.code = "E015",
                 .zh = "日志里没有规则包文本，也没有规则包文件夹（用 --packs 指定）",
                 .en = "the log holds no texts of packs, and there is no folder of packs (give it with --packs)"});
        }
        out.packs = std::move(folder);
        out.state = std::move(state);
        return out;
    }
    pack::Files files;
    if (folder != nullptr) {
        for (const auto& [path, text] : folder->files) {
            if (!is_judging_text(path)) {
                files.emplace(path, text);
                continue;
            }
            const auto ours = state.texts.find(path);
            if (ours == state.texts.end() || ours->second != text) out.differs.push_back(path);
        }
    }
    for (const auto& [path, text] : state.texts) {
        files[path] = text;
        if (folder != nullptr && !folder->files.contains(path)) out.differs.push_back(path);
    }
    std::sort(out.differs.begin(), out.differs.end());
    if (folder != nullptr && out.differs.empty()) {
        out.packs = std::move(folder);
    } else {
        auto packs = packs_of_files(folder == nullptr ? std::filesystem::path() : folder->folder, std::move(files));
        if (!packs) return failure(std::move(packs.error()));
        out.packs = std::move(*packs);
    }
    out.state = std::move(state);
    return out;
}

void tell_difference(const StorePacks& packs, const Terminal& terminal) {
    if (packs.differs.empty()) return;
    terminal.say(
        format("注意：规则包文件夹与本数据文件夹日志所载不同（{} 个文件），按日志所载的文本运行。要采用新的文本，"
               "请用 ningyi rule propose 提出、由另一岗位的人批准；或换一个新的数据文件夹。",
               packs.differs.size()),
        format("note: the folder of packs differs from what the log of this data folder holds ({} files); the texts of "
               "the "
               "log are used. To use the new ones, propose them with `ningyi rule propose` and have someone of another "
               "role "
               "approve them, or choose a new data folder.",
               packs.differs.size()));
    for (std::size_t i = 0; i < std::min(packs.differs.size(), most_paths_told); ++i)
        terminal.say("  " + packs.differs[i], "  " + packs.differs[i]);
}

void tell_pauses(const casework::State& state, const Terminal& terminal) {
    for (const auto& [id, rule] : state.rules) {
        if (rule.status != "paused") continue;
        terminal.say(
            format("规则 {} 第 {} 版已暂停{}：{}", id, rule.version, rule.by_itself ? "（自动）" : "", rule.why.zh),
            format("rule {} version {} is paused{}: {}", id, rule.version, rule.by_itself ? " (by itself)" : "",
                   rule.why.en));
    }
}

Result<std::vector<Trial>> judge_copies(const StorePacks& runs, const run::Source& source, Terminal& terminal) {
    std::vector<Trial> trials;
    for (const casework::Copy& copy : runs.state.copies) {
        auto packs = packs_of_copy(*runs.packs, copy);
        if (!packs) return failure(std::move(packs.error()));
        Trial trial{.copy = copy, .packs = std::move(*packs), .reaudit = {}};
        std::erase_if(trial.packs->set.rules, [&](const rule::Rule& rule) { return rule.id != copy.rule; });
        for (rule::Rule& rule : trial.packs->set.rules) rule.status = "shadow";
        const run::Source beside{source.log, source.open, trial.packs->set, source.zone};
        auto reaudit = run::reaudit(beside, [&](double share) {
            terminal.progress("稽核试运行的新版本", "auditing versions on trial", share);
        });
        terminal.progress("稽核试运行的新版本", "auditing versions on trial", 1);
        if (!reaudit) return failure(std::move(reaudit.error()));
        trial.reaudit = std::move(*reaudit);
        trials.push_back(std::move(trial));
    }
    return trials;
}

bool is_judging(const casework::State& state, const std::string& rule, std::int64_t version) {
    const auto known = state.rules.find(rule);
    if (known != state.rules.end() && known->second.version == version) return known->second.status != "retired";
    return std::any_of(state.copies.begin(), state.copies.end(),
                       [&](const casework::Copy& copy) { return copy.rule == rule && copy.version == version; });
}

engine::FindingBook findings_to_keep(ledger::Ledger& ledger, const StorePacks& runs) {
    engine::FindingBook kept;
    // Without a change by people every version in the ledger still judges.
    if (runs.state.releases.empty()) return kept;
    ledger::Query query;
    query.current_only = false;
    ledger.find(model::Scope::of_file_holder("audit", 2), query, [&](const engine::Finding& finding) {
        if (!is_judging(runs.state, finding.rule, finding.version)) kept.add(finding);
        return true;
    });
    return kept;
}

Faults adopt(store::DataFolder& store, const Packs& packs) {
    std::vector<Decision> decisions;
    const Instant now = now_of_machine();
    for (const auto& [path, text] : packs.files) {
        if (!is_judging_text(path)) continue;
        Decision decision{
            .type = "core.text_adopted", .subject = path, .actor = "ningyi", .body = cbor::Value::map(), .at = now};
        decision.body.set("path", cbor::Value::of_text(path));
        decision.body.set("text", cbor::Value::of_text(text));
        decision.body.set("text_digest", cbor::Value::of_text(casework::digest_of(text)));
        decisions.push_back(std::move(decision));
    }
    return say(store, packs.set.dictionary, decisions).faults;
}

void apply_statuses(const casework::State& state, rule::RuleSet& set) {
    for (rule::Rule& rule : set.rules) {
        const auto known = state.rules.find(rule.id);
        if (known != state.rules.end()) rule.status = known->second.status;
    }
}

void leave_out_retired(rule::RuleSet& set) {
    std::erase_if(set.rules, [](const rule::Rule& rule) { return rule.status == "retired"; });
}

Result<std::unique_ptr<Packs>> packs_of_copy(const Packs& running, const casework::Copy& copy) {
    pack::Files files = running.files;
    files[copy.path] = copy.text;
    return packs_of_files(running.folder, std::move(files));
}

Result<std::unique_ptr<Packs>> packs_of_finding(store::DataFolder& store, const engine::Finding& finding,
                                                const std::string& packs_option) {
    const auto lifecycle = lifecycle_of(store, finding.position);
    if (!lifecycle) return failure(lifecycle.error());
    const casework::State state = lifecycle->state();
    if (!state.is_adopted) return load_packs(packs_option);
    pack::Files files(state.texts.begin(), state.texts.end());
    auto packs = packs_of_files({}, files);
    if (!packs) return packs;
    const rule::Rule* rule = (*packs)->set.rule(finding.rule);
    if (rule != nullptr && rule->digest == finding.rule_digest && rule->version == finding.version) return packs;
    for (const casework::Copy& copy : state.copies) {
        if (copy.rule != finding.rule || copy.version != finding.version) continue;
        files[copy.path] = copy.text;
        return packs_of_files({}, std::move(files));
    }
    return packs;
}

casework::DayCounts day_counts(const std::vector<ledger::Count>& counts) {
    std::map<std::pair<std::string, std::int64_t>, std::map<Date, casework::DayCount>> days;
    for (const ledger::Count& count : counts) {
        const auto day = parse_date(count.date);
        if (!day || count.outcome == rule::Outcome::not_applicable) continue;
        casework::DayCount& one = days[{count.rule, count.version}][*day];
        one.day = *day;
        one.judged += count.count;
        if (count.outcome == rule::Outcome::hit) one.hit += count.count;
        if (count.outcome == rule::Outcome::inconclusive) one.inconclusive += count.count;
    }
    casework::DayCounts out;
    for (const auto& [key, of] : days) {
        for (const auto& [day, one] : of) out[key].push_back(one);
    }
    return out;
}

Instant now_of_machine() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

Said say(store::DataFolder& store, const model::Dictionary& dictionary, const std::vector<Decision>& decisions) {
    intake::Intake door(store.log(), store.keys(), dictionary, now_of_machine);
    std::vector<log::Draft> drafts;
    for (const Decision& decision : decisions) {
        const std::string same =
            decision.same_as.empty() ? to_text(decision.at, 0) + cbor::encode(decision.body) : decision.same_as;
        log::Draft draft;
        draft.id = Id::from_bytes(trust::sha256(decision.type + "\n" + decision.subject + "\n" + same));
        draft.type = decision.type;
        draft.subject = decision.subject;
        draft.happened_at = decision.at;
        draft.actor = decision.actor;
        draft.body = decision.body;
        drafts.push_back(std::move(draft));
    }
    Said said;
    const intake::Acceptance acceptance = door.accept(drafts);
    for (std::size_t i = 0; i < acceptance.answers.size(); ++i) {
        const intake::Answer& answer = acceptance.answers[i];
        said.is_new.push_back(answer.outcome == intake::Answered::accepted);
        for (Fault fault : answer.faults) {
            fault.file = drafts[i].type + " " + drafts[i].subject;
            said.faults.push_back(std::move(fault));
        }
    }
    door.checkpoint();
    return said;
}

}  // namespace ningyi::app
