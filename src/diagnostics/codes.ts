import { imageCodes } from './codes/image.js';
import { jobCodes } from './codes/jobs.js';
import { lutCodes } from './codes/lut.js';
import { modelCodes } from './codes/model.js';
import { pictureCodes } from './codes/picture.js';
import { pipelineCodes } from './codes/pipeline.js';
import { pluginCodes } from './codes/plugin.js';
import { queueCodes } from './codes/queue.js';
import { runCodes } from './codes/run.js';
import { s3Codes } from './codes/s3.js';
import { serveCodes } from './codes/serve.js';
import { tensorCodes } from './codes/tensor.js';
import { tilesCodes } from './codes/tiles.js';
import { trainingCodes } from './codes/training.js';
import { watchCodes } from './codes/watch.js';
import { weightsCodes } from './codes/weights.js';
import type { Disposition, Explanation } from './explanation.js';

/**
 * Every code, with what it means, how such a thing is fixed (the text behind `pipe explain` and the docs) and what it means for
 * a run.
 */
export const codes = {
  ...tensorCodes,
  ...imageCodes,
  ...pictureCodes,
  ...modelCodes,
  ...lutCodes,
  ...weightsCodes,
  ...tilesCodes,
  ...pipelineCodes,
  ...pluginCodes,
  ...runCodes,
  ...watchCodes,
  ...trainingCodes,
  ...serveCodes,
  ...jobCodes,
  ...queueCodes,
  ...s3Codes,
} as const;

/** The closed union of error codes. */
export type Code = keyof typeof codes;

/** True for a code that this version knows. */
export const isCode = (code: string): code is Code => Object.hasOwn(codes, code);

/** What an error of a code means for a run; one of a code that this version does not know, as plugins can give, is permanent. */
export const dispositionOf = (code: string): Disposition =>
  isCode(code) ? codes[code].disposition : 'permanent';

/** True for what a place where results go can lack, and get back. */
export const isRetriedAtSink = (code: string): boolean => {
  if (!isCode(code)) return false;
  const explanation: Explanation = codes[code];
  return explanation.retriedAtSink === true;
};
