// SPDX-License-Identifier: Apache-2.0
// tracks convert, inspect, compare: files of tracks by themselves, without a store.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/pack_folder.h"
#include "app/track_input.h"
#include "app/written_file.h"
#include "base/json.h"
#include "base/text.h"
#include "exchange/fix_table.h"
#include "exchange/pair_drawing.h"
#include "exchange/stay_drawing.h"
#include "exchange/track_drawing.h"
#include "exchange/track_page.h"
#include "exchange/track_words.h"
#include "geo/place.h"
#include "track/gaps.h"
#include "track/measure.h"
#include "track/signature.h"
#include "track/stay.h"
#include "wire/geojson.h"
#include "wire/gpx.h"
#include "wire/mf_json.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;
using exchange::TrackPage;
using exchange::TrackTable;
using model::Label;
using track::ArgumentKind;
using track::Fix;

constexpr Millis gap_shown = 15 * minutes_ms;
constexpr std::size_t stays_drawn = 6;
constexpr std::size_t rows_most = 40;  // of stays, silences and trips

Label same(const std::string& text) {
    return {text, text};
}

// Nothing else reads or writes times outside these years: tables of fixes refuse them.
bool is_of_our_years(Instant at) {
    constexpr Millis first_of_2100 = 4'102'444'800'000;
    return at.ms >= 0 && at.ms < first_of_2100;
}

Label moment(Instant at, const Zone& zone) {
    std::string text = to_text(at, zone.offset_minutes(at));
    if (const std::size_t offset = text.find_first_of("+-Z", text.find('T')); offset < text.size())
        text.insert(offset, " ");
    if (const std::size_t behind_day = text.find('T'); behind_day != std::string::npos) text[behind_day] = ' ';
    return same(text);
}

Label length_of_time(Millis ms, const Zone& zone) {
    return exchange::amount_words(track::FactKind::duration, ms, zone);
}

Label length(double mm, const Zone& zone) {
    return exchange::amount_words(track::FactKind::length, geo::rounded(mm), zone);
}

// One track as it was read and marked.
struct Looked {
    std::string path;
    wire::TrackFile file;
    std::vector<Fix> fixes;
    Interval span() const { return {fixes.front().at, fixes.back().at}; }
};

// Nothing when none was given.
Result<std::optional<Date>> first_day_of(const TracksOptions& options) {
    if (options.day.empty()) return std::optional<Date>();
    if (const auto day = parse_date(options.day)) return day;
    return failure(
        Fault{.code = "E006", .zh = "--day 应为日期，如 2026-10-04", .en = "--day wants a date, as 2026-10-04"});
}

Result<Looked> look(const std::string& path, const std::string& device, const TracksOptions& options,
                    const Zone& zone) {
    const auto day = first_day_of(options);
    if (!day) return tl::unexpected(day.error());
    auto file = read_tracks(path, options.packs, zone, *day);
    if (!file) return tl::unexpected(file.error());
    auto fixes = fixes_of(*file, path, device);
    if (!fixes) return tl::unexpected(fixes.error());
    return Looked{path, std::move(*file), std::move(*fixes)};
}

// 3 when points were lost on the way, which is said; else 0.
int say_warnings(const wire::TrackFile& file, const Terminal& terminal) {
    terminal.complain(file.warnings);
    const bool is_lossy =
        std::ranges::any_of(file.warnings, [](const Fault& one) { return one.code.starts_with('E'); });
    return is_lossy ? exit_rejected : exit_good;
}

