import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page. */
export interface Snippet {
  /** What it is written in, and what else stands behind the fence: a file's name, or what is to happen. */
  readonly language: string;
  readonly note: string;
  readonly text: string;
  readonly line: number;
}

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const pageOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The fenced blocks of a page, in order. */
export const snippetsOf = (page: string): readonly Snippet[] =>
  [...page.matchAll(/^```(\S+)[ \t]*(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', note = '', text = ''], i, all) => ({
      language,
      note: note.trim(),
      text,
      line: page.slice(0, all[i]?.index).split('\n').length,
    }),
  );

/** What stands between backticks within a line. */
export const inlineCode = (page: string): readonly string[] =>
  [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Gives a folder what `npm install` would have put there, without a network: links to what is here. */
export const linkPackages = (folder: string): void => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(root, join(modules, 'prismflow'));
  for (const name of ['@tensorflow', 'fast-check', '@types', 'fp-ts', 'io-ts', 'rxjs'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
};

/** Operators' pages, by operator. */
export const operatorPages = (): readonly string[] =>
  readdirSync(join(root, 'src/ops')).filter((name) => existsSync(join(root, 'src/ops', name, 'README.md')));
