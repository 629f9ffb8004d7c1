import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { parse, stringify } from 'yaml';
import { codes } from '../../diagnostics/index.js';
import type { PictureShape } from '../../ports/index.js';
import { codecOf, type Frame, showPort, travelsOn } from '../../ports/index.js';
import { valuesOf } from '../arbitraries/frames.js';
import { difference, first } from './difference.js';
import {
  broken,
  inAndOut,
  isFrame,
  type Law,
  mapsFrames,
  moot,
  type Trial,
  unless,
  valuesIn,
} from './law.js';

/** Parameters survive being written, which is how a pipeline in code becomes YAML. */
const parameters = {
  name: 'parameters survive YAML',
  applies: () => true,
  check: async ({ subject: { operator }, params }) => {
    const { codec } = operator.params;
    const again = codec.decode(parse(stringify(codec.encode(params))) as unknown);
    if (E.isLeft(again)) return broken('what its codec writes, it refuses to read');
    return unless(
      isDeepStrictEqual(again.right, params)
        ? undefined
        : `they come back different: ${difference(params, again.right) ?? 'in a hidden way'}`,
    );
  },
} as const satisfies Law;

/** It gives, or it says why not; it does not throw. */
const refusals = {
  name: 'refuses by diagnostics',
  applies: () => true,
  check: async (trial) => {
    const given = await trial.run().catch((thrown: unknown) => ({ thrown }));
    if ('thrown' in given) {
      const { thrown } = given;
      return broken(
        `it threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}; what cannot be done is a Left with diagnostics`,
      );
    }
    const diagnostics = E.isLeft(given)
      ? given.left
      : given.right.flatMap((outcome) => (E.isLeft(outcome) ? outcome.left.diagnostics : []));
    return unless(
      first(diagnostics, ({ code, message }) => {
        if (code === 'run/operator-threw') return `it threw: ${message}`;
        if (!(code in codes)) return `its diagnostic has the code ${code}, which there is not`;
        return message === '' ? `its diagnostic ${code} has no message` : undefined;
      }),
    );
  },
} as const satisfies Law;

/** What comes out may travel on the port that it declares. */
const port = {
  name: 'gives what its port declares',
  applies: () => true,
  check: async (trial) => {
    const { output } = trial.subject.operator;
    const values = valuesIn(await trial.run());
    if (values.length === 0) return moot;
    return unless(
      first(values, (value) => {
        if (!travelsOn(output, value))
          return `it declares ${showPort(output)} and gave something else: it must be a ${codecOf(output).name}`;
        return isFrame(value) && value.alpha !== undefined && value.alpha.depth !== value.samples.depth
          ? `its transparency has ${value.alpha.depth} samples beside ${value.samples.depth} colours`
          : undefined;
      }),
    );
  },
} as const satisfies Law;

const shapeOf = ({ height, width, channels }: Frame): PictureShape => ({ height, width, channels });

const showShape = ({ height, width, channels }: PictureShape): string =>
  `${width}x${height} pixels of ${channels} channel${channels === 1 ? '' : 's'}`;

/** Pictures become as large as it declares, which planning goes by; where it declares nothing, they stay as they are. */
const shape = {
  name: 'makes pictures of the declared size',
  applies: mapsFrames,
  check: async (trial) => {
    const pairs = inAndOut(trial, await trial.run());
    return pairs.length === 0
      ? moot
      : unless(
          first(pairs, ([before, after]) => {
            const declared = declaredShape(trial, shapeOf(before));
            if (E.isLeft(declared))
              return `it declares that it cannot take ${showShape(before)}, and took them: ${declared.left[0].message}`;
            return isDeepStrictEqual(declared.right, shapeOf(after))
              ? undefined
              : `of ${showShape(before)} it made ${showShape(after)}, where ${showShape(declared.right)} are declared`;
          }),
        );
  },
} as const satisfies Law;

const declaredShape = ({ subject: { operator }, params }: Trial, given: PictureShape) => {
  const { behaviour, facts } = operator;
  const taken: PictureShape =
    behaviour.kind === 'tensor' && behaviour.tensor.channels === 3 ? { ...given, channels: 3 } : given;
  const change = behaviour.kind === 'tensor' ? behaviour.tensor.shape : facts.shape;
  const declared = change?.(params, taken) ?? E.right(taken);
  return E.isLeft(declared)
    ? declared
    : E.right({
        height: declared.right.height,
        width: declared.right.width,
        channels: declared.right.channels,
      });
};

