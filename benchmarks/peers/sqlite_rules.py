# SPDX-License-Identifier: Apache-2.0
"""sqlite_rules.py FOLDER: the twenty rules of rules.cc in SQLite in memory, findings by UNION ALL. One line of JSON."""
import csv
import json
import pathlib
import resource
import sqlite3
import sys

folder = pathlib.Path(sys.argv[1])
conditions = json.loads((pathlib.Path(__file__).parent / "rules.json").read_text())["sql"]
words = {"status", "mode", "service", "area", "agency", "caregiver", "guardian"}


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


db = sqlite3.connect(":memory:")
with open(folder / "orders.csv", encoding="utf-8", newline="") as source:
    rows = csv.reader(source)
    names = next(rows)
    columns = ", ".join(f"{name} {'TEXT' if name in words else 'INTEGER PRIMARY KEY' if name == 'n' else 'INTEGER'}" for name in names)
    db.execute(f"CREATE TABLE orders ({columns})")
    db.executemany(f"INSERT INTO orders VALUES ({', '.join('?' * len(names))})", rows)
db.commit()
start = seconds()
sql = " UNION ALL ".join(f"SELECT {rule} AS rule, n FROM orders WHERE {condition}" for rule, condition in enumerate(conditions))
db.execute(f"CREATE TABLE findings AS {sql}")
end = seconds()
count, total = db.execute("SELECT count(*), sum(rule * 1000003 + n) FROM findings").fetchone()
print(json.dumps({"program": "SQLite", "rules_s": end - start, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                  "answers": {"findings": count, "sum": total % 2**53}}))
