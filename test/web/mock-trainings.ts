import type { IncomingMessage, ServerResponse } from 'node:http';
import sharp from 'sharp';
import type { Recipes, Training, TrainingLine, TrainingState } from '../../src/web/api/training-types.js';

/** Trainings for tests of the page: as `pipe serve` tells them, of networks that learn by a formula. */

/** Milliseconds that a step takes. */
const STEP_MS = 60;
const CELL = 64;
const GAP = 4;
const COLUMNS = ['input', 'output', 'target'];
const ROWS = 2;

interface Kept {
  readonly id: string;
  readonly name: string;
  state: TrainingState;
  step: number;
  readonly total: number;
  readonly recipe: string;
}

const lineOf = (step: number): TrainingLine => ({
  step,
  phase: step <= 2 ? 'pretrain' : 'train',
  cycle: step <= 20 ? 0 : 1,
  rate: 0.001 * (1 + Math.cos((step % 20) / 6)),
  seconds: STEP_MS / 1000,
  metrics: { generator: 1 / Math.sqrt(step) + 0.05 * Math.sin(step), discriminator: step > 2 ? 0.4 : null },
  marks: step === 20 ? ['restart'] : [],
  ...(step % 5 === 0 ? { validation: { figures: { psnr: 18 + step / 10, ssim: 0.8 } } } : {}),
});

const shown = ({ id, name, state, step, total }: Kept): Training => ({
  id,
  name,
  state,
  isOwn: state === 'running',
  ...(step === 0 ? {} : { step, total, phase: 'train', images: 4 * step, secondsPerStep: STEP_MS / 1000 }),
  ...(step === 0
    ? {}
    : {
        curves: [
          {
            name: 'generator',
            title: 'Generator, all together',
            about: 'The sum that the network works on.',
          },
          { name: 'validation/psnr', title: 'PSNR, in dB', about: 'How near the results are.' },
          { name: 'discriminator', title: 'Discriminator', about: 'How well the judge tells them apart.' },
          { name: 'rate', title: 'Learning rate', about: 'How large the steps are.' },
        ],
      }),
  ...(step < 5
    ? {}
    : {
        validation: {
          step: step - (step % 5),
          photos: 16,
          by: 'psnr',
          figures: { psnr: 18 + (step - (step % 5)) / 10, ssim: 0.8 },
          before: { psnr: 19, ssim: 0.7 },
          best: { step: step - (step % 5), value: 18 + (step - (step % 5)) / 10 },
        },
      }),
  canResume: state === 'stopped',
  canUse: step > 5,
  snapshots: state === 'done' ? [total] : [],
  ...(step > 5 ? { checkpoint: step } : {}),
  samples: {
    steps: Array.from({ length: Math.ceil(step / 10) }, (_, i) => 10 * i + 1),
    columns: COLUMNS,
    rows: ROWS,
    cell: { width: CELL, height: CELL },
    gap: GAP,
  },
  changed: new Date().toISOString(),
});

const grid = async (step: number): Promise<Buffer> => {
  const tone = Math.min(200, 60 + step * 3);
  const colours = [
    { r: 60, g: 60, b: 70 },
    { r: tone, g: tone, b: 90 },
    { r: 210, g: 200, b: 90 },
  ];
  const cells = Array.from({ length: ROWS * COLUMNS.length }, (_, i) => ({
    input: {
      create: { width: CELL, height: CELL, channels: 3 as const, background: colours[i % COLUMNS.length]! },
    },
    left: (i % COLUMNS.length) * (CELL + GAP),
    top: Math.floor(i / COLUMNS.length) * (CELL + GAP),
  }));
  const canvas = {
    width: COLUMNS.length * (CELL + GAP) - GAP,
    height: ROWS * (CELL + GAP) - GAP,
    channels: 3 as const,
    background: { r: 24, g: 24, b: 24 },
  };
  return sharp({ create: canvas }).composite(cells).png().toBuffer();
};

const recipes: Recipes = {
  recipes: [
    {
      name: 'train-look',
      about: 'Learn your own look from photos before and after',
      source: 'shipped',
      folders: [
        { name: 'before', about: 'Folder of photos as they are' },
        { name: 'after', about: 'Folder of the same photos, edited' },
      ],
      parameters: {
        properties: { steps: { type: 'integer', default: 40, minimum: 1, description: 'Steps' } },
      },
    },
    {
      name: 'train-dehaze',
      about: 'Learn to remove haze',
      source: 'shipped',
      folders: [{ name: 'photos', about: 'Folder of clear photos' }],
      parameters: { properties: { steps: { type: 'integer', default: 60, minimum: 1 } } },
    },
  ],
  folders: [
    { path: '/photos/plain', name: 'photos/plain', pictures: 24 },
    { path: '/photos/developed', name: 'photos/developed', pictures: 24 },
  ],
};

