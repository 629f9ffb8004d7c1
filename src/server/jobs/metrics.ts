import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Reading } from '../store/tables.js';
import { bytesKept } from '../store/usage.js';
import type { Delivery } from '../webhooks/delivery.js';
import { ITEM_STATES } from './item.js';
import { stateOf } from './job.js';
import type { Outcome } from './queue.js';

/** What is counted while the server runs. */
export interface JobMetrics {
  readonly settled: (outcome: Outcome, milliseconds: number) => void;
  readonly tried: (delivery: Delivery) => void;
}

/** Metrics of jobs, for Prometheus: what there is is read from the store when it is asked for. */
export const jobMetrics = (registry: Registry, reading: Reading): JobMetrics => {
  const registers = [registry];
  new Gauge({
    name: 'prismflow_jobs',
    help: 'Jobs that are kept, by state',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const state of ['waiting', 'working', 'done', 'cancelled']) this.set({ state }, 0);
      for (const { value } of reading.range('jobs')) this.inc({ state: stateOf(value) });
    },
  });
  new Gauge({
    name: 'prismflow_job_items',
    help: 'Photos of the jobs that are kept, by state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of ITEM_STATES) this.set({ state }, 0);
      for (const { value } of reading.range('jobs'))
        for (const state of ITEM_STATES) this.inc({ state }, value.counts[state]);
    },
  });
  new Gauge({
    name: 'prismflow_kept_bytes',
    help: 'Bytes of the photos and results that are kept',
    registers,
    collect() {
      this.set(bytesKept(reading));
    },
  });
  const settled = new Counter({
    name: 'prismflow_job_items_settled_total',
    help: 'Photos of jobs that were settled since the start, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'prismflow_job_item_seconds',
    help: 'Seconds that editing a photo of a job took',
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const webhooks = new Counter({
    name: 'prismflow_webhook_tries_total',
    help: 'Tries to deliver webhooks since the start, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  return {
    settled: ({ kind }, milliseconds) => {
      settled.inc({ outcome: kind });
      if (kind === 'done') seconds.observe(milliseconds / 1000);
    },
    tried: ({ state }) => webhooks.inc({ outcome: state === 'due' ? 'failed' : state }),
  };
};
