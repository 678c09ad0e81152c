// SPDX-License-Identifier: Apache-2.0
#include "run/side_by_side.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace ningyi::run {

void side_by_side(std::size_t parts, const std::function<void(std::size_t part)>& work) {
    std::vector<std::exception_ptr> thrown(parts);
    const auto guarded = [&](std::size_t part) {
        try {
            work(part);
        } catch (...) {
            thrown[part] = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    for (std::size_t part = 1; part < parts; ++part) others.emplace_back(guarded, part);
    guarded(0);
    for (std::thread& other : others) other.join();
    for (const std::exception_ptr& one : thrown) {
        if (one) std::rethrow_exception(one);
    }
}

std::size_t usual_parts() {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

}  // namespace ningyi::run
