// SPDX-License-Identifier: Apache-2.0
// The workbook is a zip archive (APPNOTE 6.3) of a few XML files (ECMA-376). A piece of rows is deflated on its own and
// ends on a byte, so that pieces stand one after the other as one stream.
#include "exchange/xlsx_out.h"

#include <zlib.h>

#include <charconv>

#include "base/check.h"
#include "base/disk.h"
#include "base/text.h"
#include "exchange/csv.h"
#include "exchange/rejects.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t most_characters = 32'000;             // a cell holds 32,767 UTF-16 units
constexpr std::uint64_t most_sheet_bytes = 0xF000'0000ULL;  // an archive without 64-bit sizes holds 4 GiB a file
constexpr std::uint16_t archive_version = 20;               // 2.0: deflated
constexpr std::uint16_t name_is_utf8 = 1U << 11U;
constexpr std::uint16_t deflated_method = 8;
constexpr std::uint16_t fixed_day = (45U << 9U) | (1U << 5U) | 1U;  // 2025-01-01: not when it was written
// Fast: rows are so alike that the slower levels gain a tenth of the size for three times the time.
constexpr int level = 1;

constexpr std::string_view xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view types =
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Override PartName=\"/xl/workbook.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
    "<Override PartName=\"/xl/worksheets/sheet1.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
    "<Override PartName=\"/xl/styles.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
    "<Override PartName=\"/docProps/core.xml\" "
    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";
constexpr std::string_view package_relations =
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" "
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
    "Target=\"xl/workbook.xml\"/>"
    "<Relationship Id=\"rId2\" "
    "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" "
    "Target=\"docProps/core.xml\"/></Relationships>";
constexpr std::string_view workbook_relations =
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" "
    "Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" "
    "Target=\"styles.xml\"/></Relationships>";
// Style 1 is a heading, 2 is money (number format 4 is "#,##0.00").
constexpr std::string_view styles =
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>"
    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill>"
    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE8EEF4\"/><bgColor indexed=\"64\"/></patternFill></fill>"
    "</fills><borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>"
    "<border><left/><right/><top/><bottom style=\"thin\"><color auto=\"1\"/></bottom><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" "
    "applyBorder=\"1\"/>"
    "<xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";
constexpr std::string_view open_heading = " s=\"1\" t=\"inlineStr\"";
constexpr std::string_view open_text = " t=\"inlineStr\"";

std::string column_name(std::size_t column) {
    std::string name;
    for (std::size_t left = column + 1; left > 0; left = (left - 1) / 26)
        name.insert(name.begin(), static_cast<char>('A' + (left - 1) % 26));
    return name;
}

void append_number(std::string& out, std::int64_t number) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Text of an element or attribute; what XML cannot hold becomes a space.
void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        std::string_view instead;
        if (c == '&') {
            instead = "&amp;";
        } else if (c == '<') {
            instead = "&lt;";
        } else if (c == '>') {
            instead = "&gt;";
        } else if (c == '"') {
            instead = "&quot;";
        } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
            instead = " ";
        } else if (c == '\xEF' && (text.substr(i, 3) == "\xEF\xBF\xBE" || text.substr(i, 3) == "\xEF\xBF\xBF")) {
            out += text.substr(plain, i - plain);
            plain = i += 3;
            --i;
            continue;  // U+FFFE and U+FFFF are no characters
        } else {
            continue;
        }
        out += text.substr(plain, i - plain);
        out += instead;
        plain = i + 1;
    }
    out += text.substr(plain);
}

void append_text_element(std::string& out, std::string_view text) {
    const bool has_edge = !text.empty() && (text.front() <= ' ' || text.back() <= ' ');
    out += has_edge ? "<is><t xml:space=\"preserve\">" : "<is><t>";
    append_escaped(out, text);
    out += "</t></is>";
}

