import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObjectUrl } from '../../disk/objects/address.js';

/** The folder of the models that ship with Prismflow. */
export const shippedModels = fileURLToPath(new URL('../../../models', import.meta.url));

/**
 * An absolute path. `~` at the beginning is the home directory; `prismflow:NAME` is the model of that name that ships with
 * Prismflow, wherever the pipeline stands. An address of objects (`s3://…`) is the same everywhere.
 */
export const absolutePath = (written: string, folder: string): string => {
  if (isObjectUrl(written)) return written;
  if (written === '~' || written.startsWith('~/')) return join(homedir(), written.slice(1));
  const shipped = /^prismflow:([\w-]+)$/.exec(written)?.[1];
  return shipped === undefined ? resolve(folder, written) : join(shippedModels, shipped);
};
