// SPDX-License-Identifier: Apache-2.0
// The one layout of the YAML files of packs: indentation, quotes, what stands on one line, where comments stand. Order,
// texts and comments stay as the author wrote them; nothing is checked here but the YAML itself.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ningyi::pack {

// No map or list is written on one line that is longer than this, in code points.
inline constexpr std::size_t longest_flow = 280;

// Comments behind a line begin in this column, counted from 0, where the line is shorter.
inline constexpr std::size_t comment_column = 42;

// `text` in the layout; laid out again it stays the same. Faults: those of yaml::parse, and E114 for a file whose
// meaning the layout could not keep. `file` names it in faults.
//   - two spaces a level, LF, no blanks at ends of lines, at most one empty line between parts and none elsewhere
//   - a map in braces stays so up to longest_flow; a list of scalars is in brackets up to longest_flow; else blocks
//   - expressions (`if`, `where`, `applies`, `derive`) and texts with { or } in single quotes; sentences (`zh`, `en`)
//     without, where YAML lets them; other scalars keep their quotes; double quotes only where an escape needs them
//   - a comment stays before the part or behind the line it was written at
Result<std::string> laid_out(std::string_view text, const std::string& file);

}  // namespace ningyi::pack
