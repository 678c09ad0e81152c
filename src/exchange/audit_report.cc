// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_report.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "engine/body_value.h"
#include "exchange/track_drawing.h"
#include "exchange/html.h"
#include "exchange/words.h"
#include "trust/sha256.h"

namespace ningyi::exchange {
namespace {

using cel::Kind;
using cel::Value;
using engine::Finding;
using engine::Outcome;
using rule::Explanation;
using rule::Language;

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
        };
        const unsigned group = byte(0) << 16U | byte(1) << 8U | byte(2);
        for (unsigned k = 0; k < 4; ++k) out += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
}

std::string percent_text(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) return "–";
    const std::int64_t tenths = (part * 2000 + whole) / (2 * whole);
    return format("{}.{}%", tenths / 10, tenths % 10);
}

std::string money(std::int64_t fen) {
    return "¥" + yuan_text(fen);
}

constexpr std::string_view outcome_sign(Outcome outcome) {
    switch (outcome) {
        case Outcome::hit: return "▲";
        case Outcome::clear: return "○";
        case Outcome::exempt: return "◇";
        case Outcome::inconclusive: return "?";
        case Outcome::not_applicable: return "–";
    }
    return "";
}

std::string severity_tag(int severity) {
    const model::Label words = severity_words(severity);
    return format("<span class=\"tag s{}\">{} {}</span>", std::clamp(severity, 1, 3),
                  severity >= 3   ? "▲▲▲"
                  : severity == 2 ? "▲▲"
                                  : "▲",
                  both(words));
}

std::string open_table(std::string_view label_zh, std::string_view label_en) {
    return format("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{} / {}\"><table><thead><tr>",
                  label_zh, label_en);
}
std::string head(std::string_view zh, std::string_view en, bool number = false) {
    return format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "", both(zh, en));
}
constexpr std::string_view open_body = "</tr></thead><tbody>";
constexpr std::string_view close_table = "</tbody></table></div>";
std::string number_cell(const std::string& text) {
    return "<td class=\"n\">" + text + "</td>";
}

std::string meter(std::int64_t value, std::int64_t most) {
    const std::int64_t wide = most <= 0 ? 0 : value * 200 / most;
    return format(
        "<svg class=\"meter\" viewBox=\"0 0 200 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
        "width=\"200\" height=\"8\"/>"
        "<rect class=\"v\" width=\"{}\" height=\"8\"/></svg>",
        wide);
}

class Report {
public:
    Report(const AuditInput& input, const AuditTables& tables)
        : input_(input), tables_(tables), page_(input.page), world_(input.engine.world()) {
        subject_ = world_.entity_index(page_.subject);
        cards_ = std::min(tables_.ranked.size(), most_cards);
        const auto path = [&](const std::string& text) {
            return text.empty() ? engine::Path{} : input_.engine.paths().find(subject_, text).value_or(engine::Path{});
        };
        from_ = path(page_.from);
        to_ = path(page_.to);
        place_ = path(page_.place);
        for (const AuditMark& mark : page_.marks) marks_.emplace_back(path(mark.fix), path(mark.at));
    }

    std::string write() {
        std::string body;
        top(body);
        body += "<main id=\"main\" class=\"wrap\">";
        focus(body);
        outcome_section(body);
        rule_section(body);
        party_sections(body);
        leads(body);
        rest(body);
        basis(body);
        sources(body);
        body += "</main>";
        std::string out = head_of_page();
        out += body;
        out +=
            format("<footer><div class=\"wrap\">{}</div></footer>",
                   both("疑点须经人工核实并听取当事人说明后方可认定；每条疑点都可按编号、规则版本与日志位置重新算出。",
                        "A lead is settled only by a person who has heard those concerned. Each can be computed again "
                        "from its id, rule version and log position."));
        out += format("<script>{}</script></body></html>\n", report_script());
        return out;
    }

private:
    std::string words_zh() const { return page_.subject_label.zh; }
    std::string words_en() const { return lower_ascii(page_.subject_label.en); }

    std::string head_of_page() const {
        const bool english = input_.language == Language::en;
        return format(
            "<!doctype html>\n<html lang=\"{}\" data-lang=\"{}\" data-title-zh=\"{}\" data-title-en=\"{}\"><head><meta "
            "charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; "
            "script-src 'sha256-{}'; "
            "base-uri 'none'; form-action 'none'\"><meta name=\"referrer\" "
            "content=\"no-referrer\"><title>{}</title><style>{}</style></head><body>",
            english ? "en" : "zh-CN", english ? "en" : "zh", html_escaped(page_.title.zh), html_escaped(page_.title.en),
            base64(trust::sha256(report_style())), base64(trust::sha256(report_script())),
            html_escaped(english ? page_.title.en : page_.title.zh), report_style());
    }

    void tile(std::string& out, const std::string& value, std::string_view zh, std::string_view en) const {
        out += "<div class=\"tile\"><b>" + html_escaped(value) + "</b><span>" + both(zh, en) + "</span></div>";
    }

