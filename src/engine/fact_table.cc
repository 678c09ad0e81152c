// SPDX-License-Identifier: Apache-2.0
// The bytes: "NYFACTS1", chunks, directory (canonical CBOR), its place (u64 offset, u64 length, u32 CRC-32C),
// "NYFACTS1". Little-endian. A chunk is one column of one group: a byte for what is known (0 nothing, 1 everything, 2 a
// bit a row, 3 a byte a row where there are errors), then the values of the known rows only: truths a bit each; numbers
// and codes as u8 bits (0 1 2 4 8 16 32 64), i64 least, then differences from it in so many bits; plain texts as u32
// ends, then bytes. A column with codes has one more chunk, its words: u32 count, u32 ends, bytes.
#include "engine/fact_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/cbor.h"
#include "base/check.h"
#include "base/text.h"
#include "track/crc32c.h"

namespace ningyi::engine {
namespace {

using cel::Kind;
using cel::Known;
using cel::Value;

constexpr std::string_view magic = "NYFACTS1";
constexpr std::size_t place_bytes = 20;
constexpr std::size_t chunk_bytes = 16;
constexpr std::uint64_t most_rows = std::uint64_t{1} << 31U;

bool is_boxed(Kind kind) {
    return kind == Kind::list || kind == Kind::place || kind == Kind::fix;
}
bool has_codes(const FactColumn& column) {
    return !column.plain && (column.kind == Kind::string || is_boxed(column.kind));
}

template <class Number>
void put_number(std::string& out, Number number) {
    for (unsigned i = 0; i < sizeof number; ++i)
        out += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFFU);
}
template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < sizeof(Number); ++i)
        number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return static_cast<Number>(number);
}

Fault damaged(std::string_view zh, std::string_view en) {
    return {.code = "E720",
            .zh = format("存下的事实列已损坏（{}），将从日志重算", zh),
            .en = format("the kept columns of facts are damaged ({}); they are computed again from the log", en)};
}

// Scalars inside lists, and positions: [kind, number or text …].
cbor::Value boxed_of(const Value& value) {
    std::vector<cbor::Value> parts{cbor::Value::of(static_cast<std::int64_t>(value.kind()))};
    if (value.kind() == Kind::list) {
        for (const Value& item : value.list()) parts.push_back(boxed_of(item));
    } else if (value.kind() == Kind::place) {
        parts.push_back(cbor::Value::of(value.place().first));
        parts.push_back(cbor::Value::of(value.place().second));
    } else if (value.kind() == Kind::fix) {
        for (const std::int64_t number :
             {std::int64_t{value.fix().lat_e7}, std::int64_t{value.fix().lon_e7}, value.fix().sigma_mm})
            parts.push_back(cbor::Value::of(number));
    } else if (value.kind() == Kind::string) {
        parts.push_back(cbor::Value::of_text(value.text()));
    } else if (value.kind() == Kind::timestamp || value.kind() == Kind::duration) {
        parts.push_back(cbor::Value::of(value.ms()));
    } else {
        parts.push_back(cbor::Value::of(value.number()));
    }
    return cbor::Value::of_array(std::move(parts));
}

