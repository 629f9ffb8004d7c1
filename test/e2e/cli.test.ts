import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));

/** What a command came to. */
interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line, as a shell would. */
const run = (
  args: readonly string[],
  { signalAfter, ...options }: SpawnOptionsWithoutStdio & { readonly signalAfter?: RegExp } = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [pipe, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      ...options,
    });
    let [out, err, signalled] = ['', '', false];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (!signalled && signalAfter?.test(out)) signalled = child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('close', (status) => resolve({ status, out, err }));
  });

const folder = mkdtempSync(join(tmpdir(), 'prismflow-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const photo = (path: string, width = 40): Promise<unknown> =>
  sharp({ create: { width, height: 30, channels: 3, background: { r: width, g: 120, b: 200 } } }).toFile(
    join(folder, path),
  );

beforeAll(async () => {
  mkdirSync(join(folder, 'photos/trip'), { recursive: true });
  await Promise.all([photo('photos/a.png'), photo('photos/b.jpg'), photo('photos/trip/c.webp')]);
  writeFileSync(
    join(folder, 'pipelines.yaml'),
    `version: 1
pipelines:
  copy:
    about: Copy photos
    params:
      input: { type: path, default: photos }
      output: { type: path, default: edited }
      quality: { type: integer, default: 90, min: 1, max: 100 }
    steps:
      - files: $input
      - decode
      - encode: { quality: $quality }
      - save: { to: "$output/{path}" }
  other:
    steps: [{ files: photos }, decode, encode, { save: elsewhere }]
`,
  );
});
beforeEach(() => rmSync(join(folder, 'edited'), { recursive: true, force: true }));

const events = (out: string): readonly Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('pipe run', () => {
  it('edits photos, and the second time finds them done', async () => {
    const first = await run(['run', 'copy']);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(first.out).toMatch(/^✓ copy: 3 done in edited, \d+(\.\d+)? (ms|s)\n$/);
    expect(readdirSync(join(folder, 'edited')).sort()).toEqual(['.prismflow', 'a.png', 'b.jpg', 'trip']);
    expect((await run(['run', 'copy'])).out).toMatch(/0 done, 3 skipped \(done before\)/);
  });

  it('does again what was lost, changed, or is to be done otherwise', async () => {
    await run(['run', 'copy']);
    rmSync(join(folder, 'edited/a.png'));
    expect((await run(['run', 'copy'])).out).toMatch(/1 done, 2 skipped/);
    await photo('photos/a.png', 41);
    expect((await run(['run', 'copy'])).out).toMatch(/1 done, 2 skipped/);
    await photo('photos/a.png');
    expect((await run(['run', 'copy'])).out).toMatch(/1 done, 2 skipped/);
    // Touched, with the same content.
    writeFileSync(join(folder, 'photos/b.jpg'), readFileSync(join(folder, 'photos/b.jpg')));
    expect((await run(['run', 'copy'])).out).toMatch(/0 done, 3 skipped/);
    expect((await run(['run', 'copy', '--set', 'quality=50'])).out).toMatch(/3 done/);
  });

  it('survives a journal that was cut off', async () => {
    await run(['run', 'copy']);
    const journal = join(folder, 'edited/.prismflow/journal.jsonl');
    const whole = readFileSync(journal, 'utf8');
    writeFileSync(journal, whole.slice(0, -40));
    expect((await run(['run', 'copy'])).out).toMatch(/1 done, 2 skipped/);
    expect((await run(['run', 'copy'])).out).toMatch(/0 done, 3 skipped/);
  });

  it('takes relative paths of --set from the working directory, and those of the file from the file', async () => {
    mkdirSync(join(folder, 'here'), { recursive: true });
    const ended = await run(['run', '../pipelines.yaml#copy', '--set', 'output=out'], {
      cwd: join(folder, 'here'),
    });
    expect(ended.status).toBe(0);
    expect(existsSync(join(folder, 'here/out/trip/c.webp'))).toBe(true);
  });

  it('lists a bad photo, does the others, and says so by its status', async () => {
    writeFileSync(join(folder, 'photos/bad.jpg'), 'no photo');
    const ended = await run(['run', 'copy']);
    rmSync(join(folder, 'photos/bad.jpg'));
    expect(ended.status).toBe(1);
    expect(ended.err).toMatch(/✗ bad\.jpg at steps\[1\]\/decode\n {2}image\/unsupported-format: /);
    expect(ended.out).toMatch(/! copy: 3 done, 1 failed in edited/);
  });

  it('leaves its own results out when they lie within what it reads', async () => {
    const ended = await run(['run', 'copy', '--set', 'output=photos/done']);
    expect(ended.out).toMatch(/3 done/);
    expect((await run(['run', 'copy', '--set', 'output=photos/done'])).out).toMatch(/0 done, 3 skipped/);
    rmSync(join(folder, 'photos/done'), { recursive: true });
  });

  it('speaks JSON lines', async () => {
    const ended = await run(['run', 'copy', '--json']);
    const said = events(ended.out);
    expect(said[0]).toEqual({ event: 'started', version: 1, pipeline: 'copy', items: 3, done: 0 });
    expect(said.slice(1, -1).map(({ event, path }) => [event, path])).toEqual([
      ['done', 'a.png'],
      ['done', 'b.jpg'],
      ['done', 'trip/c.webp'],
    ]);
    expect(said.at(-1)).toMatchObject({ event: 'finished', end: 'complete', done: 3, skipped: 0, failed: 0 });
    const wrong = await run(['run', 'copy', '--json', '--set', 'quality=500']);
    expect(wrong.status).toBe(2);
    expect(events(wrong.out)).toMatchObject([
      { event: 'diagnostic', code: 'value/range', severity: 'error' },
    ]);
  });

  it('is quiet when asked to be', async () => {
    expect(await run(['run', 'copy', '--quiet'])).toEqual({ status: 0, out: '', err: '' });
  });

  it('stops on Ctrl-C with what is done kept', async () => {
    mkdirSync(join(folder, 'many'), { recursive: true });
    await Promise.all(Array.from({ length: 60 }, (_, i) => photo(`many/${i}.png`, 800)));
    const args = ['run', 'copy', '--json', '--jobs', '1', '--set', 'input=many', '--set', 'output=stopped'];
    const ended = await run(args, { signalAfter: /"done","path"/ });
    expect(ended.status).toBe(130);
    const last = events(ended.out).at(-1);
    expect(last).toMatchObject({ event: 'finished', end: 'cancelled' });
    const again = await run(args);
    expect(again.status).toBe(0);
    expect(events(again.out).at(-1)).toMatchObject({ end: 'complete' });
    const results = readdirSync(join(folder, 'stopped')).filter((name) => !name.startsWith('.'));
    expect(results).toHaveLength(60);
  });

  it('refuses what is wrong before anything is written', async () => {
    for (const args of [
      ['run', 'cpoy'],
      ['run', 'nowhere.yaml'],
      ['run', 'copy', '--set', 'quality'],
      ['run', 'copy', '--set', 'qualty=3'],
      ['run', 'copy', '--jobs', '0'],
      ['run', 'copy', '--engine', 'abacus'],
      ['run', '--nonsense'],
      ['nonsense'],
      ['run'],
    ])
      expect([args, (await run(args)).status]).toEqual([args, 2]);
    expect(existsSync(join(folder, 'edited'))).toBe(false);
  });
});

describe('pipe check', () => {
  it('names all faults of all files, with their places', async () => {
    writeFileSync(
      join(folder, 'wrong.yaml'),
      'version: 1\nsteps:\n  - files: { in: photos, macth: x }\n  - deocde\n',
    );
    const ended = await run(['check', 'pipelines.yaml', 'wrong.yaml']);
    expect(ended.status).toBe(2);
    expect(ended.err).toContain('--> wrong.yaml:3:26');
    expect(ended.err).toContain('Did you mean `decode`?');
    expect(ended.out).toBe('✗ 2 errors.\n');
    expect((await run(['check'])).out).toBe('✓ 1 file checked: nothing is wrong.\n');
  });
});

describe('plugins', () => {
  it('add operators of one’s own, which work with the others', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/prismflow'));
    writeFileSync(join(folder, 'package.json'), '{ "name": "photos", "private": true }');
    writeFileSync(
      join(folder, 'invert.mjs'),
      `import { defineOp, param, port } from 'prismflow';
export const invert = defineOp({
  name: 'invert',
  about: 'Turn light into dark and dark into light',
  params: { strength: param.defaulted(param.number({ min: 0, max: 1 }), 1, 'How much') },
  main: 'strength',
  input: port.frame,
  output: port.frame,
  tensor: {
    program: (tf, { strength }) => (picture) =>
      tf.add(tf.mul(picture, 1 - strength), tf.mul(tf.sub(1, picture), strength)),
  },
});
`,
    );
    writeFileSync(
      join(folder, 'inverted.yaml'),
      `version: 1
plugins: [./invert.mjs]
steps: [{ files: photos }, decode, invert, { invert: 0 }, { encode: png }, { save: inverted }]
`,
    );
    const { out } = await run(['check', 'inverted.yaml', '--json']);
    const digest = /sha256:[0-9a-f]{64}/.exec(out)?.[0] ?? '';
    expect(await run(['run', 'inverted.yaml', '--allow-plugin', digest])).toMatchObject({
      status: 0,
      err: '',
    });
    const [before, after] = await Promise.all(
      ['photos/a.png', 'inverted/a.png'].map((path) => sharp(join(folder, path)).raw().toBuffer()),
    );
    expect(after).toEqual(Buffer.from(Array.from(before ?? [], (level) => 255 - level)));
    writeFileSync(
      join(folder, 'inverted.yaml'),
      'version: 1\nplugins: [./invert.mjs]\nsteps: [{ files: photos }, decode, { invert: 2 }]\n',
    );
    expect((await run(['check', 'inverted.yaml'])).err).toContain('must be a number between 0 and 1, not 2');
  });
});

describe('other commands', () => {
  it('plan says what there is to do', async () => {
    const { out, status } = await run(['plan', 'copy']);
    expect(status).toBe(0);
    expect(out).toContain('steps[1]/decode   frame  40x30x3');
    expect(out).toContain('3 of 3 files to do; results go to edited');
    expect(JSON.parse((await run(['plan', 'copy', '--json'])).out)).toMatchObject({ items: 3, done: 0 });
  });

  it('graph draws', async () => {
    expect((await run(['graph', 'copy'])).out).toMatch(/^flowchart LR\n/);
    const { out } = await run(['graph', 'copy', '--format', 'svg']);
    const { width, height } = await sharp(Buffer.from(out)).metadata();
    expect([width > 300, height > 40]).toEqual([true, true]);
    expect(JSON.parse((await run(['graph', 'copy', '--format', 'json'])).out)).toMatchObject({
      title: 'copy',
    });
  });

  it('ops lists operators and explains one', async () => {
    expect((await run(['ops'])).out).toMatch(/^decode +Read a picture from its file/m);
    const training = (await run(['ops', 'gan.step'])).out;
    expect(training).toMatch(/^ {4}adversarial .*\n.*\n {6}weight {3}How much it counts/m);
    expect(training).toMatch(/^ {4}pyramid:\n {6}levels /m);
    const page = (await run(['ops', 'encode'])).out;
    expect(page).toContain('Takes frame, gives encoded.');
    expect(page).toContain('whole number 1..100');
    expect(page).toContain('Example\n  version: 1');
    expect((await run(['ops', 'encoed'])).err).toBe(
      'There is no operator `encoed`. Did you mean `encode`?\n',
    );
  });

  it('explain explains a code', async () => {
    expect((await run(['explain', 'step/port-mismatch'])).out).toContain('Put a step between them');
    expect((await run(['explain', 'step/port'])).status).toBe(2);
  });

  it('new starts from an example, and writes over nothing', async () => {
    const { out } = await run(['new']);
    const [name = ''] = out.split(/\s/);
    const made = await run(['new', name, 'fresh']);
    expect(made.status).toBe(0);
    // With what the example's first line gives to it.
    expect(made.out).toContain(`pipe run ${join('fresh', name)}.yaml --set photos=`);
    appendFileSync(join(folder, 'fresh', `${name}.yaml`), '# mine\n');
    expect((await run(['new', name, 'fresh'])).status).toBe(2);
    expect(readFileSync(join(folder, 'fresh', `${name}.yaml`), 'utf8')).toContain('# mine');
  });

  it('version and help are told on standard output', async () => {
    expect(await run(['--version'])).toMatchObject({ status: 0, out: '0.1.0\n' });
    expect((await run(['--help'])).out).toContain('Usage: pipe');
    expect((await run(['run', '--help'])).out).toContain('--set <name=value>');
  });

  it('runs say that there was nothing, where one stream or two that are put together give nothing', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const steps = '{ encode: png }, { save: nothing }';
    const one = `steps: [{ files: empty }, decode, ${steps}]`;
    const two = `streams: { a: [{ files: empty }, decode], b: [a, { adjust: { exposure: 1 } }] }\nsteps: [{ blend: { base: a, top: b } }, ${steps}]`;
    for (const text of [one, two]) {
      writeFileSync(join(folder, 'nothing.yaml'), `version: 1\n${text}\n`);
      const { status, err } = await run(['run', 'nothing.yaml']);
      expect([status, err]).toEqual([2, expect.stringContaining('file/none')]);
    }
  });
});
