import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { ANYWHERE, PUBLIC, type Reach } from '../outbound/reach.js';
import { openStore, type Store } from '../store/store.js';
import { type Delivery, MOST_TRIES, newDelivery, tried, waitAfter } from './delivery.js';
import { serverSecret } from './secret.js';
import { type Sender, startSender } from './sender.js';

const HOUR = 3_600_000;
const delivery = newDelivery({
  id: 'msg_1',
  job: 'j'.padEnd(29, '0'),
  owner: 'local',
  url: 'http://127.0.0.1/',
  payload: '{"a":1}',
  created: 0,
});
const attempt = { at: 0, milliseconds: 1 };

describe('a delivery', () => {
  it('waits longer after each try, for a day or so', () => {
    const waits = Array.from({ length: MOST_TRIES - 1 }, (_, i) => waitAfter(i + 1, 0.5));
    expect(waits.slice(0, 3)).toEqual([5000, 15_000, 45_000]);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    const sum = waits.reduce((all, wait) => all + wait, 0);
    expect(sum).toBeGreaterThan(24 * HOUR);
    expect(sum).toBeLessThan(48 * HOUR);
    expect(waitAfter(1, 0, 60_000)).toBe(60_000);
    expect(waitAfter(1, 0, 1e12)).toBe(6 * HOUR);
  });

  it('is made, and ends in one of two ways, whatever is answered', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 100, max: 599 })), { maxLength: 20 }), (answers) => {
        let now: Delivery = delivery;
        for (const status of answers) {
          if (now.state !== 'due') break;
          now = tried(now, { ...attempt, ...(status === null ? { problem: 'no' } : { status }) }, 0.5);
          expect(now.last.length).toBeLessThanOrEqual(5);
          const isOk = status !== null && status >= 200 && status < 300;
          expect(now.state === 'delivered').toBe(isOk);
        }
        expect(now.tries).toBeLessThanOrEqual(MOST_TRIES);
        if (now.tries === MOST_TRIES) expect(now.state).not.toBe('due');
      }),
    );
    expect(tried(delivery, { ...attempt, status: 410 }, 0).state).toBe('given-up');
  });
});

describe('the sender', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'prismflow-webhooks-'));
    closing.push(async () => rmSync(made, { recursive: true, force: true }));
    return made;
  };

  interface Got {
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }
  const receiver = async (statuses: readonly number[], headers = {}) => {
    const got: Got[] = [];
    const server: Server = createServer(async (request, answer) => {
      got.push({ headers: request.headers, body: await text(request) });
      answer.writeHead(statuses[got.length - 1] ?? 200, headers).end('x'.repeat(100_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
  };

  const put = (store: Store, url: string): void => {
    const due = { ...delivery, url, at: 0 };
    store.change((draft) => {
      draft.put('deliveries', ['j'.padEnd(29, '0'), due.id], due);
      draft.put('due', [0, 'j'.padEnd(29, '0'), due.id], true);
    });
  };

  /** A sender with a clock that stands still, and is put forward by hand. */
  const sending = (store: Store, reach: Reach = ANYWHERE, start = Date.now()) => {
    let clock = start;
    let heard: (delivery: Delivery) => void = () => undefined;
    const sender: Sender = startSender({
      store,
      reach,
      now: () => clock,
      random: () => 0.5,
      tried: (after) => heard(after),
      failed: (thrown) => {
        throw thrown;
      },
    });
    const next = (): Promise<Delivery> =>
      new Promise((resolve) => {
        heard = resolve;
        sender.wake();
      });
    closing.push(() => sender.stop());
    return { sender, next, forward: (milliseconds: number) => (clock += milliseconds), now: () => clock };
  };

  it('signs by Standard Webhooks, and tries again until it is answered, also after a restart', async () => {
    const place = folder();
    const first = openStore(place);
    const secret = await serverSecret(first);
    const { got, url } = await receiver([500, 302, 204], { location: 'http://127.0.0.1:1/' });
    put(first, url);
    const one = sending(first);
    expect(await one.next()).toMatchObject({ state: 'due', tries: 1, at: one.now() + 5000 });
    await one.sender.stop();
    await first.close();

    const second = openStore(place);
    closing.push(() => second.close());
    expect(await serverSecret(second)).toBe(secret);
    const two = sending(second, ANYWHERE, one.now() + 5000);
    expect(await two.next()).toMatchObject({
      state: 'due',
      tries: 2,
      last: [{ status: 500 }, { status: 302 }],
    });
    two.forward(20_000);
    expect(await two.next()).toMatchObject({ state: 'delivered', tries: 3 });
    expect([...second.range('due')]).toEqual([]);

    expect(got).toHaveLength(3);
    for (const { headers, body } of got) {
      const signed = {
        'webhook-id': String(headers['webhook-id']),
        'webhook-timestamp': String(headers['webhook-timestamp']),
        'webhook-signature': String(headers['webhook-signature']),
      };
      expect(new Webhook(secret).verify(body, signed)).toEqual({ a: 1 });
      // A receiver that checks notices another body, another id, another time, and a message that is played again later.
      expect(() => new Webhook(secret).verify(`${body} `, signed)).toThrow();
      expect(() => new Webhook(secret).verify(body, { ...signed, 'webhook-id': 'msg_2' })).toThrow();
      const later = String(Number(signed['webhook-timestamp']) - 600);
      expect(() => new Webhook(secret).verify(body, { ...signed, 'webhook-timestamp': later })).toThrow();
      expect(signed['webhook-id']).toBe('msg_1');
    }
  });

  it('waits as long as it is asked to', async () => {
    const store = openStore(folder());
    closing.push(() => store.close());
    await serverSecret(store);
    const { url } = await receiver([429], { 'retry-after': '120' });
    put(store, url);
    const one = sending(store);
    expect(await one.next()).toMatchObject({ at: one.now() + 120_000 });
  });

  it('sends nothing to addresses that are not public, unless that is allowed', async () => {
    const store = openStore(folder());
    closing.push(() => store.close());
    await serverSecret(store);
    const { got, url } = await receiver([]);
    put(store, url.replace('127.0.0.1', 'localhost'));
    const after = await sending(store, { ...PUBLIC, protocols: ['http:'] }).next();
    expect(after.last[0]?.problem).toMatch(/no public address/);
    expect(got).toEqual([]);
  });
});
