#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the C++ files that clang-format would change; exits with 1 when there are any."""
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
files = [str(p.relative_to(TOP)) for folder in ("src", "simulate", "benchmarks") for p in sorted((TOP / folder).rglob("*"))
         if p.suffix in (".h", ".cc")]
done = subprocess.run(["clang-format-19", "--dry-run", "--ferror-limit=1", "-Werror", *files], cwd=TOP, capture_output=True, text=True)
wrong = sorted({line.split(":", 1)[0] for line in done.stderr.splitlines() if "error:" in line})
for file in wrong:
    print(f"{file}: run clang-format-19 -i {file}")
sys.exit(1 if wrong or done.returncode not in (0, 1) else 0)
