"""The contract of the command line: words, exit statuses, JSON keys, files written whole or not at all, bad input in one
clear line. Prints TAP."""
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

from tap import run_all, test

UNROLL, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
DATA = ROOT.parent / "shared" / "data"
NAMES = str(ROOT / "assets" / "dinosaurs.txt")


def run(*words, timeout=120, **options):
    return subprocess.run([UNROLL, *map(str, words)], capture_output=True, text=True, timeout=timeout, **options)


def ok(*words, **options):
    result = run(*words, **options)
    assert result.returncode == 0, f"{words}: status {result.returncode}: {result.stderr}"
    return result


def says(status, expected, *words):
    result = run(*words)
    assert result.returncode == status, f"{words}: expected status {status}, found {result.returncode}: {result.stderr}"
    lines = [line for line in result.stderr.splitlines() if line.startswith("unroll: ")]
    assert len(lines) == 1, f"{words}: expected one line of error, found {result.stderr!r}"
    assert expected in lines[0], f"{words}: expected {expected!r} in {lines[0]!r}"
    assert result.stdout == "", f"{words}: expected nothing on stdout, found {result.stdout!r}"


def tensors(path):
    raw = pathlib.Path(path).read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    kinds = {"F64": "d", "F32": "f", "I64": "q", "I32": "i"}
    out = {}
    for name, what in header.items():
        if name == "__metadata__":
            continue
        start, end = what["data_offsets"]
        code = kinds[what["dtype"]]
        body = raw[8 + size + start : 8 + size + end]
        out[name] = (what["shape"], struct.unpack("<%d%s" % (len(body) // struct.calcsize(code), code), body))
    return header.get("__metadata__", {}), out


@test
def help_and_version():
    assert ok("--version").stdout.startswith("unroll ")
    assert "Commands" in ok("--help").stdout
    for command in ["train", "eval", "sample", "trace", "check", "render", "lesson", "data", "bench"]:
        assert "Options" in ok(command, "--help").stdout, command


@test
def wrong_words_are_status_2():
    says(2, "--hiden", "train", "--hiden", "4")
    says(2, "--hidden: expected a whole number", "train", "--data", NAMES, "--hidden", "0")
    says(2, "--cell: expected one of", "train", "--data", NAMES, "--cell", "transformer")
    says(2, "--lr: expected a number", "train", "--data", NAMES, "--lr", "fast")
    says(2, "expected --data FILE", "train")
    says(2, "found the end of the line", "train", "--data")
    says(2, "one word too many", "train", "what")
    says(2, "expected a model", "sample")
    says(2, "expected list, check", "lesson", "frobnicate")
    says(2, "--task", "train", "--task", "no-such-task")


@test
def bad_files_are_status_1():
    with tempfile.TemporaryDirectory() as folder:
        def make(name, content):
            path = pathlib.Path(folder) / name
            path.write_bytes(content)
            return str(path)

        def make_folder(name):
            (pathlib.Path(folder) / name).mkdir()
            return f"{folder}/{name}"

        cases = [
            (str(pathlib.Path(folder) / "missing.txt"), "missing.txt"),
            (make_folder("nothing"), "folder"),
            (make("empty.txt", b""), "empty"),
            (make("newlines.txt", b"\n\n\n"), "newlines.txt"),
            (make("binary.txt", b"abc\0def\n" * 10), "binary.txt"),
            (make("latin.txt", b"caf\xe9 au lait\x02\n"), "latin.txt:1:4"),
            (make("page.csv", b"<!DOCTYPE html>\n<html>1,2</html>\n"), "web page"),
            (make("one.txt", b"aaaa\naaaa\n"), "one.txt"),
        ]
        for path, expected in cases:
            for command in (["data"], ["train", "--data"], ["trace", "--data"]):
                says(1, expected, *command, path)


@test
def data_says_what_the_reader_found():
    found = json.loads(ok("data", NAMES, "--json").stdout)
    for key in ["kind", "examples", "columns", "vocabulary", "classes", "length", "problems"]:
        assert key in found, key
    assert found["kind"] == "many-to-many" and found["examples"] > 200 and found["vocabulary"] == 28
    assert set(found["length"]) == {"min", "median", "max"}
    if DATA.is_dir():
        names = json.loads(ok("data", DATA / "names.txt", "--json").stdout)
        assert names["examples"] == 32033 and names["vocabulary"] == 28 and names["shape"] == "lines", names
        play = json.loads(ok("data", DATA / "tinyshakespeare.txt", "--json").stdout)
        assert play["vocabulary"] == 67 and play["shape"] == "whole" and play["characters"] == 1115394, play["characters"]


SMALL = {  # a file of every reader, the network that it asks for, and its loss
    "pairs.txt": ("".join(f"{a}+{b}_{a + b}\n" for a in range(12) for b in range(12)), "pairs", "encoder-decoder", "cross-entropy"),
    "labels.tsv": ("".join(f"{'ab'[k % 2]}{k} and {k * 7 % 31}\t{'xy'[k % 2]}\n" for k in range(60)), "labelled", "many-to-one", "cross-entropy"),
    "tags.conll": ("".join(f"Ann{k}\tB-PER\nsees\tO\nBob{k % 5}\tB-PER\n\n" for k in range(30)), "conll", "many-to-many", "cross-entropy"),
    "series.csv": ("day,value\n" + "".join(f"{k},{(k * k) % 17}\n" for k in range(120)), "series", "many-to-many", "squared error"),
    "roll.json": (json.dumps({"train": [[[60, 64], [62], [64]]] * 9, "valid": [[[60], [62, 65]]] * 3, "test": [[[60], [61]]]}),
                  "piano-roll", "many-to-many", "binary cross-entropy"),
    "cases.ts": ("@classLabel true u v\n@data\n" + "".join(f"{k},{k + 1},{k}:1,2,{k % 2}:{'uv'[k % 2]}\n" for k in range(30)),
                 "ts", "many-to-one", "cross-entropy"),
}


@test
def every_kind_of_data():
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        for name, (content, reader, kind, loss_name) in SMALL.items():
            path = f"{folder}/{name}"
            pathlib.Path(path).write_text(content)
            found = json.loads(ok("data", path, "--json").stdout)
            assert found["reader"] == reader and found["kind"] == kind and found["why"], (name, found)
            ok("data", path)
            words = ["train", "--data", path, "--hidden", 8, "--steps", 30, "--out", model, "--reverse-source"]
            report = json.loads(ok(*words, "--json").stdout)
            assert report["loss_name"] == loss_name and report["validation_loss"] > 0, report
            assert ("perplexity" in report) == (loss_name == "cross-entropy") and "bits_per_character" not in report, report
            measured = json.loads(ok("eval", model, "--data", path, "--json").stdout)
            assert abs(measured["loss"] - report["validation_loss"]) < 1e-5, (name, measured, report)
            assert ("accuracy" in measured) == (loss_name != "squared error"), measured
            assert ("sequence_accuracy" in measured) == (reader in ("pairs", "conll")), measured
            # the middle of a run kept and gone on with gives the same bits
            first = pathlib.Path(model).read_bytes()
            ok(*words[:5], "--steps", 14, "--out", model, "--reverse-source")
            ok("train", "--data", path, "--resume", model, "--steps", 30, "--out", model)
            assert pathlib.Path(model).read_bytes() == first, name
            if reader == "piano-roll":
                assert json.loads(ok("eval", model, "--data", path, "--test", "--json").stdout)["tokens"] == 1
            else:
                says(1, "no test part", "eval", model, "--data", path, "--test")
            # every kind is walked, drawn and written
            example = ["--data", path, "--hidden", 4, "--example", 2]
            told = json.loads(ok("trace", *example, "--steps", 2, "--json").stdout)
            assert len(told["steps"]) > 20 and all(step["narration"].startswith(step["title"]) for step in told["steps"]), name
            written = json.loads(ok("trace", *example, "--steps", 2, "--out", f"{folder}/t.safetensors", "--json").stdout)
            assert written["steps"] == len(told["steps"]) and written["loss"] == told["loss"], (name, written)
            ok("trace", model, "--data", path)
            ok("render", "--data", path, "--step", 9, "--out", f"{folder}/p.png")
        says(1, "expected data for a many-to-one network", "eval", model, "--data", NAMES)
        says(2, "its network is encoder-decoder", "train", "--data", f"{folder}/pairs.txt", "--kind", "many-to-one")
        says(2, "--embed: expected symbols", "train", "--data", f"{folder}/series.csv", "--embed", 4)
        says(2, "--bidirectional", "train", "--data", NAMES, "--bidirectional")
        says(2, "--reader: expected one of", "data", NAMES, "--reader", "novel")
        ok("train", "--data", f"{folder}/tags.conll", "--bidirectional", "--embed", 4, "--hidden", 4, "--steps", 2)
        assert json.loads(ok("data", f"{folder}/pairs.txt", "--reader", "text", "--json").stdout)["kind"] == "many-to-many"


REVIEWS = "".join(f'{k},"text, {k * 7 % 31}",{"good" if k % 2 else "bad"}\n' for k in range(40))


@test
def a_file_is_read_as_it_is_said():
    with tempfile.TemporaryDirectory() as folder:
        path, beside = f"{folder}/r.csv", f"{folder}/r.csv.unroll.json"
        pathlib.Path(path).write_bytes(("id,review,mark\n" + REVIEWS + "41,caf\xe9\x92s,good\n42,ragged\n").encode("latin-1"))
        found = json.loads(ok("data", path, "--json").stdout)
        assert (found["encoding"], found["separator"], found["header_line"], found["reader"]) == ("Windows-1252", ",", 1, "labelled"), found
        assert found["encoding_reason"] == "byte 0xE9 at line 42, column 7", found["encoding_reason"]
        assert [role["role"] for role in found["roles"]] == ["ignore", "text", "label"], found["roles"]
        assert found["examples"] == 41 and found["problem_counts"]["ragged row"] == 1 and found["done_counts"]["skip"] == 1, found
        assert {"line": 43, "column": 1, "kind": "ragged row", "done": "skip"}.items() <= found["problems"][-1].items(), found["problems"]
        assert sum(found["done_counts"].values()) == found["problem_total"] == sum(found["problem_counts"].values()), found
        plain = ok("data", path).stdout
        assert "Windows-1252 (byte 0xE9" in plain and "2 text: review" in plain and "1 skipped" in plain, plain
        says(1, "r.csv:43:1: expected 3 columns, found 2", "data", path, "--on-problem", "ragged=stop")
        says(2, "--on-problem: expected keep", "data", path, "--on-problem", "cry")
        says(2, "--columns: expected ROLE=COLUMN", "train", "--data", path, "--columns", "nose=3")
        says(1, "found a wish for number 9", "train", "--data", path, "--columns", "text=9,label=1")
        says(1, "expected UTF-8, found byte 0xE9", "data", path, "--encoding", "utf-8")
        # through the standard input the same, and trained and measured by the same words
        piped = subprocess.run([UNROLL, "data", "-", "--json"], input=pathlib.Path(path).read_bytes(), capture_output=True, check=True)
        assert json.loads(piped.stdout)["examples"] == 41
        words = ["--data", path, "--columns", "text=1,label=3", "--encoding", "latin-1", "--on-problem", "ragged=skip"]
        ok("train", *words, "--hidden", 4, "--steps", 5, "--out", f"{folder}/m.safetensors")
        model = f"{folder}/m.safetensors"
        measured = json.loads(ok("eval", model, *words, "--all", "--json").stdout)
        assert measured["tokens"] == 41
        # the model knows how its data were read: to be measured, and to go on; what is said goes before
        assert json.loads(ok("eval", model, "--data", path, "--all", "--json").stdout) == measured
        says(1, "found a wish for number 9", "eval", model, "--data", path, "--columns", "text=9,label=1")
        ok("train", *words, "--hidden", 4, "--steps", 9, "--out", f"{folder}/whole.safetensors")
        ok("train", "--data", path, "--resume", model, "--steps", 9, "--out", model)
        assert pathlib.Path(model).read_bytes() == pathlib.Path(f"{folder}/whole.safetensors").read_bytes()
        # what was chosen is kept beside the file, and holds for every command
        ok("data", path, "--columns", "text=mark", "--save-choices", beside)
        kept = json.loads(pathlib.Path(beside).read_text())
        assert kept == {"format": 1, "reader": "labelled", "encoding": "windows-1252", "separator": ",", "header": True, "columns": "text=3"}, kept
        assert json.loads(ok("data", path, "--json").stdout)["answers"] == "next"
        assert json.loads(ok("train", "--data", path, "--hidden", 4, "--steps", 2, "--json").stdout)["loss_name"] == "cross-entropy"
        ok("trace", "--data", path, "--hidden", 3, "--steps", 1, "--out", f"{folder}/t.safetensors")
        assert json.loads(ok("data", path, "--columns", "text=2,label=3", "--json").stdout)["answers"] == "one"
        pathlib.Path(beside).write_text('{"format": 1, "reader": "novel"}')
        says(1, "r.csv.unroll.json: \"reader\"", "train", "--data", path)


@test
def a_file_that_goes_away_or_is_closed():
    with tempfile.TemporaryDirectory() as folder:
        says(1, "gone.txt: cannot open: there is no such file", "data", f"{folder}/gone.txt")
        if os.geteuid() != 0:
            os.mkdir(f"{folder}/closed", 0)
            says(1, "the folder cannot be read: Permission denied", "data", f"{folder}/closed")
        # written to while it is read: whatever is found is whole, or it is said
        path = f"{folder}/grows.txt"
        pathlib.Path(path).write_text("anna\nbert\n" * 2_000_000)
        reading = subprocess.Popen([UNROLL, "data", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with open(path, "a") as file:
            while reading.poll() is None:
                file.write("carl\n" * 1000)
                file.flush()
                time.sleep(0.001)
        out, err = reading.communicate()
        assert (reading.returncode == 1 and "changed while it was read" in err) or json.loads(out)["examples"] >= 4_000_000, err


@test
def tokens_of_a_checkpoint():
    with tempfile.TemporaryDirectory() as folder:
        text, model = f"{folder}/t.txt", f"{folder}/m.safetensors"
        pathlib.Path(text).write_text("The cat sat.\nThe dog ran!\nA cat ran.\n" * 20)
        for kind, tokens in [("word", 4), ("byte", 12), ("character", 12)]:
            words = ["--tokens", kind, "--lower", "--hidden", 6, "--steps", 60, "--lr", 0.02, "--out", model, "--json"]
            report = json.loads(ok("train", "--data", text, "--shape", "lines", *words).stdout)
            assert ("bits_per_character" in report) == (kind == "character"), report
            measured = json.loads(ok("eval", model, "--data", text, "--shape", "lines", "--json").stdout)
            assert abs(measured["loss"] - report["validation_loss"]) < 1e-5, (kind, measured, report)
            one = json.loads(ok("eval", model, "--sentence", "THE CAT SAT.", "--json").stdout)
            assert one["tokens"] == tokens and one["probability"] > 0, (kind, one)
            sample = json.loads(ok("sample", model, "--prime", "The cat", "--count", 1, "--json").stdout)["samples"][0]
            assert sample.lower().startswith("the cat"), sample


@test
def tasks_reach_their_level():
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        for task, least in [("parity", 0.99), ("reber", 1)]:
            report = json.loads(ok("train", "--task", task, "--seed", 2, "--out", model, "--json").stdout)
            assert report["task"]["reached"] and report["task"]["value"] >= least == report["task"]["level"], report
            measured = json.loads(ok("eval", model, "--task", task, "--seed", 3, "--json").stdout)  # examples of another seed
            assert measured[report["task"]["measure"]] >= least - 0.01, measured
        report = json.loads(ok("train", "--task", "copy:T=5", "--hidden", 9, "--steps", 3, "--json").stdout)
        assert report["parameters"] < 900 and report["steps"] == 3 and not report["task"]["reached"], report  # what is said goes before
        says(2, "no built-in task \"novel\"; there are adding", "train", "--task", "novel")
        says(2, "expected T=N", "train", "--task", "copy:T=x")
        says(2, "found both", "train", "--task", "copy", "--data", NAMES)
        says(2, "--steps counts", "train", "--task", "copy", "--epochs", 2)
        found = json.loads(ok("data", "--task", "sums", "--json").stdout)
        assert found["train"] == 7000 and found["kind"] == "encoder-decoder" and found["reader"] == "task", found
        ok("trace", "--task", "anbncn:n=3", "--steps", 5, "--word", "aabbcc", "--out", f"{folder}/t.safetensors")


@test
def train_eval_sample():
    with tempfile.TemporaryDirectory() as folder:
        model, log = f"{folder}/m.safetensors", f"{folder}/log.jsonl"
        words = ["train", "--data", NAMES, "--cell", "lstm", "--hidden", 16, "--steps", 60, "--seed", 3, "--out", model, "--log", log, "--json"]
        report = json.loads(ok(*words).stdout)
        for key in ["train_loss", "validation_loss", "steps", "seconds", "tokens_per_s", "parameters"]:
            assert isinstance(report[key], (int, float)), key
        assert report["steps"] == 60 and report["train_loss"] < 3.3
        lines = [json.loads(line) for line in open(log)]
        assert len(lines) == 60 and lines[-1]["step"] == 60
        first = pathlib.Path(model).read_bytes()
        ok(*words)
        assert pathlib.Path(model).read_bytes() == first, "same seed, same threads: same bits"
        measured = json.loads(ok("eval", model, "--data", NAMES, "--json", "--seed", 3).stdout)
        assert abs(measured["loss"] - report["validation_loss"]) < 1e-5, (measured, report)
        assert abs(measured["perplexity"] - 2.718281828459045 ** measured["loss"]) < 1e-3
        samples = json.loads(ok("sample", model, "--count", 5, "--seed", 2, "--json").stdout)["samples"]
        assert len(samples) == 5 and samples == json.loads(ok("sample", model, "--count", 5, "--seed", 2, "--json").stdout)["samples"]
        assert all(s.startswith("tr") for s in json.loads(ok("sample", model, "--prime", "tr", "--json").stdout)["samples"])
        says(1, "not among", "sample", model, "--prime", "é")
        says(1, "", "sample", NAMES)
        meta, found = tensors(model)
        assert found["rnn.weight_ih_l0"][0] == [64, 28] and found["head.weight"][0] == [28, 16], {k: v[0] for k, v in found.items()}
        assert "vocabulary" in meta
        ok("trace", model, "--word", "troodon", "--out", f"{folder}/t.safetensors")


def save_model(path, spec, meta, found):
    """A checkpoint by hand: found gives name: rows of numbers; a cell's second bias of zeros is added."""
    base = dict(format=1, cell="rnn", activation="relu", kind="many-to-many", layers=1, directions=1, real_input=False)
    header, body = {"__metadata__": {"unroll": json.dumps(base | spec), **meta}}, b""
    for name, rows in list(found.items()):
        if "bias_ih" in name:
            found[name.replace("bias_ih", "bias_hh")] = [0] * len(rows)
    for name, rows in found.items():
        flat = [n for row in rows for n in row] if isinstance(rows[0], list) else rows
        shape = [len(rows), len(rows[0])] if isinstance(rows[0], list) else [len(rows)]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + 4 * len(flat)]}
        body += struct.pack(f"<{len(flat)}f", *flat)
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + body)


def eye(n, value=1):
    return [[value if i == k else 0 for k in range(n)] for i in range(n)]


def chain(path, words, tokens, first):
    """A language model that knows one text: symbol `first` comes first, each is followed by the next one, the last by <EOS>."""
    V = len(words)
    follows = {k: k + 1 if k + 1 < V else 0 for k in range(2, V)}
    head = [[9 if follows.get(k) == o else 0 for k in range(V)] for o in range(V)]
    save_model(path, dict(hidden=V, inputs=V, outputs=V), {"vocabulary": json.dumps(words), "tokens": tokens},
               {"rnn.weight_ih_l0": eye(V), "rnn.weight_hh_l0": eye(V, 0), "rnn.bias_ih_l0": [0] * V, "head.weight": head,
                "head.bias": [4 if o == first else 0 for o in range(V)]})


@test
def sample_joins_tokens():
    """Words get the spaces that a person writes, bytes none; unknown tokens of --prime are named."""
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        greedy = ["sample", model, "--temperature", 0, "--count", 1]
        text = ["hello", ",", "(", "my", ")", "world", "!"]
        chain(model, ["<EOS>", "<UNK>", *text], "word lower", 2)
        assert ok(*greedy).stdout == "hello, (my) world!\n", ok(*greedy).stdout
        assert ok(*greedy, "--length", 3).stdout == "hello, (\n"
        assert json.loads(ok(*greedy, "--prime", "MY )", "--json").stdout)["samples"] == ["my) world!"]
        says(1, "“earth” is not among the 9 symbols", *greedy, "--prime", "my Earth!")
        beam = json.loads(ok("sample", model, "--beam", 3, "--json").stdout)["beam"]
        assert beam[0]["text"] == "hello, (my) world!" and beam[0]["ended"] and len(beam) == 3, beam
        assert all(a["score"] >= b["score"] for a, b in zip(beam, beam[1:]) if a["ended"] == b["ended"])
        likely = json.loads(ok("sample", model, "--distribution", "--prime", "hello", "--json").stdout)["distribution"]
        assert max(likely, key=lambda row: row["p"])["symbol"] == "," and abs(sum(row["p"] for row in likely) - 1) < 1e-5
        drawn = json.loads(ok("sample", model, "--top-k", 1, "--count", 2, "--json").stdout)["samples"]
        assert drawn == ["hello, (my) world!"] * 2, drawn
        chain(model, ["<EOS>", "<UNK>", "a", "<0xC3>", "<0xA9>", "<0x0A>"], "byte", 2)
        assert ok(*greedy).stdout == "aé\n\n"
        assert json.loads(ok(*greedy, "--length", 2, "--json").stdout)["samples"] == ["a\ufffd"]
        assert ok(*greedy, "--prime", "é").stdout == "é\n\n"
        says(1, "“<0xA8>” is not among", *greedy, "--prime", "è")
        for words, expected in ((["--beam", 2, "--count", 3], "--beam"), (["--length-power", 1], "--beam"), (["--source", "a"], "--source")):
            says(2, expected, "sample", model, *words)


@test
def sample_of_an_encoder_decoder():
    """A pair that writes x for a source that ends with a, y for one that ends with b, and then <EOS>."""
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        stop = [[0] * 4 for _ in range(4)]
        stop[0][2] = stop[0][3] = 5
        meta = {"vocabulary": json.dumps(["<EOS>", "<UNK>", "a", "b"]), "labels": json.dumps(["<EOS>", "<UNK>", "x", "y"])}
        weights = {"encoder.rnn.weight_ih_l0": eye(4), "encoder.rnn.weight_hh_l0": eye(4, 0), "encoder.rnn.bias_ih_l0": [0] * 4,
                   "decoder.rnn.weight_ih_l0": stop, "decoder.rnn.weight_hh_l0": eye(4), "decoder.rnn.bias_ih_l0": [0] * 4,
                   "decoder.head.weight": eye(4, 7), "decoder.head.bias": [0] * 4}
        spec = dict(kind="encoder-decoder", hidden=4, inputs=4, outputs=4)
        save_model(model, spec, meta, dict(weights))
        assert ok("sample", model, "--source", "abba").stdout == "x\n"
        assert ok("sample", model, "--source", "ab").stdout == "y\n"
        assert ok("sample", model, "--source", "ab", "--prime", "xx").stdout == "xx\n"
        beam = json.loads(ok("sample", model, "--source", "b", "--beam", 4, "--length", 3, "--json").stdout)["beam"]
        assert beam[0]["text"] == "y" and beam[0]["ended"] and -0.02 < beam[0]["log_probability"] < 0, beam
        drawn = json.loads(ok("sample", model, "--source", "b", "--temperature", 1, "--json").stdout)["samples"]
        assert len(drawn) == 10 and drawn.count("y") > 7, drawn
        save_model(model, spec, meta | {"tokens": "character reversed"}, dict(weights))
        assert ok("sample", model, "--source", "ab").stdout == "x\n"
        says(2, "--source", "sample", model)
        says(1, "“c” is not among the 4 symbols", "sample", model, "--source", "abc")
        says(1, "“a” is not among", "sample", model, "--source", "a", "--prime", "a")
        words = {"rnn.weight_ih_l0": eye(4), "rnn.weight_hh_l0": eye(4), "rnn.bias_ih_l0": [0] * 4, "head.weight": eye(4), "head.bias": [0] * 4}
        for what in (dict(kind="many-to-one"), dict(output="sigmoid")):
            save_model(model, dict(hidden=4, inputs=4, outputs=4) | what, {}, dict(words))
            says(1, "unroll eval", "sample", model)
        save_model(model, dict(hidden=4, inputs=4, outputs=4), {}, dict(words))
        says(1, "expected a vocabulary", "sample", model)


@test
def interrupted_training_saves():
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        process = subprocess.Popen([UNROLL, "train", "--data", NAMES, "--hidden", "64", "--steps", "10000000", "--out", model],
                                   stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, process.returncode
        assert model in err and "stopped after" in err, err
        ok("sample", model, "--count", 1)
        assert os.listdir(folder) == ["m.safetensors"], os.listdir(folder)


def same_file(a, b):
    return pathlib.Path(a).read_bytes() == pathlib.Path(b).read_bytes()


@test
def a_resumed_run_equals_an_uninterrupted_one():
    with tempfile.TemporaryDirectory() as folder:
        whole, part, text = f"{folder}/whole.safetensors", f"{folder}/part.safetensors", f"{folder}/long.txt"
        pathlib.Path(text).write_text("the cat sat on the mat, which already was full of apples. " * 40)
        common = ["train", "--data", NAMES, "--hidden", 9, "--quiet"]
        for k, rule in enumerate(["sgd", "momentum", "rmsprop", "adagrad", "adam"]):
            words = [*common, "--optimizer", rule, "--threads", 1 + k % 2, "--warmup", 4, "--weight-decay", 0.01,
                     "--clip-value", 0.05, "--init", "orthogonal", *(["--by-length"] if k % 2 else [])]
            ok(*words, "--steps", 30, "--out", whole)
            ok(*words, "--steps", 11, "--out", part)
            assert not same_file(whole, part)
            ok("train", "--data", NAMES, "--quiet", "--resume", part, "--steps", 30, "--out", part)
            assert same_file(whole, part), rule
        words = ["train", "--data", text, "--shape", "whole", "--hidden", 7, "--layers", 2, "--batch", 5, "--seq", 8, "--carry",
                 "--dropout", 0.2, "--threads", 2, "--quiet"]
        ok(*words, "--steps", 90, "--out", whole)
        ok(*words, "--steps", 40, "--out", part)
        ok("train", "--data", text, "--resume", part, "--steps", 90, "--out", part, "--quiet")
        assert same_file(whole, part), "carried"
        ok("eval", part, "--data", text, "--shape", "whole", "--carry", "--all")
        meta, found = tensors(part)
        assert found["training.carried"][0] == [2, 2, 5, 7], found.keys()


@test
def an_interrupted_run_goes_on():
    with tempfile.TemporaryDirectory() as folder:
        whole, part = f"{folder}/whole.safetensors", f"{folder}/part.safetensors"
        words = ["train", "--data", NAMES, "--hidden", 8, "--steps", 4000, "--schedule", "cosine", "--patience", 50]
        ok(*words, "--out", whole)
        process = subprocess.Popen([UNROLL, *map(str, words), "--out", part, "--save-every", "10"], stderr=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL)
        for _ in range(1000):
            if os.path.exists(part):
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        ok("train", "--data", NAMES, "--resume", part, "--out", part)
        assert same_file(whole, part)


def same_lines(a, b):
    """JSON lines but for the seconds, which are the machine's."""
    def lines(path):
        return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in open(path, encoding="utf-8")]
    return lines(a) == lines(b)


@test
def a_kept_run_goes_on_from_its_folder():
    with tempfile.TemporaryDirectory() as folder:
        text = f"{folder}/long.txt"
        pathlib.Path(text).write_text("the cat sat on the mat, which already was full of apples. " * 40)
        carried = ["--data", text, "--shape", "whole", "--hidden", 7, "--layers", 2, "--batch", 5, "--seq", 8, "--carry",
                   "--dropout", 0.2, "--tokens", "word"]
        runs = [["--data", NAMES, "--hidden", 9, "--optimizer", rule, "--init", "orthogonal", "--weight-decay", 0.01]
                for rule in ["sgd", "momentum", "rmsprop", "adagrad", "adam"]]
        runs += [carried, ["--task", "adding", "--hidden", 6], ["--data", NAMES, "--hidden", 5, "--patience", 100]]
        for k, words in enumerate(runs):
            whole, part = f"{folder}/whole {k}", f"{folder}/part {k}"
            ok("train", *words, "--steps", 30, "--validate-every", 5, "--keep", whole, "--quiet")
            ok("train", *words, "--steps", 12, "--validate-every", 5, "--keep", part, "--quiet")
            ok("train", "--resume", part, "--steps", 30, "--quiet")
            model = "model-1/checkpoint.safetensors"
            assert same_file(f"{whole}/{model}", f"{part}/{model}"), words
            assert same_lines(f"{whole}/model-1/updates.jsonl", f"{part}/model-1/updates.jsonl"), words
            says(1, "all of its 30 updates are done", "train", "--resume", part)
        ok("eval", f"{folder}/part 0/model-1/best.safetensors", "--data", NAMES)
        says(1, "a run in this folder already", "train", "--data", NAMES, "--keep", f"{folder}/part 0")
        says(2, "does not go with --resume", "train", "--resume", f"{folder}/part 0", "--steps", 40, "--keep", f"{folder}/x")
        listed = json.loads(ok("experiments", folder, "--json").stdout)["experiments"]
        assert len(listed) == 2 * len(runs) and all(e["models"][0]["updates"] == 30 for e in listed), listed
        assert {e["name"] for e in listed} >= {"whole 0", "part 7"}
        assert "LSTM 9" in ok("experiments", folder).stdout
        ok("export", f"{folder}/part 0", "--model", "LSTM 9", "--to", "pytorch", "--out", f"{folder}/py")
        says(2, "expected one of its models", "export", f"{folder}/part 0", "--model", "GRU", "--to", "pytorch", "--out", f"{folder}/py")
        assert "no experiments" in ok("experiments", f"{folder}/py").stdout


@test
def a_kept_run_survives_being_killed():
    with tempfile.TemporaryDirectory() as folder:
        whole, part = f"{folder}/whole", f"{folder}/part"
        words = ["train", "--data", NAMES, "--hidden", 8, "--steps", 1500, "--schedule", "cosine", "--validate-every", 10]
        ok(*words, "--keep", whole, "--quiet")
        process = subprocess.Popen([UNROLL, *map(str, words), "--keep", part, "--quiet"], stdout=subprocess.DEVNULL)
        for k in range(6):
            time.sleep(0.25)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=60)
            if not os.path.exists(f"{part}/model-1/checkpoint.safetensors"):
                break
            process = subprocess.Popen([UNROLL, "train", "--resume", part, "--quiet"], stdout=subprocess.DEVNULL)
        process.kill()
        process.wait(timeout=60)
        last = run("train", "--resume", part, "--quiet")  # a fast machine may be done before it is killed
        assert last.returncode == 0 or "all of its 1500 updates are done" in last.stderr, last
        model = "model-1/checkpoint.safetensors"
        assert same_file(f"{whole}/{model}", f"{part}/{model}")
        assert same_lines(f"{whole}/model-1/updates.jsonl", f"{part}/model-1/updates.jsonl")


@test
def what_does_not_go_on_is_said():
    with tempfile.TemporaryDirectory() as folder:
        model, plain = f"{folder}/m.safetensors", f"{folder}/plain.safetensors"
        ok("train", "--data", NAMES, "--hidden", 8, "--steps", 20, "--out", model)
        says(1, "all of its 20 updates are done", "train", "--data", NAMES, "--resume", model)
        says(2, "holds LSTM with 1 layer of 8 units", "train", "--data", NAMES, "--resume", model, "--hidden", 9, "--steps", 30)
        says(1, "had another --optimizer", "train", "--data", NAMES, "--resume", model, "--optimizer", "sgd", "--steps", 30)
        says(1, "expected one long text", "train", "--data", NAMES, "--carry")
        says(1, "relu", "train", "--data", NAMES, "--init", "identity")
        says(1, "validation part", "train", "--data", NAMES, "--patience", 2, "--validation", 0)
        # without the state of a run (here: one that ended with --patience) the weights start a new one
        ok("train", "--data", NAMES, "--hidden", 8, "--steps", 20, "--patience", 20, "--out", plain)
        assert "training" not in tensors(plain)[0]
        assert "no state of a run" in ok("train", "--data", NAMES, "--resume", plain, "--steps", 5).stderr
        for path in [model, plain]:
            ok("sample", path, "--count", 1)
            ok("trace", path, "--word", "abc")


@test
def training_stops_early_and_says_what_diverges():
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        words = ["train", "--data", NAMES, "--hidden", 24, "--steps", 3000, "--lr", 0.03, "--validate-every", 20, "--patience", 3]
        found = json.loads(ok(*words, "--json", "--out", model).stdout)
        assert found["stopped_early"] and found["steps"] < 3000, found
        again = json.loads(ok("eval", model, "--data", NAMES, "--json", "--batch", 32).stdout)
        assert abs(again["loss"] - found["validation_loss"]) < 1e-5, (again, found)  # the best parameters were kept
        assert abs(2 ** again["bits_per_character"] - again["perplexity"]) < 1e-3, again
        wild = run("train", "--data", NAMES, "--hidden", 8, "--steps", 60, "--lr", 1000, "--clip-norm", 0, "--json")
        assert wild.returncode == 0 and "diverges" in wild.stderr and json.loads(wild.stdout)["diverged"], wild
        kept = f"{folder}/kept.safetensors"
        ended = run("train", "--data", NAMES, "--hidden", 8, "--cell", "rnn", "--activation", "relu", "--steps", 300, "--lr", 1e6,
                    "--optimizer", "sgd", "--clip-norm", 0, "--out", kept, "--save-every", 1, "--json")
        assert ended.returncode == 1 and ended.stdout == "", ended
        assert "not finite is rnn." in ended.stderr and "are in " + kept in ended.stderr, ended.stderr
        meta, found = tensors(kept)
        assert all(v - v == 0 for _, values in found.values() for v in values)
        spoilt = f"{folder}/spoilt.safetensors"
        raw = bytearray(open(kept, "rb").read())
        size = int.from_bytes(raw[:8], "little")
        first = json.loads(raw[8:8 + size])["rnn.weight_hh_l0"]["data_offsets"][0] + 8 + size
        raw[first:first + 4] = b"\x00\x00\xc0\x7f"
        open(spoilt, "wb").write(raw)
        for words in (["eval", spoilt, "--data", NAMES], ["sample", spoilt], ["trace", spoilt, "--data", NAMES, "--out", f"{folder}/t.safetensors"]):
            refused = run(*words)
            assert refused.returncode == 1 and "rnn.weight_hh_l0" in refused.stderr, refused
        assert not os.path.exists(f"{folder}/t.safetensors")
        memory = ok("train", "--data", NAMES, "--hidden", 8, "--steps", 1, "--verbose").stderr
        assert "optimiser" in memory and "packed copies" in memory, memory
        own, beside, most = (float(re.search(r"([0-9.]+) KiB " + words, memory)[1])
                             for words in ("in all", "of the program", "at most"))
        assert 0.9 * most < own + beside <= most + 64, memory  # code that is first run later comes in on the way


@test
def probability_of_a_sentence():
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/m.safetensors"
        ok("train", "--data", NAMES, "--hidden", 16, "--steps", 300, "--min-count", 2, "--out", model)
        one = json.loads(ok("eval", model, "--sentence", "saurus", "--json").stdout)
        other = json.loads(ok("eval", model, "--sentence", "ssraxu", "--json").stdout)
        assert one["tokens"] == 6 and 0 < other["probability"] < one["probability"] < 1, (one, other)
        assert one["end_probability"] < one["probability"], one
        chances = [json.loads(ok("sample", model, "--distribution", "--prime", "saurus"[:n], "--json").stdout)["distribution"]
                   for n in range(6)]
        product = 1
        for n, chance in enumerate(chances):
            assert abs(sum(c["p"] for c in chance) - 1) < 1e-5, chance
            product *= next(c["p"] for c in chance if c["symbol"] == "saurus"[n])
        assert abs(product - one["probability"]) < 1e-4 * product, (product, one)
        line = f"{folder}/one.txt"
        pathlib.Path(line).write_text("saurus\nsaurus\n")
        found = json.loads(ok("eval", model, "--data", line, "--shape", "lines", "--all", "--json").stdout)
        assert found["tokens"] == 14, found  # <EOS> among them
        assert abs(found["loss"] * 7 + one["end_log_probability"]) < 1e-4, (found, one)


@test
def unwritable_output_leaves_nothing():
    says(1, "no-such-folder", "trace", "--steps", 1, "--out", "/no-such-folder/t.safetensors")
    says(2, "--out", "render")


CELLS = {"rnn": "a", "gru_simple": "c", "gru": "c", "gru_reset_after": "c", "lstm": "a",
         "lstm_peephole": "a"}  # and the hidden state of each


@test
def trace_adds_up():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/t.safetensors"
        for cell, state in CELLS.items():
            ok("trace", "--cell", cell, "--hidden", 6, "--word", "troodon", "--seed", 5, "--steps", 20, "--out", path)
            _, found = tensors(path)
            shape, total = found[f"backward/l0/{state}"]
            assert shape == [8, 6], shape
            loss, future = found[f"backward/from_loss/l0/{state}"][1], found[f"backward/from_future/l0/{state}"][1]
            assert all(abs(a + b - c) <= 1e-12 for a, b, c in zip(loss, future, total))
            for name in list(found):
                if not name.startswith("grad_at/"):
                    continue
                whole = found["grad/" + name[len("grad_at/"):]][1]
                n, parts = len(whole), found[name][1]
                sums = [sum(parts[t * n + k] for t in range(8)) for k in range(n)]
                assert all(abs(a - b) <= 1e-10 for a, b in zip(sums, whole)), name
            y_hat = found["forward/y_hat"]
            for t in range(8):
                row = y_hat[1][t * y_hat[0][1] : (t + 1) * y_hat[0][1]]
                assert abs(sum(row) - 1) < 1e-12
        told = ok("trace", "--cell", "lstm", "--word", "troodon", "--steps", 20).stdout.splitlines()
        assert len(told) > 100 and "Forget gate" in "".join(told)
        assert json.loads(ok("trace", "--word", "troodon", "--steps", 20, "--json").stdout)["steps"]


def norm_of(numbers):
    return sum(v * v for v in numbers) ** 0.5


@test
def trace_of_paths_and_jacobians():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/t.safetensors"
        words = ["trace", "--cell", "lstm", "--hidden", 4, "--word", "troodon", "--seed", 5, "--steps", 20]
        ok(*words, "--itemised", "--paths", "--jacobian", "3:6", "--out", path)
        _, found = tensors(path)
        ways = ["gate_f", "gate_u", "c_tilde", "gate_o", "memory"]
        for way in ways:
            shape, parts = found[f"through/{way}/itemised/l0/c"]
            assert shape == [8, 8, 4]
            for tau in range(8):  # at the loss itself every path begins with the whole
                at = (tau * 8 + tau) * 4
                assert parts[at : at + 4] == found["itemised/l0/c"][1][at : at + 4], way
            norms = found[f"through/{way}/norm/itemised/l0/c"][1]
            assert all(abs(norm_of(parts[k * 4 : k * 4 + 4]) - norms[k]) <= 1e-12 for k in range(64))
            total = [sum(parts[(tau * 8 + 2) * 4 + i] for tau in range(8)) for i in range(4)]
            assert abs(norm_of(total) - found[f"through/{way}/norm/backward/l0/c"][1][2]) <= 1e-12
        # from one timestep to the one before it the paths are all there is
        whole = found["itemised/l0/c"][1]
        for at in range((7 * 8 + 6) * 4, (7 * 8 + 7) * 4):
            assert abs(sum(found[f"through/{way}/itemised/l0/c"][1][at] for way in ways) - whole[at]) <= 1e-12
        for states, n in [("a/a", 4), ("c/c", 4), ("all/all", 8)]:
            shape, product = found[f"jacobian/l0/{states}/product"]
            assert shape == [n, n] and found[f"jacobian/l0/{states}/factor"][0] == [3, 8, 8]
            singular = found[f"jacobian/l0/{states}/singular"][1]
            assert abs(norm_of(product) - norm_of(singular)) <= 1e-12 * norm_of(product)
            assert abs(found[f"jacobian/l0/{states}/running_norm"][1][0] - norm_of(product)) <= 1e-12
            assert singular[0] <= found[f"jacobian/l0/{states}/bound_largest"][1][0] * (1 + 1e-12)
        says(1, "expected two of 8 timesteps", *words, "--jacobian", "3:9", "--out", f"{folder}/none.safetensors")
        assert not os.path.exists(f"{folder}/none.safetensors")


@test
def trace_with_values_set_by_hand():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/t.safetensors"
        words = ["trace", "--cell", "lstm", "--layers", 2, "--hidden", 6, "--word", "troodon", "--seed", 5, "--steps", 20]
        ok(*words, "--out", path)
        _, plain = tensors(path)
        ok(*words, "--clamp", "gate_f@3-4=0,l1/c:2@5=0.5", "--itemised", "--out", path)
        meta, found = tensors(path)
        gate, before = found["forward/l0/gate_f"][1], plain["forward/l0/gate_f"][1]
        assert gate[12:24] == (0.0,) * 12 and gate[:12] == before[:12] and gate[24:] != before[24:]
        assert found["backward/l0/gate_f"][1][12:24] == (0.0,) * 12
        assert meta["clamp"] == "gate_f@3-4=0,l1/c:2@5=0.5"
        assert found["forward/l1/c"][1][4 * 6 + 1] == 0.5 and found["forward/l0/c"][1][4 * 6 + 1] != 0.5
        assert found["forward/total_loss"][1] != plain["forward/total_loss"][1]
        for name in ["l0/a", "l0/c", "l1/a", "l1/c"]:
            shape, parts = found[f"itemised/{name}"]
            assert shape == [8, 8, 6] and found[f"norm/itemised/{name}"][0] == [8, 8]
            total = found[f"backward/{name}"][1]
            for k in range(8 * 6):
                assert abs(sum(parts[tau * 48 + k] for tau in range(8)) - total[k]) <= 1e-12, name
            for tau in range(8):
                for t in range(8):
                    norm = sum(v * v for v in parts[(tau * 8 + t) * 6 : (tau * 8 + t + 1) * 6]) ** 0.5
                    assert abs(norm - found[f"norm/itemised/{name}"][1][tau * 8 + t]) <= 1e-12
                    assert t <= tau or norm == 0
        assert "itemised/l0/a" not in plain
    says(2, "--out", "trace", "--itemised", "--steps", 0)
    says(2, "--out", "trace", "--jacobian", "1:2", "--steps", 0)
    says(2, "--itemised", "trace", "--paths", "--steps", 0, "--out", "x.safetensors")
    says(2, "the second later", "trace", "--jacobian", "3:3", "--steps", 0, "--out", "x.safetensors")
    says(2, "SLOT", "trace", "--steps", 0, "--clamp", "gate_f=1")
    says(1, "no slot", "trace", "--steps", 0, "--cell", "rnn", "--clamp", "gate_f@1=1")
    says(1, "timesteps", "trace", "--steps", 0, "--word", "ab", "--clamp", "a@9=1")


@test
def trace_with_edits():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/t.safetensors"
        words = ["trace", "--hidden", 6, "--word", "troodon", "--seed", 5, "--steps", 20]
        ok(*words, "--out", path)
        _, plain = tensors(path)
        assert "clamp/grad" not in plain
        text = "gate_o@3-4=keep,input@3=z,target@1=none,rnn.weight_hh_l0[3][2]=0.5,c:2@5=1"
        ok(*words, "--edit", text, "--out", path)
        meta, found = tensors(path)
        assert meta["edit"] == text and "clamp" not in meta
        assert found["symbol"][1][2] != plain["symbol"][1][2] and found["symbol"][1][3:] == plain["symbol"][1][3:]
        assert found["target"][1][0] == -1 and found["forward/loss"][1][0] == 0
        assert found["forward/l0/gate_o"][1][12:24] == plain["forward/l0/gate_o"][1][12:24]
        assert found["forward/l0/gate_f"][1][12:24] != plain["forward/l0/gate_f"][1][12:24]
        assert found["param/rnn.weight_hh_l0"][1][2 * 6 + 1] == 0.5
        assert found["forward/l0/c"][1][4 * 6 + 1] == 1 and found["clamp/grad"][0] == [2]
        ok(*words, "--edit", "input@3=z", "--reduction", "mean", "--out", path)
        assert tensors(path)[1]["symbol"][1][2] == found["symbol"][1][2]
        ok("render", "--word", "troodon", "--view", "surgery", "--edit", text, "--out", f"{folder}/a.png")
    says(2, "SYMBOL", "trace", "--steps", 0, "--edit", "input=o")
    says(1, "not among", "trace", "--steps", 0, "--edit", "input@1=oo")
    says(1, "no parameter", "render", "--edit", "rnn.weight[1][1]=0", "--out", "x.png")


def save_array(path, shape, numbers, kind="d"):
    """A .npy, by hand: kind d for float64, q for int64."""
    sizes = "".join(f"{n}, " for n in shape)
    header = f"{{'descr': '{ {'d': '<f8', 'q': '<i8'}[kind] }', 'fortran_order': False, 'shape': ({sizes}), }}\n".encode()
    pathlib.Path(path).write_bytes(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(numbers)}{kind}", *numbers))


@test
def trace_of_arrays():
    """Columns of (T, B, I) and (T, B), real answers, embeddings, one answer, a pair; the parts of a gradient add up."""
    with tempfile.TemporaryDirectory() as folder:
        T, B = 4, 3
        x, y, s, c, one = (f"{folder}/{name}.npy" for name in ["x", "y", "s", "c", "one"])
        reals = [((7 * i) % 11 - 5) / 4 for i in range(T * B * 2)]
        symbols = [(5 * i + 1) % 7 for i in range(T * B)]
        save_array(x, (T, B, 2), reals)
        save_array(y, (T, B, 2), [r / 8 + 0.5 for r in reals])
        save_array(s, (T, B), symbols, "q")
        save_array(c, (T, B), [i % 5 if i != 4 else -1 for i in range(T * B)], "q")
        save_array(one, (1, B), [2, 0, 1], "q")
        cases = [
            (["--input", x, "--target", c, "--cell", "gru", "--layers", 2], "rnn.weight_hh_l1", 2),
            (["--input", x, "--target", y, "--bidirectional"], "head.weight", 2),
            (["--input", x, "--target", y, "--output", "sigmoid", "--cell", "rnn"], "head.bias", 2),
            (["--input", s, "--target", c, "--embed", 3], "embed.weight", 3),
            (["--input", s, "--target", one, "--kind", "many-to-one", "--bidirectional", "--embed", 3], "rnn.bias_ih_l0_reverse", 3),
            (["--input", s, "--target", c, "--kind", "encoder-decoder", "--cell", "gru_reset_after"], "encoder.rnn.bias_hh_l0", 5),
        ]
        for words, parameter, width in cases:
            path = f"{folder}/t.safetensors"
            words = ["trace", *words, "--hidden", 3, "--seed", 4, "--example", 2]
            told = json.loads(ok(*words, "--out", path, "--json").stdout)
            meta, found = tensors(path)
            assert meta["reduction"] == "sum" and abs(sum(found["forward/loss"][1]) - told["loss"]) < 1e-6, words
            assert found["input"][0] == [T, width], (words, found["input"][0])
            if words[2] == x:
                assert list(found["input"][1]) == [r for t in range(T) for r in reals[(t * B + 1) * 2 : (t * B + 1) * 2 + 2]]
            elif "encoder-decoder" not in words:
                assert list(found["symbol"][1]) == symbols[1::B]
            else:
                assert list(found["encoder/symbol"][1]) == symbols[1::B] and found["symbol"][1][0] == -1
                assert list(found["symbol"][1][1:]) == list(found["target"][1][:-1])
            grad, at = found[f"grad/{parameter}"][1], found[f"grad_at/{parameter}"][1]
            assert any(grad) and all(abs(sum(at[i :: len(grad)]) - g) < 1e-9 for i, g in enumerate(grad)), (words, parameter)
            assert len(ok(*words).stdout.splitlines()) == told["steps"] > 20, words  # every kind is told in words
            ok(*words, "--itemised", "--out", path)
            meta, items = tensors(path)
            sides = ["", "encoder/"] if "encoder-decoder" in words else [""]
            for name in [f"{side}{{}}/l0/{'c' if 'gru' in words or 'gru_reset_after' in words else 'a'}" for side in sides]:
                whole, parts = items[name.format("backward")][1], items[name.format("itemised")][1]
                assert all(abs(sum(parts[i :: len(whole)]) - g) < 1e-9 for i, g in enumerate(whole)), (words, name)
            ok(*words, "--reduction", "mean", "--out", path)
            meta, mean = tensors(path)
            tokens = sum(mean["mask"][1])
            assert meta["reduction"] == "mean" and tokens == (1 if "many-to-one" in words else 3 if words[4] == c else 4), tokens
            assert abs(mean["forward/total_loss"][1][0] * tokens - found["forward/total_loss"][1][0]) < 1e-9
            ok(*words, "--out", f"{folder}/arrays/")
            for name, (shape, numbers) in found.items():
                raw = pathlib.Path(f"{folder}/arrays/{name}.npy").read_bytes()
                sizes = "(%s)" % "".join(f"{n}, " for n in shape).rstrip(" " if len(shape) == 1 else ", ")
                assert sizes.encode() in raw[:128] and raw.endswith(struct.pack(f"<{len(numbers)}d", *numbers)), name
            assert json.load(open(f"{folder}/arrays/meta.json"))["cell"]
        assert len(ok("trace", "--input", x, "--target", c, "--hidden", 3).stdout.splitlines()) > 50
        model = f"{folder}/m.safetensors"
        ok("train", "--data", NAMES, "--hidden", 4, "--steps", 1, "--out", model, "--quiet")
        ok("trace", model, "--input", s, "--target", c, "--out", f"{folder}/t.safetensors")
        assert tensors(f"{folder}/t.safetensors")[1]["forward/logits"][0] == [T, 28]
        says(1, "x.npy: expected whole numbers of shape (T) or (T, B), the symbols, found reals of shape (4, 3, 2)", "trace", model, "--input", x)
        says(1, "there are 3 examples", "trace", "--input", x, "--example", 4)
        says(1, "expected a target from 0 to 1 at t = 2", "trace", "--input", x, "--target", c, "--output", "sigmoid")
        says(1, "one.npy: expected the 4 timesteps of 3 examples", "trace", "--input", s, "--target", one)
        says(1, "not a .npy file", "trace", "--input", NAMES)
        says(2, "--input", "trace", "--target", y)
        says(2, "--word", "trace", "--input", x, "--word", "a")
        says(2, "--target", "trace", "--input", s, "--kind", "encoder-decoder", "--out", f"{folder}/t.safetensors")
        says(1, "no-such", "trace", "--input", f"{folder}/no-such.npy")


@test
def sizes_that_make_no_sense_get_an_answer():
    says(1, "not among", "trace", "--word", "Ω")
    says(1, "", "trace", "--word", "")
    says(2, "both", "trace", "--word", "a", "--example", "2")
    says(1, "examples", "trace", "--example", "1000000")
    ok("trace", "--word", "a", "--hidden", 1, "--steps", 0)


@test
def check_passes():
    result = json.loads(ok("check", "--json").stdout)
    assert result["passed"] and len(result["cells"]) >= 2
    assert all(cell["worst"] <= 1e-6 and cell["networks"] >= 60 for cell in result["cells"])
    few = json.loads(ok("check", "--json", "--cell", "rnn", "--activation", "relu", "--kind", "encoder-decoder", "--layers", 2, "--bidirectional").stdout)
    assert few["passed"] and [cell["networks"] for cell in few["cells"]] == [4], few
    assert "encoder-decoder" in ok("check", "--help").stdout


@test
def render_writes_pictures():
    with tempfile.TemporaryDirectory() as folder:
        ok("render", "--word", "troodon", "--step", 12, "--out", f"{folder}/a.png")
        head = pathlib.Path(f"{folder}/a.png").read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:24]) == (1440, 900)
        ok("render", "--word", "troodon", "--step", 12, "--size", "1280x720", "--scale", 2, "--theme", "dark", "--out", f"{folder}/b.png")
        head = pathlib.Path(f"{folder}/b.png").read_bytes()[:24]
        assert struct.unpack(">II", head[16:24]) == (2560, 1440)
        ok("render", "--word", "troodon", "--step", 12, "--out", f"{folder}/a.svg")
        assert pathlib.Path(f"{folder}/a.svg").read_text().startswith("<svg") or "<svg" in pathlib.Path(f"{folder}/a.svg").read_text()
        says(1, "steps, found 100000", "render", "--step", 100000, "--out", f"{folder}/c.png")
        assert sorted(os.listdir(folder)) == ["a.png", "a.svg", "b.png"]


@test
def lessons_play():
    found = json.loads(ok("lesson", "list", "--json").stdout)["lessons"]
    assert {lesson["number"] for lesson in found} >= {3, 4}, found
    assert json.loads(ok("lesson", "check", "--json").stdout)["passed"]
    says(1, "no-such-lesson", "lesson", "check", "no-such-lesson")


@test
def bench_gives_its_keys():
    found = json.loads(ok("bench", "--cell", "rnn", "--hidden", 8, "--batch", 1, "--seq", 5, "--json").stdout)
    assert all(found[key] > 0 for key in ["tokens_per_s", "step_us", "fma_share", "sample_us"]), found
    assert abs(found["tokens_per_s"] * found["step_us"] / 1e6 - 5) < 1e-3


@test
def no_display_is_said():
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    result = run(NAMES, env=env)
    assert result.returncode == 1 and "no display" in result.stderr, result.stderr


run_all()
