/** Codes of watched folders, receipts and what is made of them. */
export const watchCodes = {
  'watch/not-live': {
    title: 'A pipeline cannot wait for files',
    mend: 'It must begin with `files` or `watch`, work on each photo by itself, and end with `save`.',
  },
} as const;
