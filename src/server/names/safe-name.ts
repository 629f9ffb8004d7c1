/** Bytes that a name keeps: with an extension and a number it stays below the 255 that file systems take. */
const MOST_BYTES = 180;

/** What Windows takes for devices, whatever extension they have. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** What acts on terminals and file systems, or turns the direction of writing. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}<>:"|?*]/gu;

const shortened = (name: string): string => {
  let [text, bytes] = ['', 0];
  for (const sign of name) {
    bytes += Buffer.byteLength(sign);
    if (bytes > MOST_BYTES) break;
    text += sign;
  }
  return text;
};

const isTrailing = (sign: string | undefined): boolean => sign === '.' || sign === ' ';

const trimmed = (name: string): string => {
  let [from, to] = [0, name.length];
  while (from < to && isTrailing(name[from])) from++;
  while (to > from && isTrailing(name[to - 1])) to--;
  return name.slice(from, to);
};

/**
 * A client's name for a photo as the name of a file on any system: its last part alone, without what is special in paths, and never
 * empty, hidden, or a device.
 */
export const safeName = (name: string): string => {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = trimmed(shortened(trimmed(last.slice(0, 1000).normalize('NFC').replaceAll(UNSAFE, '_'))));
  if (clean === '') return 'photo';
  return DEVICE.test(clean) ? `_${clean}` : clean;
};
