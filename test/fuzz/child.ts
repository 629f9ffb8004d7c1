import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { feed, inputsFor } from './fuzz.js';
import { targets } from './targets.js';

/**
 * Feeds one target until its time is up, in a process of its own, which the parent may have to end. The input that is being
 * read always stands in a file: its number and length, then its bytes.
 */
const [name = '', seconds = '1', seed = '0', current = '', cases = ''] = process.argv.slice(2);
const target = targets[name];
if (target === undefined) throw new Error(`There is no target ${name}.`);

const file = openSync(current, 'w');
const head = new Float64Array(2);
const deadline = performance.now() + Number(seconds) * 1000;

let count = 0;
let bytesRead = 0;
for await (const bytes of inputsFor(target, Number(seed))) {
  if (performance.now() > deadline) break;
  count += 1;
  bytesRead += bytes.length;
  head.set([count, bytes.length]);
  writeSync(file, new Uint8Array(head.buffer), 0, 16, 0);
  writeSync(file, bytes, 0, bytes.length, 16);
  const fault = await feed(target, bytes);
  if (fault === undefined) continue;
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  mkdirSync(cases, { recursive: true });
  const path = join(cases, `${name}-${fault.kind}-${digest}.bin`);
  writeFileSync(path, bytes);
  process.send?.({ fault, path });
}
process.send?.({ count, bytesRead });
process.disconnect?.();
process.exit();
