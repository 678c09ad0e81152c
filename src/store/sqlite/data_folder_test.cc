// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "base/text.h"
#include "log/test_events.h"
#include "log/test_folder.h"

namespace ningyi::store {
namespace {

using testing::HasSubstr;

DataFolder opened(const std::filesystem::path& folder) {
    auto data = DataFolder::open(folder, DataFolder::Opening::create);
    if (!data) throw std::runtime_error(to_text(data.error().at(0)));
    return std::move(*data);
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(data_folder, it_is_made_with_everything_in_it_and_opens_again) {
    const log::TestFolder folder;
    const auto path = folder.path() / "a" / "b";
    std::string key;
    {
        DataFolder data = opened(path);
        auto items = log::test_items(1, 3);
        data.log().append(items);
        const std::string owners[] = {"elder/e1"};
        key = data.keys().obtain(owners)[0];
        data.ledger().record(3, {}, {});
    }
    for (const char* const name : {"log.db", "ledger.db", "keys.db", "root.key", "lock"}) {
        EXPECT_TRUE(std::filesystem::exists(path / name)) << name;
    }
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
    const auto rights = std::filesystem::status(path / "root.key").permissions();
    EXPECT_EQ(rights, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    DataFolder data = opened(path);
    EXPECT_EQ(data.log().size(), 3U);
    EXPECT_EQ(data.keys().find("elder/e1"), key);
    EXPECT_EQ(data.ledger().position(), 3U);
}

TEST(data_folder, a_second_opener_is_told_which_process_holds_it) {
    const log::TestFolder folder;
    {
        const DataFolder data = opened(folder.path());
        const auto second = DataFolder::open(folder.path(), DataFolder::Opening::existing);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error()[0].code, "E640");
        EXPECT_THAT(second.error()[0].zh, HasSubstr(std::to_string(::getpid())));
        const pid_t child = ::fork();
        if (child == 0) ::_exit(DataFolder::open(folder.path(), DataFolder::Opening::create) ? 1 : 7);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(WEXITSTATUS(status), 7);
    }
    EXPECT_TRUE(DataFolder::open(folder.path(), DataFolder::Opening::existing));
}

TEST(data_folder, what_is_not_there_or_not_a_folder_is_a_fault) {
    const log::TestFolder folder;
    const auto missing = DataFolder::open(folder.path() / "none", DataFolder::Opening::existing);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error()[0].code, "E643");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "none")) << "asking must not make it";
    std::ofstream(folder.path() / "file") << "x";
    const auto file = DataFolder::open(folder.path() / "file", DataFolder::Opening::create);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error()[0].code, "E644");
}

TEST(data_folder, a_missing_or_damaged_root_key_is_never_replaced) {
    const log::TestFolder folder;
    {
        opened(folder.path());
    }
    const auto root = folder.path() / "root.key";
    const std::string key = content_of(root);
    std::filesystem::remove(root);
    const auto missing = DataFolder::open(folder.path(), DataFolder::Opening::create);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error()[0].code, "E642");
    std::ofstream(root) << "short";
    EXPECT_FALSE(DataFolder::open(folder.path(), DataFolder::Opening::create));
    std::ofstream(root) << std::string(32, 'x');
    EXPECT_THROW(opened(folder.path()), MachineError) << "the key of another folder";
    std::ofstream(root) << key;
    EXPECT_NO_THROW(opened(folder.path()));
}

TEST(data_folder, a_log_without_its_keys_is_not_given_new_ones) {
    const log::TestFolder folder;
    {
        opened(folder.path());
    }
    std::filesystem::remove(folder.path() / "keys.db");
    const auto data = DataFolder::open(folder.path(), DataFolder::Opening::create);
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error()[0].code, "E642");
}

TEST(data_folder, no_key_stands_in_clear_in_any_file_and_a_destroyed_one_leaves_no_trace) {
    const log::TestFolder folder;
    DataFolder data = opened(folder.path());
    const std::vector<std::string> owners = {"elder/e1", "elder/e2"};
    const auto keys = data.keys().obtain(owners);
    const auto find_everywhere = [&](std::string_view needle) {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            count += content_of(entry.path()).find(needle) != std::string::npos ? 1 : 0;
        }
        return count;
    };
    EXPECT_EQ(find_everywhere(keys[0]), 0);
    EXPECT_GT(find_everywhere("elder/e1"), 0);
    data.keys().destroy("elder/e1");
    EXPECT_EQ(find_everywhere("elder/e1"), 0);
    EXPECT_GT(find_everywhere("elder/e2"), 0);
}

TEST(data_folder, the_one_in_memory_works_like_the_others_and_makes_no_file) {
    DataFolder data = DataFolder::in_memory();
    auto items = log::test_items(1, 3);
    data.log().append(items);
    EXPECT_EQ(data.log().size(), 3U);
    EXPECT_TRUE(data.path().empty());
}

}  // namespace
}  // namespace ningyi::store
