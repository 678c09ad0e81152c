// SPDX-License-Identifier: Apache-2.0
#include "exchange/xlsx_in.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "exchange/archive_fixture.h"

namespace ningyi::exchange {
namespace {

struct Parts {
    std::string workbook =
        "<workbook><workbookPr/><sheets><sheet name=\"工单\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"b\" "
        "r:id=\"rId2\"/></sheets></workbook>";
    std::string sheet;
    std::string strings =
        "<sst><si><t>order_id</t></si><si><r><t>ser</t></r><r><t>vice_start</t></r><rPh><t>no</t></rPh></"
        "si><si><t>王五</t></si></sst>";
};

std::string workbook_of(const Parts& parts) {
    const std::string start = "<?xml version=\"1.0\"?>";
    std::string workbook = parts.workbook;
    if (workbook.find("xmlns:r") == std::string::npos) workbook.insert(9, " xmlns:r=\"urn:r\"");
    return fixture::zip_of(
        {{"[Content_Types].xml", "<x/>"},
         {"xl/workbook.xml", start + workbook},
         {"xl/_rels/workbook.xml.rels",
          "<Relationships><Relationship Id=\"rId2\" Target=\"worksheets/sheet2.xml\"/><Relationship Id=\"rId1\" "
          "Target=\"worksheets/sheet1.xml\"/></Relationships>"},
         {"xl/styles.xml",
          "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy/m/d\\ h:mm\"/></numFmts><cellStyleXfs><xf "
          "numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf "
          "numFmtId=\"170\"/></cellXfs></styleSheet>"},
         {"xl/sharedStrings.xml", parts.strings},
         {"xl/worksheets/sheet1.xml", start + "<worksheet><sheetData>" + parts.sheet + "</sheetData></worksheet>"}});
}

struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    Faults faults;
    std::string code;
};

Table read_all(const std::string& bytes) {
    Table table;
    auto source = open_workbook_bytes(bytes, "orders.xlsx", Zone::china());
    if (!source) {
        table.code = source.error().at(0).code;
        return table;
    }
    table.header = (*source)->header();
    Rows rows;
    for (;;) {
        const auto more = (*source)->next(rows);
        if (!more) {
            table.code = more.error().at(0).code;
            break;
        }
        if (!*more) break;
        for (std::size_t row = 0; row < rows.count; ++row) {
            table.rows.emplace_back();
            for (std::size_t column = 0; column < rows.columns; ++column)
                table.rows.back().emplace_back(rows.cell(row, column));
        }
        table.faults.insert(table.faults.end(), rows.faults.begin(), rows.faults.end());
    }
    return table;
}

const std::string header =
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
    "t=\"inlineStr\"><is><t>pay_fen</t></is></c></row>";

TEST(XlsxIn, reads_shared_inline_number_and_date_cells_and_gaps) {
    const Table table = read_all(workbook_of(
        {.sheet = header + "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>2</v></c><c r=\"B3\" s=\"2\"><v>45870.375</v></c><c "
                           "r=\"C3\"><v>9500</v></c></row>"
                           "<row r=\"4\"><c r=\"C4\"><v>1.7540100E12</v></c></row><row r=\"5\"/>"
                           "<row r=\"6\"><c r=\"B6\" s=\"1\"><v>45870</v></c><c r=\"C6\" t=\"b\"><v>1</v></c></row>"}));
    EXPECT_EQ(table.code, "");
    EXPECT_EQ(table.header, (std::vector<std::string>{"order_id", "service_start", "pay_fen"}));
    EXPECT_EQ(table.rows, (std::vector<std::vector<std::string>>{{"王五", "2025-08-01T09:00:00+08:00", "9500"},
                                                                 {"", "", "1754010000000"},
                                                                 {"", "2025-08-01", "yes"}}));
}

TEST(XlsxIn, serial_dates_follow_the_date_system) {
    const Zone zone = Zone::china();
    EXPECT_EQ(serial_date_text(45870, false, false, zone), "2025-08-01");
    EXPECT_EQ(serial_date_text(45870 - 1462, true, false, zone), "2025-08-01");
    EXPECT_EQ(serial_date_text(1, false, false, zone), "1900-01-01");
    EXPECT_EQ(serial_date_text(59, false, false, zone), "1900-02-28");
    EXPECT_EQ(serial_date_text(61, false, false, zone), "1900-03-01");
    EXPECT_EQ(serial_date_text(0, true, false, zone), "1904-01-01");
    EXPECT_EQ(serial_date_text(45870.999999999, false, true, zone), "2025-08-02T00:00:00+08:00");
    EXPECT_EQ(serial_date_text(-1, false, false, zone), "");
    EXPECT_EQ(serial_date_text(1e300, false, false, zone), "");
}

TEST(XlsxIn, date_formats_are_told_from_lengths_of_time_and_money) {
    bool with_time = false;
    EXPECT_TRUE(is_date_format("yyyy\"年\"m\"月\"d\"日\"", with_time));
    EXPECT_FALSE(with_time);
    EXPECT_TRUE(is_date_format("[$-804]yyyy/m/d h:mm", with_time));
    EXPECT_TRUE(with_time);
    EXPECT_FALSE(is_date_format("[h]:mm:ss", with_time));
    EXPECT_FALSE(is_date_format("#,##0.00\"yd\"", with_time));
    EXPECT_FALSE(is_date_format("General", with_time));
}

TEST(XlsxIn, document_types_are_refused) {
    Parts parts{.sheet = header};
    parts.strings =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b "
        "\"&a;&a;\">]><sst><si><t>&b;</t></si></sst>";
    EXPECT_EQ(read_all(workbook_of(parts)).code, "E831");
}

TEST(XlsxIn, deep_nesting_broken_xml_and_missing_parts_are_named) {
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "<a>";
    EXPECT_EQ(read_all(workbook_of({.sheet = deep})).code, "E831");
    EXPECT_EQ(read_all(workbook_of({.sheet = header + "<row r=\"2\"><c r=\"A2\"><v>1</v></row>"})).code, "E831");
    EXPECT_EQ(read_all(workbook_of({.sheet = ""})).code, "E802");
    EXPECT_EQ(read_all(fixture::zip_of({{"a.txt", "x"}})).code, "E833");
    EXPECT_EQ(read_all("not a workbook").code, "E821");
    EXPECT_EQ(read_all(workbook_of({.sheet = "<row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>a</v></c></row>"})).code,
              "E807");
}

TEST(XlsxIn, a_bomb_inside_a_workbook_is_stopped) {
    EXPECT_EQ(
        read_all(fixture::zip_of(
                     {{"xl/workbook.xml", "<workbook xmlns:r=\"u\"><sheets><sheet r:id=\"r\"/></sheets></workbook>"},
                      {"xl/_rels/workbook.xml.rels", "<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>"},
                      {"xl/s.xml", ""},
                      fixture::bomb("xl/sharedStrings.xml", 1 + 258 * 40'000)}))
            .code,
        "E822");
}

TEST(XlsxIn, a_row_with_a_wrong_string_number_or_too_many_cells_is_a_fault) {
    const Table table = read_all(
        workbook_of({.sheet = header + "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c></row><row r=\"3\"><c "
                                       "r=\"E3\"><v>1</v></c></row><row r=\"4\"><c r=\"A4\"><v>7</v></c></row>"}));
    EXPECT_EQ(table.rows, (std::vector<std::vector<std::string>>{{"7", "", ""}}));
    ASSERT_EQ(table.faults.size(), 2U);
    EXPECT_EQ(table.faults[0].line, 2);
}

}  // namespace
}  // namespace ningyi::exchange
