import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../ports/index.js';
import { bufferOf, concat, fromLatin1, sameBytes } from './bytes.js';
import { endOfJpeg, segmentsOf } from './containers/jpeg-pieces.js';
import { furtherPictures } from './containers/multi-picture.js';
import { decode } from './decoding/decode.js';
import { encode } from './encoding/encode.js';
import { metadataOfRegion, metadataWithoutPlaces } from './metadata/framing.js';
import { withLightOf } from './samples/light.js';
import { samplesOf } from './samples/samples.js';
import { cutOut, type Region } from './samples/window.js';
import {
  gainMapOf,
  jpegWith,
  listing,
  motionPhoto,
  rising,
  ultraHdr,
  video,
  xmpSegment,
} from './testing/behind.js';
import { picture } from './testing/files.js';
import { right } from './testing/pictures.js';

const read = async (bytes: Uint8Array) => {
  const { frame, warnings } = await right(decode({ bytes, name: 'a.jpg' }));
  return { frame, told: warnings.map(({ message }) => message) };
};

const write = async (frame: Frame, format: 'jpeg' | 'png' = 'jpeg') => {
  const { bytes, warnings } = await right(encode(frame, { format }));
  return {
    bytes,
    codes: warnings.map(({ code }) => code),
    told: warnings.map(({ message }) => message).join(),
  };
};

const has = (bytes: Uint8Array, text: string): boolean => bufferOf(bytes).includes(text, 0, 'latin1');

/** As the operators do that only move pixels. */
const cropped = (frame: Frame, region: Region): Frame => {
  const part = cutOut(frame, region, 'edge');
  return {
    ...part,
    samples: withLightOf(frame.samples, part.samples),
    metadata: metadataOfRegion(frame, region, region),
  };
};

const brighter = (frame: Frame): Frame => ({
  ...frame,
  samples: samplesOf(Uint8Array.from(frame.samples.data, (value) => value + 1)),
});

/** The gain map that libultrahdr finds in a file, as grey levels. */
const mapIn = async (bytes: Uint8Array) => {
  // The program itself keeps that reader closed.
  sharp.unblock({ operation: ['VipsForeignLoadUhdr'] });
  const { gainMap } = await sharp(bytes).metadata();
  sharp.block({ operation: ['VipsForeignLoadUhdr'] });
  if (gainMap === undefined) throw new Error('libultrahdr finds no gain map');
  const { data, info } = await sharp(gainMap.image)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { jpeg: gainMap.image, data, width: info.width, height: info.height };
};

const claims = ['hdrgm:', 'GainMap', 'MPF\0', 'Container:Directory'];

