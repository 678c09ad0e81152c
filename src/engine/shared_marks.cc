// SPDX-License-Identifier: Apache-2.0
#include "engine/shared_marks.h"

#include <algorithm>

#include "base/check.h"

namespace ningyi::engine {
namespace {

constexpr std::size_t most_late = 4096;

}  // namespace

void SharedMarks::add(RecordIndex record, std::span<const std::uint64_t> marks) {
    for (const std::uint64_t mark : marks) late_[mark].push_back(record);
    late_count_ += marks.size();
    if (late_count_ > std::max(most_late, sorted_.size() / 4)) settle();
}

void SharedMarks::drop(RecordIndex record, std::span<const std::uint64_t> marks) {
    for (const std::uint64_t mark : marks) {
        const auto late = late_.find(mark);
        if (late != late_.end() && std::erase(late->second, record) > 0) {
            if (late->second.empty()) late_.erase(late);
            --late_count_;
            continue;
        }
        auto at = std::lower_bound(sorted_.begin(), sorted_.end(), mark,
                                   [](const Posting& posting, std::uint64_t wanted) { return posting.mark < wanted; });
        while (at != sorted_.end() && at->mark == mark && at->record != record) ++at;
        CHECK(at != sorted_.end() && at->mark == mark);
        at->record = no_record;
        ++dropped_;
    }
}

void SharedMarks::settle() {
    std::erase_if(sorted_, [](const Posting& posting) { return posting.record == no_record; });
    dropped_ = 0;
    const auto is_before = [](const Posting& a, const Posting& b) {
        return a.mark != b.mark ? a.mark < b.mark : a.record < b.record;
    };
    const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
    sorted_.reserve(sorted_.size() + late_count_);
    for (const auto& [mark, records] : late_) {
        for (const RecordIndex record : records) sorted_.push_back({mark, record});
    }
    std::sort(sorted_.begin() + middle, sorted_.end(), is_before);
    std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end(), is_before);
    late_.clear();
    late_count_ = 0;
}

std::vector<RecordIndex> SharedMarks::with_any(std::span<const std::uint64_t> marks) const {
    std::vector<RecordIndex> found;
    for (const std::uint64_t mark : marks) {
        auto at = std::lower_bound(sorted_.begin(), sorted_.end(), mark,
                                   [](const Posting& posting, std::uint64_t wanted) { return posting.mark < wanted; });
        for (; at != sorted_.end() && at->mark == mark; ++at) {
            if (at->record != no_record) found.push_back(at->record);
        }
        const auto late = late_.find(mark);
        if (late != late_.end()) found.insert(found.end(), late->second.begin(), late->second.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace ningyi::engine
