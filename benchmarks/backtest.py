# SPDX-License-Identifier: Apache-2.0
"""P15: how long a backtest of one changed threshold takes over stored orders, facts kept from an earlier run. Orders go the
real way once: simulate, import, facts from the log; then the program is started anew for every round. The answer must be
the same every time. --large takes the 1.5 million orders of the goal (about 6 GB on disk, up to an hour to prepare)."""
import argparse
import json
import re
import statistics
import subprocess
import time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
goal_s = 3.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,500,000 orders instead of 50,000")
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=Path, default=root / "build/release/bin/ningyi")
    parser.add_argument("--folder", type=Path, default=root / "build/bench")
    options = parser.parse_args()
    orders = 1_500_000 if options.large else options.orders
    bundle, store = options.folder / f"stored-{orders}-{options.seed}", options.folder / f"store-{orders}-{options.seed}"
    if not (store / "ready").exists():
        options.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([options.program, "simulate", "--orders", str(orders), "--days", "366", "--seed", str(options.seed), "--without-fixes",
                        "--out", bundle], check=True, cwd=root)
        done = subprocess.run([options.program, "import", bundle, "--store", store], cwd=root, check=False)
        assert done.returncode in (0, 3), done.returncode
        (store / "ready").touch()
    path = "home_care/params/location.yaml"
    text = (root / "packs" / path).read_text(encoding="utf-8")
    block = re.search(r"- param: home_care\.checkin_radius.*?(?=\n- param:|\Z)", text, re.S).group(0)
    row = [line for line in block.splitlines() if "value:" in line and "scope" not in line][-1]
    proposed = options.folder / "proposed" / path
    proposed.parent.mkdir(parents=True, exist_ok=True)
    proposed.write_text(text.replace(row, re.sub(r"value: \w+", "value: 500m", row)), encoding="utf-8")
    command = [options.program, "backtest", "--store", store, "--rules", options.folder / "proposed", "--json"]
    first = time.monotonic()
    answers = {json.loads(subprocess.run(command, check=True, capture_output=True, cwd=root).stdout)["digest"]}
    print(f"with facts from the log where they were not kept: {time.monotonic() - first:.1f} s")
    seconds = []
    for _ in range(options.rounds):
        start = time.monotonic()
        result = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=root).stdout)
        seconds.append(time.monotonic() - start)
        assert result["from_cache"], "the facts were not kept"
        answers.add(result["digest"])
    assert len(answers) == 1, answers
    median = statistics.median(seconds)
    moved = sum(rule["caught_count"] + rule["lost_count"] for rule in result["rules"])
    print(f"P15 backtest of one threshold, {orders} orders, {len(result['rules'])} rules differ, {moved} hits moved: "
          f"{median:.2f} s wall (from {min(seconds):.2f} to {max(seconds):.2f}, {options.rounds} runs), goal {goal_s} s at 1,500,000")


if __name__ == "__main__":
    main()
