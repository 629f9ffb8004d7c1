"""The benchmark's networks in PyTorch. Reads a case's name a line, runs it once, answers with milliseconds a line.

`torch_peer.py --memory CASE` runs a case three times and prints the peak resident memory in MiB.
"""

import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(7)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width), nn.ReLU(True),
            nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width))

    def forward(self, x):
        return x + self.body(x)


def resnet(blocks=9, width=64):
    """CycleGAN's generator (Zhu et al. 2017)."""
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), nn.InstanceNorm2d(width), nn.ReLU(True)]
    for i in (1, 2):
        layers += [nn.Conv2d(width * i, width * i * 2, 3, 2, 1), nn.InstanceNorm2d(width * i * 2), nn.ReLU(True)]
    layers += [Block(width * 4) for _ in range(blocks)]
    for i in (4, 2):
        layers += [nn.ConvTranspose2d(width * i, width * i // 2, 3, 2, 1, 1), nn.InstanceNorm2d(width * i // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.LeakyReLU(), nn.Conv2d(width, width, 3, 1, 1))

    def forward(self, x):
        return x + self.body(x)


TAPS = torch.tensor([1.0, 3, 3, 1]) / 8
HALVING = (TAPS[:, None] * TAPS[None]).expand(3, 1, 4, 4).clone()


def doubled(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def laplacian_pyramid(x, levels):
    """What each halving loses, finest first, and the rest."""
    details = []
    for _ in range(levels):
        smaller = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), HALVING, stride=2, groups=3)
        details.append(x - doubled(smaller))
        x = smaller
    return details, x


class Pyramid(nn.Module):
    """LPTN's generator (Liang et al. 2021); pointwise mask layers run before the nearest upsampling, as in ours.

    `clearing` is the network that removes haze: no norm, a low branch that sees the dark channel and the whole frame, and
    turns the scattering model around.
    """

    def __init__(self, levels=3, width=64, high_blocks=3, clearing=False):
        super().__init__()
        self.levels, self.clearing = levels, clearing
        leaky = nn.LeakyReLU()
        of_frame = lambda outputs: nn.Sequential(nn.Conv2d(2 * width, width, 1), leaky, nn.Conv2d(width, outputs, 1))
        self.enter = nn.Sequential(
            nn.Conv2d(4 if clearing else 3, 16, 3, 1, 1), nn.Identity() if clearing else nn.InstanceNorm2d(16),
            leaky, nn.Conv2d(16, width, 3, 1, 1), leaky)
        if clearing:
            self.context, self.air = of_frame(width), of_frame(3)
        self.blocks = nn.Sequential(*[Residual(width) for _ in range(5)])
        self.leave = nn.Sequential(
            nn.Conv2d(width, 16, 3, 1, 1), leaky, nn.Conv2d(16, 4 if clearing else 3, 3, 1, 1))
        self.high = nn.Sequential(
            nn.Conv2d(9, width, 3, 1, 1), leaky, *[Residual(width) for _ in range(high_blocks)],
            nn.Conv2d(width, 1, 3, 1, 1))
        self.masks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(1, 16, 1), leaky, nn.Conv2d(16, 1, 1)) for _ in range(levels))

    def low(self, x, rest):
        """The rest translated, and what the gain adds to masks."""
        if not self.clearing:
            return torch.tanh(rest + self.leave(self.blocks(self.enter(rest)))), None
        side = 2 ** self.levels
        frame = lambda t: torch.cat([t.mean((2, 3), keepdim=True), t.amax((2, 3), keepdim=True)], 1)
        wide = self.enter(torch.cat([rest, -F.max_pool2d(-x.amin(1, keepdim=True), side, side)], 1))
        features = self.blocks(wide + self.context(frame(wide)))
        last, light = self.leave(features), torch.tanh(self.air(frame(features)))
        gain = torch.exp(last[:, 3:].clamp(-3, 3))
        return light + gain * (rest - light) + last[:, :3], doubled(gain)

    def forward(self, x):
        repeated = lambda t, like: F.interpolate(t, like.shape[2:], mode="nearest")
        details, rest = laplacian_pyramid(x, self.levels)
        low, gain = self.low(x, rest)
        top = details[-1]
        mask = self.high(torch.cat([top, repeated(rest, top), repeated(low, top)], 1))
        out = low
        for block, detail in zip(self.masks, reversed(details)):
            mask = block(mask)
            out = doubled(out) + detail * repeated(mask if gain is None else mask + gain, detail)
        return out


def patch(layers=3, width=64):
    """The 70x70 PatchGAN of CycleGAN (Isola et al. 2017)."""
    leaky = nn.LeakyReLU(0.2, True)
    body = [nn.Conv2d(3, width, 4, 2, 1), leaky]
    for i in range(1, layers + 1):
        inputs, outputs = width * min(2 ** (i - 1), 8), width * min(2 ** i, 8)
        body += [nn.Conv2d(inputs, outputs, 4, 2 if i < layers else 1, 1), nn.InstanceNorm2d(outputs), leaky]
    return nn.Sequential(*body, nn.Conv2d(outputs, 1, 4, 1, 1))


