import { monotonicFactory } from 'ulid';
import type { IdPrefix } from '../contracts/ids';

const ulid = monotonicFactory();

/** Makes a new id of one kind; ids made later by this process sort later. */
export const newId = (prefix: IdPrefix): string => `${prefix}_${ulid()}`;
