import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import { defaulted, number } from '../../operator/params/index.js';
import { builtIn, defineOp, registryOf } from '../../ops/index.js';
import { analyse } from '../../pipelines/compile.js';
import * as port from '../../ports/index.js';
import { compile } from '../compile.js';
import { runPlan } from '../run.js';
import { shrink } from './shrink.js';
import { writeCase } from './write-case.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-shrink-'));
const photo = join(folder, 'photo.png');
afterAll(() => rmSync(folder, { recursive: true }));

/** Grey, but for one white and one black pixel. */
beforeAll(async () => {
  const pixels = Buffer.alloc(40 * 30 * 3, 128);
  pixels.fill(255, (17 * 40 + 23) * 3, (17 * 40 + 23) * 3 + 3);
  pixels.fill(0, (5 * 40 + 8) * 3, (5 * 40 + 8) * 3 + 3);
  mkdirSync(folder, { recursive: true });
  await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
    .png()
    .toFile(photo);
});

const touchy = defineOp({
  name: 'touchy',
  about: 'Refuse white pixels in pictures of three columns or more',
  params: { by: defaulted(number(), 3, 'Columns'), more: defaulted(number(), 0, 'Nothing') },
  input: port.frame,
  output: port.frame,
  map:
    ({ by }) =>
    ({ value }) =>
      value.width >= by && value.samples.data.includes(255)
        ? TE.left([failure('value/invalid', 'White is too bright.')])
        : TE.right(value),
});

const divide = defineOp({
  name: 'divide',
  about: 'Divide by the picture',
  params: {},
  input: port.frame,
  output: port.frame,
  tensor: { program: (tf) => (picture) => tf.div(0.5, picture) },
});

const registry = registryOf(touchy, divide, ...[...builtIn.values()].map((operator) => ({ operator })));

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const graphOf = async (steps: string) =>
  right(
    await analyse(
      {
        path: join(folder, 'p.yaml'),
        text: `version: 1\nsteps: [{ files: photo.png }, decode, ${steps}, encode, { save: out }]\n`,
      },
      { registry },
    )(),
  );

describe('shrink', () => {
  it('finds the smallest crop and the plainest pipeline on which an operator fails', async () => {
    const graph = await graphOf('{ touchy: { more: 0.73 } }');
    const shrunk = right(await shrink(graph, photo)());
    expect([shrunk.frame.width, shrunk.frame.height, shrunk.laws]).toEqual([1, 1, false]);
    expect(shrunk.region).toMatchObject({ left: 23, top: 17 });
    expect(shrunk.nodes.map(({ written }) => written)).toEqual([{ by: 0, more: 0 }]);
    expect(shrunk.failure).toMatchObject({
      operator: 'steps[2]/touchy',
      diagnostics: [{ code: 'value/invalid' }],
    });
  });

  it('finds a broken law that whole numbers hide, leaves out what has no part in it, and writes it down', async () => {
    const graph = await graphOf('{ adjust: { exposure: 0.25 } }, divide');
    const shrunk = right(await shrink(graph, photo)());
    expect(shrunk.failure.diagnostics[0].code).toBe('law/not-finite');
    expect(shrunk.nodes.map(({ operator }) => operator.name)).toEqual(['divide']);
    expect([shrunk.region, shrunk.laws]).toEqual([{ left: 8, top: 5, width: 1, height: 1 }, true]);
    const written = right(await writeCase(shrunk, 'photo.png', join(folder, 'case'))());
    expect(written.command).toBe('pipe run pipeline.yaml --laws');
    expect(readFileSync(join(folder, 'case/README.md'), 'utf8')).toContain('law/not-finite at divide');
    const replayed = right(
      await compile(
        {
          path: join(folder, 'case/pipeline.yaml'),
          text: readFileSync(join(folder, 'case/pipeline.yaml'), 'utf8'),
        },
        { registry },
      )(),
    );
    const report = right(await runPlan(replayed, { laws: true })());
    expect(report.failed.map(({ diagnostics }) => diagnostics[0].code)).toEqual(['law/not-finite']);
    expect(right(await runPlan(replayed)()).failed).toEqual([]);
  });

  it('says when nothing fails, or the photo cannot be read', async () => {
    const graph = await graphOf('{ adjust: { exposure: 0.25 } }');
    expect(await shrink(graph, photo)()).toMatchObject({ left: [{ code: 'shrink/nothing' }] });
    expect(await shrink(graph, join(folder, 'p.yaml'))()).toMatchObject({
      left: [{ code: 'shrink/unreadable' }],
    });
  });
});
