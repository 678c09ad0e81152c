// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "exchange/html.h"
#include "exchange/report_markup.h"
#include "exchange/report_sections.h"
#include "exchange/words.h"

namespace ningyi::exchange {
namespace {

void basis(std::string& out, const AuditInput& input_, const std::set<std::string>& cites_) {
    out += "<section id=\"basis\"><h2>" + both("依据", "Basis") + "</h2>" + open_table("依据", "Basis") +
           table_head("条款", "Clause") + table_head("文件", "Document") + table_head("内容", "Text") +
           std::string(open_body);
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
            known ? both(clause->second.zh, clause->second.en.empty() ? clause->second.zh : clause->second.en) : "");
    }
    out += std::string(close_table) + "</section>";
}

void sources(std::string& out, const AuditInput& input_) {
    out += "<section id=\"sources\"><h2>" + both("数据与出处", "Data and where it came from") + "</h2>" +
           open_table("数据文件", "Files") + table_head("文件", "File") + table_head("读入行", "Rows read", true) +
           table_head("采用", "Used", true) + table_head("未采用", "Rejected", true) + table_head("说明", "Notices") +
           std::string(open_body);
    for (const FileSummary& file : input_.files) {
        std::string notices;
        for (std::size_t i = 0; i < file.notices.size() && i < 20; ++i)
            notices += (i == 0 ? "" : "<br>") + both(file.notices[i]);
        out += "<tr><td class=\"id\">" + html_escaped(file.name) + "</td>" +
               number_cell(count_text(static_cast<std::int64_t>(file.rows))) +
               number_cell(count_text(static_cast<std::int64_t>(file.used))) +
               number_cell(count_text(static_cast<std::int64_t>(file.rejected))) + "<td class=\"wide small\">" +
               notices + "</td></tr>";
    }
    out += std::string(close_table) + "<p class=\"small dim\">" +
           both("未采用的行逐行列在 rejected.csv。", "Rows that could not be used are listed in rejected.csv.") +
           "</p><p class=\"small\">" + both("事件日志", "Event log") + ": " +
           count_text(static_cast<std::int64_t>(input_.log_size)) + both(" 条，根摘要", " events, root") + " <code>" +
           html_escaped(input_.log_root) + "</code><br>" + both("规则集摘要", "Rule-set digest") + " <code>" +
           html_escaped(input_.set.digest) + "</code></p></section>";
}

}  // namespace

std::string source_sections(const ReportContents& report, const std::set<std::string>& cites) {
    std::string out;
    basis(out, report.input, cites);
    sources(out, report.input);
    return out;
}

}  // namespace ningyi::exchange
