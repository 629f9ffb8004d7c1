// Paints a hazy valley for `npm run demo`, unless there are photos in the folder already.
// usage: node examples/make-photo.mjs FOLDER
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { DENSITY, lattice, scene, throughHaze } from '../dist/testing/scene.js';

const [folder = 'photos'] = process.argv.slice(2);
const [WIDTH, HEIGHT] = [1200, 800];

const look = scene();
const colourAt = (x, y) => throughHaze(look(x, y), DENSITY);

mkdirSync(folder, { recursive: true });
if (!readdirSync(folder).some((name) => /\.(jpe?g|png|webp|tiff?|avif)$/i.test(name))) {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let j = 0, at = 0; j < HEIGHT; j++)
    for (let i = 0; i < WIDTH; i++)
      for (const v of colourAt(i / HEIGHT, j / HEIGHT))
        pixels[at++] = Math.min(255, Math.max(0, 255 * v + 3 * (lattice(i, j, at) - 0.5)));
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withExif({ IFD0: { ImageDescription: 'A hazy valley, painted by Prismflow' } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toFile(join(folder, 'valley.jpg'));
}
