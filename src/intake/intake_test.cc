// SPDX-License-Identifier: Apache-2.0
#include "intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "intake/opener.h"
#include "intake/test_district.h"
#include "log/test_folder.h"
#include "log/verify.h"
#include "store/sqlite/data_folder.h"

namespace ningyi::intake {
namespace {

using testing::HasSubstr;

class IntakeTest : public testing::Test {
protected:
    Intake intake() {
        return Intake(data_.log(), data_.keys(), dictionary_, [this] { return now_; });
    }
    Answer accept_one(Intake& intake, const log::Draft& draft) {
        return intake.accept(std::span(&draft, 1)).answers.at(0);
    }
    Opened opened(std::uint64_t seq) {
        Opener opener(data_.keys(), partition_of(data_.log()));
        Result<Opened> out = opener.open(log::events_of(data_.log(), seq - 1).at(0));
        if (!out) throw std::runtime_error(to_text(out.error().at(0)));
        return *out;
    }

    model::Dictionary dictionary_ = test_dictionary();
    store::DataFolder data_ = store::DataFolder::in_memory();
    Instant now_{1'755'000'000'000};
};

TEST_F(IntakeTest, a_draft_comes_back_in_clear_and_lies_sealed_in_the_log) {
    Intake door = intake();
    log::Draft draft = came(1);
    draft.body.set("home", cbor::Value::of_array(std::vector(5, cbor::Value::of(7))));
    const Answer answer = accept_one(door, draft);
    EXPECT_EQ(answer.outcome, Answered::accepted);
    EXPECT_EQ(answer.seq, 1U);
    const log::Event event = log::events_of(data_.log()).at(0);
    EXPECT_EQ(event.recorded_at, now_);
    EXPECT_EQ(event.happened_at, draft.happened_at);
    EXPECT_EQ(event.body.find("王小明"), std::string::npos);
    EXPECT_NE(event.body.find("S-1"), std::string::npos) << "level 2 stays in clear";
    EXPECT_NE(event.body.find("person/p1"), std::string::npos) << "whose key it is";
    const Opened open = opened(1);
    EXPECT_EQ(open.body, draft.body);
    EXPECT_TRUE(open.erased.empty());
}

TEST_F(IntakeTest, one_bad_draft_never_spoils_the_others) {
    Intake door = intake();
    std::vector<log::Draft> drafts = {came(1), came(2), came(3), came(4), came(5)};
    drafts[1].type = "test.unknown";
    drafts[2].body.set("street", cbor::Value::of(3));
    drafts[2].body.set("extra", cbor::Value::of(3));
    drafts[3].subject = "";
    const Acceptance out = door.accept(drafts);
    EXPECT_EQ(out.answers[0].outcome, Answered::accepted);
    EXPECT_EQ(out.answers[1].outcome, Answered::refused);
    EXPECT_THAT(out.answers[1].faults.at(0).en, HasSubstr("test.unknown"));
    EXPECT_EQ(out.answers[2].outcome, Answered::refused);
    EXPECT_EQ(out.answers[2].faults.size(), 2U) << "all faults, not the first";
    EXPECT_EQ(out.answers[3].outcome, Answered::refused);
    EXPECT_EQ(out.answers[4].seq, 2U);
    EXPECT_EQ(data_.log().size(), 2U);
    EXPECT_EQ(data_.keys().find("person/p3"), std::nullopt) << "no key for what was refused";
}

TEST_F(IntakeTest, frames_out_of_bounds_are_refused_with_a_fault) {
    Intake door = intake();
    const auto code_of = [&](const std::function<void(log::Draft&)>& spoil) {
        log::Draft draft = came(1);
        spoil(draft);
        const Answer answer = accept_one(door, draft);
        return answer.outcome == Answered::refused ? answer.faults.at(0).code : "accepted";
    };
    EXPECT_EQ(code_of([](log::Draft& d) { d.id = Id{}; }), "E621");
    EXPECT_EQ(code_of([](log::Draft& d) { d.subject.assign(129, 'x'); }), "E622");
    EXPECT_EQ(code_of([](log::Draft& d) { d.subject = "\xFF"; }), "E622");
    EXPECT_EQ(code_of([](log::Draft& d) { d.actor = std::string("a\0b", 3); }), "E622");
    EXPECT_EQ(code_of([](log::Draft& d) { d.happened_at = Instant{-1}; }), "E623");
    EXPECT_EQ(code_of([](log::Draft& d) { d.happened_at = Instant{INT64_MAX}; }), "E623");
    EXPECT_EQ(code_of([](log::Draft& d) { d.body = cbor::Value::of(1); }), "E600");
    EXPECT_EQ(code_of([](log::Draft& d) { d.type = "test.wrong"; }), "E624");
    log::Draft ownerless = sent(2, "w1", Instant{0});
    ownerless.body.pairs.erase(ownerless.body.pairs.begin(), ownerless.body.pairs.end() - 1);
    ownerless.body = cbor::Value::map();
    ownerless.body.set("block", cbor::Value::of_bytes("x"));
    EXPECT_EQ(accept_one(door, ownerless).faults.at(0).code, "E625");
    EXPECT_EQ(data_.log().size(), 0U);
}

TEST_F(IntakeTest, sending_again_is_harmless_and_other_content_under_the_same_id_is_a_conflict) {
    Intake door = intake();
    const std::vector<log::Draft> drafts = {came(1), came(2)};
    door.accept(drafts);
    const auto before = log::events_of(data_.log());
    now_.ms += 1000;
    const Acceptance again = door.accept(drafts);
    EXPECT_EQ(again.answers[1].outcome, Answered::again);
    EXPECT_EQ(again.answers[1].seq, 2U);
    ASSERT_EQ(again.receipts.size(), 1U);
    EXPECT_TRUE(holds(again.receipts[0], door.public_key())) << "whoever did not hear the first answer gets a receipt";
    log::Draft other = came(2);
    other.body.set("name", cbor::Value::of_text("张三"));
    const Answer conflict = accept_one(door, other);
    EXPECT_EQ(conflict.outcome, Answered::conflict);
    EXPECT_EQ(conflict.seq, 2U);
    EXPECT_THAT(conflict.faults.at(0).en, HasSubstr("other content"));
    EXPECT_EQ(log::events_of(data_.log()), before);
}

TEST_F(IntakeTest, tracks_are_sealed_by_owner_and_month_in_chinese_time_and_bytes_always) {
    Intake door = intake();
    const Instant july = *parse_instant("2025-07-31T23:59:59+08:00");
    const Instant august = *parse_instant("2025-08-01T00:00:00+08:00");
    const std::vector<log::Draft> drafts = {sent(1, "w1", july), sent(2, "w1", august)};
    door.accept(drafts);
    EXPECT_TRUE(data_.keys().find("worker/w1/2025-07"));
    EXPECT_TRUE(data_.keys().find("worker/w1/2025-08"));
    for (const log::Event& event : log::events_of(data_.log())) {
        EXPECT_EQ(event.body.find("secret way"), std::string::npos);
    }
    EXPECT_EQ(opened(2).body, drafts[1].body);
}

TEST_F(IntakeTest, a_destroyed_key_takes_its_fields_away_and_only_those) {
    Intake door = intake();
    const Instant july = *parse_instant("2025-07-15T00:00:00Z");
    const Instant august = *parse_instant("2025-08-15T00:00:00Z");
    const std::vector<log::Draft> drafts = {sent(1, "w1", july), sent(2, "w1", august)};
    door.accept(drafts);
    data_.keys().destroy("worker/w1/2025-07");
    const Opened gone = opened(1);
    EXPECT_EQ(gone.body.find("block"), nullptr);
    EXPECT_EQ(gone.body.find("owner")->text, "w1");
    EXPECT_EQ(gone.erased, std::vector<std::string>{"block"});
    EXPECT_TRUE(opened(2).erased.empty());
    EXPECT_TRUE(log::verify(data_.log()).holds()) << "the log verifies without the key";

    const log::Draft late = sent(3, "w1", july);
    EXPECT_EQ(accept_one(door, late).outcome, Answered::accepted);
    EXPECT_EQ(opened(3).body, late.body);
    EXPECT_EQ(opened(1).erased.size(), 1U) << "a later key does not bring the old content back";
}

TEST_F(IntakeTest, a_sealed_value_that_was_changed_or_moved_is_a_fault_not_a_value) {
    Intake door = intake();
    const std::vector<log::Draft> drafts = {came(1), came(2)};
    door.accept(drafts);
    Opener opener(data_.keys(), partition_of(data_.log()));
    log::Event event = log::events_of(data_.log()).at(0);
    log::Event moved = event;
    moved.id = log::test_id(2);
    EXPECT_FALSE(opener.open(moved));
    event.body.back() = static_cast<char>(event.body.back() ^ 1);
    log::Event cut = event;
    cut.body.pop_back();
    EXPECT_FALSE(opener.open(cut));
    event = log::events_of(data_.log()).at(0);
    // The envelope is the longer of the two values: its middle lies in the ciphertext or the iv.
    const std::size_t middle = event.body.find("person/p1") + 30;
    event.body[middle] = static_cast<char>(event.body[middle] ^ 1);
    const auto changed = opener.open(event);
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().at(0).en, HasSubstr("event 1"));
}

TEST_F(IntakeTest, the_digest_of_equal_content_differs_by_owner_so_that_it_cannot_be_guessed) {
    Intake door = intake();
    const log::Draft draft = came(1);
    EXPECT_EQ(accept_one(door, draft).outcome, Answered::accepted);
    data_.keys().destroy("person/p1");
    EXPECT_EQ(accept_one(door, draft).outcome, Answered::conflict)
        << "without the key nobody can tell what the content was, not even by trying it";
}

TEST_F(IntakeTest, receipts_name_ids_leaves_and_numbers_and_are_signed) {
    Intake door = intake();
    const std::vector<log::Draft> drafts = {came(1), came(2)};
    const Acceptance out = door.accept(drafts);
    ASSERT_EQ(out.receipts.size(), 1U);
    Receipt receipt = out.receipts[0];
    EXPECT_TRUE(holds(receipt, door.public_key()));
    const auto content = cbor::decode(receipt.content);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->items.at(0).text, door.partition());
    const auto& lines = content->items.at(1).items;
    ASSERT_EQ(lines.size(), 2U);
    std::vector<std::string> leaves;
    data_.log().read_leaves(0, [&](std::uint64_t, std::string_view leaf) {
        leaves.emplace_back(leaf);
        return true;
    });
    EXPECT_EQ(lines[1].items.at(0).text, drafts[1].id.view());
    EXPECT_EQ(lines[1].items.at(1).text, leaves[1]);
    EXPECT_EQ(lines[1].items.at(2).integer, 2);
    receipt.content.back() = static_cast<char>(receipt.content.back() ^ 1);
    EXPECT_FALSE(holds(receipt, door.public_key()));
}

