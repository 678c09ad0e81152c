// SPDX-License-Identifier: Apache-2.0
#include "pack/core_model.h"

#include <gtest/gtest.h>

#include "pack/pack.h"

namespace ningyi::pack {
namespace {

Files reef(const std::string& name, const std::string& model) {
    return {{"reef/pack.yaml",
             "name: " + name + "\nprefix: RE\nversion: 1\ntitle: {zh: 礁, en: Reef}\nrequires: []\nroles: [auditor]\n"},
            {"reef/model/m.yaml", model}};
}

const std::string dive = R"(entities:
  dive:
    title: {zh: 下潜, en: Dive}
    key: dive_id
    fields:
      dive_id: {type: string, level: 2, zh: 编号, en: Number}
)";

TEST(CoreModel, belongs_to_every_set_and_has_no_fault_of_its_own) {
    const Loaded loaded = load(reef("reef", dive), measure_shapes());
    for (const Fault& fault : loaded.faults) ADD_FAILURE() << to_text(fault);
    for (const char* event : {"core.text_adopted", "core.rule_proposed", "core.rule_approved", "core.rule_paused",
                              "core.rule_resumed", "core.rule_retired", "core.params_proposed", "core.params_approved",
                              "core.verdict_given", "core.verdict_repeated", "core.appeal_filed", "core.appeal_decided",
                              "core.draw_made", "core.account_registered"}) {
        ASSERT_NE(loaded.set.dictionary.event(event), nullptr) << event;
        EXPECT_EQ(loaded.set.dictionary.event(event)->pack, core_pack);
    }
    EXPECT_EQ(loaded.set.packs.size(), 1U) << "the core is no pack that could be left out or replaced";
}

TEST(CoreModel, a_pack_may_not_take_its_names) {
    const auto first_code = [](const Files& files) {
        const Loaded loaded = load(files, measure_shapes());
        return loaded.faults.empty() ? std::string("none") : loaded.faults.front().code;
    };
    EXPECT_EQ(first_code(reef("core", dive)), "E507");
    EXPECT_EQ(first_code(reef("reef", R"(entities:
  verdict:
    title: {zh: 结论, en: Verdict}
    key: verdict_id
    fields:
      verdict_id: {type: string, level: 2, zh: 编号, en: Number}
)")),
              "E507");
    EXPECT_EQ(first_code(reef("reef", dive + R"(events:
  core.verdict_given:
    subject: dive
    body: [dive_id]
)")),
              "E507");
}

// Names and notes of people are sealed; who decided stands by number.
TEST(CoreModel, keeps_free_text_of_people_at_the_level_that_is_sealed) {
    const Loaded loaded = load(reef("reef", dive), measure_shapes());
    const model::Entity* verdict = loaded.set.dictionary.entity("verdict");
    ASSERT_NE(verdict, nullptr);
    EXPECT_EQ(verdict->field("note")->level, 3);
    EXPECT_EQ(verdict->field("appeal_reason")->level, 3);
    EXPECT_LE(verdict->field("reviewer")->level, 2);
}

}  // namespace
}  // namespace ningyi::pack
