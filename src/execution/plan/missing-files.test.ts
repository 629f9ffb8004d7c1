import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decode, encode, files, save, watch } from '../../ops/index.js';
import { pipeline } from '../../pipelines/code.js';
import { run } from '../run.js';

const folder = await mkdtemp(join(tmpdir(), 'missing-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const faultsOf = async (source: ReturnType<typeof files>) => {
  const planned = await run(
    pipeline(source, decode(), encode({ format: 'png' }), save(join(folder, 'out/{name}.png'))),
  )();
  return planned._tag === 'Left' ? planned.left : [];
};

describe('a path at which there is nothing', () => {
  it('is told with the folder and the pattern that it may have been meant as', async () => {
    const at = (...names: readonly string[]) => JSON.stringify(join(folder, ...names));
    expect(await faultsOf(files(join(folder, 'in', '*.jpg')))).toMatchObject([
      { code: 'file/missing', hint: expect.stringContaining(`files: { in: ${at('in')}, match: "*.jpg" }`) },
    ]);
    expect(await faultsOf(files(join(folder, '**', '{a,b}.png')))).toMatchObject([
      { hint: expect.stringContaining(`{ in: ${at()}, match: "**/{a,b}.png" }`) },
    ]);
    expect(await faultsOf(watch(join(folder, 'in', '?.png')))).toMatchObject([
      { hint: expect.stringContaining(`watch: { in: ${at('in')}, match: "?.png" }`) },
    ]);
  });

  it('is told as it is where nothing says that a pattern was meant', async () => {
    const [fault] = await faultsOf(files(join(folder, 'nowhere')));
    expect(fault).toMatchObject({ code: 'file/missing' });
    expect(fault).not.toHaveProperty('hint');
  });
});
