import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { CHECKPOINTS } from '../../nn/models/checkpoint-folder.js';

/** Folders that are looked into, one below the other, and in all. */
const DEPTH = 4;
const MOST = 3000;

/** Folders that no photos and no trainings are looked for in. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', CHECKPOINTS, 'samples', 'tensorboard']);

const PICTURES: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.avif',
  '.tif',
  '.tiff',
  '.gif',
  '.heic',
  '.jxl',
]);

/** A folder with the names in it. */
interface Seen {
  readonly folder: string;
  readonly entries: readonly Dirent[];
}

/** A folder that cannot be read is an empty one. */
const seenAt = async (folder: string): Promise<Seen> => ({
  folder,
  entries: await readdir(folder, { withFileTypes: true }).catch(() => []),
});

/** Goes through folders, the upper ones first; hidden ones are left out, and links are not followed. */
async function* foldersBelow(top: string, isClosed: (seen: Seen) => boolean): AsyncGenerator<Seen> {
  let level: readonly string[] = [top];
  let looked = 0;
  for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (looked++ >= MOST) return;
      const seen = await seenAt(folder);
      yield seen;
      if (isClosed(seen)) continue;
      for (const entry of seen.entries)
        if (entry.isDirectory() && !entry.name.startsWith('.') && !LEFT_OUT.has(entry.name))
          next.push(join(folder, entry.name));
    }
    level = next.sort();
  }
}

/** Whether a folder is that of a training: it has a report's figures, or checkpoints. */
const isTraining = ({ entries }: Seen): boolean =>
  entries.some(
    (entry) =>
      (entry.name === 'metrics.jsonl' && entry.isFile()) ||
      (entry.name === CHECKPOINTS && entry.isDirectory()),
  );

/** Whether a folder is that of a training now. */
export const isTrainingAt = async (folder: string): Promise<boolean> => isTraining(await seenAt(folder));

/** The folders of trainings in a folder and below, a few levels deep. What a training keeps of an earlier one is not told. */
export const trainingsBelow = async (top: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const seen of foldersBelow(top, isTraining)) if (isTraining(seen)) found.push(seen.folder);
  return found;
};

/** A folder and how many pictures lie in it, by the endings of their names. */
export interface PictureFolder {
  readonly path: string;
  /** The path from the folder that was looked through, with that one's name, and forward slashes. */
  readonly name: string;
  readonly pictures: number;
}

/** The folders with pictures in a folder and below, a few levels deep. */
export const pictureFoldersBelow = async (top: string): Promise<readonly PictureFolder[]> => {
  const found: PictureFolder[] = [];
  for await (const seen of foldersBelow(top, isTraining)) {
    if (isTraining(seen)) continue;
    const pictures = seen.entries.filter(
      (entry) => entry.isFile() && PICTURES.has(extname(entry.name).toLowerCase()),
    ).length;
    if (pictures > 0)
      found.push({
        path: seen.folder,
        name: [basename(top), relative(top, seen.folder)].filter(Boolean).join('/').replaceAll('\\', '/'),
        pictures,
      });
  }
  return found;
};
