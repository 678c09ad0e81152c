#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test of both builds and the checks of the tree, two at a time, and ends with "N passed, M failed, K skipped".

What failed is printed with its output; everything else in a line. With --long also the fuzzers, two minutes each.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
FUZZ_SECONDS = 120


def run(command, environment=None, limit=1500):
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit,
                              env={**os.environ, **(environment or {})})
        output, status = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        output, status = (late.stdout or b"").decode("utf-8", "replace") + f"\nstopped after {limit} s", 124
    return output, status, time.monotonic() - started


def google_test(program):
    """Passed, failed, skipped and the output of one test program."""
    output, status, seconds = run([str(program), "--gtest_brief=0", "--gtest_color=no"])
    passed = sum(int(n) for n in re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M))
    skipped = sum(int(n) for n in re.findall(r"^\[  SKIPPED \] (\d+) test", output, re.M))
    failed = sum(int(n) for n in re.findall(r"^\[  FAILED  \] (\d+) test", output, re.M))
    if status != 0 and failed == 0:
        failed = 1  # it crashed
    if status == 0 and passed + skipped == 0:
        failed, output = 1, output + "\nno test was run"
    reasons = re.findall(r"^.*: Skipped\n(.+)$", output, re.M)
    return passed, failed, skipped, output, seconds, reasons


def check(command, counts=None, environment=None):
    """A check that is good when it exits with 0. `counts`: a pattern with passed and failed in its output."""
    output, status, seconds = run(command, environment)
    match = re.search(counts, output) if counts else None
    passed, failed = (int(match.group(1)), int(match.group(2))) if match else (1 if status == 0 else 0, 0 if status == 0 else 1)
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed, 0, output, seconds, []


def main():
    long = "--long" in sys.argv[1:]
    if long:
        os.environ["NINGYI_LONG"] = "1"
    release, dev = TOP / "build/release/bin", TOP / "build/dev/bin"
    english = {"LANG": "en_US.UTF-8"}
    work = [("layers", lambda: check(["python3", "tools/check_layers.py"])),
            ("format", lambda: check(["python3", "tools/check_format.py"])),
            ("clang-tidy, first half", lambda: check(["python3", "tools/check_tidy.py", "1/2"]))]
    work.append(("reference of rules", lambda: check([str(release / "ningyi"), "rule", "reference", "--check"])))
    for name, folder in (("release", release), ("sanitizers", dev)):
        ningyi = str(folder / "ningyi")
        work.append((f"packs ({name})", lambda n=ningyi: check([n, "check", "packs"], r"(\d+) tests passed, (\d+) failed", english)))
        work.append((f"scenarios ({name})", lambda n=ningyi: check([n, "play"], r"(\d+) passed, (\d+) failed", english)))
        for program in sorted(folder.glob("*_test")):
            work.append((f"{program.name} ({name})", lambda p=program: google_test(p)))
    for path in sorted(TOP.glob("tests/*_test.py")):
        work.append((path.name, lambda p=path: check(["python3", str(p)], r"(\d+) passed, (\d+) failed")))
    work.append(("clang-tidy, second half", lambda: check(["python3", "tools/check_tidy.py", "2/2"])))
    if long:
        for program in sorted((TOP / "build/fuzz/bin").glob("*_fuzz")):
            work.append((program.name, lambda p=program: check([str(p), f"-max_total_time={FUZZ_SECONDS}", "-rss_limit_mb=2048"])))
    totals, skips = [0, 0, 0], set()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = {pool.submit(action): name for name, action in work}
        for future in concurrent.futures.as_completed(waiting):
            passed, failed, skipped, output, seconds, reasons = future.result()
            totals = [a + b for a, b in zip(totals, (passed, failed, skipped))]
            skips.update(reasons)
            print(f"  {'✗' if failed else '✓'} {waiting[future]}: {passed} passed"
                  + (f", {failed} failed" if failed else "") + (f", {skipped} skipped" if skipped else "") + f" ({seconds:.1f} s)", flush=True)
            if failed:
                print("\n".join(output.splitlines()[-60:]), flush=True)
    for reason in sorted(skips):
        print(f"  skipped: {reason.strip()}")
    print(f"{totals[0]} passed, {totals[1]} failed" + (f", {totals[2]} skipped" if totals[2] else ""))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
