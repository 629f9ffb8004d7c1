import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { analyse } from './compile.js';
import { requireNamed, requireServerNamed } from './network.js';

const graphOf = async (text: string) => {
  const graph = await analyse({ path: '/x/p.yaml', text }, { plugins: 'refuse' })();
  if (E.isLeft(graph)) throw new Error(JSON.stringify(graph.left));
  return graph.right;
};

const steps = (to: string): string => `steps:\n- files: in\n- decode\n- encode\n- save: "${to}"\n`;

describe('the queue that a file names', () => {
  it('is read, and used where the user named it too, by scheme, host and port', async () => {
    const { on = '' } = await graphOf(`version: 1\non: redis://user:pw@10.0.0.1/2\n${steps('out')}`);
    expect(on).toBe('redis://user:pw@10.0.0.1/2');
    expect(requireServerNamed(on, ['redis://10.0.0.1:6379'])).toEqual(E.right(on));
    for (const named of [
      [],
      ['rediss://10.0.0.1'],
      ['redis://10.0.0.1:6380'],
      ['redis://10.0.0.11'],
      ['s3://a-bucket'],
    ]) {
      const refused = requireServerNamed(on, named);
      expect(refused).toMatchObject({ left: [{ code: 'pipeline/network' }] });
      expect(JSON.stringify(refused)).not.toContain('pw');
    }
  });
});

describe('the objects that a file names', () => {
  it.each([
    ['s3://bucket/a/{path}', 's3://bucket', true],
    ['s3://bucket/a/{path}', 's3://bucket/a', true],
    ['s3://bucket/a', 's3://bucket/a', true],
    ['s3://bucket/{path}', 's3://bucket', true],
    ['s3://bucket/ab/{path}', 's3://bucket/a', false],
    ['s3://bucket/a{name}/x.jpg', 's3://bucket/a', false],
    ['s3://bucket/a/{path}', 's3://bucket2', false],
    ['s3://bucket/a/{path}', '/srv', false],
  ])('%s may be used where %s was named: %s', async (to, named, isAllowed) => {
    const graph = await graphOf(`version: 1\n${steps(to)}`);
    expect(E.isRight(requireNamed(graph, [named]))).toBe(isAllowed);
  });
});
