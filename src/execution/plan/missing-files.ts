import { stat } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Diagnostic,
  type Diagnostics,
  didYouMean,
  failure,
  fromDiagnostics,
} from '../../diagnostics/index.js';
import { isPlain } from '../../disk/glob.js';
import { onDisk } from '../../disk/names.js';
import { isObjectUrl } from '../../disk/objects/address.js';
import { pathsOf } from '../../operator/params/index.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { shippedModelNames } from '../../pipelines/shipped.js';
import { definedOnly } from '../../ports/defined.js';

/** Errors where a step reads a path at which there is nothing: `file/missing`, `s3/not-here`. */
export const missingFiles = ({ nodes }: Graph): TE.TaskEither<Diagnostics, undefined> => {
  const strangers = nodes.flatMap((node) =>
    node.operator.facts.objects === true
      ? []
      : pathsOf(node.operator.params.shape, node.written)
          .filter(({ path }) => isObjectUrl(path))
          .map(({ keys, path }) =>
            failure('s3/not-here', `\`${[node.operator.name, ...keys].join('.')}\` cannot be ${path}.`, {
              ...definedOnly({ span: node.spanOf(keys) }),
            }),
          ),
  );
  const [stranger, ...more] = strangers;
  if (stranger !== undefined) return TE.left([stranger, ...more]);
  const uses = nodes.flatMap((node) =>
    pathsOf(node.operator.params.shape, node.written)
      .filter(({ role }) => role !== 'output')
      .map((use) => ({ node, ...use })),
  );
  // What several steps read is missed once.
  const needed = uses.filter(({ path }, i) => uses.findIndex((use) => use.path === path) === i);
  return async () => {
    const missing = await Promise.all(
      needed.map(async ({ node, keys, path }): Promise<readonly Diagnostic[]> => {
        if (isObjectUrl(path)) return [];
        const found = await stat(onDisk(path)).then(
          () => true,
          () => false,
        );
        const span = node.spanOf(keys);
        return found
          ? []
          : [
              failure(
                'file/missing',
                `\`${[node.operator.name, ...keys].join('.')}\`: there is no ${path}.`,
                { ...definedOnly({ span }), ...(await hintFor(path, node)) },
              ),
            ];
      }),
    );
    return fromDiagnostics(missing.flat(), undefined);
  };
};

/** Whether a name of a path has signs of a pattern, braces among them. */
const isPattern = (name: string): boolean =>
  !isPlain(name) || (name.includes('{') && name.indexOf('}', name.indexOf('{')) > 0);

/** What a path was meant to be: a name in other quotes, a folder and a pattern in one, a model that ships. */
const hintFor = async (path: string, { operator }: GraphNode): Promise<{ readonly hint?: string }> => {
  if (/[“”„‘’«»]/.test(path))
    return { hint: 'Typographic quotes count as part of a name: use straight ones, `"` or `\'`.' };
  const names = path.split(sep);
  const first = names.findIndex(isPattern);
  if (first > 0 && Object.hasOwn(operator.params.shape.fields, 'match')) {
    const [folder, pattern] = [names.slice(0, first).join(sep), names.slice(first).join('/')].map((each) =>
      JSON.stringify(each),
    );
    return {
      hint: `The folder and the pattern are given apart: \`${operator.name}: { in: ${folder}, match: ${pattern} }\`.`,
    };
  }
  if (dirname(path) !== shippedModels) return {};
  return { hint: didYouMean(basename(path), await shippedModelNames()) };
};
