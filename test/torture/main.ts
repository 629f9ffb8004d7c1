import { crashes } from './crashes.js';
import { longDay } from './day.js';
import { killBulk, killWatch, type Outcome } from './kills.js';
import { oddNames } from './names.js';
import { canMount, fullDiskBulk, fullDiskWatch, readOnlyBulk, readOnlyWatch } from './places.js';
import { queueTortures } from './queue.js';
import { killServe } from './serve.js';
import { killTraining } from './trainings.js';

const mounting = canMount();

/** How often a training is killed. */
const TRAIN_KILLS = Number(process.env.TRAIN_KILLS ?? 200);

/** How often a server is killed. */
const SERVE_KILLS = Number(process.env.SERVE_KILLS ?? 200);

/** The same in two places at once, half as often in each: starting a process keeps no more than one core busy. */
const inTwoPlaces = async (torture: (kills: number) => Promise<Outcome>, kills: number): Promise<Outcome> => {
  const [one, other] = await Promise.all([torture(kills >> 1), torture(kills - (kills >> 1))]);
  return {
    faults: [...one.faults, ...other.faults],
    figures: Object.fromEntries(
      Object.entries(one.figures).map(([what, figure]) => [
        what,
        Number(figure) + Number(other.figures[what]),
      ]),
    ),
  };
};

/** What is done to the program, by name; undefined where this machine does not allow it. */
const tortures: Readonly<Record<string, (() => Promise<Outcome>) | undefined>> = {
  'kill-bulk': () => inTwoPlaces((kills) => killBulk(kills, 150), 200),
  'kill-watch': () => inTwoPlaces((kills) => killWatch(kills, 4), 200),
  'kill-train': () => killTraining(TRAIN_KILLS),
  'kill-fine-tuning': () => killTraining(TRAIN_KILLS, 'fine-tuning'),
  serve: () => killServe(SERVE_KILLS),
  'crash-run': () => crashes('run', 60, 20),
  'crash-watch': () => crashes('watch', 60, 20),
  'names-run': () => oddNames('run'),
  'names-watch': () => oddNames('watch'),
  'full-disk-run': mounting ? fullDiskBulk : undefined,
  'full-disk-watch': mounting ? fullDiskWatch : undefined,
  'read-only-run': mounting ? readOnlyBulk : undefined,
  'read-only-watch': mounting ? readOnlyWatch : undefined,
  crowd: process.platform === 'linux' ? () => longDay(10_000, 10_000, 0.1) : undefined,
  day: process.platform === 'linux' ? () => longDay(20_000, 1000, 0.1) : undefined,
  ...queueTortures,
};

// `queue` stands for all that is done to one.
const asked = process.argv
  .slice(2)
  .flatMap((name) => (name === 'queue' ? Object.keys(queueTortures) : [name]));
const strange = asked.find((name) => !(name in tortures));
if (strange !== undefined) {
  console.error(`There is no torture '${strange}': ${Object.keys(tortures).join(', ')}`);
  process.exit(2);
}

for (const name of asked.length > 0 ? asked : Object.keys(tortures)) {
  const torture = tortures[name];
  if (torture === undefined) {
    console.log(`- ${name}: left out, since small disks can be made on Linux as root only`);
    continue;
  }
  const began = performance.now();
  const { faults, figures } = await torture();
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${faults.length === 0 ? '✓' : '✗'} ${name}: ${told.join(', ')} (${seconds} s)`);
  for (const fault of faults.slice(0, 20)) console.log(`    ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
