// SPDX-License-Identifier: Apache-2.0
#include "simulate/registers.h"

namespace ningyi::simulate {

RegisterFiles::RegisterFiles(const std::string& folder)
    : other_visits_(folder + "/other_visits.csv", "visit_id,elder_id,programme,provider,start,end"),
      presences_(folder + "/presences.csv", "caregiver_id,kind,from,to,clocked"),
      leaves_(folder + "/leaves.csv", "caregiver_id,from,to,cancelled"),
      family_carers_(folder + "/family_carers.csv", "caregiver_id,elder_id,from,to"),
      clocks_(folder + "/clocks.csv", "reading_id,device_id,boot_id,device_at,server_at,gps_at,running_ms") {}

std::vector<CsvFile*> RegisterFiles::all() {
    return {&other_visits_, &presences_, &leaves_, &family_carers_, &clocks_};
}

void RegisterFiles::write_people(const Block& block, CsvFile& labels) {
    for (const Caregiver& caregiver : block.caregivers) {
        for (const Presence& presence : caregiver.presences) {
            presences_.numbered('C', caregiver.number, 4);
            presences_.plain(presence.kind);
            presences_.instant(presence.from);
            presences_.instant(presence.to);
            presences_.plain(presence.is_clocked ? "yes" : "no");
            presences_.end_row();
        }
        for (const Leave& leave : caregiver.leaves) {
            leaves_.numbered('C', caregiver.number, 4);
            leaves_.instant(leave.from);
            leaves_.instant(leave.to);
            leaves_.plain(leave.is_cancelled ? "yes" : "no");
            leaves_.end_row();
        }
        for (const std::size_t elder : caregiver.family) {
            family_carers_.numbered('C', caregiver.number, 4);
            family_carers_.numbered('E', block.elders[elder].number, 5);
            family_carers_.date(*date_of(2025, 1, 1));
            family_carers_.empty();
            family_carers_.end_row();
        }
        write_readings(caregiver, labels);
    }
    for (const Elder& elder : block.elders) {
        for (const OtherVisit& visit : elder.other_visits) {
            other_visits_.numbered('V', ++visits_, 6);
            other_visits_.numbered('E', elder.number, 5);
            other_visits_.plain(visit.programme);
            other_visits_.text(visit.programme == "meal" ? "社区食堂（模拟）" : "护理站（模拟）");
            other_visits_.instant(visit.from);
            other_visits_.instant(visit.to);
            other_visits_.end_row();
        }
    }
}

void RegisterFiles::write_readings(const Caregiver& caregiver, CsvFile& labels) {
    for (const ClockReading& reading : caregiver.readings) {
        clocks_.numbered('R', ++readings_, 7);
        clocks_.numbered('D', caregiver.number, 4);
        clocks_.integer(reading.boot);
        clocks_.instant(reading.device_at);
        clocks_.instant(reading.server_at);
        if (reading.has_gps) {
            clocks_.instant(reading.gps_at);
        } else {
            clocks_.empty();
        }
        clocks_.integer(reading.running_ms);
        clocks_.end_row();
        if (reading.scheme.empty()) continue;
        labels.numbered('R', readings_, 7);
        labels.plain(reading.scheme);
        labels.plain("FI-TIM-09");
        labels.plain(reading.expected);
        labels.end_row();
    }
}

}  // namespace ningyi::simulate
