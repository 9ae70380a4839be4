/** The custom editor of a tensor file, over real files of every kind of tensor. */
import { expect, it } from 'vitest';
import { openFile } from '../../src/formats/byte-source';
import { openSafetensors, type TensorToWrite } from '../../src/formats/safetensors';
import { RpcCancelled } from '../../src/protocol/rpc';
import type { TensorViewApi } from '../../src/protocol/views';
import { describeInBrowser, themes } from './harness';
import { serveTensors } from './serve';
import { choose, initFile, open, readsOut, rows, served, useTensorEditor, view, writeTensors } from './tensor-editor';

const odd: TensorToWrite[] = [
  {
    name: 'a.conv',
    dtype: 'F32',
    shape: [8, 3, 3, 3],
    data: Float32Array.from({ length: 216 }, (_, i) => (i % 4 ? 0 : i - 101)),
  },
  { name: 'b.scalar', dtype: 'F64', shape: [], data: Float64Array.of(0.1234567) },
  { name: 'c.empty', dtype: 'F32', shape: [0, 5], data: new Float32Array() },
  { name: 'd.vector', dtype: 'F32', shape: [30], data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)) },
  { name: 'e.broken', dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, NaN, Infinity, 0, -2, 0) },
  { name: 'f.constant', dtype: 'I64', shape: [4, 4], data: new BigInt64Array(16).fill(7n) },
  { name: 'g.float8', dtype: 'F8_E4M3', shape: [4, 4], data: new Uint8Array(16) },
];

