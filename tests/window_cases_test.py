#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds windows and lags to the OpenMLDB window cases in ../shared/data/openmldb-window (rules.md §14).

Each case is a table, a query with windows and the rows that must come out. What translates becomes features of a pack
that build/release/bin/engine_feature_rows computes; every column of windows is compared. What does not translate is
counted with its reason, once a case. Two differences are known and part of the translation: a sum of nothing is 0 here
and null there; a sum or mean is taken here of whole millionths.

`--list` prints each case that does not translate. The last line printed is "N passed, M failed".
"""
import collections
import datetime
import decimal
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
DATA = TOP / "../shared/data/openmldb-window"
PROGRAM = os.environ.get("NINGYI_FEATURE_ROWS", str(TOP / "build/release/bin/engine_feature_rows"))
MILLIONTHS = 1_000_000
UNBOUNDED = 10**15  # milliseconds, or rows beyond any table
UNITS = {"": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
NUMBERS = {"smallint", "int16", "int", "int32", "bigint", "int64", "float", "double"}
WHOLE = {"smallint", "int16", "int", "int32", "bigint", "int64"}
NARROW = {"smallint": 2**15, "int16": 2**15, "int": 2**31, "int32": 2**31}
AGGREGATES = {"sum": "sum", "count": "count", "min": "min", "max": "max", "avg": "avg", "distinct_count": "distinct"}
PACK = """name: t
prefix: T
version: 1
title: {zh: 表, en: Table}
requires: []
roles: [auditor]
"""


class DoesNotTranslate(Exception):
    """Why."""


def table_of(given):
    """Names, types and rows of an input table; values are None, int, Decimal or text."""
    if "columns" not in given:
        raise DoesNotTranslate("the table is made by SQL (create, insert)")
    columns = [(" ".join(column.split()).split(" ")[0], column.split()[1].lower()) for column in given["columns"]]
    if "data" in given:
        rows = [[cell.strip() for cell in line.split(",")] for line in given["data"].strip().splitlines() if line.strip()]
    else:
        rows = given.get("rows") or []
    return columns, [[value_of(cell, kind) for cell, (_, kind) in zip(row, columns)] for row in rows]


def value_of(cell, kind):
    if cell is None or cell in ("NULL", "null"):
        return None
    if kind in WHOLE or kind == "timestamp":
        return int(cell)
    if kind in ("float", "double"):
        return decimal.Decimal(str(cell))
    if kind == "date":
        return (datetime.date.fromisoformat(str(cell)) - datetime.date(1970, 1, 1)).days
    return str(cell)


def bare(name):
    """{0}.c1, t1.c1 and `c1` are c1."""
    return name.replace("`", "").split(".")[-1].strip()


def split_outside(text, mark=","):
    parts, depth, start = [], 0, 0
    for i, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == mark and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [part.strip() for part in parts + [text[start:]]]


def bound(text):
    """(length, whether open) of "2s OPEN PRECEDING"; rows or milliseconds."""
    text = text.strip().lower()
    if text == "current row":
        return 0, False
    if text.startswith("unbounded"):
        return UNBOUNDED, False
    match = re.fullmatch(r"(\d+)([smhd]?)( open)? preceding", text)
    if not match:
        raise DoesNotTranslate("a window that does not begin and end so and so long before")
    return int(match[1]) * UNITS[match[2]], bool(match[3])


def window_of(text):
    """Key columns, order column and how a feature spans it."""
    text = " ".join(text.split())
    if re.match(r"union\b", text, re.I):
        raise DoesNotTranslate("UNION: a window over several tables")
    match = re.fullmatch(r"partition by (.+?) order by (\S+?)( asc| desc)? (rows_range|rows) between (.+?) and "
                         r"(.*?(?:preceding|current row|following))(.*)", text, re.I)
    if not match:
        raise DoesNotTranslate("a window without partition, order or bounds")
    keys, order, direction, kind, first, last, rest = match.groups()
    if (direction or "").strip().lower() == "desc":
        raise DoesNotTranslate("a window that looks ahead (order by … desc)")
    rest = " ".join(rest.split()).lower()
    most = re.search(r"maxsize (\d+)", rest)
    rest = re.sub(r"maxsize \d+", "", rest)
    without_self, without_ties = "exclude current_row" in rest, "exclude current_time" in rest
    rest = rest.replace("exclude current_row", "").replace("exclude current_time", "").strip()
    if rest:
        raise DoesNotTranslate(f"a window with {rest.split()[0].upper()}")
    (length, is_open), (until, until_open) = bound(first), bound(last)
    length -= 1 if is_open and length < UNBOUNDED else 0
    how = {"counts_itself": not without_self, "without_ties": without_ties}
    if kind.lower() == "rows":
        if until > 1 or (until == 1 and until_open) or length < 1:
            raise DoesNotTranslate("a window that ends before the record judged, or holds it alone")
        if until == 1 or until_open:
            how["counts_itself"] = False
        how["rows"] = min(length + (1 if how["counts_itself"] else 0), 100_000)
    else:
        if until > 0 or length < 1:
            raise DoesNotTranslate("a window that ends before the record judged, or holds its own moment alone")
        if until_open:
            how["counts_itself"], how["without_ties"] = False, True
        how["rows"], how["last"] = 0, length
    if most:
        how["rows"] = int(most[1])
    if length == UNBOUNDED and not how["rows"]:
        how["rows"] = 100_000
    return [bare(key) for key in split_outside(keys)], bare(order), how, int(most[1]) if most else 0


def query_of(sql):
    """[(name, column or (function, arguments, window))] and the windows by name."""
    sql = " ".join(sql.split()).rstrip("; ")
    match = re.fullmatch(r"select (.+?) from (\S+) window (.+)", sql, re.I)
    if not match:
        if re.search(r"\bjoin\b|\bwhere\b|\bgroup by\b|from \(", sql, re.I):
            raise DoesNotTranslate("joins, nested or filtered queries")
        match = re.fullmatch(r"select (.+?) from (\S+)()", sql, re.I)
    if not match:
        raise DoesNotTranslate("not one plain query")
    windows = {}
    tail = match[3]
    if re.search(r"\blimit \d+$", tail, re.I):
        raise DoesNotTranslate("LIMIT")
    for part in split_outside(tail) if tail else []:
        named = re.fullmatch(r"(\w+) as ?\((.+)\)", part, re.I)
        if not named:
            raise DoesNotTranslate("not one plain query")
        windows[named[1].lower()] = named[2]
    items = []
    for part in split_outside(match[1]):
        over = re.fullmatch(r"(\w+) ?\((.*?)\) over (\w+|\(.+\))(?: as (\w+))?", part, re.I)
        if over:
            window = over[3].lower()
            if window.startswith("("):
                windows[part] = over[3][1:-1]
                window = part
            items.append((over[4] or part, (over[1].lower(), [x.strip() for x in over[2].split(",")], window)))
        elif re.fullmatch(r"[\w.{}`]+(?: as \w+)?", part, re.I):
            items.append((part, bare(re.split(r" as ", part, flags=re.I)[0])))
        else:
            raise DoesNotTranslate("an expression over columns or windows")
    if not any(isinstance(what, tuple) for _, what in items):
        raise DoesNotTranslate("no window is asked for")
    return items, windows


def field_of(columns, name):
    for column, kind in columns:
        if column == name:
            return kind
    raise DoesNotTranslate("an expression over columns or windows")


def feature_of(number, call, columns, keys):
    """The text of a feature, how it is changed, and whether its value is in millionths."""
    function, arguments, _ = call
    head = f"- {{feature: f{number}, entity: row, from: t.row_told, key: [{', '.join('k_' + key for key in keys)}], revise: 30d, "
    column = bare(arguments[0])
    if function == "lag" and len(arguments) == 2 and arguments[1].isdigit() and 1 <= int(arguments[1]) <= 8:
        kind = field_of(columns, column)
        return head + f"kind: lag, n: {arguments[1]}, reach: 1d, out: {{v: b.{column}}}}}\n", kind
    if function == "count_where" and len(arguments) == 2:
        test = re.fullmatch(r"(\w+) ?(<=|>=|!=|=|<|>) ?(-?\d+)", arguments[1])
        if not test or field_of(columns, test[1]) not in WHOLE:
            raise DoesNotTranslate("count_where over more than one comparison of a number")
        sign = {"=": "=="}.get(test[2], test[2])
        where = f"has(b.{test[1]}) && b.{test[1]} {sign} {int(test[3]) * MILLIONTHS}"
        of = "" if column == "*" else f", of: b.{column}"
        return head + f"kind: window, span: {{rows: 1}}, where: '{where}', agg: count{of}}}\n", "bigint"
    if function not in AGGREGATES or len(arguments) != 1:
        raise DoesNotTranslate(f"the function {function}")
    of = "" if column == "*" else f", of: b.{column}"
    kind = "" if column == "*" else field_of(columns, column)
    if kind not in NUMBERS | {"timestamp", "date"} and function not in ("count", "distinct_count"):
        raise DoesNotTranslate(f"{function} of words")
    result = "bigint" if function in ("count", "distinct_count") else "double" if function == "avg" else kind
    return head + f"kind: window, span: {{rows: 1}}, agg: {AGGREGATES[function]}{of}}}\n", result


def model_of(columns, keys):
    fields, names = "", ["n", "at"]
    for name, kind in columns:
        is_number = kind in NUMBERS | {"timestamp", "date"}
        fields += f"      {name}: {{type: {'int' if is_number else 'string'}, level: 1, zh: 列, en: Column}}\n"
        names.append(name)
    for key in keys:
        fields += f"      k_{key}: {{type: string, level: 1, zh: 键, en: Key}}\n"
        names.append("k_" + key)
    return ("entities:\n  row:\n    title: {zh: 行, en: Row}\n    key: n\n    time: at\n    fields:\n"
            "      n: {type: string, level: 1, zh: 行号, en: Number}\n"
            "      at: {type: timestamp, level: 1, zh: 时间, en: Time}\n" + fields +
            "events:\n  t.row_told:\n    subject: row\n    body: [" + ", ".join(names) + "]\n")


def fixed(value, kind):
    """As the pack keeps it: numbers in millionths, so that means of integers have decimals."""
    if value is None or kind not in NUMBERS | {"timestamp", "date"}:
        return value
    scaled = int((decimal.Decimal(value) * MILLIONTHS).to_integral_value(decimal.ROUND_HALF_EVEN)) if kind in NUMBERS else value
    if abs(scaled) > 2**62:
        raise DoesNotTranslate("a number beyond millionths of 64 bits")
    return scaled


def events_of(columns, rows, keys, order):
    at = [name for name, _ in columns].index(order)
    if columns[at][1] not in WHOLE | {"timestamp", "date"}:
        raise DoesNotTranslate("an order that is no time")
    events = []
    for number, row in enumerate(rows):
        if row[at] is None:
            raise DoesNotTranslate("a row without time")
        body = {"n": str(number), "at": row[at] * (86_400_000 if columns[at][1] == "date" else 1)}
        for (name, kind), value in zip(columns, row):
            if value is not None:
                body[name] = fixed(value, kind)
            if name in keys:
                body["k_" + name] = "null" if value is None else "=" + str(value)
        events.append({"id": f"{number + 1:032x}", "type": "t.row_told", "subject": str(number), "at": body["at"], "body": body})
    return events


class Case:
    """One case with its questions to the program and what must come out."""

    def __init__(self, name, case, sql, expect):
        self.name, self.tags = name, set()
        # A case that is no batch is a request for each row when it comes: what is known then.
        self.then = "batch-unsupport" in str(case.get("mode", ""))
        if len(case.get("inputs") or []) != 1:
            raise DoesNotTranslate("UNION or join of several tables" if case.get("inputs") else "no table")
        self.columns, self.rows = table_of(case["inputs"][0])
        self.items, windows = query_of(sql)
        self.expected = [list(row) for row in expect["rows"] or []]
        self.kinds = [" ".join(column.split()).split(" ")[-1].lower() for column in expect["columns"]]
        if len(self.kinds) != len(self.items):
            raise DoesNotTranslate("expected columns that are not those of the query")
        self.questions, self.where = [], {}
        for place, (_, what) in enumerate(self.items):
            if isinstance(what, tuple):
                self.ask(place, what, windows)
            else:
                field_of(self.columns, what)

    def ask(self, place, call, windows):
        if call[2] not in windows:
            raise DoesNotTranslate("a window that is not declared")
        keys, order, how, most = window_of(windows[call[2]])
        for name in keys + [order]:
            field_of(self.columns, name)
        text, kind = feature_of(0, call, self.columns, keys)
        is_lag = call[0] == "lag"
        if call[0] == "sum" and kind in NARROW:
            at = [name for name, _ in self.columns].index(bare(call[1][0]))
            if sum(abs(row[at] or 0) for row in self.rows) >= NARROW[kind]:
                raise DoesNotTranslate("a sum that overflows: here sums are of 128 bits")
        if call[0] == "count_where" and how["rows"]:
            raise DoesNotTranslate("count_where over so many rows: here rows are counted that fit")
        changed = {"f0": {"reach": UNBOUNDED} if is_lag else how}
        if call[0] == "sum":  # whether it is a sum of nothing
            counted, _ = feature_of(1, ("count", call[1], call[2]), self.columns, keys)
            text, changed["f1"] = text + counted, how
        if most and not is_lag:  # `span.max`: too many are no answer, where MAXSIZE takes the latest
            bounded, _ = feature_of(2, call, self.columns, keys)
            every, _ = feature_of(3, ("count", ["*"], call[2]), self.columns, keys)
            text += bounded + every
            changed["f2"] = {**how, "rows": 0, "max": most}
            changed["f3"] = {**how, "rows": 0}
        self.tags.add("MAXSIZE" if most else "EXCLUDE CURRENT_TIME" if how["without_ties"] else
                      "plain" if how["counts_itself"] else "EXCLUDE CURRENT_ROW")
        self.tags.add("ROWS_RANGE" if "last" in how else "ROWS")
        files = {"t/pack.yaml": PACK, "t/model/m.yaml": model_of(self.columns, keys), "t/features/f.yaml": text}
        self.where[place] = (len(self.questions), kind, is_lag, call[0], most)
        self.questions.append({"files": files, "events": events_of(self.columns, self.rows, keys, order), "windows": changed, "then": self.then})

    def wrong(self, answers):
        """What is not as expected, or ""."""
        names = [name for name, _ in self.columns]
        ours = []
        for number, row in enumerate(self.rows):
            cells = []
            for place, (_, what) in enumerate(self.items):
                if not isinstance(what, tuple):
                    cells.append(row[names.index(what)])
                    continue
                question, kind, is_lag, function, most = self.where[place]
                said = {name: rows[str(number)][0] for name, rows in answers[question].items()}
                value = said["f0"].get("v" if is_lag else "")
                if function == "sum" and said["f1"][""] == 0:
                    value = None if value == 0 else "a sum of nothing that is not 0"
                if most and not is_lag and said["f2"][""] != (None if said["f3"][""] > most else said["f0"][""]):
                    return f"row {number}: span.max {most} of {said['f3']['']} gave {said['f2']['']}"
                if value is not None and function not in ("count", "count_where", "distinct_count") and kind in NUMBERS:
                    value = decimal.Decimal(value) / MILLIONTHS
                cells.append(value)
            ours.append(cells)
        wanted = [[value_of(cell, kind) for cell, kind in zip(row, self.kinds)] for row in self.expected]
        if len(wanted) != len(ours):
            return f"{len(wanted)} rows expected, {len(ours)} computed"
        left = list(ours)
        for row in wanted:
            same = next((one for one in left if all(is_same(a, b) for a, b in zip(row, one))), None)
            if same is None:
                return f"expected {[str(x) for x in row]}; left are {[[str(x) for x in one] for one in left]}"
            left.remove(same)
        return ""


def is_same(a, b):
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return a == b
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return abs(decimal.Decimal(a) - decimal.Decimal(b)) <= decimal.Decimal("0.00001")


def variants(case):
    """(suffix, sql, expect) for each combination of what a case is repeated with."""
    given = case.get("dataProvider") or []
    expect = case.get("expect") or {}
    special = case.get("expectProvider") or {}
    for places in itertools.product(*[range(len(one)) for one in given]):
        sql = case.get("sql") or ""
        for i, place in enumerate(places):
            sql = sql.replace(f"d[{i}]", str(given[i][place]))
        own = special
        for place in places:
            own = (own.get(place) or {}) if isinstance(own, dict) else {}
        yield "".join(f"/{place}" for place in places), sql, {**expect, **own}


def main():
    if not DATA.is_dir():
        print("  skipped: ../shared/data/openmldb-window is not there\n0 passed, 0 failed")
        return 0
    try:
        import yaml
    except ImportError:
        print("  skipped: python3-yaml is not installed\n0 passed, 0 failed")
        return 0
    cases, reasons, present, with_rows, unlike = [], collections.Counter(), 0, 0, []
    for path in sorted(DATA.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            for suffix, sql, expect in variants(case):
                present += 1
                if "rows" not in expect or "columns" not in expect:
                    continue
                with_rows += 1
                name = f"{path.stem} {case['id']}{suffix}"
                try:
                    cases.append(Case(name, case, sql, expect))
                except DoesNotTranslate as reason:
                    reasons[str(reason)] += 1
                    unlike.append(f"{name}: {reason}")
    lines = "".join(json.dumps(question) + "\n" for case in cases for question in case.questions)
    done = subprocess.run([PROGRAM], input=lines, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print(done.stderr[-3000:])
        print("0 passed, 1 failed")
        return 1
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    failures, tags, at = [], collections.Counter(), 0
    for case in cases:
        mine = answers[at:at + len(case.questions)]
        at += len(case.questions)
        tags.update(case.tags)
        problem = case.wrong(mine)
        if problem:
            failures.append(f"{case.name}: {problem}")
    print(f"  {present} cases with their variants, {with_rows} with rows, {len(cases)} translate: "
          + ", ".join(f"{count} {tag}" for tag, count in sorted(tags.items())))
    for reason, count in reasons.most_common():
        print(f"  does not translate: {count} {reason}")
    if "--list" in sys.argv[1:]:
        print("\n".join(unlike))
    for failure in failures:
        print(failure)
    if not cases:
        failures.append("nothing was compared")
    print(f"{len(cases) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
