import { emptyLike, type Raw } from './samples.js';

/** How TIFF writes CIELAB's a and b down: as signed numbers (photometric 8) or with an offset, as ICC does (9). */
export type LabCoding = 'signed' | 'offset';

/** CIELAB samples in the signed coding, from those with an offset: the upper bit of a and b is turned over. */
export const toSigned = (lab: Raw): Raw => {
  const half = lab instanceof Uint8Array ? 0x80 : 0x8000;
  const out = emptyLike(lab, lab.length);
  for (let i = 0; i < lab.length; i++) out[i] = i % 3 === 0 ? (lab[i] as number) : (lab[i] as number) ^ half;
  return out;
};
