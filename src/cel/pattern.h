// SPDX-License-Identifier: Apache-2.0
// A regular expression in RE2's syntax, matched in linear time, bounded in length and program size.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ningyi::cel {

class Pattern {
public:
    static constexpr std::size_t max_characters = 200;
    static constexpr int max_program = 1000;

    // The pattern, or null with what is wrong with it in `fault`.
    static std::shared_ptr<const Pattern> compiled(std::string_view text, std::string& fault);

    bool matches(std::string_view text) const;  // anywhere in it

    ~Pattern();

private:
    struct Machine;
    explicit Pattern(std::unique_ptr<Machine> machine);
    std::unique_ptr<Machine> machine_;
};

}  // namespace ningyi::cel
