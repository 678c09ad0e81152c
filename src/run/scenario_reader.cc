// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/quantity.h"
#include "base/random.h"
#include "base/text.h"
#include "geo/plane.h"
#include "run/scenario.h"
#include "track/codec.h"
#include "trust/sha256.h"

namespace ningyi::run {
namespace {

constexpr std::size_t most_lines = 2000;
constexpr std::size_t longest_line = 1000;
constexpr std::size_t most_fixes = 20000;
constexpr geo::Place south_west{318000000, 1199500000};
constexpr Millis china_offset = 8 * hours_ms;

struct Word {
    std::string text;
    int column = 1;
};

// Splits a line at spaces outside double quotes; `#` outside quotes ends it.
std::vector<Word> words_of(std::string_view line, std::string* problem) {
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < line.size()) {
        if (line[at] == ' ' || line[at] == '\t' || line[at] == '\r') {
            ++at;
            continue;
        }
        if (line[at] == '#') break;
        Word word;
        word.column = static_cast<int>(code_points(line.substr(0, at))) + 1;
        bool quoted = false;
        for (; at < line.size() && (quoted || (line[at] != ' ' && line[at] != '\t' && line[at] != '\r')); ++at) {
            if (line[at] == '"') {
                quoted = !quoted;
            } else {
                word.text += line[at];
            }
        }
        if (quoted) *problem = word.text;
        words.push_back(std::move(word));
    }
    return words;
}

std::optional<Instant> clock_time(std::string_view text, std::optional<Date> day) {
    if (text == "beginning") return Instant{0};
    const std::size_t t = text.find_first_of("T ");
    if (t != std::string_view::npos) {
        day = parse_date(text.substr(0, t));
        text = text.substr(t + 1);
    }
    if (!day || (text.size() != 5 && text.size() != 8)) return std::nullopt;
    const std::string full = to_text(*day) + "T" + std::string(text) + (text.size() == 5 ? ":00" : "") + "+08:00";
    return parse_instant(full);
}

Fault expected(std::string zh, std::string en) {
    return {.code = "E601", .zh = std::move(zh), .en = std::move(en)};
}

}  // namespace

Result<cbor::Value> body_value(const model::Field& field, std::string_view text, std::optional<Date> day) {
    using model::FieldType;
    const auto wrong = [&](std::string_view zh, std::string_view en) {
        return failure(expected(format("{} 应为{}，写的是“{}”", field.name, zh, text),
                                format("{} wants {}, not \"{}\"", field.name, en, text)));
    };
    const auto quantity = [&](Dimension dimension) -> Result<cbor::Value> {
        const auto amount = parse_quantity(text, dimension);
        if (!amount) return failure(amount.error());
        return cbor::Value::of(*amount);
    };
    switch (field.type) {
        case FieldType::boolean:
            if (text == "yes" || text == "true") return cbor::Value::of_bool(true);
            if (text == "no" || text == "false") return cbor::Value::of_bool(false);
            return wrong("yes 或 no", "yes or no");
        case FieldType::integer: {
            const auto number = to_integer(text);
            if (!number) return wrong("整数", "a whole number");
            return cbor::Value::of(*number);
        }
        case FieldType::enumeration:
            if (std::find(field.words.begin(), field.words.end(), text) == field.words.end()) {
                const std::string words = join(field.words, " ");
                return wrong(words, words);
            }
            return cbor::Value::of_text(text);
        case FieldType::string: return cbor::Value::of_text(text);
        case FieldType::words: {
            std::vector<cbor::Value> items;
            for (const std::string_view part : split(text, '+')) items.push_back(cbor::Value::of_text(part));
            return cbor::Value::of_array(std::move(items));
        }
        case FieldType::timestamp: {
            auto at = clock_time(text, day);
            if (!at) at = parse_instant(text);
            if (!at) return wrong("时间，例 09:00 或 2026-03-02T09:00", "a time, as 09:00 or 2026-03-02T09:00");
            return cbor::Value::of(at->ms);
        }
        case FieldType::date: {
            const auto date = parse_date(text);
            if (!date) return wrong("日期，例 2026-03-02", "a date, as 2026-03-02");
            return cbor::Value::of(date->days);
        }
        case FieldType::duration: return quantity(Dimension::duration);
        case FieldType::length: return quantity(Dimension::length);
        case FieldType::money: return quantity(Dimension::money);
        case FieldType::speed: return quantity(Dimension::speed);
        case FieldType::ratio: return quantity(Dimension::ratio);
        case FieldType::place:
        case FieldType::fix:
        case FieldType::fixes:
        case FieldType::track: break;
    }
    return wrong("不能这样书写的类型", "a type that is not written this way");
}

