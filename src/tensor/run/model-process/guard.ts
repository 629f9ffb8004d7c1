import { Worker } from 'node:worker_threads';

/** How often it is looked, in milliseconds. */
const LOOK_MS = 25;

/** What the process says on its error output before it ends itself. */
export const OUT_OF_MEMORY = 'ended by its memory limit';

/**
 * Ends this process from a thread of its own, which goes on while native code or JavaScript holds all others: when it takes more
 * memory than it may, and when the process that started it is gone. The end is a kill, since nothing else ends native code.
 *
 * @param bytes of resident memory, from which on it is ended; Infinity for none
 */
export const guardProcess = (bytes: number): void => {
  new Worker(guard, {
    eval: true,
    workerData: { bytes, parent: process.ppid, every: LOOK_MS, words: `${OUT_OF_MEMORY}\n` },
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 },
  }).unref();
};

// CommonJS, as text: the thread starts without reading a file, so also where no more can be opened.
const guard = `
const { writeSync } = require('node:fs');
const { workerData: { bytes, parent, every, words } } = require('node:worker_threads');
const end = () => process.kill(process.pid, 'SIGKILL');
setInterval(() => {
  if (process.ppid !== parent) end();
  if (process.memoryUsage.rss() > bytes) {
    try { writeSync(2, words); } finally { end(); }
  }
}, every);
`;
