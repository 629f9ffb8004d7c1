import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import type { Edit, Job, JobItem, PhotoInfo, Pipeline, Preset, Problem } from '../../src/web/api/types.js';
import { trainingRoutes } from './mock-trainings.js';

/** A server for tests of the page: the same requests and answers as `pipe serve`, with arithmetic in the place of models. */

const page = fileURLToPath(new URL('../../dist/web', import.meta.url));

const strength = {
  type: 'number',
  default: 1,
  minimum: 0,
  maximum: 1,
  description: '0: the photo, 1: the whole edit',
} as const;

export const offered: readonly Pipeline[] = [
  {
    name: 'dehaze',
    about: 'Take haze out of photos',
    source: 'shipped',
    kind: 'correction',
    parameters: {
      properties: {
        strength,
        trust: {
          type: 'number',
          default: 0,
          minimum: 0,
          maximum: 1,
          description: 'How far to lean back to the photo',
        },
      },
    },
  },
  {
    name: 'exposure',
    about: 'Put light right that was measured wrongly',
    source: 'shipped',
    kind: 'correction',
    parameters: { properties: { strength } },
  },
  {
    name: 'lowlight',
    about: 'Lift the light of photos taken in the dark',
    source: 'shipped',
    kind: 'correction',
    parameters: { properties: { strength, noise: { type: 'number', default: 1, minimum: 0, maximum: 4 } } },
  },
  {
    name: 'sunset',
    about: 'The light of a sunset',
    source: 'shipped',
    kind: 'look',
    parameters: { properties: { strength } },
  },
  {
    name: 'bluehour',
    about: 'The light of the blue hour',
    source: 'shipped',
    kind: 'look',
    parameters: { properties: { strength } },
  },
  {
    name: 'prints',
    about: 'Prints with a border',
    source: 'file',
    kind: 'other',
    parameters: {
      properties: {
        quality: { type: 'integer', default: 92, minimum: 1, maximum: 100 },
        mono: { type: 'boolean', default: false },
        paper: { type: 'string', default: 'matt', enum: ['matt', 'glossy'] },
      },
    },
  },
];

interface Stored {
  readonly info: PhotoInfo;
  readonly bytes: Buffer;
}

interface Running {
  job: Job;
  items: readonly JobItem[];
  readonly events: string[];
  readonly listeners: Set<ServerResponse>;
}

const CSP =
  "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const problem = (status: number, title: string): Problem & { readonly type: string } => ({
  type: 'urn:prismflow:mock/problem',
  diagnostics: [],
  status,
  code: 'mock/problem',
  title,
  detail: `${title}, says the server of the tests`,
  remedy: 'Try another',
});

const send = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

const applied = (image: Sharp, { pipeline, parameters }: Edit): Sharp => {
  const by = Number(parameters.strength ?? 1);
  switch (pipeline) {
    case 'dehaze':
      return image.linear(1 + 0.45 * by, -46 * by).modulate({ saturation: 1 + 0.35 * by });
    case 'exposure':
      return image.linear(1 + 0.12 * by, 4 * by);
    case 'lowlight':
      return image.gamma(1 + 0.9 * by);
    case 'sunset':
      return image.linear([1 + 0.16 * by, 1 - 0.02 * by, 1 - 0.28 * by], [10 * by, 0, 0]);
    case 'bluehour':
      return image.linear([1 - 0.4 * by, 1 - 0.22 * by, 1 + 0.04 * by], [0, 2 * by, 14 * by]);
    default:
      return parameters.mono === true ? image.greyscale().toColourspace('srgb') : image.linear(1.05, 0);
  }
};

