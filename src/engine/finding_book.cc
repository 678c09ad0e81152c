// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_book.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/check.h"
#include "base/text.h"
#include "trust/sha256.h"

namespace ningyi::engine {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20U;
constexpr std::size_t hex_digits = 2 * trust::digest_size;

void put_number(std::string& out, std::uint64_t number) {
    while (number >= 0x80) {
        out += static_cast<char>(0x80U | (number & 0x7FU));
        number >>= 7U;
    }
    out += static_cast<char>(number);
}

void put_signed(std::string& out, std::int64_t number) {
    put_number(out, (static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63U));
}

void put_text(std::string& out, std::string_view text) {
    put_number(out, text.size());
    out += text;
}

// Takes the parts in the order they were packed. After the first that is cut short, everything is empty.
class Unpacking {
public:
    explicit Unpacking(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t number() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_[at_++]);
            number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return number;
        }
        return cut_short();
    }
    std::int64_t signed_number() {
        const std::uint64_t folded = number();
        return static_cast<std::int64_t>(folded >> 1U) ^ -static_cast<std::int64_t>(folded & 1U);
    }
    std::string_view text() {
        const std::size_t size = count();
        at_ += size;
        return bytes_.substr(at_ - size, size);
    }
    // Of things that take at least a byte each.
    std::size_t count() {
        const std::uint64_t count = number();
        return count <= bytes_.size() - at_ ? count : cut_short();
    }
    bool is_complete() const { return !is_cut_short_ && at_ == bytes_.size(); }

private:
    std::uint64_t cut_short() {
        is_cut_short_ = true;
        at_ = bytes_.size();
        return 0;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    bool is_cut_short_ = false;
};

// The id is the digest it nearly always is, as 32 bytes; whatever else it may be is kept as it stands.
void put_id(std::string& out, const std::string& id) {
    const auto bytes = id.size() == hex_digits ? from_hex(id) : std::nullopt;
    const bool is_digest = bytes && to_hex(*bytes) == id;
    out += is_digest ? '\1' : '\0';
    put_text(out, is_digest ? *bytes : id);
}

void take_id(Unpacking& from, std::string& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    const bool is_digest = from.number() == 1;
    const std::string_view kept = from.text();
    if (!is_digest || kept.size() != trust::digest_size) {
        id = kept;
        return;
    }
    id.resize(hex_digits);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const auto byte = static_cast<unsigned char>(kept[i]);
        id[2 * i] = digits[byte >> 4U];
        id[2 * i + 1] = digits[byte & 0xFU];
    }
}

// What stands in a shape, so that two findings with equal keys have equal shapes.
void append_shape(std::string& key, const Finding& f) {
    for (const std::string* text :
         {&f.rule, &f.rule_digest, &f.params_digest, &f.subject_entity, &f.reason, &f.clauses, &f.doubts, &f.exceptions,
          &f.band, &f.result, &f.effect, &f.margin_type, &f.payable_type})
        put_text(key, *text);
    for (const std::int64_t number : {f.version, static_cast<std::int64_t>(f.outcome),
                                      static_cast<std::int64_t>(f.severity), std::int64_t{f.known_now ? 1 : 0}})
        put_signed(key, number);
    put_number(key, f.missing.size());
    for (const std::string& path : f.missing) put_text(key, path);
    for (const UsedValue& used : f.values) {
        put_text(key, used.path);
        put_text(key, used.type);
        key += used.absent ? '1' : '0';
    }
}

void pack(std::string& out, const Finding& f) {
    // First what findings are sorted by.
    for (const std::string* text : {&f.subject, &f.dedup}) put_text(out, *text);
    put_id(out, f.id);
    for (const std::string* text : {&f.entry, &f.margin, &f.payable, &f.date, &f.agency, &f.group})
        put_text(out, *text);
    put_signed(out, f.at_risk_fen);
    put_number(out, f.position);
    put_signed(out, f.revision);
    put_number(out, f.evidence.size());
    std::uint64_t before = 0;
    for (const std::uint64_t seq : f.evidence) {
        put_number(out, seq - before);  // sorted, so the steps are small; were it not, the sum would still be right
        before = seq;
    }
    for (const UsedValue& used : f.values) put_text(out, used.text);
}

}  // namespace

