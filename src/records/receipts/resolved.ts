import { relative } from 'node:path';
import { pathsOf } from '../../operator/params/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { escapeDollars } from '../../pipelines/parse/tree.js';
import type { Json } from '../../ports/index.js';

/**
 * A graph as a pipeline's file that compiles to the same graph again, at the same places: every parameter written out,
 * none left to be set, streams kept, since random choices depend on an operator's place.
 *
 * @param folder where the paths in it start, as if the file stood there
 */
export const resolvedPipeline = ({ nodes, result, seed, about, plugins }: Graph, folder: string): Json => {
  const sections = [...new Set(nodes.map(({ path }) => sectionOf(path)))];
  const last = sectionOf(result);
  const stepsOf = (section: string): readonly Json[] => {
    const own = nodes.filter(({ path }) => sectionOf(path) === section);
    return [...(own[0] === undefined ? [] : beginning(own[0])), ...own.map((node) => stepOf(node, folder))];
  };
  const streams = sections.filter((section) => section !== last);
  return {
    version: 1,
    ...(about === undefined ? {} : { about }),
    ...(seed === 0 ? {} : { seed }),
    ...(plugins === undefined || plugins.length === 0
      ? {}
      : { plugins: plugins.map((plugin) => pluginFrom(plugin, folder)) }),
    ...(streams.length === 0
      ? {}
      : { streams: Object.fromEntries(streams.map((section) => [nameOf(section), stepsOf(section)])) }),
    steps: stepsOf(last),
  };
};

/** `streams.hazy` of `streams.hazy[1]/degrade.haze`. */
const sectionOf = (path: string): string => path.slice(0, path.indexOf('['));

const nameOf = (section: string): string => section.replace(/^streams\./, '');

/** A section that begins with a stream has no operator at its first place. */
const beginning = ({ path, reads }: GraphNode): readonly Json[] => {
  const { items } = reads;
  return items === undefined || sectionOf(items) === sectionOf(path) ? [] : [nameOf(sectionOf(items))];
};

/** Operators one after the other as steps, every parameter written out; paths start at the folder. */
export const resolvedSteps = (nodes: readonly GraphNode[], folder: string): readonly Json[] =>
  nodes.map((node) => stepOf(node, folder));

const stepOf = ({ operator, written }: GraphNode, folder: string): Json => {
  const paths = new Map(
    pathsOf(operator.params.shape, written).map(({ keys, path }) => [keys.join('.'), path]),
  );
  const params = from(folder, paths, written, []);
  return isEmpty(params) ? operator.name : { [operator.name]: params };
};

const isEmpty = (params: Json): boolean =>
  typeof params === 'object' && params !== null && Object.keys(params).length === 0;

/** The value with its paths relative to a folder, and without what is not given. */
const from = (
  folder: string,
  paths: ReadonlyMap<string, string>,
  value: unknown,
  at: readonly string[],
): Json => {
  const path = paths.get(at.join('.'));
  if (path !== undefined && typeof value === 'string') return escapeDollars(way(folder, path));
  if (Array.isArray(value)) return value.map((each, i) => from(folder, paths, each, [...at, String(i)]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) =>
        each === undefined ? [] : [[key, from(folder, paths, each, [...at, key])]],
      ),
    );
  if (typeof value === 'string') return escapeDollars(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

/** With forward slashes; `.` for the folder itself; absolute where no relative path leads, as between drives. */
const way = (folder: string, path: string): string => (relative(folder, path) || '.').replaceAll('\\', '/');

/** A plugin given by its path must begin with a dot or a slash to be told from a package. */
const pluginFrom = (plugin: string, folder: string): string => {
  if (!/^([./]|[A-Za-z]:)/.test(plugin)) return plugin;
  const path = way(folder, plugin);
  return path.startsWith('.') ? path : `./${path}`;
};
