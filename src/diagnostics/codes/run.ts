/** Codes of a run: items, files and sinks. */
export const runCodes = {
  'run/operator-threw': {
    title: 'An operator threw on an item',
    mend: 'The item is set aside and the others go on; the message is the operator’s own.',
  },
  'run/cancelled': {
    title: 'The run was stopped by the user',
    mend: 'Run it again: what is done is skipped.',
  },
} as const;
