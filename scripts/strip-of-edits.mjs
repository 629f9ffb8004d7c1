// Makes docs/edits.jpg, the strip in README: each edit that ships, before and after, on photos that may be shown (all CC0).
// node scripts/strip-of-edits.mjs [FOLDER OF PHOTOS], after `npm run build`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import {
  decode,
  degradeExposure,
  denoiseLifted,
  encode,
  ensembleAverage,
  files,
  open,
  pair,
  pipeline,
  stream,
} from '../dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const photos = process.argv[2] ?? join(root, '../shared/photos');
const SIDE = 256;
const GAP = 6;

/** What is done to a photo first, where it is a good one, and whether the middle is shown pixel by pixel. */
const edits = [
  { edit: 'dehaze', photo: 'free/day/budgie__canyon-wren~3d07509.jpg' },
  { edit: 'dejpeg', photo: 'clear/gb82/dog-lossless.webp', close: true },
  { edit: 'exposure', photo: 'clear/gb82/flowers-lossless.webp', made: degradeExposure({ stops: -2 }) },
  { edit: 'lowlight', photo: 'clear/gb82/path-lossless.webp', made: degradeExposure({ stops: -5 }) },
  { edit: 'sunset', photo: 'free/day/budgie__lake-sherburne~19f02ee.jpg' },
  { edit: 'bluehour', photo: 'free/day/budgie__roman-colosseum~50903c0.jpg' },
];

const png = encode({ format: 'png' });

const editing = (edit) => {
  const models = join(root, 'models', edit);
  if (edit !== 'exposure' && edit !== 'lowlight')
    return pipeline(files('.'), decode(), ensembleAverage({ models }), png);
  // As their examples do: light first, then the noise that came up with it.
  const before = stream('photos', files('.'), decode());
  return pipeline(
    pair({ from: before, to: stream('lifted', before, ensembleAverage({ models })) }),
    denoiseLifted(),
    png,
  );
};

/** The bytes of a photo after a pipeline. */
const through = async (steps, bytes) => {
  const session = await open(steps)()();
  if (session._tag === 'Left') throw new Error(session.left.map(({ message }) => message).join('\n'));
  const made = await session.right.edit(bytes)();
  await session.right.close();
  if (made._tag === 'Left') throw new Error(made.left.map(({ message }) => message).join('\n'));
  return made.right.bytes;
};

const shown = async (bytes, close) => {
  if (!close) return sharp(bytes).resize(SIDE, SIDE, { fit: 'cover' }).removeAlpha().png().toBuffer();
  const { width, height } = await sharp(bytes).metadata();
  const part = { left: (width - SIDE) >> 1, top: (height - SIDE) >> 1, width: SIDE, height: SIDE };
  return sharp(bytes).extract(part).removeAlpha().png().toBuffer();
};

const cells = [];
for (const [i, { edit, photo, made, close }] of edits.entries()) {
  const good = readFileSync(join(photos, photo));
  // The file of a JPEG itself, with its tables, is what is edited.
  const given =
    edit === 'dejpeg'
      ? await sharp(good).jpeg({ quality: 10 }).toBuffer()
      : made
        ? await through(pipeline(files('.'), decode(), made, png), good)
        : good;
  const after = await through(editing(edit), given);
  const left = i * (SIDE + GAP);
  cells.push(
    { input: await shown(given, close), left, top: 0 },
    { input: await shown(after, close), left, top: SIDE + GAP },
  );
}
const [width, height] = [edits.length * (SIDE + GAP) - GAP, 2 * SIDE + GAP];
await sharp({ create: { width, height, channels: 3, background: '#fff' } })
  .composite(cells)
  .jpeg({ quality: 88 })
  .toFile(join(root, 'docs/edits.jpg'));
