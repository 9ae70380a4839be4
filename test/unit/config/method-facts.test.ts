import { describe, expect, it } from 'vitest';
import { valueText } from '../../../src/config/describe';
import { schemaAt } from '../../../src/config/schema-paths';

describe.each(['sparsity.distribution', 'sparsity.init', 'sparsity.base', 'sparsity.update.method'])(
  'every word of %s',
  (path) => {
    const schema = schemaAt(path)!;
    if (schema.kind !== 'enum') throw new Error(`${path} names no methods`);
    it.each(schema.values.map(String))('%s: what it does, by which formula, from where', (value) => {
      const facts = schema.valueFacts![value];
      // A method that computes nothing has no formula.
      if (value !== 'static') expect(facts.formula).toMatch(/[=~>]|drop|minimise|H as/);
      expect(facts.source).toMatch(/\S/);
      expect(valueText(schema, value)).toMatch(/^[A-Z].*\.( `.*`\.)? Source: .*\.$/);
    });
    it('has facts about no other word', () => {
      expect(Object.keys(schema.valueFacts!)).toEqual([...schema.values]);
    });
  },
);
