import { type Diagnostic, failure } from '../../diagnostics/index.js';
import { toDepth } from '../../image/samples/samples.js';
import type { LanePart } from '../../pipelines/plan/stages.js';
import { type Frame, travelsOn } from '../../ports/index.js';

/**
 * How far samples may lie outside of 0..1, where colours beyond sRGB and light beyond white are: no camera and no screen
 * goes further.
 */
export const LAWFUL = { from: -16, to: 16 } as const;

/** The law that a picture breaks, if it breaks one: its samples are numbers, and of a sensible size. */
export const brokenLaw = (path: string, value: unknown): Diagnostic | undefined => {
  if (!travelsOn({ kind: 'frame' }, value)) return undefined;
  for (const { depth, data } of [value.samples, ...(value.alpha === undefined ? [] : [value.alpha])]) {
    if (depth !== 'float32') continue;
    for (let i = 0; i < data.length; i++) {
      const sample = data[i] as number;
      // The comparison is false for NaN as well.
      if (sample >= LAWFUL.from && sample <= LAWFUL.to) continue;
      return Number.isFinite(sample)
        ? failure(
            'law/range',
            `${path} gave a sample of ${sample}, where pictures are within 0..1, or near it.`,
          )
        : failure('law/not-finite', `${path} gave a sample that is ${sample}.`);
    }
  }
  return undefined;
};

/** The first sample of a picture that is no number; undefined where all are, and for what is no picture of floats. */
const noNumberIn = (value: unknown): number | undefined => {
  if (!travelsOn({ kind: 'frame' }, value) || value.samples.depth !== 'float32') return undefined;
  const { data } = value.samples;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return data[i];
  return undefined;
};

/**
 * What is wrong with a result that has samples that are no numbers: they would be written as black without a word.
 *
 * @param given what the operator made it of, which can have had them already
 */
export const noPicture = (path: string, given: unknown, result: unknown): Diagnostic | undefined => {
  const sample = noNumberIn(result);
  if (sample === undefined) return undefined;
  const isOwn = travelsOn({ kind: 'frame' }, given) && noNumberIn(given) === undefined;
  return isOwn
    ? failure('law/not-finite', `${path} gave a sample that is ${sample}.`)
    : failure('law/not-finite', `The photo has a sample that is ${sample}, as ${path} reads it.`, {
        hint: 'It is no colour. Export the photo again, without such values.',
      });
};

/** The picture with floating-point samples: integers would hide what is no number and what is out of range. */
export const asFloats = (value: unknown): unknown => {
  if (!travelsOn({ kind: 'frame' }, value) || value.samples.depth === 'float32') return value;
  const floats = (samples: Frame['samples']): Frame['samples'] => ({
    depth: 'float32',
    data: toDepth(samples, 'float32') as Float32Array,
  });
  return {
    ...value,
    samples: floats(value.samples),
    ...(value.alpha === undefined ? {} : { alpha: floats(value.alpha) }),
  };
};

/** Every operator by itself, so that it is known which one broke a law. */
export const apart = (parts: readonly LanePart[]): readonly LanePart[] =>
  parts.flatMap((part): readonly LanePart[] =>
    part.kind === 'map' ? [part] : part.members.map((member) => ({ kind: 'tensor', members: [member] })),
  );