/** The photo edited, each edit on the result of the one before, as a JPEG. */
export const edited = async (bytes: Buffer, edits: readonly Edit[], size?: number): Promise<Buffer> => {
  let now = await sharp(bytes)
    .rotate()
    .resize(size === undefined ? {} : { width: size, height: size, fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .png({ compressionLevel: 0 })
    .toBuffer();
  for (const edit of edits) now = await applied(sharp(now), edit).png({ compressionLevel: 0 }).toBuffer();
  return sharp(now).jpeg({ quality: 88 }).toBuffer();
};

export interface MockServer {
  readonly address: string;
  readonly requests: string[];
  readonly photo: (id: string) => Buffer | undefined;
  readonly close: () => Promise<void>;
}

export interface MockOptions {
  /** Milliseconds that an item of a job takes. */
  readonly itemTime?: number;
  /** Milliseconds that a preview takes at least. */
  readonly previewTime?: number;
}

class State {
  readonly photos = new Map<string, Stored>();
  readonly jobs = new Map<string, Running>();
  readonly presets: Pipeline[] = [];
  readonly requests: string[] = [];
}

const addPhoto = async (state: State, name: string, bytes: Buffer): Promise<PhotoInfo> => {
  const { width = 0, height = 0, format, hasProfile, exif, xmp, depth } = await sharp(bytes).metadata();
  const isStereo = name.includes('stereo');
  const info: PhotoInfo = {
    id: randomBytes(12).toString('hex'),
    name,
    bytes: bytes.length,
    type: `image/${format}`,
    width,
    height,
    digest: 'sha256:00',
    facts: {
      format: String(format),
      depth: depth === 'ushort' ? 16 : 8,
      profile: hasProfile ? 'Display P3' : 'sRGB',
      orientation: 1,
      metadata: [
        ...(exif === undefined ? [] : [{ kind: 'EXIF', bytes: exif.length }]),
        ...(xmp === undefined ? [] : [{ kind: 'XMP', bytes: xmp.length }]),
      ],
      panorama: width === 2 * height || isStereo,
      stereo: isStereo,
      warnings: [],
    },
    expires: new Date(Date.now() + 24 * 3600 * 1000).toISOString(),
  };
  state.photos.set(info.id, { info, bytes });
  return info;
};

const tell = (running: Running, event: string, data: unknown): void => {
  const text = `id: ${running.events.length + 1}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  running.events.push(text);
  for (const listener of running.listeners) listener.write(text);
};

const settle = (running: Running, state: Job['state']): void => {
  const of = (wanted: JobItem['state']): number =>
    running.items.filter((item) => item.state === wanted).length;
  const counts = {
    total: running.items.length,
    waiting: of('waiting'),
    working: of('working'),
    done: of('done'),
    failed: of('failed'),
    cancelled: of('cancelled'),
  };
  running.job = { ...running.job, state, counts, secondsLeft: Math.ceil(counts.waiting / 4) };
  tell(running, 'job', running.job);
};

const work = async (running: Running, itemTime: number): Promise<void> => {
  settle(running, 'working');
  for (const { number } of running.items.filter((item) => item.state === 'waiting')) {
    await new Promise((resolve) => setTimeout(resolve, itemTime));
    if (running.job.state === 'cancelled') return;
    const change = (item: JobItem): JobItem => {
      if (item.number !== number) return item;
      const isBroken = item.name.includes('broken') && (item.attempts ?? 0) === 0;
      const attempts = (item.attempts ?? 0) + 1;
      return isBroken
        ? {
            ...item,
            attempts,
            state: 'failed',
            problem: [{ code: 'image/corrupt', message: `${item.name} ends in the middle.` }],
          }
        : { ...item, attempts, state: 'done' };
    };
    running.items = running.items.map(change);
    tell(running, 'item', running.items[number - 1]);
    settle(running, 'working');
  }
  settle(running, 'done');
};

type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  found: readonly string[],
) => Promise<void> | void;
type Route = readonly [method: string, path: RegExp, handle: Handle];

const photoRoutes = (state: State): readonly Route[] => [
  [
    'POST',
    /^\/v1\/photos$/,
    async (request, response, url) => {
      const name = url.searchParams.get('name') ?? 'photo';
      try {
        send(response, 201, { photos: [await addPhoto(state, name, await bodyOf(request))] });
      } catch {
        send(response, 201, { photos: [{ name, problem: problem(422, 'This is no photo') }] });
      }
    },
  ],
  [
    'GET',
    /^\/v1\/photos\/([^/]+)$/,
    (_, response, __, [id = '']) => {
      const photo = state.photos.get(id);
      if (photo === undefined) send(response, 404, problem(404, 'No such photo'));
      else send(response, 200, photo.info);
    },
  ],
  [
    'DELETE',
    /^\/v1\/photos\/([^/]+)$/,
    (_, response, __, [id = '']) => {
      state.photos.delete(id);
      send(response, 204, undefined);
    },
  ],
  [
    'GET',
    /^\/v1\/photos\/([^/]+)\/(file|view)$/,
    async (_, response, url, [id = '', which]) => {
      const photo = state.photos.get(id);
      if (photo === undefined) return send(response, 404, problem(404, 'No such photo'));
      const size = Number(url.searchParams.get('size') ?? 1600);
      const body = which === 'file' ? photo.bytes : await edited(photo.bytes, [], size);
      response.writeHead(200, { 'content-type': which === 'file' ? photo.info.type : 'image/jpeg' });
      response.end(body);
    },
  ],
];

interface EditBody {
  readonly photo: string;
  readonly edits: readonly Edit[];
  readonly size?: number;
  readonly overlay?: string;
}

const trustMap = (bytes: Buffer, size: number): Promise<Buffer> =>
  sharp(bytes).resize({ width: size, height: size, fit: 'inside' }).greyscale().blur(12).jpeg().toBuffer();

const editRoutes = (state: State, previewTime: number): readonly Route[] => [
  [
    'GET',
    /^\/v1\/pipelines$/,
    (_, response) => send(response, 200, { pipelines: [...offered, ...state.presets] }),
  ],
  [
    'POST',
    /^\/v1\/(previews|edits)$/,
    async (request, response, _, [which]) => {
      const { photo: id, edits, size, overlay } = JSON.parse(String(await bodyOf(request))) as EditBody;
      const photo = state.photos.get(id);
      if (photo === undefined) return send(response, 404, problem(404, 'No such photo'));
      await new Promise((resolve) => setTimeout(resolve, previewTime));
      const body =
        overlay === 'trust'
          ? await trustMap(photo.bytes, size ?? 800)
          : await edited(photo.bytes, edits, which === 'previews' ? size : undefined);
      response.writeHead(200, {
        'content-type': 'image/jpeg',
        'prismflow-warnings': '[]',
        'prismflow-notes': JSON.stringify({
          step: { seamCheck: { windows: 4, difference: 0.001, bound: 1 / 255, passed: true } },
        }),
        ...(which === 'edits' && {
          'prismflow-receipt': 'receipt-1',
          'content-disposition': `attachment; filename="${photo.info.name.replaceAll('"', '')}"`,
        }),
      });
      response.end(body);
    },
  ],
  [
    'GET',
    /^\/v1\/receipts\/([^/]+)$/,
    (_, response, __, [id]) => send(response, 200, { receipt: id, edits: [] }),
  ],
  [
    'POST',
    /^\/v1\/presets$/,
    async (request, response) => {
      const { name, edits } = JSON.parse(String(await bodyOf(request))) as {
        name: string;
        edits: readonly Edit[];
      };
      if (!/^[a-z0-9-]+$/.test(name)) return send(response, 422, problem(422, 'This name cannot be a file'));
      const steps = edits.map(({ pipeline }) => `  - ensemble.average: prismflow:${pipeline}`).join('\n');
      send(response, 201, keepPreset(state, name, steps));
    },
  ],
];

