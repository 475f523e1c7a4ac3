"""docs/course-map.md against the lessons: parts that are named exist, with their titles, and every part is named."""
import glob
import os
import re
import sys

root = os.environ["SOURCE_ROOT"]
lessons = {}
for path in glob.glob(f"{root}/lessons/*.md"):
    text = open(path, encoding="utf-8").read()
    number = int(re.search(r"^number: (\d+)", text, re.M)[1])
    lessons[number] = (re.search(r"^# (.*)", text, re.M)[1], re.findall(r"^## (.*)", text, re.M))

table = open(f"{root}/docs/course-map.md", encoding="utf-8").read()
headings = dict((int(n), title) for n, title in re.findall(r"^## (\d+) (.*)$", table, re.M))
named = set()
wrong = [f"lesson {n}: its heading is {headings.get(n)!r}, not {title!r}" for n, (title, _) in lessons.items() if headings.get(n) != title]
for line in table.splitlines():
    row = re.match(r"\| (.+) \| ([^|]+) \|$", line)
    places = re.findall(r"\b(\d+)\.(\d+)(?: to (?:(\d+)\.)?(\d+)|-(\d+)\.(\d+))?", row[2]) if row else []
    for lesson, first, _, last, _, last_ in places:
        for part in range(int(first), int(last or last_ or first) + 1):
            named.add((int(lesson), part))
            if part > len(lessons.get(int(lesson), ("", []))[1]):
                wrong.append(f"{lesson}.{part} does not exist: {row[1]}")
for lesson, (_, parts) in lessons.items():
    for k, title in enumerate(parts):
        if f"{lesson}.{k + 1} {title}" not in table:
            wrong.append(f"{lesson}.{k + 1} is called {title!r}")
        if (lesson, k + 1) not in named:
            wrong.append(f"{lesson}.{k + 1} {title} is in no row")

print("1..1")
for line in wrong:
    print("#", line)
print("not ok 1 - course_map" if wrong else "ok 1 - course_map")
sys.exit(1 if wrong else 0)
