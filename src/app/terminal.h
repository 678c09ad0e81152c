// SPDX-License-Identifier: Apache-2.0
// How the program speaks: in Chinese or English, with a progress bar when someone is looking, faults on standard error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rule/explain.h"

namespace ningyi::app {

using rule::Language;

// Exit statuses of the program.
enum Exit : int {
    exit_good = 0,
    exit_faults = 1,    // something was checked and is wrong
    exit_unusable = 2,  // input or command line cannot be used at all
    exit_rejected = 3,  // done, but some rows were rejected
    exit_machine = 70   // disk or database failed; nothing accepted is lost
};

class Terminal {
public:
    explicit Terminal(Language language) : language_(language) {}

    Language language() const { return language_; }
    // The one of two texts that the reader reads.
    std::string_view pick(std::string_view zh, std::string_view en) const {
        return language_ == Language::zh ? zh : en;
    }

    void say(std::string_view zh, std::string_view en) const;  // a line on standard output
    void complain(const Fault& fault) const;                   // a line on standard error
    void complain(const Faults& faults) const;                 // at most 50, then how many more
    std::string text_of(const Fault& fault) const;             // place, code and one language

    // Draws "what ████░░ 42 %" on standard error when it is a terminal, at most ten times a second; the last call is 1.
    void progress(std::string_view zh, std::string_view en, double share);

private:
    Language language_;
    std::chrono::steady_clock::time_point drawn_{};
    bool open_ = false;
};

// --lang wins, then LANG: en… is English, everything else Chinese.
Language language_of(std::string_view option);

}  // namespace ningyi::app
