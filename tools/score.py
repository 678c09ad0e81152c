#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the findings of an audit against the labels of a simulated district.

Usage: tools/score.py BUNDLE/labels.csv RESULT/findings.jsonl

A label is (id, scheme, rule, expected). The id is an order's, or an elder's or agency's for rules that judge those. Expected:
  hit           the rule must hit
  clear         the rule must not hit, whatever else it says
  exempt        must not hit; `exempt` is the answer looked for
  inconclusive  must not hit; `inconclusive` is the answer looked for
  any           (rule `*`) the id belongs to the scheme, nothing is said about a rule
Orders without a label are honest: no rule may hit them.

Of the hits of a rule, those with a `hit` label are right; those on an id that a scheme of wrongdoing touches, but not
labelled for this rule, are beside (neither right nor wrong: one story often breaks several rules); all others are false.
precision = right / (right + false), recall = found / labelled. A rule without any finding did not run: it is listed, and
left out of the sums. The last finding of a (rule, subject, row) counts, so a revision replaces what it revises; of several
rows of one order the gravest counts.
"""
import csv
import json
import sys
from collections import Counter, defaultdict

EXPECTED = ("hit", "clear", "exempt", "inconclusive", "any")
OUTCOMES = {"hit", "clear", "exempt", "inconclusive", "not_applicable"}
GRAVITY = ("hit", "exempt", "inconclusive", "clear", "not_applicable")  # an order has several photos, meets several orders
SUBJECTS = ("order_id", "elder_id", "caregiver_id", "agency_id")


def read_labels(path):
    labels = []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            missing = [name for name in ("order_id", "scheme", "rule", "expected") if not row.get(name)]
            if missing or row["expected"] not in EXPECTED:
                raise ValueError(f"{path}:{number}: 标注行不完整或 expected 不在 {EXPECTED} 之内 "
                                 f"| the label is incomplete or its `expected` is none of {EXPECTED}")
            labels.append((row["order_id"], row["scheme"], row["rule"], row["expected"]))
    return labels


def last_segment(text):
    return str(text).replace("/", ":").split(":")[-1]


def subject_of(finding, labelled):
    """The id the finding is about: the order if there is one, else what a label can name."""
    if finding.get("order_id"):
        return finding["order_id"]
    subject = last_segment(finding.get("subject") or "")
    rule = finding["rule"]
    for candidate in [subject] + [finding.get(name) for name in SUBJECTS[1:]]:
        if candidate and (candidate, rule) in labelled:
            return candidate
    return subject or next((finding[name] for name in SUBJECTS if finding.get(name)), "?")


def read_findings(path, labelled):
    of_subject = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                finding = json.loads(line)
                rule, outcome = finding["rule"], finding["outcome"]
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: 不是一条稽核结果 | not a finding: {error}") from error
            if outcome not in OUTCOMES:
                raise ValueError(f"{path}:{number}: 未知的结果 | unknown outcome: {outcome}")
            of_subject[(rule, finding.get("subject") or "", str(finding.get("dedup") or ""))] = (
                subject_of(finding, labelled), outcome)
    outcomes = {}
    for (rule, _, _), (subject, outcome) in of_subject.items():
        known = outcomes.get((subject, rule))
        if known is None or GRAVITY.index(outcome) < GRAVITY.index(known):
            outcomes[(subject, rule)] = outcome
    return outcomes


def percent(part, whole):
    return f"{100 * part / whole:6.1f}%" if whole else "      –"


def width(text):
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def print_table(title, heads, rows):
    print(f"\n{title}")
    columns = [[head] + [str(row[n]) for row in rows] for n, head in enumerate(heads)]
    widths = [max(width(cell) for cell in column) for column in columns]
    for line in zip(*columns):
        cells = []
        for n, cell in enumerate(line):
            pad = " " * (widths[n] - width(cell))
            cells.append(cell + pad if n == 0 else pad + cell)
        print("  " + "  ".join(cells).rstrip())


def main(arguments):
    if len(arguments) != 2 or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    try:
        labels = read_labels(arguments[0])
        labelled = {(order, rule) for order, _, rule, _ in labels}
        outcomes = read_findings(arguments[1], labelled)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2

    ran = {rule for _, rule in outcomes}
    must_hit, must_not, scheme_of = {}, defaultdict(list), defaultdict(set)
    wrongdoing = {scheme for _, scheme, _, expected in labels if expected in ("hit", "any")}
    for order, scheme, rule, expected in labels:
        scheme_of[order].add(scheme)
        if expected == "hit":
            must_hit[(order, rule)] = scheme
        elif expected != "any":
            must_not[(order, rule)].append((scheme, expected))
    for key in must_hit:
        must_not.pop(key, None)
    touched = {order for order, schemes in scheme_of.items() if schemes & wrongdoing}

    per_rule = defaultdict(Counter)
    for (order, rule), outcome in outcomes.items():
        count = per_rule[rule]
        count[outcome] += 1
        if outcome != "hit":
            continue
        if (order, rule) in must_hit:
            count["right"] += 1
        elif (order, rule) in must_not or order not in touched:
            count["false"] += 1
        else:
            count["beside"] += 1
    for order, rule in must_hit:
        per_rule[rule]["labelled"] += 1
        if outcomes.get((order, rule)) == "inconclusive":
            per_rule[rule]["undecided"] += 1

    rows, total = [], Counter()
    for rule in sorted(per_rule):
        c = per_rule[rule]
        if rule not in ran:
            continue
        total.update(c)
        rows.append([rule, c["labelled"], c["right"], c["undecided"], c["labelled"] - c["right"] - c["undecided"],
                     c["false"], c["beside"], percent(c["right"], c["right"] + c["false"]),
                     percent(c["right"], c["labelled"])])
    rows.append(["合计 total", total["labelled"], total["right"], total["undecided"],
                 total["labelled"] - total["right"] - total["undecided"], total["false"], total["beside"],
                 percent(total["right"], total["right"] + total["false"]), percent(total["right"], total["labelled"])])
    print_table("按规则 By rule",
                ["规则 rule", "应中 labelled", "命中 right", "无法判定 undecided", "漏 missed", "误 false", "旁及 beside",
                 "精准率 precision", "召回率 recall"], rows)
    silent = sorted({rule for _, rule in list(must_hit) + list(must_not)} - ran)
    if silent:
        print(f"  没有结果的规则（不计入） rules without a finding (not counted): {' '.join(silent)}")

    # A scheme: orders caught by one of its rules at least, its labels one by one, and what must not have been hit.
    rows = []
    for scheme in sorted({scheme for _, scheme, _, _ in labels}, key=lambda s: (s[0] != "S", len(s), s)):
        hits = [(o, r) for (o, r), s in must_hit.items() if s == scheme and r in ran]
        orders = {o for o, s, _, _ in labels if s == scheme}
        should = {o for o, _ in hits}
        right = [key for key in hits if outcomes.get(key) == "hit"]
        caught = {o for o, _ in right}
        kept = [(key, expected) for key, pairs in must_not.items() for s, expected in pairs if s == scheme and key[1] in ran]
        wrong = [key for key, _ in kept if outcomes.get(key) == "hit"]
        exact = [key for key, expected in kept if expected in ("exempt", "inconclusive")]
        as_said = [key for key, expected in kept
                   if expected in ("exempt", "inconclusive") and outcomes.get(key) == expected]
        rows.append([scheme, len(orders), f"{len(caught)}/{len(should)}" if should else "–", percent(len(caught), len(should)),
                     f"{len(right)}/{len(hits)}" if hits else "–", percent(len(right), len(hits)),
                     f"{len(wrong)}/{len(kept)}" if kept else "–", percent(len(right), len(right) + len(wrong) if hits else 0),
                     f"{len(as_said)}/{len(exact)}" if exact else "–"])
    print_table("按情形 By scheme",
                ["情形 scheme", "数 count", "查出 caught", "召回率 recall", "逐条 labels", "召回率 recall",
                 "误中 must-not hit", "精准率 precision", "豁免或无法判定 as said"], rows)

    # What each rule makes of each scheme: its labelled hits, and what it must leave alone.
    rows = []
    pairs = sorted({(scheme, rule) for _, scheme, rule, _ in labels if rule in ran},
                   key=lambda pair: (pair[0][0] != "S", len(pair[0]), pair))
    of_pair = defaultdict(Counter)
    for order, scheme, rule, expected in labels:
        if rule not in ran or expected == "any":
            continue
        outcome = outcomes.get((order, rule), "clear")
        count = of_pair[(scheme, rule)]
        if expected == "hit":
            count["labelled"] += 1
            count["right"] += outcome == "hit"
            count["undecided"] += outcome == "inconclusive"
        elif (order, rule) in must_not:  # another scheme may say that the rule has to hit
            count["kept"] += 1
            count["wrong"] += outcome == "hit"
            count["as_said"] += expected == "clear" or outcome == expected
    for scheme, rule in pairs:
        c = of_pair[(scheme, rule)]
        rows.append([f"{scheme}  {rule}", c["labelled"] or "–", c["right"] if c["labelled"] else "–",
                     c["undecided"] if c["labelled"] else "–", percent(c["right"], c["labelled"]),
                     c["kept"] or "–", c["wrong"] if c["kept"] else "–", c["as_said"] if c["kept"] else "–",
                     percent(c["right"], c["right"] + c["wrong"])])
    print_table("按情形与规则 By scheme and rule",
                ["情形与规则 scheme and rule", "应中 labelled", "命中 right", "无法判定 undecided", "召回率 recall",
                 "不应中 must not", "误中 hit", "结果如标注 as said", "精准率 precision"], rows)

    wronged = sorted({order for (order, rule), outcome in outcomes.items()
                      if outcome == "hit" and order not in touched})
    print(f"\n  被误中的诚实工单 honest orders or subjects hit: {len(wronged)}"
          + (f"（{' '.join(wronged[:10])}{' …' if len(wronged) > 10 else ''}）" if wronged else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
