// SPDX-License-Identifier: Apache-2.0
// The second plan of a declared window, lag or overlap: every subject at once. Records are parted by key, put in order
// of (time, event id) and gone through once, where Features answers for one subject from what it keeps. Both say the
// same of the same world; this one keeps nothing.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/features.h"

namespace ningyi::engine {

struct ColumnarRows {
    RecordIndex subject = no_record;
    std::vector<std::vector<cel::Value>> rows;  // as FeatureRows::rows
};

// The rows of a feature for every record of its entity, each as of its own time, in the order of the world's records.
// Nothing for features that cannot be gone through once: other kinds, windows that look ahead, overlaps told on both
// sides, a `where` or `of` that asks the subject, and subjects that have no time of their own.
std::optional<std::vector<ColumnarRows>> columnar_rows(const rule::Feature& feature, const Paths& paths);

}  // namespace ningyi::engine
