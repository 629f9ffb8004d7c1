/** Checkpoints as `snapshot` writes them. */
export { checkpointsIn, writeCheckpoint } from '../../nn/models/checkpoints.js';
