import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { faultsOf } from './check.js';
import type { Outcome } from './kills.js';
import { commented, numbered, smallPhoto } from './photos.js';
import { type Running, start } from './process.js';

const index = pathToFileURL(fileURLToPath(new URL('../../dist/index.js', import.meta.url))).href;
const hook = new URL('./crash-hook.mjs', import.meta.url).href;

/** An operator that ends the process on photos of some names, in as many ways. */
const plugin = `import { defineOp, port } from '${index}';
const ways = {
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  abort: () => process.abort(),
  exit: () => process.exit(7),
  throw: () => setImmediate(() => { throw new Error('thrown outside of the operator'); }),
};
export const shaky = defineOp({
  name: 'shaky', about: 'Crash', params: {}, input: port.frame, output: port.frame,
  map: () => ({ key, value }) => async () => {
    const way = ways[key.path.split('-')[0]];
    if (way) { way(); await new Promise((resolve) => setTimeout(resolve, 10_000)); }
    return { _tag: 'Right', right: value };
  },
});
`;

const pipeline = `version: 1
plugins: [./shaky.mjs]
params: { input: { type: path, default: in }, output: { type: path, default: out } }
steps: [{ files: $input }, decode, shaky, { encode: { quality: 90 } }, { save: "$output/{path}" }]
`;

/** Photos that end the process that works on them, the last two when they are decoded, also if only to see whether they are whole. */
const bad = ['segv-1', 'abort-2', 'exit-3', 'throw-4', 'decode-5', 'decode-6'].map((name) => `${name}.jpg`);

/** What is set aside, by `pipe status`. */
const setAside = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const { out } = await start(['status', 'out', '--json'], folder).text();
  const [{ setAside: failures }] = JSON.parse(out) as [
    { readonly setAside: readonly { readonly source: string; readonly code: string }[] },
  ];
  return Object.fromEntries(failures.map(({ source, code }) => [source, code]));
};

/**
 * Starts a run or a watch again and again over photos some of which end the process, as whatever looks after a service
 * does, and kills it now and then as well: all other photos come through, and those are set aside, each after it has ended
 * one process of many and one of its own.
 *
 * @param kills how often it is killed besides, at moments by chance
 */
export const crashes = async (command: 'run' | 'watch', good: number, kills: number): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-crashes-'));
  // What is allowed here is kept here.
  const user = { XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') };
  const environment = { ...user, NODE_OPTIONS: `--import ${hook}` };
  const begin = (): Running => start([command, 'p.yaml', '--json'], folder, environment);
  try {
    const photo = await smallPhoto();
    writeFileSync(join(folder, 'shaky.mjs'), plugin);
    writeFileSync(join(folder, 'p.yaml'), pipeline);
    for (const name of ['in', 'good']) mkdirSync(join(folder, name));
    const names = Array.from({ length: good }, (_, i) => `photo-${i}.jpg`);
    for (const [i, name] of names.entries())
      for (const place of ['in', 'good']) writeFileSync(join(folder, place, name), numbered(photo, i));
    for (const name of bad)
      writeFileSync(
        join(folder, 'in', name),
        commented(photo, name.startsWith('decode') ? `crash the decoder ${name}` : name),
      );
    const [digest = ''] =
      /sha256:[0-9a-f]{64}/.exec((await start(['check', 'p.yaml', '--json'], folder, user).text()).out) ?? [];
    const reference = ['--set', 'input=good', '--set', 'output=reference'];
    const undisturbed = start(
      ['run', 'p.yaml', '--json', '--allow-plugin', digest, ...reference],
      folder,
      user,
    );
    if ((await undisturbed.ended) !== 0) throw new Error(undisturbed.complaints());
    const all = good + bad.length;
    let [killed, crashed, status]: [number, number, number | null] = [0, 0, null];
    const most = bad.length + kills + 1;
    for (let starts = 0; starts <= most; starts++) {
      const running = begin();
      const events = ['done', 'skipped', 'failed', 'quarantined'];
      const dealtWith = () => events.reduce((sum, event) => sum + running.count(event), 0);
      const isDone = () => dealtWith() >= all;
      if (killed < kills) {
        await running.until(() => running.count(command === 'run' ? 'started' : 'watching') > 0);
        // After some photos, or, one time in four, after some time, whatever it is at.
        const some = dealtWith() + 1 + Math.floor(Math.random() * 5);
        if (Math.random() < 0.25) await pause(Math.random() * 700);
        else await running.until(() => dealtWith() >= some, 60);
        await pause(Math.random() ** 2 * 60);
        if (!isDone() && running.kill('SIGKILL')) killed++;
      } else if (command === 'watch' && (await running.until(isDone))) running.kill('SIGTERM');
      status = await running.ended;
      const isOver = running.count('finished') > 0;
      if (isOver) break;
      crashed++;
      await pause(10);
    }
    const aside = await setAside(folder);
    const again = start(['run', 'p.yaml', '--json'], folder, environment);
    const last = await again.ended;
    return {
      faults: [
        ...(status === (command === 'run' ? 1 : 0) ? [] : [`it did not come to an end: ${status}`]),
        ...faultsOf(join(folder, 'out'), join(folder, 'reference'), names),
        ...bad.filter((name) => aside[name] !== 'run/crashed').map((name) => `${name} is not set aside`),
        ...(Object.keys(aside).length === bad.length ? [] : [`set aside: ${Object.keys(aside).join(', ')}`]),
        ...(last === 1 && again.count('skipped') === good ? [] : [`then a run ended with ${last}`]),
      ],
      figures: {
        'good photos': good,
        'bad ones': bad.length,
        kills: killed,
        'crashes of the whole process': crashed - killed,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
