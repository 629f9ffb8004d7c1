import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode } from '../decoding/decode.js';
import { factsOf } from './facts.js';
import { clippingOverlay } from './overlay.js';
import { proxyOf, viewable } from './proxy.js';

const frameOf = async (bytes: Uint8Array) => {
  const decoded = await decode({ bytes })();
  if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left));
  return decoded.right.frame;
};
const picture = (channels: 3 | 4 = 3) =>
  sharp({ create: { width: 100, height: 60, channels, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } });

describe('what there is to know of a photo', () => {
  it('names its colours as their profile does', async () => {
    const p3 = await frameOf(await picture().withIccProfile('p3').jpeg().toBuffer());
    expect(factsOf(p3)).toMatchObject({ format: 'jpeg', depth: 8, width: 100, height: 60, panorama: false });
    expect(factsOf(p3).profile).toMatch(/P3/i);
    expect(factsOf(p3).metadata).toContainEqual({ kind: 'ICC', bytes: expect.any(Number) });
    expect(factsOf(await frameOf(await picture().png().toBuffer())).profile).toBe('sRGB');
  });
});

describe('a small copy', () => {
  it('is no larger than asked for, and as a browser shows it', async () => {
    for (const [channels, type] of [
      [3, 'image/jpeg'],
      [4, 'image/png'],
    ] as const) {
      const proxy = await proxyOf(await frameOf(await picture(channels).png().toBuffer()), 50)();
      if (E.isLeft(proxy)) throw new Error('no proxy');
      expect(proxy.right).toMatchObject({ width: 50, height: 30, samples: { depth: 'uint8' } });
      expect(await viewable(proxy.right, 40)()).toMatchObject({ right: { type, width: 40, height: 24 } });
    }
  });

  it('shows what is clipped', async () => {
    const over = clippingOverlay(await frameOf(await picture().png().toBuffer()));
    expect(over.alpha?.data.every((each) => each > 0)).toBe(true);
  });
});
