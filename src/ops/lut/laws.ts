import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { printCube } from '../../picture/lut/cube.js';
import { identity } from '../../picture/lut/table.js';
import type { LawKit } from '../../testing/index.js';

export const kit: LawKit = async (folder) => {
  const written = async (name: string, kind: '1d' | '3d', size: number): Promise<string> => {
    const path = join(folder, name);
    const table = identity(kind, size);
    // Warm, and lighter in the middle.
    const values = table.values.map((v, i) => v ** [0.8, 1, 1.2][i % 3]!);
    await writeFile(path, printCube({ ...table, values }));
    return path;
  };
  const [curves, colours] = [await written('curves.cube', '1d', 16), await written('colours.cube', '3d', 5)];
  return {
    runs: 20,
    paths: { weights: [curves, colours] },
    params: fc.record({
      file: fc.constantFrom(curves, colours),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      grey: fc.constantFrom('keep', 'colour'),
    }),
  };
};
