"""Known results of the literature that are quick to reach (all of them: bench/results), from the command line. Where
rounding may decide for one seed, most of a few have to get there. Prints TAP."""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

from tap import run_all, test

UNROLL = sys.argv[1]


def train(*words):
    done = subprocess.run([UNROLL, "train", *map(str, words), "--json"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{words}: status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


@test
def copy_memory_stays_on_its_plateau():
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log.jsonl")
        train("--task", "copy:T=20", "--seed", 1, "--hidden", 64, "--steps", 150, "--schedule", "constant", "--log", log)
        losses = [json.loads(line)["loss"] for line in open(log, encoding="utf-8")]
    mean = sum(losses[75:150]) / 75
    assert abs(mean / (10 * math.log(8) / 40) - 1) < 0.03, mean


def whole(task, seed, *words):
    found = train("--task", task, "--seed", seed, *words)["task"]
    assert found["measure"] == "sequence_accuracy" and 0 <= found["value"] <= 1, found
    return found["value"] == 1


@test
def adding_problem_of_100_is_solved():
    found = train("--task", "adding:T=100", "--cell", "gru", "--seed", 1, "--steps", 1000)
    assert 0 <= found["validation_loss"] < 0.01, found


@test
def embedded_reber_grammar_is_learnt():
    right = [whole("reber", seed) for seed in range(1, 6)]
    assert sum(right) >= 3, right


@test
def counting_goes_beyond_what_was_seen():
    right = [whole("anbncn:n=50,beyond=5", seed, "--steps", 1000) for seed in range(1, 4)]
    assert sum(right) >= 2, right


@test
def digits_are_heard_and_movements_seen():
    for task, steps in (("speech", 500), ("video", 300)):
        found = train("--task", task, "--seed", 1, "--steps", steps)["task"]
        assert found["measure"] == "accuracy" and found["value"] >= found["level"] and found["reached"], (task, found)


@test
def digits_are_spelt():
    assert train("--task", "speech:spell=1", "--seed", 1, "--steps", 600)["task"]["reached"]


@test
def melodies_are_learnt_and_saved():
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder, "music.safetensors")
        found = train("--task", "music", "--seed", 1, "--steps", 1200, "--out", model)
        assert found["validation_loss"] < 0.58, found
        for name, start in (("a.mid", b"MThd"), ("a.wav", b"RIFF")):
            path = pathlib.Path(folder, name)
            done = subprocess.run([UNROLL, "sample", model, "--prime", "waltz", "--count", "1", "--out", path], capture_output=True, text=True)
            assert done.returncode == 0 and path.read_bytes().startswith(start), done.stderr
            assert done.stdout.startswith("waltz "), done.stdout
        done = subprocess.run([UNROLL, "sample", model, "--out", pathlib.Path(folder, "a.mp3")], capture_output=True, text=True)
        assert done.returncode == 2 and ".mid or .wav" in done.stderr, done.stderr


run_all()
