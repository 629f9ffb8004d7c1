import { rm } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import * as E from 'fp-ts/lib/Either.js';
import { decode, encode, files, pipeline, run, save } from '../../src/index.js';
import { median } from '../measure.js';

// As the command line does it.
setFlagsFromString('--semi-space-growth-factor=1');

/** Copies the photos of a folder, so many times over, and prints the median of resident memory in the second half. */
const [from = '', to = '', passes = '1'] = process.argv.slice(2);
const seen: number[] = [];
setInterval(() => seen.push(process.memoryUsage.rss()), 20).unref();
for (let pass = 0; pass < Number(passes); pass++) {
  const report = await run(pipeline(files(from), decode(), encode({ quality: 92 }), save(`${to}/{path}`)))();
  if (E.isLeft(report) || report.right.failed.length > 0) throw new Error('the run failed');
  await rm(to, { recursive: true });
}
console.log(median(seen.slice(seen.length >> 1)) / 2 ** 20);
