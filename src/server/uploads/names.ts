/** Characters of a name that are kept: room for an extension and a number beside it in any file system. */
const MOST = 120;

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
    .normalize('NFC')
    // Controls, format characters (which turn the direction of writing), halves of characters, what systems forbid in names.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}<>:"|?*]/gu, '')
    .replace(/\p{Z}/gu, ' ');
  const short = trimmed(shortened(trimmed(plain)));
  if (short === '') return UNNAMED;
  const [stem = ''] = short.split('.');
  return DEVICE.test(stem.trim()) ? `_${short}` : short;
};

/** Without dots and spaces at either end, which hide files, or which Windows leaves out. */
const trimmed = (name: string): string => {
  const isMargin = (at: number): boolean => name[at] === ' ' || name[at] === '.';
  let [from, to] = [0, name.length];
  while (from < to && isMargin(from)) from++;
  while (to > from && isMargin(to - 1)) to--;
  return name.slice(from, to);
};

/** A name of so many characters, its extension kept. */
const shortened = (name: string): string => {
  const characters = [...name];
  if (characters.length <= MOST) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 10 ? name.slice(dot) : '';
  return `${characters.slice(0, MOST - extension.length).join('')}${extension}`;
};

/** The name with the extension that its content has. */
export const named = (name: string, extension: string): string =>
  `${name.replace(/\.[A-Za-z0-9]{1,5}$/, '')}.${extension}`;

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
