import { posix } from 'node:path';

/** Changes a text so that whoever reads it learns nothing of the server's folders. */
export type Hide = (text: string) => string;

/** For those who may know all. */
export const nothingHidden: Hide = (text) => text;

/** An absolute path, up to a space or a sign that ends one; not a part of a URL, of a MIME type, or of a relative path. */
const ABSOLUTE = /(?<![\w./:-])(?:[A-Za-z]:[\\/]|\/(?!v1\/|openapi\.json))[^\s"'`<>|*?,;()[\]]*/g;

/** The end of a sentence behind a path. */
const END = /[.:!]$/;

/**
 * Leaves of absolute paths what lies below one of the folders, and of others the last part. The folders themselves become `…`.
 *
 * @param folders absolute paths, which may have spaces in them
 */
export const hidingPaths = (folders: readonly string[] = []): Hide => {
  const longestFirst = [...new Set(folders)]
    .filter((folder) => folder.length > 1)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let left = text;
    for (const folder of longestFirst)
      left = left.replaceAll(`${folder}/`, '').replaceAll(`${folder}\\`, '').replaceAll(folder, '…');
    return left.replace(ABSOLUTE, (path) => {
      const end = END.exec(path)?.[0] ?? '';
      const bare = path.slice(0, path.length - end.length).replaceAll('\\', '/');
      return `${posix.basename(bare)}${end}`;
    });
  };
};
