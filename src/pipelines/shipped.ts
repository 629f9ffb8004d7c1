import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedModels } from './check/absolute-path.js';

/** The folder of the examples that ship, each a pipeline in a file. */
export const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** The names of the models that ship, in order. */
export const shippedModelNames = async (): Promise<readonly string[]> => {
  const entries = await readdir(shippedModels, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
};

/** The pipeline that edits with a model that ships; undefined where no model of that name does. */
export const shippedPipeline = async (
  model: string,
): Promise<{ readonly path: string; readonly text: string } | undefined> => {
  if (!(await shippedModelNames()).includes(model)) return undefined;
  const path = join(examples, `${model}.yaml`);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { path, text };
};
