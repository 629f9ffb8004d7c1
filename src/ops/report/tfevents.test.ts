import { describe, expect, it } from 'vitest';
import { recordsOf } from './testing/records.js';
import { eventBytes, scalarsOf, type TrainingEvent } from './tfevents.js';

const nothing = { step: 0, fileVersion: undefined, sessionStatus: undefined, scalars: {}, images: [] };

const read = (...events: readonly TrainingEvent[]) =>
  recordsOf(Uint8Array.from(events.flatMap((event) => [...eventBytes(event)])));

describe('events', () => {
  it('are read as they were written, one after another', () => {
    const png = Uint8Array.of(137, 80, 78, 71);
    expect(
      read(
        { kind: 'version', seconds: 1.5 },
        { kind: 'start', seconds: 2.25, step: 7 },
        { kind: 'scalars', seconds: 3, step: 8, values: { a: 0.5, b: -2, c: Number.NaN } },
        {
          kind: 'pictures',
          seconds: 4,
          step: 2 ** 40,
          tag: 'samples/input',
          picture: { width: 26, height: 12, png },
        },
      ),
    ).toEqual([
      { ...nothing, seconds: 1.5, fileVersion: 'brain.Event:2' },
      { ...nothing, seconds: 2.25, step: 7, sessionStatus: 1 },
      { ...nothing, seconds: 3, step: 8, scalars: { a: 0.5, b: -2, c: Number.NaN } },
      {
        ...nothing,
        seconds: 4,
        step: 2 ** 40,
        images: [{ tag: 'samples/input', width: 26, height: 12, png }],
      },
    ]);
  });

  it('are bytes as TensorFlow writes them', () => {
    // By TensorBoard's own proto and record writer: Event(wall_time=1.0, step=3, summary of a=0.5).
    const body = [
      [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
      [0x10, 3],
      [0x2a, 10, 0x0a, 8, 0x0a, 1, 0x61, 0x15, 0, 0, 0, 0x3f],
    ].flat();
    const bytes = eventBytes({ kind: 'scalars', seconds: 1, step: 3, values: { a: 0.5 } });
    expect([...bytes.slice(0, 8)]).toEqual([body.length, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.slice(12, -4)]).toEqual(body);
  });

  it('of pictures say that these are of three channels', () => {
    const picture = { width: 1, height: 2, png: Uint8Array.of(5) };
    const bytes = eventBytes({ kind: 'pictures', seconds: 0, step: 1, tag: 't', picture });
    // Image: height 2, width 1, colorspace 3, and the bytes.
    const image = [0x08, 2, 0x10, 1, 0x18, 3, 0x22, 1, 5];
    expect([...bytes].join().includes([0x22, image.length, ...image].join())).toBe(true);
  });
});

describe('scalars', () => {
  it('are named by what they belong to', () => {
    expect(scalarsOf({ pixel: 1, 'ms-ssim': 2 }, 0.5, 12)).toEqual({
      'metrics/pixel': 1,
      'metrics/ms-ssim': 2,
      'training/learning rate': 0.5,
      'training/images per second': 12,
    });
    expect(scalarsOf({}, 0.5, undefined)).toEqual({ 'training/learning rate': 0.5 });
  });
});
