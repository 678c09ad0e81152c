// SPDX-License-Identifier: Apache-2.0
#include "exchange/file_import.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "exchange/fix_blocks.h"
#include "track/codec.h"
#include "trust/sha256.h"

namespace ningyi::exchange {
namespace {

using cbor::Value;

constexpr std::size_t max_keys = 20'000'000;
constexpr std::size_t max_held = 500'000;
constexpr std::uint64_t rows_between_progress = 20'000;

auto members(const PositionColumns& p) {
    return std::tie(p.at, p.lat, p.lon, p.accuracy, p.level, p.datum, p.provider, p.mock, p.speed, p.positioned);
}

std::string name_of_look_up(const ValueRule& rule) {
    return join({rule.file, rule.by, rule.take, rule.from, rule.to}, "\x1f");
}

Value codes(std::initializer_list<std::int64_t> numbers) {
    std::vector<Value> items;
    items.reserve(numbers.size());
    for (const std::int64_t number : numbers) items.push_back(Value::of(number));
    return Value::of_array(std::move(items));
}

// China with a margin: 3–54° N, 73–136° E.
bool is_in_china(std::int64_t lat_e7, std::int64_t lon_e7) {
    return lat_e7 >= 30'000'000 && lat_e7 <= 540'000'000 && lon_e7 >= 730'000'000 && lon_e7 <= 1'360'000'000;
}

}  // namespace

Faults missing_columns(const Mapping& mapping, const std::vector<std::string>& header, const std::string& file) {
    Faults faults;
    const std::vector<std::string_view> names(header.begin(), header.end());
    const auto is_coordinate_of_fixes = [&](const ColumnPlan& plan) {  // empty only where a row says that it has none
        const auto column = static_cast<std::size_t>(&plan - mapping.columns.data());
        return mapping.blocks && (column == mapping.blocks->position.lat || column == mapping.blocks->position.lon);
    };
    for (const ColumnPlan& plan : mapping.columns) {
        if (!plan.required && !is_coordinate_of_fixes(plan)) continue;
        if (std::ranges::find(header, plan.name) != header.end()) continue;
        if (plan.type == ColumnType::time && std::ranges::find(header, plan.name + "_ms") != header.end()) continue;
        const std::string_view near = closest(plan.name, names);
        faults.push_back(
            Fault{.file = file,
                  .line = 1,
                  .code = "E855",
                  .zh = format("缺少必需的列“{}”{}", plan.name, near.empty() ? "" : format("；是“{}”吗？", near)),
                  .en = format("the required column \"{}\" is missing{}", plan.name,
                               near.empty() ? "" : format("; is it \"{}\"?", near))});
    }
    return faults;
}

FileImport::FileImport(const Mapping& mapping, const BundleInfo& info, std::string file, Rejects& rejects,
                       FileReport& counts, std::function<void(log::Draft&&)> hand_out)
    : mapping_(mapping),
      info_(info),
      file_(std::move(file)),
      rejects_(rejects),
      counts_(counts),
      hand_out_(std::move(hand_out)) {
    const auto prepare = [&](const ValueRule& rule, const auto& self) -> void {
        if (rule.position.lat != no_plan) prepare_position(rule.position);
        for (const ValueRule& next : rule.otherwise) self(next, self);
    };
    for (const EventRule& event : mapping_.events) {
        for (const BodyField& field : event.body) prepare(field.value, prepare);
    }
    if (mapping_.blocks) prepare_position(mapping_.blocks->position);
    zero_positions_.resize(positions_.size());
}

void FileImport::prepare_position(const PositionColumns& columns) {
    for (const Position& known : positions_) {
        if (members(known.columns) == members(columns)) return;
    }
    Position position{.columns = columns};
    const auto words = [&](std::size_t plan) {
        return plan == no_plan ? std::vector<std::string>{} : mapping_.columns[plan].words;
    };
    const auto code_of = [](const std::string& word, auto last, auto otherwise) {
        for (int i = 0; i <= static_cast<int>(last); ++i) {
            if (name_of(static_cast<decltype(last)>(i)) == word) return static_cast<std::uint8_t>(i);
        }
        return static_cast<std::uint8_t>(otherwise);
    };
    for (const std::string& word : words(columns.datum))
        position.datums.push_back(code_of(word, geo::Datum::unknown, geo::Datum::unknown));
    for (const std::string& word : words(columns.level))
        position.levels.push_back(code_of(word, track::Level::p95, track::Level::unknown));
    for (const std::string& word : words(columns.provider))
        position.providers.push_back(code_of(word, track::Provider::manual, track::Provider::unknown));
    for (const std::string& word : words(columns.mock)) {
        const auto flags = word == "yes"  ? track::flag_mock_known | track::flag_mock
                           : word == "no" ? track::flag_mock_known
                                          : 0U;
        position.mocks.push_back(static_cast<std::uint8_t>(flags));
    }
    positions_.push_back(std::move(position));
}

const FileImport::Position& FileImport::position_of(const PositionColumns& columns) const {
    return *std::ranges::find_if(positions_,
                                 [&](const Position& known) { return members(known.columns) == members(columns); });
}

void FileImport::plan_columns(const std::vector<std::string>& header) {
    std::vector<ColumnPlan> plans = mapping_.columns;
    std::unordered_set<std::string> used;
    const auto find = [&](const std::string& name) {
        const auto found = std::ranges::find(header, name);
        return found == header.end() ? ColumnPlan::no_column : static_cast<std::size_t>(found - header.begin());
    };
    for (ColumnPlan& plan : plans) {
        plan.column = find(plan.name);
        if (plan.column == ColumnPlan::no_column && plan.type == ColumnType::time) {
            plan.column = find(plan.name + "_ms");
            if (plan.column != ColumnPlan::no_column) {
                plan.type = ColumnType::epoch_ms;
                plan.name += "_ms";
            }
        }
        if (plan.column != ColumnPlan::no_column) used.insert(plan.name);
        if (plan.type == ColumnType::date_or_time) {
            // Midnight in the bundle's zone; where the clock is put forward, by at most that hour off.
            plan.date_offset_ms = info_.zone.midnight(info_.from.value_or(Date{20'000})).ms -
                                  info_.from.value_or(Date{20'000}).days * days_ms;
        }
    }
    counts_.unknown_columns.clear();
    for (const std::string& name : header) {
        if (!name.empty() && !used.contains(name)) counts_.unknown_columns.push_back(name);
    }
    columns_ = std::make_unique<Columns>(std::move(plans));
}

Result<bool> FileImport::prepare_look_ups(const LookUpTable& look_up) {
    Faults faults;
    const auto prepare = [&](const ValueRule& rule, const auto& self) -> void {
        if (rule.kind == ValueRule::Kind::look_up) {
            const std::string name = name_of_look_up(rule);
            if (!look_ups_.contains(name)) {
                auto table = look_up(rule);
                // A file that cannot be read is reported where it is read for itself; here it has nothing to tell.
                look_ups_[name] = table ? std::move(*table) : LookUp{};
            }
            looking_[&rule].table = &look_ups_[name];
        }
        for (const ValueRule& next : rule.otherwise) self(next, self);
    };
    for (const EventRule& event : mapping_.events) {
        prepare(event.subject, prepare);
        if (event.actor) prepare(*event.actor, prepare);
        for (const BodyField& field : event.body) prepare(field.value, prepare);
    }
    if (mapping_.blocks) prepare(mapping_.blocks->carrier, prepare);
    return true;
}

std::string_view FileImport::text(const Rows& rows, std::size_t plan, std::size_t row) const {
    const std::size_t column = columns_->plans()[plan].column;
    return column == ColumnPlan::no_column ? std::string_view{} : trimmed(rows.cell(row, column));
}

Id FileImport::key_of(const Rows& rows, std::size_t row) const {
    std::string joined;
    for (const std::size_t plan : mapping_.key) {
        joined += text(rows, plan, row);
        joined += '\x1f';
    }
    return Id::from_bytes(trust::sha256(joined));
}

Id FileImport::content_of(const Rows& rows, std::size_t row) const {
    std::string joined;
    for (std::size_t plan = 0; plan < mapping_.columns.size(); ++plan) {
        joined += text(rows, plan, row);
        joined += '\x1f';
    }
    return Id::from_bytes(trust::sha256(joined));
}

Result<bool> FileImport::find_repeated_keys(const OpenRows& open) {
    if (mapping_.key.empty()) return true;
    auto source = open(false);
    if (!source) return tl::unexpected(source.error());
    plan_columns((*source)->header());
    std::unordered_map<Id, Id> contents;
    Rows rows;
    for (;;) {
        const auto more = (*source)->next(rows);
        if (!more) break;  // the second reading meets the same fault and reports it, after the rows before it
        if (!*more) break;
        // Rows that will be rejected must not count as another content.
        columns_->read(rows);
        std::size_t next_bad = 0;
        for (std::size_t row = 0; row < rows.count; ++row) {
            bool bad = false;
            for (; next_bad < columns_->bad().size() && columns_->bad()[next_bad].row == row; ++next_bad) bad = true;
            if (bad) continue;
            const Id key = key_of(rows, row);
            const Id content = content_of(rows, row);
            const auto [found, is_new] = contents.emplace(key, content);
            if (!is_new && found->second != content) repeated_.insert(key);
        }
        if (contents.size() > max_keys) {
            return failure(Fault{.file = file_,
                                 .code = "E856",
                                 .zh = format("超过 {} 行；请分成几个资料包", max_keys),
                                 .en = format("more than {} rows; split the bundle", max_keys)});
        }
    }
    return true;
}

Result<bool> FileImport::run(const OpenRows& open, const LookUpTable& look_up,
                             const std::function<bool(std::uint64_t)>& progress) {
    if (auto ready = prepare_look_ups(look_up); !ready) return ready;
    if (auto ready = find_repeated_keys(open); !ready) return ready;
    auto source = open(true);
    if (!source) return tl::unexpected(source.error());
    plan_columns((*source)->header());
    if (!counts_.unknown_columns.empty()) {
        std::vector<std::string> names = counts_.unknown_columns;
        if (names.size() > 20) {
            names.resize(20);
            names.emplace_back("…");
        }
        notices_.push_back(Fault{.file = file_,
                                 .line = 1,
                                 .code = "W865",
                                 .zh = "不认识的列，未采用：" + join(names, "、"),
                                 .en = "unknown columns, not used: " + join(names, ", ")});
    }
    if (mapping_.blocks) {
        blocks_ = std::make_unique<FixBlocks>(info_.zone, [this](FixBlock&& block) {
            auto bytes = track::encode(block.fixes);
            if (!bytes) {
                for (const Fault& fault : bytes.error()) notices_.push_back(fault);
                return;
            }
            log::Draft draft{.type = mapping_.blocks->event,
                             .subject = block.carrier,
                             .happened_at = block.fixes.back().at,
                             .actor = block.carrier,
                             .body = Value::map()};
            draft.body.set(mapping_.blocks->carrier_field, Value::of_text(block.carrier));
            draft.body.set(mapping_.blocks->device_field, Value::of_text(block.device));
            draft.body.set(mapping_.blocks->fixes_field, Value::of_bytes(*bytes));
            finish_draft(draft, Id{});
            ++counts_.drafts;
            hand_out_(std::move(draft));
        });
    }
    Rows rows;
    std::uint64_t told = 0;
    bool going = progress(0);
    Result<bool> result = true;
    while (going) {
        const auto more = (*source)->next(rows);
        if (!more) {
            result = tl::unexpected(more.error());
            break;
        }
        if (!*more) break;
        read_group(rows);
        if (counts_.rows - told >= rows_between_progress) {
            told = counts_.rows;
            going = progress(counts_.rows);
        }
    }
    if (blocks_) blocks_->finish();
    hand_out_held();
    // A register that broke off, or of which no row could be used, was not received: its silence clears nobody.
    if (result && (counts_.used > 0 || counts_.rejected == 0)) announce();
    progress(counts_.rows);
    if (counts_.rows == 0 && result) {
        notices_.push_back(
            Fault{.file = file_, .code = "W866", .zh = "只有列名，没有数据行", .en = "only column names, no rows"});
    }
    const auto kinds = std::ranges::count_if(counts_.datums, [](std::uint64_t count) { return count > 0; });
    if (kinds > 1) {
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < counts_.datums.size(); ++i) {
            if (counts_.datums[i] > 0)
                parts.push_back(format("{} {}", geo::name_of(static_cast<geo::Datum>(i)), counts_.datums[i]));
        }
        notices_.push_back(
            Fault{.file = file_,
                  .code = "W867",
                  .zh = "同一文件内坐标系混用（各自按声明换算）：" + join(parts, "，"),
                  .en = "datums are mixed in one file (each converted as declared): " + join(parts, ", ")});
    }
    if (counts_.positions_left_out > 0) {
        notices_.push_back(
            Fault{.file = file_,
                  .code = "W868",
                  .zh = format("{} 行坐标为 0,0：行已采用，坐标未用", counts_.positions_left_out),
                  .en = format("{} rows have coordinates 0,0: the rows are used, the coordinates are not",
                               counts_.positions_left_out)});
    }
    return result;
}

void FileImport::announce() {
    if (!mapping_.announce) return;
    log::Draft draft{.type = mapping_.announce->event,
                     .subject = mapping_.announce->subject,
                     .actor = "import",
                     .body = Value::map()};
    for (const auto& [name, rule] : mapping_.announce->body) {
        draft.body.set(name,
                       rule.kind == ValueRule::Kind::boolean ? Value::of_bool(rule.yes) : Value::of_text(rule.text));
    }
    finish_draft(draft, Id{});
    ++counts_.drafts;
    hand_out_(std::move(draft));
}

void FileImport::read_group(const Rows& rows) {
    if (blocks_ && rows.file != file_of_blocks_) {
        // Blocks end with their file, so that a file makes the same ones whichever others stand beside it.
        blocks_->finish();
        file_of_blocks_ = rows.file;
    }
    for (const Fault& fault : rows.faults) {
        rejects_.add(fault);
        ++counts_.rejected;
        ++counts_.rows;
    }
    columns_->read(rows);
    std::size_t next_bad = 0;
    for (std::size_t row = 0; row < rows.count; ++row) {
        ++counts_.rows;
        if (!reject_bad_cells(rows, row, next_bad) || !check_row(rows, row)) {
            ++counts_.rejected;
        } else if (blocks_) {
            take_fix(rows, row);
        } else {
            take_row(rows, row);
        }
    }
}

void FileImport::reject(const Rows& rows, std::size_t row, std::size_t plan, Expected expected) {
    const ColumnPlan& is = columns_->plans()[plan];
    const std::string_view cell = is.column == ColumnPlan::no_column ? "" : rows.cell(row, is.column);
    rejects_.add(Reject{.file = rows.file.empty() ? file_ : std::string(rows.file),
                        .line = rows.lines[row],
                        .column = is.name,
                        .value = is.is_personal ? first_character(cell) : std::string(cell),
                        .zh = std::move(expected.zh),
                        .en = std::move(expected.en)});
}

// Reports every bad cell of the row; true when there is none.
bool FileImport::reject_bad_cells(const Rows& rows, std::size_t row, std::size_t& next_bad) {
    const auto& bad = columns_->bad();
    bool usable = true;
    for (; next_bad < bad.size() && bad[next_bad].row == row; ++next_bad) {
        const std::size_t plan = bad[next_bad].plan;
        const std::size_t column = columns_->plans()[plan].column;
        // The name in the mapping's words: "…_ms" when the table has that one.
        reject(rows, row, plan,
               expected_of(columns_->plans()[plan],
                           column == ColumnPlan::no_column ? std::string_view{} : rows.cell(row, column)));
        usable = false;
    }
    return usable;
}

// What only shows between the cells of a row.
bool FileImport::check_row(const Rows& rows, std::size_t row) {
    for (const OrderCheck& check : mapping_.checks) {
        if (!has(check.column, row) || !has(check.not_before, row) ||
            number(check.column, row) >= number(check.not_before, row))
            continue;
        const std::string& other = mapping_.columns[check.not_before].name;
        reject(rows, row, check.column, {format("不应早于 {}", other), format("a time not before {}", other)});
        return false;
    }
    for (std::size_t i = 0; i < positions_.size(); ++i) {
        const Position& position = positions_[i];
        zero_positions_[i] = 0;
        const bool has_lat = has(position.columns.lat, row), has_lon = has(position.columns.lon, row);
        if (!has_lat && !has_lon) continue;
        if (!has_lat || !has_lon) {
            reject(rows, row, has_lat ? position.columns.lon : position.columns.lat,
                   {"经纬度应同时填写或同时留空", "latitude and longitude both, or neither"});
            return false;
        }
        const std::int64_t lat = number(position.columns.lat, row), lon = number(position.columns.lon, row);
        if (!is_in_china(lat, lon) && is_in_china(lon, lat)) {
            reject(rows, row, position.columns.lat,
                   {"经纬度填反：对调后在中国境内，不对调则不在；应为纬度（lat）在前、经度（lon）在后",
                    "latitude and longitude are swapped: exchanged they lie in China, as they stand they do not"});
            return false;
        }
        // Several fields may be made of the same columns: they are one position.
        const bool counted =
            std::any_of(positions_.begin(), positions_.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const Position& other) { return other.columns.lat == position.columns.lat; });
        zero_positions_[i] = lat == 0 && lon == 0 ? 1 : 0;
        if (counted) continue;
        counts_.positions_left_out += lat == 0 && lon == 0 && !blocks_ ? 1 : 0;
        ++counts_.datums[static_cast<std::size_t>(*datum_of(position, row))];
    }
    return true;
}

std::optional<geo::Datum> FileImport::datum_of(const Position& position, std::size_t row) const {
    if (!has(position.columns.lat, row) || !has(position.columns.lon, row)) return std::nullopt;
    if (!has(position.columns.datum, row)) return info_.datum;
    return static_cast<geo::Datum>(position.datums[static_cast<std::size_t>(number(position.columns.datum, row))]);
}

std::optional<track::Fix> FileImport::fix_of(const Position& position, std::size_t row) const {
    const PositionColumns& c = position.columns;
    if (has(c.positioned, row) && number(c.positioned, row) == 0) {
        // A sign of life without a position: what coordinates it may carry mean nothing.
        track::Fix fix = track::fix_received(Instant{c.at == no_plan ? 0 : number(c.at, row)}, {}, geo::Datum::wgs84);
        fix.flags |= track::flag_not_positioned;
        return fix;
    }
    const auto datum = datum_of(position, row);
    if (!datum) return std::nullopt;
    const geo::Place received{static_cast<std::int32_t>(number(c.lat, row)),
                              static_cast<std::int32_t>(number(c.lon, row))};
    track::Fix fix = track::fix_received(Instant{c.at == no_plan ? 0 : number(c.at, row)}, received, *datum);
    if (has(c.accuracy, row))
        fix.accuracy_mm =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(number(c.accuracy, row), 0, UINT32_MAX - 1));
    if (has(c.level, row))
        fix.level = static_cast<track::Level>(position.levels[static_cast<std::size_t>(number(c.level, row))]);
    if (has(c.provider, row))
        fix.provider =
            static_cast<track::Provider>(position.providers[static_cast<std::size_t>(number(c.provider, row))]);
    if (has(c.mock, row)) fix.flags |= position.mocks[static_cast<std::size_t>(number(c.mock, row))];
    if (has(c.speed, row))
        fix.speed_mm_s = static_cast<std::int32_t>(std::clamp<std::int64_t>(number(c.speed, row), 0, INT32_MAX));
    return fix;
}

std::string FileImport::text_of(const ValueRule& rule, const Rows& rows, std::size_t row) const {
    switch (rule.kind) {
        case ValueRule::Kind::column:
            if (rule.column != no_plan && has(rule.column, row)) return std::string(text(rows, rule.column, row));
            break;
        case ValueRule::Kind::constant: return rule.text;
        case ValueRule::Kind::look_up: {
            if (rule.column == no_plan || !has(rule.column, row)) break;
            const auto looking = looking_.find(&rule);
            if (looking == looking_.end() || (rule.at != no_plan && !has(rule.at, row))) break;
            auto& [table, last_key, entries] = looking->second;
            if (const std::string_view key = text(rows, rule.column, row); entries == nullptr || key != last_key) {
                last_key = key;
                entries = table->entries(key);
            }
            if (entries == nullptr) break;
            const std::string_view found = LookUp::value(*entries, rule.at == no_plan ? 0 : number(rule.at, row));
            if (!found.empty()) return std::string(found);
            break;
        }
        case ValueRule::Kind::text: {
            std::string made;
            bool has_columns = false;  // a text made of columns is absent when none of them is there
            bool is_filled = false;
            for (const ValueRule::Piece& piece : rule.pieces) {
                made += piece.literal;
                const auto present =
                    std::ranges::find_if(piece.columns, [&](std::size_t plan) { return has(plan, row); });
                has_columns = has_columns || !piece.columns.empty();
                if (present != piece.columns.end()) {
                    made += text(rows, *present, row);
                    is_filled = true;
                } else if (piece.row) {
                    made += content_of(rows, row).hex();
                    is_filled = true;
                }
            }
            if (!made.empty() && (is_filled || !has_columns)) return made;
            break;
        }
        default: break;
    }
    return rule.otherwise.empty() ? std::string{} : text_of(rule.otherwise.front(), rows, row);
}

std::optional<Value> FileImport::value_of(const ValueRule& rule, const Rows& rows, std::size_t row) const {
    const auto otherwise = [&]() -> std::optional<Value> {
        return rule.otherwise.empty() ? std::nullopt : value_of(rule.otherwise.front(), rows, row);
    };
    const auto place_index = [&] { return static_cast<std::size_t>(&position_of(rule.position) - positions_.data()); };
    switch (rule.kind) {
        case ValueRule::Kind::column: {
            if (!has(rule.column, row)) return otherwise();
            switch (columns_->plans()[rule.column].type) {
                case ColumnType::text:
                case ColumnType::word: return Value::of_text(text(rows, rule.column, row));
                case ColumnType::boolean: return Value::of_bool(number(rule.column, row) != 0);
                case ColumnType::words: {
                    std::vector<Value> items;
                    for (const std::string_view word : split(text(rows, rule.column, row), ' ')) {
                        if (!word.empty()) items.push_back(Value::of_text(word));
                    }
                    return Value::of_array(std::move(items));
                }
                default: return Value::of(number(rule.column, row));
            }
        }
        case ValueRule::Kind::boolean: return Value::of_bool(rule.yes);
        case ValueRule::Kind::look_up:
        case ValueRule::Kind::constant:
        case ValueRule::Kind::text: {
            const std::string found = text_of(rule, rows, row);
            if (found.empty()) return std::nullopt;
            return Value::of_text(found);
        }
        case ValueRule::Kind::fix: {
            const std::size_t index = place_index();
            const auto fix = zero_positions_[index] != 0 ? std::nullopt : fix_of(positions_[index], row);
            if (!fix || !has(rule.position.at, row)) return otherwise();
            return codes({fix->place.lat_e7, fix->place.lon_e7, static_cast<std::int64_t>(fix->datum),
                          fix->received.lat_e7, fix->received.lon_e7, fix->at.ms,
                          fix->accuracy_mm == track::no_accuracy ? -1 : static_cast<std::int64_t>(fix->accuracy_mm),
                          static_cast<std::int64_t>(fix->level), static_cast<std::int64_t>(fix->provider),
                          static_cast<std::int64_t>(fix->flags)});
        }
        case ValueRule::Kind::place: {
            const std::size_t index = place_index();
            const auto fix = zero_positions_[index] != 0 ? std::nullopt : fix_of(positions_[index], row);
            if (!fix) return otherwise();
            return codes({fix->place.lat_e7, fix->place.lon_e7, static_cast<std::int64_t>(fix->datum),
                          fix->received.lat_e7, fix->received.lon_e7});
        }
        case ValueRule::Kind::datum_known: {
            const std::size_t index = place_index();
            const auto datum = zero_positions_[index] != 0 ? std::nullopt : datum_of(positions_[index], row);
            if (!datum) return otherwise();
            return Value::of_bool(*datum != geo::Datum::unknown);
        }
    }
    return std::nullopt;
}

Instant FileImport::instant_of(std::size_t plan, std::size_t row) const {
    const std::int64_t value = number(plan, row);
    if (columns_->plans()[plan].type != ColumnType::date) return Instant{value};
    return info_.zone.midnight(Date{static_cast<std::int32_t>(value)});
}

// The draft of this event for the row; nothing when the rule does not want the row. `usable` becomes false when a field
// it must have is not there, which is reported.
std::optional<log::Draft> FileImport::draft_of(const EventRule& rule, const Rows& rows, std::size_t row, bool& usable) {
    for (const auto& [plan, words] : rule.when) {
        if (!has(plan, row) || std::ranges::find(words, static_cast<std::size_t>(number(plan, row))) == words.end())
            return std::nullopt;
    }
    log::Draft draft{.type = rule.event, .subject = text_of(rule.subject, rows, row), .body = Value::map()};
    for (const std::size_t plan : rule.happened_at) {
        if (!has(plan, row)) continue;
        draft.happened_at = instant_of(plan, row);
        break;
    }
    draft.actor = rule.actor ? text_of(*rule.actor, rows, row) : std::string{};
    if (draft.actor.empty()) draft.actor = "import";
    for (const BodyField& field : rule.body) {
        if (auto value = value_of(field.value, rows, row)) draft.body.set(field.name, std::move(*value));
    }
    const auto refuse = [&](const std::string& name) {
        rejects_.add(Reject{.file = file_,
                            .line = rows.lines[row],
                            .column = name,
                            .value = "",
                            .zh = "此项必填，本行及相关文件里都找不到",
                            .en = "a value; neither this row nor the related file has one"});
        usable = false;
    };
    for (const std::string& name : rule.require) {
        if (draft.body.find(name) == nullptr) refuse(name);
    }
    if (draft.subject.empty()) refuse("subject");
    return draft;
}

// The id of a draft is the digest of what it says, so that the same row always makes the same draft.
void FileImport::finish_draft(log::Draft& draft, const Id& row_key) const {
    const Value identity = Value::of_array(
        {Value::of_text(mapping_.name), Value::of_text(draft.type), Value::of_text(draft.subject),
         Value::of_bytes(row_key.view()), Value::of(draft.happened_at.ms), Value::of_bytes(cbor::encode(draft.body))});
    draft.id = Id::from_bytes(trust::sha256(cbor::encode(identity)));
}

void FileImport::take_row(const Rows& rows, std::size_t row) {
    const Id key = mapping_.key.empty() ? content_of(rows, row) : key_of(rows, row);
    const bool comes_again = repeated_.contains(key);
    if (!seen_.insert(comes_again ? content_of(rows, row) : key).second) {
        ++counts_.repeated;
        return;
    }
    Held held{.key = key, .line = rows.lines[row]};
    bool usable = true;
    for (std::size_t i = 0; i < mapping_.events.size(); ++i) {
        if (auto draft = draft_of(mapping_.events[i], rows, row, usable))
            held.drafts.emplace_back(i, std::move(*draft));
    }
    if (!usable) {
        ++counts_.rejected;
        return;
    }
    ++counts_.used;
    if (!comes_again) {
        for (auto& [rule, draft] : held.drafts) {
            finish_draft(draft, key);
            ++counts_.drafts;
            hand_out_(std::move(draft));
        }
        return;
    }
    held.amended_at =
        mapping_.amend_by != no_plan && has(mapping_.amend_by, row) ? instant_of(mapping_.amend_by, row).ms : INT64_MIN;
    held_.push_back(std::move(held));
    if (held_.size() >= max_held) hand_out_held();
}

// The first by `amend_by` stands as it is, the others amend it: they happened when they were recorded, and after it.
void FileImport::hand_out_held() {
    std::ranges::sort(held_, [](const Held& a, const Held& b) {
        return std::tie(a.key, a.amended_at, a.line) < std::tie(b.key, b.amended_at, b.line);
    });
    for (std::size_t i = 0; i < held_.size(); ++i) {
        const bool is_first = i == 0 || held_[i].key != held_[i - 1].key;
        if (!is_first) ++counts_.amended;
        for (std::size_t d = 0; d < held_[i].drafts.size(); ++d) {
            auto& [rule, draft] = held_[i].drafts[d];
            if (!is_first) {
                const EventRule& is = mapping_.events[rule];
                if (!is.amended.empty()) draft.type = is.amended;
                std::int64_t after = INT64_MIN;
                for (const auto& [other_rule, other] : held_[i - 1].drafts) {
                    if (other_rule == rule) after = other.happened_at.ms + 1;
                }
                draft.happened_at.ms = std::max({draft.happened_at.ms, held_[i].amended_at, after});
            }
            finish_draft(draft, held_[i].key);
            ++counts_.drafts;
            hand_out_(log::Draft(draft));
        }
    }
    held_.clear();
}

void FileImport::take_fix(const Rows& rows, std::size_t row) {
    const BlockRule& rule = *mapping_.blocks;
    const Position& position = positions_.front();
    const auto fix = fix_of(position, row);
    const std::string carrier = text_of(rule.carrier, rows, row);
    if (!fix || !has(rule.position.at, row) || carrier.empty()) {
        reject(rows, row, fix ? rule.device : rule.position.lat,
               {"轨迹点应有时间、坐标和设备", "a fix with its time, coordinates and device"});
        ++counts_.rejected;
        return;
    }
    ++counts_.used;
    track::Fix whole = *fix;
    if (rows.fixes != nullptr) {
        const track::Fix& more = rows.fixes[row];
        whole.flags |= more.flags;
        whole.altitude_mm = more.altitude_mm;
        whole.bearing_cdeg = more.bearing_cdeg;
        whole.mono_ms = more.mono_ms;
        whole.boot = more.boot;
    }
    blocks_->add(carrier, text(rows, rule.device, row), whole);
}

}  // namespace ningyi::exchange
