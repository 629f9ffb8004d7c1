import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, peakMemory, type Row, sideBySide } from '../measure.js';
import { openTorch, type Peer } from '../peer.js';
import type { Suite } from '../suite.js';
import { type Case, cases, fileToFile, models, writePhoto } from './highres-cases.js';

/** Peak resident memory in MiB of a process of its own that edits the case's photo three times; compiled, as users have it. */
const memoryOf = (name: string): number => {
  const compiled = fileURLToPath(new URL('../dist/bench/suites/highres.js', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [compiled, name], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return Number(stdout);
};

type Torch = Peer | { readonly name: string; readonly skipped: string };

/** A case that takes turns with another. */
const turnOf = async (name: string, folder: string): Promise<Peer> => {
  const own = join(folder, 'beside');
  mkdirSync(own, { recursive: true });
  const { run } = await fileToFile(cases[name]!, own);
  return {
    name,
    version: '',
    close: () => undefined,
    run: async () => {
      const start = performance.now();
      await run();
      return performance.now() - start;
    },
  };
};

const measured = async (
  name: string,
  each: Case,
  folder: string,
  torch: Torch,
  runs: number,
): Promise<Row> => {
  const { run, parts } = await fileToFile(each, folder);
  const own =
    each.torch === undefined || !('run' in torch) ? torch : { ...torch, run: () => torch.run(each.torch!) };
  const peers = [
    ...(each.torch === undefined ? [] : [own]),
    ...(each.beside === undefined ? [] : [await turnOf(each.beside, folder)]),
  ];
  // What two cases are to each other is told from more rounds than how fast one is.
  const rounds = each.once === true ? 1 : each.beside === undefined ? runs : 3 * runs;
  const row = await sideBySide(name, run, peers, rounds);
  return {
    ...row,
    figures: {
      'decode ms': median(parts.decode.slice(1)),
      'engine ms': median(parts.engine.slice(1)),
      'encode ms': median(parts.encode.slice(1)),
      MiB: memoryOf(name),
    },
  };
};

/** Photos of one bulk run. */
const BULK = Number(process.env.BULK ?? 20);

/** Seconds that `pipe run` takes for the photos of a folder, by the clock of a shell. */
const pipeRun = (file: string, photos: string, out: string): number => {
  const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [pipe, 'run', file, '--quiet', '--set', `photos=${photos}`, '--set', `out=${out}`],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
};

/** A bulk run of so many photos of 2400x2400 beside runs of single ones, all by the command line. */
const bulk = async (folder: string, runs: number): Promise<Row> => {
  const { width, height } = cases['one, 2400x2400']!;
  const model = await models(folder, 'pyramid');
  const photo = await writePhoto(join(folder, 'photo.jpg'), width, height);
  const [one, many] = ['one', 'many'].map((name) => join(folder, name)) as [string, string];
  for (const each of [one, many]) mkdirSync(each);
  copyFileSync(photo, join(one, '0.jpg'));
  // Photos of the same content are copied rather than edited again, so each has a tail of its own behind its end.
  for (let i = 0; i < BULK; i++)
    writeFileSync(join(many, `${i}.jpg`), Buffer.concat([readFileSync(photo), Buffer.from(`photo ${i}`)]));
  const file = join(folder, 'bulk.yaml');
  writeFileSync(
    file,
    `version: 1
params: { photos: { type: path, default: photos }, out: { type: path, default: out } }
steps:
  - files: $photos
  - decode
  - ensemble.average: { models: ${JSON.stringify(model)}, members: 1, wrap: none }
  - encode: { format: jpeg, quality: 92 }
  - save: "$out/{path}"
`,
  );
  let made = 0;
  const singles: number[] = [];
  const rates: number[] = [];
  for (let i = 0; i < runs; i++) {
    singles.push(pipeRun(file, one, join(folder, `out-${made++}`)));
    rates.push(pipeRun(file, many, join(folder, `out-${made++}`)) / BULK);
  }
  return {
    name: `bulk of ${BULK}, 2400x2400, each`,
    ms: median(rates),
    peers: { 'a run for each': median(singles) },
    ratios: { 'a run for each': median(singles.map((single, i) => single / rates[i]!)) },
    figures: {},
    skipped: {},
  };
};

export const suite: Suite = {
  title: 'High resolution, file to file',
  cases: [...Object.keys(cases), 'bulk'],
  run: async (runs, only, measure) => {
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-highres-'));
    const opened = await openTorch();
    const torch: Torch = typeof opened === 'string' ? { name: 'torch', skipped: opened } : opened;
    try {
      const rows: Row[] = [];
      for (const [name, each] of Object.entries(cases))
        if (only === undefined || name.includes(only))
          rows.push(await measure(name, () => measured(name, each, folder, torch, runs)));
      if (only === undefined || 'bulk'.includes(only))
        rows.push(await measure('bulk', () => bulk(folder, Math.min(runs, 3))));
      const of = (name: string): Row | undefined => rows.find((row) => row.name === name);
      const beside = (name: string): number | undefined => of(name)?.ratios['one, 2400x2400'];
      const [three, large] = ['three, 2400x2400', 'one, 6000x4000'].map(beside);
      return {
        rows,
        notes: [
          'The pyramid of 4 levels and ResNet-9 (memory allowed: 3.5 GB), with weights as they start; JPEG of quality 92 in and out. PyTorch computes the same network on pixels in memory, without files. MiB is the peak resident memory of a process that does nothing but edit three such photos from file to file.',
          ...(three === undefined
            ? []
            : [`In turn, an ensemble of three takes ${(1 / three).toFixed(2)} times as long as one.`]),
          ...(large === undefined
            ? []
            : [
                `In turn, a pixel of 24 megapixels takes ${(5.76 / 24 / large).toFixed(2)} times as long as one of 2400x2400.`,
              ]),
        ],
      };
    } finally {
      if ('close' in torch && typeof torch.close === 'function') torch.close();
      rmSync(folder, { recursive: true });
    }
  },
};

const alone = process.argv[1] === fileURLToPath(import.meta.url) ? process.argv[2] : undefined;
if (alone !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-highres-'));
  const each = cases[alone];
  if (each === undefined) throw new RangeError(`there is no case '${alone}'`);
  const { run } = await fileToFile(each, folder);
  for (let i = 0; i < (each.once === true ? 1 : 3); i++) await run();
  rmSync(folder, { recursive: true });
  process.stdout.write(String(peakMemory()));
  process.exit(0);
}
