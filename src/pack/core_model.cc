// SPDX-License-Identifier: Apache-2.0
#include "pack/core_model.h"

namespace ningyi::pack {
namespace {

// Persons stand here by number or account, never by name. `replayed` and `pool_counted` of a draw are computed where an
// event is opened (casework/computed.h); what a reporter says there is not looked at.
constexpr std::string_view model_text = R"(entities:
  verdict:
    title: {zh: 核实结论, en: Verdict}
    key: finding
    time: given_at
    date: given_on
    agency: agency
    fields:
      finding: {type: string, size: 128, level: 2, zh: 疑点编号, en: Finding}
      rule: {type: string, level: 1, zh: 规则, en: Rule}
      version: {type: int, level: 1, zh: 规则版本, en: Version of the rule}
      judged: {type: string, size: 128, level: 2, zh: 对象编号, en: Subject}
      dedup: {type: string, size: 400, level: 2, zh: 对象之内的键, en: Key within the subject}
      agency: {type: string, level: 1, zh: 机构, en: Agency}
      day: {type: string, level: 2, zh: 对象的日期, en: Day of the subject}
      margin: {type: int, level: 2, zh: 超出量, en: Margin}
      at_risk: {type: money, level: 2, zh: 涉及金额, en: Money at risk}
      verdict: {type: enum, values: {violation: {zh: 属实违规, en: violation}, error: {zh: 属实差错, en: error}, unfounded: {zh: 不属实, en: unfounded}, unverifiable: {zh: 无法核实, en: unverifiable}}, level: 2, zh: 结论, en: Verdict}
      innocent: {type: string, level: 2, zh: 无责原因, en: Innocent reason}
      note: {type: string, size: 1000, level: 3, zh: 说明, en: Note}
      reviewer: {type: string, level: 2, zh: 审核人, en: Reviewer}
      reviewer_role: {type: string, level: 2, zh: 审核人岗位, en: Role of the reviewer}
      given_at: {type: timestamp, level: 2, zh: 结论时间, en: Given at}
      given_on: {type: date, derive: 'on(verdict.given_at)', level: 2, zh: 结论日期, en: Given on}
      timed: {type: bool, level: 2, zh: 结论时间逐件记录, en: The time of each verdict was kept}
      first_finding: {type: string, size: 128, level: 2, zh: 盲复核所对的疑点, en: Finding of the blind repeat}
      first_reviewer: {type: string, level: 2, zh: 首次审核人, en: First reviewer}
      agrees: {type: bool, level: 2, zh: 与首次结论一致, en: Agrees with the first verdict}
      appeal: {type: enum, values: {filed: {zh: 已提出, en: filed}, granted: {zh: 申诉成立, en: granted}, dismissed: {zh: 申诉不成立, en: dismissed}}, level: 2, zh: 申诉, en: Appeal}
      appeal_by: {type: string, level: 2, zh: 申诉经办人, en: Who decided the appeal}
      appeal_role: {type: string, level: 2, zh: 申诉经办岗位, en: Role of who decided the appeal}
      appeal_reason: {type: string, size: 1000, level: 3, zh: 申诉理由, en: Reason of the appeal}
  release:
    title: {zh: 规则与参数变更, en: Change of rules or values}
    key: release_id
    date: effective_on
    fields:
      release_id: {type: string, size: 128, level: 1, zh: 变更编号, en: Number of the change}
      change: {type: string, size: 128, level: 1, zh: 同批变更, en: Changes made together}
      rule: {type: string, level: 1, zh: 规则, en: Rule}
      version: {type: int, level: 1, zh: 版本, en: Version}
      asks: {type: enum, values: {shadow: {zh: 试运行, en: trial}, live: {zh: 启用, en: live}, paused: {zh: 暂停, en: paused}, retired: {zh: 停用, en: retired}, text: {zh: 修改文本, en: change of a text}}, level: 1, zh: 申请事项, en: What is asked for}
      path: {type: string, size: 120, level: 1, zh: 文件, en: File}
      text: {type: string, size: 300000, level: 2, zh: 全文, en: Text}
      text_digest: {type: string, level: 1, zh: 全文摘要, en: Digest of the text}
      reason: {type: string, size: 1000, level: 2, zh: 理由, en: Reason}
      backtest: {type: string, level: 2, zh: 回测报告摘要, en: Digest of the backtest}
      hits_before: {type: int, level: 2, zh: 变更前命中, en: Hits before}
      hits_after: {type: int, level: 2, zh: 变更后命中, en: Hits after}
      queue_share: {type: ratio, level: 2, zh: 占审核队列, en: Share of the queue}
      proposer: {type: string, level: 2, zh: 提出人, en: Proposer}
      proposer_role: {type: string, level: 2, zh: 提出人岗位, en: Role of the proposer}
      proposed_at: {type: timestamp, level: 2, zh: 提出时间, en: Proposed at}
      approver: {type: string, level: 2, zh: 批准人, en: Approver}
      approver_role: {type: string, level: 2, zh: 批准人岗位, en: Role of the approver}
      approved_at: {type: timestamp, level: 2, zh: 批准时间, en: Approved at}
      effective_on: {type: date, derive: 'on(has(release.approved_at) ? release.approved_at : release.proposed_at)', level: 2, zh: 生效日期, en: In effect on}
  adopted_text:
    title: {zh: 首次装入的规则包文件, en: Text of a pack as first installed}
    key: path
    fields:
      path: {type: string, size: 120, level: 1, zh: 文件, en: File}
      text: {type: string, size: 300000, level: 2, zh: 全文, en: Text}
      text_digest: {type: string, level: 1, zh: 全文摘要, en: Digest of the text}
  draw:
    title: {zh: 抽查, en: Draw}
    key: draw_id
    fields:
      draw_id: {type: string, size: 128, level: 1, zh: 抽查编号, en: Number of the draw}
      kind: {type: enum, values: {hits: {zh: 命中, en: hits}, clean: {zh: 无疑点对象, en: subjects without a lead}}, level: 1, zh: 抽取范围, en: What is drawn}
      algorithm: {type: string, level: 1, zh: 抽取算法, en: Algorithm}
      seed: {type: string, size: 200, level: 1, zh: 种子, en: Seed}
      wanted: {type: int, level: 1, zh: 抽取数, en: How many}
      share: {type: ratio, level: 1, zh: 入选概率, en: Probability of selection}
      pool: {type: string, size: 1000000, level: 2, zh: 总体, en: Pool}
      pool_digest: {type: string, level: 1, zh: 总体摘要, en: Digest of the pool}
      result: {type: string, size: 1000000, level: 2, zh: 抽取结果, en: Result}
      result_digest: {type: string, level: 1, zh: 结果摘要, en: Digest of the result}
      drawn_by: {type: string, level: 2, zh: 抽取人, en: Drawn by}
      drawn_role: {type: string, level: 2, zh: 抽取人岗位, en: Role of who drew}
      drawn_at: {type: timestamp, level: 2, zh: 抽取时间, en: Drawn at}
      replayed: {type: string, level: 1, zh: 重放结果摘要, en: Digest of the result replayed}
      pool_counted: {type: string, level: 1, zh: 总体重算摘要, en: Digest of the pool computed again}
  account:
    title: {zh: 账号, en: Account}
    key: account_id
    fields:
      account_id: {type: string, level: 2, zh: 账号, en: Account}
      person: {type: string, level: 2, zh: 自然人编号, en: Number of the person}
      org_role: {type: string, level: 2, zh: 岗位, en: Role}
events:
  core.text_adopted:
    title: {zh: 规则包文件首次装入, en: Text of a pack first installed}
    subject: adopted_text
    body: [path, text, text_digest]
    required: [path, text, text_digest]
  core.rule_proposed:
    title: {zh: 规则变更申请, en: Change of a rule proposed}
    subject: release
    body: [release_id, change, rule, version, asks, path, text, text_digest, reason, backtest, hits_before, hits_after, queue_share, proposer, proposer_role, proposed_at]
    required: [release_id, rule, version, asks, proposer, proposer_role, proposed_at]
  core.rule_approved:
    title: {zh: 规则变更批准, en: Change of a rule approved}
    subject: release
    body: [release_id, backtest, approver, approver_role, approved_at]
    required: [release_id, approver, approver_role, approved_at]
  core.rule_paused:
    title: {zh: 规则暂停, en: Rule paused}
    subject: release
    body: [release_id, rule, version, asks, reason, proposer, proposer_role, proposed_at]
    required: [release_id, rule, version, asks, reason, proposer, proposer_role, proposed_at]
  core.rule_resumed:
    title: {zh: 规则恢复启用, en: Rule resumed}
    subject: release
    body: [release_id, backtest, approver, approver_role, approved_at]
    required: [release_id, approver, approver_role, approved_at]
  core.rule_retired:
    title: {zh: 规则停用, en: Rule retired}
    subject: release
    body: [release_id, backtest, approver, approver_role, approved_at]
    required: [release_id, approver, approver_role, approved_at]
  core.params_proposed:
    title: {zh: 参数、表、名单等变更申请, en: 'Change of values, tables or lists proposed'}
    subject: release
    body: [release_id, change, asks, path, text, text_digest, reason, backtest, hits_before, hits_after, proposer, proposer_role, proposed_at]
    required: [release_id, asks, path, text, text_digest, proposer, proposer_role, proposed_at]
  core.params_approved:
    title: {zh: 参数、表、名单等变更批准, en: 'Change of values, tables or lists approved'}
    subject: release
    body: [release_id, backtest, approver, approver_role, approved_at]
    required: [release_id, approver, approver_role, approved_at]
  core.verdict_given:
    title: {zh: 核实结论, en: Verdict given}
    subject: verdict
    body: [finding, rule, version, judged, dedup, agency, day, margin, at_risk, verdict, innocent, note, reviewer, reviewer_role, given_at, timed]
    required: [finding, rule, judged, verdict, reviewer, reviewer_role, given_at]
  core.verdict_repeated:
    title: {zh: 盲复核结论, en: Verdict of a blind repeat}
    subject: verdict
    body: [finding, first_finding, first_reviewer, agrees, verdict, innocent, note, reviewer, reviewer_role, given_at]
    required: [finding, first_finding, verdict, reviewer, reviewer_role, given_at]
  core.appeal_filed:
    title: {zh: 申诉提出, en: Appeal filed}
    subject: verdict
    body: [finding, appeal, appeal_reason]
    required: [finding, appeal]
  core.appeal_decided:
    title: {zh: 申诉决定, en: Appeal decided}
    subject: verdict
    body: [finding, appeal, appeal_by, appeal_role, appeal_reason]
    required: [finding, appeal, appeal_by, appeal_role]
  core.draw_made:
    title: {zh: 抽查抽取, en: Draw made}
    subject: draw
    body: [draw_id, kind, algorithm, seed, wanted, share, pool, pool_digest, result, result_digest, drawn_by, drawn_role, drawn_at, replayed, pool_counted]
    required: [draw_id, kind, algorithm, seed, wanted, share, pool_digest, result, result_digest, drawn_by, drawn_role, drawn_at]
  core.account_registered:
    title: {zh: 账号登记, en: Account registered}
    subject: account
    body: [account_id, person, org_role]
    required: [account_id, person]
)";

}  // namespace

std::string_view core_model() {
    return model_text;
}

}  // namespace ningyi::pack
