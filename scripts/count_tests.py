"""Counts the tests that meson ran: every "ok" and "not ok" line of a test program is one; a program without such lines
is one. A program that failed without a "not ok" line counts as one failure."""
import json
import os
import re
import sys

passed = failed = 0
for path in sys.argv[2:]:
    if not os.path.exists(path):
        continue
    for line in open(path, encoding="utf-8"):
        test = json.loads(line)
        out = test.get("stdout", "")
        ok = len(re.findall(r"^ok \d+", out, re.M))
        skipped = len(re.findall(r"^not ok \d+ # SKIP", out, re.M))
        bad = len(re.findall(r"^not ok \d+", out, re.M)) - skipped
        result = test["result"]
        if result in ("SKIP",):
            continue
        good = result in ("OK", "EXPECTEDFAIL")
        passed += ok if ok or bad else int(good)
        failed += bad if bad else int(not good)
if sys.argv[1] != "0" and failed == 0:
    failed = 1
if passed == 0:
    failed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