std::optional<std::int64_t> quantile(std::vector<std::int64_t> values, double share) {
    if (values.empty()) return std::nullopt;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

struct Measured {
    const track::MeasureDefinition* definition = nullptr;
    track::Measurement measurement;
};

// The value a parameter is given here; nothing when a file of tracks cannot give one.
std::optional<track::Argument> argument_for(const track::ParameterDefinition& parameter, std::span<const Fix> track,
                                            std::optional<Interval> interval, std::int64_t within_mm) {
    track::Argument argument{.present = true};
    switch (parameter.kind) {
        case ArgumentKind::track: argument.track = track; return argument;
        case ArgumentKind::interval:
            if (!interval) return std::nullopt;
            argument.interval = *interval;
            return argument;
        case ArgumentKind::length:
            if (parameter.name != "within") return std::nullopt;
            argument.number = within_mm;
            return argument;
        case ArgumentKind::duration:
            if (parameter.name != "reach") return std::nullopt;
            argument.number = 0;
            return argument;
        default: return std::nullopt;
    }
}

// Every measure of the table that takes as many tracks as there are and asks for nothing else that a file has not.
// Those that gather over many subjects are for rules.
std::vector<Measured> measured(std::span<const std::span<const Fix>> tracks, std::optional<Interval> interval,
                               std::int64_t within_mm) {
    std::vector<Measured> all;
    for (const track::MeasureDefinition& definition : track::measures()) {
        std::size_t next = 0;
        bool is_possible = true;
        std::vector<track::Argument> arguments;
        for (const track::ParameterDefinition& parameter : definition.parameters) {
            const bool is_track = parameter.kind == ArgumentKind::track;
            const std::span<const Fix> track = is_track && next < tracks.size() ? tracks[next] : std::span<const Fix>{};
            next += is_track ? 1 : 0;
            // What has a value of its own keeps it: only what is asked for, and the distance, come from here. The
            // interval is that of the fixes themselves, so that a reach beyond it would be told as silence.
            const bool is_wanted = parameter.required || parameter.name == "within" || parameter.name == "reach";
            const auto argument = is_wanted ? argument_for(parameter, track, interval, within_mm) : std::nullopt;
            if (parameter.required && !argument) is_possible = false;
            if (parameter.kind == ArgumentKind::subject) is_possible = false;
            arguments.push_back(argument.value_or(track::Argument{}));
        }
        if (is_possible && next == tracks.size()) all.push_back({&definition, definition.run(arguments)});
    }
    return all;
}

// Evidence of strength 0 for the report says only that nothing was found against it.
Label conclusion(const track::Measurement& said) {
    if (said.verdict == track::Verdict::supported && said.strength_mnat == 0)
        return {"未见不符", "nothing found against it"};
    const Label verdict = exchange::verdict_words(said.verdict);
    if (said.strength_mnat == 0) return verdict;
    const std::string strength = exchange::strength_text(said.strength_mnat);
    return {verdict.zh + "，强度 " + strength + " 奈特", verdict.en + ", strength " + strength + " nats"};
}

TrackTable table_of(const Measured& one, const Zone& zone) {
    const track::MeasureDefinition& is = *one.definition;
    const track::Measurement& said = one.measurement;
    const Label title = exchange::measure_words(is.name);
    const Label limits = exchange::limit_words(said.limits);
    const std::string name = format(" [{} v{}]", is.name, is.version);
    TrackTable table{.title = {title.zh + name, title.en + name}, .columns = {{"项", "fact"}, {"值", "value"}}};
    table.rows.push_back({{"结论（对“所报属实”）", "verdict (on \"the report is true\")"}, conclusion(said)});
    if (!limits.zh.empty()) table.rows.push_back({{"局限", "limits"}, limits});
    std::optional<std::int64_t> used;
    for (std::size_t i = 0; i < is.facts.size() && i < said.facts.size(); ++i) {
        if (is.facts[i].name == "used") used = said.facts[i];
    }
    for (std::size_t i = 0; i < is.facts.size() && i < said.facts.size(); ++i) {
        const std::string_view fact = is.facts[i].name;
        // What was not measured says nothing, nor do the counts of fixes when all of the track were taken.
        if (!said.facts[i]) continue;
        if (fact == "seen" && (!used || used == said.facts[i])) continue;
        Label value = exchange::amount_words(is.facts[i].kind, *said.facts[i], zone);
        Label words = exchange::fact_words(is.name, fact);
        if (is.facts[i].kind == track::FactKind::instant) value = moment(Instant{*said.facts[i]}, zone);
        if (fact == "rho" || fact == "order_tau")  // from -1 to 1, not a share
            value = same(format("{:.3f}", static_cast<double>(*said.facts[i]) / 1'000'000));
        if (fact == "reversed") value = *said.facts[i] != 0 ? Label{"是", "yes"} : Label{"否", "no"};
        if (fact == "speed_max") {
            words = {"最快速度", "fastest step"};
            value = same(format("{:.1f} km/h", static_cast<double>(*said.facts[i]) * 0.0036));
        }
        table.rows.push_back({std::move(words), std::move(value)});
    }
    return table;
}

void write_json(JsonWriter& json, const std::vector<Measured>& all) {
    json.key("measures").begin_array();
    for (const Measured& one : all) {
        const track::MeasureDefinition& is = *one.definition;
        json.begin_object().key("measure").value(is.name).key("version").value(is.version);
        json.key("verdict").value(track::name_of(one.measurement.verdict));
        json.key("strength_mnat").value(one.measurement.strength_mnat);
        json.key("limits").begin_array();
        const std::string limits = track::limit_names(one.measurement.limits);
        for (const std::string_view limit : split(limits, ',')) {
            if (!limit.empty()) json.value(limit);
        }
        json.end_array().key("facts").begin_object();
        for (std::size_t i = 0; i < is.facts.size() && i < one.measurement.facts.size(); ++i) {
            json.key(is.facts[i].name).begin_object().key("value");
            if (one.measurement.facts[i]) {
                json.value(*one.measurement.facts[i]);
            } else {
                json.null();
            }
            json.key("unit").value(exchange::unit_of(is.facts[i].kind)).end_object();
        }
        json.end_object().end_object();
    }
    json.end_array();
}

void write_json(JsonWriter& json, const Looked& looked) {
    json.begin_object().key("file").value(looked.path).key("format").value(looked.file.format);
    json.key("pieces").value(static_cast<std::int64_t>(looked.file.pieces.size()));
    json.key("fixes").value(static_cast<std::int64_t>(looked.fixes.size()));
    json.key("from_ms").value(looked.span().from.ms).key("to_ms").value(looked.span().to.ms);
    json.key("warnings").value(static_cast<std::int64_t>(looked.file.warnings.size()));
    json.key("marks").begin_object();
    for (const exchange::MarkCount& mark : exchange::mark_counts(looked.fixes)) json.key(mark.name).value(mark.count);
    json.end_object().end_object();
}

TrackTable overview(const Looked& looked, const Zone& zone) {
    std::vector<std::int64_t> steps, accuracies;
    std::int64_t untimed = 0;
    for (const wire::Piece& piece : looked.file.pieces) {
        for (const Fix& fix : piece.fixes) untimed += fix.at.ms == track::no_time ? 1 : 0;
    }
    for (std::size_t i = 0; i < looked.fixes.size(); ++i) {
        const Fix& fix = looked.fixes[i];
        if (i > 0) steps.push_back(fix.at.ms - looked.fixes[i - 1].at.ms);
        if (fix.accuracy_mm != track::no_accuracy) accuracies.push_back(geo::rounded(track::accuracy_68_mm(fix)));
    }
    const Interval span = looked.span();
    const std::string count = format("{}", looked.fixes.size());
    TrackTable table{.title = same(looked.path), .columns = {{"项", "item"}, {"值", "value"}}};
    table.rows.push_back({{"格式", "format"}, same(looked.file.format)});
    table.rows.push_back({{"轨迹点", "fixes"},
                          {format("{}，分 {} 段{}", count, looked.file.pieces.size(),
                                  untimed > 0 ? format("；另有 {} 点没有时间", untimed) : ""),
                           format("{} (pieces: {}{})", count, looked.file.pieces.size(),
                                  untimed > 0 ? format("; without a time: {}", untimed) : "")}});
    table.rows.push_back({{"从", "from"}, moment(span.from, zone)});
    table.rows.push_back({{"到", "to"}, moment(span.to, zone)});
    table.rows.push_back({{"时长", "length"}, length_of_time(span.length(), zone)});
    if (const auto step = quantile(steps, 0.5)) {
        const Label middle = length_of_time(*step, zone), most = length_of_time(*quantile(steps, 1), zone);
        table.rows.push_back(
            {{"采样间隔", "sampling"},
             {"中位数 " + middle.zh + "，最长 " + most.zh, "median " + middle.en + ", longest " + most.en}});
    }
    if (accuracies.empty()) {
        table.rows.push_back({{"定位误差（68%）", "accuracy (68 %)"},
                              {"没有说明，按 20 米以上处理", "none stated; taken as at least 20 m"}});
    } else {
        const Label middle = length(static_cast<double>(*quantile(accuracies, 0.5)), zone);
        const Label bad = length(static_cast<double>(*quantile(accuracies, 0.95)), zone);
        const std::string stated = format("{}", accuracies.size());
        table.rows.push_back({{"定位误差（68%）", "accuracy (68 %)"},
                              {"中位数 " + middle.zh + "，95% 点 " + bad.zh + "；" + stated + " 点有说明",
                               "median " + middle.en + ", 95th " + bad.en + "; stated by " + stated}});
    }
    std::size_t shifted = 0, undeclared = 0, strange = 0;
    for (const Fix& fix : looked.fixes) {
        strange += is_of_our_years(fix.at) ? 0U : 1U;
        shifted += fix.datum == track::Datum::gcj02 || fix.datum == track::Datum::bd09 ? 1U : 0U;
        undeclared += fix.datum == track::Datum::unknown ? 1U : 0U;
    }
    if (strange > 0) {
        table.rows.push_back(
            {{"时间不可信", "times not credible"},
             {format("{} 点不在 1970 年至 2100 年之间", strange), format("{} not between 1970 and 2100", strange)}});
    }
    if (shifted > 0) {
        table.rows.push_back({{"坐标系", "datum"},
                              {format("{} 点为 GCJ-02 或 BD-09，已换算为 WGS-84", shifted),
                               format("{} of GCJ-02 or BD-09, converted to WGS-84", shifted)}});
    }
    if (undeclared > 0) {
        table.rows.push_back({{"坐标系", "datum"},
                              {format("{} 点没有说明，按 WGS-84 处理", undeclared),
                               format("{} do not say theirs, taken as WGS-84", undeclared)}});
    }
    for (const exchange::MarkCount& mark : exchange::mark_counts(looked.fixes)) {
        table.rows.push_back({{"标记：" + mark.label.zh, "mark: " + mark.label.en}, same(format("{}", mark.count))});
    }
    return table;
}

// At most so many rows; how many more is the last one.
void close(TrackTable& table, std::size_t all) {
    if (all > table.rows.size()) {
        table.rows.push_back(
            {{format("另有 {} 条", all - table.rows.size()), format("{} more", all - table.rows.size())}});
    }
}

TrackTable stays_table(const std::vector<track::Stay>& stays, const Zone& zone) {
    TrackTable table{
        .title = {format("停留：{} 次（100 米、5 分钟）", stays.size()),
                  format("Stays: {} (100 m, 5 min)", stays.size())},
        .columns = {
            {"序号", "number"}, {"从", "from"}, {"到", "to"}, {"时长", "length"}, {"位置", "place"}, {"点", "fixes"}}};
    for (const track::Stay& stay : stays) {
        if (table.rows.size() == rows_most) break;
        table.rows.push_back(
            {same(format("{}", table.rows.size() + 1)), moment(stay.from, zone), moment(stay.to, zone),
             length_of_time(stay.to.ms - stay.from.ms, zone),
             same(format("{:.6f}, {:.6f}", geo::lat_degrees(stay.place), geo::lon_degrees(stay.place))),
             same(format("{}", stay.fixes))});
    }
    close(table, stays.size());
    return table;
}

TrackTable intervals_table(Label title, const std::vector<Interval>& intervals, const Zone& zone) {
    TrackTable table{.title = std::move(title), .columns = {{"从", "from"}, {"到", "to"}, {"时长", "length"}}};
    for (const Interval& interval : intervals) {
        if (table.rows.size() == rows_most) break;
        table.rows.push_back(
            {moment(interval.from, zone), moment(interval.to, zone), length_of_time(interval.length(), zone)});
    }
    close(table, intervals.size());
    return table;
}

// The longest stay is the place that distances are drawn from; the others are marks.
exchange::Trace trace_of(const Looked& looked, const std::vector<track::Stay>& stays) {
    exchange::Trace trace{.name = fs::path(looked.path).filename().string(), .fixes = looked.fixes};
    const auto longest =
        std::ranges::max_element(stays, {}, [](const track::Stay& stay) { return stay.to.ms - stay.from.ms; });
    if (longest == stays.end()) return trace;
    trace.place = longest->place;
    for (const track::Stay& stay : stays) {
        if (stay.from == longest->from || trace.marks.size() == stays_drawn) continue;
        const auto number = &stay - stays.data() + 1;  // as in the table
        trace.marks.push_back({.label = {format("停留 {}", number), format("stay {}", number)}, .place = stay.place});
        if (looked.span().length() <= days_ms) trace.marks.back().at = stay.from;  // else the labels lie on each other
    }
    return trace;
}

void print(const TrackPage& page, const Terminal& terminal) {
    const bool is_english = terminal.language() == Language::en;
    for (const TrackTable& table : page.tables) {
        const std::string text = exchange::table_text(table, is_english);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fputc('\n', stdout);
    }
}

// Prints what was asked for; writes the page when there is one.
void hand_out(const TrackPage& page, const std::string& json, const TracksOptions& options, Terminal& terminal) {
    if (options.json) {
        std::fwrite(json.data(), 1, json.size(), stdout);
        std::fputc('\n', stdout);
    } else {
        print(page, terminal);
    }
    if (options.out.empty()) return;
    write_whole(options.out, exchange::html_page(page, terminal.language() == Language::en));
    if (!options.json) terminal.say("写到 " + options.out, "written to " + options.out);
}

// A page must not take the place of a file it was made from.
bool is_one_file(const std::string& a, const std::string& b) {
    std::error_code error;
    return fs::equivalent(a, b, error);
}

Fault over_itself(const std::string& path) {
    return Fault{.file = path,
                 .code = "E012",
                 .zh = "这是要读的文件本身，写进去会盖掉它；请换一个文件名",
                 .en = "this is the file to be read, writing would overwrite it; choose another name"};
}

std::optional<std::string> format_of_name(const std::string& path) {
    const std::string name = lower_ascii(fs::path(path).filename().string());
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> endings{
        {{".gpx", "gpx"}, {".geojson", "geojson"}, {".mf.json", "mf-json"}, {".mfjson", "mf-json"}, {".csv", "csv"}}};
    for (const auto& [ending, format] : endings) {
        if (name.ends_with(ending)) return std::string(format);
    }
    return std::nullopt;
}

Result<Zone> zone_of(const TracksOptions& options) {
    return options.zone == "Asia/Shanghai" ? Result<Zone>(Zone::china()) : Zone::by_name(options.zone);
}

}  // namespace

