import { monotonicFactory } from 'ulid';
import type { IdPrefix } from '../contracts/ids';

const ulid = monotonicFactory();

/** Creates a new id of one kind. Ids that this process creates later sort later. */
export const newId = (prefix: IdPrefix): string => `${prefix}_${ulid()}`;
