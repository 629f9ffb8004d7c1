import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { LEAST_MEMORY, LEAST_TIMEOUT, MOST_JOBS, MOST_TIMEOUT } from '../execution/run-limits.js';

// What options are given on the command line, read. Each throws what commander shows where it is not one.

/** One more of what can be given several times. */
export const listed = (given: string, before: readonly string[]): readonly string[] => [...before, given];

/** One more `name=value`. */
export const assigned = (
  given: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const sign = given.indexOf('=');
  if (sign < 1) throw new InvalidArgumentError('It is written name=value.');
  return { ...before, [given.slice(0, sign)]: given.slice(sign + 1) };
};

/** Seconds, as in `10m`; `none` is no limit. */
export const time = (given: string): number => {
  if (given === 'none') return Number.POSITIVE_INFINITY;
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,9})?)([smh]?)$/.exec(given) ?? [];
  const value = Number(number) * ({ m: 60, h: 3600 }[unit] ?? 1);
  if (!(value >= LEAST_TIMEOUT && value <= MOST_TIMEOUT))
    throw new InvalidArgumentError('It is a time from 0.1s to 30 days, as in 90s, 10m or 2h, or none.');
  return value;
};

/** Seconds, from a tenth on. */
export const seconds = (given: string): number => {
  const n = Number(given);
  if (!(n >= 0.1 && n <= 86_400)) throw new InvalidArgumentError('It is a number of seconds from 0.1 on.');
  return n;
};

/** A whole number of things. */
export const count = (given: string): number => {
  const n = Number(given);
  if (!Number.isInteger(n) || n < 1 || n > MOST_JOBS)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_JOBS}.`);
  return n;
};

/** Entries along a side of a table of colours. */
export const tableSize = (given: string): number => {
  const n = Number(given);
  if (!Number.isInteger(n) || n < 2 || n > 129)
    throw new InvalidArgumentError('It is a whole number from 2 to 129.');
  return n;
};

/** A number from 0 to 1. */
export const share = (given: string): number => {
  const value = Number(given);
  if (given.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It is a number from 0 to 1.');
  return value;
};

/** A width and a height, as in `1920x1080`. */
export const pixelSize = (given: string): { readonly width: number; readonly height: number } => {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(given) ?? [];
  if (!(Number(width) > 0 && Number(height) > 0))
    throw new InvalidArgumentError('It is a width and a height in pixels, as in 1920x1080.');
  return { width: Number(width), height: Number(height) };
};

/** Bytes, as in `2G`. */
export const bytes = (given: string): number => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) *([kmgt]?)i?b?$/i.exec(given) ?? [];
  const value = Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  if (!(value >= LEAST_MEMORY && value <= Number.MAX_SAFE_INTEGER))
    throw new InvalidArgumentError('It is a size of a megabyte and more, as in 512M or 2G.');
  return value;
};

/** A port, or 0 for any. */
export const port = (given: string): number => {
  const n = Number(given);
  if (!/^\d{1,5}$/.test(given) || n > 65_535)
    throw new InvalidArgumentError('It is a number from 0 to 65535.');
  return n;
};

/** The address at which a proxy serves something, without a path. */
export const publicOrigin = (given: string): string => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new InvalidArgumentError('It is an address such as https://photos.example.org.');
  return url.origin;
};

/** An address of a machine, or a network as in `10.0.0.0/8`. */
export const network = (given: string): string => {
  const [address = '', bits, ...rest] = given.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (most ?? 0));
  if (most === undefined || !isPrefix || rest.length > 0)
    throw new InvalidArgumentError('It is an IP address, or a network such as 10.0.0.0/8.');
  return given;
};

/** Seconds, as in `12h` or `7d`. */
export const duration = (given: string): number => {
  const [, number, unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(given) ?? [];
  const value = Number(number) * ({ m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
  if (!(value >= 60 && value <= 365 * 86_400))
    throw new InvalidArgumentError('It is a time from 1m to 365d, as in 12h.');
  return value;
};

/**
 * Places in the network that the user names for pipelines' files to use.
 *
 * @param given by `--allow`; those of PRISMFLOW_ALLOW, with spaces between them, come beside them
 */
export const namedPlaces = (
  given: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): readonly string[] => [...given, ...(env.PRISMFLOW_ALLOW ?? '').split(/\s+/).filter((each) => each !== '')];
