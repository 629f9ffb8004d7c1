import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, platform } from 'node:os';
import type { Task } from 'fp-ts/lib/Task.js';
import { createEngine, type Engine, type EngineName } from './engine.js';
import type { Provider } from './protocol.js';

/** What was found out about one engine. */
export interface EngineReport {
  readonly name: EngineName;
  readonly works: boolean;
  /** Time of one 3x3 convolution, 64 → 64 channels at 128x128, in milliseconds. */
  readonly milliseconds?: number;
  /** Why it does not work, or what it is for. */
  readonly note?: string;
  /** How to get it. */
  readonly hint?: string;
}

const TRIAL_TIMEOUT = 30_000;

const TOO_SLOW = `took longer than ${TRIAL_TIMEOUT / 1000} s for one small convolution`;

/** Where each provider can be had at all, and what it needs. */
const providers: Readonly<
  Record<Provider, { readonly platforms: readonly NodeJS.Platform[]; readonly hint: string }>
> = {
  cpu: { platforms: ['linux', 'darwin', 'win32'], hint: 'Reinstall onnxruntime-node.' },
  cuda: {
    platforms: ['linux', 'win32'],
    hint: 'Needs an NVIDIA driver, CUDA 12 with cuDNN 9, and `npm rebuild onnxruntime-node --ignore-scripts=false --onnxruntime-node-install=cuda12`.',
  },
  webgpu: {
    platforms: ['linux', 'darwin', 'win32'],
    hint: 'On Linux, needs libvulkan1 and a Vulkan driver for the GPU.',
  },
  dml: { platforms: ['win32'], hint: 'Windows only.' },
  coreml: { platforms: ['darwin'], hint: 'macOS only.' },
};

/** Tries one engine, an execution provider in a process of its own. Takes a second or two; never fails. */
export const tryEngine =
  (name: EngineName): Task<EngineReport> =>
  async () => {
    if (name === 'tfjs-cpu') return tfjsCpu;
    return name === 'tfjs-node-gpu' ? tfjsNodeGpu() : tryProvider(name);
  };

/** Tries every engine, each provider in a process of its own. Takes a second or two; never fails. */
export const surveyEngines: Task<readonly EngineReport[]> = async () => [
  ...(await Promise.all((Object.keys(providers) as Provider[]).map(tryProvider))),
  tfjsNodeGpu(),
  tfjsCpu,
];

const tfjsCpu: EngineReport = {
  name: 'tfjs-cpu',
  works: true,
  note: 'plain JavaScript; the reference that the others are tested against',
};

/**
 * The fastest engine that works on this machine, and the trials it was chosen by; without a sign of a GPU it is the CPU
 * engine, untried. Never fails.
 */
export const fastestEngine: Task<{
  readonly engine: Engine;
  readonly reports: readonly EngineReport[];
}> = async () => {
  const gpu = hasGpu();
  const candidates = (Object.keys(providers) as Provider[]).filter(
    (p) => providers[p].platforms.includes(platform()) && (gpu || p === 'cpu'),
  );
  if (candidates.length === 1) return { engine: createEngine('cpu'), reports: [] };
  const reports = await Promise.all(candidates.map(tryProvider));
  const time = (report: EngineReport): number => report.milliseconds ?? Number.POSITIVE_INFINITY;
  const best = reports.reduce((a, b) => (time(b) < time(a) ? b : a));
  return { engine: createEngine(best.works ? best.name : 'cpu'), reports };
};

/** Linux shows its GPUs as device files, or a driver is named by hand; elsewhere there always is one. */
const hasGpu = (): boolean =>
  platform() !== 'linux' ||
  ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path)) ||
  [process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES].some((files) => files !== undefined);

const tryProvider = async (name: Provider): Promise<EngineReport> => {
  const { platforms, hint } = providers[name];
  if (!platforms.includes(platform())) return { name, works: false, note: `not on ${platform()}`, hint };
  const script = createRequire(import.meta.url).resolve('#engine-trial');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, name, String(availableParallelism())],
      { timeout: TRIAL_TIMEOUT },
      (error, stdout, stderr) => {
        if (error === null)
          resolve({ name, works: true, ...(JSON.parse(stdout) as { milliseconds: number }) });
        else
          resolve({
            name,
            works: false,
            note: error.killed === true ? TOO_SLOW : (reasonIn(stderr) ?? error.message),
            hint,
          });
      },
    );
  });
};

/** The line of a failed trial's error output that says most. */
const reasonIn = (stderr: string): string | undefined => {
  const lines = stderr.split('\n').map((line) => line.trim());
  const reason =
    lines.find((line) => /^Error: /.test(line)) ?? lines.find((line) => /failed|cannot/i.test(line));
  return reason?.replace(/^Error: /, '').replace(/^\/onnxruntime_src\S+ \d* ?/, '');
};

const tfjsNodeGpu = (): EngineReport => {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu');
    return { name: 'tfjs-node-gpu', works: true, note: 'installed; its driver is tried on first use' };
  } catch {
    return {
      name: 'tfjs-node-gpu',
      works: false,
      note: 'not installed',
      hint: 'npm install @tensorflow/tfjs-node-gpu (needs CUDA 11.2 and Node before 23).',
    };
  }
};
