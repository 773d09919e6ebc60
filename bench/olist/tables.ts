import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { z } from 'zod';

const text = z.string().min(1);
const number = z
  .string()
  .transform((value) => (value === '' ? null : Number(value)))
  .refine((value) => value === null || Number.isFinite(value), 'is not a number');
const amount = number.refine((value): value is number => value !== null && value >= 0, 'is no amount');
const time = z
  .string()
  .regex(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/, 'is not a time')
  .transform((value) => (value === '' ? null : value));

/** Lists the tables and columns that the replay reads. */
export const TABLES = {
  orders: z.object({
    order_id: text,
    customer_id: text,
    order_status: text,
    order_purchase_timestamp: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'is not a time'),
    order_approved_at: time,
    order_delivered_carrier_date: time,
  }),
  order_items: z.object({ order_id: text, product_id: text, seller_id: text, price: amount, freight_value: amount }),
  order_payments: z.object({ order_id: text, payment_type: text, payment_value: amount }),
  customers: z.object({
    customer_id: text,
    customer_unique_id: text,
    customer_zip_code_prefix: text,
    customer_city: text,
    customer_state: text,
  }),
  sellers: z.object({ seller_id: text, seller_city: text, seller_state: text }),
  products: z.object({
    product_id: text,
    product_category_name: z.string(),
    product_weight_g: number,
    product_length_cm: number,
    product_height_cm: number,
    product_width_cm: number,
  }),
  category_translation: z.object({ product_category_name: text, product_category_name_english: text }),
} as const;

export type TableName = keyof typeof TABLES;
export type Row<T extends TableName> = z.infer<(typeof TABLES)[T]>;

/**
 * Yields the rows of a table of the dataset, gzipped or not. Throws one sentence when the folder, the file or a column
 * is missing, or a row does not fit its columns.
 */
export async function* readTable<T extends TableName>(folder: string, table: T): AsyncGenerator<Row<T>> {
  const file = fileOf(folder, table);
  const parser = parse({ columns: true, bom: true });
  const source = createReadStream(file);
  const unpacked = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  // Pipes do not pass errors on by themselves.
  source.on('error', (error: Error) => parser.destroy(error));
  unpacked.on('error', (error: Error) => parser.destroy(error));
  unpacked.pipe(parser);
  let number = 0;
  try {
    for await (const record of parser) {
      number += 1;
      const row = TABLES[table].safeParse(record);
      if (!row.success)
        throw new Error(row.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
      yield row.data as Row<T>;
    }
  } catch (error) {
    throw new Error(`${file} cannot be read after ${number} rows: ${(error as Error).message}`, { cause: error });
  } finally {
    source.destroy();
  }
}

function fileOf(folder: string, table: TableName): string {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Error(
      `${folder} is not a folder: name the one that holds the dataset's orders.csv.gz and the other tables.`,
    );
  const candidates = [`${table}.csv.gz`, `${table}.csv`].map((name) => join(folder, name));
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    const needed = Object.keys(TABLES).map((name) => `${name}.csv.gz`);
    throw new Error(`${candidates[0]} is missing: the replay needs ${needed.join(', ')}.`);
  }
  return found;
}
