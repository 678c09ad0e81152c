// SPDX-License-Identifier: Apache-2.0
// One page about one or two tracks: drawings and tables, self-contained, without scripts, in both languages. The same
// tables as lines of text for a terminal.
#pragma once

#include <string>
#include <vector>

#include "model/dictionary.h"

namespace ningyi::exchange {

struct TrackTable {
    model::Label title;
    std::vector<model::Label> columns;
    std::vector<std::vector<model::Label>> rows;
};

struct TrackDrawing {
    model::Label title;
    std::string svg;  // "" is left out
};

struct TrackPage {
    model::Label title;
    std::vector<TrackDrawing> drawings;
    bool is_pair = false;  // the drawings show two tracks, which the legend explains
    std::vector<TrackTable> tables;
};

// `is_english`: which of the two languages is seen.
std::string html_page(const TrackPage& page, bool is_english);

// Columns aligned; a Chinese character is as wide as two letters.
std::string table_text(const TrackTable& table, bool is_english);

}  // namespace ningyi::exchange
