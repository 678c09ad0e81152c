// SPDX-License-Identifier: Apache-2.0
#include "exchange/xlsx_in.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <map>
#include <set>

#include "base/text.h"
#include "base/xml.h"
#include "exchange/zip.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t max_shared_bytes = std::size_t{256} << 20U;
constexpr std::size_t max_styles = 65'536;
constexpr std::size_t group_bytes = std::size_t{1} << 20U;
constexpr std::size_t piece_bytes = 32768;

Fault fault(const std::string& file, int line, std::string code, std::string zh, std::string en) {
    return Fault{.file = file, .line = line, .code = std::move(code), .zh = std::move(zh), .en = std::move(en)};
}

// A part of a workbook as its XML is pulled out of a byte source.
class XmlPart {
public:
    XmlPart(std::unique_ptr<ByteSource> source, std::string file, XmlVisitor visitor)
        : source_(std::move(source)), parser_(std::move(file), std::move(visitor)) {}

    // Feeds one piece to the visitor; false when the part has ended.
    Result<bool> advance() {
        if (is_done_) return false;
        const auto count = source_->read(piece_.data(), piece_.size());
        if (!count) return tl::unexpected(count.error());
        is_done_ = *count == 0;
        auto fed = parser_.feed({piece_.data(), *count}, is_done_);
        if (fed) return !is_done_;
        for (Fault& wrong : fed.error()) {
            wrong.zh += "；请用表格软件重新保存工作簿";
            wrong.en += "; save the workbook again in a spreadsheet program";
        }
        return fed;
    }

private:
    std::unique_ptr<ByteSource> source_;
    XmlParser parser_;
    std::vector<char> piece_ = std::vector<char>(piece_bytes);
    bool is_done_ = false;
};

struct Workbook {
    std::shared_ptr<ZipArchive> archive;
    std::string shown;
    bool since_1904 = false;
    std::string sheet;                 // path of the first sheet in the archive
    std::vector<std::string> strings;  // shared
    enum class Show : std::uint8_t { number, date, time };
    std::vector<Show> styles;  // of each cell format
};

// Runs a whole part of the workbook through a visitor; false when the workbook has no such part.
Result<bool> read_part(Workbook& book, const std::string& name, XmlVisitor visitor) {
    if (!book.archive->has(name)) return false;
    auto source = book.archive->entry(name);
    if (!source) return tl::unexpected(source.error());
    XmlPart xml(std::move(*source), book.shown + "/" + name, std::move(visitor));
    for (;;) {
        const auto more = xml.advance();
        if (!more) return tl::unexpected(more.error());
        if (!*more) return true;
    }
}

Workbook::Show built_in_format(int id) {
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 50 && id <= 54) || id == 36 || id == 57 || id == 58)
        return Workbook::Show::date;
    if (id == 22) return Workbook::Show::time;
    return Workbook::Show::number;
}

int to_int(std::string_view text, int otherwise) {
    const auto number = to_integer(text);
    return number && *number >= 0 && *number < 1'000'000'000 ? static_cast<int>(*number) : otherwise;
}

Result<bool> read_styles(Workbook& book) {
    std::map<int, Workbook::Show> formats;
    bool in_formats = false;
    return read_part(book, "xl/styles.xml",
                     {.begin =
                          [&](std::string_view name, const XmlAttributes& attributes) {
                              if (name == "numFmt" && formats.size() < max_styles) {
                                  bool with_time = false;
                                  const bool date = is_date_format(attribute(attributes, "formatCode"), with_time);
                                  formats[to_int(attribute(attributes, "numFmtId"), -1)] =
                                      !date       ? Workbook::Show::number
                                      : with_time ? Workbook::Show::time
                                                  : Workbook::Show::date;
                              } else if (name == "cellXfs") {
                                  in_formats = true;
                              } else if (name == "xf" && in_formats && book.styles.size() < max_styles) {
                                  const int id = to_int(attribute(attributes, "numFmtId"), 0);
                                  const auto own = formats.find(id);
                                  book.styles.push_back(own != formats.end() ? own->second : built_in_format(id));
                              }
                          },
                      .end =
                          [&](std::string_view name) {
                              if (name == "cellXfs") in_formats = false;
                          }});
}

