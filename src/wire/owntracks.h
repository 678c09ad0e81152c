// SPDX-License-Identifier: Apache-2.0
// OwnTracks over HTTP: one JSON object a body, or an array of them. Locations become fixes; everything else the app
// sends is kept as attributes.  (tracks.md §13)
#pragma once

#include <string_view>

#include "wire/message.h"

namespace ningyi::wire {

// Who sends, by the names of the request: those of the login, or X-Limit-U and X-Limit-D. Empty when not given.
struct OwntracksSender {
    std::string_view user;
    std::string_view device;
};

// The answer is always 200 and "[]": the app sends again for ever what it is told was wrong. A wrong login (401) and
// an unknown device (403) are for the caller to tell. The device is "user/device" of the sender, else the end of the
// object's topic, else its tracker id.
Received read_owntracks(std::string_view body, const OwntracksSender& sender = {});

}  // namespace ningyi::wire
