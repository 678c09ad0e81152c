// SPDX-License-Identifier: Apache-2.0
#include "exchange/finding_files.h"

#include "base/json.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "exchange/csv.h"
#include "exchange/words.h"

namespace ningyi::exchange {
namespace {

using engine::Finding;
using engine::Outcome;

void add_number(JsonWriter& json, const std::string& type, const std::string& text) {
    json.begin_object().key("type").value(type);
    const auto number = to_integer(text);
    if (number)
        json.key("value").value(*number);
    else
        json.key("value").value(text);
    json.end_object();
}

void add_value(JsonWriter& json, const engine::UsedValue& used) {
    json.key(used.path);
    if (used.absent) {
        json.null();
        return;
    }
    const auto kind = engine::kind_of_word(used.type);
    if (kind == cel::Kind::boolean) {
        json.value(used.text == "true");
        return;
    }
    const bool is_text = !kind || kind == cel::Kind::string || kind == cel::Kind::list;
    const auto number = is_text ? std::nullopt : to_integer(used.text);
    if (!number) {
        json.value(used.text);
    } else if (kind == cel::Kind::date) {
        json.value(to_text(Date{static_cast<std::int32_t>(*number)}));
    } else {
        json.begin_object().key("type").value(used.type).key("value").value(*number).end_object();
    }
}

void add_bits(JsonWriter& json, std::string_view name, const std::vector<rule::Clause>& clauses,
              const std::string& bits) {
    json.key(name).begin_object();
    for (std::size_t i = 0; i < clauses.size() && i < bits.size(); ++i) {
        json.key(clauses[i].id).value(std::string_view(bits).substr(i, 1));
    }
    json.end_object();
}

void add_amount(JsonWriter& json, std::string_view name, const std::string& type, const std::string& text) {
    json.key(name);
    if (text.empty())
        json.null();
    else
        add_number(json, type, text);
}

}  // namespace

std::string date_column(const AuditInput& input) {
    const model::Entity* entity = input.set.dictionary.entity(input.page.subject);
    return entity == nullptr || entity->date.empty() ? "date" : entity->date;
}

std::vector<SheetColumn> finding_columns(const AuditInput& input) {
    std::vector<SheetColumn> columns = {{"规则", 13},
                                        {"规则名称", 20},
                                        {"结果", 10},
                                        {"强度", 6},
                                        {"性质", 10},
                                        {"处理", 12},
                                        {input.page.subject_label.zh, 16}};
    for (const AuditParty& party : input.page.parties) columns.push_back({party.label.zh, 14});
    for (const SheetColumn& column : std::vector<SheetColumn>{{"关联" + input.page.subject_label.zh, 16},
                                                              {"日期", 12},
                                                              {"涉及金额（元）", 14},
                                                              {"说明", 90},
                                                              {"原因", 18},
                                                              {"缺少的数据", 30},
                                                              {"规则版本", 8},
                                                              {"疑点编号", 66}}) {
        columns.push_back(column);
    }
    return columns;
}

FindingFiles::FindingFiles(const AuditInput& input, bool decided_only)
    : input_(input), date_column_(date_column(input)), decided_only_(decided_only) {}

void FindingFiles::begin() {
    lines_.clear();
    cells_.clear();
    sheet_.clear();
}

void FindingFiles::add(const FindingRow& row) {
    add_line(row);
    add_cells(row);
    if (!decided_only_ || row.finding.outcome != Outcome::inconclusive) add_sheet_row(row);
}

std::string FindingFiles::csv_header() const {
    std::string text;
    CsvWriter csv(text);
    for (const char* name :
         {"id", "rule", "version", "outcome", "severity", "result", "effect", "reason", "subject_entity", "subject"})
        csv.text(name);
    csv.text(input_.page.key);
    for (const AuditParty& party : input_.page.parties) csv.text(party.id);
    csv.text("other");
    csv.text(date_column_);
    for (const char* name : {"at_risk_fen", "payable", "payable_type", "margin", "margin_type", "missing", "zh", "en"})
        csv.text(name);
    csv.end_row();
    return text;
}

void FindingFiles::add_line(const FindingRow& row) {
    const AuditPage& page = input_.page;
    const Finding& finding = row.finding;
    JsonWriter json(std::move(line_));
    json.begin_object();
    json.key("id").value(finding.id).key("rule").value(finding.rule).key("version").value(finding.version);
    json.key("outcome").value(rule::to_word(finding.outcome)).key("severity").value(finding.severity);
    json.key("result").value(finding.result).key("effect").value(finding.effect).key("reason").value(finding.reason);
    json.key("subject_entity").value(finding.subject_entity).key("subject").value(finding.subject);
    json.key(page.key);
    if (row.concerns.empty())
        json.null();
    else
        json.value(row.concerns);
    for (std::size_t i = 0; i < row.parties.size(); ++i) {
        json.key(page.parties[i].id);
        if (row.parties[i].empty())
            json.null();
        else
            json.value(row.parties[i]);
    }
    json.key("other");
    if (row.other.empty())
        json.null();
    else
        json.value(row.other);
    json.key(date_column_).value(finding.date).key("at_risk_fen").value(finding.at_risk_fen);
    add_amount(json, "payable", finding.payable_type, finding.payable);
    add_amount(json, "margin", finding.margin_type, finding.margin);
    add_bits(json, "clauses", row.rule->clauses, finding.clauses);
    add_bits(json, "doubts", row.rule->doubts, finding.doubts);
    add_bits(json, "exceptions", row.rule->exceptions, finding.exceptions);
    json.key("band").value(finding.band).key("entry").value(finding.entry);
    json.key("values").begin_object();
    for (const engine::UsedValue& used : finding.values) add_value(json, used);
    json.end_object();
    json.key("missing").begin_array();
    for (const std::string& path : finding.missing) json.value(path);
    json.end_array().key("evidence").begin_array();
    for (const std::uint64_t seq : finding.evidence) json.value(seq);
    json.end_array();
    json.key("rule_digest").value(finding.rule_digest).key("params_digest").value(finding.params_digest);
    json.key("group")
        .value(finding.group)
        .key("position")
        .value(finding.position)
        .key("revision")
        .value(finding.revision);
    json.key("explain").begin_object().key("zh").value(row.zh).key("en").value(row.en).end_object();
    json.end_object();
    line_ = json.take();
    lines_ += line_;
    lines_ += '\n';
}

void FindingFiles::add_cells(const FindingRow& row) {
    CsvWriter csv(cells_);
    const Finding& finding = row.finding;
    csv.text(finding.id);
    csv.text(finding.rule);
    csv.integer(finding.version);
    csv.text(rule::to_word(finding.outcome));
    if (finding.outcome == Outcome::hit)
        csv.integer(finding.severity);
    else
        csv.empty();
    csv.text(finding.result);
    csv.text(finding.effect);
    csv.text(finding.reason);
    csv.text(finding.subject_entity);
    csv.text(finding.subject);
    csv.text(row.concerns);
    for (const std::string& party : row.parties) csv.text(party);
    csv.text(row.other);
    csv.text(finding.date);
    csv.integer(finding.at_risk_fen);
    for (const auto& [amount, type] :
         {std::pair(finding.payable, finding.payable_type), std::pair(finding.margin, finding.margin_type)}) {
        const auto number = to_integer(amount);
        if (number)
            csv.integer(*number);
        else
            csv.text(amount);
        csv.text(type);
    }
    csv.text(join(finding.missing, " "));
    csv.text(row.zh);
    csv.text(row.en);
    csv.end_row();
}

void FindingFiles::add_sheet_row(const FindingRow& row) {
    const Finding& finding = row.finding;
    sheet_.text(finding.rule);
    sheet_.text(row.rule->title.zh);
    sheet_.text(outcome_words(finding.outcome).zh);
    if (finding.outcome == Outcome::hit)
        sheet_.integer(finding.severity);
    else
        sheet_.empty();
    sheet_.text(result_words(finding.result).zh);
    sheet_.text(effect_words(finding.effect).zh);
    sheet_.text(finding.subject);
    for (const std::string& party : row.parties) sheet_.text(party);
    sheet_.text(row.other);
    sheet_.text(finding.date);
    sheet_.yuan(finding.at_risk_fen);
    sheet_.text(row.zh);
    sheet_.text(finding.reason);
    sheet_.text(join(finding.missing, " "));
    sheet_.integer(finding.version);
    sheet_.text(finding.id);
    sheet_.end_row();
}

}  // namespace ningyi::exchange
