import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { builtIn } from '../src/ops/index.js';
import type { Graph } from '../src/pipelines/check/graph.js';
import { analyse, parse } from '../src/pipelines/compile.js';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The graphs of all pipelines of a file; parameters that somebody must give are given. */
const graphsOf = async (path: string): Promise<readonly Graph[]> => {
  const text = readFileSync(`${root}${path}`, 'utf8');
  const file = parse(path, text);
  if (E.isLeft(file)) throw new Error(JSON.stringify(file.left.map(({ message }) => message)));
  return Promise.all(
    file.right.pipelines.map(async ({ name, params }) => {
      const open = params.filter(({ declaration }) => declaration.default === undefined);
      const graph = await analyse(
        { path: `${root}${path}`, text },
        {
          set: Object.fromEntries(open.map((param) => [param.name, 'photos'])),
          ...(name === undefined ? {} : { pipeline: name }),
        },
      )();
      if (E.isLeft(graph)) throw new Error(graph.left.map(({ message }) => message).join('\n'));
      return graph.right;
    }),
  );
};

const examples = readdirSync(`${root}examples`)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `examples/${name}`);

describe('examples', () => {
  it.each(['pipelines.yaml', ...examples])('%s makes sense', async (path) => {
    const graphs = await graphsOf(path);
    expect(graphs.length).toBeGreaterThan(0);
    expect(graphs.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  // `pipe new` says that command.
  it.each(examples)('%s begins with the command that runs it', (path) => {
    const [first = ''] = readFileSync(`${root}${path}`, 'utf8').split('\n', 1);
    const command =
      path === 'examples/demo.yaml' ? 'npm run demo' : `pipe run ${path.slice('examples/'.length)} --set `;
    expect(first.startsWith(`# ${command}`), first).toBe(true);
  });
});

describe('every operator', () => {
  it.each([...builtIn.keys()])('%s has a page, and an example that uses it', async (name) => {
    expect(existsSync(`${root}src/ops/${name}/README.md`)).toBe(true);
    const graphs = await graphsOf(`src/ops/${name}/example.yaml`);
    expect(graphs.flatMap(({ nodes }) => nodes.map(({ operator }) => operator.name))).toContain(name);
  });
});
