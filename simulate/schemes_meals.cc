// SPDX-License-Identifier: Apache-2.0
#include "simulate/schemes_meals.h"

#include <array>

#include "base/text.h"

namespace ningyi::simulate {

namespace {

constexpr std::int64_t points = 12;
constexpr std::int64_t december_point = 3;  // pushed over 20,000 in December
constexpr std::int64_t steady_point = 5;    // honestly passes 20,000, without any jump
constexpr std::int64_t november_point = 7;  // pushed over 10,000 in November
constexpr std::int64_t festive_point = 9;   // ends just above 20,000 in a December in which everybody cooks more

// Meals of an ordinary month by point. Tiers begin at 10,000, 20,000 and 30,000 meals a year.
constexpr std::array<std::int64_t, points> usual_meals = {1200, 940,  1600, 700,  1680, 1420,
                                                          860,  1100, 1560, 1250, 760,  1330};
constexpr std::int64_t wanted_at_most = 200;  // meals above the tier that a push aims at

void label(CsvFile& labels, std::int64_t point, Date month, std::string_view scheme, std::string_view expected) {
    labels.plain(format("M{:02}|{}", point, to_text(month)));
    labels.plain(scheme);
    labels.plain("ML-ME-07");
    labels.plain(expected);
    labels.end_row();
}

}  // namespace

MealFiles::MealFiles(const std::string& folder)
    : points_(folder + "/meal_points.csv", "meal_point_id,name"),
      months_(folder + "/meal_months.csv", "meal_point_id,month,meals,claimed_at") {}

std::vector<CsvFile*> MealFiles::all() {
    return {&points_, &months_};
}

void MealFiles::write(const Frame& frame, CsvFile& labels) {
    for (std::int64_t point = 1; point <= points; ++point) {
        points_.numbered('M', point, 2);
        points_.text(format("社区助餐点 {} 号（模拟）", point));
        points_.end_row();
    }
    Random random(frame.seed ^ 0x6D65616C73ULL);  // a stream of its own
    const int year = calendar_of(frame.from).year;
    write_year(year - 2, true, false, random, labels);
    write_year(year - 1, false, !frame.honest_only, random, labels);
}

void MealFiles::write_year(int year, bool is_festive, bool has_schemes, Random& random, CsvFile& labels) {
    for (std::int64_t point = 1; point <= points; ++point) {
        std::int64_t sum = 0;
        for (int month = 1; month <= 12; ++month) {
            const Date first = *date_of(year, month, 1);
            const std::int64_t usual = usual_meals[static_cast<std::size_t>(point - 1)];
            std::int64_t meals = usual * (970 + random.between(0, 60)) / 1000;
            const std::int64_t above = random.between(0, wanted_at_most);
            if (is_festive && month == 12) {
                meals = meals * 6 / 5;
                if (point == festive_point) {
                    meals = 20'000 - sum + above;
                    label(labels, point, first, "festival", "inconclusive");
                }
            } else if (has_schemes && month == 12 && point == december_point) {
                meals = 20'000 - sum + above;
                label(labels, point, first, "S14", "hit");
            } else if (has_schemes && month == 11 && point == november_point) {
                meals = 10'000 - sum + above;
                label(labels, point, first, "S14", "hit");
            } else if (!is_festive && month == 12 && point == steady_point) {
                label(labels, point, first, "steady", "clear");
            }
            sum += meals;
            write_month(point, first, meals);
        }
    }
}

void MealFiles::write_month(std::int64_t point, Date month, std::int64_t meals) {
    Date claimed{month.days + 28};
    while (calendar_of(claimed).day != 5) ++claimed.days;
    months_.numbered('M', point, 2);
    months_.date(month);
    months_.integer(meals);
    months_.instant({midnight(claimed).ms + 10 * hours_ms});
    months_.end_row();
}

}  // namespace ningyi::simulate
