#!/usr/bin/env python3
"""Load a Sparsescope initialisation into PyTorch and check it.

    python3 load_init.py .sparsescope/runs/mlp7-eoi-1/init.safetensors

Needs torch >= 1.13 and nothing else: safetensors is eight bytes of header length, a JSON header and the tensors.

In your own code:

    from load_init import load, build
    tensors, metadata = load("init.safetensors")
    model, masks = build(tensors, activation=torch.nn.Tanh)
    ...
    optimiser.step()
    keep_masks(model, masks)  # pruned weights stay exactly zero

`load` reads every file of a run: also what a change of the masks dropped and grew, whose places, U32 in the file, come
as int64, since torch does not count in U32.

    tensors, metadata = load("updates/step-000100.safetensors")
    mask.view(-1)[tensors["layers.fc1.drop"]] = False
    mask.view(-1)[tensors["layers.fc1.grow"]] = True

Prints, for each layer, its shape (out, in), density, max |W W^T - I| over the smaller Gram matrix, and its smallest
and largest singular value by torch.linalg.svdvals. Ends with status 1 and one sentence when a mask is not of zeros
and ones, a pruned weight is not zero, or a layer is not orthogonal within the tolerance. The last is reported but not
judged when the file says that it was made with `init: base`, or that it is a checkpoint of a later step.
"""

import argparse
import json
import math
import os
import struct
import sys
from collections import OrderedDict

import torch

# As what torch reads them. U32 is none of its types everywhere: `load` makes int64 of it.
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
LONGEST_HEADER = 64 << 20
PADDINGS = ("zero", "circular", "none")
# What the other files of a run hold, by the format in their metadata.
OTHER_FILES = {
    "sparsescope.updates": "a change of the masks",
    "sparsescope.masks": "masks",
    "sparsescope.rotations": "rotations",
}


class InitError(Exception):
    """The file is not what it should be; the text says what and where."""


def unique(pairs):
    """A JSON object whose names may appear once only."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise InitError("a name appears twice in its header")
    return result


def is_whole(value):
    """A JSON number that may count something; True and False are none."""
    return type(value) is int and value >= 0


def load(path):
    """Read a safetensors file: ({name: tensor} in the file's order, {metadata})."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        prefix = file.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else size
        if length > size - 8 or length > LONGEST_HEADER:
            raise InitError("it is cut off or not a safetensors file")
        try:
            header = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=unique)
        except (ValueError, RecursionError) as error:
            raise InitError("its header is not JSON (%s)" % error) from error
        if not isinstance(header, dict):
            raise InitError("its header is not a JSON object")
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
            raise InitError("its __metadata__ is not texts by name")
        data = bytearray(file.read())
    tensors = OrderedDict()
    for name, info in header.items():
        try:
            dtype, shape, (begin, end) = DTYPES[info["dtype"]], info["shape"], info["data_offsets"]
            whole = isinstance(shape, list) and all(map(is_whole, shape + [begin, end]))
        except (KeyError, TypeError, ValueError) as error:
            raise InitError("tensor %s has a dtype, shape or data_offsets this script cannot read" % name) from error
        if not whole:
            raise InitError("tensor %s has a shape or data_offsets that are not whole numbers" % name)
        count = math.prod(shape)
        if not 0 <= begin <= end <= len(data) or end - begin != count * torch.empty((), dtype=dtype).element_size():
            raise InitError("tensor %s does not fit its data_offsets" % name)
        # torch.frombuffer refuses empty tensors.
        flat = torch.frombuffer(data, dtype=dtype, count=count, offset=begin) if count else torch.empty(0, dtype=dtype)
        # The same 32 bits, the highest of which is no sign here.
        tensors[name] = (flat.long() & 0xFFFFFFFF if info["dtype"] == "U32" else flat).reshape(shape)
    return tensors, metadata


def layer_names(tensors):
    """Names that have a weight and a mask, in the file's order: `layers.fc1`."""
    return [name[: -len(".weight")] for name in tensors if name.endswith(".weight") and name[:-6] + "mask" in tensors]


