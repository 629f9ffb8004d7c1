/** Checkpoints as `snapshot` writes them. */
export { checkpointsIn, keepLatest, writeCheckpoint } from '../../nn/models/checkpoints.js';
