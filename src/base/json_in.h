// SPDX-License-Identifier: Apache-2.0
// Reads JSON (RFC 8259) into a small tree with bounds on everything. For messages and files from outside, where every
// field is checked by its reader anyway; the writer is json.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ningyi {

struct JsonLimits {
    std::size_t bytes = std::size_t{1} << 20U;
    std::size_t depth = 32;
    std::size_t values = 1'000'000;
};

struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, object };
    Kind kind = Kind::null;
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;  // of an integer too
    std::string text;
    std::vector<JsonValue> list;
    std::vector<std::pair<std::string, JsonValue>> members;  // in the order of the text

    JsonValue();  // null; defined apart, because a pair asks for it before it is complete itself

    bool is(Kind wanted) const { return kind == wanted; }
    bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
    const JsonValue* find(std::string_view name) const;  // null when not an object or without it
};

inline JsonValue::JsonValue() = default;

// Faults: not JSON, with line and column; not UTF-8; a name twice in one object; beyond the limits. Integers beyond
// int64 are read as real.
Result<JsonValue> read_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace ningyi
