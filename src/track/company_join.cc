// SPDX-License-Identifier: Apache-2.0
#include "track/company_join.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "track/reading.h"

namespace ningyi::track {
namespace {

constexpr double furthest_mm = 1e9;  // from the origin
constexpr Millis unseen_ms = 60 * minutes_ms;
constexpr std::int64_t small_box = 36;   // cells; larger ones are followed along the line
constexpr std::size_t slots_swept = 16;  // for each pair opened
constexpr std::size_t least_slots = 64;
constexpr std::size_t most_indices = std::size_t{1} << 30U;
constexpr std::int64_t longest_together = (std::int64_t{1} << 29) - 1;
constexpr std::int64_t longest_path_mm = std::numeric_limits<std::uint32_t>::max();

// splitmix64: spreads keys that differ in few bits.
std::uint64_t mixed(std::uint64_t key) {
    key = (key ^ (key >> 30U)) * 0xBF58476D1CE4E5B9U;
    key = (key ^ (key >> 27U)) * 0x94D049BB133111EBU;
    return key ^ (key >> 31U);
}

std::int32_t floor_of(std::int32_t value, std::int32_t step) {
    const std::int32_t quotient = value / step;
    return quotient * step > value ? quotient - 1 : quotient;
}

std::uint64_t key_of(std::int64_t column, std::int64_t row) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(column)) << 32U) |
           static_cast<std::uint64_t>(static_cast<std::uint32_t>(row));
}

double squared(double east, double north) {
    return east * east + north * north;
}

}  // namespace

CompanyJoin::CompanyJoin(geo::Place origin, const JoinRule& rule) : rule_(rule), plane_(origin) {
    rule_.within_mm = std::clamp<std::int64_t>(rule.within_mm, 1000, 10'000'000);
    rule_.crowded_within_mm = std::clamp<std::int64_t>(rule.crowded_within_mm, rule_.within_mm / 16, rule_.within_mm);
    rule_.most_subjects = std::min(rule.most_subjects, most_indices);
    rule_.passing = std::min(rule.passing, longest_together);
    rule_.least_time = std::min(rule.least_time, longest_together);
    rule_.least_path_mm = std::min(rule.least_path_mm, longest_path_mm);
    subject_slots_.assign(least_slots, nowhere);
    grow_cells();
    pairs_.resize(least_slots);
}

// ---- subjects ----

