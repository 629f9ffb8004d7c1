import { writeFileSync } from 'node:fs';
import { median } from '../measure.js';

/**
 * Loaded before a program (`node --import`): when it ends, writes the median of its resident memory in the second half of its
 * time into the file that RESIDENT_MEMORY names, in MiB.
 */
const seen: number[] = [];
setInterval(() => seen.push(process.memoryUsage.rss()), 20).unref();
process.on('exit', () => {
  const { RESIDENT_MEMORY: file } = process.env;
  if (file !== undefined) writeFileSync(file, String(median(seen.slice(seen.length >> 1)) / 2 ** 20));
});
