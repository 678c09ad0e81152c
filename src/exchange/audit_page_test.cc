// SPDX-License-Identifier: Apache-2.0
#include "exchange/audit_page.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "exchange/test_gardens.h"

namespace ningyi::exchange {
namespace {

using namespace fixture;

TEST(audit_page, every_fault_is_reported_with_its_place) {
    const pack::Loaded loaded = pack::load(garden_pack, pack::measure_shapes());
    std::string bad = replaced(garden_page, "garden.gate", "garden.door");
    bad = replaced(bad, "money: fee", "money: began");
    bad = replaced(bad, "firm.name", "gardener.name");
    bad = replaced(bad, "garden.radius", "garden.width");
    bad = replaced(bad, "has(visit.rung_at)", "visit.fee > 3");
    bad += "colour: red\n";
    const auto page = read_audit_page(bad, "audit.yaml", loaded.set);
    ASSERT_FALSE(page);
    std::string all;
    for (const Fault& fault : page.error()) {
        EXPECT_GT(fault.line, 0) << fault.en;
        all += to_text(fault) + "\n";
    }
    for (const char* part : {"garden.door", "began", "firm.<", "garden.width", "colour", ":9:"})
        EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
    EXPECT_FALSE(read_audit_page(replaced(garden_page, "subject: visit", "subject: moon"), "audit.yaml", loaded.set));
}

}  // namespace
}  // namespace ningyi::exchange
