// SPDX-License-Identifier: Apache-2.0
#include "exchange/csv.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

#include "base/text.h"
#include "exchange/csv_index.h"
#include "exchange/encoding.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t piece_bytes = std::size_t{128} << 10U;   // read at once; fits a second-level cache with its index
constexpr std::size_t slack_bytes = 128;                       // readable beyond the text, for whole-word loads
constexpr std::size_t sniffed_bytes = std::size_t{64} << 10U;  // of these the encoding is told

// A source that gives back bytes which were looked at before.
class Replayed final : public ByteSource {
public:
    Replayed(std::string start, std::unique_ptr<ByteSource> rest) : start_(std::move(start)), rest_(std::move(rest)) {}

    Result<std::size_t> read(char* to, std::size_t room) override {
        if (used_ == start_.size()) return rest_->read(to, room);
        const std::size_t count = std::min(room, start_.size() - used_);
        std::copy_n(start_.data() + used_, count, to);
        used_ += count;
        return count;
    }

private:
    std::string start_;
    std::size_t used_ = 0;
    std::unique_ptr<ByteSource> rest_;
};

// At least `size` bytes from the front of the source, fewer only at its end.
Result<std::string> start_of(ByteSource& source, std::size_t size) {
    std::string start(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto count = source.read(start.data() + filled, size - filled);
        if (!count) return tl::unexpected(count.error());
        if (*count == 0) break;
        filled += *count;
    }
    start.resize(filled);
    return start;
}

Fault file_fault(const std::string& file, int line, std::string code, std::string zh, std::string en) {
    return Fault{.file = file, .line = line, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)};
}

int as_int(std::size_t value) {
    return static_cast<int>(std::min<std::size_t>(value, 2'000'000'000));
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, std::string file)
    : source_(std::move(source)), file_(std::move(file)), text_(max_row_bytes + 2 * piece_bytes + slack_bytes) {
    places_.resize(piece_bytes + 64);
}

Result<std::unique_ptr<CsvReader>> CsvReader::open(std::unique_ptr<ByteSource> source, const std::string& file) {
    auto start = start_of(*source, sniffed_bytes);
    if (!start) return tl::unexpected(start.error());
    const Encoding encoding = encoding_of(*start);
    if (encoding != Encoding::utf8 && encoding != Encoding::gb18030) return failure(fault_of(encoding, file));
    std::unique_ptr<ByteSource> all = std::make_unique<Replayed>(std::move(*start), std::move(source));
    if (encoding == Encoding::gb18030) all = from_gb18030(std::move(all), file);
    std::unique_ptr<CsvReader> reader(new CsvReader(std::move(all), file));
    reader->was_gb18030_ = encoding == Encoding::gb18030;
    if (auto header = reader->read_header(); !header) return tl::unexpected(header.error());
    return reader;
}

// Moves what is left to the front and reads one piece more; false when there is no room or no more. The index is made
// anew for what is left and what is new. At the end of the source a missing last line end is added.
Result<bool> CsvReader::refill() {
    if (ended_) return false;
    const std::size_t rest = end_ - begin_;
    if (begin_ > 0) std::memmove(text_.data(), text_.data() + begin_, rest);
    begin_ = 0;
    end_ = rest;
    const std::size_t room = text_.size() - slack_bytes - 1 - end_;
    if (room < 16) return false;
    const auto count = source_->read(text_.data() + end_, std::min(room, piece_bytes));
    if (!count) return tl::unexpected(count.error());
    end_ += *count;
    if (*count == 0) {
        ended_ = true;
        if (end_ > 0 && text_[end_ - 1] != '\n') text_[end_++] = '\n';
    }
    if (places_.size() < end_ + 64) places_.resize(end_ + 64);
    ascii_ = true;
    place_count_ = index_separators(text_.data(), 0, static_cast<std::uint32_t>(end_), places_.data(), ascii_);
    next_place_ = 0;
    return true;
}

// Cuts one row with all the care the format needs. Cells are unescaped where they stand.
CsvReader::Row CsvReader::parse_row(std::size_t start, std::size_t& end, std::vector<Cell>& cells, Broken& broken) {
    cells.clear();
    char* const text = text_.data();
    std::size_t at = start;
    // A quoted cell may only be unescaped once the row is known to be whole: the careful path may see it again
    // otherwise.
    bool has_escape = false;
    for (;;) {
        if (at >= end_) return Row::unfinished;
        if (text[at] == '"') {
            const std::size_t open = at++;
            bool escaped = false;
            for (;;) {
                const void* found = std::memchr(text + at, '"', end_ - at);
                const std::size_t quote =
                    found == nullptr ? end_ : static_cast<std::size_t>(static_cast<const char*>(found) - text);
                const bool too_long = quote - open > max_cell_bytes;
                if (too_long || (quote == end_ && ended_)) {
                    broken = {
                        open, open, "E811",
                        "引号没有闭合；应在单元格末尾加上右引号（\"），单元格内的引号写成两个（\"\"）",
                        "the quote is never closed; expected a closing quote (\") at the end of the cell, and a quote "
                        "inside a cell written twice (\"\")"};
                    return Row::faulty;
                }
                if (quote == end_) return Row::unfinished;
                if (quote + 1 >= end_) return Row::unfinished;
                at = quote + 1;
                if (text[at] != '"') break;
                escaped = true;
                ++at;
            }
            // `at` stands behind the closing quote.
            cells.push_back({static_cast<std::uint32_t>(open + 1), static_cast<std::uint32_t>(at - open - 2)});
            has_escape = has_escape || escaped;
            if (text[at] == '\r' && at + 1 < end_ && text[at + 1] == '\n') ++at;
            if (text[at] != ',' && text[at] != '\n') {
                broken = {
                    at, open, "E812", "右引号之后应是逗号或行末；单元格内的引号要写成两个（\"\"）",
                    "expected a comma or the end of the line after the closing quote; a quote inside a cell is written "
                    "twice (\"\")"};
                return Row::faulty;
            }
        } else {
            const std::size_t from = at;
            while (at < end_ && text[at] != ',' && text[at] != '\n' && text[at] != '"') ++at;
            if (at >= end_) return Row::unfinished;
            if (text[at] == '"') {
                broken = {
                    at, at, "E813",
                    "没有用引号括起的单元格里出现引号；应把整个单元格用引号括起，里面的引号写成两个（\"\"）",
                    "a quote inside a cell that is not quoted; expected the whole cell in quotes and the quote inside "
                    "written twice (\"\")"};
                return Row::faulty;
            }
            std::size_t to = at;
            if (text[at] == '\n' && to > from && text[to - 1] == '\r') --to;
            cells.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from)});
        }
        if (cells.size() > max_columns) {
            broken = {at, at, "E814", format("单元格超过 {} 个", max_columns),
                      format("more than {} cells", max_columns)};
            return Row::faulty;
        }
        if (text[at] == '\n') break;
        ++at;
    }
    end = at + 1;
    row_lines_ = std::count(text + start, text + end, '\n');
    if (has_escape) {
        for (Cell& cell : cells) {
            if (cell.at == start || text[cell.at - 1] != '"') continue;
            std::size_t write = cell.at;
            for (std::size_t read = cell.at; read < cell.at + cell.size; ++read) {
                text[write++] = text[read];
                if (text[read] == '"') ++read;
            }
            cell.size = static_cast<std::uint32_t>(write - cell.at);
        }
    }
    return Row::complete;
}

