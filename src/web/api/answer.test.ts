import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentName, headerJson, problemOf, retryIn } from './answer.js';

describe('a refusal', () => {
  it('says what the server says, and its status where that says nothing', () => {
    const body = { code: 'serve/busy', title: 'Busy', detail: 'Later', remedy: 'Wait', more: 1 };
    expect(problemOf(503, body, 'x')).toEqual({
      status: 503,
      code: 'serve/busy',
      title: 'Busy',
      detail: 'Later',
      remedy: 'Wait',
    });
    for (const other of [undefined, 'text', [], { title: 5 }])
      expect(problemOf(502, other, 'x')).toEqual({ status: 502, code: 'http/502', title: 'x' });
  });

  it('is tried again when the server puts it off, a few times and not for long', () => {
    expect([retryIn(503, '2', 0), retryIn(429, null, 3), retryIn(503, '0', 0)]).toEqual([2, 1, 0.5]);
    expect([
      retryIn(503, '2', 4),
      retryIn(503, '60', 0),
      retryIn(422, '1', 0),
      retryIn(503, 'soon', 0),
    ]).toEqual(Array(4).fill(undefined));
  });
});

describe('headers', () => {
  it('carry JSON, plain or escaped as in addresses', () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(json, (value) => {
        expect(headerJson(JSON.stringify(value), 'other')).toEqual(value);
        expect(headerJson(encodeURIComponent(JSON.stringify(value)), 'other')).toEqual(value);
      }),
    );
    expect([headerJson(null, 1), headerJson('', 2), headerJson('%', 3)]).toEqual([1, 2, 3]);
  });

  it('name an attachment, by its extended name first', () => {
    expect(attachmentName('attachment; filename="a.jpg"')).toBe('a.jpg');
    expect(attachmentName('attachment; filename="a.jpg"; filename*=UTF-8\'\'%C3%A4.jpg')).toBe('ä.jpg');
    expect(attachmentName(null)).toBeUndefined();
  });
});
