// SPDX-License-Identifier: Apache-2.0
#include "base/xml.h"

#include <string>

#include <gtest/gtest.h>

namespace ningyi {
namespace {

// Everything a document says, on one line.
struct Heard {
    std::string text;
    XmlVisitor visitor() {
        return {.begin =
                    [this](std::string_view name, const XmlAttributes& attributes) {
                        text += "<" + std::string(name);
                        for (const auto& [key, value] : attributes)
                            text += " " + std::string(key) + "=" + std::string(value);
                        text += ">";
                    },
                .end = [this](std::string_view name) { text += "</" + std::string(name) + ">"; },
                .text = [this](std::string_view piece) { text += piece; }};
    }
};

const std::string document = "<?xml version=\"1.0\"?>\n<x:a b=\"1 &amp; 2\"><c>晚 &lt;</c><!-- no --><c/></x:a>";

TEST(Xml, elements_and_text_come_in_order_without_prefixes) {
    Heard heard;
    XmlParser xml("a.xml", heard.visitor());
    ASSERT_TRUE(xml.feed(document, true));
    EXPECT_EQ(heard.text, "<a b=1 & 2><c>晚 <</c><c></c></a>");
}

TEST(Xml, pieces_of_any_size_say_the_same) {
    for (std::size_t size = 1; size < document.size(); ++size) {
        Heard heard;
        XmlParser xml("a.xml", heard.visitor());
        for (std::size_t at = 0; at < document.size(); at += size)
            ASSERT_TRUE(xml.feed(std::string_view(document).substr(at, size), at + size >= document.size()));
        EXPECT_EQ(heard.text, "<a b=1 & 2><c>晚 <</c><c></c></a>") << size;
    }
}

TEST(Xml, a_document_that_ends_early_is_a_fault_with_its_place) {
    XmlParser xml("a.xml", {});
    const auto fed = xml.feed("<a>\n<b>", true);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().front().code, "E831");
    EXPECT_EQ(fed.error().front().file, "a.xml");
    EXPECT_EQ(fed.error().front().line, 2);
}

TEST(Xml, document_types_and_with_them_entities_are_refused) {
    for (const char* const text : {"<!DOCTYPE a>\n<a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
                                   "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"}) {
        Heard heard;
        XmlParser xml("a.xml", heard.visitor());
        const auto fed = xml.feed(text, true);
        ASSERT_FALSE(fed) << text;
        EXPECT_NE(fed.error().front().en.find("DOCTYPE"), std::string::npos);
        EXPECT_EQ(heard.text, "");
    }
    XmlParser xml("a.xml", {});
    EXPECT_FALSE(xml.feed("<a>&b;</a>", true)) << "an entity nobody declared";
}

TEST(Xml, depth_and_text_have_their_limits) {
    Heard heard;
    XmlParser deep("a.xml", heard.visitor(), {.depth = 2});
    EXPECT_FALSE(deep.feed("<a><b><c/></b></a>", true));
    EXPECT_EQ(heard.text, "<a><b>");
    XmlParser flat("a.xml", {}, {.depth = 2});
    EXPECT_TRUE(flat.feed("<a><b/><b/></a>", true));
    XmlParser brief("a.xml", {}, {.text_bytes = 4});
    EXPECT_TRUE(brief.feed("<a>1234<b/>1234</a>", true));
    XmlParser wordy("a.xml", {}, {.text_bytes = 4});
    EXPECT_FALSE(wordy.feed("<a>123<!-- -->45</a>", true));
}

}  // namespace
}  // namespace ningyi
