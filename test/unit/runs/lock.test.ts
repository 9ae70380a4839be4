import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { processLives, procfs, ps, startTimeOf } from '../../../src/runs/liveness';
import type { ProcessTable } from '../../../src/runs/liveness';
import { acquireLock } from '../../../src/runs/lock';
import { failure, temporaryFolder } from '../formats/bytes';
import { whereNothingMayBeWritten } from '../nobody';
import { deadPid, sampleRecord, sampleRun } from './samples';

/** Takes the lock on "take", answers "taken" or the error's code; leaves it on "leave". */
const program = `
  import { createInterface } from 'node:readline';
  import { acquireLock } from './src/runs/lock';
  let lock;
  createInterface({ input: process.stdin }).on('line', async (line) => {
    if (line === 'leave') return lock.release().then(() => console.log('left'));
    try {
      lock = await acquireLock(process.argv[1]);
      console.log('taken');
    } catch (error) {
      console.log(error.code ?? error.stack);
    }
  });
  console.log('ready');`;

let code = '';
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    write: false,
  });
  code = outputFiles[0].text;
});

class Writer {
  private constructor(
    readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async in(folder: string): Promise<Writer> {
    const child = spawn(process.execPath, ['-e', code, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const writer = new Writer(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
    expect(await writer.answer()).toBe('ready');
    return writer;
  }

  async answer(): Promise<string> {
    return (await this.lines.next()).value as string;
  }

  ask(what: 'take' | 'leave'): Promise<string> {
    this.process.stdin!.write(`${what}\n`);
    return this.answer();
  }

  async kill(): Promise<void> {
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }
}

const owner = (changes: object): string =>
  JSON.stringify({ pid: process.pid, host: hostname(), startTime: null, token: 'a'.repeat(32), ...changes });
const lockFile = (folder: string): string => join(folder, 'writer.lock');
const linuxOnly = process.platform === 'linux';

describe('the lock of a run folder', () => {
  test('keeps another process out until it is released, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const [first, second] = [await Writer.in(folder), await Writer.in(folder)];
    expect(await first.ask('take')).toBe('taken');
    expect(JSON.parse(await readFile(lockFile(folder), 'utf8'))).toMatchObject({
      pid: first.process.pid,
      host: hostname(),
      startTime: await startTimeOf(first.process.pid!),
    });
    expect(await second.ask('take')).toBe('runs.still-running');
    expect(await failure(() => acquireLock(folder))).toEqual({
      code: 'runs.still-running',
      message: `${folder} is in use by its run (process ${first.process.pid}). Cancel the run first.`,
    });
    expect(await first.ask('leave')).toBe('left');
    expect(await second.ask('take')).toBe('taken');
    expect(await second.ask('leave')).toBe('left');
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a killed process goes to exactly one of two that want it at once, time after time', async () => {
    const folder = await temporaryFolder();
    const rivals = [await Writer.in(folder), await Writer.in(folder)];
    for (let round = 0; round < 20; round++) {
      // What a killed process leaves, now and then with a takeover that was killed half-way too.
      await writeFile(lockFile(folder), owner({ pid: deadPid }));
      const half = owner({ pid: deadPid, token: 'b'.repeat(32) });
      if (round % 3 === 0) await writeFile(`${lockFile(folder)}.${'a'.repeat(32)}`, half);
      const answers = await Promise.all(rivals.map((rival) => rival.ask('take')));
      expect([...answers].sort()).toEqual(['runs.still-running', 'taken']);
      expect(await readdir(folder)).toEqual(['writer.lock']);
      expect(await rivals[answers.indexOf('taken')].ask('leave')).toBe('left');
    }
  });

  test('is taken from a process that was really killed', async () => {
    const folder = await temporaryFolder();
    const first = await Writer.in(folder);
    expect(await first.ask('take')).toBe('taken');
    await first.kill();
    const lock = await acquireLock(folder);
    expect((await failure(() => acquireLock(folder))).code).toBe('runs.still-running');
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test.runIf(linuxOnly)('of a process whose id was given to another one is stale', async () => {
    const folder = await temporaryFolder();
    for (const pid of [process.pid, 1]) {
      await writeFile(lockFile(folder), owner({ pid, startTime: '1234567890123' }));
      await (await acquireLock(folder)).release();
      await writeFile(lockFile(folder), owner({ pid, startTime: await startTimeOf(pid) }));
      expect((await failure(() => acquireLock(folder))).code).toBe('runs.still-running');
      await rm(lockFile(folder));
    }
  });

  test('of another machine counts, and the sentence says what to do', async () => {
    const folder = await temporaryFolder();
    await writeFile(lockFile(folder), owner({ pid: deadPid, host: 'far "away"' }));
    expect(await failure(() => acquireLock(folder))).toEqual({
      code: 'runs.in-use-elsewhere',
      message:
        `${folder} is in use by process ${deadPid} of the machine "far \\"away\\"". Cancel the run there; ` +
        `if it is over or that machine is gone, delete ${lockFile(folder)}.`,
    });
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another list', '[]'],
    ['a token that is a path', owner({ token: '../../../../../../etc/passwd' })],
    ['a pid that is none', owner({ pid: -1 })],
    ['too much', ' '.repeat(5000) + owner({})],
  ])('that holds %s is named, not passed over', async (_, content) => {
    const folder = await temporaryFolder();
    await writeFile(lockFile(folder), content);
    expect((await failure(() => acquireLock(folder))).code).toBe('runs.lock-damaged');
    expect(await readdir(folder)).toEqual(['writer.lock']);
  });

  test('that is not ours any more is not released', async () => {
    const folder = await temporaryFolder();
    const lock = await acquireLock(folder);
    await writeFile(lockFile(folder), owner({}));
    await lock.release();
    expect(await readFile(lockFile(folder), 'utf8')).toBe(owner({}));
  });

  test('cannot be taken in a folder that is not there', async () => {
    const folder = join(await temporaryFolder(), 'none');
    expect((await failure(() => acquireLock(folder))).code).toBe('file.no-folder');
  });
});

describe('a run that says it goes on', () => {
  test('does so while its lock is held, whatever process has the id of its record', async () => {
    const folder = await sampleRun({ pid: deadPid });
    // No lock: of a process that is gone, or of a folder that was copied.
    await folder.writeRecord(sampleRecord(folder.id, { pid: 1 }));
    expect((await folder.readRecord()).state).toBe('interrupted');
    const lock = await folder.lock();
    expect((await folder.readRecord()).state).toBe('training');
    await lock.release();
    expect((await folder.readRecord()).state).toBe('interrupted');
    await writeFile(lockFile(folder.directory), owner({ host: 'elsewhere' }));
    expect((await folder.readRecord()).state).toBe('training');
    expect((await failure(() => folder.remove())).code).toBe('runs.in-use-elsewhere');
    await writeFile(lockFile(folder.directory), 'damaged');
    expect((await folder.readRecord()).state).toBe('interrupted');
  });
});

/** Also where it is not used: its answer has the same form everywhere. */
const hasPs = spawnSync('ps', ['-p', '1']).status === 0;
const tables: [string, ProcessTable, RegExp, boolean][] = [
  ['/proc', procfs, /^\d+$/, linuxOnly],
  ['ps', ps, /^\w{3} \w{3} \d+ \d\d:\d\d:\d\d \d{4}$/, hasPs],
];

describe.each(tables)('processes as told by %s', (_, table, form, there) => {
  test.runIf(there)('have a start time, whatever their name is', async () => {
    expect(await startTimeOf(process.pid, table)).toMatch(form);
    expect(await startTimeOf(deadPid, table)).toBeNull();
    const child = spawn(process.execPath, ['-e', "process.title = ') Z 0 ('; console.log(); setInterval(Date, 1e6)"]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const startTime = await startTimeOf(child.pid!, table);
    expect(startTime).toMatch(form);
    // On Linux ps reckons the second from a clock that moves, so that it may be another one the next time.
    if (table === procfs || !linuxOnly) expect(await processLives(child.pid!, startTime, table)).toBe(true);
    expect(await processLives(child.pid!, '1', table)).toBe(false);
    expect(await processLives(child.pid!, null, table)).toBe(true);
  });

  test.runIf(there)('that have ended and were not looked after do not live', async () => {
    // A shell that never waits for its child keeps it as a zombie.
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [answer] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(String(answer));
    await expect.poll(() => processLives(pid, null, table)).toBe(false);
  });
});

describe('a system that does not tell of its processes', () => {
  test('is believed that one of this id is the one', async () => {
    const silent: ProcessTable = () => Promise.resolve(undefined);
    expect(await startTimeOf(process.pid, silent)).toBeNull();
    expect(await processLives(process.pid, '1', silent)).toBe(true);
    expect(await processLives(deadPid, '1', silent)).toBe(false);
  });
});

test.skipIf(process.platform === 'win32')(
  'of a folder that may only be read: the sentence names the folder',
  async () => {
    const folder = await temporaryFolder();
    await whereNothingMayBeWritten(folder, async () => {
      expect(await failure(() => acquireLock(folder))).toEqual({
        code: 'file.not-writable',
        message: `Nothing may be written into ${folder}. Give yourself permission to write there, or go on in a copy of the folder.`,
      });
    });
  },
);
