import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feed, inputsFor } from './fuzz.js';
import { inputs } from './mutations.js';
import { edit, photos } from './photos.js';
import { targets } from './targets.js';

/** The short form of `npm run fuzz`: for each parser, beside its valid inputs, as many as a second or so has room for, always the same. */
const INPUTS = 400;
const SLOW_INPUTS = 100;

describe('foreign bytes', () => {
  it.each(Object.entries(targets))('do no harm to %s', async (_, target) => {
    const valid = await target.seeds();
    let left = valid.length + (target.milliseconds === undefined ? INPUTS : SLOW_INPUTS);
    for await (const bytes of inputsFor(target, 1)) {
      const fault = await feed(target, bytes);
      if (fault !== undefined)
        expect.fail(
          `${fault.kind}: ${fault.message}\n${Buffer.from(bytes).toString('base64').slice(0, 4000)}`,
        );
      left -= 1;
      if (left === 0) break;
    }
  });

  // The short form of `npm run mutants`; decoders of packages take half a second a file.
  it.each(Object.entries(photos))(
    'in a photo (%s) give a picture or say what is wrong',
    async (name, { make, how }) => {
      const valid = await make();
      expect(await edit(valid, how)).toBe(true);
      const count = ['heic', 'jxl', 'dng', 'exr'].includes(name) ? 3 : 20;
      for (const bytes of fc.sample(inputs([valid]), { numRuns: count, seed: 7 })) await edit(bytes, how);
    },
  );

  it('that do harm are noticed', async () => {
    const of = (run: (bytes: Uint8Array) => unknown) =>
      feed({ seeds: () => [], run, milliseconds: 50 }, Uint8Array.of(1));
    expect((await of(() => undefined))?.kind).toBeUndefined();
    expect((await of(() => Promise.reject(new TypeError('no')))) ?? {}).toMatchObject({ kind: 'crash' });
    const slow = await of(() => {
      for (const end = performance.now() + 300; performance.now() < end; );
    });
    expect(slow?.kind).toBe('slow');
    expect((await of(() => new Uint8Array(800 << 20).fill(1)))?.kind).toMatch(/memory|slow/);
  });
});
