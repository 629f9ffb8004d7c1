import { type Code, type Diagnostics, isCode } from '../../diagnostics/index.js';

/** The area of a code: `image` of `image/corrupt`. */
type Area<C extends string> = C extends `${infer A}/${string}` ? A : never;

/** HTTP status by area, for what is not said of a code itself. The compiler names an area that is missing. */
const AREAS: Readonly<Record<Area<Code>, number>> = {
  fetch: 422,
  file: 422,
  image: 422,
  job: 422,
  law: 422,
  lut: 422,
  model: 422,
  param: 422,
  picture: 422,
  pipeline: 422,
  plugin: 422,
  queue: 500,
  receipt: 422,
  run: 500,
  serve: 400,
  shrink: 500,
  step: 422,
  store: 500,
  stream: 422,
  tensor: 500,
  tiles: 422,
  token: 401,
  training: 422,
  value: 422,
  watch: 422,
  weights: 500,
  yaml: 422,
};

/** HTTP status by code, where it is not that of its area. */
const CODES: Partial<Readonly<Record<Code, number>>> = {
  'fetch/not-allowed': 403,
  'image/disk-full': 507,
  'image/file-too-large': 413,
  'image/memory-limit': 413,
  'image/out-of-memory': 503,
  'image/permission-denied': 500,
  'image/too-many-pixels': 413,
  'image/unsupported-format': 415,
  'image/write-failed': 500,
  'job/bad-form': 400,
  'job/bad-key': 400,
  'job/cancelled': 409,
  'job/interrupted': 503,
  'job/key-reused': 409,
  'job/no-result': 409,
  'job/nothing-failed': 409,
  'job/path-outside': 403,
  'job/paths-not-allowed': 403,
  'job/queue-full': 503,
  'job/too-many-photos': 413,
  'job/too-many-streams': 503,
  'job/unknown': 404,
  'job/unknown-item': 404,
  'run/cancelled': 499,
  'run/crashed': 422,
  'run/not-an-edit': 422,
  'run/operator-threw': 500,
  'run/timed-out': 504,
  'serve/busy': 503,
  'serve/host': 403,
  'serve/media-type': 415,
  'serve/no-photo': 400,
  'serve/not-available': 422,
  'serve/not-chainable': 422,
  'serve/not-found': 404,
  'serve/origin': 403,
  'serve/preset': 409,
  'serve/rate': 429,
  'serve/stopping': 503,
  'serve/too-large': 413,
  'serve/too-many-parts': 413,
  'serve/too-many-pixels': 413,
  'serve/unknown-pipeline': 404,
  'serve/upload': 408,
  'store/full': 507,
  'store/unwritable': 507,
  'tensor/cancelled': 499,
  'tensor/engine-lost': 503,
  'tensor/engine-unavailable': 503,
  'token/scope': 403,
  'token/unknown': 404,
};

/** The HTTP status of a refusal, by its first finding. */
export const statusOf = ([{ code }]: Diagnostics): number => {
  if (!isCode(code)) return 500;
  const area = code.slice(0, code.indexOf('/')) as Area<Code>;
  return CODES[code] ?? AREAS[area];
};
