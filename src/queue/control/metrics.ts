import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Gauge, Registry } from 'prom-client';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Address } from '../address.js';
import { type Overview, overviewOf } from './overview.js';

/** What there is in a queue, as Prometheus reads it: what KEDA and groups of machines are scaled by. */
export const metricsText = async (overview: Overview): Promise<string> => {
  const registry = new Registry();
  const gauge = (
    name: string,
    help: string,
    values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[],
  ): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: Object.keys(values[0]?.[0] ?? {}),
      registers: [registry],
    });
    for (const [labels, value] of values) made.set(labels, value);
  };
  const { waiting, active, delayed, dead, runs, workers, isPaused, oldest } = overview;
  gauge('prismflow_queue_photos', 'Photos in the queue, by state', [
    [{ state: 'waiting' }, waiting],
    [{ state: 'active' }, active],
    [{ state: 'given back' }, delayed],
    [{ state: 'dead' }, dead],
  ]);
  gauge('prismflow_queue_oldest_waiting_seconds', 'Seconds that the photo has waited which comes next', [
    [{}, oldest],
  ]);
  gauge('prismflow_queue_paused', 'Whether workers take nothing', [[{}, isPaused ? 1 : 0]]);
  gauge('prismflow_queue_workers', 'Workers that give a sign of life', [[{}, workers.length]]);
  const lanes = workers.reduce((sum, { jobs }) => sum + jobs, 0);
  const busy = workers.reduce((sum, each) => sum + each.busy, 0);
  gauge('prismflow_queue_utilisation', 'Share of the lanes of all workers that are busy', [
    [{}, lanes === 0 ? 0 : busy / lanes],
  ]);
  gauge(
    'prismflow_queue_remaining_photos',
    'Photos of all runs that are neither done nor failed, queued or not',
    [[{}, runs.reduce((sum, { total, done, failed }) => sum + Math.max(0, total - done - failed), 0)]],
  );
  gauge(
    'prismflow_run_photos',
    'Photos of a run, by what became of them',
    runs.flatMap(({ id, total, done, failed }) => [
      [{ run: id, state: 'total' }, total] as const,
      [{ run: id, state: 'done' }, done] as const,
      [{ run: id, state: 'failed' }, failed] as const,
    ]),
  );
  gauge(
    'prismflow_worker_photos_per_minute',
    'Photos a minute that a worker did, of late',
    workers.map(({ id, rate }) => [{ worker: id }, rate]),
  );
  gauge(
    'prismflow_worker_utilisation',
    'Share of a worker’s lanes that are busy',
    workers.map(({ id, jobs, busy: at }) => [{ worker: id }, jobs === 0 ? 0 : at / jobs]),
  );
  gauge(
    'prismflow_worker_photos',
    'Photos that a worker was at since it began, by what became of them',
    workers.flatMap(({ id, done, failed, refused }) => [
      [{ worker: id, outcome: 'done' }, done] as const,
      [{ worker: id, outcome: 'failed' }, failed] as const,
      [{ worker: id, outcome: 'given back' }, refused] as const,
    ]),
  );
  return registry.metrics();
};

/** The same of a queue, once. Errors: `queue/unreachable`, `queue/unsuitable`. */
export const queueMetrics = (address: Address): TE.TaskEither<Diagnostics, string> =>
  pipe(
    overviewOf(address),
    TE.chainTaskK((overview) => () => metricsText(overview)),
  );

/** Where metrics are listened for. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** What one look at a queue counts for, in milliseconds: who asks more often gets the same again. */
const FRESH_MS = 1000;

/** Answers `GET /metrics` for as long as it is open; 503 while the queue cannot be asked. Error: `serve/address`. */
export const serveMetrics =
  (address: Address, host: string, port: number): TE.TaskEither<Diagnostics, Listening> =>
  () =>
    new Promise((resolve) => {
      let last: { readonly at: number; readonly text: Promise<E.Either<Diagnostics, string>> } | undefined;
      const look = (): Promise<E.Either<Diagnostics, string>> => {
        if (last === undefined || Date.now() - last.at > FRESH_MS)
          last = { at: Date.now(), text: queueMetrics(address)() };
        return last.text;
      };
      const server = createServer((request, response) => {
        if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end();
        void look().then((text) => {
          if (E.isLeft(text)) return void response.writeHead(503).end(`${text.left[0].message}\n`);
          response
            .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
            .end(text.right);
        });
      });
      server.once('error', (cause) =>
        resolve(
          E.left([
            failure(
              'serve/address',
              `Metrics cannot be listened for at ${host}:${port}: ${messageOf(cause)}.`,
              { cause },
            ),
          ]),
        ),
      );
      server.listen(port, host, () =>
        resolve(
          E.right({
            port: (server.address() as AddressInfo).port,
            close: () =>
              new Promise((closed) => {
                server.close(() => closed());
                server.closeAllConnections();
              }),
          }),
        ),
      );
    });
