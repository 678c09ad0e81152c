// SPDX-License-Identifier: Apache-2.0
#include "track/real_tracks_test.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

namespace ningyi::track {
namespace {

const std::string folder = "../shared/data/tracks/";

// The cells of every line but the first, or of those that begin with `kind`.
std::vector<std::vector<std::string>> lines_of(const std::string& path, char separator, const std::string& kind = "") {
    std::vector<std::vector<std::string>> rows;
    std::ifstream file(folder + path);
    std::string line;
    if (kind.empty()) std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<std::string> row;
        std::stringstream cells(line);
        std::string cell;
        while (std::getline(cells, cell, separator)) row.push_back(cell);
        if (!row.empty() && (kind.empty() || row.front() == kind)) rows.push_back(row);
    }
    return rows;
}

Fix fix_at(Millis at, double lat, double lon, Provider provider) {
    Fix fix = fix_received(Instant{at}, geo::place_of_degrees(lat, lon), Datum::wgs84);
    fix.provider = provider;
    fix.level = Level::p68;
    return fix;
}

std::vector<Fix> car(const std::string& name) {
    std::vector<Fix> track;
    for (const auto& row : lines_of("google-gps-measurement-tools/" + name, ',')) {
        const Millis second_of_day = geo::rounded(std::stod(row[0]) * 1000);
        track.push_back(fix_at(parse_instant("2020-02-06T00:00:00Z")->ms + second_of_day, std::stod(row[1]),
                               std::stod(row[2]), Provider::gnss));
        track.back().seq = static_cast<std::uint32_t>(track.size());
    }
    return track;
}

std::vector<Fix> short_drive(const std::string& name) {
    std::vector<Fix> track;
    for (const auto& row : lines_of("comma2k19/" + name, ',')) {
        track.push_back(fix_at(std::stoll(row[4]), std::stod(row[1]), std::stod(row[2]), Provider::gnss));
        track.back().speed_mm_s = static_cast<std::int32_t>(geo::rounded(std::stod(row[3]) * 1000));
    }
    return track;
}

// The value between `before` and the next quotation mark or angle bracket.
std::string between(const std::string& text, const std::string& before, std::size_t from) {
    const std::size_t start = text.find(before, from) + before.size();
    return text.substr(start, text.find_first_of("\"<", start) - start);
}

// {"point":"POINT(lon lat)","time":"2014-09-10 06:54:07+0200"} one after another.
std::vector<Fix> drive(const std::string& name) {
    std::vector<Fix> track;
    std::ifstream file(folder + "barefoot/" + name);
    std::stringstream text;
    text << file.rdbuf();
    const std::string json = text.str();
    for (std::size_t at = json.find("POINT("); at != std::string::npos; at = json.find("POINT(", at + 1)) {
        std::stringstream numbers(json.substr(at + 6, 60));
        double lon = 0, lat = 0;
        numbers >> lon >> lat;
        const std::string time = between(json, "\"time\":\"", at);
        const std::string zone = time.substr(0, 22) + ":" + time.substr(22);
        track.push_back(fix_at(parse_instant(zone)->ms, lat, lon, Provider::gnss));
        track.back().seq = static_cast<std::uint32_t>(track.size());
    }
    return track;
}

}  // namespace

std::vector<Fix> car_by_ublox() {
    return car("mtv_ublox.csv");
}
std::vector<Fix> car_by_span() {
    return car("mtv_span.csv");
}
std::vector<Fix> short_drive_by_ublox() {
    return short_drive("live_gnss_ublox.csv");
}
std::vector<Fix> short_drive_by_phone_chip() {
    return short_drive("live_gnss_qcom.csv");
}

std::vector<Fix> indoor_phone() {
    std::vector<Fix> track;
    for (const auto& row : lines_of("trackintel/google_trajectory.csv", ';')) {
        track.push_back(fix_at(parse_instant(row[1])->ms, std::stod(row[2]), std::stod(row[3]), Provider::network));
        track.back().accuracy_mm = static_cast<std::uint32_t>(std::stoul(row[5]) * 1000);
    }
    return track;
}

std::vector<Fix> bus() {
    std::vector<Fix> track;
    std::ifstream file(folder + "movingpandas/304-to-UL-2019-02-18-0745.gpx");
    std::stringstream text;
    text << file.rdbuf();
    const std::string gpx = text.str();
    for (std::size_t at = gpx.find("<trkpt"); at != std::string::npos; at = gpx.find("<trkpt", at + 1)) {
        track.push_back(fix_at(parse_instant(between(gpx, "<time>", at))->ms, std::stod(between(gpx, "lat=\"", at)),
                               std::stod(between(gpx, "lon=\"", at)), Provider::gnss));
    }
    return track;
}

std::vector<Fix> drive_each_second() {
    return drive("x0001-001.json");
}
std::vector<Fix> drive_each_quarter_minute() {
    return drive("x0001-015.json");
}

std::vector<Fix> phone_lying_still(int day) {
    const std::string name =
        day == 0 ? "pseudoranges_log_2016_06_30_21_26_07.txt" : "pseudoranges_log_2016_08_22_14_45_50.txt";
    std::vector<Fix> track;
    for (const auto& row : lines_of("google-gps-measurement-tools/" + name, ',', "Fix")) {
        track.push_back(fix_at(std::stoll(row[7]), std::stod(row[2]), std::stod(row[3]), Provider::gnss));
        track.back().accuracy_mm = static_cast<std::uint32_t>(geo::rounded(std::stod(row[6]) * 1000));
        track.back().altitude_mm = static_cast<std::int32_t>(geo::rounded(std::stod(row[4]) * 1000));
        track.back().speed_mm_s = static_cast<std::int32_t>(geo::rounded(std::stod(row[5]) * 1000));
    }
    return track;
}

}  // namespace ningyi::track
