import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { stringify } from 'yaml';
import { all, type Diagnostics, failure } from '../../diagnostics/index.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { definedOnly } from '../../ports/defined.js';
import type { ImageFormat, Json } from '../../ports/index.js';
import { resolvedStep, sectionOf } from '../../records/receipts/resolved.js';
import { type EditPlan, editPlanOf, nodesIn } from './edit-plan.js';

/** How a chain of edits is written. */
export interface ChainOptions {
  /** One line that says what it does. */
  readonly about?: string;
  /** The format that the result has, whatever the last edit says. */
  readonly format?: ImageFormat | undefined;
}

/**
 * Several edits as one pipeline, in the order given: the photo is read once, goes through what each does between its `decode` and its
 * `encode`, and is written as the last one says. Parameters are filled in; models that ship are `prismflow:NAME`, other files
 * absolute; no plugin is named. Errors: `run/not-an-edit`; `serve/not-chainable` where an edit does not begin with `decode` and end with
 * `encode`, or names operators of plugins.
 *
 * @returns YAML that `pipe run` takes, with the parameters `photos` and `output`
 */
export const chainText = (
  graphs: readonly [Graph, ...Graph[]],
  { about, format }: ChainOptions = {},
): E.Either<Diagnostics, string> =>
  E.Monad.map(E.Monad.chain(all(graphs.map(editPlanOf)), linksOf), (links) =>
    stringify(
      {
        version: 1,
        ...definedOnly({ about }),
        ...(graphs[0].seed === 0 ? {} : { seed: graphs[0].seed }),
        params: {
          photos: { type: 'path', default: '../photos', about: 'Folder or file' },
          output: { type: 'path', default: '../edited', about: 'Folder of the results' },
        },
        ...sectionsOf(links, format),
      },
      { lineWidth: 0 },
    ),
  );

/** What one edit gives to a chain. */
interface Link {
  readonly decode: GraphNode;
  readonly encode: GraphNode;
  /** What stands between them. */
  readonly nodes: readonly GraphNode[];
  /** The section that its result is in. */
  readonly last: string;
}

const linksOf = (plans: readonly EditPlan[]): E.Either<Diagnostics, readonly Link[]> =>
  all(plans.map(linkOf));

const linkOf = (plan: EditPlan): E.Either<Diagnostics, Link> => {
  const nodes = nodesIn(plan);
  const first = nodes.filter(({ reads }) => plan.sources.has(reads.items ?? ''));
  const [decode] = first;
  const encode = nodes.at(-1);
  const isPlain = first.every(({ operator }) => operator.name === 'decode');
  const isOwn = nodes.every(
    ({ operator }) => !(plan.graph.plugins ?? []).some((plugin) => plugin.operators?.includes(operator.name)),
  );
  if (decode === undefined || encode?.operator.name !== 'encode' || !isPlain || !isOwn)
    return E.left([
      failure(
        'serve/not-chainable',
        `\`${plan.graph.name}\` cannot be put together with others: it ${isOwn ? 'does not read a photo with `decode` and write one with `encode`' : 'has steps of a plugin'}.`,
      ),
    ]);
  return E.right({
    decode,
    encode,
    nodes: nodes.filter((node) => !first.includes(node) && node !== encode),
    last: sectionOf(plan.graph.result),
  });
};

const SOURCE: Json = { files: { in: '$photos' } };
const SINK: Json = { save: { to: '$output/{path}' } };

/** Streams where an edit has any, and the steps. */
const sectionsOf = (links: readonly Link[], format: ImageFormat | undefined): object => {
  const [first] = links as readonly [Link];
  const end = [encodeStep((links.at(-1) as Link).encode, format), SINK];
  const begin = [SOURCE, resolvedStep(first.decode, referTo)];
  if (links.every(({ nodes, last }) => nodes.every(({ path }) => sectionOf(path) === last)))
    return {
      steps: [
        ...begin,
        ...links.flatMap(({ nodes }) => nodes.map((node) => resolvedStep(node, referTo))),
        ...end,
      ],
    };
  const streams: Record<string, readonly Json[]> = { photo: begin };
  let input = 'photo';
  for (const [i, link] of links.entries()) {
    const made = streamsOf(link, `edit${i + 1}`, input);
    Object.assign(streams, made.streams);
    input = made.result;
  }
  const { [input]: result = [], ...others } = streams;
  return input === 'photo' ? { steps: [...begin, ...end] } : { streams: others, steps: [...result, ...end] };
};

/** The sections of one edit as streams of their own; the last one has the edit's own name. */
const streamsOf = (
  { nodes, last }: Link,
  name: string,
  input: string,
): { readonly streams: Readonly<Record<string, readonly Json[]>>; readonly result: string } => {
  const paths = new Set(nodes.map(({ path }) => path));
  const called = (section: string): string =>
    section === last ? name : `${name}-${section.replace(/^streams\./, '')}`;
  const streamOf = (read: string): string => (paths.has(read) ? called(sectionOf(read)) : input);
  const sections = [...new Set(nodes.map(({ path }) => sectionOf(path)))];
  const streams = sections.map((section) => {
    const own = nodes.filter(({ path }) => sectionOf(path) === section);
    const before = own[0]?.reads.items;
    const begins = before === undefined ? [] : [streamOf(before)];
    return [called(section), [...begins, ...own.map((node) => stepReading(node, streamOf))]] as const;
  });
  return { streams: Object.fromEntries(streams), result: sections.includes(last) ? name : input };
};

/** A step; of one that reads streams by name, by the names that they have in the chain. */
const stepReading = (node: GraphNode, streamOf: (read: string) => string): Json => {
  const { items: _, ...reads } = node.reads;
  const named = Object.entries(reads).map(([key, read]) => [key, streamOf(read)] as const);
  return named.length === 0
    ? resolvedStep(node, referTo)
    : resolvedStep(node, referTo, { ...(node.written as object), ...Object.fromEntries(named) });
};

/** Options of `encode` that each format takes beside `metadata` and `receipt`. */
const TAKES: Readonly<Record<ImageFormat, readonly string[]>> = {
  jpeg: ['quality', 'chromaSubsampling', 'progressive'],
  png: ['progressive', 'effort'],
  webp: ['quality', 'effort', 'lossless'],
  avif: ['quality', 'effort', 'lossless', 'chromaSubsampling'],
  tiff: ['effort'],
  gif: ['progressive', 'effort'],
};

/** `encode` in another format: what it says for its own is left out where that has no such thing. */
const encodeStep = (node: GraphNode, format: ImageFormat | undefined): Json => {
  const { format: own, ...written } = node.written as { readonly format?: ImageFormat };
  if (format === undefined || format === own) return resolvedStep(node, referTo);
  const taken = new Set([...TAKES[format], 'metadata', 'receipt']);
  const kept = Object.fromEntries(Object.entries(written).filter(([key]) => taken.has(key)));
  return resolvedStep(node, referTo, { format, ...kept });
};

/** A model that ships by its name, any other path as it is. */
const referTo = (path: string): string =>
  dirname(path) === shippedModels ? `prismflow:${path.slice(shippedModels.length + 1)}` : path;
