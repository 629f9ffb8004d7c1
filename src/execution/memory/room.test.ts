import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { crop, encode, type Operator, resize } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import type { LanePart } from '../../pipelines/plan/stages.js';
import type { Frame, Item } from '../../ports/index.js';
import { defaultContext, type RunContext } from '../context.js';
import { cancelled } from '../lane/lane.js';
import { needOf } from '../plan/need.js';
import { keepCount } from './residents.js';
import { createMemory, memoryLimit, roomFor } from './room.js';

const MiB = 2 ** 20;

const nodeOf = (operator: Operator, params: unknown): GraphNode =>
  ({ path: operator.name, operator, params, input: operator.input, output: operator.output }) as never;

const mapping = (operator: Operator, params: unknown): LanePart => ({
  kind: 'map',
  node: nodeOf(operator, params),
  behaviour: operator.behaviour as never,
});

const tensor = (operator: Operator, params: unknown): LanePart => ({
  kind: 'tensor',
  members: [
    { node: nodeOf(operator, params), tensor: (operator.behaviour as never as { tensor: never }).tensor },
  ],
});

const frameOf = (width: number, height: number): Frame => ({
  width,
  height,
  channels: 3,
  samples: { depth: 'uint8', data: new Uint8Array(width * height * 3) },
  metadata: { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false },
});

const itemOf = (value: Frame): Item<unknown> => ({ key: { path: 'a.png', index: 0, epoch: 0 }, value });

const cropped = [mapping(crop.operator, { size: { width: 100, height: 100 }, random: false })];

const roomIn = (run: RunContext, parts: readonly LanePart[]) =>
  roomFor(parts, run, { get: () => undefined, close: async () => undefined }, ({ key }, path) =>
    cancelled(key, path),
  );

const runWith = (memory: number, more: Partial<RunContext> = {}): RunContext => {
  const run = { ...defaultContext(1), memory };
  return { ...run, room: createMemory(run), ...more };
};

const never = new AbortController().signal;

describe('room for a photo', () => {
  it('is taken for all that a lane does, and given back', async () => {
    const run = runWith(100 * MiB);
    const entered = await roomIn(run, cropped)(itemOf(frameOf(1000, 1000)), never);
    if (E.isLeft(entered)) throw new Error('refused');
    expect(run.room!.free()).toBe(100 * MiB - entered.right.bytes);
    expect(entered.right.bytes).toBeGreaterThan(3e6 + 3e4);
    entered.right.release();
    expect(run.room!.free()).toBe(100 * MiB);
  });

  it('is refused where there never is so much, by the operator that needs the most', async () => {
    const run = runWith(64 * MiB);
    const entered = await roomIn(run, [
      tensor(resize.operator, { scale: 0.5, enlarge: false, method: 'area', linear: false }),
    ])(itemOf(frameOf(2000, 1500)), never);
    expect(entered).toMatchObject({
      left: { operator: 'resize', diagnostics: [{ code: 'image/memory-limit' }] },
    });
    expect(run.room!.free()).toBe(64 * MiB);
  });

  it('is never less than 64 MiB', () => {
    expect(memoryLimit({ memory: 1 })).toBe(64 * MiB);
    expect(memoryLimit({ memory: 65 * MiB })).toBe(65 * MiB);
  });

  it('is waited for, until it is stopped', async () => {
    const run = runWith(64 * MiB);
    const release = await run.room!.take(60 * MiB);
    const stop = new AbortController();
    const waits = roomIn(run, cropped)(itemOf(frameOf(1000, 1000)), stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect(await waits).toMatchObject({ left: { diagnostics: [{ code: 'run/cancelled' }] } });
    release?.();
    expect(run.room!.free()).toBe(64 * MiB);
  });

  it('is not counted twice for a picture that waits between stages', async () => {
    const run = runWith(100 * MiB);
    const frame = frameOf(1000, 1000);
    keepCount(run.room!, frame);
    expect(run.room!.held()).toBe(3e6);
    keepCount(run.room!, { from: frame, to: { ...frame, metadata: frame.metadata } });
    expect(run.room!.held()).toBe(3e6);
    const entered = await roomIn(run, cropped)(itemOf(frame), never);
    if (E.isLeft(entered)) throw new Error('refused');
    expect(run.room!.free()).toBe(100 * MiB - entered.right.bytes);
  });

  it('comes back when pictures between stages are gone', async () => {
    const run = runWith(64 * MiB, { stalled: 60_000 });
    for (let i = 0; i < 16; i++) keepCount(run.room!, frameOf(2000, 1000));
    expect(run.room!.free()).toBeLessThan(0);
    const entered = await roomIn(run, cropped)(itemOf(frameOf(1000, 1000)), never);
    expect(E.isRight(entered)).toBe(true);
  });

  it('is refused where photos keep it that wait for this one', async () => {
    const run = runWith(64 * MiB, { stalled: 100 });
    const held = Array.from({ length: 12 }, () => frameOf(2000, 1000));
    keepCount(run.room!, {
      items: held.map((value, index) => ({ key: { path: 'b', index, epoch: 0 }, value })),
    });
    const entered = await roomIn(run, cropped)(itemOf(frameOf(1000, 1000)), never);
    expect(entered).toMatchObject({ left: { diagnostics: [{ code: 'image/memory-limit' }] } });
    expect(held.every(({ width }) => width === 2000)).toBe(true);
  });
});

describe('what a photo needs', () => {
  const photo = { width: 1000, height: 1000, channels: 3, depth: 'uint8', alpha: false } as const;
  const need = (parts: readonly LanePart[], picture: Parameters<typeof needOf>[1]['picture']) =>
    needOf(parts, { picture, held: 0 }, async () => undefined);

  it('grows with its depth and its transparency, and with what a format takes', async () => {
    const parts = (format: string) => [mapping(encode.operator, { format })];
    const plain = await need(parts('png'), photo);
    const alpha = await need(parts('png'), { ...photo, alpha: true });
    const webp = await need(parts('webp'), photo);
    expect(alpha.bytes).toBeGreaterThan(plain.bytes);
    expect(webp.bytes).toBeGreaterThan(plain.bytes);
  });

  it('is what the most demanding operator takes, and no more after one that refuses', async () => {
    const large = mapping(crop.operator, { size: { width: 900, height: 900 }, random: false });
    const small = mapping(crop.operator, { size: { width: 10, height: 10 }, random: false });
    const huge = tensor(resize.operator, { scale: 100, enlarge: false, method: 'area', linear: false });
    const one = await need([large], photo);
    expect((await need([large, huge], photo)).bytes).toBe(one.bytes);
    expect((await need([large, large], photo)).bytes).toBeLessThan(2 * one.bytes);
    expect((await need([small, large], photo)).bytes).toBeGreaterThan((await need([small], photo)).bytes);
  });

  it('is asked of an operator that foresees it', async () => {
    const parts = cropped;
    const told = await needOf(parts, { picture: photo, held: 0 }, async () => 1e9);
    expect(told.bytes).toBeGreaterThan(1e9);
  });
});
