import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import yazl from 'yazl';
import { printable } from '../../diagnostics/index.js';
import type { Hide } from '../problems/hide.js';
import type { Reading } from '../store/tables.js';
import type { Item } from './item.js';
import type { Job } from './job.js';
import type { JobFiles } from './job-files.js';
import { entryNames } from './zip-names.js';

/** What of failures is told in an archive, a line each. */
export const failuresText = (items: readonly Extract<Item, { state: 'failed' }>[], hide: Hide): string =>
  items
    .flatMap(({ number, name, problem }) =>
      problem.map(
        ({ code, message }) => `${number}\t${printable(name)}\t${code}\t${printable(hide(message))}\n`,
      ),
    )
    .join('');

/**
 * The results of a job as a zip archive that is made while it is read: files are opened one after the other, so that memory does not
 * grow with them. What failed is listed in `failures.txt`. The stream ends with an error where a result goes away meanwhile.
 */
export const resultsZip = (reading: Reading, files: JobFiles, job: Job, hide: Hide): Readable => {
  const zip = new yazl.ZipFile();
  const nameFor = entryNames();
  const failures: Extract<Item, { state: 'failed' }>[] = [];
  for (const { value: item } of reading.range('items', { within: [job.id] })) {
    if (item.state === 'failed') failures.push(item);
    if (item.state !== 'done') continue;
    const { bytes, extension } = item.result;
    // Photos are compressed already.
    const options = { size: bytes, compress: false, mtime: new Date(item.ended), mode: 0o100644 };
    zip.addReadStreamLazy(nameFor(item.name, extension), options, (give) => {
      const stream = createReadStream(files.result(job.id, item.number));
      stream.once('error', (thrown) => zip.emit('error', thrown));
      give(null, stream);
    });
  }
  if (failures.length > 0)
    zip.addBuffer(Buffer.from(failuresText(failures, hide)), nameFor('failures', 'txt'), {
      mtime: new Date(job.created),
    });
  // The declarations know the interface alone; what it is, is a stream of Node.
  const output = zip.outputStream as Readable;
  zip.on('error', (thrown: Error) => output.destroy(thrown));
  zip.end();
  return output;
};
