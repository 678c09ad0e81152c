// SPDX-License-Identifier: Apache-2.0
// The OsmAnd form and the Traccar client: one report in a query or a form body, or (client 9 and later) in JSON.
// (tracks.md §13)
#pragma once

#include <string_view>

#include "base/time.h"
#include "wire/message.h"

namespace ningyi::wire {

// `target` is the target of the request ("/?id=7&lat=…") or its query; `body` its body: a form, JSON or nothing.
// `received` stands in for a time that is not stated; such a fix has the attribute time_source = received. A report
// without a place becomes a message without fixes. Answered 200 and nothing, and 400 when no device is named; an
// unknown device (404) is for the caller to tell.
Received read_osmand(std::string_view target, std::string_view body, Instant received);

}  // namespace ningyi::wire
