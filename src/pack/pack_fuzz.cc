// SPDX-License-Identifier: Apache-2.0
// Any text as a file of a pack: loading it must end, and must report or accept it. The first byte says which kind of
// file.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/zone.h"
#include "pack/pack.h"
#include "rule/rule_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ningyi;
    if (size == 0) return 0;
    static const std::array<std::string, 7> places{
        "p/model/a.yaml", "p/policy/a.yaml",   "p/params/a.yaml",           "p/tables/a.yaml",
        "p/lists/a.yaml", "p/features/a.yaml", "p/rules/loc/PX-LOC-01.yaml"};
    static const pack::Files frame = {
        {"p/pack.yaml", "name: p\nprefix: PX\nversion: 1\ntitle: {zh: 包, en: Pack}\nrequires: []\nroles: []\n"},
        {"p/model/b.yaml",
         "entities:\n  visit:\n    title: {zh: 探访, en: Visit}\n    key: visit_id\n    date: day\n    fields:\n"
         "      visit_id: {type: string, level: 2, zh: 编号, en: Number}\n      day: {type: date, level: 2, zh: 日期, "
         "en: Day}\n"
         "      far: {type: length, level: 2, zh: 距离, en: Distance}\nevents:\n  p.visit_closed: {subject: visit, "
         "body: [visit_id, day, far]}\n"},
        {"p/policy/b.yaml",
         "policy: D1\ntitle: {zh: 办法, en: M}\nissued: 2024-01-01\nin_force: {from: 2024-01-01}\nclauses:\n  '1': "
         "{zh: 文}\n"}};
    pack::Files files = frame;
    files[places[data[0] % places.size()]] = std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
    const pack::Loaded loaded = pack::load(files, {});
    if (!loaded.faults.empty()) return 0;
    for (const rule::Rule& rule : loaded.set.rules) rule::run_tests(loaded.set, rule, Zone::china());
    return 0;
}
