/**
 * Small choices of a person that a view keeps: a mode, a speed. Checked when read, since another version may have kept
 * them.
 */

export class Prefs {
  private readonly values: Map<string, string>;

  constructor(
    kept: unknown,
    private readonly changed: () => void,
  ) {
    const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    this.values = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** The kept value if it is among `allowed`, else the first of them. */
  get<T extends string>(name: string, allowed: readonly T[]): T {
    return allowed.find((value) => value === this.values.get(name)) ?? allowed[0];
  }

  /** The kept value if `parse` takes it. */
  read<T>(name: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.values.get(name);
    return text === undefined ? undefined : parse(text);
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
    this.changed();
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.values);
  }
}