std::size_t CompanyJoin::subject_slot(std::uint64_t number) const {
    const std::size_t mask = subject_slots_.size() - 1;
    std::size_t slot = mixed(number) & mask;
    while (subject_slots_[slot] != nowhere && subjects_[subject_slots_[slot]].number != number) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

std::uint32_t CompanyJoin::known_subject(std::uint64_t number) const {
    return subject_slots_[subject_slot(number)];
}

// Puts everyone who is not free into the table anew.
void CompanyJoin::place_subjects() {
    std::size_t size = least_slots;
    while (size < 4 * subjects_.size()) size *= 2;
    subject_slots_.assign(size, nowhere);
    std::vector<bool> is_free(subjects_.size());
    for (const std::uint32_t index : free_subjects_) is_free[index] = true;
    for (std::uint32_t i = 0; i < subjects_.size(); ++i) {
        if (!is_free[i]) subject_slots_[subject_slot(subjects_[i].number)] = i;
    }
}

std::uint32_t CompanyJoin::subject_of(std::uint64_t number, Millis now) {
    const std::size_t slot = subject_slot(number);
    if (subject_slots_[slot] != nowhere) return subject_slots_[slot];
    if (free_subjects_.empty() && subjects_.size() >= rule_.most_subjects) {
        if (now < next_clearing_) return nowhere;
        next_clearing_ = now + minutes_ms;
        for (std::uint32_t i = 0; i < subjects_.size(); ++i) {
            if (subjects_[i].at + unseen_ms >= now) continue;
            leave(i);
            free_subjects_.push_back(i);
        }
        if (free_subjects_.empty()) return nowhere;
        place_subjects();
    }
    std::uint32_t index = 0;
    if (free_subjects_.empty()) {
        index = static_cast<std::uint32_t>(subjects_.size());
        subjects_.emplace_back();
    } else {
        // Pairs of whoever had this index are over: their last contact lies an hour back.
        index = free_subjects_.back();
        free_subjects_.pop_back();
        subjects_[index] = {};
    }
    subjects_[index].number = number;
    if (2 * subjects_.size() > subject_slots_.size()) {
        place_subjects();
    } else {
        subject_slots_[subject_slot(number)] = index;
    }
    return index;
}

// True once the fixes since an anchor lie within a distance of it for long enough. The first one outside is the next
// anchor.
bool CompanyJoin::stays(Subject& subject, Millis at, Spot spot) const {
    const double east = static_cast<double>(spot.east) - subject.anchor.east;
    const double north = static_cast<double>(spot.north) - subject.anchor.north;
    const auto most = static_cast<double>(rule_.stay_mm);
    if (!subject.is_known || at - subject.at > rule_.stay_longest_gap || squared(east, north) > most * most) {
        subject.anchor = spot;
        subject.anchored = at;
        return false;
    }
    return at - subject.anchored >= rule_.stay_after;
}

void CompanyJoin::add(std::uint64_t number, Instant at, geo::Place place, std::vector<Companions>& alerts) {
    ++counts_.fixes;
    const geo::Offset offset = plane_.offset(place);
    if (std::fabs(offset.east) * 1000 > furthest_mm || std::fabs(offset.north) * 1000 > furthest_mm) {
        ++counts_.far;
        return;
    }
    const std::uint32_t index = subject_of(number, at.ms);
    if (index == nowhere) {
        ++counts_.turned_away;
        return;
    }
    Subject& subject = subjects_[index];
    if (subject.is_known && at.ms <= subject.at) {
        ++counts_.late;
        return;
    }
    const Spot spot{static_cast<std::int32_t>(std::floor(offset.east * 1000 + 0.5)),
                    static_cast<std::int32_t>(std::floor(offset.north * 1000 + 0.5))};
    const Grid grid = grid_of(spot);
    Stretch stretch{index, subject.at, at.ms, subject.spot, spot, subject.grid, grid, 0, subject.moved, 0};
    const bool is_joined = subject.is_known && at.ms - subject.at <= interpolated_gap_ms;
    const bool is_staying = stays(subject, at.ms, spot);
    bool is_moving = false;
    if (is_joined && !is_staying) {
        const double metres_e3 = std::sqrt(squared(static_cast<double>(spot.east) - subject.spot.east,
                                                   static_cast<double>(spot.north) - subject.spot.north));
        const double speed = metres_e3 * 1000 / static_cast<double>(at.ms - subject.at);
        is_moving = speed > static_cast<double>(rule_.moving_mm_s);
        stretch.speed_mm_s = static_cast<std::int32_t>(std::min(speed, 2e9));
    }
    if (is_moving && subject.cell == nowhere) subject.moving_since = subject.at;
    leave(index);
    subject.is_known = true;
    subject.at = at.ms;
    subject.spot = spot;
    subject.grid = grid;
    if (!is_moving) return;

    stretch.shares_per_ms = 1 / static_cast<double>(stretch.to - stretch.from);
    ++counts_.moving;
    subject.moved += stretch.to - stretch.from;
    contacts_.clear();
    look_around(stretch);
    for (const Contact& contact : contacts_) note(stretch, contact, alerts);
    enter(index, stretch.speed_mm_s);
}

// ---- cells ----

CompanyJoin::Grid CompanyJoin::grid_of(Spot spot) const {
    const auto side = static_cast<std::int32_t>(rule_.within_mm);
    return {floor_of(spot.east, side), floor_of(spot.north, side)};
}

std::size_t CompanyJoin::cell_slot(std::uint64_t key) const {
    const std::size_t mask = cell_slots_.size() - 1;
    std::size_t slot = (key * 0x9E3779B97F4A7C15U) >> cell_shift_;
    while (cell_slots_[slot].cell != nowhere && cell_slots_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
}

const CompanyJoin::Cell* CompanyJoin::cell_of(std::uint64_t key) const {
    const CellSlot& slot = cell_slots_[cell_slot(key)];
    return slot.cell == nowhere ? nullptr : &cells_[slot.cell];
}

// Drops the cells that are empty; what is left has room.
void CompanyJoin::grow_cells() {
    std::vector<CellSlot> kept;
    for (const CellSlot& slot : cell_slots_) {
        if (slot.cell == nowhere) continue;
        if (cells_[slot.cell].count > 0) {
            kept.push_back(slot);
        } else {
            free_cells_.push_back(slot.cell);
        }
    }
    std::size_t size = least_slots;
    while (size < 4 * kept.size()) size *= 2;
    cell_slots_.assign(size, {});
    cell_shift_ = 64 - static_cast<unsigned>(std::bit_width(size - 1));
    for (const CellSlot& slot : kept) cell_slots_[cell_slot(slot.key)] = slot;
    cells_used_ = kept.size();
}

std::size_t CompanyJoin::part_of(const Cell& cell, Spot spot) const {
    const std::int64_t side = (rule_.within_mm + rule_.crowded_within_mm - 1) / rule_.crowded_within_mm;
    const std::int64_t column = (std::int64_t{spot.east} - cell.corner.east) / rule_.crowded_within_mm;
    const std::int64_t row = (std::int64_t{spot.north} - cell.corner.north) / rule_.crowded_within_mm;
    return static_cast<std::size_t>(row * side + column);
}

std::vector<CompanyJoin::Member>& CompanyJoin::list_of(Cell& cell, Spot spot) const {
    return cell.is_crowded() ? cell.parts[part_of(cell, spot)] : cell.members;
}

// Between one list and parts, keeping every subject's position right.
void CompanyJoin::rearrange(std::uint32_t index, bool in_parts) {
    Cell& cell = cells_[index];
    std::vector<Member> members = std::move(cell.members);
    cell.members.clear();
    for (std::vector<Member>& part : cell.parts) members.insert(members.end(), part.begin(), part.end());
    cell.parts.clear();
    if (in_parts) {
        const auto side =
            static_cast<std::size_t>((rule_.within_mm + rule_.crowded_within_mm - 1) / rule_.crowded_within_mm);
        cell.parts.resize(side * side);
    }
    for (const Member& member : members) {
        std::vector<Member>& list = list_of(cell, member.spot);
        subjects_[member.subject].position = static_cast<std::uint32_t>(list.size());
        list.push_back(member);
    }
}

void CompanyJoin::enter(std::uint32_t index, std::int32_t speed_mm_s) {
    Subject& subject = subjects_[index];
    const std::uint64_t key = key_of(subject.grid.column, subject.grid.row);
    if (2 * (cells_used_ + 1) > cell_slots_.size()) grow_cells();
    CellSlot& slot = cell_slots_[cell_slot(key)];
    if (slot.cell == nowhere) {
        if (free_cells_.empty()) {
            free_cells_.push_back(static_cast<std::uint32_t>(cells_.size()));
            cells_.emplace_back();
        }
        slot = {key, free_cells_.back()};
        free_cells_.pop_back();
        ++cells_used_;
        const auto side = static_cast<std::int32_t>(rule_.within_mm);
        cells_[slot.cell].corner = {subject.grid.column * side, subject.grid.row * side};
    }
    subject.cell = slot.cell;
    Cell& cell = cells_[slot.cell];
    std::vector<Member>& list = list_of(cell, subject.spot);
    subject.position = static_cast<std::uint32_t>(list.size());
    list.push_back({subject.at, subject.moving_since, subject.moved, subject.spot, index, speed_mm_s});
    ++cell.count;
    if (cell.count > rule_.crowd && !cell.is_crowded()) rearrange(slot.cell, true);
}

void CompanyJoin::leave(std::uint32_t index) {
    Subject& subject = subjects_[index];
    if (subject.cell == nowhere) return;
    Cell& cell = cells_[subject.cell];
    std::vector<Member>& list = list_of(cell, subject.spot);
    list[subject.position] = list.back();
    subjects_[list[subject.position].subject].position = subject.position;
    list.pop_back();
    --cell.count;
    if (cell.is_crowded() && 2 * cell.count < rule_.crowd) rearrange(subject.cell, false);
    subject.cell = nowhere;
}

// ---- contacts ----

// Compares with a member whose last fix falls into the stretch.
void CompanyJoin::consider(const Stretch& stretch, const Member& other, bool is_crowded, double within_mm) {
    if (other.at <= stretch.from || other.at > stretch.to) return;
    const double share = static_cast<double>(other.at - stretch.from) * stretch.shares_per_ms;
    const double east =
        stretch.start.east + (static_cast<double>(stretch.end.east) - stretch.start.east) * share - other.spot.east;
    const double north =
        stretch.start.north + (static_cast<double>(stretch.end.north) - stretch.start.north) * share - other.spot.north;
    if (squared(east, north) > within_mm * within_mm) return;
    const std::uint64_t key = pair_key(stretch.subject, other.subject);
    __builtin_prefetch(&pairs_[mixed(key) & (pairs_.size() - 1)]);  // wanted once all contacts are known
    contacts_.push_back({key, other, is_crowded});
}

void CompanyJoin::look_around(const Stretch& stretch) {
    // Cells are as wide as the reach: one more each way is enough.
    const auto cell_mm = static_cast<std::int32_t>(rule_.within_mm);
    const std::int32_t reach = cell_mm;
    const auto [first_row, last_row] = std::minmax({stretch.start_grid.row, stretch.end_grid.row});
    const auto [first_column, last_column] = std::minmax({stretch.start_grid.column, stretch.end_grid.column});
    const bool is_small =
        (std::int64_t{last_row} - first_row + 3) * (std::int64_t{last_column} - first_column + 3) <= small_box;
    const Cell* const own = cell_of(key_of(stretch.end_grid.column, stretch.end_grid.row));
    const bool is_own_crowded = own != nullptr && own->is_crowded();
    bool is_crowd_near = is_own_crowded;
    const auto near_mm = static_cast<double>(rule_.crowded_within_mm);
    const auto within_mm = static_cast<double>(rule_.within_mm);

    const auto look_into = [&](const Cell& cell) {
        if (!cell.is_crowded()) {
            for (const Member& member : cell.members) {
                consider(stretch, member, is_own_crowded, is_own_crowded ? near_mm : within_mm);
            }
            return;
        }
        is_crowd_near = true;
        const auto part_mm = static_cast<std::int32_t>(rule_.crowded_within_mm);
        const std::int32_t side = (cell_mm + part_mm - 1) / part_mm;
        const auto range = [&](std::int32_t a, std::int32_t b, std::int32_t corner) {
            return std::pair(std::max(0, floor_of(std::min(a, b) - part_mm - corner, part_mm)),
                             std::min(side - 1, floor_of(std::max(a, b) + part_mm - corner, part_mm)));
        };
        const auto [part_west, part_east] = range(stretch.start.east, stretch.end.east, cell.corner.east);
        const auto [part_south, part_north] = range(stretch.start.north, stretch.end.north, cell.corner.north);
        for (std::int32_t row = part_south; row <= part_north; ++row) {
            for (std::int32_t column = part_west; column <= part_east; ++column) {
                for (const Member& member : cell.parts[static_cast<std::size_t>(row) * static_cast<std::size_t>(side) +
                                                       static_cast<std::size_t>(column)]) {
                    consider(stretch, member, true, near_mm);
                }
            }
        }
    };
    for (std::int32_t row = first_row - 1; row <= last_row + 1; ++row) {
        std::int32_t from = first_column - 1;
        std::int32_t to = last_column + 1;
        if (!is_small) {
            // Where the line passes this row and its surroundings.
            const auto start = static_cast<double>(stretch.start.north);
            const double rise = static_cast<double>(stretch.end.north) - start;
            const double low = static_cast<double>(row) * cell_mm - reach;
            const double high = (static_cast<double>(row) + 1) * cell_mm + reach;
            double first = 0;
            double last = 1;
            if (rise != 0) {
                const auto [a, b] = std::minmax({(low - start) / rise, (high - start) / rise});
                first = std::clamp(a, 0.0, 1.0);
                last = std::clamp(b, 0.0, 1.0);
            }
            const auto begin = static_cast<double>(stretch.start.east);
            const double run = static_cast<double>(stretch.end.east) - begin;
            const auto [a, b] = std::minmax({begin + run * first, begin + run * last});
            from = floor_of(static_cast<std::int32_t>(std::floor(a)) - reach, cell_mm);
            to = floor_of(static_cast<std::int32_t>(std::ceil(b)) + reach, cell_mm);
        }
        for (std::int32_t column = from; column <= to; ++column) {
            const Cell* const cell = cell_of(key_of(column, row));
            if (cell != nullptr && cell->count > 0) look_into(*cell);
        }
    }
    if (is_crowd_near) look_at_companions(stretch);
}

// In a crowd the pairs known from before are looked for by name, as far as anywhere else.
void CompanyJoin::look_at_companions(const Stretch& stretch) {
    const Subject& subject = subjects_[stretch.subject];
    const std::size_t known = std::min<std::size_t>(subject.companions_noted, remembered);
    for (std::size_t i = 0; i < known; ++i) {
        const Subject& other = subjects_[subject.companions[i]];
        if (other.cell == nowhere || subject.companions[i] == stretch.subject) continue;
        const auto already = std::find_if(contacts_.begin(), contacts_.end(), [&](const Contact& contact) {
            return contact.other.subject == subject.companions[i];
        });
        const Pair& pair = pairs_[pair_slot(pair_key(stretch.subject, subject.companions[i]))];
        if (pair.key == 0 || pair.is_crowded || is_over(pair, stretch.from)) continue;
        if (already != contacts_.end()) {
            already->is_crowded = false;
            continue;
        }
        Cell& cell = cells_[other.cell];
        consider(stretch, list_of(cell, other.spot)[other.position], false, static_cast<double>(rule_.within_mm));
    }
}

// ---- pairs ----

std::uint64_t CompanyJoin::pair_key(std::uint32_t a, std::uint32_t b) {
    return (std::uint64_t{std::min(a, b)} << 32U) | std::max(a, b);
}

std::size_t CompanyJoin::pair_slot(std::uint64_t key) const {
    const std::size_t mask = pairs_.size() - 1;
    std::size_t slot = mixed(key) & mask;
    while (pairs_[slot].key != 0 && pairs_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
}

bool CompanyJoin::is_over(const Pair& pair, Millis now) const {
    return now - pair.last > (pair.together < rule_.passing ? rule_.passing_closed_after : rule_.closed_after);
}

void CompanyJoin::note(const Stretch& stretch, const Contact& contact, std::vector<Companions>& alerts) {
    ++counts_.contacts;
    const Member& other = contact.other;
    const Millis at = other.at;
    const bool is_low = stretch.subject < other.subject;
    const Millis moved = stretch.moved_before + (at - stretch.from);
    const Millis moved_low = is_low ? moved : other.moved;
    const Millis moved_high = is_low ? other.moved : moved;
    std::size_t slot = pair_slot(contact.key);
    if (pairs_[slot].key == 0 || is_over(pairs_[slot], at)) {
        if (pairs_[slot].key == 0) {
            sweep_pairs(slots_swept, stretch.to - interpolated_gap_ms);
            make_room_for_pairs(stretch.to - interpolated_gap_ms);
            if (pairs_used_ >= rule_.most_pairs) {
                ++counts_.turned_away;
                return;
            }
            slot = pair_slot(contact.key);
            ++pairs_used_;
        }
        pairs_[slot] = {};
        pairs_[slot].key = contact.key;
        pairs_[slot].last = at;
        pairs_[slot].moved_low = static_cast<std::uint32_t>(moved_low);
        pairs_[slot].moved_high = static_cast<std::uint32_t>(moved_high);
        pairs_[slot].is_crowded = contact.is_crowded;
        return;
    }
    Pair& pair = pairs_[slot];
    // No instant compared lies between, and neither paused.
    if (pair.last >= stretch.from && pair.last >= other.moving_since && pair.last <= at) {
        const Millis step = at - pair.last;
        const std::int64_t path = step * (std::int64_t{stretch.speed_mm_s} + other.speed_mm_s) / 2000;
        pair.together = static_cast<std::uint32_t>(std::min(longest_together, pair.together + step)) & 0x1FFFFFFFU;
        pair.path_mm = static_cast<std::uint32_t>(std::min(longest_path_mm, pair.path_mm + path));
    }
    pair.last = std::max(pair.last, at);
    if (pair.is_crowded) return;
    if (pair.together >= rule_.passing && !pair.is_remembered) remember(pair);
    if (pair.is_alerted || pair.together < rule_.least_time || pair.path_mm < rule_.least_path_mm) return;
    const Companions companions = said(pair, moved_low, moved_high);
    if (companions.share_ppm < rule_.share_ppm) return;
    pair.is_alerted = true;
    alerts.push_back(companions);
}

void CompanyJoin::remember(Pair& pair) {
    pair.is_remembered = true;
    const auto low = static_cast<std::uint32_t>(pair.key >> 32U);
    const auto high = static_cast<std::uint32_t>(pair.key);
    subjects_[low].companions[subjects_[low].companions_noted++ % remembered] = high;
    subjects_[high].companions[subjects_[high].companions_noted++ % remembered] = low;
}

// Takes a pair out and moves those behind it up, so that none is cut off from where it is looked for.
void CompanyJoin::remove_pair(std::size_t slot) {
    const std::size_t mask = pairs_.size() - 1;
    std::size_t hole = slot;
    for (std::size_t next = (slot + 1) & mask; pairs_[next].key != 0; next = (next + 1) & mask) {
        const std::size_t wanted = mixed(pairs_[next].key) & mask;
        if (((next - wanted) & mask) < ((next - hole) & mask)) continue;
        pairs_[hole] = pairs_[next];
        hole = next;
    }
    pairs_[hole].key = 0;
    --pairs_used_;
}

// Looks at some slots further on and takes out the pairs that are over.
void CompanyJoin::sweep_pairs(std::size_t slots, Millis now) {
    for (std::size_t i = 0; i < slots; ++i) {
        hand_ = (hand_ + 1) & (pairs_.size() - 1);
        while (pairs_[hand_].key != 0 && is_over(pairs_[hand_], now)) remove_pair(hand_);
    }
}

void CompanyJoin::make_room_for_pairs(Millis now) {
    if (2 * (pairs_used_ + 1) <= pairs_.size() || pairs_.size() / 2 >= rule_.most_pairs) return;
    sweep_pairs(pairs_.size(), now);
    if (4 * pairs_used_ <= pairs_.size()) return;
    std::vector<Pair> before(2 * pairs_.size());
    before.swap(pairs_);
    for (const Pair& pair : before) {
        if (pair.key != 0) pairs_[pair_slot(pair.key)] = pair;
    }
    hand_ = 0;
}

Companions CompanyJoin::said(const Pair& pair, Millis moved_low, Millis moved_high) const {
    Companions result;
    const std::uint64_t a = subjects_[pair.key >> 32U].number;
    const std::uint64_t b = subjects_[pair.key & 0xFFFFFFFFU].number;
    result.first = std::min(a, b);
    result.second = std::max(a, b);
    result.last = Instant{pair.last};
    result.moving = std::min(static_cast<std::uint32_t>(moved_low) - pair.moved_low,
                             static_cast<std::uint32_t>(moved_high) - pair.moved_high);
    result.together = pair.together;
    result.path_mm = pair.path_mm;
    result.is_crowded = pair.is_crowded;
    if (result.moving > 0) {
        result.share_ppm = std::min<std::int64_t>(1'000'000, result.together * 1'000'000 / result.moving);
    }
    return result;
}

std::optional<Companions> CompanyJoin::pair(std::uint64_t a, std::uint64_t b) const {
    const std::uint32_t first = known_subject(a);
    const std::uint32_t second = known_subject(b);
    if (first == nowhere || second == nowhere || a == b) return std::nullopt;
    const Pair& pair = pairs_[pair_slot(pair_key(first, second))];
    const Subject& low = subjects_[std::min(first, second)];
    const Subject& high = subjects_[std::max(first, second)];
    if (pair.key == 0 || is_over(pair, std::max(low.at, high.at) - interpolated_gap_ms)) return std::nullopt;
    return said(pair, low.moved, high.moved);
}

}  // namespace ningyi::track
