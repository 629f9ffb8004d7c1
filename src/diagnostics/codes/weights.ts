import type { Explanations } from '../explanation.js';

/** Codes of trained weights: the folder of a model, its snapshots, and files of tensors. */
export const weightsCodes = {
  'weights/unreadable': {
    title: 'A file of weights cannot be read',
    remedy: 'The message is the system’s own.',
    disposition: 'permanent',
  },
  'weights/not-safetensors': {
    title: 'A file is not in the safetensors format, or breaks its rules',
    remedy: 'Get the file again, or train the model again: nothing of such a file can be trusted.',
    disposition: 'permanent',
  },
  'weights/damaged': {
    title: 'A file of weights is not the one that was written',
    remedy:
      'Its size or SHA-256 differs from what was noted: get it again from where it came, or take its entry out of `model.json`.',
    disposition: 'permanent',
  },
  'weights/outside': {
    title: 'A file of a model is a link that leads out of its folder',
    remedy: 'Put a copy of the file itself into the folder of the model.',
    disposition: 'permanent',
  },
  'weights/too-large': {
    title: 'Weights are larger than the machine has memory for, or than any are',
    remedy: 'Use a machine with more memory; if the model came from elsewhere, do not trust the file.',
    disposition: 'permanent',
  },
  'weights/unknown-generator': {
    title: 'A model’s network comes from a plugin that is not loaded',
    remedy:
      'A model is data and brings no code: name the plugin that it was trained with under `plugins:` of the pipeline, or by `--plugin` of `pipe apply` and `pipe export`, and allow it.',
    disposition: 'permanent',
  },
  'weights/no-model': {
    title: 'A folder holds no trained model',
    remedy: 'Give the folder that `snapshot` writes to: `model.json` and `snapshot-….safetensors` are in it.',
    disposition: 'permanent',
  },
  'weights/no-snapshots': {
    title: 'A model has no snapshot, or not so many as were asked for',
    remedy: 'A snapshot is written at the end of each restart cycle: train on, or ask for fewer.',
    disposition: 'permanent',
  },
  'weights/model-json': {
    title: 'The `model.json` of a model is not as it must be',
    remedy: 'Get it again from where the model came; the message says what is wrong in it.',
    disposition: 'permanent',
  },
  'weights/mismatch': {
    title: 'Weights do not belong to the network that the model says it is',
    remedy: 'The `generator` of `model.json` and the snapshots must come from the same training.',
    disposition: 'permanent',
  },
  'weights/export-size': {
    title: 'A model cannot be exported for pictures of all sizes',
    remedy: 'Say for which size, as in `--size 1920x1080`.',
    disposition: 'permanent',
  },
  'weights/export-differs': {
    title: 'An exported model gives other results than the model it was made of',
    remedy: 'Nothing was written. This is a fault of the program: please report it with the model.',
    disposition: 'permanent',
  },
  'weights/other-model': {
    title: 'A folder holds a model of another network',
    remedy: 'Write to another folder, or move the old model away.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
