// SPDX-License-Identifier: Apache-2.0
// A disk that cannot sync: the store stops, acknowledges nothing more and never tries again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "log/test_events.h"
#include "log/test_folder.h"
#include "store/sqlite/data_folder.h"

namespace {

bool syncs_fail = false;
int syncs_asked = 0;

int sync_with(long call, int descriptor) {
    ++syncs_asked;
    if (!syncs_fail) return static_cast<int>(::syscall(call, descriptor));
    errno = EIO;
    return -1;
}

}  // namespace

// These stand in front of the system's own, in this program only.
extern "C" int fsync(int descriptor) {
    return sync_with(SYS_fsync, descriptor);
}
extern "C" int fdatasync(int descriptor) {
    return sync_with(SYS_fdatasync, descriptor);
}

namespace ningyi::store {
namespace {

class Sync : public testing::Test {
protected:
    void TearDown() override { syncs_fail = false; }
    log::TestFolder folder_;
};

TEST_F(Sync, every_group_is_synced_before_it_is_acknowledged) {
    SqliteEventLog log(folder_.path() / "log.db");
    for (std::uint64_t group = 0; group < 5; ++group) {
        const int before = syncs_asked;
        auto items = log::test_items(1 + group * 10, 10);
        log.append(items);
        EXPECT_GE(syncs_asked, before + 1);
        EXPECT_LE(syncs_asked, before + 3) << "one group, one sync (and the head of a new file)";
    }
}

TEST_F(Sync, keys_are_synced_before_they_are_given_out) {
    SqliteKeys keys(folder_.path() / "keys.db", std::string(32, 'r'));
    const std::string owners[] = {"elder/e1"};
    const int before = syncs_asked;
    keys.obtain(owners);
    EXPECT_GT(syncs_asked, before);
}

TEST_F(Sync, after_a_failed_sync_nothing_is_acknowledged_until_the_program_starts_again) {
    std::vector<log::Event> acknowledged;
    {
        SqliteEventLog log(folder_.path() / "log.db");
        auto items = log::test_items(1, 10);
        log.append(items);
        acknowledged = log::events_of(log);
        syncs_fail = true;
        auto more = log::test_items(11, 10);
        try {
            log.append(more);
            FAIL() << "acknowledged without a sync";
        } catch (const SyncFailed& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr("log.db"));
            EXPECT_THAT(error.what(), testing::HasSubstr("程序必须停止"));
        }
        syncs_fail = false;
        EXPECT_THROW(log.append(more), SyncFailed) << "no second try";
        EXPECT_THROW(log::events_of(log), SyncFailed);
    }
    SqliteEventLog log(folder_.path() / "log.db");
    const auto events = log::events_of(log);
    ASSERT_GE(events.size(), acknowledged.size());
    for (std::size_t i = 0; i < acknowledged.size(); ++i) EXPECT_EQ(events[i], acknowledged[i]);
}

TEST_F(Sync, a_folder_that_cannot_be_synced_is_not_opened) {
    syncs_fail = true;
    EXPECT_THROW(static_cast<void>(DataFolder::open(folder_.path() / "data", DataFolder::Opening::create)),
                 MachineError);
}

}  // namespace
}  // namespace ningyi::store
