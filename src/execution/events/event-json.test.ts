import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Code, codes, type Diagnostic } from '../../diagnostics/index.js';
import type { Json } from '../../ports/index.js';
import type { RunMessage } from './event.js';
import { EVENTS_VERSION, eventJson, eventWriter, messageKinds } from './event-json.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/events.schema.json', import.meta.url), 'utf8'),
) as { readonly oneOf: readonly { readonly $ref: string }[] };
const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  formats: { 'date-time': true },
}).compile(schema);

const text = fc.string({ unit: 'binary', maxLength: 12 });
const natural = fc.nat(1e6);
const key = fc.record({ path: text, index: natural, epoch: natural });
const position = fc.record({ line: fc.integer({ min: 1 }), column: fc.integer({ min: 1 }), offset: natural });
const diagnostic: fc.Arbitrary<Diagnostic> = fc.record(
  {
    code: fc.constantFrom(...(Object.keys(codes) as Code[])),
    severity: fc.constantFrom('error', 'warning'),
    message: text,
    hint: text,
    span: fc.record({ file: text, source: text, start: position, end: position }),
    cause: fc.constant(new Error('kept for logs')),
  },
  { requiredKeys: ['code', 'severity', 'message'] },
);
const diagnostics = fc.array(diagnostic, { minLength: 1, maxLength: 3 }).map((all) => all as never);
const failure = fc.record({ key, operator: text, diagnostics });
const figures = fc.dictionary(text, fc.double());
const facts = fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<Json>);
const training = fc.record(
  {
    step: natural,
    total: natural,
    phase: fc.constantFrom('pretrain' as const, 'train' as const),
    cycle: natural,
    images: natural,
    rate: fc.double({ noNaN: true, noDefaultInfinity: true }),
    metrics: figures,
    marks: fc.array(text),
    paceUntil: natural,
    stepsLeft: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    validation: fc.record({
      photos: natural,
      by: text,
      figures,
      before: figures,
      best: fc.record({ step: natural, value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    }),
  },
  { requiredKeys: ['step', 'total', 'phase', 'cycle', 'images', 'rate', 'metrics', 'marks'] },
);
const at = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const milliseconds = fc.double({ min: 0, max: 1e9, noNaN: true });
const end = fc.oneof(
  fc.constantFrom({ kind: 'complete' as const }, { kind: 'cancelled' as const }),
  fc.record({ kind: fc.constant('stopped' as const), diagnostics }),
);

/** Messages of each kind; total over them. */
const messages: {
  readonly [K in RunMessage['kind']]: fc.Arbitrary<Omit<Extract<RunMessage, { readonly kind: K }>, 'kind'>>;
} = {
  diagnostic: fc.record({ diagnostic }),
  planned: fc.record(
    { pipeline: text, bulk: fc.record({ items: natural, done: natural }) },
    { requiredKeys: ['pipeline'] },
  ),
  watching: fc.record({ pipeline: text, input: text, output: text }),
  done: fc.record({ at, key }),
  skipped: fc.record({ key }),
  failed: fc.record({ at, failure }),
  quarantined: fc.record({ failure }),
  waiting: fc.record({ key, diagnostics, milliseconds }),
  delayed: fc.record({ reason: diagnostic, milliseconds }),
  engine: fc.record({ name: text }),
  resumed: fc.record({ step: natural, folder: text }),
  measured: fc.record({ key, figures }),
  trained: fc.record({ key, training }),
  noted: fc.record({ key, operator: text, facts }),
  warned: fc.record({ key, warning: diagnostic }),
  reported: fc.record({
    report: fc.record({
      done: natural,
      skipped: natural,
      failed: fc.array(failure, { maxLength: 2 }),
      end,
      milliseconds,
    }),
  }),
};

const messageOf = (kind: RunMessage['kind']): fc.Arbitrary<RunMessage> =>
  (messages[kind] as fc.Arbitrary<object>).map((rest) => ({ kind, ...rest }) as RunMessage);

/** What a reader gets of it. */
const read = (event: object): Record<string, unknown> => JSON.parse(JSON.stringify(event));

const expectValid = (event: object): void => {
  const isValid = validate(event);
  expect(isValid, JSON.stringify([event, validate.errors])).toBe(true);
};

describe('events as JSON', () => {
  it('every kind of message has one', () => {
    expect([...messageKinds].sort()).toEqual(Object.keys(messages).sort());
  });

  it.each(Object.keys(messages) as RunMessage['kind'][])('%s is as the schema says', (kind) => {
    fc.assert(
      fc.property(messageOf(kind), (message) => {
        const event = eventJson(message);
        expectValid(read(event));
        // Numbers that JSON lacks are words.
        expect(JSON.stringify(event.figures ?? event.metrics ?? {})).not.toContain('null');
      }),
      { numRuns: 50 },
    );
  });

  it('the schema knows no other', () => {
    const events = new Set(
      messageKinds.map((kind) => eventJson(fc.sample(messageOf(kind), { numRuns: 1, seed: 1 })[0]!).event),
    );
    expect(schema.oneOf.map(({ $ref }) => $ref.replace('#/$defs/', '')).sort()).toEqual([...events].sort());
  });

  it('the schema refuses what is none', () => {
    for (const wrong of [
      {},
      { event: 'dnoe', path: 'a' },
      { event: 'done' },
      { event: 'done', path: 'a', more: 1 },
      { event: 'done', path: 'a', version: 2 },
      { event: 'measured', path: 'a', figures: { psnr: null } },
      { event: 'finished', end: 'over', done: 1, skipped: 0, failed: 0, milliseconds: 1 },
    ])
      expect([wrong, validate(wrong)]).toEqual([wrong, false]);
  });

  it('the first of a run carries the version, whichever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...messageKinds).chain(messageOf), { minLength: 1 }), (all) => {
        const written = all.map(eventWriter()).map(read);
        expect(written.map(({ version }) => version)).toEqual([
          EVENTS_VERSION,
          ...all.slice(1).map(() => undefined),
        ]);
        for (const event of written) expectValid(event);
      }),
      { numRuns: 30 },
    );
  });

  it('each has its time where there is a clock', () => {
    const write = eventWriter(() => '2026-11-29T12:00:00.000Z');
    const first = write({ kind: 'engine', name: 'cpu' });
    expect(first).toEqual({ event: 'engine', version: 1, at: '2026-11-29T12:00:00.000Z', name: 'cpu' });
    expectValid(first);
    expect(write({ kind: 'engine', name: 'cpu' })).toEqual({
      event: 'engine',
      at: '2026-11-29T12:00:00.000Z',
      name: 'cpu',
    });
  });
});
