// SPDX-License-Identifier: Apache-2.0
// The subcommands of `ningyi`: what each was asked, and what it does. They open files and stores and leave the work to
// the libraries. Each returns the exit status.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/terminal.h"

namespace ningyi::app {

struct SimulateOptions {
    std::int64_t orders = 2000;
    std::uint64_t seed = 7;
    std::string out;
    std::string from;
    int days = 28;
    bool honest_only = false;
    bool without_fixes = false;
};

struct ImportOptions {
    std::string bundle, store, packs, rejected;
};

struct AuditOptions {
    std::string bundle, out, store, packs;
};

struct CheckOptions {
    std::vector<std::string> folders;
    bool json = false;
    bool verbose = false;
    bool mutants = true;
};

struct PlayOptions {
    std::vector<std::string> paths;
    std::string packs;
};

struct ReplayOptions {
    std::string finding, store, packs;
};

struct VerifyOptions {
    std::string store;
};

struct TracksOptions {
    std::string input, other;          // compare has two
    std::string out;                   // convert: the file; else the page
    std::string to;                    // convert: gpx, geojson, mf-json, csv; "" by the name of `out`
    std::string device, other_device;  // of a table of several
    std::string day;                   // of the first fix of NMEA that names none, in UTC
    std::string zone = "Asia/Shanghai";
    std::string packs;
    double within_m = 50;
    bool json = false;
};

// Property of a log: the zone its days were counted in, so that a replay counts the same days.
inline constexpr const char* zone_property = "zone";

int simulate(const SimulateOptions& options, Terminal& terminal);
int import(const ImportOptions& options, Terminal& terminal);
int audit(const AuditOptions& options, Terminal& terminal);
int check(const CheckOptions& options, Terminal& terminal);
int play(const PlayOptions& options, Terminal& terminal);
int replay(const ReplayOptions& options, Terminal& terminal);
int verify(const VerifyOptions& options, Terminal& terminal);
int convert_tracks(const TracksOptions& options, Terminal& terminal);
int inspect_tracks(const TracksOptions& options, Terminal& terminal);
int compare_tracks(const TracksOptions& options, Terminal& terminal);

}  // namespace ningyi::app
