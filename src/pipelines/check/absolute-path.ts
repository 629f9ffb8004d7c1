import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the models that ship with Prismflow. */
export const shippedModels = fileURLToPath(new URL('../../../models', import.meta.url));

/**
 * An absolute path. `~` at the beginning is the home directory; `prismflow:NAME` is the model of that name that ships with
 * Prismflow, wherever the pipeline stands.
 */
export const absolutePath = (written: string, folder: string): string => {
  if (written === '~' || written.startsWith('~/')) return join(homedir(), written.slice(1));
  const shipped = /^prismflow:([\w-]+)$/.exec(written)?.[1];
  return shipped === undefined ? resolve(folder, written) : join(shippedModels, shipped);
};
