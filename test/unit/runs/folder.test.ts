import { access, chmod, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { isEnded } from '../../../src/protocol/run';
import { formatEvent } from '../../../src/runs/events';
import { RunFolder, listRuns } from '../../../src/runs/folder';
import { processLives } from '../../../src/runs/liveness';
import { besideRun, rootOfRun, runsDirectory, slug, spareFor, sweepsDirectory } from '../../../src/runs/project';
import { failure, temporaryFolder } from '../formats/bytes';
import { whereNothingMayBeWritten } from '../nobody';
import { deadPid, newRun, sampleRecord, sampleRun, stepEvent } from './samples';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('names', () => {
  test('of a place tell the project, unless the person chose another', () => {
    expect(rootOfRun(join('/home/ada', '.sparsescope', 'runs', 'net-1'))).toBe(join('/home/ada'));
    for (const path of ['/home/ada/runs/net-1', '/home/ada/.sparsescope/net-1', '/net-1', '/'])
      expect(rootOfRun(join(path))).toBeUndefined();
  });

  test('of a place tell where data may be kept that the project refuses: nowhere within it', () => {
    const root = join('/home/ada');
    const beside = (...run: string[]) => spareFor(root, besideRun(join(...run)));
    expect(beside('/tmp', 'out')).toBe(join('/tmp'));
    expect(beside('/home', 'out', 'trials', '0001')).toBe(join('/home'));
    expect(beside('/home/ada2/out')).toBe(join('/home/ada2'));
    expect(beside(root, 'mine')).toBeUndefined();
    expect(beside(runsDirectory(root), 'net-1')).toBeUndefined();
    expect(beside(sweepsDirectory(root), 'grid-1', 'trials', '0001')).toBeUndefined();
  });

  test.each([
    ['mlp7-eoi', 'mlp7-eoi'],
    ['My Net (v2)', 'My-Net-v2'],
    ['../../etc/passwd', 'etc-passwd'],
    ['..', 'run'],
    ['', 'run'],
    ['.hidden', 'hidden'],
    ['a/b\\c:d', 'a-b-c-d'],
    ['Größe', 'Gro-e'],
    ['Café', 'Cafe'],
    ['a'.repeat(300), 'a'.repeat(64)],
    ['con', 'run-con'],
    ['nul.yaml', 'run-nul.yaml'],
    ['\u0000x', 'x'],
  ])('%j becomes %j', (name, expected) => {
    const made = slug(name);
    expect(made).toBe(expected);
    expect(made).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
  });
});

describe('a new run', () => {
  test('gets the next free number, its config verbatim, and its folders', async () => {
    const root = await temporaryFolder();
    const configText = 'version: 1\r\n# kept as it is\n';
    const first = await newRun({ root, name: 'net', configText });
    const second = await newRun({ root, name: 'net', configText });
    expect([first.id, second.id]).toEqual(['net-1', 'net-2']);
    expect(first.directory).toBe(join(runsDirectory(root), 'net-1'));
    expect(await readFile(first.configFile, 'utf8')).toBe(configText);
    expect((await readdir(first.directory)).sort()).toEqual(['checkpoints', 'config.yaml', 'rotations']);
    await mkdir(join(runsDirectory(root), 'net-41'));
    await mkdir(join(runsDirectory(root), 'net-99x'));
    expect((await newRun({ root, name: 'net', configText })).id).toBe('net-42');
  });

  test('is kept out of commits, unless somebody wants it there', async () => {
    const root = await temporaryFolder();
    const ignore = join(root, '.sparsescope', '.gitignore');
    await newRun({ root, name: 'net', configText: '' });
    expect(await readFile(ignore, 'utf8')).toBe('*\n');
    await writeFile(ignore, '');
    await newRun({ root, name: 'net', configText: '' });
    expect(await readFile(ignore, 'utf8')).toBe('');
    const mine = join(root, 'mine');
    await newRun({ root: mine, name: 'net', configText: '', directory: join(mine, 'out') });
    expect(await readdir(mine)).toEqual(['out']);
  });

  test('made ten at once, each has its own folder', async () => {
    const root = await temporaryFolder();
    const made = await Promise.all(Array.from({ length: 10 }, () => newRun({ root, name: 'n', configText: '' })));
    expect(new Set(made.map(({ directory }) => directory)).size).toBe(10);
  });

  test('goes exactly where it is told, when nothing is there', async () => {
    const folder = await temporaryFolder();
    const directory = join(folder, 'out', 'here');
    const options = { root: folder, name: 'net', configText: 'x', directory };
    expect((await newRun(options)).directory).toBe(directory);
    expect(await failure(() => newRun(options))).toEqual({
      code: 'runs.folder-not-empty',
      message: `${directory} is there already and not empty. Choose a new folder for the run.`,
    });
    await writeFile(join(folder, 'file'), '');
    const below = { ...options, directory: join(folder, 'file', 'run') };
    expect((await failure(() => newRun(below))).code).toMatch(/^file\./);
    expect((await failure(() => newRun({ ...options, directory: join(folder, 'file') }))).code).toMatch(/^file\./);
  });

  test('takes the place of one that was killed before it had a record, and of nothing else', async () => {
    const root = await temporaryFolder();
    const directory = join(root, 'out');
    const options = { root, name: 'net', configText: 'new', directory };
    const refusal = async (): Promise<string> => (await failure(() => RunFolder.create(options))).code;
    const killed = async (): Promise<RunFolder> => {
      await rm(directory, { recursive: true, force: true });
      const { folder } = await RunFolder.create({ ...options, configText: 'old' });
      await writeFile(folder.journalFile, '{"type":"state","state":"starting","at":0}\n{"type":"sta');
      await writeFile(join(directory, '.run.json.0123456789ab.tmp'), '{');
      return folder;
    };
    const { journalFile, recordFile, initFile } = await killed();
    const lockFile = join(directory, 'writer.lock');
    const living = JSON.parse(await readFile(lockFile, 'utf8')) as object;
    const dead = JSON.stringify({ ...living, pid: deadPid });
    // As long as the process may still write its record.
    expect(await refusal()).toBe('runs.still-running');
    await writeFile(lockFile, dead);
    const { folder, lock } = await RunFolder.create(options);
    expect(await readFile(folder.configFile, 'utf8')).toBe('new');
    await lock.release();
    expect((await readdir(directory)).sort()).toEqual(['checkpoints', 'config.yaml', 'rotations']);

    const others: (() => Promise<void>)[] = [
      () => writeFile(join(directory, 'notes.txt'), ''),
      () => writeFile(recordFile, '{}'),
      () => writeFile(initFile, ''),
      () => writeFile(join(directory, 'checkpoints/step-000004.safetensors'), ''),
      () => writeFile(journalFile, formatEvent(stepEvent(1))),
      // A folder with a config of somebody's own.
      () => rm(lockFile),
    ];
    for (const other of others) {
      await killed();
      await writeFile(lockFile, dead);
      await other();
      const before = await readdir(directory, { recursive: true });
      expect(await refusal()).toBe('runs.folder-not-empty');
      expect(await readdir(directory, { recursive: true })).toEqual(before);
    }
  });

  test('cannot be made below a file, and says where', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.sparsescope'), '');
    const { code, message } = await failure(() => newRun({ root: folder, name: 'n', configText: '' }));
    expect(code).toMatch(/^file\./);
    expect(message).toContain(join(folder, '.sparsescope'));
  });
});