describe('the gain map of an Ultra HDR photo', () => {
  it('goes along byte for byte where the picture is as it was, and other readers find it', async () => {
    const { file, map } = await ultraHdr();
    const { frame, told } = await read(file);
    expect(told).toEqual([]);
    const { bytes, codes } = await write(frame);
    expect(codes).toEqual([]);
    expect(sameBytes(bytes.subarray(bytes.length - map.length), map)).toBe(true);
    expect(sameBytes((await mapIn(bytes)).jpeg, map)).toBe(true);
    expect(furtherPictures(bytes, segmentsOf(bytes))).toEqual([
      { start: bytes.length - map.length, length: map.length },
    ]);
    expect(has(bytes, `Item:Length="${map.length}"`) && has(bytes, 'hdrgm:Version="1.0"')).toBe(true);
    expect(has(bytes, 'dc:format="image/jpeg"')).toBe(true);
    const again = await write((await read(bytes)).frame);
    const packet = async (file: Uint8Array) => (await read(file)).frame.metadata.xmp;
    expect(await packet(again.bytes)).toEqual(await packet(bytes));
    expect(bufferOf(again.bytes).toString('latin1').split('rdf:about').length).toBe(
      bufferOf(bytes).toString('latin1').split('rdf:about').length,
    );
  });

  it('is cut with the picture, between its pixels too', async () => {
    const { frame } = await read((await ultraHdr()).file);
    for (const region of [
      { left: 48, top: 0, width: 48, height: 64 },
      { left: 15, top: 7, width: 41, height: 30 },
    ]) {
      const { bytes, codes } = await write(cropped(frame, region));
      expect(codes).toEqual([]);
      const { data, width, height } = await mapIn(bytes);
      expect([width, height]).toEqual([Math.round(region.width / 2), Math.round(region.height / 2)]);
      const expected = (x: number, y: number): number =>
        (160 * (region.left + ((x + 0.5) / width) * region.width)) / 96 +
        (80 * (region.top + ((y + 0.5) / height) * region.height)) / 64;
      for (const [x, y] of [
        [0, 0],
        [width - 1, 0],
        [width >> 1, height >> 1],
        [width - 1, height - 1],
      ] as const)
        expect(Math.abs((data[y * width + x] as number) - expected(x, y))).toBeLessThan(4);
      expect(has(bytes, 'hdrgm:GainMapMax="2"')).toBe(true);
    }
  });

  it('becomes no larger than the picture', async () => {
    const { frame } = await read((await ultraHdr()).file);
    const whole = { left: 0, top: 0, width: 96, height: 64 };
    const small: Frame = {
      ...cutOut(frame, { ...whole, width: 24, height: 16 }, 'edge'),
      metadata: metadataOfRegion(frame, whole, { width: 24, height: 16 }),
    };
    const { bytes } = await write({ ...small, samples: withLightOf(frame.samples, small.samples) });
    const { data, width, height } = await mapIn(bytes);
    expect([width, height]).toEqual([24, 16]);
    const expected = rising(24, 16);
    expect(Math.max(...data.map((value, i) => Math.abs(value - (expected[i] as number))))).toBeLessThan(5);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'is turned upright with the picture, orientation %i',
    async (orientation) => {
      const { frame } = await read((await ultraHdr(96, 64, orientation)).file);
      const { bytes } = await write(frame);
      const { data, width, height } = await mapIn(bytes);
      const upright = await sharp(await gainMapOf(48, 32))
        .withMetadata({ orientation })
        .jpeg({ quality: 100 })
        .toBuffer();
      const { data: expected, info } = await sharp(upright)
        .autoOrient()
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([width, height]).toEqual([info.width, info.height]);
      const worst = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))),
        0,
      );
      expect(worst).toBeLessThan(6);
    },
  );

  it('is left out and told where light was edited, pixels went elsewhere, or were added, and nothing claims it', async () => {
    const { frame } = await read((await ultraHdr()).file);
    const moved = { ...frame, metadata: metadataWithoutPlaces(frame.metadata) };
    const padded = cropped(frame, { left: -8, top: 0, width: 120, height: 64 });
    for (const edited of [brighter(frame), moved, padded]) {
      const { bytes, codes, told } = await write(edited);
      expect([codes, told.includes('gain map')]).toEqual([['image/left-out'], true]);
      expect(claims.filter((claim) => has(bytes, claim))).toEqual([]);
      expect(endOfJpeg(bytes)).toBe(bytes.length);
    }
  });

  it('is told by formats that have none', async () => {
    const { frame } = await read((await ultraHdr()).file);
    const { bytes, codes } = await write(frame, 'png');
    expect(codes).toEqual(['image/metadata-dropped']);
    expect(claims.filter((claim) => has(bytes, claim))).toEqual([]);
  });

  it('is no longer claimed where there is none', async () => {
    const { file, map } = await ultraHdr();
    const { frame, told } = await read(file.subarray(0, file.length - map.length));
    expect(told.join()).toMatch(/claim of a gain map/);
    const { bytes } = await write(frame);
    expect(claims.filter((claim) => has(bytes, claim))).toEqual([]);
  });
});

