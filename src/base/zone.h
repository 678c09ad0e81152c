// SPDX-License-Identifier: Apache-2.0
// A time zone as a plain table of offsets, read once by the program and handed in: the engine opens no file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ningyi {

class Zone {
public:
    struct Step {
        Instant from;
        int offset_minutes = 0;
    };

    // REQUIRES: steps sorted by `from`, at least one.
    Zone(std::string name, std::vector<Step> steps);

    // UTC+8 without daylight saving, as China has been since 1992.
    static Zone china();

    // The zone of the system's table by its name (Asia/Shanghai), from 1970 to 2100, or what is wrong with the name.
    static Result<Zone> by_name(std::string_view name);

    const std::string& name() const { return name_; }
    int offset_minutes(Instant instant) const;
    Date date(Instant instant) const;           // the calendar day there
    Millis time_of_day(Instant instant) const;  // ms since local midnight, [0, 24 h)
    Instant midnight(Date date) const;          // when that day begins there

private:
    std::string name_;
    std::vector<Step> steps_;
};

}  // namespace ningyi
