// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_output.h"

#include <cstdio>
#include <future>

#include "base/disk.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/body_value.h"
#include "exchange/audit_report.h"
#include "exchange/audit_tables.h"
#include "exchange/csv.h"
#include "exchange/words.h"
#include "exchange/xlsx_out.h"

namespace ningyi::exchange {
namespace {

using engine::Finding;
using engine::Outcome;

// A file written piece by piece; the disk's failures are thrown.
class File {
public:
    explicit File(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {
        if (file_ == nullptr) throw_disk_error(path_);
    }
    ~File() {
        if (file_ != nullptr) std::fclose(file_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    // Writes the text when there is much of it, and always with `all`.
    void write(std::string& text, bool all = false) {
        if (!all && text.size() < (std::size_t{1} << 20U)) return;
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
        text.clear();
    }
    void finish(std::string& text) {
        write(text, true);
        const bool closed = std::fclose(file_) == 0;
        file_ = nullptr;
        if (!closed) fail();
    }

private:
    [[noreturn]] void fail() { throw_disk_error(path_); }
    std::string path_;
    std::FILE* file_;
};

// Name of the column with the subject's day.
std::string date_column(const AuditInput& input) {
    const model::Entity* entity = input.set.dictionary.entity(input.page.subject);
    return entity == nullptr || entity->date.empty() ? "date" : entity->date;
}

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
    const cel::Value value = engine::value_of_base_text(used.type, used.text);
    switch (value.kind()) {
        case cel::Kind::boolean: json.value(value.is_true()); break;
        case cel::Kind::string:
        case cel::Kind::list:
        case cel::Kind::absent: json.value(used.text); break;
        case cel::Kind::date: json.value(to_text(Date{static_cast<std::int32_t>(value.number())})); break;
        default: add_number(json, used.type, used.text); break;
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

std::string json_line(const AuditInput& input, const FindingRow& row) {
    const Finding& finding = row.finding;
    JsonWriter json;
    json.begin_object();
    json.key("id").value(finding.id).key("rule").value(finding.rule).key("version").value(finding.version);
    json.key("outcome").value(rule::to_word(finding.outcome)).key("severity").value(finding.severity);
    json.key("result").value(finding.result).key("effect").value(finding.effect).key("reason").value(finding.reason);
    json.key("subject_entity").value(finding.subject_entity).key("subject").value(finding.subject);
    json.key(input.page.key);
    if (row.concerns.empty())
        json.null();
    else
        json.value(row.concerns);
    for (std::size_t i = 0; i < row.parties.size(); ++i) {
        json.key(input.page.parties[i].id);
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
    json.key(date_column(input)).value(finding.date).key("at_risk_fen").value(finding.at_risk_fen);
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
    return json.take() + "\n";
}

void write_findings_jsonl(const AuditInput& input, const AuditTables& tables, const std::string& folder) {
    File file(folder + "/findings.jsonl");
    std::string text;
    for (const FindingRow& row : tables.findings) {
        text += json_line(input, row);
        file.write(text);
    }
    file.finish(text);
}

void write_findings_csv(const AuditInput& input, const AuditTables& tables, const std::string& folder) {
    File file(folder + "/findings.csv");
    std::string text;
    CsvWriter csv(text);
    for (const char* name :
         {"id", "rule", "version", "outcome", "severity", "result", "effect", "reason", "subject_entity", "subject"})
        csv.text(name);
    csv.text(input.page.key);
    for (const AuditParty& party : input.page.parties) csv.text(party.id);
    csv.text("other");
    csv.text(date_column(input));
    for (const char* name : {"at_risk_fen", "payable", "payable_type", "margin", "margin_type", "missing", "zh", "en"})
        csv.text(name);
    csv.end_row();
    for (const FindingRow& row : tables.findings) {
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
        file.write(text);
    }
    file.finish(text);
}

void write_findings_xlsx(const AuditInput& input, const AuditTables& tables, const std::string& folder) {
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
    WorkbookWriter book(folder + "/findings.xlsx", "疑点", input.page.title.zh, columns);
    for (const FindingRow& row : tables.findings) {
        const Finding& finding = row.finding;
        book.text(finding.rule);
        book.text(row.rule->title.zh);
        book.text(outcome_words(finding.outcome).zh);
        if (finding.outcome == Outcome::hit)
            book.integer(finding.severity);
        else
            book.empty();
        book.text(result_words(finding.result).zh);
        book.text(effect_words(finding.effect).zh);
        book.text(finding.subject);
        for (const std::string& party : row.parties) book.text(party);
        book.text(row.other);
        book.text(finding.date);
        book.yuan(finding.at_risk_fen);
        book.text(row.zh);
        book.text(finding.reason);
        book.text(join(finding.missing, " "));
        book.integer(finding.version);
        book.text(finding.id);
        book.end_row();
    }
    book.finish();
}

void write_subjects_csv(const AuditInput& input, const AuditTables& tables, const std::string& folder) {
    File file(folder + "/" + input.page.subject + "s.csv");
    std::string text;
    CsvWriter csv(text);
    csv.text(input.page.key);
    for (const AuditParty& party : input.page.parties) csv.text(party.id);
    csv.text(date_column(input));
    for (const char* name : {"level", "hits", "inconclusive", "exempt", "claimed_fen", "at_risk_fen",
                             "substantiated_fen", "unverified_fen", "rules"})
        csv.text(name);
    csv.end_row();
    for (const SubjectRow& row : tables.subjects) {
        csv.text(row.id);
        for (const std::string& party : row.parties) csv.text(party);
        csv.text(row.date);
        csv.text(row.level == SIZE_MAX ? "" : input.page.levels[row.level].id);
        for (const std::int64_t number : {row.hits, row.inconclusive, row.exempt}) csv.integer(number);
        if (row.claimed_fen)
            csv.integer(*row.claimed_fen);
        else
            csv.empty();
        csv.integer(row.at_risk_fen);
        if (row.substantiated_fen)
            csv.integer(*row.substantiated_fen);
        else
            csv.empty();
        csv.integer(row.unverified_fen);
        csv.text(join(row.rules, " "));
        csv.end_row();
        file.write(text);
    }
    file.finish(text);
}

void add_outcomes(JsonWriter& json, const ByOutcome& count) {
    for (std::size_t i = 0; i < outcomes; ++i) json.key(rule::to_word(static_cast<Outcome>(i))).value(count[i]);
}

void write_summary(const AuditInput& input, const AuditTables& tables, const std::string& folder) {
    JsonWriter json;
    json.begin_object();
    json.key("district").value(input.district_name).key("period").value(input.period).key("as_of").value(input.as_of);
    json.key("rule_set").value(input.set.digest);
    json.key(input.page.subject + "s").value(static_cast<std::uint64_t>(tables.subjects.size()));
    json.key(input.page.subject + "s_hit").value(tables.subjects_hit);
    json.key("outside_period").value(tables.notes.outside_period).key("after_as_of").value(tables.notes.after_as_of);
    json.key("outcomes").begin_object();
    add_outcomes(json, tables.count);
    json.end_object();
    json.key("money")
        .begin_object()
        .key("claimed_fen")
        .value(tables.claimed_fen)
        .key("at_risk_fen")
        .value(tables.at_risk_fen);
    json.key("substantiated_fen").value(tables.substantiated_fen);
    json.key("unverified_fen").value(tables.unverified_fen).end_object();
    json.key("rules").begin_array();
    for (const RuleTotals& rule : tables.rules) {
        json.begin_object()
            .key("rule")
            .value(rule.rule->id)
            .key("version")
            .value(rule.rule->version)
            .key("status")
            .value(rule.rule->status);
        add_outcomes(json, rule.count);
        json.key("at_risk_fen").value(rule.at_risk_fen).end_object();
    }
    json.end_array().key("inconclusive_because").begin_array();
    for (const ReasonTotals& reason : tables.reasons) {
        json.begin_object().key("reason").value(reason.id).key("zh").value(reason.zh).key("en").value(reason.en);
        json.key("count").value(reason.count).end_object();
    }
    json.end_array();
    for (std::size_t i = 0; i < tables.parties.size(); ++i) {
        if (!input.page.parties[i].table) continue;
        json.key("by_" + input.page.parties[i].entity).begin_array();
        for (const PartyTotals& party : tables.parties[i]) {
            json.begin_object().key(input.page.parties[i].id).value(party.id).key("name").value(party.name);
            json.key(input.page.subject + "s")
                .value(party.subjects)
                .key(input.page.subject + "s_hit")
                .value(party.subjects_hit);
            json.key("hits").value(party.hits).key("inconclusive").value(party.inconclusive);
            json.key("claimed_fen").value(party.claimed_fen).key("at_risk_fen").value(party.at_risk_fen);
            json.key("substantiated_fen").value(party.substantiated_fen);
            json.key("unverified_fen").value(party.unverified_fen).end_object();
        }
        json.end_array();
    }
    json.key("files").begin_array();
    for (const FileSummary& file : input.files) {
        json.begin_object().key("name").value(file.name).key("rows").value(file.rows).key("used").value(file.used);
        json.key("rejected").value(file.rejected).key("notices").begin_array();
        for (const model::Label& notice : file.notices)
            json.begin_object().key("zh").value(notice.zh).key("en").value(notice.en).end_object();
        json.end_array().end_object();
    }
    json.end_array()
        .key("log")
        .begin_object()
        .key("root")
        .value(input.log_root)
        .key("events")
        .value(input.log_size)
        .end_object();
    json.end_object();
    std::string text = json.take() + "\n";
    File file(folder + "/summary.json");
    file.finish(text);
}

}  // namespace

Result<AuditNotes> write_audit(const AuditInput& input, const std::string& folder) {
    if (input.engine.world().entity_index(input.page.subject) == engine::no_index) {
        return failure({.code = "E501",
                        .zh = format("没有实体 {}", input.page.subject),
                        .en = format("there is no entity {}", input.page.subject)});
    }
    const AuditTables tables = audit_tables(input);
    const auto report = [&](double done) {
        if (input.progress) input.progress(done);
    };
    report(0.25);
    // Each file is made of the same numbers and asks for no other, so two are written beside the page.
    std::future<void> lines = std::async(std::launch::async, [&] { write_findings_jsonl(input, tables, folder); });
    std::future<void> rows = std::async(std::launch::async, [&] {
        write_findings_csv(input, tables, folder);
        write_findings_xlsx(input, tables, folder);
        write_subjects_csv(input, tables, folder);
    });
    write_summary(input, tables, folder);
    std::string html = audit_report(input, tables);
    File file(folder + "/report.html");
    file.finish(html);
    report(0.75);
    lines.get();
    rows.get();
    report(1);
    return tables.notes;
}

}  // namespace ningyi::exchange
