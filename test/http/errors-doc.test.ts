import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../src/contracts/errors';

test('docs/errors.md lists every code as the table has it, and no other', () => {
  const rows = readFileSync(join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| <a'));
  expect(rows).toEqual(
    Object.entries(ERRORS).map(([code, { status, title, advice, retryable }]) => {
      const cells = [`<a id="${code}"></a>\`${code}\``, status, title, advice, retryable ? 'yes' : 'no'];
      return `| ${cells.join(' | ')} |`;
    }),
  );
});
