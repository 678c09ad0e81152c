#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lives the life of rules as people do at the command line: verdicts, draws, precision, changes by two people, pause and
retirement; and replays findings after all of it.

Each test is a method; the last line printed is "N passed, M failed". Uses build/release/bin/ningyi, or $NINGYI_PROGRAM.
"""
import collections
import csv
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from methods import run_methods

TOP = pathlib.Path(__file__).resolve().parent.parent
NINGYI = pathlib.Path(os.environ.get("NINGYI_PROGRAM", TOP / "build/release/bin/ningyi"))
AUTHOR = ("--by", "zhang", "--role", "rule_author")
APPROVER = ("--by", "li", "--role", "rule_approver")


def ningyi(*words, lang="en", status=0, limit=300):
    done = subprocess.run([str(NINGYI), "--lang", lang, *map(str, words)], cwd=TOP, capture_output=True, text=True, timeout=limit)
    output = done.stdout + done.stderr
    assert status is None or done.returncode == status, f"ningyi {' '.join(map(str, words))}: exit {done.returncode}, expected {status}\n{output[-2500:]}"
    return output


class Tests:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.district = self.folder / "district"
        self.packs = self.folder / "packs"
        shutil.copytree(TOP / "packs", self.packs)
        ningyi("simulate", "--orders", 900, "--seed", 5, "--days", 14, "--out", self.district)
        self.first = self.folder / "first"
        ningyi("audit", self.district, "--out", self.first, "--packs", self.packs)

    def audited(self, name):
        """A report and store of its own, as they are after the first audit."""
        target = self.folder / name
        shutil.copytree(self.first, target)
        return target, target / "store"

    def findings(self, report):
        return [json.loads(line) for line in (report / "findings.jsonl").read_text().splitlines()]

    def hits(self, report):
        return [f for f in self.findings(report) if f["outcome"] == "hit"]

    def most_hit(self, report):
        return collections.Counter(f["rule"] for f in self.hits(report)).most_common(1)[0][0]

    def backtested(self, store, path, text):
        """The report of a backtest of this text of a pack."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "rules" / path).parent.mkdir(parents=True)
        (folder / "rules" / path).write_text(text)
        ningyi("backtest", "--store", store, "--rules", folder / "rules", "--out", folder)
        return folder / "backtest.json"

    def log_size(self, store):
        with tempfile.TemporaryDirectory() as copy:
            for path in pathlib.Path(store).glob("log.db*"):
                shutil.copy(path, copy)
            with sqlite3.connect(pathlib.Path(copy) / "log.db") as database:
                return database.execute("SELECT max(seq) FROM event").fetchone()[0]

    def replays(self, finding, store):
        # The folder of packs does not exist: the texts come from the log.
        return "the same bytes" in ningyi("replay", finding["id"], "--store", store, "--packs", self.folder / "nowhere", status=None)

    def test_a_finding_replays_without_any_folder_of_packs(self):
        _, store = self.audited("no_packs")
        for finding in self.findings(self.first)[:5]:
            assert self.replays(finding, store), finding["rule"]

    def test_a_finding_replays_after_its_rule_was_retired_and_the_rule_judges_no_more(self):
        report, store = self.audited("retired")
        rule = self.most_hit(report)
        finding = next(f for f in self.hits(report) if f["rule"] == rule)
        ningyi("rule", "retire", rule, "--store", store, "--reason", "replaced", *AUTHOR)
        assert "may not approve" in ningyi("rule", "retire", rule, "--store", store, *AUTHOR, status=1)
        assert "retired" not in ningyi("rule", "status", rule, "--store", store).splitlines()[0]
        ningyi("rule", "retire", rule, "--store", store, *APPROVER)
        assert "retired" in ningyi("rule", "status", rule, "--store", store)
        assert self.replays(finding, store)
        ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert not [f for f in self.findings(report) if f["rule"] == rule]
        assert [f for f in self.findings(report)], "the other rules go on"
        assert self.replays(finding, store), "a re-audit keeps what a retired rule had found"

    def test_a_folder_that_differs_from_the_log_is_told_and_not_used(self):
        report, store = self.audited("differs")
        before = (report / "findings.csv").read_bytes()
        packs = self.folder / "other_packs"
        shutil.copytree(self.packs, packs)
        path = packs / "oversight/params/review.yaml"
        path.write_text(path.read_text().replace("value: 60", "value: 61"))
        output = ningyi("audit", self.district, "--out", report, "--packs", packs)
        assert "differs from what the log" in output and "oversight/params/review.yaml" in output
        ids = [row["subject"] + row["rule"] for row in csv.DictReader(before.decode("utf-8-sig").splitlines())]
        again = [row["subject"] + row["rule"] for row in csv.DictReader((report / "findings.csv").read_text("utf-8-sig").splitlines())]
        assert ids == again

    def test_values_change_by_two_people_and_old_findings_still_replay(self):
        report, store = self.audited("values")
        where, old = "home_care/params/location.yaml", self.hits(report)
        text = (self.packs / where).read_text()
        changed = self.folder / "location.yaml"
        changed.write_text(text.replace("from: 2025-07-01, value: 100m", "from: 2025-07-01, value: 1900m"))
        assert changed.read_text() != text
        rest = ("--store", store, "--reason", "the circle was too small")
        assert "backtest" in ningyi("rule", "propose", where, "--file", changed, *rest, *AUTHOR, status=1)
        backtest = self.backtested(store, where, changed.read_text())
        ningyi("rule", "propose", where, "--file", changed, "--backtest", backtest, *rest, *AUTHOR)
        assert "same role" in ningyi("rule", "approve", where, "--store", store, "--by", "wang", "--role", "rule_author", status=1)
        assert "may not approve" in ningyi("rule", "approve", where, "--store", store, "--by", "zhang", "--role", "bureau", status=1)
        ningyi("account", "zhang2", "--person", "zhang", "--store", store, "--by", "admin")
        assert "one person" in ningyi("rule", "approve", where, "--store", store, "--by", "zhang2", "--role", "bureau", status=1)
        ningyi("rule", "approve", where, "--store", store, *APPROVER)
        for finding in old[:5]:
            assert self.replays(finding, store)
        ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        new = self.hits(report)
        assert any(f["rule"] == "OV-GV-06" for f in new), "a change that hides a third of the hits is looked at"
        for finding in new[:5]:
            assert self.replays(finding, store)

    def test_a_proposal_refers_to_a_backtest_of_its_very_text(self):
        _, store = self.audited("very_text")
        where = "home_care/params/location.yaml"
        text = (self.packs / where).read_text()
        tested = text.replace("from: 2025-07-01, value: 100m", "from: 2025-07-01, value: 150m")
        other = text.replace("from: 2025-07-01, value: 100m", "from: 2025-07-01, value: 1900m")
        assert text != tested != other != text
        backtest = self.backtested(store, where, tested)
        changed = self.folder / "very_text.yaml"
        rest = ("--file", changed, "--store", store, "--reason", "a little wider", *AUTHOR)
        size = self.log_size(store)
        changed.write_text(other)
        assert "not of this text" in ningyi("rule", "propose", where, "--backtest", backtest, *rest, status=1)
        # A report into which another text was written by hand no longer has its digest.
        report = json.loads(backtest.read_text())
        report["texts"][where] = hashlib.sha256(other.encode()).hexdigest()
        forged = self.folder / "forged.json"
        forged.write_text(json.dumps(report))
        assert "altered" in ningyi("rule", "propose", where, "--backtest", forged, *rest, status=2)
        assert "no JSON report" in ningyi("rule", "propose", where, "--backtest", report["digest"], *rest, status=2), "a digest alone says nothing of a text"
        assert self.log_size(store) == size
        changed.write_text(tested)
        ningyi("rule", "propose", where, "--backtest", backtest, *rest)

    def test_a_new_version_of_a_live_rule_runs_beside_it_and_is_kept_apart(self):
        report, store = self.audited("beside")
        text = (self.packs / "oversight/rules/gv/OV-GV-04.yaml").read_text()
        new = self.folder / "OV-GV-04.yaml"
        words = text.replace("version: 1", "version: 2").replace("status: live", "status: shadow").replace("severity: '3'", "severity: '2'").replace("severity: 3", "severity: 2")
        backtest = self.backtested(store, "oversight/rules/gv/OV-GV-04.yaml", words)
        rest = ("--store", store, "--reason", "stricter", "--backtest", backtest)
        new.write_text(text)
        assert "higher" in ningyi("rule", "propose", "OV-GV-04", "--file", new, *rest, *AUTHOR, status=1)
        new.write_text(words + "# one word more\n")
        assert "not of this text" in ningyi("rule", "propose", "OV-GV-04", "--file", new, *rest, *AUTHOR, status=1)
        new.write_text(words)
        ningyi("rule", "propose", "OV-GV-04", "--file", new, *rest, *AUTHOR)
        ningyi("rule", "approve", "OV-GV-04@2", "--store", store, *APPROVER)
        status = ningyi("rule", "status", "OV-GV-04", "--store", store)
        assert "version 1  live" in status and "version 2 is on trial" in status, status
        ningyi("draw", "--store", store, "--seed", "3", *APPROVER)
        ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert (report / "trial/OV-GV-04@2/findings.csv").exists()
        ningyi("rule", "propose", "OV-GV-04", "--to", "live", "--store", store, "--reason", "ready", *AUTHOR)
        assert "verdicts decided" in ningyi("rule", "approve", "OV-GV-04@2:live", "--store", store, *APPROVER, status=1)

    def test_findings_of_a_version_on_trial_are_kept_apart_and_replay(self):
        report, store = self.audited("trial")
        rule = "HC-TIM-03"
        assert [f for f in self.hits(report) if f["rule"] == rule]
        path = next(self.packs.rglob(f"{rule}.yaml"))
        text = path.read_text()
        new = self.folder / f"{rule}.yaml"
        new.write_text(text.replace("version: 1\n", "version: 2\n").replace("status: live", "status: shadow"))
        backtest = self.backtested(store, path.relative_to(self.packs), new.read_text())
        ningyi("rule", "propose", rule, "--file", new, "--store", store, "--reason", "second", "--backtest", backtest, *AUTHOR)
        ningyi("rule", "approve", rule, "--store", store, *APPROVER)
        ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert {f["version"] for f in self.findings(report) if f["rule"] == rule} == {1}
        apart = self.findings(report / f"trial/{rule}@2")
        assert {(f["rule"], f["version"]) for f in apart} == {(rule, 2)}
        assert self.replays(apart[0], store) and self.replays(next(f for f in self.hits(report) if f["rule"] == rule), store)

    def test_one_person_pauses_and_two_bring_it_back(self):
        report, store = self.audited("paused")
        rule = next(f["rule"] for f in self.hits(report) if " live " in ningyi("rule", "status", f["rule"], "--store", store))
        ningyi("rule", "pause", rule, "--store", store, "--reason", "the feed is down", *AUTHOR)
        assert "paused" in ningyi("rule", "status", rule, "--store", store)
        output = ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert f"rule {rule} version 1 is paused: the feed is down" in output
        ningyi("rule", "resume", rule, "--store", store, "--reason", "repaired", *AUTHOR)
        ningyi("rule", "resume", rule, "--store", store, *AUTHOR, status=1)
        ningyi("rule", "resume", rule, "--store", store, *APPROVER)
        assert "live" in ningyi("rule", "status", rule, "--store", store)

    def filled_in(self, report, name, fill):
        """findings.csv as a reviewer hands it back; `fill` gives the columns of a row, or nothing."""
        target = self.folder / name
        with open(report / "findings.csv", encoding="utf-8-sig", newline="") as rows, open(target, "w", encoding="utf-8", newline="") as out:
            reader = csv.DictReader(rows)
            writer = csv.DictWriter(out, [*reader.fieldnames, "verdict", "innocent", "note"])
            writer.writeheader()
            for row in reader:
                writer.writerow({**row, **(fill(row) or {})})
        return target

    def test_verdicts_are_taken_in_once_and_bad_rows_come_back_with_place_and_reason(self):
        report, store = self.audited("verdicts")
        rule = self.most_hit(report)
        seen = [0]

        def fill(row):
            if row["rule"] != rule or row["outcome"] != "hit":
                return None
            seen[0] += 1
            return {"verdict": "violation" if seen[0] % 4 else "不属实", "note": "looked at"}
        path = self.filled_in(report, "good.csv", fill)
        output = ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor")
        assert f"{seen[0]} rows with a verdict: {seen[0]} taken in, 0 were there already, 0 rejected" in output, output
        size = self.log_size(store)
        output = ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor")
        assert f"0 taken in, {seen[0]} were there already" in output and self.log_size(store) == size, output
        # An audit in between gives every finding another id; the same file still means the same rows.
        ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        output = ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor")
        assert "0 taken in" in output and " 0 rejected" in output, output
        told = json.loads(ningyi("precision", "--store", store, "--json"))
        one = next(r for r in told["rules"] if r["rule"] == rule)
        assert one["all"]["violation"] + one["all"]["unfounded"] == seen[0]
        assert one["all"]["strict"]["low_ppm"] < one["all"]["strict"]["share_ppm"] < one["all"]["strict"]["high_ppm"]
        assert told["recall"] is None
        page = self.folder / "precision.html"
        ningyi("precision", "--store", store, "--out", page)
        assert rule in page.read_text() and "精准率" in page.read_text()

        wrong = self.folder / "wrong.csv"
        good = next(f for f in self.hits(report) if f["rule"] == rule)
        size = self.log_size(store)
        wrong.write_text("id,verdict,innocent,note\n" f"{good['id']},guilty,,x\n" f"{'0' * 64},violation,,x\n"
                         f"{good['id']},violation,,\n" f"{good['id']},unfounded,no_such_reason,\n")
        output = ningyi("verdicts", wrong, "--store", store, "--by", "chen", "--role", "auditor", status=3)
        for line, words in ((2, "should be violation"), (3, "no finding"), (4, "write a note"), (5, "no innocent reason")):
            assert f"wrong.csv:{line}" in output and words in output, output
        assert self.log_size(store) == size

    def test_a_live_rule_of_which_nothing_is_confirmed_pauses_by_itself(self):
        report, store = self.audited("by_itself")
        live = {line.split()[0] for line in ningyi("rule", "status", "--store", store).splitlines() if "  live  " in line}
        rule, count = next(one for one in collections.Counter(f["rule"] for f in self.hits(report)).most_common() if one[0] in live)
        assert count >= 30, (rule, count)
        path = self.filled_in(report, "all_wrong.csv", lambda row: {"verdict": "unfounded", "note": "not so"} if row["rule"] == rule and row["outcome"] == "hit" else None)
        output = ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor")
        assert f"rule {rule} pauses by itself" in output, output
        output = ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert f"rule {rule} version 1 is paused (by itself)" in output
        told = json.loads(ningyi("precision", "--store", store, "--json"))
        assert next(r for r in told["rules"] if r["rule"] == rule)["status"] == "paused"

    def test_who_gave_a_verdict_does_not_decide_the_appeal(self):
        report, store = self.audited("appeals")
        finding = self.hits(report)[0]
        path = self.folder / "one.csv"
        path.write_text(f"id,verdict,note\n{finding['id']},violation,seen\n")
        ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor")
        path.write_text(f"id,appeal\n{finding['id']},granted\n")
        assert "another person" in ningyi("verdicts", path, "--store", store, "--by", "chen", "--role", "auditor", status=3)
        ningyi("verdicts", path, "--store", store, "--by", "zhao", "--role", "bureau")
        told = json.loads(ningyi("precision", "--store", store, "--json"))
        assert told["rules"][0]["all"]["unfounded"] == 1

    def test_a_draw_is_the_same_for_everyone_and_hidden_in_the_list(self):
        report, store = self.audited("draw")
        first, again = self.folder / "list1.csv", self.folder / "list2.csv"
        words = ("draw", "--store", store, "--seed", "20261124", "--share", "10%", "--queue", 10, *APPROVER)
        one = ningyi(*words, "--out", first)
        size = self.log_size(store)
        assert "--seed is empty" in ningyi("draw", "--store", store, "--seed", " ", *APPROVER, status=2)
        assert "--month wants a month" in ningyi("draw", "--store", store, "--seed", "1", "--month", "2026-13", *APPROVER, status=2)
        two = ningyi(*words, "--out", again)
        assert one.splitlines()[0] == two.splitlines()[0] and first.read_bytes() == again.read_bytes()
        assert self.log_size(store) == size, "the same draw is not made twice"
        with open(first, encoding="utf-8-sig", newline="") as rows:
            listed = list(csv.DictReader(rows))
        assert len(listed) > 10 and "drawn" not in listed[0] and [r["id"] for r in listed] == sorted(r["id"] for r in listed)
        ningyi(*words, "--clean", "--out", first)
        with open(first, encoding="utf-8-sig", newline="") as rows:
            clean = [r["id"] for r in csv.DictReader(rows) if r["id"].startswith("clean-")]
        assert clean
        filled = self.folder / "clean.csv"
        filled.write_text("id,verdict,note\n" + "".join(f"{i},{'violation' if n == 0 else 'unfounded'},seen\n" for n, i in enumerate(clean)))
        ningyi("verdicts", filled, "--store", store, "--by", "chen", "--role", "auditor")
        told = json.loads(ningyi("precision", "--store", store, "--json"))
        assert told["recall"]["missed"] == 1 and told["recall"]["clean_reviewed"] == len(clean)
        output = ningyi("audit", self.district, "--out", report, "--packs", self.packs)
        assert not [f for f in self.findings(report) if f["rule"] == "OV-GV-04" and f["outcome"] != "clear"], output

    def test_a_store_without_an_audit_has_nothing_to_decide(self):
        store = self.folder / "imported"
        ningyi("import", self.district, "--store", store, "--packs", self.packs)
        assert "run `ningyi audit` first" in ningyi("rule", "status", "--store", store, status=2)

    def test_help_exists_in_both_languages(self):
        for command in (("verdicts",), ("draw",), ("precision",), ("account",), *(("rule", w) for w in ("propose", "approve", "pause", "resume", "retire", "status"))):
            zh, en = ningyi(*command, "--help", lang="zh"), ningyi(*command, "--help", lang="en")
            assert any("\u4e00" <= c <= "\u9fff" for c in zh) and not any("\u4e00" <= c <= "\u9fff" for c in en), command


if __name__ == "__main__":
    sys.exit(run_methods(Tests, NINGYI))
