"""The prefix step of gpt2.ts in PyTorch, by hand: says `ready`, then runs a step for each line it reads and says `done`.

GPT-2 small's shape with random frozen weights; gradients for the prefix's keys and values alone.
"""
import math
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(2)

B, T, P, L, H, C, V = 10, 64, 10, 12, 12, 768, 50257
D = C // H
torch.manual_seed(1)


def normal(*shape):
    return torch.randn(*shape) * 0.02


layers = [
    dict(qkv=(normal(C, 3 * C), normal(3 * C)), out=(normal(C, C), normal(C)), up=(normal(C, 4 * C), normal(4 * C)), down=(normal(4 * C, C), normal(C)),
         norms=[(torch.ones(C), torch.zeros(C)) for _ in range(2)])
    for _ in range(L)
]
wte, wpe, final = normal(V, C), normal(1024, C), (torch.ones(C), torch.zeros(C))
past = [torch.randn(1, H, P, D, requires_grad=True) for _ in range(2 * L)]
ids, targets = torch.randint(V, (B, T)), torch.randint(V, (B * T,))
mask = torch.full((T, P + T), 0.0).masked_fill(torch.arange(P + T)[None, :] > torch.arange(T)[:, None] + P, -1e9)


def heads(x):
    return x.view(B, T, H, D).transpose(1, 2)


def step():
    x = wte[ids] + wpe[P : P + T]
    for l, layer in enumerate(layers):
        h = F.layer_norm(x, (C,), *layer["norms"][0])
        q, k, v = (h @ layer["qkv"][0] + layer["qkv"][1]).split(C, dim=2)
        k = torch.cat([past[2 * l].expand(B, -1, -1, -1), heads(k)], dim=2)
        v = torch.cat([past[2 * l + 1].expand(B, -1, -1, -1), heads(v)], dim=2)
        weights = torch.softmax(heads(q) @ k.transpose(2, 3) / math.sqrt(D) + mask, dim=-1)
        y = (weights @ v).transpose(1, 2).reshape(B, T, C)
        x = x + y @ layer["out"][0] + layer["out"][1]
        h = F.layer_norm(x, (C,), *layer["norms"][1])
        x = x + F.gelu(h @ layer["up"][0] + layer["up"][1], approximate="tanh") @ layer["down"][0] + layer["down"][1]
    logits = F.layer_norm(x, (C,), *final).view(B * T, C) @ wte.T
    loss = F.cross_entropy(logits, targets, reduction="sum") / B
    return torch.autograd.grad(loss, past)


step()
print("ready", flush=True)
for _ in sys.stdin:
    step()
    print("done", flush=True)
