/** Bytes of a name in UTF-8, as file systems count. */
const MOST_BYTES = 255;

/** Bytes of an extension, its dot counted, that is kept when a name is shortened. */
const MOST_EXTENSION = 16;

const UNNAMED = 'photo';

/** Names that are devices on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/**
 * What a client calls a photo, as a name without folders: nothing that any system takes for a path, a device or an order to a
 * terminal is left of it. It is shown and offered when a result is downloaded; files on the server are named by ids.
 */
export const safeName = (given: string): string => {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    // Controls, format characters (which turn the direction of writing), halves of characters, what systems forbid in names.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}<>:"|?*]/gu, '')
    .replace(/\p{Z}/gu, ' ')
    .normalize('NFC');
  const name = trimmed(plain);
  return name === '' ? UNNAMED : noDevice(shortened(noDevice(name)));
};

/** A name that is no device: spaces before its first dot do not count. */
const noDevice = (name: string): string => {
  const [stem = ''] = name.split('.', 1);
  return DEVICE.test(stem.trim()) ? `_${name}` : name;
};

/** Without dots and spaces at either end, which hide files, or which Windows leaves out. */
const trimmed = (name: string): string => {
  const isMargin = (at: number): boolean => name[at] === ' ' || name[at] === '.';
  let [from, to] = [0, name.length];
  while (from < to && isMargin(from)) from++;
  while (to > from && isMargin(to - 1)) to--;
  return name.slice(from, to);
};

/** The beginning of a text that has so many bytes in UTF-8 at most; no character is cut in two. */
const beginning = (text: string, bytes: number): string => {
  let [left, length] = [bytes, 0];
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    length += character.length;
  }
  return text.slice(0, length);
};

/** The end of a name from its last dot, where that is an extension. */
const extensionOf = (name: string): string => {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  return Buffer.byteLength(extension) <= MOST_EXTENSION ? extension : '';
};

/** A name of so many bytes, its extension kept. */
const shortened = (name: string): string => {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const extension = extensionOf(name);
  return joined(name, extension);
};

/** A name of a stem and its end, of which the stem is shortened where both are longer than a name may be. */
export const joined = (stem: string, end: string): string =>
  `${trimmed(beginning(stem, MOST_BYTES - Buffer.byteLength(end)))}${end}`;

/** The name with the extension that its content has. */
export const named = (name: string, extension: string): string =>
  joined(name.replace(/\.[A-Za-z0-9]{1,5}$/, ''), `.${extension}`);

/** `Content-Disposition` of a download (RFC 6266), with the name in ASCII and as it is (RFC 8187). */
export const attachment = (name: string): string => {
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
};