int convert_tracks(const TracksOptions& options, Terminal& terminal) {
    const auto zone = zone_of(options);
    if (!zone) return terminal.complain(zone.error()), exit_unusable;
    const auto to = options.to.empty() ? format_of_name(options.out) : std::optional(options.to);
    if (!to) {
        terminal.complain({.file = options.out,
                           .code = "E881",
                           .zh = "看不出要写成什么格式；扩展名应为 .gpx .geojson .mfjson .csv，或用 --to 说明",
                           .en = "no telling which format to write; expected .gpx .geojson .mfjson .csv, or --to"});
        return exit_unusable;
    }
    if (is_one_file(options.input, options.out)) return terminal.complain(over_itself(options.out)), exit_unusable;
    const auto day = first_day_of(options);
    if (!day) return terminal.complain(day.error()), exit_unusable;
    auto file = read_tracks(options.input, options.packs, *zone, *day);
    if (!file) return terminal.complain(file.error()), exit_unusable;
    int status = say_warnings(*file, terminal);
    std::size_t points = 0, untimed = 0;
    for (const wire::Piece& piece : file->pieces) {
        points += piece.fixes.size();
        untimed += static_cast<std::size_t>(
            std::ranges::count_if(piece.fixes, [](const Fix& fix) { return fix.at.ms == track::no_time; }));
    }
    const bool needs_time = *to == "mf-json" || *to == "csv";
    if (needs_time && untimed == points) {
        terminal.complain(without_time(*file, options.input));
        return exit_unusable;
    }
    if (needs_time && untimed > 0) {
        terminal.complain({.file = options.input,
                           .code = "E879",
                           .zh = format("{} 个点没有时间，{} 不能写出它们", untimed, *to),
                           .en = format("{} points have no time and cannot be written as {}", untimed, *to)});
        status = exit_rejected;
    }
    if (*to == "csv") {  // what no table of fixes is read with is not written into one
        std::size_t strange = 0;
        for (wire::Piece& piece : file->pieces) {
            strange += std::erase_if(
                piece.fixes, [](const Fix& fix) { return fix.at.ms != track::no_time && !is_of_our_years(fix.at); });
        }
        if (strange > 0) {
            terminal.complain(
                {.file = options.input,
                 .code = "E871",
                 .zh = format("{} 个点的时间不在 1970 年至 2100 年之间，csv 不能写出它们", strange),
                 .en = format("{} points are not between 1970 and 2100 and cannot be written as csv", strange)});
            if (strange + untimed == points) return exit_unusable;
            points -= strange;
            status = exit_rejected;
        }
    }
    std::string text;
    if (*to == "gpx") text = wire::write_gpx(*file);
    if (*to == "geojson") text = wire::write_geojson(*file);
    if (*to == "mf-json") text = wire::write_mf_json(*file);
    if (*to == "csv") {
        const auto packs = load_packs(options.packs);
        if (!packs) return terminal.complain(packs.error()), exit_unusable;
        const auto mapping = std::ranges::find_if((*packs)->mappings,
                                                  [](const exchange::Mapping& one) { return one.blocks.has_value(); });
        if (mapping == (*packs)->mappings.end()) {
            terminal.complain({.file = options.out,
                               .code = "E881",
                               .zh = "规则包里没有轨迹点的映射，不知道 CSV 的列",
                               .en = "the packs map no table of fixes, so that its columns are not known"});
            return exit_unusable;
        }
        if (!options.device.empty()) file->device = options.device;
        if (file->device.empty()) file->device = fs::path(options.input).stem().string();
        text = exchange::write_fix_table(*file, *mapping);
    }
    write_whole(options.out, text);
    const std::size_t written = needs_time ? points - untimed : points;
    terminal.say(
        format("{}：{} 段 {} 点 → {}（{}）", file->format, file->pieces.size(), written, options.out, *to),
        format("{}: {} points (pieces: {}) → {} ({})", file->format, written, file->pieces.size(), options.out, *to));
    return status;
}

