import type { Explanations } from '../explanation.js';

/** Codes of plugins: where code comes from, and who allowed it. */
export const pluginCodes = {
  'plugin/not-allowed': {
    title: 'A plugin was not allowed on this machine',
    remedy:
      'A plugin is code that can do all that you can do. Read it, and if you trust it, allow what it is now with `--allow-plugin sha256:…`, the digest that the message names; on a terminal `pipe run` asks. It is kept until the plugin changes.',
    disposition: 'permanent',
  },
  'plugin/step': {
    title: 'A step may come from a plugin that is not loaded',
    remedy:
      'Nothing is known of it: neither its parameters are checked nor what it takes and gives. Allow the plugin to know more.',
    disposition: 'permanent',
  },
  'plugin/url': {
    title: 'A plugin is given as a URL',
    remedy:
      'A plugin is a file below the pipeline’s folder, as in `./sepia.mjs`, or an installed package. Download it, and read it.',
    disposition: 'permanent',
  },
  'plugin/builtin': {
    title: 'A module of Node itself is given as a plugin',
    remedy: 'A plugin is a file below the pipeline’s folder, as in `./sepia.mjs`, or an installed package.',
    disposition: 'permanent',
  },
  'plugin/name': {
    title: 'A plugin is neither a path nor the name of a package',
    remedy:
      'A path begins with `./`, as in `./sepia.mjs`; else it is the name of an installed package, as in `photo-ops`.',
    disposition: 'permanent',
  },
  'plugin/outside': {
    title: 'A plugin lies outside of the pipeline’s folder, or leads out of it',
    remedy:
      'Put all of its files below the folder of the pipeline’s file, or make a package of it and install that there. Links count as what they lead to.',
    disposition: 'permanent',
  },
  'plugin/imports': {
    title: 'A plugin imports something that its digest cannot cover',
    remedy:
      'The digest of a plugin is that of all it executes. Import files by relative paths (`./curve.mjs`), packages by their names, and write names out: no URLs, no absolute paths, no `import(name)`.',
    disposition: 'permanent',
  },
  'plugin/too-large': {
    title: 'A plugin is too large to be checked',
    remedy:
      'With the packages that it imports a plugin has at most 4000 files and 64 MiB. Bundle it to one file.',
    disposition: 'permanent',
  },
  'plugin/changed': {
    title: 'A plugin was changed',
    remedy: 'Run the pipeline again: you are asked about the plugin as it is now.',
    disposition: 'permanent',
  },
  'plugin/config': {
    title: 'The record of allowed plugins cannot be used',
    remedy: 'Correct the file that the message names, or delete it: plugins are then asked about again.',
    disposition: 'permanent',
  },
  'plugin/not-kept': {
    title: 'That a plugin is allowed cannot be kept',
    remedy:
      'It is allowed for this time. Make the folder writable, or name another by XDG_CONFIG_HOME (APPDATA on Windows).',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
