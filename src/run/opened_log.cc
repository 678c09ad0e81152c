// SPDX-License-Identifier: Apache-2.0
#include "run/opened_log.h"

#include "base/text.h"
#include "casework/draw.h"

namespace ningyi::run {

Faults read_opened(const Source& source, std::uint64_t until,
                   const std::function<void(const engine::ClearEvent&)>& take, const std::function<bool(double)>& go_on,
                   std::uint64_t after) {
    Faults faults;
    const std::uint64_t size = source.log.size();
    source.log.read(after, [&](const log::Event& event) {
        if (event.seq > until) return false;
        auto body = source.open(event);
        if (!body) {
            for (Fault fault : body.error()) {
                fault.zh = format("第 {} 号事件打不开：{}", event.seq, fault.zh);
                fault.en = format("event {} does not open: {}", event.seq, fault.en);
                faults.push_back(std::move(fault));
            }
            return false;
        }
        engine::ClearEvent clear{event.seq,         event.id,          event.type,      event.subject,
                                 event.happened_at, event.recorded_at, std::move(*body)};
        casework::add_computed(clear);
        take(clear);
        return !go_on || event.seq % 512 != 0 || go_on(static_cast<double>(event.seq) / static_cast<double>(size));
    });
    return faults;
}

}  // namespace ningyi::run
