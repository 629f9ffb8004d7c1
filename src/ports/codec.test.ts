import { describe, expect, it } from 'vitest';
import { travelsOn } from './codec.js';
import {
  batch,
  encoded,
  file,
  frame,
  measure,
  none,
  oneOf,
  pair,
  saved,
  training,
  unpaired,
  variable,
} from './port.js';

const metadata = { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false };
const picture = {
  width: 2,
  height: 1,
  channels: 1,
  samples: { depth: 'uint8', data: Uint8Array.of(1, 2) },
  metadata,
};
const key = { path: 'a', index: 0, epoch: 0 };
const item = { key, value: picture };
const step = {
  step: 1,
  total: 9,
  phase: 'train',
  images: 4,
  rate: 1e-3,
  metrics: { loss: 2 },
  state: {},
  cycle: 0,
  position: { items: key },
  marks: ['restart'],
  model: { generator: { kind: 'pyramid', options: { levels: 3 } }, weights: {} },
  samples: async () => undefined,
};

describe('travelsOn', () => {
  it.each([
    [none, undefined],
    [file, { path: '/a.jpg' }],
    [frame, picture],
    [frame, { ...picture, alpha: { depth: 'uint8', data: Uint8Array.of(0, 9) } }],
    [encoded, { bytes: new Uint8Array(3), format: 'png' }],
    [saved, { path: '/a.jpg', size: 3 }],
    [measure, { figures: { psnr: 30 } }],
    [training, step],
    [oneOf(batch(file), frame), picture],
    [pair(frame, frame), { from: picture, to: picture }],
    [unpaired(frame, file), { a: item, b: { key, value: { path: '/b' } } }],
    [batch(frame), { items: [item, item] }],
    [variable('x'), Symbol('anything')],
  ])('$kind takes what it declares', (port, value) => expect(travelsOn(port, value)).toBe(true));

  it.each([
    ['a frame with too few samples', frame, { ...picture, width: 3 }],
    ['a frame with two channels', frame, { ...picture, channels: 2 }],
    ['a frame of no height', frame, { ...picture, height: 0 }],
    [
      'a frame whose samples are of another depth than said',
      frame,
      { ...picture, samples: { depth: 'uint16', data: Uint8Array.of(1, 2) } },
    ],
    [
      'a frame with transparency of another size',
      frame,
      { ...picture, alpha: { depth: 'uint8', data: Uint8Array.of(1) } },
    ],
    ['a frame without metadata', frame, { ...picture, metadata: undefined }],
    ['nothing', frame, undefined],
    ['a file for a frame', frame, { path: '/a.jpg' }],
    ['text for bytes', encoded, { bytes: 'abc', format: 'png' }],
    ['figures that are no numbers', measure, { figures: { psnr: '30' } }],
    ['half a pair', pair(frame, frame), { from: picture }],
    ['a batch of bare values', batch(frame), { items: [picture] }],
  ])('refuses %s', (_, port, value) => expect(travelsOn(port, value)).toBe(false));
});