int inspect_tracks(const TracksOptions& options, Terminal& terminal) {
    const auto zone = zone_of(options);
    if (!zone) return terminal.complain(zone.error()), exit_unusable;
    if (is_one_file(options.input, options.out)) return terminal.complain(over_itself(options.out)), exit_unusable;
    const auto looked = look(options.input, options.device, options, *zone);
    if (!looked) return terminal.complain(looked.error()), exit_unusable;
    const int status = say_warnings(looked->file, terminal);

    const std::vector<track::Stay> stays = track::stays(looked->fixes);
    const std::vector<Interval> silences = track::silences(looked->fixes, looked->span(), gap_shown);
    std::vector<Interval> trips;
    for (const track::Trip& trip : track::trips(looked->fixes)) {
        if (trip.end > trip.begin) trips.push_back({looked->fixes[trip.begin].at, looked->fixes[trip.end - 1].at});
    }
    const std::array tracks{std::span<const Fix>(looked->fixes)};
    const std::vector<Measured> all = measured(tracks, looked->span(), geo::rounded(options.within_m * 1000));

    const std::string name = fs::path(options.input).filename().string();
    TrackPage page{.title = {"轨迹 " + name, "Track " + name}};
    page.tables.push_back(overview(*looked, *zone));
    if (!stays.empty()) page.tables.push_back(stays_table(stays, *zone));
    if (!silences.empty()) {
        page.tables.push_back(intervals_table({format("空白：{} 段（15 分钟以上）", silences.size()),
                                               format("Silences: {} (15 min or more)", silences.size())},
                                              silences, *zone));
    }
    if (!trips.empty()) {
        page.tables.push_back(
            intervals_table({format("行程：{} 段", trips.size()), format("Trips: {}", trips.size())}, trips, *zone));
    }
    for (const Measured& one : all) page.tables.push_back(table_of(one, *zone));
    exchange::Scene scene{.traces = {trace_of(*looked, stays)}, .place_label = {"最长停留", "longest stay"}};
    const auto first_seen = std::ranges::find_if(
        looked->fixes, [](const Fix& fix) { return (fix.marks & track::marks_without_place) == 0; });
    if (stays.empty() && first_seen != looked->fixes.end()) {
        scene.traces.front().place = first_seen->place;
        scene.place_label = {"起点", "start"};
    }
    page.drawings.push_back(
        {{"地图（不连线处为空白）", "Map (nothing is drawn across silences)"}, exchange::map_drawing(scene)});
    page.drawings.push_back({{"离" + scene.place_label.zh + "的距离", "Distance from the " + scene.place_label.en},
                             exchange::time_drawing(scene, *zone)});
    page.drawings.push_back(
        {{"静止时的误差", "Errors at rest"}, exchange::stay_drawing({.fixes = exchange::longest_stay(looked->fixes)})});

    JsonWriter json;
    json.begin_object().key("track");
    write_json(json, *looked);
    json.key("stays").begin_array();
    for (const track::Stay& stay : stays) {
        json.begin_object().key("from_ms").value(stay.from.ms).key("to_ms").value(stay.to.ms);
        json.key("lat_e7").value(stay.place.lat_e7).key("lon_e7").value(stay.place.lon_e7).end_object();
    }
    json.end_array();
    const auto write_intervals = [&](std::string_view key, const std::vector<Interval>& intervals) {
        json.key(key).begin_array();
        for (const Interval& one : intervals)
            json.begin_object().key("from_ms").value(one.from.ms).key("to_ms").value(one.to.ms).end_object();
        json.end_array();
    };
    write_intervals("silences", silences);
    write_intervals("trips", trips);
    write_json(json, all);
    json.end_object();
    hand_out(page, json.text(), options, terminal);
    return status;
}

