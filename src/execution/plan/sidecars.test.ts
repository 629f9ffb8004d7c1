import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { plain } from '../../image/bytes.js';
import { readJpeg } from '../../image/containers/jpeg.js';
import { picture } from '../../image/testing/files.js';
import { sidecarFile } from '../../image/testing/sidecars.js';
import { decode, encode, files, save } from '../../ops/index.js';
import { pipeline } from '../../pipelines/code.js';
import { type PipelineEvent, run } from '../run.js';

const folders: string[] = [];
let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prismflow-sidecars-'));
  folders.push(folder);
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in', 'a.jpg'), plain(await picture(24, 16).jpeg().toBuffer()));
});
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true });
});

const put = (name: string, rating: number): void =>
  writeFileSync(join(folder, 'in', name), sidecarFile(`xmp:Rating="${rating}"`));

const edit = async (how: { readonly sidecar?: 'read' | 'ignore' } = {}) => {
  const steps = pipeline(files(join(folder, 'in')), decode(how), encode(), save(join(folder, 'out')));
  const warnings: string[] = [];
  const observe = (event: PipelineEvent): void => {
    if (event.kind === 'warned') warnings.push(event.warning.message);
  };
  const result = await run(steps, { jobs: 1, observe })();
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  const { done, skipped, failed } = result.right;
  return { figures: [done, skipped, failed.length], warnings };
};

const result = (): string => {
  const xmp = readJpeg(new Uint8Array(readFileSync(join(folder, 'out', 'a.jpg'))))?.xmp;
  return /Rating>(\d)/.exec(new TextDecoder().decode(xmp))?.[1] ?? 'none';
};

describe('photos with sidecars', () => {
  it.each(['a.xmp', 'a.jpg.xmp', 'a.XMP'])(
    'are edited with them (%s), and again when these change',
    async (name) => {
      put(name, 4);
      expect(await edit()).toEqual({ figures: [1, 0, 0], warnings: [] });
      expect(result()).toBe('4');
      expect((await edit()).figures).toEqual([0, 1, 0]);
      put(name, 5);
      expect((await edit()).figures).toEqual([1, 0, 0]);
      expect(result()).toBe('5');
      await edit({ sidecar: 'ignore' });
      expect(result()).toBe('none');
    },
  );

  it('do not follow a link to one', async () => {
    writeFileSync(join(folder, 'elsewhere.xmp'), sidecarFile('xmp:Rating="3"'));
    symlinkSync(join(folder, 'elsewhere.xmp'), join(folder, 'in', 'a.xmp'));
    await edit();
    expect(result()).toBe('none');
  });
});
