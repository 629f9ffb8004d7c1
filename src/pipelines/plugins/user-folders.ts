import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What is asked of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A relative path in such a variable counts as none, as the XDG Base Directory Specification says. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

/** Where the user's settings are: `$XDG_CONFIG_HOME/prismflow`, or else `~/.config/prismflow`; `%APPDATA%\prismflow` on Windows. */
export const configFolder = (env: Environment = process.env, platform = process.platform): string =>
  platform === 'win32'
    ? join(absolute(env.APPDATA) ?? join(homedir(), 'AppData', 'Roaming'), 'prismflow')
    : join(absolute(env.XDG_CONFIG_HOME) ?? join(homedir(), '.config'), 'prismflow');

/** Where copies are that can be made again: `$XDG_CACHE_HOME/prismflow`, `~/.cache/prismflow`, `%LOCALAPPDATA%\prismflow`. */
export const cacheFolder = (env: Environment = process.env, platform = process.platform): string =>
  platform === 'win32'
    ? join(absolute(env.LOCALAPPDATA) ?? join(homedir(), 'AppData', 'Local'), 'prismflow')
    : join(absolute(env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'prismflow');
