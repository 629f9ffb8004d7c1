import { join } from 'node:path';

/** The name of the folder beside a model that holds the best one of its training. */
export const BEST = 'best';

/** That folder, of a folder of models. */
export const bestFolder = (models: string): string => join(models, BEST);
