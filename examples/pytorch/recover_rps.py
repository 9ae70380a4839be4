#!/usr/bin/env python3
"""Recover the weights of a Sparsescope network that shares them, from one safetensors file.

    python3 recover_rps.py .sparsescope/runs/resnet-1/checkpoints/step-000500.safetensors
    python3 recover_rps.py step-000500.safetensors --compare expanded.safetensors

The file holds the memory, the tensor `sharing.memory`, and in its metadata `sharing`, JSON with the mapping: that is all
that the weights are made of (docs/sharing.md has the formulas). In your own code:

    from recover_rps import recover
    weights = recover("step-000500.safetensors")   # {"fc1": (out, in) float32, ...}

Prints the shape, the norm and the standard deviation of each layer. With --compare it also holds each against the tensor
`layers.NAME.weight` of another file, and ends with status 1 and one sentence where they differ by more than the tolerance
times the largest weight of the layer.
"""

import argparse
import json
import os
import sys

import torch

from load_init import InitError, is_whole, load

WORD = 0xFFFFFFFF
LOCATIONS, SIGNS = 0x6C6F6361, 0x7369676E
MAPPINGS = ("random", "hashednet", "roast", "robe", "fold")
TOLERANCE = 1e-6
# A file of a few bytes could claim any number.
MOST_WEIGHTS = 2**28


def mix(h):
    """MurmurHash3's 32-bit finaliser, of whole numbers or tensors of int64 in which only 32 bits are used."""
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & WORD
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & WORD
    return h ^ (h >> 16)


def hashed(key, word):
    """32 bits of a key and a word. A product that overflows int64 keeps the low 32 bits that count."""
    return mix((mix((word & WORD) ^ key) * 0x9E3779B1 + key) & WORD)


def key_of(seed, use):
    return hashed(hashed(use, seed & WORD), seed >> 32)


def modulo(word, bound):
    return (word >> 1) % bound


def piece_of(mapping, layer):
    """Rows and columns of a tile or chunk, clipped to the layer."""
    if mapping["mapping"] == "roast":
        tile = mapping.get("tile", [32, 32])
        return min(tile[0], layer["rows"]), min(tile[1], layer["columns"])
    return 1, min(mapping.get("chunk", 32), layer["columns"])


