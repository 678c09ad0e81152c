// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/test_folder.h"

namespace ningyi::store {
namespace {

std::string one_text(Session& session, std::string_view sql) {
    std::string text;
    session.query(sql, {}, [&](const Row& row) {
        text = row.text(0);
        return false;
    });
    return text;
}

TEST(session, a_file_is_opened_so_that_a_commit_is_a_synced_commit) {
    const log::TestFolder folder;
    Session session(folder.path() / "t.db", {.page_bytes = 16384});
    EXPECT_EQ(one_text(session, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(one_text(session, "PRAGMA synchronous"), "2");
    EXPECT_EQ(one_text(session, "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(one_text(session, "PRAGMA trusted_schema"), "0");
    EXPECT_EQ(one_text(session, "PRAGMA page_size"), "16384");
}

TEST(session, values_of_every_kind_come_back) {
    Session session("", {});
    session.script("CREATE TABLE t (n, i, r, s, b)");
    session.execute("INSERT INTO t VALUES ($1, $2, $3, $4, $5)",
                    {Parameter::null(), Parameter::of(INT64_MIN), Parameter::of_real(0.5), Parameter::of_text("宁颐"),
                     Parameter::of_bytes(std::string_view("\0\xFF", 2))});
    session.execute("INSERT INTO t (s, b) VALUES ($1, $2)", {Parameter::of_text({}), Parameter::of_bytes({})});
    int rows = 0;
    session.query("SELECT n, i, r, s, b FROM t ORDER BY rowid", {}, [&](const Row& row) {
        EXPECT_TRUE(row.is_null(0));
        if (++rows == 1) {
            EXPECT_EQ(row.integer(1), INT64_MIN);
            EXPECT_EQ(row.real(2), 0.5);
            EXPECT_EQ(row.text(3), "宁颐");
            EXPECT_EQ(row.text(4), std::string_view("\0\xFF", 2));
        } else {
            EXPECT_FALSE(row.is_null(3));
            EXPECT_FALSE(row.is_null(4));
        }
        return true;
    });
    EXPECT_EQ(rows, 2);
}

TEST(session, parameters_are_found_by_name_whatever_their_order_in_the_text) {
    Session session("", {});
    std::string text;
    session.query("SELECT $3 || $1 || $2 || $1",
                  {Parameter::of_text("a"), Parameter::of_text("b"), Parameter::of_text("c")}, [&](const Row& row) {
                      text = row.text(0);
                      return true;
                  });
    EXPECT_EQ(text, "caba");
}

TEST(session, a_transaction_that_throws_leaves_nothing) {
    Session session("", {});
    session.script("CREATE TABLE t (i INTEGER PRIMARY KEY)");
    EXPECT_THROW(session.transaction([&] {
        session.execute("INSERT INTO t VALUES (1)");
        throw std::runtime_error("stop");
    }),
                 std::runtime_error);
    EXPECT_EQ(one_text(session, "SELECT count(*) FROM t"), "0");
    session.transaction([&] { session.execute("INSERT INTO t VALUES (2)"); });
    EXPECT_EQ(one_text(session, "SELECT count(*) FROM t"), "1");
}

TEST(session, the_same_statement_may_run_inside_itself) {
    Session session("", {});
    session.script("CREATE TABLE t (i); INSERT INTO t VALUES (1), (2), (3)");
    int visits = 0;
    const std::string sql = "SELECT i FROM t";
    session.query(sql, {}, [&](const Row&) {
        session.query(sql, {}, [&](const Row&) {
            session.query(sql, {}, [&](const Row&) { return ++visits > 0; });
            return true;
        });
        return true;
    });
    EXPECT_EQ(visits, 27);
}

TEST(session, a_wrong_statement_says_where_and_what) {
    Session session("", {});
    try {
        session.execute("SELECT * FROM nowhere");
        FAIL() << "no error";
    } catch (const StoreError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("no such table: nowhere"));
        EXPECT_THAT(error.what(), testing::HasSubstr("(memory)"));
    }
}

TEST(session, a_missing_or_foreign_file_is_refused) {
    const log::TestFolder folder;
    EXPECT_THROW(Session(folder.path() / "t.db", {.access = Session::Access::existing}), StoreError);
    std::filesystem::create_directory(folder.path() / "d");
    EXPECT_THROW(Session(folder.path() / "d", {}), StoreError);
}

}  // namespace
}  // namespace ningyi::store
