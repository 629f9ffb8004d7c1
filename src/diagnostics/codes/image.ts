/** Codes of reading and writing pictures. */
export const imageCodes = {
  'image/unreadable': {
    title: 'The file cannot be decoded as a picture',
    mend: 'Open it in another program; if it opens there, please report it with the file.',
  },
} as const;
