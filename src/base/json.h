// SPDX-License-Identifier: Apache-2.0
// Writes JSON: stable bytes, keys in the order they are written. It is read by json_in.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ningyi {

class JsonWriter {
public:
    JsonWriter() = default;
    // Writes into the memory of `room`, whose text is dropped: for many small texts one after the other.
    explicit JsonWriter(std::string room) : out_(std::move(room)) { out_.clear(); }

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(bool yes);
    JsonWriter& real(double number, int decimals);  // fixed notation
    JsonWriter& null();
    JsonWriter& raw(std::string_view json);  // REQUIRES: one complete JSON value

    const std::string& text() const { return out_; }
    std::string take() { return std::move(out_); }

private:
    void separate();
    std::string out_;
    bool first_ = true;
    bool after_key_ = false;
};

// `text` as the inside of a JSON string; "<", ">" and "&" are escaped too, so that it may stand inside HTML.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace ningyi
