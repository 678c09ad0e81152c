// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/ledger.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "log/test_folder.h"

namespace ningyi::store {
namespace {

const model::Scope everything = model::Scope::of_file_holder("tester", 4);

engine::Finding finding(int number) {
    engine::Finding f;
    f.rule = format("R-{}", number % 3), f.version = 1, f.subject_entity = "order";
    f.subject = format("o-{:05}", number), f.outcome = engine::Outcome::hit, f.agency = "A-1", f.position = 7;
    f.values = {{"over", "length", format("{}", number), false}};
    f.id = engine::finding_id(f);
    return f;
}

std::vector<std::string> ids_in(SqliteLedger& ledger) {
    std::vector<std::string> ids;
    ledger.find(everything, {.current_only = false}, [&](const engine::Finding& one) {
        ids.push_back(one.id);
        return true;
    });
    return ids;
}

// The table of findings as the first format had it.
constexpr const char* first_format = R"(
CREATE TABLE finding (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    dedup TEXT NOT NULL,
    revision INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    agency TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (rule, subject, dedup, version, revision)
) STRICT;
CREATE INDEX finding_of_subject ON finding (subject);
)";

TEST(SqliteLedger, a_ledger_of_the_first_format_is_taken_over_whole) {
    const log::TestFolder folder;
    const std::filesystem::path file = folder.path() / "ledger.db";
    {
        Session session(file, {});
        session.script(first_format);
        for (int i = 0; i < 5; ++i) {
            const engine::Finding f = finding(i);
            session.execute(
                "INSERT INTO finding (id, rule, version, subject, dedup, revision, outcome, agency, bytes) "
                "VALUES ($1, $2, 1, $3, '', 0, 1, 'A-1', $4)",
                {Parameter::of_text(f.id), Parameter::of_text(f.rule), Parameter::of_text(f.subject),
                 Parameter::of_bytes(engine::canonical(f, true))});
        }
    }
    for (int opened = 0; opened < 2; ++opened) {
        SqliteLedger ledger(file);
        EXPECT_EQ(ids_in(ledger),
                  (std::vector{finding(0).id, finding(3).id, finding(1).id, finding(4).id, finding(2).id}));
        EXPECT_EQ(engine::canonical(ledger.find_one(everything, finding(4).id).value(), true),
                  engine::canonical(finding(4), true));
    }
}

TEST(SqliteLedger, many_at_once_are_found_as_few_are_and_none_is_taken_twice) {
    SqliteLedger many(""), few("");
    std::vector<engine::Finding> all;
    for (int i = 0; i < 2500; ++i) all.push_back(finding(i));
    many.record(7, engine::FindingBook(all), {});
    for (std::size_t i = 0; i < all.size(); i += 500)
        few.record(7,
                   engine::FindingBook({all.begin() + static_cast<std::ptrdiff_t>(i),
                                        all.begin() + static_cast<std::ptrdiff_t>(i) + 500}),
                   {});
    EXPECT_EQ(ids_in(many), ids_in(few));
    EXPECT_EQ(ids_in(many).size(), all.size());
    EXPECT_EQ(many.find_one(everything, all[1234].id.substr(0, 12))->subject, all[1234].subject);
    EXPECT_THROW(many.record(8, engine::FindingBook(all), {}), StoreError);

    SqliteLedger empty("");
    all.push_back(all.front());
    EXPECT_THROW(empty.record(7, engine::FindingBook(all), {}), StoreError) << "found when the index is made";
    EXPECT_EQ(empty.position(), 0U);
    EXPECT_TRUE(ids_in(empty).empty());
    all.pop_back();
    empty.record(7, engine::FindingBook(all), {});
    EXPECT_EQ(ids_in(empty), ids_in(many)) << "the indexes stand as before";
}

TEST(SqliteLedger, a_damaged_finding_is_told_and_not_handed_out) {
    const log::TestFolder folder;
    const std::filesystem::path file = folder.path() / "ledger.db";
    SqliteLedger(file).record(7, engine::FindingBook({finding(1), finding(2)}), {});
    {
        Session session(file, {});
        std::string own;
        session.query("SELECT own FROM finding WHERE subject = 'o-00002'", {}, [&](const Row& row) {
            own = row.text(0);
            return false;
        });
        ASSERT_EQ(own.back(), '2') << "the value that the rule used";
        own.back() = '3';
        session.execute("UPDATE finding SET own = $1 WHERE subject = 'o-00002'", {Parameter::of_bytes(own)});
    }
    SqliteLedger ledger(file);
    EXPECT_EQ(ledger.find_one(everything, finding(1).id)->subject, "o-00001");
    EXPECT_THROW(ledger.find_one(everything, finding(2).id), StoreError);
}

}  // namespace
}  // namespace ningyi::store
