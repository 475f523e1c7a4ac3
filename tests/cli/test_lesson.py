"""`unroll lesson` for teachers: lessons of one's own, new, check with all that is wrong, hand-outs. Prints TAP."""
import base64
import html.parser
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

from tap import run_all, test

UNROLL, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])


def run(*words, home=None, **options):
    environment = dict(os.environ, XDG_CONFIG_HOME=str(home)) if home else None
    return subprocess.run([UNROLL, *map(str, words)], capture_output=True, text=True, timeout=120, env=environment, **options)


def ok(*words, **options):
    result = run(*words, **options)
    assert result.returncode == 0, f"{words}: status {result.returncode}: {result.stderr}"
    return result


def write(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


@test
def a_new_lesson_works_as_written():
    with tempfile.TemporaryDirectory() as home:
        made = json.loads(ok("lesson", "new", "cats-and-dogs", "--json", home=home).stdout)
        path = pathlib.Path(made["file"])
        assert path == pathlib.Path(home) / "unroll" / "lessons" / "cats-and-dogs.md", made
        assert made["title"] == "Cats and dogs" and made["number"] == 100, made
        checked = ok("lesson", "check", "cats-and-dogs", home=home)
        assert checked.stderr == "", checked.stderr
        assert "cats-and-dogs: every part plays to its end" in checked.stdout
        again = run("lesson", "new", "cats-and-dogs", home=home)
        assert again.returncode == 1 and "expected a new id" in again.stderr
        second = json.loads(ok("lesson", "new", "--title", "The price: loss, again!", "--json", home=home).stdout)
        assert second["id"] == "the-price-loss-again" and second["number"] == 101, second
        text = path.read_text()
        assert "@" not in text, "a mark of the template was left"
        for kind in ["goal: past", "goal: choice", "goal: timestep", "goal: number"]:
            assert kind in text, kind
        tasks = re.findall(r"```task\n(.*?)```", text, re.S)
        assert len(tasks) == 4 and all(task.count("\nhint:") == 2 for task in tasks)
        listed = json.loads(ok("lesson", "list", "--json", home=home).stdout)["lessons"]
        own = [lesson for lesson in listed if lesson["own"]]
        assert [lesson["id"] for lesson in own] == ["cats-and-dogs", "the-price-loss-again"], own
        assert [lesson["own"] for lesson in listed] == sorted(lesson["own"] for lesson in listed)


@test
def new_never_writes_over_a_file():
    with tempfile.TemporaryDirectory() as home:
        path = write(home, "mine.md", "mine")
        result = run("lesson", "new", "x", "--out", path, home=home)
        assert result.returncode == 1 and "left as it is" in result.stderr
        assert path.read_text() == "mine"
        for words in [["Bad Id"], ["x", "--title", "a $b$"], ["x", "--out", "x.txt"]]:
            assert run("lesson", "new", *words, home=home).returncode == 2, words
        assert sorted(os.listdir(home)) == ["mine.md"]


FAULTY = """# Title

```lesson
id: faulty
number: 200
colour: red
lock: modell
```

## One $\\foo{x}$

Text with a [link](x).

Text with $\\bar$.

```scene
data: dinosaurs.txt
word: rex
units: 4
cel: rnn
seed: minus
```

```task
text: Text.
goal: unit 9
choice: a
wy: b
solve: unit 1
```

## Two

Words.

```scene
units: 4
goto: forward t=99
```

```expect
gate_f t=1 norm > 3
y_hat t=1 sum = 1
```

```task
text: go
goal: unit 9
solve: unit 9
```

## Three

Words.

```scene
goto: start
```

```expect
loss t=1 < 0
loss t=1 > 0
loss t=2 < 0
```

```task
text: go
goal: unit 2
solve: unit 1
```

## Four

Words.

```task
text: go
goal: unit 2
solve: unit 3
```
"""


@test
def check_tells_all_that_is_wrong():
    with tempfile.TemporaryDirectory() as home:
        path = write(home, "faulty.md", FAULTY)
        result = run("lesson", "check", path, home=home)
        assert result.returncode == 1 and result.stdout == "", result.stdout
        lines = result.stderr.splitlines()
        found = [re.match(rf"unroll: {re.escape(str(path))}:(\d+):(\d+): (.*)", line) for line in lines[:-1]]
        assert all(found), result.stderr
        places = [(int(match[1]), int(match[2])) for match in found]
        wanted = [(6, 1), (7, 7), (10, 9), (12, 13), (14, 12), (20, 1), (21, 7), (28, 1), (38, 15), (42, 1), (48, 12),
                  (49, 13), (61, 1), (63, 1), (69, 8), (79, 8)]
        assert places == wanted, places
        assert all("expected" in match[3] for match in found), result.stderr
        assert lines[-1] == f"{len(wanted)} problems and 0 warnings; 1 of 1 lesson failed", lines[-1]
        told = json.loads(run("lesson", "check", path, "--json", home=home).stdout)
        assert not told["passed"] and told["errors"] == len(wanted)
        problems = told["lessons"][0]["problems"]
        assert [(p["line"], p["column"]) for p in problems] == wanted
        assert not any(p["warning"] for p in problems)


@test
def long_texts_are_warned_of():
    with tempfile.TemporaryDirectory() as home:
        good = json.loads(ok("lesson", "new", "long", "--json", home=home).stdout)["file"]
        text = pathlib.Path(good).read_text()
        text = text.replace("The loss of a timestep", "word " * 90 + "The loss of a timestep")
        text = text.replace("text: Run the first", "text: " + "word " * 30 + "Run the first")
        text = text.replace("# lock: model, data, seed", "lock: data")
        text = text.replace("goal: past forward t=2", "goal: word").replace("solve: goto forward t=2", "solve: word dino")
        pathlib.Path(good).write_text(text)
        result = ok("lesson", "check", "long", home=home)
        warnings = [line for line in result.stderr.splitlines() if line.startswith("warning: ")]
        assert len(warnings) == 3, result.stderr
        assert "expected at most 30 words in the text of a task, found 3" in warnings[0], warnings
        assert 'while "data" is locked' in warnings[1], warnings
        assert "expected at most 90 words in the text of a part, found 10" in warnings[2], warnings


@test
def dead_links_are_told():
    with tempfile.TemporaryDirectory() as home:
        path = pathlib.Path(json.loads(ok("lesson", "new", "links", "--json", home=home).stdout)["file"])
        text = path.read_text().replace("goto: loss\n", "goto: loss\nterms: no-such-term, hidden-state, neither\n")
        text = text.replace("data: dinosaurs.txt", "data: no-such-file.txt")
        path.write_text(text)
        lines = run("lesson", "check", path, home=home).stderr.splitlines()
        number = text.splitlines().index("terms: no-such-term, hidden-state, neither") + 1
        assert any(f":{number}:8: " in line and '"no-such-term"' in line for line in lines), lines
        assert any(f":{number}:36: " in line and '"neither"' in line for line in lines), lines
        assert any("no-such-file.txt" in line for line in lines), lines


@test
def broken_lessons_do_not_stop_the_others():
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home) / "mine"
        folder.mkdir()
        write(folder, "faulty.md", FAULTY)
        write(folder, "clash.md", (ROOT / "lessons" / "03-forward-pass.md").read_text())
        ok("lesson", "new", "good", "--lessons", folder, home=home)
        listed = json.loads(ok("lesson", "list", "--lessons", folder, "--json", home=home).stdout)["lessons"]
        own = {lesson["id"]: lesson for lesson in listed if lesson["own"]}
        assert own["faulty"]["broken"] and ":6:1: expected" in own["faulty"]["what"], own
        assert own["forward-pass"]["broken"] and ":4:5: expected an id of its own" in own["forward-pass"]["what"], own
        assert not own["good"]["broken"]
        assert "cannot be opened" in ok("lesson", "list", "--lessons", folder, home=home).stdout
        result = run("lesson", "check", "--lessons", folder, home=home)
        assert result.returncode == 1
        assert "good: every part plays to its end" in result.stdout and "forward-pass: every part" in result.stdout
        assert "clash.md:4:5: expected an id of its own" in result.stderr
        missing = run("lesson", "list", "--lessons", folder / "none", home=home)
        assert missing.returncode == 1 and missing.stdout == "", missing


