import type { Explanations } from '../explanation.js';

/** Codes of operators on pictures that cannot do what is asked with a picture as it is. */
export const pictureCodes = {
  'picture/too-small': {
    title: 'A picture is smaller than what is to be cut out of it',
    remedy: 'Ask for less, make the picture larger with `resize` first, or give `crop` a `fill`.',
    disposition: 'permanent',
  },
  'picture/too-large': {
    title: 'A picture is larger than it may be for this',
    remedy: 'Make it smaller with `resize`, or cut it with `crop` first.',
    disposition: 'permanent',
  },
  'picture/sizes-differ': {
    title: 'Two pictures that belong together have different sizes',
    remedy: 'Bring one to the size of the other with `resize` or `crop` first.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
