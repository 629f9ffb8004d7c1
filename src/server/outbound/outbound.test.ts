import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isPublic } from './addresses.js';
import { fetchFile } from './fetch-file.js';
import { ANYWHERE, PUBLIC, type Reach, readUrl } from './reach.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-outbound-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('public addresses', () => {
  it.each(['93.184.216.34', '8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:830::200e'])(
    'are such as %s',
    (address) => expect(isPublic(address)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
    ...[
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.1',
      '192.0.2.1',
      '192.168.1.1',
      '198.18.0.1',
      '198.51.100.1',
    ],
    ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '::ffff:0:127.0.0.1'],
    ...[
      '64:ff9b::7f00:1',
      '64:ff9b:1::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      '2001:db8::1',
      'fc00::1',
      'fd12::1',
    ],
    ...['fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '100::1', '3fff::1', '2001:2::1', '5f00::1'],
    ...['', 'localhost', '127.0.0.1.', 'a'],
  ])('are not such as %s', (address) => expect(isPublic(address)).toBe(false));
});

describe('a URL', () => {
  const codeOf = (text: string): string | undefined => {
    const read = readUrl(text, PUBLIC);
    return read instanceof URL ? undefined : read[0].code;
  };

  it('is read', () => expect(codeOf('https://example.org/a.jpg?b=c')).toBeUndefined());

  it.each([
    'http://example.org/',
    'file:///etc/passwd',
    'ftp://a/',
    'x',
    'https://u:p@example.org/',
    'https://u@a.b/',
    'data:,x',
  ])('is refused: %s', (text) => expect(codeOf(text)).toBe('fetch/bad-url'));

  it.each([
    ...[
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://017700000001/',
    ],
    ...[
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://169.254.169.254/latest',
      'https://①②⑦.0.0.1/',
    ],
  ])('with an address that is not public is refused, however it is written: %s', (text) =>
    expect(codeOf(text)).toBe('fetch/private-address'),
  );
});

describe('fetching', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const serve = (listener: RequestListener): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer(listener);
      servers.push(server);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });

  const local: Reach = { ...ANYWHERE, allows: (address) => address === '127.0.0.1' };
  const limits = { bytes: 1000, milliseconds: 2000, redirects: 2 };
  let count = 0;
  const fetching = async (url: string, reach: Reach = local, signal = new AbortController().signal) => {
    const to = join(folder, String(++count));
    const result = await fetchFile(reach, limits)(url, to, signal)();
    expect(existsSync(to)).toBe(E.isRight(result));
    return E.isRight(result) ? readFileSync(to, 'utf8') : result.left[0].code;
  };

  it('writes a file', async () => {
    const port = await serve((_, answer) => answer.end('photo'));
    expect(await fetching(`http://127.0.0.1:${port}/`)).toBe('photo');
  });

  it('follows some redirects, to where it may go only', async () => {
    const port = await serve((request, answer) => {
      const to: Readonly<Record<string, string>> = {
        '/once': '/',
        '/loop': '/loop',
        '/file': 'file:///etc/passwd',
        '/inside': 'http://127.0.0.2/',
        '/bad': 'http://[',
      };
      const location = to[request.url ?? ''];
      if (location === undefined) answer.end('photo');
      else answer.writeHead(302, { location }).end();
    });
    const at = (path: string) => fetching(`http://127.0.0.1:${port}${path}`);
    expect(await at('/once')).toBe('photo');
    expect(await at('/loop')).toBe('fetch/refused');
    expect(await at('/file')).toBe('fetch/bad-url');
    expect(await at('/inside')).toBe('fetch/private-address');
    expect(await at('/bad')).toBe('fetch/refused');
  });

  it('refuses names of which one address is not public, and asks for them once', async () => {
    const port = await serve((_, answer) => answer.end('photo'));
    let asked = 0;
    const named = (...addresses: readonly string[]): Reach => ({
      ...local,
      resolve: async () => {
        asked++;
        return addresses.map((address) => ({ address, family: 4 }));
      },
    });
    expect(await fetching(`http://photos.example:${port}/`, named('127.0.0.1'))).toBe('photo');
    expect(asked).toBe(1);
    expect(await fetching(`http://photos.example:${port}/`, named('127.0.0.1', '10.0.0.1'))).toBe(
      'fetch/private-address',
    );
    expect(
      await fetching(`http://photos.example:${port}/`, {
        ...PUBLIC,
        protocols: ['http:'],
        resolve: named('127.0.0.1').resolve,
      }),
    ).toBe('fetch/private-address');
  });

  it('stops at too many bytes, whether they are announced or not', async () => {
    const port = await serve((request, answer) => {
      if (request.url === '/told') answer.setHeader('content-length', 2000);
      answer.write('x'.repeat(900));
      answer.end('x'.repeat(1100));
    });
    expect(await fetching(`http://127.0.0.1:${port}/told`)).toBe('fetch/too-large');
    expect(await fetching(`http://127.0.0.1:${port}/`)).toBe('fetch/too-large');
  });

  it('stops when it takes too long, or is told to', async () => {
    const port = await serve((_, answer) => void answer.write('x'));
    expect(await fetching(`http://127.0.0.1:${port}/`)).toBe('fetch/too-slow');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await fetching(`http://127.0.0.1:${port}/`, local, stop.signal)).toBe('run/cancelled');
  });

  it('takes no other answers, nor what is compressed', async () => {
    const port = await serve((request, answer) => {
      if (request.url === '/zip') answer.setHeader('content-encoding', 'gzip');
      else answer.statusCode = 404;
      answer.end('x');
    });
    expect(await fetching(`http://127.0.0.1:${port}/`)).toBe('fetch/refused');
    expect(await fetching(`http://127.0.0.1:${port}/zip`)).toBe('fetch/refused');
    expect(await fetching(`http://127.0.0.1:1/`)).toBe('fetch/unreachable');
  });
});
