// SPDX-License-Identifier: Apache-2.0
#include "cel/pattern.h"

#include <re2/re2.h>

#include "base/text.h"

namespace ningyi::cel {

struct Pattern::Machine {
    re2::RE2 expression;
};

Pattern::Pattern(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Pattern::~Pattern() = default;

std::shared_ptr<const Pattern> Pattern::compiled(std::string_view text, std::string& fault) {
    if (code_points(text) > max_characters) {
        fault = format("longer than {} characters", max_characters);
        return nullptr;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto machine = std::unique_ptr<Machine>(new Machine{re2::RE2(re2::StringPiece(text.data(), text.size()), options)});
    if (!machine->expression.ok()) {
        fault = machine->expression.error();
        return nullptr;
    }
    if (machine->expression.ProgramSize() > max_program) {
        fault = format("its program has {} steps, more than {}", machine->expression.ProgramSize(), max_program);
        return nullptr;
    }
    return std::shared_ptr<const Pattern>(new Pattern(std::move(machine)));
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), machine_->expression);
}

}  // namespace ningyi::cel
