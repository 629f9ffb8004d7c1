import { Command, Help } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.js';

describe('what help says that a command takes', () => {
  it.each(commands)('is what $name declares', async ({ name, takes, load }) => {
    const command = new Command(name);
    // What a command prints to is not asked for before it runs.
    (await load()).declare(command, () => async () => undefined, {} as never);
    expect(`${name} ${takes}`.trimEnd()).toBe(new Help().subcommandTerm(command));
  });
});
