import * as E from 'fp-ts/lib/Either.js';
import { maxOf, type Raw } from '../../image/samples/samples.js';
import { type Frame, type Outcome, type Port, travelsOn } from '../../ports/index.js';
import type { Given } from '../run/operate.js';

const framePort: Port = { kind: 'frame' };

const show = (value: unknown): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  const text = JSON.stringify(value, (_, each: unknown) =>
    ArrayBuffer.isView(each) ? `${each.constructor.name} of ${each.byteLength} bytes` : each,
  );
  return text === undefined ? String(value) : text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** The first place where two arrays of numbers differ by more than `tolerance` times white, or times what is brighter. */
const firstApart = (a: Raw, b: Raw, tolerance: number, white = 1): number | undefined => {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (Object.is(x, y)) continue;
    if (!(Math.abs(x - y) <= tolerance * Math.max(white, Math.abs(x)))) return i;
  }
  return undefined;
};

/**
 * The first difference between two frames' pixels, in words.
 * @param tolerance by how much values, 0..1, may differ
 */
export const pictureDifference = (a: Frame, b: Frame, tolerance = 0): string | undefined => {
  const [sizeOfA, sizeOfB] = [a, b].map(({ width, height, channels }) => `${width}x${height}x${channels}`);
  if (sizeOfA !== sizeOfB) return `one picture is ${sizeOfA}, the other ${sizeOfB}`;
  if (a.samples.depth !== b.samples.depth)
    return `one picture has ${a.samples.depth} samples, the other ${b.samples.depth}`;
  const max = maxOf(a.samples.depth);
  const at = firstApart(a.samples.data, b.samples.data, tolerance, max);
  if (at !== undefined) {
    const [pixel, channel] = [Math.floor(at / a.channels), at % a.channels];
    const place = `column ${pixel % a.width}, row ${Math.floor(pixel / a.width)}, channel ${channel}`;
    return `at ${place}, one picture has ${show(a.samples.data[at])}, the other ${show(b.samples.data[at])} (white is ${max})`;
  }
  if (a.alpha === undefined || b.alpha === undefined)
    return a.alpha === b.alpha ? undefined : 'one picture has transparency, the other none';
  const behind = firstApart(a.alpha.data, b.alpha.data, tolerance, max);
  return behind === undefined
    ? undefined
    : `at column ${behind % a.width}, row ${Math.floor(behind / a.width)}, one picture has opacity ${show(a.alpha.data[behind])}, the other ${show(b.alpha.data[behind])} (opaque is ${max})`;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

/**
 * The first difference between two values, in words: pictures in them are compared within `tolerance` (of values 0..1),
 * and so are bare numbers; everything else exactly.
 */
export const difference = (a: unknown, b: unknown, tolerance = 0, place = ''): string | undefined => {
  const at = place === '' ? '' : `${place}: `;
  if (travelsOn(framePort, a) && travelsOn(framePort, b)) {
    const pixels = pictureDifference(a as Frame, b as Frame, tolerance);
    if (pixels !== undefined) return `${at}${pixels}`;
    const { samples: _s, alpha: _a, ...restOfA } = a as Frame;
    const { samples: _t, alpha: _b, ...restOfB } = b as Frame;
    return differenceOfFields(restOfA, restOfB, tolerance, place);
  }
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [x, y] = [a as Raw, b as Raw];
    if (x.constructor !== y.constructor || x.length !== y.length)
      return `${at}one is ${show(a)}, the other ${show(b)}`;
    const i = firstApart(x, y, tolerance);
    return i === undefined
      ? undefined
      : `${at}element ${i} is ${show(x[i])} in one and ${show(y[i])} in the other`;
  }
  if (isRecord(a) && isRecord(b)) return differenceOfFields(a, b, tolerance, place);
  // Work that a value still holds is another function every time.
  if (Object.is(a, b) || (typeof a === 'function' && typeof b === 'function')) return undefined;
  if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance) return undefined;
  return `${at}one is ${show(a)}, the other ${show(b)}`;
};

const differenceOfFields = (
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  tolerance: number,
  place: string,
): string | undefined => {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return first(names, (name) =>
    difference(a[name], b[name], tolerance, place === '' ? name : `${place}.${name}`),
  );
};

/** The first complaint about any of several things. */
export const first = <A>(
  things: readonly A[],
  complaint: (thing: A, index: number) => string | undefined,
): string | undefined => {
  for (const [i, thing] of things.entries()) {
    const found = complaint(thing, i);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** What is compared of an outcome: of a failure its item and codes, for messages may tell of times and places. */
const essence = (outcome: Outcome<unknown>): unknown =>
  E.isRight(outcome)
    ? { key: outcome.right.key, value: outcome.right.value }
    : { failed: outcome.left.key, codes: outcome.left.diagnostics.map(({ code }) => code) };

/** The first difference between what two runs of an operator gave, in words. */
export const differenceOfRuns = (a: Given, b: Given, tolerance = 0): string | undefined => {
  if (E.isLeft(a) || E.isLeft(b)) {
    if (E.isLeft(a) && E.isLeft(b)) return undefined;
    return `one run began, the other did not: ${(E.isLeft(a) ? a.left : E.isLeft(b) ? b.left : [])[0]?.message}`;
  }
  if (a.right.length !== b.right.length)
    return `one run gave ${a.right.length} items, the other ${b.right.length}`;
  return first(a.right, (one, i) =>
    difference(essence(one), essence(b.right[i] as Outcome<unknown>), tolerance, `item ${i}`),
  );
};
