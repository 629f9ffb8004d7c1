import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-loading-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const photo = sharp({ create: { width: 8, height: 8, channels: 3, background: '#369' } });
  await photo.png().toFile(join(folder, 'a.png'));
  writeFileSync(
    join(folder, 'pipelines.yaml'),
    `version: 1
pipelines:
  copy: { steps: [{ files: a.png }, decode, encode, { save: copied }] }
  edit: { steps: [{ files: a.png }, decode, { adjust: 1 }, encode, { save: edited }] }
`,
  );
});

/** Prints the packages that a process has loaded when it ends. CommonJS ones, which all heavy packages are. */
const probe = `import module from 'node:module';
process.on('exit', () => {
  const names = Object.keys(module._cache).map((path) => /node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
  console.error('LOADED ' + [...new Set(names.filter(Boolean))].join(' '));
});`;

const loaded = async (...args: readonly string[]): Promise<readonly string[]> => {
  const preload = `data:text/javascript,${encodeURIComponent(probe)}`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', preload, pipe, ...args], {
    cwd: folder,
  });
  return (/LOADED (.*)/.exec(stderr)?.[1] ?? '').split(' ').filter((name) => name !== '');
};

const heavy = /tensorflow|onnxruntime|sharp/;

describe('what a command loads', () => {
  it('is next to nothing for help and version', async () => {
    expect(await loaded('--help')).toEqual(['picocolors', 'commander']);
    expect(await loaded('run', '--help')).toEqual(['picocolors', 'commander']);
  });

  it.each([[['check']], [['ops']], [['ops', 'adjust']], [['schema']], [['graph', 'edit']]])(
    'is nothing that works on pixels for %j',
    async (args) => expect((await loaded(...args)).filter((name) => heavy.test(name))).toEqual([]),
  );

  it('is no tensor library for a run without tensor work', async () => {
    const copy = await loaded('run', 'copy');
    expect([copy.includes('sharp'), copy.filter((name) => /tensorflow|onnxruntime/.test(name))]).toEqual([
      true,
      [],
    ]);
    expect((await loaded('run', 'edit')).some((name) => name.startsWith('@tensorflow'))).toBe(true);
  });
});
