import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { apiReport } from './api-report.js';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What to do about a difference. */
const HOW =
  'The public API has changed. If it was meant to, renew the report and commit it: npm run build && npx vitest run test/types/api.test.ts -u';

describe('the public API is what its report says', () => {
  it.each([
    ['prismflow', 'index.d.ts', 'index.txt'],
    ['prismflow/nn', 'nn/index.d.ts', 'nn.txt'],
    ['prismflow/tensor', 'tensor/index.d.ts', 'tensor.txt'],
    ['prismflow/testing', 'testing/index.d.ts', 'testing.txt'],
  ])('%s', async (_, built, report) => {
    const declarations = pathOf(`../../dist/${built}`);
    expect(existsSync(declarations), 'It is read from dist: npm run build').toBe(true);
    await expect(apiReport(declarations), HOW).toMatchFileSnapshot(pathOf(`./api/${report}`));
  });
});

describe('the report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-api-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const reportOf = (parts: string): string => {
    writeFileSync(join(folder, 'parts.d.ts'), parts);
    writeFileSync(
      join(folder, 'index.d.ts'),
      "import type { Part } from './parts.js';\nexport * as more from './parts.js';\nexport { pipe } from 'fp-ts/lib/function.js';\n/** Said to people. */\nexport declare const whole: (part: Part) => import(\"./parts.js\").Hidden;\n",
    );
    return apiReport(join(folder, 'index.d.ts'));
  };
  const parts =
    'interface Inner { readonly size: number }\nexport interface Part extends Inner {}\nexport interface Hidden {}\n';

  it('has names, those of namespaces, and what they are made of, without comments', () => {
    expect(reportOf(parts)).toBe(
      [
        ...[
          'Exported',
          '',
          'more.Hidden',
          '  interface Hidden {}',
          'more.Part',
          '  interface Part extends Inner {}',
        ],
        ...['pipe', '  pipe of fp-ts/lib/function.js', 'whole', '  whole: (part: Part) => Hidden'],
        ...['', 'What these are made of', '', 'Inner', '  interface Inner { readonly size: number }', ''],
      ].join('\n'),
    );
  });

  it('changes with a type that is not exported itself', () => {
    expect(reportOf(parts.replace('size: number', 'size: string'))).not.toBe(reportOf(parts));
  });
});
