/** The constant that the two key words are completed with. */
export const PARITY = 0x1bd11bda;

/** How far the second word turns in each of eight rounds, which then repeat. */
export const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds: two counter words under a key of two words become two random ones. Salmon, Moraes,
 * Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
export const threefryBlock = (k0: number, k1: number, c0: number, c1: number): readonly [number, number] => {
  const schedule = [k0, k1, PARITY ^ k0 ^ k1] as const;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[round % 8]!;
    x = (x + y) | 0;
    y = ((y << turn) | (y >>> (32 - turn))) ^ x;
    if (round % 4 !== 3) continue;
    const block = (round + 1) / 4;
    x = (x + schedule[block % 3]!) | 0;
    y = (y + schedule[(block + 1) % 3]! + block) | 0;
  }
  return [x, y];
};
