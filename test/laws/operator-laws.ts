import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { builtIn } from '../../src/ops/index.js';
import { type CheckOptions, checkOp, LawError, type LawKit } from '../../src/testing/index.js';

/** What stands in `laws.ts` in an operator's folder. */
interface Kit {
  readonly kit?: LawKit;
  /** An operator that makes what this one works on, whose kit says that this one undoes it. */
  readonly triedWith?: string;
}

/** What an operator is tried on where its declaration does not tell: `laws.ts` in its folder, if there is one. */
const kitOf = async (name: string, folder: string): Promise<CheckOptions & Pick<Kit, 'triedWith'>> => {
  const path = fileURLToPath(new URL(`../../src/ops/${name}/laws.ts`, import.meta.url));
  if (!existsSync(path)) return {};
  const { kit, triedWith } = (await import(path)) as Kit;
  return { ...(await kit?.(folder)), ...(triedWith === undefined ? {} : { triedWith }) };
};

/** Says what is to be written where an operator cannot be tried without help. */
const explained = (name: string) => (thrown: unknown) => {
  if (thrown instanceof Error && !(thrown instanceof LawError))
    thrown.message += `\nWrite src/ops/${name}/laws.ts: export const kit: LawKit = (folder) => ({ params: … });`;
  throw thrown;
};

/** So many files share the operators, so that processors do: `operators.test.ts`, and `operators-2.test.ts` and so on. */
export const PARTS = 4;

/** What takes longest, in this order; the parts take turns in drawing operators from here, and then from the others. */
const SLOW: readonly string[] = [];

const everyOperator = [...new Set([...SLOW, ...builtIn.keys()])].filter((name) => builtIn.has(name));

/** The operators of a part. For the mutation check: those whose code it changes, all of them in the first part. */
const operatorsOf = (part: number): readonly string[] => {
  const wanted = process.env.LAWS_OF?.split(',');
  if (wanted === undefined) return everyOperator.filter((_, i) => i % PARTS === part - 1);
  return part === 1 ? everyOperator.filter((name) => wanted.includes(name)) : [];
};

const runs = process.env.PROPERTY_RUNS === undefined ? {} : { runs: Number(process.env.PROPERTY_RUNS) };
// The same cases every time, so that a failure is met by whoever caused it; LAWS_SEED=random looks for others.
const given = process.env.LAWS_SEED ?? '1';
const seed = given === 'random' ? {} : { seed: Number(given) };

/** Holds the operators of a part, 1 to `PARTS`, to the laws. */
export const holdToLaws = (part: number): void => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-kits-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const names = operatorsOf(part);
  describe.skipIf(names.length === 0)('every operator obeys the laws', () => {
    it.each(names)('%s', (name) => holds(name, folder), 1_200_000);
  });
};

const holds = async (name: string, folder: string): Promise<void> => {
  const operator = builtIn.get(name)!;
  const { triedWith, ...kit } = await kitOf(name, folder);
  if (triedWith !== undefined) {
    expect((await kitOf(triedWith, folder)).undoneBy?.op.operator.name).toBe(name);
    return;
  }
  const checked = await checkOp({ operator }, { ...kit, ...seed, ...runs }).catch(explained(name));
  expect(checked.refused).toBeLessThan(checked.cases);
};
