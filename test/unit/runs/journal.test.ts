import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { appendFile, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../../src/protocol/run';
import { formatEvent, parseEvent } from '../../../src/runs/events';
import { Journal, readJournal } from '../../../src/runs/journal';
import { JournalReader } from '../../../src/runs/journal-reader';
import { failure, temporaryFolder } from '../formats/bytes';
import { epochEvent, jacobianEvent, sampleLayer, signalsEvent, spectrumEvent, stepEvent, usageEvent } from './samples';

// A full disk and short writes are injected where Node would report them.
const inject = vi.hoisted(() => ({ takes: Infinity, then: '', flushed: 0 }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    fdatasync: (descriptor: number, done: (error: Error | null) => void) => {
      inject.flushed++;
      if (inject.then) done(Object.assign(new Error(inject.then), { code: inject.then }));
      else real.fdatasync(descriptor, done);
    },
    writeSync: (descriptor: number, bytes: Uint8Array, offset: number) => {
      if (inject.takes === 0 && inject.then) throw Object.assign(new Error(inject.then), { code: inject.then });
      const length = Math.min(bytes.length - offset, inject.takes);
      inject.takes = inject.then ? 0 : inject.takes;
      return real.writeSync(descriptor, bytes, offset, length);
    },
  };
});
afterEach(() => Object.assign(inject, { takes: Infinity, then: '', flushed: 0 }));

const every: RunEvent[] = [
  { type: 'state', at: 0, state: 'initialising', message: 'zwölf 層' },
  { type: 'layer', at: 1, layer: sampleLayer('fc1') },
  spectrumEvent(0, 'fc1'),
  stepEvent(1),
  stepEvent(2),
  { type: 'checkpoint', at: 20, step: 2, file: 'checkpoints/step-000002.safetensors' },
  epochEvent(2, 1),
  jacobianEvent(2),
  signalsEvent(2),
  usageEvent(2),
  stepEvent(3),
  spectrumEvent(3, 'fc1'),
  { type: 'warning', at: 35, step: 3, code: 'engine.training-diverges', message: 'It diverges.' },
  { type: 'warning', at: 36, code: 'engine.checkpoint-unusable', message: 'It is damaged.' },
  { type: 'state', at: 40, state: 'cancelled' },
];

const journalOf = async (events: RunEvent[] = every): Promise<string> => {
  const file = join(await temporaryFolder(), 'events.jsonl');
  const journal = await Journal.open(file);
  for (const event of events) journal.append(event);
  journal.close();
  return file;
};

describe('events', () => {
  test('each kind survives the way through a line', () => {
    for (const event of every) expect(parseEvent(formatEvent(event).trimEnd())).toEqual(event);
  });

  test('a diverged run is recorded as what it is', () => {
    const event = { ...stepEvent(1), loss: NaN, gradientNorm: Infinity, accuracy: -Infinity };
    expect(parseEvent(formatEvent(event))).toEqual(event);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"type":"constructor"}',
    '{"type":5}',
    '{"type":"step"}',
    '{"type":"new","at":1}',
    '{"type":"step","at":1,"step":-1,"epoch":1,"loss":1,"accuracy":1,"gradientNorm":1,"learningRate":1}',
    '{"type":"step","at":1,"step":1,"epoch":1,"loss":"1","accuracy":1,"gradientNorm":1,"learningRate":1}',
    '{"type":"spectrum","at":1,"step":1,"layer":"a","summary":{},"values":[]}',
  ])('%j is no event', (line) => {
    expect(parseEvent(line)).toBeUndefined();
  });
});

