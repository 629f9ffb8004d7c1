import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode } from '../../src/image/index.js';
import { right } from '../../src/image/testing/pictures.js';
import { fileOf } from '../../src/testing/arbitraries/values.js';
import { frameFrom, valuesOf } from '../../src/testing/index.js';
import { linkPackages, pageOf, snippetsOf } from './snippets.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-guide-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  linkPackages(folder);
  mkdirSync(join(folder, 'photos'));
  const photo = await fileOf(frameFrom({ width: 40, height: 30 }, () => 0.8));
  writeFileSync(join(folder, 'photos/flat.png'), photo.bytes);
});

/** Runs a line of a guide; `sha256:DIGEST` is what `check` has named last. */
const createShell = () => {
  let digest = '';
  return (line: string) => {
    const command = line
      .replaceAll('npx pipe', 'node node_modules/prismflow/dist/cli/pipe.cjs')
      .replace('sha256:DIGEST', digest);
    const done = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    digest = /sha256:[0-9a-f]{64}/.exec(done.stdout + done.stderr)?.[0] ?? digest;
    return done;
  };
};

/** What a guide says goes wrong on purpose, and what stands in the place of which line. */
interface Lesson {
  readonly fails: readonly RegExp[];
  readonly replaced: RegExp;
}

/** What a guide tells to do, but for the installation. */
const follow = (page: string, { fails, replaced: old }: Lesson): void => {
  const shell = createShell();
  for (const { language, note, text } of snippetsOf(pageOf(page))) {
    const [file = '', part] = note.split(' ');
    if (language === 'sh' && !text.includes('npm ')) {
      const lines = text.trim().split('\n');
      for (const line of lines) {
        const { status, stdout, stderr } = shell(line);
        if (file === 'fails') {
          expect(status, line).not.toBe(0);
          for (const said of fails) expect(stdout + stderr).toMatch(said);
        } else expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
      }
    } else if (part !== undefined && language === 'js') {
      // A line that takes the place of the one that begins alike.
      const path = join(folder, file);
      const before = readFileSync(path, 'utf8');
      const after = before.replace(old, text.trimEnd());
      expect(after).not.toBe(before);
      writeFileSync(path, after);
    } else if (file !== '' && (language === 'js' || language === 'yaml'))
      writeFileSync(join(folder, file), text);
  }
};

const resultAt = async (path: string): Promise<readonly number[]> => {
  const { frame } = await right(decode({ path: join(folder, path), name: path }));
  return Array.from(valuesOf(frame));
};

it('the guide to an operator of your own works as it stands', async () => {
  follow('docs/write-an-operator.md', {
    fails: [
      /vignette breaks the law "(gives numbers|is the same at every depth)"/,
      /await checkOp\(vignette, \{ law: '/,
    ],
    replaced: /^const along = .*$/m,
  });
  const values = await resultAt('edited/flat.png');
  const middle = values[(15 * 40 + 20) * 3] ?? 0;
  expect(middle).toBeGreaterThan(0.79);
  expect(values[0]).toBeLessThan(0.4);
}, 240_000);

it('the guide to a network and a loss of your own works as it stands', async () => {
  for (const name of ['vignette.test.mjs', 'edited']) rmSync(join(folder, name), { recursive: true });
  follow('docs/write-a-network.md', {
    fails: [/warmth breaks the law "has finite gradients, also where both pictures are the same"/],
    replaced: /^ {4}return tf\.mean\(tf\.sqrt.*$/m,
  });
  const model = JSON.parse(readFileSync(join(folder, 'runs/tone/model.json'), 'utf8'));
  expect(model.generator).toEqual({
    tone: { width: 8 },
    plugin: { plugin: './my-nn.mjs', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
  });
  // It has learned of one bright photo that whatever is given becomes brighter.
  expect((await resultAt('edited/flat.png'))[0]).toBeGreaterThan(0.8);
  expect(readFileSync(join(folder, 'tone.onnx')).length).toBeGreaterThan(500);
}, 240_000);