const keepPreset = (state: State, name: string, steps: string): Preset => {
  state.presets.push({ name, source: 'preset', kind: 'other', parameters: {} });
  return {
    name,
    file: `presets/${name}.yaml`,
    yaml: `version: 1\nsteps:\n${steps}\n`,
    commands: {
      run: `pipe run presets/${name}.yaml --set photos=~/Pictures`,
      watch: `pipe watch presets/${name}.yaml --set photos=inbox --set output=outbox`,
    },
  };
};

const startJob = (state: State, itemTime: number, body: string): Job => {
  const { name, edits, photos } = JSON.parse(body) as {
    name: string;
    edits: readonly Edit[];
    photos: readonly string[];
  };
  const items = photos.map((id, index): JobItem => {
    return { number: index + 1, name: state.photos.get(id)?.info.name ?? id, state: 'waiting', attempts: 0 };
  });
  const total = items.length;
  const job: Job = {
    id: randomBytes(12).toString('hex'),
    name,
    state: 'waiting',
    edits,
    created: new Date().toISOString(),
    counts: { total, waiting: total, working: 0, done: 0, failed: 0, cancelled: 0 },
    bytes: 0,
  };
  const running: Running = { job, items, events: [], listeners: new Set() };
  state.jobs.set(job.id, running);
  void work(running, itemTime);
  return job;
};

