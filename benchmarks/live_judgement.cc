// SPDX-License-Identifier: Apache-2.0
// Live judgement without a disk: the events of an audited store are fed one by one in the order in which they happened,
// each recorded when it happened, EVENTS of them. A time is that of one Engine::feed(): the event taken in, every
// judgement due by then with its features and track measures, and every judgement again of what the event touched. So
// it is at least the judgement of one order. Reading, opening and sorting the events is outside the figures.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/intake_of_bundle.h"
#include "app/pack_folder.h"
#include "engine/engine.h"
#include "intake/opener.h"
#include "store/sqlite/data_folder.h"

namespace {

using namespace ningyi;

double microseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

void tell(const char* what, std::vector<double> times) {
    if (times.empty()) return;
    std::sort(times.begin(), times.end());
    double sum = 0;
    for (const double time : times) sum += time;
    const auto at = [&](double share) { return times[static_cast<std::size_t>(share * double(times.size() - 1))]; };
    std::printf("%-28s n %8zu  mean %9.1f  p50 %9.1f  p99 %9.1f  max %9.1f us\n", what, times.size(),
                sum / double(times.size()), at(0.5), at(0.99), times.back());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fprintf(stderr, "bench_live_judgement STORE PACKS EVENTS\n"), 2;
    const auto most = static_cast<std::size_t>(std::strtoull(argv[3], nullptr, 10));
    auto packs = app::load_packs(argv[2]);
    auto store = store::DataFolder::open(argv[1], store::DataFolder::Opening::existing);
    if (!packs || !store) return std::fprintf(stderr, "the store or the packs do not open\n"), 2;
    intake::Opener opener(store->keys(), intake::partition_of(store->log()));
    const run::Open open = app::opening_with(opener);
    std::vector<engine::ClearEvent> events;
    store->log().read(0, [&](const log::Event& event) {
        auto body = open(event);
        if (body) {
            events.push_back({event.seq, event.id, event.type, event.subject, event.happened_at, event.happened_at,
                              std::move(*body)});
        }
        return body.has_value();
    });
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.happened_at < b.happened_at; });
    const Zone zone = Zone::china();
    auto engine = engine::Engine::create((*packs)->set, zone);
    if (!engine) return std::fprintf(stderr, "the packs do not compile\n"), 2;
    std::vector<double> quiet, told;
    std::size_t findings = 0;
    for (std::size_t i = 0; i < std::min(most, events.size()); ++i) {
        events[i].seq = i + 1;
        const std::size_t before = findings;
        const auto start = std::chrono::steady_clock::now();
        (*engine)->feed(events[i], [&](engine::Finding) { ++findings; });
        (findings > before ? told : quiet).push_back(microseconds_since(start));
    }
    std::printf("%zu events of %zu, %zu findings and revisions\n", std::min(most, events.size()), events.size(),
                findings);
    tell("feeds that told findings", told);
    tell("feeds that told none", quiet);
    return 0;
}
