/** Codes of training networks, and of keeping what they learned. */
export const trainingCodes = {
  'training/sizes': {
    title: 'Pictures of different sizes are to be learned from together',
    remedy: 'Bring them to one size before `batch`, as with `crop: { size: 256, random: true }`.',
  },
  'training/diverged': {
    title: 'The loss became infinite or not a number, twice',
    remedy:
      'Lower `rate` by a factor of 2 to 10, or set `clip: 1`; look for broken pictures in the sample grids. The last good checkpoint is kept.',
  },
  'training/restored': {
    title: 'The loss was not finite, so the last good state was restored and the rate halved',
    remedy: 'If it happens often, lower `rate` or set `clip: 1`.',
  },
  'training/other-state': {
    title: 'A checkpoint is that of another training',
    remedy:
      'Give the pipeline back the networks that the checkpoint was made with, or train into another folder.',
  },
  'training/exists': {
    title: 'There is a training in the folder already',
    remedy: 'Go on with it by --resume, or train into another folder.',
  },
  'training/no-checkpoint': {
    title: 'There is no training to go on with',
    remedy: 'Run without --resume, or check the folder that `snapshot` writes to.',
  },
  'training/checkpoint-damaged': {
    title: 'A checkpoint is damaged, and the one before it was used',
    remedy: 'Nothing need be done; if it happens again, check the disk.',
  },
  'training/ended-early': {
    title: 'There were too few items for the whole training',
    remedy: 'Say `repeat: true` at the source, so that the photos come round as often as they are needed.',
  },
  'training/not-resumable': {
    title: 'The pipeline keeps no checkpoints to go on with',
    remedy: 'Only pipelines with a `snapshot` step can be resumed.',
  },
} as const;
