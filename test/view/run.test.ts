/** The panel of a run, with a real run behind it: what a person sees and does in the four tabs. */
import { expect, inject, it } from 'vitest';
import type { RunSnapshot, RunViewApi } from '../../src/protocol/views';
import { describeInBrowser } from './harness';
import {
  layerValue,
  matrix,
  open,
  press,
  readOut,
  readsOut,
  served,
  snapshotWith,
  useRunPanel,
  view,
} from './run-panel';
import { serveRun } from './serve';

describeInBrowser('the run panel', () => {
  useRunPanel();

  it('says which run, how it stands, and shows the mask of its first layer', async () => {
    await open('mask');
    await readsOut(/fc1 · 100 × 784 · [\d,]+ of 78,400 kept · density 0\.073/);
    expect(await view.page.locator('.run-header').innerText()).toMatch(
      /mlp7-eoi · run 1\s+completed\s+step 215\/215 · \d+ s\s+sparse, wasm/,
    );
    expect(await view.page.getByRole('tab').allInnerTexts()).toEqual([
      'Mask',
      'Givens',
      'Spectrum',
      'Sharing',
      'Training',
    ]);
    expect(await matrix().locator('canvas').first().getAttribute('data-painter')).toBe('webgl2');
    expect(await view.page.locator('.timeline-words').innerText()).toBe('step 0 of 215 · initialisation');
  });

  it('names the weight under the pointer exactly', async () => {
    await open('mask', { layer: 'fc2' });
    await readsOut(/fc2 · 100 × 100/);
    await matrix().focus();
    await press('ArrowDown');
    for (let i = 0; i < 3; i++) await press('ArrowRight');
    const { values } = await served.reader.valueTile({
      layer: 'fc2',
      step: 0,
      rowStart: 0,
      rowEnd: 1,
      columnStart: 0,
      columnEnd: 4,
    });
    await readsOut(/fc2 \[row 0, column 3\] weight -?[\d.e-]+ · (kept|pruned)/);
    const line = await readOut();
    const shown = Number(/weight (\S+)/.exec(line)![1]);
    expect(shown).toBeCloseTo(values[3], 3);
    expect(line.includes('kept ·') || line.includes('· kept')).toBe(values[3] !== 0);
    const counts = /row 0: (\d+) of 100 · column 3: (\d+) of 100 kept/.exec(line);
    const mask = await served.reader.maskTile({ layer: 'fc2', rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 100 });
    const kept = [...mask.bits].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(Number(counts?.[1])).toBe(kept);
  });

  it('draws the same mask with WebGL2 and with the 2D fallback', async () => {
    const pictures: Buffer[] = [];
    for (const withoutGl of [false, true]) {
      await open('mask', { layer: 'fc2', withoutGl });
      await readsOut(/1,\d+ of 10,000 kept/);
      const painter = await matrix().locator('canvas').first().getAttribute('data-painter');
      expect(painter).toBe(withoutGl ? '2d' : 'webgl2');
      await view.page.waitForTimeout(200);
      pictures.push(await matrix().screenshot());
      if (!withoutGl) await view.close();
    }
    expect(pictures[1].equals(pictures[0])).toBe(true);
  });

  it('zooms by keys, keeps the cursor in sight, and fits again', async () => {
    await open('mask', { layer: 'fc2' });
    await readsOut(/fc2/);
    await matrix().focus();
    await press('ArrowRight');
    const fitted = await matrix().screenshot();
    for (let i = 0; i < 4; i++) await press('+');
    await view.page.waitForTimeout(100);
    const zoomed = await matrix().screenshot();
    expect(zoomed.equals(fitted)).toBe(false);
    await press('0');
    await view.page.waitForTimeout(100);
    expect((await matrix().screenshot()).equals(fitted)).toBe(true);
  });

  it('goes through layers and steps by keys, and tells the host', async () => {
    await open('mask');
    await readsOut(/^fc1/);
    await press(']');
    await readsOut(/^fc2/);
    await expect.poll(layerValue).toBe('fc2');
    await press('[');
    await press('[');
    await readsOut(/^fc7/);
    await press('.');
    await expect.poll(() => view.page.locator('.timeline-words').innerText()).toBe('step 50 of 215 · checkpoint');
    await press(',');
    await press(',');
    await expect.poll(() => served.selected.at(-1)).toMatchObject({ layer: 'fc7', step: 0, tab: 'mask' });
  });

  it('moves to the next checkpoint with one press of an arrow on the timeline', async () => {
    await open('mask');
    await readsOut(/^fc1/);
    await view.page.getByRole('slider', { name: 'Step' }).focus();
    await press('ArrowRight');
    await expect.poll(() => view.page.locator('.timeline-words').innerText()).toMatch(/step 50 /);
    await press('ArrowRight');
    await expect.poll(() => view.page.locator('.timeline-words').innerText()).toMatch(/step 100 /);
    await press('ArrowLeft');
    await expect.poll(() => view.page.locator('.timeline-words').innerText()).toMatch(/step 50 /);
  });

  it('follows what is chosen elsewhere without telling it back', async () => {
    await open('mask');
    await readsOut(/^fc1/);
    view.emit('select', { directory: inject('eoiRun'), tab: 'mask', layer: 'fc3', step: 100 });
    await readsOut(/^fc3/);
    await expect.poll(() => view.page.locator('.timeline-words').innerText()).toMatch(/step 100 /);
    expect(served.selected).toEqual([]);
    expect(await view.kept()).toMatchObject({ layer: 'fc3', step: 100, tab: 'mask' });
  });

  it('comes back as it was kept', async () => {
    const directory = inject('eoiRun');
    const prefs = { 'matrix.mode': 'weights' };
    await open('mask', { kept: { directory, tab: 'mask', layer: 'fc4', step: 150, prefs } });
    await readsOut(/^fc4/);
    expect(await view.page.getByRole('radio', { name: 'Weights' }).isChecked()).toBe(true);
    expect(await view.page.locator('.timeline-words').innerText()).toMatch(/step 150 /);
  });

  it('forgets what was kept of another run', async () => {
    await open('mask', { kept: { directory: '/elsewhere', tab: 'training', layer: 'x', step: 1 } });
    await readsOut(/^fc1/);
  });

  it('shows the kept weights as a table, page by page, and saves all of them as CSV', async () => {
    await open('mask', { layer: 'fc7' });
    await readsOut(/fc7 · 10 × 100 · 715 of 1,000 kept/);
    await press('t');
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(200);
    await view.page.getByText('Next').click();
    await expect.poll(() => view.page.locator('.table-where').innerText()).toBe('Rows 201 to 400 of 715');
    await press('E');
    await expect.poll(() => [...served.saved.finished]).toEqual(['mlp7-eoi-1-fc7-mask.csv']);
    const lines = served.saved.files.get('mlp7-eoi-1-fc7-mask.csv')!.toString().trimEnd().split('\r\n');
    expect(lines[0]).toBe('row,column,value');
    expect(lines.length).toBe(716);
    const whole = { rowStart: 0, rowEnd: 10, columnStart: 0, columnEnd: 100 };
    const { values } = await served.reader.valueTile({ layer: 'fc7', step: 0, ...whole });
    for (const line of lines.slice(1)) {
      const [row, column, value] = line.split(',').map(Number);
      expect(value).toBe(values[row * 100 + column]);
    }
    await readsOut(/Saved mlp7-eoi-1-fc7-mask\.csv\s+715 rows/);
  });

  it('saves the picture as PNG in chunks below the limit of a message', async () => {
    await open('mask', { layer: 'fc1' });
    await readsOut(/fc1/);
    await press('w');
    await expect.poll(() => view.page.locator('.matrix-legend').innerText()).toMatch(/^-0\.\d+/);
    await press('e');
    await expect.poll(() => [...served.saved.finished]).toEqual(['mlp7-eoi-1-fc1-weights-0.png']);
    const png = served.saved.files.get('mlp7-eoi-1-fc1-weights-0.png')!;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(Math.max(...served.saved.chunkSizes)).toBeLessThanOrEqual(512 * 1024);
  });

  it('says what cannot be exported, and that nothing is saved when the person declines', async () => {
    await open(
      'mask',
      {},
      { save: () => Promise.reject(Object.assign(new Error('The disk is full.'), { code: 'file.disk-full' })) },
    );
    await readsOut(/^fc1/);
    await press('e');
    await readsOut(/Not exported: The disk is full\./);
  });

  it('explains itself and its keys, and closes on Escape', async () => {
    await open('mask');
    await readsOut(/^fc1/);
    await press('?');
    const dialog = view.page.getByRole('dialog', { name: 'Mask' });
    expect(await dialog.innerText()).toMatch(/Previous and next layer/);
    await press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
  });

  it('shows the spectra at the chosen step, for all layers in words', async () => {
    await open('spectrum', { layer: 'fc1' });
    await readsOut(/fc1 at initialisation: 100 singular values, min 1\.00 · mean 1\.00 · max 1\.00\s+isometric/);
    await expect.poll(() => view.page.locator('.layer-table tbody tr').count()).toBe(7);
    await view.page.getByRole('button', { name: 'Last step' }).click();
    await readsOut(/fc1 at step 215: .*not isometric \(σ /s);
    await view.page.getByRole('button', { name: 'fc7', exact: true }).click();
    await readsOut(/fc7 at step 215: 10 singular values/);
    const page = await served.reader.spectra({ layer: 'fc7', start: 0, end: 100 });
    const { min } = page.items.at(-1)!.summary;
    await expect
      .poll(() => view.page.locator('.layer-table tr.chosen .number[title]').nth(1).getAttribute('title'))
      .toBe(String(min));
    await press('t');
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(200);
  });

  it('has a table, and a CSV, for every chart of the spectrum', async () => {
    await open('spectrum', { step: 200 });
    await readsOut(/^fc1 at step 200/);
    const { items } = await served.reader.jacobians({ start: 0, end: 100 });
    await press('t');
    const chosen = view.page.getByRole('radiogroup', { name: 'Table' });
    expect(await chosen.innerText()).toMatch(/Singular values\s+Jacobian by step\s+Jacobian by layer\s+Histograms/);
    await chosen.getByRole('radio', { name: 'Jacobian by step' }).check();
    const rows = view.page.locator('.table-twin tbody tr');
    await expect.poll(() => rows.count()).toBe(items.length);
    await press('E');
    const file = 'mlp7-eoi-1-fc1-spectrum-200-jacobian-by-step.csv';
    await expect.poll(() => served.saved.finished.has(file)).toBe(true);
    const lines = served.saved.files.get(file)!.toString().trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',').slice(0, 4).map(Number))).toEqual(
      items.map(({ step, summary: { min, mean, max } }) => [step, min, mean, max]),
    );
    await chosen.getByRole('radio', { name: 'Histograms' }).check();
    await press('E');
    const bins = 'mlp7-eoi-1-fc1-spectrum-200-histograms.csv';
    await expect.poll(() => served.saved.finished.has(bins)).toBe(true);
    const counts = served.saved.files.get(bins)!.toString().trimEnd().split('\r\n').slice(1);
    const sum = (of: string): number =>
      counts.filter((line) => line.startsWith(`${of},`)).reduce((all, line) => all + Number(line.split(',')[4]), 0);
    expect([sum('fc1'), sum('Jacobian')]).toEqual([100, items[0].values.length]);
    await view.screenshot('spectrum-tables');
  });

  it('draws signals and gradients by layer beside mean-field theory, at the chosen step', async () => {
    await open('spectrum', { directory: inject('convRun'), step: 40 });
    const note = view.page.locator('.signals > .note');
    await expect
      .poll(() => note.innerText())
      .toMatch(/^Signals at step 40, over 64 examples\. Effective density 0\.\d+ of 0\.3/);
    await expect.poll(() => view.page.locator('.signals .chart canvas').count()).toBe(3);
    const { items } = await served.reader.signals({ start: 0, end: 100 });
    await press('t');
    await view.page.getByRole('radiogroup', { name: 'Table' }).getByRole('radio', { name: 'Signals' }).check();
    await press('E');
    const file = 'conv-1-conv1-spectrum-0-signals.csv';
    await expect.poll(() => served.saved.finished.has(file)).toBe(true);
    const lines = served.saved.files.get(file)!.toString().trimEnd().split('\r\n').slice(1);
    const { layers } = items.find(({ step }) => step === 40)!;
    expect(lines.map((line) => line.split(',').slice(0, 5))).toEqual(
      layers.map((one) => [one.layer, one.weightNorm, one.gradientNorm, one.meanSquare, one.sparse!.q].map(String)),
    );
  });

  it('has the epochs and the bars beside a matrix as tables, too', async () => {
    await open('training');
    await readsOut(/^step 215/);
    await press('t');
    await view.page.getByRole('radiogroup', { name: 'Table' }).getByRole('radio', { name: 'Epochs' }).check();
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(5);
    await press('1');
    await readsOut(/fc1 · 100 × 784 · [\d,]+ of/);
    await press('t');
    await view.page.getByRole('radiogroup', { name: 'Table' }).getByRole('radio', { name: 'By row' }).check();
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(100);
    await press('E');
    const file = 'mlp7-eoi-1-fc1-mask-by-row.csv';
    await expect.poll(() => served.saved.finished.has(file)).toBe(true);
    const rows = served.saved.files.get(file)!.toString().trimEnd().split('\r\n').slice(1);
    const { record } = await served.reader.snapshot();
    expect(rows.reduce((all, line) => all + Number(line.split(',')[1]), 0)).toBe(record.layers[0].nonZeros);
  });

  it('says when no Jacobian was recorded', async () => {
    await open('spectrum', { directory: inject('baseRun') });
    await expect.poll(() => view.page.locator('.spectrum > .note').innerText()).toMatch(/No Jacobian was recorded/);
  });

  it('reads the training off by keys, with a logarithm for the gradient norm', async () => {
    await open('training');
    await readsOut(
      /step 215 · loss [\d.]+ · accuracy [\d.]+ · gradient norm [\d.]+ · learning rate .*epoch 5: validation loss/s,
    );
    await view.page.locator('figure.chart').first().focus();
    await press('ArrowRight');
    await readsOut(/step 1 · loss/);
    const { loss } = await served.reader.metrics({ start: 0, end: 1 });
    expect(Number(/loss ([\d.]+)/.exec(await readOut())![1])).toBeCloseTo(loss[0], 2);
    await press('l');
    expect(await view.kept()).toMatchObject({ prefs: { 'training.log': 'on' } });
    await press('E');
    await expect.poll(() => [...served.saved.finished]).toEqual(['mlp7-eoi-1-training.csv']);
    expect(served.saved.files.get('mlp7-eoi-1-training.csv')!.toString().split('\r\n').length).toBe(217);
  });

  it('says above the training curves how many steps were lost, and nothing where none were', async () => {
    const directory = inject('eoiRun');
    const note = () => view.page.locator('.training > .note');
    await open('training');
    await readsOut(/step 215/);
    expect(await note().innerText()).toBe('');
    expect((await note().boundingBox())!.height).toBeLessThan(1);
    await view.close();
    const lossy = (snapshot: RunSnapshot): RunSnapshot => ({ ...snapshot, missingSteps: 12 });
    await open('training', {}, { snapshot: snapshotWith(directory, lossy) });
    await expect.poll(() => note().innerText()).toMatch(/^12 steps are missing: lines of events\.jsonl/);
    await readsOut(/step 215/);
    await view.screenshot('training-missing-steps');
  });

  it('offers Resume for a run that can go on, and Cancel for one that goes on', async () => {
    const directory = inject('eoiRun');
    const as = (state: RunSnapshot['record']['state']): Partial<RunViewApi> => ({
      snapshot: snapshotWith(directory, (snapshot) => ({ ...snapshot, record: { ...snapshot.record, state } })),
    });
    await open('mask', {}, as('interrupted'));
    await view.page.getByText('Resume').click();
    await expect.poll(() => served.acts).toEqual(['resume']);
    expect(await view.page.getByText('Cancel').isVisible()).toBe(false);
    await view.close();
    await open('mask', {}, as('training'));
    await view.page.getByText('Cancel').click();
    await expect.poll(() => served.acts).toEqual(['cancel']);
  });

  it('waits for what a young run has not written, then shows it without being asked', async () => {
    const directory = inject('eoiRun');
    const young = (snapshot: RunSnapshot): RunSnapshot => ({
      ...snapshot,
      checkpoints: [],
      step: 0,
      record: { ...snapshot.record, state: 'initialising', layers: [] },
    });
    await open('mask', {}, { snapshot: snapshotWith(directory, young) });
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/Waiting for the first layer/);
    await press('5');
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/Waiting for the first step/);
    view.emit('changed', await served.reader.snapshot());
    await readsOut(/step 215 · loss/);
    await press('1');
    await readsOut(/^fc1/);
  });

  it('says what went wrong in a sentence, and tries again when asked', async () => {
    let broken = true;
    const directory = inject('eoiRun');
    await open(
      'mask',
      {},
      {
        snapshot: () =>
          broken
            ? Promise.reject(
                Object.assign(new Error('run.json is cut off at line 3.'), { code: 'runs.record-invalid' }),
              )
            : serveRun(directory).reader.snapshot(),
      },
    );
    const alert = view.page.getByRole('alert');
    await expect.poll(() => alert.innerText()).toMatch(/run\.json is cut off at line 3\./);
    await view.screenshot('error');
    broken = false;
    await view.page.getByText('Try Again').click();
    await readsOut(/^fc1/);
  });

  it('tells why a run that ended early has nothing to show', async () => {
    const directory = inject('eoiRun');
    const ended = (snapshot: RunSnapshot): RunSnapshot => ({
      ...snapshot,
      checkpoints: [],
      step: 0,
      record: {
        ...snapshot.record,
        state: 'failed',
        error: { code: 'data.truncated', message: 'digits.idx ended after 12 bytes.' },
        layers: [],
      },
    });
    await open('mask', {}, { snapshot: snapshotWith(directory, ended) });
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/digits\.idx ended after 12 bytes\./);
    await view.page.getByText('Open Config').click();
    await expect.poll(() => served.acts).toEqual(['open-config']);
  });

  it('can be reached by Tab in the order of reading', async () => {
    await open('mask');
    await readsOut(/^fc1/);
    const seen: string[] = [];
    for (let i = 0; i < 20; i++) {
      await press('Tab');
      seen.push(
        await view.page.evaluate(() => {
          const element = document.activeElement!;
          return element.getAttribute('aria-label') ?? element.textContent;
        }),
      );
    }
    const order = ['Mask', 'Layer', 'Zoom out', 'Export the picture (PNG)', 'fc1 · 100 × 784', 'Step'];
    const at = order.map((name) => seen.findIndex((label) => label.startsWith(name)));
    expect(
      at.every((position) => position >= 0),
      seen.join(' | '),
    ).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
  });
});
