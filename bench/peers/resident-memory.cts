/**
 * Loaded before a program (`node --require`; with `--import` libuv's threads would be there before it): when it ends, writes the
 * median of its resident memory in the second half of its time into the file that RESIDENT_MEMORY names, in MiB.
 */
const { writeFileSync } = process.getBuiltinModule('node:fs');

const seen: number[] = [];
setInterval(() => seen.push(process.memoryUsage.rss()), 20).unref();
process.on('exit', () => {
  const late = seen.slice(seen.length >> 1).sort((a, b) => a - b);
  const { RESIDENT_MEMORY: file } = process.env;
  if (file !== undefined) writeFileSync(file, String((late[late.length >> 1] ?? 0) / 2 ** 20));
});
