/** A run that goes on while it is looked at: its journal grows under the panel. */
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import type { RunSnapshot, RunTab, RunViewApi, RunViewEvents } from '../../src/protocol/views';
import { describeInBrowser, useBrowser, View } from './harness';
import { serveRun, type ServedRun } from './serve';

/** A copy of the run as it was after `steps` steps; `goOn` lets it make more. */
const young = (name: string, steps: number): { directory: string; goOn: (to: number) => void } => {
  const directory = join(inject('scratch'), name);
  cpSync(inject('eoiRun'), directory, { recursive: true });
  const journal = join(directory, 'events.jsonl');
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const upTo = (step: number): string[] => {
    const end = lines.findIndex((line) => (JSON.parse(line) as { step?: number }).step! > step);
    return end < 0 ? lines : lines.slice(0, end);
  };
  let written = upTo(steps).length;
  writeFileSync(journal, `${lines.slice(0, written).join('\n')}\n`);
  const goOn = (to: number): void => {
    const more = upTo(to).slice(written);
    written += more.length;
    appendFileSync(journal, `${more.join('\n')}\n`);
  };
  return { directory, goOn };
};

/** No process writes this folder, so the reader takes the run for interrupted. */
const living = (snapshot: RunSnapshot): RunSnapshot => ({
  ...snapshot,
  record: { ...snapshot.record, state: 'training' },
});

const open = async (
  directory: string,
  tab: RunTab,
  step: number | null = 0,
): Promise<{
  view: View<RunViewApi, RunViewEvents>;
  served: ServedRun;
  asked: number[];
  /** Items of answers: spectra and Jacobians. */
  answered: () => number;
  tell: () => Promise<void>;
}> => {
  const served = serveRun(directory);
  const asked: number[] = [];
  const metrics: RunViewApi['metrics'] = (params) => {
    asked.push(params.start);
    return served.reader.metrics(params);
  };
  let items = 0;
  const counted = <T extends { items: unknown[] }>(page: T): T => {
    items += page.items.length;
    return page;
  };
  const spectra: RunViewApi['spectra'] = async (params) => counted(await served.reader.spectra(params));
  const jacobians: RunViewApi['jacobians'] = async (params) => counted(await served.reader.jacobians(params));
  const snapshot = async (): Promise<RunSnapshot> => living(await served.reader.snapshot());
  const boot = { view: 'run', state: { directory, tab, layer: null, step } } as const;
  const view = await View.open<RunViewApi, RunViewEvents>(
    { ...served.api, metrics, spectra, jacobians, snapshot },
    { boot },
  );
  const tell = async (): Promise<void> => {
    if (await served.reader.poll()) view.emit('changed', living(served.reader.current()));
  };
  return { view, served, asked, answered: () => items, tell };
};

describeInBrowser('a live run', () => {
  useBrowser();

  it('adds what is new to the curves, and asks for nothing it has', async () => {
    const { directory, goOn } = young('live-training-1', 20);
    const { view, asked, tell } = await open(directory, 'training');
    const readOut = (): Promise<string> => view.page.locator('.read-out').innerText();
    await expect.poll(readOut).toMatch(/^step 20 · loss/);
    expect(await view.page.locator('.run-header').innerText()).toMatch(/training\s+step 20\/215/);
    for (const step of [30, 60, 100]) {
      goOn(step);
      await tell();
      await expect.poll(readOut).toMatch(new RegExp(`^step ${step} · loss`));
    }
    expect(await readOut()).toMatch(/epoch 2: validation loss/);
    expect(asked).toEqual([0, 20, 30, 60]);
    expect(view.complaints).toEqual([]);
    await view.screenshot('live-training');
    await view.close();
  });

  it('keeps the page of an open table while rows are added to it', async () => {
    const { directory, goOn } = young('live-table-1', 205);
    const { view, tell } = await open(directory, 'training');
    await expect.poll(() => view.page.locator('.read-out').innerText()).toMatch(/^step 205 /);
    await view.page.keyboard.press('t');
    await view.page.getByText('Next').click();
    const where = view.page.locator('.table-where');
    await expect.poll(() => where.innerText()).toBe('Rows 201 to 205 of 205');
    goOn(215);
    await tell();
    await expect.poll(() => where.innerText()).toBe('Rows 201 to 215 of 215');
    await expect.poll(() => view.page.locator('.table-twin tbody tr').last().innerText()).toMatch(/^215\s/);
    await view.close();
  });

  it('adds spectra as they are recorded', async () => {
    const { directory, goOn } = young('live-spectrum-1', 20);
    const { view, answered, tell } = await open(directory, 'spectrum');
    const readOut = (): Promise<string> => view.page.locator('.read-out').innerText();
    await expect.poll(readOut).toMatch(/^fc1 at initialisation: 100 singular values/);
    await view.page.getByRole('button', { name: 'Last step' }).click();
    goOn(110);
    await tell();
    await expect.poll(readOut).toMatch(/^fc1 at step 100: 100 singular values/);
    // Steps without a spectrum, told one by one: nothing that is known is read again.
    await view.page.waitForTimeout(500);
    const before = answered();
    for (let step = 111; step <= 120; step++) {
      goOn(step);
      await tell();
    }
    await expect.poll(() => view.page.locator('.run-header').innerText()).toMatch(/step 120\/215/);
    await view.page.waitForTimeout(500);
    expect(answered()).toBe(before);
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  it('follows the newest checkpoint until another one is picked', async () => {
    const { directory } = young('live-steps-1', 205);
    const { view, served } = await open(directory, 'mask', null);
    const words = (): Promise<string> => view.page.locator('.timeline-words').innerText();
    const tell = async (checkpoints: number[]): Promise<void> =>
      view.emit('changed', { ...living(await served.reader.snapshot()), checkpoints });
    await expect.poll(words).toMatch(/newest checkpoint$/);
    await tell([0, 50]);
    await expect.poll(words).toBe('step 50 of 215 · newest checkpoint');
    await tell([0, 50, 100]);
    await expect.poll(words).toBe('step 100 of 215 · newest checkpoint');
    await view.page.keyboard.press(',');
    await expect.poll(words).toBe('step 50 of 215 · checkpoint');
    await tell([0, 50, 100, 150]);
    await expect.poll(() => view.page.locator('.tick').count()).toBe(4);
    expect(await words()).toBe('step 50 of 215 · checkpoint');
    expect(await view.kept()).toMatchObject({ step: 50 });
    await view.page.getByRole('button', { name: 'Last step' }).click();
    await tell([0, 50, 100, 150, 200]);
    await expect.poll(words).toBe('step 200 of 215 · newest checkpoint');
    expect(await view.kept()).toMatchObject({ step: null });
    expect(view.complaints).toEqual([]);
    await view.close();
  });
});
