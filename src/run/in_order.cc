// SPDX-License-Identifier: Apache-2.0
#include "run/in_order.h"

#include <condition_variable>
#include <mutex>

#include "run/side_by_side.h"

namespace ningyi::run {

void in_order(std::size_t parts, std::size_t pieces,
              const std::function<void(std::size_t part, std::size_t piece)>& make,
              const std::function<void(std::size_t part, std::size_t piece)>& take) {
    std::mutex mutex;
    std::condition_variable taken;
    std::size_t next = 0;  // to be made
    std::size_t turn = 0;  // to be taken
    bool is_over = false;  // a piece failed
    const auto work = [&](std::size_t part) {
        for (;;) {
            std::unique_lock lock(mutex);
            const std::size_t piece = next++;
            if (is_over || piece >= pieces) return;
            lock.unlock();
            make(part, piece);
            lock.lock();
            taken.wait(lock, [&] { return is_over || turn == piece; });
            if (is_over) return;
            lock.unlock();
            take(part, piece);  // nobody else takes while it is this piece's turn
            lock.lock();
            ++turn;
            taken.notify_all();
        }
    };
    side_by_side(parts, [&](std::size_t part) {
        try {
            work(part);
        } catch (...) {
            const std::lock_guard lock(mutex);
            is_over = true;
            taken.notify_all();
            throw;
        }
    });
}

}  // namespace ningyi::run
