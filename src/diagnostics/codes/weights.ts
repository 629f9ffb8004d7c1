/** Codes of trained weights: the folder of a model, its snapshots, and files of tensors. */
export const weightsCodes = {
  'weights/unreadable': {
    title: 'A file of weights cannot be read',
    remedy: 'The message is the system’s own.',
  },
  'weights/not-safetensors': {
    title: 'A file is not in the safetensors format, or breaks its rules',
    remedy: 'Get the file again, or train the model again: nothing of such a file can be trusted.',
  },
  'weights/damaged': {
    title: 'A file of weights is not the one that was written',
    remedy:
      'Its size or SHA-256 differs from what was noted: get it again from where it came, or take its entry out of `model.json`.',
  },
  'weights/no-model': {
    title: 'A folder holds no trained model',
    remedy: 'Give the folder that `snapshot` writes to: `model.json` and `snapshot-….safetensors` are in it.',
  },
  'weights/no-snapshots': {
    title: 'A model has no snapshot, or not so many as were asked for',
    remedy: 'A snapshot is written at the end of each restart cycle: train on, or ask for fewer.',
  },
  'weights/model-json': {
    title: 'The `model.json` of a model is not as it must be',
    remedy: 'Get it again from where the model came; the message says what is wrong in it.',
  },
  'weights/mismatch': {
    title: 'Weights do not belong to the network that the model says it is',
    remedy: 'The `generator` of `model.json` and the snapshots must come from the same training.',
  },
  'weights/export-size': {
    title: 'A model cannot be exported for pictures of all sizes',
    remedy: 'Say for which size, as in `--size 1920x1080`.',
  },
  'weights/export-differs': {
    title: 'An exported model gives other results than the model it was made of',
    remedy: 'Nothing was written. This is a fault of the program: please report it with the model.',
  },
  'weights/other-model': {
    title: 'A folder holds a model of another network',
    remedy: 'Write to another folder, or move the old model away.',
  },
} as const;
