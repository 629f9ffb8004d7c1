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

const shell = (line: string) =>
  spawnSync('bash', ['-c', line.replaceAll('npx pipe', 'node node_modules/prismflow/dist/cli/pipe.cjs')], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });

/** What the guide tells to do, but for the installation. */
const follow = (): void => {
  for (const { language, note, text } of snippetsOf(pageOf('docs/write-an-operator.md'))) {
    const [file = '', part] = note.split(' ');
    if (language === 'sh' && !text.includes('npm ')) {
      const lines = text.trim().split('\n');
      for (const line of lines) {
        const { status, stdout, stderr } = shell(line);
        if (file === 'fails') {
          expect(status, line).not.toBe(0);
          expect(stdout + stderr).toMatch(
            /vignette breaks the law "(gives numbers|is the same at every depth)"/,
          );
          expect(stdout + stderr).toContain("await checkOp(vignette, { law: '");
        } else expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
      }
    } else if (part !== undefined && language === 'js') {
      // A line that takes the place of the one that begins alike.
      const path = join(folder, file);
      const old = readFileSync(path, 'utf8');
      const replaced = old.replace(/^const along = .*$/m, text.trim());
      expect(replaced).not.toBe(old);
      writeFileSync(path, replaced);
    } else if (file !== '' && (language === 'js' || language === 'yaml'))
      writeFileSync(join(folder, file), text);
  }
};

it('the guide to an operator of your own works as it stands', async () => {
  follow();
  const { frame } = await right(decode({ path: join(folder, 'edited/flat.png'), name: 'flat.png' }));
  const values = valuesOf(frame);
  const middle = values[(15 * 40 + 20) * 3] ?? 0;
  expect(middle).toBeGreaterThan(0.79);
  expect(values[0]).toBeLessThan(0.4);
}, 240_000);
