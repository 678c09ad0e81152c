# SPDX-License-Identifier: Apache-2.0
"""postgis_pairs.py FOLDER SCRATCH: how many pairs of orders of one caregiver at one elder have a discrete Fréchet distance
below 5 m, in PostGIS, with a prefilter by hand (start points, end points, boxes). A cluster of its own in SCRATCH, without
a network, stopped again at the end. Only the query is measured, by the processor time of its backend. One line of JSON."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

folder, scratch = sys.argv[1], Path(sys.argv[2]).resolve()
binaries = Path("/usr/lib/postgresql/15/bin")


def as_postgres(*command, **options):
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return subprocess.run([*prefix, *(str(part) for part in command)], check=True, text=True, capture_output=True, **options).stdout


fixes = pd.read_csv(f"{folder}/fixes.csv", usecols=["order_id", "at_ms", "lat", "lon"])
orders = pd.read_csv(f"{folder}/orders.csv", usecols=["order_id", "caregiver_id", "elder_id"])
row = pd.Series(np.arange(len(orders)), index=orders["order_id"]).reindex(fixes["order_id"]).to_numpy()
fixes = fixes.assign(row=row).dropna(subset=["row"]).sort_values(["row", "at_ms"], kind="stable")
rows = fixes["row"].to_numpy().astype(np.int64)
x = np.rint(fixes["lon"].to_numpy() * 1e7) * 0.0094534
y = np.rint(fixes["lat"].to_numpy() * 1e7) * 0.0111195
first = np.searchsorted(rows, np.arange(len(orders) + 1))
shutil.rmtree(scratch, ignore_errors=True)
scratch.mkdir(parents=True)
scratch.chmod(0o777)
with open(scratch / "lines.tsv", "w", encoding="utf-8") as out:
    for number, (caregiver, elder) in enumerate(zip(orders["caregiver_id"], orders["elder_id"])):
        begin, end = first[number], first[number + 1]
        if end - begin >= 2:
            line = ",".join(f"{x[i]:.6f} {y[i]:.6f}" for i in range(begin, end))
            out.write(f"{number}\t{caregiver}\t{elder}\tLINESTRING({line})\n")
data = scratch / "cluster"
as_postgres(binaries / "initdb", "-D", data, "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale", "C")
as_postgres(binaries / "pg_ctl", "-D", data, "-w", "-l", scratch / "log", "-o", f"-k {scratch} -c listen_addresses='' -c fsync=off -c jit=off "
            "-c max_parallel_workers_per_gather=0", "start")
try:
    script = f"""\\set ON_ERROR_STOP on
CREATE EXTENSION postgis;
CREATE TABLE loaded (id int, caregiver text, elder text, wkt text);
\\copy loaded FROM '{scratch}/lines.tsv'
CREATE TABLE lines AS SELECT id, caregiver, elder, g, ST_StartPoint(g) AS s, ST_EndPoint(g) AS e, ST_XMin(g) AS w, ST_XMax(g) AS o, ST_YMin(g) AS u, ST_YMax(g) AS n
  FROM (SELECT id, caregiver, elder, ST_GeomFromText(wkt) AS g FROM loaded) AS made;
ANALYZE lines;
CREATE TABLE clock AS SELECT pg_read_file('/proc/' || pg_backend_pid() || '/stat') AS stat;
CREATE TABLE answer AS SELECT count(*) FILTER (WHERE true) AS pairs, count(*) FILTER (WHERE CASE WHEN ST_Distance(a.s, b.s) >= 5 OR ST_Distance(a.e, b.e) >= 5
    OR abs(a.w - b.w) >= 5 OR abs(a.o - b.o) >= 5 OR abs(a.u - b.u) >= 5 OR abs(a.n - b.n) >= 5 THEN false
    ELSE ST_FrechetDistance(a.g, b.g) < 5 END) AS close
  FROM lines a JOIN lines b ON a.caregiver = b.caregiver AND a.elder = b.elder AND a.id < b.id;
INSERT INTO clock SELECT pg_read_file('/proc/' || pg_backend_pid() || '/stat');
\\pset tuples_only on
\\pset format unaligned
SELECT stat FROM clock;
SELECT pairs || ' ' || close FROM answer;
"""
    lines = [line for line in as_postgres("psql", "-h", scratch, "-U", "postgres", "-q", input=script).splitlines() if line]
finally:
    as_postgres(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
ticks = [sum(int(part) for part in line.rsplit(")", 1)[1].split()[11:13]) for line in lines[:2]]
pairs, close = (int(part) for part in lines[2].split())
print(json.dumps({"program": "PostGIS", "pairs_s": (ticks[1] - ticks[0]) / os.sysconf("SC_CLK_TCK"), "peak_mb": 0, "answers": {"pairs": pairs, "close": close}}))
