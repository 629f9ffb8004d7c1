import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { DiagnosticError, failure } from '../diagnostics/index.js';

/** One event of a stream of server-sent events. */
export interface ServerEvent {
  /** Up to where everything was told by then; a client that comes back begins behind it. */
  readonly id: number | string;
  readonly event: string;
  readonly data: unknown;
}

/** Streams of events of one kind. */
export interface EventStreams {
  /**
   * Answers with events as they come. Errors: `job/too-many-streams`.
   *
   * @param events begins them; its signal aborts when the client is gone, or the server is stopped
   */
  readonly answer: (
    reply: FastifyReply,
    events: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
  ) => FastifyReply;
}

/** How streams are kept. */
export interface StreamOptions {
  /** What clients are told of, as errors say it. */
  readonly subject: string;
  /** Streams that are open at the same time. */
  readonly most: number;
  /** Aborts when the server is stopped: streams would never end by themselves. */
  readonly stopping: AbortSignal;
  /** Milliseconds of silence after which a stream says that it lives. Default: 15 s. */
  readonly heartbeat?: number | undefined;
}

/** What is sent when nothing happens, so that nobody in between takes the connection for dead. */
const HEARTBEAT = ': \n\n';

/** An event as it is sent: JSON holds no line breaks. */
const eventText = ({ id, event, data }: ServerEvent): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** Such a stream as an answer of OpenAPI. */
export const eventsAnswer = (description: string) => ({
  description,
  content: { 'text/event-stream': { schema: Type.Unsafe<unknown>({ type: 'string' }) } },
});

/** No stream yet. */
export const createEventStreams = ({
  subject,
  most,
  stopping,
  heartbeat = 15_000,
}: StreamOptions): EventStreams => {
  let open = 0;
  return {
    answer: (reply, events) => {
      if (open >= most)
        throw new DiagnosticError([
          failure('job/too-many-streams', `${most} clients are told of ${subject} already.`),
        ]);
      open++;
      const gone = new AbortController();
      reply.raw.once('close', () => {
        open--;
        gone.abort();
      });
      const texts = textsOf(events(AbortSignal.any([gone.signal, stopping])), heartbeat);
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(texts, { objectMode: false, highWaterMark: 1 << 14 }));
    },
  };
};

/** The text of events as they come, with a sign of life whenever none came for so many milliseconds. */
async function* textsOf(source: AsyncIterable<ServerEvent>, milliseconds: number): AsyncGenerator<string> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const quiet = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, milliseconds, undefined);
      });
      const result = await Promise.race([next, quiet]).finally(() => clearTimeout(timer));
      if (result === undefined) yield HEARTBEAT;
      else if (result.done === true) return;
      else {
        yield eventText(result.value);
        next = iterator.next();
      }
    }
  } finally {
    // A source that waits for something ends by its own signal.
    void iterator.return?.();
  }
}
