import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { builtIn } from '../../src/ops/index.js';
import { type CheckOptions, checkOp, LawError, type LawKit } from '../../src/testing/index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-kits-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands in `laws.ts` in an operator's folder. */
interface Kit {
  readonly kit?: LawKit;
  /** An operator that makes what this one works on, whose kit says that this one undoes it. */
  readonly triedWith?: string;
}

/** What an operator is tried on where its declaration does not tell: `laws.ts` in its folder, if there is one. */
const kitOf = async (name: string): Promise<CheckOptions & Pick<Kit, 'triedWith'>> => {
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

/** All operators; for the mutation check those whose code it changes, and fewer cases of each. */
const wanted = process.env.LAWS_OF?.split(',');
const names = [...builtIn.keys()].filter((name) => wanted?.includes(name) ?? true);
const runs = process.env.PROPERTY_RUNS === undefined ? {} : { runs: Number(process.env.PROPERTY_RUNS) };
// The same cases every time, so that a failure is met by whoever caused it; LAWS_SEED=random looks for others.
const given = process.env.LAWS_SEED ?? '1';
const seed = given === 'random' ? {} : { seed: Number(given) };

describe('every operator obeys the laws', () => {
  it.each(names)(
    '%s',
    async (name) => {
      const operator = builtIn.get(name)!;
      const { triedWith, ...kit } = await kitOf(name);
      if (triedWith !== undefined) {
        expect((await kitOf(triedWith)).undoneBy?.op.operator.name).toBe(name);
        return;
      }
      const checked = await checkOp({ operator }, { ...kit, ...seed, ...runs }).catch(explained(name));
      expect(checked.refused).toBeLessThan(checked.cases);
    },
    1_200_000,
  );
});
