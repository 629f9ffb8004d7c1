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
