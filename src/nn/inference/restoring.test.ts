import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Notes, OpContext } from '../../operator/behaviour.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { frameFrom, valuesOf } from '../../ops/testing/frames.js';
import { ownParams } from '../../ops/testing/run.js';
import type { Frame, ItemKey, Quantisation } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { contextFor } from '../../testing/run/context.js';
import { generatorOf } from '../generators/index.js';
import { initialise } from '../initialise.js';
import type { Gate } from '../models/index.js';
import { ensembleOn, type Wanted } from './apply.js';
import type { LoadedEnsemble, Weights } from './ensemble.js';
import { changeOf } from './gating/change-gate.js';
import type { Gated } from './gating/gate.js';
import { here } from './sliced/threads.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const spec = { kind: 'shrinkage', options: { blocks: 1, chromaBlocks: 1, width: 8, chromaWidth: 8 } };
const network = generatorOf(spec)!;

/** A network as it starts. */
const ensemble = (gate?: Gate): LoadedEnsemble => ({
  network,
  generator: spec,
  snapshots: [],
  members: [initialise(network, 2) as Weights],
  ...(gate && { gate }),
});

type Written = Exclude<Parameters<typeof ensembleAverage>[0], string>;

const wantedOf = (more: Partial<Written>): Wanted =>
  ownParams<Wanted>(ensembleAverage({ models: '/nowhere', ...more }));

const key: ItemKey = { path: 'photo.jpg', index: 0, epoch: 0 };

const edited = async (
  photo: Frame,
  gate?: Gate,
  params: Partial<Written> = {},
  context: Partial<OpContext> = {},
) => {
  let notes: Notes = {};
  const note: OpContext['note'] = (_, told) => () => {
    notes = told;
  };
  const all = { ...contextFor(), openEngine: TE.right(engine), note, ...context };
  const made = await ensembleOn(
    wantedOf(params),
    all,
    ensemble(gate),
    here,
  )({ key, value: photo }, new AbortController().signal)();
  if (E.isLeft(made)) throw new Error(made.left.map(({ message }) => message).join('\n'));
  return { photo: made.right, notes: notes as { readonly gate?: Gated } & Notes };
};

const picture = (
  width: number,
  height: number,
  depth: 'uint8' | 'float32' = 'float32',
  channels: 1 | 3 = 3,
) =>
  frameFrom(
    { width, height, depth, channels },
    (x, y, c) => 0.5 + 0.3 * Math.sin(0.7 * x + 0.4 * y * (c + 1)),
  );

const withTables = (frame: Frame, step: number): Frame => {
  const quantisation: Quantisation = { luma: Array<number>(64).fill(step) };
  return { ...frame, metadata: { ...frame.metadata, quantisation } };
};

const furthest = (one: Frame, other: Frame): number => {
  const others = valuesOf(other);
  return valuesOf(one).reduce((most, value, i) => Math.max(most, Math.abs(value - others[i]!)), 0);
};

describe('a network that reads tables', () => {
  it('makes another picture where they are known, and another for each', async () => {
    const photo = picture(24, 16);
    const [unknown, fine, coarse] = [photo, withTables(photo, 2), withTables(photo, 90)];
    const made = await Promise.all([unknown, fine, coarse].map((each) => edited(each)));
    expect(furthest(made[0]!.photo, made[1]!.photo)).toBeGreaterThan(1e-3);
    expect(furthest(made[1]!.photo, made[2]!.photo)).toBeGreaterThan(1e-3);
  });

  it('is told of them in every tile', async () => {
    const photo = withTables(picture(256, 96), 90);
    const whole = await edited(photo);
    const cut = await edited(photo, undefined, { certify: true }, { memory: 2 ** 19 });
    expect((cut.notes.tiles as unknown as { count: number }).count).toBeGreaterThan(1);
    expect(furthest(cut.photo, whole.photo)).toBeLessThan(1e-4);
    expect(cut.notes.seamCheck).toMatchObject({ passed: true });
  });
});

