// SPDX-License-Identifier: Apache-2.0
#include "app/casework_commands.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/intake_of_bundle.h"
#include "app/open_casework.h"
#include "app/written_file.h"
#include "base/quantity.h"
#include "base/text.h"
#include "casework/draw.h"
#include "casework/precision.h"
#include "casework/suggestion.h"
#include "engine/paths.h"
#include "exchange/csv.h"
#include "exchange/precision_page.h"
#include "intake/opener.h"
#include "model/scope.h"
#include "run/opened_log.h"

namespace ningyi::app {
namespace {

using engine::Finding;

constexpr std::size_t most_in_a_pool = 40'000;  // a draw stands in one event of at most 1 MiB

const model::Scope& file_holder() {
    static const model::Scope scope = model::Scope::of_file_holder("casework", 2);
    return scope;
}

Fault unusable(std::string zh, std::string en) {
    return {.code = "E711", .zh = std::move(zh), .en = std::move(en)};
}

// Columns of the CSV by name; SIZE_MAX when it has none of that name.
class Columns {
public:
    explicit Columns(const std::vector<std::string>& header) : header_(header) {}
    std::size_t of(std::string_view name) const {
        const auto found = std::find(header_.begin(), header_.end(), name);
        return found == header_.end() ? SIZE_MAX : static_cast<std::size_t>(found - header_.begin());
    }

private:
    const std::vector<std::string>& header_;
};

struct FilledIn {
    std::int64_t line = 0;
    std::string finding, verdict, innocent, note, decided_at, repeat, appeal, appeal_reason;
    std::string rule, version, subject;  // as the audit wrote them
};

Result<std::vector<FilledIn>> read_filled_in(const std::string& path, Faults& bad) {
    const std::string name = std::filesystem::path(path).filename().string();
    auto source = exchange::open_file(path, name);
    if (!source) return failure(std::move(source.error()));
    auto csv = exchange::CsvReader::open(std::move(*source), name);
    if (!csv) return failure(std::move(csv.error()));
    const Columns columns((*csv)->header());
    if (columns.of("id") == SIZE_MAX || (columns.of("verdict") == SIZE_MAX && columns.of("appeal") == SIZE_MAX)) {
        return failure(
            {.file = name,
             .line = 1,
             .code = "E712",
             .zh = "应有 id 列和 verdict（或 appeal）列：在稽核写出的 findings.csv 右侧加列填写即可",
             .en = "columns id and verdict (or appeal) are needed: add them to findings.csv as the audit wrote it"});
    }
    std::vector<FilledIn> rows;
    exchange::Rows group;
    for (;;) {
        const auto more = (*csv)->next(group);
        if (!more) return failure(Faults(more.error()));
        bad.insert(bad.end(), group.faults.begin(), group.faults.end());
        for (std::size_t row = 0; row < group.count; ++row) {
            const auto cell = [&](std::string_view column) {
                const std::size_t at = columns.of(column);
                return at == SIZE_MAX ? std::string() : std::string(trimmed(group.cell(row, at)));
            };
            FilledIn one;
            one.line = group.lines[row];
            one.finding = cell("id");
            one.verdict = cell("verdict");
            one.innocent = cell("innocent");
            one.note = cell("note");
            one.decided_at = cell("decided_at");
            one.repeat = cell("repeat");
            one.appeal = cell("appeal");
            one.appeal_reason = cell("appeal_reason");
            one.rule = cell("rule");
            one.version = cell("version");
            one.subject = cell("subject");
            // A row nobody filled in is one nobody looked at.
            if (!one.verdict.empty() || !one.appeal.empty()) rows.push_back(std::move(one));
        }
        if (!*more) break;
    }
    return rows;
}

void put(cbor::Value& body, const char* name, const std::string& text) {
    if (!text.empty()) body.set(name, cbor::Value::of_text(text));
}

// Rows of one file on their way into the log.
class TakingIn {
public:
    TakingIn(OpenCasework& work, const VerdictsOptions& options, std::string file)
        : work_(work), official_(work.state.official(options.by, options.role)), file_(std::move(file)) {}

    void take(const FilledIn& row) {
        if (!row.verdict.empty()) take_verdict(row);
        if (!row.appeal.empty()) take_appeal(row);
    }

