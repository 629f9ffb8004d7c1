import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { megapixels } from '../../diagnostics/quantities.js';

/** The failure of an edit that nobody waits for any more. */
export const cancelledEdit: Diagnostics = [failure('run/cancelled', 'Stopped before it was finished.')];

/** The refusal of a photo with more pixels than are taken. */
export const tooManyPixels = (
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  most: number,
): Diagnostics => [
  failure(
    'serve/too-many-pixels',
    `${name} has ${width}x${height} pixels (${megapixels(width * height)}); ${megapixels(most)} are taken.`,
  ),
];
