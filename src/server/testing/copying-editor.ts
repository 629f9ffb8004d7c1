import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { failure } from '../../diagnostics/index.js';
import { writeAtomically } from '../../disk/write.js';
import type { Editor } from '../../execution/editing/editor.js';
import { definedOnly } from '../../ports/defined.js';

/** What a test looks at of the copying editor. */
export interface CopyingEditor extends Pick<Editor, 'edit'> {
  /** Names of the photos that were begun, in order. */
  readonly begun: string[];
  readonly most: () => number;
  /** What is being edited is never done, as in a process that was killed. */
  readonly die: () => void;
}

/** An editor for tests: gives the photo itself after a while, and refuses what says `broken`. */
export const copyingEditor = (milliseconds = 0): CopyingEditor => {
  const begun: string[] = [];
  let [now, most, isDead] = [0, 0, false];
  return {
    begun,
    most: () => most,
    die: () => {
      isDead = true;
    },
    edit:
      ({ photo, name, to, signal }) =>
      async () => {
        begun.push(name);
        most = Math.max(most, ++now);
        try {
          await pause(milliseconds, undefined, definedOnly({ signal }));
          if (isDead) return await new Promise(() => undefined);
          const bytes = await readFile(photo);
          if (bytes.includes('broken')) return E.left([failure('image/corrupt', `${name} is damaged.`)]);
          const written = await writeAtomically(to, bytes)();
          if (E.isLeft(written)) return written;
          if (isDead) return await new Promise(() => undefined);
          return E.right({
            type: 'image/jpeg',
            extension: 'jpg',
            bytes: bytes.length,
            digest: createHash('sha256').update(bytes).digest('hex'),
            width: 1,
            height: 1,
            warnings: [],
            notes: {},
            receipt: { made: name },
            milliseconds,
            waited: 0,
          });
        } catch {
          if (isDead) return await new Promise(() => undefined);
          return E.left([failure('run/cancelled', 'The edit was stopped.')]);
        } finally {
          now--;
        }
      },
  };
};
