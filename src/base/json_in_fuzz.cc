// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: no crash, within the limits, faults in clean words, and what is read, written again and read
// once more is the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/json_in.h"
#include "base/text.h"

namespace {

using namespace ningyi;

void write(JsonWriter& out, const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::null: out.null(); return;
        case JsonValue::Kind::boolean: out.value(value.boolean); return;
        case JsonValue::Kind::integer: out.value(value.integer); return;
        case JsonValue::Kind::real: out.raw(format("{}", value.real)); return;
        case JsonValue::Kind::text: out.value(std::string_view(value.text)); return;
        case JsonValue::Kind::list:
            out.begin_array();
            for (const JsonValue& item : value.list) write(out, item);
            out.end_array();
            return;
        case JsonValue::Kind::object:
            out.begin_object();
            for (const auto& [name, member] : value.members) write(out.key(name), member);
            out.end_object();
            return;
    }
}

// A real that is whole is written, and read again, as an integer.
bool are_same(const JsonValue& a, const JsonValue& b) {
    if (a.is_number() && b.is_number())
        return a.real == b.real && (!a.is(JsonValue::Kind::integer) || a.integer == b.integer);
    return a.kind == b.kind && a.boolean == b.boolean && a.text == b.text &&
           std::equal(a.list.begin(), a.list.end(), b.list.begin(), b.list.end(), are_same) &&
           std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && are_same(x.second, y.second); });
}

std::size_t depth_of(const JsonValue& value) {
    std::size_t depth = 0;
    for (const JsonValue& item : value.list) depth = std::max(depth, depth_of(item));
    for (const auto& [name, member] : value.members) depth = std::max(depth, depth_of(member));
    const bool is_leaf = !value.is(JsonValue::Kind::list) && !value.is(JsonValue::Kind::object);
    return is_leaf ? 0 : depth + 1;
}

void expect(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const JsonLimits limits{.bytes = 4096, .depth = 8, .values = 500};
    const auto value = read_json(text, limits);
    if (!value) {
        expect(value.error().size() == 1);
        const Fault& fault = value.error()[0];
        expect(!fault.zh.empty() && !fault.en.empty() && is_utf8(fault.zh) && is_utf8(fault.en));
        expect(fault.en.size() < 400 && fault.en.find('\n') == std::string::npos);
        return 0;
    }
    expect(depth_of(*value) <= limits.depth);
    JsonWriter out;
    write(out, *value);
    const auto again = read_json(out.text());
    expect(again && are_same(*value, *again));
    return 0;
}
