import * as E from 'fp-ts/lib/Either.js';
import type { Region } from '../../image/samples/window.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import type { Json } from '../../ports/index.js';

/** Parts of a region that are a little or much smaller, those that save most first. */
export const smallerRegions = (region: Region): readonly Region[] => {
  const { left, top, width, height } = region;
  const steps = (side: number): readonly number[] =>
    side <= 1
      ? []
      : [...new Set([side - 1, side >> 1, side >> 2, side >> 3, 1])].filter((n) => n > 0 && n < side);
  return [
    ...steps(width).flatMap((less) => [
      { left, top, width: width - less, height },
      { left: left + less, top, width: width - less, height },
    ]),
    ...steps(height).flatMap((less) => [
      { left, top, width, height: height - less },
      { left, top: top + less, width, height: height - less },
    ]),
  ].sort((a, b) => a.width * a.height - b.width * b.height);
};

type Params = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values that are plainer than a value: rounder numbers nearer to nothing. */
const plainerThan = (value: unknown): readonly Json[] =>
  typeof value === 'number'
    ? [0, 1, -1, Math.round(value), Number(value.toPrecision(1)), Number(value.toPrecision(2))].filter(
        (each) => Math.abs(each) < Math.abs(value) || String(each).length < String(value).length,
      )
    : [];

/** The same operator with one parameter less, or plainer: what its codec takes. */
export const plainerNodes = (node: GraphNode): readonly GraphNode[] => {
  const { written, operator } = node;
  if (!isRecord(written)) return [];
  return Object.entries(written).flatMap(([key, value]) => {
    const { [key]: _, ...rest } = written;
    return [rest, ...plainerThan(value).map((each) => ({ ...written, [key]: each }))].flatMap(
      (params): readonly GraphNode[] => {
        const read = operator.params.codec.decode(params);
        if (E.isLeft(read)) return [];
        const again: unknown = operator.params.codec.encode(read.right);
        return JSON.stringify(again) === JSON.stringify(written)
          ? []
          : [{ ...node, params: read.right, written: again }];
      },
    );
  });
};
