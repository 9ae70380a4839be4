#!/usr/bin/env python3
"""Read the rotations and bit-packed masks of a Sparsescope run, and check them against its initial weights.

    python3 load_rotations.py .sparsescope/runs/mlp7-eoi-1

Both formats are described in docs/formats.md. In your own code:

    from load_rotations import load_masks, load_sequences, replay
    sequences = load_sequences("rotations/givens.safetensors")
    weight = replay(sequences["fc1"])           # (out, in) float32, before the gain
    halfway = replay(sequences["fc1"], steps=50)
    masks = load_masks("masks/step-000000.safetensors")

Prints a line for each layer, and ends with status 1 and one sentence when a mask or a product of rotations is not what
init.safetensors holds.
"""

import argparse
import json
import math
import os
import sys

import torch

from load_init import InitError, blocks_of, gain_of, layer_names, load

# Python's cosine and sine differ from JavaScript's in the last bit for some angles. Rounded to float32 that seldom shows;
# where it does, an entry is off by 6e-8 at most at that rotation, as entries are at most 1.
TOLERANCE = 1e-6


def described(metadata, name):
    """The JSON that the metadata has under this name."""
    try:
        return json.loads(metadata[name])
    except (KeyError, ValueError) as error:
        raise InitError("its metadata has no %s that is JSON" % name) from error


def expect(ok, name, what):
    """A file may hold anything, and what is read here says where to write."""
    if not ok:
        raise InitError("%s is not %s" % (name, what))


def is_size(value):
    return type(value) is int and value > 0


def load_sequences(path):
    """The recorded sequences by name: a layer's, or `conv1/0`, `conv1/1` ... of a convolution in groups or a stack."""
    tensors, metadata = load(path)
    if metadata.get("format") != "sparsescope.rotations" or metadata.get("version") not in ("1", "2"):
        raise InitError("it is not a file of rotations that this script can read")
    sequences = {}
    for name in tensors:
        if name.endswith(".axes"):
            layer = name[: -len(".axes")]
            told = described(metadata, layer + ".shape")
            expect(isinstance(told, dict), layer + ".shape", "a JSON object")
            sequence = {key: told.get(key) for key in ("rows", "columns", "lastUndone", "seed")}
            parts = ("axes", "angle", "start", "signs")
            sequence.update((part, tensors[layer + "." + part]) for part in parts if layer + "." + part in tensors)
            check_sequence(layer, sequence)
            sequences[layer] = sequence
    return sequences


def check_sequence(layer, sequence):
    """Rotations and beginnings name axes that are there, and numbers are numbers."""
    sizes = [sequence.get("rows"), sequence.get("columns")]
    expect(all(map(is_size, sizes)), layer + ".shape", "of rows and columns")
    entries, axes = sorted(sizes)
    pairs, angle = sequence["axes"], sequence.get("angle")
    expect(pairs.dtype == torch.int32 and pairs.dim() == 2 and pairs.shape[1] == 2, layer + ".axes", "I32 pairs")
    ascending = (0 <= pairs[:, 0]) & (pairs[:, 0] < pairs[:, 1]) & (pairs[:, 1] < axes)
    expect(bool(ascending.all()), layer + ".axes", "pairs i < j of axes below %d" % axes)
    fits = angle is not None and angle.dtype == torch.float64 and angle.shape == pairs.shape[:1]
    expect(fits and bool(angle.isfinite().all()), layer + ".angle", "one finite F64 for each pair of axes")
    undone = sequence.get("lastUndone")
    expect(type(undone) is bool and (len(angle) > 0 or not undone), layer + ".shape", "with a lastUndone that can be")
    start, signs = sequence.get("start"), sequence.get("signs")
    if start is not None:
        fits = start.dtype == torch.int32 and start.shape == (entries,) and len(start.unique()) == entries
        expect(fits and bool(((0 <= start) & (start < axes)).all()), layer + ".start", "different axes below %d" % axes)
    if signs is not None:
        fits = signs.dtype == torch.int8 and signs.shape == (entries,)
        expect(fits and bool((signs.abs() == 1).all()), layer + ".signs", "I8 of 1 or -1, one for each entry")


def replay(sequence, steps=None):
    """The matrix after `steps` rotations (default: all but an undone last one), (out, in) float32."""
    rows, columns = sequence["rows"], sequence["columns"]
    entries, axes = min(rows, columns), max(rows, columns)
    angles = sequence["angle"].tolist()
    if steps is None:
        steps = len(angles) - int(sequence["lastUndone"])
    # One row for each rotated axis, so that a rotation touches two of them.
    product = torch.zeros(axes, entries)
    start = sequence["start"].long() if "start" in sequence else torch.arange(entries)
    product[start, torch.arange(entries)] = sequence["signs"].float() if "signs" in sequence else torch.ones(entries)
    for (i, j), angle in zip(sequence["axes"][:steps].tolist(), angles):
        cos, sin = math.cos(angle), math.sin(angle)
        first, second = product[i].double(), product[j].double()
        product[i] = (cos * first + sin * second).float()
        product[j] = (cos * second - sin * first).float()
    # Plus zero, so that no zero is negative: those of init.safetensors are not.
    return (product if rows > columns else product.T.contiguous()) + 0.0


