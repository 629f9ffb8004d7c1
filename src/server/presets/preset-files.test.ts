import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { presetFiles } from './preset-files.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-presets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const presets = presetFiles(folder);
const text = 'version: 1\nsteps: [{ files: photos }, decode, encode, { save: "out/{path}" }]\n';

describe('presets', () => {
  it('are files, on offer, until they are removed', async () => {
    expect(await presets.write('mine', text)).toMatchObject({
      right: { name: 'mine', file: 'presets/mine.yaml' },
    });
    expect(await presets.offers()).toMatchObject([{ name: 'mine', source: 'preset' }]);
    expect(await presets.write('mine', text)).toMatchObject({ left: [{ code: 'serve/preset' }] });
    expect(await presets.remove('mine')).toMatchObject({ _tag: 'Right' });
    expect(await presets.list()).toEqual([]);
  });

  it('take the place of no other file, and are not removed where they are none', async () => {
    mkdirSync(join(folder, 'presets'), { recursive: true });
    writeFileSync(join(folder, 'presets/own.yaml'), 'mine');
    symlinkSync(join(folder, 'elsewhere.yaml'), join(folder, 'presets/link.yaml'));
    for (const name of ['own', 'link'])
      expect(await presets.write(name, text)).toMatchObject({ left: [{ code: 'serve/preset' }] });
    expect(await presets.remove('own')).toMatchObject({ left: [{ code: 'serve/not-found' }] });
    expect(readFileSync(join(folder, 'presets/own.yaml'), 'utf8')).toBe('mine');
  });

  it('with plugins that somebody wrote into them are shown, and not run', async () => {
    const made = await presets.write(
      'odd',
      'version: 1\nplugins: [./evil.mjs]\nsteps: [{ files: photos }, decode, evil, encode]\n',
    );
    expect(made).toMatchObject({ _tag: 'Right' });
    writeFileSync(join(folder, 'presets/evil.mjs'), 'globalThis.wasRun = true; export const evil = 1;');
    const [offer] = await presets.offers();
    expect(offer).toMatchObject({
      name: 'odd',
      problem: [{ code: expect.stringMatching(/^(serve|plugin)\//) }],
    });
    expect('wasRun' in globalThis).toBe(false);
  });
});
