import type { Frame } from '../../ports/index.js';
import type { LawKit } from '../../testing/index.js';
import { decode } from '../decode/index.js';

interface Params {
  readonly format?: string;
  readonly depth?: number;
}

/** True where the file holds every sample as it is. */
const isExact = ({ format, depth }: Params, { samples }: Frame): boolean => {
  if (samples.depth === 'float32') return format === 'tiff' && depth === 32;
  return (
    (format === 'png' || format === 'tiff') &&
    (depth === undefined || (samples.depth === 'uint8' && depth === 8))
  );
};

export const kit: LawKit = () => ({ undoneBy: { op: decode, when: isExact } });