std::optional<Value> unboxed(const cbor::Value& from, int depth = 0) {
    if (from.kind != cbor::Kind::array || from.items.empty() || depth > 4) return std::nullopt;
    const auto kind = static_cast<Kind>(from.items[0].integer);
    const auto is = [&](std::size_t i, cbor::Kind wanted) {
        return i < from.items.size() && from.items[i].kind == wanted;
    };
    const auto number = [&](std::size_t i) { return from.items[i].integer; };
    if (kind == Kind::list) {
        cel::List items;
        for (std::size_t i = 1; i < from.items.size(); ++i) {
            std::optional<Value> item = unboxed(from.items[i], depth + 1);
            if (!item) return std::nullopt;
            items.push_back(std::move(*item));
        }
        return Value::of_list(std::move(items));
    }
    if (kind == Kind::string) {
        if (!is(1, cbor::Kind::text)) return std::nullopt;
        return Value::of_string(from.items[1].text);
    }
    if (!is(1, cbor::Kind::integer)) return std::nullopt;
    if (kind == Kind::place || kind == Kind::fix) {
        if (!is(2, cbor::Kind::integer)) return std::nullopt;
        const auto lat = static_cast<std::int32_t>(number(1)), lon = static_cast<std::int32_t>(number(2));
        if (kind == Kind::place) return Value::of_place(lat, lon);
        if (!is(3, cbor::Kind::integer)) return std::nullopt;
        return Value::of_fix({lat, lon, number(3)});
    }
    switch (kind) {
        case Kind::boolean: return Value::of_bool(number(1) != 0);
        case Kind::timestamp: return Value::of_timestamp_ms(number(1));
        case Kind::duration: return Value::of_duration_ms(number(1));
        case Kind::integer:
        case Kind::length:
        case Kind::money:
        case Kind::speed:
        case Kind::ratio:
        case Kind::date: return Value::of(kind, number(1));
        default: return std::nullopt;
    }
}

std::int64_t plain_number(const Value& value) {
    return value.kind() == Kind::timestamp || value.kind() == Kind::duration ? value.ms() : value.number();
}

void put_bits(std::string& out, const std::vector<std::uint8_t>& bits) {
    for (std::size_t i = 0; i < bits.size(); i += 8) {
        unsigned byte = 0;
        for (std::size_t k = i; k < std::min(i + 8, bits.size()); ++k) byte |= unsigned{bits[k] != 0} << (k - i);
        out += static_cast<char>(byte);
    }
}

void put_numbers(std::string& out, const std::vector<std::int64_t>& numbers) {
    std::int64_t least = 0, most = 0;
    if (!numbers.empty()) {
        const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
        least = *low, most = *high;
    }
    const std::uint64_t range = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
    unsigned bits = 0;
    for (const unsigned wide : {1U, 2U, 4U, 8U, 16U, 32U, 64U}) {
        if (bits == 64 || range == 0 || (bits > 0 && range >> bits == 0)) break;
        bits = wide;
    }
    out += static_cast<char>(bits);
    put_number(out, least);
    const auto off = [&](std::size_t i) {
        return static_cast<std::uint64_t>(numbers[i]) - static_cast<std::uint64_t>(least);
    };
    if (bits > 0 && bits < 8) {
        const unsigned in_byte = 8 / bits;
        for (std::size_t i = 0; i < numbers.size(); i += in_byte) {
            std::uint64_t byte = 0;
            for (std::size_t k = i; k < std::min(i + in_byte, numbers.size()); ++k) byte |= off(k) << ((k - i) * bits);
            out += static_cast<char>(byte);
        }
    } else if (bits >= 8) {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            for (unsigned byte = 0; byte < bits; byte += 8) out += static_cast<char>(off(i) >> byte & 0xFFU);
        }
    }
}

// Reads numbers of so many bits; false when there are too few bytes.
bool take_numbers(std::string_view bytes, std::size_t& at, std::size_t count, std::vector<std::int64_t>& into) {
    if (bytes.size() < at + 9) return false;
    const unsigned bits = static_cast<unsigned char>(bytes[at]);
    const auto least = number_at<std::int64_t>(bytes, at + 1);
    at += 9;
    into.resize(count);
    if (bits == 0) {
        std::fill(into.begin(), into.end(), least);
        return true;
    }
    if (bits > 64 || (bits & (bits - 1)) != 0) return false;
    const std::size_t need = bits < 8 ? (count * bits + 7) / 8 : count * (bits / 8);
    if (bytes.size() - at < need) return false;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data()) + at;
    at += need;
    const auto plus = [&](std::uint64_t off) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + off);
    };
    if (bits < 8) {
        const unsigned shift = bits == 1 ? 3 : bits == 2 ? 2 : 1;
        const unsigned mask = (1U << bits) - 1;
        for (std::size_t i = 0; i < count; ++i)
            into[i] = plus(data[i >> shift] >> ((i & ((1U << shift) - 1)) * bits) & mask);
        return true;
    }
    const auto each = [&](auto width) {
        using Off = decltype(width);
        for (std::size_t i = 0; i < count; ++i) {
            Off off = 0;
            std::memcpy(&off, data + i * sizeof(Off), sizeof(Off));
            into[i] = plus(off);
        }
    };
    static_assert(std::endian::native == std::endian::little);
    if (bits == 8) each(std::uint8_t{});
    if (bits == 16) each(std::uint16_t{});
    if (bits == 32) each(std::uint32_t{});
    if (bits == 64) each(std::uint64_t{});
    return true;
}

