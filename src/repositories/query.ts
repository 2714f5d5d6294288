import { trusted } from 'mongoose';

/**
 * The only query operators of the house. Everything else that reaches a filter is an equality with a validated
 * primitive, and `sanitizeFilter` refuses operators that were not made here.
 */
export const oneOf = <T>(values: readonly T[]): { $in: T[] } => trusted({ $in: [...values] });
export const exists = (): { $exists: true } => trusted({ $exists: true as const });
export const atMost = <T>(value: T): { $lte: T } => trusted({ $lte: value });
export const atLeast = <T>(value: T): { $gte: T } => trusted({ $gte: value });
export const lessThan = <T>(value: T): { $lt: T } => trusted({ $lt: value });
export const moreThan = <T>(value: T): { $gt: T } => trusted({ $gt: value });
