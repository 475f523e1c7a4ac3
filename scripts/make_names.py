#!/usr/bin/env python3
"""Writes assets/names.conll and assets/names-at-once.ts, the sentences of lesson 1.

112 sentences of seven words. Each of 16 names stands once at each of the seven places, so a sentence that is kept
for validation has a name at a place where it never stood in training. The two files hold the same sentences in the same order:

  names.conll        a word a line with its tag, for a network that reads word by word
  names-at-once.ts   all seven one-hot vectors one behind the other, as one timestep, and what the name is

    scripts/make_names.py [FOLDER]
"""

import pathlib
import sys

PEOPLE = "anna emma george henry john lucy mary peter".split()
PLACES = "athens cairo london madrid oslo paris rome vienna".split()
# One sentence for each place where the name (*) can stand; it fits a person and a place alike.
SENTENCES = [
    "* was nice to us last year",
    "and * was so nice to us",
    "last year * was nice to us",
    "we all saw * again last year",
    "last year we saw * again too",
    "we were all fond of * too",
    "last year we were fond of *",
]


def sentences():
    # Of two neighbours one is a person and one is a place, and the words before the name change from line to line.
    for k in range(len(PEOPLE)):
        for names, tag in ((PEOPLE, "PER"), (PLACES, "LOC")):
            for place, sentence in enumerate(SENTENCES):
                name = names[(k + place) % len(names)]
                yield [(name, tag) if word == "*" else (word, None) for word in sentence.split()]


def write_conll(path, rows):
    lines = ["".join(f"{word}\t{'B-' + tag if tag else 'O'}\n" for word, tag in row) for row in rows]
    path.write_text("\n".join(lines))


def write_at_once(path, rows):
    words = sorted({word for row in rows for word, _ in row})
    lines = [
        "@problemName names-at-once",
        "@timestamps false",
        "@univariate false",
        f"@dimensions {len(SENTENCES) * len(words)}",
        "@equalLength true",
        "@seriesLength 1",
        "@classLabel true person place",
        "@data",
    ]
    for row in rows:
        ones = ["1" if word == other else "0" for word, _ in row for other in words]
        label = next(tag for _, tag in row if tag)
        lines.append(":".join(ones + ["person" if label == "PER" else "place"]))
    path.write_text("\n".join(lines) + "\n")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "assets")
    rows = list(sentences())
    assert len({tuple(word for word, _ in row) for row in rows}) == len(rows)
    write_conll(folder / "names.conll", rows)
    write_at_once(folder / "names-at-once.ts", rows)


main()