def short(name):
    """A module's name: without the prefix `layers.`, and without dots, which modules may not have."""
    return (name[len("layers.") :] if name.startswith("layers.") else name).replace(".", "_")


def conv_options(metadata, name):
    """Stride, padding and groups of a convolution, which its weight does not tell; of one group without them."""
    key = name + ".conv"
    try:
        told = json.loads(metadata.get(key, "{}"))
    except (ValueError, RecursionError) as error:
        raise InitError("its metadata %s is not JSON (%s)" % (key, error)) from error
    if not isinstance(told, dict):
        raise InitError("its metadata %s is not a JSON object with stride, padding and groups" % key)
    options = {"stride": 1, "padding": "zero", "groups": 1, **told}
    for part in ("stride", "groups"):
        if not is_whole(options[part]) or options[part] == 0:
            raise InitError("its metadata %s has a %s that is not a whole number above 0" % (key, part))
    if options["padding"] not in PADDINGS:
        raise InitError("its metadata %s has a padding that is not %s" % (key, " or ".join(PADDINGS)))
    return options


def blocks_of(metadata, name):
    """Into how many blocks of rows a weight is cut that are operators of their own: groups, or stacked matrices."""
    told = metadata.get(name + ".stack", "1")
    # Python refuses to count in thousands of digits.
    if not (told.isascii() and told.isdigit() and len(told) < 10 and int(told) > 0):
        raise InitError("its metadata %s.stack is not a whole number above 0" % name)
    return int(told) * conv_options(metadata, name)["groups"]


def gain_of(metadata):
    """What orthogonal weights were multiplied by; 1 where the file does not tell."""
    try:
        gain = float(metadata.get("gain", "1"))
    except ValueError:
        gain = math.nan
    if not 0 < gain < math.inf:
        raise InitError("its metadata gain is not a number above 0")
    return gain


def layers_of(tensors, metadata):
    """`layer_names` of a file that has to have some."""
    names = layer_names(tensors)
    if "sharing" in metadata:
        raise InitError("its weights are shared: recover_rps.py reads them, and `sparsescope expand` writes them out")
    held = OTHER_FILES.get(metadata.get("format"))
    if held and not names:
        raise InitError("it holds %s and no weights: init.safetensors and checkpoints have those" % held)
    if not names:
        raise InitError("it has no layers: tensors NAME.weight with NAME.mask were expected")
    return names


