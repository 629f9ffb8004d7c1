import { stringify } from 'yaml';
import { escapeDollars } from '../../pipelines/parse/tree.js';

/**
 * A pipeline that edits photos with the model of a training, as YAML.
 *
 * @param models the folder of the training, from the folder of the pipeline's file
 * @param isLatest whether it has no snapshot yet, so that the state of its latest checkpoint edits
 */
export const modelPipeline = (models: string, isLatest: boolean, about: string): string =>
  stringify(
    {
      version: 1,
      about,
      params: {
        photos: { type: 'path', default: '../photos', about: 'Folder or file' },
        output: { type: 'path', default: '../edited', about: 'Folder of the results' },
        strength: { type: 'number', default: 1, min: 0, max: 1, about: '0: the photo, 1: the whole edit' },
        trust: {
          type: 'number',
          default: 0,
          min: 0,
          max: 1,
          about: 'How far to lean back to the photo where the model is unsure',
        },
      },
      steps: [
        { files: { in: '$photos' } },
        'decode',
        {
          'ensemble.average': {
            models: escapeDollars(models),
            strength: '$strength',
            trust: '$trust',
            ...(isLatest ? { at: 'latest' } : {}),
          },
        },
        { encode: { like: 'source', quality: 92 } },
        { save: { to: '$output/{path}' } },
      ],
    },
    { lineWidth: 0 },
  );
