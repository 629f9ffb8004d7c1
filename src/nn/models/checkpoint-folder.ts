import { join } from 'node:path';

/** The name of the folder that a training keeps its checkpoints in, beside its model. */
export const CHECKPOINTS = 'checkpoints';

/** That folder, of a folder of models. */
export const checkpointFolder = (models: string): string => join(models, CHECKPOINTS);
