#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the program as its users do: simulate, audit, replay, verify, import; and gives it everything that goes wrong.

Each test is a method; the last line printed is "N passed, M failed". Uses build/release/bin/ningyi.
"""
import csv
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile

from methods import run_methods

TOP = pathlib.Path(__file__).resolve().parent.parent
NINGYI = TOP / "build/release/bin/ningyi"


def ningyi(*words, lang="en", status=0, cwd=TOP, limit=120):
    done = subprocess.run([str(NINGYI), "--lang", lang, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=limit)
    output = done.stdout + done.stderr
    if status is not None:
        assert done.returncode == status, f"ningyi {' '.join(map(str, words))}: exit {done.returncode}, expected {status}\n{output[-2000:]}"
    return output


def digests(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir()) if p.is_file()}


def events(store):
    """Ids of all events, read from a copy so that the live file is left alone."""
    with tempfile.TemporaryDirectory() as copy:
        for path in pathlib.Path(store).glob("log.db*"):
            shutil.copy(path, copy)
        with sqlite3.connect(pathlib.Path(copy) / "log.db") as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            table = next(t for t in tables if "id" in [c[1] for c in database.execute(f"PRAGMA table_info({t})")]
                         and "seq" in [c[1] for c in database.execute(f"PRAGMA table_info({t})")])
            return [row[0] for row in database.execute(f"SELECT id FROM {table} ORDER BY seq")]


class Tests:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.district = self.folder / "district"
        self.report = self.folder / "report"
        ningyi("simulate", "--orders", 300, "--seed", 11, "--days", 7, "--out", self.district)
        ningyi("audit", self.district, "--out", self.report)

    def copy(self, name):
        target = self.folder / name
        shutil.copytree(self.district, target)
        return target

    def test_the_same_seed_gives_the_same_bytes(self):
        again = self.folder / "again"
        ningyi("simulate", "--orders", 300, "--seed", 11, "--days", 7, "--out", again)
        assert digests(again) == digests(self.district)

    def test_two_audits_write_the_same_bytes(self):
        other = self.folder / "report2"
        ningyi("audit", self.district, "--out", other)
        ours, theirs = digests(self.report), digests(other)
        # The root of the log differs: sealing is random and the clock has moved.
        for name in ("summary.json", "report.html"):
            ours.pop(name), theirs.pop(name)
        assert ours == theirs, [name for name in ours if ours[name] != theirs.get(name)]

    def test_what_is_judged_as_it_is_taken_in_is_what_reading_the_log_gives(self):
        # The first audit hands events on while they are taken in; the second of the same store reads the log.
        store = self.folder / "kept_store"
        reports = [self.folder / "handed_on", self.folder / "read_back"]
        for report in reports:
            ningyi("audit", self.district, "--out", report, "--store", store)
        handed_on, read_back = (digests(report) for report in reports)
        for name in ("summary.json", "report.html"):  # they say how many events came new
            handed_on.pop(name), read_back.pop(name)
        assert handed_on == read_back, [name for name in handed_on if handed_on[name] != read_back.get(name)]

    def test_both_compilers_write_the_same_findings(self):
        other = TOP / "build/dev/bin/ningyi"
        if not other.exists():
            return
        out = self.folder / "clang_report"
        subprocess.run([str(other), "--lang", "en", "audit", str(self.district), "--out", str(out)], cwd=TOP, check=True,
                       capture_output=True, timeout=600)
        for name in ("findings.jsonl", "findings.csv", "orders.csv"):
            assert (out / name).read_bytes() == (self.report / name).read_bytes(), name

    def test_everything_the_bundle_page_lists_is_written(self):
        names = {p.name for p in self.report.iterdir()}
        assert {"findings.jsonl", "findings.csv", "findings.xlsx", "orders.csv", "summary.json", "report.html", "rejected.csv"} <= names
        with open(self.report / "orders.csv", encoding="utf-8-sig", newline="") as rows:
            assert len(list(csv.DictReader(rows))) == 300
        for line in (self.report / "findings.jsonl").read_text().splitlines():
            finding = json.loads(line)
            assert finding["outcome"] in ("hit", "exempt", "inconclusive") and finding["explain"]["zh"] and finding["explain"]["en"]

    def test_no_name_or_number_of_a_person_is_in_the_report(self):
        canaries = set()
        for name, columns in (("elders.csv", ("name", "id_number", "contact_phone")), ("caregivers.csv", ("name", "id_number", "phone"))):
            with open(self.district / name, encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    canaries |= {row[c] for c in columns if len(row.get(c, "")) > 2}
        for path in self.report.iterdir():
            if path.is_file() and path.suffix != ".xlsx":
                text = path.read_text(encoding="utf-8-sig")
                found = [c for c in canaries if c in text]
                assert not found, f"{path.name} shows {found[:3]}"
        raw = b"".join(p.read_bytes() for p in (self.report / "store").glob("*.db*"))
        assert not [c for c in canaries if c.encode() in raw], "personal values stand in clear in the store"

    def test_findings_replay_byte_for_byte(self):
        lines = (self.report / "findings.jsonl").read_text().splitlines()
        for line in random.Random(1).sample(lines, 5):
            finding = json.loads(line)
            output = ningyi("replay", finding["id"], "--store", self.report / "store")
            assert "the same bytes" in output
        assert "no single finding" in ningyi("replay", "ffffffffffff", "--store", self.report / "store", status=2)

    def test_a_whole_log_verifies_and_a_changed_one_does_not(self):
        assert "whole and unchanged" in ningyi("verify", self.report / "store")
        tampered = self.folder / "tampered"
        shutil.copytree(self.report / "store", tampered)
        with sqlite3.connect(tampered / "log.db") as database:
            tables = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            table = next(t for t in tables if "subject" in [c[1] for c in database.execute(f"PRAGMA table_info({t})")])
            database.execute(f"UPDATE {table} SET subject = 'X1' WHERE seq = 100")
        assert "event 100" in ningyi("verify", tampered, status=1)

    def test_taking_a_bundle_in_twice_changes_nothing(self):
        store = self.folder / "twice"
        ningyi("import", self.district, "--store", store)
        before = events(store)
        output = ningyi("import", self.district, "--store", store)
        assert events(store) == before and " 0 events taken" in output

    def test_a_killed_import_resumes_without_loss_or_doubling(self):
        whole = self.folder / "whole"
        ningyi("import", self.district, "--store", whole)
        wanted = sorted(events(whole))
        store = self.folder / "killed"
        rng = random.Random(5)
        kills = 0
        for _ in range(12):
            process = subprocess.Popen([str(NINGYI), "import", str(self.district), "--store", str(store)], cwd=TOP,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.01, 0.35))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.wait()
        ningyi("import", self.district, "--store", store)
        assert sorted(events(store)) == wanted and kills > 0
        ningyi("verify", store)

    def test_a_killed_audit_is_finished_by_the_next(self):
        out = self.folder / "killed_report"
        process = subprocess.Popen([str(NINGYI), "audit", str(self.district), "--out", str(out)], cwd=TOP,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.15)
        process.kill()
        process.wait()
        ningyi("audit", self.district, "--out", out)
        assert (out / "findings.jsonl").read_bytes() == (self.report / "findings.jsonl").read_bytes()

    def test_two_bundles_are_not_mixed_in_one_report(self):
        other = self.folder / "other_district"
        ningyi("simulate", "--orders", 50, "--seed", 3, "--days", 7, "--out", other)
        assert "another bundle" in ningyi("audit", other, "--out", self.report, status=2)

    def test_a_store_has_one_owner_at_a_time(self):
        store = self.folder / "owned"
        ningyi("import", self.district, "--store", store)
        import fcntl
        with open(store / "lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            output = ningyi("verify", store, status=2)
            assert "another process" in output or "in use" in output, output

    def test_a_zip_is_as_good_as_a_folder(self):
        archive = self.folder / "district.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for path in self.district.iterdir():
                out.write(path, path.name)
        ningyi("audit", archive, "--out", self.folder / "zip_report")
        assert (self.folder / "zip_report/findings.jsonl").read_bytes() == (self.report / "findings.jsonl").read_bytes()

    def test_a_missing_bundle_and_a_missing_file_are_named(self):
        assert "no such bundle" in ningyi("audit", self.folder / "nowhere", "--out", self.folder / "n1", status=2)
        bare = self.copy("no_orders")
        (bare / "orders.csv").unlink()
        assert "orders" in ningyi("audit", bare, "--out", self.folder / "n2", status=2)

    def test_absent_files_make_rules_undecided_never_clear(self):
        bare = self.folder / "bare"
        bare.mkdir()
        shutil.copy(self.district / "orders.csv", bare)
        ningyi("audit", bare, "--out", self.folder / "bare_report")
        findings = [json.loads(line) for line in (self.folder / "bare_report/findings.jsonl").read_text().splitlines()]
        by_rule = {}
        for finding in findings:
            by_rule.setdefault(finding["rule"], set()).add(finding["outcome"])
        for rule in ("HC-LOC-01", "HC-LOC-03", "HC-LOC-08", "HC-IDN-01"):
            assert by_rule.get(rule) == {"inconclusive"}, (rule, by_rule.get(rule))

    def test_nothing_is_written_into_a_bundle(self):
        bundle = self.copy("kept")
        before = digests(bundle)
        for out in (bundle, bundle / "report"):
            assert "E012" in ningyi("audit", bundle, "--out", out, status=2)
        assert "E012" in ningyi("import", bundle, "--store", self.folder / "kept_store", "--rejected", bundle / "orders.csv", status=2)
        (bundle / "labels.csv").unlink()
        assert "E013" in ningyi("simulate", "--orders", 20, "--out", bundle, status=2)
        before.pop("labels.csv")
        assert digests(bundle) == before and all(p.is_file() for p in bundle.iterdir())

    def test_a_pipe_in_a_bundle_is_passed_over(self):
        bundle = self.copy("piped")
        (bundle / "stays.csv").unlink()
        os.mkfifo(bundle / "stays.csv")
        assert "W869" in ningyi("audit", bundle, "--out", self.folder / "piped_report")

    def test_a_replay_counts_the_days_of_the_audit(self):
        bundle = self.copy("other_zone")
        info = bundle / "bundle.yaml"
        info.write_text(info.read_text().replace("Asia/Shanghai", "Asia/Urumqi"))
        rows = (bundle / "orders.csv").read_text().splitlines()
        columns = rows[0].split(",")
        start, end = columns.index("service_start"), columns.index("service_end")
        for i in range(1, 6):                                   # just after midnight in the east, the day before in the west
            cells = rows[i].split(",")
            day = cells[start][:10]
            cells[start], cells[end] = day + "T00:30:00+08:00", day + "T00:40:00+08:00"
            rows[i] = ",".join(cells)
        (bundle / "orders.csv").write_text("\n".join(rows) + "\n")
        out = self.folder / "other_zone_report"
        ningyi("audit", bundle, "--out", out)
        moved = {row.split(",")[0] for row in rows[1:6]}
        findings = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
        chosen = [f for f in findings if f["order_id"] in moved][:3]
        assert chosen
        for finding in chosen:
            assert "the same bytes" in ningyi("replay", finding["id"], "--store", out / "store")

    def rejected(self, name, change, status=3):
        bundle = self.copy(name)
        path = bundle / "orders.csv"
        rows = path.read_text().splitlines()
        path.write_text("\n".join(change(rows)) + "\n")
        output = ningyi("audit", bundle, "--out", self.folder / (name + "_report"), status=status)
        with open(self.folder / (name + "_report") / "rejected.csv", encoding="utf-8-sig", newline="") as table:
            return output, list(csv.reader(table))[1:]

    def test_a_row_with_a_bad_time_is_rejected_with_its_place(self):
        def change(rows):
            cells = rows[5].split(",")
            at = rows[0].split(",").index("service_start")
            cells[at] = "2026/10/5 9:00"
            return rows[:5] + [",".join(cells)] + rows[6:]
        _, rejects = self.rejected("bad_time", change)
        assert len(rejects) == 1
        row = " ".join(rejects[0])
        assert "orders.csv" in row and "service_start" in row and "2026/10/5 9:00" in row and "6" in rejects[0]

    def test_a_broken_quote_costs_its_row_only(self):
        _, rejects = self.rejected("bad_quote", lambda rows: rows[:7] + ['"O1,"broken' + rows[7]] + rows[8:])
        assert rejects and len(rejects) < 5, rejects[:3]

    def test_other_encodings_and_separators_are_named(self):
        bundle = self.copy("utf16")
        text = (bundle / "orders.csv").read_text()
        (bundle / "orders.csv").write_bytes(text.encode("utf-16"))
        assert "UTF-16" in ningyi("audit", bundle, "--out", self.folder / "u16", status=2)
        bundle = self.copy("semicolons")
        (bundle / "orders.csv").write_text(text.replace(",", ";"))
        assert ";" in ningyi("audit", bundle, "--out", self.folder / "semi", status=2)

    def test_a_bomb_is_refused_quickly(self):
        archive = self.folder / "bomb.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("orders.csv", "order_id,caregiver_id,elder_id,service_start,service_end\n" + "0" * (200 << 20))
        started = time.monotonic()
        ningyi("audit", archive, "--out", self.folder / "bomb", status=2)
        assert time.monotonic() - started < 20

    def test_a_full_disk_is_said_and_nothing_accepted_is_lost(self):
        if os.geteuid() != 0:
            return
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True).returncode != 0:
            return
        try:
            output = ningyi("import", self.district, "--store", small / "store", status=70)
            assert "lost" in output or "没有丢失" in output or "丢" in output, output
            subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
            ningyi("import", self.district, "--store", small / "store")
            ningyi("verify", small / "store")
        finally:
            subprocess.run(["umount", str(small)], capture_output=True)

    def test_packs_with_faults_are_refused_with_every_place(self):
        packs = self.folder / "packs"
        shutil.copytree(TOP / "packs", packs)
        rule = packs / "home_care/rules/tim/HC-TIM-01.yaml"
        rule.write_text(rule.read_text().replace("order.served", "order.servd").replace("severity:", "severty:", 1))
        output = ningyi("check", packs, status=1)
        assert "HC-TIM-01.yaml" in output and "servd" in output

    def gpx(self, name, points):
        """A GPX file of (seconds, latitude, longitude)."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        at = lambda s: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1790989200 + s))
        path.write_text("<gpx version='1.1'><trk><trkseg>\n" + "\n".join(
            f"<trkpt lat='{lat:.7f}' lon='{lon:.7f}'><time>{at(s)}</time><hdop>1.2</hdop></trkpt>" for s, lat, lon in points)
            + "\n</trkseg></trk></gpx>")
        return path

    def test_tracks_go_round_through_every_format_unchanged(self):
        walk = [(5 * i, 31.77 + 1e-4 * i, 119.97 + 3e-6 * (i % 7)) for i in range(300)]
        source = self.gpx("walk.gpx", walk)
        last = source
        for name in ("walk.geojson", "walk.mfjson", "walk.csv", "back.gpx"):
            ningyi("tracks", "convert", last, self.folder / name)
            last = self.folder / name
        place = lambda path: [(w.split("'")[1], w.split("'")[3]) if "'" in w else (w.split('"')[1], w.split('"')[3])
                              for w in path.read_text().split("<trkpt ")[1:]]
        numbers = lambda path: [(float(lat), float(lon)) for lat, lon in place(path)]
        assert numbers(last) == numbers(source)
        said = json.loads(ningyi("tracks", "compare", source, last, "--json"))
        verdicts = {one["measure"]: one for one in said["measures"]}
        assert said["common_ms"] == 1495000
        assert verdicts["track.shape"]["facts"]["sync_max"]["value"] == 0
        assert verdicts["track.companion"]["verdict"] == "contradicted", verdicts["track.companion"]
        assert verdicts["track.apart"]["verdict"] == "supported"

    def test_a_track_is_inspected_in_words_json_and_a_page(self):
        walk = [(60 * i, 31.77, 119.97) for i in range(10)] + [(3600 + 5 * i, 31.77 + 1e-5 * i, 119.97) for i in range(100)]
        source, page = self.gpx("look.gpx", walk), self.folder / "look.html"
        output = ningyi("tracks", "inspect", source, "--out", page)
        assert "Silences: 1" in output and "coordinates repeated" in output and "track.teleport" in output, output
        text = page.read_text()
        assert "<svg" in text and "<script" not in text and "http://" not in text and "地图" in text and "Map" in text
        said = json.loads(ningyi("tracks", "inspect", source, "--json"))
        assert said["track"]["fixes"] == 110 and len(said["silences"]) == 1 and len(said["stays"]) >= 1
        assert any("\u4e00" <= c <= "\u9fff" for c in ningyi("tracks", "inspect", source, lang="zh"))
        assert "Silences" not in ningyi("tracks", "inspect", source, lang="zh")

    def test_nmea_without_dates_is_used_once_a_day_is_given(self):
        source = self.folder / "undated.gga"
        source.write_text("".join(f"$GPGGA,1013{second:02d},3146.2000,N,11958.2000,E,1,08,1.2,10,M,0,M,,\n"
                                  for second in range(60)))
        for language in ("zh", "en"):
            output = ningyi("tracks", "inspect", source, lang=language, status=2)
            assert "E879" in output and "--day 20" in output, output
            output = ningyi("tracks", "convert", source, self.folder / "undated.csv", lang=language, status=2)
            assert "E879" in output and "--day 20" in output, output
        assert not (self.folder / "undated.csv").exists()
        assert "E006" in ningyi("tracks", "inspect", source, "--day", "2026-02-30", status=2)
        said = json.loads(ningyi("tracks", "inspect", source, "--json", "--day", "2026-10-04"))
        assert said["track"]["fixes"] == 60 and said["track"]["from_ms"] == 1791108780000, said["track"]
        ningyi("tracks", "convert", source, self.folder / "undated.gpx", "--day", "2026-10-04")
        said = json.loads(ningyi("tracks", "compare", source, self.folder / "undated.gpx", "--json", "--day", "2026-10-04"))
        assert said["common_ms"] == 59000, said["common_ms"]

    def test_an_inspected_track_says_its_datum_and_no_row_without_a_value(self):
        rows = [f"D1,{1790989200 + 30 * i}000,{31.77 + 1e-4 * i:.7f},119.9700000,gcj02" for i in range(60)]
        table = self.folder / "shifted.csv"
        table.write_text("device_id,at_ms,lat,lon,datum\n" + "\n".join(rows) + "\n")
        output = ningyi("tracks", "inspect", table)
        assert "60 of GCJ-02 or BD-09, converted to WGS-84" in output, output
        assert "—" not in output and "0.0 nats" not in output and "nothing found against it" in output, output
        output = ningyi("tracks", "inspect", table, lang="zh")
        assert "60 点为 GCJ-02 或 BD-09" in output and "未见不符" in output, output

    def test_times_that_no_table_is_read_with_are_not_written_into_one(self):
        source = self.gpx("old.gpx", [(0, 31.77, 119.97), (5, 31.77, 119.97), (10, 31.77, 119.97)])
        source.write_text(source.read_text().replace("<time>2026", "<time>0026", 1))
        assert "1 not between 1970 and 2100" in ningyi("tracks", "inspect", source)
        assert "1 points" in ningyi("tracks", "convert", source, self.folder / "old.csv", status=3)
        assert len((self.folder / "old.csv").read_text().splitlines()) == 3
        ningyi("tracks", "inspect", self.folder / "old.csv")

    def test_a_page_that_cannot_be_written_leaves_what_was_there(self):
        source = self.gpx("full.gpx", [(5 * i, 31.77 + 1e-4 * i, 119.97) for i in range(400)])
        page = self.folder / "kept.html"
        page.write_text("before")
        limited = subprocess.run(["bash", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "-", str(NINGYI), "tracks", "inspect",
                                  str(source), "--out", str(page)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 text=True, timeout=60)
        assert limited.returncode == 70, (limited.returncode, limited.stderr)
        assert page.read_text() == "before" and not (self.folder / "kept.html.part").exists()
        (self.folder / "folder.gpx").mkdir()
        ningyi("tracks", "convert", source, self.folder / "folder.gpx", status=70)
        assert not (self.folder / "folder.gpx.part").exists()
        assert "nowhere" in ningyi("tracks", "inspect", source, "--out", self.folder / "nowhere/page.html", status=70)

    def test_files_that_are_no_tracks_are_named(self):
        cases = {"empty.gpx": ("", "E876"), "some.tcx": ("<TrainingCenterDatabase/>", "TCX"), "cut.gpx": ("<gpx><trk>", "E831"),
                 "plan.gpx": ("<gpx><rte><rtept lat='1' lon='2'/></rte></gpx>", "E874"), "noise.json": ("{\"a\":", "E"),
                 "shape.gpx": ("<gpx><trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>", "E879"),
                 "other.csv": ("a,b\n1,2\n", "E878")}
        for name, (text, code) in cases.items():
            path = self.folder / name
            path.write_text(text)
            output = ningyi("tracks", "inspect", path, status=2)
            assert code in output, (name, output)
            said = ningyi("tracks", "inspect", path, lang="zh", status=2)
            assert any("\u4e00" <= c <= "\u9fff" for c in said), name
            for english in (" the ", " is ", "column", "element", "token"):
                assert english not in said, (name, said)
        ningyi("tracks", "inspect", self.folder / "nowhere.gpx", status=2)
        with open(self.folder / "huge.gpx", "wb") as huge:
            huge.truncate(300 << 20)
        assert "E877" in ningyi("tracks", "inspect", self.folder / "huge.gpx", status=2)
        source = self.gpx("kept.gpx", [(0, 31.77, 119.97), (5, 31.77, 119.97)])
        before = source.read_bytes()
        assert "E012" in ningyi("tracks", "convert", source, source, status=2)
        assert "E012" in ningyi("tracks", "inspect", source, "--out", source, status=2)
        assert source.read_bytes() == before
        assert "--to" in ningyi("tracks", "convert", source, self.folder / "x.json", status=2)
        bad = self.gpx("bad.gpx", [(0, 31.77, 119.97), (5, 31.77, 119.97)])
        bad.write_text(bad.read_text().replace("lat='31.7700000'", "lat='x'", 1))
        assert "bad.gpx:2" in ningyi("tracks", "convert", bad, self.folder / "bad.geojson", status=3)

    def test_a_bundle_may_bring_its_fixes_as_track_files(self):
        bundle = self.copy("with_tracks")
        with open(bundle / "devices.csv", newline="") as devices:
            device = next(row["device_id"] for row in csv.DictReader(devices) if row["caregiver_id"])
        walk = [(10 * i, 31.77 + 1e-5 * i, 119.97) for i in range(200)]
        self.gpx(f"with_tracks/tracks/{device}_monday.gpx", walk)
        (bundle / "tracks/nobody.tcx").write_text("<TrainingCenterDatabase/>")
        output = ningyi("import", bundle, "--store", self.folder / "with_tracks_store", status=3)
        assert "tracks/: 201 rows, 200 used, 1 rejected" in output, output
        rejected = (self.folder / "with_tracks_store/rejected.csv").read_text()
        assert "tracks/nobody.tcx" in rejected and "TCX" in rejected
        before = events(self.folder / "with_tracks_store")
        ningyi("import", bundle, "--store", self.folder / "with_tracks_store", status=3)
        assert events(self.folder / "with_tracks_store") == before

    def test_help_and_errors_exist_in_both_languages(self):
        for command in ("simulate", "import", "audit", "check", "play", "replay", "verify", "tracks"):
            zh, en = ningyi(command, "--help", lang="zh"), ningyi(command, "--help", lang="en")
            assert any("\u4e00" <= c <= "\u9fff" for c in zh) and not any("\u4e00" <= c <= "\u9fff" for c in en), command
        ningyi("fly", status=2)
        assert "必填" in ningyi("audit", lang="zh", status=2)
        ningyi("simulate", "--orders", "many", "--out", self.folder / "x", status=2)


if __name__ == "__main__":
    sys.exit(run_methods(Tests, NINGYI))