describe('the writing end', () => {
  test('what is appended can be read at once, before it is closed', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    const journal = await Journal.open(file);
    for (const [index, event] of every.entries()) {
      journal.append(event);
      expect(await readJournal(file)).toHaveLength(index + 1);
    }
    journal.close();
    expect(await readJournal(file)).toEqual(every);
    expect((await failure(() => journal.append(stepEvent(4)))).code).toBe('runs.journal-closed');
    journal.close();
  });

  test('goes on after what is there, and cuts a torn last line off first', async () => {
    const file = await journalOf([stepEvent(1)]);
    await appendFile(file, '{"type":"step","at":20,"st');
    const journal = await Journal.open(file);
    journal.append(stepEvent(2));
    journal.close();
    expect(await readJournal(file)).toEqual([stepEvent(1), stepEvent(2)]);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  });

  test('on a full disk the half line is taken back and the sentence names the file', async () => {
    const file = await journalOf([stepEvent(1)]);
    const journal = await Journal.open(file);
    const { size } = await stat(file);
    Object.assign(inject, { takes: 20, then: 'ENOSPC' });
    expect(await failure(() => journal.append(stepEvent(2)))).toEqual({
      code: 'file.disk-full',
      message: `The disk is full: ${file} was not written. Free some space and try again.`,
    });
    expect((await stat(file)).size).toBe(size);
    Object.assign(inject, { takes: Infinity, then: '' });
    journal.append(stepEvent(2));
    journal.close();
    expect(await readJournal(file)).toEqual([stepEvent(1), stepEvent(2)]);
  });

  test('is flushed to the disk when asked, and says so when it cannot be', async () => {
    const file = await journalOf([]);
    const journal = await Journal.open(file);
    journal.append(stepEvent(1));
    await journal.flush();
    expect(inject.flushed).toBe(1);
    inject.then = 'EIO';
    const { code, message } = await failure(() => journal.flush());
    expect(code).toBe('file.write-failed');
    expect(message).toContain(file);
    journal.close();
    expect((await failure(() => journal.flush())).code).toBe('runs.journal-closed');
  });

  test('short writes are completed', async () => {
    inject.takes = 5;
    const file = await journalOf([stepEvent(1), stepEvent(2)]);
    expect(await readJournal(file)).toEqual([stepEvent(1), stepEvent(2)]);
  });

  test('a journal in a folder that is not there is refused', async () => {
    const folder = await temporaryFolder();
    expect((await failure(() => Journal.open(join(folder, 'none', 'events.jsonl')))).code).toBe('file.no-folder');
    expect((await failure(() => Journal.open(folder))).code).toBe('file.not-a-file');
  });

  test('a killed writer loses nothing that append returned from', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { Journal } from './src/runs/journal';
          const [file, event] = [process.argv[1], JSON.parse(process.argv[2])];
          void Journal.open(file).then((journal) => {
            for (let step = 1; step <= 50; step++) journal.append({ ...event, step });
            process.kill(process.pid, 'SIGKILL');
          });`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      write: false,
    });
    const child = spawn(process.execPath, ['-e', outputFiles[0].text, file, JSON.stringify(stepEvent(1))]);
    const signal = await new Promise((resolve) => child.on('exit', (_, name) => resolve(name)));
    expect(signal).toBe('SIGKILL');
    const events = await readJournal(file);
    expect(events.map((event) => event.type === 'step' && event.step)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });
});

describe('resuming', () => {
  test('drops later steps only; states and layers stay', async () => {
    const file = await journalOf();
    const journal = await Journal.open(file, { truncateAfterStep: 2 });
    journal.append({ type: 'state', at: 50, state: 'training' });
    journal.close();
    const kept = every.filter((event) => !('step' in event && (event.step ?? 0) > 2));
    expect(kept).toHaveLength(12);
    expect(await readJournal(file)).toEqual([...kept, { type: 'state', at: 50, state: 'training' }]);
  });

  test('from the start keeps what is of step 0', async () => {
    const file = await journalOf();
    (await Journal.open(file, { truncateAfterStep: 0 })).close();
    expect((await readJournal(file)).map(({ type }) => type)).toEqual([
      'state',
      'layer',
      'spectrum',
      'warning',
      'state',
    ]);
  });

  test('keeps lines it cannot read, byte by byte, and drops a torn end', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    const alien = Buffer.from([0x7b, 0xff, 0xfe, 0x0a]);
    const parts = [alien, Buffer.from(formatEvent(stepEvent(9))), Buffer.from('{"type":"later","step":99}\n{"torn')];
    await writeFile(file, Buffer.concat(parts));
    (await Journal.open(file, { truncateAfterStep: 1 })).close();
    expect(await readFile(file)).toEqual(Buffer.concat([alien, Buffer.from('{"type":"later","step":99}\n')]));
  });

  test('where there is no journal yet begins one', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    (await Journal.open(file, { truncateAfterStep: 10 })).close();
    expect(await readFile(file, 'utf8')).toBe('');
  });
});

describe('following', () => {
  test('a journal that is not there yet, then grows, with half a line in between', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    const reader = new JournalReader(file);
    expect(await reader.poll()).toEqual({ events: [], restarted: false, more: false });
    const line = formatEvent({ type: 'state', at: 1, state: 'failed', message: 'ümläut' });
    const bytes = Buffer.from(line);
    const middle = bytes.indexOf(0xc3) + 1;
    await writeFile(file, Buffer.concat([Buffer.from(formatEvent(stepEvent(1))), bytes.subarray(0, middle)]));
    expect((await reader.poll()).events).toEqual([stepEvent(1)]);
    expect((await reader.poll()).events).toEqual([]);
    await appendFile(file, bytes.subarray(middle));
    expect((await reader.poll()).events).toEqual([{ type: 'state', at: 1, state: 'failed', message: 'ümläut' }]);
    expect(reader.skipped).toBe(0);
  });

  test('skips and counts damaged lines', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    await writeFile(file, `${formatEvent(stepEvent(1))}\u0000\u0000\n${formatEvent(stepEvent(2))}\n`);
    const reader = new JournalReader(file);
    expect((await reader.poll()).events).toEqual([stepEvent(1), stepEvent(2)]);
    expect(reader.skipped).toBe(2);
  });

  test('starts anew when the journal was cut, replaced by a shorter, or by a longer one', async () => {
    const file = await journalOf([stepEvent(1), stepEvent(2), stepEvent(3)]);
    const reader = new JournalReader(file);
    await reader.poll();
    await truncate(file, Buffer.byteLength(formatEvent(stepEvent(1))));
    expect(await reader.poll()).toMatchObject({ events: [stepEvent(1)], restarted: true });
    (await Journal.open(file)).close();
    expect(await reader.poll()).toMatchObject({ events: [], restarted: false });
    const other = await journalOf([stepEvent(1, 77), stepEvent(2, 78), stepEvent(3, 79)]);
    await rename(other, file);
    expect(await reader.poll()).toMatchObject({ restarted: true });
    fs.rmSync(file);
    expect(await reader.poll()).toEqual({ events: [], restarted: true, more: false });
  });

  test('a long journal comes in parts, over lines that cross the edges of reads', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    const count = 45_000;
    await writeFile(file, Array.from({ length: count }, (_, i) => formatEvent(stepEvent(i + 1))).join(''));
    const reader = new JournalReader(file);
    const steps: number[] = [];
    for (let more = true; more;) {
      const news = await reader.poll();
      for (const event of news.events) if (event.type === 'step') steps.push(event.step);
      more = news.more;
    }
    expect(steps).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  });

  test('a journal longer than the longest line loses none of its lines', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    // Lines nearly as long as one read, by the spaces that JSON allows.
    const line = formatEvent(stepEvent(1)).replace('{', `{${' '.repeat(900_000)}`);
    const count = 90;
    await writeFile(file, line.repeat(count));
    const reader = new JournalReader(file);
    expect((await reader.poll()).events).toHaveLength(count);
    expect(reader.skipped).toBe(0);
  });

  test('a line longer than any event is passed over', async () => {
    const file = join(await temporaryFolder(), 'events.jsonl');
    await writeFile(file, formatEvent(stepEvent(1)));
    await appendFile(file, Buffer.alloc(34 << 20, 0x61));
    await appendFile(file, `\n${formatEvent(stepEvent(2))}`);
    const reader = new JournalReader(file);
    expect((await reader.poll()).events).toEqual([stepEvent(1), stepEvent(2)]);
    expect(reader.skipped).toBe(1);
  });
});