Result<bool> read_strings(Workbook& book) {
    std::string text;
    std::size_t total = 0;
    bool in_text = false, in_phonetic = false, too_much = false;
    const auto read = read_part(book, "xl/sharedStrings.xml",
                                {.begin =
                                     [&](std::string_view name, const XmlAttributes&) {
                                         if (name == "si") text.clear();
                                         if (name == "rPh") in_phonetic = true;
                                         if (name == "t") in_text = !in_phonetic;
                                     },
                                 .end =
                                     [&](std::string_view name) {
                                         if (name == "t") in_text = false;
                                         if (name == "rPh") in_phonetic = false;
                                         if (name != "si") return;
                                         total += text.size() + sizeof(std::string);
                                         if (total > max_shared_bytes) too_much = true;
                                         if (!too_much) book.strings.push_back(text);
                                     },
                                 .text =
                                     [&](std::string_view piece) {
                                         if (in_text && text.size() <= max_cell_bytes) text += piece;
                                     }});
    if (!read) return read;
    if (too_much) {
        return failure(fault(book.shown, 0, "E832", "工作簿的文字超过 256 MiB；请另存为 CSV UTF-8",
                             "the workbook has more than 256 MiB of text; save it as CSV UTF-8"));
    }
    return true;
}

Result<bool> read_outline(Workbook& book) {
    std::string relation;
    auto read =
        read_part(book, "xl/workbook.xml", {.begin = [&](std::string_view name, const XmlAttributes& attributes) {
                      if (name == "workbookPr") {
                          const std::string_view value = attribute(attributes, "date1904");
                          book.since_1904 = value == "1" || value == "true";
                      }
                      if (name == "sheet" && relation.empty()) relation = attribute(attributes, "id");
                  }});
    if (!read) return read;
    if (!*read || relation.empty()) {
        return failure(fault(book.shown, 0, "E833", "不是 Excel 工作簿（.xlsx），或没有工作表",
                             "not an Excel workbook (.xlsx), or it has no sheet"));
    }
    read = read_part(book, "xl/_rels/workbook.xml.rels",
                     {.begin = [&](std::string_view name, const XmlAttributes& attributes) {
                         if (name == "Relationship" && attribute(attributes, "Id") == relation)
                             book.sheet = attribute(attributes, "Target");
                     }});
    if (!read) return read;
    if (book.sheet.starts_with('/')) {
        book.sheet.erase(0, 1);
    } else {
        book.sheet.insert(0, "xl/");
    }
    if (!book.archive->has(book.sheet)) {
        return failure(fault(book.shown, 0, "E833", "工作簿里找不到第一个工作表；请重新保存",
                             "the workbook's first sheet is missing; save it again"));
    }
    return true;
}

// "BC12" -> 54 (columns from 0); no_column when there is no letter.
constexpr std::size_t no_column = SIZE_MAX;
std::size_t column_of(std::string_view reference) {
    std::size_t column = 0;
    std::size_t letters = 0;
    for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4;
         ++letters) {
        column = column * 26 + static_cast<std::size_t>(reference[letters] - 'A' + 1);
    }
    return letters == 0 ? no_column : column - 1;
}

// A number of the sheet as plain decimal text: no exponent, no noise of binary fractions.
std::string number_text(std::string_view text) {
    if (text.find_first_of("eE") == std::string_view::npos && text.size() <= 15) return std::string(text);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::string(text);
    if (std::fabs(value) >= 1e15) return format("{:.0f}", value);
    if (value == std::floor(value)) return format("{:.0f}", value);
    std::string plain = format("{:.10f}", value);
    while (plain.ends_with('0')) plain.pop_back();
    if (plain.ends_with('.')) plain.pop_back();
    return plain;
}

class WorkbookRows final : public RowSource {
public:
    WorkbookRows(Workbook book, const Zone& zone, std::string bytes)
        : bytes_(std::move(bytes)), book_(std::move(book)), zone_(zone) {}

    Result<bool> start() {
        auto source = book_.archive->entry(book_.sheet);
        if (!source) return tl::unexpected(source.error());
        xml_ = std::make_unique<XmlPart>(
            std::move(*source), book_.shown + "/" + book_.sheet,
            XmlVisitor{
                .begin = [this](std::string_view name, const XmlAttributes& attributes) { begin(name, attributes); },
                .end = [this](std::string_view name) { end(name); },
                .text =
                    [this](std::string_view text) {
                        if (in_value_ && value_.size() <= max_cell_bytes) value_ += text;
                    }});
        while (pending_.empty()) {
            const auto more = xml_->advance();
            if (!more) return tl::unexpected(more.error());
            if (!*more) break;
        }
        if (pending_.empty()) {
            return failure(fault(book_.shown, 0, "E802", "第一个工作表是空的；第一行应为列名",
                                 "the first sheet is empty; expected column names in its first row"));
        }
        Faults faults;
        std::set<std::string> seen;
        for (const std::string& cell : pending_.front().cells) {
            const std::string name(trimmed(cell));
            if (!name.empty() && !seen.insert(name).second) {
                faults.push_back(fault(book_.shown, static_cast<int>(pending_.front().line), "E807",
                                       format("列名“{}”出现两次；每个列名只应出现一次", name),
                                       format("column \"{}\" appears twice; expected each name once", name)));
            }
            header_.push_back(name);
        }
        while (!header_.empty() && header_.back().empty()) header_.pop_back();
        pending_.pop_front();
        if (!faults.empty()) return failure(std::move(faults));
        return true;
    }