type Send = (response: ServerResponse, status: number, body: unknown) => void;
type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  found: readonly string[],
) => Promise<void> | void;

/** What the trainings of the tests need of their server. */
export interface MockTrainingOptions {
  readonly send: Send;
  readonly bodyOf: (request: IncomingMessage) => Promise<Buffer>;
  readonly problem: (status: number, title: string) => unknown;
  readonly keepPreset: (name: string) => unknown;
}

/** The routes of trainings, and what ends them. */
export const trainingRoutes = ({ send, bodyOf, problem, keepPreset }: MockTrainingOptions) => {
  const all = new Map<string, Kept>();
  const tick = setInterval(() => {
    for (const training of all.values()) {
      if (training.state === 'starting') training.state = 'running';
      if (training.state === 'stopping') training.state = 'stopped';
      if (training.state !== 'running') continue;
      training.step++;
      if (training.step >= training.total) training.state = 'done';
    }
  }, STEP_MS);
  const of =
    (handle: (training: Kept, ...given: Parameters<Handle>) => Promise<void> | void): Handle =>
    (request, response, url, found) => {
      const training = all.get(found[0] ?? '');
      if (training === undefined) send(response, 404, problem(404, 'No such training'));
      else return handle(training, request, response, url, found);
    };
  const start: Handle = async (request, response) => {
    const { recipe, name, folders, parameters } = JSON.parse(String(await bodyOf(request))) as {
      readonly recipe: string;
      readonly name: string;
      readonly folders: Readonly<Record<string, string>>;
      readonly parameters: { readonly steps?: number };
    };
    if (Object.values(folders).includes('')) return send(response, 403, problem(403, 'No such folder'));
    if ([...all.values()].some((each) => each.name === `runs/${name}`))
      return send(response, 409, problem(409, 'There is a training in the folder already'));
    const id = String(all.size + 1).padStart(20, '0');
    const training: Kept = {
      id,
      name: `runs/${name}`,
      state: 'starting',
      step: 0,
      total: parameters.steps ?? 40,
      recipe,
    };
    all.set(id, training);
    send(response, 202, shown(training));
  };
  const events: Handle = of((training, request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let told = Number(request.headers['last-event-id'] ?? 0);
    const tell = (): void => {
      response.write(`id: ${told}\nevent: training\ndata: ${JSON.stringify(shown(training))}\n\n`);
      if (told >= training.step) return;
      const lines = Array.from({ length: training.step - told }, (_, i) => lineOf(told + i + 1));
      const isAnew = told === 0;
      told = training.step;
      response.write(`id: ${told}\nevent: metrics\ndata: ${JSON.stringify({ isAnew, lines })}\n\n`);
    };
    tell();
    const timer = setInterval(tell, 100);
    request.on('close', () => clearInterval(timer));
  });
  const routes: readonly (readonly [method: string, path: RegExp, handle: Handle])[] = [
    ['GET', /^\/v1\/recipes$/, (_, response) => send(response, 200, recipes)],
    [
      'GET',
      /^\/v1\/trainings$/,
      (_, response) => send(response, 200, { trainings: [...all.values()].map(shown) }),
    ],
    ['POST', /^\/v1\/trainings$/, start],
    ['GET', /^\/v1\/trainings\/(\d+)\/events$/, events],
    [
      'GET',
      /^\/v1\/trainings\/(\d+)\/samples\/(\d+)$/,
      of(async (_, __, response, ___, [, step]) => {
        response.writeHead(200, { 'content-type': 'image/png' });
        response.end(await grid(Number(step)));
      }),
    ],
    [
      'POST',
      /^\/v1\/trainings\/(\d+)\/(stop|resume)$/,
      of((training, _, response, __, [, what]) => {
        training.state = what === 'stop' ? 'stopping' : 'starting';
        send(response, 202, shown(training));
      }),
    ],
    [
      'POST',
      /^\/v1\/trainings\/(\d+)\/use$/,
      of(async (_, request, response) => {
        const { name } = JSON.parse(String(await bodyOf(request))) as { readonly name: string };
        send(response, 201, keepPreset(name));
      }),
    ],
  ];
  return { routes, end: () => clearInterval(tick) };
};
