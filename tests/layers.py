"""The layers: which folder of src may include which, SDL only in platform, BLAS and the other libraries in one place.
The build enforces most of it (a folder has only the include paths of what it knows); this names the offender."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
KNOWS = {
    "base": [],
    "core": ["base"],
    "data": ["base"],
    "store": ["base", "core", "data"],
    "trace": ["base", "core"],
    "lesson": ["base", "core", "trace"],
    "ui": ["base"],
    "view": ["base", "core", "trace", "ui"],
    "platform": ["base", "ui"],
    "app": ["base", "core", "data", "store", "trace", "lesson", "ui", "view", "platform"],
    "cli": ["base", "core", "data", "store", "trace", "lesson", "ui", "view", "platform", "app"],
}
LIBRARIES = {  # header pattern -> files that may include it
    r"SDL.*": r"src/platform/.*",
    r"gif_lib\.h": r"src/platform/.*",
    r"fontconfig/.*": r"src/platform/.*",
    r"cblas\.h": r"src/core/[^/]*\.[ch]",
    r"jansson\.h": r"src/(data|store|cli)/.*|src/app/kept_[^/]*\.[ch]",
    r"md4c\.h": r"src/lesson/.*",
    r"utf8proc\.h": r"src/data/.*",
    r"csv\.h": r"src/data/.*",
    r"pthread\.h": r"src/base/thread\.c",
}
owner, faults, count = {}, [], 0
sources = sorted((ROOT / "src").rglob("*.[ch]"))
for path in sources:
    folder = path.relative_to(ROOT / "src").parts[0]
    if path.suffix == ".h":
        if path.name in owner:
            faults.append(f"{path.name} stands in two folders: {owner[path.name]} and {folder}")
        owner[path.name] = folder
for path in sources:
    folder = path.relative_to(ROOT / "src").parts[0]
    if folder not in KNOWS:
        continue
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
        if not found:
            continue
        count += 1
        where = f"{path.relative_to(ROOT)}:{number}"
        to = owner.get(pathlib.PurePath(found[1]).name)
        if to and to != folder and to not in KNOWS[folder]:
            faults.append(f"{where}: {folder} may not know {to} ({found[1]})")
        for header, allowed in LIBRARIES.items():
            if re.fullmatch(header, found[1]) and not re.fullmatch(allowed, str(path.relative_to(ROOT))):
                faults.append(f"{where}: {found[1]} belongs to {allowed}")
        if found[1] == "cblas.h":
            owner.setdefault("#blas", []).append(str(path.relative_to(ROOT)))
if len(owner.get("#blas", [])) > 1:
    faults.append("cblas.h is included by more than one file: " + ", ".join(owner["#blas"]))
if count < 100:
    faults.append(f"only {count} includes were found: is {ROOT} the project?")
print("1..1")
for fault in faults:
    print("#", fault)
print("not ok 1 - layers" if faults else f"ok 1 - layers ({count} includes)")
sys.exit(1 if faults else 0)
