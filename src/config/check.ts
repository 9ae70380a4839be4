/** A config's whole check: what is written, and whether what it asks for can be had. */
import { isDrawn, isNamed, isOfDigits, knownFacts } from '../core/data-sets';
import type { DataFacts } from '../core/data-sets';
import { checkEffects } from './check-effects';
import { checkTraining } from './check-training';
import * as dataErrors from './data-errors';
import { checkSharing } from './check-sharing';
import type { CheckedConfig, CheckOptions, DataLook } from './checked';
import * as errors from './errors';
import type { PathFinding } from './finding';
import type { ConfigFormat } from './format';
import type { ConfigIssue } from './issues';
import type { Reading } from './parse';
import { openConfig, readConfig, sorted } from './parse';
import { checkSweep, hasSweep } from './check-sweep';
import { planNetwork } from './plan';
import { stepsOf } from './steps';
import { itemPath } from './tree';
import type { Config } from './types';
import { withPairAfter } from './write';

/** What can be said of the keys under `data` before anybody looks at the files. */
function checkSource({ data }: Config, reading: Reading): PathFinding[] {
  const { source, path } = data;
  const found: PathFinding[] = [];
  if (isDrawn(source) && path !== undefined)
    found.push({ ...errors.noEffect('data.path', `${source} are drawn, not read`), path: 'data.path' });
  if (!isDrawn(source) && path === undefined) {
    const place = reading.place('data.source');
    const text = withPairAfter(place, 'path', './data', reading.lines, reading.format);
    found.push({
      ...dataErrors.dataPathMissing(
        source,
        isNamed(source),
        text === undefined ? undefined : { text, title: 'Add path: ./data' },
      ),
      path: 'data.source',
    });
  }
  const flip = data.augment.indexOf('flip');
  if (flip >= 0 && isOfDigits(source))
    found.push({ ...dataErrors.mirroredDigits(source), path: itemPath('data.augment', flip) });
  return found;
}

/** Arrays that say nothing of their layout, and whose axes look like those of the other one. */
function checkLayout({ data }: Config, { picture }: DataFacts, reading: Reading): PathFinding[] {
  if (data.source !== 'npy' || !picture || reading.place('data.layout').exact) return [];
  const [first, , last] = picture;
  const colours = (axis: number): boolean => axis === 1 || axis === 3;
  if (colours(first) || !colours(last)) return [];
  const text = withPairAfter(reading.place('data.source'), 'layout', 'channels-last', reading.lines, reading.format);
  const suggestion = text === undefined ? undefined : { text, title: 'Add layout: channels-last' };
  return [{ ...dataErrors.maybeChannelsLast(picture, suggestion), path: 'data.source' }];
}

/** Whether there are examples enough. */
function checkExamples({ data, train, probes }: Config, facts: DataFacts): PathFinding[] {
  const { source, validation } = data;
  const { examples, tests } = facts;
  const found: PathFinding[] = [];
  if (data.augment.length > 0 && !facts.picture)
    found.push({ ...dataErrors.augmentNeedsPictures(source, facts.inputs), path: 'data.augment' });
  if (validation === 0 && tests === 0) return [...found, { ...dataErrors.noTests(source), path: 'data.validation' }];
  const held = Math.round(validation * examples);
  if (validation > 0 && (held < 1 || held >= examples))
    return [...found, { ...dataErrors.validationEmpty(validation, examples, source), path: 'data.validation' }];
  const training = examples - held;
  if (train.batchSize > training)
    found.push({ ...errors.batchTooLarge(train.batchSize, training), path: 'train.batchSize' });
  const validating = validation === 0 ? tests : held;
  const total = stepsOf(train, training);
  return [...found, ...checkProbes(probes, { total, validating })];
}

/** `total`: steps; `validating`: examples to take samples of. */
function checkProbes(
  probes: Config['probes'],
  { total, validating }: { total: number; validating: number },
): PathFinding[] {
  const found: PathFinding[] = [];
  for (const name of ['jacobian', 'signals'] as const) {
    const { at, samples } = probes[name];
    const path = `probes.${name}.samples`;
    const measures = at.length > 0 || (name === 'signals' && probes.signals.every > 0);
    if (measures && samples > validating) found.push({ ...errors.fewerSamples(path, samples, validating), path });
  }
  for (const name of ['jacobian', 'signals', 'spectra', 'divergence'] as const)
    for (const [index, step] of probes[name].at.entries())
      if (step !== 'end' && step > total) {
        const place = itemPath(`probes.${name}.at`, index);
        found.push({ ...errors.stepBeyondEnd(place, step, total), path: place });
      }
  return found;
}

/** At the value, or, where it is not written, at the key it would be under. */
function placed(reading: Reading, { path, ...finding }: PathFinding): ConfigIssue {
  const place = reading.place(path);
  const first = reading.lines.lineEnd(0);
  if (place.exact) {
    // What is said of a whole list or of a key as such is said at the key.
    const ofKey = finding.suggestion === undefined && (finding.severity === 'warning' || place.node.kind !== 'scalar');
    return reading.issue(finding, path, (ofKey ? place.pair?.keySpan : undefined) ?? place.node.span);
  }
  // What would be replaced is not there.
  const suggestion = finding.suggestion?.range && finding.suggestion;
  return reading.issue({ ...finding, suggestion }, path, place.pair?.keySpan ?? { start: 0, end: first });
}

function checkReading(reading: Reading, looked: readonly DataLook[]): CheckedConfig {
  const { config, issues, locate, locateKey, pathAt } = reading;
  if (!config) return { issues, locate, locateKey, pathAt };
  const words = JSON.stringify(config.data);
  const seen = looked.find(({ data }) => JSON.stringify(data) === words);
  const facts = seen?.facts ?? knownFacts(config.data.source);
  const { plan, problems } = facts ? planNetwork(config, facts) : { problems: [] };
  const found = [
    ...problems,
    ...checkSource(config, reading),
    ...(facts ? [...checkExamples(config, facts), ...checkLayout(config, facts, reading)] : []),
    ...checkTraining(config, facts),
    ...checkEffects(config, reading),
    ...checkSharing(config, plan?.sharing, reading),
  ];
  const written = [...issues, ...found.map((finding) => placed(reading, finding))];
  // What is wrong with files alone leaves a config that can be planned, where its data's name says what they would
  // hold.
  const { problem, warnings = [] } = seen ?? {};
  const ofFiles = [
    ...(problem ? [{ code: problem.code, message: problem.message }] : []),
    ...warnings.map(({ code, message }) => ({ code, message, severity: 'warning' as const })),
  ].map((found) => placed(reading, { ...found, path: 'data.path' }));
  const sound = written.every(({ severity }) => severity !== 'error') && (!problem || facts !== undefined);
  const all = sorted([...written, ...ofFiles]);
  return { ...(sound && { config, ...(plan && { plan }) }), issues: all, locate, locateKey, pathAt };
}

/**
 * Never throws. `config` and `plan` are there when no issue is an error, but for files that are not there.
 * `mostTrials`: of a larger sweep only so many, evenly chosen, are checked, fewer where the networks are deep; each
 * value is read in any case. Of a person's own data that nobody has `looked` at, nothing is said of how the network and
 * the numbers of examples fit it.
 */
export function checkConfig(text: string, format: ConfigFormat, options: CheckOptions = {}): CheckedConfig {
  const { mostTrials = Infinity, looked = [], utf16 } = options;
  const written = openConfig(text, format, utf16);
  return hasSweep(written)
    ? checkSweep(written, (trial) => checkReading(readConfig(trial), looked), mostTrials)
    : checkReading(readConfig(written), looked);
}
