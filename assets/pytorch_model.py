"""@TITLE@, as a PyTorch module. Needs torch and nothing else.

    from model import load
    network = load()                      # reads model.safetensors beside this file
#? single symbols
    x = torch.tensor([[5], [2], [7]])     # (T, B) symbols; -1 is the zero vector
#.
#? single real
    x = torch.zeros(3, 1, INPUTS)         # (T, B, INPUTS) numbers
#.
#? single !once
    logits = network(x)                   # (T, B, OUTPUTS)
    y_hat = network.predict(x)            # the same through @LINK@
#.
#? single once
    logits = network(x)                   # (B, OUTPUTS): one answer a sequence
    y_hat = network.predict(x)            # the same through @LINK@
#.
#? pair symbols
    source = torch.tensor([[5], [2]])     # (S, B) symbols that the encoder reads; -1 is the zero vector
#.
#? pair real
    source = torch.zeros(3, 1, INPUTS)    # (S, B, INPUTS) numbers that the encoder reads
#.
#? pair
    written = network.decode(source, 20)  # (at most 20, B) symbols, the likeliest one at each step
    logits = network(source, x)           # (T, B, OUTPUTS) where the decoder reads x (T, B), -1 first
#.

network.vocabulary are the texts of the symbols that go in, network.labels those that come out (None where the model
has none). Weights are float32 in PyTorch's names and shapes: network.state_dict() is what the file holds.
"""
import json
import pathlib
import struct

import torch
from torch import nn
#? symbols
from torch.nn import functional
#.
#? pair real
from torch.nn import functional
#.

INPUTS, HIDDEN, LAYERS, DIRECTIONS, OUTPUTS = @INPUTS@, @HIDDEN@, @LAYERS@, @DIRECTIONS@, @OUTPUTS@
#? embed
EMBED = @EMBED@
#.


def read_safetensors(path):
    """Tensors and metadata of a .safetensors file: 8 bytes with the header's length, the header (JSON), the numbers."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    meta = header.pop("__metadata__", {})
    kinds = {"F32": torch.float32, "F64": torch.float64}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = torch.frombuffer(bytearray(data[start + begin : start + end]), dtype=kinds[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"])
    return tensors, meta


#? own
class Recurrent(nn.Module):
    """Layers of one cell that torch.nn does not have; called like nn.GRU and nn.LSTM.

#? gru_simple
    The simplified GRU of the course; c is the state, the update gate writes where it is 1:
        candidate = tanh(W_c [c, x] + b_c)    update = sigmoid(W_u [c, x] + b_u)
        c' = update * candidate + (1 - update) * c
    Rows of the weights: update, candidate.
