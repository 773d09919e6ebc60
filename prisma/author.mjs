// Prints the SQL that changes an empty database (or the one that --from FILE describes) into that of schema.prisma.
// `prisma migrate diff` does the same with a downloaded engine; this uses the engine from npm, which needs a PostgreSQL
// at DATABASE_URL and writes nothing to it.
import fs from 'node:fs';
// The package exports its engine only for bundlers, so it is imported by path.
import * as engineBindings from '../node_modules/@prisma/schema-engine-wasm/schema_engine_bg.js';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

const bytes = fs.readFileSync(
  new URL('../node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm', import.meta.url),
);
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { './schema_engine_bg.js': engineBindings });
engineBindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

const read = (path) => ({ path, content: fs.readFileSync(path, 'utf8') });
const to = read(new URL('schema.prisma', import.meta.url).pathname);
const fromFlag = process.argv.indexOf('--from');
const from = fromFlag > 0 ? { tag: 'schemaDatamodel', files: [read(process.argv[fromFlag + 1])] } : { tag: 'empty' };

const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: process.env.DATABASE_URL }));
const engine = await engineBindings.SchemaEngine.new(
  { datamodels: [['schema.prisma', to.content]] },
  () => {},
  adapter,
);
const diff = await engine.diff({
  from,
  to: { tag: 'schemaDatamodel', files: [to] },
  script: true,
  shadowDatabaseUrl: null,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});
process.stdout.write(diff.stdout);
process.exit(0);