describeInBrowser('the tensor editor', () => {
  useTensorEditor();

  it('lists what the header says and fills the densities in', async () => {
    await open(initFile());
    await expect.poll(() => view.page.locator('h1').innerText()).toBe('init.safetensors');
    await expect.poll(async () => (await rows()).length).toBe(21);
    await expect
      .poll(async () => (await rows())[0])
      .toMatch(/layers\.fc1\.weight\s+100 × 784\s+F32\s+314 kB\s+0\.0732/);
    await readsOut(/layers\.fc1\.weight · 100 × 784 · 5,738 of 78,400 non-zero · density 0\.0732/);
    expect(await view.page.locator('.list-count').innerText()).toBe('21 tensors');
    await view.page.getByText(/^Metadata/).click();
    expect(await view.page.locator('.metadata').innerText()).toMatch(/format\s+sparsescope/);
  });

  it('is filtered by words, and gone through by keys', async () => {
    await open(initFile());
    await expect.poll(async () => (await rows()).length).toBe(21);
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('fc3 WEIGHT');
    await expect.poll(rows).toHaveLength(1);
    expect(await view.page.locator('.list-count').innerText()).toBe('1 of 21 tensors');
    for (let i = 0; i < 10; i++) await view.page.keyboard.press('Backspace');
    await expect.poll(async () => (await rows()).length).toBe(21);
    await view.page.getByRole('listbox').focus();
    await view.page.keyboard.press('ArrowDown');
    await readsOut(/layers\.fc1\.mask/);
    await view.page.keyboard.press('End');
    await readsOut(/layers\.fc7\.bias · 10 values/);
    expect(await view.kept()).toMatchObject({ tensor: 'layers.fc7.bias' });
  });

  it('shows the statistics of the file itself', async () => {
    await open(initFile(), { tensor: 'layers.fc2.weight' });
    const facts = view.page.locator('.statistics .facts dd span');
    await expect.poll(() => facts.count()).toBe(5);
    const file = await openSafetensors(await openFile(initFile()));
    const values = await file.readFloat64(file.need('layers.fc2.weight'));
    await file.close();
    const titles = await facts.evaluateAll((elements) =>
      elements.map((element) => Number(element.getAttribute('title'))),
    );
    const kept = values.filter((value) => value !== 0).length;
    expect(titles[0]).toBeCloseTo(kept / values.length, 12);
    expect(titles[1]).toBe(kept);
    expect(titles[2]).toBe(values.reduce((a, b) => Math.min(a, b)));
    expect(titles[4]).toBe(values.reduce((a, b) => Math.max(a, b)));
  });

  it('has the histogram as a table and as CSV, which counts every value', async () => {
    await open(initFile(), { tensor: 'layers.fc2.weight' });
    await view.page.locator('.statistics canvas').waitFor();
    await readsOut(/1,298 of 10,000 non-zero/);
    await view.page.locator('.matrix').focus();
    await view.page.keyboard.press('t');
    const tables = view.page.getByRole('radiogroup', { name: 'Table' });
    await tables.getByRole('radio', { name: 'Histogram' }).check();
    await view.page.keyboard.press('E');
    const file = 'init-layers.fc2.weight-histogram.csv';
    await expect.poll(() => served.saved.finished.has(file)).toBe(true);
    const [head, ...lines] = served.saved.files.get(file)!.toString().trimEnd().split('\r\n');
    const rows = lines.map((line) => line.split(',').map(Number));
    expect(head).toBe('from,to,values');
    expect(rows.reduce((all, [, , values]) => all + values, 0)).toBe(10_000);
    rows.slice(1).forEach(([from], i) => expect(from).toBeCloseTo(rows[i][1], 12));
    await expect.poll(() => view.page.locator('.table-twin tbody tr').count()).toBe(rows.length);
  });

  it('is sensible for tensors that are no matrix, or hold what no colour stands for', async () => {
    await open(await writeTensors('odd.safetensors', odd));
    await readsOut(
      /a\.conv · 8 × 27 · 54 of 216 non-zero · density 0\.250\s+shown as 8 × 27: first axis by all others/,
    );
    await choose('b.scalar');
    await expect.poll(() => view.page.locator('.big-value').innerText()).toBe('0.123');
    await readsOut(/b\.scalar 0\.1234567/);
    await choose('c.empty');
    await expect.poll(() => view.page.locator('.big-value').innerText()).toBe('This tensor has no elements.');
    await choose('d.vector');
    await readsOut(/d\.vector · 30 values/);
    await view.page.locator('figure.chart').first().focus();
    await view.page.keyboard.press('ArrowRight');
    await view.page.keyboard.press('ArrowRight');
    await readsOut(/d\.vector \[1\] 0\.841/);
    await choose('e.broken');
    await expect
      .poll(() => view.page.locator('.statistics').innerText())
      .toMatch(/2 values are NaN or infinite and left out/);
    await choose('f.constant');
    await expect.poll(() => view.page.locator('.statistics').innerText()).toMatch(/All values are the same/);
    await choose('g.float8');
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/cannot be drawn.*F8_E4M3/s);
    await view.screenshot('tensors-undecodable');
  });

  it('reads a large tensor for its statistics only when asked, shows how far it is, and can be cancelled', async () => {
    const path = await writeTensors('large.safetensors', [
      { name: 'big', dtype: 'U8', shape: [8000, 8200], data: new Uint8Array(8000 * 8200) },
    ]);
    let release = (): void => undefined;
    await open(
      path,
      {},
      {
        statistics: (_, context) =>
          new Promise((resolve, reject) => {
            context.progress({ done: 1, total: 4, message: '' });
            context.signal.addEventListener('abort', () => reject(new RpcCancelled()));
            release = () => resolve({ density: 0, nonZeros: 0, min: 0, max: 0, mean: 0, nonFinite: 0, histogram: [0] });
          }),
      },
    );
    const statistics = view.page.locator('.statistics');
    await expect.poll(() => statistics.innerText()).toMatch(/need all 65\.6 MB of this tensor to be read/);
    expect(served.computed).toEqual([]);
    await view.page.getByText('Compute').click();
    await expect.poll(() => statistics.locator('progress').getAttribute('value')).toBe('0.25');
    await view.page.getByText('Cancel').click();
    await view.page.getByText('Compute').click();
    await statistics.locator('progress').waitFor();
    release();
    await expect.poll(() => statistics.innerText()).toMatch(/All values are the same/);
  });

  it('merges a matrix larger than a picture into cells, and draws single weights when zoomed in', async () => {
    const side = 5000;
    const data = new Uint8Array(side * side);
    for (let i = 0; i < side; i++) data[i * side + i] = 1;
    await open(await writeTensors('wide.safetensors', [{ name: 'diagonal', dtype: 'U8', shape: [side, side], data }]));
    const legend = view.page.locator('.matrix-legend');
    await expect.poll(() => legend.innerText(), { timeout: 30_000 }).toMatch(/0\s+1 non-zero\s+4 × 4 weights a cell$/);
    await readsOut(/5,000 of 25,000,000 non-zero · density 2\.00e-4/);
    await view.page.locator('.matrix').focus();
    await view.page.keyboard.press('ArrowDown');
    for (let i = 0; i < 16; i++) await view.page.keyboard.press('+');
    await view.page.waitForTimeout(800);
    await view.screenshot('tensors-zoomed');
    await readsOut(/diagonal \[row 0, column 0\] weight 1\.00 · non-zero/);
    await view.page.keyboard.press('t');
    await expect.poll(() => view.page.locator('.table-where').innerText()).toBe('Rows 1 to 200 of 5,000');
    const last = view.page.locator('.table-twin tbody tr').last();
    await expect.poll(() => last.innerText()).toMatch(/^199\s+199\s+1$/);
  });

  it('goes through ten thousand tensors with only the rows in sight in the page', async () => {
    const many = Array.from({ length: 10_000 }, (_, i): TensorToWrite => ({
      name: `layers.${String(i).padStart(5, '0')}.scale`,
      dtype: 'F32',
      shape: [1],
      data: Float32Array.of(i),
    }));
    await open(await writeTensors('many.safetensors', many));
    await expect.poll(() => view.page.locator('.list-count').innerText()).toBe('10,000 tensors');
    expect((await rows()).length).toBeLessThan(80);
    await view.page.getByRole('listbox').focus();
    await view.page.keyboard.press('End');
    await readsOut(/layers\.09999\.scale 9999/);
    await expect.poll(async () => (await rows()).at(-1)).toMatch(/layers\.09999\.scale/);
  });

  it.each(themes)(
    'lists the tensors of a file whose shared weights cannot be recovered, and says why, in %s',
    async (theme) => {
      const tensors: TensorToWrite[] = [
        {
          name: 'sharing.memory',
          dtype: 'F32',
          shape: [40],
          data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
        },
        { name: 'layers.fc.bias', dtype: 'F32', shape: [4], data: new Float32Array(4).fill(0.5) },
      ];
      await open(await writeTensors('bad-sharing.safetensors', tensors, { sharing: '{"version":1,"layers":' }), {
        theme,
      });
      await expect.poll(rows).toHaveLength(2);
      const problem = view.page.locator('.file-problem');
      await expect
        .poll(() => problem.innerText())
        .toMatch(
          /^The shared weights cannot be recovered: What the file says of its shared weights \("sharing" in its metadata\) cannot be used/,
        );
      await readsOut(/sharing\.memory · 40 values/);
      await view.screenshot(`tensors-bad-sharing-${theme}`);
    },
  );

  it('says that a file has no tensors', async () => {
    await open(await writeTensors('none.safetensors', []));
    await expect.poll(() => view.page.locator('.state').innerText()).toMatch(/This file has no tensors/);
  });

  it('reads a file again that changed on disk, and keeps what was chosen', async () => {
    const path = await writeTensors('changing.safetensors', [
      { name: 'one', dtype: 'F32', shape: [2, 2], data: new Float32Array(4) },
      { name: 'two', dtype: 'F32', shape: [2, 2], data: new Float32Array(4) },
    ]);
    const second = serveTensors(
      await writeTensors('changed.safetensors', [
        { name: 'two', dtype: 'F32', shape: [2, 2], data: new Float32Array(4).fill(1) },
        { name: 'zero', dtype: 'F32', shape: [2, 2], data: new Float32Array(4) },
      ]),
    );
    let changed = false;
    const first = serveTensors(path);
    const now = (): TensorViewApi => (changed ? second.api : first.api);
    await open(
      path,
      { tensor: 'two' },
      {
        summary: (params, context) => now().summary(params, context),
        tensors: (params, context) => now().tensors(params, context),
        statistics: (params, context) => now().statistics(params, context),
        maskTile: (params, context) => now().maskTile(params, context),
      },
    );
    await readsOut(/two · 2 × 2 · 0 of 4 non-zero/);
    changed = true;
    view.emit('changed', { fileName: '', size: 0, headerBytes: 0, metadata: {}, tensors: 2 });
    await readsOut(/two · 2 × 2 · 4 of 4 non-zero/);
    await Promise.all([first.close(), second.close()]);
  });
});
