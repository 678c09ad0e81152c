// SPDX-License-Identifier: Apache-2.0
// Many findings held close together: what a rule says in the same way of many subjects (digests, paths, types, marks)
// is kept once, and of each finding only what is its own, as bytes. One is unpacked when it is asked for.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/finding.h"

namespace ningyi::engine {

class FindingBook {
public:
    FindingBook() = default;
    explicit FindingBook(const std::vector<Finding>& findings);  // in their order

    void add(const Finding& finding);
    void sort();  // by (rule, subject, dedup)
    void clear();

    std::size_t size() const { return places_.size(); }
    bool empty() const { return places_.empty(); }

    // The finding at `place`, whole. Several threads may ask at the same time.
    Finding at(std::size_t place) const;
    // The same written over `into`, whose memory is used again.
    void read(std::size_t place, Finding& into) const;
    // Some of what it says, without unpacking the rest.
    Outcome outcome(std::size_t place) const { return shapes_[places_[place].shape].outcome; }
    const std::string& rule(std::size_t place) const { return shapes_[places_[place].shape].rule; }

    std::size_t bytes() const;  // of memory, about

    // How it is held, for stores that keep findings the same way: a shape is a finding with everything left out that is
    // a subject's own; a finding is a shape and its own bytes.
    std::size_t shapes() const { return shapes_.size(); }
    const Finding& shape(std::size_t number) const { return shapes_[number]; }
    std::size_t shape_of(std::size_t place) const { return places_[place].shape; }
    std::string_view own_bytes(std::size_t place) const { return {places_[place].bytes, places_[place].size}; }
    // Puts the two together again, over `into`; false when the bytes do not fit the shape.
    static bool put_together(const Finding& shape, std::string_view own_bytes, Finding& into);

private:
    struct Place {
        const char* bytes = nullptr;
        std::uint32_t size = 0;
        std::uint32_t shape = 0;
    };
    std::uint32_t number_of_shape(const Finding& finding);
    const char* keep(std::string_view packed);

    std::vector<Place> places_;
    std::deque<Finding> shapes_;
    std::unordered_map<std::string, std::uint32_t> shape_numbers_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* free_ = nullptr;  // in the last block
    std::size_t left_ = 0;  // there
    std::size_t kept_bytes_ = 0;
    std::string key_, packed_;  // used again from one finding to the next
};

}  // namespace ningyi::engine