    std::vector<Decision> decisions;
    Faults bad;
    std::size_t again = 0;

private:
    void refuse(const FilledIn& row, std::string zh, std::string en) {
        bad.push_back({.file = file_,
                       .line = static_cast<int>(row.line),
                       .code = "E713",
                       .zh = std::move(zh),
                       .en = std::move(en)});
    }

    // By its id; when an audit since then gave it another one, by rule, version and subject, as long as they name one
    // hit.
    std::optional<Finding> finding_of(const FilledIn& row) {
        auto finding = work_.store.ledger().find_one(file_holder(), row.finding);
        if (finding || row.rule.empty() || row.subject.empty()) return finding;
        ledger::Query query;
        query.rule = row.rule;
        query.subject = row.subject;
        query.outcome = rule::Outcome::hit;
        std::size_t found = 0;
        work_.store.ledger().find(file_holder(), query, [&](const Finding& one) {
            if (!row.version.empty() && std::to_string(one.version) != row.version) return true;
            finding = one;
            return ++found < 2;
        });
        return found == 1 ? finding : std::nullopt;
    }

    void take_verdict(const FilledIn& row) {
        const auto verdict = casework::verdict_of_word(row.verdict);
        if (!verdict)
            return refuse(
                row,
                format("verdict “{}”应为 violation 属实违规、error 属实差错、unfounded 不属实或 unverifiable 无法核实",
                       row.verdict),
                format("verdict \"{}\" should be violation, error, unfounded or unverifiable", row.verdict));
        cbor::Value body = cbor::Value::map();
        std::string id = row.finding;
        const casework::Decided* known = nullptr;
        if (row.finding.starts_with(casework::clean_prefix)) {
            if (!work_.lifecycle.verdicts().is_drawn(row.finding))
                return refuse(row, format("{} 不在抽查结果里", row.finding), format("{} was not drawn", row.finding));
            known = work_.lifecycle.verdicts().of_finding(row.finding);
            put(body, "rule", std::string(casework::clean_rule));
            put(body, "judged", row.finding.substr(casework::clean_prefix.size()));
        } else {
            const auto finding = finding_of(row);
            if (!finding)
                return refuse(row, format("台账里没有疑点 {}（编号至少 8 位）", row.finding),
                              format("the ledger has no finding {} (give at least 8 digits)", row.finding));
            if (finding->outcome != rule::Outcome::hit)
                return refuse(row, "只有命中的疑点才下结论", "only a hit gets a verdict");
            id = finding->id;
            const rule::Rule* rule = work_.packs->set.rule(finding->rule);
            if (!row.innocent.empty()) {
                if (*verdict != casework::Verdict::unfounded)
                    return refuse(row, "无责原因只与“不属实”同填", "an innocent reason goes with `unfounded` only");
                if (rule != nullptr && std::none_of(rule->innocent.begin(), rule->innocent.end(),
                                                    [&](const auto& one) { return one.id == row.innocent; })) {
                    std::vector<std::string> offered;
                    for (const auto& one : rule->innocent) offered.push_back(one.id);
                    return refuse(
                        row,
                        format("规则 {} 没有无责原因 {}；可选：{}", finding->rule, row.innocent, join(offered, "、")),
                        format("rule {} has no innocent reason {}; it has: {}", finding->rule, row.innocent,
                               join(offered, ", ")));
                }
            }
            known = work_.lifecycle.verdicts().find(finding->rule, finding->subject, finding->dedup, finding->version);
            put(body, "rule", finding->rule);
            body.set("version", cbor::Value::of(finding->version));
            put(body, "judged", finding->subject);
            put(body, "dedup", finding->dedup);
            put(body, "agency", finding->agency);
            put(body, "day", finding->date);
            if (const auto margin = to_integer(finding->margin)) body.set("margin", cbor::Value::of(*margin));
            body.set("at_risk", cbor::Value::of(finding->at_risk_fen));
        }
        if (*verdict != casework::Verdict::error && row.innocent.empty() && row.note.empty())
            return refuse(row, "须选无责原因（innocent）或写说明（note）", "choose an innocent reason or write a note");
        std::optional<Instant> decided_at;
        if (!row.decided_at.empty()) {
            decided_at = parse_instant(row.decided_at);
            if (!decided_at)
                return refuse(row, format("decided_at “{}”应如 2026-11-24T09:00:00+08:00", row.decided_at),
                              format("decided_at \"{}\" should be as 2026-11-24T09:00:00+08:00", row.decided_at));
            if (*decided_at > now_of_machine())
                return refuse(row, "decided_at 在将来", "decided_at lies in the future");
        }
        const Instant at = decided_at.value_or(now_of_machine());
        put(body, "verdict", std::string(casework::to_word(*verdict)));
        put(body, "innocent", row.innocent);
        put(body, "note", row.note);
        put(body, "reviewer", official_.person);
        put(body, "reviewer_role", official_.role);
        body.set("given_at", cbor::Value::of(at.ms));
        if (!row.repeat.empty()) return take_repeat(row, id, known, std::move(body), at, *verdict);
        if (known != nullptr && known->verdict == *verdict && known->innocent == row.innocent &&
            known->note == row.note && known->reviewer == official_.person &&
            (!decided_at || known->at == *decided_at)) {
            ++again;
            return;
        }
        // Verdicts handed in together have one time, which says nothing of how long each took.
        if (decided_at) body.set("timed", cbor::Value::of_bool(true));
        body.set("finding", cbor::Value::of_text(id));
        decisions.push_back({.type = "core.verdict_given",
                             .subject = id,
                             .actor = official_.account,
                             .body = std::move(body),
                             .at = at,
                             .same_as = {}});
    }

