import { extname } from 'node:path';
import { type Diagnostic, warning } from '../diagnostics/index.js';
import { definedOnly } from '../ports/defined.js';

/** Why a file is left out: what it is, and what can be done about it. */
export interface Reason {
  readonly what: string;
  readonly hint?: string;
}

/** What is said of one file that is left out. */
export const leftOut = (name: string, { what, hint }: Reason): Diagnostic =>
  warning('file/left-out', `${name} is left out: ${what}.`, definedOnly({ hint }));

/** Counts what is left out, by extension and reason. */
export interface LeftOut {
  readonly add: (path: string, reason: Reason) => void;
  /** What is said of all of it; undefined where there is nothing. */
  readonly told: () => Diagnostic | undefined;
}

/** So many kinds are named. */
const KINDS = 8;

export const createLeftOut = (): LeftOut => {
  const kinds = new Map<string, { readonly reason: Reason; count: number }>();
  return {
    add: (path, reason) => {
      const name = `${kindOf(path)} (${reason.what})`;
      const kind = kinds.get(name) ?? { reason, count: 0 };
      kind.count++;
      kinds.set(name, kind);
    },
    told: () => {
      const all = [...kinds].sort(([, a], [, b]) => b.count - a.count);
      const total = all.reduce((sum, [, { count }]) => sum + count, 0);
      if (total === 0) return undefined;
      const named = all.slice(0, KINDS).map(([name, { count }]) => `${count} ${name}`);
      const others = all.slice(KINDS).reduce((sum, [, { count }]) => sum + count, 0);
      const parts = [...named, ...(others > 0 ? [`${others} of other kinds`] : [])];
      const hints = [...new Set(all.flatMap(([, { reason }]) => reason.hint ?? []))].slice(0, 3);
      return warning(
        'file/left-out',
        `${total} ${total === 1 ? 'file is' : 'files are'} left out: ${parts.join(', ')}.`,
        hints.length === 0 ? {} : { hint: hints.join(' ') },
      );
    },
  };
};

/** The extension of a file, as people write it. */
const kindOf = (path: string): string => extname(path).toLowerCase() || 'without extension';
