import { createRequire } from 'node:module';
import type { S3Client } from '@aws-sdk/client-s3';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';
import { endpointOf, type ObjectPlace, objectUrl } from './address.js';

type Sdk = typeof import('@aws-sdk/client-s3');

/** The package and a client of it, by the settings of the environment. */
export interface Opened {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Attempts at each request, with growing pauses: what a store does that asks to be slower passes. */
const ATTEMPTS = 5;
const CONNECT_MS = 5000;
/** Silence after which a request counts as lost. */
export const SILENCE_MS = 60_000;

const isInstalled = (): boolean => {
  try {
    createRequire(import.meta.url).resolve('@aws-sdk/client-s3/package.json');
    return true;
  } catch {
    return false;
  }
};

const load = async (): Promise<Opened> => {
  if (!isInstalled())
    throw new DiagnosticError([
      failure(
        's3/not-installed',
        'Object storage needs the package @aws-sdk/client-s3, which is not installed.',
      ),
    ]);
  // It warns of Node 20 whenever it is loaded; docs/dependencies.md says it once.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const sdk = await import('@aws-sdk/client-s3');
  const endpoint = endpointOf();
  const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENCE_MS, socketTimeout: SILENCE_MS },
    // Checksums are given, and compared, where they are known: streams of pieces with trailers, which the package sends otherwise, are
    // refused by older stores.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined
      ? { followRegionRedirects: true }
      : // Other stores know buckets by the path, and mostly no regions.
        { endpoint, forcePathStyle: true, ...(region === undefined ? { region: 'us-east-1' } : {}) }),
  });
  return { sdk, client };
};

let opened: { readonly settings: string; readonly as: Promise<Opened> } | undefined;

/** What a client depends on; the keys are looked up by the package itself, again when they run out. */
const settingsNow = (): string =>
  JSON.stringify(
    [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_ENDPOINT_URL_S3',
      'AWS_ENDPOINT_URL',
    ].map((name) => process.env[name] ?? null),
  );

/** The client of this process. Throws `s3/not-installed`. */
export const openedClient = (): Promise<Opened> => {
  const settings = settingsNow();
  if (opened?.settings !== settings) opened = { settings, as: load() };
  return opened.as;
};

/** The name and the status of what a store answered; of other faults their name. */
export const answerOf = (thrown: unknown): { readonly name: string; readonly status: number | undefined } => {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'Error', status: undefined };
  // A system's own answer, such as ECONNREFUSED.
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (/^E[A-Z]+$/.test(code)) return { name: code, status: undefined };
  const name = 'name' in thrown && typeof thrown.name === 'string' ? thrown.name : 'Error';
  const about = '$metadata' in thrown ? thrown.$metadata : undefined;
  const status =
    typeof about === 'object' && about !== null && 'httpStatusCode' in about
      ? about.httpStatusCode
      : undefined;
  return { name, status: typeof status === 'number' ? status : undefined };
};

const denied: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/**
 * What a fault of a request means. Of what the store or the package says only the name is told: their messages can hold keys and
 * signed addresses.
 */
export const objectFailure = (place: ObjectPlace, thrown: unknown): Diagnostics => {
  if (thrown instanceof DiagnosticError) return thrown.diagnostics;
  const { name, status } = answerOf(thrown);
  const url = printable(objectUrl(place));
  const words = `${printable(name.slice(0, 60))}${status === undefined ? '' : `, status ${status}`}`;
  if (denied.has(name) || status === 401 || status === 403)
    return [failure('s3/denied', `${url} may not be used with the keys that were found (${words}).`)];
  if (name === 'NoSuchBucket' || name === 'NoSuchKey' || name === 'NotFound' || status === 404)
    return [failure('s3/missing', `There is no ${url} (${words}).`)];
  return [failure('s3/unreachable', `${url} could not be asked (${words}).`)];
};
