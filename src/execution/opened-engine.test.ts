import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adjust, decode, encode, files, resize, save } from '../ops/index.js';
import { pipeline } from '../pipelines/code.js';
import { createEngine, type Engine, jit, tf } from '../tensor/index.js';
import { borrowed } from '../tensor/run/borrowed.js';
import type { Compiled } from '../tensor/run/engine.js';
import { run } from './run.js';
import { open } from './session.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-opened-'));
const engine = createEngine('cpu');
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});
beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  for (const [name, width] of [
    ['a', 40],
    ['b', 33],
    ['c', 56],
  ] as const) {
    const pixels = Buffer.from(Array.from({ length: width * 30 * 3 }, (_, i) => (i * 37 + width) % 256));
    await sharp(pixels, { raw: { width, height: 30, channels: 3 } }).toFile(
      join(folder, `photos/${name}.png`),
    );
  }
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const edit = (exposure: number, to = 'out') =>
  pipeline(
    files(join(folder, 'photos')),
    decode(),
    resize({ longest: 20 }),
    adjust({ exposure }),
    encode({ like: 'source' }),
    save(join(folder, to, '{path}')),
  );

/** An engine that says how many programs it holds, and how often it was to be closed. */
const counting = (inner: Engine) => {
  const said = { held: 0, most: 0, closed: 0 };
  const counted: Engine = {
    ...inner,
    compile: (executable) =>
      pipe(
        inner.compile(executable),
        TE.map((compiled): Compiled => {
          let isHeld = true;
          said.held++;
          said.most = Math.max(said.most, said.held);
          return {
            ...compiled,
            dispose: () => {
              if (isHeld) said.held--;
              isHeld = false;
              compiled.dispose();
            },
          };
        }),
      ),
    dispose: async () => {
      said.closed++;
    },
  };
  return { engine: counted, said };
};

const works = async (on: Engine): Promise<boolean> => {
  const double = jit(({ x }: { x: tf.Tensor1D }) => ({ y: tf.mul(x, 2) }), { engine: on });
  const made = await double({ x: { dtype: 'float32', shape: [2], data: new Float32Array([1, 2]) } })();
  double.dispose();
  return E.isRight(made) && made.right.y.data[1] === 4;
};

const photos = ['a', 'b', 'c'] as const;

describe('an engine that is open already', () => {
  it('serves twenty edits side by side, of sessions of their own, and stays open', async () => {
    const expected = new Map<string, Buffer>();
    for (const exposure of [0.2, 0.4]) {
      const session = right(await open(edit(exposure))()());
      for (const name of photos)
        expected.set(
          `${exposure} ${name}`,
          Buffer.from(right(await session.edit(join(folder, `photos/${name}.png`))()).bytes),
        );
      await session.close();
    }
    const { engine: shared, said } = counting(engine);
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const [exposure, name] = [i % 2 === 0 ? 0.2 : 0.4, photos[i % 3]!];
        const session = right(await open(edit(exposure))({ engine: shared })());
        const made = right(await session.edit(readFileSync(join(folder, `photos/${name}.png`)))());
        expect(Buffer.from(made.bytes)).toEqual(expected.get(`${exposure} ${name}`));
        await session.close();
      }),
    );
    expect(said).toMatchObject({ held: 0, closed: 0 });
    expect(said.most).toBeGreaterThan(0);
    expect(await works(engine)).toBe(true);
  });

  it('serves runs, which say its name and leave it open', async () => {
    const { engine: shared, said } = counting(engine);
    const names: string[] = [];
    for (const to of ['one', 'two']) {
      const report = await run(edit(0.3, to), {
        engine: shared,
        observe: (event) => event.kind === 'engine' && names.push(event.name),
      })();
      expect(right(report)).toMatchObject({ done: 3, failed: [], end: { kind: 'complete' } });
    }
    expect(names).toEqual(['cpu', 'cpu']);
    expect(said).toMatchObject({ held: 0, closed: 0 });
    expect(await works(engine)).toBe(true);
  });

  it('is told from what is none', async () => {
    for (const wrong of [
      7,
      {},
      { name: 'cpu' },
      { ...engine, name: 'abacus' },
      { ...engine, compile: 1 },
      null,
    ]) {
      const given = { engine: wrong as never };
      const codes = [await open(edit(0.2))(given)(), await run(edit(0.2), given)()].map(
        (result) => E.isLeft(result) && result.left[0].code,
      );
      expect([wrong, codes]).toEqual([wrong, ['run/invalid-option', 'run/invalid-option']]);
    }
  });
});

describe('a borrowed engine', () => {
  it('gives back what was made ready on it, also what comes afterwards', async () => {
    const { engine: shared, said } = counting(engine);
    const own = borrowed(shared);
    const program = (engineOf: Engine) =>
      jit(({ x }: { x: tf.Tensor1D }) => ({ y: tf.neg(x) }), { engine: engineOf, name: 'negate' });
    const x = { dtype: 'float32' as const, shape: [3], data: new Float32Array(3) };
    const negate = program(own);
    right(await negate({ x })());
    expect(said.held).toBe(1);
    const late = program(own)({ x })();
    await own.dispose();
    const made = await late;
    expect(E.isLeft(made) && made.left[0].code).toBe('tensor/disposed');
    expect(said).toEqual({ held: 0, most: expect.any(Number), closed: 0 });
    negate.dispose();
    expect(said.held).toBe(0);
    expect(await works(engine)).toBe(true);
  });
});
