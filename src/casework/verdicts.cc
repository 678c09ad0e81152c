// SPDX-License-Identifier: Apache-2.0
#include "casework/verdicts.h"

#include <array>

#include "casework/draw.h"

namespace ningyi::casework {
namespace {

constexpr std::array<std::string_view, 4> words = {"violation", "error", "unfounded", "unverifiable"};
constexpr std::array<std::string_view, 4> words_zh = {"属实违规", "属实差错", "不属实", "无法核实"};

std::string text(const engine::ClearEvent& event, std::string_view name) {
    const cbor::Value* value = event.body.find(name);
    return value != nullptr && value->kind == cbor::Kind::text ? value->text : std::string();
}

std::optional<std::int64_t> number(const engine::ClearEvent& event, std::string_view name) {
    const cbor::Value* value = event.body.find(name);
    if (value == nullptr || value->kind != cbor::Kind::integer) return std::nullopt;
    return value->integer;
}

std::string row_of(const std::string& rule, const std::string& subject, const std::string& dedup) {
    return rule + "\x1f" + subject + "\x1f" + dedup + "\x1f";
}

std::string drawn_as(const Decided& one) {
    return one.rule == clean_rule ? std::string(clean_prefix) + one.subject
                                  : name_in_draw(one.rule, one.version, one.subject, one.dedup);
}

}  // namespace

std::string_view to_word(Verdict verdict) {
    return words[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_of_word(std::string_view word) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (word == words[i] || word == words_zh[i]) return static_cast<Verdict>(i);
    }
    return std::nullopt;
}

std::string name_in_draw(const std::string& rule, std::int64_t version, const std::string& subject,
                         const std::string& dedup) {
    constexpr std::size_t digits = 16;
    return digest_of(row_of(rule, subject, dedup) + std::to_string(version)).substr(0, digits);
}

void Verdicts::apply(const engine::ClearEvent& event) {
    const Moment moment{event.happened_at, event.id};
    if (event.type == "core.verdict_given") {
        const auto verdict = verdict_of_word(text(event, "verdict"));
        Decided decided;
        decided.finding = text(event, "finding");
        decided.rule = text(event, "rule");
        decided.subject = text(event, "judged");
        if (!verdict || decided.finding.empty() || decided.rule.empty()) return;
        decided.dedup = text(event, "dedup");
        decided.version = number(event, "version").value_or(0);
        decided.verdict = *verdict;
        decided.innocent = *verdict == Verdict::unfounded ? text(event, "innocent") : std::string();
        decided.note = text(event, "note");
        decided.reviewer = text(event, "reviewer");
        decided.at = event.happened_at;
        decided.agency = text(event, "agency");
        decided.date = text(event, "day");
        decided.has_margin = number(event, "margin").has_value();
        decided.margin = number(event, "margin").value_or(0);
        decided.at_risk_fen = number(event, "at_risk").value_or(0);
        const std::string key = row_of(decided.rule, decided.subject, decided.dedup) + std::to_string(decided.version);
        findings_[key].insert(decided.finding);
        named_[drawn_as(decided)].insert(key);
        keys_of_[decided.finding].insert(key);
        const auto counts = at_.find(key);
        if (counts == at_.end() || counts->second < moment) {
            at_[key] = moment;
            decided_[key] = std::move(decided);
        }
        settle(key);
        return;
    }
    if (event.type == "core.appeal_filed" || event.type == "core.appeal_decided") {
        const std::string finding = text(event, "finding"), said = text(event, "appeal");
        Appealed& appealed = appeals_[finding];
        if (event.type == "core.appeal_filed") {
            if (!appealed.is_filed || appealed.filed < moment) appealed.filed = moment;
            appealed.is_filed = true;
        } else if ((said == "granted" || said == "dismissed") && (!appealed.is_decided || appealed.decided < moment)) {
            appealed.decided = moment;
            appealed.is_decided = true;
            appealed.granted = said == "granted";
            appealed.by = text(event, "appeal_by");
        }
        if (const auto keys = keys_of_.find(finding); keys != keys_of_.end()) {
            for (const std::string& key : keys->second) settle(key);
        }
        return;
    }
    if (event.type == "core.draw_made") {
        engine::ClearEvent checked = event;
        add_computed(checked);
        const std::string result = text(checked, "result"), digest = text(checked, "result_digest");
        const std::int64_t share = number(checked, "share").value_or(0);
        // A draw that cannot be repeated weighs nothing.
        const bool holds = digest == digest_of(result) && text(checked, "replayed") == digest &&
                           text(checked, "pool_counted") == text(checked, "pool_digest");
        if (!holds || share < 1 || share > 1'000'000) return;
        for (const std::string& finding : ids_of_result(result)) {
            const auto known = selected_.find(finding);
            if (known != selected_.end() && known->second.at < moment) continue;
            selected_[finding] = {moment, share};
            if (const auto keys = named_.find(finding); keys != named_.end()) {
                for (const std::string& key : keys->second) settle(key);
            }
        }
    }
}

// What hangs on other events than the verdict itself: a draw or an appeal may come before or after it.
void Verdicts::settle(const std::string& key) {
    Decided& decided = decided_.at(key);
    decided.appeal = Appeal::none;
    decided.random_share = false;
    decided.selection_ppm = 1'000'000;
    std::optional<Moment> appealed_at;
    if (const auto selected = selected_.find(drawn_as(decided)); selected != selected_.end()) {
        decided.random_share = true;
        decided.selection_ppm = selected->second.ppm;
    }
    for (const std::string& finding : findings_.at(key)) {
        const auto appeal = appeals_.find(finding);
        if (appeal == appeals_.end()) continue;
        const Appealed& appealed = appeal->second;
        // Who gave the verdict does not decide the appeal against it.
        if (appealed.is_decided && appealed.by != decided.reviewer) {
            if (appealed_at && appealed.decided < *appealed_at) continue;
            appealed_at = appealed.decided;
            decided.appeal = appealed.granted ? Appeal::granted : Appeal::dismissed;
        } else if (!appealed_at && (appealed.is_filed || appealed.is_decided)) {
            decided.appeal = Appeal::filed;
        }
    }
}

const Decided* Verdicts::find(const std::string& rule, const std::string& subject, const std::string& dedup) const {
    const std::string row = row_of(rule, subject, dedup);
    const Decided* latest = nullptr;
    Moment when;
    for (auto at = decided_.lower_bound(row); at != decided_.end() && at->first.starts_with(row); ++at) {
        const Moment& moment = at_.at(at->first);
        if (latest != nullptr && moment < when) continue;
        latest = &at->second;
        when = moment;
    }
    return latest;
}

const Decided* Verdicts::find(const std::string& rule, const std::string& subject, const std::string& dedup,
                              std::int64_t version) const {
    const auto found = decided_.find(row_of(rule, subject, dedup) + std::to_string(version));
    return found == decided_.end() ? nullptr : &found->second;
}

const Decided* Verdicts::of_finding(const std::string& finding) const {
    const auto keys = keys_of_.find(finding);
    return keys == keys_of_.end() ? nullptr : &decided_.at(*keys->second.begin());
}

std::vector<const Decided*> Verdicts::of_rule(const std::string& rule) const {
    std::vector<const Decided*> of;
    const std::string prefix = rule + "\x1f";
    for (auto at = decided_.lower_bound(prefix); at != decided_.end() && at->first.starts_with(prefix); ++at)
        of.push_back(&at->second);
    return of;
}

std::vector<const Decided*> Verdicts::all() const {
    std::vector<const Decided*> all;
    all.reserve(decided_.size());
    for (const auto& [key, decided] : decided_) all.push_back(&decided);
    return all;
}

}  // namespace ningyi::casework
