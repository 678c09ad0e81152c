// SPDX-License-Identifier: Apache-2.0
#include "engine/finding.h"

#include <span>

#include "base/cbor.h"
#include "base/cbor_writer.h"
#include "base/text.h"
#include "trust/sha256.h"

namespace ningyi::engine {
namespace {

using cbor::Kind;
using cbor::Value;

constexpr std::int64_t format_version = 1;
constexpr auto last_outcome = Outcome::not_applicable;

// Takes the parts of a finding in order. After the first part of another kind than asked, everything is empty.
class Parts {
public:
    explicit Parts(const std::vector<Value>& items) : items_(items) {}

    std::string text() {
        const Value* const value = next(Kind::text);
        return value == nullptr ? std::string() : value->text;
    }
    std::int64_t integer() {
        const Value* const value = next(Kind::integer);
        return value == nullptr ? 0 : value->integer;
    }
    bool boolean() {
        const Value* const value = next(Kind::boolean);
        return value != nullptr && value->integer != 0;
    }
    std::span<const Value> array() {
        const Value* const value = next(Kind::array);
        return value == nullptr ? std::span<const Value>() : std::span<const Value>(value->items);
    }
    std::vector<std::string> texts() {
        std::vector<std::string> out;
        for (const Value& item : array()) {
            right_ = right_ && item.kind == Kind::text;
            out.push_back(item.text);
        }
        return out;
    }
    void require(bool statement) { right_ = right_ && statement; }
    bool complete() const { return right_ && at_ == items_.size(); }

private:
    const Value* next(Kind kind) {
        right_ = right_ && at_ < items_.size() && items_[at_].kind == kind;
        return right_ ? &items_[at_++] : nullptr;
    }

    const std::vector<Value>& items_;
    std::size_t at_ = 0;
    bool right_ = true;
};

std::vector<UsedValue> used_values(Parts& parts) {
    std::vector<UsedValue> out;
    for (const Value& item : parts.array()) {
        Parts inner(item.items);
        UsedValue used;
        used.path = inner.text();
        used.type = inner.text();
        used.text = inner.text();
        used.absent = inner.boolean();
        parts.require(item.kind == Kind::array && inner.complete());
        out.push_back(std::move(used));
    }
    return out;
}

tl::unexpected<Faults> not_a_finding() {
    return failure({.code = "E631",
                    .zh = "不是一条结论的规范编码",
                    .en = "these bytes are not the canonical encoding of a finding"});
}

}  // namespace

void append_canonical(std::string& out, const Finding& f, bool with_position) {
    constexpr std::size_t parts = 28, parts_of_position = 4;
    cbor::Writer writer(out);
    writer.array(parts + (with_position ? parts_of_position : 0));
    writer.integer(format_version);
    writer.text(f.rule);
    writer.integer(f.version);
    for (const std::string* text : {&f.rule_digest, &f.params_digest, &f.subject_entity, &f.subject, &f.dedup})
        writer.text(*text);
    writer.integer(static_cast<std::int64_t>(f.outcome));
    writer.text(f.reason);
    writer.array(f.missing.size());
    for (const std::string& path : f.missing) writer.text(path);
    for (const std::string* text : {&f.entry, &f.clauses, &f.doubts, &f.exceptions, &f.band}) writer.text(*text);
    writer.integer(f.severity);
    writer.text(f.result);
    writer.text(f.effect);
    writer.array(f.values.size());
    for (const UsedValue& used : f.values) {
        writer.array(4);
        writer.text(used.path);
        writer.text(used.type);
        writer.text(used.text);
        writer.boolean(used.absent);
    }
    writer.text(f.margin);
    writer.text(f.margin_type);
    writer.integer(f.at_risk_fen);
    for (const std::string* text : {&f.payable, &f.payable_type, &f.date, &f.agency, &f.group}) writer.text(*text);
    if (!with_position) return;
    writer.array(f.evidence.size());
    for (const std::uint64_t seq : f.evidence) writer.integer(static_cast<std::int64_t>(seq));
    writer.boolean(f.known_now);
    writer.integer(static_cast<std::int64_t>(f.position));
    writer.integer(f.revision);
}

std::string canonical(const Finding& finding, bool with_position) {
    std::string out;
    out.reserve(1024);  // about what a finding has
    append_canonical(out, finding, with_position);
    return out;
}

std::string finding_id(const Finding& finding) {
    return to_hex(trust::sha256(canonical(finding, true)));
}

Result<Finding> finding_of(std::string_view canonical_bytes) {
    const Result<Value> decoded = cbor::decode(canonical_bytes);
    if (!decoded) return failure(decoded.error());
    if (decoded->kind != Kind::array) return not_a_finding();
    Parts parts(decoded->items);
    parts.require(parts.integer() == format_version);
    Finding f;
    f.rule = parts.text();
    f.version = parts.integer();
    f.rule_digest = parts.text();
    f.params_digest = parts.text();
    f.subject_entity = parts.text();
    f.subject = parts.text();
    f.dedup = parts.text();
    const std::int64_t outcome = parts.integer();
    parts.require(outcome >= 0 && outcome <= static_cast<std::int64_t>(last_outcome));
    f.outcome = static_cast<Outcome>(outcome);
    f.reason = parts.text();
    f.missing = parts.texts();
    f.entry = parts.text();
    f.clauses = parts.text();
    f.doubts = parts.text();
    f.exceptions = parts.text();
    f.band = parts.text();
    const std::int64_t severity = parts.integer();
    f.result = parts.text();
    f.effect = parts.text();
    f.values = used_values(parts);
    f.margin = parts.text();
    f.margin_type = parts.text();
    f.at_risk_fen = parts.integer();
    f.payable = parts.text();
    f.payable_type = parts.text();
    f.date = parts.text();
    f.agency = parts.text();
    f.group = parts.text();
    for (const Value& item : parts.array()) {
        parts.require(item.kind == Kind::integer && item.integer >= 0);
        f.evidence.push_back(static_cast<std::uint64_t>(item.integer));
    }
    f.known_now = parts.boolean();
    const std::int64_t position = parts.integer();
    const std::int64_t revision = parts.integer();
    parts.require(severity >= 0 && severity <= 3 && position >= 0 && revision >= 0 && revision <= INT32_MAX);
    if (!parts.complete()) return not_a_finding();
    f.severity = static_cast<int>(severity);
    f.position = static_cast<std::uint64_t>(position);
    f.revision = static_cast<int>(revision);
    f.id = to_hex(trust::sha256(canonical_bytes));
    return f;
}

}  // namespace ningyi::engine
