import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { corpusIn } from './corpus.js';
import { countCoverage } from './coverage.js';
import { batchesFor, feed } from './fuzz.js';
import { targets } from './targets.js';

/**
 * Feeds one target until its time is up, in a process of its own, which the parent may have to end. The input that is being
 * read always stands in a file: its number and length, then its bytes. Inputs that lead where none led before are kept, and
 * mutated in their turn.
 */
const [name = '', seconds = '1', seed = '0', current = '', cases = '', kept = ''] = process.argv.slice(2);
const target = targets[name];
if (target === undefined) throw new Error(`There is no target ${name}.`);

const file = openSync(current, 'w');
const head = new Float64Array(2);
const deadline = performance.now() + Number(seconds) * 1000;
const coverage = countCoverage('/src/');
const corpus = corpusIn(kept);

let count = 0;
let bytesRead = 0;

/** Feeds an input, and tells of what is wrong with it. */
const feedOne = async (bytes: Uint8Array): Promise<void> => {
  count += 1;
  bytesRead += bytes.length;
  head.set([count, bytes.length]);
  writeSync(file, new Uint8Array(head.buffer), 0, 16, 0);
  writeSync(file, bytes, 0, bytes.length, 16);
  const fault = await feed(target, bytes);
  if (fault === undefined) return;
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  mkdirSync(cases, { recursive: true });
  const path = join(cases, `${name}-${fault.kind}-${digest}.bin`);
  writeFileSync(path, bytes);
  process.send?.({ fault, path });
};

const isOver = (): boolean => performance.now() > deadline;

// Some targets need what their seeds leave behind.
await target.seeds();
// What an earlier run found is gone through again, so that it is known where nothing new is.
for (const bytes of corpus.inputs().slice()) await feedOne(bytes);
coverage.isNew(true);

for await (const batch of batchesFor(target, Number(seed), corpus.inputs)) {
  for (const bytes of batch) {
    if (isOver()) break;
    await feedOne(bytes);
  }
  if (isOver()) break;
  if (!coverage.isNew(false)) continue;
  // One of them is new: which is found by feeding each once more.
  for (const bytes of batch) {
    if (isOver()) break;
    await feedOne(bytes);
    if (coverage.isNew(true)) corpus.add(bytes);
  }
}
process.send?.({ count, bytesRead, corpus: corpus.inputs().length, functions: coverage.functions() });
process.disconnect?.();
process.exit();