class Convolution(torch.nn.Conv2d):
    """A Conv2d that pads even kernels too: one place less before the picture than after it."""

    def __init__(self, out, inputs, kernel, options, bias):
        groups, self.beyond = options["groups"], options["padding"]
        super().__init__(inputs * groups, out, tuple(kernel), options["stride"], groups=groups, bias=bias)
        self.around = [side for size in reversed(kernel) for side in ((size - 1) // 2, size // 2)]

    def forward(self, x):
        if self.beyond != "none":
            x = torch.nn.functional.pad(x, self.around, mode="circular" if self.beyond == "circular" else "constant")
        return super().forward(x)


def build(tensors, activation=torch.nn.Tanh, metadata=None):
    """A network with the file's weights and biases, and its masks by layer: (nn.Sequential, {"fc1": bool mask}).

    Its layers have the names of the file (`model.fc1.weight`), with an activation between each two. Convolutions take
    pictures (batch, channels, height, width); `metadata`, the file's, says how they look at them.
    """
    modules = OrderedDict()
    masks = OrderedDict()
    state = {}
    previous = []
    for name in layer_names(tensors):
        if modules:
            modules["activation%d" % len(masks)] = activation()
        rows, columns, *kernel = tensors[name + ".weight"].shape
        biased = name + ".bias" in tensors
        if kernel:
            modules[short(name)] = Convolution(rows, columns, kernel, conv_options(metadata or {}, name), biased)
        else:
            if modules and previous:
                modules["flatten"] = torch.nn.Flatten()
            modules[short(name)] = torch.nn.Linear(columns, rows, bias=biased)
        previous = kernel
        masks[short(name)] = tensors[name + ".mask"].bool()
        for part in ("weight", "bias"):
            if name + "." + part in tensors:
                state[short(name) + "." + part] = tensors[name + "." + part]
    model = torch.nn.Sequential(modules)
    model.load_state_dict(state)
    return model, masks


def keep_masks(model, masks):
    """Set pruned weights back to zero: call it after each step of the optimiser."""
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name + ".weight").mul_(mask)


def orthogonality_error(weight):
    """max |G - I| over the smaller Gram matrix, in float64."""
    gram = weight @ weight.mH if weight.shape[0] <= weight.shape[1] else weight.mH @ weight
    return (gram - torch.eye(gram.shape[0], dtype=gram.dtype)).abs().max().item()


def operators(weight, blocks):
    """What the layer does, as matrices: those stacked in it, or of a convolution one for each group and frequency of an 8 x 8 circle."""
    if weight.dim() == 2:
        return list(weight.double().chunk(blocks))
    places = [max(8, side) for side in weight.shape[2:]]
    by_frequency = torch.fft.fft2(weight.double(), s=places).flatten(2).permute(2, 0, 1)
    return [block for group in by_frequency.chunk(blocks, dim=1) for block in group]


def check(name, weight, mask, tolerance, gain=1.0, blocks=1):
    """Print one layer's line; `tolerance` None reports orthogonality without judging it."""
    if weight.dim() not in (2, 4) or weight.numel() == 0 or weight.shape != mask.shape:
        raise InitError("layer %s: weight and mask are not matrices or kernels of one shape" % name)
    if weight.shape[0] % blocks:
        raise InitError("layer %s: its %d groups do not divide its %d outputs" % (name, blocks, weight.shape[0]))
    if not bool(((mask == 0) | (mask == 1)).all()):
        raise InitError("layer %s: the mask has values other than 0 and 1" % name)
    if not bool(torch.isfinite(weight).all()):
        raise InitError("layer %s: a weight is not finite" % name)
    if bool((weight[mask == 0] != 0).any()):
        raise InitError("layer %s: a pruned weight is not zero" % name)
    matrices = [matrix / gain for matrix in operators(weight, blocks)]
    error = max(orthogonality_error(matrix) for matrix in matrices)
    values = gain * torch.cat([torch.linalg.svdvals(matrix) for matrix in matrices])
    print(
        "%-14s %5d x %-5s  density %.4f  max|WW^T-I| %.1e  singular values %.6f .. %.6f"
        % (name, weight.shape[0], " x ".join(map(str, weight.shape[1:])), mask.double().mean().item(), error, values.min(), values.max())
    )
    if tolerance is not None and not error <= tolerance:
        raise InitError("layer %s is not orthogonal: max|WW^T-I| is %.1e, more than %.1e" % (name, error, tolerance))


def main():
    parser = argparse.ArgumentParser(description="Load a Sparsescope initialisation into PyTorch and check it.")
    parser.add_argument("file", help="init.safetensors of a run, or what `sparsescope init` wrote")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="largest max|WW^T-I| accepted (default 1e-5)")
    options = parser.parse_args()
    try:
        tensors, metadata = load(options.file)
        names = layers_of(tensors, metadata)
        gain = gain_of(metadata)
        trained = metadata.get("step", "0") != "0"
        loose = metadata.get("init") in ("base", "ai")
        reason = "made with init: %s" % metadata["init"] if loose else "trained" if trained else None
        for name in names:
            tolerance = None if reason else options.tolerance
            blocks = blocks_of(metadata, name)
            check(name, tensors[name + ".weight"], tensors[name + ".mask"], tolerance, gain, blocks)
        model, masks = build(tensors, metadata=metadata)
        keep_masks(model, masks)
        kept = sum(int(mask.sum()) for mask in masks.values())
        judged = "%s: orthogonality not judged" % reason if reason else "all orthogonal"
        print("%d layers, %d weights kept, %s; loaded into torch %s" % (len(names), kept, judged, torch.__version__))
    except (InitError, OSError, RuntimeError) as error:
        print("%s: %s." % (options.file, str(error).rstrip(".")), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
