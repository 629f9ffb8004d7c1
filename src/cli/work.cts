/**
 * Where the process starts that works on photos: see pipe.cts. What has to be settled before there are threads is settled here. It is
 * CommonJS, which Node reads on its first thread; an ES module is read on libuv's, and once those run neither their number nor what
 * they allocate in can be set.
 */
/** Of glibc's <malloc.h> and Linux's <sys/prctl.h>. */
const M_ARENA_MAX = -8;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** What is called of koffi, which need not be there to build this either. */
interface Koffi {
  readonly load: (library: string) => {
    readonly func: (declaration: string) => (...numbers: readonly number[]) => number;
  };
}

const glibc = (): ReturnType<Koffi['load']> | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    const { load }: Koffi = require('koffi');
    return load('libc.so.6');
  } catch {
    // No koffi for this machine, or no glibc.
    return undefined;
  }
};

const attempt = (call: () => unknown): void => {
  try {
    call();
  } catch {
    // It is not there: nothing is lost but memory, or a moment.
  }
};

/**
 * Keeps glibc from giving each thread a heap of its own, of which up to 2 MB stay when they are free, and has the process end when the
 * one that started it does, however that is ended. Only glibc itself can be told so from within: what its environment says is read before
 * the program starts. Other C libraries have no such heaps, and without koffi the memory stays.
 *
 * @param goesThroughPhotos whether the command works on many photos
 */
const prepare = (goesThroughPhotos: boolean): void => {
  const { MALLOC_ARENA_MAX, GLIBC_TUNABLES = '' } = process.env;
  const isSaid = MALLOC_ARENA_MAX !== undefined || GLIBC_TUNABLES.includes('arena_max');
  const sharesOneHeap = goesThroughPhotos && !isSaid;
  const library = glibc();
  if (sharesOneHeap) attempt(() => library?.func('int mallopt(int, int)')(M_ARENA_MAX, 1));
  attempt(() =>
    library?.func('int prctl(int, ulong, ulong, ulong, ulong)')(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0),
  );
};

// A terminal sends its signals to both, others to one: the process that looks after this one says when it is to stop.
for (const by of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(by, () => {
    if (process.connected) process.send?.({ kind: 'signalled', by }, () => undefined);
  });
const [command] = process.argv.slice(2);
prepare(command === 'run' || command === 'watch');

// Node's own status for a program that waits for nothing any more and has not come to its end; an end sets another.
process.exitCode = 13;
// One file after the other, where Node can: an import opens many at once.
for (const module of ['./main.js', './process/supervised.js']) attempt(() => require(module));
Promise.all([import('./main.js'), import('./process/supervised.js')])
  .then(([{ main }, { supervised }]) => main(supervised()))
  .catch((thrown: unknown) => {
    process.stderr.write(`The program cannot start: ${thrown instanceof Error ? thrown.message : thrown}.\n`);
    process.exit(3);
  });