void CsvReader::report(Rows& rows, std::int64_t line, const Broken& broken, std::size_t row_start) {
    std::size_t line_start = row_start;
    for (std::size_t i = row_start; i < broken.at; ++i) {
        if (text_[i] != '\n') continue;
        ++line;
        line_start = i + 1;
    }
    std::size_t column = 1;
    const std::string_view before(text_.data() + line_start, broken.at - line_start);
    for (std::size_t i = 0; i < before.size(); ++column) next_code_point(before, i);
    rows.faults.push_back(Fault{.file = file_,
                                .line = as_int(static_cast<std::size_t>(line)),
                                .column = as_int(column),
                                .code = broken.code,
                                .zh = broken.zh,
                                .en = broken.en});
}

// The byte behind the line end at or after `from`; end_ when there is none.
std::size_t CsvReader::skip_line(std::size_t from) {
    const void* found = std::memchr(text_.data() + from, '\n', end_ - from);
    return found == nullptr ? end_ : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data()) + 1;
}

Result<bool> CsvReader::read_header() {
    Broken broken{};
    std::size_t end = 0;
    for (bool first = true;; first = false) {
        const auto more = refill();
        if (!more) return tl::unexpected(more.error());
        if (first && end_ >= 3 && std::memcmp(text_.data(), "\xEF\xBB\xBF", 3) == 0) begin_ = 3;
        if (begin_ == end_ && ended_) {
            return failure(file_fault(file_, 0, "E802", "文件是空的；第一行应为列名",
                                      "the file is empty; expected column names on the first line"));
        }
        const Row row = parse_row(begin_, end, row_, broken);
        if (row == Row::complete && !(row_.size() == 1 && row_[0].size == 0)) break;
        if (row == Row::complete) {
            // Blank lines before the header.
            begin_ = end;
            ++line_;
            first = true;
            while (begin_ < end_ && (text_[begin_] == '\n' || text_[begin_] == '\r'))
                line_ += text_[begin_++] == '\n' ? 1 : 0;
            if (begin_ < end_ && parse_row(begin_, end, row_, broken) == Row::complete) break;
            if (!ended_) continue;
            return failure(file_fault(file_, 0, "E802", "文件是空的；第一行应为列名",
                                      "the file is empty; expected column names on the first line"));
        }
        if (row == Row::faulty) {
            return failure(file_fault(file_, as_int(static_cast<std::size_t>(line_)), broken.code,
                                      "列名行：" + broken.zh, "header: " + broken.en));
        }
        if (!*more || end_ > max_row_bytes) {
            return failure(file_fault(file_, 1, "E815", "第一行超过 1 MiB，应为列名",
                                      "the first line is longer than 1 MiB; expected column names"));
        }
    }
    const std::string_view line(text_.data() + begin_, end - begin_);
    if (row_.size() == 1) {
        for (const auto& [delimiter, zh, en] : {std::tuple{';', "分号（;）", "semicolons (;)"},
                                                {'\t', "制表符（Tab）", "tabs"},
                                                {'|', "竖线（|）", "bars (|)"}}) {
            if (line.find(delimiter) == std::string_view::npos) continue;
            return failure(file_fault(file_, as_int(static_cast<std::size_t>(line_)), "E805",
                                      format("列之间用的是{}，应为英文逗号（,）；请另存为“CSV UTF-8（逗号分隔）”", zh),
                                      format("the columns are separated by {}, expected commas; save the file as \"CSV "
                                             "UTF-8 (comma delimited)\"",
                                             en)));
        }
    }
    Faults faults;
    std::set<std::string> seen;
    for (const Cell& cell : row_) {
        const std::string_view name = trimmed(std::string_view(text_.data() + cell.at, cell.size));
        if (name.find('\r') != std::string_view::npos) {
            return failure(
                file_fault(file_, 1, "E806", "行末只有 CR（旧式 Mac 换行），应为 LF 或 CRLF；请另存为“CSV UTF-8”",
                           "lines end with CR alone (old Mac); expected LF or CRLF; save the file as \"CSV UTF-8\""));
        }
        if (!is_utf8(name)) {
            return failure(file_fault(file_, as_int(static_cast<std::size_t>(line_)), "E803",
                                      "列名不是 UTF-8；请另存为“CSV UTF-8”",
                                      "the column names are not UTF-8; save the file as \"CSV UTF-8\""));
        }
        if (!name.empty() && !seen.insert(std::string(name)).second) {
            faults.push_back(file_fault(file_, as_int(static_cast<std::size_t>(line_)), "E807",
                                        format("列名“{}”出现两次；每个列名只应出现一次", name),
                                        format("column \"{}\" appears twice; expected each name once", name)));
        }
        header_.emplace_back(name);
    }
    if (!faults.empty()) return failure(std::move(faults));
    line_ += row_lines_;
    begin_ = end;
    while (next_place_ < place_count_ && places_[next_place_] < begin_) ++next_place_;
    return true;
}

