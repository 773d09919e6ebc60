import { z } from 'zod';

/** Builds the zod enum of a literal table. */
export const oneOf = <T extends Record<string, string>>(table: T) =>
  z.enum(Object.values(table) as [T[keyof T], ...T[keyof T][]]);
