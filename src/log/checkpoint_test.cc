// SPDX-License-Identifier: Apache-2.0
#include "log/checkpoint.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace ningyi::log {
namespace {

const trust::KeyPair keys = trust::key_pair_of(std::string(32, 'k'));
const Checkpoint second{"ningyi/district", 1234, std::string(32, 'r'), Instant{1'754'000'000'123},
                        std::string(32, 'p')};

TEST(checkpoint, a_signed_note_reads_back) {
    for (Checkpoint checkpoint : {second, Checkpoint{"o", 0, std::string(32, '\0'), Instant{0}, ""}}) {
        EXPECT_EQ(checkpoint_of(note_of(checkpoint, keys), keys.public_key), checkpoint);
    }
}

TEST(checkpoint, its_text_is_fixed_because_notes_are_kept_for_ever) {
    const std::string note = note_of(second, keys);
    EXPECT_EQ(note.substr(0, note.find("\n\n")),
              "ningyi/district\n1234\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\ntime 2025-07-31T22:13:20.123Z\n"
              "previous 7070707070707070707070707070707070707070707070707070707070707070");
    EXPECT_EQ(note.find("\n\n\xE2\x80\x94 ningyi/district "), note.find("\n\n"));
}

TEST(checkpoint, any_changed_byte_is_refused) {
    const std::string note = note_of(second, keys);
    for (std::size_t at = 0; at < note.size(); ++at) {
        for (const int bit : {1, 4, 0x80}) {
            std::string changed = note;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            EXPECT_FALSE(checkpoint_of(changed, keys.public_key)) << at;
        }
        EXPECT_FALSE(checkpoint_of(note.substr(0, at), keys.public_key)) << at;
    }
    EXPECT_FALSE(checkpoint_of(note + "\n", keys.public_key));
    EXPECT_FALSE(checkpoint_of(note + note, keys.public_key));
}

TEST(checkpoint, the_signature_of_somebody_else_is_refused) {
    const trust::KeyPair other = trust::key_pair_of(std::string(32, 'o'));
    EXPECT_FALSE(checkpoint_of(note_of(second, other), keys.public_key));
    EXPECT_FALSE(checkpoint_of(note_of(second, keys), ""));
}

}  // namespace
}  // namespace ningyi::log