def locations(mapping, layer):
    """Where each weight of a layer lies in the memory, (rows * columns) int64, in row-major order."""
    start, length = layer["part"]
    index = torch.arange(layer["rows"] * layer["columns"])
    row, column = index // layer["columns"], index % layer["columns"]
    key, kind = key_of(mapping["seed"], LOCATIONS), mapping["mapping"]
    if kind in ("fold", "random"):
        if mapping["scope"] == "global":
            index = index + layer["offset"]
        else:
            key = hashed(key, layer["offset"])
        if kind == "random":
            return start + modulo(hashed(key, index), length)
        partition, place = index // length, index % length
        return start + (modulo(hashed(key, partition), length) + place) % length
    key = hashed(key, layer["offset"])
    if kind == "hashednet":
        return start + modulo(hashed(hashed(key, row), column), length)
    height, width = piece_of(mapping, layer)
    size = height * width
    # A key that is a tensor: the row of pieces that each weight is in.
    word = hashed(hashed(key, row // height), column // width)
    aligned = kind == "roast" and mapping.get("aligned") is True
    first = size * modulo(word, length // size) if aligned else modulo(word, length - size + 1)
    return start + first + (row % height) * width + column % width


def signs(mapping, layer):
    """1 or -1 for each weight of a layer: bit q mod 32 of the hash of q // 32, q its number in the network."""
    q = torch.arange(layer["offset"], layer["offset"] + layer["rows"] * layer["columns"])
    return 1 - 2 * ((hashed(key_of(mapping["seed"], SIGNS), q >> 5) >> (q & 31)) & 1)


def require(fits, what):
    if not fits:
        raise InitError("its metadata `sharing` is not a mapping this script can read: %s" % what)


def is_count(value):
    return is_whole(value) and value > 0


def is_scale(value):
    return type(value) in (int, float) and 0 < value <= sys.float_info.max


def is_deviation(value):
    """Where float32, which weights are, has all its digits."""
    return is_scale(value) and 2.0**-126 <= value < 2.0**128


def is_pair(value):
    return isinstance(value, list) and len(value) == 2 and all(map(is_count, value))


def check_layer(layer, normalised):
    """Raises where no layer can be like this."""
    name, rows, columns = layer["name"], layer["rows"], layer["columns"]
    require(isinstance(name, str), "a layer has no name")
    require(is_count(rows) and is_count(columns), "rows or columns of layer %s are no whole number above 0" % name)
    require(is_deviation(layer["deviation"]), "the deviation of layer %s is no number from 1.18e-38 to 3.4e38" % name)
    require(is_scale(layer["lambda"]), "lambda of layer %s is no number above 0" % name)
    # Readers may go by either.
    require(not normalised or layer["lambda"] == layer["deviation"], "lambda of layer %s is not its deviation" % name)
    kernel, groups = layer.get("kernel", [1, 1]), layer.get("groups", 1)
    fits = is_pair(kernel) and columns % (kernel[0] * kernel[1]) == 0
    require(fits, "the kernel of layer %s does not fit its %d columns" % (name, columns))
    require(is_count(groups) and rows % groups == 0, "the groups of layer %s do not divide its %d rows" % (name, rows))


def check_mapping(mapping):
    """Raises where no mapping can be like this; what all of it comes to is left to the caller."""
    require(mapping["mapping"] in MAPPINGS and mapping["scope"] in ("global", "local"), "its mapping or scope is another")
    require(is_whole(mapping["seed"]) and mapping["seed"] < 2**53, "the seed is not from 0 to 2^53 - 1")
    require(is_pair(mapping.get("tile", [32, 32])), "a tile is two whole numbers above 0")
    require(is_count(mapping.get("chunk", 32)), "a chunk is a whole number above 0")
    for key, value in (("normalised", mapping["normalised"]), ("aligned", mapping.get("aligned", False))):
        require(isinstance(value, bool), "%s is neither true nor false" % key)
    require(isinstance(mapping["layers"], list) and mapping["layers"], "it has no layers")
    for layer in mapping["layers"]:
        check_layer(layer, mapping["normalised"])
    names = [layer["name"] for layer in mapping["layers"]]
    require(len(set(names)) == len(names), "two layers have one name")
    count = sum(layer["rows"] * layer["columns"] for layer in mapping["layers"])
    require(count <= MOST_WEIGHTS, "%d weights are more than %d" % (count, MOST_WEIGHTS))
    compression = mapping["compression"]
    require(is_scale(compression) and 1 <= compression <= count, "a compression is 1 to the number of weights")


def described(metadata, locations_held):
    """The mapping that the metadata tells, with the offset and the part of the memory of each layer."""
    try:
        mapping = json.loads(metadata["sharing"])
    except KeyError as error:
        raise InitError("it shares no weights: its metadata has no `sharing`") from error
    except (ValueError, RecursionError) as error:
        raise InitError("its metadata `sharing` is not JSON (%s)" % error) from error
    try:
        if mapping["version"] != 1:
            raise InitError("its metadata `sharing` has version %s, and this script reads 1" % mapping["version"])
        check_mapping(mapping)
        offset = end = 0
        for layer in mapping["layers"]:
            count = layer["rows"] * layer["columns"]
            length = max(1, share_of(mapping, count))
            layer["offset"], layer["part"] = offset, (end, length)
            offset, end = offset + count, end + length
        held = share_of(mapping, offset) if mapping["scope"] == "global" else end
        if (mapping["n"], mapping["m"], locations_held) != (offset, held, held):
            raise InitError("its memory has %d numbers, which its metadata `sharing` does not fit" % locations_held)
        for layer in mapping["layers"]:
            if mapping["scope"] == "global":
                layer["part"] = (0, held)
            if mapping["mapping"] in ("roast", "robe"):
                height, width = piece_of(mapping, layer)
                if height * width > layer["part"][1]:
                    raise InitError("a tile or chunk of layer %s is larger than its memory" % layer["name"])
    except (KeyError, TypeError) as error:
        raise InitError("its metadata `sharing` lacks %s" % error) from error
    return mapping


def share_of(mapping, count):
    """Locations for so many weights. A hair, so that what is a whole number in decimals is one here."""
    return int(count / mapping["compression"] * (1 + 1e-12))


def shape_of(layer):
    """(out, in), or (out, in / groups, kh, kw) of a convolution."""
    kernel = layer.get("kernel")
    if kernel is None:
        return [layer["rows"], layer["columns"]]
    return [layer["rows"], layer["columns"] // (kernel[0] * kernel[1]), *kernel]


def recover(path):
    """The weights of every layer that shares them, by its name, in the network's order: float32, all finite."""
    tensors, metadata = load(path)
    memory = tensors.get("sharing.memory")
    if memory is None or memory.dim() != 1 or memory.dtype != torch.float32:
        raise InitError("it shares no weights: it has no tensor sharing.memory of float32")
    if not bool(torch.isfinite(memory).all()):
        raise InitError("its memory has a number that is not finite")
    mapping = described(metadata, memory.numel())
    places = {layer["name"]: locations(mapping, layer) for layer in mapping["layers"]}
    factor = torch.ones(memory.numel(), dtype=torch.float64)
    if mapping["normalised"]:
        squares = torch.zeros_like(factor)
        for layer in mapping["layers"]:
            place = places[layer["name"]]
            squares.index_add_(0, place, torch.full(place.shape, layer["lambda"] ** 2, dtype=torch.float64))
        factor = squares.rsqrt()
    weights = {}
    for layer in mapping["layers"]:
        place = places[layer["name"]]
        weight = signs(mapping, layer) * layer["lambda"] * factor[place] * memory[place].double()
        if not bool(torch.isfinite(weight.float()).all()):
            raise InitError("its memory makes weights of layer %s that are not finite" % layer["name"])
        weights[layer["name"]] = weight.float().reshape(shape_of(layer))
    return weights


def compare(weights, path, tolerance):
    """Raises where a weight of the other file differs."""
    tensors, _ = load(path)
    for name, weight in weights.items():
        other = tensors.get("layers.%s.weight" % name)
        if other is None or other.shape != weight.shape:
            raise InitError("%s has no weight of layer %s with the shape %s" % (path, name, list(weight.shape)))
        error = (weight - other).abs().max().item() / max(weight.abs().max().item(), 1e-30)
        if not error <= tolerance:
            raise InitError("layer %s differs from %s by %.1e of its largest weight" % (name, path, error))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="init.safetensors or a checkpoint of a run that shares weights")
    parser.add_argument("--compare", metavar="FILE", help="a file with the weights themselves")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE)
    options = parser.parse_args()
    try:
        weights = recover(options.file)
        for layer, weight in weights.items():
            shape = " x ".join(str(side) for side in weight.shape)
            print("%-20s %-16s norm %.6g  std %.6g" % (layer, shape, weight.norm().item(), weight.std().item()))
        count = sum(weight.numel() for weight in weights.values())
        if options.compare:
            compare(weights, options.compare, options.tolerance)
        agreed = "; as in %s" % os.path.basename(options.compare) if options.compare else ""
        print("%d layers, %d weights recovered%s" % (len(weights), count, agreed))
    except (InitError, OSError, RuntimeError) as error:
        print("%s: %s." % (options.file, str(error).rstrip(".")), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
