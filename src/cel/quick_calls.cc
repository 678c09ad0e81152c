// SPDX-License-Identifier: Apache-2.0
#include "cel/quick_calls.h"

#include "cel/functions.h"

namespace ningyi::cel {

Quick quick_of(Call call) {
    struct Entry {
        Call call;
        Quick quick;
    };
    static const Entry entries[] = {{calendar_function("on"), Quick::on},
                                    {calendar_function("hour"), Quick::hour},
                                    {calendar_function("weekday"), Quick::weekday},
                                    {calendar_function("clock_between"), Quick::clock_between},
                                    {calendar_function("overlap"), Quick::overlap},
                                    {quantity_function("times"), Quick::times},
                                    {quantity_function("ratio_of"), Quick::ratio_of},
                                    {quantity_function("speed"), Quick::speed},
                                    {math_function("math.abs"), Quick::absolute},
                                    {math_function("math.least"), Quick::least},
                                    {math_function("math.greatest"), Quick::greatest}};
    for (const Entry& entry : entries) {
        if (entry.call == call) return entry.quick;
    }
    return Quick::none;
}

}  // namespace ningyi::cel
