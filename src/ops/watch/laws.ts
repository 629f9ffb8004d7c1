import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { fileOf } from '../../testing/arbitraries/values.js';
import { frameFrom, type LawKit } from '../../testing/index.js';

export const kit: LawKit = async (folder) => {
  const watched = join(folder, 'watched');
  await mkdir(watched);
  const { bytes } = await fileOf(frameFrom({ width: 3, height: 2 }, (x) => x / 2));
  await writeFile(join(watched, 'waiting.png'), bytes);
  return {
    runs: 2,
    params: fc.constantFrom({ in: watched, settle: 0 }, { in: watched, settle: 0, poll: 0.1 }),
    except: {
      'same input, same output': 'files come when they come',
      'draws nothing unless it says so': 'files come when they come',
    },
  };
};
