#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what docs/first-rule.md and its English twin say, step by step, and compares what they promise."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
NINGYI = os.environ.get("NINGYI", str(TOP / "build/release/bin/ningyi"))
RULE = "HC-TIM-90"
results = []


def ningyi(*words, cwd=TOP):
    done = subprocess.run([NINGYI, *map(str, words)], cwd=cwd, capture_output=True, timeout=300,
                          env={**os.environ, "LANG": "zh_CN.UTF-8"})
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def holds(name, condition, seen=""):
    results.append(bool(condition))
    if not condition:
        print(f"✗ {name}\n{seen}")


def blocks(page):
    """The texts of the page's YAML blocks, in order: parameter, rule, further tests."""
    return re.findall(r"^```yaml [^\n]*\n(.*?)^```$", (TOP / "docs" / page).read_text(), re.M | re.S)


def gate_of(folder):
    _, out = ningyi("check", folder / "packs", "--json")
    return next(one for one in json.loads(out)["rules"] if one["rule"] == RULE)


def follow(page):
    parameter, rule, tests = blocks(page)
    promised = (TOP / "docs" / page).read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(TOP / "packs", folder / "packs")
        for lock in folder.glob("packs/*/lock.json"):
            lock.unlink()
        file = folder / f"packs/home_care/rules/tim/{RULE}.yaml"
        draft = re.search(rf"^\$ ningyi rule new {RULE} (.*)$", promised, re.M).group(1)
        words = [a or b or c for a, b, c in re.findall(r"'([^']*)'|\"([^\"]*)\"|(\S+)", draft)]
        status, out = ningyi("rule", "new", RULE, *words, cwd=folder)
        holds(f"{page}: the draft is written", status == 0 and file.exists(), out)
        (folder / "packs/home_care/params/local.yaml").write_text(parameter)
        file.write_text(rule)
        status, out = ningyi("rule", "test", RULE, cwd=folder)
        holds(f"{page}: the first tests pass", status == 0 and f"✓ {RULE}  测试通过 2，失败 0；生成的检查 13" in out, out)
        gate = json.dumps(gate_of(folder), ensure_ascii=False)
        _, out = ningyi("check", "packs", cwd=folder)
        for line in ("条件 too_long 从未不明", "例外 live_in 从未为真", "没有测试得到 exempt"):
            holds(f"{page}: the gate says {line}", line in out, out[-3000:])
        file.write_text(rule + tests)
        _, out = ningyi("check", "packs", cwd=folder)
        alive = re.findall(r"变异存活：(.*)", out)
        holds(f"{page}: one mutant is left", alive == ["needs order.served: dropped"], str(alive) + gate)
        file.write_text((rule + tests).replace("needs: [order.served]\n", ""))
        status, out = ningyi("check", "packs", cwd=folder)
        line = next((one for one in out.splitlines() if one.startswith(RULE)), "")
        holds(f"{page}: the rule passes the gate",
              status == 0 and re.search(r"7 +12 +17/17 +10/10 +19/2000 .*✓", line), out[-3000:])
    return folder


def backtest():
    """The last step: no hit at six hours, 366 at 110 minutes."""
    parameter, rule, tests = blocks("first-rule.md")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(TOP / "packs", folder / "packs")
        for lock in folder.glob("packs/*/lock.json"):
            lock.unlink()
        (folder / f"packs/home_care/rules/tim/{RULE}.yaml").write_text(
            (rule + tests).replace("needs: [order.served]\n", ""))
        ningyi("simulate", "--orders", "2000", "--seed", "7", "--without-fixes", "--out", "district", cwd=folder)
        status, out = ningyi("audit", "district", "--out", "report", "--packs", TOP / "packs", cwd=folder)
        holds("the district is audited", status == 0, out)
        for value, words in (("6h", "命中 0 → 0：新命中 0"), ("110min", "命中 0 → 366：新命中 366")):
            (folder / "packs/home_care/params/local.yaml").write_text(parameter.replace("6h", value))
            status, out = ningyi("backtest", "--store", "report/store", "--packs", TOP / "packs", "--rules", "packs",
                                 "--out", "difference", cwd=folder)
            holds(f"the backtest at {value} says what the page says",
                  status == 0 and words in out and "精准率无从说起" in out, out)


def main():
    zh, en = blocks("first-rule.md"), blocks("first-rule.en.md")
    holds("both pages write the same rule", zh == en and len(zh) == 3)
    follow("first-rule.md")
    backtest()
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
