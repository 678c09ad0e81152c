#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Findings must not depend on who compiled them: tests/same_bytes.cc is built from src/geo and src/track by two
compilers, without and with optimisation, run with one and with two threads, and must print one digest each time.

The last line printed is "N passed, M failed". Objects are kept in build/same_bytes and made again when a source changed.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TOP / "build/same_bytes"
VARIANTS = [(compiler, level) for compiler in ("g++-12", "clang++-19") for level in ("-O0", "-O3")]
FLAGS = ["-std=c++20", "-ffp-contract=off", "-fno-math-errno", "-Isrc", "-DFMT_SHARED"]
BASE = ["check", "result", "text", "time"]


def sources():
    files = [TOP / f"src/base/{name}.cc" for name in BASE]
    for folder in ("src/geo", "src/track"):
        files += [p for p in sorted((TOP / folder).rglob("*.cc")) if not p.stem.endswith(("_test", "_fuzz", "_main"))]
    return files + [TOP / "tests/same_bytes.cc"]


def newest_header():
    return max(p.stat().st_mtime for folder in ("base", "geo", "track") for p in (TOP / "src" / folder).rglob("*.h"))


def compile_one(compiler, level, source, target, headers):
    if target.exists() and target.stat().st_mtime > max(source.stat().st_mtime, headers):
        return ""
    ccache = ["ccache"] if shutil.which("ccache") else []
    command = [*ccache, compiler, *FLAGS, level, "-c", str(source.relative_to(TOP)), "-o", str(target)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=600,
                          env={**os.environ, "CCACHE_BASEDIR": str(TOP), "CCACHE_NOHASHDIR": "1"})
    return "" if done.returncode == 0 else f"{compiler} {level} {source.name}: {done.stderr[-2000:]}"


def main():
    headers = newest_header()
    work, programs = [], {}
    for compiler, level in VARIANTS:
        if not shutil.which(compiler):
            print(f"  skipped: {compiler} is not installed")
            continue
        folder = FOLDER / f"{compiler}{level}"
        folder.mkdir(parents=True, exist_ok=True)
        objects = [(source, folder / ("_".join(source.relative_to(TOP).with_suffix(".o").parts))) for source in sources()]
        work += [(compiler, level, source, target, headers) for source, target in objects]
        programs[compiler, level] = (folder / "same_bytes", [str(target) for _, target in objects])
    # Each compiles on its own; two at a time.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(lambda arguments: compile_one(*arguments), work) if fault]
    if faults:
        print("\n".join(faults))
        print(f"0 passed, {len(faults)} failed")
        return 1
    digests = {}
    for (compiler, level), (program, objects) in programs.items():
        subprocess.run([compiler, *objects, "-o", str(program), "-lfmt", "-lpthread"], check=True, timeout=120)
        for threads in (1, 2):
            done = subprocess.run([str(program), str(threads)], capture_output=True, text=True, timeout=300)
            digests[f"{compiler} {level}, {threads} threads"] = done.stdout.strip() if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}"
    answers = list(digests.values())
    usual = max(set(answers), key=answers.count)
    failed = sum(answer != usual or len(answer) != 16 for answer in answers)
    for name, digest in digests.items():
        print(f"  {'✓' if digest == usual and len(digest) == 16 else '✗'} {name}: {digest}")
    print(f"{len(answers) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
