# SPDX-License-Identifier: Apache-2.0
"""numba_shapes.py FOLDER PAIRS: exact discrete Fréchet and DTW of the first PAIRS pairs of orders of one caregiver at one
elder, compiled by Numba, one thread; compiling is not measured. One line of JSON. Run by benchmarks/run.py."""
import json
import resource
import sys

import numba
import numpy as np
import pandas as pd


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@numba.njit(cache=False)
def frechet(a, b):
    row = np.empty(len(b))
    for i in range(len(a)):
        before = 0.0
        for j in range(len(b)):
            dx, dy = a[i, 0] - b[j, 0], a[i, 1] - b[j, 1]
            square = dx * dx + dy * dy
            if i == 0:
                least = square if j == 0 else row[j - 1]
                now = max(square, least)
            elif j == 0:
                before = row[0]
                now = max(square, row[0])
            else:
                above = row[j]
                now = max(square, min(above, before, row[j - 1]))
                before = above
            row[j] = now
    return np.sqrt(row[len(b) - 1])


@numba.njit(cache=False)
def dtw(a, b):
    row = np.empty(len(b))
    for i in range(len(a)):
        before = 0.0
        for j in range(len(b)):
            dx, dy = a[i, 0] - b[j, 0], a[i, 1] - b[j, 1]
            distance = np.sqrt(dx * dx + dy * dy)
            if i == 0:
                now = distance if j == 0 else distance + row[j - 1]
            elif j == 0:
                before = row[0]
                now = distance + row[0]
            else:
                above = row[j]
                now = distance + min(above, before, row[j - 1])
                before = above
            row[j] = now
    return row[len(b) - 1]


@numba.njit(cache=False)
def all_of(kernel, points, first, ones, others):
    out = np.empty(len(ones))
    for i in range(len(ones)):
        out[i] = kernel(points[first[ones[i]]:first[ones[i] + 1]], points[first[others[i]]:first[others[i] + 1]])
    return out


folder, most = sys.argv[1], int(sys.argv[2])
fixes = pd.read_csv(f"{folder}/fixes.csv", usecols=["order_id", "at_ms", "lat", "lon"])
orders = pd.read_csv(f"{folder}/orders.csv", usecols=["order_id", "caregiver_id", "elder_id"])
row = pd.Series(np.arange(len(orders)), index=orders["order_id"]).reindex(fixes["order_id"]).to_numpy()
fixes = fixes.assign(row=row).dropna(subset=["row"]).sort_values(["row", "at_ms"], kind="stable")
rows = fixes["row"].to_numpy().astype(np.int64)
points = np.stack((np.rint(fixes["lon"].to_numpy() * 1e7) * 0.0094534, np.rint(fixes["lat"].to_numpy() * 1e7) * 0.0111195), axis=1)
first = np.searchsorted(rows, np.arange(len(orders) + 1))
groups = {}
for number, who in enumerate(zip(orders["caregiver_id"], orders["elder_id"])):
    if first[number + 1] - first[number] >= 2:
        groups.setdefault(who, []).append(number)
pairs = [(a, b) for members in groups.values() for i, a in enumerate(members) for b in members[i + 1:]][:most]
ones, others = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
all_of(frechet, points, first, ones[:1], others[:1])
all_of(dtw, points, first, ones[:1], others[:1])
start = seconds()
frechets = all_of(frechet, points, first, ones, others)
middle = seconds()
dtws = all_of(dtw, points, first, ones, others)
end = seconds()
print(json.dumps({"program": "Numba", "frechet_s": middle - start, "dtw_s": end - middle, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                  "answers": {"pairs": len(pairs), "about_frechet_m": float(np.sum(frechets)), "about_dtw_m": float(np.sum(dtws))}}))
