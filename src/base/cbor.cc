// SPDX-License-Identifier: Apache-2.0
#include "base/cbor.h"

#include <algorithm>

#include "base/cbor_writer.h"
#include "base/text.h"

namespace ningyi::cbor {
namespace {

constexpr int deepest = 32;

// Canonical order of text keys: the shorter first, then bytewise (both encode the length before the bytes).
bool key_before(std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

void put(Writer& out, const Value& value) {
    switch (value.kind) {
        case Kind::integer: return out.integer(value.integer);
        case Kind::bytes: return out.bytes(value.text);
        case Kind::text: return out.text(value.text);
        case Kind::boolean: return out.boolean(value.integer != 0);
        case Kind::array:
            out.array(value.items.size());
            for (const Value& item : value.items) put(out, item);
            return;
        case Kind::map:
            out.map(value.pairs.size());
            for (const auto& [key, item] : value.pairs) {
                out.text(key);
                put(out, item);
            }
            return;
    }
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    bool value(Value& out, int depth) {
        if (depth > deepest) return bad("nested too deeply");
        if (at_ >= bytes_.size()) return bad("cut short");
        const auto first = static_cast<unsigned char>(bytes_[at_]);
        if (first == 0xF4 || first == 0xF5) {
            ++at_;
            out = Value::of_bool(first == 0xF5);
            return true;
        }
        const unsigned major = first >> 5U;
        std::uint64_t argument = 0;
        if (!head(argument)) return false;
        switch (major) {
            case 0:
            case 1:
                if (argument > static_cast<std::uint64_t>(INT64_MAX)) return bad("integer out of range");
                out = Value::of(major == 0 ? static_cast<std::int64_t>(argument)
                                           : -static_cast<std::int64_t>(argument) - 1);
                return true;
            case 2:
            case 3: {
                if (argument > bytes_.size() - at_) return bad("cut short");
                const std::string_view chars = bytes_.substr(at_, argument);
                at_ += argument;
                if (major == 3 && !is_utf8(chars)) return bad("text that is not UTF-8");
                out = major == 3 ? Value::of_text(chars) : Value::of_bytes(chars);
                return true;
            }
            case 4:
                if (argument > bytes_.size() - at_) return bad("cut short");
                out = Value::of_array({});
                for (std::uint64_t i = 0; i < argument; ++i) {
                    if (!value(out.items.emplace_back(), depth + 1)) return false;
                }
                return true;
            case 5: return map(out, argument, depth);
            default: return bad("a kind of value that is not used here");
        }
    }

    bool at_end() const { return at_ == bytes_.size(); }
    bool bad(const char* what) {
        if (problem_.empty()) problem_ = format("byte {}: {}", at_, what);
        return false;
    }
    const std::string& problem() const { return problem_; }

private:
    bool map(Value& out, std::uint64_t count, int depth) {
        if (count > bytes_.size() - at_) return bad("cut short");
        out = Value::map();
        for (std::uint64_t i = 0; i < count; ++i) {
            Value key;
            if (!value(key, depth + 1)) return false;
            if (key.kind != Kind::text) return bad("a key that is not text");
            if (!out.pairs.empty() && !key_before(out.pairs.back().first, key.text)) return bad("keys out of order");
            out.pairs.emplace_back(std::move(key.text), Value{});
            if (!value(out.pairs.back().second, depth + 1)) return false;
        }
        return true;
    }

    bool head(std::uint64_t& argument) {
        const unsigned info = static_cast<unsigned char>(bytes_[at_++]) & 0x1FU;
        if (info < 24) {
            argument = info;
            return true;
        }
        if (info > 27) return bad("indefinite length");
        const std::size_t width = std::size_t{1} << (info - 24U);
        if (width > bytes_.size() - at_) return bad("cut short");
        argument = 0;
        for (std::size_t i = 0; i < width; ++i) {
            argument = (argument << 8U) | static_cast<unsigned char>(bytes_[at_++]);
        }
        const std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (4U * width);
        if (argument < least) return bad("longer form than needed");
        return true;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    std::string problem_;
};

}  // namespace

Value Value::of(std::int64_t value) {
    Value out;
    out.integer = value;
    return out;
}
Value Value::of_bool(bool value) {
    Value out;
    out.kind = Kind::boolean;
    out.integer = value ? 1 : 0;
    return out;
}
Value Value::of_text(std::string_view value) {
    Value out;
    out.kind = Kind::text;
    out.text = value;
    return out;
}
Value Value::of_bytes(std::string_view value) {
    Value out;
    out.kind = Kind::bytes;
    out.text = value;
    return out;
}
Value Value::of_array(std::vector<Value> items) {
    Value out;
    out.kind = Kind::array;
    out.items = std::move(items);
    return out;
}
Value Value::map() {
    Value out;
    out.kind = Kind::map;
    return out;
}

void Value::set(std::string_view key, Value value) {
    const auto at = std::lower_bound(pairs.begin(), pairs.end(), key,
                                     [](const auto& pair, std::string_view k) { return key_before(pair.first, k); });
    if (at != pairs.end() && at->first == key) {
        at->second = std::move(value);
    } else {
        pairs.insert(at, {std::string(key), std::move(value)});
    }
}

const Value* Value::find(std::string_view key) const {
    const auto at = std::lower_bound(pairs.begin(), pairs.end(), key,
                                     [](const auto& pair, std::string_view k) { return key_before(pair.first, k); });
    return at != pairs.end() && at->first == key ? &at->second : nullptr;
}

std::string encode(const Value& value) {
    std::string out;
    Writer writer(out);
    put(writer, value);
    return out;
}

Result<Value> decode(std::string_view bytes) {
    Reader reader(bytes);
    Value value;
    if (reader.value(value, 0) && !reader.at_end()) reader.bad("bytes after the value");
    if (!reader.problem().empty()) {
        return failure({.code = "E151",
                        .zh = "不是本系统的规范编码：" + reader.problem(),
                        .en = "not the canonical encoding: " + reader.problem()});
    }
    return value;
}

}  // namespace ningyi::cbor
