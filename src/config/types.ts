/** The types of a config that was read: derived from the schema table, every default filled in. */
import type { configSchema } from './schema';
import type { Value } from './schema-types';

export type Config = Value<typeof configSchema>;
