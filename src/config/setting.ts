import type { z } from 'zod';

export interface SettingInfo {
  group: string;
  description: string;
  example?: string;
  /** As it would be written in the environment. */
  default?: string;
  /** `guichet serve` does not start without it. */
  requiredToServe?: boolean;
}

/** A setting that may be left out. */
export function optional<T extends z.ZodType>(schema: T, info: SettingInfo) {
  return schema.optional().meta({ ...info });
}

/** A setting that is there without being set. */
export function preset<T extends z.ZodType<unknown, string>>(schema: T, value: string, info: SettingInfo) {
  // The default is parsed like any other value, so that it cannot break a rule.
  return schema.prefault(value as z.input<T>).meta({ ...info, default: value });
}
