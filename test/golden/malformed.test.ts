import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Diagnostic, printDiagnostic } from '../../src/diagnostics/index.js';
import { compile } from '../../src/execution/compile.js';

const cases = new URL('./malformed/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'prismflow-malformed-'));

beforeAll(() => {
  mkdirSync(join(folder, 'photos/sub'), { recursive: true });
  for (const name of ['one.jpg', 'sub/one.png', 'two.jpg']) writeFileSync(join(folder, 'photos', name), name);
  writeFileSync(join(folder, 'empty.mjs'), 'export const nothing = 1;\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const diagnose = async (name: string): Promise<readonly Diagnostic[]> => {
  const text = readFileSync(new URL(name, cases), 'utf8');
  const result = await compile({ path: join(folder, name), shown: name, text })();
  return E.isLeft(result) ? result.left : [];
};

/** Codes and places: messages may be reworded, these stay. */
const finding = ({ code, span }: Diagnostic): string =>
  span === undefined
    ? `${code} -`
    : `${code} ${span.start.line}:${span.start.column}-${span.end.line}:${span.end.column}`;

const names = readdirSync(cases)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

describe('malformed pipelines', () => {
  it.each(names)('%s gets its codes at their places', async (name) => {
    const found = await diagnose(name);
    expect(found.map(finding)).toEqual(expected[name]);
  });

  it('read well', async () => {
    const pages = await Promise.all(
      names.map(async (name) => (await diagnose(name)).map((each) => printDiagnostic(each)).join('\n\n')),
    );
    const text = `${pages.join('\n\n\n')}\n`.replaceAll(folder, '/home/you');
    await expect(text).toMatchFileSnapshot('./malformed.txt');
  });
});

const expected: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL('./malformed.json', import.meta.url), 'utf8'),
);
