import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What each folder of src may import, beside itself: imports go down only (ARCHITECTURE.md). */
const below: Readonly<Record<string, readonly string[]>> = {
  diagnostics: [],
  disk: [],
  ports: ['diagnostics'],
  tensor: ['diagnostics', 'ports'],
  image: ['diagnostics', 'disk', 'ports', 'tensor'],
  // Models are written as pictures are: whole or not at all.
  nn: ['diagnostics', 'disk', 'ports', 'tensor', 'image'],
  streams: ['diagnostics', 'ports', 'tensor'],
  ops: ['diagnostics', 'disk', 'ports', 'tensor', 'image', 'nn', 'streams'],
  pipelines: ['diagnostics', 'disk', 'ports', 'tensor', 'image', 'nn', 'streams', 'ops'],
  testing: ['diagnostics', 'disk', 'ports', 'tensor', 'image', 'nn', 'streams', 'ops', 'pipelines'],
  cli: ['diagnostics', 'disk', 'ports', 'tensor', 'image', 'nn', 'streams', 'ops', 'pipelines'],
};

const sources = (folder: string): readonly string[] =>
  readdirSync(resolve(SRC, folder), { recursive: true, encoding: 'utf8' })
    // Tests and their kits (`testing`, an operator's `laws.ts`) may look anywhere; they are not built.
    .filter(
      (path) =>
        path.endsWith('.ts') &&
        !path.endsWith('.test.ts') &&
        !path.startsWith('testing/') &&
        !path.endsWith('/laws.ts'),
    )
    .map((path) => resolve(SRC, folder, path));

/** The folders of src that a file imports from, by static or dynamic import. */
const imported = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(
    ([, path = '']) => relative(SRC, resolve(dirname(file), path)).split('/')[0]!,
  );

describe('imports go down only', () => {
  const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('every folder has its place', () => {
    expect(folders.map((f) => f.name).filter((name) => below[name] === undefined)).toEqual([]);
  });

  for (const { name } of folders) {
    it(`from ${name}`, () => {
      const allowed = [name, ...(below[name] ?? [])];
      const wrong = sources(name).flatMap((file) =>
        imported(file)
          .filter((folder) => !allowed.includes(folder))
          .map((folder) => `${relative(SRC, file)} imports ${folder}`),
      );
      expect(wrong).toEqual([]);
    });
  }
});
