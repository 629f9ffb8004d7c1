import type { Explanations } from '../explanation.js';

/** Codes of large pictures and panoramas that are worked on in tiles. */
export const tilesCodes = {
  'tiles/whole-picture': {
    title: 'What a network looks at at once takes more memory than is allowed',
    remedy:
      'Allow more by `--memory`, make the picture smaller by `resize`, or use a network such as `pyramid`.',
    disposition: 'permanent',
  },
  'tiles/means': {
    title:
      'A network that looks at the whole picture works in tiles, and knows the whole by a thumbnail and parts of it',
    remedy:
      'The result is near to that of the whole picture, not the same. Allow more by `--memory` to work on it at once.',
    disposition: 'permanent',
  },
  'tiles/out-of-memory': {
    title: 'The engine had no memory left for a picture, or a tile of it',
    remedy:
      'Smaller tiles are tried by themselves. Say what may be taken, as in `--memory 1G`, to begin with those.',
    disposition: 'permanent',
  },
  'tiles/incomplete': {
    title: 'Tiles are missing where a picture is to be put together',
    remedy:
      'Between `tile` and `untile` every tile must go on, in order: no `take`, no `shuffle`, no `batch`.',
    disposition: 'permanent',
  },
  'tiles/unlike': {
    title: 'The tiles of a picture do not fit together any more',
    remedy:
      'What works on tiles must leave their size, or make all a whole number of times as large: no `crop`, no `resize`.',
    disposition: 'permanent',
  },
  'tiles/seams': {
    title: 'The result of a tile differs from what it would be inside of another one',
    remedy:
      'Look at the place. A network that looks at the whole picture cannot be cut without a trace: give it more memory.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
