// SPDX-License-Identifier: Apache-2.0
#include "casework/lifecycle.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/yaml_map.h"
#include "casework/draw.h"
#include "casework/wilson.h"

namespace ningyi::casework {
namespace {

using engine::ClearEvent;

constexpr std::array<std::string_view, 5> asks_words = {"shadow", "live", "paused", "retired", "text"};
const std::set<std::string, std::less<>> kept = {
    "core.text_adopted",   "core.rule_proposed",   "core.rule_approved",     "core.rule_paused",   "core.rule_resumed",
    "core.rule_retired",   "core.params_proposed", "core.params_approved",   "core.verdict_given", "core.appeal_filed",
    "core.appeal_decided", "core.draw_made",       "core.account_registered"};

std::string text(const ClearEvent& event, std::string_view name) {
    const cbor::Value* value = event.body.find(name);
    return value != nullptr && value->kind == cbor::Kind::text ? value->text : std::string();
}

std::optional<std::int64_t> number(const ClearEvent& event, std::string_view name) {
    const cbor::Value* value = event.body.find(name);
    if (value == nullptr || value->kind != cbor::Kind::integer) return std::nullopt;
    return value->integer;
}

std::string percent(std::int64_t ppm) {
    return format("{}.{}%", ppm / 10'000, ppm / 1000 % 10);
}

// The walk through the events, with what is known so far.
class Walk {
public:
    State state;
    Verdicts verdicts;

    void take(const ClearEvent& event) {
        if (event.type == "core.text_adopted") return adopt(event);
        if (event.type == "core.rule_proposed" || event.type == "core.params_proposed") return propose(event);
        if (event.type == "core.rule_paused") return pause(event);
        if (event.type == "core.rule_approved" || event.type == "core.rule_resumed" ||
            event.type == "core.rule_retired" || event.type == "core.params_approved")
            return approve(event);
        verdicts.apply(event);
        const Decided* about = verdicts.of_finding(text(event, "finding"));
        const auto rule = about == nullptr ? state.rules.end() : state.rules.find(about->rule);
        if (rule == state.rules.end() || rule->second.status != "live") return;
        if (auto why = pause_by_verdicts(rule->second.head, rule->second.version, verdicts, rule->second.since))
            set_status(rule->second, "paused", event.happened_at, true, *why);
    }

    static void set_status(RuleState& rule, std::string status, Instant at, bool by_itself, model::Label why) {
        rule.status = std::move(status);
        rule.since = at;
        rule.by_itself = by_itself;
        rule.why = std::move(why);
    }

private:
    void put(const std::string& path, const std::string& words, Instant at, const std::string& status) {
        state.texts[path] = words;
        const auto head = rule_head(words);
        if (!head) return;
        RuleState& rule = state.rules[head->id];
        rule.id = head->id;
        rule.path = path;
        rule.version = head->version;
        rule.head = *head;
        set_status(rule, status.empty() ? head->status : status, at, false, {});
    }

    void adopt(const ClearEvent& event) {
        const std::string path = text(event, "path"), words = text(event, "text");
        if (path.empty() || digest_of(words) != text(event, "text_digest") || state.texts.contains(path)) return;
        state.is_adopted = true;
        put(path, words, event.happened_at, "");
    }

    void propose(const ClearEvent& event) {
        Release release;
        release.id = text(event, "release_id");
        if (release.id.empty() || state.release(release.id) != nullptr) return;
        release.change = text(event, "change");
        release.rule = text(event, "rule");
        release.version = number(event, "version").value_or(0);
        release.path = text(event, "path");
        release.text = text(event, "text");
        release.digest = text(event, "text_digest");
        release.reason = text(event, "reason");
        release.backtest = text(event, "backtest");
        release.queue_share_ppm = number(event, "queue_share");
        const std::string asks = text(event, "asks");
        const auto word = std::find(asks_words.begin(), asks_words.end(), asks);
        if (word == asks_words.end()) return;
        release.asks = static_cast<Asks>(word - asks_words.begin());
        if (!release.text.empty() && digest_of(release.text) != release.digest) return;
        release.proposer = state.official(text(event, "proposer"), text(event, "proposer_role"));
        release.proposed_at = event.happened_at;
        state.releases.push_back(std::move(release));
    }

    // A pause lets go of nothing: one person may pull the brake, and is looked at for it by the rules of oversight.
    void pause(const ClearEvent& event) {
        const auto found = state.rules.find(text(event, "rule"));
        if (found == state.rules.end() || found->second.status != "live" || text(event, "reason").empty()) return;
        set_status(found->second, "paused", event.happened_at, false, {text(event, "reason"), text(event, "reason")});
    }

    void approve(const ClearEvent& event);

    void put_in_force(const Release& release, Instant at) {
        std::erase_if(state.copies, [&](const Copy& copy) {
            return copy.rule == release.rule && (release.asks != Asks::shadow || copy.version != release.version);
        });
        if (release.asks == Asks::text) {
            put(release.path, release.text, at, "");
            return;
        }
        const auto found = state.rules.find(release.rule);
        if (release.asks == Asks::shadow) {
            if (found != state.rules.end() && found->second.status == "live") {
                std::erase_if(state.copies, [&](const Copy& copy) { return copy.rule == release.rule; });
                state.copies.push_back({release.rule, release.path, release.text, release.id, release.version});
            } else {
                put(release.path, release.text, at, "shadow");
            }
            return;
        }
        if (release.asks == Asks::live && !text_of(release).empty())
            put(path_of(release), text_of(release), at, "live");
        if (const auto rule = state.rules.find(release.rule); rule != state.rules.end())
            set_status(rule->second, release.asks == Asks::live ? "live" : "retired", at, false, {});
    }

    // The text of the copy on trial that goes live; "" when the version that stands already does.
    std::string text_of(const Release& release) const {
        for (const Release& other : state.releases) {
            if (other.rule == release.rule && other.version == release.version && other.asks == Asks::shadow &&
                other.standing == Release::Standing::approved)
                return other.text;
        }
        return {};
    }
    std::string path_of(const Release& release) const {
        for (const Release& other : state.releases) {
            if (other.rule == release.rule && other.version == release.version && other.asks == Asks::shadow &&
                other.standing == Release::Standing::approved)
                return other.path;
        }
        return release.path;
    }
};

std::optional<model::Label> objection_to(const State& state, const Release& release, const Official& approver,
                                         const Verdicts& verdicts) {
    if (release.standing != Release::Standing::open) return model::Label{"已经批准过", "approved already"};
    const Official proposer = state.official(release.proposer.account, release.proposer.role);
    if (approver.person == proposer.person) {
        return model::Label{
            approver.account == proposer.account ? "提出人不得批准自己的申请" : "两个账号属于同一自然人，不得互相批准",
            approver.account == proposer.account ? "who proposed may not approve"
                                                 : "both accounts belong to one person, who may not approve"};
    }
    if (approver.role == proposer.role)
        return model::Label{"提出人与批准人岗位相同，须由不同岗位的人批准",
                            "both have the same role; someone of another role must approve"};
    const auto rule = state.rules.find(release.rule);
    switch (release.asks) {
        case Asks::text:
        case Asks::shadow:
            if (release.text.empty()) return model::Label{"申请没有附文本", "the proposal carries no text"};
            if (release.backtest.empty())
                return model::Label{"没有附回测报告摘要", "the digest of a backtest report is not attached"};
            if (release.asks == Asks::shadow) {
                const auto head = rule_head(release.text);
                if (!head || head->id != release.rule || head->version != release.version)
                    return model::Label{"文本与所报规则号、版本不符", "the text is of another rule or version"};
                // Findings name rule and version: one number may not mean two texts.
                for (const Release& other : state.releases) {
                    if (other.standing == Release::Standing::approved && other.asks == Asks::shadow &&
                        other.rule == release.rule && other.version >= release.version)
                        return model::Label{
                            format("第 {} 版已经批准过，新文本须写更高的版本", other.version),
                            format("version {} was approved already; the text needs a higher one", other.version)};
                }
                if (rule != state.rules.end() && rule->second.version >= release.version)
                    return model::Label{format("版本须高于现行的第 {} 版", rule->second.version),
                                        format("the version must be above {}, which runs", rule->second.version)};
            } else if (rule_head(release.text)) {
                return model::Label{"规则的改动须先试运行", "a change of a rule goes to trial first"};
            }
            return std::nullopt;
        case Asks::live: {
            if (rule == state.rules.end()) return model::Label{"没有这条规则", "there is no such rule"};
            const auto copy = std::find_if(state.copies.begin(), state.copies.end(), [&](const Copy& one) {
                return one.rule == release.rule && one.version == release.version;
            });
            const bool is_copy = copy != state.copies.end();
            if (!is_copy && rule->second.version != release.version)
                return model::Label{"这个版本没有试运行", "this version is not on trial"};
            if (!is_copy && rule->second.status == "paused") {
                if (release.reason.empty())
                    return model::Label{"恢复启用须写明理由", "resuming needs a written reason"};
                return std::nullopt;
            }
            if (!is_copy && rule->second.status != "shadow")
                return model::Label{format("规则现为“{}”，不能转为启用", rule->second.status),
                                    format("the rule is {}, from where it cannot go live", rule->second.status)};
            return gate_to_live(is_copy ? *rule_head(copy->text) : rule->second.head, release.version, verdicts,
                                release.queue_share_ppm);
        }
        case Asks::retired:
            if (rule == state.rules.end()) return model::Label{"没有这条规则", "there is no such rule"};
            if (rule->second.status == "retired") return model::Label{"规则已停用", "the rule is retired already"};
            if (release.reason.empty()) return model::Label{"停用须写明理由", "retiring needs a written reason"};
            return std::nullopt;
        case Asks::paused: return model::Label{"暂停无须批准", "a pause needs no approval"};
    }
    return std::nullopt;
}

void Walk::approve(const ClearEvent& event) {
    const std::string id = text(event, "release_id");
    for (Release& release : state.releases) {
        if (release.id != id) continue;
        const Official approver = state.official(text(event, "approver"), text(event, "approver_role"));
        if (auto refusal = objection_to(state, release, approver, verdicts)) {
            release.refusals.push_back(std::move(*refusal));
            return;
        }
        const std::string seen = text(event, "backtest");
        if (!seen.empty() && seen != release.backtest) {
            release.refusals.push_back(
                {"批准人所见的回测报告与申请所附的不同", "the approver saw another backtest than the one attached"});
            return;
        }
        release.standing = Release::Standing::approved;
        release.approver = approver;
        release.approved_at = event.happened_at;
        put_in_force(Release(release), event.happened_at);
        return;
    }
}

std::int64_t median(std::vector<std::int64_t> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::string_view to_word(Asks asks) {
    return asks_words[static_cast<std::size_t>(asks)];
}

std::optional<RuleHead> rule_head(std::string_view words) {
    if (words.find("rule: ") == std::string_view::npos) return std::nullopt;
    const Result<yaml::Node> root = yaml::parse(words, "");
    if (!root || !root->is_map() || root->find("rule") == nullptr) return std::nullopt;
    RuleHead head;
    Faults ignored;  // the loader reports them
    head.id = root->find("rule")->text;
    if (const yaml::Node* version = root->find("version")) head.version = to_integer(version->text).value_or(1);
    if (const yaml::Node* status = root->find("status")) head.status = status->text;
    if (const yaml::Node* quality = root->find("quality"); quality != nullptr && quality->is_map()) {
        yaml::MapReader map(*quality, "", ignored);
        head.min_precision_ppm = map.quantity("min_precision", Dimension::ratio).value_or(0);
        head.min_verdicts = map.integer("min_verdicts", 0, 1'000'000).value_or(0);
        head.max_share_ppm = map.quantity("max_share_of_queue", Dimension::ratio).value_or(million);
    }
    return head;
}

Official State::official(const std::string& account, const std::string& role) const {
    const auto known = accounts.find(account);
    if (known == accounts.end()) return {account, account, role};
    return {account, known->second.person, known->second.role.empty() ? role : known->second.role};
}

const Release* State::release(std::string_view id) const {
    for (const Release& one : releases) {
        if (one.id == id) return &one;
    }
    return nullptr;
}

void Lifecycle::apply(const ClearEvent& event) {
    if (!kept.contains(event.type)) return;
    events_.emplace(std::pair(event.happened_at, event.id), event);
    verdicts_.apply(event);
}

State Lifecycle::state(const DayCounts& counts, const Zone& zone) const {
    Walk walk;
    // Whose an account is holds from the first day, whenever it was found out: an approval that one person gave to
    // themselves under two names never counted.
    for (const auto& [moment, event] : events_) {
        if (event.type != "core.account_registered") continue;
        const std::string account = text(event, "account_id");
        walk.state.accounts[account] = {account, text(event, "person"), text(event, "org_role")};
    }
    for (const auto& [moment, event] : events_) walk.take(event);
    for (auto& [id, rule] : walk.state.rules) {
        const auto days = counts.find({id, rule.version});
        if (rule.status != "live" || days == counts.end()) continue;
        if (auto pause = pause_by_rates(days->second, zone.date(rule.since)))
            Walk::set_status(rule, "paused", zone.midnight(Date{pause->first.days + 1}), true, pause->second);
    }
    return std::move(walk.state);
}

std::optional<model::Label> Lifecycle::objection(const State& state, const Release& release,
                                                 const Official& approver) const {
    return objection_to(state, release, approver, verdicts_);
}

std::optional<model::Label> gate_to_live(const RuleHead& head, std::int64_t version, const Verdicts& verdicts,
                                         std::optional<std::int64_t> queue_share_ppm) {
    std::int64_t decided = 0, confirmed = 0;
    for (const Decided* one : verdicts.of_rule(head.id)) {
        if (one->version != version || !one->is_decided()) continue;
        ++decided;
        confirmed += one->is_confirmed() ? 1 : 0;
    }
    if (decided < head.min_verdicts)
        return model::Label{format("已核实 {} 条，须满 {} 条", decided, head.min_verdicts),
                            format("{} verdicts decided, {} are needed", decided, head.min_verdicts)};
    const Interval interval = wilson(confirmed, decided);
    if (interval.low_ppm < head.min_precision_ppm)
        return model::Label{format("{} 条中认定 {} 条，精准率下限 {} 低于 {}", decided, confirmed,
                                   percent(interval.low_ppm), percent(head.min_precision_ppm)),
                            format("{} of {} confirmed: the lower bound {} is below {}", confirmed, decided,
                                   percent(interval.low_ppm), percent(head.min_precision_ppm))};
    if (!queue_share_ppm)
        return model::Label{"占审核队列的比例不明，请先稽核一次", "its share of the queue is not known; audit first"};
    if (*queue_share_ppm > head.max_share_ppm)
        return model::Label{format("将占审核队列 {}，上限 {}", percent(*queue_share_ppm), percent(head.max_share_ppm)),
                            format("it would take {} of the queue, at most {} is allowed", percent(*queue_share_ppm),
                                   percent(head.max_share_ppm))};
    return std::nullopt;
}

std::optional<model::Label> pause_by_verdicts(const RuleHead& head, std::int64_t version, const Verdicts& verdicts,
                                              Instant since) {
    if (head.min_precision_ppm == 0) return std::nullopt;
    std::vector<const Decided*> last;
    for (const Decided* one : verdicts.of_rule(head.id)) {
        // Those of the trial brought it live; those before a pause were known to who resumed it.
        if (one->version == version && one->is_decided() && one->at > since) last.push_back(one);
    }
    std::sort(last.begin(), last.end(), [](const Decided* a, const Decided* b) {
        return std::tie(a->at, a->finding) > std::tie(b->at, b->finding);
    });
    if (last.size() > verdicts_of_pause) last.resize(verdicts_of_pause);
    const auto decided = static_cast<std::int64_t>(last.size());
    if (decided == 0 || decided < std::min<std::int64_t>(head.min_verdicts, verdicts_of_pause)) return std::nullopt;
    const std::int64_t confirmed =
        std::count_if(last.begin(), last.end(), [](const Decided* one) { return one->is_confirmed(); });
    const Interval interval = wilson(confirmed, decided);
    if (interval.high_ppm >= head.min_precision_ppm) return std::nullopt;
    return model::Label{format("最近核实的 {} 条中仅认定 {} 条，精准率上限 {} 低于 {}", decided, confirmed,
                               percent(interval.high_ppm), percent(head.min_precision_ppm)),
                        format("of the last {} decided {} were confirmed: the upper bound {} is below {}", decided,
                               confirmed, percent(interval.high_ppm), percent(head.min_precision_ppm))};
}

std::optional<std::pair<Date, model::Label>> pause_by_rates(const std::vector<DayCount>& days, Date since) {
    constexpr std::size_t window = 28, in_a_row = 3;
    constexpr std::int64_t least_hits = 10;    // below, three days without a hit are nothing unusual
    constexpr std::int64_t least_judged = 30;  // below, one order more or less makes the share
    constexpr std::int64_t most_inconclusive_ppm = 200'000;
    std::size_t outside = 0;
    std::vector<DayCount> judged;
    std::copy_if(days.begin(), days.end(), std::back_inserter(judged),
                 [](const DayCount& day) { return day.judged > 0; });
    for (std::size_t i = window; i < judged.size(); ++i) {
        const DayCount& day = judged[i];
        std::vector<std::int64_t> hits, unknown;
        for (std::size_t j = i - window; j < i; ++j) {
            hits.push_back(judged[j].hit * million / judged[j].judged);
            unknown.push_back(judged[j].inconclusive * million / judged[j].judged);
        }
        const std::int64_t usual = median(hits), usual_unknown = median(unknown);
        const std::int64_t rate = day.hit * million / day.judged, share = day.inconclusive * million / day.judged;
        const std::int64_t expected = usual * day.judged, seen = day.hit * million;  // both in millionths of a hit
        const bool is_outside = seen * 3 < expected || seen > expected * 3;
        outside = expected >= least_hits * million && is_outside ? outside + 1 : 0;
        if (day.day <= since) continue;
        if (outside >= in_a_row)
            return std::pair(
                day.day, model::Label{format("连续 {} 天命中率偏离 28 天中位数（{}）三倍以上，最近一天 {}", in_a_row,
                                             percent(usual), percent(rate)),
                                      format("the hit rate was outside a third to three times its 28-day median "
                                             "({}) on {} days, last {}",
                                             percent(usual), in_a_row, percent(rate))});
        if (day.judged >= least_judged && share > most_inconclusive_ppm && share > 2 * usual_unknown)
            return std::pair(
                day.day,
                model::Label{format("无法判定占 {}，为 28 天中位数（{}）的两倍以上，疑为终端或数据来源故障",
                                    percent(share), percent(usual_unknown)),
                             format("{} could not be judged, more than twice the 28-day median ({}): devices or "
                                    "a feed may have failed",
                                    percent(share), percent(usual_unknown))});
    }
    return std::nullopt;
}

}  // namespace ningyi::casework
