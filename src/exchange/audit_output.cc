// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_output.h"

#include <cstdio>
#include <memory>
#include <span>

#include "base/disk.h"
#include "base/json.h"
#include "base/text.h"
#include "exchange/audit_report.h"
#include "exchange/audit_tables.h"
#include "exchange/csv.h"
#include "exchange/finding_files.h"
#include "exchange/xlsx_out.h"
#include "run/in_order.h"
#include "run/side_by_side.h"

namespace ningyi::exchange {
namespace {

using engine::Outcome;

constexpr std::size_t findings_at_once = 256;

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

// Each finding is read once, its row made once and written to every file. Several threads do stretches of them; what
// they made is written in order.
void write_findings(const AuditInput& input, const FindingRows& rows, TableBuilder& tables, const std::string& folder,
                    const std::function<void(double)>& report) {
    struct Part {
        Part(const AuditInput& of, bool decided_only) : files(of, decided_only) {}
        std::vector<FindingRow> rows;
        FindingFiles files;
    };
    const bool decided_only = rows.places().size() > input.most_workbook_rows;
    std::vector<std::unique_ptr<Part>> parts(run::usual_parts());
    for (std::unique_ptr<Part>& part : parts) part = std::make_unique<Part>(input, decided_only);
    File lines(folder + "/findings.jsonl"), cells(folder + "/findings.csv");
    WorkbookWriter book(folder + "/findings.xlsx", "疑点", input.page.title.zh, finding_columns(input));
    std::string header = parts[0]->files.csv_header();
    cells.write(header, true);
    const std::vector<std::uint32_t>& places = rows.places();
    const std::size_t stretches = (places.size() + findings_at_once - 1) / findings_at_once;
    const auto span_of = [&](std::size_t stretch) {
        const std::size_t from = stretch * findings_at_once;
        return std::span(places).subspan(from, std::min(findings_at_once, places.size() - from));
    };
    const auto make = [&](std::size_t number, std::size_t stretch) {
        Part& part = *parts[number];
        const auto span = span_of(stretch);
        part.rows.resize(span.size());
        part.files.begin();
        for (std::size_t i = 0; i < span.size(); ++i) {
            rows.read(span[i], part.rows[i]);
            part.files.add(part.rows[i]);
        }
    };
    const auto take = [&](std::size_t number, std::size_t stretch) {
        Part& part = *parts[number];
        const auto span = span_of(stretch);
        for (std::size_t i = 0; i < span.size(); ++i) tables.add(span[i], part.rows[i]);
        lines.write(part.files.lines(), true);
        cells.write(part.files.cells(), true);
        book.add(part.files.sheet());
        report(static_cast<double>(stretch + 1) / static_cast<double>(stretches));
    };
    run::in_order(parts.size(), stretches, make, take);
    std::string nothing;
    lines.finish(nothing);
    cells.finish(nothing);
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
    const auto report = [&](double done) {
        if (input.progress) input.progress(done);
    };
    TableBuilder builder(input);
    const FindingRows rows(input, builder.subjects());
    report(0.1);
    write_findings(input, rows, builder, folder, [&](double done) { report(0.1 + 0.7 * done); });
    const AuditTables& tables = builder.finish();
    write_subjects_csv(input, tables, folder);
    write_summary(input, tables, folder);
    report(0.85);
    std::string html = audit_report(input, tables, rows);
    File file(folder + "/report.html");
    file.finish(html);
    report(1);
    AuditNotes notes = tables.notes;
    if (rows.places().size() > input.most_workbook_rows)
        notes.not_in_workbook = tables.count[static_cast<std::size_t>(Outcome::inconclusive)];
    return notes;
}

}  // namespace ningyi::exchange
