import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPipeline, HOME } from './find-pipeline.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismflow-find-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const steps =
  '    steps:\n      - files: photos\n      - decode\n      - encode\n      - save: "edited/{path}"\n';
const home = (...names: readonly string[]): void =>
  writeFileSync(
    join(folder, HOME),
    `version: 1\npipelines:\n${names.map((name) => `  ${name}:\n${steps}`).join('')}`,
  );

const find = async (target: string) => {
  const found = await findPipeline(target, folder)();
  return E.isRight(found)
    ? { path: found.right.file.path, shown: found.right.file.shown, pipeline: found.right.pipeline }
    : found.left[0].code;
};

describe('a name without a file', () => {
  it('is the pipeline of a model that ships, whose paths start at the folder', async () => {
    const expected = { path: join(folder, 'dehaze.yaml'), shown: 'prismflow:dehaze', pipeline: undefined };
    expect(await find('dehaze')).toEqual(expected);
    expect(await find('prismflow:dehaze')).toEqual(expected);
  });

  it('is the folder’s own where pipelines.yaml has one of that name', async () => {
    home('dehaze');
    expect(await find('dehaze')).toMatchObject({ path: join(folder, HOME), pipeline: 'dehaze' });
    expect(await find('prismflow:dehaze')).toMatchObject({ shown: 'prismflow:dehaze' });
  });

  it('is the model’s where pipelines.yaml has others only', async () => {
    home('copy');
    expect(await find('dehaze')).toMatchObject({ shown: 'prismflow:dehaze' });
    expect(await find('copy')).toMatchObject({ path: join(folder, HOME), pipeline: 'copy' });
  });

  it('is the folder’s where pipelines.yaml cannot be read, so that its faults are said', async () => {
    writeFileSync(join(folder, HOME), 'version: [');
    expect(await find('dehaze')).toMatchObject({ path: join(folder, HOME) });
  });

  it('is the file of that name before all', async () => {
    writeFileSync(join(folder, 'dehaze'), 'version: 1');
    expect(await find('dehaze')).toMatchObject({ path: join(folder, 'dehaze') });
  });

  it.each(['web', 'demo', 'train-dehaze', 'prismflow:web', 'prismflow:../secret', '../dehaze', 'nothing'])(
    'is not found where no model ships it: %s',
    async (name) => {
      expect(await find(name)).toBe('pipeline/not-found');
    },
  );
});