    // A second look at what another person decided, without knowing how.
    void take_repeat(const FilledIn& row, const std::string& id, const casework::Decided* known, cbor::Value body,
                     Instant at, casework::Verdict verdict) {
        if (known == nullptr) return refuse(row, "还没有首次结论，无从复核", "there is no first verdict to repeat");
        if (known->reviewer == official_.person)
            return refuse(row, "盲复核须由另一人做", "a blind repeat is done by another person");
        const std::string repeat = format("{}~{}", id.substr(0, 64), official_.person);
        for (const char* name : {"rule", "version", "judged", "dedup", "agency", "day", "margin", "at_risk"})
            std::erase_if(body.pairs, [&](const auto& pair) { return pair.first == name; });
        body.set("finding", cbor::Value::of_text(repeat));
        body.set("first_finding", cbor::Value::of_text(id));
        body.set("first_reviewer", cbor::Value::of_text(known->reviewer));
        body.set("agrees", cbor::Value::of_bool(known->verdict == verdict));
        std::string same =
            repeat + "\n" + std::string(casework::to_word(verdict)) + "\n" + row.innocent + "\n" + row.note;
        if (row.decided_at.empty()) {
            // Sent again on another day it is the same repeat: its time is that of the first verdict's day, not of the
            // mail.
            at = known->at;
            body.set("given_at", cbor::Value::of(at.ms));
        }
        decisions.push_back({.type = "core.verdict_repeated",
                             .subject = repeat,
                             .actor = official_.account,
                             .body = std::move(body),
                             .at = at,
                             .same_as = std::move(same)});
    }

    void take_appeal(const FilledIn& row) {
        if (row.appeal != "filed" && row.appeal != "granted" && row.appeal != "dismissed")
            return refuse(row,
                          format("appeal “{}”应为 filed 已申诉、granted 申诉成立或 dismissed 申诉不成立", row.appeal),
                          format("appeal \"{}\" should be filed, granted or dismissed", row.appeal));
        const casework::Decided* known = work_.lifecycle.verdicts().of_finding(row.finding);
        if (known == nullptr) {
            if (const auto finding = finding_of(row))
                known =
                    work_.lifecycle.verdicts().find(finding->rule, finding->subject, finding->dedup, finding->version);
        }
        if (known == nullptr)
            return refuse(row, "这条疑点还没有结论，无从申诉（编号须写全）",
                          "this finding has no verdict to appeal against (give its whole id)");
        const bool is_decision = row.appeal != "filed";
        if (is_decision && known->reviewer == official_.person)
            return refuse(row, "申诉须由原审核人以外的人办理",
                          "another person than the first reviewer decides the appeal");
        const auto wanted = row.appeal == "granted"     ? casework::Appeal::granted
                            : row.appeal == "dismissed" ? casework::Appeal::dismissed
                                                        : casework::Appeal::filed;
        if (known->appeal == wanted) {
            ++again;
            return;
        }
        cbor::Value body = cbor::Value::map();
        body.set("finding", cbor::Value::of_text(known->finding));
        put(body, "appeal", row.appeal);
        put(body, "appeal_reason", row.appeal_reason);
        if (is_decision) {
            put(body, "appeal_by", official_.person);
            put(body, "appeal_role", official_.role);
        }
        decisions.push_back({.type = is_decision ? "core.appeal_decided" : "core.appeal_filed",
                             .subject = known->finding,
                             .actor = official_.account,
                             .body = std::move(body),
                             .at = now_of_machine(),
                             .same_as = {}});
    }