void take_bits(std::string_view bytes, std::size_t at, std::size_t count, std::uint8_t* into) {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data()) + at;
    for (std::size_t i = 0; i < count; ++i) into[i] = data[i >> 3U] >> (i & 7U) & 1U;
}

void put_texts(std::string& out, const std::vector<std::string_view>& texts) {
    std::uint32_t end = 0;
    for (const std::string_view text : texts) put_number(out, end += static_cast<std::uint32_t>(text.size()));
    for (const std::string_view text : texts) out += text;
}

bool take_texts(std::string_view bytes, std::size_t at, std::size_t count, std::vector<std::string_view>& into) {
    if (bytes.size() - at < count * 4) return false;
    const std::size_t start = at + count * 4;
    std::size_t from = 0;
    into.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = number_at<std::uint32_t>(bytes, at + i * 4);
        if (end < from || start + end > bytes.size()) return false;
        into[i] = bytes.substr(start + from, end - from);
        from = end;
    }
    return true;
}

}  // namespace

FactTableWriter::FactTableWriter(FactRows rows, std::vector<FactColumn> columns, Sink sink)
    : about_(std::move(rows)),
      columns_(std::move(columns)),
      sink_(std::move(sink)),
      group_(columns_.size()),
      codes_(columns_.size()),
      chunks_(columns_.size()) {
    sink_(magic);
    written_ = magic.size();
}

void FactTableWriter::add(const std::vector<Value>& row) {
    CHECK(row.size() == columns_.size());
    for (std::size_t i = 0; i < row.size(); ++i) group_[i].push_back(row[i]);
    ++rows_;
    if (++in_group_ == fact_group_rows) end_group();
}

void FactTableWriter::put(std::string_view bytes, std::vector<Chunk>& chunks) {
    chunks.push_back({written_, static_cast<std::uint32_t>(bytes.size()), track::crc32c(bytes)});
    sink_(bytes);
    written_ += bytes.size();
}

void FactTableWriter::end_group() {
    std::string bytes;
    std::vector<std::uint8_t> known;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const FactColumn& column = columns_[c];
        const std::vector<Value>& values = group_[c];
        bytes.clear();
        known.clear();
        bool has_errors = false;
        std::size_t known_rows = 0;
        for (const Value& value : values) {
            known.push_back(static_cast<std::uint8_t>(value.is_known()   ? Known::known
                                                      : value.is_error() ? Known::error
                                                                         : Known::absent));
            has_errors = has_errors || value.is_error();
            known_rows += value.is_known() ? 1 : 0;
            CHECK(!value.is_known() || value.kind() == column.kind);
        }
        if (has_errors) {
            bytes += '\3';
            for (const std::uint8_t one : known) bytes += static_cast<char>(one);
        } else if (known_rows == values.size()) {
            bytes += '\1';
        } else if (known_rows == 0) {
            bytes += '\0';
        } else {
            bytes += '\2';
            put_bits(bytes, known);
        }
        std::vector<std::int64_t> numbers;
        std::vector<std::uint8_t> truths;
        std::vector<std::string_view> texts;
        for (const Value& value : values) {
            if (!value.is_known()) continue;
            if (column.plain) {
                texts.push_back(value.text());
            } else if (column.kind == Kind::boolean) {
                truths.push_back(value.is_true() ? 1 : 0);
            } else if (has_codes(column)) {
                std::string boxed;
                if (is_boxed(column.kind)) boxed = cbor::encode(boxed_of(value));
                const std::string& word = is_boxed(column.kind) ? boxed : value.text();
                const auto at = codes_[c].try_emplace(word, static_cast<std::uint32_t>(codes_[c].size())).first;
                numbers.push_back(at->second);
            } else {
                numbers.push_back(plain_number(value));
            }
        }
        if (column.plain) {
            put_texts(bytes, texts);
        } else if (column.kind == Kind::boolean) {
            put_bits(bytes, truths);
        } else {
            put_numbers(bytes, numbers);
        }
        put(bytes, chunks_[c]);
        group_[c].clear();
    }
    in_group_ = 0;
}

