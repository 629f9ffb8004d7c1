/** Codes of the pipeline language: parsing, checking, planning. */
export const pipelineCodes = {
  'yaml/syntax': {
    title: 'The file is not valid YAML 1.2',
    mend: 'The excerpt shows where the parser stopped.',
  },
} as const;