    void top(std::string& out) const {
        const auto count = [&](Outcome outcome) { return tables_.count[static_cast<std::size_t>(outcome)]; };
        const auto subjects = static_cast<std::int64_t>(tables_.subjects.size());
        out += "<a class=\"skip\" href=\"#main\">" + both("跳到正文", "Skip to the content") +
               "</a><header class=\"top\"><div class=\"wrap\"><div class=\"row\"><h1>" + both(page_.title) +
               "</h1><div class=\"js-only\"><button type=\"button\" id=\"language\"><span class=\"zh\" "
               "lang=\"en\">English</span>"
               "<span class=\"en\" lang=\"zh-CN\">中文</span></button><button type=\"button\" id=\"print\">" +
               both("打印", "Print") + "</button></div></div><p class=\"facts\">";
        const auto fact = [&](std::string_view zh, std::string_view en, const std::string& value) {
            if (!value.empty())
                out += "<span class=\"f\">" + both(std::string(zh) + "：", std::string(en) + ": ") +
                       html_escaped(value) + "</span>";
        };
        fact("辖区", "District", input_.district_name);
        fact("稽核期间", "Period", input_.period);
        const auto as_of = parse_instant(input_.as_of);
        fact("数据截至", "Data as of", as_of ? moment(*as_of) : input_.as_of);
        out += "</p><div class=\"tiles\">";
        tile(out, count_text(subjects), words_zh() + "总数", page_.subject_label.en + "s");
        const std::string share = percent_text(tables_.subjects_hit, subjects);
        tile(out, count_text(tables_.subjects_hit), "有疑点的" + words_zh() + "（" + share + "）",
             words_en() + "s with a lead (" + share + ")");
        tile(out, count_text(static_cast<std::int64_t>(tables_.ranked.size())), "疑点", "leads");
        tile(out, count_text(count(Outcome::inconclusive)), "次无法判定", "could not be judged");
        tile(out, money(tables_.claimed_fen), "申报金额", "claimed");
        tile(out, money(tables_.at_risk_fen), "疑点涉及金额", "touched by leads");
        if (page_.proof.empty()) {
            tile(out, money(tables_.substantiated_fen), "目前无碍支付", "not questioned");
        } else {
            tile(out, money(tables_.substantiated_fen), "已核实、无疑点", "verified, no lead");
            tile(out, money(tables_.unverified_fen), "无疑点但未能核实", "no lead, not verified");
        }
        out += "</div></div></header><nav class=\"toc\" aria-label=\"目录 / Contents\"><div class=\"wrap\">";
        const auto link = [&](std::string_view id, std::string_view zh, std::string_view en) {
            out += format("<a href=\"#{}\">{}</a>", id, both(zh, en));
        };
        link("focus", "先看哪里", "Where to look");
        link("outcomes", "判定结果", "Outcomes");
        link("rules", "各规则", "Rules");
        for (const AuditParty& party : page_.parties) {
            if (party.table) link("by-" + html_escaped(party.entity), party.label.zh, party.label.en);
        }
        link("leads", "疑点逐条", "Leads");
        link("basis", "依据", "Basis");
        link("sources", "数据与出处", "Data");
        out += "</div></nav>";
    }

    std::string lead_id(std::size_t finding) const {
        return "f-" + tables_.findings[finding].finding->id.substr(0, 16);
    }

    std::string party_text(std::size_t party, const std::string& id) const {
        const std::string name = party_name(input_, page_.parties[party], id);
        return name.empty() || name == id ? html_escaped(id)
                                          : html_escaped(name) + " <span class=\"dim\">" + html_escaped(id) + "</span>";
    }