    const std::vector<std::string>& header() const override { return header_; }

    Result<bool> next(Rows& rows) override {
        rows.columns = header_.size();
        rows.count = 0;
        rows.ascii = false;
        rows.faults.clear();
        rows.cells.assign(rows.columns * rows_in_group, Cell{});
        rows.lines.resize(rows_in_group);
        text_.clear();
        for (;;) {
            while (!pending_.empty() && rows.count < rows_in_group && text_.size() < group_bytes) {
                place(rows, pending_.front());
                pending_.pop_front();
            }
            if (rows.count == rows_in_group || text_.size() >= group_bytes || !pending_.empty()) break;
            const auto more = xml_->advance();
            if (!more) return tl::unexpected(more.error());
            if (!*more && pending_.empty()) break;
        }
        text_.append(128, '\0');
        rows.text = text_.data();
        return rows.count > 0 || !rows.faults.empty();
    }

private:
    struct SheetRow {
        std::int64_t line = 0;
        std::vector<std::string> cells;
        std::string wrong_zh, wrong_en;
    };

    void place(Rows& rows, const SheetRow& row) {
        std::size_t used = row.cells.size();
        while (used > 0 && row.cells[used - 1].empty()) --used;
        std::string zh = row.wrong_zh, en = row.wrong_en;
        if (zh.empty() && used > rows.columns) {
            zh = format("这一行有 {} 个单元格，列名有 {} 个", used, rows.columns);
            en = format("the row has {} cells, the header {}", used, rows.columns);
        }
        if (!zh.empty()) {
            rows.faults.push_back(fault(book_.shown, static_cast<int>(row.line), "E816", std::move(zh), std::move(en)));
            return;
        }
        for (std::size_t column = 0; column < used; ++column) {
            rows.cells[column * rows_in_group + rows.count] = {static_cast<std::uint32_t>(text_.size()),
                                                               static_cast<std::uint32_t>(row.cells[column].size())};
            text_ += row.cells[column];
        }
        rows.lines[rows.count++] = row.line;
    }

    void begin(std::string_view name, const XmlAttributes& attributes) {
        if (name == "row") {
            const int number = to_int(attribute(attributes, "r"), 0);
            row_ = {};
            row_.line = number > 0 ? number : last_line_ + 1;
            last_line_ = row_.line;
            next_column_ = 0;
        } else if (name == "c") {
            const std::size_t column = column_of(attribute(attributes, "r"));
            column_ = column == no_column ? next_column_ : column;
            next_column_ = column_ + 1;
            type_ = attribute(attributes, "t");
            style_ = to_int(attribute(attributes, "s"), 0);
            value_.clear();
            has_value_ = false;
        } else if (name == "rPh") {
            in_phonetic_ = true;
        } else if (name == "v" || (name == "t" && !in_phonetic_)) {
            in_value_ = true;
            has_value_ = true;
        }
    }

    void end(std::string_view name) {
        if (name == "v" || name == "t") {
            in_value_ = false;
        } else if (name == "rPh") {
            in_phonetic_ = false;
        } else if (name == "c") {
            if (has_value_) take_cell();
        } else if (name == "row") {
            const bool has_text =
                std::ranges::any_of(row_.cells, [](const std::string& cell) { return !cell.empty(); });
            if (has_text || !row_.wrong_zh.empty()) pending_.push_back(std::move(row_));
            row_ = {};
        }
    }

    void take_cell() {
        if (value_.empty()) return;
        if (column_ >= max_columns) {
            row_.wrong_zh = format("单元格超过 {} 个", max_columns);
            row_.wrong_en = format("more than {} cells", max_columns);
            return;
        }
        std::string text;
        if (type_ == "s") {
            const int index = to_int(value_, -1);
            if (index < 0 || static_cast<std::size_t>(index) >= book_.strings.size()) {
                row_.wrong_zh = "单元格指向不存在的共享文字；请重新保存工作簿";
                row_.wrong_en = "a cell points to a shared string that does not exist; save the workbook again";
                return;
            }
            text = book_.strings[static_cast<std::size_t>(index)];
        } else if (type_ == "b") {
            text = value_ == "1" ? "yes" : "no";
        } else if (type_ == "inlineStr" || type_ == "str" || type_ == "e" || type_ == "d") {
            text = value_;
        } else {
            const Workbook::Show show = static_cast<std::size_t>(style_) < book_.styles.size()
                                            ? book_.styles[static_cast<std::size_t>(style_)]
                                            : Workbook::Show::number;
            double serial = 0;
            const auto [stop, error] = std::from_chars(value_.data(), value_.data() + value_.size(), serial);
            if (show != Workbook::Show::number && error == std::errc{} && stop == value_.data() + value_.size()) {
                text = serial_date_text(serial, book_.since_1904,
                                        show == Workbook::Show::time || serial != std::floor(serial), zone_);
            }
            if (text.empty()) text = number_text(value_);
        }
        if (text.size() > max_cell_bytes) {
            row_.wrong_zh = "单元格超过 64 KiB";
            row_.wrong_en = "a cell is longer than 64 KiB";
            return;
        }
        if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
        row_.cells[column_] = std::move(text);
    }

