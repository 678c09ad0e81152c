// SPDX-License-Identifier: Apache-2.0
// Result: the value, or every fault found on the way to it. A fault says where (file, line, column), what is wrong and
// what was expected, in Chinese and in English. Machine failures are exceptions instead (MachineError).
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace ningyi {

// One thing wrong with an input. Line and column count code points from 1; 0 means "not known".
struct Fault {
    std::string file;
    int line = 0;
    int column = 0;
    std::string code;  // E101, W801, …: stable, for tests and documents
    std::string zh;
    std::string en;
};

using Faults = std::vector<Fault>;

template <class T>
using Result = tl::expected<T, Faults>;

inline tl::unexpected<Faults> failure(Fault fault) {
    return tl::unexpected<Faults>(Faults{std::move(fault)});
}
inline tl::unexpected<Faults> failure(Faults faults) {
    return tl::unexpected<Faults>(std::move(faults));
}

// "file:line:column: code: 中文 | English"; parts that are not known are left out.
std::string to_text(const Fault& fault);

// The machine failed: disk, database, memory. Thrown, and caught only where the request, the run or the program ends.
class MachineError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace ningyi
