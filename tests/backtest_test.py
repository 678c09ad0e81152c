#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `ningyi backtest` as its users do: changed values, rules and features over a simulated district, kept facts,
damage, Ctrl-C; and compares it with two audits.

Each test is a method; the last line printed is "N passed, M failed". Uses build/release/bin/ningyi.
"""
import collections
import csv
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

from methods import run_methods

TOP = pathlib.Path(__file__).resolve().parent.parent
NINGYI = TOP / "build/release/bin/ningyi"
RADIUS = "home_care/params/location.yaml"
RULE = "home_care/rules/loc/HC-LOC-01.yaml"


def ningyi(*words, lang="en", status=0, limit=180):
    done = subprocess.run([str(NINGYI), "--lang", lang, *map(str, words)], cwd=TOP, capture_output=True, text=True, timeout=limit)
    output = done.stdout + done.stderr
    assert done.returncode == status, f"ningyi {' '.join(map(str, words))}: exit {done.returncode}, expected {status}\n{output[-2000:]}"
    return output


def changed(path, text, before, after):
    assert before in text, f"{before!r} is not in {path}"
    return text.replace(before, after)


class Tests:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.district = self.folder / "district"
        self.store = self.folder / "store"
        ningyi("simulate", "--orders", 400, "--seed", 11, "--days", 7, "--out", self.district)
        ningyi("import", self.district, "--store", self.store)

    def proposed(self, name, path, before, after):
        """A folder with one changed file only."""
        target = self.folder / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(changed(path, (TOP / "packs" / path).read_text(), before, after))
        return self.folder / name

    def radius(self, name, metres):
        text = (TOP / "packs" / RADIUS).read_text()
        block = re.search(r"- param: home_care\.checkin_radius.*?(?=\n- param:|\Z)", text, re.S).group(0)
        row = [line for line in block.splitlines() if "value:" in line and "scope" not in line][-1]
        value = re.search(r"value: (\w+)", row).group(1)
        return self.proposed(name, RADIUS, row, row.replace(f"value: {value}", f"value: {metres}m"))

    def backtest(self, rules, *words, store=None, **options):
        return json.loads(ningyi("backtest", "--store", store or self.store, "--rules", rules, "--json", *words, **options))

    def hits(self, packs, name):
        """Hits of an audit with these packs, counted by (rule, subject)."""
        ningyi("audit", self.district, "--out", self.folder / name, "--packs", packs)
        found = collections.Counter()
        for line in (self.folder / name / "findings.jsonl").read_text().splitlines():
            finding = json.loads(line)
            if finding["outcome"] == "hit":
                found[finding["rule"], finding["subject"]] += 1
        return found

    def test_says_what_two_audits_say(self):
        packs = self.folder / "packs_far"
        shutil.copytree(TOP / "packs", packs)
        proposed = self.radius("far", 900)
        shutil.copy(proposed / RADIUS, packs / RADIUS)
        before, after = self.hits(TOP / "packs", "audit_before"), self.hits(packs, "audit_after")
        for rules in (proposed, packs):  # the changed file alone, or the whole folder
            result = self.backtest(rules)
            caught = collections.Counter((r["rule"], m["subject"]) for r in result["rules"] for m in r["caught"])
            lost = collections.Counter((r["rule"], m["subject"]) for r in result["rules"] for m in r["lost"])
            assert caught == after - before and lost == before - after, (caught, after - before, lost, before - after)
            assert caught or lost, "the change moves nothing: the test says nothing"

    def test_kept_facts_give_the_same_answer_and_read_no_log(self):
        rules = self.radius("near", 50)
        first, second = self.backtest(rules), self.backtest(rules)
        assert second["from_cache"] and first["digest"] == second["digest"]
        other = self.backtest(self.radius("nearer", 60))
        assert other["from_cache"] and other["digest"] != first["digest"]

    def test_damaged_facts_are_made_again(self):
        rules = self.radius("damage", 70)
        good = self.backtest(rules)
        facts = sorted((self.store / "facts").glob("*.facts"))
        assert facts
        for path in facts:
            data = bytearray(path.read_bytes())
            for at in range(20, len(data), max(1, len(data) // 40)):
                data[at] ^= 0x5A
            path.write_bytes(data)
        again = self.backtest(rules)
        assert again["digest"] == good["digest"] and not again["from_cache"]
        for path in sorted((self.store / "facts").glob("*.facts")):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert self.backtest(rules)["digest"] == good["digest"]

    def test_a_changed_rule_a_new_rule_and_a_rule_gone(self):
        rules = self.proposed("rule", RULE, "if: 'order.checkin_dist > radius'", "if: 'order.checkin_dist > radius + radius'")
        result = self.backtest(rules)
        assert [r["rule"] for r in result["rules"]] == ["HC-LOC-01"]
        assert any("far" in c["en"] for c in result["rules"][0]["what_changed"])
        packs = self.folder / "packs_without"
        shutil.copytree(TOP / "packs", packs)
        (packs / RULE).unlink()
        gone = self.backtest(packs)
        assert [(r["rule"], r["after"]["hit"]) for r in gone["rules"]] == [("HC-LOC-01", 0)]
        assert gone["rules"][0]["lost_count"] == gone["rules"][0]["before"]["hit"]
        come = json.loads(ningyi("backtest", "--store", self.store, "--packs", packs, "--rules", TOP / "packs", "--json"))
        assert come["rules"][0]["caught_count"] == gone["rules"][0]["lost_count"]

    def test_a_period_holds_its_days_only(self):
        rules = self.radius("period", 900)
        everything = self.backtest(rules)
        days = sorted({m["date"] for r in everything["rules"] for m in r["caught"] + r["lost"]})
        one = self.backtest(rules, "--from", days[0], "--to", days[0])
        assert {m["date"] for r in one["rules"] for m in r["caught"] + r["lost"]} == {days[0]}
        assert one["subjects"] < everything["subjects"]
        ningyi("backtest", "--store", self.store, "--rules", rules, "--from", "soon", status=2)
        assert "lies before" in ningyi("backtest", "--store", self.store, "--rules", rules, "--from", "2026-01-02", "--to", "2026-01-01", status=2)

    def test_the_report_can_be_taken_to_a_meeting(self):
        rules, out = self.radius("report", 900), self.folder / "out"
        text = ningyi("backtest", "--store", self.store, "--rules", rules, "--out", out, lang="zh")
        page = (out / "backtest.html").read_text()
        result = json.loads((out / "backtest.json").read_text())
        rows = list(csv.DictReader((out / "backtest.csv").open(encoding="utf-8-sig")))
        assert result["digest"] in page and result["digest"] in text
        assert len(rows) == sum(r["caught_count"] + r["lost_count"] for r in result["rules"])
        assert "没有人核实过" in page and "Nobody has reviewed" in page
        for word in ("新命中", "不再命中", "与其他规则的重合", "900 米", "900 m"):
            assert word in page, word
        for outside in ("http://", "https://", "src=", "@import"):
            assert outside not in page, outside
        for rule in result["rules"]:
            for way in ("agency", "month"):
                assert sum(s["lost"] for s in rule["by"][way]) == rule["lost_count"], way
            assert rule["precision_after"]["interval_ppm"] is None

    def test_what_is_wrong_is_said(self):
        empty = self.folder / "empty"
        empty.mkdir()
        assert "E018" in ningyi("backtest", "--store", self.store, "--rules", empty, status=2)
        misplaced = self.folder / "misplaced" / "params"
        misplaced.mkdir(parents=True)
        shutil.copy(TOP / "packs" / RADIUS, misplaced / "location.yaml")
        assert "E017" in ningyi("backtest", "--store", self.store, "--rules", misplaced.parent, status=2)
        broken = self.proposed("broken", RULE, "if: 'order.checkin_dist > radius'", "if: 'order.checkin_dst > radius'")
        assert "checkin_dist" in ningyi("backtest", "--store", self.store, "--rules", broken, status=2)
        same = self.proposed("same", RADIUS, "checkin_radius", "checkin_radius")
        assert self.backtest(same)["rules"] == []

    def test_ctrl_c_leaves_nothing_half_made(self):
        store = self.folder / "stopped"
        ningyi("import", self.district, "--store", store)
        rules = self.radius("stop", 80)
        for wait in (0.05, 0.15, 0.3, 0.5):
            program = subprocess.Popen([str(NINGYI), "--lang", "en", "backtest", "--store", str(store), "--rules", str(rules), "--json"], cwd=TOP,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(wait)
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=120)
            assert (program.returncode == 130) == ("stopped as asked" in errors), errors
            assert program.returncode in (0, 130, -signal.SIGINT), program.returncode
            assert not list(store.glob("facts/*.unfinished"))
        a, b = self.backtest(rules, store=store), self.backtest(rules)
        assert a["rules"] == b["rules"]


if __name__ == "__main__":
    sys.exit(run_methods(Tests, NINGYI))
