// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "ledger/conformance_suite.h"
#include "log/conformance_suite.h"
#include "store/sqlite/event_log.h"
#include "store/sqlite/keys.h"
#include "store/sqlite/ledger.h"

namespace ningyi {
namespace {

const std::string root_key(32, 'r');

log::LogStore on_file() {
    return {.name = "file",
            .durable = true,
            .open_log = [](const auto& folder) { return std::make_unique<store::SqliteEventLog>(folder / "log.db"); },
            .open_keys =
                [](const auto& folder) { return std::make_unique<store::SqliteKeys>(folder / "keys.db", root_key); }};
}

log::LogStore in_memory() {
    return {.name = "memory",
            .durable = false,
            .open_log = [](const auto&) { return std::make_unique<store::SqliteEventLog>(""); },
            .open_keys = [](const auto&) { return std::make_unique<store::SqliteKeys>("", root_key); }};
}

ledger::LedgerStore ledger_on_file() {
    return {.name = "file", .durable = true, .open = [](const auto& folder) {
                return std::make_unique<store::SqliteLedger>(folder / "ledger.db");
            }};
}

ledger::LedgerStore ledger_in_memory() {
    return {.name = "memory", .durable = false, .open = [](const auto&) {
                return std::make_unique<store::SqliteLedger>("");
            }};
}

const auto name_of = [](const auto& info) { return info.param.name; };

}  // namespace

namespace log {
INSTANTIATE_TEST_SUITE_P(sqlite, EventLogConformance, testing::Values(on_file(), in_memory()), name_of);
INSTANTIATE_TEST_SUITE_P(sqlite, KeysConformance, testing::Values(on_file(), in_memory()), name_of);
}  // namespace log

namespace ledger {
INSTANTIATE_TEST_SUITE_P(sqlite, LedgerConformance, testing::Values(ledger_on_file(), ledger_in_memory()), name_of);
}  // namespace ledger

}  // namespace ningyi
