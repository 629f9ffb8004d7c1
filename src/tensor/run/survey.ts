import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, platform } from 'node:os';
import type { Task } from 'fp-ts/lib/Task.js';
import { definedOnly } from '../../ports/defined.js';
import {
  type EngineName,
  engineNames,
  engines,
  type OnnxEngine,
  type TfjsEngine,
  USUAL_ENGINE,
} from '../engines.js';
import { createEngine, type Engine } from './engine.js';
import { withoutTelemetry } from './telemetry.js';

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

/** Tries one engine, an execution provider in a process of its own. Takes a second or two; never fails. */
export const tryEngine =
  (name: EngineName): Task<EngineReport> =>
  async () => {
    const engine = engines[name];
    return engine.kind === 'onnx' ? tryProvider(name, engine) : tryPackage(name, engine);
  };

/** Tries every engine, each provider in a process of its own. Takes a second or two; never fails. */
export const surveyEngines: Task<readonly EngineReport[]> = () =>
  Promise.all(engineNames.map((name) => tryEngine(name)()));

/**
 * The fastest engine that works on this machine, and the trials it was chosen by; without a sign of a GPU it is the CPU
 * engine, untried. Never fails.
 */
export const fastestEngine: Task<{
  readonly engine: Engine;
  readonly reports: readonly EngineReport[];
}> = async () => {
  const gpu = hasGpu();
  const candidates = engineNames.filter((name) => {
    const engine = engines[name];
    const isWanted = engine.auto === 'always' || (engine.auto === 'with a GPU' && gpu);
    return isWanted && (engine.kind !== 'onnx' || isOnPlatform(engine));
  });
  if (candidates.length === 1) return { engine: createEngine(USUAL_ENGINE), reports: [] };
  const reports = await Promise.all(candidates.map((name) => tryEngine(name)()));
  const time = (report: EngineReport): number => report.milliseconds ?? Number.POSITIVE_INFINITY;
  const best = reports.reduce((a, b) => (time(b) < time(a) ? b : a));
  return { engine: createEngine(best.works ? best.name : USUAL_ENGINE), reports };
};

const isOnPlatform = ({ platforms }: Pick<OnnxEngine, 'platforms'>): boolean =>
  platforms.includes(platform());

/** Linux shows its GPUs as device files, or a driver is named by hand; elsewhere there always is one. */
const hasGpu = (): boolean =>
  platform() !== 'linux' ||
  ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path)) ||
  [process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES].some((files) => files !== undefined);

const tryProvider = async (name: EngineName, engine: OnnxEngine): Promise<EngineReport> => {
  const { needs: hint } = engine;
  if (!isOnPlatform(engine)) return { name, works: false, note: `not on ${platform()}`, hint };
  withoutTelemetry();
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

/** Looks whether the package of an engine is installed; how fast it is does not matter. */
const tryPackage = (name: EngineName, { package: needed, note, needs: hint }: TfjsEngine): EngineReport => {
  try {
    createRequire(import.meta.url).resolve(needed);
    return { name, works: true, ...definedOnly({ note }) };
  } catch {
    return { name, works: false, note: 'not installed', hint };
  }
};
