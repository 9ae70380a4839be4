import { beforeEach, describe, expect, it } from 'vitest';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const { cli, config } = cliFixture();
beforeEach(() => config());

describe('shared weights', () => {
  const roast = { sharing: 'method: roast, mapping: fold, initStd: 0.001, compression: 4' };

  it('are diagnosed without a step, with what would help', async () => {
    await config(roast);
    const { code, out, err } = await cli('diagnose', 'tiny.sparse.yaml');
    expect(code).toBe(0);
    expect(err).toMatch(
      /config\.divergence-predicted: [^\n]*\. By the rule of D3, with nothing measured, training is predicted to diverge\./,
    );
    expect(out).toContain('roast by fold: 9,672 weights in 2,418 locations, scaler none, initStd 0.001');
    expect(out).toMatch(/\nfc1 +12 x 784 +9,408 +0\.05051 +50\.51/);
    expect(out).toMatch(/\nD3 {2}warning Mean Gamma: [^\n]+, threshold 0\.1 to 10\n/);
    expect(out).toContain('Use method: stable-rps\n');
    const { report } = answer(await cli('diagnose', 'tiny.sparse.yaml', '--json')) as unknown as { report: object };
    expect(report).toMatchObject({ method: 'roast', n: 9672, m: 2418, load: { max: 4, unused: 0 } });
  });

  it('are measured with one batch, and by their sharpness', async () => {
    await config(roast);
    const { code, out } = await cli('diagnose', 'tiny.sparse.yaml', '--level', 'batch');
    expect(code).toBe(0);
    expect(out).toMatch(/collisions +update +dense update +amplified +cosine\n/);
    expect(out).toMatch(/\nD6 {2}warning /);
    const finished = await cli('diagnose', 'tiny.sparse.yaml', '--level', 'sharpness', '--json');
    const { report } = answer(finished) as unknown as { report: { sharpness: { verdict: string } } };
    expect(report.sharpness.verdict).toBe('fail');
  });

  it('are tried out beside what is predicted', async () => {
    await config({ sharing: 'method: roast, mapping: fold, initStd: 0.3, compression: 4' });
    const { code, out } = await cli(
      ...['diagnose', 'tiny.sparse.yaml', '--test', '--rates', '0.001,50', '--init-stds', '0.3,3', '--steps', '5'],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/\n +0\.3 +0\.001 +safe +slow /);
    expect(out).toMatch(/\n +0\.3 +50 +unsafe +(?:diverged|collapsed) /);
    expect(out).toMatch(/\nD9 .*Sharpness: [^\n]+, threshold /);
    expect(out).toContain(
      '\npredicted: by D9, from the sharpness before the first step; outcome: measured in 5 steps\n',
    );
  });

  it('are tried out without a scale where there is none', async () => {
    await config({ sharing: 'compression: 4' });
    const { code, out } = await cli('diagnose', 'tiny.sparse.yaml', '--rates', '0.001', '--steps', '2');
    expect(code).toBe(0);
    expect(out).toMatch(/\n *rate +predicted +outcome +first loss +last loss\n *0\.001 +safe +slow /);
  });

  it('are not tested at what is no number, or has no scale', async () => {
    await config({ sharing: 'compression: 4' });
    for (const options of [
      ['--rates', '0'],
      ['--rates', '1,x'],
      ['--init-stds', '1'],
      ['--steps', '1.5'],
      ['--level', 'deep'],
    ]) {
      const { code, err } = await cli('diagnose', 'tiny.sparse.yaml', ...options);
      expect([code, err]).toEqual([1, expect.stringMatching(/cli\.usage|Allowed choices/) as string]);
    }
  });

  it('are none in a config without sharing', async () => {
    const { code, err } = await cli('diagnose', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([1, expect.stringContaining('runs.not-sharing') as string]);
    expect((await cli('equal-memory', 'tiny.sparse.yaml')).err).toContain('config.nothing-to-compare');
  });

  it('are compared with other methods of the same size by a sweep that is written', async () => {
    await config(roast);
    const { code, out } = await cli('equal-memory', 'tiny.sparse.yaml', '--seeds', '1,2', '-o', 'compare.sparse.yaml');
    expect(code).toBe(0);
    expect(out).toContain('2,452 stored parameters each\n');
    expect(out).toMatch(/snip +2,452 +\+0\.00 %/);
    const written = await cli('check', 'compare.sparse.yaml');
    expect([written.code, written.out.match(/sweep of (\d+) trials over variants, seed/)?.[1]]).toEqual([0, '18']);
    // The layers of that config are its own.
    expect(out).toMatch(/\nthinner +2,4\d\d [^\n]+%/);
    expect(out).toMatch(/\nwithout shallower: Of layers of your own .* Use a preset/);
    expect((await cli('equal-memory', 'tiny.sparse.yaml', '--seeds', '1,x')).err).toContain('cli.usage');
    expect((await cli('equal-memory', 'tiny.sparse.yaml', '-o', 'tiny.sparse.yaml')).code).toBe(1);
  });
});
