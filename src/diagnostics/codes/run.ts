import type { Explanations } from '../explanation.js';

/** Codes of a run: items, files and sinks. */
export const runCodes = {
  'run/operator-threw': {
    title: 'An operator threw on an item',
    remedy: 'The item is set aside and the others go on; the message is the operator’s own.',
    disposition: 'permanent',
  },
  'run/system-refused': {
    title: 'The system does not give what work needs: open files, memory, processes, or a package',
    remedy:
      'The message is the system’s own. Allow more open files (`ulimit -n 1024`), work on fewer photos at once with `--jobs`, or install again what is missing (`npm install`); then run it again.',
    disposition: 'fatal',
  },
  'run/crashed': {
    title: 'A photo ended the process that worked on it',
    remedy:
      'A decoder, an engine or a plugin crashed. A run had ended without a word at this photo, so it was worked on in a process of its own, and that one ended too. It is set aside until it, the pipeline or the version changes.',
    disposition: 'permanent',
  },
  'run/timed-out': {
    title: 'A photo took longer than its time limit',
    remedy:
      'It is set aside until it, the pipeline or the version changes. Allow more with `--timeout 2h` (or `none`) and try it again with `--retry`.',
    disposition: 'permanent',
  },
  'run/suspect': {
    title: 'A run ended without a word while a photo was worked on',
    remedy:
      'Nothing need be done. It was killed, or the machine went down, or the photo ended it; so the photo is worked on in a process of its own this time.',
    disposition: 'permanent',
  },
  'run/cancelled': {
    title: 'The run was stopped by the user',
    remedy: 'Run it again: what is done is skipped.',
    disposition: 'transient',
  },
  'run/source-threw': {
    title: 'The source of the items failed, so the run could not go on',
    remedy: 'The message is the source’s own. Fix its cause and run it again: what is done is skipped.',
    disposition: 'permanent',
  },
  'run/overflow': {
    title: 'A source that cannot wait pushed more than its buffer holds',
    remedy: 'Give it a larger buffer, let it forget the oldest, or make the work below it quicker.',
    disposition: 'permanent',
  },
  'run/unpaired': {
    title: 'An item has no partner in the stream that it is paired with',
    remedy:
      'Give both streams the same items in the same order; use `unpaired` for streams that are independent.',
    disposition: 'permanent',
  },
  'run/observer-threw': {
    title: 'What watches the run (a progress line, a log) threw',
    remedy: 'The message is its own. What is done is kept; run it again for the rest.',
    disposition: 'fatal',
  },
  'run/unknown-engine': {
    title: 'There is no engine of this name',
    remedy: '`pipe doctor` lists the engines and whether they work here.',
    disposition: 'permanent',
  },
  'run/journal': {
    title: 'The record of what was done cannot be written',
    remedy:
      'The message is the system’s own. The results themselves are whole; without the record they are made again.',
    disposition: 'transient',
    retriedAtSink: true,
  },
  'run/folder-in-use': {
    title: 'Another process writes results to the same folder',
    remedy:
      'Wait until it is done, stop it, or write to another folder. A process that was killed holds nothing back.',
    disposition: 'permanent',
  },
  'run/not-an-edit': {
    title: 'A pipeline that does not turn one photo into one file',
    remedy: 'Begin with `files`, let every step take one item and give one, and end with `encode` or `save`.',
    disposition: 'permanent',
  },
  'run/wrong-value': {
    title: 'An operator gave something that does not fit its output port',
    remedy: 'This is a fault of the operator. The message says what it gave.',
    disposition: 'permanent',
  },
  'run/invalid-option': {
    title: 'An option of a run or of a stream operator is not one, or out of range',
    remedy: 'The message names the option and the values that it takes.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
