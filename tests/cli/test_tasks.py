"""Every built-in task: a short training, with the task's own network, beats what one has without learning anything; its
story is told; `trace` opens it with the small network that it brings. Levels in full: bench/results. Prints TAP."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from tap import run_all, test

UNROLL = sys.argv[1]
# The task, updates, and what guessing reaches: the share of right answers, or of `loss` the loss. Where whole sequences
# are counted the answers are looked at one by one here.
SHORT = {
    "adding:T=10": (300, 1 / 6), "anbncn:n=5": (300, 0.5), "copy:T=2": (300, 10 * 2.0794 / 22), "echo:T=12,delay=2": (300, 0.25),
    "parity:T=6": (500, 0.55), "reber": (200, 0.4), "sine:T=30": (300, 0.07), "sums": (300, 0.3), "one": (300, 0.1),
    "sines": (300, 0.87), "codons": (400, 0.35), "promoter": (400, 0.6), "dates": (300, 0.45), "french": (200, 0.45),
    "sentiment": (100, 0.3), "agreement": (300, 0.6), "entities": (100, 0.7), "pear": (100, 3.35),
    "speech": (150, 0.1), "speech:spell=1": (300, 0.4), "music": (200, 3.3), "video": (100, 0.25),
}


def report(*words):
    done = subprocess.run([UNROLL, *map(str, words), "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{words}: status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def known():
    done = subprocess.run([UNROLL, "data", "--task", "?"], capture_output=True, text=True)
    return done.stderr.split("there are ")[1].strip().split(", ")


def shapes(path):
    raw = pathlib.Path(path).read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    return {name: what["shape"] for name, what in json.loads(raw[8 : 8 + size]).items() if name != "__metadata__"}


@test
def all_tasks_are_here():
    assert sorted(known()) == sorted({words.split(":")[0] for words in SHORT}), known()


@test
def a_task_tells_its_story():
    for words in SHORT:
        task = report("data", "--task", words)["task"]
        assert task["id"] == words.split(":")[0] and task["title"] and task["story"].endswith((".", "?")), task
        told = subprocess.run([UNROLL, "data", "--task", words], capture_output=True, text=True).stdout
        assert task["story"] in told and task["level"] > 0 and task["level_note"], told


@test
def a_short_training_beats_guessing():
    for words, (steps, guess) in SHORT.items():
        found = report("train", "--task", words, "--steps", steps, "--schedule", "constant", "--seed", 4)
        if found["task"]["measure"] == "loss":
            assert found["validation_loss"] < 0.8 * guess, (words, found)
        else:
            assert found["validation_accuracy"] > guess + 0.1, (words, found)


@test
def sequences_are_seen_to_be_right_or_wrong():
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder, "m.safetensors")
        found = report("train", "--task", "entities", "--steps", 200, "--out", model)["task"]
        assert 0.3 < found["value"] <= 1, found
        assert report("eval", model, "--task", "entities", "--seed", 9)["sequence_accuracy"] > 0.3  # the same words in the same order
        near = pathlib.Path(folder, "near.safetensors")
        assert report("train", "--task", "agreement:gap=8", "--out", near)["task"]["reached"]
        assert report("eval", near, "--task", "agreement:gap=12")["accuracy"] > 0.8  # a longer gap, the same vocabulary


@test
def pear_salad_is_likelier_than_pair_salad():
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder, "m.safetensors")
        report("train", "--task", "pear", "--out", model)
        right, wrong = (report("eval", model, "--sentence", f"the apple and {word} salad is sweet")["log_probability"] for word in ("pear", "pair"))
        assert right > wrong + 3, (right, wrong)
        right, wrong = (report("eval", model, "--sentence", f"she bought a {word} of red shoes")["log_probability"] for word in ("pair", "pear"))
        assert right > wrong + 3, (right, wrong)


@test
def trace_opens_a_task_with_its_small_network():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "t.safetensors")
        for words, hidden, directions in [("sums", 16, 1), ("entities", 8, 2), ("one", 8, 1)]:
            report("trace", "--task", words, "--out", path)
            found = shapes(path)
            assert found["forward/l0/a"][-1] == hidden, (words, found["forward/l0/a"])
            assert any("reverse" in name for name in found) == (directions == 2), words
        report("trace", "--task", "sums", "--hidden", 5, "--steps", 0, "--out", path)  # what is said goes before
        assert shapes(path)["forward/l0/a"][-1] == 5


run_all()
