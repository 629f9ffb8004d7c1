import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { smallHeapFlags } from './heap.js';

const runNode = (...args: readonly string[]) => spawnSync(process.execPath, [...args], { encoding: 'utf8' });

it('sets only flags that the V8 of this Node knows', () => {
  const flags = smallHeapFlags(process.versions.v8);
  expect(flags.length).toBeGreaterThan(1);
  const { stderr, status } = runNode(
    '-e',
    `const { setFlagsFromString } = require('node:v8'); ${JSON.stringify(flags)}.forEach((f) => setFlagsFromString(f));`,
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

it('sees V8 complain of a flag that it does not know', () => {
  const { stderr } = runNode('-e', `require('node:v8').setFlagsFromString('--no-such-flag=1')`);
  expect(stderr).toContain('no-such-flag');
});

it('leaves out the budget of interrupts where V8 counts invocations', () => {
  expect(smallHeapFlags('11.3.244.8-node.30')).toContain('--interrupt-budget=4000000');
  expect(smallHeapFlags('12.4.254.21-node.33')).not.toContain('--interrupt-budget=4000000');
  expect(smallHeapFlags('13.6.233.10-node.28')).not.toContain('--interrupt-budget=4000000');
});
