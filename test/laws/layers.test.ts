import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** The folders of src, each above those that it may import from: imports go down only (ARCHITECTURE.md). */
const floors = [
  'diagnostics',
  'ports',
  'disk',
  'tensor',
  'streams',
  'image',
  'picture',
  'operator',
  'nn',
  'ops',
  'pipelines',
  'records',
  'execution',
  'server',
  'queue',
  'testing',
  'cli',
  'web',
] as const;

/** Front ends stand beside one another, and the kit of laws beside them: none imports another. */
const doors: ReadonlySet<string> = new Set(['testing', 'cli', 'web']);

/** The phases inside of a folder, in order: none imports from a later one. */
const phases: Readonly<Record<string, readonly string[]>> = {
  pipelines: ['parse', 'check', 'plan', 'draw'],
  records: ['journal', 'receipts'],
};

const sources = (folder: string): readonly string[] =>
  readdirSync(resolve(SRC, folder), { recursive: true, encoding: 'utf8' })
    // Tests and their kits (`testing`, an operator's `laws.ts`) may look anywhere; they are not built.
    .filter(
      (path) =>
        /\.tsx?$/.test(path) &&
        !path.endsWith('.test.ts') &&
        !path.startsWith('testing/') &&
        !path.endsWith('/laws.ts'),
    )
    .map((path) => resolve(SRC, folder, path));

/** The files of src, relative to it, that a file imports from, by static or dynamic import; types included. */
const imported = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(SRC, resolve(dirname(file), path)),
  );

const floorOf = (path: string): string => path.split('/')[0]!;

/** What serves over a wire stands side by side below the command line, which starts it. */
const beside: Readonly<Record<string, string>> = { queue: 'server', server: 'queue' };

const isBelow = (floor: string, of: string): boolean =>
  !doors.has(floor) && beside[of] !== floor && floors.indexOf(floor as never) < floors.indexOf(of as never);

describe('imports go down only', () => {
  const folders = readdirSync(SRC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it('every folder has its place', () => {
    expect([...folders].sort()).toEqual([...floors].sort());
  });

  for (const name of folders) {
    it(`from ${name}`, () => {
      const wrong = sources(name).flatMap((file) =>
        imported(file)
          .filter((path) => floorOf(path) !== name && !isBelow(floorOf(path), name))
          .map((path) => `${relative(SRC, file)} imports ${path}`),
      );
      expect(wrong).toEqual([]);
    });
  }

  for (const [folder, order] of Object.entries(phases)) {
    it(`from phase to phase of ${folder}`, () => {
      const wrong = sources(folder).flatMap((file) => {
        const [, own = ''] = relative(SRC, file).split('/');
        return imported(file)
          .map((path) => path.split('/'))
          .filter(([floor, phase = '']) => floor === folder && order.indexOf(phase) > order.indexOf(own))
          .filter(() => order.includes(own))
          .map((path) => `${relative(SRC, file)} imports ${path.join('/')}`);
      });
      expect(wrong).toEqual([]);
    });
  }
});

describe('operators', () => {
  it('do not import one another', () => {
    const wrong = sources('ops').flatMap((file) => {
      const [, own = '', inner] = relative(SRC, file).split('/');
      if (inner === undefined) return [];
      return imported(file)
        .filter((path) => {
          const [floor, other = '', of] = path.split('/');
          return floor === 'ops' && of !== undefined && other !== own;
        })
        .map((path) => `${relative(SRC, file)} imports ${path}`);
    });
    expect(wrong).toEqual([]);
  });
});