void FactTableWriter::finish(std::string_view note) {
    if (in_group_ > 0) end_group();
    cbor::Value columns = cbor::Value::of_array({});
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const FactColumn& column = columns_[c];
        cbor::Value one = cbor::Value::map();
        one.set("name", cbor::Value::of_text(column.name));
        one.set("digest", cbor::Value::of_text(column.digest));
        one.set("kind", cbor::Value::of(static_cast<std::int64_t>(column.kind)));
        one.set("plain", cbor::Value::of_bool(column.plain));
        if (has_codes(column)) {
            std::vector<std::string_view> words(codes_[c].size());
            for (const auto& [word, code] : codes_[c]) words[code] = word;
            std::string bytes;
            put_number(bytes, static_cast<std::uint32_t>(words.size()));
            put_texts(bytes, words);
            put(bytes, chunks_[c]);
        }
        std::string chunks;
        for (const Chunk& chunk : chunks_[c]) {
            put_number(chunks, chunk.offset);
            put_number(chunks, chunk.length);
            put_number(chunks, chunk.crc);
        }
        one.set("chunks", cbor::Value::of_bytes(chunks));
        columns.items.push_back(std::move(one));
    }
    cbor::Value directory = cbor::Value::map();
    directory.set("entity", cbor::Value::of_text(about_.entity));
    directory.set("when", cbor::Value::of_text(about_.when));
    directory.set("each", cbor::Value::of_text(about_.each));
    directory.set("digest", cbor::Value::of_text(about_.digest));
    directory.set("position", cbor::Value::of(static_cast<std::int64_t>(about_.position)));
    directory.set("rows", cbor::Value::of(static_cast<std::int64_t>(rows_)));
    directory.set("columns", std::move(columns));
    directory.set("note", cbor::Value::of_bytes(note));
    const std::string bytes = cbor::encode(directory);
    std::string tail;
    put_number(tail, written_);
    put_number(tail, static_cast<std::uint64_t>(bytes.size()));
    put_number(tail, track::crc32c(bytes));
    tail += magic;
    sink_(bytes);
    sink_(tail);
    written_ += bytes.size() + tail.size();
}

