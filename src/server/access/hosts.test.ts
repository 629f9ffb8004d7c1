import { describe, expect, it } from 'vitest';
import { createGate, hostName, isLoopback } from './hosts.js';

const asked = { method: 'GET', host: 'localhost:8080', origin: undefined, site: undefined, mode: undefined };
const codeOf = (gate: ReturnType<typeof createGate>, more: object): string | undefined =>
  gate.refusal({ ...asked, ...more })?.[0].code;

describe('a server of this machine', () => {
  const gate = createGate('127.0.0.1', []);

  it('answers to its own names', () => {
    for (const host of ['localhost:8080', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])
      expect([host, codeOf(gate, { host })]).toEqual([host, undefined]);
  });

  it('refuses names that others point at it', () => {
    for (const host of [
      undefined,
      '',
      'evil.example',
      'localhost.evil.example:8080',
      '127.0.0.1.evil.example',
      '192.168.0.7:8080',
      'localhost:8080@evil',
      'local host',
      'x'.repeat(400),
    ])
      expect([host, codeOf(gate, { host })]).toEqual([host, 'serve/host']);
  });

  it('refuses pages of other sites, and of other ports of this machine', () => {
    expect(codeOf(gate, { origin: 'http://localhost:8080' })).toBeUndefined();
    for (const origin of [
      'null',
      'https://evil.example',
      'http://localhost:3000',
      'http://127.0.0.1:8080',
      'file://',
    ])
      expect([origin, codeOf(gate, { method: 'POST', origin })]).toEqual([origin, 'serve/origin']);
    for (const site of ['cross-site', 'same-site'])
      expect(codeOf(gate, { site, mode: 'no-cors' })).toBe('serve/origin');
    expect(codeOf(gate, { site: 'same-origin', mode: 'cors' })).toBeUndefined();
    expect(codeOf(gate, { site: 'none', mode: 'navigate' })).toBeUndefined();
  });

  it('lets a link lead to it, but no form', () => {
    const foreign = { site: 'cross-site', mode: 'navigate' };
    expect(codeOf(gate, foreign)).toBeUndefined();
    expect(codeOf(gate, { ...foreign, method: 'POST' })).toBe('serve/origin');
  });
});

describe('a server behind a proxy, or for a network', () => {
  it('answers to its public address', () => {
    const gate = createGate('127.0.0.1', ['https://photos.example.org']);
    expect(
      codeOf(gate, { host: 'photos.example.org', origin: 'https://photos.example.org' }),
    ).toBeUndefined();
    expect(codeOf(gate, { host: 'photos.example.org', origin: 'https://evil.example' })).toBe('serve/origin');
  });

  it('answers to numbers at all addresses: no name leads there', () => {
    const gate = createGate('0.0.0.0', []);
    expect(codeOf(gate, { host: '192.168.0.7:8080' })).toBeUndefined();
    expect(codeOf(gate, { host: 'evil.example' })).toBe('serve/host');
  });

  it('knows which addresses this machine alone reaches', () => {
    expect(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '192.168.0.1', '127.evil.example', '::'].some(isLoopback)).toBe(false);
    expect(hostName('[::1]:80')).toBe('::1');
  });
});
