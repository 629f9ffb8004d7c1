#!/usr/bin/env node
/**
 * Where the command line starts. What works on photos does so in a process of its own (work.cts), which this one looks after: native code,
 * and loops over what others wrote, cannot be interrupted from within.
 */
// Decoders and encoders run on these threads, as many as there are photos at once, and each thread keeps memory of its own.
const { availableParallelism } = process.getBuiltinModule('node:os');
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(2, availableParallelism()));

const works: ReadonlySet<string | undefined> = new Set([
  'run',
  'watch',
  'reproduce',
  'shrink',
  'apply',
  'export',
]);
const [command, ...args] = process.argv.slice(2);
const isHelp = args.some((arg) => arg === '--help' || arg === '-h');

// Node's own status for a program that waits for nothing any more and has not come to its end; an end sets another.
process.exitCode = 13;
const workHere = (): Promise<void> => import('./main.js').then(({ main }) => main());
const start = async (): Promise<void> => {
  if (!works.has(command) || isHelp) return workHere();
  const { supervise } = await import('./process/supervise.js');
  if (!supervise()) await workHere();
};
start().catch((thrown: unknown) => {
  process.stderr.write(`The program cannot start: ${thrown instanceof Error ? thrown.message : thrown}.\n`);
  process.exit(3);
});