describe('the video of a motion photo', () => {
  it.each(['directory', 'offset'] as const)('goes along byte for byte, claimed by its %s', async (form) => {
    const film = video();
    const { frame, told } = await read(await motionPhoto(form, film));
    expect(told).toEqual([]);
    for (const edited of [frame, brighter(frame)]) {
      const { bytes, codes } = await write(edited);
      expect(codes).toEqual([]);
      expect(sameBytes(bytes.subarray(endOfJpeg(bytes) ?? 0), film)).toBe(true);
      expect(has(bytes, `Item:Semantic="MotionPhoto" Item:Length="${film.length}"`)).toBe(true);
      expect(has(bytes, `GCamera:MicroVideoOffset="${film.length}"`)).toBe(form === 'offset');
      expect(has(bytes, 'PresentationTimestampUs="500000"')).toBe(form === 'directory');
      expect(sameBytes((await read(bytes)).frame.metadata.video?.bytes ?? film.subarray(1), film)).toBe(true);
    }
  });

  it('goes along with what makers put before it', async () => {
    const between = fromLatin1('SEF data of a maker');
    const whole = await motionPhoto('directory', video());
    const end = endOfJpeg(whole) ?? 0;
    const { frame } = await read(concat([whole.subarray(0, end), between, whole.subarray(end)]));
    const { bytes } = await write(frame);
    expect(sameBytes(bytes.subarray(endOfJpeg(bytes) ?? 0), concat([between, video()]))).toBe(true);
    expect(has(bytes, `Item:Semantic="Primary" Item:Padding="${between.length}"`)).toBe(true);
  });

  it('is no longer claimed where there is none, which is told', async () => {
    for (const file of [
      await motionPhoto('directory', new Uint8Array(0), 500),
      await motionPhoto('directory', video(), 400),
      await motionPhoto('offset', video(), 1_000_000),
    ]) {
      const { frame, told } = await read(file);
      expect(told.join()).toMatch(/claim of being a motion photo/);
      const { bytes } = await write(frame);
      expect(['MotionPhoto', 'MicroVideo', 'ftyp'].filter((word) => has(bytes, word))).toEqual([]);
    }
  });

  it('is told by formats that have none', async () => {
    const { frame } = await read(await motionPhoto('directory', video()));
    const { bytes, told } = await write(frame, 'png');
    expect(told).toMatch(/video of a motion photo/);
    expect(has(bytes, 'MotionPhoto')).toBe(false);
  });

  it('stands behind a gain map', async () => {
    const { file, map } = await ultraHdr();
    const { frame } = await read(file);
    const film = (await read(await motionPhoto('directory', video()))).frame.metadata.video;
    const both = { ...frame, metadata: { ...frame.metadata, ...(film && { video: film }) } };
    const { bytes } = await write(both);
    const again = (await read(bytes)).frame.metadata;
    expect(sameBytes(again.gainMap?.jpeg ?? film?.bytes ?? map, map)).toBe(true);
    expect(sameBytes(again.video?.bytes ?? map, video())).toBe(true);
  });
});

describe('other things behind a picture', () => {
  it('are told, and their list goes', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const { frame, told } = await read(listing(jpeg, await picture(40, 30).jpeg().toBuffer()));
    expect(told).toEqual([expect.stringMatching(/further pictures/)]);
    expect(has((await write(frame)).bytes, 'MPF\0')).toBe(false);
  });

  it('are known by what they say of themselves', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const saying = (text: string) => jpegWith(jpeg, [xmpSegment(new TextEncoder().encode(text))]);
    const apple = saying('<x xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"/>');
    const depth = saying('<x a="urn:com:apple:photo:2020:aux:disparity"/>');
    expect((await read(concat([jpeg, apple]))).told).toEqual([expect.stringMatching(/gain map of Apple/)]);
    expect((await read(listing(jpeg, depth))).told).toEqual([expect.stringMatching(/auxiliary pictures/)]);
    expect((await read(concat([jpeg, jpeg]))).told).toEqual([expect.stringMatching(/further pictures/)]);
    expect((await read(concat([jpeg, video()]))).told).toEqual([expect.stringMatching(/bytes behind/)]);
  });

  it('are not told where they are padding', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    expect((await read(concat([jpeg, new Uint8Array(300)]))).told).toEqual([]);
  });
});
