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

from load_init import InitError, layer_names, load

# The cosine of another mathematical library may differ in its last bit, and so may a weight that was rounded from it.
TOLERANCE = 1e-6


def load_sequences(path):
    """The recorded sequences by name: a layer's, or `conv1/0`, `conv1/1` ... of a convolution in groups."""
    tensors, metadata = load(path)
    if metadata.get("format") != "sparsescope.rotations" or metadata.get("version") not in ("1", "2"):
        raise InitError("it is not a file of rotations that this script can read")
    sequences = {}
    for name in tensors:
        if not name.endswith(".axes"):
            continue
        layer = name[: -len(".axes")]
        sequence = json.loads(metadata[layer + ".shape"])
        sequence.update(axes=tensors[name], angle=tensors[layer + ".angle"])
        for part in ("start", "signs"):
            if layer + "." + part in tensors:
                sequence[part] = tensors[layer + "." + part]
        check_axes(layer, sequence)
        sequences[layer] = sequence
    return sequences


def check_axes(layer, sequence):
    """A file may hold anything: rotations and beginnings name axes that are there."""
    axes = max(sequence["rows"], sequence["columns"])
    for part in ("axes", "start"):
        named = sequence.get(part)
        if named is not None and bool(((named < 0) | (named >= axes)).any()):
            raise InitError("layer %s: its %s names axes that a matrix of %d does not have" % (layer, part, axes))


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
    return product if rows > columns else product.T.contiguous()


def load_masks(path):
    """Masks by layer, as bool tensors of the weight's shape."""
    tensors, metadata = load(path)
    if metadata.get("format") != "sparsescope.masks" or metadata.get("version") != "1":
        raise InitError("it is not a file of masks that this script can read")
    masks = {}
    for name, bits in tensors.items():
        layer = name[: -len(".bits")]
        shape = json.loads(metadata[layer + ".shape"])
        columns = math.prod(shape[1:])
        each = (bits.unsqueeze(-1) >> torch.arange(8)) & 1
        masks[layer] = each.reshape(bits.shape[0], -1)[:, :columns].bool().reshape(shape)
    return masks


def centres(weight, groups):
    """The matrix of each group: a linear weight itself, of a convolution what stands at the centre of its kernel."""
    if weight.dim() == 4:
        weight = weight[:, :, (weight.shape[2] - 1) // 2, (weight.shape[3] - 1) // 2]
    return weight.chunk(groups)


def check(folder):
    """Print what each layer's rotations and mask come to."""
    tensors, metadata = load(os.path.join(folder, "init.safetensors"))
    gain = float(metadata.get("gain", "1"))
    masks = load_masks(os.path.join(folder, "masks", "step-000000.safetensors"))
    rotations = os.path.join(folder, "rotations", "givens.safetensors")
    sequences = load_sequences(rotations) if os.path.exists(rotations) else {}
    for name in layer_names(tensors):
        if not torch.equal(masks[name], tensors[name + ".mask"].bool()):
            raise InitError("layer %s: the packed mask is not the mask of init.safetensors" % name)
        groups = json.loads(metadata.get(name + ".conv", "{}")).get("groups", 1)
        short = name[len("layers.") :]
        names = [short] if groups == 1 else ["%s/%d" % (short, group) for group in range(groups)]
        told = "no rotations"
        if all(each in sequences for each in names):
            pairs = [(replay(sequences[n]), w) for n, w in zip(names, centres(tensors[name + ".weight"], groups))]
            error = max((gain * made.double() - weight.double()).abs().max().item() for made, weight in pairs)
            if not error <= TOLERANCE * gain:
                raise InitError("layer %s: the product of its rotations is off by %.1e" % (name, error))
            same = sum(int(torch.equal(made, weight)) for made, weight in pairs)
            count = sum(len(sequences[n]["angle"]) for n in names)
            told = "%d rotations make its weights%s" % (count, ", bit for bit" if same == len(pairs) else "")
        print("%-14s %7d weights kept, packed in %d bytes; %s" % (name, masks[name].sum(), packed(masks[name]), told))


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
