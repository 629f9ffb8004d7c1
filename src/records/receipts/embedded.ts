import { digestOf } from '../../disk/digest.js';
import { definedOnly } from '../../ports/defined.js';
import type { Json } from '../../ports/index.js';
import type { RecipeEntry } from '../journal/entries.js';

type Recipe = Pick<
  RecipeEntry,
  'name' | 'pipeline' | 'versions' | 'machine' | 'weights' | 'plugins' | 'engine' | 'memory' | 'certify'
>;

/** Whether an operator noted that it cut the picture into tiles, which are as large as memory allowed. */
const wasTiled = (notes: Readonly<Record<string, object>>): boolean =>
  Object.values(notes).some((facts) => 'tiles' in facts);

/**
 * A recipe as it goes into a file. What memory was allowed stands in it only where it mattered: it is what happened to be free,
 * and the same run should give the same bytes.
 */
export const embeddedRecipe = (
  { name, pipeline, versions, machine, weights, plugins, engine, memory, certify }: Recipe,
  notes: Readonly<Record<string, object>>,
): Readonly<Record<string, Json>> => {
  const made = {
    name,
    pipeline,
    versions,
    machine,
    weights,
    ...definedOnly({ plugins, engine }),
    ...(memory === undefined || !wasTiled(notes) ? {} : { memory }),
    ...(engine === undefined ? {} : definedOnly({ certify })),
  };
  return { id: digestOf(made), ...made };
};
