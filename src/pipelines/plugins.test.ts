import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../diagnostics/index.js';
import { compile } from '../execution/compile.js';
import { runPlan } from '../execution/run.js';
import { builtIn } from '../ops/index.js';
import { isUnloaded } from './check/unloaded.js';
import { analyse, pluginsIn } from './compile.js';
import { allow, allowedPath, readAllowed } from './plugins/allowed.js';
import { readName } from './plugins/naming.js';
import { limits } from './plugins/reading.js';
import { cacheFolder, configFolder } from './plugins/user-folders.js';
import { inspect, loadInto, type PluginPolicy } from './plugins.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-plugins-'));
const place = join(folder, 'project');
const marker = join(folder, 'RAN');
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(place, 'photos'), { recursive: true });
  rmSync(configFolder(), { recursive: true, force: true });
  rmSync(cacheFolder(), { recursive: true, force: true });
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const codesOf = (result: E.Either<Diagnostics, unknown>): readonly string[] =>
  E.isLeft(result) ? result.left.map(({ code }) => code) : [];

const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A plugin whose operator is called so, and which says by a file that it ran. */
const plugin = (name: string, more = ''): string => `import { writeFileSync } from 'node:fs';
import { defineOp } from ${module('../ops/index.ts')};
import * as port from ${module('../ports/index.ts')};
${more}
writeFileSync(${JSON.stringify(marker)}, ${JSON.stringify(name)});
export const made = defineOp({ name: '${name}', about: 'Do nothing', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => ({ _tag: 'Right', right: value }) });
`;