    std::string bytes_;  // of the archive, when it is not a file; outlives it
    Workbook book_;
    Zone zone_;
    std::unique_ptr<XmlPart> xml_;
    std::vector<std::string> header_;
    std::deque<SheetRow> pending_;
    std::string text_;
    SheetRow row_;
    std::int64_t last_line_ = 0;
    std::size_t column_ = 0, next_column_ = 0;
    std::string type_, value_;
    int style_ = 0;
    bool in_value_ = false, in_phonetic_ = false, has_value_ = false;
};

Result<std::unique_ptr<RowSource>> rows_of(Result<std::shared_ptr<ZipArchive>> archive, const std::string& shown,
                                           const Zone& zone, std::string bytes) {
    if (!archive) return tl::unexpected(archive.error());
    Workbook book{.archive = std::move(*archive), .shown = shown};
    for (const auto read : {read_outline, read_styles, read_strings}) {
        if (const auto done = read(book); !done) return tl::unexpected(done.error());
    }
    auto rows = std::make_unique<WorkbookRows>(std::move(book), zone, std::move(bytes));
    if (const auto started = rows->start(); !started) return tl::unexpected(started.error());
    return rows;
}

}  // namespace

Result<std::unique_ptr<RowSource>> open_workbook(const std::string& path, const std::string& shown, const Zone& zone) {
    return rows_of(ZipArchive::open(path, shown, workbook_limits), shown, zone, {});
}

Result<std::unique_ptr<RowSource>> open_workbook_bytes(std::string bytes, const std::string& shown, const Zone& zone) {
    // A short string would move its characters with it.
    if (bytes.size() < 64) bytes.reserve(64);
    auto archive = ZipArchive::open_memory(bytes, shown, workbook_limits);
    return rows_of(std::move(archive), shown, zone, std::move(bytes));
}

std::string serial_date_text(double serial, bool since_1904, bool with_time, const Zone& zone) {
    if (!(serial >= 0) || serial >= 2'958'466.0) return {};
    auto days = static_cast<std::int64_t>(std::floor(serial));
    std::int64_t millis = std::llround((serial - std::floor(serial)) * static_cast<double>(days_ms));
    if (millis >= days_ms) {
        millis -= days_ms;
        ++days;
    }
    // Serial 0 is 1904-01-01, or 1899-12-31 in the other system, which besides counts a 29 February 1900 that never
    // was.
    constexpr std::int64_t start_1904 = -24'107, start_1900 = -25'568;
    std::int64_t day = days + start_1904;
    if (!since_1904) day = days + start_1900 - (days >= 60 ? 1 : 0);
    const Date date{static_cast<std::int32_t>(day)};
    if (!with_time) return to_text(date);
    const Instant instant{zone.midnight(date).ms + millis};
    return to_text(instant, zone.offset_minutes(instant));
}

bool is_date_format(std::string_view format, bool& with_time) {
    bool date = false;
    with_time = false;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char c = format[i];
        if (c == ';') break;
        if (c == '"') {
            i = std::min(format.find('"', i + 1), format.size());
        } else if (c == '\\' || c == '_') {
            ++i;
        } else if (c == '[') {
            const std::size_t close = std::min(format.find(']', i), format.size());
            // [h]:mm is a length of time, not a date; [$-804] and [Red] say nothing.
            const std::string inside = lower_ascii(format.substr(i + 1, close - i - 1));
            if (inside.find_first_not_of("hms") == std::string::npos && !inside.empty()) return false;
            i = close;
        } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
            date = true;
        } else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
            with_time = true;
        } else if ((c == 'm' || c == 'M') && !with_time) {
            // A month, or minutes after an hour, which is already a time.
            date = date || format.find_first_of("yYdD") != std::string_view::npos;
        }
    }
    return date;
}

}  // namespace ningyi::exchange