// Hands out rows without quotes and with the right number of cells, as long as they come. True if the group is full.
bool CsvReader::fast_rows(Rows& rows) {
    const char* const text = text_.data();
    const std::size_t columns = header_.size();
    const std::uint32_t* place = places_.data() + next_place_;
    const std::uint32_t* const last = places_.data() + place_count_;
    Cell* const cells = rows.cells.data();
    auto start = static_cast<std::uint32_t>(begin_);
    std::size_t row = rows.count;
    std::int64_t line = line_;
    while (row < rows_in_group && static_cast<std::size_t>(last - place) >= columns) {
        const std::uint32_t end = place[columns - 1];
        if (text[end] != '\n' || end - start > max_cell_bytes) break;
        std::uint32_t from = start;
        bool regular = true;
        for (std::size_t column = 0; column + 1 < columns; ++column) {
            const std::uint32_t to = place[column];
            regular &= text[to] == ',';
            cells[column * rows_in_group + row] = {from, to - from};
            from = to + 1;
        }
        const std::uint32_t cut = end > from && text[end - 1] == '\r' ? 1 : 0;
        cells[(columns - 1) * rows_in_group + row] = {from, end - from - cut};
        if (!regular || end == start + cut) break;
        rows.lines[row++] = line++;
        place += columns;
        start = end + 1;
    }
    rows.count = row;
    line_ = line;
    begin_ = start;
    next_place_ = static_cast<std::size_t>(place - places_.data());
    return row == rows_in_group;
}

