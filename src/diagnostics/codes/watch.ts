import type { Explanations } from '../explanation.js';

/** Codes of watched folders, receipts and what is made of them. */
export const watchCodes = {
  'law/not-finite': {
    title: 'An operator gave a sample that is no number',
    remedy:
      'This is a fault of the operator: a division by zero, a logarithm of nothing. `pipe shrink` finds the smallest case.',
    disposition: 'permanent',
  },
  'law/range': {
    title: 'An operator gave a sample that is far out of range',
    remedy:
      'Samples are within 0..1, somewhat beyond for colours outside sRGB. `pipe shrink` finds the smallest case.',
    disposition: 'permanent',
  },
  'shrink/unreadable': {
    title: 'The photo cannot be read, so there is nothing to make smaller',
    remedy: 'The message says what is wrong with the file.',
    disposition: 'permanent',
  },
  'shrink/nothing': {
    title: 'No operator fails on the photo',
    remedy: 'Is it the right pipeline, with the parameters (--set) with which it failed?',
    disposition: 'permanent',
  },
  'watch/not-live': {
    title: 'A pipeline cannot wait for files',
    remedy: 'It must begin with `files` or `watch`, work on each photo by itself, and end with `save`.',
    disposition: 'permanent',
  },
  'receipt/none': {
    title: 'There is no receipt',
    remedy:
      'Receipts are kept beside the results of pipelines that end in `save`, in `.prismflow/`, and in the file itself with `encode: { receipt: xmp }`.',
    disposition: 'permanent',
  },
  'receipt/not-embedded': {
    title: 'A receipt was not put into a file',
    remedy:
      'It is still in the record beside the results. Only pipelines that turn files into one file each have receipts.',
    disposition: 'permanent',
  },
  'receipt/input-missing': {
    title: 'The photo that a result was made of is not to be found',
    remedy: 'Say where it is now by --input. It is known by its content, whatever its name.',
    disposition: 'permanent',
  },
  'receipt/outside': {
    title: 'A receipt names a file that is not where files may be read for it',
    remedy:
      'A receipt comes with a photo, from anybody. What it names is read beside the photo, below the folder in which the command runs, and below folders given with --read; the photo that it was made of also where --input says.',
    disposition: 'permanent',
  },
  'receipt/plugin': {
    title: 'A plugin that a result was made with is not to be found',
    remedy:
      'It is known by the digest of its content. Put it where the receipt says, below the folder in which the command runs, or name its folder with --read.',
    disposition: 'permanent',
  },
  'receipt/too-large': {
    title: 'A receipt names more than is read for it',
    remedy:
      'Weights that a receipt names have 8 GiB and 10,000 files at most. Run the pipeline itself instead.',
    disposition: 'permanent',
  },
  'receipt/weights-changed': {
    title: 'Weights are not those that a result was made with',
    remedy: 'Put the weights back, as their digests in the receipt say, or run the pipeline anew.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
