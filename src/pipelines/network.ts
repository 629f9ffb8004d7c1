import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, type Diagnostics, failure } from '../diagnostics/index.js';
import { isObjectUrl, isWithinPlace, objectUrl, readObjectUrl } from '../disk/objects/address.js';
import { pathsOf } from '../operator/params/index.js';
import { definedOnly } from '../ports/defined.js';
import type { Graph } from './check/graph.js';

/** Addresses of objects that a pipeline reads or writes, and where they stand. */
const objectsIn = ({ nodes }: Graph) =>
  nodes.flatMap((node) =>
    pathsOf(node.operator.params.shape, node.written)
      .filter(({ path }) => isObjectUrl(path))
      .map(({ keys, path }) => ({
        path: path.replace(/\{.*$/s, '').replace(/\/[^/]*$/, '/'),
        whole: path,
        span: node.spanOf(keys),
      })),
  );

/** The part of an address of a server that says where it is: scheme, host and port. */
const serverOf = (address: string): string | undefined => {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port } = new URL(address);
  return hostname === '' ? undefined : `${protocol}//${hostname}:${port || '6379'}`;
};

const isObjectNamed = (url: string, allowed: readonly string[]): boolean => {
  const place = readObjectUrl(url);
  return allowed.some((each) => {
    const top = isObjectUrl(each) ? readObjectUrl(each) : undefined;
    return top !== undefined && E.isRight(top) && E.isRight(place) && isWithinPlace(top.right, place.right);
  });
};

const refusal = (what: string, name: string, about: { readonly span?: NonNullable<Diagnostic['span']> }) =>
  failure('pipeline/network', `${what}, which you have not named.`, {
    ...about,
    hint: `If you trust the file: --allow ${name}`,
  });

/**
 * Refuses a pipeline whose file asks for a place in the network that the user has not named: a stranger's file must not make the program
 * connect there, nor send photos. Error: `pipeline/network`.
 *
 * @param named addresses that the user gave, such as `s3://bucket/prefix` and `redis://host:6379`: what lies below counts as well
 */
export const requireNamed = (graph: Graph, named: readonly string[]): E.Either<Diagnostics, Graph> => {
  const objects = objectsIn(graph).flatMap(({ path, whole, span }) => {
    const url = whole.includes('{') ? path : whole;
    if (isObjectNamed(url, named)) return [];
    const place = readObjectUrl(url);
    // What cannot be read is refused with the parameters.
    if (E.isLeft(place)) return [];
    const shown = objectUrl(place.right);
    return [refusal(`The pipeline uses ${shown}`, shown, definedOnly({ span }))];
  });
  const [first, ...others] = objects;
  return first === undefined ? E.right(graph) : E.left([first, ...others]);
};

/** The same of the queue that a file names. Error: `pipeline/network`. */
export const requireServerNamed = (on: string, named: readonly string[]): E.Either<Diagnostics, string> => {
  const server = serverOf(on);
  return named.some((each) => serverOf(each) === server)
    ? E.right(on)
    : E.left([
        refusal(
          `The pipeline’s photos would be worked on at ${server ?? 'an address that cannot be read'}`,
          `${server ?? 'redis://host:6379'}; --on none does the work here`,
          {},
        ),
      ]);
};
