import type { Command } from 'commander';
import type { Exit } from '../exit.js';
import type { Terminal } from '../terminal.js';

/** Makes of what a command does what commander calls: what it comes to is the program's exit status. */
export type On = <A extends readonly unknown[]>(
  action: (...given: A) => Promise<Exit>,
) => (...given: A) => Promise<void>;

/**
 * Declares what a command takes, and what it does. What it does is loaded when it is called, so that `pipe COMMAND --help` does not
 * wait for it.
 */
export type Declare = (command: Command, on: On, terminal: Terminal) => void;
