import type { KeyRole } from '../contracts/caller';

/** Documents an operation. */
export interface OperationDoc {
  readonly operationId: string;
  readonly tag: 'orders' | 'prices' | 'promotions' | 'tasks' | 'shipments' | 'stock' | 'webhooks' | 'service';
  readonly summary: string;
  readonly description?: string;
}

/** Builds the documentation of an operation that needs no API key, as a piece of its route's schema. */
export const openOperation = ({ operationId, tag, summary, description }: OperationDoc) => ({
  operationId,
  tags: [tag],
  summary,
  ...(description === undefined ? {} : { description }),
});

/** Builds the documentation of an operation and of the roles it serves, as a piece of its route's schema. */
export const operation = (roles: readonly KeyRole[], doc: OperationDoc) => ({
  ...openOperation(doc),
  description: [doc.description, `Serves the roles: ${roles.join(', ')}.`].filter(Boolean).join('\n\n'),
  security: [{ apiKey: [] }],
});
