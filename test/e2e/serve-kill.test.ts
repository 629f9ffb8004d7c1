import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serve } from '../torture/serve.js';

/** The editing process of a real server, killed in the middle of its work. */

const pipelines = `version: 1
pipelines:
  slow:
    steps: [{ files: in }, decode, { resize: { longest: 2000 } }, { encode: { quality: 90 } }, { save: "out/{path}" }]
  quick:
    steps: [{ files: in }, decode, { resize: { longest: 200 } }, { encode: { quality: 90 } }, { save: "out/{path}" }]
`;

let folder: string;
let server: Server;
let photo: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prismflow-kill-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'pipelines.yaml'), pipelines);
  const [width, height] = [1500, 1000];
  const noise = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251));
  photo = await sharp(noise, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  server = await serve(folder);
  while (!(await fetch(`${server.base}/readyz`)).ok) await pause(200);
});

afterAll(async () => {
  server.kill('SIGTERM');
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** Processes that a process has started, theirs too, by what they run. */
const childrenOf = (pid: number): readonly { readonly pid: number; readonly command: string }[] => {
  let own: readonly number[];
  try {
    own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
  return own.flatMap((child) => {
    const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid: child, command }, ...childrenOf(child)];
  });
};

const editing = (): number | undefined =>
  childrenOf(server.pid).find(({ command }) => command.includes('editing/process'))?.pid;

const ask = (path: string): Promise<Response> =>
  fetch(`${server.base}${path}`, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: photo });

/** Waits until something is being edited, and kills what edits it. */
const killAmid = async (): Promise<void> => {
  for (let i = 0; i < 2000; i++) {
    const metrics = await (await fetch(`${server.base}/metrics`)).text();
    if (/prismflow_edits\{state="working"\} [1-9]/.test(metrics)) break;
    await pause(5);
  }
  const pid = editing();
  if (pid === undefined) throw new Error('there is no editing process');
  process.kill(pid, 'SIGKILL');
};

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe.runIf(process.platform === 'linux')('an editing process that is killed', () => {
  it.each([
    ['an edit', '/v1/edits?pipeline=slow'],
    ['a preview', '/v1/previews?pipeline=quick&size=1024'],
  ])('amid %s leaves a right answer or a 503, and the next one works', async (_, path) => {
    const right = await bytesOf(await ask(path));
    expect((await sharp(right).metadata()).format).toBe('jpeg');
    const before = editing();
    const asked = ask(path);
    await killAmid();
    const answer = await asked;
    const bytes = await bytesOf(answer);
    if (answer.status === 200) expect(bytes.equals(right)).toBe(true);
    else {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).not.toBeNull();
    }
    const next = await ask(path);
    expect(next.status).toBe(200);
    expect((await bytesOf(next)).equals(right)).toBe(true);
    expect(editing()).not.toBe(before);
    // What was received and made for these requests is gone.
    await expect.poll(() => readdirSync(join(folder, 'state/incoming')), { timeout: 30_000 }).toEqual([]);
  });

  it('works with less right to the processor than what answers', async () => {
    await expect.poll(editing, { timeout: 30_000 }).toBeDefined();
    const niceness = (pid: number): number =>
      Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]);
    expect(niceness(editing() ?? 0)).toBeGreaterThan(niceness(server.pid));
  });
});
