import { bytesOf, bytesPerSample, type Extent, pixelsOf } from '../image/decoding/extent.js';
import type { Operator } from './operator.js';
import type { CheckedParams } from './params/index.js';

/** Bytes of a picture as floats, its transparency included. */
export const floatsOf = (picture: Extent): number =>
  pixelsOf(picture) * (picture.channels + (picture.alpha ? 1 : 0)) * bytesPerSample.float32;

/**
 * The memory of an operator that makes a new picture, with so many pictures of floats at once on its way: what it is given is
 * copied to the engine, and what the engine made is copied from it.
 */
export const floatPictures =
  (count: number) =>
  (_: unknown, picture: Extent, result: Extent): number =>
    bytesOf(picture) + 2 * bytesOf(result) + count * Math.max(floatsOf(picture), floatsOf(result));

/** The memory of an operator that makes a new picture and nothing else. */
export const resultOnly = (_params: unknown, _picture: Extent, result: Extent): number => bytesOf(result);

/** What is promised for operators that promise nothing themselves. */
const usual = floatPictures(8);

/** Bytes of what is computed of two strips of a picture, of a quarter of a megapixel each. */
const STRIPS = 64 * 2 ** 20;

/** Bytes that a tensor program takes which runs strip by strip, since pixels are worked on by themselves. */
export const memoryInStrips = (picture: Extent, result: Extent): number =>
  bytesOf(result) + Math.min(STRIPS, 8 * floatsOf(picture));

/**
 * Bytes that work of an operator on a whole picture takes at most, beside that picture and with its result: what the operator
 * promises, or what is usual.
 */
export const memoryOf = (
  { facts }: Operator,
  params: CheckedParams,
  picture: Extent,
  result: Extent,
): number => (facts.memory ?? usual)(params, picture, result);
