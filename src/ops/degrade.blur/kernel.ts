import type { Interval } from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';

/** The operator's parameters. */
export interface Blurring {
  readonly kind: readonly ('motion' | 'defocus')[];
  readonly size: Interval;
  readonly shake: number;
}

/** How far a way goes from its centre of mass, as a share of its length: half, and more where it is slow at one end. */
const REACH = 0.6;

/** Side of the square that holds every kernel of these sizes, odd. */
export const kernelSide = ({ size }: Pick<Blurring, 'size'>): number => 2 * Math.ceil(size[1] * REACH) + 3;

/** What a point of light becomes, for one item: `[side, side, 1, 1]`, adds up to 1, its centre of mass in the middle. */
export const drawKernel = (params: Blurring, random: Random): HostTensor<'float32'> => {
  const side = kernelSide(params);
  const size = random.uniform('size', ...params.size);
  const kind = params.kind[random.integer('kind', 0, params.kind.length - 1)];
  const kernel = kind === 'motion' ? motion(side, size, params.shake, random) : defocus(side, size);
  const sum = kernel.reduce((total, value) => total + value, 0);
  return { dtype: 'float32', shape: [side, side, 1, 1], data: kernel.map((value) => value / sum) };
};

/** The disc that the round opening of a lens makes of a point; pixels at its edge count by how much of them is inside. */
export const defocus = (side: number, size: number): Float32Array => {
  const middle = (side - 1) / 2;
  return Float32Array.from({ length: side * side }, (_, i) => {
    const distance = Math.hypot((i % side) - middle, Math.floor(i / side) - middle);
    // A disc of half a pixel is a point.
    return Math.min(1, Math.max(0, Math.max(size, 1) / 2 + 0.5 - distance));
  });
};

/** Places along the way, at even intervals of time: enough of them that the line has no gaps. */
const SAMPLES = 8;

type Point = readonly [x: number, y: number];

/**
 * The trace of a camera that moves while the shutter is open, in the manner of Boracchi and Foi, "Modeling the
 * performance of image restoration from motion blur" (2012): its direction wanders and its speed varies.
 */
const motion = (side: number, size: number, shake: number, random: Random): Float32Array =>
  drawn(side, centred(path(size, shake, random)));

/** A way of the given length. */
export const path = (size: number, shake: number, random: Random): readonly Point[] => {
  const count = Math.max(2, Math.ceil(size * SAMPLES));
  const bend = shake * random.normal('bend') * 1.5;
  const waves = [1, 2, 3].map((n) => ({
    n,
    size: (shake * random.normal(`wave/${n}`)) / n,
    phase: random.uniform(`phase/${n}`, 0, 2 * Math.PI),
  }));
  const start = random.uniform('direction', 0, 2 * Math.PI);
  const slow = random.uniform('slow', 0, 0.6);
  const when = random.uniform('when', 0, 2 * Math.PI);
  const steps = Array.from({ length: count - 1 }, (_, i) => {
    const time = i / (count - 1);
    const wander = waves.reduce(
      (sum, { n, size: high, phase }) => sum + high * Math.sin(2 * Math.PI * n * time + phase),
      0,
    );
    return { angle: start + bend * time + wander, speed: 1 + slow * Math.sin(2 * Math.PI * time + when) };
  });
  const whole = steps.reduce((sum, { speed }) => sum + speed, 0);
  return steps.reduce<Point[]>(
    (points, { angle, speed }) => {
      const [x, y] = points.at(-1) ?? [0, 0];
      const far = (size * speed) / whole;
      points.push([x + far * Math.cos(angle), y + far * Math.sin(angle)]);
      return points;
    },
    [[0, 0]],
  );
};

/** The same way about its centre of mass, so that what is blurred stays where it is. */
const centred = (points: readonly Point[]): readonly Point[] => {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return points.map((point) => [point[0] - x, point[1] - y]);
};

/** Points put on the grid, each shared by the four pixels around it. */
const drawn = (side: number, points: readonly Point[]): Float32Array => {
  const kernel = new Float32Array(side * side);
  const middle = (side - 1) / 2;
  for (const [x, y] of points) {
    const [column, row] = [Math.floor(x + middle), Math.floor(y + middle)];
    const [across, down] = [x + middle - column, y + middle - row];
    const add = (dx: number, dy: number, weight: number): void => {
      const at = (row + dy) * side + column + dx;
      if (weight > 0) kernel[at] = (kernel[at] ?? 0) + weight;
    };
    add(0, 0, (1 - across) * (1 - down));
    add(1, 0, across * (1 - down));
    add(0, 1, (1 - across) * down);
    add(1, 1, across * down);
  }
  return kernel;
};
