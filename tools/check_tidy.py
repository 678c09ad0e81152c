#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over every .cc file that changed since it was last clean; exits with 1 when anything is found.

A file counts as changed when its text, its own header or .clang-tidy changed. `check_tidy.py 1/2` takes the first half of the
files only, so that two can run at a time.
"""
import hashlib
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
STAMPS = TOP / "build/tidy"
BUILD = TOP / "build/dev"


def digest(*texts):
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def main():
    STAMPS.mkdir(parents=True, exist_ok=True)
    rules = (TOP / ".clang-tidy").read_bytes()
    files = [p for folder in ("src", "simulate") for p in sorted((TOP / folder).rglob("*.cc"))
             if not p.name.endswith(("_test.cc", "_fuzz.cc"))]
    part, of = (int(n) for n in (sys.argv[1] if len(sys.argv) > 1 else "1/1").split("/"))
    files = files[part - 1::of]
    changed = []
    for path in files:
        header = path.with_suffix(".h")
        mark = digest(rules, path.read_bytes(), header.read_bytes() if header.exists() else b"")
        stamp = STAMPS / path.relative_to(TOP).as_posix().replace("/", "_")
        if not stamp.exists() or stamp.read_text() != mark:
            changed.append((path, stamp, mark))
    bad = 0
    for path, stamp, mark in changed:
        done = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(BUILD), str(path)], cwd=TOP, capture_output=True, text=True)
        findings = [line for line in done.stdout.splitlines() if ": error:" in line or ": warning:" in line]
        if done.returncode == 0 and not findings:
            stamp.write_text(mark)
            continue
        bad += 1
        print("\n".join(line.replace(str(TOP) + "/", "") for line in findings) or done.stderr[-2000:])
    print(f"{len(files)} files, {len(changed)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
