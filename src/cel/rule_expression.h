// SPDX-License-Identifier: Apache-2.0
// Expressions of rules: CEL text checked against names whose types are known, and evaluated over a host's values.
// Strict: no dyn, no double, units never mix. What the conformance suite needs besides is in conformance.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/zone.h"
#include "cel/value.h"

namespace ningyi::cel {

// A type of a rule's expression. Lists have an element type; enumerations their words (compared with literals at load).
struct Type {
    Kind kind = Kind::boolean;
    std::shared_ptr<const Type> element;                    // list
    std::shared_ptr<const std::vector<std::string>> words;  // enumeration: a string with these words only
    std::size_t max_size = 64;                              // longest text in characters or list in items: for the cost
    bool operator==(const Type& other) const;               // ignores words and sizes
};

Type type_of(Kind kind);
Type list_of(Type element);
std::string to_text(const Type& type);  // "length", "list(string)"

// A pure function of the product, besides the built-in ones (geo.dist …). Strict: called only with known arguments.
struct Function {
    std::string name;                           // "geo.dist"
    std::vector<std::vector<Kind>> parameters;  // allowed kinds of each argument
    Type result;
    std::function<Value(std::span<const Value>)> call;  // may return absent or error
    int cost = 1;
};

// What an expression may name. Each path gets a slot number on first use, in one space with the look-ups:
// "order.pay", "radius", "ov.count"; "others.elder.household_id", "tables.item_minutes.least", "lists.exempt_sites".
class Names {
public:
    void add_path(std::string path, Type type);  // "order.pay" or a local "radius"; declares "order" as a record too
    void add_list(std::string name, std::vector<Type> key);  // lists.NAME (.has(k…), or `k in lists.NAME`)
    void add_table(std::string name, std::vector<Type> key,
                   std::map<std::string, Type> columns);                      // .has(k…), .get(k…).column
    void add_others(std::string entity, std::map<std::string, Type> fields);  // others.ENTITY(id).field
    void add_function(Function function);

    const Type* path_type(std::string_view path) const;  // null when unknown
    // The slot of a path or look-up, given on first use; and the path of a slot. Slots count from 0.
    std::uint16_t slot(std::string_view path);
    const std::string& path(std::uint16_t slot) const;
    std::size_t slots() const;
    // What is like `path` among the names known: "checkin_dist" for "order.checkin_dst"; "" when nothing is.
    std::string suggestion(std::string_view path) const;

    struct Parts;
    const Parts& parts() const;
    Names();
    ~Names();
    Names(const Names&);
    Names& operator=(const Names&);
    Names(Names&&) noexcept;
    Names& operator=(Names&&) noexcept;

private:
    std::unique_ptr<Parts> parts_;
};

// Gives an expression its values. What it cannot give it returns as absent(slot); it may also return an error.
class Host {
public:
    virtual ~Host() = default;
    virtual Value read(std::uint16_t slot) = 0;                                 // a path
    virtual Value look_up(std::uint16_t slot, std::span<const Value> key) = 0;  // others.E(id).f, tables.T.get(k…).c
    virtual Value contains(std::uint16_t slot,
                           std::span<const Value> key) = 0;  // lists.L.has, in lists.L, tables.T.has
};

// Where the text of an expression stands: errors are reported in the file's own lines and columns. `columns` maps code
// point i of the text to its column in the file, through quoting; empty means consecutive from `column`.
struct Place {
    std::string file;
    int line = 1;
    int column = 1;
    std::vector<int> lines;  // line of each code point, empty: all on `line` (newlines in the text advance it)
    std::vector<int> columns;
};

struct Limits {
    std::size_t characters = 4000;
    int depth = 64;
    int macro_nesting = 2;
};

// A checked expression. Immutable and shareable.
class Expression {
public:
    const Type& type() const;
    const std::vector<std::uint16_t>& reads() const;  // slots of every path and look-up in it, sorted
    std::int64_t cost() const;  // static worst case in units of cel-go's cost model (rules.md §4.7)
    const std::string& text() const;
    bool has_bare_numbers() const;  // literals other than 0 and 1 outside m(300) and the like (lint)

    // The value, three-valued as rules.md §4.5: absent carries the slots that are missing.
    Value evaluate(Host& host, const Zone& zone) const;

    struct Tree;
    explicit Expression(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}
    Expression() = default;
    bool is_empty() const { return tree_ == nullptr; }
    const Tree& tree() const { return *tree_; }

private:
    std::shared_ptr<const Tree> tree_;
};

// Parses and checks `text`. Every fault found is reported (E3xx syntax, E4xx type and unit, E5xx names, E6xx size).
// `expected`: the type it must have, nothing = any type a rule may hold.
Result<Expression> compile(std::string_view text, Names& names, const std::optional<Type>& expected, const Place& place,
                           const Limits& limits = {});

}  // namespace ningyi::cel
