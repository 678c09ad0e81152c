// SPDX-License-Identifier: Apache-2.0
// Runs one file of the CEL conformance suite in its JSON form against the reference evaluator. A template only so that
// the JSON library stays in the program and in the test.
#pragma once

#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "cel/conformance.h"
#include "cel/conversions.h"
#include "cel/numbers.h"
#include "cel/times.h"

namespace ningyi::cel {

struct TierCount {
    int passed = 0;
    int total = 0;
};

struct SuiteFailure {
    std::string tier;
    std::string name;
    std::string expression;
    std::string got;
    std::string expected;
};

struct SuiteResult {
    std::map<std::string, TierCount> tiers;
    std::vector<SuiteFailure> failures;
};

inline constexpr std::string_view tier_out_of_scope = "ext-optionals";

inline std::string base64_decoded(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) continue;
        bits = (bits << 6U) | static_cast<unsigned>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
    return bytes;
}

template <class Json>
Value suite_value(const Json& json) {
    const std::string kind = json.begin().key();
    const Json& value = json.begin().value();
    const auto text = [&] { return value.is_string() ? value.template get<std::string>() : value.dump(); };
    if (kind == "nullValue") return Value::null();
    if (kind == "boolValue") return Value::of_bool(value.template get<bool>());
    if (kind == "int64Value") return Value::of_int(std::strtoll(text().c_str(), nullptr, 10));
    if (kind == "uint64Value") return Value::of_uint(std::strtoull(text().c_str(), nullptr, 10));
    if (kind == "doubleValue") return Value::of_real(std::strtod(text().c_str(), nullptr));
    if (kind == "stringValue") return Value::of_string(text());
    if (kind == "bytesValue") return Value::of_bytes(base64_decoded(text()));
    if (kind == "typeValue") return Value::of_type(text());
    if (kind == "listValue") {
        List items;
        if (value.contains("values")) {
            for (const Json& item : value.at("values")) items.push_back(suite_value(item));
        }
        return Value::of_list(std::move(items));
    }
    if (kind == "mapValue") {
        Map pairs;
        if (value.contains("entries")) {
            for (const Json& entry : value.at("entries")) {
                pairs.emplace_back(suite_value(entry.at("key")), suite_value(entry.at("value")));
            }
        }
        return Value::of_map(std::move(pairs));
    }
    if (kind == "objectValue") {
        const std::string object = value.value("@type", "");
        const std::string inside = value.value("value", "");
        if (object.ends_with("Timestamp")) return timestamp_of(inside).value_or(Value::error("bad timestamp"));
        if (object.ends_with("Duration")) return duration_of(inside).value_or(Value::error("bad duration"));
    }
    return Value::error("unknown kind of value " + kind);
}

// Equal and of one kind, all the way down; NaN equals NaN.
inline bool is_same(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    if (a.kind() == Kind::real) return a.real() == b.real() || (std::isnan(a.real()) && std::isnan(b.real()));
    if (a.kind() == Kind::list) {
        if (a.list().size() != b.list().size()) return false;
        for (std::size_t i = 0; i < a.list().size(); ++i) {
            if (!is_same(a.list()[i], b.list()[i])) return false;
        }
        return true;
    }
    if (a.kind() == Kind::map) {
        if (a.map().size() != b.map().size()) return false;
        for (const auto& [key, value] : a.map()) {
            bool found = false;
            for (const auto& [other_key, other_value] : b.map()) {
                found = found || (is_same(key, other_key) && is_same(value, other_value));
            }
            if (!found) return false;
        }
        return true;
    }
    return equal(a, b);
}

inline std::string shown(const Value& value) {
    std::string text(type_name(value.kind()));
    switch (value.kind()) {
        case Kind::error:
        case Kind::string:
        case Kind::type: return text + " " + value.text();
        case Kind::bytes: return text + " " + to_hex(value.text());
        case Kind::real: return text + " " + real_text(value.real());
        case Kind::timestamp:
        case Kind::duration: return text + " " + time_text(value);
        case Kind::list:
            for (const Value& item : value.list()) text += " [" + shown(item) + "]";
            return text;
        case Kind::map:
            for (const auto& [key, item] : value.map()) text += " {" + shown(key) + ": " + shown(item) + "}";
            return text;
        default: return text + " " + std::to_string(value.number());
    }
}

template <class Json>
Value suite_outcome(const Json& test) {
    ReferenceOptions options;
    options.container = test.value("container", "");
    options.is_checked = !test.value("disableCheck", false);
    options.macros = !test.value("disableMacros", false);
    std::vector<Value> values;
    if (test.contains("typeEnv")) {
        for (const Json& declaration : test.at("typeEnv")) {
            if (declaration.contains("ident")) options.variables.push_back(declaration.at("name"));
        }
    }
    values.resize(options.variables.size());
    if (test.contains("bindings")) {
        for (const auto& [name, binding] : test.at("bindings").items()) {
            std::size_t at = 0;
            while (at < options.variables.size() && options.variables[at] != name) ++at;
            if (at == options.variables.size()) {
                options.variables.push_back(name);
                values.emplace_back();
            }
            values[at] = suite_value(binding.at("value"));
        }
    }
    const auto expression = reference_expression(test.at("expr").template get<std::string>(), options);
    if (!expression) return Value::error(to_text(expression.error().front()));
    return reference_value(*expression, values);
}

template <class Json>
void run_suite(const Json& file, SuiteResult& result) {
    for (const Json& test : file.at("tests")) {
        const std::string tier = test.at("tier");
        const bool wants_error = test.contains("evalError");
        // Without a value the suite means: true.
        const Value expected = test.contains("value") ? suite_value(test.at("value")) : Value::of_bool(true);
        const Value got = suite_outcome(test);
        TierCount& count = result.tiers[tier];
        ++count.total;
        if (wants_error ? got.is_error() : is_same(got, expected)) {
            ++count.passed;
        } else {
            result.failures.push_back({tier, test.value("section", "") + "/" + test.value("name", ""), test.at("expr"),
                                       shown(got), wants_error ? "an error" : shown(expected)});
        }
    }
}

}  // namespace ningyi::cel
