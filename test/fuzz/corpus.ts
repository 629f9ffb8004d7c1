import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Inputs that go where no other one went, kept in a folder from one run to the next. */
export interface Corpus {
  readonly inputs: () => readonly Uint8Array[];
  readonly add: (bytes: Uint8Array) => void;
}

/** No input of a corpus is longer: mutations of long ones are slow. */
const LONGEST = 1 << 16;

/** The corpus in a folder, which is made where it is not there. */
export const corpusIn = (folder: string): Corpus => {
  mkdirSync(folder, { recursive: true });
  const inputs: Uint8Array[] = readdirSync(folder).map(
    (name) => new Uint8Array(readFileSync(join(folder, name))),
  );
  return {
    inputs: () => inputs,
    add: (bytes) => {
      if (bytes.length > LONGEST) return;
      inputs.push(bytes);
      const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
      writeFileSync(join(folder, name), bytes);
    },
  };
};