/** Every number in a value that is none, in words; figures may be infinite, as the PSNR of a picture and itself is. */
const notFinite = (value: unknown): string | undefined => {
  if (isFrame(value)) {
    const at = value.samples.data.findIndex((each) => !Number.isFinite(each));
    if (at < 0) return undefined;
    const pixel = Math.floor(at / value.channels);
    return `at column ${pixel % value.width}, row ${Math.floor(pixel / value.width)}, channel ${at % value.channels} stands ${value.samples.data[at]}`;
  }
  if (ArrayBuffer.isView(value)) {
    const at = (value as Float32Array).findIndex((each) => !Number.isFinite(each));
    return at < 0 ? undefined : `element ${at} is ${(value as Float32Array)[at]}`;
  }
  if (typeof value === 'number') return Number.isNaN(value) ? 'a figure is NaN' : undefined;
  return typeof value === 'object' && value !== null ? first(Object.values(value), notFinite) : undefined;
};

/** Numbers go in, numbers come out. */
const finite = {
  name: 'gives numbers',
  applies: () => true,
  check: async (trial) => {
    const values = valuesIn(await trial.run());
    return values.length === 0 ? moot : unless(first(values, notFinite));
  },
} as const satisfies Law;

const spanOf = (frame: Frame): readonly [least: number, largest: number] =>
  valuesOf(frame).reduce<readonly [number, number]>(
    ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

/** True of a picture whose values are 0..1. */
export const isWithin = (frame: Frame): boolean => {
  const [least, largest] = spanOf(frame);
  return least >= 0 && largest <= 1;
};

/** Pictures within 0..1 stay within the range that it declares. */
const range = {
  name: 'stays within the declared range',
  applies: ({ laws, operator }) => laws.range !== undefined && operator.output.kind === 'frame',
  check: async (trial) => {
    const declared = trial.subject.laws.range?.(trial.params);
    const inside = Object.values(trial.feeds)
      .flat()
      .every(
        (outcome) => E.isLeft(outcome) || !isFrame(outcome.right.value) || isWithin(outcome.right.value),
      );
    const frames = valuesIn(await trial.run()).filter(isFrame);
    if (declared === undefined || !inside || frames.length === 0) return moot;
    const [from, to] = declared;
    // What float32 rounds at the ends of the range is no breach of it.
    const slack = 1e-5;
    return unless(
      first(frames, (frame) => {
        const [least, largest] = spanOf(frame);
        return least < from - slack || largest > to + slack
          ? `values go from ${least} to ${largest}, where ${from}..${to} is declared`
          : undefined;
      }),
    );
  },
} as const satisfies Law;

/** What a file carried beside its pixels goes on with the picture. */
const metadata = {
  name: 'keeps metadata',
  applies: (subject) => mapsFrames(subject) && subject.laws.metadata !== false,
  check: async (trial) => {
    const pairs = inAndOut(trial, await trial.run());
    return pairs.length === 0
      ? moot
      : unless(
          first(pairs, ([before, after]) => {
            const found = difference(before.metadata, after.metadata);
            return found === undefined ? undefined : `metadata went in and came out different: ${found}`;
          }),
        );
  },
} as const satisfies Law;

/** A picture with transparency stays one, and one without does not get any. */
const transparency = {
  name: 'keeps transparency',
  applies: (subject) => mapsFrames(subject) && subject.laws.transparency !== false,
  check: async (trial) => {
    const pairs = inAndOut(trial, await trial.run());
    return pairs.length === 0
      ? moot
      : unless(
          first(pairs, ([before, after]) => {
            if ((before.alpha === undefined) === (after.alpha === undefined)) return undefined;
            return before.alpha === undefined
              ? 'a picture without transparency got some'
              : 'a picture lost its transparency';
          }),
        );
  },
} as const satisfies Law;

/** A sink writes where it says, within its folder. */
const sink = {
  name: 'writes where it says',
  applies: ({ operator }) => operator.facts.sink !== undefined,
  check: async (trial) => {
    const { sink: declared } = trial.subject.operator.facts;
    const given = await trial.run();
    if (declared === undefined || E.isLeft(given)) return moot;
    const folder = declared.folder(trial.params);
    const written = given.right.flatMap((outcome, i) => {
      const before = trial.feeds.items?.[i];
      return E.isRight(outcome) && before !== undefined && E.isRight(before) ? [{ outcome, before }] : [];
    });
    return written.length === 0
      ? moot
      : unless(
          first(written, ({ outcome, before }) => {
            const { key, value } = before.right;
            const extension = travelsOn({ kind: 'encoded' }, value)
              ? (value as { readonly extension?: string }).extension
              : undefined;
            const said = declared.file(trial.params, key, extension);
            const { path } = outcome.right.value as { readonly path: string };
            if (E.isLeft(said)) return `it wrote ${path} and had said that it could not`;
            if (said.right !== path) return `it wrote ${path} and had said ${said.right}`;
            return path.startsWith(folder) ? undefined : `it wrote ${path}, outside of ${folder}`;
          }),
        );
  },
} as const satisfies Law;

export const contracts = [
  parameters,
  refusals,
  port,
  shape,
  finite,
  range,
  metadata,
  transparency,
  sink,
] as const satisfies readonly Law[];
