import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { errorLine, issueLine, stoppedLine, warningLine } from '../../../src/cli/errors';
import { printJson, processOutput } from '../../../src/cli/output';
import { trialWarnings } from '../../../src/cli/sweep-words';
import { bar, percent, significant, table } from '../../../src/cli/table';
import { placesText } from '../../../src/cli/words';
import type { TrialResult } from '../../../src/protocol/sweep';
import { count } from '../../../src/core/figure';

class FakeStream extends EventEmitter {
  written = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 40,
  ) {
    super();
  }
  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

const outputs = (terminal: boolean) => {
  const [stdout, stderr] = [new FakeStream(terminal), new FakeStream(terminal)];
  const lost: (string | undefined)[] = [];
  const output = processOutput(
    stdout as unknown as NodeJS.WriteStream,
    stderr as unknown as NodeJS.WriteStream,
    ({ code }) => lost.push(code),
  );
  return { stdout, stderr, output, lost };
};

describe('progress', () => {
  it('is quiet when stderr is not a terminal', () => {
    const { stderr, output } = outputs(false);
    output.progress('half done');
    output.progress(undefined);
    expect(stderr.written).toBe('');
  });

  it('replaces its line, never wraps, and is cleared before a result', () => {
    const { stdout, stderr, output } = outputs(true);
    output.progress('x'.repeat(100));
    expect(stderr.written).toBe(`\r\u001b[2K${'x'.repeat(39)}`);
    output.out('result\n');
    expect(stderr.written.endsWith('\r\u001b[2K')).toBe(true);
    expect(stdout.written).toBe('result\n');
    const length = stderr.written.length;
    output.out('more\n');
    expect(stderr.written.length).toBe(length);
  });
});

describe('a reader that went away', () => {
  it('is no error: the rest is dropped', () => {
    const { stdout, output, lost } = outputs(false);
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    output.out('lost');
    expect([stdout.written, lost]).toEqual(['', []]);
  });

  it('other errors are told, once', () => {
    const { stdout, output, lost } = outputs(false);
    for (let i = 0; i < 2; i++) stdout.emit('error', Object.assign(new Error('bad'), { code: 'EIO' }));
    output.out('lost');
    expect([stdout.written, lost]).toEqual(['', ['EIO']]);
  });
});

describe('what comes from outside', () => {
  const evil = 'a\u001b[31m\u009b2J\rb\u202e\u007f';
  const shown = 'a\\u{1b}[31m\\u{9b}2J\\u{d}b\\u{202e}\\u{7f}';

  it('reaches neither stream with what a terminal obeys; ends of lines and tabs stay', () => {
    const { stdout, stderr, output } = outputs(true);
    output.out(`${evil}\n\tb\n`);
    expect(stdout.written).toBe(`${shown}\n\tb\n`);
    output.err(evil);
    expect(stderr.written).toBe(shown);
    output.progress('one\ntwo\u001bc');
    expect(stderr.written.endsWith('\r\u001b[2Kone\\u{a}two\\u{1b}c')).toBe(true);
  });

  it('stays on its line: of a table, an error, a config, a warning, a path, a command to type', () => {
    const name = 'x\nerror fake: y';
    expect(table(['a', 'b'], [[name, 'c']], ['left', 'left'])).toBe(
      'a                    b\nx\\u{a}error fake: y  c\n',
    );
    const place = { line: 0, column: 0, offset: 0 };
    const issue = {
      code: 'c',
      severity: 'error',
      message: name,
      range: { start: place, end: place },
      path: '',
    } as const;
    for (const text of [
      errorLine({ code: 'c', message: name }),
      issueLine(name, issue),
      warningLine(name),
      placesText(name, null),
      stoppedLine('cancelled', 1, 2, name),
      trialWarnings([{ id: '0001', warnings: [{ code: 'c', message: name }] } as TrialResult]),
    ])
      expect(text.match(/\n/g)).toHaveLength(1);
  });

  it('is the same in JSON, said in its own way', () => {
    const { stdout, output } = outputs(true);
    printJson(output, 'inspect', { evil });
    expect(stdout.written).not.toMatch(/[^\n -~]/);
    expect(JSON.parse(stdout.written)).toMatchObject({ evil });
  });
});

describe('text', () => {
  it('aligns tables', () => {
    expect(
      table(
        ['a', 'number'],
        [
          ['long name', '1'],
          ['b', '22'],
        ],
        ['left', 'right'],
      ),
    ).toBe('a          number\nlong name       1\nb              22\n');
  });

  it('writes numbers as people read them', () => {
    expect([significant(0.1), significant(0.07316326), significant(1.23456e-7), significant(0)]).toEqual([
      '0.1',
      '0.07316',
      '1.235e-7',
      '0',
    ]);
    expect([percent(0.91333), count(129400)]).toEqual(['91.33 %', '129,400']);
    expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(7, 4), bar(-1, 4)]).toEqual([
      '[----]',
      '[##--]',
      '[####]',
      '[####]',
      '[----]',
    ]);
  });

  it('keeps numbers that JSON does not know', () => {
    const { stdout, output } = outputs(false);
    printJson(output, 'x', { a: Number.NaN, b: [Number.POSITIVE_INFINITY] });
    expect(JSON.parse(stdout.written)).toEqual({ sparsescope: 1, command: 'x', a: 'NaN', b: ['Infinity'] });
  });
});
