import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ORDER_COLUMNS = [
  'order_id',
  'customer_id',
  'order_status',
  'order_purchase_timestamp',
  'order_approved_at',
  'order_delivered_carrier_date',
  'order_delivered_customer_date',
  'order_estimated_delivery_date',
].join(',');
const PRODUCT_COLUMNS = [
  'product_id',
  'product_category_name',
  'product_name_lenght',
  'product_description_lenght',
  'product_photos_qty',
  'product_weight_g',
  'product_length_cm',
  'product_height_cm',
  'product_width_cm',
].join(',');
const DELIVERED = [
  'o-delivered,k1,delivered',
  '2017-03-01 10:00:00,2017-03-01 11:00:00,2017-03-02 09:00:00,2017-03-05 09:00:00,2017-03-20 00:00:00',
].join(',');
const OTHERS = ['invoiced', 'processing', 'approved', 'unavailable', 'cancelled-unpaid', 'cancelled-late', 'created'];
const OTHER_ITEMS = OTHERS.map((name) => `o-${name},1,p-cup,s-south,2017-02-03 00:00:00,9.99,2`).join('\n');

/**
 * Holds nine made-up orders in the dataset's format, one per ending. Like the real ones they have blanks, several
 * payments and changing prices.
 */
const TABLES: Readonly<Record<string, string>> = {
  orders: `${ORDER_COLUMNS}
${DELIVERED}
o-shipped,k2,shipped,2017-01-01 10:00:00,2017-01-01 11:00:00,2017-01-02 09:00:00,,2017-01-20 00:00:00
o-invoiced,k3,invoiced,2017-02-01 10:00:00,2017-02-01 11:00:00,,,2017-02-20 00:00:00
o-processing,k4,processing,2017-02-02 10:00:00,2017-02-02 11:00:00,,,2017-02-20 00:00:00
o-approved,k5,approved,2017-02-03 10:00:00,2017-02-03 11:00:00,,,2017-02-20 00:00:00
o-unavailable,k6,unavailable,2017-02-04 10:00:00,2017-02-04 11:00:00,,,2017-02-20 00:00:00
o-cancelled-unpaid,k7,canceled,2017-02-05 10:00:00,,,,2017-02-20 00:00:00
o-cancelled-late,k8,canceled,2017-02-06 10:00:00,2017-02-06 11:00:00,2017-02-07 09:00:00,,2017-02-20 00:00:00
o-created,k9,created,2017-02-07 10:00:00,,,,2017-02-20 00:00:00
o-empty,k1,unavailable,2016-01-01 10:00:00,,,,2017-02-20 00:00:00
`,
  order_items: `order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o-delivered,1,p-lamp,s-north,2017-03-03 00:00:00,30.5,4.1
o-delivered,2,p-lamp,s-north,2017-03-03 00:00:00,30.5,4.1
o-delivered,3,p-cup,s-south,2017-03-03 00:00:00,9.99,0
o-shipped,1,p-lamp,s-north,2017-01-03 00:00:00,29.9,5.8
${OTHER_ITEMS}
`,
  order_payments: `order_id,payment_sequential,payment_type,payment_installments,payment_value
o-delivered,1,voucher,1,10.0
o-delivered,2,credit_card,3,69.19
o-shipped,1,boleto,1,35.7
`,
  customers: `customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
${Array.from({ length: 9 }, (_, i) => `k${i + 1},unique-${i + 1},0${i + 1}000,cidade,SP`).join('\n')}
`,
  sellers: `seller_id,seller_zip_code_prefix,seller_city,seller_state
s-north,69000,manaus,AM
s-south,80000,curitiba,PR
`,
  products: `${PRODUCT_COLUMNS}
p-lamp,casa_luz,10,10,1,1200,30,20,15
p-cup,,10,10,1,,16,0,11
`,
  category_translation: `product_category_name,product_category_name_english
casa_luz,house_light
`,
};

/**
 * Writes the made-up tables, gzipped, into a new folder; `over` replaces tables, and omits those that are null. The
 * caller removes the folder.
 */
export function writeOrders(over: Readonly<Record<string, string | null>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'olist-'));
  for (const [table, content] of Object.entries({ ...TABLES, ...over })) {
    if (content !== null) writeFileSync(join(folder, `${table}.csv.gz`), gzipSync(content));
  }
  return folder;
}
