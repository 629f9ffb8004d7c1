import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageOf, root } from './snippets.js';

interface Locked {
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

const manifest = json('package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const { packages } = json('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const page = pageOf('docs/dependencies.md');

/** The cells of a table's rows, without its head. */
const rowsOf = (section: string): readonly (readonly string[])[] =>
  page
    .slice(page.indexOf(`<!-- ${section} -->`), page.indexOf(`<!-- /${section} -->`))
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));

const direct = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort();

/** Licences that allow the use in programs of any licence; libvips is linked dynamically. */
const PERMISSIVE =
  /^(0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|ISC|MIT|Unlicense|\(MIT OR CC0-1\.0\))$/;

describe('docs/dependencies.md (renewed by `npm run dependencies`)', () => {
  it('lists every dependency with its licence and whether it has an install script', () => {
    const expected = direct.map((name) => {
      const { license, hasInstallScript } = packages[`node_modules/${name}`]!;
      return [name, license, hasInstallScript === true ? 'yes' : '–'];
    });
    expect(rowsOf('direct').map(([name, licence, , script]) => [name, licence, script])).toEqual(expected);
  });

  it('says why each is there', () => {
    expect(rowsOf('direct').filter(([, , , , why = '']) => why.trim().length < 10)).toEqual([]);
  });

  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

  it('lists what those depend on', () => {
    const listed = rowsOf('indirect').flatMap(([licence, names = '']) =>
      names.split(', ').map((name) => `${name}: ${licence}`),
    );
    const expected = installed
      .map(([path, { license }]) => ({ name: nameOf(path), license }))
      .filter(({ name }) => !direct.includes(name))
      .map(({ name, license }) => `${name}: ${license}`);
    expect(listed.toSorted()).toEqual([...new Set(expected)].toSorted());
  });

  it('has no licence that is not permissive but that of libvips', () => {
    const others = installed.filter(
      ([path, { license = '' }]) =>
        !PERMISSIVE.test(license) && !/@img\/sharp-(libvips|win32|wasm32)/.test(path),
    );
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  it('says what becomes of every install script', () => {
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const told = page.slice(page.indexOf('## Install scripts'));
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.map(([path]) => nameOf(path)).filter((name) => !told.includes(`| ${name} |`))).toEqual([]);
  });
});
