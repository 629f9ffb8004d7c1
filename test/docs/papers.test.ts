import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DECISIONS = join(ROOT, 'docs/decisions');

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const papers = globSync(['*.md', '{docs,bench,models,examples}/**/*.md', 'src/ops/*/*.md'], { cwd: ROOT });

/** The places below the project that a page links to or shows, without fragments. */
const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('papers', () => {
  it('are found', () => {
    expect(papers).toEqual(
      expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'docs/decisions/README.md']),
    );
  });

  it.each(papers)('%s links to what is there', (paper) => {
    const folder = dirname(join(ROOT, paper));
    const missing = linksIn(read(paper)).filter((target) => !existsSync(join(folder, decodeURI(target))));
    expect(missing).toEqual([]);
  });

  it.each(papers)('%s links to headings that are there', (paper) => {
    const folder = dirname(join(ROOT, paper));
    const missing = [...read(paper).matchAll(/\]\(([^)\s:#]*\.md)#([^)\s]+)\)/g)]
      .filter(([, target, anchor]) => {
        const headings = readFileSync(join(folder, target!), 'utf8').matchAll(/^#+ (.+)$/gm);
        return ![...headings].some(([, heading]) => anchorOf(heading!) === anchor);
      })
      .map(([link]) => link);
    expect(missing).toEqual([]);
  });
});

describe('the package', () => {
  const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };

  it('has what the README links to', () => {
    const packed = [
      ...files.filter((entry) => !entry.startsWith('!')),
      'LICENSE',
      'README.md',
      'package.json',
    ];
    const left = linksIn(read('README.md')).filter(
      (target) => !packed.some((entry) => target === entry || target.startsWith(`${entry}/`)),
    );
    expect(left).toEqual([]);
  });
});

describe('decisions', () => {
  const records = readdirSync(DECISIONS).filter((name) => name !== 'README.md');

  it('are all in the index, once', () => {
    const listed = linksIn(read('docs/decisions/README.md')).filter((target) => !target.startsWith('..'));
    expect(listed.toSorted()).toEqual(records.toSorted());
  });

  it.each(records)('%s has status, date, context, decision and consequences', (name) => {
    const text = read(`docs/decisions/${name}`);
    expect(text).toMatch(/^# .+\n\n(- )?Status: \S.*Date: \d{4}-\d\d-\d\d/s);
    for (const section of ['Context', 'Decision', 'Consequences'])
      expect(text).toContain(`\n## ${section}\n\n`);
  });

  it.each(records)('%s is called in the index as it calls itself', (name) => {
    const title = /^# (.+)$/m.exec(read(`docs/decisions/${name}`))?.[1];
    expect(read('docs/decisions/README.md')).toContain(`- [${title}](${name})`);
  });
});
