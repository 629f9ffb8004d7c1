/** Codes of watched folders, receipts and what is made of them. */
export const watchCodes = {
  'watch/not-live': {
    title: 'A pipeline cannot wait for files',
    mend: 'It must begin with `files` or `watch`, work on each photo by itself, and end with `save`.',
  },
  'receipt/none': {
    title: 'There is no receipt',
    mend: 'Receipts are kept beside the results of pipelines that end in `save`, in `.prismflow/`, and in the file itself with `encode: { receipt: xmp }`.',
  },
  'receipt/not-embedded': {
    title: 'A receipt was not put into a file',
    mend: 'It is still in the record beside the results. Only pipelines that turn files into one file each have receipts.',
  },
  'receipt/input-missing': {
    title: 'The photo that a result was made of is not to be found',
    mend: 'Say where it is now by --input. It is known by its content, whatever its name.',
  },
  'receipt/weights-changed': {
    title: 'Weights are not those that a result was made with',
    mend: 'Put the weights back, as their digests in the receipt say, or run the pipeline anew.',
  },
} as const;
