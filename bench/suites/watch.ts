import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from '../../test/torture/process.js';
import { median, type Row } from '../measure.js';
import { photoOf } from '../photo.js';
import type { Suite } from '../suite.js';

const dropFolder = fileURLToPath(new URL('../../watch', import.meta.url));

/** What is dropped one after the other, and the milliseconds until each is out. */
const sizes = [
  ['the first photo after the start', 1224, 816],
  ['another of the same size', 1224, 816],
  ['the first one of another size', 1000, 1000],
] as const;

/** Seconds after the start that a person needs at least to drop something. */
const WARM_SECONDS = 3;

const times = async (): Promise<readonly number[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-bench-watch-'));
  try {
    cpSync(join(dropFolder, 'watch.yaml'), join(folder, 'watch/watch.yaml'));
    for (const name of ['inbox', 'outbox']) mkdirSync(join(folder, 'watch', name));
    const running = start(['watch', '--json'], folder);
    await running.until(() => running.count('watching') > 0);
    await pause(WARM_SECONDS * 1000);
    const taken: number[] = [];
    for (const [i, [, width, height]] of sizes.entries()) {
      // Moved in, so that it is whole at once.
      writeFileSync(
        join(folder, 'photo.jpg'),
        Buffer.concat([await photoOf(width, height), Buffer.from([i])]),
      );
      const began = performance.now();
      renameSync(join(folder, 'photo.jpg'), join(folder, 'watch/inbox', `${i}.jpg`));
      if (!(await running.until(() => running.count('done') > i))) throw new Error(running.complaints());
      taken.push(performance.now() - began);
    }
    running.kill('SIGTERM');
    await running.ended;
    return taken;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const suite: Suite = {
  title: 'Watch: from whole to out',
  cases: sizes.map(([name]) => name),
  run: async (runs, only, measure) => {
    const taken: (readonly number[])[] = [];
    const rowOf = async ([name]: (typeof sizes)[number], i: number): Promise<Row> => {
      // Every run takes all sizes in turn: the first row waits for them, the others are there with it.
      while (taken.length < runs) taken.push(await times());
      const all = taken.map((each) => each[i] as number);
      return {
        name,
        ms: median(all),
        peers: {},
        ratios: {},
        figures: { slowest: Math.max(...all) },
        skipped: {},
      };
    };
    const rows: Row[] = [];
    for (const [i, size] of sizes.entries())
      if (only === undefined || size[0].includes(only))
        rows.push(await measure(size[0], () => rowOf(size, i)));
    return {
      rows,
      notes: [
        'A JPEG of 1 MP is moved into the drop folder of `pipe new watch`, whose pipeline takes out haze and adjusts. 250 ms of each time are the wait that shows that the file keeps still.',
      ],
    };
  },
};