// Ends on a byte and leaves the stream open, or ends the stream when there is nothing to say.
SheetPiece deflated(std::string_view text) {
    z_stream stream{};
    constexpr int raw_window = -15, memory = 9;
    if (deflateInit2(&stream, level, Z_DEFLATED, raw_window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw MachineError("zlib: 内存不足 | no memory");
    SheetPiece piece;
    piece.size = text.size();
    piece.crc = static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
    CHECK(text.size() <= UINT32_MAX);
    piece.deflated.resize(deflateBound(&stream, static_cast<uLong>(text.size())) + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib reads it only
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(piece.deflated.data());
    stream.avail_out = static_cast<uInt>(piece.deflated.size());
    const int done = deflate(&stream, text.empty() ? Z_FINISH : Z_SYNC_FLUSH);
    CHECK((done == Z_OK || done == Z_STREAM_END) && stream.avail_in == 0 && stream.avail_out > 0);
    piece.deflated.resize(stream.total_out);
    deflateEnd(&stream);
    return piece;
}

// Little-endian numbers of the archive's records.
void put16(std::string& out, std::uint16_t value) {
    for (unsigned i = 0; i < 2; ++i) out += static_cast<char>((value >> (8U * i)) & 0xFFU);
}
void put32(std::string& out, std::uint64_t value) {
    CHECK(value <= UINT32_MAX);
    for (unsigned i = 0; i < 4; ++i) out += static_cast<char>((value >> (8U * i)) & 0xFFU);
}

}  // namespace

void SheetRows::begin(std::size_t first) {
    CHECK(first >= 2 && !is_open_);
    xml_.clear();
    row_ = first;
    rows_ = 0;
}

void SheetRows::open_cell(std::string_view attributes) {
    if (!is_open_) {
        xml_ += "<row r=\"";
        append_number(xml_, static_cast<std::int64_t>(row_));
        xml_ += "\">";
        is_open_ = true;
    }
    xml_ += "<c r=\"";
    if (column_ < 26)
        xml_ += static_cast<char>('A' + column_);
    else
        xml_ += column_name(column_);
    append_number(xml_, static_cast<std::int64_t>(row_));
    xml_ += '"';
    xml_ += attributes;
    xml_ += '>';
    ++column_;
}

void SheetRows::text(std::string_view value) {
    if (value.empty()) return empty();
    open_cell(open_text);
    const bool is_long = value.size() > most_characters;
    if (is_formula_like(value)) {
        append_text_element(xml_, "'" + (is_long ? cut(value, most_characters) : std::string(value)));
    } else {
        append_text_element(xml_, is_long ? cut(value, most_characters) : value);
    }
    xml_ += "</c>";
}

void SheetRows::integer(std::int64_t value) {
    open_cell("");
    xml_ += "<v>";
    append_number(xml_, value);
    xml_ += "</v></c>";
}

void SheetRows::yuan(std::int64_t fen) {
    open_cell(" s=\"2\"");
    const std::uint64_t size = fen < 0 ? 0 - static_cast<std::uint64_t>(fen) : static_cast<std::uint64_t>(fen);
    xml_ += format("<v>{}{}.{:02}</v></c>", fen < 0 ? "-" : "", size / 100, size % 100);
}

void SheetRows::end_row() {
    if (is_open_) xml_ += "</row>";
    is_open_ = false;
    column_ = 0;
    ++row_;
    ++rows_;
}

SheetPiece SheetRows::piece() {
    CHECK(!is_open_);
    if (xml_.empty()) return {.rows = rows_};
    SheetPiece piece = deflated(xml_);
    piece.rows = rows_;
    return piece;
}

WorkbookWriter::WorkbookWriter(const std::string& path, const std::string& sheet, const std::string& title,
                               const std::vector<SheetColumn>& columns)
    : path_(path), sheet_(sheet), title_(title), columns_(columns.size()), file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) throw_disk_error(path_);
    CHECK(!columns.empty());
    std::string xml(xml_head);
    xml +=
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView "
        "tabSelected=\"1\" workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" "
        "state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>";
    for (std::size_t i = 0; i < columns.size(); ++i)
        xml += format("<col min=\"{}\" max=\"{}\" width=\"{}\" customWidth=\"1\"/>", i + 1, i + 1, columns[i].width);
    xml += "</cols><sheetData><row r=\"1\">";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        xml += format("<c r=\"{}1\"{}>", column_name(i), open_heading);
        append_text_element(xml, columns[i].heading);
        xml += "</c>";
    }
    xml += "</row>";
    begin_entry("xl/worksheets/sheet1.xml");
    append(deflated(xml));
}

WorkbookWriter::~WorkbookWriter() {
    if (file_ != nullptr) std::fclose(file_);
}

