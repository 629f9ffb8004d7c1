import type { Diagnostic } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { ItemFailure, Json } from '../../ports/index.js';
import type { RunMessage } from './event.js';

/** The version of the events' shape: raised when something of it is taken away or means something else. See docs/events.md. */
export const EVENTS_VERSION = 1;

type JsonObject = Readonly<Record<string, Json>>;

/** A message as JSON: its name, and what it says. */
export interface EventJson extends JsonObject {
  readonly event: string;
}

/** A diagnostic as JSON. */
export const diagnosticJson = ({ code, severity, message, hint, span }: Diagnostic) => ({
  code,
  severity,
  message,
  ...definedOnly({ hint }),
  ...(span === undefined ? {} : { file: span.file, line: span.start.line, column: span.start.column }),
});

/** Figures as JSON can hold them: the PSNR of equal pictures becomes `"Infinity"`, where JSON would have null. */
export const figuresJson = (
  figures: Readonly<Record<string, number>>,
): Readonly<Record<string, number | string>> =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
  );

const failureJson = ({ key, operator, diagnostics }: ItemFailure) => ({
  path: key.path,
  operator,
  diagnostics: diagnostics.map(diagnosticJson),
});

type Mappers = {
  readonly [K in RunMessage['kind']]: (message: Extract<RunMessage, { readonly kind: K }>) => EventJson;
};

/** How each kind of message is written; total over them. */
const mappers: Mappers = {
  diagnostic: ({ diagnostic }) => ({ event: 'diagnostic', ...diagnosticJson(diagnostic) }),
  planned: ({ pipeline, bulk }) => ({ event: 'started', pipeline, ...bulk }),
  watching: ({ pipeline, input, output }) => ({ event: 'watching', pipeline, input, output }),
  done: ({ key }) => ({ event: 'done', path: key.path }),
  skipped: ({ key }) => ({ event: 'skipped', path: key.path }),
  failed: ({ failure }) => ({ event: 'failed', ...failureJson(failure) }),
  quarantined: ({ failure }) => ({ event: 'quarantined', ...failureJson(failure) }),
  waiting: ({ key, milliseconds, diagnostics }) => ({
    event: 'waiting',
    path: key.path,
    milliseconds,
    diagnostics: diagnostics.map(diagnosticJson),
  }),
  delayed: ({ reason, milliseconds }) => ({
    event: 'waiting',
    milliseconds,
    diagnostics: [diagnosticJson(reason)],
  }),
  engine: ({ name }) => ({ event: 'engine', name }),
  resumed: ({ step, folder }) => ({ event: 'resumed', step, folder }),
  measured: ({ key, figures }) => ({ event: 'measured', path: key.path, figures: figuresJson(figures) }),
  trained: ({ training: { paceUntil, stepsLeft, validation, ...step } }) => ({
    event: 'trained',
    ...step,
    metrics: figuresJson(step.metrics),
    ...definedOnly({ paceUntil, stepsLeft }),
    ...(validation && {
      validation: {
        ...validation,
        figures: figuresJson(validation.figures),
        before: figuresJson(validation.before),
        best: { ...validation.best },
      },
    }),
  }),
  noted: ({ key, operator, facts }) => ({ event: 'noted', path: key.path, operator, facts }),
  warned: ({ key, warning }) => ({ event: 'warned', path: key.path, ...diagnosticJson(warning) }),
  reported: ({ report: { end, done, skipped, failed, milliseconds } }) => ({
    event: 'finished',
    end: end.kind,
    done,
    skipped,
    failed: failed.length,
    milliseconds: Math.round(milliseconds),
    ...(end.kind === 'stopped' ? { diagnostics: end.diagnostics.map(diagnosticJson) } : {}),
  }),
};

/** The kinds of messages, each of which has an event. */
export const messageKinds = Object.keys(mappers) as readonly RunMessage['kind'][];

/** A message of a run as JSON, by the schema in docs/events.schema.json but for the version, which the first one carries. */
export const eventJson = (message: RunMessage): EventJson =>
  // TypeScript does not see that the mapper of a message's kind takes that message.
  (mappers[message.kind] as (message: RunMessage) => EventJson)(message);

/**
 * Messages of one run as JSON, one after the other: the first carries the version of their shape, and where a clock is given each has
 * its time.
 *
 * @param now gives the time of a message, ISO 8601
 */
export const eventWriter = (now?: () => string): ((message: RunMessage) => EventJson) => {
  let isFirst = true;
  return (message) => {
    const { event, ...rest } = eventJson(message);
    const version = isFirst ? { version: EVENTS_VERSION } : {};
    isFirst = false;
    return { event, ...version, ...(now === undefined ? {} : { at: now() }), ...rest };
  };
};
