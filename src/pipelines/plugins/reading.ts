import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';

/** So much may belong to a plugin, its packages included. */
export const limits = { files: 4000, bytes: 64 * 2 ** 20, depth: 32 } as const;

/** What is being read, and how much of it there was so far. */
export interface Reading {
  readonly shown: string;
  readonly folder: string;
  files: number;
  bytes: number;
}

/** Ends the reading of a plugin with a diagnostic, which `readClosure` gives. */
export const refuse = (...given: Parameters<typeof failure>): never => {
  throw new DiagnosticError([failure(...given)]);
};

/** The bytes of a file, within the limits. */
export const read = async (path: string, reading: Reading): Promise<Uint8Array> => {
  reading.files++;
  if (reading.files > limits.files)
    refuse('plugin/too-large', `The plugin ${reading.shown} has more than ${limits.files} files.`);
  const found = await readBytes(path, limits.bytes - reading.bytes)();
  if (E.isRight(found)) {
    reading.bytes += found.right.length;
    return found.right;
  }
  const [{ code, message }] = found.left;
  return code === 'image/file-too-large'
    ? refuse('plugin/too-large', `The plugin ${reading.shown} has more than ${limits.bytes >> 20} MiB.`)
    : refuse('pipeline/plugin', `The plugin ${reading.shown} cannot be loaded: ${message}`);
};

/** Files in the order of their paths: two plugins of the same files have one digest. */
export const inOrder = (files: readonly (readonly [string, Uint8Array])[]): ReadonlyMap<string, Uint8Array> =>
  new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
