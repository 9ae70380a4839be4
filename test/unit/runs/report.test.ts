import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Mask } from '../../../src/core/mask';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import type { ReportData } from '../../../src/protocol/report';
import { RunFolder } from '../../../src/runs/folder';
import { gatherReport } from '../../../src/runs/report/data';
import { embeddedJson, reportPage } from '../../../src/runs/report/page';
import { freshReport, writeReport } from '../../../src/runs/report/write';
import { thinned } from '../../../src/runs/thin';
import type { ReportMaker } from '../../../src/runs/report/write';
import { configText, Project, TestEngine, totalSteps } from '../engine/project';

const probed = { probes: 'signals: { every: 6, samples: 6 }' };
let project: Project;
let folder: RunFolder;
let data: ReportData;
const about = { version: '9.9.9', now: new Date('2026-01-02T03:04:05Z') };

beforeAll(async () => {
  project = await Project.create();
  folder = new RunFolder((await (await TestEngine.greeted()).run(project.start(probed))).directory);
  data = await gatherReport(folder, about);
});
afterAll(() => project.remove());

describe('what a report carries', () => {
  it('is the run: record, config, curves, spectra, Jacobians', async () => {
    expect(data).toMatchObject({
      version: 1,
      generatedAt: '2026-01-02T03:04:05.000Z',
      sparsescope: '9.9.9',
      config: configText(probed),
      step: totalSteps,
      record: await folder.readRecord(),
    });
    expect(data.epochs).toHaveLength(3);
    expect(data.metrics.total).toBe(totalSteps);
    expect(data.metrics.step).toEqual(Array.from({ length: totalSteps }, (_, i) => i + 1));
    for (const column of ['loss', 'accuracy', 'gradientNorm', 'learningRate'] as const)
      expect(data.metrics[column]).toHaveLength(totalSteps);
    expect(data.spectra.map(({ layer, step }) => `${layer} ${step}`)).toEqual(
      ['fc1', 'fc2', 'fc3'].flatMap((layer) => [0, 5, 10, 15, 18].map((step) => `${layer} ${step}`)),
    );
    expect(data.jacobians.map(({ step }) => step)).toEqual([0, 5, 18]);
    expect(data.signals.map(({ step }) => step)).toEqual([0, 18]);
  });

  it('has the masks bit by bit', async () => {
    const init = await openSafetensors(await openFile(folder.initFile));
    for (const mask of data.masks) {
      const bytes = await init.readBytes(init.get(`layers.${mask.layer}.mask`)!, 0, mask.rows * mask.columns);
      const whole = { rowStart: 0, rowEnd: mask.rows, columnStart: 0, columnEnd: mask.columns };
      const bits = Mask.fromBytes(bytes, mask.rows, mask.columns).tile(whole);
      expect(mask.form).toBe('bits');
      expect(mask.data).toBe(Buffer.from(bits).toString('base64'));
    }
    expect(data.masks.map(({ layer }) => layer)).toEqual(['fc1', 'fc2', 'fc3']);
    await init.close();
  });

  it('shows a large mask as shares of cells', async () => {
    const text = configText({ epochs: 1 })
      .replace('out: 12 } }', 'out: 1500 } }')
      .replace('in: 12, out: 12', 'in: 1500, out: 12');
    const { directory } = await (await TestEngine.greeted()).run({ ...project.start(), configText: text });
    const large = await gatherReport(new RunFolder(directory), about);
    const mask = large.masks[0];
    expect(mask).toMatchObject({
      layer: 'fc1',
      rows: 1500,
      columns: 784,
      form: 'cells',
      cellRows: 1024,
      cellColumns: 784,
    });
    const cells = Buffer.from(mask.data, 'base64');
    expect(cells).toHaveLength(1024 * 784);
    // A cell covers one or two rows of one column.
    expect([...new Set(cells)].sort((a, b) => a - b)).toEqual([0, 128, 255]);
    const share = large.record.layers[0].density;
    expect(cells.reduce((sum, cell) => sum + cell, 0) / cells.length / 255).toBeCloseTo(share, 1);
  });

  it('thins evenly and keeps both ends', () => {
    expect(thinned(3, 5)).toEqual([0, 1, 2]);
    expect(thinned(101, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(thinned(0, 5)).toEqual([]);
    expect(new Set(thinned(100_000, 2000)).size).toBe(2000);
  });
});

describe('the page', () => {
  const script = 'const s = "</script><!--"; document.title = s;';

  it('allows exactly its own script and nothing from anywhere', () => {
    const page = reportPage(data, script, 'a::after { content: "</style>" }');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
    expect(policy).toContain("default-src 'none'");
    const code = /<script>([^]*)<\/script>\n<\/body>/.exec(page)![1];
    expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(code).digest('base64')}'`);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page.match(/<\/style/g)).toHaveLength(1);
    expect(page).not.toMatch(/(src|href)=|https?:/);
    // What the escaped code means is what was given.
    const title = { title: '' };
    runInNewContext(code, { document: title });
    expect(title.title).toBe('</script><!--');
  });

  it('cannot be broken out of by a name or a config', () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>';
    const page = reportPage(
      {
        ...data,
        config: evil,
        record: { ...data.record, id: evil, layers: [{ ...data.record.layers[0], name: evil }] },
      },
      script,
      '',
    );
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    const json = /id="report-data">([^]*?)<\/script>/.exec(page)![1];
    expect((JSON.parse(json) as ReportData).config).toBe(evil);
  });

  it('keeps numbers that JSON does not know', () => {
    expect(embeddedJson({ a: Number.NaN, b: '<' })).toBe('{"a":"NaN","b":"\\u003c"}');
  });

  it('has the layers as a table for readers without scripts', () => {
    const page = reportPage(data, script, '');
    expect(page).toMatch(/<noscript>[^]*<td>fc1<\/td><td>12 x 784<\/td>[^]*<\/noscript>/);
  });

  describe('on disk', () => {
    let place: string;
    const maker = (): ReportMaker => ({ assets: place, version: '9.9.9' });
    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), 'sparsescope-report-'));
      await writeFile(join(place, 'report.js'), script);
      await writeFile(join(place, 'report.css'), '');
    });
    afterEach(() => rm(place, { recursive: true }));

    it('is written whole or not at all', async () => {
      const file = join(place, 'report.html');
      await writeReport(folder, file, maker());
      expect(await readFile(file, 'utf8')).toContain('"sparsescope":"9.9.9"');
      await expect(writeReport(folder, join(place, 'none/report.html'), maker())).rejects.toMatchObject({
        code: 'file.no-folder',
      });
      await rm(join(place, 'report.css'));
      await expect(writeReport(folder, file, maker())).rejects.toMatchObject({ code: 'runs.report-page-missing' });
    });

    it('is made when it is asked for: missing, older than the run, else left as it is', async () => {
      await rm(folder.reportFile, { force: true });
      expect(await freshReport(folder, maker())).toBe(folder.reportFile);
      expect(await readFile(folder.reportFile, 'utf8')).toContain('"sparsescope":"9.9.9"');
      await writeFile(folder.reportFile, 'mine');
      await freshReport(folder, maker());
      expect(await readFile(folder.reportFile, 'utf8')).toBe('mine');
      const old = new Date('2020-01-01T00:00:00Z');
      await utimes(folder.reportFile, old, old);
      await freshReport(folder, maker());
      expect(await readFile(folder.reportFile, 'utf8')).toContain('"sparsescope":"9.9.9"');
    });

    it.skipIf(process.platform === 'win32')('is not written through a link', async () => {
      await writeFile(join(place, 'precious'), 'old');
      await rm(folder.reportFile, { force: true });
      await symlink(join(place, 'precious'), folder.reportFile);
      await expect(freshReport(folder, maker())).rejects.toMatchObject({ code: 'file.not-replaceable' });
      expect(await readFile(join(place, 'precious'), 'utf8')).toBe('old');
      await rm(folder.reportFile);
    });
  });
});

describe('a run folder with faults', () => {
  let run: RunFolder;
  beforeEach(async () => {
    run = new RunFolder(await mkdtemp(join(tmpdir(), 'sparsescope-report-')));
    await cp(folder.directory, run.directory, { recursive: true });
  });
  afterEach(() => rm(run.directory, { recursive: true }));

  it('has a report without masks when the initial weights are gone, and says so when they are damaged', async () => {
    await rm(run.initFile);
    expect((await gatherReport(run, about)).masks).toEqual([]);
    await writeFile(run.initFile, 'damaged, and longer than ten bytes');
    await expect(gatherReport(run, about)).rejects.toMatchObject({ code: 'safetensors.header-beyond-file' });
  });

  it.skipIf(process.platform === 'win32')('does not wait for ever for a config that is a pipe', async () => {
    await rm(run.configFile);
    execFileSync('mkfifo', [run.configFile]);
    await expect(gatherReport(run, about)).rejects.toMatchObject({ code: 'file.not-a-file' });
  });

  it('refuses a config that is too large to be one', async () => {
    await writeFile(run.configFile, '#'.repeat((1 << 20) + 1));
    await expect(gatherReport(run, about)).rejects.toMatchObject({ code: 'config.too-large' });
  });
});
