import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf } from '../../src/testing/arbitraries/values.js';
import { checkOp, frameFrom } from '../../src/testing/index.js';
import { linkPackages, pageOf, root, type Snippet, snippetsOf } from './snippets.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = pageOf('README.md');
const snippets = snippetsOf(readme);
const named = (snippet: Snippet): string => `line ${snippet.line}`;

beforeAll(async () => {
  linkPackages(folder);
  const photo = await fileOf(frameFrom({ width: 60, height: 40 }, (x, y, c) => ((x + y + c) % 50) / 50));
  for (const photos of ['photos', 'Pictures']) {
    mkdirSync(join(folder, photos));
    writeFileSync(join(folder, photos, 'lake.png'), photo.bytes);
  }
  // What the page tells to save under a name.
  const pipelines = snippets.filter(
    ({ language, text }) => language === 'yaml' && text.startsWith('version:'),
  );
  writeFileSync(join(folder, 'brighten.yaml'), pipelines[0]?.text ?? '');
  const operator = snippets.find(({ language }) => language === 'js');
  writeFileSync(join(folder, 'sepia.mjs'), operator?.text ?? '');
});

const run = (command: string, args: readonly string[]) =>
  spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, NODE_OPTIONS: '' },
  });

describe('the code in the README runs', () => {
  it.each(
    snippets.filter(({ language }) => language === 'ts').map((snippet) => [named(snippet), snippet] as const),
  )(
    '%s',
    (name, { text }) => {
      const file = join(folder, `${name.replace(' ', '-')}.mts`);
      writeFileSync(file, text);
      const config = {
        compilerOptions: {
          strict: true,
          module: 'nodenext',
          target: 'es2023',
          noEmit: true,
          skipLibCheck: true,
          types: [],
        },
        files: [file],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const checked = run(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']);
      expect(checked.stdout + checked.stderr).toBe('');
      const { status, stderr } = run(join(root, 'node_modules/.bin/tsx'), [file]);
      expect(status, stderr).toBe(0);
    },
    120_000,
  );

  it('its operator obeys the laws, and works from YAML as it says', async () => {
    const { sepia } = (await import(join(folder, 'sepia.mjs'))) as {
      readonly sepia: Parameters<typeof checkOp>[0];
    };
    expect((await checkOp(sepia, { runs: 15 })).refused).toBe(0);
    expect(readme).toContain('`- sepia: 0.8`');
    const steps =
      'version: 1\nplugins: [./sepia.mjs]\nsteps:\n  - files: photos\n  - decode\n  - sepia: 0.8\n  - encode\n  - save: toned/{path}\n';
    writeFileSync(join(folder, 'toned.yaml'), steps);
    const pipe = (...args: readonly string[]) => run('node', [join(root, 'dist/cli/pipe.cjs'), ...args]);
    // Where nobody can be asked, a plugin that was not allowed does not run.
    const refused = pipe('run', 'toned.yaml');
    expect(refused.status).toBe(2);
    const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(refused.stderr) ?? [];
    expect(readme).toContain('--allow-plugin sha256:');
    const { status, stderr } = pipe('run', 'toned.yaml', '--allow-plugin', digest);
    expect(status, stderr).toBe(0);
    expect(existsSync(join(folder, 'toned/lake.png'))).toBe(true);
  }, 120_000);
});

/** Lines of shell that call `pipe`; what installs or tests the project itself is not for a test to run. */
const commands = snippets
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.startsWith('pipe '))
  .map((line) => line.replace(/\s+#.*$/, ''))
  // It goes on until it is told to stop: test/e2e/serve.test.ts does so.
  .filter((line) => line !== 'pipe serve');

describe('the commands in the README work', () => {
  it.each(commands)(
    '%s',
    (line) => {
      const { status, stderr } = run('bash', [
        '-c',
        line.replace(/^pipe/, `node ${join(root, 'dist/cli/pipe.cjs')}`),
      ]);
      expect(status, stderr).toBe(0);
    },
    120_000,
  );

  it('and those within its text are there', () => {
    const help = run('node', [join(root, 'dist/cli/pipe.cjs'), '--help']).stdout;
    for (const [, command] of readme.matchAll(/`pipe ([a-z]+)/g)) expect(help).toContain(`  ${command}`);
    for (const [, script] of readme.matchAll(/`?npm run ([a-z]+)/g))
      expect(JSON.parse(pageOf('package.json')).scripts).toHaveProperty(script ?? '');
  });
});
