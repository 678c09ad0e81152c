// SPDX-License-Identifier: Apache-2.0
// The layout of pack files: what it does to each way of writing, and that no file changes its meaning or its layout
// twice.
#include "pack/layout.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "base/yaml.h"

namespace ningyi::pack {
namespace {

namespace fs = std::filesystem;

std::string layout_of(std::string_view text) {
    const auto written = laid_out(text, "f.yaml");
    if (!written) {
        for (const Fault& fault : written.error()) ADD_FAILURE() << to_text(fault) << "\n" << text;
        return {};
    }
    return *written;
}

// The tree as text: kinds, texts, order; nothing of the writing.
std::string meaning(const yaml::Node& node) {
    if (node.is_scalar()) return format("<{}:{}>", node.text.size(), node.text);
    std::string all = node.is_list() ? "[" : "{";
    for (const yaml::Node& item : node.items) all += meaning(item) + ",";
    for (const auto& [key, value] : node.pairs) all += meaning(key) + "=" + meaning(value) + ",";
    return all + (node.is_list() ? "]" : "}");
}

std::string meaning_of(std::string_view text) {
    const auto read = yaml::parse(text, "f.yaml");
    if (!read) {
        for (const Fault& fault : read.error()) ADD_FAILURE() << to_text(fault) << "\n" << text;
        return {};
    }
    return meaning(*read);
}

std::map<std::string, std::string> pack_files() {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator("packs")) {
        if (entry.path().extension() != ".yaml") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        files[entry.path().generic_string()] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    return files;
}

std::string words(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + std::string("word");
    return text;
}

TEST(layout, every_file_of_the_packs_is_in_the_layout) {
    const auto files = pack_files();
    ASSERT_FALSE(files.empty());
    for (const auto& [path, text] : files) {
        const auto written = laid_out(text, path);
        ASSERT_TRUE(written.has_value()) << to_text(written.error().front());
        EXPECT_TRUE(*written == text) << path << ": run ningyi rule fmt";
        EXPECT_EQ(meaning_of(*written), meaning_of(text)) << path;
    }
}

TEST(layout, two_spaces_a_level_and_lists_below_their_key) {
    EXPECT_EQ(layout_of("a:\n    b:\n        c: 1\n    d: 2\ne:\n- f: 1\n  g: 2\n-   f: 3\n"),
              "a:\n  b:\n    c: 1\n  d: 2\ne:\n  - f: 1\n    g: 2\n  - f: 3\n");
    EXPECT_EQ(layout_of("- a: 1\n- - b: {c: d}\n  - e: 2\n"), "- a: 1\n- - b: {c: d}\n  - e: 2\n");
}

TEST(layout, blanks_go_and_one_end_of_line_stays) {
    EXPECT_EQ(layout_of("a:   1   \r\nb: 2\r\n\r\n\r\n"), "a: 1\nb: 2\n");
    EXPECT_EQ(layout_of("\n\na: {x:  1,y: 2 ,}\n\n\n\nb: [ p,q ]"), "a: {x: 1, y: 2}\n\nb: [p, q]\n");
    EXPECT_EQ(layout_of("a:\n\n  b: 1\n\n  c: 2\n"), "a:\n  b: 1\n\n  c: 2\n");
}

TEST(layout, a_short_list_of_scalars_is_in_brackets) {
    EXPECT_EQ(layout_of("a:\n  - b\n  - 'c, d'\n  - e, f\n"), "a: [b, 'c, d', 'e, f']\n");
    EXPECT_EQ(layout_of("a:\n  - b  # why\n  - c\n"), "a:\n  - b                                     # why\n  - c\n");
}

TEST(layout, a_map_stays_in_braces_or_in_lines_as_it_was) {
    EXPECT_EQ(layout_of("a: {b: 1, c: {d: 2}}\ne:\n  f: 1\n"), "a: {b: 1, c: {d: 2}}\ne:\n  f: 1\n");
    EXPECT_EQ(layout_of("{a: 1, b: {}, c: []}"), "a: 1\nb: {}\nc: []\n");
}

TEST(layout, what_is_too_long_for_a_line_becomes_a_block_from_the_outside) {
    const std::string fits = "a: {b: {c: 1}, d: " + words(52) + "}";  // 5 a word
    ASSERT_EQ(fits.size(), longest_flow - 2);
    EXPECT_EQ(layout_of(fits), fits + "\n");
    EXPECT_EQ(layout_of("a: {b: {c: 1}, d: " + words(53) + "}"), "a:\n  b: {c: 1}\n  d: " + words(53) + "\n");
    EXPECT_EQ(layout_of("- {a: {b: 1}, c: " + words(60) + "}\n"), "- a: {b: 1}\n  c: " + words(60) + "\n");
    const std::string exact = "a: {b: 1, c: " + std::string(longest_flow - 14, 'x') + "}";
    ASSERT_EQ(exact.size(), longest_flow);
    EXPECT_EQ(layout_of(exact), exact + "\n");
    EXPECT_EQ(layout_of("a: {b: 1, c: " + std::string(longest_flow - 13, 'x') + "}"),
              "a:\n  b: 1\n  c: " + std::string(longest_flow - 13, 'x') + "\n");
}

TEST(layout, expressions_and_texts_with_places_are_in_single_quotes) {
    EXPECT_EQ(layout_of("if: a > b\nwhere: \"a == 'x'\"\nx: b has {c}\n"),
              "if: 'a > b'\nwhere: 'a == ''x'''\nx: 'b has {c}'\n");
    EXPECT_EQ(layout_of("- {if: a, zh: '有 {n} 件'}\n"), "- {if: 'a', zh: '有 {n} 件'}\n");
}

TEST(layout, sentences_lose_quotes_they_do_not_need) {
    EXPECT_EQ(layout_of("{zh: '甲：乙', en: \"a plain one\"}"), "zh: 甲：乙\nen: a plain one\n");
    EXPECT_EQ(layout_of("a: {zh: '甲', en: 'one, two'}\nb:\n  en: 'one, two'\n"),
              "a: {zh: 甲, en: 'one, two'}\nb:\n  en: one, two\n");
    for (const char* kept : {"'a: b'", "'a #b'", "'- a'", "''", "' a'", "'a:'", "'{a}'", "'*a'", "'it''s: so'"}) {
        EXPECT_EQ(layout_of(format("en: {}\n", kept)), format("en: {}\n", kept));
    }
}

TEST(layout, other_scalars_keep_their_quotes) {
    EXPECT_EQ(layout_of("a: '1'\nb: 1\nc: -5\n'3.1': x\nd: [-5, '-5', yes, 'no']\n"),
              "a: '1'\nb: 1\nc: -5\n'3.1': x\nd: [-5, '-5', yes, 'no']\n");
}

TEST(layout, double_quotes_stay_only_for_escapes) {
    EXPECT_EQ(layout_of("a: \"b\"\nc: \"d\\ne\"\nf: \"\\u200b\"\ng: \"\\\\ \\\"h\\\"\"\n"),
              "a: 'b'\nc: \"d\\ne\"\nf: \"\\u200b\"\ng: '\\ \"h\"'\n");
}

TEST(layout, literals_stay_with_their_lines) {
    EXPECT_EQ(layout_of("a: |\n     one # not a comment\n\n       two\nb:\n- |-\n    x\n- {c: d}\n"),
              "a: |\n  one # not a comment\n\n    two\nb:\n  - |-\n    x\n  - {c: d}\n");
}

TEST(layout, comments_stay_before_their_part_and_behind_their_line) {
    EXPECT_EQ(layout_of("# top\n\n#  all\na: 1 # one\n# of b\nb:    # two\n    # of c\n    c: 3\n# end\n"),
              "# top\n\n#  all\na: 1                                      # one\n# of b\n"
              "b:                                        # two\n  # of c\n  c: 3\n# end\n");
    EXPECT_EQ(layout_of("a:\n      b: 1\n      # deep end\n# of c\nc: 2\n"),
              "a:\n  b: 1\n  # deep end\n# of c\nc: 2\n");
    EXPECT_EQ(layout_of("a: 'it # is'   # c\nb: x#y\n"), "a: 'it # is'                              # c\nb: x#y\n");
    EXPECT_EQ(layout_of("- # one\n  a: 1\n- a: 2 # two\n"),
              "# one\n- a: 1\n- a: 2                                    # two\n");
    const std::string wide(50, 'x');
    EXPECT_EQ(layout_of("a: " + wide + " # far\n"), "a: " + wide + "  # far\n");
}

TEST(layout, faults_say_where) {
    const auto written = laid_out("a: 1\nb: [c,\n  d]\ne: &f 1\n", "f.yaml");
    ASSERT_FALSE(written.has_value());
    ASSERT_EQ(written.error().size(), 2U);
    EXPECT_EQ(written.error()[0].line, 2);
    EXPECT_EQ(written.error()[0].code, "E108");
    EXPECT_EQ(written.error()[1].line, 4);
    EXPECT_EQ(written.error()[1].code, "E104");
    EXPECT_FALSE(laid_out("", "f.yaml").has_value());
}

// One careless edit of a line: blanks, comments, empty lines, quotes, indentation.
std::string careless(const std::string& text, std::mt19937& random) {
    std::string edited;
    const auto chance = [&](unsigned of) { return random() % of == 0; };
    const bool is_doubled = chance(3);  // every indentation twice as deep
    for (const std::string_view line : split(text, '\n')) {
        std::string now(line);
        const std::size_t indent = std::min(now.find_first_not_of(' '), now.size());
        if (is_doubled) {
            for (std::size_t at = indent; now.substr(at, 2) == "- "; at += 4) now.insert(at + 1, "  ");
            now.insert(0, indent, ' ');
        }
        const bool has_comment = line.find('#') != std::string_view::npos;
        const std::size_t quote = now.find(": '");
        if (!has_comment && quote != std::string::npos && now.ends_with('\'') &&
            now.find_first_of("{[\"\\") == std::string::npos && now.find('\'', quote + 3) == now.size() - 1 &&
            chance(2)) {
            now[quote + 2] = '"';
            now.back() = '"';
        }
        if (!has_comment && !now.empty() && chance(9)) now += "  # remark " + std::to_string(random() % 1000);
        if (chance(7)) now += std::string(random() % 4, ' ');
        if (chance(11))
            edited +=
                std::string(indent * (is_doubled ? 2 : 1), ' ') + "# before " + std::to_string(random() % 1000) + "\n";
        if (chance(13)) edited += "\n";
        edited += now + (chance(5) ? "\r\n" : "\n");
    }
    return edited;
}

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
    return count;
}

TEST(layout, careless_edits_of_every_pack_file_keep_meaning_and_comments_and_settle_at_once) {
    std::mt19937 random(20261124);
    for (const auto& [path, text] : pack_files()) {
        const std::string edited = careless(text, random);
        const std::string once = layout_of(edited);
        ASSERT_EQ(layout_of(once), once) << path;
        ASSERT_EQ(meaning_of(once), meaning_of(text)) << path;
        ASSERT_EQ(count_of(once, "# remark "), count_of(edited, "# remark ")) << path;
        ASSERT_EQ(count_of(once, "# before "), count_of(edited, "# before ")) << path;
    }
}

// The tree with every map and list in lines and every scalar in quotes.
std::string in_blocks(const yaml::Node& node, std::size_t indent) {
    const auto quoted = [](const yaml::Node& scalar) {
        const bool has_lines = scalar.text.find('\n') != std::string::npos;
        return has_lines ? "\"" + replaced(scalar.text, "\n", "\\n") + "\""
                         : "'" + replaced(scalar.text, "'", "''") + "'";
    };
    if (node.is_scalar()) return " " + quoted(node) + "\n";
    if (node.items.empty() && node.pairs.empty()) return node.is_list() ? " []\n" : " {}\n";
    const std::string blanks(indent, ' ');
    std::string text = indent == 0 ? "" : "\n";
    for (const yaml::Node& item : node.items) text += blanks + "-" + in_blocks(item, indent + 3);
    for (const auto& [key, value] : node.pairs) text += blanks + quoted(key) + ":" + in_blocks(value, indent + 1);
    return text;
}

TEST(layout, every_pack_file_written_in_blocks_and_quotes_keeps_its_meaning_and_settles_at_once) {
    for (const auto& [path, text] : pack_files()) {
        const auto read = yaml::parse(text, path);
        ASSERT_TRUE(read.has_value()) << path;
        const std::string once = layout_of(in_blocks(*read, 0));
        ASSERT_EQ(layout_of(once), once) << path;
        ASSERT_EQ(meaning_of(once), meaning(*read)) << path;
    }
}

std::string random_scalar(bool in_flow) {
    static const std::vector<std::string> plain = {"a",   "yes",  "-5",  "30d", "order.pay", "一 二",
                                                   "x#y", "it's", "a:b", "~",   "2026-01-01"};
    static const std::vector<std::string> quoted = {"'a'",        "''",     "'it''s'",    "\"b\\n\"", "\"\\u4e2d\"",
                                                    "' x '",      "'a: b'", "'[c]'",      "\"'\"",    "'{d} e'",
                                                    "\"tab\\t\"", "'# f'",  "\"\\u0007\""};
    if (!in_flow && *rc::gen::inRange(0, 6) == 0) return "p, q";
    return *rc::gen::element(0, 1) == 0 ? *rc::gen::elementOf(plain) : *rc::gen::elementOf(quoted);
}

std::string random_key(int number) {
    static const std::vector<std::string> keys = {"zh", "en", "if", "k", "'q", "where"};
    const std::string key = *rc::gen::elementOf(keys) + (number == 0 ? "" : std::to_string(number));
    return key.front() == '\'' ? key + "'" : key;
}

std::string random_flow(int depth) {
    const int kind = depth >= 3 ? 0 : *rc::gen::inRange(0, 3);
    if (kind == 0) return random_scalar(true);
    const int count = *rc::gen::inRange(0, 6);
    std::vector<std::string> parts;
    for (int i = 0; i < count; ++i) parts.push_back((kind == 1 ? "" : random_key(i) + ": ") + random_flow(depth + 1));
    const std::string between = *rc::gen::element(", ", " , ");
    return kind == 1 ? "[" + join(parts, between) + "]" : "{" + join(parts, between) + "}";
}

std::string random_comment(int indent) {
    const std::string blanks(static_cast<std::size_t>(indent), ' ');
    switch (*rc::gen::inRange(0, 8)) {
        case 0: return blanks + "# c\n";
        case 1: return "\n";
        case 2: return blanks + "#d\n\n" + blanks + " # e\n";
        default: return "";
    }
}

std::string random_behind() {
    return *rc::gen::element(0, 1, 2, 3) == 0 ? "   # behind\n" : "\n";
}

// Lines of a block at `indent`, written in one of the ways YAML has; `depth` blocks are open around it.
std::string random_block(int indent, int depth) {
    const bool is_list = *rc::gen::element(0, 1) == 0;
    const int count = *rc::gen::inRange(1, 4);
    const std::string blanks(static_cast<std::size_t>(indent), ' ');
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += random_comment(indent);
        text += blanks + (is_list ? "-" : random_key(i) + ":");
        const int kind = depth >= 3 ? *rc::gen::inRange(0, 3) : *rc::gen::inRange(0, 5);
        const int deeper = indent + *rc::gen::inRange(1, 5);
        const std::string inner(static_cast<std::size_t>(deeper), ' ');
        if (kind == 0) {
            text += " " + random_scalar(false) + random_behind();
        } else if (kind == 1) {
            text += " " + random_flow(1) + random_behind();
        } else if (kind == 2) {
            text += std::string(*rc::gen::element(" |", " |-")) + random_behind() + inner + "one # text\n" +
                    *rc::gen::element("", "\n") + inner + "  two\n";
        } else {
            text += random_behind() + random_block(deeper, depth + 1);
        }
    }
    return text + random_comment(indent);
}

TEST(layout, random_documents_keep_their_meaning_and_settle_at_once) {
    const bool holds = rc::check("layout of random documents", [] {
        for (int i = 0; i < 10; ++i) {
            const std::string text = random_block(0, 0);
            const auto read = yaml::parse(text, "f.yaml");
            if (!read) RC_FAIL("not a document: " + to_text(read.error().front()) + "\n" + text);
            const auto once = laid_out(text, "f.yaml");
            if (!once) RC_FAIL(to_text(once.error().front()) + "\n" + text);
            const auto again = yaml::parse(*once, "f.yaml");
            if (!again) RC_FAIL(to_text(again.error().front()) + "\n" + *once);
            RC_ASSERT(meaning(*again) == meaning(*read));
            for (const char* comment : {"# behind", "# c\n", "#d\n", "# e\n"})
                RC_ASSERT(count_of(*once, comment) == count_of(text, comment));
            RC_ASSERT(once->find(" \n") == std::string::npos);
            RC_ASSERT(once->find("\n\n\n") == std::string::npos);
            const auto twice = laid_out(*once, "f.yaml");
            RC_ASSERT(twice.has_value());
            RC_ASSERT(*twice == *once);
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace ningyi::pack
