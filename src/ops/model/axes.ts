/** Whether channels come before height and width, or after. */
export type Layout = 'nchw' | 'nhwc';

/** Where the axes of a picture are in a tensor of rank 3 or 4. */
export const axesOf = (
  layout: Layout,
  rank: number,
): { readonly c: number; readonly h: number; readonly w: number } => {
  const first = rank - 3;
  return layout === 'nchw'
    ? { c: first, h: first + 1, w: first + 2 }
    : { c: first + 2, h: first, w: first + 1 };
};

/** A shape for people; free axes are stars. */
export const showShape = (shape: readonly (number | undefined)[]): string =>
  `[${shape.map((size) => size ?? '*').join(', ')}]`;
