import type { Explanations } from '../explanation.js';

/** Codes of training networks, and of keeping what they learned. */
export const trainingCodes = {
  'training/several': {
    title: 'A pipeline with several trainings cannot be resumed as a whole',
    remedy:
      'Go on with each by itself: the same file whose `steps` are the stream of that one alone, as in `steps: [small]`, takes up its checkpoints by --resume.',
    disposition: 'permanent',
  },
  'training/parts': {
    title: 'A batch cannot be cut into as many equal parts as `accumulate` says',
    remedy: 'Let the number of `batch` be a multiple of `accumulate`.',
    disposition: 'permanent',
  },
  'training/report': {
    title: 'A report of a plugin failed, and the training went on without it',
    remedy:
      'The message is the plugin’s own. What was learned is not touched; the report can be taken up by --resume.',
    disposition: 'permanent',
  },
  'training/sizes': {
    title: 'Pictures of different sizes are to be learned from together',
    remedy: 'Bring them to one size before `batch`, as with `crop: { size: 256, random: true }`.',
    disposition: 'permanent',
  },
  'training/diverged': {
    title: 'The loss became infinite or not a number, twice',
    remedy:
      'Lower `rate` by a factor of 2 to 10, or set `clip: 1`; look for broken pictures in the sample grids. The last good checkpoint is kept.',
    disposition: 'fatal',
  },
  'training/restored': {
    title: 'The loss was not finite, so the last good state was restored and the rate halved',
    remedy: 'If it happens often, lower `rate` or set `clip: 1`.',
    disposition: 'permanent',
  },
  'training/other-state': {
    title: 'A checkpoint is that of another training',
    remedy:
      'Give the pipeline back the networks that the checkpoint was made with, or train into another folder.',
    disposition: 'permanent',
  },
  'training/exists': {
    title: 'There is a training in the folder already',
    remedy: 'Go on with it by --resume, or train into another folder.',
    disposition: 'permanent',
  },
  'training/no-checkpoint': {
    title: 'There is no training to go on with',
    remedy: 'Run without --resume, or check the folder that `snapshot` writes to.',
    disposition: 'permanent',
  },
  'training/checkpoint-damaged': {
    title: 'A checkpoint is damaged, and the one before it was used',
    remedy: 'Nothing need be done; if it happens again, check the disk.',
    disposition: 'permanent',
  },
  'training/checkpoint-unchecked': {
    title: 'A checkpoint was written by an earlier version, without a checksum of its description',
    remedy: 'Nothing need be done: the next checkpoint has one.',
    disposition: 'permanent',
  },
  'training/not-saved': {
    title: 'The last steps of a training could not be kept',
    remedy:
      'Make room, or make the folder writable, and go on by --resume: it begins after the last checkpoint.',
    disposition: 'permanent',
  },
  'training/model-exists': {
    title: 'There is a trained model in the folder already',
    remedy: 'Train into another folder, or move the model away: it is never trained over.',
    disposition: 'permanent',
  },
  'training/changed': {
    title: 'A training goes on with another pipeline than it was begun with',
    remedy:
      'Nothing need be done if that is meant; else bring the pipeline back to what it was, or train into another folder.',
    disposition: 'permanent',
  },
  'training/nothing-to-learn-from': {
    title: 'Of all photos of a pass none could be learned from',
    remedy:
      'The message says what is wrong with the first of them. Check the folder, and whether the photos can be opened.',
    disposition: 'permanent',
  },
  'training/started-from': {
    title: 'A training starts from a trained model',
    remedy: 'Nothing need be done. The message says what is taken over and what is new.',
    disposition: 'permanent',
  },
  'training/nothing-to-start-from': {
    title: 'Nothing of a model fits the network that is trained',
    remedy: 'Give `generator` the kind and options of the model: `pipe models FOLDER` prints them.',
    disposition: 'permanent',
  },
  'training/concluded': {
    title: 'A training had come to its end already, and its last state was made a model',
    remedy: 'Nothing need be done. Make the schedule longer to go on.',
    disposition: 'permanent',
  },
  'training/metrics-lost': {
    title: 'A report has no figures of some steps',
    remedy:
      'Nothing need be done: the training itself is whole. The file was changed, or the disk has lost a part of it.',
    disposition: 'permanent',
  },
  'training/no-validation': {
    title: 'A training is judged by no photo',
    remedy:
      'Add photos, so that some can be kept apart, or name a folder of others in the stream that `validate` reads.',
    disposition: 'permanent',
  },
  'training/not-judged-by': {
    title: 'A photo that a training should be judged by cannot be used',
    remedy:
      'Nothing need be done: the training is judged by the others. The message says what is wrong with it.',
    disposition: 'permanent',
  },
  'training/other-jury': {
    title: 'A training is judged by other photos than before',
    remedy:
      'Nothing need be done. The best model so far was the best by the photos before, so the next one counts as the best.',
    disposition: 'permanent',
  },
  'training/few-photos': {
    title: 'There are few photos to learn from',
    remedy:
      'Add photos, vary them more by `augment`, or start from a trained model by `start`. Look at how good the result is by photos that are kept apart.',
    disposition: 'permanent',
  },
  'training/small-photos': {
    title: 'Photos are smaller than what is learned from',
    remedy: 'Choose a smaller `size`, or take such photos out of the folder.',
    disposition: 'permanent',
  },
  'training/no-trial': {
    title: 'A training could not be tried',
    remedy: 'Look at it by `pipe plan` without --trial, or start it: its line says how long it takes.',
    disposition: 'permanent',
  },
  'training/ended-early': {
    title: 'There were too few items for the whole training',
    remedy: 'Say `repeat: true` at the source, so that the photos come round as often as they are needed.',
    disposition: 'permanent',
  },
  'training/not-resumable': {
    title: 'The pipeline keeps no checkpoints to go on with',
    remedy: 'Only pipelines with a `snapshot` step can be resumed.',
    disposition: 'permanent',
  },
  'training/ended': {
    title: 'The process of a training ended before the training did',
    remedy:
      'Go on with it: it begins after its latest checkpoint. If it ends again, the machine may lack memory: choose a smaller `batch` or `size`.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
