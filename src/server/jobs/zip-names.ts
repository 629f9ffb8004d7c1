import { safeName } from '../names/safe-name.js';

/** A name without its extension, and the extension with its dot. */
const split = (name: string): readonly [stem: string, extension: string] => {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
};

/**
 * Names for the entries of an archive: safe ones, with the extension of the result, of which no two are the same on systems that
 * take upper and lower case for one.
 */
export const entryNames = (): ((name: string, extension: string) => string) => {
  const taken = new Set<string>();
  const last = new Map<string, number>();
  return (name, extension) => {
    const [stem] = split(safeName(name));
    for (let n = last.get(stem.toLowerCase()) ?? 1; ; n++) {
      const made = `${stem}${n === 1 ? '' : ` (${n})`}.${extension}`;
      if (taken.has(made.toLowerCase())) continue;
      taken.add(made.toLowerCase());
      last.set(stem.toLowerCase(), n);
      return made;
    }
  };
};
