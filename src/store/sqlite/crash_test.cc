// SPDX-License-Identifier: Apache-2.0
// What was acknowledged stays: through kill -9 at any moment, and through a full disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>

#include "base/random.h"
#include "base/text.h"
#include "log/test_events.h"
#include "log/test_folder.h"
#include "log/verify.h"
#include "store/sqlite/data_folder.h"
#include "trust/merkle.h"

namespace ningyi::store {
namespace {

constexpr std::size_t line_size = 16 + 32;  // id and leaf of an acknowledged event

Result<DataFolder> opened(const std::filesystem::path& folder) {
    return DataFolder::open(folder, DataFolder::Opening::create);
}

// Appends groups for ever and writes id and leaf of each acknowledged event to `out`. Never returns.
[[noreturn]] void append_until_killed(const std::filesystem::path& folder, std::uint64_t seed, int out) {
    Random random(seed);
    auto data = opened(folder);
    if (!data) ::_exit(3);
    for (;;) {
        auto items = log::test_items(random.next() >> 1U, 1 + random.below(20));
        for (auto& item : items) item.event.body.resize(random.below(3000), 'b');
        const auto results = data->log().append(items);
        std::string lines;
        for (std::size_t i = 0; i < results.size(); ++i) {
            lines += std::string(items[i].event.id.view()) + results[i].leaf;
        }
        if (::write(out, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) ::_exit(4);
    }
}

std::string everything_from(int descriptor) {
    std::string out;
    char buffer[65536];
    for (ssize_t size = 0; (size = ::read(descriptor, buffer, sizeof buffer)) > 0;) {
        out.append(buffer, static_cast<std::size_t>(size));
    }
    return out;
}

TEST(crash, whatever_was_acknowledged_is_there_after_kill_9_at_any_moment) {
    constexpr int cycles = 30;
    constexpr int most_cycles = 150;  // on a slow disk a child may be killed before its first acknowledgement
    constexpr std::size_t enough = 100;
    const std::uint64_t seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Random random(seed);
    const log::TestFolder folder;
    std::map<std::string, std::string> acknowledged;  // id -> leaf
    int cycle = 0;
    for (; cycle < cycles || (acknowledged.size() < enough && cycle < most_cycles); ++cycle) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            append_until_killed(folder.path(), random.next() + static_cast<std::uint64_t>(cycle), ends[1]);
        }
        ::close(ends[1]);
        ::usleep(static_cast<useconds_t>(random.between(3'000, 120'000)));
        ::kill(child, SIGKILL);
        const std::string lines = everything_from(ends[0]);
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
        for (std::size_t at = 0; at + line_size <= lines.size(); at += line_size) {
            acknowledged[lines.substr(at, 16)] = lines.substr(at + 16, 32);
        }

        auto data = opened(folder.path());
        ASSERT_TRUE(data) << to_text(data.error()[0]);
        std::map<std::string, std::string> held;
        data->log().read(0, [&](const log::Event& event) {
            held[std::string(event.id.view())] = trust::leaf_hash(log::leaf_data(event));
            return true;
        });
        for (const auto& [id, leaf] : acknowledged) ASSERT_EQ(held[id], leaf) << "cycle " << cycle;
        ASSERT_TRUE(log::verify(data->log()).holds());
    }
    EXPECT_GE(acknowledged.size(), enough) << "the test must have done something";
    std::printf("%d kills, %zu acknowledged events, none lost\n", cycle, acknowledged.size());
}

// Appends until the store refuses; what was acknowledged, and the message of the refusal.
struct Filled {
    std::vector<log::Event> acknowledged;
    std::string refusal;
};

Filled fill(DataFolder& data, std::uint64_t first) {
    Filled out;
    for (std::uint64_t group = 0; group < 4000; ++group) {
        auto items = log::test_items(first + group * 8, 8);
        for (auto& item : items) item.event.body.resize(2000, 'b');
        try {
            data.log().append(items);
            for (const auto& item : items) out.acknowledged.push_back(item.event);
        } catch (const DiskFull& error) {
            out.refusal = error.what();
            return out;
        }
    }
    return out;
}

// On a disk that becomes full: refused with a clear message, still readable, nothing acknowledged lost; with room again
// it goes on. `make_room` gives the room.
void survive_a_full_disk(const std::filesystem::path& folder, const std::function<void()>& make_room) {
    Filled filled;
    {
        auto data = opened(folder);
        ASSERT_TRUE(data) << to_text(data.error()[0]);
        filled = fill(*data, 1);
        ASSERT_FALSE(filled.refusal.empty()) << "the disk never became full";
        EXPECT_THAT(filled.refusal, testing::HasSubstr("磁盘空间不足"));
        EXPECT_THAT(filled.refusal, testing::HasSubstr("log.db"));
        EXPECT_THAT(filled.refusal, testing::HasSubstr("MiB"));
        EXPECT_THAT(filled.refusal, testing::HasSubstr("nothing accepted before is lost"));
        EXPECT_EQ(log::events_of(data->log()), filled.acknowledged) << "reading goes on";
        EXPECT_FALSE(fill(*data, 1'000'000).refusal.empty()) << "and is refused again, without harm";
        make_room();
        auto items = log::test_items(2'000'000, 8);
        data->log().append(items);
        for (const auto& item : items) filled.acknowledged.push_back(item.event);
    }
    auto data = opened(folder);
    ASSERT_TRUE(data) << to_text(data.error()[0]);
    const auto events = log::events_of(data->log());
    // Between the two refusals a smaller group may have found room: those events are acknowledged too, in between.
    std::map<Id, log::Event> held;
    for (const auto& event : events) held[event.id] = event;
    for (const auto& event : filled.acknowledged) ASSERT_EQ(held[event.id], event);
    EXPECT_TRUE(log::verify(data->log()).holds());
}

TEST(disk_full, a_full_file_system_loses_nothing_and_says_so) {
    const log::TestFolder folder;
    const auto disk = folder.path() / "disk";
    std::filesystem::create_directory(disk);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") != 0) {
        GTEST_SKIP() << "a small file system can be mounted by root only; the limit on file size is tested instead";
    }
    survive_a_full_disk(disk / "data",
                        [&] { EXPECT_EQ(::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0); });
    EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST(disk_full, a_limit_on_file_size_loses_nothing_and_says_so) {
    const log::TestFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{2U << 20U, RLIM_INFINITY};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(9);
        try {
            survive_a_full_disk(folder.path() / "data", [] {
                const rlimit open{RLIM_INFINITY, RLIM_INFINITY};
                EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &open), 0);
            });
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
        std::fflush(stdout);
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    if (WEXITSTATUS(status) == 9) GTEST_SKIP() << "this system lets nobody limit the size of files";
    EXPECT_EQ(WEXITSTATUS(status), 0) << "see the failures of the child above";
}

}  // namespace
}  // namespace ningyi::store
