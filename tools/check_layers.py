#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the laws that includes and names can break: src/DEPENDS, src/THIRD_PARTY, and that the core names no domain.

Prints each break as file:line: what, and exits with 1 when there is any.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
SRC = TOP / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
# Words of packs that are also plain words of programs; everything else of a pack's model may not stand in a string of src/.
PLAIN = set("name kind at from to level item reason value fixes place status unit price evidence mode area received "
            "source device elder order agency caregiver carrier outage stay assessment register account "
            "claimed address home reference levels always".split())
# Fields of public formats that packs happen to use too; src/wire may name them.
OF_FORMATS = {"device_id"}


def read_depends():
    direct = {}
    for line in (SRC / "DEPENDS").read_text().splitlines():
        match = re.match(r"^([a-z/]+):\s*(.*)$", line)
        if match:
            direct[match.group(1)] = match.group(2).split()
    reach = {}

    def all_of(folder):
        if folder not in reach:
            reach[folder] = set()
            for other in direct.get(folder, []):
                reach[folder] |= {other} | all_of(other)
        return reach[folder]

    return {folder: all_of(folder) | {folder} for folder in direct}


def read_third_party():
    table = []
    for line in (SRC / "THIRD_PARTY").read_text().splitlines():
        if line and not line.startswith("#"):
            prefix, files, _ = (part.strip() for part in line.split("|"))
            table.append((prefix, files.split()))
    return table


def pack_names():
    """Names of entities, fields, events and rules that packs declare: {name}."""
    names = set()
    for path in TOP.glob("packs/*/model/*.yaml"):
        for line in path.read_text().splitlines():
            match = re.match(r"^\s+([a-z_][a-z0-9_.]*):", line)
            if match:
                names.add(match.group(1))
    for path in TOP.glob("packs/*/rules/*/*.yaml"):
        names.add(path.stem)
    structure = set("title key time date scope fields entities events subject body required late key_of key_by_month type "
                    "zh en values ref derive of lead tail territory agency max file track words".split())
    return {name for name in names if name not in structure and name not in PLAIN and len(name) > 3}


def folder_of(path, depends):
    relative = path.relative_to(SRC).parent.as_posix()
    while relative not in depends and "/" in relative:
        relative = relative.rsplit("/", 1)[0]
    return relative


def third_party_break(header, path, table):
    relative = path.relative_to(SRC).as_posix()
    for prefix, files in table:
        if not header.startswith(prefix):
            continue
        for allowed in files:
            pattern = allowed.replace("*/", "(.*/)?").replace("*_", ".*_").replace(".h", r"\.h")
            if relative == allowed or re.fullmatch(pattern, relative):
                return None
        return f"<{header}> may be named only in {' '.join(files)}"
    return None


def main():
    depends, table, names = read_depends(), read_third_party(), pack_names()
    breaks = []
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        where = path.relative_to(TOP)
        lines = path.read_text().splitlines()
        is_test = re.search(r"_(test|fuzz|main)\.cc$", path.name) or path.name.endswith("_suite.h") or \
            path.name.startswith("test_") or "oracle" in path.name
        if not lines or "SPDX-License-Identifier: Apache-2.0" not in lines[0]:
            breaks.append(f"{where}:1: the licence line is missing")
        if path.suffix == ".h" and "#pragma once" not in lines:
            breaks.append(f"{where}:1: #pragma once is missing")
        folder = folder_of(path, depends)
        if folder not in depends:
            breaks.append(f"{where}:1: the folder {folder} has no line in src/DEPENDS")
            continue
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                header = match.group(2)
                if match.group(1) == '"' and "/" in header:
                    target = header.rsplit("/", 1)[0]
                    while target not in depends and "/" in target:
                        target = target.rsplit("/", 1)[0]
                    if target in depends and target not in depends[folder] and not is_test:
                        breaks.append(f"{where}:{number}: {folder} may not include {header} (src/DEPENDS)")
                    continue
                problem = third_party_break(header, path, table)
                if problem:
                    breaks.append(f"{where}:{number}: {problem}")
                continue
            if is_test or line.lstrip().startswith("//"):
                continue
            for text in STRING.findall(re.sub(r"\s//\s.*$", "", line)):
                if text in names and not (folder == "wire" and text in OF_FORMATS):
                    breaks.append(f'{where}:{number}: the core names "{text}", a word of a pack')
    for problem in breaks:
        print(problem)
    return 1 if breaks else 0


if __name__ == "__main__":
    sys.exit(main())