namespace {

// How the positions of one line were taken: the keys that docs/scenarios.md lists.
// Where a fix lies beside its cell: on a short pattern, thrown by dice, or wandering as the error of a receiver does.
enum class Noise { pattern, dice, wandering };

// Metres in [-6, 6) for the k-th fix; the same everywhere. Neighbours have nothing in common.
double dice_m(std::size_t k, std::uint64_t axis) {
    Random random(k * 2 + axis + 1);
    return random.unit() * 12 - 6;
}

// The mean of forty throws, a new one each time: a correlation of 39/40 from one fix to the next, and the same spread.
double wandering_m(std::size_t k, std::uint64_t axis) {
    double sum = 0;
    for (std::size_t n = 0; n < 40; ++n) sum += dice_m(k + n, axis);
    return sum / 6.324555320336759;  // √40
}

struct Manner {
    std::uint32_t accuracy_mm = 15000;
    track::Level level = track::Level::p68;
    track::Provider provider = track::Provider::gnss;
    std::uint32_t flags = track::flag_mock_known;
    geo::Datum in = geo::Datum::wgs84;
    std::optional<geo::Datum> declared;
    std::int32_t speed_mm_s = track::no_value;
    bool exact = false;
    Noise noise = Noise::pattern;
    bool is_positioned = true;
};

class Reader {
public:
    Reader(std::string_view text, const std::string& file, const model::Dictionary& dictionary)
        : text_(text), file_(file), dictionary_(dictionary) {
        scenario_.file = file;
    }

    Result<Scenario> run() {
        const std::vector<std::string_view> lines = split(text_, '\n');
        if (lines.size() > most_lines)
            complain(1, format("超过 {} 行", most_lines), format("more than {} lines", most_lines));
        if (!is_utf8(text_)) complain(1, "文件不是 UTF-8", "the file is not UTF-8");
        if (!faults_.empty()) return failure(std::move(faults_));
        find_map(lines);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            line_ = static_cast<int>(i) + 1;
            if (is_map_row_[i]) continue;
            if (lines[i].size() > longest_line) {
                complain(1, format("一行超过 {} 个字节", longest_line),
                         format("a line of more than {} bytes", longest_line));
                continue;
            }
            statement(lines[i]);
        }
        if (!faults_.empty()) return failure(std::move(faults_));
        finish();
        return std::move(scenario_);
    }

private:
    void complain(int column, std::string zh, std::string en) {
        faults_.push_back({file_, line_, column, "E601", std::move(zh), std::move(en)});
    }
    void complain(int column, const Faults& faults) {
        for (const Fault& fault : faults) complain(column, fault.zh, fault.en);
    }

