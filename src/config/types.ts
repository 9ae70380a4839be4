/** The types of a config that was read: derived from the schema table, every default filled in. */
import type { configSchema } from './schema';
import type { Value } from './schema-types';

/** As the schema has it: what depends on other keys may be missing. */
export type ReadConfig = Value<typeof configSchema>;

type WrittenSharing = NonNullable<ReadConfig['sharing']>;

/** Parameter sharing with what follows from its method. */
export type SharingConfig = Omit<WrittenSharing, 'scope' | 'mapping' | 'scaler'> &
  Required<Pick<WrittenSharing, 'scope' | 'mapping' | 'scaler'>>;

/** With `sharing`, `sparsity` is that of a dense network with the same initialisation. */
export type Config = Omit<ReadConfig, 'sharing'> & { sharing?: SharingConfig };