FindingBook::FindingBook(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) add(finding);
}

std::uint32_t FindingBook::number_of_shape(const Finding& finding) {
    key_.clear();
    append_shape(key_, finding);
    const auto known = shape_numbers_.find(key_);
    if (known != shape_numbers_.end()) return known->second;
    Finding shape = finding;
    for (std::string* text : {&shape.id, &shape.subject, &shape.dedup, &shape.entry, &shape.margin, &shape.payable,
                              &shape.date, &shape.agency, &shape.group})
        text->clear();
    shape.evidence.clear();
    for (UsedValue& used : shape.values) used.text.clear();
    shapes_.push_back(std::move(shape));
    const auto number = static_cast<std::uint32_t>(shapes_.size() - 1);
    shape_numbers_.emplace(key_, number);
    return number;
}

const char* FindingBook::keep(std::string_view packed) {
    if (blocks_.empty() || packed.size() > left_) {
        left_ = std::max(block_bytes, packed.size());
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
        kept_bytes_ += left_;
        free_ = blocks_.back().get();
    }
    char* const at = free_;
    std::memcpy(at, packed.data(), packed.size());
    free_ += packed.size();
    left_ -= packed.size();
    return at;
}

void FindingBook::add(const Finding& finding) {
    packed_.clear();
    pack(packed_, finding);
    CHECK(packed_.size() <= UINT32_MAX);
    const std::uint32_t shape = number_of_shape(finding);
    places_.push_back({keep(packed_), static_cast<std::uint32_t>(packed_.size()), shape});
}

void FindingBook::clear() {
    *this = FindingBook();
}

void FindingBook::sort() {
    // The rank of each shape's rule, so that most comparisons are of two numbers.
    std::vector<std::string_view> rules;
    for (const Finding& shape : shapes_) rules.push_back(shape.rule);
    std::sort(rules.begin(), rules.end());
    std::vector<std::uint32_t> rank;
    for (const Finding& shape : shapes_)
        rank.push_back(
            static_cast<std::uint32_t>(std::lower_bound(rules.begin(), rules.end(), shape.rule) - rules.begin()));
    std::sort(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
        if (rank[a.shape] != rank[b.shape]) return rank[a.shape] < rank[b.shape];
        Unpacking left({a.bytes, a.size}), right({b.bytes, b.size});
        const std::string_view left_subject = left.text(), right_subject = right.text();
        const int order = left_subject.compare(right_subject);
        return order != 0 ? order < 0 : left.text() < right.text();
    });
}

Finding FindingBook::at(std::size_t place) const {
    Finding finding;
    read(place, finding);
    return finding;
}

void FindingBook::read(std::size_t place, Finding& into) const {
    CHECK(place < places_.size());
    CHECK(put_together(shapes_[places_[place].shape], own_bytes(place), into));
}

bool FindingBook::put_together(const Finding& shape, std::string_view own_bytes, Finding& into) {
    into = shape;
    Unpacking packed(own_bytes);
    for (std::string* text : {&into.subject, &into.dedup}) *text = packed.text();
    take_id(packed, into.id);
    for (std::string* text : {&into.entry, &into.margin, &into.payable, &into.date, &into.agency, &into.group})
        *text = packed.text();
    into.at_risk_fen = packed.signed_number();
    into.position = packed.number();
    into.revision = static_cast<int>(packed.signed_number());
    const std::size_t evidence = packed.count();
    into.evidence.clear();
    std::uint64_t seq = 0;
    for (std::size_t i = 0; i < evidence; ++i) into.evidence.push_back(seq += packed.number());
    for (UsedValue& used : into.values) used.text = packed.text();
    return packed.is_complete();
}

std::size_t FindingBook::bytes() const {
    std::size_t shapes = 0;
    for (const Finding& shape : shapes_)
        shapes += 2 * sizeof(Finding) + shape.values.size() * (sizeof(UsedValue) + 64) + 512;
    return kept_bytes_ + places_.capacity() * sizeof(Place) + shapes;
}

}  // namespace ningyi::engine
