// SPDX-License-Identifier: Apache-2.0
// Canonical CBOR written straight to the end of a text, for what is encoded so often that a tree of values would cost
// more than the bytes. The bytes are those that cbor::encode writes of the same values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ningyi::cbor {

class Writer {
public:
    // REQUIRES: `out` outlives the writer.
    explicit Writer(std::string& out) : out_(out) {}

    void integer(std::int64_t value);
    void boolean(bool value) { out_ += value ? '\xF5' : '\xF4'; }
    void text(std::string_view value);
    void bytes(std::string_view value);
    void array(std::size_t items);  // the next `items` values are its items
    void map(std::size_t pairs);    // the next keys (text, in canonical order) and values are its pairs

private:
    std::string& out_;
};

}  // namespace ningyi::cbor
