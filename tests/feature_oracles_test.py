#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares windows, lags and overlaps with SQLite on small random logs (rules.md §5.3).

A log has visits of three keys, a fifth of them at the time of another one, some with fields missing, some cancelled or
corrected by a later event. build/release/bin/engine_feature_rows computes every feature of every visit; SQLite computes
the same from the folded table, in SQL, with the order of rules.md §5.2.4: equal times are settled by the event's id.
The last line printed is "N passed, M failed"; a test is one feature on one log. A seed is printed with what is wrong.
"""
import datetime
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("NINGYI_FEATURE_ROWS", str(TOP / "build/release/bin/engine_feature_rows"))
SEEDS = range(1, 26)
VISITS = 60
HOUR = 3_600_000
# 2025-03-02T20:00Z, four in the morning of a Monday in the district: days and weeks end within a log.
START = 1_740_945_600_000
EIGHT = 8 * HOUR

PACK = "name: t\nprefix: T\nversion: 1\ntitle: {zh: 表, en: Table}\nrequires: []\nroles: [auditor]\n"
MODEL = """entities:
  visit:
    title: {zh: 次, en: Visit}
    key: visit_id
    time: began
    fields:
      visit_id: {type: string, level: 1, zh: 号, en: Number}
      who: {type: string, level: 1, zh: 人, en: Who}
      room: {type: string, level: 1, zh: 房, en: Room}
      began: {type: timestamp, level: 1, zh: 起, en: Began}
      ended: {type: timestamp, level: 1, zh: 止, en: Ended}
      paid: {type: money, level: 1, zh: 钱, en: Paid}
      state: {type: enum, values: {done: {zh: 完成, en: done}, void: {zh: 作废, en: void}}, level: 1, zh: 态, en: State}
events:
  t.visit_logged:
    subject: visit
    body: [visit_id, who, room, began, ended, paid, state]
  t.visit_corrected:
    subject: visit
    body: [visit_id, who, room, began, ended, paid, state]
