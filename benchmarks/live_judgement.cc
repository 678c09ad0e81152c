// SPDX-License-Identifier: Apache-2.0
// Live judgement without a disk: EVENTS events of an audited store are fed one by one in the order in which they
// happened, each recorded when it happened, from the first one on whose like is named FROM (a type of event; what comes
// before is fed as well but not timed). Told are the time of one Engine::feed() by type of event, of one judgement (one
// subject by every rule that fell due, or again), and how many subjects one feed judges again. Reading, opening and
// sorting the events is outside the figures.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>

#include "app/intake_of_bundle.h"
#include "app/pack_folder.h"
#include "engine/engine.h"
#include "intake/opener.h"
#include "store/sqlite/data_folder.h"

namespace {

using namespace ningyi;

// Of this thread's own time, so that what else the machine does is outside the figures.
double microseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

void tell(const std::string& what, std::vector<double> numbers, const char* unit = "us") {
    if (numbers.empty()) return;
    std::sort(numbers.begin(), numbers.end());
    double sum = 0;
    for (const double number : numbers) sum += number;
    const auto at = [&](double share) {
        return numbers[static_cast<std::size_t>(share * static_cast<double>(numbers.size() - 1))];
    };
    std::printf("%-34s n %7zu  mean %8.1f  p50 %8.1f  p90 %8.1f  p99 %8.1f  max %8.1f %s\n", what.c_str(),
                numbers.size(), sum / static_cast<double>(numbers.size()), at(0.5), at(0.9), at(0.99), numbers.back(),
                unit);
}

constexpr std::size_t many_rules = 10;

class Watching final : public engine::Watch {
public:
    void begins(const engine::Engine& engine, engine::RecordIndex record, bool again) override {
        kind_ = engine.world().entity(engine.world().record(record).entity).name + (again ? ", again" : ", due");
        start_ = microseconds();
        is_again_ = again;
    }
    void ends(std::size_t rules) override {
        const double time = microseconds() - start_;
        times[kind_ + (rules == 0 ? ", nothing new" : rules < many_rules ? "" : ", all rules")].push_back(time);
        again_ += is_again_ && rules > 0 ? 1 : 0;
    }
    std::size_t judged_again() { return std::exchange(again_, 0); }

    std::map<std::string, std::vector<double>> times;

private:
    std::string kind_;
    std::size_t again_ = 0;
    bool is_again_ = false;
    double start_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4 && argc != 5) return std::fprintf(stderr, "bench_live_judgement STORE PACKS EVENTS [FROM]\n"), 2;
    const auto most = static_cast<std::size_t>(std::strtoull(argv[3], nullptr, 10));
    const std::string from = argc == 5 ? argv[4] : "home_care.order_closed";
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
    const auto first =
        std::find_if(events.begin(), events.end(), [&](const auto& event) { return event.type == from; });
    const auto begin = static_cast<std::size_t>(first == events.end() ? 0 : first - events.begin());
    const std::size_t end = std::min(begin + most, events.size());
    const Zone zone = Zone::china();
    auto engine = engine::Engine::create((*packs)->set, zone);
    if (!engine) return std::fprintf(stderr, "the packs do not compile\n"), 2;
    std::map<std::string, std::vector<double>> by_type;
    std::vector<double> all, again;
    std::size_t findings = 0;
    Watching watching;
    for (std::size_t i = 0; i < end; ++i) {
        events[i].seq = i + 1;
        if (i == begin) (*engine)->watch(&watching);
        const double start = microseconds();
        (*engine)->feed(events[i], [&](engine::Finding) { ++findings; });
        if (i < begin) continue;
        all.push_back(microseconds() - start);
        by_type[events[i].type].push_back(all.back());
        again.push_back(static_cast<double>(watching.judged_again()));
    }
    std::printf("%zu events of %zu, after %zu; %zu findings and revisions\n", end - begin, events.size(), begin,
                findings);
    tell("feed, every event", all);
    for (const auto& [type, times] : by_type) tell("feed, " + type, times);
    for (const auto& [kind, times] : watching.times) tell("judgement of " + kind, times);
    tell("judged again by one feed", again, "subjects");
    return 0;
}
