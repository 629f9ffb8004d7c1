import type { Explanations } from '../explanation.js';

/** Codes of lookup tables of colours. */
export const lutCodes = {
  'lut/cube': {
    title: 'A file is no .cube lookup table, or breaks the format’s rules',
    remedy:
      'The message says in which line. A .cube begins with LUT_3D_SIZE (2 to 129) or LUT_1D_SIZE, and has as many lines of three numbers as that asks for.',
    disposition: 'permanent',
  },
  'lut/hald': {
    title: 'A picture is no Hald CLUT',
    remedy:
      'A Hald CLUT of level n is a square picture of n³ pixels a side, in colour: 512x512 for level 8. It must not have been resized or cropped.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