describe('the record', () => {
  test('is read back; the id is the name of the folder, renamed or not', async () => {
    const folder = await sampleRun();
    expect(await folder.readRecord()).toEqual(sampleRecord(folder.id));
    const moved = join(folder.directory, '..', 'other-7');
    await rename(folder.directory, moved);
    expect((await new RunFolder(moved).readRecord()).id).toBe('other-7');
  });

  test('of a run whose process is gone reads as interrupted', async () => {
    const folder = await sampleRun({ pid: deadPid, state: 'initialising' });
    expect(await folder.readRecord()).toMatchObject({ state: 'interrupted', error: { code: 'runs.interrupted' } });
    for (const state of ['completed', 'cancelled', 'failed'] as const) {
      await folder.writeRecord(sampleRecord(folder.id, { pid: deadPid, state }));
      expect((await folder.readRecord()).state).toBe(state);
      expect(isEnded(state)).toBe(true);
    }
  });

  test('that is not there, or too large, is named', async () => {
    const folder = await sampleRun();
    await writeFile(folder.recordFile, ' '.repeat((1 << 20) + 1));
    expect((await failure(() => folder.readRecord())).code).toBe('runs.record-too-large');
    await rm(folder.recordFile);
    expect(await failure(() => folder.readRecord())).toEqual({
      code: 'runs.no-record',
      message: `${folder.directory} is not a run folder: it has no run.json. Choose a folder made by a run; that of a sweep goes on by \`sparsescope sweep\`.`,
    });
  });

  test("pids: our own lives, so does another user's; groups and nonsense do not count", async () => {
    expect(await processLives(process.pid)).toBe(true);
    for (const pid of [0, -1, deadPid, 1.5, NaN]) expect(await processLives(pid)).toBe(false);
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    expect(await processLives(1234)).toBe(true);
    kill.mockRestore();
  });
});