def adam(*networks):
    return torch.optim.Adam([p for n in networks for p in n.parameters()], lr=2e-4, betas=(0.5, 0.999))


def judge(network, real, made):
    """Half of the least-squares loss of a discriminator on photos and on what was made."""
    return ((network(real) - 1).square().mean() + network(made.detach()).square().mean()) / 2


def cyclegan():
    """One step of CycleGAN's training as its authors do it: generators, then discriminators."""
    there, back, judge_b, judge_a = resnet(), resnet(), patch(), patch()
    generators, discriminators = adam(there, back), adam(judge_b, judge_a)
    a, b = (torch.rand(1, 3, 256, 256) * 2 - 1 for _ in range(2))

    def run():
        for p in [*judge_b.parameters(), *judge_a.parameters()]:
            p.requires_grad_(False)
        made_b, made_a = there(a), back(b)
        loss = (
            (judge_b(made_b) - 1).square().mean() + (judge_a(made_a) - 1).square().mean()
            + 10 * (F.l1_loss(back(made_b), a) + F.l1_loss(there(made_a), b))
            + 5 * (F.l1_loss(there(b), b) + F.l1_loss(back(a), a)))
        generators.zero_grad(set_to_none=True)
        loss.backward()
        generators.step()
        for p in [*judge_b.parameters(), *judge_a.parameters()]:
            p.requires_grad_(True)
        discriminators.zero_grad(set_to_none=True)
        (judge(judge_b, b, made_b) + judge(judge_a, a, made_a)).backward()
        discriminators.step()

    return run


def dehaze():
    """One step of examples/train-dehaze.yaml: pairs, a pyramid of four levels and a discriminator."""
    make, judge_real = Pyramid(4, width=32, high_blocks=2, clearing=True), patch(width=32)
    generators, discriminators = adam(make), adam(judge_real)
    hazy, clear = (torch.rand(4, 3, 256, 256) * 2 - 1 for _ in range(2))

    def run():
        for p in judge_real.parameters():
            p.requires_grad_(False)
        made = make(hazy)
        details, _ = laplacian_pyramid(made - clear, 3)
        pixel = (made - clear).square().mean()
        content = sum(d.abs().mean() for d in details) / 3
        loss = 0.1 * (judge_real(made) - 1).square().mean() + 20 * pixel + content
        generators.zero_grad(set_to_none=True)
        loss.backward()
        generators.step()
        for p in judge_real.parameters():
            p.requires_grad_(True)
        discriminators.zero_grad(set_to_none=True)
        judge(judge_real, clear, made).backward()
        discriminators.step()

    return run


def inference(network, *shape):
    network.eval()
    x = torch.rand(*shape) * 2 - 1

    def run():
        with torch.no_grad():
            network(x)

    return run


def training(network, *shape):
    x = torch.rand(*shape) * 2 - 1

    def run():
        network.zero_grad(set_to_none=True)
        network(x).square().mean().backward()

    return run


def photo(network, *shape):
    """Bytes in, bytes out, channels last, as files hold them."""
    network.eval()
    x = torch.randint(0, 256, shape, dtype=torch.uint8)

    def run():
        with torch.no_grad():
            edited = network(x.permute(0, 3, 1, 2).float().mul_(2 / 255).sub_(1))
            edited.add_(1).mul_(127.5).round_().clamp_(0, 255).byte().permute(0, 2, 3, 1).contiguous()

    return run


CASES = {
    "convolution": lambda: inference(nn.Conv2d(256, 256, 3, 1, 1), 4, 256, 64, 64),
    "resnet-256": lambda: inference(resnet(), 1, 3, 256, 256),
    "resnet-1024": lambda: inference(resnet(), 1, 3, 1024, 1024),
    "resnet-training": lambda: training(resnet(), 4, 3, 256, 256),
    "pyramid-2400": lambda: inference(Pyramid(4), 1, 3, 2400, 2400),
    "pyramid-photo": lambda: photo(Pyramid(4), 1, 2400, 2400, 3),
    "resnet-photo": lambda: photo(resnet(), 1, 2400, 2400, 3),
    "cyclegan-256": cyclegan,
    "dehaze-4x256": dehaze,
}


def peak_memory():
    """Peak resident memory in MiB. Linux lets a child start with its parent's maxrss, so /proc is asked first."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main():
    if sys.argv[2:3] == ["--memory"]:
        run = CASES[sys.argv[3]]()
        for _ in range(3):
            run()
        print(peak_memory())
        return
    print("ready", torch.__version__, flush=True)
    name, run = None, None
    for line in sys.stdin:
        if line.strip() != name:
            name, run = line.strip(), None
            run = CASES[name]()
            run()
        start = time.perf_counter()
        run()
        print((time.perf_counter() - start) * 1e3, flush=True)


main()
