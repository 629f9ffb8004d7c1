/** Codes of the pipeline language: parsing, checking, planning. */
export const pipelineCodes = {
  'yaml/syntax': {
    title: 'The file is not valid YAML 1.2',
    mend: 'The excerpt shows where the parser stopped.',
  },
  'param/unknown-key': {
    title: 'A parameter that the operator does not have',
    mend: '`pipe ops NAME` lists the parameters of an operator.',
  },
  'param/missing': {
    title: 'A parameter that must be given is not there',
    mend: '`pipe ops NAME` says what it is for.',
  },
  'param/type': {
    title: 'A parameter is of the wrong kind',
    mend: '`pipe ops NAME` says what it can be.',
  },
  'param/range': {
    title: 'A parameter is out of its range',
    mend: 'The message gives the range.',
  },
  'param/choice': {
    title: 'A parameter is none of the values that it can be',
    mend: '`pipe ops NAME` lists them.',
  },
  'param/value': {
    title: 'A parameter does not make sense here',
    mend: 'The message says why.',
  },
} as const;
