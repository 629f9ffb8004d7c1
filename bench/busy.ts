import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { compile, runPlan } from '../src/index.js';
import { WorkerHost } from '../src/tensor/run/worker-host.js';
import { must } from './tensors.js';

/** A stretch of time in milliseconds in which the engine was asked for something. */
interface Stretch {
  readonly operator: string;
  readonly from: number;
  readonly to: number;
}

/** Notes what engines are asked to run while `work` goes on. */
const stretchesOf = async (work: () => Promise<void>): Promise<readonly Stretch[]> => {
  const stretches: Stretch[] = [];
  const { request } = WorkerHost.prototype;
  WorkerHost.prototype.request = async function (operator, asked, signal) {
    const from = performance.now();
    const reply = await request.call(this, operator, asked, signal);
    if (asked.kind === 'run') stretches.push({ operator, from, to: performance.now() });
    return reply as never;
  };
  try {
    await work();
  } finally {
    WorkerHost.prototype.request = request;
  }
  return stretches;
};

/** How much of the time from `start` to `end` some stretch covers, 0..1. */
const covered = (stretches: readonly Stretch[], start: number, end: number): number => {
  const { busy } = stretches
    .toSorted((a, b) => a.from - b.from)
    .reduce(
      ({ busy, until }, { from, to }) => {
        const [left, right] = [Math.max(from, until), Math.min(to, end)];
        return { busy: busy + Math.max(0, right - left), until: Math.max(until, right) };
      },
      { busy: 0, until: start },
    );
  return busy / (end - start);
};

/** What a training's run comes to between its first and its last step. */
export interface Busy {
  /** Milliseconds from step to step. */
  readonly ms: number;
  /** Share of the time in which the engine takes a step. */
  readonly stepping: number;
  /** Share of the time in which it does anything, preparing photos included. */
  readonly working: number;
}

/** Runs a training file for so many steps on a folder of photos, and says how busy the engine was kept. */
export const busyOf = async (file: string, photos: string, steps: number): Promise<Busy> => {
  const out = await mkdtemp(join(tmpdir(), 'prismflow-busy-'));
  const set = { photos, out, pretrain: '0', judge: '0', steps: String(steps), cycles: '1' };
  const stretches = await stretchesOf(async () => {
    const done = pipe(
      compile({ path: file, text: readFileSync(file, 'utf8') }, { set }),
      TE.chain((plan) => runPlan(plan, { engine: 'cpu', retry: false })),
    );
    must(await done());
  });
  await rm(out, { recursive: true });
  // Pictures to look at are made by a program of their own.
  const taken = stretches.filter(
    ({ operator }) => operator.startsWith('gan.step') && !operator.includes('samples'),
  );
  const [start, end] = [taken[0]!.to, taken.at(-1)!.to];
  return {
    ms: (end - start) / (taken.length - 1),
    stepping: covered(taken, start, end),
    working: covered(stretches, start, end),
  };
};