describe('a gate by the change of the photo', () => {
  it('gives a photo back bit for bit that is hardly changed, and edits others as if there were none', async () => {
    for (const depth of ['uint8', 'float32'] as const) {
      const photo = picture(20, 12, depth);
      const free = await edited(photo);
      const change = changeOf(
        { dtype: depth, shape: [12, 20, 3], data: photo.samples.data } as never,
        { dtype: depth, shape: [12, 20, 3], data: free.photo.samples.data } as never,
      );
      expect(change).toBeGreaterThan(0.01);
      const kept = await edited(photo, { below: 1.1 * change, above: 2 * change });
      expect(kept.photo).toEqual(photo);
      expect(kept.notes.gate?.share).toBe(0);
      const whole = await edited(photo, { below: 0.1 * change, above: 0.9 * change });
      expect(whole.photo).toEqual(free.photo);
      expect(whole.notes.gate).toEqual({ change: expect.closeTo(change, 5), share: 1 });
      expect((await edited(photo, { below: 1, above: 1 }, { gate: 'off' })).photo).toEqual(free.photo);
      expect((await edited(photo, { below: 1, above: 1 }, { output: 'picture', strength: 0 })).photo).toBe(
        photo,
      );
    }
  });

  it('edits in part what lies in between, by the change of the whole edit', async () => {
    const photo = picture(20, 12);
    const free = await edited(photo);
    const { change = 0 } = (await edited(photo, { below: 0, above: 0 })).notes.gate ?? {};
    const half = await edited(photo, { below: 0.5 * change, above: 1.5 * change });
    expect(half.notes.gate?.share).toBeCloseTo(0.5, 5);
    const [before, after] = [valuesOf(photo), valuesOf(free.photo)];
    const inside = after.every((value) => value >= 0 && value <= 1);
    expect(inside).toBe(true);
    for (const [i, value] of valuesOf(half.photo).entries())
      expect(value).toBeCloseTo((before[i]! + after[i]!) / 2, 5);
    const weaker = await edited(photo, { below: 0.5 * change, above: 1.5 * change }, { strength: 0.5 });
    expect(weaker.notes.gate?.change).toBeCloseTo(change, 5);
  });

  it('leaves a photo alone that has dark things, where it looks for a veil, and edits one that has none', async () => {
    const hazy = picture(24, 16);
    const clear = frameFrom({ width: 24, height: 16, depth: 'float32', channels: 3 }, (x, y, c) =>
      Math.max(0, 0.4 + 0.5 * Math.sin(0.7 * x + 0.4 * y * (c + 1))),
    );
    const gate = { below: 0, above: 0, veil: { below: 0.1, above: 0.15 } };
    const kept = await edited(clear, gate);
    expect(kept.photo).toEqual(clear);
    expect(kept.notes.gate?.veil).toBeLessThan(0.1);
    expect(kept.notes.gate).not.toHaveProperty('change');
    const whole = await edited(hazy, gate);
    expect(whole.photo).toEqual((await edited(hazy)).photo);
    expect(whole.notes.gate).toMatchObject({ share: 1, veil: expect.any(Number) });
  });

  it('leaves a photo without tables alone that shows no blocks, and looks at no other', async () => {
    const gate: Gate = { below: 0, above: 0, blocks: 1.2 };
    const smooth = picture(64, 48, 'uint8');
    const kept = await edited(smooth, gate);
    expect(kept.photo).toEqual(smooth);
    expect(kept.notes.gate).toEqual({ blocks: expect.any(Number), share: 0 });
    const told = await edited(withTables(smooth, 40), gate);
    expect(told.photo.samples).not.toEqual(smooth.samples);
    // Blocks of eight pixels that begin at the third.
    const blocks = frameFrom({ width: 64, height: 48 }, (x, y) =>
      (((x + 5) >> 3) + ((y + 5) >> 3)) % 2 ? 0.4 : 0.5,
    );
    expect((await edited(blocks, gate)).notes.gate).toEqual({ change: expect.any(Number), share: 1 });
    expect((await edited(smooth, gate, { gate: 'off' })).photo.samples).not.toEqual(smooth.samples);
  });

  it('knows a grey photo that was given colours', async () => {
    const photo = picture(20, 12, 'float32', 1);
    const { photo: made, notes } = await edited(photo, { below: 1, above: 1 }, { grey: 'colour' });
    expect(notes.gate?.share).toBe(0);
    expect(made.channels).toBe(3);
    const grey = valuesOf(photo);
    for (const [i, value] of valuesOf(made).entries()) expect(value).toBeCloseTo(grey[Math.floor(i / 3)]!, 6);
  });
});
