// SPDX-License-Identifier: Apache-2.0
// The canonical encoding of everything that is hashed, signed or stored in the log: deterministic CBOR (RFC 8949
// §4.2.1) cut down to integers, text, bytes, booleans, arrays and maps with text keys in byte order of the encoded key.
// No floats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ningyi::cbor {

enum class Kind : std::uint8_t { integer, text, bytes, boolean, array, map };

// A decoded value. Text and bytes own their characters.
struct Value {
    Kind kind = Kind::integer;
    std::int64_t integer = 0;                          // integer; boolean as 0 or 1
    std::string text;                                  // text, bytes
    std::vector<Value> items;                          // array
    std::vector<std::pair<std::string, Value>> pairs;  // map, sorted as encoded

    static Value of(std::int64_t value);
    static Value of_bool(bool value);
    static Value of_text(std::string_view value);
    static Value of_bytes(std::string_view value);
    static Value of_array(std::vector<Value> items);
    static Value map();

    // Puts or replaces a key, keeping the canonical order.
    void set(std::string_view key, Value value);
    const Value* find(std::string_view key) const;  // null when absent or not a map
    bool operator==(const Value&) const = default;
};

std::string encode(const Value& value);

// The value of exactly these bytes. A fault for anything that encode() would not have written (longer forms, unsorted
// or double keys, trailing bytes, floats, depth over 32).
Result<Value> decode(std::string_view bytes);

}  // namespace ningyi::cbor
