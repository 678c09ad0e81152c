// SPDX-License-Identifier: Apache-2.0
#include "cel/value.h"

#include <bit>

#include "base/check.h"
#include "cel/numbers.h"

namespace ningyi::cel {
namespace {

constexpr std::int64_t nanos_per_ms = 1000000;
constexpr std::size_t ready_slots = 1024;

// The slots every rule uses, as sets of one, so that an absent value costs no allocation.
const std::vector<Slots>& single_slots() {
    static const std::vector<Slots> all = [] {
        std::vector<Slots> made;
        made.reserve(ready_slots);
        for (std::size_t i = 0; i < ready_slots; ++i) made.push_back({static_cast<std::uint16_t>(i)});
        return made;
    }();
    return all;
}

const Slots no_slots;

template <class T>
std::shared_ptr<const void> shared(T value) {
    return std::make_shared<const T>(std::move(value));
}

}  // namespace

Value Value::absent(std::uint16_t slot) {
    Value value;
    if (slot < ready_slots) {
        value.number_ = slot + 1;
    } else {
        value.shared_ = shared(Slots{slot});
    }
    return value;
}

Value Value::absent(std::shared_ptr<const Slots> slots) {
    Value value;
    value.shared_ = std::move(slots);
    return value;
}

Value Value::error(std::string message) {
    Value value;
    value.kind_ = Kind::error;
    value.shared_ = shared(std::move(message));
    return value;
}

Value Value::of_string(std::string_view text) {
    Value value;
    value.kind_ = Kind::string;
    value.shared_ = shared(std::string(text));
    return value;
}

Value Value::of_shared_string(std::shared_ptr<const std::string> text) {
    CHECK(text != nullptr);
    Value value;
    value.kind_ = Kind::string;
    value.shared_ = std::move(text);
    return value;
}

Value Value::of_timestamp(std::int64_t seconds, std::int32_t nanos) {
    Value value;
    value.kind_ = Kind::timestamp;
    value.number_ = seconds;
    value.nanos_ = nanos;
    return value;
}

Value Value::of_timestamp_ms(std::int64_t ms) {
    std::int64_t seconds = ms / 1000;
    std::int64_t rest = ms % 1000;
    if (rest < 0) rest += 1000, --seconds;
    return of_timestamp(seconds, static_cast<std::int32_t>(rest * nanos_per_ms));
}

Value Value::of_duration(std::int64_t seconds, std::int32_t nanos) {
    Value value;
    value.kind_ = Kind::duration;
    value.number_ = seconds;
    value.nanos_ = nanos;
    return value;
}

Value Value::of_duration_ms(std::int64_t ms) {
    return of_duration(ms / 1000, static_cast<std::int32_t>(ms % 1000 * nanos_per_ms));
}

Value Value::of_list(List items) {
    Value value;
    value.kind_ = Kind::list;
    value.shared_ = shared(std::move(items));
    return value;
}

Value Value::of_place(std::int32_t lat_e7, std::int32_t lon_e7) {
    Value value;
    value.kind_ = Kind::place;
    value.number_ = lat_e7;
    value.nanos_ = lon_e7;
    return value;
}

Value Value::of_fix(const FixClaim& fix) {
    Value value;
    value.kind_ = Kind::fix;
    value.shared_ = shared(fix);
    return value;
}

Value Value::null() {
    Value value;
    value.kind_ = Kind::null;
    return value;
}

Value Value::of_uint(std::uint64_t number) {
    Value value;
    value.kind_ = Kind::uinteger;
    value.number_ = static_cast<std::int64_t>(number);
    return value;
}

Value Value::of_real(double number) {
    Value value;
    value.kind_ = Kind::real;
    value.number_ = std::bit_cast<std::int64_t>(number);
    return value;
}

Value Value::of_bytes(std::string_view bytes) {
    Value value = of_string(bytes);
    value.kind_ = Kind::bytes;
    return value;
}

Value Value::of_map(Map pairs) {
    Value value;
    value.kind_ = Kind::map;
    value.shared_ = shared(std::move(pairs));
    return value;
}

Value Value::of_type(std::string name) {
    Value value = of_shared_string(std::make_shared<const std::string>(std::move(name)));
    value.kind_ = Kind::type;
    return value;
}

double Value::real() const {
    return std::bit_cast<double>(number_);
}

const std::string& Value::text() const {
    CHECK(kind_ == Kind::string || kind_ == Kind::bytes || kind_ == Kind::error || kind_ == Kind::type);
    return *static_cast<const std::string*>(shared_.get());
}

const List& Value::list() const {
    CHECK(kind_ == Kind::list);
    return *static_cast<const List*>(shared_.get());
}

const Map& Value::map() const {
    CHECK(kind_ == Kind::map);
    return *static_cast<const Map*>(shared_.get());
}

std::pair<std::int32_t, std::int32_t> Value::place() const {
    CHECK(kind_ == Kind::place);
    return {static_cast<std::int32_t>(number_), nanos_};
}

const FixClaim& Value::fix() const {
    CHECK(kind_ == Kind::fix);
    return *static_cast<const FixClaim*>(shared_.get());
}

const Slots& Value::missing() const {
    CHECK(kind_ == Kind::absent);
    if (shared_ != nullptr) return *static_cast<const Slots*>(shared_.get());
    if (number_ > 0) return single_slots()[static_cast<std::size_t>(number_ - 1)];
    return no_slots;
}

bool equal(const Value& a, const Value& b) {
    std::int64_t budget = default_comparisons;
    return equal(a, b, budget);
}

bool equal(const Value& a, const Value& b, std::int64_t& budget) {
    if (--budget < 0) return false;
    if (is_plain_number(a.kind()) && is_plain_number(b.kind())) return compare_numbers(a, b) == 0;
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::absent:
        case Kind::error:
        case Kind::record: return false;
        case Kind::boolean:
        case Kind::integer:
        case Kind::uinteger:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: return a.number() == b.number();
        case Kind::timestamp:
        case Kind::duration: return a.number() == b.number() && a.nanos() == b.nanos();
        case Kind::place: return a.place() == b.place();
        case Kind::fix: return a.fix() == b.fix();
        case Kind::null: return true;
        case Kind::real: return a.real() == b.real();
        case Kind::string:
        case Kind::bytes:
        case Kind::type: return a.text() == b.text();
        case Kind::list: {
            const List& left = a.list();
            const List& right = b.list();
            if (left.size() != right.size()) return false;
            for (std::size_t i = 0; i < left.size(); ++i) {
                if (!equal(left[i], right[i], budget)) return false;
            }
            return true;
        }
        case Kind::map: {
            if (a.map().size() != b.map().size()) return false;
            for (const auto& [key, value] : a.map()) {
                const Value* other = find_key(b.map(), key, budget);
                if (other == nullptr || !equal(value, *other, budget)) return false;
            }
            return true;
        }
    }
    return false;
}

const Value* find_key(const Map& map, const Value& key, std::int64_t& budget) {
    for (const auto& [candidate, value] : map) {
        if (equal(candidate, key, budget)) return &value;
    }
    return nullptr;
}

}  // namespace ningyi::cel
