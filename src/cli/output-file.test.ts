import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, expect, it } from 'vitest';
import { outputFile } from './output-file.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes to a name; gives the codes of what is wrong. */
const written = async (name: string, text: string, overwrite: boolean): Promise<readonly string[]> => {
  const result = await pipe(
    outputFile(join(folder, name), overwrite),
    TE.chain((file) => file.write(Buffer.from(text))),
  )();
  return E.isLeft(result) ? result.left.map(({ code }) => code) : [];
};

const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('a file that the user names for a result', () => {
  it('is written where none is, and over one only when that is asked for', async () => {
    expect(await written('a', 'first', false)).toEqual([]);
    expect(await written('a', 'second', false)).toEqual(['file/exists']);
    expect(textOf('a')).toBe('first');
    expect(await written('a', 'third', true)).toEqual([]);
    expect(textOf('a')).toBe('third');
  });

  it('is never a link, a folder or a device, nor in a folder of records', async () => {
    writeFileSync(join(folder, 'elsewhere'), 'mine');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    symlinkSync('/dev/null', join(folder, 'device'));
    for (const name of ['link', 'device', '.'])
      expect(await written(name, 'x', true), name).toEqual(['file/in-the-way']);
    expect(await written('.prismflow/x', 'x', true)).toEqual(['file/reserved']);
    expect(textOf('elsewhere')).toBe('mine');
  });

  it('is not written over where it appeared during the work', async () => {
    const free = await outputFile(join(folder, 'late'), true)();
    if (E.isLeft(free)) throw new Error('it is free');
    writeFileSync(join(folder, 'late'), 'appeared');
    expect(E.isLeft(await free.right.write(Buffer.from('x'))())).toBe(true);
    expect(textOf('late')).toBe('appeared');
  });
});
