/**
 * Pictures of 64x64 pixels coded in HEVC, as Annex B byte streams. ffmpeg made them with libx265 (`-preset veryslow`, qp 4, full range,
 * BT.601); no encoder is needed to run the tests.
 */
const frames = {
  /** 8 bits, 4:2:0: quarters of red, green, blue and white. */
  quarters:
    'AAAAAUABDAH//wFgAAADAJAAAAMAAAMAHpmKAkAAAAABQgEBAWAAAAMAkAAAAwAAAwAeoCCBBZZmKkkba8BbAgAAAwACAAADADIQAAAAAUQBwXGxEgAAASgBrwZ4YSpm/67Ef//9Qr/If09qHRy/3WK//++y3//1XninT/r73Xj+02n//xiyTfm/jryD/9rQe68MDoA=',
  /** 10 bits, 4:2:0: a ramp of grey, whose luma begins with 64, 78, 91, 105. */
  ramp10:
    'AAAAAUABDAH//wIgAAADAJAAAAMAAAMAHpmKAkAAAAABQgEBAiAAAAMAkAAAAwAAAwAeoCCBBNlmYqSRtrwFsCAAAAMAIAAAAwMhAAAAAUQBwXGxEgAAASgBrwa4NUUb3f72zXfa2ntDfqA6u4OXtAL6G6szYmSSMrWVWGt+jl4mIYS/9n8p1CH7aZLvXE62oaG4kvZpjWEqFtEpUIxR9hGzL5zJuQ/rxklFtl0VgXEASLlc+mf89/ngE4EbCPYY+qM4U7CB9u4YW8rzlFR/Pjp8t2Bj6ooDflvWEp/XYgMlSBKWxNXBqstLsuVunUPrj5uNVR4eWsAIt5YwAJOGMYV/35nqNz1vCxlMILURfEuXIA==',
  /** 8 bits, without colour: a ramp of which x * 4 is the luma. */
  ramp8:
    'AAAAAUABDAH//wQIAAADAJ/IAAADAAAemYoCQAAAAAFCAQEECAAAAwCfyAAAAwAAHsCCBBZZmKkkba8BbAgAAAMACAAAAwDIQAAAAAFEAcFxsRIAAAEoAa4M8Hdo2u8UjpoLLgiqmRF2sj9yMxrrvqPd2GX74u/G+l+AYCBLQdQdX1xVq6Ux+7jhX/fJEs+/gR/5H//wn5tYIkHY2/lYF9vdck45R6f2TI+PZfnnG+MMviMO6Nw/qO9iQnhXJJjasNhH4K1+TX/4Yus=',
} as const;

export type HevcFrame = keyof typeof frames;

/** The units of a stream, without the codes that they start with. */
export const unitsOf = (frame: HevcFrame): readonly Uint8Array[] => {
  const stream = Buffer.from(frames[frame], 'base64').toString('latin1');
  // Codes are of three bytes or four: a zero before one is no part of the unit before it.
  return stream
    .split('\0\0\x01')
    .map((unit) => (unit.endsWith('\0') ? unit.slice(0, -1) : unit))
    .filter((unit) => unit !== '')
    .map((unit) => new Uint8Array(Buffer.from(unit, 'latin1')));
};
