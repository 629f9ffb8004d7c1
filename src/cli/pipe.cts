#!/usr/bin/env node
/**
 * Where the command line starts: what has to be settled before there are threads. It is CommonJS, which Node reads on its first
 * thread; an ES module is read on libuv's, and once those run neither their number nor what they allocate in can be set.
 */

// Decoders and encoders run on these threads, as many as there are photos at once, and each thread keeps memory of its own.
const { availableParallelism } = process.getBuiltinModule('node:os');
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(2, availableParallelism()));

/** Of glibc's <malloc.h>. */
const M_ARENA_MAX = -8;

/** What is called of koffi, which need not be there to build this either. */
interface Koffi {
  readonly load: (library: string) => {
    readonly func: (declaration: string) => (param: number, value: number) => number;
  };
}

/**
 * Keeps glibc from giving each thread a heap of its own, of which up to 2 MB stay when they are free. Only glibc itself can be told
 * so from within: what its environment says is read before the program starts. Other C libraries have no such heaps, and without
 * koffi the memory stays.
 */
const shareOneHeap = (): void => {
  try {
    const { load }: Koffi = require('koffi');
    load('libc.so.6').func('int mallopt(int, int)')(M_ARENA_MAX, 1);
  } catch {
    // No koffi for this machine, or no glibc.
  }
};

const [command, ...args] = process.argv.slice(2);
const goesThroughPhotos =
  (command === 'run' || command === 'watch') && !args.some((arg) => arg === '--help' || arg === '-h');
const { MALLOC_ARENA_MAX, GLIBC_TUNABLES = '' } = process.env;
const isSaid = MALLOC_ARENA_MAX !== undefined || GLIBC_TUNABLES.includes('arena_max');
if (goesThroughPhotos && process.platform === 'linux' && !isSaid) shareOneHeap();

// Node's own status for a program that waits for nothing any more and has not come to its end; an end sets another.
process.exitCode = 13;
void import('./main.js');
