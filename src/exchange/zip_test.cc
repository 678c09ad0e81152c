// SPDX-License-Identifier: Apache-2.0
#include "exchange/zip.h"

#include <gtest/gtest.h>

#include <string>

#include "exchange/archive_fixture.h"

namespace ningyi::exchange {
namespace {

using fixture::bomb;
using fixture::Entry;
using fixture::zip_of;

// The content of an entry, or the code of the fault met on the way.
std::string content_of(const std::string& bytes, const std::string& name, ZipLimits limits = {}) {
    auto archive = ZipArchive::open_memory(bytes, "b.zip", limits);
    if (!archive) return archive.error().at(0).code;
    auto entry = (*archive)->entry(name);
    if (!entry) return entry.error().at(0).code;
    archive->reset();  // the entry keeps it alive
    std::string content, piece(1000, '\0');
    for (;;) {
        const auto size = (*entry)->read(piece.data(), piece.size());
        if (!size) return size.error().at(0).code;
        if (*size == 0) return content;
        content.append(piece, 0, *size);
    }
}

TEST(Zip, streams_an_entry) {
    const std::string zip = zip_of({{"a/", ""}, {"a/orders.csv", "order_id\n1\n"}});
    EXPECT_EQ(content_of(zip, "a/orders.csv"), "order_id\n1\n");
    auto archive = ZipArchive::open_memory(zip, "b.zip");
    EXPECT_EQ((*archive)->names(), std::vector<std::string>{"a/orders.csv"});
}

TEST(Zip, a_deflated_entry_within_the_ratio_is_read) {
    EXPECT_EQ(content_of(zip_of({bomb("a.csv", 1 + 258 * 100)}), "a.csv"), std::string(1 + 258 * 100, 'a'));
}

TEST(Zip, a_bomb_is_stopped_while_inflating_whatever_the_directory_claims) {
    Entry entry = bomb("orders.csv", 1 + 258 * 40'000);
    EXPECT_EQ(content_of(zip_of({entry}), "orders.csv"), "E822");
    entry.unpacked = 100;
    EXPECT_EQ(content_of(zip_of({entry}), "orders.csv").substr(0, 2), "E8");
    EXPECT_EQ(content_of(zip_of({{"a.csv", std::string(5000, 'x')}}), "a.csv", {.unpacked_bytes = 4000}), "E823");
}

TEST(Zip, too_many_entries_are_refused) {
    std::vector<Entry> entries;
    for (int i = 0; i < 1001; ++i) entries.push_back({std::to_string(i) + ".csv", ""});
    EXPECT_EQ(ZipArchive::open_memory(zip_of(entries), "b.zip").error().at(0).code, "E824");
}

TEST(Zip, names_that_leave_the_folder_are_refused) {
    for (const std::string name : {"../x.csv", "a/../../x.csv", "/etc/passwd", "C:/x.csv", "a\\..\\x.csv"}) {
        const auto archive = ZipArchive::open_memory(zip_of({{name, "x"}}), "b.zip");
        ASSERT_FALSE(archive.has_value()) << name;
        EXPECT_EQ(archive.error()[0].code, "E825") << name;
    }
}

TEST(Zip, archives_inside_and_double_names_are_refused_all_at_once) {
    const auto archive =
        ZipArchive::open_memory(zip_of({{"x.zip", "PK"}, {"y.tar.gz", ""}, {"a.csv", "1"}, {"a.csv", "2"}}), "b.zip");
    ASSERT_FALSE(archive.has_value());
    ASSERT_EQ(archive.error().size(), 3U);
    EXPECT_EQ(archive.error()[0].code, "E826");
    EXPECT_EQ(archive.error()[2].code, "E828");
}

TEST(Zip, an_archive_that_is_cut_short_or_changed_is_named) {
    const std::string zip = zip_of({{"a.csv", std::string(3000, 'x')}});
    for (const std::size_t size : {zip.size() - 1, zip.size() / 2, std::size_t{10}, std::size_t{0}}) {
        const auto archive = ZipArchive::open_memory(std::string_view(zip).substr(0, size), "b.zip");
        ASSERT_FALSE(archive.has_value()) << size;
        EXPECT_EQ(archive.error()[0].code, "E821");
        EXPECT_NE(archive.error()[0].zh.find("不完整"), std::string::npos);
    }
    std::string changed = zip;
    changed[100] = 'y';
    EXPECT_EQ(content_of(changed, "a.csv"), "E821");
}

}  // namespace
}  // namespace ningyi::exchange
