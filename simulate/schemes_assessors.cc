// SPDX-License-Identifier: Apache-2.0
#include "simulate/schemes_assessors.h"

#include <array>

#include "base/text.h"

namespace ningyi::simulate {

namespace {

constexpr std::int64_t block_assessors = 6;  // those of the elders with orders, whom no scheme touches
constexpr int severe_from = 4;               // the level from which an elder counts as severe

// An assessor of homes and wards: whom it assessed, how many of them are severe, and how many it bills beyond them.
struct Practice {
    std::int64_t number = 0;
    int assessed = 0, severe = 0, invented = 0;
    bool is_frail = false;
    std::string_view scheme = {}, expected = {};
};

constexpr std::array<Practice, 6> honest_practices = {{{7, 20, 16, 0, true, "frailer", "inconclusive"},
                                                       {8, 20, 4, 0, false},
                                                       {9, 16, 3, 0, false},
                                                       {10, 16, 4, 0, false},
                                                       {11, 18, 4, 0, false},
                                                       {12, 17, 3, 0, false}}};
constexpr std::array<Practice, 6> practices = {{{7, 20, 16, 0, true, "frailer", "inconclusive"},
                                                {8, 20, 17, 0, false, "severe_levels", "hit"},
                                                {9, 16, 3, 3, false, "S15", "hit"},  // sixteen become nineteen
                                                {10, 16, 4, 0, false},
                                                {11, 18, 4, 0, false},
                                                {12, 17, 3, 0, false}}};

// In the middle of the last month that has closed when the registers are in.
Instant bill_time(const Frame& frame) {
    const Date last{static_cast<std::int32_t>((frame.as_of().ms + 8 * hours_ms) / days_ms) - 3};
    const Date month_end{last.days - calendar_of(last).day};
    const Date month_begin{month_end.days - (calendar_of(month_end).day - 1)};
    return {midnight(Date{month_begin.days + 14}).ms + 10 * hours_ms};
}

}  // namespace

AssessorFiles::AssessorFiles(const std::string& folder, const Frame& frame)
    : frame_(frame),
      billed_at_(bill_time(frame)),
      assessors_(folder + "/assessors.csv", "assessor_id,name,clientele"),
      fees_(folder + "/assessor_fees.csv", "assessor_id,elder_id,assessed_on,severe,billed_at") {}

std::vector<CsvFile*> AssessorFiles::all() {
    return {&assessors_, &fees_};
}

void AssessorFiles::write_people(const Block& block) {
    for (const Elder& elder : block.elders) {
        if (elder.assessed_on.days < frame_.from.days - 60) continue;  // billed before
        write_line(assessor_of(elder), 'E', elder.number, elder.assessed_on, elder.level >= severe_from);
    }
}

void AssessorFiles::write(CsvFile& assessments, CsvFile& labels) {
    for (std::int64_t number = 1; number <= block_assessors; ++number) {
        assessors_.numbered('P', number, 2);
        assessors_.text(format("能力评估站 {} 号（模拟）", number));
        assessors_.plain("general");
        assessors_.end_row();
    }
    Random random(frame_.seed ^ 0x617373657373ULL);  // a stream of its own
    std::int64_t client = 0;
    for (const Practice& practice : frame_.honest_only ? honest_practices : practices) {
        assessors_.numbered('P', practice.number, 2);
        assessors_.text(format("能力评估站 {} 号（模拟）", practice.number));
        assessors_.plain(practice.is_frail ? "frail" : "general");
        assessors_.end_row();
        for (int n = 0; n < practice.assessed + practice.invented; ++n) {
            ++client;
            const Date assessed{frame_.from.days - static_cast<int>(random.between(20, 50))};
            const bool is_severe = n < practice.severe;
            write_line(practice.number, 'W', client, assessed, is_severe);
            if (n >= practice.assessed) continue;  // nobody was there
            assessments.numbered('W', client, 5);
            assessments.integer(is_severe ? severe_from : random.between(1, severe_from - 1));
            assessments.date(assessed);
            assessments.date(Date{assessed.days + 730});
            assessments.numbered('P', practice.number, 2);
            assessments.end_row();
        }
        if (practice.scheme.empty()) continue;
        labels.numbered('P', practice.number, 2);
        labels.plain(practice.scheme);
        labels.plain("IS-IN-08");
        labels.plain(practice.expected);
        labels.end_row();
    }
}

void AssessorFiles::write_line(std::int64_t assessor, char prefix, std::int64_t client, Date assessed, bool is_severe) {
    fees_.numbered('P', assessor, 2);
    fees_.numbered(prefix, client, 5);
    fees_.date(assessed);
    fees_.plain(is_severe ? "yes" : "no");
    fees_.instant(billed_at_);
    fees_.end_row();
}

}  // namespace ningyi::simulate
