// SPDX-License-Identifier: Apache-2.0
// A value of the expression language: what CEL knows, the units of rules, and the two that CEL does not have as values:
// absent (with the paths that are missing) and error (with its kind and place).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ningyi::cel {

enum class Kind : std::uint8_t {
    absent,
    error,
    boolean,
    integer,
    string,
    list,
    timestamp,
    duration,  // in rules
    length,
    money,
    speed,
    ratio,
    date,
    place,
    fix,  // units of rules (int64 mm, fen, mm/s, ppm; days; positions)
    null,
    uinteger,
    real,
    bytes,
    map,
    type,
    record  // conformance only; record: type checks only
};

// A reported position with its error: WGS-84 1e-7 degrees, one-axis standard deviation in mm (tracks.md §3).
struct FixClaim {
    std::int32_t lat_e7 = 0;
    std::int32_t lon_e7 = 0;
    std::int64_t sigma_mm = 0;
    bool operator==(const FixClaim&) const = default;
};

class Value;
using List = std::vector<Value>;
using Map = std::vector<std::pair<Value, Value>>;  // in order of insertion, keys distinct
using Slots = std::vector<std::uint16_t>;          // sorted, distinct: which paths are missing

// Small and cheap to copy: scalars inline, the rest shared and immutable.
class Value {
public:
    Value() = default;  // absent, with nothing named
    static Value absent(std::uint16_t slot);
    static Value absent(std::shared_ptr<const Slots> slots);
    static Value error(std::string message);  // what went wrong; the place is added by the evaluator
    static Value of_bool(bool value) { return of(Kind::boolean, value ? 1 : 0); }
    static Value of_int(std::int64_t value) { return of(Kind::integer, value); }
    static Value of(Kind unit, std::int64_t base_units) {  // length money speed ratio date, and integer
        Value value;
        value.kind_ = unit;
        value.number_ = base_units;
        return value;
    }
    static Value of_string(std::string_view value);
    static Value of_shared_string(std::shared_ptr<const std::string> value);
    static Value of_timestamp(std::int64_t seconds, std::int32_t nanos);
    static Value of_timestamp_ms(std::int64_t ms);
    static Value of_duration(std::int64_t seconds, std::int32_t nanos);  // nanos of the sign of seconds
    static Value of_duration_ms(std::int64_t ms);
    static Value of_list(List items);
    static Value of_place(std::int32_t lat_e7, std::int32_t lon_e7);
    static Value of_fix(const FixClaim& fix);
    static Value null();
    static Value of_uint(std::uint64_t value);
    static Value of_real(double value);
    static Value of_bytes(std::string_view value);
    static Value of_map(Map pairs);
    static Value of_type(std::string name);

    Kind kind() const { return kind_; }
    bool is_absent() const { return kind_ == Kind::absent; }
    bool is_error() const { return kind_ == Kind::error; }
    bool is_known() const { return kind_ > Kind::error; }
    bool is_true() const { return kind_ == Kind::boolean && number_ != 0; }
    bool is_false() const { return kind_ == Kind::boolean && number_ == 0; }

    std::int64_t number() const { return number_; }  // boolean, integer, units, date, timestamp/duration seconds
    std::uint64_t unsigned_number() const { return static_cast<std::uint64_t>(number_); }
    double real() const;
    std::int32_t nanos() const { return nanos_; }
    std::int64_t ms() const { return number_ * 1000 + nanos_ / 1000000; }  // timestamp, duration
    const std::string& text() const;                                       // string, bytes, error message, type name
    const List& list() const;
    const Map& map() const;
    std::pair<std::int32_t, std::int32_t> place() const;  // lat, lon
    const FixClaim& fix() const;
    const Slots& missing() const;  // of an absent value

private:
    Kind kind_ = Kind::absent;
    std::int32_t nanos_ = 0;
    std::int64_t number_ = 0;
    std::shared_ptr<const void> shared_;
};

// Equality of values as CEL's == sees it in the reference (mixed numbers compared by value; different kinds unequal).
bool equal(const Value& a, const Value& b);

}  // namespace ningyi::cel
