import type { KeyRole } from '../contracts/caller';

/** What every operation tells of itself. */
export interface OperationDoc {
  readonly operationId: string;
  readonly tag: 'orders' | 'prices' | 'promotions' | 'tasks' | 'shipments' | 'stock' | 'webhooks' | 'service';
  readonly summary: string;
  readonly description?: string;
}

/** Builds the part of a schema that tells what an operation without an API key is for. */
export const openOperation = ({ operationId, tag, summary, description }: OperationDoc) => ({
  operationId,
  tags: [tag],
  summary,
  ...(description === undefined ? {} : { description }),
});

/** Builds the part of a schema that tells what an operation is for and which roles it serves. */
export const operation = (roles: readonly KeyRole[], told: OperationDoc) => ({
  ...openOperation(told),
  description: [told.description, `Serves the roles: ${roles.join(', ')}.`].filter(Boolean).join('\n\n'),
  security: [{ apiKey: [] }],
});
