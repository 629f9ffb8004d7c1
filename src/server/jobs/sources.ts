import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { JobFiles } from './job-files.js';
import type { Task } from './queue.js';
import type { Roots } from './roots.js';

/** A photo that can be edited now, and what is done when it was. */
export interface Ready {
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** Gets the photo of an item. */
export type Sources = (task: Task, signal: AbortSignal) => TE.TaskEither<Diagnostics, Ready>;

/** Fetches a URL into a file; undefined where nothing may be fetched. */
export type Fetch = (url: string, to: string, signal: AbortSignal) => TE.TaskEither<Diagnostics, void>;

/** The failure of an item of which nothing is known any more. */
export const lost = (number: number): Diagnostic =>
  failure('store/damaged', `What was kept of photo ${number} is damaged, so it cannot be edited.`);

const kept = (path: string): Ready => ({ path, release: async () => undefined });

/** Photos that were uploaded, below the roots that were allowed, and behind URLs where those are. */
export const sourcesOf =
  (files: JobFiles, roots: Roots, fetch: Fetch | undefined): Sources =>
  ({ item }, signal) => {
    const { source } = item;
    switch (source.kind) {
      case 'photo':
        return TE.right(kept(files.photo(source.id)));
      case 'path':
        return TE.map(kept)(roots.locate(source.path, source.shown ?? basename(source.path)));
      case 'lost':
        return TE.left([lost(item.number)]);
      case 'url': {
        if (fetch === undefined)
          return TE.left([failure('fetch/not-allowed', 'The server fetches no URLs.')]);
        const path = files.incoming();
        return pipe(
          fetch(source.url, path, signal),
          TE.map(() => ({ path, release: () => rm(path, { force: true }) })),
        );
      }
    }
  };
