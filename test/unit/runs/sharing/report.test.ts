/** What a config alone says of its shared weights, in words. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../src/config/check';
import { finish } from '../../../../src/core/parts';
import { sharersInParts } from '../../../../src/core/rps/audit';
import { mappingNames } from '../../../../src/core/rps/names';
import { recover } from '../../../../src/core/rps/recover';
import type { SharingReport } from '../../../../src/protocol/sharing';
import { mappedOf } from '../../../../src/runs/sharing/mapped';
import { staticReport } from '../../../../src/runs/sharing/report';
import { sharedStart } from '../../../../src/runs/sharing/shared-run';

const configOf = (sharing: string): string => `version: 1
name: shared
seed: 3
model: { preset: resnet-20 }
data: { source: cifar-10, path: ./data }
sharing: { ${sharing} }
train: { optimizer: { name: sgd, learningRate: 0.1 } }
`;

function reportOf(sharing: string): SharingReport {
  const { config, plan, issues } = checkConfig(configOf(sharing), 'yaml');
  if (!config || !plan) throw new Error(issues.map(({ message }) => message).join('\n'));
  return finish(staticReport(config, plan));
}

const find = ({ findings }: SharingReport, measure: string): SharingReport['findings'][number] =>
  findings.find((finding) => finding.measure === measure)!;

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('the static report', () => {
  it('of STABLE-RPS finds nothing to change', () => {
    const report = reportOf('compression: 10');
    expect(report.findings.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')).toEqual([]);
    expect(report).toMatchObject({ method: 'stable-rps', mapping: 'fold', scaler: 'theory', learningRate: 0.1 });
    expect(report.initStd).toBeUndefined();
    expect(report.n).toBe(270_896);
    expect(report.m).toBe(27_089);
    expect(report.bytes.memory).toBe(4 * report.m);
    expect(report.bytes.index).toBeLessThan(0.1 * report.bytes.memory);
  });

  it.each(['fold', 'random'])(
    'of STABLE-RPS has a Gamma of 1 everywhere, which the sharers of a location say too: %s',
    (mapping) => {
      const { config, plan } = checkConfig(configOf(`mapping: ${mapping}, compression: 10`), 'yaml');
      const report = finish(staticReport(config!, plan!));
      const { run } = finish(sharedStart(config!, plan!));
      const { scaleAt } = mappedOf(run.sharing, run.scales);
      for (const location of [0, 100, 20_000]) {
        const sharers = finish(sharersInParts(run.sharing, location));
        expect(total(sharers.map(({ layer }) => scaleAt(layer, location) ** 2))).toBeCloseTo(1, 9);
      }
      expect(report.gamma).toEqual({
        edges: [0.95, 1.05],
        counts: [report.m - report.load.of[0]],
        mean: 1,
        median: 1,
        max: 1,
      });
      for (const measure of ['mean-gamma', 'largest-gamma'])
        expect(find(report, measure)).toMatchObject({
          value: 1,
          verdict: 'info',
          sentence: expect.stringMatching(/^Gamma is 1 at every location/) as string,
        });
      expect(find(report, 'largest-lambda').sentence).toMatch(/^The largest sigma is 0\.354, of layer /);
      expect(find(report, 'lambda-range').sentence).toMatch(/^Sigma of /);
    },
  );

  it.each(mappingNames.map((mapping) => [mapping]))(
    'adds up: every location and every weight is counted, by %s',
    (mapping) => {
      const report = reportOf(`method: roast, mapping: ${mapping}, compression: 20`);
      expect(total(report.load.of)).toBe(report.m);
      expect(total(report.load.of.map((locations, sharers) => locations * sharers))).toBe(report.n);
      expect(total(report.gamma.counts)).toBe(report.m - report.load.of[0]);
      expect(total(report.owners.counts)).toBe(report.n);
      report.layers.forEach(({ weights }, l) => {
        const { bins, counts } = report.owners;
        expect(total(counts.slice(l * bins, (l + 1) * bins))).toBe(weights);
      });
      expect(report.gamma.edges.every((edge, k, all) => k === 0 || edge > all[k - 1])).toBe(true);
      expect(report.gamma.edges[report.gamma.edges.length - 1]).toBeGreaterThanOrEqual(report.gamma.max * (1 - 1e-9));
    },
  );

  it.each(
    ['method: roast, initStd: 0.03', 'method: stable-rps'].flatMap((method) =>
      mappingNames.flatMap((mapping) => [1, 7].map((compression) => [method, mapping, compression] as const)),
    ),
  )('is of the memory that a run begins with: %s, %s, at %d', (method, mapping, compression) => {
    const { config, plan } = checkConfig(
      configOf(`${method}, mapping: ${mapping}, compression: ${compression}`),
      'yaml',
    );
    const { layers } = finish(staticReport(config!, plan!));
    const { run, memory } = finish(sharedStart(config!, plan!));
    layers.forEach(({ weights, deviation, normRatio }, l) => {
      const own = new Float32Array(weights);
      recover(run.sharing, run.scales, memory, l, own);
      expect(normRatio / (Math.sqrt(total([...own].map((value) => value * value)) / weights) / deviation)).toBeCloseTo(
        1,
        5,
      );
    });
  });

  it('tells ROAST at a small scale of the memory what makes it diverge, and offers what helps', () => {
    const report = reportOf('method: roast, mapping: fold, compression: 50, initStd: 0.001');
    const lambda = find(report, 'largest-lambda');
    expect(lambda).toMatchObject({ id: 'D1', verdict: 'warn', layer: 'stage2-block1-shortcut' });
    expect(lambda.value).toBeCloseTo(Math.max(...report.layers.map(({ deviation }) => deviation)) / 0.001, 6);
    expect(lambda.fix?.edits).toContainEqual({ path: 'sharing.method', value: 'stable-rps' });
    const gamma = find(report, 'mean-gamma');
    expect(gamma.fix).toEqual({ title: 'Set initStd to 0.541', edits: [{ path: 'sharing.initStd', value: 0.541 }] });
    // There it is 1, as the sentence says.
    expect(
      find(reportOf('method: roast, mapping: fold, compression: 50, initStd: 0.541'), 'mean-gamma').value,
    ).toBeCloseTo(1, 2);
    expect(find(report, 'largest-gamma').fix?.edits).toEqual([{ path: 'sharing.scaler', value: 'theory' }]);
  });

  it('shows the scale at which the public code begins', () => {
    const ratio = find(reportOf('method: roast, mapping: fold, compression: 4, compat: true'), 'norm-ratio');
    expect(ratio.verdict).toBe('warn');
    expect(ratio.value).toBeCloseTo(1 / Math.sqrt(3), 1);
    expect(ratio.fix?.edits).toEqual([{ path: 'sharing.compat', value: false }]);
  });

  it('says at compression 1 whether this is the dense network', () => {
    const lost = find(reportOf('method: roast, mapping: random, compression: 1'), 'continuity');
    expect(lost).toMatchObject({ id: 'D5', verdict: 'fail' });
    // n weights in n locations leave 1/e of them empty.
    expect(lost.value).toBeCloseTo(Math.exp(-1), 2);
    expect(find(reportOf('compression: 1'), 'continuity')).toMatchObject({ verdict: 'ok', value: 0 });
    expect(find(reportOf('compression: 2'), 'continuity')).toBeUndefined();
  });

  it('has for every finding a sentence without a gap, a title and an id in order', () => {
    for (const sharing of [
      'compression: 1',
      'compression: 1000',
      'method: roast, scaler: v1',
      'method: roast, scaler: v4, initStd: 1e-4',
      'method: roast, mapping: robe, compat: true',
      'method: hashednet, compression: 30',
    ]) {
      const { findings } = reportOf(sharing);
      expect(findings.filter(({ id }) => id === 'D13').map(({ verdict }) => verdict)).toEqual(['ok']);
      for (const { sentence, title } of findings) {
        expect(sentence).toMatch(/^.+\.$/);
        expect(sentence).not.toMatch(/undefined|NaN/);
        expect(title).not.toBe('');
      }
      const ids = findings.map(({ id }) => Number(id.slice(1)));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
  });

  it('refuses a config that shares nothing', () => {
    const { config, plan } = checkConfig(configOf('compression: 1').replace(/^sharing.*\n/m, ''), 'yaml');
    expect(() => finish(staticReport(config!, plan!))).toThrow(expect.objectContaining({ code: 'runs.not-sharing' }));
  });
});