void WorkbookWriter::write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) throw_disk_error(path_);
    written_ += bytes.size();
}

// Sizes and digest stand behind the content (bit 3), so that nothing has to be known before it is written.
void WorkbookWriter::begin_entry(const std::string& name) {
    entries_.push_back({.name = name, .at = written_});
    std::string head = "PK\x03\x04";
    for (const std::uint16_t number :
         {archive_version, static_cast<std::uint16_t>(name_is_utf8 | 8U), deflated_method, std::uint16_t{0}, fixed_day})
        put16(head, number);
    for (int i = 0; i < 3; ++i) put32(head, 0);
    put16(head, static_cast<std::uint16_t>(name.size()));
    put16(head, 0);
    write(head + name);
}

void WorkbookWriter::append(const SheetPiece& piece) {
    Entry& entry = entries_.back();
    entry.crc = static_cast<std::uint32_t>(crc32_combine(entry.crc, piece.crc, static_cast<z_off_t>(piece.size)));
    entry.size += piece.size;
    entry.packed += piece.deflated.size();
    write(piece.deflated);
}

void WorkbookWriter::end_entry() {
    append(deflated(""));
    const Entry& entry = entries_.back();
    std::string tail = "PK\x07\x08";
    for (const std::uint64_t number : {std::uint64_t{entry.crc}, entry.packed, entry.size}) put32(tail, number);
    write(tail);
}

void WorkbookWriter::whole_entry(const std::string& name, std::string_view text) {
    begin_entry(name);
    append(deflated(std::string(xml_head) + std::string(text)));
    end_entry();
}

void WorkbookWriter::add(const SheetPiece& piece) {
    is_full_ = is_full_ || rows_ - 1 + piece.rows > most_rows || entries_.back().size + piece.size > most_sheet_bytes;
    if (is_full_ || piece.rows == 0) return;
    append(piece);
    rows_ += piece.rows;
}

void WorkbookWriter::finish() {
    const std::string last = format("{}{}", column_name(columns_ - 1), rows_);
    append(deflated(format("</sheetData><autoFilter ref=\"A1:{}\"/></worksheet>", last)));
    end_entry();
    std::string name, title;
    append_escaped(name, sheet_);
    append_escaped(title, title_);
    whole_entry("[Content_Types].xml", types);
    whole_entry("_rels/.rels", package_relations);
    whole_entry(
        "docProps/core.xml",
        format(
            "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title></cp:coreProperties>",
            title));
    whole_entry("xl/workbook.xml",
                format("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
                       "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet "
                       "name=\"{}\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames><definedName "
                       "name=\"_xlnm._FilterDatabase\" localSheetId=\"0\" hidden=\"1\">'{}'!$A$1:${}${}</definedName>"
                       "</definedNames></workbook>",
                       name, replaced(name, "'", "''"), column_name(columns_ - 1), rows_));
    whole_entry("xl/_rels/workbook.xml.rels", workbook_relations);
    whole_entry("xl/styles.xml", styles);
    const std::uint64_t directory = written_;
    for (const Entry& entry : entries_) {
        std::string head = "PK\x01\x02";
        for (const std::uint16_t number :
             {archive_version, archive_version, static_cast<std::uint16_t>(name_is_utf8 | 8U), deflated_method,
              std::uint16_t{0}, fixed_day})
            put16(head, number);
        for (const std::uint64_t number : {std::uint64_t{entry.crc}, entry.packed, entry.size}) put32(head, number);
        put16(head, static_cast<std::uint16_t>(entry.name.size()));
        for (int i = 0; i < 4; ++i) put16(head, 0);  // no extra field, comment, disk, attributes
        put32(head, 0);
        put32(head, entry.at);
        write(head + entry.name);
    }
    const std::uint64_t size = written_ - directory;
    std::string tail = "PK\x05\x06";
    const auto count = static_cast<std::uint16_t>(entries_.size());
    for (const std::uint16_t number : {std::uint16_t{0}, std::uint16_t{0}, count, count}) put16(tail, number);
    put32(tail, size);
    put32(tail, directory);
    put16(tail, 0);
    write(tail);
    const bool is_closed = std::fclose(file_) == 0;
    file_ = nullptr;
    if (!is_closed) throw_disk_error(path_);
}

}  // namespace ningyi::exchange