    OpenCasework& work_;
    const casework::Official official_;
    std::string file_;
};

// Hits of the versions that judge today.
std::vector<Finding> current_hits(ledger::Ledger& ledger, const casework::State& state) {
    std::vector<Finding> hits;
    ledger::Query query;
    query.outcome = rule::Outcome::hit;
    ledger.find(file_holder(), query, [&](const Finding& finding) {
        if (is_judging(state, finding.rule, finding.version)) hits.push_back(finding);
        return true;
    });
    return hits;
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

// Subjects that some rule judged and no rule of the ledger hits, with their strata.
Result<std::vector<casework::PoolItem>> clean_subjects(OpenCasework& work, const std::vector<Finding>& hits,
                                                       const std::string& month, Terminal& terminal) {
    std::set<std::pair<std::string, std::string>> hit;
    std::map<std::string, std::size_t> entities;
    for (const Finding& finding : hits) hit.emplace(finding.subject_entity, finding.subject);
    for (const rule::Rule& rule : work.packs->set.rules) ++entities[rule.subject];
    if (entities.empty()) return std::vector<casework::PoolItem>{};
    // What most rules are about.
    const std::string entity = std::max_element(entities.begin(), entities.end(), [](const auto& a, const auto& b) {
                                   return a.second < b.second;
                               })->first;
    rule::RuleSet& set = work.packs->set;
    set.rules.clear();
    set.features.clear();
    auto engine = engine::Engine::create(set, work.zone);
    if (!engine) return failure(std::move(engine.error()));
    intake::Opener opener(work.store.keys(), intake::partition_of(work.store.log()));
    const run::Source source{work.store.log(), opening_with(opener), set, work.zone};
    const Faults faults = run::read_opened(
        source, UINT64_MAX, [&](const engine::ClearEvent& event) { (*engine)->load(event); },
        [&](double share) {
            terminal.progress("读日志", "reading the log", share);
            return true;
        });
    terminal.progress("读日志", "reading the log", 1);
    if (!faults.empty()) return failure(faults);
    std::vector<casework::PoolItem> pool;
    const engine::World& world = (*engine)->world();
    for (const engine::RecordIndex index : world.records(world.entity_index(entity))) {
        const engine::Record& record = world.record(index);
        if (record.changes.empty() || hit.contains({entity, record.id})) continue;
        engine::Reader reader((*engine)->paths(), index, nullptr);
        const cel::Value date = reader.date();
        const std::string day =
            date.kind() == cel::Kind::date ? to_text(Date{static_cast<std::int32_t>(date.number())}) : "";
        if (!month.empty() && day.substr(0, 7) != month) continue;
        pool.push_back({format("clean|{}|{}", or_dash(reader.agency()), or_dash(day.substr(0, 7))),
                        std::string(casework::clean_prefix) + record.id});
    }
    return pool;
}

// Cut between strata, so that each piece fits into an event.
std::vector<std::vector<casework::PoolItem>> in_pieces(std::vector<casework::PoolItem> pool) {
    std::sort(pool.begin(), pool.end());
    std::vector<std::vector<casework::PoolItem>> pieces;
    for (std::size_t at = 0; at < pool.size();) {
        std::size_t end = at;
        while (end < pool.size() && pool[end].stratum == pool[at].stratum) ++end;
        if (pieces.empty() || pieces.back().size() + (end - at) > most_in_a_pool) pieces.emplace_back();
        pieces.back().insert(pieces.back().end(), pool.begin() + static_cast<std::ptrdiff_t>(at),
                             pool.begin() + static_cast<std::ptrdiff_t>(end));
        at = end;
    }
    return pieces;
}

// The list a reviewer gets: what was drawn and the top of the queue, without a mark which is which.
std::string review_list(OpenCasework& work, const std::vector<Finding>& hits, const std::set<std::string>& drawn,
                        std::size_t queue) {
    std::vector<const Finding*> wanted, rest;
    for (const Finding& finding : hits) {
        if (work.lifecycle.verdicts().find(finding.rule, finding.subject, finding.dedup) != nullptr) continue;
        (drawn.contains(casework::name_in_draw(finding.rule, finding.version, finding.subject, finding.dedup)) ? wanted
                                                                                                               : rest)
            .push_back(&finding);
    }
    const auto known = casework::precision(work.lifecycle.verdicts());
    std::vector<std::pair<std::int64_t, const Finding*>> valued;
    for (const Finding* finding : rest) {
        const auto rule = std::find_if(known.begin(), known.end(), [&](const casework::RulePrecision& one) {
            return one.rule == finding->rule && one.version == finding->version;
        });
        valued.emplace_back(casework::queue_value(rule == known.end() ? nullptr : &rule->all, finding->at_risk_fen),
                            finding);
    }
    std::sort(valued.begin(), valued.end(), [](const auto& a, const auto& b) {
        return std::tie(b.first, b.second->severity, a.second->id) <
               std::tie(a.first, a.second->severity, b.second->id);
    });
    for (std::size_t i = 0; i < std::min(valued.size(), queue); ++i) wanted.push_back(valued[i].second);
    std::sort(wanted.begin(), wanted.end(), [](const Finding* a, const Finding* b) { return a->id < b->id; });
    std::string text;
    exchange::CsvWriter csv(text);
    for (const char* name :
         {"id", "rule", "title", "subject", "agency", "date", "verdict", "innocent", "note", "decided_at"})
        csv.text(name);
    csv.end_row();
    const auto row = [&](const std::string& id, const std::string& rule, const std::string& title,
                         const std::string& subject, const std::string& agency, const std::string& date) {
        for (const std::string& cell : {id, rule, title, subject, agency, date}) csv.text(cell);
        for (int i = 0; i < 4; ++i) csv.empty();
        csv.end_row();
    };
    for (const Finding* finding : wanted) {
        const rule::Rule* rule = work.packs->set.rule(finding->rule);
        row(finding->id, finding->rule, rule == nullptr ? "" : rule->title.zh, finding->subject, finding->agency,
            finding->date);
    }
    for (const std::string& id : drawn) {
        if (id.starts_with(casework::clean_prefix) && work.lifecycle.verdicts().of_finding(id) == nullptr)
            row(id, "", "", id.substr(casework::clean_prefix.size()), "", "");
    }
    return text;
}

// The one value of the rule that has the type of its margin: what the margin is measured from.
}  // namespace

int verdicts(const VerdictsOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    TakingIn taking(work, options, std::filesystem::path(options.file).filename().string());
    const auto rows = read_filled_in(options.file, taking.bad);
    if (!rows) return terminal.complain(rows.error()), exit_unusable;
    for (const FilledIn& row : *rows) taking.take(row);
    const Said said = say(work.store, work.packs->set.dictionary, taking.decisions);
    taking.bad.insert(taking.bad.end(), said.faults.begin(), said.faults.end());
    const auto taken = static_cast<std::size_t>(std::count(said.is_new.begin(), said.is_new.end(), true));
    terminal.say(format("填了结论的 {} 行：收下 {}，此前已有 {}，退回 {}", rows->size(), taken,
                        taking.again + said.is_new.size() - taken - said.faults.size(), taking.bad.size()),
                 format("{} rows with a verdict: {} taken in, {} were there already, {} rejected", rows->size(), taken,
                        taking.again + said.is_new.size() - taken - said.faults.size(), taking.bad.size()));
    terminal.complain(taking.bad);
    // A pause that these verdicts brought about is told at once.
    if (const auto after = lifecycle_of(work.store)) {
        for (const auto& [id, rule] : after->state().rules) {
            if (rule.status == "paused" && rule.by_itself && work.state.rules.at(id).status != "paused")
                terminal.say(format("规则 {} 自动暂停：{}", id, rule.why.zh),
                             format("rule {} pauses by itself: {}", id, rule.why.en));
        }
    }
    return taking.bad.empty() ? exit_good : exit_rejected;
}

int draw(const DrawOptions& options, Terminal& terminal) {
    const auto share = parse_quantity(options.share, Dimension::ratio);
    if (!share || *share < 1 || *share > casework::million)
        return terminal.complain(unusable("--share 应为 0 至 100% 之间的比例，如 5%", "--share wants a share as 5%")),
               exit_unusable;
    if (trimmed(options.seed).empty())
        return terminal.complain(unusable("--seed 不能为空，应为当众摇出的号码一类",
                                          "--seed is empty; it wants something like a number drawn in public")),
               exit_unusable;
    if (!options.month.empty() && (options.month.size() != 7 || !parse_date(options.month + "-01")))
        return terminal.complain(unusable("--month 应为月份，如 2026-10", "--month wants a month, as 2026-10")),
               exit_unusable;
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    const std::vector<Finding> hits = current_hits(work.store.ledger(), work.state);
    std::vector<casework::PoolItem> pool;
    if (options.clean) {
        auto clean = clean_subjects(work, hits, options.month, terminal);
        if (!clean) return terminal.complain(clean.error()), exit_unusable;
        pool = std::move(*clean);
    } else {
        for (const Finding& finding : hits) {
            if (!options.month.empty() && finding.date.substr(0, 7) != options.month) continue;
            pool.push_back(
                {format("{}|{}|{}", finding.rule, or_dash(finding.agency), or_dash(finding.date.substr(0, 7))),
                 casework::name_in_draw(finding.rule, finding.version, finding.subject, finding.dedup)});
        }
    }
    if (pool.empty())
        return terminal.complain(unusable("没有可抽的对象", "there is nothing to draw from")), exit_faults;
    const casework::Official official = work.state.official(options.by, options.role);
    const Instant now = now_of_machine();
    std::vector<Decision> decisions;
    std::set<std::string> taken;
    for (const auto& piece : in_pieces(std::move(pool))) {
        if (piece.size() > most_in_a_pool)
            return terminal.complain(unusable("一层里超过四万个，请用 --month 分月抽取",
                                              "one stratum holds more than 40,000; draw by --month")),
                   exit_unusable;
        const std::int64_t wanted = casework::wanted_of(piece.size(), *share);
        const std::string text = casework::pool_text(piece), digest = casework::digest_of(text);
        const std::vector<std::string> ids = casework::drawn(*casework::pool_of_text(text), options.seed, wanted);
        const std::string result = casework::result_text(ids);
        taken.insert(ids.begin(), ids.end());
        // The same seed over the same pool is the same draw.
        const std::string id =
            format("{}-{}", options.clean ? "clean" : "hits",
                   casework::digest_of(digest + "\n" + options.seed + "\n" + std::to_string(wanted)).substr(0, 16));
        cbor::Value body = cbor::Value::map();
        put(body, "draw_id", id);
        put(body, "kind", options.clean ? "clean" : "hits");
        put(body, "algorithm", std::string(casework::draw_algorithm));
        put(body, "seed", options.seed);
        body.set("wanted", cbor::Value::of(wanted));
        const auto of = static_cast<std::int64_t>(piece.size());
        body.set("share", cbor::Value::of((wanted * casework::million + of / 2) / of));
        put(body, "pool", text);
        put(body, "pool_digest", digest);
        body.set("result", cbor::Value::of_text(result));
        put(body, "result_digest", casework::digest_of(result));
        put(body, "drawn_by", official.person);
        put(body, "drawn_role", official.role);
        body.set("drawn_at", cbor::Value::of(now.ms));
        bool is_known = false;
        work.store.log().read_core(0, [&](const log::Event& event) {
            is_known = is_known || (event.type == "core.draw_made" && event.subject == id);
            return !is_known;
        });
        if (!is_known)
            decisions.push_back({.type = "core.draw_made",
                                 .subject = id,
                                 .actor = options.by,
                                 .body = std::move(body),
                                 .at = now,
                                 .same_as = {}});
        terminal.say(format("{}：{} 个中抽 {} 个，总体摘要 {}，结果摘要 {}", id, piece.size(), wanted,
                            digest.substr(0, 16), casework::digest_of(result).substr(0, 16)),
                     format("{}: {} drawn of {}, digest of the pool {}, of the result {}", id, wanted, piece.size(),
                            digest.substr(0, 16), casework::digest_of(result).substr(0, 16)));
    }
    // The model of the packs may have been stripped to read the log; the core's events are in any.
    const Said said = say(work.store, work.packs->set.dictionary, decisions);
    if (!said.faults.empty()) return terminal.complain(said.faults), exit_unusable;
    if (!options.out.empty()) {
        const Faults faults = write_file(options.out, review_list(work, hits, taken, options.queue));
        if (!faults.empty()) return terminal.complain(faults), exit_unusable;
        terminal.say("待核清单：" + options.out, "list for review: " + options.out);
    }
    return exit_good;
}

int precision(const PrecisionOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    exchange::PrecisionReport report{.set = work.packs->set,
                                     .rules = casework::precision(work.lifecycle.verdicts()),
                                     .recall = casework::recall(work.lifecycle.verdicts()),
                                     .statuses = {},
                                     .suggestions = {},
                                     .log_size = work.store.log().size()};
    for (const auto& [id, rule] : work.state.rules) report.statuses.emplace(std::pair(id, rule.version), rule.status);
    for (const casework::Copy& copy : work.state.copies) report.statuses[{copy.rule, copy.version}] = "shadow";
    std::map<std::pair<std::string, std::int64_t>, std::vector<Finding>> hits;
    for (Finding& finding : current_hits(work.store.ledger(), work.state))
        hits[{finding.rule, finding.version}].push_back(std::move(finding));
    for (const auto& [key, found] : hits) {
        const auto rule = work.state.rules.find(key.first);
        if (rule == work.state.rules.end()) continue;
        const rule::Rule* running_rule = work.packs->set.rule(key.first);
        if (!found.front().margin_type.empty() && running_rule != nullptr) {
            const auto threshold = casework::threshold_of(work.packs->set, *running_rule, found.front(), work.zone);
            for (auto& one :
                 casework::looser(found, work.lifecycle.verdicts(), threshold, rule->second.head.min_precision_ppm))
                report.suggestions.push_back(std::move(one));
        }
        if (key.second == rule->second.version) continue;
        const auto running = hits.find({key.first, rule->second.version});
        if (auto one = casework::tighter(running == hits.end() ? std::vector<Finding>{} : running->second, found,
                                         work.lifecycle.verdicts()))
            report.suggestions.push_back(std::move(*one));
    }
    if (options.json) {
        const std::string text = exchange::precision_json(report);
        terminal.say(text, text);
    } else {
        const std::string text = exchange::precision_text(report, terminal.language() == Language::en);
        terminal.say(text, text);
    }
    if (!options.out.empty()) {
        const Faults faults =
            write_file(options.out, exchange::precision_page(report, terminal.language() == Language::en));
        if (!faults.empty()) return terminal.complain(faults), exit_unusable;
    }
    return exit_good;
}

int register_account(const AccountOptions& options, Terminal& terminal) {
    auto opened = open_casework(options.store, options.packs);
    if (!opened) return terminal.complain(opened.error()), exit_unusable;
    OpenCasework& work = **opened;
    Decision decision{.type = "core.account_registered",
                      .subject = options.account,
                      .actor = options.by,
                      .body = cbor::Value::map(),
                      .at = now_of_machine(),
                      .same_as = {}};
    put(decision.body, "account_id", options.account);
    put(decision.body, "person", options.person);
    put(decision.body, "org_role", options.role);
    const Said said = say(work.store, work.packs->set.dictionary, {decision});
    if (!said.faults.empty()) return terminal.complain(said.faults), exit_faults;
    terminal.say(format("账号 {} 属于 {}", options.account, options.person),
                 format("account {} belongs to {}", options.account, options.person));
    return exit_good;
}

}  // namespace ningyi::app
