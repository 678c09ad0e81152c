// SPDX-License-Identifier: Apache-2.0
// The plan that goes through everything once says what the streaming one and the naive oracle say.
#include "engine/columnar.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/engine.h"
#include "engine/naive_oracle.h"
#include "engine/test_world.h"
#include "rule/values.h"

namespace ningyi::engine {
namespace {

std::string words(const std::vector<cel::Value>& row) {
    std::string text;
    for (const cel::Value& value : row) text += (value.is_known() ? rule::exact_text(value) : "-") + "|";
    return text;
}

// The reef's features, and some more over the record compared with alone.
pack::Files files_with_more_windows() {
    pack::Files files = reef_files();
    std::string& text = files.at("reef/features/f.yaml");
    const std::string head = ", entity: dive, kind: window, from: reef.dive_logged, revise: 30d, ";
    int number = 0;
    for (const std::string span : {"{last: 12h}", "{rows: 2}", "{calendar: day}", "{calendar: week}",
                                   "{calendar: month}", "{last: 3d, max: 2}"}) {
        for (const std::string agg :
             {"agg: count", "agg: sum, of: b.fee", "agg: min, of: b.depth", "agg: max, of: b.fee",
              "agg: avg, of: b.fee", "agg: distinct, of: b.reef_id", "agg: quantile, q: 30%, of: b.fee"}) {
            const std::string where = number % 2 == 0 ? ", where: 'b.state == \"done\"'" : "";
            text += "- {feature: more_" + std::to_string(++number) + head + "key: [diver_id], span: " + span + ", " +
                    agg + where + "}\n";
        }
    }
    text +=
        "- {feature: third, entity: dive, kind: lag, from: reef.dive_logged, key: [reef_id], n: 3, reach: 2d, where: "
        "'b.state == \"done\" && b.fee > yuan(20)', out: {dive_id: b.dive_id, fee: b.fee}, revise: 30d}\n";
    return files;
}

TEST(columnar, going_through_everything_once_says_what_streaming_and_the_naive_oracle_say) {
    static const Zone zone = Zone::china();
    const rule::RuleSet set = reef_set(files_with_more_windows());
    std::set<std::string> compared;
    std::size_t values = 0;
    std::size_t known = 0;
    for (std::uint64_t seed = 0; seed < 14; ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<ClearEvent> events = random_events(9000 + seed, 10 + 5 * seed);
        auto engine = Engine::create(set, zone);
        ASSERT_TRUE(engine);
        for (const ClearEvent& event : events) (*engine)->load(event);
        const World& world = (*engine)->world();
        const NaiveOracle oracle(set, zone, events);
        for (std::uint16_t f = 0; f < set.features.size(); ++f) {
            const rule::Feature& feature = set.features[f];
            const auto columnar = columnar_rows(feature, (*engine)->paths());
            if (!columnar) continue;
            compared.insert(feature.name);
            ASSERT_EQ(columnar->size(), world.records(world.entity_index(feature.entity)).size());
            for (const ColumnarRows& one : *columnar) {
                SCOPED_TRACE(feature.name + " of " + world.record(one.subject).id);
                Reader reader((*engine)->paths(), one.subject, nullptr);
                const Change* entered = world.entered(one.subject, world.event_index(feature.from));
                const AsOf as_of{reader.time(), entered == nullptr ? Id{} : entered->id};
                const FeatureRows streamed = (*engine)->features().compute(f, reader, as_of, nullptr);
                ASSERT_EQ(one.rows.size(), streamed.rows.size());
                std::vector<NaiveOracle::Row> naive =
                    oracle.rows(feature, world.record(one.subject).id, as_of.time, as_of.id);
                if (naive.empty()) naive.emplace_back();
                ASSERT_EQ(one.rows.size(), naive.size());
                for (std::size_t i = 0; i < one.rows.size(); ++i) {
                    ASSERT_EQ(words(one.rows[i]), words(streamed.rows[i]));
                    std::vector<cel::Value> slow;
                    for (const std::string& fact : (*engine)->features().facts(f))
                        slow.push_back(naive[i].contains(fact) ? naive[i].at(fact) : cel::Value());
                    ASSERT_EQ(words(one.rows[i]), words(slow));
                    values += one.rows[i].size();
                    for (const cel::Value& value : one.rows[i]) known += value.is_known() ? 1 : 0;
                }
            }
        }
    }
    EXPECT_GE(compared.size(), 50U) << "too few features can be gone through once";
    for (const char* name :
         {"before", "fee_week", "shallowest", "middle", "previous", "reef_before", "third", "shared"})
        EXPECT_TRUE(compared.contains(name)) << name;
    for (const char* name : {"deepest", "second", "beside"})
        EXPECT_FALSE(compared.contains(name)) << name << " asks the subject or is told on both sides";
    EXPECT_GT(known, values / 3);
}

}  // namespace
}  // namespace ningyi::engine
