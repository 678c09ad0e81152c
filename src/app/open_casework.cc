// SPDX-License-Identifier: Apache-2.0
#include "app/open_casework.h"

#include "app/commands.h"
#include "model/scope.h"

namespace ningyi::app {

Result<std::unique_ptr<OpenCasework>> open_casework(const std::string& store_path, const std::string& packs_option) {
    auto store = store::DataFolder::open(store_path, store::DataFolder::Opening::existing);
    if (!store) return failure(std::move(store.error()));
    auto lifecycle = lifecycle_of(*store);
    if (!lifecycle) return failure(std::move(lifecycle.error()));
    auto zone = Zone::by_name(store->log().property(zone_property).value_or(Zone::china().name()));
    if (!zone) return failure(std::move(zone.error()));
    const model::Scope scope = model::Scope::of_file_holder("casework", 2);
    casework::State state = lifecycle->state(day_counts(store->ledger().counts(scope)), *zone);
    if (!state.is_adopted) {
        return failure({.file = store_path,
                        .code = "E016",
                        .zh = "这里还没有稽核过，日志里没有规则文本；请先运行 ningyi audit",
                        .en = "nothing was audited here yet and the log holds no rules; run `ningyi audit` first"});
    }
    // The texts of the log are enough; the folder only adds what judging does not rest on.
    std::unique_ptr<Packs> folder;
    if (!packs_option.empty()) {
        auto loaded = load_packs(packs_option);
        if (!loaded) return failure(std::move(loaded.error()));
        folder = std::move(*loaded);
    }
    auto runs = packs_of_store(std::move(state), std::move(folder));
    if (!runs) return failure(std::move(runs.error()));
    return std::make_unique<OpenCasework>(OpenCasework{.store = std::move(*store),
                                                       .lifecycle = std::move(*lifecycle),
                                                       .packs = std::move(runs->packs),
                                                       .state = std::move(runs->state),
                                                       .zone = *zone});
}

}  // namespace ningyi::app
