import { homedir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';

/** An object of an S3-compatible store, or what the keys of several begin with. */
export interface ObjectPlace {
  readonly bucket: string;
  /** Without a slash at its beginning; empty for the bucket itself. */
  readonly key: string;
}

const SCHEME = 's3://';

/** True for what is written as an address of objects, whether it can be read or not. */
export const isObjectUrl = (path: string): boolean => /^s3:/i.test(path);

/** An address of objects as people write it. */
export const objectUrl = ({ bucket, key }: ObjectPlace): string => `${SCHEME}${bucket}/${key}`;

/** Names of buckets as all stores take them. */
const isBucket = (name: string): boolean => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** The bytes that a key may have, and one of its parts, which becomes a name where results go to a disk. */
const MOST_KEY = 1024;
const MOST_PART = 255;

/** Code points that no key of ours has: controls, and halves of characters. */
const isControl = (text: string): boolean =>
  /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text);

/**
 * Why a key of a foreign bucket cannot stand for a path below a folder, in words that follow "it is"; undefined where it can. Keys are
 * any text: they may climb out of a folder, act on a terminal, or be alike once they are names of files.
 */
export const keyFault = (key: string): string | undefined => {
  if (key === '') return 'a key without a name';
  if (bytesOf(key) > MOST_KEY) return `a key of more than ${MOST_KEY} bytes`;
  if (isControl(key)) return 'a key with characters that cannot be shown';
  if (key.includes('\\')) return 'a key with a backslash';
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'a key that is no path, with an empty part, `.` or `..`';
  return parts.some((part) => bytesOf(part) > MOST_PART)
    ? `a key with a part of more than ${MOST_PART} bytes`
    : undefined;
};

const wrong = (reason: string): E.Either<Diagnostics, never> =>
  E.left([failure('s3/address', `An address of objects cannot be read. ${reason}`)]);

/**
 * Reads `s3://bucket/prefix`. A slash at its end is taken away. Nothing of it is in the error where it may hold a password. Error:
 * `s3/address`.
 */
export const readObjectUrl = (written: string): E.Either<Diagnostics, ObjectPlace> => {
  if (!written.startsWith(SCHEME)) return wrong('It begins with `s3://` and a bucket, in small letters.');
  const rest = written.slice(SCHEME.length);
  const slash = rest.indexOf('/');
  const [bucket, key] = slash === -1 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  if (bucket.includes('@') || bucket.includes(':'))
    return wrong(
      'Keys and endpoints do not stand in it: they are taken from where the AWS command line takes them, as from AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL_S3.',
    );
  if (!isBucket(bucket)) return wrong(`\`${printable(bucket.slice(0, 80))}\` is no name of a bucket.`);
  const trimmed = key.endsWith('/') ? key.slice(0, -1) : key;
  const fault = trimmed === '' ? undefined : keyFault(trimmed);
  return fault === undefined
    ? E.right({ bucket, key: trimmed })
    : wrong(`What follows the bucket is ${fault}.`);
};

/** True for an object at, or below, another one by its parts. */
export const isWithinPlace = (top: ObjectPlace, { bucket, key }: ObjectPlace): boolean =>
  top.bucket === bucket && (top.key === '' || key === top.key || key.startsWith(`${top.key}/`));

/** The endpoint that is asked instead of Amazon's, as the AWS command line takes it. */
export const endpointOf = (env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;

const endpointName = (): string => {
  const endpoint = endpointOf();
  if (endpoint === undefined) return 'aws';
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
  return host.replaceAll(/[^A-Za-z0-9.-]/g, '_').slice(0, 200) || 'other';
};

const stateHome = (): string => {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  return XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)
    ? XDG_STATE_HOME
    : join(homedir(), '.local', 'state');
};

/** The folder below which every store, bucket and prefix has one of its own. */
const root = (): string => join(stateHome(), 'prismflow', 'objects');

/**
 * The path on this machine that stands for objects: records of what is written there are kept in it, as in any folder of results. Of
 * objects themselves nothing is there.
 */
export const pathOfPlace = ({ bucket, key }: ObjectPlace): string =>
  join(root(), endpointName(), bucket, ...key.split('/').filter((part) => part !== ''));

/** The same of an address as people write it; undefined for what is none. */
export const pathOfUrl = (written: string): string | undefined => {
  const place = isObjectUrl(written) ? readObjectUrl(written) : undefined;
  return place !== undefined && E.isRight(place) ? pathOfPlace(place.right) : undefined;
};

/** The object that such a path stands for; undefined for all other paths. */
export const placeOfPath = (path: string): ObjectPlace | undefined => {
  const top = join(root(), endpointName());
  if (!path.startsWith(top)) return undefined;
  const [bucket, ...parts] = relative(top, path).split(sep);
  return bucket === undefined || !isBucket(bucket) || parts.includes('..')
    ? undefined
    : { bucket, key: parts.join('/') };
};

/** A path as people are told of it: of one that stands for objects, their address. */
export const shownPath = (path: string): string => {
  const place = placeOfPath(path);
  return place === undefined ? path : objectUrl(place);
};