const write = (path: string, text: string): void => {
  const file = join(place, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const pipelineWith = (named: string, steps = 'mine') => ({
  path: join(place, 'p.yaml'),
  text: `version: 1\nplugins: [${JSON.stringify(named)}]\nsteps: [{ files: photos }, decode, ${steps}, encode, { save: out }]\n`,
});

const look = (named: string, plugins?: PluginPolicy, steps?: string) =>
  analyse(pipelineWith(named, steps), plugins === undefined ? {} : { plugins })();

const digestOf = async (named: string): Promise<string> => {
  const [use] = right(await pluginsIn(pipelineWith(named))());
  return use?.digest ?? '';
};

describe('a plugin', () => {
  it.each([
    ['data:text/javascript,1', 'plugin/url'],
    ['DATA:text/javascript;base64,MQ==', 'plugin/url'],
    ['http://example.org/x.mjs', 'plugin/url'],
    ['https://example.org/x.mjs', 'plugin/url'],
    ['file:///etc/passwd', 'plugin/url'],
    ['node:fs', 'plugin/url'],
    ['node:child_process', 'plugin/url'],
    ['blob:nodedata:1', 'plugin/url'],
    ['fs', 'plugin/builtin'],
    ['fs/promises', 'plugin/builtin'],
    [' data:text/javascript,1', 'plugin/name'],
    ['#internal', 'plugin/name'],
    ['mine/../../x', 'plugin/name'],
    ['@scope', 'plugin/name'],
    ['a\\..\\b', 'plugin/name'],
    ['~/x.mjs', 'pipeline/plugin'],
    ['prismflow', 'pipeline/plugin'],
    ['prismflow/testing', 'pipeline/plugin'],
    ['not-installed', 'pipeline/plugin'],
    ['./not-there.mjs', 'pipeline/plugin'],
    ['.', 'pipeline/plugin'],
    ['/etc/passwd', 'plugin/outside'],
    ['../outside.mjs', 'plugin/outside'],
    ['./linked.mjs', 'plugin/outside'],
    ['./linked/outside.mjs', 'plugin/outside'],
    ['./leads-out.mjs', 'plugin/outside'],
    ['./by-address.mjs', 'plugin/imports'],
    ['./by-url.mjs', 'plugin/imports'],
    ['./by-path.mjs', 'plugin/imports'],
    ['./by-variable.mjs', 'plugin/imports'],
    ['./by-template.mjs', 'plugin/imports'],
    ['./by-hash.mjs', 'plugin/imports'],
    ['./encoded.mjs', 'plugin/imports'],
    ['./broken.mjs', 'plugin/imports'],
    ['./picture.png', 'pipeline/plugin'],
    ['./plugin.ts', 'pipeline/plugin'],
  ])('called %s is refused as %s, and nothing runs', async (named, code) => {
    writeFileSync(join(folder, 'outside.mjs'), plugin('mine'));
    symlinkSync(join(folder, 'outside.mjs'), join(place, 'linked.mjs'));
    symlinkSync(folder, join(place, 'linked'));
    write('leads-out.mjs', plugin('mine', "import './linked.mjs';"));
    write('by-address.mjs', plugin('mine', "import 'data:text/javascript,1';"));
    write(
      'by-url.mjs',
      plugin('mine', `import ${JSON.stringify(pathToFileURL(join(folder, 'outside.mjs')).href)};`),
    );
    write('by-path.mjs', plugin('mine', `import ${JSON.stringify(join(folder, 'outside.mjs'))};`));
    write('by-variable.mjs', plugin('mine', 'await import(process.env.HOME);'));
    write('by-template.mjs', plugin('mine', ['await import(`./$', '{process.pid}.mjs`);'].join('')));
    write('by-hash.mjs', plugin('mine', "import '#secret';"));
    write('encoded.mjs', plugin('mine', "import './..%2foutside.mjs';"));
    write('broken.mjs', 'import { from from from "');
    write('picture.png', 'no picture');
    write('plugin.ts', plugin('mine'));
    for (const policy of ['refuse', 'allowed', { allow: [] }] as const)
      expect(codesOf(await look(named, policy))).toContain(code);
    expect(existsSync(marker)).toBe(false);
  });

  it.each(['pipe.mjs', 'zero.mjs', 'through.mjs'])('that is no file, as %s, does not hang', async (name) => {
    execFileSync('mkfifo', [join(place, 'pipe.mjs')]);
    symlinkSync('/dev/zero', join(place, 'zero.mjs'));
    write('through.mjs', plugin('mine', "import './pipe.mjs';"));
    const [code] = codesOf(await look(`./${name}`));
    expect(['pipeline/plugin', 'plugin/outside']).toContain(code);
  });

  it('has limits', async () => {
    const text = `version: 1\nplugins: [${Array.from({ length: 65 }, (_, i) => `./${i}.mjs`)}]\nsteps: [{ files: photos }]\n`;
    expect(codesOf(await analyse({ path: join(place, 'p.yaml'), text })())).toEqual(['pipeline/plugin']);
    write('large.mjs', plugin('mine'));
    execFileSync('truncate', ['-s', String(limits.bytes + 1), join(place, 'large.mjs')]);
    expect(codesOf(await look('./large.mjs'))).toContain('plugin/too-large');
  });

  it('of which nobody allowed anything is not run to look, and the rest is checked', async () => {
    write('mine.mjs', plugin('mine'));
    for (const policy of [undefined, 'refuse', 'allowed', { allow: [`sha256:${'0'.repeat(64)}`] }] as const) {
      const graph = right(await look('./mine.mjs', policy, '{ mine: { any: thing } }, mine'));
      expect(graph.nodes.filter(isUnloaded).map(({ path }) => path)).toEqual([
        'steps[2]/mine',
        'steps[3]/mine',
      ]);
      expect(graph.nodes.at(-1)).toMatchObject({ path: 'steps[5]/save', output: { kind: 'saved' } });
      expect(graph.warnings.map(({ code }) => code)).toEqual([
        'plugin/not-allowed',
        'plugin/step',
        'plugin/step',
      ]);
      expect(graph.warnings[0]?.message).toContain(await digestOf('./mine.mjs'));
    }
    expect(codesOf(await look('./mine.mjs', undefined, 'mine, { crop: { sise: 3 } }'))).toEqual([
      'plugin/not-allowed',
      'value/unknown-key',
    ]);
    const plan = right(await compile(pipelineWith('./mine.mjs'))());
    expect(plan.bulk).toBe(undefined);
    expect(codesOf(await runPlan(plan)())).toEqual(['plugin/not-allowed']);
    expect(existsSync(marker)).toBe(false);
  });

  it('may bring sources and joins', async () => {
    write('mine.mjs', plugin('mine'));
    const text = `version: 1
plugins: [./mine.mjs]
streams: { a: [source, decode], b: [{ files: photos }, decode] }
steps: [{ together: { one: a, other: b } }, encode, { save: out }]
`;
    const { nodes, warnings } = right(await analyse({ path: join(place, 'p.yaml'), text })());
    expect(nodes.find(({ operator }) => operator.name === 'together')?.reads).toEqual({
      one: 'streams.a[1]/decode',
      other: 'streams.b[1]/decode',
    });
    expect(warnings.map(({ code }) => code)).toEqual(['plugin/not-allowed', 'plugin/step', 'plugin/step']);
  });

  it('whose operator another version has made is refused', async () => {
    write(
      'old.mjs',
      `${plugin('mine')}
const { operator } = made;
const { kind, ...behaviour } = operator.behaviour;
export const old = Object.assign(() => made(), { operator: { ...operator, name: 'old', behaviour } });
`,
    );
    const allowed = { allow: [(await digestOf('./old.mjs')) as `sha256:${string}`] };
    const refused = await look('./old.mjs', allowed);
    expect(codesOf(refused)).toContain('pipeline/plugin');
    expect(E.isLeft(refused) && refused.left[0].message).toContain('`old` by another version of Prismflow');
  });

  it('runs once its content was allowed, for this time or on this machine', async () => {
    write('mine.mjs', plugin('mine'));
    const digest = await digestOf('./mine.mjs');
    const graph = right(await look('./mine.mjs', { allow: [digest] }));
    expect(graph.nodes.some(isUnloaded)).toBe(false);
    expect(readFileSync(marker, 'utf8')).toBe('mine');
    // For this time only.
    expect(right(await look('./mine.mjs')).nodes.some(isUnloaded)).toBe(true);
    right(await allow([{ digest, name: './mine.mjs', folder: place, at: '2026-01-01T00:00:00.000Z' }])());
    expect(right(await look('./mine.mjs')).nodes.some(isUnloaded)).toBe(false);
    expect(right(await look('./mine.mjs', 'refuse')).nodes.some(isUnloaded)).toBe(true);
    write('mine.mjs', `${plugin('mine')}// changed\n`);
    expect(right(await look('./mine.mjs')).nodes.some(isUnloaded)).toBe(true);
  });

  it('runs as the bytes that were hashed, whatever became of the file', async () => {
    write('mine.mjs', plugin('before', "import './part.mjs';"));
    write('part.mjs', 'export const part = 1;');
    const { closure } = right(await inspect({ name: './mine.mjs' }, place)());
    write('mine.mjs', plugin('after'));
    rmSync(join(place, 'part.mjs'));
    const { operators } = right(await loadInto(builtIn, { name: './mine.mjs' }, closure)());
    expect([operators, readFileSync(marker, 'utf8')]).toEqual([['before'], 'before']);
  });

  it('runs from a copy that is made anew where somebody changed it', async () => {
    write('mine.mjs', plugin('mine', '// of the copy'));
    const { closure, use } = right(await inspect({ name: './mine.mjs' }, place)());
    const copy = join(cacheFolder(), 'plugins', use.digest.slice('sha256:'.length), '0');
    mkdirSync(copy, { recursive: true, mode: 0o700 });
    writeFileSync(join(copy, 'mine.mjs'), plugin('evil'));
    expect(right(await loadInto(builtIn, { name: './mine.mjs' }, closure)()).operators).toEqual(['mine']);
    expect(readFileSync(join(copy, 'mine.mjs'), 'utf8')).not.toContain('evil');
  });
});

describe('the digest of a plugin', () => {
  it('covers what it imports and names, wherever it lies', async () => {
    write('lib/mine.mjs', plugin('mine', "import '../part.mjs'; new URL('./data.bin', import.meta.url);"));
    write('part.mjs', "export * from './lib/deep/deeper.mjs'; import('./lib/late.mjs');");
    for (const name of ['lib/deep/deeper.mjs', 'lib/late.mjs', 'lib/data.bin']) write(name, '1;');
    const digest = await digestOf('./lib/mine.mjs');
    const elsewhere = join(folder, 'elsewhere');
    cpSync(place, elsewhere, { recursive: true });
    expect(codesOf(await inspect({ name: './mine.mjs' }, join(elsewhere, 'lib'))())).toEqual([
      'plugin/outside',
    ]);
    expect(right(await inspect({ name: './lib/mine.mjs' }, elsewhere)()).use.digest).toBe(digest);
    for (const name of ['part.mjs', 'lib/deep/deeper.mjs', 'lib/late.mjs', 'lib/data.bin']) {
      const before = readFileSync(join(place, name), 'utf8');
      write(name, `${before} `);
      expect(await digestOf('./lib/mine.mjs')).not.toBe(digest);
      write(name, before);
    }
    write('lib/beside.mjs', '2;');
    expect(await digestOf('./lib/mine.mjs')).toBe(digest);
  });

  it('covers packages that it imports, and those that they stand on', async () => {
    write('mine.mjs', plugin('mine', "import { tint } from 'tints'; globalThis.tint = tint;"));
    write(
      'node_modules/tints/package.json',
      '{ "name": "tints", "main": "./main.cjs", "dependencies": { "hues": "1", "../../x": "1" } }',
    );
    write('node_modules/tints/main.cjs', "exports.tint = require('hues').hue + require('./part.cjs');");
    write('node_modules/tints/part.cjs', 'module.exports = 1;');
    write(
      'node_modules/hues/package.json',
      '{ "name": "hues", "type": "module", "exports": { "import": "./m.js", "require": "./c.cjs" } }',
    );
    write('node_modules/hues/m.js', 'export const hue = 2;');
    write('node_modules/hues/c.cjs', 'exports.hue = 3;');
    const digest = await digestOf('./mine.mjs');
    right(await look('./mine.mjs', { allow: [digest] }));
    expect((globalThis as { readonly tint?: number }).tint).toBe(4);
    for (const name of ['tints/part.cjs', 'hues/c.cjs', 'hues/package.json']) {
      const path = `node_modules/${name}`;
      const before = readFileSync(join(place, path), 'utf8');
      write(path, `${before} `);
      expect(await digestOf('./mine.mjs')).not.toBe(digest);
      write(path, before);
    }
    // The same plugin beside another package of that name is another plugin.
    write('node_modules/tints/main.cjs', 'exports.tint = 5;');
    expect(right(await look('./mine.mjs', { allow: [digest] })).nodes.some(isUnloaded)).toBe(true);
  });

  it('has nothing to do with a package that calls itself Prismflow', async () => {
    write('mine.mjs', "export { files as made } from 'prismflow';");
    const digest = await digestOf('./mine.mjs');
    write('node_modules/prismflow/package.json', '{ "name": "prismflow", "type": "module", "main": "x.js" }');
    write('node_modules/prismflow/x.js', plugin('evil'));
    expect(await digestOf('./mine.mjs')).toBe(digest);
    await look('./mine.mjs', { allow: [digest] });
    expect(existsSync(marker)).toBe(false);
  });

  it('is that of a package’s files, where the plugin is a package', async () => {
    write(
      'node_modules/@me/ops/package.json',
      '{ "name": "@me/ops", "type": "module", "exports": { "./film": "./lib/film.js" } }',
    );
    write('node_modules/@me/ops/lib/film.js', plugin('film', "import './grain.js';"));
    write('node_modules/@me/ops/lib/grain.js', '1;');
    const digest = await digestOf('@me/ops/film');
    expect(right(await look('@me/ops/film', undefined, 'film')).nodes.some(isUnloaded)).toBe(true);
    expect(existsSync(marker)).toBe(false);
    expect(right(await look('@me/ops/film', { allow: [digest] }, 'film')).nodes.some(isUnloaded)).toBe(false);
    write('node_modules/@me/ops/lib/grain.js', '2;');
    expect(await digestOf('@me/ops/film')).not.toBe(digest);
    symlinkSync(join(folder), join(place, 'node_modules/@me/ops/out'));
    expect(codesOf(await look('@me/ops/film'))).toContain('plugin/outside');
  });
});

describe('names of plugins', () => {
  it('are paths, packages or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.string()), (name) => {
        const read = readName(name, '/project');
        if (E.isLeft(read)) expect(read.left[0].message.length).toBeLessThan(200);
        else if (read.right.kind === 'package') {
          const parts = read.right.specifier.split('/');
          expect(parts.every((part) => part !== '' && !part.startsWith('.'))).toBe(true);
        } else expect(name).toMatch(/^([./\\]|[A-Za-z]:)/);
      }),
    );
  });
});

