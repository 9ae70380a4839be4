/** What the view of shared weights says, but for the map of divergence and the course of a run. */
import type { SharingEdit, SharingFinding, SharingReport } from '../../../src/protocol/sharing';
import { mostSharers, type SharersPage, type Sharer } from '../../../src/protocol/sharing-view';
import { methodText } from '../../../src/protocol/sharing-words';
import { bytes, count, figure, many, percent, shapeText } from '../../format';

export const title = 'Sharing';

export const viewWords = {
  stem: 'sharing',
  section: 'Picture',
  sections: {
    findings: 'Findings',
    figures: 'Figures',
    memory: 'Memory',
    divergence: 'Divergence',
    course: 'Course',
  },
  help: [
    'All weights of the shared layers stand for numbers of one memory: weight = sign × λ × number. This view says what that does to them, and whether training will diverge.',
  ],
  keys: [['v', 'Next picture (Shift: the one before)']],
  reading: 'Working out what is shared',
  tryAgain: 'Try Again',
  again: 'Diagnose Again',
  of: (name: string) => `${name} · sharing`,
} as const;

export const notShared = {
  title: 'This run shares no weights',
  explanation:
    'Every layer has weights of its own. Put `sharing:` in place of `sparsity:` in the config to train in a memory that its layers share.',
};

export const notYet = { title: 'Waiting for the shared memory', explanation: '' };

/** `stable-rps · 1,234,567 weights in 123,456 locations (10.0x)`. */
export const factsOf = ({ n, m, ...how }: SharingReport): string =>
  `${methodText(how)} · ${many(n, 'weight')} in ${many(m, 'location')} (${figure(n / m)}x)`;

export const verdictWords = { fail: 'fails', warn: 'risk', ok: 'fine', info: 'note' } as const;

const counted = (findings: readonly SharingFinding[], verdict: SharingFinding['verdict']): number =>
  findings.filter((finding) => finding.verdict === verdict).length;

export const findingsWords = {
  help: [
    'Each finding has its number (see the documentation of sharing), its value, the threshold that it is held against, and what to do. Those that fail come first.',
    'Static findings need nothing but the config. One batch adds what the first step does; sharpness adds the largest curvature, which decides whether a learning rate is stable.',
    'A suggested edit changes the text of the config in the editor, where it can be undone.',
  ],
  batch: 'Measure One Batch',
  sharpness: 'Measure Sharpness',
  measuring: { static: 'Diagnosing', batch: 'Measuring one batch', sharpness: 'Measuring the sharpness' },
  table: { name: 'Findings', caption: (name: string) => `Findings of ${name}` },
  columns: {
    verdict: 'verdict',
    id: 'no.',
    what: 'finding',
    value: 'value',
    threshold: 'threshold',
    least: 'at least',
    fix: 'suggested edit',
    sentence: 'sentence',
    layer: 'layer',
  },
  /** What is set, a line each, and then what is taken out. */
  applyTitle: (edits: readonly SharingEdit[]) => {
    const out = edits.flatMap(({ path, value }) => (value === null ? [path] : []));
    return [
      ...edits.flatMap(({ path, value }) => (value === null ? [] : [`${path}: ${String(value)}`])),
      ...(out.length > 0 ? [`without ${out.join(', ')}`] : []),
    ].join('\n');
  },
  summary: (findings: readonly SharingFinding[]) => {
    const [fails, risks] = [counted(findings, 'fail'), counted(findings, 'warn')];
    if (fails + risks === 0)
      return `Nothing speaks against it: ${many(findings.length, 'finding')}, none past its threshold`;
    const failing = `${many(fails, 'finding')} ${fails === 1 ? 'says' : 'say'} that it fails`;
    const risky =
      fails > 0
        ? `${count(risks)} that it is at risk`
        : `${many(risks, 'finding')} ${risks === 1 ? 'says' : 'say'} that it is at risk`;
    return [...(fails > 0 ? [failing] : []), ...(risks > 0 ? [risky] : [])].join(', ');
  },
  applied: (what: string) => `Changed in the config: ${what}`,
} as const;

export const memoryFacts = ({ bytes: of, dense, n }: SharingReport): [string, string][] => [
  ['memory', bytes(of.memory)],
  ['its optimizer', bytes(of.optimizer)],
  ['not shared', `${many(dense, 'parameter')}, ${bytes(of.dense)}`],
  ['index', of.index === 0 ? 'none' : bytes(of.index)],
  ['recovered within a step', `${many(n, 'weight')}, ${bytes(of.weights)}`],
];

