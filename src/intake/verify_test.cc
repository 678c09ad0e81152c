// SPDX-License-Identifier: Apache-2.0
// Whoever changes the log behind our back is found out: rows are changed in the file by a second connection.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "intake/intake.h"
#include "intake/test_district.h"
#include "log/test_folder.h"
#include "log/verify.h"
#include "store/sqlite/data_folder.h"
#include "trust/merkle.h"

namespace ningyi::intake {
namespace {

constexpr std::uint64_t log_size = 60;

// A log of 60 events with checkpoints at 20, 40 and 60, closed; `public_key` of its signatures.
struct Original {
    log::TestFolder folder;
    std::string public_key;

    Original() {
        const model::Dictionary dictionary = test_dictionary();
        auto data = store::DataFolder::open(folder.path(), store::DataFolder::Opening::create);
        Intake door(data->log(), data->keys(), dictionary, [] { return Instant{1'755'000'000'000}; });
        for (std::uint64_t from = 1; from <= log_size; from += 20) {
            std::vector<log::Draft> drafts;
            for (std::uint64_t i = from; i < from + 20; ++i) drafts.push_back(came(i));
            door.accept(drafts);
            door.checkpoint();
        }
        public_key = door.public_key();
    }
};

// A copy of that log, to be tampered with.
struct Copy {
    log::TestFolder folder;
    std::string public_key;

    Copy() {
        static const Original original;
        public_key = original.public_key;
        std::filesystem::copy(original.folder.path(), folder.path());
    }

    std::filesystem::path file() const { return folder.path() / "log.db"; }

    void tamper(std::string_view sql, store::Session::Parameters parameters) const {
        store::Session session(file(), {.access = store::Session::Access::existing});
        session.execute(sql, parameters);
    }

    log::Verification verified() const {
        store::SqliteEventLog log(file());
        return log::verify(log, {.public_key = public_key});
    }

    // The leaf that the tampered event would have, as a careful forger would write it.
    void forge_leaf(std::uint64_t seq) const {
        std::string leaf;
        {
            store::SqliteEventLog log(file());
            leaf = trust::leaf_hash(log::leaf_data(log::events_of(log, seq - 1).at(0)));
        }
        tamper("UPDATE event SET leaf = $1 WHERE seq = $2",
               {store::Parameter::of_bytes(leaf), store::Parameter::of(seq)});
    }
};

const auto seq_17 = store::Parameter::of(17);

TEST(verify, an_untouched_log_holds_and_says_how_much_is_signed) {
    const Copy copy;
    const log::Verification verified = copy.verified();
    EXPECT_TRUE(verified.holds());
    EXPECT_EQ(verified.size, log_size);
    EXPECT_EQ(verified.signed_size, log_size);
    EXPECT_EQ(verified.checkpoints, 3U);
    EXPECT_EQ(verified.first_bad_seq, std::nullopt);
}

TEST(verify, any_changed_column_is_found_at_its_number) {
    for (const char* const change :
         {"body = CAST(body || x'00' AS BLOB)", "type = 'test.sent'", "subject = 'p18'",
          "happened_at = happened_at + 1", "recorded_at = recorded_at + 1", "actor = 'x'",
          "id = x'00112233445566778899aabbccddeeff'", "leaf = CAST(substr(leaf, 2) || x'00' AS BLOB)"}) {
        const Copy copy;
        copy.tamper(std::string("UPDATE event SET ") + change + " WHERE seq = $1", {seq_17});
        const log::Verification verified = copy.verified();
        EXPECT_FALSE(verified.holds()) << change;
        EXPECT_EQ(verified.first_bad_seq, 17U) << change;
    }
}

TEST(verify, a_forger_who_computes_the_leaf_again_meets_the_signed_checkpoint) {
    const Copy copy;
    copy.tamper("UPDATE event SET subject = 'p99' WHERE seq = $1", {store::Parameter::of(27)});
    copy.forge_leaf(27);
    const log::Verification verified = copy.verified();
    ASSERT_FALSE(verified.holds());
    EXPECT_EQ(verified.first_bad_seq, 21U) << "the first event behind the last checkpoint that fits";
    EXPECT_EQ(verified.faults[0].code, "E667");
    EXPECT_EQ(verified.signed_size, 20U);
}

TEST(verify, a_removed_a_cut_off_and_a_moved_event_are_found) {
    {
        const Copy copy;
        copy.tamper("DELETE FROM event WHERE seq = $1", {seq_17});
        EXPECT_EQ(copy.verified().first_bad_seq, 17U);
    }
    {
        const Copy copy;
        copy.tamper("DELETE FROM event WHERE seq > $1", {store::Parameter::of(55)});
        EXPECT_EQ(copy.verified().first_bad_seq, 56U);
    }
    {
        const Copy copy;
        copy.tamper("UPDATE event SET seq = seq + 1000 WHERE seq IN ($1, $2)", {seq_17, store::Parameter::of(31)});
        copy.tamper("UPDATE event SET seq = 1048 - seq WHERE seq > $1", {store::Parameter::of(1000)});
        EXPECT_EQ(copy.verified().first_bad_seq, 17U);
    }
}

TEST(verify, a_changed_removed_or_foreign_checkpoint_is_found) {
    {
        const Copy copy;
        copy.tamper("UPDATE checkpoint SET note = replace(note, '20', '21') WHERE number = $1",
                    {store::Parameter::of(1)});
        EXPECT_FALSE(copy.verified().holds());
    }
    {
        const Copy copy;
        copy.tamper("DELETE FROM checkpoint WHERE number = $1", {store::Parameter::of(2)});
        EXPECT_FALSE(copy.verified().holds());
    }
    {
        const Copy copy;
        const trust::KeyPair other = trust::key_pair_of(std::string(32, 'o'));
        store::SqliteEventLog log(copy.file());
        EXPECT_FALSE(log::verify(log, {.public_key = other.public_key}).holds());
    }
}

TEST(verify, a_changed_log_is_not_written_on) {
    const Copy copy;
    copy.tamper("DELETE FROM event WHERE seq > $1", {store::Parameter::of(55)});
    auto data = store::DataFolder::open(copy.folder.path(), store::DataFolder::Opening::existing);
    const model::Dictionary dictionary = test_dictionary();
    EXPECT_THROW(Intake(data->log(), data->keys(), dictionary, [] { return Instant{}; }), MachineError);
}

TEST(verify, any_flipped_bit_of_any_body_is_found_at_its_number) {
    const Copy copy;
    store::SqliteEventLog log(copy.file());
    store::Session forger(copy.file(), {.access = store::Session::Access::existing});
    EXPECT_TRUE(rc::check("a flipped bit is found", [&] {
        const auto seq = *rc::gen::inRange<std::uint64_t>(1, log_size + 1);
        const std::string body = log::events_of(log, seq - 1).at(0).body;
        std::string changed = body;
        const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
        changed[at] = static_cast<char>(changed[at] ^ (1 << *rc::gen::inRange(0, 8)));
        const auto put = [&](std::string_view bytes) {
            forger.execute("UPDATE event SET body = $1 WHERE seq = $2",
                           {store::Parameter::of_bytes(bytes), store::Parameter::of(seq)});
        };
        put(changed);
        const log::Verification verified = log::verify(log, {.public_key = copy.public_key});
        put(body);
        RC_ASSERT(verified.first_bad_seq == seq);
    }));
    EXPECT_TRUE(log::verify(log, {.public_key = copy.public_key}).holds());
}

}  // namespace
}  // namespace ningyi::intake