describe('the record of allowed plugins', () => {
  const entry = { digest: `sha256:${'a'.repeat(64)}`, name: './a.mjs', folder: '/p', at: '2026-01-01' };

  it('keeps what is added, once', async () => {
    expect(right(await readAllowed())).toEqual([]);
    right(await allow([entry])());
    right(await allow([{ ...entry, digest: `sha256:${'b'.repeat(64)}` }])());
    right(await allow([{ ...entry, name: './moved.mjs' }])());
    expect(right(await readAllowed()).map(({ name }) => name)).toEqual(['./a.mjs', './moved.mjs']);
  });

  it('is refused when it is damaged, and never written over then', async () => {
    mkdirSync(dirname(allowedPath()), { recursive: true });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          writeFileSync(allowedPath(), bytes);
          expect(codesOf(await readAllowed())).toEqual(['plugin/config']);
          expect(codesOf(await allow([entry])())).toEqual(['plugin/config']);
          expect(readFileSync(allowedPath())).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 40 },
    );
    write('mine.mjs', plugin('mine'));
    expect(codesOf(await look('./mine.mjs'))).toContain('plugin/config');
    rmSync(allowedPath());
    mkdirSync(allowedPath());
    expect(codesOf(await readAllowed())).toEqual(['plugin/config']);
  });

  it('is where the system keeps settings', () => {
    expect(configFolder({ XDG_CONFIG_HOME: '/c' }, 'linux')).toBe('/c/prismflow');
    expect(configFolder({ XDG_CONFIG_HOME: 'relative' }, 'linux')).toMatch(/\.config\/prismflow$/);
    expect(configFolder({ APPDATA: '/roaming' }, 'win32')).toBe('/roaming/prismflow');
    expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/prismflow');
  });
});
