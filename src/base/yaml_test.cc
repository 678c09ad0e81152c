// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace ningyi::yaml {
namespace {

// The faults of `text` as "line:column code", joined by spaces; "" when it is accepted.
std::string faults_of(std::string_view text) {
    const Result<Node> read = parse(text, "f.yaml");
    if (read) return "";
    std::vector<std::string> lines;
    for (const Fault& fault : read.error()) {
        EXPECT_EQ(fault.file, "f.yaml");
        EXPECT_FALSE(fault.zh.empty());
        EXPECT_FALSE(fault.en.empty());
        lines.push_back(format("{}:{} {}", fault.line, fault.column, fault.code));
    }
    return join(lines, " ");
}

Node read(std::string_view text) {
    Result<Node> node = parse(text, "f.yaml");
    if (!node) {
        for (const Fault& fault : node.error()) ADD_FAILURE() << to_text(fault);
        return {};
    }
    return *node;
}

TEST(yaml, blocks_flow_quotes_and_literals_are_read) {
    const Node node = read("a: 1\nb: [x, 'y z', \"q\\n\"]\nc:\n  - {k: v, w: [1]}\n  - |\n    one\n      two\nd: {}\n");
    ASSERT_TRUE(node.is_map());
    EXPECT_EQ(node.find("a")->text, "1");
    EXPECT_EQ(node.find("b")->items[1].text, "y z");
    EXPECT_TRUE(node.find("b")->items[1].quoted);
    EXPECT_EQ(node.find("b")->items[2].text, "q\n");
    EXPECT_EQ(node.find("c")->items[0].find("w")->items[0].text, "1");
    EXPECT_EQ(node.find("c")->items[1].text, "one\n  two\n");
    EXPECT_TRUE(node.find("d")->is_map());
    EXPECT_EQ(node.find("e"), nullptr);
}

TEST(yaml, nothing_is_typed_by_its_looks) {
    const Node node = read("a: no\nb: 0123\nc: 1e3\nd: 2025-08-01\ne: null\nf: ~\ng: [null, ~]\n");
    EXPECT_EQ(node.find("a")->text, "no");
    EXPECT_EQ(node.find("b")->text, "0123");
    EXPECT_EQ(node.find("c")->text, "1e3");
    EXPECT_EQ(node.find("d")->text, "2025-08-01");
    EXPECT_EQ(node.find("e")->text, "null");
    EXPECT_EQ(node.find("f")->text, "~");
    EXPECT_EQ(node.find("g")->items.size(), 2U);
}

TEST(yaml, places_count_code_points_through_quotes_and_escapes) {
    const Node node = read("标题: '长 ''b'' c'\nx:\n  - \"a\\u4e2d\\\"z\"\n");
    const Node& title = *node.find("标题");
    EXPECT_EQ(title.text, "长 'b' c");
    EXPECT_EQ(title.line, 1);
    EXPECT_EQ(title.column, 5);
    EXPECT_EQ(title.columns, (std::vector<int>{6, 7, 8, 10, 11, 13, 14}));
    const Node& escaped = node.find("x")->items[0];
    EXPECT_EQ(escaped.text, "a中\"z");
    EXPECT_EQ(escaped.lines, (std::vector<int>{3, 3, 3, 3}));
    EXPECT_EQ(escaped.columns, (std::vector<int>{6, 7, 13, 15}));
}

TEST(yaml, places_in_a_literal_block_follow_its_lines) {
    const Node node = read("a:\n  b: |\n    中x\n\n    y\n  c: d\n");
    const Node& literal = *node.find("a")->find("b");
    EXPECT_EQ(literal.text, "中x\n\ny\n");
    EXPECT_EQ(literal.lines, (std::vector<int>{3, 3, 3, 4, 5, 5}));
    EXPECT_EQ(literal.columns, (std::vector<int>{5, 6, 7, 1, 5, 6}));
    EXPECT_EQ(node.find("a")->find("c")->text, "d");
}

TEST(yaml, windows_line_ends_read_like_others) {
    const Node node = read("a: 1\r\nb: 'x'\r\nc: |\r\n  t\r\nd: [1, 2]\r\n");
    EXPECT_EQ(node.find("a")->text, "1");
    EXPECT_EQ(node.find("b")->text, "x");
    EXPECT_EQ(node.find("c")->text, "t\n");
    EXPECT_EQ(node.find("d")->line, 5);
}

TEST(yaml, comments_are_left_out) {
    const Node node = read("# first\na: 1   # one\nb: 'x # y' # z\n# last\n");
    EXPECT_EQ(node.find("a")->text, "1");
    EXPECT_EQ(node.find("b")->text, "x # y");
}

TEST(yaml, what_is_not_plain_text_is_refused) {
    EXPECT_EQ(faults_of("\xEF\xBB\xBF"
                        "a: 1\n"),
              "1:1 E101");
    EXPECT_EQ(faults_of("a: 1\nb: \xFF\n"), "2:0 E101");
    EXPECT_EQ(faults_of(std::string("a: 1\nb: x\x01y\n")), "2:5 E101");
    EXPECT_EQ(faults_of("a:\t1\n"), "1:3 E102");
    EXPECT_EQ(faults_of("a: 'x\ty'\n"), "1:6 E102");
    EXPECT_EQ(faults_of("a: " + std::string(256 * 1024, 'x')), "0:0 E101");
}

TEST(yaml, one_document_without_directives) {
    EXPECT_EQ(faults_of("---\na: 1\n"), "1:1 E103");
    EXPECT_EQ(faults_of("a: 1\n---\nb: 2\n"), "2:1 E103");
    EXPECT_EQ(faults_of("a: 1\n...\n"), "2:1 E103");
    EXPECT_EQ(faults_of("%YAML 1.2\n---\na: 1\n"), "1:1 E103 2:1 E103");
}

TEST(yaml, anchors_aliases_tags_and_merges_are_refused) {
    EXPECT_EQ(faults_of("a: &x 1\nb: *x\n"), "1:4 E104 2:4 E104");
    EXPECT_EQ(faults_of("a: !int 1\n"), "1:4 E105");
    EXPECT_EQ(faults_of("a: ! b\n"), "1:4 E105");
    EXPECT_EQ(faults_of("a: &x\n  b: 1\nc:\n  <<: *x\n"), "1:4 E104 4:3 E106 4:7 E104");
}

TEST(yaml, folded_and_many_line_text_is_refused) {
    EXPECT_EQ(faults_of("a: >\n  b\n  c\n"), "1:4 E107");
    EXPECT_EQ(faults_of("a: b\n  c\n"), "1:4 E107");
    EXPECT_EQ(faults_of("a: 'b\n  c'\n"), "1:4 E107");
    EXPECT_EQ(faults_of("a: \"b\n  c\"\n"), "1:4 E107");
    EXPECT_EQ(faults_of("a: |+\n  b\n"), "1:5 E107");
    EXPECT_EQ(faults_of("a: |2\n  b\n"), "1:5 E107");
    EXPECT_EQ(read("a: |-\n  b\n").find("a")->text, "b");
}

TEST(yaml, other_escapes_are_refused_where_they_stand) {
    EXPECT_EQ(faults_of("a: \"x\\ay\"\n"), "1:6 E107");
    EXPECT_EQ(faults_of("a: \"\\x41\"\n"), "1:5 E107");
    EXPECT_EQ(faults_of("a: \"\\ud800\"\n"), "1:11 E113");
}

TEST(yaml, flow_stays_on_one_line) {
    EXPECT_EQ(faults_of("a: [1,\n  2]\n"), "1:4 E108");
    EXPECT_EQ(faults_of("a: {b: 1\n  }\n"), "1:4 E108");
    EXPECT_EQ(faults_of("a: [{b: [1, 2]}, '}'] # ]\nc: [\n]\n"), "2:4 E108");
}

TEST(yaml, keys_are_plain_words_given_once) {
    EXPECT_EQ(faults_of("? a\n: b\n"), "1:1 E109");
    EXPECT_EQ(faults_of("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n"), "2:17 E110 3:1 E110");
    EXPECT_EQ(faults_of("[a]: b\n"), "1:1 E109");
}

TEST(yaml, a_key_without_value_is_refused_where_the_key_is) {
    EXPECT_EQ(faults_of("a:\nb: 1\nc: {d, e: 2}\n"), "1:1 E112 3:5 E112");
    EXPECT_EQ(faults_of(""), "1:1 E112");
    EXPECT_EQ(faults_of("# only a comment\n"), "1:1 E112");
}

TEST(yaml, depth_is_bounded) {
    EXPECT_EQ(faults_of("a: " + std::string(11, '[') + "1" + std::string(11, ']') + "\n"), "");
    EXPECT_EQ(faults_of("a: " + std::string(12, '[') + "1" + std::string(12, ']') + "\n"), "1:15 E111");
    EXPECT_TRUE(faults_of(std::string(100000, '[')).ends_with("E111"));
    std::string dashes;
    for (int i = 0; i < 50000; ++i) dashes += "- ";
    EXPECT_EQ(faults_of(dashes + "x\n"), "1:25 E111");
}

TEST(yaml, broken_text_says_where) {
    EXPECT_EQ(faults_of("a: [1, 2\nb: 3\n"), "1:8 E107 2:2 E113");
    EXPECT_EQ(faults_of("a: b: c\n"), "1:5 E113");
    EXPECT_EQ(faults_of("a: 'x\n"), "1:4 E107");
    EXPECT_EQ(faults_of("a: 1\n b: 2\n"), "1:4 E107 2:3 E113");
}

TEST(yaml, every_fault_is_reported) {
    EXPECT_EQ(faults_of("a: &x 1\nb: >\n  t\nc: [1,\n 2]\nd: !t 2\ne:\n"),
              "1:4 E104 2:4 E107 4:4 E108 6:4 E105 7:1 E112");
}

}  // namespace
}  // namespace ningyi::yaml
