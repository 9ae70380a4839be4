/** A config as a flat list of keys and what each is set to: what two configs are compared by. */
import { configSchema } from './schema';
import type { ObjectSchema } from './schema-types';
import { keyPath } from './tree';
import type { Config } from './types';
import { scalarText } from './write';

/** As a person would write it on one line of YAML. */
const flowText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${scalarText(key, 'yaml')}: ${flowText(inner)}`)
      .join(', ')} }`;
  return scalarText(value as string | number | boolean, 'yaml');
};

function* flat(schema: ObjectSchema, value: object, path: string): Generator<[string, string]> {
  const held = value as Record<string, unknown>;
  for (const [key, inner] of Object.entries(schema.keys)) {
    const found = held[key];
    if (found === undefined) continue;
    const place = keyPath(path, key);
    if (inner.kind === 'object') yield* flat(inner, found as object, place);
    else yield [place, flowText(found)];
  }
}

/**
 * Every key that a config has, defaults filled in, in the order of the schema. Lists, maps and alternatives are one
 * value: `sparsity.eoi.angles` is `uniform` or `{ fixed: 80 }`. Shared weights are not sparse, and have no keys of it.
 */
export const settingsOf = ({ sparsity, ...config }: Config): Record<string, string> =>
  Object.fromEntries(flat(configSchema, config.sharing ? config : { ...config, sparsity }, ''));
