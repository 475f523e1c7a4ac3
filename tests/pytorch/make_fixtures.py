#!/usr/bin/env python3
"""PyTorch's own numbers: weights, inputs, logits, loss and every gradient of small networks, in double precision.

    make_fixtures.py [--out DIR] [--seed N]

Without words it writes the fixtures that are kept (tests/data/pytorch); tests/pytorch/test_pytorch.c compares the
reference and the kernels with them, and runs this script again with another seed where PyTorch is installed.

Each file is a state dict (F64) and beside it: x, target, and of an encoder-decoder source, (T, B); of real inputs x
(T, B, I); logits (T, B, O), of one answer a sequence (1, B, O); loss, the mean over the targets from 0 on; and
grad/{parameter}. A symbol of -1 is the zero vector, a target of -1 carries no loss."""
import argparse
import json
import pathlib
import struct

import torch
from torch import nn
from torch.nn import functional as F

T, B, H, V, O, E, SOURCE_T = 6, 2, 5, 6, 4, 3, 4


class Network(nn.Module):
    """Embedding or one-hot, a torch.nn layer, a linear head: the names of docs/formats.md."""

    def __init__(self, module, inputs, outputs, embed=0, **options):
        super().__init__()
        self.inputs = inputs
        if embed:
            self.embed = nn.Embedding(inputs, embed)
        self.rnn = module(embed or inputs, H, **options)
        if outputs:
            self.head = nn.Linear(H * (2 if options.get("bidirectional") else 1), outputs)

    def read(self, x):
        if x.is_floating_point():
            return x
        there = (x >= 0).unsqueeze(-1)
        x = x.clamp(min=0)
        vectors = self.embed(x) if hasattr(self, "embed") else F.one_hot(x, self.inputs).double()
        return vectors * there

    def forward(self, x, state=None, last=False):
        states, end = self.rnn(self.read(x), state)
        if not hasattr(self, "head"):
            return end
        if last:
            hidden = end[0] if isinstance(end, tuple) else end
            directions = 2 if self.rnn.bidirectional else 1
            states = torch.cat(tuple(hidden[-directions:]), -1).unsqueeze(0)
        return self.head(states)


class Pair(nn.Module):
    """Each layer of the decoder starts from the last state of the encoder's, summed over directions."""

    def __init__(self, module, embed, layers, bidirectional):
        super().__init__()
        self.layers = layers
        self.encoder = Network(module, V, 0, embed, num_layers=layers, bidirectional=bidirectional)
        self.decoder = Network(module, O, O, embed, num_layers=layers)

    def forward(self, source, x):
        end = self.encoder(source)
        add = lambda states: states.view(self.layers, -1, B, H).sum(1)
        return self.decoder(x, tuple(map(add, end)) if isinstance(end, tuple) else add(end))


def write(path, meta, tensors):
    kinds = {torch.float64: "F64", torch.int64: "I64"}
    header, body = {"__metadata__": meta}, b""
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def symbols(below, length, first=False, gap=False):
    x = torch.randint(below, (length, B))
    if first:
        x[0] = -1
    if gap:
        x[length // 2, 0] = -1
    return x


def fixture(path, network, cell, activation, kind, embed, inputs):
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    layers = network.layers if kind == "encoder-decoder" else network.rnn.num_layers
    directions = 2 if (network.encoder if kind == "encoder-decoder" else network).rnn.bidirectional else 1
    tensors, one = dict(network.state_dict()), kind == "many-to-one"
    tensors["x"] = x = inputs
    tensors["target"] = target = symbols(O, 1 if one else T, gap=not one)
    if kind == "encoder-decoder":
        tensors["source"] = symbols(V, SOURCE_T)
        logits = network(tensors["source"], x)
    else:
        logits = network(x, last=one)
    loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=-1)
    loss.backward()
    tensors.update(logits=logits, loss=loss)
    tensors.update({"grad/" + name: parameter.grad for name, parameter in network.named_parameters()})
    sizes = f"{layers} {H} {directions} {x.shape[2] if x.is_floating_point() else V} {O} {int(x.is_floating_point())} {embed}"
    write(path, {"spec": f"{cell} {activation} {kind} {sizes}", "torch": torch.__version__}, tensors)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "data" / "pytorch")
    words.add_argument("--seed", type=int, default=1)
    words = words.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(words.seed)
    cells = [("rnn", "tanh", nn.RNN, {"nonlinearity": "tanh"}), ("rnn", "relu", nn.RNN, {"nonlinearity": "relu"}),
             ("gru_reset_after", "tanh", nn.GRU, {}), ("lstm", "tanh", nn.LSTM, {})]
    for cell, activation, module, own in cells:
        word = {"gru_reset_after": "gru", "rnn": activation}.get(cell, cell)
        for layers in (1, 3):
            for directions in (1, 2):
                options = dict(own, num_layers=layers, bidirectional=directions == 2)
                real = layers == 3
                network = Network(module, 3 if real else V, O, **options)
                x = torch.randn(T, B, 3) if real else symbols(V, T, first=True)
                fixture(words.out / f"{word}-{layers}-{directions}.safetensors", network, cell, activation, "many-to-many", 0, x)
        network = Network(module, V, O, E, **dict(own, bidirectional=True))
        fixture(words.out / f"{word}-one-answer.safetensors", network, cell, activation, "many-to-one", E, symbols(V, T))
    for cell, module, embed, layers, both in (("gru_reset_after", nn.GRU, E, 1, True), ("lstm", nn.LSTM, 0, 2, False)):
        network = Pair(module, embed, layers, both)
        fixture(words.out / f"pair-{cell}.safetensors", network, cell, "tanh", "encoder-decoder", embed, symbols(O, T, first=True))


if __name__ == "__main__":
    main()
