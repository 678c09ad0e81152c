// SPDX-License-Identifier: Apache-2.0
// For tests of expressions: names of an invented model, a host with values by path, and short forms of results and
// faults.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/zone.h"
#include "cel/rule_expression.h"

namespace ningyi::cel {

class TestHost final : public Host {
public:
    explicit TestHost(const Names& names) : names_(names) {}

    // A look-up's values are set by "path(key)", list entries by "path(key)" with a bool.
    void set(const std::string& path, Value value) { values_.insert_or_assign(path, std::move(value)); }
    void unset(const std::string& path) { values_.erase(path); }

    Value read(std::uint16_t slot) override { return value_of(names_.path(slot), slot); }
    Value look_up(std::uint16_t slot, std::span<const Value> key) override {
        return value_of(names_.path(slot) + keyed(key), slot);
    }
    Value contains(std::uint16_t slot, std::span<const Value> key) override {
        const auto found = values_.find(names_.path(slot) + keyed(key));
        return Value::of_bool(found != values_.end());
    }

private:
    static std::string keyed(std::span<const Value> key) {
        std::string text = "(";
        for (const Value& part : key) text += part.text();
        return text + ")";
    }
    Value value_of(const std::string& path, std::uint16_t slot) const {
        const auto found = values_.find(path);
        return found == values_.end() ? Value::absent(slot) : found->second;
    }

    const Names& names_;
    std::map<std::string, Value> values_;
};

inline Type words(std::vector<std::string> list) {
    Type type = type_of(Kind::string);
    type.words = std::make_shared<const std::vector<std::string>>(std::move(list));
    return type;
}

inline Names test_names() {
    Names names;
    names.add_path("order.pay", type_of(Kind::money));
    names.add_path("order.checkin_dist", type_of(Kind::length));
    names.add_path("order.served", type_of(Kind::duration));
    names.add_path("order.start", type_of(Kind::timestamp));
    names.add_path("order.end", type_of(Kind::timestamp));
    names.add_path("order.date", type_of(Kind::date));
    names.add_path("order.count", type_of(Kind::integer));
    names.add_path("order.note", type_of(Kind::string));
    names.add_path("order.open", type_of(Kind::boolean));
    names.add_path("order.closed", type_of(Kind::boolean));
    names.add_path("order.speed", type_of(Kind::speed));
    names.add_path("order.share", type_of(Kind::ratio));
    names.add_path("order.status", words({"planned", "completed", "cancelled"}));
    names.add_path("order.item", type_of(Kind::string));
    names.add_path("order.codes", list_of(type_of(Kind::string)));
    names.add_path("order.numbers", list_of(type_of(Kind::integer)));
    names.add_path("order.place", type_of(Kind::place));
    names.add_path("radius", type_of(Kind::length));
    names.add_list("exempt_sites", {type_of(Kind::string)});
    names.add_list("pairs", {type_of(Kind::string), type_of(Kind::string)});
    names.add_table("item_minutes", {type_of(Kind::string)}, {{"least", type_of(Kind::duration)}});
    names.add_others("elder", {{"household_id", type_of(Kind::string)}});
    return names;
}

struct Fixture {
    Names names = test_names();
    TestHost host{names};
    Zone zone = Zone::china();

    Value value(std::string_view text) {
        auto expression = compile(text, names, std::nullopt, {});
        if (!expression) return Value::error("compile: " + to_text(expression.error().front()));
        return expression->evaluate(host, zone);
    }
    std::string shown(std::string_view text) {
        const Value result = value(text);
        switch (result.kind()) {
            case Kind::absent: {
                std::string missing = "absent";
                for (const std::uint16_t slot : result.missing()) missing += " " + names.path(slot);
                return missing;
            }
            case Kind::error: return result.text().starts_with("compile: ") ? result.text() : "error";
            case Kind::boolean: return result.is_true() ? "true" : "false";
            case Kind::string: return result.text();
            case Kind::duration: return format("{} ms", result.ms());
            case Kind::list: return format("list of {}", result.list().size());
            default: return format("{}", result.number());
        }
    }
    // "line:column code" of every fault.
    std::string faults(std::string_view text, std::optional<Type> expected = std::nullopt) {
        const auto expression = compile(text, names, expected, {});
        if (expression) return "none";
        std::string all;
        for (const Fault& fault : expression.error()) {
            all += format("{}{}:{} {}", all.empty() ? "" : ", ", fault.line, fault.column, fault.code);
        }
        return all;
    }
    std::string message(std::string_view text) {
        const auto expression = compile(text, names, std::nullopt, {.file = "r.yaml", .line = 3, .column = 7});
        return expression ? "none" : to_text(expression.error().front());
    }
};

}  // namespace ningyi::cel
