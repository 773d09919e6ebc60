import type { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { ERRORS, type ErrorCode } from '../contracts/errors';
import { problemOf } from './errors';
import { PROBLEM_TYPE } from './schemas';

type Document = ReturnType<typeof jsonSchemaTransformObject>;

const REQUEST_ID = '4f1c9a52-6c1e-4c39-8f0b-0d6f2a7c5e11';

const CORRECTED_RECIPIENT = {
  name: 'Recipient One',
  phone: '+55 11 91234-5678',
  address: { country: 'BR', region: 'SP', city: 'São Paulo', line1: 'Rua Augusta 100', postcode: '01305-000' },
};

/** Lists an example of the body of each operation. */
const BODIES: Readonly<Record<string, unknown>> = {
  placeOrder: {
    reference: 'A-1001',
    customer: { reference: 'customer-77' },
    currency: 'BRL',
    lines: [{ skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1', quantity: 2 }],
    recipient: {
      name: 'Recipient One',
      phone: '+55 11 91234-5678',
      address: { country: 'BR', region: 'SP', city: 'São Paulo', line1: 'Rua Augusta 100', postcode: '01305-000' },
    },
    payment: { method: 'card', token: 'tok_ok' },
  },
  mendRecipient: CORRECTED_RECIPIENT,
  mendByLink: CORRECTED_RECIPIENT,
  askQuote: {
    customer: { reference: 'customer-77', memberTier: 'gold' },
    currency: 'BRL',
    country: 'BR',
    couponCodes: ['WELCOME20'],
    lines: [{ skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1', quantity: 2 }],
  },
  createPromotion: {
    definition: {
      kind: 'spend_every',
      name: 'Every 300 less 40',
      currency: 'BRL',
      every: 30000,
      save: 4000,
      platformShare: 6000,
    },
  },
  draftPromotion: {
    definition: { kind: 'percentage', name: 'Ten percent', currency: 'BRL', rate: 1000, coupon: { code: 'TENTH' } },
  },
  limitPromotion: { total: 100, perCustomer: 1, budget: null },
  previewPromotion: {
    currency: 'BRL',
    country: 'BR',
    lines: [{ skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1', quantity: 2 }],
  },
  payAgain: { method: 'card', token: 'tok_ok' },
  cancelOrder: { reason: 'customer_request' },
  retryNow: { reason: 'provider_back' },
  chooseCarrier: { fulfillmentId: 'ful_01KAQ5ZJ5V8E6Q0000000000A1', carrierCode: 'swift', reason: 'provider_down' },
  handToPerson: { reason: 'provider_refuses', note: 'ask_provider' },
  receiveStock: {
    skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1',
    warehouseId: 'whs_01KAQ5ZJ5V8E6Q0000000000A1',
    lotCode: '2026-11',
    expiresOn: '2027-11-30',
    quantity: 120,
    reference: 'DN-4711',
  },
  countLot: { lotId: 'lot_01KAQ5ZJ5V8E6Q0000000000A1', counted: 118, reference: 'count-2026-11' },
  adjustLot: { lotId: 'lot_01KAQ5ZJ5V8E6Q0000000000A1', quantity: -2, reason: 'damaged', reference: 'report-17' },
  setStock: {
    skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1',
    warehouseId: 'whs_01KAQ5ZJ5V8E6Q0000000000A1',
    safetyStock: 5,
    reorder: { point: 20, to: 200 },
  },
  closeReplenishment: { reason: 'supplier_cancelled' },
  recordSupplierAnswer: { quantity: 120, expectedOn: '2027-01-31', reference: 'AB-4711' },
  completeTask: { parcel: { weightG: 1450, lengthMm: 300, widthMm: 200, heightMm: 150 } },
};

interface Media {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId?: string;
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, { description?: string; content?: Record<string, Media> }>;
}

/** Adds an example to each body, and an example of each error code to each problem. */
export function withExamples(document: Document): Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path as Record<string, Operation>)) {
      const body = operation.requestBody?.content?.['application/json'];
      const example = BODIES[operation.operationId ?? ''];
      if (body && example !== undefined) body.example = example;
      for (const response of Object.values(operation.responses ?? {})) {
        const problem = response.content?.[PROBLEM_TYPE];
        if (problem) problem.examples = examplesOf(response.description ?? '');
      }
    }
  }
  return document;
}

function examplesOf(description: string): Record<string, { value: unknown }> {
  const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => description.includes(`\`${code}\``));
  return Object.fromEntries(codes.map((code) => [code, { value: problemOf({ refused: code }, REQUEST_ID) }]));
}