Result<FactTable> FactTable::open(std::string_view bytes) {
    const std::size_t ends = place_bytes + magic.size();
    if (bytes.size() < magic.size() + ends || !bytes.starts_with(magic) || !bytes.ends_with(magic))
        return failure(damaged("不完整", "not whole"));
    const std::size_t place = bytes.size() - ends;
    const auto offset = number_at<std::uint64_t>(bytes, place), length = number_at<std::uint64_t>(bytes, place + 8);
    const auto crc = number_at<std::uint32_t>(bytes, place + 16);
    if (offset > place || length != place - offset) return failure(damaged("目录错位", "the directory is misplaced"));
    if (track::crc32c(bytes.substr(offset, length)) != crc)
        return failure(damaged("目录校验不符", "the checksum of the directory differs"));
    const Result<cbor::Value> directory = cbor::decode(bytes.substr(offset, length));
    const Fault unreadable = damaged("目录读不出", "the directory cannot be read");
    if (!directory) return failure(unreadable);
    const auto text = [](const cbor::Value& map, std::string_view key) -> std::optional<std::string> {
        const cbor::Value* found = map.find(key);
        if (found == nullptr || (found->kind != cbor::Kind::text && found->kind != cbor::Kind::bytes))
            return std::nullopt;
        return found->text;
    };
    const auto number = [](const cbor::Value& map, std::string_view key) {
        const cbor::Value* found = map.find(key);
        return found != nullptr && found->kind == cbor::Kind::integer ? found->integer : -1;
    };
    FactTable table;
    table.bytes_ = bytes;
    const auto entity = text(*directory, "entity"), when = text(*directory, "when"), each = text(*directory, "each"),
               digest = text(*directory, "digest"), note = text(*directory, "note");
    const std::int64_t position = number(*directory, "position"), rows = number(*directory, "rows");
    const cbor::Value* columns = directory->find("columns");
    if (!entity || !when || !each || !digest || !note || position < 0 || rows < 0 ||
        static_cast<std::uint64_t>(rows) > most_rows || columns == nullptr)
        return failure(unreadable);
    table.about_ = {*entity, *when, *each, *digest, static_cast<std::uint64_t>(position)};
    table.rows_ = static_cast<std::uint64_t>(rows);
    table.note_ = *note;
    for (const cbor::Value& one : columns->items) {
        const auto name = text(one, "name"), of = text(one, "digest"), chunks = text(one, "chunks");
        const std::int64_t kind = number(one, "kind");
        const cbor::Value* plain = one.find("plain");
        if (!name || !of || !chunks || plain == nullptr || kind < 0 || kind > static_cast<std::int64_t>(Kind::fix))
            return failure(unreadable);
        const FactColumn column{*name, *of, static_cast<Kind>(kind), plain->integer != 0};
        const std::size_t wanted = table.groups() + (has_codes(column) ? 1 : 0);
        if (chunks->size() != wanted * chunk_bytes) return failure(unreadable);
        std::vector<Chunk>& into = table.chunks_.emplace_back();
        for (std::size_t i = 0; i < wanted; ++i) {
            const std::size_t at = i * chunk_bytes;
            const Chunk chunk{number_at<std::uint64_t>(*chunks, at), number_at<std::uint32_t>(*chunks, at + 8),
                              number_at<std::uint32_t>(*chunks, at + 12)};
            if (chunk.offset > offset || chunk.length > offset - chunk.offset) return failure(unreadable);
            into.push_back(chunk);
        }
        std::uint32_t words = 0;
        if (has_codes(column)) {
            const Chunk& chunk = into.back();
            if (chunk.length < 4) return failure(unreadable);
            words = number_at<std::uint32_t>(bytes, chunk.offset);
            if ((chunk.length - 4) / 4 < words) return failure(unreadable);
        }
        table.word_counts_.push_back(words);
        table.columns_.push_back(column);
    }
    return table;
}

std::size_t FactTable::rows_in(std::size_t group) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(fact_group_rows, rows_ - group * fact_group_rows));
}

std::optional<std::size_t> FactTable::find(std::string_view name, std::string_view digest) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].name == name && columns_[i].digest == digest) return i;
    }
    return std::nullopt;
}

Result<std::string_view> FactTable::bytes_of(const Chunk& chunk) const {
    const std::string_view bytes = bytes_.substr(chunk.offset, chunk.length);
    if (track::crc32c(bytes) != chunk.crc) return failure(damaged("校验不符", "a checksum differs"));
    return bytes;
}

Result<std::vector<std::string_view>> FactTable::words(std::size_t column) const {
    std::vector<std::string_view> words;
    if (!has_codes(columns_[column])) return words;
    const auto bytes = bytes_of(chunks_[column].back());
    if (!bytes) return failure(bytes.error());
    if (!take_texts(*bytes, 4, word_counts_[column], words)) return failure(damaged("词表", "words"));
    return words;
}