class Page(html.parser.HTMLParser):
    """Elements that are open must be closed in order; pictures and texts are kept."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.sections, self.seen = [], [], [], []
        self.feed(text)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.seen.append((tag, attributes))
        if tag == "img":
            self.images.append(attributes)
        if tag == "section":
            self.sections.append(attributes["class"])
        if tag not in ("img", "meta", "mspace"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}"
        self.open.pop()


@test
def a_handout_is_one_whole_page():
    with tempfile.TemporaryDirectory() as home:
        out = pathlib.Path(home) / "h.html"
        made = json.loads(ok("lesson", "handout", "forward-pass", "--out", out, "--json", home=home).stdout)
        text = out.read_text(encoding="utf-8")
        page = Page(text)
        lesson = (ROOT / "lessons" / "03-forward-pass.md").read_text()
        parts = re.findall(r"^## ", lesson, re.M)
        assert page.sections == ["part first"] + ["part"] * (len(parts) - 1) + ["answers"], page.sections
        assert made["parts"] == len(parts) == len(page.images)
        for image in page.images:
            kind, data = image["src"].split(",", 1)
            assert kind == "data:image/png;base64" and image["alt"]
            picture = base64.b64decode(data, validate=True)
            assert picture.startswith(b"\x89PNG") and picture.rstrip().endswith(b"IEND\xaeB`\x82")
        assert not any("href" in attributes for _, attributes in page.seen) and "http" not in text
        assert "@page{size:A4" in text and "break-before:page" in text
        formulas = re.findall(r"<math.*?</math>", text, re.S)
        assert len(formulas) > 20
        for formula in formulas:
            tree = xml.fromstring(formula)
            children = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}
            for node in tree.iter():
                assert node.tag in {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", *children}, node.tag
                assert len(node) == children.get(node.tag, len(node)), formula
        for hint in re.findall(r"^hint: (.*)$", lesson, re.M):  # not on the pages of the tasks
            plain = hint.split("$")[0].split("`")[0].strip()
            if len(plain) > 25:
                assert plain not in text.split('class="answers"')[0], plain


@test
def answers_are_the_networks():
    with tempfile.TemporaryDirectory() as home:
        lesson = write(home, "x.md", """# Answers

