import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { messageOf } from '../../src/diagnostics/index.js';
import { inputs } from './mutations.js';
import { edit, photos } from './photos.js';

/**
 * `npm run mutants -- [--count N] [--seed N] [--photo NAME]… [--cases FOLDER]`: damages small photos of all formats in N ways
 * together, and edits each as a lane does. Every one must be a picture or a diagnostic, within 5 s of processor time and 1 GB of memory;
 * what is not is kept in the folder of cases. It needs a build, since decoders of packages run in processes of `dist`.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    photo: { type: 'string', multiple: true, default: [] },
    cases: { type: 'string', default: 'fuzz-cases' },
    work: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const names = values.photo.length > 0 ? values.photo : Object.keys(photos);
const each = Math.ceil(Number(values.count) / names.length);
const seed = Number(values.seed);

/** What is wrong with a mutant. */
interface Fault {
  readonly kind: 'crash' | 'slow' | 'memory' | 'hang' | 'ended';
  readonly message: string;
}

const SLOW_MS = 5000;
const MOST_BYTES = 1e9;
/** A process that says nothing for so long hangs, on a machine that does ten things at once. */
const HANG_MS = 150_000;

const mutantsOf = async (name: string): Promise<readonly Uint8Array[]> => {
  const valid = await photos[name]?.make();
  if (valid === undefined) throw new Error(`There is no photo ${name}: ${Object.keys(photos).join(', ')}`);
  // Not the same changes for all.
  const own = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed);
  return fc.sample(inputs([valid]), { numRuns: each, seed: own | 0 });
};

const tried = async (name: string, bytes: Uint8Array): Promise<Fault | boolean> => {
  const before = process.cpuUsage();
  let isPicture = false;
  try {
    isPicture = await edit(bytes, photos[name]?.how);
  } catch (thrown) {
    return { kind: 'crash', message: thrown instanceof Error ? (thrown.stack ?? '') : messageOf(thrown) };
  }
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > SLOW_MS) return { kind: 'slow', message: `${Math.round(milliseconds)} ms` };
  const held = process.memoryUsage.rss();
  return held > MOST_BYTES ? { kind: 'memory', message: `${Math.round(held / 1e6)} MB` } : isPicture;
};

/** Works through the mutants of a photo, in a process of its own. */
const work = async (name: string): Promise<void> => {
  const mutants = await mutantsOf(name);
  for (const [i, bytes] of mutants.entries()) {
    if (i < Number(values.from)) continue;
    process.send?.({ at: i });
    process.send?.({ at: i, outcome: await tried(name, bytes) });
  }
  process.disconnect?.();
};

interface Tally {
  readonly mutants: number;
  readonly pictures: number;
  readonly faults: number;
}

const keep = async (name: string, at: number, fault: Fault): Promise<void> => {
  const bytes = (await mutantsOf(name))[at] ?? new Uint8Array(0);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  mkdirSync(values.cases, { recursive: true });
  const path = join(values.cases, `${name}-${fault.kind}-${digest}.bin`);
  writeFileSync(path, bytes);
  console.log(`${path}: ${fault.message.split('\n').slice(0, 3).join(' ')}`);
};

/** Has a process work from a mutant on; gives where it stopped, and what there was. */
const stretch = (name: string, from: number): Promise<Tally & { readonly next: number }> =>
  new Promise((done) => {
    const args = [
      '--work',
      name,
      '--from',
      `${from}`,
      '--count',
      `${each}`,
      '--photo',
      name,
      '--seed',
      `${seed}`,
    ];
    const child = fork(new URL(import.meta.url), args, { execArgv: process.execArgv });
    let [at, pictures, faults, count] = [from, 0, 0, 0];
    const kept: Promise<void>[] = [];
    const fail = (fault: Fault): void => {
      faults += 1;
      kept.push(keep(name, at, fault));
    };
    const hang = (): void => {
      fail({ kind: 'hang', message: `${HANG_MS} ms` });
      child.kill('SIGKILL');
    };
    let timer = setTimeout(hang, HANG_MS);
    child.on('message', (told: { readonly at: number; readonly outcome?: Fault | boolean }) => {
      clearTimeout(timer);
      timer = setTimeout(hang, HANG_MS);
      at = told.at;
      if (told.outcome === undefined) return;
      count += 1;
      at += 1;
      if (told.outcome === true) pictures += 1;
      else if (told.outcome !== false) {
        at -= 1;
        fail(told.outcome);
        at += 1;
      }
    });
    child.on('exit', (status, signal) => {
      clearTimeout(timer);
      const isOver = at >= each;
      if (!isOver && signal !== 'SIGKILL')
        fail({ kind: 'ended', message: `${signal ?? `status ${status}`}` });
      void Promise.all(kept).then(() =>
        done({ mutants: count, pictures, faults, next: isOver ? each : at + 1 }),
      );
    });
  });

const main = async (): Promise<void> => {
  let faults = 0;
  for (const name of names) {
    let [next, mutants, pictures, wrong] = [0, 0, 0, 0];
    while (next < each) {
      const part = await stretch(name, next);
      [next, mutants, pictures, wrong] = [
        part.next,
        mutants + part.mutants,
        pictures + part.pictures,
        wrong + part.faults,
      ];
    }
    faults += wrong;
    console.log(
      `${name}: ${mutants} mutants, ${pictures} pictures, ${mutants - pictures} diagnostics, ${wrong} faults`,
    );
  }
  process.exitCode = faults > 0 ? 1 : 0;
};

await (values.work === undefined ? main() : work(values.work));
