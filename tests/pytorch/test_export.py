"""`unroll export --to pytorch`: modules of every cell and kind give the reference's logits to 1e-5 in PyTorch itself.
Without PyTorch only the files are looked at. Prints TAP."""
import ast
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

UNROLL = sys.argv[1]
PYTHON = "/usr/bin/python3"
BLOCKS = {"rnn": 1, "gru_simple": 2, "gru": 3, "gru_reset_after": 3, "lstm": 4, "lstm_peephole": 4}
T, B, H, S = 5, 2, 4, 4
KINDS = {
    "many-to-many": dict(kind="many-to-many", layers=2, directions=1, inputs=6, outputs=6),
    "tagging": dict(kind="many-to-many", layers=2, directions=2, inputs=6, outputs=3, embed=3),
    "one answer": dict(kind="many-to-one", layers=2, directions=2, inputs=6, outputs=4, embed=3),
    "one answer of reals": dict(kind="many-to-one", layers=1, directions=1, inputs=3, outputs=4, real_input=True),
    "several": dict(kind="many-to-many", layers=1, directions=1, inputs=3, outputs=3, real_input=True, output="sigmoid"),
    "numbers": dict(kind="many-to-many", layers=1, directions=2, inputs=2, outputs=2, real_input=True, output="linear"),
    "pair": dict(kind="encoder-decoder", layers=2, directions=1, inputs=6, outputs=5),
    "pair, embedded, both directions": dict(kind="encoder-decoder", layers=2, directions=2, inputs=6, outputs=5, embed=3),
    "pair of reals": dict(kind="encoder-decoder", layers=1, directions=1, inputs=2, outputs=5, real_input=True),
}

# Runs in PyTorch's Python: imports each exported module, gives logits, and for pairs what it decodes.
WORKER = """
import importlib.util, json, sys, torch
answers = {}
for name, job in json.load(open(sys.argv[1])).items():
    spec = importlib.util.spec_from_file_location("model_" + str(len(answers)), job["folder"] + "/model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.load()
    x = torch.tensor(job["x"])
    with torch.no_grad():
        if job["pair"]:
            decoded = network.decode(x, 7)
            logits = network(x, torch.tensor(job["read"]))
            answers[name] = {"logits": logits.tolist(), "decoded": decoded.tolist()}
        else:
            answers[name] = {"logits": network(x).tolist(), "y_hat": network.predict(x).tolist()}
        answers[name]["vocabulary"] = network.vocabulary
json.dump(answers, open(sys.argv[2], "w"))
"""


def parameters(cell, what):
    """Names and shapes, as docs/formats.md has them."""
    embed, directions, G = what.get("embed", 0), what["directions"], BLOCKS[cell]
    pair = what["kind"] == "encoder-decoder"
    sides = [("encoder.", what["inputs"], directions, 0), ("decoder.", what["outputs"], 1, what["outputs"])] if pair else [("", what["inputs"], directions, what["outputs"])]
    for prefix, inputs, directions, outputs in sides:
        if embed:
            yield prefix + "embed.weight", (inputs, embed)
        for layer in range(what["layers"]):
            wide = H * directions if layer else embed or inputs
            for suffix in ["", "_reverse"][:directions]:
                yield f"{prefix}rnn.weight_ih_l{layer}{suffix}", (G * H, wide)
                yield f"{prefix}rnn.weight_hh_l{layer}{suffix}", (G * H, H)
                yield f"{prefix}rnn.bias_ih_l{layer}{suffix}", (G * H,)
                yield f"{prefix}rnn.bias_hh_l{layer}{suffix}", (G * H,)
                if cell == "lstm_peephole":
                    yield f"{prefix}rnn.weight_ch_l{layer}{suffix}", (3 * H,)
        if outputs:
            yield prefix + "head.weight", (outputs, H * directions)
            yield prefix + "head.bias", (outputs,)


def write_model(path, cell, activation, what, draw, described=True):
    describe = dict(what, format=1, cell=cell, activation=activation, hidden=H, output=what.get("output", "softmax"), real_input=what.get("real_input", False))
    meta = {"unroll": json.dumps(describe)}
    if not describe["real_input"]:
        meta["vocabulary"] = json.dumps(["<EOS>", "<UNK>", *"abcdefgh"][: what["inputs"]])
    header, body = {"__metadata__": meta if described else {}}, b""
    for name, shape in parameters(cell, what):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        raw = struct.pack(f"<{count}f", *(draw.gauss(0, 0.6) for _ in range(count)))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + body)


