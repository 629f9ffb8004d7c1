import { keepHeapSmall } from '../../src/cli/process/heap.js';

/** Runs a case of the tensor suite three times, with the heap as the command line has it, and prints the peak resident memory. */
keepHeapSmall();
const [{ cases }, { peakMemory }] = await Promise.all([
  import('../suites/tensor.js'),
  import('../measure.js'),
]);
const run = cases[process.argv[2] ?? '']!();
for (let i = 0; i < 3; i++) await run();
process.stdout.write(String(peakMemory()));
process.exit(0);