Result<void> FactTable::read(std::size_t column, std::size_t group, FactChunk& into) const {
    const FactColumn& what = columns_[column];
    const std::size_t rows = rows_in(group);
    const auto found = bytes_of(chunks_[column][group]);
    if (!found) return failure(found.error());
    const std::string_view bytes = *found;
    const Fault broken = damaged("列内容", "values of a column");
    if (bytes.empty()) return failure(broken);
    cel::Column& out = into.column;
    out.resize(what.kind, rows);
    std::size_t at = 1;
    const std::size_t bit_bytes = (rows + 7) / 8;
    switch (bytes[0]) {
        case 0: break;
        case 1: std::fill(out.known.begin(), out.known.end(), static_cast<std::uint8_t>(Known::known)); break;
        case 2:
            if (bytes.size() < at + bit_bytes) return failure(broken);
            take_bits(bytes, at, rows, out.known.data());
            at += bit_bytes;
            break;
        case 3:
            if (bytes.size() < at + rows) return failure(broken);
            for (std::size_t i = 0; i < rows; ++i) {
                out.known[i] = static_cast<std::uint8_t>(bytes[at + i]);
                if (out.known[i] > static_cast<std::uint8_t>(Known::error)) return failure(broken);
            }
            at += rows;
            break;
        default: return failure(broken);
    }
    const auto is_known = [&](std::size_t row) { return out.known[row] == static_cast<std::uint8_t>(Known::known); };
    const auto count = static_cast<std::size_t>(
        std::count(out.known.begin(), out.known.end(), static_cast<std::uint8_t>(Known::known)));
    const bool all = count == rows;
    if (what.plain) {
        std::vector<std::string_view> texts;
        if (!take_texts(bytes, at, count, texts)) return failure(broken);
        into.texts.assign(rows, {});
        for (std::size_t row = 0, i = 0; row < rows; ++row) {
            if (is_known(row)) into.texts[row] = texts[i++];
        }
        return {};
    }
    if (what.kind == Kind::boolean) {
        if (bytes.size() < at + (count + 7) / 8) return failure(broken);
        std::vector<std::uint8_t> truths(count);
        take_bits(bytes, at, count, truths.data());
        if (all) {
            out.truths = std::move(truths);
        } else {
            for (std::size_t row = 0, i = 0; row < rows; ++row) {
                if (is_known(row)) out.truths[row] = truths[i++];
            }
        }
        return {};
    }
    std::vector<std::int64_t> packed;
    std::vector<std::int64_t>& numbers = all && !has_codes(what) ? out.numbers : packed;
    if (!take_numbers(bytes, at, count, numbers)) return failure(broken);
    if (!has_codes(what)) {
        if (all) return {};
        for (std::size_t row = 0, i = 0; row < rows; ++row) {
            if (is_known(row)) out.numbers[row] = packed[i++];
        }
        return {};
    }
    for (const std::int64_t code : packed) {
        if (code < 0 || code >= word_counts_[column]) return failure(broken);
    }
    if (what.kind == Kind::string) {
        for (std::size_t row = 0, i = 0; row < rows; ++row) {
            if (is_known(row)) out.codes[row] = static_cast<std::uint32_t>(packed[i++]);
        }
        return {};
    }
    const auto words_read = words(column);
    if (!words_read) return failure(words_read.error());
    std::map<std::int64_t, Value> values;
    for (std::size_t row = 0, i = 0; row < rows; ++row) {
        if (!is_known(row)) continue;
        const std::int64_t code = packed[i++];
        auto at_value = values.find(code);
        if (at_value == values.end()) {
            const auto decoded = cbor::decode((*words_read)[static_cast<std::size_t>(code)]);
            std::optional<Value> value = decoded ? unboxed(*decoded) : std::nullopt;
            if (!value || value->kind() != what.kind) return failure(broken);
            at_value = values.emplace(code, std::move(*value)).first;
        }
        out.boxed[row] = at_value->second;
    }
    return {};
}

}  // namespace ningyi::engine
