import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/imports';
import { observeAll } from './observed-states';
import { renderStates } from './state-diagrams';

// Run by `npm run docs:states`; it is no part of the suite.
test('docs/states.md is written', async () => {
  writeFileSync(join(ROOT, 'docs/states.md'), renderStates(await observeAll()));
});