    // The map is read first, so that lines before it may name its places.
    void find_map(const std::vector<std::string_view>& lines) {
        is_map_row_.assign(lines.size(), false);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            std::string problem;
            const std::vector<Word> words = words_of(lines[i], &problem);
            if (words.empty() || words[0].text != "map") continue;
            line_ = static_cast<int>(i) + 1;
            const auto side = words.size() == 2 ? to_integer(words[1].text) : std::nullopt;
            if (!side || *side < 1 || *side > 100000) {
                complain(1, "map 后应为格边长（米），1 到 100000",
                         "map wants the side of a cell in metres, 1 to 100000");
                continue;
            }
            if (side_m_ > 0) complain(1, "一个文件只能有一张图", "a file holds one map at most");
            side_m_ = static_cast<double>(*side);
            std::size_t end = i + 1;
            while (end < lines.size() && !lines[end].empty() && lines[end][0] == ' ' && !trimmed(lines[end]).empty() &&
                   trimmed(lines[end])[0] != '#') {
                is_map_row_[end++] = true;
            }
            const geo::Plane plane(south_west);
            for (std::size_t row = i + 1; row < end; ++row) {
                const double north = (static_cast<double>(end - 1 - row) + 0.5) * side_m_;
                double column = 0;
                for (const Word& cell : words_of(lines[row], &problem)) {
                    const double east = (column + 0.5) * side_m_;
                    ++column;
                    if (cell.text == ".") continue;
                    line_ = static_cast<int>(row) + 1;
                    if (!cells_.emplace(cell.text, plane.place({east, north})).second) {
                        complain(cell.column, "图上重复的名字 " + cell.text,
                                 "a name stands twice on the map: " + cell.text);
                    }
                }
            }
            is_map_row_[i] = true;
        }
    }

    void statement(std::string_view line) {
        std::string problem;
        words_ = words_of(line, &problem);
        if (!problem.empty()) complain(1, "引号没有闭合", "a quote is not closed");
        if (words_.empty()) {
            const std::string_view comment = trimmed(line);
            if (scenario_.title.empty() && comment.size() > 1 && comment[0] == '#')
                scenario_.title = trimmed(comment.substr(1));
            return;
        }
        const std::string& verb = words_[0].text;
        if (verb == "day") return read_day();
        if (verb == "say") return read_say();
        if (verb == "track") return read_track();
        if (verb == "tick") return read_tick();
        if (verb == "expect") return read_expect();
        complain(words_[0].column, format("不认识的语句 {}，应为 day map say track tick expect", verb),
                 format("unknown statement {}, expected day map say track tick expect", verb));
    }

    bool enough(std::size_t least, std::string_view form) {
        if (words_.size() >= least) return true;
        complain(1, format("语句不完整，应为：{}", form), format("incomplete statement, expected: {}", form));
        return false;
    }

    void read_day() {
        if (!enough(2, "day 2026-03-02")) return;
        day_ = parse_date(words_[1].text);
        if (!day_) complain(words_[1].column, "应为日期，例 2026-03-02", "expected a date, as 2026-03-02");
        if (day_ && !first_day_) first_day_ = day_;
    }

    // The time at word `at`, which may be two words (a date and a clock time); moves `at` past it.
    std::optional<Instant> time_at(std::size_t& at) {
        const Word& word = words_[at];
        std::string text = word.text;
        if (parse_date(text) && at + 1 < words_.size()) text += "T" + words_[++at].text;
        ++at;
        const auto time = clock_time(text, day_);
        if (!time) {
            complain(word.column, format("时间无法识别：{}（例 09:00，2026-03-02T09:00；须先有 day 行）", text),
                     format("not a time: {} (as 09:00 or 2026-03-02T09:00; a `day` line must come first)", text));
        }
        return time;
    }

    static std::pair<std::string, std::string> key_value(const Word& word) {
        const std::size_t equals = word.text.find('=');
        if (equals == std::string::npos) return {word.text, ""};
        return {word.text.substr(0, equals), word.text.substr(equals + 1)};
    }

    // Takes a manner key; false when the key is not one.
    bool take_manner(Manner& manner, const std::string& key, const std::string& value, int column) {
        const auto wrong = [&](std::string_view allowed) {
            complain(column, format("{} 应为：{}", key, allowed), format("{} wants one of: {}", key, allowed));
        };
        if (key == "acc") {
            if (value == "none") {
                manner.accuracy_mm = track::no_accuracy;
                return true;
            }
            const auto length = parse_quantity(value, Dimension::length);
            if (!length) return complain(column, length.error()), true;
            manner.accuracy_mm = static_cast<std::uint32_t>(*length);
        } else if (key == "level") {
            for (const auto level :
                 {track::Level::unknown, track::Level::p39, track::Level::p50, track::Level::p68, track::Level::p95}) {
                if (track::name_of(level) == value) return manner.level = level, true;
            }
            wrong("p39 p50 p68 p95 unknown");
        } else if (key == "mock") {
            if (value != "yes" && value != "no" && value != "unknown") wrong("yes no unknown");
            manner.flags = value == "yes"  ? track::flag_mock_known | track::flag_mock
                           : value == "no" ? track::flag_mock_known
                                           : 0U;
        } else if (key == "provider") {
            for (int i = 0; i <= static_cast<int>(track::Provider::manual); ++i) {
                if (track::name_of(static_cast<track::Provider>(i)) == value) {
                    return manner.provider = static_cast<track::Provider>(i), true;
                }
            }
            wrong("gnss network wifi cell fused passive wearable manual unknown");
        } else if (key == "in" || key == "datum") {
            for (const auto datum : {geo::Datum::wgs84, geo::Datum::gcj02, geo::Datum::bd09, geo::Datum::unknown}) {
                if (geo::name_of(datum) != value) continue;
                if (key == "in") {
                    manner.in = datum;
                } else {
                    manner.declared = datum;
                }
                return true;
            }
            wrong("wgs84 gcj02 bd09 unknown");
        } else if (key == "speed") {
            const auto speed = parse_quantity(value, Dimension::speed);
            if (!speed) return complain(column, speed.error()), true;
            manner.speed_mm_s = static_cast<std::int32_t>(*speed);
        } else if (key == "positioned") {
            if (value != "yes" && value != "no") wrong("yes no");
            manner.is_positioned = value != "no";
        } else if (key == "noise") {
            if (value != "pattern" && value != "dice" && value != "wandering") wrong("pattern dice wandering");
            manner.noise = value == "dice" ? Noise::dice : value == "wandering" ? Noise::wandering : Noise::pattern;
        } else if (key == "exact") {
            manner.exact = value == "yes";
        } else {
            return false;
        }
        return true;
    }

    track::Fix fix_at(geo::Place true_place, Instant at, const Manner& manner, std::size_t k) const {
        if (!manner.is_positioned) {
            track::Fix sign_of_life = track::fix_received(at, {}, geo::Datum::wgs84);
            sign_of_life.flags = manner.flags | track::flag_not_positioned;
            return sign_of_life;
        }
        geo::Place place = true_place;
        if (!manner.exact) {
            const auto step = [k](std::size_t factor) { return static_cast<double>((factor * k) % 11) - 5; };
            const geo::Offset offset = manner.noise == Noise::dice ? geo::Offset{dice_m(k, 0), dice_m(k, 1)}
                                       : manner.noise == Noise::wandering
                                           ? geo::Offset{wandering_m(k, 0), wandering_m(k, 1)}
                                           : geo::Offset{step(7), step(5)};
            place = geo::Plane(true_place).place(offset);
        }
        track::Fix fix =
            track::fix_received(at, geo::from_wgs84(place, manner.in), manner.declared.value_or(manner.in));
        fix.accuracy_mm = manner.accuracy_mm;
        fix.level = manner.level;
        fix.provider = manner.provider;
        fix.flags = manner.flags;
        fix.speed_mm_s = manner.speed_mm_s;
        return fix;
    }

    const geo::Place* cell(const std::string& name, int column) {
        const auto found = cells_.find(name);
        if (found != cells_.end()) return &found->second;
        complain(column, format("图上没有 {}", name), format("{} is not on the map", name));
        return nullptr;
    }

    const model::Field* body_field(const model::EventType& event, const model::Entity& entity,
                                   std::string_view key) const {
        for (const std::string& name : event.body) {
            if (name == key || name == std::string(key) + "_id") return entity.field(name);
        }
        if (key != "at") return nullptr;
        const model::Field* place = nullptr;
        for (const std::string& name : event.body) {
            const model::Field* field = entity.field(name);
            if (field != nullptr && field->type == model::FieldType::place) place = place == nullptr ? field : nullptr;
        }
        return place;
    }

    void read_say() {
        if (!enough(4, "say EVENT SUBJECT TIME key=value …")) return;
        const model::EventType* type = dictionary_.event(words_[1].text);
        if (type == nullptr) {
            return complain(words_[1].column, "没有事件 " + words_[1].text, "no event " + words_[1].text);
        }
        const model::Entity& entity = *dictionary_.entity(type->subject);
        engine::ClearEvent event;
        event.type = type->name;
        event.subject = words_[2].text;
        event.body = cbor::Value::map();
        std::size_t at = 3;
        const auto happened = time_at(at);
        if (!happened) return;
        event.happened_at = *happened;
        std::optional<Instant> recorded;
        Manner manner;
        std::vector<std::pair<Word, const model::Field*>> fields;
        for (; at < words_.size(); ++at) {
            const auto [key, value] = key_value(words_[at]);
            if (key == "recorded") {
                recorded = clock_time(value, day_);
                if (!recorded) complain(words_[at].column, "recorded= 后应为时间", "recorded= wants a time");
                continue;
            }
            const model::Field* field = body_field(*type, entity, key);
            if (field != nullptr) {
                fields.emplace_back(words_[at], field);
            } else if (!take_manner(manner, key, value, words_[at].column)) {
                complain(words_[at].column, format("事件 {} 没有字段 {}", type->name, key),
                         format("event {} has no field {}", type->name, key));
            }
        }
        for (const auto& [word, field] : fields) {
            const std::string value = key_value(word).second;
            if (field->type == model::FieldType::place) {
                if (const geo::Place* place = cell(value, word.column))
                    event.body.set(field->name, place_value(*place, manner));
            } else if (field->type == model::FieldType::fix) {
                const std::size_t sign = value.find('@');
                const auto when = sign == std::string::npos ? happened : clock_time(value.substr(sign + 1), day_);
                const geo::Place* place = cell(value.substr(0, sign), word.column);
                if (!when) complain(word.column, "@ 后应为时间", "a time is wanted after @");
                if (place != nullptr && when) event.body.set(field->name, fix_value(fix_at(*place, *when, manner, 0)));
            } else {
                const auto encoded = body_value(*field, value, day_);
                if (encoded) {
                    event.body.set(field->name, *encoded);
                } else {
                    complain(word.column, encoded.error());
                }
            }
        }
        const bool carries_key = std::find(type->body.begin(), type->body.end(), entity.key) != type->body.end();
        if (carries_key && event.body.find(entity.key) == nullptr) {
            event.body.set(entity.key, cbor::Value::of_text(event.subject));
        }
        add(std::move(event), *type, recorded);
    }

    static cbor::Value place_value(geo::Place place, const Manner& manner) {
        const geo::Place received = geo::from_wgs84(place, manner.in);
        const geo::Datum declared = manner.declared.value_or(manner.in);
        const geo::Place kept = geo::to_wgs84(received, declared);
        return cbor::Value::of_array({cbor::Value::of(kept.lat_e7), cbor::Value::of(kept.lon_e7),
                                      cbor::Value::of(static_cast<std::int64_t>(declared)),
                                      cbor::Value::of(received.lat_e7), cbor::Value::of(received.lon_e7)});
    }

    static cbor::Value fix_value(const track::Fix& fix) {
        const std::int64_t accuracy =
            fix.accuracy_mm == track::no_accuracy ? -1 : static_cast<std::int64_t>(fix.accuracy_mm);
        std::vector<cbor::Value> items;
        for (const std::int64_t number :
             {std::int64_t{fix.place.lat_e7}, std::int64_t{fix.place.lon_e7}, static_cast<std::int64_t>(fix.datum),
              std::int64_t{fix.received.lat_e7}, std::int64_t{fix.received.lon_e7}, fix.at.ms, accuracy,
              static_cast<std::int64_t>(fix.level), static_cast<std::int64_t>(fix.provider), std::int64_t{fix.flags}}) {
            items.push_back(cbor::Value::of(number));
        }
        return cbor::Value::of_array(std::move(items));
    }

    void read_track() {
        if (!enough(3, "track CARRIER CELL@TIME …")) return;
        const model::EventType* type = nullptr;
        const model::Field* fixes_field = nullptr;
        for (const model::EventType& event : dictionary_.events) {
            const model::Entity* entity = dictionary_.entity(event.subject);
            for (const std::string& name : event.body) {
                const model::Field* field = entity == nullptr ? nullptr : entity->field(name);
                if (field != nullptr && field->type == model::FieldType::fixes) type = &event, fixes_field = field;
            }
        }
        if (type == nullptr) return complain(1, "没有携带轨迹的事件", "no event carries fixes");
        const model::Entity& entity = *dictionary_.entity(type->subject);
        engine::ClearEvent event;
        event.type = type->name;
        event.subject = words_[1].text;
        event.body = cbor::Value::map();
        std::optional<Instant> recorded;
        Manner manner;
        struct Position {
            Word word;
            geo::Place place;
            Instant at;
        };
        std::vector<Position> positions;
        for (std::size_t i = 2; i < words_.size(); ++i) {
            const Word& word = words_[i];
            const std::size_t sign = word.text.find('@');
            if (word.text.find('=') != std::string::npos) {
                const auto [key, value] = key_value(word);
                const model::Field* field = body_field(*type, entity, key);
                if (key == "recorded") {
                    recorded = clock_time(value, day_);
                    if (!recorded) complain(word.column, "recorded= 后应为时间", "recorded= wants a time");
                } else if (field != nullptr && field != fixes_field) {
                    const auto encoded = body_value(*field, value, day_);
                    if (encoded) {
                        event.body.set(field->name, *encoded);
                    } else {
                        complain(word.column, encoded.error());
                    }
                } else if (!take_manner(manner, key, value, word.column)) {
                    complain(word.column, "不认识的 " + key, "unknown key " + key);
                }
                continue;
            }
            if (sign == std::string::npos) {
                complain(word.column, "应为 格@时间", "expected CELL@TIME");
                continue;
            }
            const geo::Place* place = cell(word.text.substr(0, sign), word.column);
            std::string times = word.text.substr(sign + 1);
            Millis step = 5 * minutes_ms;
            if (const std::size_t slash = times.find('/'); slash != std::string::npos) {
                const auto every = parse_quantity(times.substr(slash + 1), Dimension::duration);
                if (!every || *every <= 0) {
                    complain(word.column, "/ 后应为间隔，例 1min", "an interval is wanted after /, as 1min");
                    continue;
                }
                step = *every;
                times.resize(slash);
            }
            const std::size_t dots = times.find("..");
            const auto from = clock_time(times.substr(0, dots), day_);
            // The second time without a day is on the day of the first (+08:00, as all times of a scenario).
            const auto first_day =
                from ? std::optional(Date{static_cast<std::int32_t>((from->ms + 8 * hours_ms) / days_ms)}) : day_;
            const auto to = dots == std::string::npos ? from : clock_time(times.substr(dots + 2), first_day);
            if (!from || !to || *to < *from) {
                complain(word.column, "@ 后应为时间或 起..止", "a time or FROM..TO is wanted after @");
                continue;
            }
            if (place == nullptr) continue;
            for (Millis ms = from->ms; ms <= to->ms && positions.size() < most_fixes; ms += step) {
                positions.push_back({word, *place, Instant{ms}});
            }
        }
        std::vector<track::Fix> fixes;
        for (std::size_t k = 0; k < positions.size(); ++k) {
            fixes.push_back(fix_at(positions[k].place, positions[k].at, manner, k));
        }
        if (fixes.empty()) return;
        const bool carries_key = std::find(type->body.begin(), type->body.end(), entity.key) != type->body.end();
        if (carries_key) event.body.set(entity.key, cbor::Value::of_text(event.subject));
        std::stable_sort(fixes.begin(), fixes.end(),
                         [](const track::Fix& a, const track::Fix& b) { return a.at < b.at; });
        event.happened_at = fixes.back().at;
        for (std::size_t start = 0; start < fixes.size(); start += track::fixes_per_block) {
            engine::ClearEvent part = event;
            const std::size_t count = std::min<std::size_t>(track::fixes_per_block, fixes.size() - start);
            const auto block = track::encode(std::span(fixes).subspan(start, count));
            if (!block) return complain(1, block.error());
            part.body.set(fixes_field->name, cbor::Value::of_bytes(*block));
            add(std::move(part), *type, recorded);
        }
    }

    void read_tick() {
        if (!enough(2, "tick TIME")) return;
        std::size_t at = 1;
        if (const auto time = time_at(at)) {
            engine::ClearEvent event = tick(0, *time);
            event.id = next_id();
            scenario_.events.push_back(std::move(event));
        }
    }

    void read_expect() {
        if (!enough(4, "expect RULE OUTCOME SUBJECT")) return;
        Expectation expectation;
        expectation.line = line_;
        expectation.rule = words_[1].text;
        const auto outcome = rule::outcome_of(words_[2].text);
        if (!outcome) {
            complain(words_[2].column, "结果应为 hit clear exempt inconclusive not_applicable",
                     "the outcome is one of hit clear exempt inconclusive not_applicable");
            return;
        }
        expectation.outcome = *outcome;
        expectation.subject = words_[3].text;
        for (std::size_t i = 4; i < words_.size(); ++i) {
            auto [key, value] = key_value(words_[i]);
            if (key == "known") {
                expectation.known = clock_time(value, day_);
                if (!expectation.known) complain(words_[i].column, "known= 后应为时间", "known= wants a time");
            } else if (key == "count") {
                expectation.count = to_integer(value);
                if (!expectation.count) complain(words_[i].column, "count= 后应为整数", "count= wants a whole number");
            } else {
                expectation.details.emplace_back(std::move(key), std::move(value));
            }
        }
        scenario_.expectations.push_back(std::move(expectation));
    }

    Id next_id() { return Id::from_bytes(trust::sha256(format("{}:{}:{}", file_, line_, scenario_.events.size()))); }

    void add(engine::ClearEvent event, const model::EventType& type, std::optional<Instant> recorded) {
        event.id = next_id();
        event.recorded_at = recorded.value_or(event.happened_at);
        if (event.happened_at.ms == 0 && !recorded) from_beginning_.push_back(scenario_.events.size());
        complain(1, model::faults_of(dictionary_, type, event.body));
        scenario_.events.push_back(std::move(event));
    }

    void finish() {
        if (first_day_) {
            for (const std::size_t i : from_beginning_) {
                scenario_.events[i].recorded_at = Instant{first_day_->days * days_ms - china_offset};
            }
        }
        std::stable_sort(scenario_.events.begin(), scenario_.events.end(),
                         [](const auto& a, const auto& b) { return a.recorded_at < b.recorded_at; });
        if (!scenario_.events.empty()) {
            const Millis last = scenario_.events.back().recorded_at.ms + china_offset;
            const Millis noon = (last / days_ms + 2) * days_ms + 12 * hours_ms;
            scenario_.events.push_back(tick(0, Instant{noon - china_offset}));
        }
        for (std::size_t i = 0; i < scenario_.events.size(); ++i) scenario_.events[i].seq = i + 1;
    }

    std::string_view text_;
    const std::string& file_;
    const model::Dictionary& dictionary_;
    Scenario scenario_;
    Faults faults_;
    int line_ = 0;
    std::vector<Word> words_;
    std::vector<bool> is_map_row_;
    double side_m_ = 0;
    std::map<std::string, geo::Place> cells_;
    std::optional<Date> day_, first_day_;
    std::vector<std::size_t> from_beginning_;
};

}  // namespace

engine::ClearEvent tick(std::uint64_t seq, Instant at) {
    engine::ClearEvent event;
    event.seq = seq;
    event.id = Id::from_bytes(trust::sha256(format("tick:{}", at.ms)));
    event.type = "core.clock_ticked";
    event.happened_at = at;
    event.recorded_at = at;
    event.body = cbor::Value::map();
    return event;
}

Result<Scenario> read_scenario(std::string_view text, const std::string& file, const model::Dictionary& dictionary) {
    return Reader(text, file, dictionary).run();
}

}  // namespace ningyi::run
