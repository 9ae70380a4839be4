/** Orthogonal matrices of a tensor file, played as rotations in its editor. */
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { factorOrthogonal } from '../../src/core/factor';
import { haarOrthogonal } from '../../src/core/linalg/haar';
import { Rng } from '../../src/core/rng';
import { RpcCancelled } from '../../src/protocol/rpc';
import { writeRotations } from '../../src/runs/rotations';
import { describeInBrowser } from './harness';
import { choose, initFile, open, readsOut, rows, served, useTensorEditor, view, writeTensors } from './tensor-editor';

describeInBrowser('rotations in the tensor editor', () => {
  useTensorEditor();

  it('plays an orthogonal matrix as rotations, and goes back', async () => {
    await open(initFile(), { tensor: 'layers.fc3.weight' });
    const play = view.page.getByRole('button', { name: 'Play as Rotations' });
    await play.waitFor();
    await play.focus();
    await view.page.keyboard.press('Enter');
    // Asked to play, it plays.
    await view.page.getByRole('button', { name: 'Pause' }).waitFor();
    await readsOut(/rotation \d+ of [\d,]+: axes \d+, \d+ by [\d.]+° · supports 0\.\d+ → 0\.\d+\s+axes are columns$/);
    await view.page.getByRole('button', { name: 'Last: the whole matrix' }).click();
    await readsOut(/rotation ([\d,]+) of \1: /);
    await view.screenshot('tensors-rotations');

    expect(await view.page.locator('.statistics').isVisible()).toBe(false);
    await view.page.getByRole('button', { name: 'First: the beginning' }).click();
    await readsOut(/rotation 0 of [\d,]+: the beginning · supports 0\.0100/);
    await view.page.getByRole('button', { name: 'One rotation on' }).click();
    await readsOut(/rotation 1 of [\d,]+: axes \d+, \d+ by /);
    await view.page.keyboard.press('E');
    await expect.poll(() => served.saved.finished.has('init-layers.fc3.weight-rotations.csv')).toBe(true);
    const csv = served.saved.files.get('init-layers.fc3.weight-rotations.csv')!.toString();
    expect(csv).toMatch(/^rotation,first axis,second axis,angle \(degrees\),density of the supports after,note\r\n1,/);
    await view.page.getByRole('button', { name: 'Back to the Matrix' }).click();
    await view.page.getByRole('radio', { name: 'Mask' }).waitFor();
    await play.waitFor();
    await readsOut(/layers\.fc3\.weight · 100 × 100 · [\d,]+ of 10,000 non-zero/);
    await view.page.locator('.statistics').waitFor();
    await view.page.locator('.matrix').focus();
    await view.page.keyboard.press('p');
    await readsOut(/rotation \d+ of/);
    await view.page.keyboard.press('Escape');
    await view.page.getByRole('radio', { name: 'Mask' }).waitFor();
  });

  it('shows how far it is while the rotations are found, and can be cancelled', async () => {
    let aborted = false;
    await open(
      initFile(),
      { tensor: 'layers.fc3.weight' },
      {
        rotations: (_, context) =>
          new Promise((__, reject) => {
            context.progress({ done: 1, total: 4, message: '' });
            context.signal.addEventListener('abort', () => {
              aborted = true;
              reject(new RpcCancelled());
            });
          }),
      },
    );
    await view.page.getByRole('button', { name: 'Play as Rotations' }).click();
    await expect.poll(() => view.page.locator('.state progress').getAttribute('value')).toBe('0.25');
    await view.screenshot('tensors-factoring');
    await view.page.getByText('Cancel').click();
    await readsOut(/layers\.fc3\.weight · 100 × 100/);
    await expect.poll(() => aborted).toBe(true);
  });

  it('waits to be asked again where motion is to be reduced', async () => {
    await open(initFile(), { tensor: 'layers.fc3.weight', reducedMotion: true });
    await view.page.getByRole('button', { name: 'Play as Rotations' }).click();
    await readsOut(/rotation 0 of/);
    await view.page.waitForTimeout(700);
    await readsOut(/rotation 0 of/);
  });

  it('says why a matrix is no product of rotations, or is not played here', async () => {
    await open(
      await writeTensors('plain.safetensors', [
        { name: 'skew', dtype: 'F32', shape: [2, 2], data: Float32Array.of(2, 0, 0, 1) },
        { name: 'large', dtype: 'F32', shape: [2, 4097], data: new Float32Array(8194) },
        { name: 'bias', dtype: 'F32', shape: [3], data: new Float32Array(3) },
        { name: 'mask', dtype: 'U8', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) },
      ]),
      { tensor: 'skew' },
    );
    const play = view.page.getByRole('button', { name: 'Play as Rotations' });
    await play.click();
    await expect
      .poll(() => view.page.locator('.state').innerText())
      .toMatch(/2 x 2 matrix is not orthogonal.*after it was divided by 1\.581, as its gain/s);
    await view.screenshot('tensors-not-orthogonal');
    const button = view.page.locator('vscode-button', { hasText: 'Play as Rotations' });
    await choose('large');
    await button.click();
    await expect
      .poll(() => view.page.locator('.state').innerText())
      .toMatch(/"large" is 2 x 4097; matrices of up to 4096 rows and columns/);
    await choose('mask');
    await expect.poll(() => button.getAttribute('disabled')).not.toBeNull();
    await expect.poll(() => button.getAttribute('title')).toMatch(/this one is U8/);
    await choose('bias');
    await expect.poll(() => button.getAttribute('title')).toMatch(/this tensor is none/);
  });

  it('plays the groups that the file tells, each on its own, and says the gain that it found', async () => {
    const gain = 1.5;
    const shape = [8, 4, 1, 3];
    const kernels = new Float32Array(8 * 4 * 3);
    for (let group = 0; group < 2; group++)
      haarOrthogonal(4, 4, Rng.fromSeed(group)).forEach((value, i) => {
        kernels[(16 * group + i) * 3 + 1] = gain * value;
      });
    const metadata = { format: 'sparsescope', 'layers.c1.conv': '{"groups":2}' };
    await open(
      await writeTensors(
        'grouped.safetensors',
        [{ name: 'layers.c1.weight', dtype: 'F32', shape, data: kernels }],
        metadata,
      ),
    );
    await view.page.getByRole('button', { name: 'Play as Rotations' }).click();
    await view.page.getByRole('button', { name: 'Last: the whole matrix' }).click();
    await readsOut(/rotation 6 of 6: .*axes are columns · the tensor is this times 1\.50*$/s);
    expect(await view.page.locator('.group-field').innerText()).toMatch(/Groups/);
    await view.screenshot('tensors-groups');
    await view.page.locator('.group-field vscode-dropdown').click();
    await view.page.getByRole('option', { name: '2 of 2' }).click();
    await expect
      .poll(() => view.page.locator('.matrix').getAttribute('aria-label'))
      .toMatch(/weight, group 2 of 2 after/);
    await view.page.keyboard.press('E');
    const file = 'grouped-layers.c1.weight-rotations-2.csv';
    await expect.poll(() => served.saved.finished.has(file)).toBe(true);
  });

  it('takes a typed number of groups, and says which numbers would do', async () => {
    const stacked = new Float64Array(12 * 6);
    for (let group = 0; group < 3; group++) stacked.set(haarOrthogonal(4, 6, Rng.fromSeed(group)), group * 24);
    await open(await writeTensors('stack.safetensors', [{ name: 'qkv', dtype: 'F64', shape: [12, 6], data: stacked }]));
    await view.page.getByRole('button', { name: 'Play as Rotations' }).click();
    const state = view.page.locator('.state');
    await expect.poll(() => state.innerText()).toMatch(/12 x 6 matrix is not orthogonal.*--groups N/s);
    const groups = view.page.getByRole('textbox', { name: 'Groups' });
    await groups.fill('5');
    await groups.press('Enter');
    await expect.poll(() => state.innerText()).toMatch(/5 is no number of groups of qkv.*: 1, 2, 3, 4, 6, 12\./s);
    await view.screenshot('tensors-no-groups');
    await groups.fill('3');
    await groups.press('Enter');
    await readsOut(/rotation \d+ of 14/);
    // What is typed there is for the field, not for the page.
    await groups.press('p');
    await readsOut(/rotation \d+ of 14/);
  });

  it('plays the recorded sequences of a file of rotations', async () => {
    const path = join(inject('scratch'), 'rotations.safetensors');
    const matrix = { weights: haarOrthogonal(6, 6, Rng.fromSeed(4)), rows: 6, columns: 6 };
    const { sequence } = factorOrthogonal(matrix);
    await writeRotations(path, new Map([['fc/0', sequence]]));
    await open(path);
    await expect.poll(rows).toHaveLength(4);
    for (const part of ['fc/0.axes', 'fc/0.angle', 'fc/0.start', 'fc/0.signs']) {
      await choose(part);
      await view.page.getByRole('button', { name: 'Play Rotations' }).click();
      await view.page.getByRole('button', { name: 'Last: the whole matrix' }).click();
      await readsOut(/rotation 15 of 15: axes \d, \d by [\d.]+° · supports/);
    }
    expect(await view.page.locator('.group-field').count()).toBe(0);
    await view.screenshot('tensors-recorded');
    await view.page.getByRole('button', { name: 'Back to the Tensor' }).click();
    await readsOut(/fc\/0\.signs · 6 values/);
    await view.page.keyboard.press('?');
    await view.page.keyboard.press('Escape');
  });

  it('plays the rotations that a run drew, the undone one included', async () => {
    await open(join(inject('eoiRun'), 'rotations', 'givens.safetensors'), { tensor: 'fc2.angle' });
    await view.page.getByRole('button', { name: 'Play Rotations' }).click();
    const scrub = view.page.getByRole('slider', { name: 'Rotation' });
    await scrub.waitFor();
    await view.page.keyboard.press('End');
    await readsOut(/rotation 14\d of 14\d/);
  });
});
