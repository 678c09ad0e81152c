// SPDX-License-Identifier: Apache-2.0
#include "simulate/papers.h"

#include <algorithm>
#include <set>

#include "base/random.h"
#include "base/text.h"

namespace ningyi::simulate {

namespace {

constexpr std::int64_t order_tokens = 900'000'000;  // of orders that are not in the district

// The digest of a file, or of a series of strokes, that stands for `serial`.
std::string digest_of(std::uint64_t seed) {
    Random random(seed);
    std::string bytes(32, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    return to_hex(bytes);
}

}  // namespace

PaperFiles::PaperFiles(const std::string& folder, const Frame& frame, PlaceFields place)
    : frame_(frame),
      place_(std::move(place)),
      statements_(frame.statements()),
      evidence_(folder + "/evidence.csv", "order_id,kind,sha256,phash,at,lat,lon,datum,token_order,strokes,signer"),
      ratings_(folder + "/ratings.csv", "order_id,at,rating,device_id"),
      care_plans_(folder + "/care_plans.csv", "elder_id,item,from,to"),
      payments_(
          folder + "/payments.csv",
          "payment_id,fund,order_id,elder_id,service_start,service_end,amount_fen,paid_at,cofunding,payee,account,"
          "authorisation"),
      statements_file_(folder + "/statements.csv", "agency_id,from,until,frozen_at"),
      adjustments_(folder + "/adjustments.csv", "adjustment_id,order_id,at"),
      duties_(folder + "/duties.csv", "staff_id,caregiver_id,duty") {}

std::vector<CsvFile*> PaperFiles::all() {
    return {&evidence_, &ratings_, &care_plans_, &payments_, &statements_file_, &adjustments_, &duties_};
}

void PaperFiles::write_frame() {
    for (int agency = 1; agency <= agencies; ++agency) {
        for (const Frame::Statement& statement : statements_) {
            statements_file_.numbered('A', agency, 2);
            statements_file_.date(statement.from);
            statements_file_.date(statement.until);
            statements_file_.instant(statement.frozen_at);
            statements_file_.end_row();
        }
        duties_.numbered('S', agency, 2);
        duties_.empty();
        duties_.plain("dispatch");
        duties_.end_row();
    }
}

void PaperFiles::dispatcher(CsvFile& file, const Block& block, const Order& order) {
    const Caregiver& caregiver = block.caregivers[order.caregiver];
    if (order.papers.is_self_dispatched) {
        file.numbered('S', 1000 + caregiver.number, 5);
    } else {
        file.numbered('S', caregiver.agency, 2);
    }
}

void PaperFiles::write_people(const Block& block) {
    std::set<std::size_t> dispatching;
    std::vector<std::set<std::size_t>> planned(block.elders.size());
    for (const Order& order : block.orders) {
        if (order.papers.is_self_dispatched) dispatching.insert(order.caregiver);
        if (!order.papers.is_off_plan) planned[order.elder].insert(order.item);
    }
    for (const std::size_t i : dispatching) {
        const Caregiver& caregiver = block.caregivers[i];
        duties_.numbered('S', 1000 + caregiver.number, 5);
        duties_.numbered('C', caregiver.number, 4);
        duties_.plain("dispatch");
        duties_.end_row();
    }
    for (std::size_t e = 0; e < block.elders.size(); ++e) {
        std::set<std::size_t> items_of = planned[e];
        if (items_of.empty()) items_of.insert(0);
        for (const std::size_t item : items_of) {
            care_plans_.numbered('E', block.elders[e].number, 5);
            care_plans_.plain(items()[item].code);
            care_plans_.date(Date{frame_.from.days - 300});
            care_plans_.empty();
            care_plans_.end_row();
        }
        write_allowance(block.elders[e]);
    }
}

// Paid on the first day of the frame, for no service at all: it lasts no time.
void PaperFiles::write_allowance(const Elder& elder) {
    CsvFile& file = payments_;
    const Instant at{midnight(frame_.from).ms + 9 * hours_ms};
    file.numbered('P', allowances + elder.number, 9);
    file.text("护理补贴");
    file.empty();
    file.numbered('E', elder.number, 5);
    file.instant(at);
    file.instant(at);
    file.integer(10'000 + elder.level * 5'000);
    file.instant(at);
    file.empty();
    file.plain(elder.is_authorised ? "agent" : "elder");
    file.numbered('6', elder.account, 12);
    if (elder.is_authorised) {
        file.numbered('W', elder.number, 5);
    } else {
        file.empty();
    }
    file.end_row();
}

Instant PaperFiles::edited_at(const Order& order, Instant recorded) const {
    if (order.papers.is_edited_after_freeze) {
        for (const Frame::Statement& statement : statements_) {
            if (midnight(statement.from) <= order.start && order.start < midnight(statement.until))
                return {statement.frozen_at.ms + 5 * hours_ms + static_cast<Millis>(order.serial % 600) * minutes_ms};
        }
    }
    return {recorded.ms + 40 * minutes_ms};
}

void PaperFiles::write_order(const Block& block, const Order& order, std::int64_t number) {
    write_evidence(block, order, number);
    if (order.papers.rating > 0) {
        ratings_.numbered('O', number, 6);
        ratings_.instant(order.papers.rated_at);
        ratings_.integer(order.papers.rating);
        ratings_.numbered('R', order.papers.rating_device, 6);
        ratings_.end_row();
    }
    if (order.papers.is_paid_twice) write_payment(block, order, number);
    if (order.papers.has_adjustment) {
        adjustments_.numbered('T', number, 6);
        adjustments_.numbered('O', number, 6);
        adjustments_.instant({edited_at(order, order.end).ms});
        adjustments_.end_row();
    }
}

// Another fund pays for the same hour, as its own record has it: from three minutes before on.
void PaperFiles::write_payment(const Block& block, const Order& order, std::int64_t number) {
    CsvFile& file = payments_;
    file.numbered('P', number, 6);
    file.text("长期护理保险");
    file.empty();
    file.numbered('E', block.elders[order.elder].number, 5);
    file.instant({order.start.ms - 3 * minutes_ms});
    file.instant({order.end.ms - 2 * minutes_ms});
    file.integer(order.pay_fen * 3 / 4);
    file.instant({order.end.ms + 3 * days_ms});
    if (order.papers.is_cofunded) {
        file.text("示例批〔2026〕3号");
    } else {
        file.empty();
    }
    file.plain("agency");
    file.empty();
    file.empty();
    file.end_row();
}

void PaperFiles::write_evidence(const Block& block, const Order& order, std::int64_t number) {
    const Papers& papers = order.papers;
    const auto own = static_cast<std::int64_t>(order.serial);
    const std::int64_t shown = order.photo_of < 0 ? own : order.photo_of;
    const std::int64_t signed_as = papers.signature_of < 0 ? own : papers.signature_of;
    CsvFile& file = evidence_;
    for (int n = 0; n < order.photos + order.signatures; ++n) {
        const bool is_photo = n < order.photos;
        const std::string digest = digest_of(seed_of(block, is_photo ? shown : own, is_photo ? 1 : 2));
        file.numbered('O', number, 6);
        file.plain(is_photo ? "photo" : "signature");
        file.plain(digest);
        std::string hash = digest.substr(0, 16);
        if (papers.near_photo_of >= 0) {
            // Two or three bits of another photo's hash differ.
            hash = digest_of(seed_of(block, papers.near_photo_of, 1)).substr(0, 16);
            constexpr std::string_view digits = "0123456789abcdef";
            for (int bit = 0; bit < 2 + static_cast<int>(order.serial % 2); ++bit) {
                char& digit = hash[(order.serial * 5 + static_cast<std::size_t>(bit) * 7) % 16];
                digit = digits[digits.find(digit) ^ 1U];
            }
        }
        file.plain(is_photo ? hash : "");
        const Instant during{order.start.ms + (order.end.ms - order.start.ms) / 3};
        file.instant({is_photo ? during.ms + papers.photo_shift_ms : order.end.ms - minutes_ms});
        if (order.has_place) {
            const Point home = block.elders[order.elder].home;
            place_(file, is_photo ? Point{home.east + papers.photo_away_m, home.north} : home);
            file.plain("wgs84");
        } else {
            for (int column = 0; column < 3; ++column) file.empty();
        }
        if (is_photo) {
            file.numbered('O', papers.has_foreign_token ? order_tokens + number : number, 6);
            file.empty();
            file.empty();
        } else {
            file.empty();
            file.plain(digest_of(seed_of(block, signed_as, 6)));
            file.plain(papers.is_stamped ? "stamp" : "elder");
        }
        file.end_row();
    }
}

std::uint64_t PaperFiles::seed_of(const Block& block, std::int64_t serial, std::uint64_t purpose) const {
    Random mixer(frame_.seed + purpose * 0xD1342543DE82EF95ULL);
    return mixer.next() ^
           static_cast<std::uint64_t>((block.first_order + serial) * 4 + static_cast<std::int64_t>(purpose)) *
               0x9E3779B97F4A7C15ULL;
}

}  // namespace ningyi::simulate
