// SPDX-License-Identifier: Apache-2.0
#include "exchange/fix_blocks.h"

#include <algorithm>

namespace ningyi::exchange {
namespace {

constexpr std::size_t fixes_in_block = 128;  // tracks.md §11
constexpr std::size_t max_open = 4096;       // about 64 MB at most

}  // namespace

void FixBlocks::add(std::string_view carrier, std::string_view device, const track::Fix& fix) {
    key_.assign(carrier);
    key_ += '\x1f';
    key_ += device;
    if (last_ == nullptr || key_ != last_key_) {
        auto found = open_.find(key_);
        if (found == open_.end()) {
            if (open_.size() >= max_open) finish();
            found = open_.emplace(key_, Open{}).first;
            found->second.block.carrier = carrier;
            found->second.block.device = device;
        }
        last_ = &found->second;
        last_key_ = key_;
    }
    Open& open = *last_;
    if (!open.block.fixes.empty() && (fix.at.ms < open.day_from || fix.at.ms >= open.day_to)) close(open);
    if (open.block.fixes.empty()) {
        const Date day = zone_.date(fix.at);
        open.day_from = zone_.midnight(day).ms;
        open.day_to = zone_.midnight(Date{day.days + 1}).ms;
    }
    open.block.fixes.push_back(fix);
    if (open.block.fixes.size() == fixes_in_block) close(open);
}

void FixBlocks::close(Open& open) {
    FixBlock block{open.block.carrier, open.block.device, std::move(open.block.fixes)};
    open.block.fixes.clear();
    std::ranges::stable_sort(block.fixes, {}, [](const track::Fix& fix) { return fix.at; });
    done_(std::move(block));
}

void FixBlocks::finish() {
    std::vector<std::pair<std::string, Open*>> rest;
    for (auto& [key, open] : open_) {
        if (!open.block.fixes.empty()) rest.emplace_back(key, &open);
    }
    std::ranges::sort(rest, {}, [](const auto& one) -> const std::string& { return one.first; });
    for (auto& [key, open] : rest) close(*open);
    open_.clear();
    last_ = nullptr;
    last_key_.clear();
}

}  // namespace ningyi::exchange
