import { safeName } from './safe-name.js';

/** What RFC 8187 allows to stand for itself. */
const PLAIN = /[^A-Za-z0-9!#$&+.^_`|~-]/g;

const percent = (sign: string): string =>
  [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** A header that makes a browser save what comes under a name, and never show it (RFC 6266, with RFC 8187 for other letters). */
export const attachment = (name: string): string => {
  const safe = safeName(name);
  const ascii = safe.replaceAll(/[^ -~]/gu, '_').replaceAll(/["\\%]/g, '_');
  return ascii === safe
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${[...safe].map((sign) => sign.replace(PLAIN, percent)).join('')}`;
};