def load_masks(path):
    """Masks by layer, as bool tensors of the weight's shape."""
    tensors, metadata = load(path)
    if metadata.get("format") != "sparsescope.masks" or metadata.get("version") != "1":
        raise InitError("it is not a file of masks that this script can read")
    masks = {}
    for name, bits in tensors.items():
        expect(name.endswith(".bits"), name, "a packed mask, NAME.bits")
        layer = name[: -len(".bits")]
        shape = described(metadata, layer + ".shape")
        expect(isinstance(shape, list) and shape and all(map(is_size, shape)), layer + ".shape", "a list of lengths")
        columns = math.prod(shape[1:])
        fits = bits.dtype == torch.uint8 and bits.shape == (shape[0], -(-columns // 8))
        expect(fits, name, "U8 of one bit for each weight of %s" % shape)
        each = ((bits.unsqueeze(-1) >> torch.arange(8, dtype=torch.uint8)) & 1).reshape(shape[0], -1).bool()
        expect(not bool(each[:, columns:].any()), name, "zero in its spare bits")
        # Contiguous, so that a flat view of it can be written to.
        masks[layer] = each[:, :columns].contiguous().reshape(shape)
    return masks


def centres(weight, blocks):
    """The matrix of each block: a linear weight itself, of a convolution what stands at the centre of its kernel."""
    if weight.dim() == 4:
        weight = weight[:, :, (weight.shape[2] - 1) // 2, (weight.shape[3] - 1) // 2]
    return weight.chunk(blocks)


def check(folder):
    """Print what each layer's rotations and mask come to."""
    tensors, metadata = load(os.path.join(folder, "init.safetensors"))
    gain = gain_of(metadata)
    masks = load_masks(os.path.join(folder, "masks", "step-000000.safetensors"))
    rotations = os.path.join(folder, "rotations", "givens.safetensors")
    sequences = load_sequences(rotations) if os.path.exists(rotations) else {}
    for name in layer_names(tensors):
        weight, mask = tensors[name + ".weight"], masks.get(name)
        if mask is None or not torch.equal(mask, tensors[name + ".mask"].bool()):
            raise InitError("layer %s: the packed mask is not the mask of init.safetensors" % name)
        blocks = blocks_of(metadata, name)
        short = name[len("layers.") :]
        names = [short] if blocks == 1 else ["%s/%d" % (short, block) for block in range(blocks)]
        told = "no rotations"
        if all(each in sequences for each in names):
            found = [sequences.pop(each) for each in names]
            told = "%d rotations make its weights, %s" % (
                sum(len(sequence["angle"]) for sequence in found),
                compared(name, found, centres(weight, blocks), gain),
            )
        print("%-14s %7d weights kept, packed in %d bytes; %s" % (name, mask.sum(), packed(mask), told))
    for name in sequences:
        print("%-14s not checked: init.safetensors has no layer of this name" % name)


def compared(name, sequences, matrices, gain):
    """How near the products, times the gain, come to the weights, in words."""
    error, same = 0.0, True
    for sequence, weight in zip(sequences, matrices):
        if (sequence["rows"], sequence["columns"]) != weight.shape:
            raise InitError("layer %s: its rotations are of another shape than its weight" % name)
        made = (gain * replay(sequence).double()).float()
        error = max(error, (made.double() - weight.double()).abs().max().item())
        # As integers: equal floats may still have other bits.
        same = same and torch.equal(made.view(torch.int32), weight.contiguous().view(torch.int32))
    if not error <= TOLERANCE * gain:
        raise InitError("layer %s: the product of its rotations is off by %.1e" % (name, error))
    return "bit for bit" if same else "to within %.1e" % error


def packed(mask):
    """Bytes of a packed mask."""
    return mask.shape[0] * -(-math.prod(mask.shape[1:]) // 8)


def main():
    parser = argparse.ArgumentParser(description="Check the rotations and packed masks of a Sparsescope run.")
    parser.add_argument("run", help="a run folder")
    options = parser.parse_args()
    try:
        check(options.run)
    except (InitError, OSError, RuntimeError, KeyError, ValueError) as error:
        print("%s: %s." % (options.run, str(error).rstrip(".")), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