const changeJob = (running: Running, what: string | undefined, itemTime: number): void => {
  if (what === 'cancel') {
    running.items = running.items.map((item) =>
      item.state === 'waiting' ? { ...item, state: 'cancelled' } : item,
    );
    settle(running, 'cancelled');
    return;
  }
  running.items = running.items.map((item) => {
    const { problem: _, ...rest } = item;
    return item.state === 'failed' ? { ...rest, state: 'waiting' } : item;
  });
  void work(running, itemTime);
};

const jobRoutes = (state: State, itemTime: number): readonly Route[] => [
  [
    'POST',
    /^\/v1\/jobs$/,
    async (request, response) =>
      send(response, 202, startJob(state, itemTime, String(await bodyOf(request)))),
  ],
  [
    'GET',
    /^\/v1\/jobs$/,
    (_, response) => send(response, 200, { jobs: [...state.jobs.values()].map(({ job }) => job) }),
  ],
  [
    'GET',
    /^\/v1\/jobs\/([^/]+)\/items$/,
    (_, response, url, [id = '']) => {
      const wanted = url.searchParams.get('state');
      const items = state.jobs.get(id)?.items ?? [];
      send(response, 200, { items: items.filter((item) => wanted === null || item.state === wanted) });
    },
  ],
  [
    'POST',
    /^\/v1\/jobs\/([^/]+)\/(cancel|retry)$/,
    (_, response, __, [id = '', what]) => {
      const running = state.jobs.get(id);
      if (running === undefined) return send(response, 404, problem(404, 'No such job'));
      changeJob(running, what, itemTime);
      send(response, 202, running.job);
    },
  ],
  [
    'DELETE',
    /^\/v1\/jobs\/([^/]+)$/,
    (_, response, __, [id = '']) => {
      state.jobs.delete(id);
      send(response, 204, undefined);
    },
  ],
  [
    'GET',
    /^\/v1\/jobs\/([^/]+)\/events$/,
    (request, response, _, [id = '']) => {
      const running = state.jobs.get(id);
      if (running === undefined) return send(response, 404, problem(404, 'No such job'));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of running.events.slice(Number(request.headers['last-event-id'] ?? 0)))
        response.write(event);
      running.listeners.add(response);
      request.on('close', () => running.listeners.delete(response));
    },
  ],
];

const sendFile = (response: ServerResponse, path: string): void => {
  const file = join(page, normalize(path === '/' ? '/index.html' : path));
  if (!file.startsWith(page) || !existsSync(file) || !statSync(file).isFile()) {
    send(response, 404, problem(404, 'No such file'));
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
  });
  createReadStream(file).pipe(response);
};

export const startMock = async ({
  itemTime = 60,
  previewTime = 0,
}: MockOptions = {}): Promise<MockServer> => {
  const state = new State();
  const trainings = trainingRoutes({
    send,
    bodyOf,
    problem,
    keepPreset: (name) => keepPreset(state, name, `  - ensemble.average: ../runs/${name}`),
  });
  const routes = [
    ...photoRoutes(state),
    ...editRoutes(state, previewTime),
    ...jobRoutes(state, itemTime),
    ...trainings.routes,
  ];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    state.requests.push(`${request.method} ${url.pathname}`);
    for (const [method, path, handle] of routes) {
      const [whole, ...found] = path.exec(url.pathname) ?? [];
      if (method === request.method && whole !== undefined) {
        void Promise.resolve(handle(request, response, url, found)).catch((error: unknown) => {
          if (!response.headersSent) send(response, 500, problem(500, String(error)));
        });
        return;
      }
    }
    sendFile(response, url.pathname);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}`,
    requests: state.requests,
    photo: (id) => state.photos.get(id)?.bytes,
    close: () =>
      new Promise((resolve) => {
        trainings.end();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