describe('the list of runs', () => {
  test('has the newest first and says why one cannot be read', async () => {
    const folder = await sampleRun({ createdAt: '2025-01-02T00:00:00.000Z' });
    const root = join(folder.directory, '..', '..', '..');
    const config = { root, name: 'mlp7-eoi', configText: '' };
    const second = await newRun(config);
    await second.lock();
    await second.writeRecord(sampleRecord(second.id, { createdAt: '2025-01-03T00:00:00.000Z' }));
    const third = await newRun(config);
    await writeFile(third.recordFile, 'no JSON');
    await newRun(config);
    await writeFile(join(runsDirectory(root), 'a file'), '');
    const listed = await listRuns(root);
    expect(listed.map((run) => [basename(run.directory), 'record' in run ? run.record.state : run.error.code])).toEqual(
      [
        ['mlp7-eoi-2', 'training'],
        ['mlp7-eoi-1', 'training'],
        ['mlp7-eoi-4', 'runs.no-record'],
        ['mlp7-eoi-3', 'runs.record-invalid'],
      ],
    );
  });

  test('is empty where nothing was run', async () => {
    const root = await temporaryFolder();
    expect(await listRuns(root)).toEqual([]);
    expect(await listRuns(join(root, 'none'))).toEqual([]);
  });
});

describe('removing', () => {
  test('an ended run goes whole', async () => {
    const folder = await sampleRun({ state: 'completed' });
    await writeFile(join(folder.directory, 'report.html'), '');
    await folder.remove();
    expect(await exists(folder.directory)).toBe(false);
    expect(await exists(join(folder.directory, '..'))).toBe(true);
  });

  test('a run whose process was killed goes too', async () => {
    const folder = await sampleRun({ pid: deadPid });
    await folder.remove();
    expect(await exists(folder.directory)).toBe(false);
  });

  test('a run that is being written stays', async () => {
    const folder = await sampleRun();
    expect(await failure(() => folder.remove())).toEqual({
      code: 'runs.still-running',
      message: `${folder.directory} is in use by its run (process ${process.pid}). Cancel the run first.`,
    });
    expect(await exists(folder.recordFile)).toBe(true);
  });

  test('what is not a run folder stays', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'thesis.tex'), '');
    expect((await failure(() => new RunFolder(folder).remove())).code).toBe('runs.no-record');
    await writeFile(join(folder, 'run.json'), '{"version":1}');
    expect((await failure(() => new RunFolder(folder).remove())).code).toBe('runs.record-invalid');
    expect((await failure(() => new RunFolder(join(folder, 'none')).remove())).code).toBe('runs.no-record');
    expect((await readdir(folder)).sort()).toEqual(['run.json', 'thesis.tex']);
  });

  test('a link to a run folder stays, and so does what it points to', async () => {
    const folder = await sampleRun({ state: 'completed' });
    const link = join(await temporaryFolder(), 'link');
    await symlink(folder.directory, link, 'dir');
    expect((await failure(() => new RunFolder(link).remove())).code).toBe('runs.not-a-folder');
    expect(await exists(folder.configFile)).toBe(true);
  });

  test('links inside are removed, not followed', async () => {
    const folder = await sampleRun({ state: 'completed' });
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'precious'), '');
    await symlink(outside, join(folder.checkpoints, 'link'), 'dir');
    await folder.remove();
    expect(await exists(folder.directory)).toBe(false);
    expect(await readdir(outside)).toEqual(['precious']);
  });

  test.skipIf(process.platform === 'win32')('that fails half-way is said, and can be tried again', async () => {
    const folder = await sampleRun({ state: 'completed' });
    const stuck = join(folder.directory, 'stuck');
    await mkdir(stuck);
    await writeFile(join(stuck, 'a'), '');
    await chmod(join(folder.directory, '..', '..', '..'), 0o755);
    await chmod(folder.directory, 0o777);
    await whereNothingMayBeWritten(stuck, async () => {
      expect(await failure(() => folder.remove())).toEqual({
        code: 'runs.remove-failed',
        message: `${folder.directory} could not be deleted whole (EACCES). Close what uses it and try again.`,
      });
    });
    expect((await folder.readRecord()).state).toBe('completed');
    await folder.remove();
    expect(await exists(folder.directory)).toBe(false);
  });

  test('of a folder the person chose only what a run wrote goes', async () => {
    const directory = join(await temporaryFolder(), 'mine');
    const folder = await newRun({ root: directory, name: 'n', configText: '', directory });
    await folder.writeRecord(sampleRecord(folder.id, { state: 'failed' }));
    await writeFile(join(directory, 'notes.txt'), '');
    await folder.remove();
    expect(await readdir(directory)).toEqual(['notes.txt']);
  });
});
