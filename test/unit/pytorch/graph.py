"""Trains a network described as JSON with torch, and prints the losses of each step, then logits on the first batch.

Standard input: {"network", "tensors": {name: {"shape", "values"}}, "batches": [{"x", "labels"}], "optimizer", "smoothing",
"clip", "rate"}. Weights of layers are masked by "NAME.mask".
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
job = json.load(sys.stdin)
network = job["network"]
tensors = {n: torch.tensor(t["values"], dtype=torch.float64).reshape(t["shape"]) for n, t in job["tensors"].items()}
running = {n: t for n, t in tensors.items() if "running" in n}
masks = {n: t for n, t in tensors.items() if n.endswith(".mask")}
parameters = {n: t.requires_grad_() for n, t in tensors.items() if n not in running and n not in masks}


def get(name):
    return parameters.get(name)


def linear(layer, x):
    return F.linear(x, get(layer["name"] + ".weight"), get(layer["name"] + ".bias"))


ACTIVATIONS = {
    "linear": lambda x: x, "tanh": torch.tanh, "hard-tanh": F.hardtanh, "relu": F.relu, "leaky-relu": F.leaky_relu,
    "selu": F.selu, "gelu": F.gelu, "silu": F.silu,
}


def conv(layer, x):
    kernel, padding = layer["kernel"], layer["padding"]
    if padding != "none":
        around = [side for size in reversed(kernel) for side in ((size - 1) // 2, size // 2)]
        x = F.pad(x, around, mode="circular" if padding == "circular" else "constant")
    weight, bias = get(layer["name"] + ".weight"), get(layer["name"] + ".bias")
    return F.conv2d(x, weight, bias, layer["stride"], groups=layer["groups"])


def attention(layer, x):
    size, name = layer["input"]["in"], layer["input"]["name"]
    module = torch.nn.MultiheadAttention(size, layer["heads"], batch_first=True)
    out, _ = F.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3, size, layer["heads"], get(name + ".weight"), get(name + ".bias"), None, None, False, 0.0,
        get(layer["output"]["name"] + ".weight"), get(layer["output"]["name"] + ".bias"), need_weights=False)
    del module
    return out.transpose(0, 1)


def through(layer, x, training):
    kind = layer["kind"]
    if kind == "linear":
        return linear(layer, x.flatten(1) if x.dim() == 4 else x)
    if kind == "conv":
        return conv(layer, x)
    if kind == "activation":
        return ACTIVATIONS[layer["fn"]](x)
    if kind == "norm":
        weight, bias = get(layer["name"] + ".weight"), get(layer["name"] + ".bias")
        if layer["over"] == "layer":
            return F.layer_norm(x, (layer["size"],), weight, bias)
        mean, variance = running[layer["name"] + ".running_mean"], running[layer["name"] + ".running_var"]
        return F.batch_norm(x, mean, variance, weight, bias, training)
    if kind == "pool":
        pool = F.max_pool2d if layer["of"] == "max" else F.avg_pool2d
        return pool(x, layer["size"], layer["stride"])
    if kind == "mean":
        return x.mean((2, 3)) if x.dim() == 4 else x.mean(1)
    if kind == "flatten":
        return x.flatten(1)
    if kind == "tokens":
        return x.flatten(2).transpose(1, 2)
    if kind == "embedding":
        return F.embedding(x.long(), get(layer["name"] + ".weight"))
    if kind == "position":
        return x + get(layer["name"] + ".weight")
    if kind == "attention":
        return attention(layer, x)
    if kind == "squeeze-excite":
        shares = torch.sigmoid(linear(layer["expand"], F.silu(linear(layer["reduce"], x.mean((2, 3))))))
        return x * shares[:, :, None, None]
    if kind == "residual":
        return along(layer["branch"], x, training) + along(layer["shortcut"], x, training)
    raise ValueError(kind)


def along(layers, x, training):
    for layer in layers:
        x = through(layer, x, training)
    return x


def forward(batch, training):
    x = torch.tensor(batch["x"], dtype=torch.float64).reshape(len(batch["labels"]), *network.get("picture", [-1]))
    return along(network["layers"], x, training)


masked = [name[: -len("mask")] + "weight" for name in masks]
others = [p for n, p in parameters.items() if n not in masked]
options = job["optimizer"]
decay = options["weightDecay"]
groups = [
    {"params": [parameters[n] for n in masked], "weight_decay": decay},
    {"params": others, "weight_decay": decay if options.get("decayAll") else 0.0},
]
if options["name"] == "sgd":
    optimizer = torch.optim.SGD(groups, lr=job["rate"], momentum=options["momentum"], nesterov=options["nesterov"])
else:
    optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options["name"]](groups, lr=job["rate"])
losses, norms = [], []
for batch in job["batches"]:
    optimizer.zero_grad()
    loss = F.cross_entropy(forward(batch, True), torch.tensor(batch["labels"]), label_smoothing=job["smoothing"])
    loss.backward()
    for name in masked:
        parameters[name].grad *= masks[name[: -len("weight")] + "mask"]
    norms.append(torch.nn.utils.clip_grad_norm_(list(parameters.values()), job["clip"]).item())
    optimizer.step()
    losses.append(loss.item())
logits = forward(job["batches"][0], False)
print(json.dumps({"losses": losses, "norms": norms, "logits": logits.flatten().tolist()}))
