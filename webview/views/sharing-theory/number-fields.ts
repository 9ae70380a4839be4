/** The fields of the experiment's numbers: what is typed, refused with a sentence, and kept for the next window. */
import type { DataKind } from '../../../src/core/rps/theory/data';
import { entryField } from '../../controls';
import { h } from '../../dom';
import type { Prefs } from '../../parts/prefs';
import { defaults, numbersFor, numbersOf, readNumber, ruleOf, type NumberName, type Numbers } from './numbers';
import { words } from './words';

const prefOf = (name: NumberName): string => `theory.${name}`;

/** What an earlier window kept, as far as it still may be. */
const keptNumbers = (prefs: Prefs): Numbers => {
  const numbers = { ...defaults };
  // n comes first: the bounds of m go by it.
  for (const name of numbersOf) {
    const rule = ruleOf(name, numbers);
    numbers[name] = prefs.read(prefOf(name), (text) => readNumber(text, rule)) ?? Math.min(numbers[name], rule.most);
  }
  return numbers;
};

export class NumberFields {
  readonly elements: readonly HTMLElement[];
  private readonly fields = new Map<NumberName, { element: HTMLElement; input: HTMLInputElement }>();
  /** By field: what is wrong with what stands in it. */
  private readonly problems = new Map<NumberName, string>();
  private numbers: Numbers;

  constructor(
    private readonly prefs: Prefs,
    private readonly changed: (change: Partial<Numbers>) => void,
    /** Something was refused, or is right again. */
    private readonly judged: () => void,
  ) {
    this.numbers = keptNumbers(prefs);
    this.elements = numbersOf.map((name) => {
      const { element: input } = entryField(words.numbers[name].label, String(this.numbers[name]), (typed) =>
        this.enter(name, typed),
      );
      const element = h('label', { class: 'theory-field' }, h('span', {}, words.numbers[name].label), input);
      this.fields.set(name, { element, input: input as HTMLInputElement });
      return element;
    });
  }

  get values(): Numbers {
    return this.numbers;
  }

  /** The first thing that is wrong. */
  get problem(): string | undefined {
    return this.problems.values().next().value;
  }

  /** Fields that count for a kind of data. */
  offer(kind: DataKind): void {
    const names = numbersFor(kind);
    for (const [name, { element }] of this.fields) {
      element.hidden = !names.includes(name);
      // What cannot be seen cannot be mended.
      if (element.hidden && this.problems.has(name)) this.put(name, this.numbers[name]);
    }
  }

  /** A value that came about elsewhere. */
  put(name: NumberName, value: number): void {
    this.fields.get(name)!.input.value = String(value);
    this.settle(name, value);
  }

  private enter(name: NumberName, typed: string): void {
    const rule = ruleOf(name, this.numbers);
    const value = readNumber(typed, rule);
    if (value === undefined) {
      this.problems.set(name, words.badNumber(typed, name, rule));
      this.fields.get(name)!.input.setAttribute('aria-invalid', 'true');
      this.judged();
      return;
    }
    this.settle(name, value);
    this.changed({ [name]: value });
  }

  private settle(name: NumberName, value: number): void {
    this.problems.delete(name);
    this.fields.get(name)!.input.removeAttribute('aria-invalid');
    this.numbers = { ...this.numbers, [name]: value };
    this.prefs.set(prefOf(name), String(value));
  }
}
