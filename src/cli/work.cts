/** Where the process starts that works on photos: see pipe.cts. */
/** Of Linux's <sys/prctl.h>. */
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

/** Has the process end when the one that started it does, however that is ended. Without koffi it ends when it next finds it gone. */
const endWithParent = (): void => {
  attempt(() =>
    glibc()?.func('int prctl(int, ulong, ulong, ulong, ulong)')(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0),
  );
};

// A terminal sends its signals to both, others to one: the process that looks after this one says when it is to stop.
for (const by of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(by, () => {
    if (process.connected) process.send?.({ kind: 'signalled', by }, () => undefined);
  });
endWithParent();

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
