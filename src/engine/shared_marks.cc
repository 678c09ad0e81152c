// SPDX-License-Identifier: Apache-2.0
#include "engine/shared_marks.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace ningyi::engine {
namespace {

constexpr std::size_t most_late = 4096;
constexpr std::size_t postings_a_bucket = 4;

std::uint32_t kept_of(std::uint64_t mark) {
    return static_cast<std::uint32_t>(mark);
}

}  // namespace

std::size_t SharedMarks::lower_bound(std::uint32_t mark) const {
    const std::size_t bucket = bucket_of(mark);
    const auto begin = sorted_.begin() + buckets_[bucket];
    const auto end = sorted_.begin() + buckets_[bucket + 1];
    const auto at = std::lower_bound(
        begin, end, mark, [](const Posting& posting, std::uint32_t wanted) { return posting.mark < wanted; });
    return static_cast<std::size_t>(at - sorted_.begin());
}

void SharedMarks::add(RecordIndex record, std::span<const std::uint64_t> marks) {
    for (const std::uint64_t mark : marks) late_[kept_of(mark)].push_back(record);
    late_count_ += marks.size();
    if (late_count_ > std::max(most_late, sorted_.size() / 4)) settle();
}

void SharedMarks::add_to_settle(RecordIndex record, std::span<const std::uint64_t> marks) {
    for (const std::uint64_t mark : marks) sorted_.push_back({kept_of(mark), record});
}

void SharedMarks::drop(RecordIndex record, std::span<const std::uint64_t> marks) {
    for (const std::uint64_t mark : marks) {
        const std::uint32_t kept = kept_of(mark);
        const auto late = late_.find(kept);
        const auto own = late == late_.end() ? std::vector<RecordIndex>::iterator()
                                             : std::find(late->second.begin(), late->second.end(), record);
        if (late != late_.end() && own != late->second.end()) {
            late->second.erase(own);
            if (late->second.empty()) late_.erase(late);
            --late_count_;
            continue;
        }
        std::size_t at = lower_bound(kept);
        while (at < sorted_.size() && sorted_[at].mark == kept && sorted_[at].record != record) ++at;
        CHECK(at < sorted_.size() && sorted_[at].mark == kept);
        sorted_[at].record = no_record;
        ++dropped_;
    }
}

void SharedMarks::settle() {
    std::erase_if(sorted_, [](const Posting& posting) { return posting.record == no_record; });
    dropped_ = 0;
    const auto is_before = [](const Posting& a, const Posting& b) {
        return a.mark != b.mark ? a.mark < b.mark : a.record < b.record;
    };
    sorted_.reserve(sorted_.size() + late_count_);
    const auto middle = std::is_sorted_until(sorted_.begin(), sorted_.end(), is_before) - sorted_.begin();
    for (const auto& [mark, records] : late_) {
        for (const RecordIndex record : records) sorted_.push_back({mark, record});
    }
    std::sort(sorted_.begin() + middle, sorted_.end(), is_before);
    std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end(), is_before);
    late_.clear();
    late_count_ = 0;
    // About so many postings lie in a bucket.
    const unsigned bits = static_cast<unsigned>(std::bit_width(sorted_.size() / postings_a_bucket));
    bucket_shift_ = 32 - std::min(bits, 32U);
    CHECK(sorted_.size() <= UINT32_MAX);
    buckets_.assign((std::size_t{1} << (32 - bucket_shift_)) + 1, 0);
    for (const Posting& posting : sorted_) ++buckets_[bucket_of(posting.mark) + 1];
    for (std::size_t i = 1; i < buckets_.size(); ++i) buckets_[i] += buckets_[i - 1];
}

std::vector<RecordIndex> SharedMarks::with_any(std::span<const std::uint64_t> marks) const {
    std::vector<RecordIndex> found;
    for (const std::uint64_t mark : marks) {
        const std::uint32_t kept = kept_of(mark);
        for (std::size_t at = lower_bound(kept); at < sorted_.size() && sorted_[at].mark == kept; ++at) {
            if (sorted_[at].record != no_record) found.push_back(sorted_[at].record);
        }
        if (late_count_ == 0) continue;
        const auto late = late_.find(kept);
        if (late != late_.end()) found.insert(found.end(), late->second.begin(), late->second.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace ningyi::engine