"""

# Which earlier visits b of visit a are in a window, in SQL; `rows` takes the latest of them.
SPANS = {
    "last": ("{last: 6h}", f"b.began >= a.began - {6 * HOUR}", -1),
    "rows": ("{rows: 4}", "1", 4),
    "day": ("{calendar: day}", f"(b.began + {EIGHT}) / 86400000 = (a.began + {EIGHT}) / 86400000", -1),
    # 1970-01-01 was a Thursday.
    "week": ("{calendar: week}", f"((b.began + {EIGHT}) / 86400000 + 3) / 7 = ((a.began + {EIGHT}) / 86400000 + 3) / 7", -1),
    "month": ("{calendar: month}", "strftime('%Y-%m', b.began / 1000 + 28800, 'unixepoch') = "
                                   "strftime('%Y-%m', a.began / 1000 + 28800, 'unixepoch')", -1),
}
# Half away from zero, in integers; no sum is below nothing here.
MEAN = "CASE WHEN COUNT(paid) > 0 THEN (2 * SUM(paid) + COUNT(paid)) / (2 * COUNT(paid)) END"
AGGREGATES = {
    "count": ("count", "COUNT(*)"),
    "count_paid": ("count, of: b.paid", "COUNT(paid)"),
    "sum": ("sum, of: b.paid", "COALESCE(SUM(paid), 0)"),
    "min": ("min, of: b.paid", "MIN(paid)"),
    "max": ("max, of: b.paid", "MAX(paid)"),
    "avg": ("avg, of: b.paid", MEAN),
    "distinct": ("distinct, of: b.room", "COUNT(DISTINCT room)"),
    "median": ("quantile, q: 50%, of: b.paid", None),
}
WHERES = {
    "all": ("", "1"),
    "done": ("b.state == 'done'", "b.state = 'done'"),
    "elsewhere": ("b.state == 'done' && b.room != a.room", "b.state = 'done' AND b.room != a.room"),
}
# In SQL as in CEL, false and unknown is false; null is what cannot be told.
EARLIER = "(b.began, b.id) < (a.began, a.id)"


def log_of(seed):
    """Events in order of arrival, and the table they fold to: {visit_id: fields with id, the id of the event that entered it}."""
    rng = random.Random(seed)
    used, events, table, times = set(), [], {}, [START]

    def new_id():
        while True:
            one = f"{rng.getrandbits(128):032x}"
            if one not in used:
                used.add(one)
                return one

    # Hours are drawn from a few days around the end of a month for some logs.
    start = START if seed % 3 else START + 27 * 24 * HOUR
    for number in range(VISITS):
        began = rng.choice(times) if rng.random() < 0.2 and number else start + rng.randrange(0, 90 * 4) * HOUR // 4
        times.append(began)
        visit = {"visit_id": f"v{number}", "who": rng.choice("ABC"), "room": rng.choice("xyz"), "began": began,
                 "ended": began + rng.randrange(0, 16) * HOUR // 4, "paid": rng.randrange(0, 900), "state": "done"}
        missing = [name for name in ("paid", "room", "ended", "who", "state", "began")
                   if rng.random() < {"state": 0.02, "began": 0.03}.get(name, 0.06)]
        if rng.random() < 0.1:
            visit["state"] = "void"
        for name in missing:
            del visit[name]
        entered = {"id": new_id(), "type": "t.visit_logged", "subject": visit["visit_id"], "at": began + 5 * HOUR, "body": visit}
        events.append(entered)
        folded = {**visit, "id": entered["id"]}
        if rng.random() < 0.15:
            changed = {"visit_id": visit["visit_id"]}
            if rng.random() < 0.4:
                changed["state"] = "void"
            if rng.random() < 0.5:
                changed["paid"] = rng.randrange(0, 900)
            if rng.random() < 0.3:
                changed["began"] = rng.choice(times)
            if rng.random() < 0.3:
                changed["who"] = rng.choice("ABC")
            events.append({"id": new_id(), "type": "t.visit_corrected", "subject": visit["visit_id"],
                           "at": began + 6 * HOUR, "body": changed})
            folded.update(changed)
        table[visit["visit_id"]] = folded
    rng.shuffle(events)
    return events, table


def features():
    """{name: text of the feature}, and how SQLite computes each: {name: (kind, parameters)}."""
    texts, kinds = {}, {}
    for span, (words, within, rows) in SPANS.items():
        for aggregate, (agg, sql) in AGGREGATES.items():
            for where, (condition, sql_where) in WHERES.items():
                name = f"{span}_{aggregate}_{where}"
                said = f', where: "{condition}"' if condition else ""
                texts[name] = (f"- {{feature: {name}, entity: visit, kind: window, from: t.visit_logged, key: [who], "
                               f"span: {words}{said}, agg: {agg}, revise: 30d}}\n")
                kinds[name] = ("window", (within, rows, sql, sql_where))
    for n in (1, 2, 4):
        for where, (condition, sql_where) in WHERES.items():
            name = f"lag_{n}_{where}"
            said = f', where: "{condition}"' if condition else ""
            texts[name] = (f"- {{feature: {name}, entity: visit, kind: lag, from: t.visit_logged, key: [who], n: {n}, "
                           f"reach: 10h{said}, out: {{other: b.visit_id, paid: b.paid}}, revise: 30d}}\n")
            kinds[name] = ("lag", (n, sql_where))
    for pair in ("later", "both"):
        for where, (condition, sql_where) in WHERES.items():
            name = f"overlap_{pair}_{where}"
            said = f', where: "{condition}"' if condition else ""
            texts[name] = (f"- {{feature: {name}, entity: visit, kind: overlap, from: t.visit_logged, key: [who], "
                           f"interval: [began, ended], pair: {pair}, reach: 3h, max: 3{said}, out: {{other: b.visit_id}}, "
                           "revise: 30d}\n")
            kinds[name] = ("overlap", (pair, sql_where))
    return texts, kinds


def window(db, visit_id, within, rows, sql, where):
    """[{"": value}] of one window. An answer is unknown when SQL cannot tell of a visit within reach whether it counts."""
    candidates = db.execute(f"""SELECT b.paid, b.room, {where} FROM visit a JOIN visit b ON a.who = b.who AND {EARLIER}
        WHERE a.visit_id = ? AND b.visit_id <> a.visit_id AND {within} ORDER BY b.began DESC, b.id DESC""", (visit_id,)).fetchall()
    if rows >= 0:  # those beyond the last one that is taken are never asked
        taken = 0
        for i, (_, _, counts) in enumerate(candidates):
            taken += counts == 1
            if taken == rows:
                candidates = candidates[:i + 1]
                break
    if any(counts is None for _, _, counts in candidates):
        return [{"": None}]
    db.execute("DELETE FROM taken")
    db.executemany("INSERT INTO taken VALUES (?, ?)", [(paid, room) for paid, room, counts in candidates if counts])
    if sql is None:  # nearest rank: the smallest that half of all do not exceed
        median = db.execute("""SELECT MIN(t.paid) FROM taken t WHERE t.paid IS NOT NULL AND
            2 * (SELECT COUNT(*) FROM taken u WHERE u.paid <= t.paid) >= (SELECT COUNT(paid) FROM taken)""").fetchone()
        return [{"": median[0]}]
    return [{"": db.execute(f"SELECT {sql} FROM taken").fetchone()[0]}]


def lag(db, visit_id, n, where):
    candidates = db.execute(f"""SELECT b.visit_id, b.paid, {where} FROM visit a JOIN visit b ON a.who = b.who AND {EARLIER}
        WHERE a.visit_id = ? AND b.visit_id <> a.visit_id AND b.began >= a.began - {10 * HOUR}
        ORDER BY b.began DESC, b.id DESC""", (visit_id,)).fetchall()
    for other, paid, counts in candidates:
        if counts is None:
            return [{"found": None, "other": None, "paid": None}]
        n -= counts
        if n == 0:
            return [{"found": 1, "other": other, "paid": paid}]
    return [{"found": 0, "other": None, "paid": None}]


def overlap(db, visit_id, pair, where):
    later = EARLIER if pair == "later" else f"ABS(b.began - a.began) <= {3 * HOUR}"
    found = db.execute(f"""SELECT MIN(a.ended, b.ended) - MAX(a.began, b.began) AS lasts, b.visit_id, {where}
        FROM visit a JOIN visit b ON a.who = b.who AND {later}
        WHERE a.visit_id = ? AND b.visit_id <> a.visit_id AND b.began >= a.began - {3 * HOUR} AND lasts > 0
        ORDER BY lasts DESC, b.visit_id""", (visit_id,)).fetchall()
    certain = [(lasts, other) for lasts, other, counts in found if counts]
    if not certain:
        may_be = any(counts is None for _, _, counts in found)
        return [{"count": None if may_be else 0, "lasts": None, "other": None}]
    return [{"count": len(certain), "lasts": lasts, "other": other} for lasts, other in certain[:3]]


def expected(db, visit, kind, parameters):
    columns = {"window": [""], "lag": ["found", "other", "paid"], "overlap": ["count", "lasts", "other"]}[kind]
    nothing = [dict.fromkeys(columns)]
    if visit.get("who") is None or visit.get("began") is None or (kind == "overlap" and visit.get("ended") is None):
        return nothing  # without key or time nothing is known
    return {"window": window, "lag": lag, "overlap": overlap}[kind](db, visit["visit_id"], *parameters)


def database(table):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE visit (visit_id TEXT PRIMARY KEY, id TEXT, who TEXT, room TEXT, began INT, ended INT, paid INT, state TEXT)")
    db.execute("CREATE TABLE taken (paid INT, room TEXT)")
    names = ("visit_id", "id", "who", "room", "began", "ended", "paid", "state")
    db.executemany(f"INSERT INTO visit VALUES ({', '.join('?' * len(names))})",
                   [[visit.get(name) for name in names] for visit in table.values()])
    db.execute("CREATE INDEX by_key ON visit (who, began, id)")
    return db


def main():
    assert datetime.datetime.fromtimestamp(START / 1000 + 28800, datetime.timezone.utc).weekday() == 0
    texts, kinds = features()
    files = {"t/pack.yaml": PACK, "t/model/m.yaml": MODEL, "t/features/f.yaml": "".join(texts.values())}
    logs = {seed: log_of(seed) for seed in SEEDS}
    questions = "".join(json.dumps({"files": files, "events": events}) + "\n" for events, _ in logs.values())
    done = subprocess.run([PROGRAM], input=questions, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        print(done.stderr[-3000:] + "\n0 passed, 1 failed")
        return 1
    passed, failed, values, known, ties = 0, 0, 0, 0, 0
    for (seed, (_, table)), line in zip(logs.items(), done.stdout.splitlines()):
        answers, db = json.loads(line), database(table)
        ties += db.execute("SELECT COUNT(*) FROM visit a WHERE EXISTS (SELECT 1 FROM visit b WHERE b.began = a.began AND "
                           "b.who = a.who AND b.visit_id <> a.visit_id)").fetchone()[0]
        for name, (kind, parameters) in kinds.items():
            wrong = ""
            for visit_id, visit in table.items():
                wanted = expected(db, visit, kind, parameters)
                got = answers[name][visit_id]
                values += sum(len(row) for row in wanted)
                known += sum(value is not None for row in wanted for value in row.values())
                if got != wanted:
                    wrong = wrong or f"seed {seed}, {name} of {visit_id}: SQLite {wanted}, engine {got}"
            if wrong:
                failed += 1
                print(wrong)
            else:
                passed += 1
    print(f"  {len(kinds)} features on {len(logs)} logs: {values} values, {known} of them known, {ties} visits at the time of another")
    if known * 2 < values or ties < 100:
        print("the logs are too poor to mean anything")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
