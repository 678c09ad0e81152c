// SPDX-License-Identifier: Apache-2.0
#include "simulate/district.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "geo/datum.h"
#include "geo/plane.h"
#include "simulate/csv_file.h"
#include "simulate/papers.h"
#include "simulate/people.h"
#include "simulate/plan.h"
#include "simulate/registers.h"
#include "simulate/schemes_assessors.h"
#include "simulate/schemes_meals.h"
#include "simulate/walk.h"

namespace ningyi::simulate {
namespace {

constexpr geo::Place centre{317'700'000, 1'199'700'000};  // 31.77 N, 119.97 E
constexpr double approach_m = 750;                        // as much of the way as the three minutes show
constexpr double ride_mps = 5;

struct Files {
    explicit Files(const std::string& folder, bool has_fixes)
        : agencies(folder + "/agencies.csv", "agency_id,name,uscc,lat,lon,datum,phone"),
          caregivers(folder + "/caregivers.csv",
                     "caregiver_id,agency_id,name,id_number,phone,address,home_lat,home_lon,datum,certificate,valid_to,"
                     "team_id,"
                     "account"),
          elders(
              folder + "/elders.csv",
              "elder_id,name,id_number,household_id,address,lat,lon,datum,area,street,contact_phone,contact_kind,photo_"
              "consent,account,born_on"),
          items(folder + "/items.csv",
                "item,name_zh,name_en,mode,reference_minutes,price_fen,unit,evidence,night,least_gap_minutes"),
          entitlements(folder + "/entitlements.csv", "elder_id,item,from,to,minutes_per_month,level"),
          assessments(folder + "/assessments.csv", "elder_id,level,assessed_on,valid_to,assessor_id"),
          deaths(folder + "/deaths.csv", "elder_id,died_on,recorded_at"),
          stays(folder + "/stays.csv", "elder_id,kind,purpose,from,to,recorded_at"),
          orders(folder + "/orders.csv",
                 "order_id,agency_id,caregiver_id,elder_id,item,mode,planned_start,planned_minutes,service_start,"
                 "service_end,billed_minutes,pay_fen,status,device_id,recorded_at,entered,edited_at,edit_reason,fund,"
                 "dispatched_by"),
          checkins(folder + "/checkins.csv",
                   "order_id,kind,at,lat,lon,acc_m,level,datum,provider,mock,device_id,recorded_at,method"),
          devices(folder + "/devices.csv", "device_id,caregiver_id,from,to,platform,app_version"),
          outages(folder + "/outages.csv", "from,to,area,agency_id,why"),
          callbacks(folder + "/callbacks.csv", "order_id,at,answer,by"),
          prices(folder + "/prices.csv", "item,from,to,price_fen,unit"),
          labels(folder + "/labels.csv", "order_id,scheme,rule,expected") {
        if (has_fixes) {
            fixes = std::make_unique<CsvFile>(
                folder + "/fixes.csv",
                "device_id,caregiver_id,order_id,at_ms,lat,lon,acc_m,level,provider,mock,speed_mps,positioned,"
                "recorded_at_ms");
        }
    }

    std::vector<CsvFile*> all() {
        std::vector<CsvFile*> files = {&agencies,    &caregivers, &elders,    &items,  &entitlements,
                                       &assessments, &deaths,     &stays,     &orders, &checkins,
                                       &devices,     &outages,    &callbacks, &prices, &labels};
        if (fixes) files.push_back(fixes.get());
        return files;
    }

    CsvFile agencies, caregivers, elders, items, entitlements, assessments, deaths, stays, orders, checkins, devices,
        outages, callbacks, prices, labels;
    std::unique_ptr<CsvFile> fixes;
};

std::string_view text_of(Mode mode) {
    switch (mode) {
        case Mode::home: return "home";
        case Mode::errand: return "errand";
        case Mode::escort: return "escort";
    }
    return "";
}

std::string_view text_of(Contact contact) {
    switch (contact) {
        case Contact::self: return "self";
        case Contact::relative: return "relative";
        case Contact::guardian: return "guardian";
        case Contact::village: return "village";
    }
    return "";
}

std::string_view text_of(Platform platform) {
    switch (platform) {
        case Platform::android: return "android";
        case Platform::harmony: return "harmonyos";
        case Platform::browser: return "browser";
    }
    return "";
}

// Millionths of a degree in the datum the agency's terminals really use.
struct Coordinates {
    std::int64_t lat_e6 = 0, lon_e6 = 0;
};

class Writer {
public:
    Writer(const Options& options, const Frame& frame)
        : options_(options),
          frame_(frame),
          plane_(centre),
          files_(options.folder, !options.without_fixes),
          registers_(options.folder),
          meals_(options.folder),
          assessors_(options.folder, frame),
          papers_(options.folder, frame, [this](CsvFile& file, Point point) { place(file, point); }) {}

    Summary write() {
        write_bundle();
        write_frame();
        papers_.write_frame();
        const std::int64_t blocks = (frame_.caregivers + block_caregivers - 1) / block_caregivers;
        for (std::int64_t number = 0; number < blocks; ++number) {
            const Block block = plan_block(frame_, number);
            write_people(block);
            papers_.write_people(block);
            registers_.write_people(block, files_.labels);
            assessors_.write_people(block);
            write_orders(block);
        }
        if (!frame_.honest_only || summary_.agencies == agencies) write_source_label();
        write_agency_label();
        meals_.write(frame_, files_.labels);
        assessors_.write(files_.assessments, files_.labels);
        for (const std::vector<CsvFile*>& files :
             {files_.all(), registers_.all(), papers_.all(), meals_.all(), assessors_.all()}) {
            for (CsvFile* file : files) {
                file->close();
                summary_.bytes += file->bytes();
            }
        }
        summary_.fixes = files_.fixes ? files_.fixes->rows() : 0;
        summary_.labels = files_.labels.rows();
        return std::move(summary_);
    }

private:
    // ---- ids

    static void agency_id(CsvFile& file, std::int64_t number) { file.numbered('A', number, 2); }
    static void caregiver_id(CsvFile& file, const Caregiver& caregiver) { file.numbered('C', caregiver.number, 4); }
    static void elder_id(CsvFile& file, const Elder& elder) { file.numbered('E', elder.number, 5); }
    static void order_id(CsvFile& file, std::int64_t number) { file.numbered('O', number, 6); }

    // A caregiver's second telephone has a number of its own, 500,000 above.
    static void device_id(CsvFile& file, const Caregiver& caregiver, Instant at) {
        const bool is_second = caregiver.changes_phone && at >= midnight(caregiver.second_phone_from);
        file.numbered('D', caregiver.number + (is_second ? second_phones : 0), 4);
    }
    static constexpr std::int64_t second_phones = 500'000;

    // ---- registers

    void write_bundle() {
        CsvFile file(options_.folder + "/bundle.yaml", "name: 模拟区居家养老服务（全部人员与地址均为虚构）");
        const auto line = [&file](const std::string& text) {
            file.plain(text);
            file.end_row();
        };
        line(format("district: \"{}\"", division_code));
        line("zone: Asia/Shanghai");
        line("datum: wgs84");
        line("period:");
        line(format("  from: {}", to_text(frame_.from)));
        line(format("  to: {}", to_text(Date{frame_.from.days + frame_.days - 1})));
        line(format("as_of: {}", to_text(frame_.as_of(), 480)));
        file.close();
        summary_.bytes += file.bytes();
    }

    void write_frame() {
        constexpr std::string_view names[agencies] = {"安澜居家养老服务中心（模拟）", "青荷护理服务中心（模拟）",
                                                      "颐和坊养老服务中心（模拟）",   "春晖照护服务中心（模拟）",
                                                      "棠梨居家护理中心（模拟）",     "暖巷社区养老服务中心（模拟）",
                                                      "听松养老服务中心（模拟）",     "临溪居家养老服务中心（模拟）"};
        constexpr Point offices[agencies] = {{-3100, -1200}, {-1500, 2700},  {700, -3300}, {2900, -700},
                                             {1800, 2100},   {-2300, -2900}, {-400, 900},  {3600, 1700}};
        for (int n = 1; n <= agencies; ++n) {
            agency_id(files_.agencies, n);
            files_.agencies.text(names[n - 1]);
            files_.agencies.plain(organisation_code(n));
            place(files_.agencies, offices[n - 1]);
            files_.agencies.plain("wgs84");
            files_.agencies.plain(telephone(10'000'000 + n));
            files_.agencies.end_row();
        }
        summary_.agencies = agencies;
        const Date year_before{frame_.from.days - 365};
        for (const Item& item : items()) {
            CsvFile& file = files_.items;
            file.plain(item.code);
            file.text(item.name_zh);
            file.text(item.name_en);
            file.plain(text_of(item.mode));
            file.integer(item.reference_minutes);
            file.integer(item.price_fen);
            file.plain(item.is_hourly ? "hour" : "order");
            file.plain("photo signature");
            file.plain("no");
            if (item.least_gap_hours > 0) {
                file.integer(item.least_gap_hours * 60);
            } else {
                file.empty();
            }
            file.end_row();
            files_.prices.plain(item.code);
            files_.prices.date(year_before);
            files_.prices.empty();
            files_.prices.integer(item.price_fen);
            files_.prices.plain(item.is_hourly ? "hour" : "order");
            files_.prices.end_row();
        }
        for (const Outage& outage : frame_.outages()) {
            files_.outages.instant(outage.from);
            files_.outages.instant(outage.to);
            files_.outages.plain("rural");
            files_.outages.empty();
            files_.outages.text("乡镇基站停电");
            files_.outages.end_row();
        }
    }

    void write_people(const Block& block) {
        for (const Caregiver& caregiver : block.caregivers) {
            CsvFile& file = files_.caregivers;
            caregiver_id(file, caregiver);
            agency_id(file, caregiver.agency);
            file.text(caregiver.name);
            file.plain(caregiver.id_number);
            file.plain(caregiver.phone);
            file.text(caregiver.address);
            place(file, caregiver.home);
            file.plain("wgs84");
            file.text("养老护理员（初级）");
            file.date(caregiver.certificate_until);
            if (caregiver.team > 0) {
                file.numbered('T', caregiver.team, 3);
            } else {
                file.empty();
            }
            file.numbered('6', caregiver_accounts + caregiver.number, 12);
            file.end_row();
            write_devices(caregiver);
            ++summary_.caregivers;
        }
        for (const Elder& elder : block.elders) {
            write_elder(elder);
            ++summary_.elders;
        }
    }

    void write_devices(const Caregiver& caregiver) {
        for (const bool is_second : {false, true}) {
            if (is_second && !caregiver.changes_phone) break;
            CsvFile& file = files_.devices;
            device_id(file, caregiver, is_second ? midnight(caregiver.second_phone_from) : Instant{});
            caregiver_id(file, caregiver);
            file.date(is_second ? caregiver.second_phone_from : Date{frame_.from.days - 200});
            if (!is_second && caregiver.changes_phone) {
                file.date(Date{caregiver.second_phone_from.days - 1});
            } else {
                file.empty();
            }
            file.plain(text_of(caregiver.platform));
            file.plain(caregiver.platform == Platform::browser ? "web-3.2.1" : "3.2.0");
            file.end_row();
        }
    }

    void write_elder(const Elder& elder) {
        CsvFile& file = files_.elders;
        elder_id(file, elder);
        file.text(elder.name);
        file.plain(elder.id_number);
        file.numbered('H', elder.household, 5);
        file.text(elder.address);
        place(file, elder.registered);
        file.plain("wgs84");
        file.plain(elder.is_rural ? "rural" : "urban");
        file.text(street(elder.household, elder.is_rural));
        file.plain(elder.phone);
        file.plain(text_of(elder.contact));
        file.plain(elder.refuses_photos ? "no" : "yes");
        file.numbered('6', elder.account, 12);
        file.date(elder.born_on);
        file.end_row();

        for (const Grant& grant : elder.grants) {
            elder_id(files_.entitlements, elder);
            files_.entitlements.empty();
            files_.entitlements.date(grant.from);
            if (grant.is_open) {
                files_.entitlements.empty();
            } else {
                files_.entitlements.date(grant.to);
            }
            files_.entitlements.integer(elder.minutes_per_month);
            files_.entitlements.integer(elder.level);
            files_.entitlements.end_row();
        }

        elder_id(files_.assessments, elder);
        files_.assessments.integer(elder.level);
        files_.assessments.date(elder.assessed_on);
        files_.assessments.date(elder.assessment_until);
        files_.assessments.numbered('P', AssessorFiles::assessor_of(elder), 2);
        files_.assessments.end_row();

        if (elder.is_dead) {
            elder_id(files_.deaths, elder);
            files_.deaths.date(elder.died_on);
            files_.deaths.instant(elder.death_recorded_at);
            files_.deaths.end_row();
        }
        for (const Stay& stay : elder.stays) {
            elder_id(files_.stays, elder);
            files_.stays.plain(stay.kind);
            files_.stays.plain(stay.purpose);
            files_.stays.instant(stay.from);
            if (stay.is_open) {
                files_.stays.empty();
            } else {
                files_.stays.instant(stay.to);
            }
            files_.stays.instant(stay.recorded_at);
            files_.stays.end_row();
        }
        for (const Label& label : elder.labels) {
            if (label.rule == "PE-IDN-10") {  // the entry of the register is judged, not the elder
                files_.labels.plain(format("elder|E{:05}", elder.number));
            } else {
                elder_id(files_.labels, elder);
            }
            write_label(label);
        }
        if (!elder.payee_scheme.empty()) {
            files_.labels.numbered('P', allowances + elder.number, 9);
            write_label({elder.payee_scheme, "HC-PAY-08", elder.payee_expected});
        }
    }

    // The agency that drifts, when a month of the frame has closed.
    void write_agency_label() {
        if (frame_.caregivers < block_caregivers || frame_.honest_only) return;
        const bool is_closed = std::ranges::any_of(frame_.statements(), [&](const Frame::Statement& statement) {
            return statement.from <= frame_.from && frame_.from.days + frame_.days <= statement.until.days;
        });
        if (!is_closed) return;
        agency_id(files_.labels, drifting_agency);
        write_label({"drift", "HC-AGG-01", "hit"});
        // Orders done from one's own flat are denied, and with them the rate of the agency rises.
        for (const int agency : denied_agencies_) {
            if (agency == drifting_agency) continue;
            agency_id(files_.labels, agency);
            write_label({"own_flat", "*", "any"});
        }
    }

    void write_source_label() {
        if (frame_.caregivers < block_caregivers) return;  // too few for an agency with the wrong datum
        agency_id(files_.labels, wrong_datum_agency);
        write_label({"S11", "FI-LOC-16", "hit"});
    }

    void write_label(const Label& label) {
        files_.labels.plain(label.scheme);
        files_.labels.plain(label.rule);
        files_.labels.plain(label.expected);
        files_.labels.end_row();
    }

    // ---- orders

    void write_orders(const Block& block) {
        std::vector<std::size_t> position(block.orders.size());
        for (std::size_t n = 0; n < block.orders.size(); ++n) position[block.orders[n].serial] = n;
        for (std::size_t n = 0; n < block.orders.size(); ++n) {
            const Order& order = block.orders[n];
            const std::int64_t number = block.first_order + static_cast<std::int64_t>(n) + 1;
            write_order(block, order, number);
            papers_.write_order(block, order, number);
            if (order.has_track) {
                write_track(block, n, position);
            } else if (!order.has_place) {
                write_check_in(block, order, number, true, nullptr);
                if (order.has_check_out) write_check_in(block, order, number, false, nullptr);
            }
            std::set<std::string_view> schemes;
            for (const Label& label : order.labels) {
                order_id(files_.labels, number);
                write_label(label);
                schemes.insert(label.scheme);
                if (label.scheme == "own_flat") denied_agencies_.insert(block.caregivers[order.caregiver].agency);
            }
            for (const std::string_view scheme : schemes) ++summary_.orders_of_scheme[std::string(scheme)];
            ++summary_.orders;
            if (options_.progress && summary_.orders % 256 == 0) {
                options_.progress(static_cast<double>(summary_.orders) / static_cast<double>(frame_.orders));
            }
        }
    }

    void write_order(const Block& block, const Order& order, std::int64_t number) {
        const Caregiver& caregiver = block.caregivers[order.caregiver];
        const Item& item = items()[order.item];
        CsvFile& file = files_.orders;
        order_id(file, number);
        agency_id(file, caregiver.agency);
        caregiver_id(file, caregiver);
        elder_id(file, block.elders[order.elder]);
        file.plain(item.code);
        file.plain(text_of(item.mode));
        file.instant(order.planned_start);
        file.integer(order.planned_minutes);
        file.instant(order.start);
        file.instant(order.end);
        file.integer(order.billed_minutes);
        file.integer(order.pay_fen);
        file.plain("completed");
        device_id(file, block.caregivers[order.device_of], order.start);
        file.instant(recorded(order, order.end));
        file.plain(order.is_back_entry ? "back_entry" : "device");
        if (order.edit_reason.empty()) {
            file.empty();
        } else {
            file.instant(papers_.edited_at(order, recorded(order, order.end)));
        }
        file.plain(order.edit_reason);
        file.text(order.papers.is_of_second_fund ? "长期护理保险" : "居家养老援助");
        PaperFiles::dispatcher(file, block, order);
        file.end_row();
        if (!order.callback.empty()) {
            order_id(files_.callbacks, number);
            files_.callbacks.instant({order.end.ms + 2 * days_ms});
            files_.callbacks.plain(order.callback);
            files_.callbacks.plain("12349");
            files_.callbacks.end_row();
        }
    }

    // When the platform knew: within seconds, or when the telephone found a network again.
    static Instant recorded(const Order& order, Instant at) {
        if (order.late_ms > 0) return std::max(Instant{order.end.ms + order.late_ms}, Instant{at.ms + seconds_ms});
        return {at.ms + 2 * seconds_ms};
    }

    std::uint64_t seed_of(const Block& block, std::int64_t serial, std::uint64_t purpose) const {
        Random mixer(options_.seed + purpose * 0xD1342543DE82EF95ULL);
        return mixer.next() ^
               static_cast<std::uint64_t>((block.first_order + serial) * 4 + static_cast<std::int64_t>(purpose)) *
                   0x9E3779B97F4A7C15ULL;
    }

    // The way of an order that has none of its own: from the last place, at the elder's, on to the next.
    void make_path(const Block& block, std::size_t n, Instant end) {
        const Order& order = block.orders[n];
        if (!order.path.empty()) {
            path_ = order.path;
            return;
        }
        const Caregiver& caregiver = block.caregivers[order.caregiver];
        const Point home = block.elders[order.elder].home;
        Point before = caregiver.home;
        Point after = caregiver.home;
        if (n > 0 && is_same_day(block.orders[n - 1], order)) before = block.elders[block.orders[n - 1].elder].home;
        if (n + 1 < block.orders.size() && is_same_day(order, block.orders[n + 1])) {
            after = block.elders[block.orders[n + 1].elder].home;
        }
        const Point last = on_the_way(home, after);
        const Instant leaves{end.ms + 20 * seconds_ms};
        const Point first = on_the_way(home, before);
        const Instant arrives{order.start.ms - 30 * seconds_ms};
        // Nobody rides at the same speed every day.
        Random moods(seed_of(block, static_cast<std::int64_t>(order.serial), 4));
        const double to_mps = ride_mps * (0.75 + 0.5 * moods.unit());
        const double from_mps = ride_mps * (0.75 + 0.5 * moods.unit());
        if (order.approach.empty()) {
            path_ = {{{arrives.ms - way_ms(home, first, to_mps)}, first}, {arrives, home}};
        } else {
            path_ = order.approach;
        }
        path_.push_back({leaves, home});
        path_.push_back({{leaves.ms + way_ms(home, last, from_mps)}, last});
    }

    static bool is_same_day(const Order& a, const Order& b) {
        return a.caregiver == b.caregiver &&
               (a.start.ms + 8 * hours_ms) / days_ms == (b.start.ms + 8 * hours_ms) / days_ms;
    }

    static Point on_the_way(Point home, Point other) {
        const double whole = distance_m(home, other);
        if (whole <= approach_m) return other;
        return {home.east + (other.east - home.east) * approach_m / whole,
                home.north + (other.north - home.north) * approach_m / whole};
    }

    static Millis way_ms(Point a, Point b, double mps) {
        return static_cast<Millis>(distance_m(a, b) / mps * 1000) + 1;
    }

    // What the telephone of an order records, in steps_.
    void record(const Block& block, std::size_t n, Instant end) {
        const Order& order = block.orders[n];
        make_path(block, n, end);
        Walk way;
        way.recording = order.recording;
        way.span = {{order.start.ms - order.recording.lead_ms}, {end.ms + order.recording.tail_ms}};
        way.service = {order.start, end};
        way.path = &path_;
        way.signal = order.signal;
        way.platform = block.caregivers[order.device_of].platform;
        way.seed = seed_of(block, static_cast<std::int64_t>(order.serial), 3);
        walk(way, steps_);
    }

    // The fixes of `source` once more, as if recorded during `order`.
    void copy(const Block& block, const Order& order, std::size_t source) {
        const Order& first = block.orders[source];
        record(block, source, first.end);
        Random random(seed_of(block, static_cast<std::int64_t>(order.serial), 5));
        Point wander;
        const bool is_reversed = order.copy == Copy::reversed;
        if (is_reversed) std::reverse(steps_.begin(), steps_.end());
        if (order.copy == Copy::thinned) {
            std::size_t kept = 0;
            for (std::size_t n = 0; n < steps_.size(); n += 2) steps_[kept++] = steps_[n];
            steps_.resize(kept);
        }
        for (Step& step : steps_) {
            step.at.ms =
                is_reversed ? order.start.ms + first.end.ms - step.at.ms : step.at.ms + order.start.ms - first.start.ms;
            if (order.copy == Copy::noisy) {
                constexpr double noise_m = 5;  // in each direction
                step.point.east += noise_m * normal(random);
                step.point.north += noise_m * normal(random);
            } else if (order.copy == Copy::wandering) {
                constexpr double noise_m = 10;
                constexpr double persistence = 0.95;
                constexpr double fresh = 0.31224989991991992;  // √(1 − 0.95²)
                wander.east = persistence * wander.east + fresh * noise_m * normal(random);
                wander.north = persistence * wander.north + fresh * noise_m * normal(random);
                step.point.east += wander.east;
                step.point.north += wander.north;
            }
        }
    }

    void write_track(const Block& block, std::size_t n, const std::vector<std::size_t>& position) {
        const Order& order = block.orders[n];
        Instant end = order.end;
        for (const std::size_t serial : order.rides_along) end = std::max(end, block.orders[position[serial]].end);
        if (order.copy == Copy::none) {
            record(block, n, end);
        } else {
            copy(block, order, position[order.copy_of]);
        }

        const auto number_at = [&block](std::size_t at) {
            return block.first_order + static_cast<std::int64_t>(at) + 1;
        };
        write_check_ins(block, order, number_at(n));
        for (const std::size_t serial : order.rides_along) {
            write_check_ins(block, block.orders[position[serial]], number_at(position[serial]));
        }
        if (files_.fixes) {
            // The fixes of a shared visit are booked on its first order until that ends, then on the one still open.
            std::vector<std::size_t> open = {n};
            for (const std::size_t serial : order.rides_along) open.push_back(position[serial]);
            write_fixes(block, open);
        }
    }

    void write_check_ins(const Block& block, const Order& order, std::int64_t number) {
        write_check_in(block, order, number, true, &step_at(order.start));
        if (order.has_check_out) write_check_in(block, order, number, false, &step_at(order.end));
    }

    const Step& step_at(Instant at) const {
        const auto after = std::upper_bound(steps_.begin(), steps_.end(), at,
                                            [](Instant when, const Step& step) { return when < step.at; });
        return after == steps_.begin() ? *after : *std::prev(after);
    }

    void write_check_in(const Block& block, const Order& order, std::int64_t number, bool is_in, const Step* step) {
        const Caregiver& owner = block.caregivers[order.device_of];
        CsvFile& file = files_.checkins;
        const Instant at = is_in ? order.start : order.end;
        order_id(file, number);
        file.plain(is_in ? "in" : "out");
        file.instant(at);
        if (step != nullptr) {
            const Coordinates at_place = reported(step->point, block.caregivers[order.caregiver].agency);
            file.millionths(at_place.lat_e6);
            file.millionths(at_place.lon_e6);
            file.tenths(step->radius_dm);
            file.plain(owner.platform == Platform::browser ? "p95" : "p68");
            file.plain("wgs84");
        } else {
            for (int column = 0; column < 5; ++column) file.empty();
        }
        file.plain(step != nullptr ? provider_of(owner, order) : "");
        file.plain(step != nullptr ? mock_of(owner, order) : "unknown");
        device_id(file, owner, order.start);
        file.instant(recorded(order, at));
        file.plain(step != nullptr ? "gps" : "manual");
        file.end_row();
    }

    // A browser terminal knows neither where a position comes from nor whether it is made up.
    static std::string_view provider_of(const Caregiver& owner, const Order& order) {
        if (owner.platform == Platform::browser) return "";
        return order.recording.step_ms < 10 * seconds_ms ? "gnss" : "fused";
    }
    static std::string_view mock_of(const Caregiver& owner, const Order& order) {
        if (owner.platform == Platform::browser) return "unknown";
        return order.signal == Signal::mock ? "yes" : "no";
    }

    void write_fixes(const Block& block, const std::vector<std::size_t>& open) {
        const Order& first = block.orders[open[0]];
        const Caregiver& caregiver = block.caregivers[first.caregiver];
        const Caregiver& owner = block.caregivers[first.device_of];
        const std::string_view provider = provider_of(owner, first);
        const std::string_view mock = mock_of(owner, first);
        const std::string_view level = owner.platform == Platform::browser ? "p95" : "p68";
        if (last_owner_ != caregiver.number) last_fix_ = {};
        last_owner_ = caregiver.number;
        CsvFile& file = *files_.fixes;
        std::size_t current = 0;
        for (const Step& step : steps_) {
            if (!(step.is_sent || step.is_sign_of_life) || step.at <= last_fix_) continue;
            last_fix_ = step.at;
            while (current + 1 < open.size() && block.orders[open[current]].end < step.at) ++current;
            const Order& order = block.orders[open[current]];
            device_id(file, owner, first.start);
            caregiver_id(file, caregiver);
            order_id(file, block.first_order + static_cast<std::int64_t>(open[current]) + 1);
            file.integer(step.at.ms);
            if (step.is_sent) {
                const Coordinates at_place = reported(step.point, caregiver.agency);
                file.millionths(at_place.lat_e6);
                file.millionths(at_place.lon_e6);
                file.tenths(step.radius_dm);
                file.plain(level);
                file.plain(provider);
                file.plain(mock);
                file.tenths(step.speed_dmps);
                file.empty();
            } else {
                for (int column = 0; column < 7; ++column) file.empty();
                file.plain("no");
            }
            if (order.late_ms > 0) {
                file.integer(recorded(order, step.at).ms);
            } else {
                file.empty();
            }
            file.end_row();
        }
    }

    // ---- places

    Coordinates reported(Point point, int agency) const {
        geo::Place at = plane_.place({point.east, point.north});
        if (agency == wrong_datum_agency) at = geo::from_wgs84(at, geo::Datum::gcj02);
        return {(at.lat_e7 + 5) / 10, (at.lon_e7 + 5) / 10};
    }

    void place(CsvFile& file, Point point) const {
        const Coordinates at = reported(point, 0);
        file.millionths(at.lat_e6);
        file.millionths(at.lon_e6);
    }

    const Options& options_;
    const Frame& frame_;
    geo::Plane plane_;
    Files files_;
    RegisterFiles registers_;
    MealFiles meals_;
    AssessorFiles assessors_;
    PaperFiles papers_;
    std::set<int> denied_agencies_;
    Summary summary_;
    std::vector<Step> steps_;
    std::vector<Waypoint> path_;
    std::int64_t last_owner_ = 0;
    Instant last_fix_;
};

Faults faults_of(const Options& options) {
    Faults faults;
    const auto refuse = [&faults](std::string zh, std::string en) {
        faults.push_back({.code = "E711", .zh = std::move(zh), .en = std::move(en)});
    };
    if (options.orders < 1 || options.orders > 5'000'000) {
        refuse(format("工单数应为 1 至 5000000，给出的是 {}", options.orders),
               format("the number of orders must be 1 to 5,000,000, not {}", options.orders));
    }
    if (options.days < 7 || options.days > 366) {
        refuse(format("天数应为 7 至 366，给出的是 {}", options.days),
               format("days must be 7 to 366, not {}", options.days));
    }
    if (options.from < *date_of(2000, 1, 1) || options.from > *date_of(2099, 12, 31)) {
        refuse("起始日期应在 2000 年至 2099 年之间", "the first day must lie in the years 2000 to 2099");
    }
    if (options.folder.empty()) refuse("未指定输出文件夹", "no folder to write to was given");
    return faults;
}

// About fifty orders a caregiver in four weeks.
std::int64_t caregivers_for(const Options& options) {
    const std::int64_t each = std::max<std::int64_t>(10, options.days * 50 / 28);
    return std::max<std::int64_t>(1, (options.orders + each - 1) / each);
}

}  // namespace

Result<Summary> write_district(const Options& options) {
    const Faults faults = faults_of(options);
    if (!faults.empty()) return failure(faults);
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    if (!std::filesystem::is_directory(options.folder)) {
        return failure({.file = options.folder,
                        .code = "E712",
                        .zh = "无法建立输出文件夹：" + error.message(),
                        .en = "the folder cannot be made: " + error.message()});
    }
    if (options.without_fixes) std::filesystem::remove(options.folder + "/fixes.csv", error);
    Frame frame;
    frame.orders = options.orders;
    frame.seed = options.seed;
    frame.from = options.from;
    frame.days = options.days;
    frame.honest_only = options.honest_only;
    frame.caregivers = caregivers_for(options);
    return Writer(options, frame).write();
}

}  // namespace ningyi::simulate
