import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Another implementation in a process of its own, which runs a named case once whenever it is asked to. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Runs the case once and gives its milliseconds; the first run of a case is preceded by one that is not counted. */
  readonly run: (name: string) => Promise<number>;
  readonly close: () => void;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const open = async (name: string, child: ChildProcessWithoutNullStreams): Promise<Peer> => {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`${name} ended`);
    return value as string;
  };
  const [, version = ''] = (await next()).split(' ');
  return {
    name,
    version,
    run: async (wanted) => {
      child.stdin.write(`${wanted}\n`);
      return Number(await next());
    },
    close: () => child.kill(),
  };
};

/** The Python that has PyTorch: Debian's package installs it for Debian's own interpreter only. */
const pythonWithTorch = (): string | undefined =>
  ['/usr/bin/python3', 'python3'].find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);

const threads = String(availableParallelism());

export const openTorch = async (): Promise<Peer | string> => {
  const python = pythonWithTorch();
  if (python === undefined) return 'PyTorch is not installed (Debian: python3-torch)';
  return open('torch', spawn(python, [file('./peers/torch_peer.py'), threads]));
};

/** Peak resident memory of PyTorch on a case, in MiB. */
export const torchMemory = (name: string): number | undefined => {
  const python = pythonWithTorch();
  if (python === undefined) return undefined;
  const { stdout } = spawnSync(python, [file('./peers/torch_peer.py'), threads, '--memory', name], {
    encoding: 'utf8',
  });
  return Number(stdout.trim());
};

export const openWasm = async (): Promise<Peer | string> =>
  open('wasm', spawn(process.execPath, ['--import', 'tsx', file('./peers/wasm-peer.ts')]));

/** The machine's peak of fused multiply-adds in GFLOPS, or why it is not known. */
export const fmaPeak = (): number | string => {
  const binary = `${tmpdir()}/prismflow-fma-peak-${process.pid}`;
  const compiled = spawnSync('cc', [
    '-O3',
    '-march=native',
    '-mprefer-vector-width=512',
    '-pthread',
    file('./peers/fma-peak.c'),
    '-o',
    binary,
  ]);
  if (compiled.status !== 0) return 'no C compiler';
  const figures = Array.from({ length: 3 }, () =>
    Number(spawnSync(binary, [threads], { encoding: 'utf8' }).stdout),
  );
  return Math.max(...figures);
};
