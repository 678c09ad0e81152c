// SPDX-License-Identifier: Apache-2.0
#include "exchange/mapping_types.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "pack/pack.h"

namespace ningyi::exchange {
namespace {

namespace fs = std::filesystem;

// A library: loans of books, whose file knows when each was printed.
constexpr std::string_view books = R"(import: books
title: {zh: 书, en: Books}
columns:
  book: {type: text, required: true}
  printed: {type: date}
  bought: {type: time}
  pages: {type: integer}
  shelf: {type: text}
  kind: {type: word, words: [novel, map]}
events: []
)";

model::Dictionary library() {
    model::Dictionary dictionary;
    model::Entity loan;
    loan.name = "loan";
    const auto field = [&](const char* name, model::FieldType type) {
        model::Field one;
        one.name = name;
        one.type = type;
        loan.fields.push_back(one);
    };
    field("printed", model::FieldType::date);
    field("bought", model::FieldType::timestamp);
    field("pages", model::FieldType::integer);
    field("shelf", model::FieldType::string);
    field("late", model::FieldType::boolean);
    field("kind", model::FieldType::enumeration);
    loan.fields.back().words = {"novel", "map"};
    dictionary.entities.push_back(loan);
    model::EventType lent;
    lent.name = "p.lent";
    lent.subject = "loan";
    lent.body = {"printed", "bought", "pages", "shelf", "late", "kind"};
    dictionary.events.push_back(lent);
    return dictionary;
}

// What is said of a mapping of loans with this body; every fault as "line: english words".
std::vector<std::string> said_of(const std::string& body, const std::string& event = "p.lent") {
    const std::map<std::string, std::string> files = {{"p/import/books.yaml", std::string(books)},
                                                      {"p/import/loans.yaml", R"(import: loans
title: {zh: 借阅, en: Loans}
columns:
  book: {type: text, required: true}
  day: {type: date}
  hour: {type: time}
  genre: {type: word, words: [novel, atlas]}
events:
  - event: )" + event + R"(
    subject: book
    happened_at: hour
    body:
)" + body}};
    const auto mappings = read_mappings(files);
    if (!mappings) return {to_text(mappings.error().front())};
    std::vector<std::string> said;
    for (const Fault& fault : faults_of(*mappings, library())) {
        EXPECT_EQ(fault.file, "p/import/loans.yaml");
        EXPECT_EQ(fault.code, "E846");
        EXPECT_FALSE(fault.zh.empty());
        said.push_back(format("{}: {}", fault.line, fault.en));
    }
    return said;
}

using Said = std::vector<std::string>;

TEST(mapping_types, a_date_looked_up_in_another_file_comes_as_text_and_fits_no_date) {
    EXPECT_EQ(
        said_of("      printed: {file: books, by: book, take: printed}\n"),
        (Said{"13: field printed of p.lent is date: column printed (date) of books, which a look-up brings as text, "
              "does not fit"}));
    EXPECT_EQ(said_of("      bought: {column: hour, else: {file: books, by: book, take: bought}}\n").size(), 1U)
        << "what stands in for an absent column is looked at as well";
    EXPECT_EQ(said_of("      pages: {file: books, by: book, take: pages}\n").size(), 1U);
}

TEST(mapping_types, texts_and_words_may_be_looked_up) {
    EXPECT_EQ(
        said_of("      shelf: {file: books, by: book, take: shelf}\n      kind: {file: books, by: book, take: kind}\n"),
        Said{});
    EXPECT_EQ(said_of("      shelf: {file: books, by: book, take: printed}\n"), Said{}) << "a date is a text, too";
    EXPECT_EQ(said_of("      kind: {file: books, by: book, take: shelf}\n").size(), 1U)
        << "any text is no word of a list";
}

TEST(mapping_types, a_column_of_another_type_or_with_other_words_is_told) {
    EXPECT_EQ(said_of("      printed: day\n      bought: hour\n      late: {boolean: true}\n"), Said{});
    EXPECT_EQ(said_of("      bought: day\n"),
              (Said{"13: field bought of p.lent is timestamp: column day (date) does not fit"}))
        << "both are whole numbers: nobody else would tell";
    EXPECT_EQ(said_of("      kind: genre\n"),
              (Said{"13: field kind of p.lent takes no \"atlas\", only one of: novel, map"}));
    EXPECT_EQ(said_of("      kind: {constant: poem}\n").size(), 1U);
    EXPECT_EQ(said_of("      late: {text: 'yes {book}'}\n").size(), 1U);
}

TEST(mapping_types, unknown_events_and_fields_are_told) {
    EXPECT_EQ(said_of("      colour: book\n"), (Said{"13: event p.lent has no field colour"}));
    EXPECT_EQ(said_of("      shelf: book\n", "p.lost"), (Said{"13: there is no event p.lost"}));
}

TEST(mapping_types, the_mappings_of_the_packs_of_this_project_fit_their_model) {
    pack::Files files;
    for (const auto& entry : fs::recursive_directory_iterator("packs")) {
        if (!entry.is_regular_file()) continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        files[fs::relative(entry.path(), "packs").generic_string()] = text.str();
    }
    const pack::Loaded loaded = pack::load(files, pack::measure_shapes());
    ASSERT_TRUE(loaded.faults.empty()) << to_text(loaded.faults.front());
    const auto mappings = read_mappings(files);
    ASSERT_TRUE(mappings) << to_text(mappings.error().front());
    const Faults faults = faults_of(*mappings, loaded.set.dictionary);
    EXPECT_TRUE(faults.empty()) << to_text(faults.front());
}

}  // namespace
}  // namespace ningyi::exchange
