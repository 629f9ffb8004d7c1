import type { Declare } from './declare.js';

/** A command, as the program's own help lists it. */
export interface CommandEntry {
  readonly name: string;
  /** What it takes, as in `[options] [pipeline]`. */
  readonly takes: string;
  readonly about: string;
  /** Loads its declaration: only that of the command that is called is needed. */
  readonly load: () => Promise<{ readonly declare: Declare }>;
}

/** The commands, in the order in which help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    takes: '[options] [pipeline]',
    about: 'compile and run a pipeline',
    load: () => import('./run.js'),
  },
  {
    name: 'watch',
    takes: '[options] [pipeline]',
    about: 'edit photos as they come to a folder, for ever',
    load: () => import('./watch.js'),
  },
  {
    name: 'worker',
    takes: '[options]',
    about: 'work on the photos of runs that were started with --on',
    load: () => import('./worker.js'),
  },
  {
    name: 'queue',
    takes: '[options]',
    about: 'show the runs, workers and dead photos of a queue',
    load: () => import('./queue.js'),
  },
  {
    name: 'serve',
    takes: '[options] [file]',
    about: 'edit photos on a page, and by an API',
    load: () => import('./serve.js'),
  },
  {
    name: 'reproduce',
    takes: '[options] <file>',
    about: 'make a result again from its receipt, and compare',
    load: () => import('./reproduce.js'),
  },
  {
    name: 'shrink',
    takes: '[options] <file>',
    about: 'find the smallest crop and parameters with which an operator fails on a photo',
    load: () => import('./shrink.js'),
  },
  {
    name: 'status',
    takes: '[options] [folders...]',
    about: 'say what was done in folders of results, and what failed there',
    load: () => import('./status.js'),
  },
  {
    name: 'check',
    takes: '[options] [pipelines...]',
    about: 'say all that is wrong with pipelines, without running them',
    load: () => import('./check.js'),
  },
  {
    name: 'plan',
    takes: '[options] [pipeline]',
    about: 'show what would run: steps, shapes, cost, and what is done already',
    load: () => import('./plan.js'),
  },
  {
    name: 'graph',
    takes: '[options] [pipeline]',
    about: 'draw a pipeline',
    load: () => import('./graph.js'),
  },
  {
    name: 'inspect',
    takes: '[options] <files...>',
    about: 'say what photos are and carry, and what each format would keep of them',
    load: () => import('./inspect.js'),
  },
  {
    name: 'ops',
    takes: '[options] [name]',
    about: 'list the operators, or explain one',
    load: () => import('./ops.js'),
  },
  {
    name: 'schema',
    takes: '[options]',
    about: 'print the JSON Schema of the pipeline language, for editors',
    load: () => import('./schema.js'),
  },
  {
    name: 'new',
    takes: '[template] [folder]',
    about: 'start from an example',
    load: () => import('./new.js'),
  },
  {
    name: 'apply',
    takes: '[options] <model> <photos...>',
    about: 'edit photos with a trained model',
    load: () => import('./apply.js'),
  },
  {
    name: 'models',
    takes: '[options] [models...]',
    about: 'list the models that ship, or describe those of folders',
    load: () => import('./models.js'),
  },
  {
    name: 'export',
    takes: '[options] <run>',
    about:
      'write a trained model as one ONNX file, checked against the model, or its global part as a .cube table',
    load: () => import('./export.js'),
  },
  {
    name: 'doctor',
    takes: '[options]',
    about: 'say which engines work here, and what is missing',
    load: () => import('./doctor.js'),
  },
  {
    name: 'explain',
    takes: '[code]',
    about: 'explain the code of a diagnostic',
    load: () => import('./explain.js'),
  },
];
