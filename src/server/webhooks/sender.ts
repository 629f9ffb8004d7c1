import type { IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { DiagnosticError } from '../../diagnostics/index.js';
import { type Reach, readUrl } from '../outbound/reach.js';
import { send } from '../outbound/request.js';
import type { Store } from '../store/store.js';
import type { Reading } from '../store/tables.js';
import { type Delivery, type Due, type Try, tried } from './delivery.js';
import { webhookSecretOf } from './secret.js';

/** What webhooks are sent with. */
export interface SenderOptions {
  readonly store: Store;
  readonly reach: Reach;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Is told what became of each try. */
  readonly tried?: (delivery: Delivery) => void;
  readonly failed: (thrown: unknown) => void;
}

/** What sends webhooks when they are due. */
export interface Sender {
  /** Looks what is due. */
  readonly wake: () => void;
  /** Sends no more; a try that is under way is given up, and made again after the next start. */
  readonly stop: () => Promise<void>;
}

/** Milliseconds that a receiver has to answer, as Standard Webhooks has it. */
const ANSWER_MS = 15_000;
const AT_ONCE = 4;
/** The longest that is slept, lest a timer overflow. */
const LONGEST_SLEEP_MS = 3600 * 1000;

/** The headers that a receiver checks: id and time are signed with the body, so a replay is known by them. */
export const signedHeaders = (
  secret: string,
  { id, payload }: Pick<Delivery, 'id' | 'payload'>,
  now: number,
): Readonly<Record<string, string>> => {
  // Both say the same second.
  const seconds = Math.floor(now / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'prismflow',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), payload),
  };
};

/** Milliseconds that an answer asks to wait; 0 where it does not say. */
const askedBy = ({ statusCode, headers }: IncomingMessage): number => {
  const seconds = Number(headers['retry-after']);
  return (statusCode === 429 || statusCode === 503) && Number.isFinite(seconds) && seconds > 0
    ? seconds * 1000
    : 0;
};

interface Answer {
  readonly status?: number;
  readonly problem?: string;
  readonly asked: number;
}

const post = async (
  delivery: Due,
  secret: string,
  { reach, now }: SenderOptions,
  stop: AbortSignal,
): Promise<Answer> => {
  const url = readUrl(delivery.url, reach);
  if (!(url instanceof URL)) return { problem: url[0].message, asked: 0 };
  try {
    const answer = await send(
      url,
      {
        method: 'POST',
        headers: signedHeaders(secret, delivery, now()),
        body: delivery.payload,
        signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]),
      },
      reach,
    );
    // Nothing of the answer counts but its head.
    answer.destroy();
    return { status: answer.statusCode ?? 0, asked: askedBy(answer) };
  } catch (thrown) {
    const problem = thrown instanceof DiagnosticError ? thrown.diagnostics[0].message : String(thrown);
    return { problem, asked: 0 };
  }
};

const nextDue = (reading: Reading, busy: ReadonlySet<string>): Due | undefined => {
  for (const {
    key: [, job, id],
  } of reading.range('due')) {
    const delivery = busy.has(id) ? undefined : reading.get('deliveries', job, id);
    if (delivery?.state === 'due') return delivery;
  }
  return undefined;
};

/** Writes down what became of a try, unless the delivery went away with its job meanwhile. */
const keepTry = ({ store, random }: SenderOptions, { job, id }: Due, attempt: Try, asked: number) =>
  store.change((draft) => {
    const now = draft.get('deliveries', job, id);
    if (now?.state !== 'due') return undefined;
    const after = tried(now, attempt, random(), asked);
    draft.remove('due', now.at, job, id);
    draft.put('deliveries', [job, id], after);
    if (after.state === 'due') draft.put('due', [after.at, job, id], true);
    return after;
  });

/** Starts sending what is due, now and whenever `wake` is called. */
export const startSender = (options: SenderOptions): Sender => {
  const { store, now } = options;
  const stopping = new AbortController();
  const busy = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  const tryOnce = async (delivery: Due): Promise<void> => {
    const at = now();
    const began = performance.now();
    const { asked, ...answer } = await post(
      delivery,
      webhookSecretOf(store, delivery.owner),
      options,
      stopping.signal,
    );
    if (stopping.signal.aborted) return;
    const attempt: Try = { at, milliseconds: Math.round(performance.now() - began), ...answer };
    const { value: after, kept } = keepTry(options, delivery, attempt, asked);
    await kept;
    if (after !== undefined) options.tried?.(after);
  };

  const wake = (): void => {
    clearTimeout(timer);
    while (!stopping.signal.aborted && busy.size < AT_ONCE) {
      const delivery = nextDue(store, new Set(busy.keys()));
      if (delivery === undefined) return;
      if (delivery.at > now()) {
        timer = setTimeout(wake, Math.min(delivery.at - now(), LONGEST_SLEEP_MS));
        timer.unref();
        return;
      }
      const done = tryOnce(delivery)
        .catch(options.failed)
        .finally(() => {
          busy.delete(delivery.id);
          wake();
        });
      busy.set(delivery.id, done);
    }
  };

  return {
    wake,
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await Promise.all(busy.values());
    },
  };
};
