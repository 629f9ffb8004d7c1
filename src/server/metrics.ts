import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Editor } from '../execution/editing/editor.js';

/** What Prometheus reads of the server. */
export interface Metrics {
  readonly registry: Registry;
  readonly answered: (route: string, method: string, status: number, seconds: number) => void;
}

/** Seconds: from a look at a job to a large photo's edit. */
const BUCKETS = [0.005, 0.02, 0.05, 0.15, 0.5, 1, 3, 10, 30, 120];

/** @param editor whose load is read when metrics are */
export const createMetrics = (editor: Editor): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'prismflow_' });
  const requests = new Counter({
    name: 'prismflow_http_requests_total',
    help: 'Requests that were answered',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'prismflow_http_request_seconds',
    help: 'How long answers took',
    labelNames: ['route', 'method'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const load = new Gauge({
    name: 'prismflow_edits',
    help: 'Edits and previews that wait and that are worked on',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      const { waiting, working } = editor.load();
      load.set({ state: 'waiting' }, waiting);
      load.set({ state: 'working' }, working);
    },
  });
  return {
    registry,
    answered: (route, method, status, took) => {
      requests.inc({ route, method, status });
      seconds.observe({ route, method }, took);
    },
  };
};
