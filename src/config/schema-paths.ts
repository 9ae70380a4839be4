/** From paths of a config to the schema that stands there. */
import { configSchema } from './schema';
import { variantsKey } from './schema-sweep';
import type { ObjectSchema, Schema } from './schema-types';
import { keyPath, pathSteps } from './tree';

/** The alternatives a union has, else the schema itself. */
const options = (schema: Schema): Schema[] => (schema.kind === 'union' ? schema.of.flatMap(options) : [schema]);

/**
 * The schema of `model.layers[0].linear.in`; of a union, the alternative that has the key. Below `sweep` that of the
 * values that the key takes: of `sweep.sparsity.density[0]` what `sparsity.density` has.
 */
export function schemaAt(path: string): Schema | undefined {
  const steps = pathSteps(path);
  if (steps[0] !== 'sweep' || steps.length === 1) return schemaOf(steps);
  const swept = steps.slice(1);
  // Within a variant stands what stands in a config.
  if (swept[0] === variantsKey) return typeof swept[1] === 'number' ? schemaOf(swept.slice(2)) : undefined;
  // The number in the list of values is the first that makes sense as one.
  const places = swept.flatMap((step, index) => (typeof step === 'number' ? [index] : []));
  return [...places.map((place) => swept.toSpliced(place, 1)), swept]
    .map(schemaOf)
    .find((found) => found !== undefined);
}

function schemaOf(steps: readonly (string | number)[]): Schema | undefined {
  let here: Schema | undefined = configSchema;
  for (const step of steps) {
    if (!here) return undefined;
    const inner: Schema[] = options(here).flatMap((option): Schema[] => {
      if (typeof step === 'number') return option.kind === 'list' ? [option.items] : [];
      if (option.kind === 'map') return [option.values];
      return option.kind === 'object' && Object.hasOwn(option.keys, step) ? [option.keys[step]] : [];
    });
    here = inner.at(0);
  }
  return here;
}

/** The objects that may stand at a path. */
export const objectsAt = (path: string): ObjectSchema[] => {
  const schema = schemaAt(path);
  return schema ? options(schema).filter((option) => option.kind === 'object') : [];
};

/** Everything a schema holds, outermost first. List items are `path[]`. */
function* walkSchema(schema: Schema, path = ''): Generator<{ path: string; schema: Schema }> {
  yield { path, schema };
  if (schema.kind === 'union') for (const option of schema.of) yield* walkSchema(option, path);
  if (schema.kind === 'list') yield* walkSchema(schema.items, `${path}[]`);
  if (schema.kind === 'map') yield* walkSchema(schema.values, `${path}[]`);
  if (schema.kind === 'object')
    for (const [key, inner] of Object.entries(schema.keys)) yield* walkSchema(inner, keyPath(path, key));
}

/** Every key that is not within a list or a mapping of the person's own names. */
export const keyPaths = (): string[] => [
  ...new Set(
    [...walkSchema(configSchema)].map(({ path }) => path).filter((path) => path !== '' && !path.includes('[]')),
  ),
];

/** The objects outside lists, by path. */
const objects = [...walkSchema(configSchema)].flatMap(({ path, schema }) =>
  schema.kind === 'object' && path !== '' && !path.includes('[]') ? [{ path, keys: schema.keys }] : [],
);

/** The first keys that may be missing. */
const seldom = new Set(
  Object.entries<Schema>(configSchema.keys).flatMap(([key, { optional }]) => (optional ? [key] : [])),
);

interface Home {
  key: string;
  /** Path of the object that the key belongs in. */
  path: string;
}

/**
 * Where a word belongs, as a key of ours or, failing that, as another tool's word for one; not when it has several
 * homes.
 */
export function homeOf(word: string): Home | undefined {
  const homes = (means: (key: string, schema: Schema) => boolean): Home[] =>
    objects.flatMap(({ path, keys }) =>
      Object.entries(keys)
        .filter(([key, schema]) => means(key, schema))
        .map(([key]) => ({ key, path })),
    );
  const own = homes((key) => key === word);
  // `x` is so many things that it is none.
  const found = own.length > 0 || word.length < 2 ? own : homes((_, schema) => schema.aka?.includes(word) === true);
  // A section that is seldom written is not what was meant where there is another.
  const usual = found.filter(({ path }) => !seldom.has(String(pathSteps(path)[0])));
  const [home, ...others] = usual.length > 0 ? usual : found;
  return others.length === 0 ? home : undefined;
}
