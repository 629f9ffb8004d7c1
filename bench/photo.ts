import sharp from 'sharp';

/** A photo with fine and coarse detail, which compresses about as photos do, as a JPEG of quality 92. */
export const photoOf = (width: number, height: number): Promise<Buffer> =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  })
    .blur(1.2)
    .jpeg({ quality: 92 })
    .toBuffer();
