import { describe, expect, it } from 'vitest';
import { commandOf } from './keys.js';

const key = (of: string, ...held: readonly string[]) => ({
  key: of,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  shiftKey: held.includes('shift'),
  altKey: held.includes('alt'),
});

describe('keys', () => {
  it('alone are commands, unless they are switched off', () => {
    expect(commandOf(key('D', 'shift'), true)).toBe('split');
    expect(commandOf(key('d'), false)).toBeUndefined();
    expect(commandOf(key('constructor'), true)).toBeUndefined();
  });

  it('with Ctrl are commands always, and those of the browser are left to it', () => {
    expect(commandOf(key('z', 'ctrl'), false)).toBe('undo');
    expect(commandOf(key('Z', 'meta', 'shift'), false)).toBe('redo');
    expect(commandOf(key('c', 'ctrl'), true)).toBeUndefined();
    expect(commandOf(key('s', 'ctrl', 'shift'), true)).toBeUndefined();
  });
});
