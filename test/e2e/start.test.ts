/** The README's first command, as a person types it: a config is run; the editor is opened. */
import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { chromiumArguments } from '../../scripts/lib/chromium.mjs';
import { capture, npm, root } from '../../scripts/lib/process.mjs';
import { scratchFolder } from './fixtures';

const config = `version: 1
name: once
model: { preset: mlp-7 }
sparsity: { density: 0.1, init: eoi }
train: { epochs: 1 }
probes: { jacobian: { at: [0], samples: 4 } }
`;

it('npm start -- CONFIG runs it, prints its layers and losses, and writes a report that needs no network', async () => {
  const folder = scratchFolder('start');
  writeFileSync(join(folder, 'once.sparse.yaml'), config);
  const [command, args] = npm(['start', '--', join(folder, 'once.sparse.yaml')]);
  const { code, output } = await capture(command, args, { cwd: root, env: { ...process.env, INIT_CWD: folder } });
  expect(code, output).toBe(0);
  expect(output).toMatch(/fc1\s+100 x 784\s+0\.073\d*\s+0\.073\d*\s+5,7\d\d/);
  expect(output).toMatch(/max\|WW.-I\|/);
  expect(output).toMatch(/valid\. acc\./);
  const run = join(folder, '.sparsescope/runs/once-1');
  expect(output).toContain('once-1');
  const report = readFileSync(join(run, 'report.html'), 'utf8');
  // A namespace is a name, not an address that is asked for.
  expect(report.replaceAll('http://www.w3.org/', '').match(/(?:src|href)\s*=\s*["']?https?:/i)).toBeNull();
});

it('npm start -- --editor without a "code" command opens the example in a VS Code server', async () => {
  // A PATH with nothing but what the server needs: the machine's own may have a "code".
  const bin = scratchFolder('bin');
  for (const program of [process.execPath, '/bin/sh']) symlinkSync(program, join(bin, basename(program)));
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--editor'], {
    cwd: root,
    env: { ...process.env, PATH: bin, DISPLAY: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let address = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const browser = await chromium.launch({ executablePath: inject('chromium'), args: chromiumArguments });
  try {
    await expect.poll(() => output, { timeout: 120_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\S+/);
    expect(output).toContain('There is no "code" command here');
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    address = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(output)![0];
    await page.goto(address);
    await page.locator('.tab.active', { hasText: 'mlp7-eoi.sparse.yaml' }).waitFor({ timeout: 90_000 });
    await page.locator('.view-line', { hasText: 'preset: mlp-7' }).first().waitFor({ timeout: 30_000 });
    // Nothing but the example: no welcome page, no question about a repository around it.
    expect(await page.locator('.tab').count()).toBe(1);
    expect(await page.locator('.notification-list-item').allTextContents()).toEqual([]);
    await page.screenshot({ path: join(root, 'test-results/e2e/start-editor.png') });
    await page.goto('about:blank');
  } finally {
    await browser.close();
    child.kill('SIGINT');
  }
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
});
