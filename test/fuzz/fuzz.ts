import fc from 'fast-check';
import { messageOf } from '../../src/diagnostics/index.js';
import { inputs } from './mutations.js';
import type { Target } from './target.js';

/** What went wrong with an input. */
export interface Fault {
  readonly kind: 'crash' | 'slow' | 'memory';
  readonly message: string;
}

/** Milliseconds of processor time that one input may take. */
const MILLISECONDS = 2000;
/** Bytes by which one input may raise the most that the process ever held: 512 MiB. */
const MEMORY = 512 << 20;

/** Feeds a target one input; undefined where it does what it promises. */
export const feed = async (target: Target, bytes: Uint8Array): Promise<Fault | undefined> => {
  const before = process.resourceUsage();
  try {
    await target.run(bytes);
  } catch (thrown) {
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    return { kind: 'crash', message: `${messageOf(thrown)}\n${stack}` };
  }
  const after = process.resourceUsage();
  const milliseconds =
    (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1000;
  if (milliseconds > (target.milliseconds ?? MILLISECONDS))
    return { kind: 'slow', message: `${Math.round(milliseconds)} ms for ${bytes.length} bytes` };
  const grown = (after.maxRSS - before.maxRSS) * 1024;
  return grown > MEMORY
    ? { kind: 'memory', message: `${grown >> 20} MiB for ${bytes.length} bytes` }
    : undefined;
};

/** Inputs that are made at once. */
const BATCH = 50;

/**
 * Inputs for a target without end, a batch at a time: first valid ones, then mutations of these and of what `found` gives, an
 * equal part of each. The same for the same seed and findings.
 */
export async function* batchesFor(
  { seeds, words }: Target,
  seed: number,
  found: () => readonly Uint8Array[] = () => [],
): AsyncGenerator<readonly Uint8Array[]> {
  const valid = await seeds();
  yield valid;
  for (let batch = 0; ; batch++) {
    const more = found();
    const base = batch % 2 === 0 || more.length === 0 ? valid : more;
    yield fc.sample(inputs(base, words), { numRuns: BATCH, seed: (seed + batch * 0x9e3779b1) | 0 });
  }
}

/** Inputs for a target without end, one by one: the same for the same seed. */
export async function* inputsFor(target: Target, seed: number): AsyncGenerator<Uint8Array> {
  for await (const batch of batchesFor(target, seed)) yield* batch;
}
