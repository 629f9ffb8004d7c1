import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, printableJson } from '../../diagnostics/index.js';
import { isBelow } from '../../disk/below.js';
import { onDisk } from '../../disk/names.js';
import { pathOfUrl } from '../../disk/objects/address.js';
import { analyse, parse } from '../../pipelines/compile.js';
import { definedOnly } from '../../ports/defined.js';
import type { Entry, FailedEntry } from '../../records/journal/entries.js';
import {
  entriesOf,
  journalPath,
  lockPath,
  FOLDER as OWN_FOLDER,
  recordFailure,
} from '../../records/journal/journal.js';
import { type Holder, whoHolds } from '../../records/lock.js';
import { complete, type Exit, exit } from '../exit.js';
import { DROP_FOLDER, findPipeline, HOME } from '../find-pipeline.js';
import { printable, shortPath } from '../printable.js';
import { printDiagnostics, setAsideLines } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe status` is given. */
export interface StatusArguments {
  readonly json: boolean;
}

/** What is known of a folder of results. */
interface FolderStatus {
  readonly folder: string;
  readonly results: number;
  /** When the last result was written; ISO 8601, UTC. */
  readonly last?: string;
  /** Sources that are there, and cannot be worked on as they are. */
  readonly setAside: readonly FailedEntry[];
  /** Who writes there now. */
  readonly writer?: Holder;
}

/**
 * `pipe status`: what was done in folders of results, what is set aside there and why, and who is writing. Without folders
 * it looks where the pipelines of this folder write to, and for folders of results below it.
 */
export const status = async (
  folders: readonly string[],
  { json }: StatusArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const { folder, out, err } = terminal;
  const given = folders.map((each) => pathOfUrl(each) ?? resolve(folder, each));
  const places = given.length > 0 ? given : [...(await ownFolders(folder)), ...(await foldersBelow(folder))];
  const asked = await Promise.all(
    [...new Set(places)].map((place) =>
      folderStatusOf(place, folder).catch((thrown) => recordFailure(place)(thrown)),
    ),
  );
  const faults = asked.flatMap((each) => (isFault(each) ? each : []));
  const found = asked.flatMap((each) => (each === undefined || isFault(each) ? [] : [each]));
  if (faults.length > 0) {
    printDiagnostics(terminal, faults);
    if (found.length === 0) return exit.someFailed;
  }
  if (json) out(`${printableJson(found, 2)}\n`);
  else for (const each of found) out(`${toText(each, terminal)}\n`);
  if (found.length > 0) return complete(faults.length === 0);
  err(
    given.length > 0
      ? `Nothing was written there by a pipeline: ${given.map((each) => shortPath(each, folder)).join(', ')}.\n`
      : 'No pipeline has written anything in this folder yet. `pipe status FOLDER` looks elsewhere.\n',
  );
  return given.length > 0 ? exit.wrong : exit.done;
};

const isFault = (asked: FolderStatus | Diagnostics | undefined): asked is Diagnostics => Array.isArray(asked);

const folderStatusOf = async (folder: string, here: string): Promise<FolderStatus | undefined> => {
  const record = dirname(journalPath(folder));
  const isLink = await lstat(record).then(
    (stats) => !stats.isDirectory(),
    () => false,
  );
  const isThere = await lstat(journalPath(folder)).then(
    () => true,
    () => false,
  );
  // What is none of Prismflow's own files is said by whoever reads it.
  if (!isThere && !isLink) return undefined;
  const results = new Set<string>();
  const failures = new Map<string, FailedEntry>();
  let last: string | undefined;
  for await (const entry of entriesOf(folder)) {
    if (isFailure(entry)) failures.set(entry.source, entry);
    else if ('at' in entry) {
      results.add(entry.output);
      if ('source' in entry) failures.delete(entry.source);
      last = last === undefined || entry.at > last ? entry.at : last;
    }
  }
  const there = await Promise.all(
    [...failures.values()].map(async (entry) => {
      const input = resolve(folder, entry.input);
      // A record can come from anybody: elsewhere nothing is looked at, and what it says stays.
      if (![folder, here].some((place) => isBelow(place, input))) return [entry];
      return stat(onDisk(input)).then(
        () => [entry],
        () => [],
      );
    }),
  );
  const writer = await whoHolds(lockPath(folder));
  return {
    folder,
    results: results.size,
    ...definedOnly({ last }),
    setAside: there.flat(),
    ...definedOnly({ writer }),
  };
};

const isFailure = (entry: Entry): entry is FailedEntry => 'kind' in entry && entry.kind === 'failed';

const toText = (
  { folder: place, results, last, setAside, writer }: FolderStatus,
  { paint, folder }: Terminal,
): string => {
  const when = last === undefined ? '' : `, the last ${printable(last.slice(0, 16).replace('T', ' '))} UTC`;
  return [
    `${paint.bold(shortPath(place, folder))}: ${results} result${results === 1 ? '' : 's'}${when}`,
    ...(writer === undefined
      ? []
      : [`  process ${writer.pid} on ${printable(writer.host)} is writing there`]),
    ...(setAside.length === 0
      ? []
      : [`  ${setAside.length} set aside until they or the pipeline change (--retry tries them again):`]),
    ...setAside.flatMap(({ source, ...why }) =>
      setAsideLines({ path: source, ...why }, paint).map((line) => `  ${line}`),
    ),
  ].join('\n');
};

/** How far down folders of results are looked for. */
const DEEPEST = 3;

/** Folders in which nobody's results are looked for. */
const passedOver = new Set(['node_modules', '.git', OWN_FOLDER]);

/** Folders of results in a folder and below it, whatever wrote them: those with a folder of records, or what stands in its place. */
const foldersBelow = async (folder: string, depth = DEEPEST): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const isOne = entries.some(({ name }) => name === OWN_FOLDER);
  const inner = entries.filter((entry) => entry.isDirectory() && !passedOver.has(entry.name));
  const below =
    depth === 0
      ? []
      : await Promise.all(inner.map(({ name }) => foldersBelow(join(folder, name), depth - 1)));
  return [...(isOne ? [folder] : []), ...below.flat()].sort();
};

/** Where the pipelines of a folder write to, as far as their parameters have values. */
const ownFolders = async (folder: string): Promise<readonly string[]> => {
  const found = await Promise.all(
    [HOME, DROP_FOLDER].map((target) =>
      pipe(
        findPipeline(target, folder),
        TE.match(
          () => [],
          ({ file }) => {
            const parsed = parse(file.path, file.text);
            return E.isLeft(parsed) ? [] : parsed.right.pipelines.map(({ name }) => ({ file, name }));
          },
        ),
      )(),
    ),
  );
  const graphs = await Promise.all(
    found.flat().map(({ file, name }) => analyse(file, { folder, ...definedOnly({ pipeline: name }) })()),
  );
  return graphs
    .flatMap((graph) => (E.isRight(graph) ? graph.right.nodes : []))
    .flatMap(({ operator, params }) => operator.facts.sink?.folder(params) ?? []);
};
