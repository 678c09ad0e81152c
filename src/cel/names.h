// SPDX-License-Identifier: Apache-2.0
// What Names knows, for the checker.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cel/rule_expression.h"

namespace ningyi::cel {

struct Names::Parts {
    struct Table {
        std::vector<Type> key;
        std::map<std::string, Type> columns;
    };
    std::map<std::string, Type, std::less<>> paths;
    std::set<std::string, std::less<>> records;  // "order"; "a" and "a.b" of a path "a.b.c"
    std::map<std::string, std::vector<Type>, std::less<>> lists;
    std::map<std::string, Table, std::less<>> tables;
    std::map<std::string, std::map<std::string, Type>, std::less<>> others;
    std::map<std::string, std::shared_ptr<const Function>, std::less<>> functions;
    std::vector<std::string> slots;
    std::map<std::string, std::uint16_t, std::less<>> slot_of;
};

}  // namespace ningyi::cel
