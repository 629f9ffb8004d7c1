import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { type AnyPart, partKinds } from '../../operator/part.js';
import type { Operator, Registry } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { Named } from '../parse/pipeline-file.js';
import { shownName } from './naming.js';

const isPart = (value: unknown): value is AnyPart =>
  typeof value === 'object' &&
  value !== null &&
  'part' in value &&
  (partKinds as readonly unknown[]).includes(value.part) &&
  'name' in value &&
  typeof value.name === 'string' &&
  'params' in value;

/** What `defineGenerator` and the like gave, or a list of it. */
export const partsIn = (exported: unknown): readonly AnyPart[] =>
  Array.isArray(exported) ? exported.flatMap(partsIn) : isPart(exported) ? [exported] : [];

/** Why a part cannot be added to an operator: its name is taken. */
const takenBy = ({ name, extended }: Operator, parts: readonly AnyPart[]): string | undefined => {
  const twice = parts.find((part, i) =>
    [
      ...(extended?.takes[part.part] ?? []),
      ...parts.slice(0, i).flatMap((before) => (before.part === part.part ? [before.name] : [])),
    ].includes(part.name),
  );
  return twice && `the ${twice.part} \`${twice.name}\`, which \`${name}\` knows already`;
};

/** The operators of a registry, those that take such parts with them. Error: `pipeline/plugin`, for a name that is taken. */
export const withParts = (
  registry: Registry,
  plugin: Named,
  parts: readonly AnyPart[],
): E.Either<Diagnostics, Registry> => {
  const takers = [...registry.values()].filter(({ extended }) =>
    parts.some(({ part }) => extended?.takes[part] !== undefined),
  );
  const why = takers.map((operator) => takenBy(operator, parts)).find((each) => each !== undefined);
  return why === undefined
    ? E.right(
        new Map([
          ...registry,
          ...takers.map((operator) => [operator.name, operator.extended?.by(parts) ?? operator] as const),
        ]),
      )
    : E.left([
        failure(
          'pipeline/plugin',
          `The plugin ${shownName(plugin.name)} defines ${why}.`,
          definedOnly({ span: plugin.span }),
        ),
      ]);
};
