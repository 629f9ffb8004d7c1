import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../store/store.js';
import { makeToken, noteUse, revoke, tokenOf, tokensIn } from './keeping.js';
import { allows } from './scopes.js';
import { newToken, partsOf } from './token.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a token', () => {
  it('counts until it expires or is revoked, and is kept as a digest alone', async () => {
    const store = openStore(folder);
    const { token, text } = await makeToken(store, { name: 'n', scopes: ['jobs'], created: 0, expires: 100 });
    expect(tokenOf(store, text, 99)?.id).toBe(token.id);
    expect(tokenOf(store, text, 100)).toBeUndefined();
    const { secret = '' } = partsOf(text) ?? {};
    expect(readFileSync(join(folder, 'data.mdb')).includes(secret)).toBe(false);
    expect(
      tokenOf(
        store,
        text.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        1,
      ),
    ).toBeUndefined();
    expect(tokenOf(store, newToken({ name: '', scopes: [], created: 0 }).text, 1)).toBeUndefined();
    noteUse(store, token, 3_600_001);
    expect(store.get('tokens', token.id)?.used).toBe(3_600_000);

    // Another process revokes it, and this one knows at once.
    expect(store.change((draft) => revoke(draft, token.id, 50)).value?.revoked).toBe(50);
    expect(tokenOf(store, text, 51)).toBeUndefined();
    expect(store.change((draft) => revoke(draft, 'none', 50)).value).toBeUndefined();
    expect(tokensIn(store).map(({ name }) => name)).toEqual(['n']);
    await store.close();
  });

  it('is read from no other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(partsOf(text)).toBeUndefined();
      }),
    );
    const { text } = newToken({ name: '', scopes: [], created: 0 });
    for (const wrong of [` ${text}`, `${text}_`, text.toUpperCase(), text.slice(1), text.slice(0, -1)])
      expect(partsOf(wrong)).toBeUndefined();
  });

  it('allows its scopes, and everything with `admin`', () => {
    expect(allows(['edit'], 'edit')).toBe(true);
    expect(allows(['edit'], 'jobs')).toBe(false);
    expect(allows(['jobs', 'edit'], 'admin')).toBe(false);
    expect(allows(['admin'], 'jobs')).toBe(true);
    expect(allows([], 'edit')).toBe(false);
  });
});
