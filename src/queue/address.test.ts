import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readAddress } from './address.js';
import { unsuited } from './connection.js';
import { placesFor } from './worker/places.js';

describe('the address of a queue', () => {
  it('has a host, and what else is needed', () => {
    expect(readAddress('redis://host')).toEqual(
      E.right({ shown: 'redis://host:6379', host: 'host', port: 6379, database: 0, isTls: false }),
    );
    expect(readAddress('rediss://me:a%40b@host:7000/3')).toEqual(
      E.right({
        shown: 'rediss://host:7000/3',
        host: 'host',
        port: 7000,
        database: 3,
        isTls: true,
        user: 'me',
        password: 'a@b',
      }),
    );
    expect(readAddress('redis://[::1]:7000')).toMatchObject({
      right: { host: '::1', shown: 'redis://[::1]:7000' },
    });
  });

  it.each([
    'host:6379',
    'http://host',
    'redis://',
    'redis://host/x',
    'redis://host/-1',
    'redis://me:topsecret%@host',
  ])('is refused, without what could be secret: %s', (given) => {
    const read = readAddress(given);
    expect(read).toMatchObject({ left: [{ code: 'queue/address' }] });
    expect(JSON.stringify(read)).not.toContain('topsecret');
  });
});

describe('a Redis for a queue', () => {
  const at = { shown: 'redis://host:6379' };
  const kept = 'maxmemory_policy:noeviction\r\n';

  it('is new enough and throws nothing away', () => {
    expect(unsuited('redis_version:6.2.0\r\n', kept, at)).toBeUndefined();
    expect(unsuited('redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n', kept, at)).toBeUndefined();
    // One that does not say cannot be asked.
    expect(unsuited('redis_version:7.0.15\r\n', '', at)).toBeUndefined();
  });

  it.each([
    ['redis_version:6.0.16\r\n', kept],
    ['redis_version:10\r\nvalkey_version:6.1\r\n', kept],
    ['', kept],
    ['redis_version:7.0.15\r\n', 'maxmemory_policy:volatile-lru\r\n'],
  ])('is refused otherwise: %s %s', (server, memory) => {
    expect(unsuited(server, memory, at)).toMatchObject([{ code: 'queue/unsuitable' }]);
  });
});

describe('the places of a worker', () => {
  it('are found by the longest name that fits, and by whole names of folders', () => {
    const { here } = placesFor(
      [],
      [
        { from: '/mnt/a', to: '/srv' },
        { from: '/mnt/a/deep', to: '/deep' },
      ],
      '/there/models',
      '/cache',
    );
    expect(here('/mnt/a/x.jpg')).toBe('/srv/x.jpg');
    expect(here('/mnt/a/deep/x.jpg')).toBe('/deep/x.jpg');
    expect(here('/mnt/ab/x.jpg')).toBe('/mnt/ab/x.jpg');
    expect(here('/mnt/a/../../etc/passwd')).toBe('/mnt/a/../../etc/passwd');
    expect(here('/there/models/dehaze')).toMatch(/models\/dehaze$/);
  });

  it('do not reach out of the folders that are named', async () => {
    const { within, readable } = placesFor(['/tmp'], [], '/there/models', '/cache');
    for (const path of ['/etc/hostname', '/tmp/../etc/hostname', '/tmp/none/x', 'relative'])
      expect(await within(path)).toBeUndefined();
    expect(await within('/tmp')).toBeDefined();
    expect(await readable('/etc/hostname')).toBeUndefined();
  });
});
