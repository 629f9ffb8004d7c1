import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What must hold and does not, in words. */
export type Faults = readonly string[];

/**
 * Compares a folder of results with one that an undisturbed run wrote: every input has exactly one complete, right result,
 * no other file is left, nobody holds the folder, and nothing was done again after it was recorded.
 */
export const faultsOf = (out: string, reference: string, names: readonly string[]): Faults => {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1))
    .filter((name) => name !== join('.prismflow', 'journal.jsonl'));
  const wrong = names.filter(
    (name) =>
      !existsSync(join(out, name)) ||
      !readFileSync(join(out, name)).equals(readFileSync(join(reference, name))),
  );
  const strays = files.filter((name) => !names.includes(name));
  const twice = Object.entries(recordsOf(out)).filter(([, times]) => times > 1);
  return [
    ...wrong.map((name) => `${name} is missing or wrong`),
    ...strays.map((name) => `${name} was left behind`),
    ...twice.map(([name, times]) => `${name} was done ${times} times`),
  ];
};

/** How often each result was recorded as done. */
const recordsOf = (out: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(join(out, '.prismflow/journal.jsonl'), 'utf8').split('\n')) {
    const entry = parsed(line);
    if (entry?.kind === 'done') counts[entry.output] = (counts[entry.output] ?? 0) + 1;
  }
  return counts;
};

/** A line that was cut off by a kill says nothing. */
const parsed = (line: string): { readonly kind?: string; readonly output: string } | undefined => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
