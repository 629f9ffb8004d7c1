import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import type { EncodeOptions } from '../../image/encoding/encode-options.js';
import { encode } from '../../image/index.js';
import type { Encoded, Frame, ItemKey, Port, Training } from '../../ports/index.js';
import { copied } from '../copied.js';
import { type ArbitraryFrameOptions, arbitraryFrames } from './frames.js';

/** Where a value is made: files that it stands for are written to the folder, under the item's name. */
export interface Workplace {
  readonly folder: string;
  readonly key: ItemKey;
}

/** A value that travels on a port, still to be made: some are files, and those are written when they are needed. */
export interface Draft {
  /** Makes the value; each time a new one, which shares no memory with the others. */
  readonly make: (place: Workplace) => Promise<unknown>;
  /** The pictures in it, to show what went wrong. */
  readonly pictures: readonly Frame[];
}

/** A value that is there already, as a draft. */
export const drafted = (value: unknown, pictures: readonly Frame[] = []): Draft => ({
  make: async () => copied(value),
  pictures,
});

/** Members that batches have. */
const MOST_MEMBERS = 3;

/**
 * What travels on a port: frames, pairs and batches of frames of one size, files with pictures in them, figures. What
 * stands for anything (`variable`) is a frame.
 */
export const arbitraryValue = (port: Port, options: ArbitraryFrameOptions = {}): fc.Arbitrary<Draft> =>
  arbitraryValues([port], options).map(([draft]) => draft as Draft);

/** One value for each of several ports, their pictures of one size and kind, as the streams of a join have them. */
export const arbitraryValues = (
  ports: readonly Port[],
  options: ArbitraryFrameOptions = {},
): fc.Arbitrary<readonly Draft[]> =>
  fc.tuple(...ports.map(settled)).chain((chosen) => valuesFor(chosen, options));

/** Of a port that stands for one of several, one of them. */
const settled = (port: Port): fc.Arbitrary<Port> => {
  switch (port.kind) {
    case 'oneOf':
      return fc.oneof(...port.options.map(settled));
    case 'pair':
      return fc.tuple(settled(port.from), settled(port.to)).map(([from, to]) => ({ ...port, from, to }));
    case 'unpaired':
      return fc.tuple(settled(port.a), settled(port.b)).map(([a, b]) => ({ ...port, a, b }));
    case 'batch':
      return settled(port.of).map((of) => ({ ...port, of }));
    default:
      return fc.constant(port);
  }
};

const valuesFor = (ports: readonly Port[], options: ArbitraryFrameOptions): fc.Arbitrary<readonly Draft[]> =>
  fc
    .record({
      frames: arbitraryFrames(
        ports.reduce((sum, port) => sum + framesIn(port), 0),
        options,
      ),
      members: fc.integer({ min: 1, max: MOST_MEMBERS }),
    })
    .map(({ frames, members }) =>
      ports.map((port, i) => {
        const before = ports.slice(0, i).reduce((sum, each) => sum + framesIn(each), 0);
        return assembled(port, frames.slice(before, before + framesIn(port)), members);
      }),
    );

/** How many frames are needed to make what travels on a port. */
const framesIn = (port: Port): number => {
  switch (port.kind) {
    case 'pair':
      return framesIn(port.from) + framesIn(port.to);
    case 'unpaired':
      return framesIn(port.a) + framesIn(port.b);
    case 'batch':
      return MOST_MEMBERS * framesIn(port.of);
    default:
      return 1;
  }
};

const assembled = (port: Port, frames: readonly Frame[], members: number): Draft => {
  switch (port.kind) {
    case 'pair': {
      const [from, to] = both(port.from, port.to, frames, members);
      return together([from, to], async ([f, t]) => ({ from: f, to: t }));
    }
    case 'unpaired': {
      const [a, b] = both(port.a, port.b, frames, members);
      const key = (path: string): ItemKey => ({ path, index: 0, epoch: 0 });
      return together([a, b], async ([one, other]) => ({
        a: { key: key('a.png'), value: one },
        b: { key: key('b.png'), value: other },
      }));
    }
    case 'batch': {
      const each = framesIn(port.of);
      const items = Array.from({ length: members }, (_, i) =>
        assembled(port.of, frames.slice(i * each, (i + 1) * each), members),
      );
      return together(items, async (values, { path, index, epoch }) => ({
        items: values.map((value, i) => ({
          key: { path: `${i}-${path}`, index: index * MOST_MEMBERS + i, epoch },
          value,
        })),
      }));
    }
    default: {
      const [frame] = frames;
      if (frame === undefined) throw new RangeError('There are fewer frames than the port needs.');
      return { make: (place) => leaf(port, frame, place), pictures: [frame] };
    }
  }
};

const both = (one: Port, other: Port, frames: readonly Frame[], members: number): readonly [Draft, Draft] => {
  const first = framesIn(one);
  return [assembled(one, frames.slice(0, first), members), assembled(other, frames.slice(first), members)];
};

const together = (
  parts: readonly Draft[],
  put: (values: readonly unknown[], key: ItemKey) => Promise<unknown>,
): Draft => ({
  make: async ({ folder, key }) =>
    put(
      await Promise.all(
        parts.map(({ make }, i) => make({ folder, key: { ...key, path: `${i}-${key.path}` } })),
      ),
      key,
    ),
  pictures: parts.flatMap(({ pictures }) => pictures),
});

const leaf = async (port: Port, frame: Frame, { folder, key }: Workplace): Promise<unknown> => {
  switch (port.kind) {
    case 'none':
      return undefined;
    case 'file': {
      const path = join(folder, key.path);
      await writeFile(path, (await fileOf(frame)).bytes);
      return { path };
    }
    case 'encoded':
      return fileOf(frame);
    case 'saved': {
      const [path, { bytes }] = [join(folder, key.path), await fileOf(frame)];
      await writeFile(path, bytes);
      return { path, size: bytes.length };
    }
    case 'measure':
      return { figures: { psnr: frame.width, ssim: 1 / frame.height } };
    case 'training':
      return trainingOf(frame, key);
    default:
      return copied(frame);
  }
};

/** What a training step gives; its weights are those of no network. */
const trainingOf = ({ width, height }: Frame, key: ItemKey): Training => {
  const weight = {
    dtype: 'float32',
    shape: [2],
    data: Float32Array.of(width, height),
  } as const;
  return {
    step: key.index + 1,
    total: 100,
    phase: 'train',
    images: key.index + 1,
    rate: 1e-3,
    metrics: { loss: 1 / width },
    state: { weight },
    cycle: 0,
    position: { items: key },
    marks: key.index % 2 === 0 ? ['restart'] : [],
    model: { generator: { kind: 'pyramid', options: { levels: 2, width: 1 } }, weights: { weight } },
    samples: TE.right([]),
  };
};

const lossless: Readonly<Record<Frame['samples']['depth'], EncodeOptions>> = {
  uint8: { format: 'png', depth: 8 },
  uint16: { format: 'png', depth: 16 },
  float32: { format: 'tiff', depth: 32 },
};

/** A picture as the bytes of a file that holds it exactly. */
export const fileOf = async (frame: Frame): Promise<Encoded> => {
  const encoded = await encode(frame, lossless[frame.samples.depth])();
  if (E.isLeft(encoded)) throw new DiagnosticError(encoded.left);
  const { bytes, format } = encoded.right;
  return { bytes, format };
};
