// SPDX-License-Identifier: Apache-2.0
// libFuzzer target over both modes: the text is compiled as a rule and as reference CEL, and evaluated over small
// values taken from the first bytes. Nothing may crash, hang or grow without bound; what compiles as a rule gives a
// known value, what is missing, or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "cel/conformance.h"
#include "cel/rule_expression.h"

namespace {

using namespace ningyi::cel;

constexpr std::size_t header = 4;

class FuzzHost final : public Host {
public:
    FuzzHost(const Names& names, std::uint32_t bits) : names_(names), bits_(bits) {}
    Value read(std::uint16_t slot) override {
        const std::string& path = names_.path(slot);
        if (((bits_ >> (slot % 16U)) & 1U) != 0) return Value::absent(slot);
        const Type* type = names_.path_type(path);
        return type == nullptr ? list() : of(type->kind);
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override {
        return (bits_ & 1U) != 0 ? Value::absent(slot) : of(Kind::duration);
    }
    Value contains(std::uint16_t, std::span<const Value>) override { return Value::of_bool((bits_ & 2U) != 0); }

private:
    std::int64_t number() const {
        static constexpr std::int64_t numbers[] = {0, 1, -1, 300000, INT64_MAX, INT64_MIN, 1754010000, 7};
        return numbers[(bits_ >> 16U) % 8U];
    }
    Value list() const {
        return Value::of_list({Value::of_string("a"), Value::of_string("长寿"), Value::of_string("")});
    }
    Value of(Kind kind) const {
        switch (kind) {
            case Kind::string: return Value::of_string((bits_ & 4U) != 0 ? "长寿路８号 " : "11010519491231002X");
            case Kind::timestamp: return Value::of_timestamp_ms(number());
            case Kind::duration: return Value::of_duration_ms(number());
            case Kind::boolean: return Value::of_bool((bits_ & 8U) != 0);
            case Kind::date: return Value::of(Kind::date, number() % 10000);
            case Kind::list: return list();
            default: return Value::of(kind, number());
        }
    }
    const Names& names_;
    std::uint32_t bits_;
};

Names fuzz_names() {
    Names names;
    names.add_path("o.pay", type_of(Kind::money));
    names.add_path("o.dist", type_of(Kind::length));
    names.add_path("o.speed", type_of(Kind::speed));
    names.add_path("o.share", type_of(Kind::ratio));
    names.add_path("o.span", type_of(Kind::duration));
    names.add_path("o.time", type_of(Kind::timestamp));
    names.add_path("o.date", type_of(Kind::date));
    names.add_path("o.n", type_of(Kind::integer));
    names.add_path("o.s", type_of(Kind::string));
    names.add_path("o.b", type_of(Kind::boolean));
    names.add_path("o.l", list_of(type_of(Kind::string)));
    names.add_list("x", {type_of(Kind::string)});
    names.add_table("t", {type_of(Kind::string)}, {{"c", type_of(Kind::duration)}});
    names.add_others("e", {{"f", type_of(Kind::duration)}});
    return names;
}

// What was promised at load holds for the value, down into lists.
bool fits(const Value& value, const Type& type) {
    if (value.kind() != type.kind) return false;
    if (type.kind != Kind::list) return true;
    for (const Value& item : value.list()) {
        if (type.element == nullptr || !fits(item, *type.element)) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < header) return 0;
    const std::uint32_t bits = data[0] | data[1] << 8U | data[2] << 16U | static_cast<std::uint32_t>(data[3]) << 24U;
    const std::string_view text(reinterpret_cast<const char*>(data) + header, size - header);

    static const Names known = fuzz_names();
    Names names = known;
    static const ningyi::Zone zone = ningyi::Zone::china();
    if (const auto rule = compile(text, names, std::nullopt, {})) {
        FuzzHost host(names, bits);
        const Value value = rule->evaluate(host, zone);
        CHECK(!value.is_known() || fits(value, rule->type()));
        CHECK(rule->cost() >= 0);
    }

    ReferenceOptions options;
    options.variables = {"x", "l", "a.b", "m"};
    options.container = (bits & 1U) != 0 ? "a" : "";
    options.is_checked = (bits & 2U) != 0;
    options.macros = (bits & 4U) == 0;
    options.missing_key_is_absent = (bits & 8U) != 0;
    options.budget = 20000;
    if (const auto reference = reference_expression(text, options)) {
        const Value number = Value::of_int(static_cast<std::int64_t>(bits >> 4U));
        const Value items = Value::of_list({number, Value::of_real(1.5), Value::of_string("é"), Value::null()});
        reference_value(*reference,
                        {number, items, Value::of_uint(bits), Value::of_map({{Value::of_string("k"), items}})});
    }
    return 0;
}
