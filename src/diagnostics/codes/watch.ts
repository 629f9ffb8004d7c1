/** Codes of watched folders, receipts and what is made of them. */
export const watchCodes = {
  'law/not-finite': {
    title: 'An operator gave a sample that is no number',
    remedy:
      'This is a fault of the operator: a division by zero, a logarithm of nothing. `pipe shrink` finds the smallest case.',
  },
  'law/range': {
    title: 'An operator gave a sample that is far out of range',
    remedy:
      'Samples are within 0..1, somewhat beyond for colours outside sRGB. `pipe shrink` finds the smallest case.',
  },
  'shrink/unreadable': {
    title: 'The photo cannot be read, so there is nothing to make smaller',
    remedy: 'The message says what is wrong with the file.',
  },
  'shrink/nothing': {
    title: 'No operator fails on the photo',
    remedy: 'Is it the right pipeline, with the parameters (--set) with which it failed?',
  },
  'watch/not-live': {
    title: 'A pipeline cannot wait for files',
    remedy: 'It must begin with `files` or `watch`, work on each photo by itself, and end with `save`.',
  },
  'receipt/none': {
    title: 'There is no receipt',
    remedy:
      'Receipts are kept beside the results of pipelines that end in `save`, in `.prismflow/`, and in the file itself with `encode: { receipt: xmp }`.',
  },
  'receipt/not-embedded': {
    title: 'A receipt was not put into a file',
    remedy:
      'It is still in the record beside the results. Only pipelines that turn files into one file each have receipts.',
  },
  'receipt/input-missing': {
    title: 'The photo that a result was made of is not to be found',
    remedy: 'Say where it is now by --input. It is known by its content, whatever its name.',
  },
  'receipt/weights-changed': {
    title: 'Weights are not those that a result was made with',
    remedy: 'Put the weights back, as their digests in the receipt say, or run the pipeline anew.',
  },
} as const;
