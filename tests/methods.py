# SPDX-License-Identifier: Apache-2.0
"""Runs the tests that are methods of one object, as the test programs beside this file keep them."""
import sys
import tempfile
import traceback


def run_methods(make, program):
    """Every test_… of make(folder), or those whose name holds the word of the command line; the exit status.

    The last line printed is "N passed, M failed".
    """
    if not program.exists():
        print(f"{program} is missing: run ./test or ./run first")
        return 1
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="ningyi-test-") as folder:
        tests = make(folder)
        for name in sorted(n for n in dir(tests) if n.startswith("test_")):
            if len(sys.argv) > 1 and sys.argv[1] not in name:
                continue
            try:
                getattr(tests, name)()
                passed += 1
            except Exception:
                failed += 1
                print(f"{name}:")
                traceback.print_exc(limit=2, file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