def flat(rows):
    return [rows] if not isinstance(rows, list) else [n for row in rows for n in flat(row)]


def save_array(path, rows):
    shape, at = [], rows
    while isinstance(at, list):
        shape.append(len(at))
        at = at[0]
    kind = "d" if isinstance(at, float) else "q"
    descr = {"d": "<f8", "q": "<i8"}[kind]
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}\n".encode()
    numbers = flat(rows)
    pathlib.Path(path).write_bytes(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(numbers)}{kind}", *numbers))


def run(*words, status=0):
    result = subprocess.run([UNROLL, *map(str, words)], capture_output=True, text=True)
    assert result.returncode == status, f"{words}: status {result.returncode}: {result.stderr}"
    return result


def read_trace(path):
    raw = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    found = {}
    for name, entry in json.loads(raw[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = struct.unpack(f"<{(end - begin) // 8}d", raw[start + begin : start + end])
    return found


def reference(model, x, target, column, folder):
    """The trace of one column."""
    save_array(f"{folder}/x.npy", x)
    words = ["trace", model, "--input", f"{folder}/x.npy", "--example", column + 1, "--out", f"{folder}/t.safetensors", "--quiet"]
    if target:
        save_array(f"{folder}/y.npy", target)
        words += ["--target", f"{folder}/y.npy"]
    run(*words)
    return read_trace(f"{folder}/t.safetensors")


def close(found, expected, what):
    assert len(found) == len(expected), f"{what}: {len(found)} numbers, expected {len(expected)}"
    worst = 0
    for f, e in zip(found, expected):
        error = abs(f - e) / max(1, abs(e))
        assert error <= 1e-5, f"{what}: {f}, expected {e}"
        worst = max(worst, error)
    return worst


def make_jobs(folder, cells):
    draw, jobs = random.Random(12), {}
    for cell, activation in cells:
        for kind, what in KINDS.items():
            name = f"{cell} {activation} {kind}"
            base = f"{folder}/{len(jobs)}"
            write_model(base + ".safetensors", cell, activation, what, draw)
            run("export", base + ".safetensors", "--to", "pytorch", "--out", base, "--quiet")
            assert sorted(p.name for p in pathlib.Path(base).iterdir()) == ["model.py", "model.safetensors"]
            ast.parse(pathlib.Path(base + "/model.py").read_text())
            pair = what["kind"] == "encoder-decoder"
            length = S if pair else T
            if what.get("real_input"):
                x = [[[draw.gauss(0, 1) for _ in range(what["inputs"])] for _ in range(B)] for _ in range(length)]
            else:
                x = [[-1 if t == 0 and not pair else draw.randrange(what["inputs"]) for _ in range(B)] for t in range(length)]
            target = [[draw.randrange(what["outputs"]) for _ in range(B)] for _ in range(T)]
            jobs[name] = {"folder": base, "x": x, "pair": pair, "target": target, "read": [[-1] * B, *target[:-1]], "once": what["kind"] == "many-to-one"}
    return jobs


def compare(job, answer, folder):
    """The worst error of a module against the reference; and that a pair decodes the reference's likeliest symbols."""
    worst, model = 0, job["folder"] + ".safetensors"
    for b in range(B):
        trace = reference(model, job["x"], job["target"] if job["pair"] else None, b, folder)
        rows = [answer["logits"][b]] if job["once"] else [row[b] for row in answer["logits"]]
        expected = trace["forward/logits"][-len(rows[0]) :] if job["once"] else trace["forward/logits"]
        worst = max(worst, close(flat(rows), expected, "logits"))
        if not job["pair"]:
            rows = [answer["y_hat"][b]] if job["once"] else [row[b] for row in answer["y_hat"]]
            expected = trace["forward/y_hat"][-len(rows[0]) :] if job["once"] else trace["forward/y_hat"]
            worst = max(worst, close(flat(rows), expected, "y_hat"))
            continue
        logits = reference(model, job["x"], answer["decoded"], b, folder)["forward/logits"]
        for t, row in enumerate(answer["decoded"]):
            here = logits[t * 5 : t * 5 + 5]
            assert here[row[b]] >= max(here) - 1e-5, f"decoded {row[b]} at {t}, the reference has {here}"
    return worst


def every_module(folder):
    known = re.search(r"--cell C .*\((.*)\)", run("export", "--help").stdout)[1].split(", ")
    assert len(known) >= 5 and set(known) <= set(BLOCKS), f"{known}: this test knows {list(BLOCKS)}"
    cells = [(cell, "tanh") for cell in known]
    jobs = make_jobs(folder, cells + [("rnn", "relu")])
    if subprocess.run([PYTHON, "-c", "import torch"], capture_output=True).returncode != 0:
        return f"{len(jobs)} modules are Python; # SKIP PyTorch is missing (python3-torch), nothing was run"
    pathlib.Path(f"{folder}/jobs.json").write_text(json.dumps(jobs))
    result = subprocess.run([PYTHON, "-c", WORKER, f"{folder}/jobs.json", f"{folder}/answers.json"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-500:]
    answers, worst = json.load(open(f"{folder}/answers.json")), 0
    for name, job in jobs.items():
        try:
            worst = max(worst, compare(job, answers[name], folder))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}")
        assert (answers[name]["vocabulary"] is None) == ("reals" in name or "several" in name or "numbers" in name), name
    return f"{len(jobs)} modules, largest error {worst:.2g}"


def files_of_other_programs(folder):
    """Without a description: sizes and cell come from the tensors, the rest is said; the numbers are the same."""
    told = {"tagging": [], "one answer": ["--kind", "many-to-one"], "pair, embedded, both directions": []}
    for cell in ("rnn", "gru_reset_after", "lstm"):
        for kind, words in told.items():
            what, found = KINDS[kind], []
            for described in (True, False):
                model = f"{folder}/{described}.safetensors"
                write_model(model, cell, "tanh", what, random.Random(3), described)
                run("export", model, "--to", "pytorch", "--out", f"{folder}/{described}", *([] if described else words))
                save_array(f"{folder}/x.npy", [1, 5, 0, 2])
                save_array(f"{folder}/y.npy", [2, 1, 0, 2])
                run("trace", model, "--input", f"{folder}/x.npy", "--target", f"{folder}/y.npy", *([] if described else words), "--out", f"{folder}/t.safetensors")
                trace = read_trace(f"{folder}/t.safetensors")
                found.append((trace, pathlib.Path(f"{folder}/{described}/model.py").read_text()))
            assert found[0] == found[1] and any(found[0][0]["backward/logits"]), (cell, kind)
    return f"{3 * len(told)} networks"


def bad_words(folder):
    model = f"{folder}/m.safetensors"
    write_model(model, "rnn", "tanh", KINDS["many-to-many"], random.Random(1))
    for words, expected in (
        (["export", "--to", "pytorch", "--out", folder], "expected a model"),
        (["export", model, "--out", folder], "--to: expected pytorch"),
        (["export", model, "--to", "onnx", "--out", folder], "expected one of pytorch"),
        (["export", model, "--to", "pytorch"], "--out: expected a folder"),
    ):
        assert expected in run(*words, status=2).stderr, words
    pathlib.Path(f"{folder}/file").write_text("kept")
    assert "expected a folder, found a file" in run("export", model, "--to", "pytorch", "--out", f"{folder}/file", status=1).stderr
    assert pathlib.Path(f"{folder}/file").read_text() == "kept"
    run("export", f"{folder}/file", "--to", "pytorch", "--out", f"{folder}/new", status=1)
    assert not pathlib.Path(f"{folder}/new").exists()
    assert json.loads(run("export", model, "--to", "pytorch", "--out", f"{folder}/a/b", "--json").stdout)["files"] == ["model.py", "model.safetensors"]
    return "errors are told, nothing is left"


print("1..3")
failed = 0
for number, function in enumerate([every_module, files_of_other_programs, bad_words], 1):
    with tempfile.TemporaryDirectory() as place:
        try:
            print(f"ok {number} - {function.__name__}: {function(place)}", flush=True)
        except Exception as error:  # a test tells what it saw
            failed += 1
            print(f"# {type(error).__name__}: {error}".replace("\n", " "))
            print(f"not ok {number} - {function.__name__}", flush=True)
sys.exit(1 if failed else 0)
