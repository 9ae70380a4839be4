/** The kinds of value a config can hold, and the TypeScript type of each: what the table in schema.ts is written in. */
import type { MethodFacts } from './method-facts';

interface Described {
  /** Markdown, whole sentences. */
  readonly doc: string;
  readonly unit?: string;
  /** As it is computed, in plain characters. */
  readonly formula?: string;
  /** Where the method or the default comes from. */
  readonly source?: string;
  /** Has to be written. */
  readonly required?: true;
  /** May be missing, and then nothing takes its place. Every other key has a default. */
  readonly optional?: true;
  /** What other tools call it. */
  readonly aka?: readonly string[];
}

export interface StringSchema extends Described {
  readonly kind: 'string';
  readonly default?: string;
  readonly pattern?: { readonly regex: string; readonly words: string; readonly example: string };
}

export interface NumberSchema extends Described {
  readonly kind: 'integer' | 'number';
  readonly default?: number;
  /** Inclusive bounds. */
  readonly min?: number;
  readonly max?: number;
  /** Exclusive bounds. */
  readonly above?: number;
  readonly below?: number;
  /** How many times, at least 1: below it a person may have written the share that is left. */
  readonly ratio?: true;
}

export interface BooleanSchema extends Described {
  readonly kind: 'boolean';
  readonly default?: boolean;
}

export interface EnumSchema extends Described {
  readonly kind: 'enum';
  readonly values: readonly (string | number)[];
  /** A sentence for each value. */
  readonly valueDocs?: Readonly<Record<string, string>>;
  /** Formula and source of each value that is a method. */
  readonly valueFacts?: Readonly<Record<string, MethodFacts>>;
  /** Words of the vocabulary that this version does not have yet. */
  readonly later?: readonly string[];
  readonly valuesAka?: Readonly<Record<string, string>>;
  readonly default?: string | number;
}

export interface ListSchema extends Described {
  readonly kind: 'list';
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly length?: 2;
  readonly default?: readonly (string | number)[];
}

/** Keys of the person's own, each with a value of the same kind. */
export interface MapSchema extends Described {
  readonly kind: 'map';
  readonly values: Schema;
  /** What a key has to be. */
  readonly keyPattern: { readonly regex: string; readonly words: string; readonly example: string };
  readonly maxKeys: number;
}

/** One of several: scalars are told apart by kind, objects by which has most of the keys. */
export interface UnionSchema extends Described {
  readonly kind: 'union';
  readonly of: readonly Schema[];
  readonly default?: string | number;
}

/** Key paths of this same table, each with a list of the values that take turns there: read by sweep.ts. */
export interface SweepSchema extends Described {
  readonly kind: 'sweep';
  readonly optional: true;
}

export interface ObjectSchema extends Described {
  readonly kind: 'object';
  readonly keys: Readonly<Record<string, Schema>>;
  /** Of these keys exactly one is given. */
  readonly exactlyOne?: readonly string[];
  /** Of these keys at most one is given. */
  readonly atMostOne?: readonly string[];
  /** Keys of the vocabulary that this version does not have yet. */
  readonly later?: readonly string[];
}

export type Schema =
  | StringSchema
  | NumberSchema
  | BooleanSchema
  | EnumSchema
  | ListSchema
  | MapSchema
  | UnionSchema
  | ObjectSchema
  | SweepSchema;

/** What a schema has for a key that is not written, where that is a value of its own. */
export const plainDefault = (schema: Schema): string | number | boolean | readonly (string | number)[] | undefined =>
  'default' in schema ? schema.default : undefined;

/** The value a schema describes, after defaults are filled in. */
export type Value<S> = S extends { kind: 'string' }
  ? string
  : S extends { kind: 'integer' | 'number' }
    ? number
    : S extends { kind: 'boolean' }
      ? boolean
      : S extends { kind: 'enum'; values: readonly (infer V)[] }
        ? V
        : S extends { kind: 'list'; items: infer I; length: 2 }
          ? [Value<I>, Value<I>]
          : S extends { kind: 'list'; items: infer I }
            ? Value<I>[]
            : S extends { kind: 'map'; values: infer V }
              ? Record<string, Value<V>>
              : S extends { kind: 'union'; of: readonly (infer U)[] }
                ? Value<U>
                : S extends { kind: 'object'; keys: infer K }
                  ? ObjectValue<K>
                  : S extends { kind: 'sweep' }
                    ? Record<string, unknown[]>
                    : never;

type OptionalKeys<K> = { [P in keyof K]: K[P] extends { optional: true } ? P : never }[keyof K];
type Flat<T> = { [P in keyof T]: T[P] };
type ObjectValue<K> = Flat<
  { -readonly [P in Exclude<keyof K, OptionalKeys<K>>]: Value<K[P]> } & {
    -readonly [P in OptionalKeys<K>]?: Value<K[P]>;
  }
>;
