/** The same network in PyTorch, as people train sparse networks there: dense, with masks upon the weights after each step. */
import type { Network } from '../../src/core/network';

const build = `
import json, math, torch
from torch import nn
# Else numbers that are nearly nothing would take it many times as long.
torch.set_flush_denormal(True)
torch.manual_seed(1)

class Residual(nn.Module):
    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch, self.shortcut = chain(branch), chain(shortcut)
    def forward(self, x):
        return self.branch(x) + self.shortcut(x)

class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))

def make(layer):
    kind = layer['kind']
    bias = layer.get('bias', True)
    if kind == 'linear':
        return nn.Linear(layer['in'], layer['out'], bias)
    if kind == 'conv':
        side = layer['kernel'][0]
        return nn.Conv2d(layer['in'], layer['out'], side, layer['stride'], (side - 1) // 2, groups=layer['groups'], bias=bias)
    if kind == 'norm':
        return nn.BatchNorm2d(layer['size'])
    if kind == 'residual':
        return Residual(layer['branch'], layer['shortcut'])
    return {'relu': nn.ReLU, 'tanh': nn.Tanh}[layer['fn']]() if kind == 'activation' else {'mean': Mean, 'flatten': nn.Flatten}[kind]()

def chain(layers):
    return nn.Sequential(*[make(layer) for layer in layers])

def trained(spec, picture, batch, density):
    net = chain(spec)
    weights = [m.weight for m in net.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]
    masks = [(torch.rand_like(w) < density).float() for w in weights]
    with torch.no_grad():
        for w in weights:
            w.normal_(0, 1 / math.sqrt(density * w[0].numel()))
        torch._foreach_mul_(weights, masks)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=.9)
    x = torch.randn(batch, math.prod(picture)) if spec[0]['kind'] == 'linear' else torch.randn(batch, *picture)
    labels = torch.randint(0, 10, (batch,))
    loss = nn.CrossEntropyLoss()
    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(x), labels).backward()
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(weights, masks)
    return step
`;

/** Code that makes `step`. */
export const torchNetwork = ({ layers, picture }: Network, batch: number, density: number): string =>
  `${build}
step = trained(json.loads(${JSON.stringify(JSON.stringify(layers))}), ${JSON.stringify(picture)}, ${batch}, ${density})
`;