export const figuresWords = {
  help: [
    'λ is what a number of the memory is multiplied with to become a weight of the layer. Under plain gradient descent a weight learns λ² times as fast as in a dense network, at λ = 1 just as fast; a scaler takes that out again.',
    'The norm ratio is that of the recovered weights to those of the layer’s own initialisation: 1 is right. 0.577 is the mark of a uniform memory that λ takes for a normal one.',
    'Load: how many weights share a location. A fold gives every location the same number, give or take one; a hash spreads as the dashed line says.',
    'Γ is the sum of λ² over the sharers of a location: the factor by which a step of plain gradient descent grows when all sharers agree. The scaler of STABLE-RPS divides by it.',
  ],
  keys: [['← →', 'Move the cursor in a chart (Shift: far)']],
  layer: 'layer',
  factor: { label: 'Largest factor on a number of the memory, by layer', title: 'Factor' },
  norm: { label: 'Norm of the recovered weights over that of the initialisation, by layer', title: 'Norm ratio' },
  load: { label: 'How many locations have how many sharers', title: 'Locations by load' },
  gamma: { label: 'How many locations have which Γ', title: 'Locations by Γ' },
  sharers: 'sharers',
  gammaAxis: 'Γ',
  measured: 'this mapping',
  evenAt: (load: number) => `even ${figure(load)}`,
  hashed: 'independent hashing',
  atOne: '1',
  mean: (value: number) => `mean ${figure(value)}`,
  most: (value: number) => `max ${figure(value)}`,
  layersTable: { name: 'Layers', caption: (name: string) => `Shared layers of ${name}` },
  loadTable: { name: 'Load', caption: 'Locations by the number of their sharers' },
  gammaTable: { name: 'Gamma', caption: 'Locations by Γ, the sum of the squared scales of their sharers' },
  columns: {
    layer: 'layer',
    shape: 'shape',
    weights: 'weights',
    deviation: 'σ of its init',
    factor: 'factor',
    norm: 'norm ratio',
    collisions: 'same-layer collisions',
    update: 'first step / weights',
    denseUpdate: 'the same, dense',
    amplification: 'amplification',
    kept: 'gradient energy kept',
    cosine: 'cosine',
    sharers: 'sharers',
    locations: 'locations',
    even: 'even',
    hashed: 'independent hashing',
    from: 'from Γ',
    to: 'to Γ',
  },
  more: (from: number) => `${count(from)} or more`,
  lastBin: (sharers: number) => `${count(sharers)}+`,
} as const;

export const layerText = ({ name, shape, weights, factor, normRatio }: SharingReport['layers'][number]): string =>
  `${name} · ${shapeText(shape)} · ${many(weights, 'weight')} · factor ${figure(factor)} · norm ratio ${figure(normRatio)}`;

export const batchText = ({ batch }: SharingReport['layers'][number]): string =>
  batch
    ? `first step ${figure(batch.updateRatio)} of the weights (dense ${figure(batch.denseUpdateRatio)}) · ${percent(batch.keptEnergy)} of the gradient kept`
    : '';

export const loadText = ({ load, n, m }: SharingReport): string =>
  `load mean ${figure(n / m)} · max ${count(load.max)} · ${percent(load.unused)} unused · coefficient of variation ${figure(load.cv)}`;

export const loadBin = (sharers: number, last: boolean, locations: number, m: number): string =>
  `${many(locations, 'location')} of ${count(m)} with ${last ? figuresWords.more(sharers) : many(sharers, 'sharer')} (${percent(locations / m)})`;

export const gammaBin = (from: number, to: number, locations: number, m: number): string =>
  `${many(locations, 'location')} with Γ from ${figure(from)} to ${figure(to)} (${percent(locations / m)})`;

/** Whether a location has more sharers than are told one by one. */
const isCut = ({ total, sharers }: SharersPage): boolean => total > sharers.length;

/** `first 1,000 of 50,890`. */
const firstOf = ({ total, sharers }: SharersPage): string => `first ${count(sharers.length)} of ${count(total)}`;

/** `location 4`, `locations 4 to 9`: the last one is before `to`. */
const partText = (from: number, to: number): string =>
  to - from === 1 ? `location ${count(from)}` : `locations ${count(from)} to ${count(to - 1)}`;

export const memoryWords = {
  help: [
    'From left to right the memory, from its first location to its last; upwards the weights that share each location, in the colour of their layer. The dashed line is the compression: the even load.',
    `The cursor names a location; the read-out line lists the weights that share it, and so does the table of sharers: the first ${count(mostSharers)} of them, in the order of the network. The chosen layer of a run is drawn with a rim.`,
  ],
  keys: [
    ['← →', 'Move the cursor (Shift: far)'],
    ['+ -', 'Zoom, also with the wheel'],
    ['Alt+← Alt+→', 'Move the part that is shown'],
    ['0', 'The whole memory'],
  ],
  label: 'The memory and the layers that own its parts',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'The whole memory',
  location: 'location',
  load: 'weights per location',
  even: (compression: number) => `even load ${figure(compression)}`,
  whole: (layers: number, m: number) => `${many(m, 'location')} shared by ${many(layers, 'layer')}`,
  part: partText,
  pointing: (location: number, m: number) => `location ${count(location)} of ${count(m)}`,
  ownersTable: {
    name: 'Owners',
    caption: (from: number, to: number) => `Weights by layer in ${partText(from, to)}`,
  },
  sharersTable: {
    name: 'Sharers',
    caption: (page: SharersPage) =>
      `Weights that share location ${count(page.location)}${isCut(page) ? `, the ${firstOf(page)}` : ''}`,
  },
  columns: { from: 'from', to: 'to', layer: 'layer', element: 'element', sign: 'sign', scale: 'scale' },
} as const;

const sharerText = ({ layer, at, sign }: Sharer): string => `${sign < 0 ? '−' : '+'}${layer}[${at.join(', ')}]`;

/** `location 12 of 100 · 3 sharers · Γ 0.102`, then the sharers one by one, as far as they are told. */
export const sharersText = (
  page: SharersPage,
  { m, method }: SharingReport,
): { main: string; more: string; exact: string } => {
  const { location, total, gamma, sharers } = page;
  const list = sharers.map(sharerText);
  // With STABLE-RPS the scales of a location are normalised: it is 1 everywhere.
  const told = total > 0 && method !== 'stable-rps';
  return {
    main: `${memoryWords.pointing(location, m)} · ${total === 0 ? 'not used' : many(total, 'sharer')}${told ? ` · Γ ${figure(gamma)}` : ''}`,
    more: (isCut(page) ? `${firstOf(page)}: ` : '') + list.join(' · '),
    exact: [...(isCut(page) ? [`${firstOf(page)}:`] : []), ...list].join('\n'),
  };
};
