import type { HostTensor, SampleRow } from '../../ports/index.js';

/** Batches of pictures as rows of one example each. */
export const rowsOf = (
  pictures: Readonly<Record<string, HostTensor>>,
  names: readonly string[],
): readonly SampleRow[] =>
  names.map((name, i) => ({
    name,
    pictures: Object.fromEntries(
      Object.entries(pictures).map(([what, { shape, data }]) => {
        const [, ...rest] = shape;
        const length = rest.reduce((a, b) => a * b, 1);
        // The program's outputs are declared as uint8.
        const picture = (data as Uint8Array).slice(i * length, (i + 1) * length);
        return [what, { dtype: 'uint8' as const, shape: rest, data: picture }];
      }),
    ),
  }));
