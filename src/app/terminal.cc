// SPDX-License-Identifier: Apache-2.0
#include "app/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace ningyi::app {

namespace {
constexpr std::size_t most_faults = 50;
constexpr int bar_cells = 24;
}  // namespace

Language language_of(std::string_view option) {
    if (option == "en") return Language::en;
    if (option == "zh") return Language::zh;
    const char* lang = std::getenv("LANG");
    const std::string_view set = lang == nullptr ? "" : lang;
    return set.substr(0, 2) == "en" ? Language::en : Language::zh;
}

void Terminal::say(std::string_view zh, std::string_view en) const {
    const std::string_view text = pick(zh, en);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

std::string Terminal::text_of(const Fault& fault) const {
    Fault one = fault;
    if (language_ == Language::zh && !one.zh.empty()) one.en.clear();
    if (language_ == Language::en && !one.en.empty()) one.zh.clear();
    return to_text(one);
}

void Terminal::complain(const Fault& fault) const {
    const std::string text = text_of(fault) + "\n";
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void Terminal::complain(const Faults& faults) const {
    for (std::size_t i = 0; i < faults.size() && i < most_faults; ++i) complain(faults[i]);
    if (faults.size() > most_faults) {
        complain(Fault{.zh = format("……另有 {} 处问题", faults.size() - most_faults),
                       .en = format("… and {} more faults", faults.size() - most_faults)});
    }
}

void Terminal::progress(std::string_view zh, std::string_view en, double share) {
    if (isatty(STDERR_FILENO) == 0) return;
    const auto now = std::chrono::steady_clock::now();
    const bool last = share >= 1;
    if (!last && open_ && now - drawn_ < std::chrono::milliseconds(100)) return;
    if (last && !open_) return;
    drawn_ = now;
    open_ = !last;
    const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * bar_cells);
    std::string line = "\r\x1b[K" + std::string(pick(zh, en)) + " ";
    for (int i = 0; i < bar_cells; ++i) line += i < full ? "█" : "░";
    line += format(" {:3.0f} %", std::clamp(share, 0.0, 1.0) * 100);
    if (last) line = "\r\x1b[K";
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

}  // namespace ningyi::app