```lesson
id: answers
number: 300
```

## One

```scene
data: dinosaurs.txt
word: rex
units: 4
seed: 3
goto: loss
```

Text.

```task
text: How large?
goal: number loss t=2
tolerance: 5%
then: So it is.
solve: answer
```

```task
text: Which?
goal: choice
choice: no
why: Not so.
right: yes & no
why: Because.
solve: choose
```

```task
text: Select.
goal: timestep loss argmax
solve: timestep loss argmax
```
""")
        out = pathlib.Path(home) / "x.html"
        ok("lesson", "handout", lesson, "--out", out, home=home)
        head, answers = out.read_text(encoding="utf-8").split('<section class="answers">')
        items = re.findall(r"<li>(.*?)</li>", answers)
        trace = pathlib.Path(home) / "t.safetensors"
        ok("trace", "--data", ROOT / "assets" / "dinosaurs.txt", "--word", "rex", "--cell", "rnn", "--hidden", 4, "--seed", 3,
           "--steps", 0, "--out", trace)
        raw = trace.read_bytes()
        size = int.from_bytes(raw[:8], "little")
        where = json.loads(raw[8:8 + size])["forward/loss"]

        start, end = where["data_offsets"]
        losses = struct.unpack(f"<{(end - start) // 8}d", raw[8 + size + start:8 + size + end])
        number = re.match(r"It is ([0-9.]+)\. So it is\.", items[0])
        assert number and abs(float(number[1]) - losses[1]) < 0.006, (items[0], losses)
        assert items[1].startswith("<strong>B</strong> yes &amp; no. Because"), items[1]
        assert items[2].startswith(f"<strong>Timestep {losses.index(max(losses)) + 1}.</strong>"), (items[2], losses)
        assert "Because" not in head and "So it is" not in head
        assert head.count('class="box"') == 2 and head.count('class="line') == 2
        ok("lesson", "handout", lesson, "--out", out, "--no-answers", home=home)
        assert 'class="answers"' not in out.read_text(encoding="utf-8")


@test
def a_handout_is_saved_whole_or_not_at_all():
    with tempfile.TemporaryDirectory() as home:
        faulty = write(home, "faulty.md", FAULTY)
        out = pathlib.Path(home) / "h.html"
        out.write_text("before")
        assert run("lesson", "handout", faulty, "--out", out, home=home).returncode == 1
        assert run("lesson", "handout", "forward-pass", "--out", pathlib.Path(home) / "none" / "h.html", home=home).returncode == 1
        assert run("lesson", "handout", "forward-pass", "--out", pathlib.Path(home) / "h.pdf", home=home).returncode == 2
        assert out.read_text() == "before"
        assert sorted(os.listdir(home)) == ["faulty.md", "h.html"]


@test
def locked_wants_a_lesson():
    result = run("--locked", "--data", ROOT / "assets" / "dinosaurs.txt")
    assert result.returncode == 2 and "--locked" in result.stderr, result


run_all()
