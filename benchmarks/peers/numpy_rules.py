# SPDX-License-Identifier: Apache-2.0
"""numpy_rules.py FOLDER: the twenty rules of rules.cc as NumPy masks over whole columns, words as codes. One line of JSON."""
import json
import pathlib
import resource
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
words = json.loads((folder / "words.json").read_text())
code = {word: np.uint32(number) for number, word in enumerate(words)}
c = {}
for path in folder.iterdir():
    kind = {".i64": np.int64, ".u32": np.uint32, ".u8": np.bool_}.get(path.suffix)
    if kind is not None:
        c[path.stem] = np.fromfile(path, dtype=kind)
for name in ("billed", "tracked", "checkin_dist", "checkout_dist", "accuracy", "pay", "speed", "fixes", "gap", "day"):
    c[name] = c[name].astype(np.int32)


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


start = seconds()
done = c["status"] == code["completed"]
home = done & (c["mode"] == code["home"])
good = c["accuracy"] <= 100000
lasted = c["ended"] - c["started"]
clock = (c["started"] + 28800000) % 86400000
service = c["service"]
is_care = np.array([word.startswith("care_") for word in words])
rules = [
    home & (c["checkin_dist"] > 300000) & good,
    home & (c["checkout_dist"] > 500000) & good,
    done & (lasted < 1200000),
    home & (c["tracked"] * 10 < c["billed"] * 6),
    done & ((clock < 21600000) | (clock >= 79200000)),
    done & ((c["day"] + 3) % 7 >= 5) & ((service == code["repair"]) | (service == code["hair"]) | (service == code["shop"])) & (c["pay"] > 15000),
    done & (c["pay"] > 20000) & (lasted < 3600000),
    home & (c["speed"] > 30000),
    home & (c["gap"] > 1800000) & (c["fixes"] > 0),
    home & ((service == code["care_bath"]) | (service == code["care_meal"]) | (service == code["care_clean"])) & (c["tracked"] < 1500000),
    done & ~c["has_photo"] & (c["pay"] >= 18000),
    (c["status"] == code["cancelled"]) & c["is_paid"],
    done & ((c["checkin"] < c["started"] - 1800000) | (c["checkin"] > c["started"] + 1800000)),
    done & (c["checkout"] - c["checkin"] > c["billed"] + 3600000),
    (c["status"] != code["cancelled"]) & (c["caregiver"] == c["guardian"]),
    home & (c["fixes"] < 10) & (c["billed"] >= 3600000),
    home & ((c["area"] == code["a00001"]) | (c["area"] == code["a00003"])) & (c["checkin_dist"] > 1000000),
    done & (c["agency"] == code["g00007"]) & (c["pay"] > 15000),
    done & is_care[service] & (c["billed"] > 10200000),
    home & (((c["checkin_dist"] > 200000) & (c["checkout_dist"] > 200000)) | ((c["accuracy"] > 200000) & (c["fixes"] < 60))),
]
findings = [np.flatnonzero(mask) for mask in rules]
end = seconds()
total = sum(rule * 1000003 * len(found) + int(found.sum()) for rule, found in enumerate(findings))
print(json.dumps({"program": "NumPy", "rules_s": end - start, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                  "answers": {"findings": sum(map(len, findings)), "sum": total % 2**53}}))