TEST_F(IntakeTest, large_takings_are_split_into_groups_and_every_answer_finds_its_receipt) {
    Intake door = intake();
    std::vector<log::Draft> drafts;
    for (std::uint64_t i = 1; i <= Intake::group_events + 10; ++i) drafts.push_back(came(i));
    drafts[5].subject = "";
    const Acceptance out = door.accept(drafts);
    ASSERT_EQ(out.receipts.size(), 2U);
    EXPECT_EQ(out.answers.front().receipt, 0U);
    EXPECT_EQ(out.answers.back().receipt, 1U);
    EXPECT_EQ(out.answers.back().seq, drafts.size() - 1);
    EXPECT_EQ(out.answers[5].outcome, Answered::refused);
    EXPECT_TRUE(holds(out.receipts[1], door.public_key()));
}

TEST_F(IntakeTest, checkpoints_are_signed_on_the_way_and_at_the_end_and_only_when_something_came) {
    {
        Intake door = intake();
        std::vector<log::Draft> drafts;
        for (std::uint64_t i = 1; i <= 2500; ++i) drafts.push_back(came(i));
        door.accept(std::span(drafts).first(999));
        EXPECT_EQ(data_.log().checkpoints().size(), 0U);
        door.accept(std::span(drafts).subspan(999, 1));
        EXPECT_EQ(data_.log().checkpoints().size(), 1U);
        door.accept(std::span(drafts).subspan(1000));
        door.checkpoint();
        EXPECT_EQ(data_.log().checkpoints().size(), 2U);
    }
    Intake door = intake();
    door.checkpoint();
    EXPECT_EQ(data_.log().checkpoints().size(), 2U);
    const log::Draft last = came(9999);
    accept_one(door, last);
    door.checkpoint();
    const log::Verification verified = log::verify(data_.log(), {.public_key = door.public_key()});
    EXPECT_TRUE(verified.holds()) << to_text(verified.faults.at(0));
    EXPECT_EQ(verified.checkpoints, 3U);
    EXPECT_EQ(verified.signed_size, 2501U);
}

TEST_F(IntakeTest, a_clock_that_goes_back_does_not_turn_the_log_back) {
    Intake door = intake();
    const std::vector<log::Draft> drafts = {came(1), came(2)};
    door.accept(std::span(drafts).first(1));
    now_.ms -= 400 * days_ms;
    door.accept(std::span(drafts).subspan(1));
    const auto events = log::events_of(data_.log());
    EXPECT_EQ(events[1].recorded_at, events[0].recorded_at);
}

TEST_F(IntakeTest, a_log_with_the_keys_of_another_is_not_opened) {
    {
        Intake door = intake();
    }
    store::DataFolder other = store::DataFolder::in_memory();
    EXPECT_THROW(Intake(data_.log(), other.keys(), dictionary_, [] { return Instant{}; }), MachineError);
    {
        Intake door(other.log(), other.keys(), dictionary_, [] { return Instant{}; });
    }
    EXPECT_THROW(Intake(data_.log(), other.keys(), dictionary_, [] { return Instant{}; }), MachineError);
}

}  // namespace
}  // namespace ningyi::intake
