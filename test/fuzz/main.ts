import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, feed } from './fuzz.js';
import { targets } from './targets.js';

/**
 * `npm run fuzz -- [--target NAME]… [--minutes N] [--seed N] [--cases FOLDER]`: feeds every parser with mutations of valid
 * inputs, the minutes shared among the targets. What crashes, hangs or takes too much memory is kept in the folder of cases,
 * each once for every place in the code; `npm run fuzz -- --replay FILE…` feeds such files again. What leads to code that no input
 * led to before is kept in `corpus`, in the same folder, and is what a next run begins with.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', multiple: true, default: [] },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    cases: { type: 'string', default: 'fuzz-cases' },
    replay: { type: 'boolean', default: false },
  },
});

const names = values.target.length > 0 ? values.target : Object.keys(targets);
const strange = names.find((name) => !(name in targets));
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (strange !== undefined || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error(
    strange === undefined
      ? '--minutes must be a positive number, and --seed a whole one.'
      : `There is no target '${strange}': ${Object.keys(targets).join(', ')}`,
  );
  process.exit(2);
}

/** An input that does not end within this many milliseconds is ended with its process. */
const HANG_MS = 20_000;

interface Told {
  readonly count: number;
  readonly bytesRead: number;
  /** Inputs that are kept, and functions of the program's own that were entered. */
  readonly corpus: number;
  readonly functions: number;
  readonly faults: ReadonlyMap<string, string>;
}

/** Where in the code a fault is: what makes two of them the same. */
const placeOf = ({ kind, message }: Fault): string =>
  kind === 'crash'
    ? `crash: ${message.split('\n')[0]} (${
        message
          .split('\n')
          .find((line) => line.includes('/src/'))
          ?.trim() ?? ''
      })`
    : kind;

/** Feeds a target in a process of its own for some seconds. */
const feedApart = (name: string, seconds: number, from: number, cases: string): Promise<Told> =>
  new Promise((done) => {
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-fuzz-'));
    const current = join(folder, 'current');
    const child = fork(
      new URL('./child.ts', import.meta.url),
      [name, `${seconds}`, `${from}`, current, cases, join(cases, 'corpus', name)],
      { execArgv: [...process.execArgv, '--max-old-space-size=1024'] },
    );
    const faults = new Map<string, string>();
    const told = { count: 0, bytesRead: 0, corpus: 0, functions: 0 };
    child.on('message', (message: { fault: Fault; path: string } | Omit<Told, 'faults'>) => {
      if ('count' in message) Object.assign(told, message);
      else {
        const place = placeOf(message.fault);
        // One case of a kind is enough.
        if (faults.has(place)) rmSync(message.path, { force: true });
        else
          faults.set(
            place,
            `${message.path}\n      ${message.fault.message.split('\n').slice(0, 6).join('\n      ')}`,
          );
      }
    });
    let [last, since] = [-1, performance.now()];
    const watch = setInterval(() => {
      const count = existsSync(current) ? (headOf(current)?.count ?? -1) : -1;
      if (count !== last) [last, since] = [count, performance.now()];
      else if (count >= 0 && performance.now() - since > HANG_MS) child.kill('SIGKILL');
    }, 500);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      const head = existsSync(current) ? headOf(current) : undefined;
      if (code !== 0 && head !== undefined) {
        mkdirSync(cases, { recursive: true });
        const kind = signal === 'SIGKILL' ? 'hang' : 'end';
        const path = join(cases, `${name}-${kind}-${from}-${head.count}.bin`);
        writeFileSync(path, head.bytes);
        faults.set(kind, `${path}\n      the process ended with ${signal ?? `status ${code}`}`);
        Object.assign(told, { count: head.count });
      }
      if (code !== 0 && head === undefined)
        faults.set('start', `the process ended with ${signal ?? `status ${code}`} before it read anything`);
      rmSync(folder, { recursive: true, force: true });
      done({ ...told, faults });
    });
  });

const headOf = (path: string): { readonly count: number; readonly bytes: Uint8Array } | undefined => {
  const all = readFileSync(path);
  if (all.length < 16) return undefined;
  return { count: all.readDoubleLE(0), bytes: all.subarray(16, 16 + all.readDoubleLE(8)) };
};

const fuzz = async (name: string): Promise<void> => {
  const end = performance.now() + (minutes * 60_000) / names.length;
  let [count, bytesRead, turn, corpus, functions] = [0, 0, 0, 0, 0];
  const faults = new Map<string, string>();
  // A process that ends early is followed by another one, with other inputs.
  while (performance.now() < end && turn < 20) {
    const seconds = (end - performance.now()) / 1000;
    const told = await feedApart(name, seconds, seed + turn * 1000, resolve(values.cases));
    count += told.count;
    bytesRead += told.bytesRead;
    corpus = Math.max(corpus, told.corpus);
    functions = Math.max(functions, told.functions);
    for (const [place, fault] of told.faults) if (!faults.has(place)) faults.set(place, fault);
    turn += 1;
  }
  console.log(
    `${faults.size === 0 ? '✓' : '✗'} ${name}: ${count} inputs, ${(bytesRead / 1e6).toFixed(1)} MB, ` +
      `a corpus of ${corpus}, ${functions} functions, seed ${seed}`,
  );
  for (const [place, fault] of faults) console.log(`    ${place}\n      ${fault}`);
  if (faults.size > 0) process.exitCode = 1;
};

const replay = async (path: string): Promise<void> => {
  const name = Object.keys(targets)
    .filter((each) => path.split('/').at(-1)?.startsWith(`${each}-`))
    .sort((a, b) => b.length - a.length)[0];
  const target = values.target.length > 0 ? values.target[0] : name;
  const chosen = target === undefined ? undefined : targets[target];
  if (chosen === undefined)
    throw new Error(`${path} does not begin with the name of a target; give --target.`);
  const fault = await feed(chosen, new Uint8Array(readFileSync(path)));
  console.log(fault === undefined ? `✓ ${path}` : `✗ ${path}: ${fault.kind}\n    ${fault.message}`);
  if (fault !== undefined) process.exitCode = 1;
};

if (values.replay) for (const path of positionals) await replay(path);
else for (const name of names) await fuzz(name);
