// SPDX-License-Identifier: Apache-2.0
#include "rule/csv_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace ningyi::rule {
namespace {

constexpr std::size_t most_bytes = 4U * 1024U * 1024U;
constexpr std::size_t most_faults = 100;

struct Cell {
    std::string text;
    int line = 1, column = 1;
};

class CsvText {
public:
    CsvText(std::string_view text, const std::string& file) : text_(text), file_(file) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // spreadsheets put it there
    }

    Faults faults;

    bool is_done() const { return at_ >= text_.size() || faults.size() >= most_faults; }

    void refuse(int line, int column, const char* code, std::string zh, std::string en) {
        faults.push_back({file_, line, column, code, std::move(zh), std::move(en)});
    }

    // One row; a row with broken quotes comes back empty, with a fault.
    std::vector<Cell> row() {
        std::vector<Cell> cells;
        column_ = 1;
        const int first_line = line_;
        while (true) {
            Cell cell{"", line_, column_};
            const bool is_whole = at_ < text_.size() && text_[at_] == '"' ? quoted(cell) : plain(cell);
            if (!is_whole) {
                refuse(first_line, cell.column, "E113", "引号没有配对，或引号后还有文字",
                       "quotes are not in pairs, or text stands behind them");
                skip_line();
                return {};
            }
            cells.push_back(std::move(cell));
            if (at_ >= text_.size()) break;
            const char next = text_[at_];
            step();
            if (next == '\r' && at_ < text_.size() && text_[at_] == '\n') step();
            if (next != ',') break;
        }
        return cells;
    }

private:
    void step() {
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (byte == '\n') {
            ++line_;
            column_ = 1;
        } else if ((byte & 0xC0U) != 0x80U) {
            ++column_;
        }
        ++at_;
    }
    bool is_at_end() const {
        return at_ >= text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r';
    }
    bool plain(Cell& cell) {
        while (!is_at_end()) {
            if (text_[at_] == '"') return false;
            cell.text += text_[at_];
            step();
        }
        cell.text = trimmed(cell.text);
        return true;
    }
    bool quoted(Cell& cell) {
        step();
        while (at_ < text_.size()) {
            if (text_[at_] != '"') {
                cell.text += text_[at_];
                step();
                continue;
            }
            step();
            if (at_ < text_.size() && text_[at_] == '"') {
                cell.text += '"';
                step();
                continue;
            }
            return is_at_end();
        }
        return false;
    }
    void skip_line() {
        while (at_ < text_.size() && text_[at_] != '\n') step();
        if (at_ < text_.size()) step();
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    int line_ = 1, column_ = 1;
};

yaml::Node scalar(std::string_view text, int line, int column) {
    yaml::Node node;
    node.text = text;
    node.line = line;
    node.column = column;
    return node;
}

yaml::Node list_of_parts(const Cell& cell, std::string_view text, char separator) {
    yaml::Node list;
    list.kind = yaml::Node::Kind::list;
    list.line = cell.line;
    list.column = cell.column;
    for (const std::string_view part : split(text, separator)) {
        if (!trimmed(part).empty()) list.items.push_back(scalar(trimmed(part), cell.line, cell.column));
    }
    return list;
}

yaml::Node node_of(const std::string& column, const Cell& cell) {
    const std::string_view text = cell.text;
    if (column == "cite") return list_of_parts(cell, text, ' ');
    const bool is_list = text.starts_with('[') && text.ends_with(']') && text.find("..") == std::string_view::npos;
    if (is_list) return list_of_parts(cell, text.substr(1, text.size() - 2), ',');
    yaml::Node node = scalar(text, cell.line, cell.column);
    node.quoted = true;
    return node;
}

}  // namespace

Result<std::vector<yaml::Node>> rows_of_csv(std::string_view text, const std::string& file) {
    if (text.size() > most_bytes || !is_utf8(text))
        return failure({file, 1, 1, "E101", "csv 应为 UTF-8，最大 4 MiB", "a CSV is UTF-8 of 4 MiB at most"});
    CsvText csv(text, file);
    const std::vector<Cell> header = csv.row();
    for (std::size_t i = 0; i < header.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (header[i].text == header[j].text)
                csv.refuse(header[i].line, header[i].column, "E110", format("列 {} 重复", header[i].text),
                           format("column {} stands twice", header[i].text));
        }
    }
    std::vector<yaml::Node> rows;
    while (!csv.is_done()) {
        const std::vector<Cell> cells = csv.row();
        const bool is_blank = std::all_of(cells.begin(), cells.end(), [](const Cell& one) { return one.text.empty(); });
        if (is_blank) continue;
        if (cells.size() != header.size()) {
            csv.refuse(cells[0].line, 1, "E113", format("该行有 {} 格，表头有 {} 格", cells.size(), header.size()),
                       format("the row has {} cells, the header {}", cells.size(), header.size()));
            continue;
        }
        yaml::Node row;
        row.kind = yaml::Node::Kind::map;
        row.line = cells[0].line;
        row.column = 1;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells[i].text.empty()) continue;
            row.pairs.push_back(
                {scalar(header[i].text, header[i].line, header[i].column), node_of(header[i].text, cells[i])});
        }
        rows.push_back(std::move(row));
    }
    if (!csv.faults.empty()) return failure(std::move(csv.faults));
    return rows;
}

}  // namespace ningyi::rule