Result<bool> CsvReader::next(Rows& rows) {
    const std::size_t columns = header_.size();
    rows.columns = columns;
    rows.count = 0;
    rows.faults.clear();
    rows.cells.resize(columns * rows_in_group);
    rows.lines.resize(rows_in_group);
    // Cells of a group stand in the buffer, so that it is refilled only between groups.
    for (;;) {
        bool need_more = false;
        while (!need_more && rows.count < rows_in_group && rows.faults.size() < rows_in_group) {
            if (skipping_) {
                begin_ = skip_line(begin_);
                if (begin_ == end_ && (end_ == 0 || text_[end_ - 1] != '\n')) {
                    need_more = true;
                    break;
                }
                skipping_ = false;
                ++line_;
            }
            while (next_place_ < place_count_ && places_[next_place_] < begin_) ++next_place_;
            if (fast_rows(rows) || begin_ == end_) {
                need_more = begin_ == end_;
                break;
            }
            // What comes now is unfinished, quoted, of another length, blank or broken.
            Broken broken{};
            std::size_t end = 0;
            const Row row = parse_row(begin_, end, row_, broken);
            if (row == Row::unfinished) {
                if (end_ - begin_ <= max_row_bytes) {
                    need_more = true;
                    break;
                }
                report(rows, line_,
                       {begin_, begin_, "E815", "一行超过 1 MiB；应逐行分开，检查引号是否闭合",
                        "the row is longer than 1 MiB; expected one record a line; check the quotes"},
                       begin_);
                skipping_ = true;
                continue;
            }
            if (row == Row::faulty) {
                report(rows, line_, broken, begin_);
                const std::size_t resume = skip_line(broken.resume);
                line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                    text_.begin() + static_cast<std::ptrdiff_t>(resume), '\n');
                const bool cut = text_[resume - 1] != '\n';
                begin_ = resume;
                skipping_ = cut;
                continue;
            }
            const std::size_t size = end - begin_;
            const bool blank = row_.size() == 1 && row_[0].size == 0 && (columns > 1 || text_[begin_] != '"');
            if (blank) {
                // Nothing to hand out.
            } else if (row_.size() != columns) {
                report(rows, line_,
                       {begin_, begin_, "E816",
                        format("这一行有 {} 个单元格，列名有 {} 个；应一样多", row_.size(), columns),
                        format("the row has {} cells, the header {}; expected as many", row_.size(), columns)},
                       begin_);
            } else if (size > max_row_bytes) {
                report(rows, line_,
                       {begin_, begin_, "E815", "一行超过 1 MiB；应逐行分开，检查引号是否闭合",
                        "the row is longer than 1 MiB; expected one record a line; check the quotes"},
                       begin_);
            } else if (const auto wide =
                           std::ranges::find_if(row_, [](const Cell& cell) { return cell.size > max_cell_bytes; });
                       wide != row_.end()) {
                report(rows, line_, {wide->at, wide->at, "E817", "单元格超过 64 KiB", "the cell is longer than 64 KiB"},
                       begin_);
            } else {
                for (std::size_t column = 0; column < columns; ++column)
                    rows.cells[column * rows_in_group + rows.count] = row_[column];
                rows.lines[rows.count++] = line_;
            }
            begin_ = end;
            line_ += row_lines_;
        }
        if (rows.count > 0 || !rows.faults.empty()) {
            rows.text = text_.data();
            rows.ascii = ascii_;
            return true;
        }
        if (!need_more) continue;
        if (skipping_) begin_ = end_;
        const auto more = refill();
        if (!more) return tl::unexpected(more.error());
        if (!*more && begin_ == end_) return false;
        if (!*more && !skipping_ && begin_ < end_ && ended_) {
            // Only an unfinished rest can stand here, and the end of the source finishes every row.
            return false;
        }
    }
}

bool is_formula_like(std::string_view value) {
    if (value.empty()) return false;
    switch (value.front()) {
        case '=':
        case '+':
        case '-':
        case '@':
        case '\t':
        case '\r':
        case '\0': return true;
        default: return false;
    }
}

void CsvWriter::separate() {
    if (cells_++ == 0) {
        row_at_ = out_.size();
    } else {
        out_ += ',';
    }
}

void CsvWriter::text(std::string_view value) {
    separate();
    const bool formula = is_formula_like(value);
    const bool quoted = value.find_first_of(",\"\r\n") != std::string_view::npos;
    if (!quoted) {
        if (formula) out_ += '\'';
        out_ += value;
        return;
    }
    out_ += '"';
    if (formula) out_ += '\'';
    for (;;) {
        const std::size_t quote = value.find('"');
        out_ += value.substr(0, quote);
        if (quote == std::string_view::npos) break;
        out_ += "\"\"";
        value.remove_prefix(quote + 1);
    }
    out_ += '"';
}

void CsvWriter::integer(std::int64_t value) {
    separate();
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void CsvWriter::empty() {
    separate();
}

void CsvWriter::plain(std::string_view value) {
    separate();
    out_ += value;
}

void CsvWriter::end_row() {
    // A row of one empty cell would be a blank line, which readers skip.
    if (cells_ == 1 && out_.size() == row_at_) out_ += "\"\"";
    out_ += "\r\n";
    cells_ = 0;
}

}  // namespace ningyi::exchange
