import { relative } from 'node:path';
import { isObjectUrl } from '../../disk/objects/address.js';
import { pathsOf } from '../../operator/params/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { escapeDollars } from '../../pipelines/parse/tree.js';
import { type PluginUse, pluginsOf } from '../../pipelines/plugins.js';
import { definedOnly } from '../../ports/defined.js';
import type { Json } from '../../ports/index.js';

/**
 * A graph as a pipeline's file that compiles to the same graph again, at the same places: every parameter written out,
 * none left to be set, streams kept, since random choices depend on an operator's place.
 *
 * @param folder where the paths in it start, as if the file stood there
 */
export const resolvedPipeline = (graph: Graph, folder: string): Json =>
  pipelineOf(
    graph,
    (path) => way(folder, path),
    usedPlugins(graph).map((plugin) => pluginFrom(plugin, folder)),
  );

/** The same without plugins, where paths are to be written in another way. @param refer how an absolute path is written */
export const redirectedPipeline = (graph: Graph, refer: (path: string) => string): Json =>
  pipelineOf(graph, refer, []);

const pipelineOf = (graph: Graph, refer: (path: string) => string, plugins: readonly string[]): Json => {
  const { nodes, result, seed, about } = graph;
  const sections = [...new Set(nodes.map(({ path }) => sectionOf(path)))];
  const last = sectionOf(result);
  const stepsOf = (section: string): readonly Json[] => {
    const own = nodes.filter(({ path }) => sectionOf(path) === section);
    return [
      ...(own[0] === undefined ? [] : beginning(own[0])),
      ...own.map((node) => resolvedStep(node, refer)),
    ];
  };
  const streams = sections.filter((section) => section !== last);
  return {
    version: 1,
    ...definedOnly({ about }),
    ...(seed === 0 ? {} : { seed }),
    ...(plugins.length === 0 ? {} : { plugins }),
    ...(streams.length === 0
      ? {}
      : { streams: Object.fromEntries(streams.map((section) => [nameOf(section), stepsOf(section)])) }),
    steps: stepsOf(last),
  };
};

/** `streams.hazy` of `streams.hazy[1]/degrade.haze`. */
export const sectionOf = (path: string): string => path.slice(0, path.indexOf('['));

const nameOf = (section: string): string => section.replace(/^streams\./, '');

/** A section that begins with a stream has no operator at its first place. */
const beginning = ({ path, reads }: GraphNode): readonly Json[] => {
  const { items } = reads;
  return items === undefined || sectionOf(items) === sectionOf(path) ? [] : [nameOf(sectionOf(items))];
};

/** Operators one after the other as steps, every parameter written out; paths start at the folder. */
export const resolvedSteps = (nodes: readonly GraphNode[], folder: string): readonly Json[] =>
  nodes.map((node) => stepOf(node, folder));

const stepOf = (node: GraphNode, folder: string): Json => resolvedStep(node, (path) => way(folder, path));

/**
 * An operator as a step, every parameter written out.
 *
 * @param refer how an absolute path is written
 * @param written its parameters, where they are to be others than its own
 */
export const resolvedStep = (
  { operator, written: own }: GraphNode,
  refer: (path: string) => string,
  written = own,
): Json => {
  const paths = new Map(
    pathsOf(operator.params.shape, written).map(({ keys, path }) => [keys.join('.'), path]),
  );
  const params = from(refer, paths, written, []);
  return isEmpty(params) ? operator.name : { [operator.name]: params };
};

const isEmpty = (params: Json): boolean =>
  typeof params === 'object' && params !== null && Object.keys(params).length === 0;

/** The value with its paths as they are referred to, and without what is not given. */
const from = (
  refer: (path: string) => string,
  paths: ReadonlyMap<string, string>,
  value: unknown,
  at: readonly string[],
): Json => {
  const path = paths.get(at.join('.'));
  if (path !== undefined && typeof value === 'string') return escapeDollars(refer(path));
  if (Array.isArray(value)) return value.map((each, i) => from(refer, paths, each, [...at, String(i)]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) =>
        each === undefined ? [] : [[key, from(refer, paths, each, [...at, key])]],
      ),
    );
  if (typeof value === 'string') return escapeDollars(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

/** With forward slashes; `.` for the folder itself; absolute where no relative path leads, as between drives. */
const way = (folder: string, path: string): string =>
  isObjectUrl(path) ? path : (relative(folder, path) || '.').replaceAll('\\', '/');

/** The plugins that operators of a graph come from. */
export const usedPlugins = ({ plugins = [], nodes }: Graph): readonly PluginUse[] =>
  pluginsOf(
    plugins,
    nodes.map(({ operator }) => operator),
  );

/** A plugin as a recipe calls it. A path must begin with a dot or a slash to be told from a package. */
export const pluginFrom = ({ kind, place }: PluginUse, folder: string): string => {
  if (kind === 'package') return place;
  const path = way(folder, place);
  return /^(?:[./]|[A-Za-z]:)/.test(path) ? path : `./${path}`;
};
