"""What bench/run and bench/sweep share: unroll and the peer run one after the other on the same shape."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RATE = 1e-4  # of learning: at the default a thousand units diverge on random data, and unroll stops there
OWN_CELLS = {"rnn": "rnn", "gru": "gru_reset_after", "lstm": "lstm"}  # PyTorch's GRU is the reset-after variant
# torch's own threads and those of OpenBLAS's other build fight for the cores
OPENMP_BLAS = [pathlib.Path("/usr/lib") / machine / "openblas-openmp" for machine in ("x86_64-linux-gnu", "aarch64-linux-gnu")]


def add_words(parser):
    parser.add_argument("--unroll", default=HERE.parent / "build" / "release" / "src" / "unroll")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that has torch")
    parser.add_argument("--json", action="store_true", help="one object a line instead of the table")


def find_peer(words):
    if not pathlib.Path(words.unroll).exists():
        sys.exit(f"{words.unroll} is missing: build it with scripts/run --version, or name another with --unroll")
    try:
        missing = subprocess.run([words.python, "-c", "import torch"], capture_output=True).returncode
    except OSError:
        missing = 1
    if missing:
        print("PyTorch is missing; on Debian: apt-get install python3-torch. Only unroll is measured.", file=sys.stderr)
        words.python = None


def run_json(command, environment=None):
    """The last line of what a command prints, as JSON, or what went wrong."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, env=environment)
        if done.returncode:
            return None, (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return json.loads(done.stdout.strip().splitlines()[-1]), None
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as fault:
        return None, f"{type(fault).__name__}: {fault}"


def run_peer(words, options, threads=1):
    environment = dict(os.environ)
    folder = next((path for path in OPENMP_BLAS if path.is_dir()), None)
    if threads > 1 and folder:
        environment["LD_LIBRARY_PATH"] = f"{folder}:{environment.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    elif threads > 1:
        print("Two threads of PyTorch need the OpenMP build of OpenBLAS; on Debian: apt-get install libopenblas0-openmp", file=sys.stderr)
    return run_json([words.python, HERE / "peer_torch.py", *options, "--threads", threads, "--json"], environment)


def measure_step(words, cell, hidden, batch, length, threads, layers, rounds, quick):
    """Peer and unroll in turn; medians of the rounds, the ratio against the peer's best."""
    row = {"cell": cell, "hidden": hidden, "batch": batch, "length": length, "threads": threads, "layers": layers}
    shape = ["--hidden", hidden, "--batch", batch, "--seq", length, "--layers", layers]
    own, share, peer, best = [], [], [], []
    for _ in range(rounds):
        if words.python:
            found, fault = run_peer(words, ["--cell", cell, *shape, *(["--samples", 3, "--sample-s", 0.1] if quick else [])], threads)
            if fault:
                return {**row, "fault": f"PyTorch: {fault}"}
            peer.append(found["tokens_per_s"])
            best.append(found["tokens_per_s_best"])
        found, fault = run_json([words.unroll, "bench", "--cell", OWN_CELLS[cell], *shape, "--vocab", 65, "--lr", RATE, "--threads", threads,
                                 "--json"])
        if fault:
            return {**row, "fault": fault}
        own.append(found["tokens_per_s"])
        share.append(found["fma_share"])
    row.update(tokens_per_s=statistics.median(own), fma_share=statistics.median(share))
    if peer:
        row.update(torch_median=statistics.median(peer), torch_best=max(best), ratio=statistics.median(own) / max(best))
    return row
