import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import {
  compare,
  darkChannel,
  decode,
  degradeHaze,
  ensembleAverage,
  files,
  pair,
  pipeline,
  run,
  stream,
  take,
} from '../../src/index.js';
import { mean, type Row } from '../measure.js';
import type { Suite } from '../suite.js';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PHOTOS = folder('../shared/photos/');
/** The model to be measured: PRISMFLOW_MODEL=FOLDER, or the one that ships. */
const MODEL = process.env.PRISMFLOW_MODEL ?? folder('models/dehaze');

/** What is done to the hazy photos. */
const methods = {
  'as they are': [],
  'dark channel, as in the paper': [darkChannel({ protect: 0 })],
  'dark channel, by default': [darkChannel()],
  'the last snapshot': [ensembleAverage({ models: MODEL, members: 1 })],
  'an ensemble of 2': [ensembleAverage({ models: MODEL, members: 2 })],
  'an ensemble of 3': [ensembleAverage({ models: MODEL, members: 3 })],
  'the mean of 3 weights': [ensembleAverage({ models: MODEL, members: 3, average: 'weights' })],
} as const;

type Method = (typeof methods)[keyof typeof methods];

/** Photos that nothing was trained on, in haze that is made up for them. */
const synthetic = (method: Method) => {
  const clear = stream('clear', files(`${PHOTOS}clear/bsds`), take(60), decode());
  const hazy = stream(
    'hazy',
    clear,
    degradeHaze({ density: [0.3, 1.8], airlight: [0.75, 1] }),
    ...(method as readonly []),
  );
  return pipeline(pair({ from: hazy, to: clear }), compare()).with({ seed: 11 });
};

/** Published pairs, by their names. */
const published = (set: string) => (method: Method) => {
  const clear = stream('clear', files(`${PHOTOS}pairs/${set}/clear`), decode());
  const hazy = stream('hazy', files(`${PHOTOS}pairs/${set}/hazy`), decode(), ...(method as readonly []));
  return pipeline(pair({ from: hazy, to: clear, by: 'name' }), compare());
};

const sets = {
  'synthetic haze': synthetic,
  'haze-indoor': published('haze-indoor'),
  'haze-outdoor': published('haze-outdoor'),
};

const measured = async (set: keyof typeof sets, method: keyof typeof methods): Promise<Row> => {
  const figures: Readonly<Record<string, number>>[] = [];
  const report = await run(sets[set](methods[method]), {
    observe: (event) => {
      if (event.kind === 'measured') figures.push(event.figures);
    },
  })();
  if (E.isLeft(report)) throw new Error(report.left.map(({ message }) => message).join('\n'));
  return {
    name: `${set}, ${method}`,
    ms: report.right.milliseconds / figures.length,
    peers: {},
    ratios: {},
    skipped: {},
    figures: {
      photos: figures.length,
      PSNR: mean(figures.map(({ psnr = 0 }) => psnr)),
      SSIM: mean(figures.map(({ ssim = 0 }) => ssim)),
    },
  };
};

export const suite: Suite = {
  title: 'Dehazing',
  cases: Object.keys(sets).flatMap((set) => Object.keys(methods).map((method) => `${set}, ${method}`)),
  run: async (_runs, only, measure) => {
    if (!existsSync(PHOTOS)) return { rows: [], notes: [`Skipped: there is no ${PHOTOS}.`] };
    if (!existsSync(MODEL))
      return {
        rows: [],
        notes: [`Skipped: there is no ${MODEL}. \`pipe run examples/train-dehaze.yaml\` trains one.`],
      };
    const rows: Row[] = [];
    for (const set of Object.keys(sets) as (keyof typeof sets)[])
      for (const method of Object.keys(methods) as (keyof typeof methods)[])
        if (only === undefined || `${set}, ${method}`.includes(only))
          rows.push(await measure(`${set}, ${method}`, () => measured(set, method)));
    return {
      rows,
      notes: [
        'Means over the photos. The synthetic haze is put by `degrade.haze` into photos of BSDS500, of which none was trained on; the pairs are 20 of SOTS indoor and 2 of O-HAZE. Times are of the whole way, reading and comparing included.',
      ],
    };
  },
};
