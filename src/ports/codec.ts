import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Frame, Samples } from './frame.js';
import { type Port, showPort, type Value } from './port.js';

const bytes = new t.Type<Uint8Array>(
  'bytes',
  (value): value is Uint8Array => value instanceof Uint8Array,
  (value, context) => (value instanceof Uint8Array ? t.success(value) : t.failure(value, context)),
  t.identity,
);

const figures = t.readonly(t.record(t.string, t.number));

const key = t.readonly(t.type({ path: t.string, index: t.number, epoch: t.number }));

const item = (value: t.Mixed): t.Mixed => t.readonly(t.type({ key, value }));

const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array } as const;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isSamples = (value: unknown, length: number): value is Samples =>
  isObject(value) &&
  (value.depth === 'uint8' || value.depth === 'uint16' || value.depth === 'float32') &&
  value.data instanceof arrays[value.depth] &&
  value.data.length === length;

const isSide = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0;

/** True for a frame whose samples fit its size; the pixels themselves are not looked at. */
const isFrame = (value: unknown): value is Frame =>
  isObject(value) &&
  isSide(value.width) &&
  isSide(value.height) &&
  (value.channels === 1 || value.channels === 3) &&
  isSamples(value.samples, value.width * value.height * value.channels) &&
  (value.alpha === undefined || isSamples(value.alpha, value.width * value.height)) &&
  isObject(value.metadata);

const frame = new t.Type<Frame>(
  'frame whose samples fit its width, height and channels',
  isFrame,
  (value, context) => (isFrame(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

/** The io-ts codec of the values that travel on a port: what an operator is held to. */
export const codecOf = (port: Port): t.Mixed => {
  switch (port.kind) {
    case 'none':
      return t.undefined;
    case 'file':
      return t.readonly(t.type({ path: t.string }));
    case 'frame':
      return frame;
    case 'encoded':
      return t.readonly(t.type({ bytes, format: t.string }));
    case 'saved':
      return t.readonly(t.type({ path: t.string, size: t.number }));
    case 'measure':
      return t.readonly(t.type({ figures }));
    case 'training':
      return t.readonly(
        t.type({
          step: t.number,
          total: t.number,
          phase: t.keyof({ pretrain: null, train: null }),
          images: t.number,
          rate: t.number,
          metrics: figures,
          state: t.UnknownRecord,
          cycle: t.number,
          position: t.record(t.string, key),
          marks: t.readonlyArray(t.string),
          model: t.type({
            generator: t.type({ kind: t.string, options: figures }),
            weights: t.UnknownRecord,
          }),
          samples: t.Function,
        }),
      );
    case 'pair':
      return t.readonly(t.type({ from: codecOf(port.from), to: codecOf(port.to) }));
    case 'unpaired':
      return t.readonly(t.type({ a: item(codecOf(port.a)), b: item(codecOf(port.b)) }));
    case 'batch':
      return t.readonly(t.type({ items: t.readonlyArray(item(codecOf(port.of))) }));
    case 'oneOf': {
      const codecs = port.options.map(codecOf);
      return new t.Type<unknown>(
        showPort(port),
        (value): value is unknown => codecs.some((codec) => codec.is(value)),
        (value, context) =>
          codecs.map((codec) => codec.validate(value, context)).find(E.isRight) ?? t.failure(value, context),
        t.identity,
      );
    }
    case 'variable':
      return t.unknown;
  }
};

/** True when the value may travel on the port. */
export const travelsOn = <P extends Port>(port: P, value: unknown): value is Value<P> =>
  E.isRight(codecOf(port).decode(value));