    void focus(std::string& out) const {
        out += "<section id=\"focus\"><div class=\"note\">" +
               both(
                   "本报告列出的是待人工核实的疑点，不是认定结论。数据缺失或精度不够时一律记为“无法判定”，不作不利推断"
                   "。姓名已脱敏，图上不含经纬度。",
                   "This report lists leads for people to check; none of them is a verdict. Where data is missing or "
                   "too poor the outcome is “inconclusive”, and nothing is held against anyone. "
                   "Names are masked and the drawings carry no coordinates.") +
               "</div><h2>" + both("先看哪里", "Where to look") +
               "</h2><div class=\"focus\"><div class=\"panel\"><h3>" +
               both("金额大、证据强的疑点（每条规则至多两条）",
                    "Leads with most money and the strongest evidence (two of a rule at most)") +
               "</h3>";
        if (tables_.ranked.empty()) out += "<p>" + both("没有待核疑点。", "No leads to review.") + "</p>";
        // The same subject shows once: its gravest lead stands for the others. A few of each rule, so that one pattern
        // does not hide the rest.
        constexpr int most_of_a_rule = 2;
        std::set<std::string> seen;
        std::map<std::string, int> of_rule;
        out += "<ol class=\"leads\">";
        for (std::size_t rank = 0; rank < cards_ && seen.size() < 10; ++rank) {
            const std::size_t i = tables_.ranked[rank];
            const FindingRow& row = tables_.findings[i];
            if (of_rule[row.finding->rule] == most_of_a_rule ||
                !seen.insert(row.finding->subject_entity + '|' + row.finding->subject).second)
                continue;
            ++of_rule[row.finding->rule];
            out +=
                format("<li>{}<a href=\"#{}\">{}</a><span class=\"money\">{}</span><span class=\"sum\">{}</span></li>",
                       severity_tag(row.finding->severity), lead_id(i), both(row.rule->title),
                       money(row.finding->at_risk_fen), both(row.zh, row.en));
        }
        out += "</ol></div><div class=\"side\">";
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            if (!page_.parties[p].table) continue;
            out += "<div class=\"panel\"><h3>" +
                   both("疑点涉及金额最多的" + page_.parties[p].label.zh,
                        page_.parties[p].label.en + " with most money touched by leads") +
                   "</h3>" +
                   open_table(html_escaped(page_.parties[p].label.zh), html_escaped(page_.parties[p].label.en)) +
                   head(page_.parties[p].label.zh, page_.parties[p].label.en) + head("疑点", "Leads", true) +
                   head("涉及金额", "Money", true) + std::string(open_body);
            std::size_t shown = 0;
            for (const PartyTotals& party : tables_.parties[p]) {
                if (shown == 5 || party.hits == 0) break;
                ++shown;
                out += format("<tr><td>{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                              party_text(p, party.id), meter(party.at_risk_fen, tables_.parties[p].front().at_risk_fen),
                              count_text(party.hits), money(party.at_risk_fen));
            }
            out += std::string(close_table) + "</div>";
        }
        out += "</div></div></section>";
    }

    void outcome_section(std::string& out) const {
        constexpr std::array<Outcome, 5> order = {Outcome::hit, Outcome::exempt, Outcome::inconclusive, Outcome::clear,
                                                  Outcome::not_applicable};
        std::int64_t judged = 0;
        for (std::size_t i = 0; i < 4; ++i) judged += tables_.count[static_cast<std::size_t>(order[i])];
        out += "<section id=\"outcomes\"><h2>" + both("判定结果", "Outcomes") + "</h2><p class=\"dim\">" +
               both("每条规则对它所管的每个对象各判一次；比例以“适用”的判断为分母。",
                    "Every rule judges each subject it is about; shares are of the judgements in which it applied.") +
               "</p>";
        out += "<svg class=\"stack\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
        std::int64_t before = 0;
        for (std::size_t i = 0; i < 4 && judged > 0; ++i) {
            const std::int64_t n = tables_.count[static_cast<std::size_t>(order[i])];
            const std::int64_t from = before * 10000 / judged, to = (before + n) * 10000 / judged;
            out += format("<rect class=\"{}\" x=\"{}.{}\" width=\"{}.{}\" height=\"20\"/>", rule::to_word(order[i]),
                          from / 10, from % 10, (to - from) / 10, (to - from) % 10);
            before += n;
        }
        out += "</svg>" + open_table("判定结果", "Outcomes") + head("结果", "Outcome") + head("次数", "Count", true) +
               head("占适用", "Share", true) + head("含义", "Meaning") + std::string(open_body);
        constexpr std::array<std::pair<std::string_view, std::string_view>, 5> meaning = {{
            {"规则的条件全部成立，形成疑点，等待核实", "all conditions of the rule hold: a lead, to be checked"},
            {"条件成立，但有经批准的例外", "the conditions hold, but an approved exception applies"},
            {"数据缺失或精度不足，不下结论；原因见下表", "data is missing or too poor to say; reasons below"},
            {"规则适用，未见问题", "the rule applied and found nothing"},
            {"规则不管这种情况", "the rule is not about this case"},
        }};
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::int64_t n = tables_.count[static_cast<std::size_t>(order[i])];
            out += format(
                "<tr><td class=\"id\"><span class=\"tag o-{}\">{} {}</span></td>{}{}<td class=\"wide\">{}</td></tr>",
                rule::to_word(order[i]), outcome_sign(order[i]), both(outcome_words(order[i])),
                number_cell(count_text(n)), number_cell(i == 4 ? "–" : percent_text(n, judged)),
                both(meaning[i].first, meaning[i].second));
        }
        out += close_table;
        const std::int64_t watched =
            tables_.count[static_cast<std::size_t>(Outcome::hit)] - static_cast<std::int64_t>(tables_.ranked.size());
        if (watched > 0) {
            out +=
                "<p class=\"small dim\">" +
                both(format("命中中有 {} 次来自试运行的规则：只作观察，不列为疑点，不影响支付。", count_text(watched)),
                     format("{} of the hits are of rules on trial: watched only, no leads, no effect on payment.",
                            count_text(watched))) +
                "</p>";
        }
        out += "<h3>" + both("为什么无法判定", "Why some could not be judged") + "</h3>";
        if (tables_.reasons.empty()) {
            out += "<p>" + both("没有。", "There are none.") + "</p></section>";
            return;
        }
        out += open_table("无法判定的原因", "Reasons") + head("原因", "Reason") + head("次数", "Count", true) +
               head("规则", "Rules") + std::string(open_body);
        for (std::size_t i = 0; i < tables_.reasons.size() && i < 40; ++i) {
            const ReasonTotals& reason = tables_.reasons[i];
            out += "<tr><td class=\"wide\">" + both(reason.zh, reason.en) + "</td>" +
                   number_cell(count_text(reason.count)) + "<td class=\"small\">" +
                   html_escaped(join(reason.rules, " ")) + "</td></tr>";
        }
        out += std::string(close_table) + "</section>";
    }

    static std::string in_general(const rule::Rule& rule, bool zh) {
        std::string text;
        for (const rule::Clause& clause : rule.clauses) {
            if (!text.empty()) text += zh ? (rule.any ? "；或 " : "；且 ") : (rule.any ? "; or " : "; and ");
            for (const rule::Sentence::Part& part : (zh ? clause.zh : clause.en).parts)
                text += part.is_value ? "…" : part.text;
        }
        return text;
    }

    void rule_section(std::string& out) const {
        out += "<section id=\"rules\"><h2>" + both("各规则", "Rules") + "</h2><p class=\"dim\">" +
               both("同一" + words_zh() + "可被几条规则命中，各规则的金额不能相加。",
                    "One " + words_en() + " may be hit by several rules: their money must not be added up.") +
               "</p>" + open_table("各规则", "Rules") + head("规则", "Rule") + head("命中", "Hit", true) +
               head("豁免", "Exempt", true) + head("无法判定", "Inconclusive", true) + head("未见异常", "Clear", true) +
               head("涉及金额", "Money", true) + head("看什么", "What it looks for") +
               head("看不到什么", "What it misses") + std::string(open_body);
        for (const RuleTotals& totals : tables_.rules) {
            const rule::Rule& rule = *totals.rule;
            const auto cell = [&](Outcome outcome) {
                return number_cell(count_text(totals.count[static_cast<std::size_t>(outcome)]));
            };
            out += "<tr><td class=\"id\"><b>" + both(rule.title) + "</b><br><code>" + html_escaped(rule.id) +
                   format("@{}</code>", rule.version) +
                   (rule.status == "live" ? "" : " <span class=\"tag\">" + both("试运行", "on trial") + "</span>") +
                   "</td>" + cell(Outcome::hit) + cell(Outcome::exempt) + cell(Outcome::inconclusive) +
                   cell(Outcome::clear) + number_cell(totals.at_risk_fen == 0 ? "–" : money(totals.at_risk_fen)) +
                   "<td class=\"wide\">" + both(in_general(rule, true), in_general(rule, false)) +
                   "</td><td class=\"wide dim\">" + both(rule.misses) + "</td></tr>";
        }
        out += std::string(close_table) + "</section>";
    }

    void party_sections(std::string& out) const {
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            const AuditParty& party = page_.parties[p];
            if (!party.table) continue;
            out += format("<section id=\"by-{}\"><h2>{}</h2>", html_escaped(party.entity),
                          both("按" + party.label.zh, "By " + lower_ascii(party.label.en)));
            out += open_table("按" + html_escaped(party.label.zh), "By " + html_escaped(party.label.en)) +
                   head(party.label.zh, party.label.en) + head(words_zh(), page_.subject_label.en + "s", true) +
                   head("有疑点", "With a lead", true) + head("占比", "Share", true) + head("疑点", "Leads", true) +
                   head("无法判定", "Inconclusive", true) + head("申报金额", "Claimed", true) +
                   head("涉及金额", "Touched", true) +
                   (page_.proof.empty() ? head("无碍支付", "Not questioned", true)
                                        : head("已核实", "Verified", true) + head("未能核实", "Not verified", true)) +
                   head("主要规则", "Main rules") + std::string(open_body);
            std::size_t shown = 0;
            for (const PartyTotals& totals : tables_.parties[p]) {
                if (shown++ == most_party_rows) break;
                std::vector<std::pair<std::int64_t, std::string>> rules;
                for (const auto& [rule, count] : totals.rules) rules.emplace_back(-count, rule);
                std::sort(rules.begin(), rules.end());
                std::string main;
                for (std::size_t i = 0; i < rules.size() && i < 3; ++i)
                    main += format("{}{} ×{}", i == 0 ? "" : "<br>", html_escaped(rules[i].second), -rules[i].first);
                out += "<tr><td class=\"id\">" + party_text(p, totals.id) + "</td>" +
                       number_cell(count_text(totals.subjects)) + number_cell(count_text(totals.subjects_hit)) +
                       number_cell(percent_text(totals.subjects_hit, totals.subjects)) +
                       number_cell(count_text(totals.hits)) + number_cell(count_text(totals.inconclusive)) +
                       number_cell(money(totals.claimed_fen)) + number_cell(money(totals.at_risk_fen)) +
                       number_cell(money(totals.substantiated_fen)) +
                       (page_.proof.empty() ? std::string() : number_cell(money(totals.unverified_fen))) +
                       "<td class=\"id small\">" + main + "</td></tr>";
            }
            out += close_table;
            if (tables_.parties[p].size() > most_party_rows) {
                out += "<p class=\"dim\">" +
                       both(format("只列前 {} 行，其余见 summary.json。", most_party_rows),
                            format("The first {} rows; the rest is in summary.json.", most_party_rows)) +
                       "</p>";
            }
            out += "</section>";
        }
    }

    // The label of a stored path; empty for a `let`, which only the sentences of its rule give words to.
    model::Label label_of(const rule::Rule& rule, const std::string& path) const {
        if (path.starts_with("others.")) {
            const model::Label label = label_of(rule, path.substr(7));
            return {label.zh + "（另一方）", label.en + " (the other one)"};
        }
        const std::size_t dot = path.find('.');
        const std::string first = path.substr(0, dot);
        if (dot != std::string::npos) {
            const std::string rest = path.substr(dot + 1);
            if (const model::Entity* entity = input_.set.dictionary.entity(first)) {
                if (const model::Field* field = entity->field(rest)) return field->label;
            }
            for (const auto& [alias, name] : rule.features) {
                const rule::Feature* feature = alias == first ? input_.set.feature(name) : nullptr;
                if (feature == nullptr) continue;
                const model::Label fact = label_of_fact(input_.set, *feature, rest);
                return {feature->title.zh + " · " + fact.zh, feature->title.en + " · " + fact.en};
            }
        }
        for (const auto& [local, name] : rule.params) {
            const rule::Param* param = local == path ? input_.set.param(name) : nullptr;
            if (param != nullptr) return param->title;
        }
        for (const auto& [alias, name] : rule.features) {
            const rule::Feature* feature = alias == path ? input_.set.feature(name) : nullptr;
            if (feature != nullptr) return feature->title;
        }
        return {};
    }

    std::string moment(Instant at) const {
        const Millis minutes = input_.zone.time_of_day(at) / minutes_ms;
        return format("{} {:02}:{:02}", to_text(input_.zone.date(at)), minutes / 60, minutes % 60);
    }

    model::Label shown(const Value& value) const {
        const auto with = [&](std::string_view unit, std::string_view zh, std::string_view en) {
            return model::Label{rule::shown(value, unit, Language::zh, input_.zone) + std::string(zh),
                                rule::shown(value, unit, Language::en, input_.zone) + std::string(en)};
        };
        switch (value.kind()) {
            case Kind::length: return with("m", " 米", " m");
            case Kind::duration: return with("min", " 分钟", " min");
            case Kind::money: return {yuan_text(value.number()) + " 元", "¥" + yuan_text(value.number())};
            case Kind::speed: return with("kmh", " 公里/小时", " km/h");
            case Kind::ratio: {
                const std::int64_t permille = (value.number() + (value.number() < 0 ? -500 : 500)) / 1000;
                const std::int64_t size = permille < 0 ? -permille : permille;
                const std::string text = format("{}{}.{} %", permille < 0 ? "-" : "", size / 10, size % 10);
                return {text, text};
            }
            case Kind::timestamp: return {moment(Instant{value.ms()}), moment(Instant{value.ms()})};
            case Kind::boolean: return value.is_true() ? model::Label{"是", "yes"} : model::Label{"否", "no"};
            case Kind::date: {
                const std::string text = to_text(Date{static_cast<std::int32_t>(value.number())});
                return {text, text};
            }
            default: return {engine::base_text(value), engine::base_text(value)};
        }
    }

    void numbers(std::string& out, const FindingRow& row) const {
        out += "<dl class=\"values\">";
        std::size_t shown_rows = 0;
        for (const engine::UsedValue& used : row.finding->values) {
            if (used.absent || used.text.empty() || shown_rows == 24) continue;
            const Value value = engine::value_of_base_text(used.type, used.text);
            // Ids and words stand in the sentence and the heading already.
            if (!value.is_known() || value.kind() == Kind::string || value.kind() == Kind::list) continue;
            const model::Label label = label_of(*row.rule, used.path);
            if (label.zh.empty()) continue;
            ++shown_rows;
            out += "<dt>" + both(label) + "</dt><dd>" + both(shown(value)) + "</dd>";
        }
        out += "</dl>";
    }

    static std::string lines(const std::vector<Explanation::Line>& zh, const std::vector<Explanation::Line>& en,
                             bool against) {
        if (zh.empty()) return {};
        std::string out = "<ul class=\"marks\">";
        for (std::size_t i = 0; i < zh.size() && i < en.size(); ++i) {
            const char mark = zh[i].mark;
            const std::string_view sign = mark == 't' ? "✓" : mark == 'f' ? "✗" : mark == '?' ? "?" : "–";
            const auto word = [&]() -> model::Label {
                if (against)
                    return mark == 't'   ? model::Label{"成立", "true"}
                           : mark == 'f' ? model::Label{"不成立", "not so"}
                           : mark == '?' ? model::Label{"不明", "not known"}
                                         : model::Label{"未问", "not asked"};
                return mark == 't'   ? model::Label{"成立", "holds"}
                       : mark == 'f' ? model::Label{"不成立", "does not hold"}
                                     : model::Label{"不明", "not known"};
            }();
            out += format("<li><b aria-hidden=\"true\">{}</b>", sign) +
                   both(zh[i].text + "（" + word.zh + "）", en[i].text + " (" + word.en + ")") + "</li>";
        }
        return out + "</ul>";
    }

    Value read(engine::Reader& reader, const engine::Path& path) const {
        return path.kind == engine::Path::Kind::none ? Value() : reader.read(path);
    }

    Trace trace_of(engine::RecordIndex record, std::string& carrier) const {
        engine::Reader reader(input_.engine.paths(), record, nullptr);
        Trace trace;
        trace.name = world_.record(record).id;
        const Value from = read(reader, from_), to = read(reader, to_), place = read(reader, place_);
        if (from.kind() == Kind::timestamp && to.kind() == Kind::timestamp && to.ms() >= from.ms())
            trace.claimed = Interval{Instant{from.ms()}, Instant{to.ms()}};
        if (place.kind() == Kind::place) trace.place = geo::Place{place.place().first, place.place().second};
        for (std::size_t i = 0; i < marks_.size(); ++i) {
            DrawnMark mark;
            mark.label = page_.marks[i].label;
            const Value fix = read(reader, marks_[i].first), at = read(reader, marks_[i].second);
            if (fix.kind() == Kind::fix) mark.place = geo::Place{fix.fix().lat_e7, fix.fix().lon_e7};
            if (at.kind() == Kind::timestamp) mark.at = Instant{at.ms()};
            trace.marks.push_back(mark);
        }
        const model::Field* field = page_.track.empty() ? nullptr : world_.entity(subject_).field(page_.track);
        if (field == nullptr) return trace;
        const auto owner = input_.engine.paths().find(subject_, field->track_of);
        const Value id = owner ? reader.read(*owner) : Value();
        if (id.kind() != Kind::string) return trace;
        carrier = id.text();
        if (trace.claimed) trace.fixes = fixes_of(carrier, *trace.claimed, *field);
        return trace;
    }

    std::vector<track::Fix> fixes_of(const std::string& carrier, Interval span, const model::Field& field) const {
        // A claim of days is an error of its own; its first day is enough to look at.
        const Millis to = std::min(span.to.ms, span.from.ms + days_ms);
        return world_.fixes(carrier, Instant{span.from.ms - field.track_lead}, Instant{to + field.track_tail});
    }

    double radius_of(const FindingRow& row) const {
        for (const std::string& name : page_.radii) {
            for (const auto& [local, param] : row.rule->params) {
                if (param != name) continue;
                const Value value = stored_value(*row.finding, local);
                if (value.kind() == Kind::length) return static_cast<double>(value.number()) / 1000;
            }
        }
        const rule::Param* param = page_.radii.empty() ? nullptr : input_.set.param(page_.radii.back());
        const auto day = parse_date(row.finding->date);
        if (param == nullptr || !day || param->by_scope.empty()) return 0;
        const rule::ParamValue* value = rule::in_force(*param, param->by_scope.front(), *day);
        return value == nullptr ? 0 : static_cast<double>(value->value.number()) / 1000;
    }

    void drawings(std::string& out, const FindingRow& row) const {
        if (row.subject == SIZE_MAX) return;
        Scene scene;
        std::string carrier, other_carrier;
        scene.traces.push_back(trace_of(row.record, carrier));
        const engine::RecordIndex other = row.other.empty() ? engine::no_record : world_.find(subject_, row.other);
        if (other != engine::no_record) {
            scene.traces.push_back(trace_of(other, other_carrier));
            Trace& a = scene.traces[0];
            Trace& b = scene.traces[1];
            const model::Field* field = page_.track.empty() ? nullptr : world_.entity(subject_).field(page_.track);
            if (field != nullptr && carrier == other_carrier && a.claimed && b.claimed) {
                // One person's way from one to the other belongs to both.
                scene.one_track = true;
                a.fixes = fixes_of(carrier,
                                   {std::min(a.claimed->from, b.claimed->from), std::max(a.claimed->to, b.claimed->to)},
                                   *field);
                b.fixes.clear();
            }
        }
        scene.radius_m = radius_of(row);
        scene.place_label = page_.place_label;
        const std::string map = map_drawing(scene), time = time_drawing(scene, input_.zone);
        if (map.empty() && time.empty()) return;
        out += format("<div class=\"draw{}\">", map.empty() || time.empty() ? " one" : "") + map + time + "</div>";
    }

    void card(std::string& out, std::size_t number) {
        const FindingRow& row = tables_.findings[number];
        const Finding& finding = *row.finding;
        const Explanation zh = explanation_of(input_, row, Language::zh),
                          en = explanation_of(input_, row, Language::en);
        std::string first_party;
        for (std::size_t p = 0; p < page_.parties.size() && first_party.empty(); ++p) {
            if (page_.parties[p].table) first_party = row.parties[p];
        }
        out += format("<article class=\"card v{}\" id=\"{}\" data-rule=\"{}\" data-party=\"{}\"><header>",
                      finding.severity, lead_id(number), html_escaped(finding.rule), html_escaped(first_party));
        out += severity_tag(finding.severity) + "<h3>" + both(row.rule->title) + "</h3><span class=\"dim small\">" +
               both(result_words(finding.result)) + " · " + both(effect_words(finding.effect)) +
               "</span><span class=\"money\">" + (finding.at_risk_fen == 0 ? "" : money(finding.at_risk_fen)) +
               "</span></header><p class=\"said\">" + both(row.zh, row.en) + "</p><p class=\"who\">";
        const model::Entity* entity = input_.set.dictionary.entity(finding.subject_entity);
        const auto fact = [&](const model::Label& label, const std::string& html) {
            out += "<span>" + both(label.zh + "：", label.en + ": ") + html + "</span>";
        };
        fact(entity == nullptr ? model::Label{finding.subject_entity, finding.subject_entity} : entity->title,
             "<b>" + html_escaped(finding.subject) + "</b>");
        if (!row.other.empty()) fact({"关联" + words_zh(), "Other " + words_en()}, html_escaped(row.other));
        if (!finding.date.empty()) fact({"日期", "Date"}, html_escaped(finding.date));
        for (std::size_t p = 0; p < page_.parties.size(); ++p) {
            if (!row.parties[p].empty() && page_.parties[p].entity != finding.subject_entity)
                fact(page_.parties[p].label, party_text(p, row.parties[p]));
        }
        out += "</p>";
        drawings(out, row);
        out += "<div class=\"cols\"><div><h4>" + both("判断条件", "Conditions") + "</h4>" +
               lines(zh.clauses, en.clauses, false) + "<h4>" + both("先做什么", "What to do first") +
               "</h4><p class=\"small\">" + both(row.rule->do_first) + "</p></div><div><h4>" + both("数字", "Numbers") +
               "</h4>";
        numbers(out, row);
        out +=
            "</div></div><details><summary>" +
            both("可能的正当原因、查过的例外与疑虑、依据", "Innocent reasons, exceptions and doubts looked at, basis") +
            "</summary>";
        out += "<h4>" + both("可能的正当原因", "Innocent reasons to think of") + "</h4><ul class=\"plain small\">";
        for (const rule::Rule::Innocent& reason : row.rule->innocent) out += "<li>" + both(reason.text) + "</li>";
        out += "</ul>";
        if (!zh.exceptions.empty() || !zh.doubts.empty()) {
            out += "<h4>" + both("查过的例外与疑虑", "Exceptions and doubts looked at") + "</h4><div class=\"small\">" +
                   lines(zh.exceptions, en.exceptions, true) + lines(zh.doubts, en.doubts, true) + "</div>";
        }
        out += "<h4>" + both("本规则看不到", "What this rule misses") + "</h4><p class=\"small\">" +
               both(row.rule->misses) + "</p><h4>" + both("依据", "Basis") + "</h4><p class=\"small\">";
        for (std::size_t i = 0; i < zh.cite.size(); ++i) out += (i == 0 ? "" : "、") + cite_link(zh.cite[i]);
        out += "</p><p class=\"small dim\">" + both("规则", "Rule") +
               format(" <code>{}@{}</code> · ", html_escaped(finding.rule), finding.version) +
               both("疑点编号", "lead") + format(" <code>{}</code> · ", html_escaped(finding.id)) +
               both("规则摘要", "rule digest") +
               format(" <code>{}</code> · ", html_escaped(finding.rule_digest.substr(0, 16))) +
               both("参数摘要", "values digest") +
               format(" <code>{}</code> · ", html_escaped(finding.params_digest.substr(0, 16))) +
               both("日志位置", "log position") + format(" {}</p></details></article>\n", finding.position);
    }

    std::string cite_link(const std::string& cite) {
        const auto [place, is_new] = cites_.insert(cite);
        static_cast<void>(is_new);
        return format("<a href=\"#c-{}\">{}</a>", html_escaped(replaced(*place, "#", "-")), html_escaped(cite));
    }

    void legend(std::string& out) const {
        const auto key = [&](std::string_view drawing, std::string_view zh, std::string_view en) {
            out += format("<span class=\"k\"><svg viewBox=\"0 0 28 16\" aria-hidden=\"true\">{}</svg>{}</span>",
                          drawing, both(zh, en));
        };
        out += "<div class=\"legend\">";
        key("<path class=\"home a\" d=\"M7 7l7 -6 7 6v8h-14z\"/>", page_.place_label.zh, page_.place_label.en);
        key("<circle class=\"area\" cx=\"14\" cy=\"8\" r=\"7\"/>", "允许半径", "allowed radius");
        key("<path class=\"line\" d=\"M2 12L12 5 26 9\"/>", "轨迹（只连相隔不超过 120 秒的点）",
            "track (only fixes at most 120 s apart are joined)");
        key("<path class=\"line b\" d=\"M2 12L12 5 26 9\"/>", "成对疑点中另一方（虚线）",
            "the other one of a pair (dashed)");
        key("<g class=\"disc\"><circle cx=\"14\" cy=\"8\" r=\"7\"/></g>", "定位误差（68%）", "accuracy (68 %)");
        key("<rect class=\"gap\" width=\"28\" height=\"16\"/>", "没有定位：未知，不作推断",
            "no fixes: unknown, nothing is concluded");
        for (std::size_t i = 0; i < page_.marks.size(); ++i) {
            key(i == 0   ? "<path class=\"mark\" d=\"M14 2l6 11h-12z\"/>"
                : i == 1 ? "<path class=\"mark\" d=\"M9 3h10v10h-10z\"/>"
                         : "<path class=\"mark\" d=\"M14 2l6 6 -6 6 -6 -6z\"/>",
                page_.marks[i].label.zh, lower_ascii(page_.marks[i].label.en));
        }
        key("<path class=\"aside\" d=\"M11 5l6 6m0 -6l-6 6\"/>", "清洗时搁置的点", "fix set aside");
        key("<path class=\"mock\" d=\"M14 4l4 7h-8z\"/>", "系统标记的模拟定位", "flagged as mock by the phone");
        out += "</div>";
    }

    void leads(std::string& out) {
        out += "<section id=\"leads\"><h2>" + both("疑点逐条", "Leads") +
               "</h2>" + std::string(drawing_definitions()) + "<p "
               "class=\"dim\">" +
               both(format("按“强度×金额”从高到低。共 {} 条，本报告逐条画出 {} 条，全部见 "
                           "findings.jsonl、findings.csv、findings.xlsx。",
                           count_text(static_cast<std::int64_t>(tables_.ranked.size())), cards_),
                    format("By strength × money. {} in all, {} of them drawn here; all are in findings.jsonl, "
                           "findings.csv and findings.xlsx.",
                           count_text(static_cast<std::int64_t>(tables_.ranked.size())), cards_)) +
               "</p>";
        legend(out);
        filters(out);
        for (std::size_t i = 0; i < cards_; ++i) {
            card(out, tables_.ranked[i]);
            if (input_.progress && i % 50 == 0)
                input_.progress(0.88 + 0.12 * static_cast<double>(i) / static_cast<double>(cards_));
        }
        out += "</section>";
    }

    void filters(std::string& out) const {
        std::set<std::string> rules, parties;
        std::size_t party = SIZE_MAX;
        for (std::size_t p = 0; p < page_.parties.size() && party == SIZE_MAX; ++p) {
            if (page_.parties[p].table) party = p;
        }
        for (std::size_t i = 0; i < cards_; ++i) {
            const FindingRow& row = tables_.findings[tables_.ranked[i]];
            rules.insert(row.finding->rule);
            if (party != SIZE_MAX && !row.parties[party].empty()) parties.insert(row.parties[party]);
        }
        const auto option = [&](const std::string& value, const std::string& zh, const std::string& en) {
            out += format("<option value=\"{}\" data-en=\"{}\">{}</option>", html_escaped(value), html_escaped(en),
                          html_escaped(zh));
        };
        out +=
            "<div class=\"filters js-only\"><label for=\"by-rule\">" + both("规则", "Rule") + "<select id=\"by-rule\">";
        option("", "全部", "all");
        for (const std::string& id : rules) {
            const rule::Rule* rule = input_.set.rule(id);
            option(id, id + " " + rule->title.zh, id + " " + rule->title.en);
        }
        out += "</select></label>";
        if (party != SIZE_MAX) {
            out += "<label for=\"by-party\">" + both(page_.parties[party].label) + "<select id=\"by-party\">";
            option("", "全部", "all");
            for (const std::string& id : parties) {
                const std::string name = party_name(input_, page_.parties[party], id);
                option(id, name.empty() ? id : id + " " + name, name.empty() ? id : id + " " + name);
            }
            out += "</select></label>";
        }
        out +=
            "<label for=\"by-text\">" + both("查找编号或文字", "Find a number or words") +
            "<input type=\"search\" id=\"by-text\" autocomplete=\"off\"></label><p class=\"small\" role=\"status\">" +
            both("显示", "Showing") + format(" <b id=\"shown\">{}</b> ", cards_) + both("条", "") + "</p></div>";
    }

    void rest(std::string& out) const {
        if (tables_.ranked.size() <= cards_) return;
        const std::size_t last = std::min(tables_.ranked.size(), cards_ + most_listed);
        out += "<section id=\"more\"><h2>" + both("其余疑点", "Further leads") + "</h2>" +
               open_table("其余疑点", "Further leads") + head("强度", "Strength") + head("规则", "Rule") +
               head("说明", "Sentence") + head("涉及金额", "Money", true) + std::string(open_body);
        for (std::size_t i = cards_; i < last; ++i) {
            const FindingRow& row = tables_.findings[tables_.ranked[i]];
            out += "<tr><td class=\"id\">" + severity_tag(row.finding->severity) + "</td><td class=\"id small\">" +
                   html_escaped(row.finding->rule) + "</td><td class=\"wide small\">" + both(row.zh, row.en) + "</td>" +
                   number_cell(money(row.finding->at_risk_fen)) + "</tr>";
        }
        out += close_table;
        if (last < tables_.ranked.size())
            out += "<p class=\"dim\">" + both("其余见 findings.csv。", "The rest is in findings.csv.") + "</p>";
        out += "</section>";
    }

    void basis(std::string& out) const {
        out += "<section id=\"basis\"><h2>" + both("依据", "Basis") + "</h2>" + open_table("依据", "Basis") +
               head("条款", "Clause") + head("文件", "Document") + head("内容", "Text") + std::string(open_body);
        for (const std::string& cite : cites_) {
            const std::size_t hash = cite.find('#');
            const rule::PolicyDocument* document = input_.set.policy(cite.substr(0, hash));
            const auto clause = document == nullptr || hash == std::string::npos
                                    ? std::map<std::string, model::Label>::const_iterator{}
                                    : document->clauses.find(cite.substr(hash + 1));
            const bool known = document != nullptr && hash != std::string::npos && clause != document->clauses.end();
            out += format(
                "<tr id=\"c-{}\"><td class=\"id\">{}</td><td>{}</td><td class=\"wide\">{}</td></tr>",
                html_escaped(replaced(cite, "#", "-")), html_escaped(cite),
                document == nullptr ? "" : both(document->title),
                known ? both(clause->second.zh, clause->second.en.empty() ? clause->second.zh : clause->second.en)
                      : "");
        }
        out += std::string(close_table) + "</section>";
    }

    void sources(std::string& out) const {
        out += "<section id=\"sources\"><h2>" + both("数据与出处", "Data and where it came from") + "</h2>" +
               open_table("数据文件", "Files") + head("文件", "File") + head("读入行", "Rows read", true) +
               head("采用", "Used", true) + head("未采用", "Rejected", true) + head("说明", "Notices") +
               std::string(open_body);
        for (const FileSummary& file : input_.files) {
            std::string notices;
            for (std::size_t i = 0; i < file.notices.size() && i < 20; ++i)
                notices += (i == 0 ? "" : "<br>") + html_escaped(file.notices[i]);
            out += "<tr><td class=\"id\">" + html_escaped(file.name) + "</td>" +
                   number_cell(count_text(static_cast<std::int64_t>(file.rows))) +
                   number_cell(count_text(static_cast<std::int64_t>(file.used))) +
                   number_cell(count_text(static_cast<std::int64_t>(file.rejected))) + "<td class=\"wide small\">" +
                   notices + "</td></tr>";
        }
        out += std::string(close_table) + "<p class=\"small dim\">" +
               both("未采用的行逐行列在 rejected.csv。", "Rows that could not be used are listed in rejected.csv.") +
               "</p><p class=\"small\">" + both("事件日志", "Event log") + ": " +
               count_text(static_cast<std::int64_t>(input_.log_size)) + both(" 条，根摘要", " events, root") +
               " <code>" + html_escaped(input_.log_root) + "</code><br>" + both("规则集摘要", "Rule-set digest") +
               " <code>" + html_escaped(input_.set.digest) + "</code></p></section>";
    }

    const AuditInput& input_;
    const AuditTables& tables_;
    const AuditPage& page_;
    const engine::World& world_;
    engine::EntityIndex subject_ = engine::no_index;
    engine::Path from_, to_, place_;
    std::vector<std::pair<engine::Path, engine::Path>> marks_;
    std::size_t cards_ = 0;
    std::set<std::string> cites_;
};

}  // namespace

std::string audit_report(const AuditInput& input, const AuditTables& tables) {
    return Report(input, tables).write();
}

}  // namespace ningyi::exchange
