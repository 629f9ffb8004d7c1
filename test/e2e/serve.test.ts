import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-serve-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const each of started) each.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const text = `version: 1
pipelines:
  smaller:
    params:
      size: { type: integer, default: 20, min: 8, max: 100 }
    steps: [{ files: photos }, decode, { resize: { longest: $size } }, { encode: { like: source } }, { save: "out/{path}" }]
`;

beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  writeFileSync(join(folder, 'pipelines.yaml'), text);
  const noise = Buffer.from(Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * 7919) % 251));
  await sharp(noise, { raw: { width: 60, height: 40, channels: 3 } })
    .jpeg()
    .toFile(join(folder, 'photos/lake.jpg'));
});

const begin = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [pipe, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
};
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', resolve));
const said = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())));

describe('pipe serve', () => {
  it('says where it is, edits as `pipe run` does, and ends when it is told to', async () => {
    const server = begin('serve', '--port', '0', '--state', 'state');
    const address = await said(server);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const names = (
      (await (await fetch(`${address}/v1/pipelines`)).json()) as { pipelines: { name: string }[] }
    ).pipelines.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['smaller', 'dehaze', 'sunset']));
    expect(await ended(begin('run', 'smaller', '--set', 'size=16', '--quiet'))).toBe(0);
    const edited = await fetch(`${address}/v1/edits?pipeline=smaller&size=16&name=lake.jpg`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: readFileSync(join(folder, 'photos/lake.jpg')),
    });
    expect(edited.status).toBe(200);
    const bytes = Buffer.from(await edited.arrayBuffer());
    expect(bytes.equals(readFileSync(join(folder, 'out/lake.jpg')))).toBe(true);
    server.kill('SIGTERM');
    expect(await ended(server)).toBe(0);
    expect(readdirSync(join(folder, 'state/incoming'))).toEqual([]);
  }, 120_000);

  it('edits a photo of 2400x2400 to the bytes of `pipe run`, by a model that ships and by one of its own', async () => {
    const side = 2400;
    // Smooth and noisy parts, so that every strip and tile has something to do.
    const samples = new Uint8Array(side * side * 3);
    for (let i = 0; i < samples.length; i++) {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
      samples[i] = (90 + 60 * Math.sin(x / 90) + 60 * Math.cos(y / 70) + ((i * 7919) % 31)) & 255;
    }
    mkdirSync(join(folder, 'large'));
    await sharp(samples, { raw: { width: side, height: side, channels: 3 } })
      .jpeg({ quality: 92 })
      .toFile(join(folder, 'large/square.jpg'));
    const photo = readFileSync(join(folder, 'large/square.jpg'));
    const server = begin('serve', '--port', '0', '--state', 'large-state');
    const address = await said(server);
    for (const [name, pipeline] of [
      ['dehaze', 'dehaze'],
      ['exposure', 'exposure'],
    ] as const) {
      const out = join(folder, `large-${name}`);
      expect(
        await ended(begin('run', name, '--set', 'photos=large', '--set', `output=${out}`, '--quiet')),
      ).toBe(0);
      const edited = await fetch(`${address}/v1/edits?pipeline=${pipeline}&name=square.jpg`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body: photo,
      });
      expect(edited.status).toBe(200);
      const bytes = Buffer.from(await edited.arrayBuffer());
      expect([name, bytes.equals(readFileSync(join(out, 'square.jpg')))]).toEqual([name, true]);
    }
    server.kill('SIGTERM');
    expect(await ended(server)).toBe(0);
  }, 180_000);

  it('refuses to be reached by others without a token, and a port that is taken', async () => {
    expect(await ended(begin('serve', '--host', '0.0.0.0', '--port', '0', '--state', 'other'))).toBe(2);
    const first = begin('serve', '--port', '0', '--state', 'one');
    const { port } = new URL(await said(first));
    expect(await ended(begin('serve', '--port', port, '--state', 'two'))).toBe(3);
    first.kill('SIGINT');
    expect(await ended(first)).toBe(0);
  }, 120_000);
});
