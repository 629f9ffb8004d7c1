import { randomBytes } from 'node:crypto';

/** How temporary files are named, so that watchers pass them over and a later run can clear those of a crash. */
export const TEMPORARY = { prefix: '.prismflow-', suffix: '.tmp' } as const;

/** Whether a file's name (without its folder) is that of a temporary file. */
export const isTemporary = (name: string): boolean =>
  name.startsWith(TEMPORARY.prefix) && name.endsWith(TEMPORARY.suffix);

/** A name that no file has. It does not contain that of the file which it will become: that may be as long as a name can be. */
export const temporaryName = (): string =>
  `${TEMPORARY.prefix}${randomBytes(8).toString('hex')}${TEMPORARY.suffix}`;