int compare_tracks(const TracksOptions& options, Terminal& terminal) {
    const auto zone = zone_of(options);
    if (!zone) return terminal.complain(zone.error()), exit_unusable;
    for (const std::string& input : {options.input, options.other}) {
        if (is_one_file(input, options.out)) return terminal.complain(over_itself(options.out)), exit_unusable;
    }
    auto a = look(options.input, options.device, options, *zone);
    auto b = look(options.other, options.other_device, options, *zone);
    if (!a || !b) {
        if (!a) terminal.complain(a.error());
        if (!b) terminal.complain(b.error());
        return exit_unusable;
    }
    const int status = std::max(say_warnings(a->file, terminal), say_warnings(b->file, terminal));
    for (Fix& fix : b->fixes) fix.device = 1;

    // Measures that ask for an interval are asked about the time that both cover; without any, about the first track's.
    Interval interval{std::max(a->span().from, b->span().from), std::min(a->span().to, b->span().to)};
    const bool is_simultaneous = interval.length() > 0;
    if (!is_simultaneous) interval = a->span();
    const std::array tracks{std::span<const Fix>(a->fixes), std::span<const Fix>(b->fixes)};
    const std::vector<Measured> all = measured(tracks, interval, geo::rounded(options.within_m * 1000));

    const std::string name_a = fs::path(options.input).filename().string();
    const std::string name_b = fs::path(options.other).filename().string();
    TrackPage page{.title = {name_a + " 与 " + name_b, name_a + " and " + name_b}};
    TrackTable summary{.title = {"各项结论（对“所报属实”）", "Every measure (on \"the report is true\")"},
                       .columns = {{"比较", "measure"}, {"结论", "verdict"}, {"局限", "limits"}}};
    for (const Measured& one : all) {
        const Label words = exchange::measure_words(one.definition->name);
        summary.rows.push_back({words, conclusion(one.measurement), exchange::limit_words(one.measurement.limits)});
    }
    page.tables.push_back(std::move(summary));
    page.tables.push_back(overview(*a, *zone));
    page.tables.push_back(overview(*b, *zone));
    for (const Measured& one : all) page.tables.push_back(table_of(one, *zone));

    exchange::PairScene scene{
        .subject = trace_of(*a, {}), .other = trace_of(*b, {}), .threshold_m = options.within_m, .moving_m_s = 0};
    page.is_pair = true;
    page.drawings.push_back({{"两条轨迹", "Both tracks"}, exchange::pair_map_drawing(scene)});
    page.drawings.push_back({{"同一时钟上的距离", "Distance on one clock"}, exchange::pair_time_drawing(scene, *zone)});
    // A measure that found the other one later, or backwards, is drawn as it saw the two.
    for (const Measured& one : all) {
        std::optional<std::int64_t> lag;
        bool is_reversed = false;
        for (std::size_t i = 0; i < one.definition->facts.size() && i < one.measurement.facts.size(); ++i) {
            if (one.definition->facts[i].name == "lag") lag = one.measurement.facts[i];
            if (one.definition->facts[i].name == "reversed") is_reversed = one.measurement.facts[i].value_or(0) != 0;
        }
        if (!lag || (*lag == 0 && !is_reversed)) continue;
        scene.lag = *lag;
        scene.is_reversed = is_reversed;
        const Label words = exchange::lag_words(*lag);
        page.drawings.push_back({{"按时间差 " + words.zh + (is_reversed ? "、反向" : "") + " 对齐",
                                  "Aligned by a lag of " + words.en + (is_reversed ? ", backwards" : "")},
                                 exchange::pair_time_drawing(scene, *zone)});
    }

    JsonWriter json;
    json.begin_object().key("a");
    write_json(json, *a);
    json.key("b");
    write_json(json, *b);
    json.key("common_ms").value(is_simultaneous ? interval.length() : 0);
    write_json(json, all);
    json.end_object();
    hand_out(page, json.text(), options, terminal);
    return status;
}

}  // namespace ningyi::app
