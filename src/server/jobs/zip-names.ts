import { joined, named, safeName } from '../uploads/names.js';

/**
 * Names for the entries of an archive: safe ones, with the extension of the result, of which no two are the same on systems that
 * take upper and lower case for one.
 */
export const entryNames = (): ((name: string, extension: string) => string) => {
  const taken = new Set<string>();
  const last = new Map<string, number>();
  return (name, extension) => {
    const first = named(safeName(name), extension);
    const stem = first.slice(0, -extension.length - 1);
    for (let n = last.get(first.toLowerCase()) ?? 1; ; n++) {
      const made = n === 1 ? first : joined(stem, ` (${n}).${extension}`);
      if (taken.has(made.toLowerCase())) continue;
      taken.add(made.toLowerCase());
      last.set(first.toLowerCase(), n);
      return made;
    }
  };
};
