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
        self.body = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, width, 3, 1, 1))

    def forward(self, x):
        return x + self.body(x)


class Pyramid(nn.Module):
    """LPTN's generator (Liang et al. 2021); pointwise mask layers run before the nearest upsampling, as in ours."""

    def __init__(self, levels=4):
        super().__init__()
        self.levels = levels
        leaky = nn.LeakyReLU(0.2)
        kernel = torch.tensor([1.0, 4, 6, 4, 1])
        kernel = (kernel[:, None] * kernel[None] / 256).expand(3, 1, 5, 5).clone()
        self.register_buffer("kernel", kernel)
        self.low = nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1), nn.InstanceNorm2d(16, affine=True), leaky, nn.Conv2d(16, 64, 3, 1, 1), leaky,
            *[Residual(64) for _ in range(5)], nn.Conv2d(64, 16, 3, 1, 1), leaky, nn.Conv2d(16, 3, 3, 1, 1))
        self.high = nn.Sequential(
            nn.Conv2d(9, 64, 3, 1, 1), leaky, *[Residual(64) for _ in range(3)], nn.Conv2d(64, 1, 3, 1, 1))
        self.masks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(1, 16, 1), leaky, nn.Conv2d(16, 1, 1)) for _ in range(levels - 1))

    def forward(self, x):
        up = lambda t, like: F.interpolate(t, like.shape[2:], mode="bilinear", align_corners=False)
        highs = []
        for _ in range(self.levels):
            smaller = F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), self.kernel, stride=2, groups=3)
            highs.append(x - up(smaller, x))
            x = smaller
        low = torch.tanh(x + self.low(x))
        top = highs[-1]
        mask = self.high(torch.cat([top, up(x, top), up(low, top)], 1))
        out = low
        for level in reversed(range(self.levels)):
            if level < self.levels - 1:
                mask = self.masks[level](mask)
                mask_here = F.interpolate(mask, highs[level].shape[2:], mode="nearest")
            else:
                mask_here = mask
            out = up(out, highs[level]) + highs[level] * mask_here
        return out


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
    "pyramid-2400": lambda: inference(Pyramid(), 1, 3, 2400, 2400),
    "pyramid-photo": lambda: photo(Pyramid(), 1, 2400, 2400, 3),
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
