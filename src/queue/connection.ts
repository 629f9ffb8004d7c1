import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { Redis } from 'ioredis';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { printable } from '../diagnostics/printable.js';
import { definedOnly } from '../ports/defined.js';
import type { Address } from './address.js';

/** How long the first answer may take. */
const FIRST_MS = 5000;
/** The longest pause between two attempts to reach a Redis that is gone. */
const PAUSE_MS = 2000;

/** A connection that waits for a Redis that goes away, and comes back when it does. */
export const connectionTo = ({ host, port, database, isTls, user, password }: Address): Redis => {
  const redis = new Redis({
    host,
    port,
    db: database,
    ...(isTls ? { tls: { servername: host } } : {}),
    ...definedOnly({ username: user, password }),
    connectTimeout: FIRST_MS,
    maxRetriesPerRequest: null,
    // BullMQ's scripts are looked up by their digests after a restart.
    enableReadyCheck: true,
    retryStrategy: (times) => Math.min(100 * times, PAUSE_MS),
  });
  // Each fault is met by whoever waits for an answer; without a listener it would end the process.
  redis.on('error', () => undefined);
  return redis;
};

/**
 * Connects, and looks whether this Redis can hold a queue. Errors: `queue/unreachable`, `queue/unsuitable`.
 */
export const connect =
  (address: Address): TE.TaskEither<Diagnostics, Redis> =>
  async () => {
    const redis = connectionTo(address);
    try {
      await answered(redis);
      const fault = unsuited(await redis.info('server'), await redis.info('memory'), address);
      if (fault === undefined) return E.right(redis);
      redis.disconnect();
      return E.left(fault);
    } catch (thrown) {
      redis.disconnect();
      return E.left([
        failure('queue/unreachable', `${address.shown} cannot be used: ${reasonOf(thrown, address)}.`),
      ]);
    }
  };

/** Waits for the first answer, and no longer than for the first fault. */
const answered = (redis: Redis): Promise<void> =>
  new Promise((resolve, reject) => {
    if (redis.status === 'ready') return resolve();
    const late = setTimeout(() => reject(new Error('it does not answer')), FIRST_MS);
    redis.once('ready', () => {
      clearTimeout(late);
      resolve();
    });
    redis.once('error', (fault) => {
      clearTimeout(late);
      reject(fault);
    });
  });

/** What went wrong, without what must not be shown. */
const reasonOf = (thrown: unknown, { password = '' }: Address): string => {
  const text = printable(messageOf(thrown)).slice(0, 300).replace(/\.$/, '');
  return password === '' ? text : text.replaceAll(password, '…');
};

const OLDEST = [6, 2] as const;

/** Why a Redis, by what it says of itself, cannot hold a queue; undefined where it can. */
export const unsuited = (
  server: string,
  memory: string,
  { shown }: Pick<Address, 'shown'>,
): Diagnostics | undefined => {
  const version = fieldIn(server, 'valkey_version') ?? fieldIn(server, 'redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])))
    return [
      failure(
        'queue/unsuitable',
        `${shown} is Redis ${printable(version.slice(0, 20)) || 'of an unknown version'}; a queue needs 6.2 or newer.`,
      ),
    ];
  const policy = fieldIn(memory, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    return [
      failure(
        'queue/unsuitable',
        `${shown} throws data away when its memory is short (maxmemory-policy ${printable(policy.slice(0, 40))}): photos would be lost from the queue.`,
      ),
    ];
  return undefined;
};

const fieldIn = (info: string, name: string): string | undefined =>
  info
    .split(/\r?\n/)
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();