#.
#? gru
    The GRU of Cho et al. 2014 as the course writes it (nn.GRU applies its reset gate behind the product, this one before
    it, and nn.GRU's update gate is 1 - update); c is the state:
        relevance = sigmoid(W_r [c, x] + b_r)    update = sigmoid(W_u [c, x] + b_u)
        candidate = tanh(W_c [relevance * c, x] + b_c)    c' = update * candidate + (1 - update) * c
    Rows of the weights: relevance, update, candidate.
#.
#? lstm_peephole
    The LSTM with peepholes (Gers, Schraudolph and Schmidhuber 2002): the gates look at the memory c through a weight for
    each unit, the output gate at the new one:
        update = sigmoid(W_u [a, x] + b_u + w_u * c)    forget = sigmoid(W_f [a, x] + b_f + w_f * c)
        candidate = tanh(W_c [a, x] + b_c)    c' = update * candidate + forget * c
        output = sigmoid(W_o [a, x] + b_o + w_o * c')    a' = output * tanh(c')
    Rows of the weights: update, forget, candidate, output; of weight_ch: update, forget, output.
#.
    """

    def __init__(self, inputs, hidden, layers, bidirectional=False):
        super().__init__()
        self.hidden, self.layers, self.suffixes = hidden, layers, ["", "_reverse"] if bidirectional else [""]
        for layer in range(layers):
            wide = inputs if layer == 0 else hidden * len(self.suffixes)
            for suffix in self.suffixes:
                sizes = {"weight_ih": (@BLOCKS@ * hidden, wide), "weight_hh": (@BLOCKS@ * hidden, hidden)}
                sizes.update(bias_ih=(@BLOCKS@ * hidden,), bias_hh=(@BLOCKS@ * hidden,))
#? lstm_peephole
                sizes.update(weight_ch=(3 * hidden,))
#.
                for name, size in sizes.items():
                    self.register_parameter(f"{name}_l{layer}{suffix}", nn.Parameter(torch.zeros(size)))

    def step(self, x, state, weight):
        """One timestep: x (B, I) and the states (B, H) to the next states; weight(name) is this layer's."""
#? gru_simple
        (c,) = state
        from_x = (x @ weight("weight_ih").T + weight("bias_ih")).chunk(2, -1)
        from_c = (c @ weight("weight_hh").T + weight("bias_hh")).chunk(2, -1)
        update = torch.sigmoid(from_x[0] + from_c[0])
        candidate = torch.tanh(from_x[1] + from_c[1])
        return (update * candidate + (1 - update) * c,)
#.
#? gru
        (c,) = state
        x_r, x_u, x_c = (x @ weight("weight_ih").T + weight("bias_ih")).chunk(3, -1)
        w_r, w_u, w_c = weight("weight_hh").chunk(3)
        b_r, b_u, b_c = weight("bias_hh").chunk(3)
        relevance = torch.sigmoid(x_r + c @ w_r.T + b_r)
        update = torch.sigmoid(x_u + c @ w_u.T + b_u)
        candidate = torch.tanh(x_c + (relevance * c) @ w_c.T + b_c)
        return (update * candidate + (1 - update) * c,)
#.
#? lstm_peephole
        a, c = state
        sums = x @ weight("weight_ih").T + weight("bias_ih") + a @ weight("weight_hh").T + weight("bias_hh")
        z_u, z_f, z_c, z_o = sums.chunk(4, -1)
        w_u, w_f, w_o = weight("weight_ch").chunk(3)
        update, forget = torch.sigmoid(z_u + w_u * c), torch.sigmoid(z_f + w_f * c)
        c = update * torch.tanh(z_c) + forget * c
        return torch.sigmoid(z_o + w_o * c) * torch.tanh(c), c
#.

    def forward(self, x, state=None):
        """x (T, B, I) to the states of the last layer (T, B, H * directions), and every layer's last state."""
        ends = []
        for layer in range(self.layers):
            outputs = []
            for direction, suffix in enumerate(self.suffixes):
                row = layer * len(self.suffixes) + direction
                now = tuple(s[row] for s in state) if state else (x.new_zeros(x.shape[1], self.hidden),) * @STATES@
                weight = lambda name: getattr(self, f"{name}_l{layer}{suffix}")
                steps = []
                for t in range(len(x)) if direction == 0 else reversed(range(len(x))):
                    now = self.step(x[t], now, weight)
                    steps.append(now[0])
                outputs.append(torch.stack(steps if direction == 0 else steps[::-1]))
                ends.append(now)
            x = torch.cat(outputs, -1)
        return x, tuple(torch.stack(rows) for rows in zip(*ends))


#.
#? symbols
def one_of_many(x, embed, count):
    """Symbols as vectors: rows of the embedding, or one-hot; -1 is the zero vector."""
    there, x = (x >= 0).unsqueeze(-1), x.clamp(min=0)
    vectors = embed(x) if embed else functional.one_hot(x, count).to(torch.get_default_dtype())
    return vectors * there


#.
#? pair real
def one_of_many(x, embed, count):
    """Symbols as vectors: one-hot; -1 is the zero vector."""
    there, x = (x >= 0).unsqueeze(-1), x.clamp(min=0)
    return functional.one_hot(x, count).to(torch.get_default_dtype()) * there


#.
#? single
class Network(nn.Module):
    def __init__(self):
        super().__init__()
#? embed
        self.embed = nn.Embedding(INPUTS, EMBED)
        self.rnn = @RNN@(EMBED, HIDDEN, LAYERS@ACTIVATION@, bidirectional=DIRECTIONS == 2)
#.
#? !embed
        self.rnn = @RNN@(INPUTS, HIDDEN, LAYERS@ACTIVATION@, bidirectional=DIRECTIONS == 2)
#.
        self.head = nn.Linear(HIDDEN * DIRECTIONS, OUTPUTS)

    def forward(self, x):
#? symbols embed
        x = one_of_many(x, self.embed, INPUTS)
#.
#? symbols !embed
        x = one_of_many(x, None, INPUTS)
#.
#? !once
        states, _ = self.rnn(x)
        return self.head(states)
#.
#? once
        _, last = self.rnn(x)
#? tuple
        last = last[0]  # the hidden state, not the memory
#.
        # The last layer's last state of each direction: forward in time that of T - 1, backward that of 0.
        return self.head(torch.cat(tuple(last[-DIRECTIONS:]), -1))
#.

    @torch.no_grad()
    def predict(self, x):
#? softmax
        return torch.softmax(self(x), -1)
#.
#? sigmoid
        return torch.sigmoid(self(x))
#.
#? linear
        return self(x)
#.


#.
#? pair
class Side(nn.Module):
    """The encoder, or with a head the decoder."""

    def __init__(self, inputs, directions, outputs):
        super().__init__()
        self.inputs = inputs
#? embed
        self.embed = nn.Embedding(inputs, EMBED)
        self.rnn = @RNN@(EMBED, HIDDEN, LAYERS@ACTIVATION@, bidirectional=directions == 2)
#.
#? !embed
        self.rnn = @RNN@(inputs, HIDDEN, LAYERS@ACTIVATION@, bidirectional=directions == 2)
#.
        if outputs:
            self.head = nn.Linear(HIDDEN, outputs)

    def read(self, x, state=None):
        if not x.is_floating_point():
#? embed
            x = one_of_many(x, self.embed, self.inputs)
#.
#? !embed
            x = one_of_many(x, None, self.inputs)
#.
        return self.rnn(x, state)


class Network(nn.Module):
    """Each layer of the decoder starts from the last state of the same layer of the encoder@BOTH@."""

    def __init__(self):
        super().__init__()
        self.encoder = Side(INPUTS, DIRECTIONS, 0)
        self.decoder = Side(OUTPUTS, 1, OUTPUTS)

    def start(self, source):
        """The decoder's first state."""
        _, last = self.encoder.read(source)
        both = lambda end: end.view(LAYERS, DIRECTIONS, *end.shape[1:]).sum(1)
#? tuple
        return tuple(both(end) for end in last)
#.
#? !tuple
        return both(last)
#.

    def forward(self, source, x):
        states, _ = self.decoder.read(x, self.start(source))
        return self.decoder.head(states)

    @torch.no_grad()
    def decode(self, source, length, end=0):
        """The likeliest symbol, step by step, until every sequence has written `end`."""
        state = self.start(source)
        x = torch.full((1, source.shape[1]), -1)
        written = []
        while len(written) < length and not (written and all((torch.cat(written) == end).any(0))):
            states, state = self.decoder.read(x, state)
            x = self.decoder.head(states).argmax(-1)
            written.append(x)
        return torch.cat(written)


#.
def load(path=pathlib.Path(__file__).with_name("model.safetensors")):
    tensors, meta = read_safetensors(path)
    network = Network()
    network.load_state_dict(tensors)
    network.vocabulary = json.loads(meta["vocabulary"]) if "vocabulary" in meta else None
    network.labels = json.loads(meta["labels"]) if "labels" in meta else network.vocabulary
    return network.eval()


if __name__ == "__main__":
    print(load())
