# SPDX-License-Identifier: Apache-2.0
"""numpy_district.py FOLDER: the work of load.cc in pandas and NumPy with one thread: the columns that the queries need
into arrays, then the four queries, vectorised. One line of JSON. Run by benchmarks/run.py."""
import json
import resource
import sys

import numpy as np
import pandas as pd


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


folder = sys.argv[1]
start = seconds()
fixes = pd.read_csv(f"{folder}/fixes.csv", usecols=["caregiver_id", "order_id", "at_ms", "lat", "lon", "acc_m"],
                    dtype={"caregiver_id": "category", "order_id": "category", "at_ms": "int64", "lat": "float64", "lon": "float64", "acc_m": "float64"})
at = fixes["at_ms"].to_numpy()
lat_e7 = np.rint(fixes["lat"].to_numpy() * 1e7).astype(np.int64)
lon_e7 = np.rint(fixes["lon"].to_numpy() * 1e7).astype(np.int64)
north, east = lat_e7 * 0.0111195, lon_e7 * 0.0094534
good = fixes["acc_m"].to_numpy() <= 50
orders = pd.read_csv(f"{folder}/orders.csv", usecols=["order_id", "caregiver_id", "elder_id", "service_start", "service_end", "billed_minutes"])
elders = pd.read_csv(f"{folder}/elders.csv", usecols=["elder_id", "lat", "lon"]).set_index("elder_id")
number_of = pd.Series(np.arange(len(orders)), index=orders["order_id"])
order = number_of.reindex(fixes["order_id"].cat.categories).to_numpy()[fixes["order_id"].cat.codes.to_numpy()]
caregiver = fixes["caregiver_id"].cat.codes.to_numpy()
known = ~np.isnan(order)
row = np.where(known, order, -1).astype(np.int64)
order_start = (pd.to_datetime(orders["service_start"], utc=True).astype("int64") // 1_000_000).to_numpy()
order_end = (pd.to_datetime(orders["service_end"], utc=True).astype("int64") // 1_000_000).to_numpy()
homes = elders.reindex(orders["elder_id"])
home_north = np.rint(homes["lat"].to_numpy() * 1e7) * 0.0111195
home_east = np.rint(homes["lon"].to_numpy() * 1e7) * 0.0094534
load = seconds()

# Q2 and Q3: steps of one order, by time.
if np.any((row[1:] < row[:-1]) | ((row[1:] == row[:-1]) & (at[1:] < at[:-1]))):
    by_order = np.lexsort((at, row))
    s_row, s_at, s_north, s_east, s_good = row[by_order], at[by_order], north[by_order], east[by_order], good[by_order]
else:
    s_row, s_at, s_north, s_east, s_good = row, at, north, east, good
group = seconds()
away_north, away_east = s_north - home_north[s_row], s_east - home_east[s_row]
near = (away_north * away_north + away_east * away_east <= 10000.0) & (s_at >= order_start[s_row]) & (s_at <= order_end[s_row]) & (s_row >= 0)
step = s_at[1:] - s_at[:-1]
same = s_row[1:] == s_row[:-1]
counted = near[1:] & near[:-1] & same & (step <= 60000)
near_ms = np.bincount(s_row[1:][counted], weights=step[counted], minlength=len(orders)).astype(np.int64)
billed = orders["billed_minutes"].fillna(0).to_numpy().astype(np.int64) * 60000
q2_short = int(np.count_nonzero((billed > 0) & (near_ms * 10 < billed * 6)))
q2_near_s = int(np.sum(near_ms // 1000))
q2 = seconds()
moved_north, moved_east = s_north[1:] - s_north[:-1], s_east[1:] - s_east[:-1]
square = moved_north * moved_north + moved_east * moved_east
fast = 0.040 * step
q3_count = int(np.count_nonzero(same & (s_row[1:] >= 0) & s_good[1:] & s_good[:-1] & (square > 250000.0) & (square > fast * fast)))
q3 = seconds()

# Q4: every order against those of the caregiver that start before it ends.
people = pd.factorize(orders["caregiver_id"])[0]
by_start = np.lexsort((order_start, people))
q4_count = 0
ends, starts, who = order_end[by_start], order_start[by_start], people[by_start]
for ahead in range(1, 200):
    hits = (who[ahead:] == who[:-ahead]) & (starts[ahead:] < ends[:-ahead])
    if not hits.any():
        break
    q4_count += int(np.count_nonzero(hits & (ends[ahead:] > starts[:-ahead])))
q4 = seconds()

# Q5: a join on bins of 10 s and cells of 30 m with the neighbouring cells.
time_bin = at // 10000 - at.min() // 10000
cx = np.floor(east / 30).astype(np.int64)
cy = np.floor(north / 30).astype(np.int64)
cx -= cx.min() - 1
cy -= cy.min() - 1
wide, high = int(cx.max()) + 2, int(cy.max()) + 2
key = (time_bin * wide + cx) * high + cy
sorted_by = np.argsort(key, kind="stable")
cells, first, count = np.unique(key[sorted_by], return_index=True, return_counts=True)


def pairs_of(ones, others):
    """Positions (in sorted order) of every pair of a member of ones[i] and one of others[i]."""
    sizes = count[ones] * count[others]
    total = int(sizes.sum())
    which = np.repeat(np.arange(len(ones)), sizes)
    place = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return first[ones][which] + place // count[others][which], first[others][which] + place % count[others][which]


found = []
for dx, dy in ((0, 0), (0, 1), (1, -1), (1, 0), (1, 1)):
    if dx == 0 and dy == 0:
        several = np.nonzero(count > 1)[0]
        one, other = pairs_of(several, several)
        keep = one < other
        one, other = one[keep], other[keep]
    else:
        wanted = cells + dx * high + dy
        position = np.searchsorted(cells, wanted)
        there = (position < len(cells)) & (cells[np.minimum(position, len(cells) - 1)] == wanted)
        one, other = pairs_of(np.nonzero(there)[0], position[there])
    one, other = sorted_by[one], sorted_by[other]
    apart = caregiver[one] != caregiver[other]
    one, other = one[apart], other[apart]
    gap_north, gap_east = north[one] - north[other], east[one] - east[other]
    close = gap_north * gap_north + gap_east * gap_east < 900.0
    one, other = one[close], other[close]
    low, top = np.minimum(row[one], row[other]), np.maximum(row[one], row[other])
    found.append(np.stack((low * len(orders) + top, time_bin[one]), axis=1))
pairs = np.unique(np.concatenate(found), axis=0)
q5_count = int(np.count_nonzero(np.unique(pairs[:, 0], return_counts=True)[1] >= 60))
q5 = seconds()

print(json.dumps({
    "program": "NumPy", "load_s": load - start, "group_s": group - load, "q2_s": q2 - group, "q3_s": q3 - q2, "q4_s": q4 - q3, "q5_s": q5 - q4,
    "total_s": q5 - start, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "answers": {"fixes": len(at), "rejected": 0, "sum_at_s": int(np.sum(at // 1000)), "sum_place_e6": int(np.sum((lat_e7 + lon_e7) // 10)),
                "q2_short": q2_short, "q2_near_s": q2_near_s, "q3": q3_count, "q4": q4_count, "q5": q5_count}}))
