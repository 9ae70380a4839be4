/** What the comparison of initialisations says. */
import { count, many } from '../../format';
import { numeric, text } from '../../parts/table';

export const help = {
  title: 'Compared initialisations',
  text: [
    'The same network, drawn by each method from the same seed. Click a column of the table to sort by it.',
    'An isometric layer has all singular values at 1, the dashed line. A dead singular value is below 1e-6 of the largest.',
    'On a logarithmic axis a value of 0 has no place and is left out.',
  ],
  keys: [
    ['← →', 'Move the cursor in a chart (Shift: far)'],
    ['[ ]', 'Previous and next layer'],
    ['l', 'Logarithmic singular values'],
  ],
} as const;

export const words = {
  layer: 'Layer',
  logSigma: 'Log σ',
  shownMethods: 'Shown methods',
  methods: 'Methods',
  stem: 'initialisations',
  title: (config: string) => `${config} · initialisations`,
  caption: (methods: string, layer: string) => `${methods} · spectra of ${layer}`,
  density: 'Density',
  densityOfLayers: 'Density of each layer, by method',
  index: 'index',
  spectra: (layer: string) => `Singular values of ${layer}`,
  spectraByMethod: (layer: string) => `Singular values of ${layer}, by method`,
  ranges: (method: string) => `Smallest, mean and largest singular value of each layer, ${method}`,
  sigma: (method: string) => `σ: ${method}`,
  least: 'min',
  mean: 'mean',
  most: 'max',
  ofLayer: (method: string, density: string, kept: string, min: string, mean: string, max: string) =>
    `${method}: density ${density} (${kept}), σ ${min} / ${mean} / ${max}`,
  compareAgain: 'Compare Again',
  shownOf: (drawn: number, asked: string) => `${count(drawn)} of ${asked}`,
  cancelled: (drawn: number, missing: string) =>
    `Cancelled after ${many(drawn, 'initialisation')}; what was drawn until then is shown. Not drawn: ${missing}.`,
  nothingNew: 'Cancelled before an initialisation was drawn; the comparison from before is still shown.',
  tryAgain: 'Try Again',
  tooLarge: 'This comparison was too large to keep',
  tooLargeRemedy: 'Compare again to draw the same initialisations of the config as it is now.',
  reading: 'Reading the comparison',
} as const;

/** Of a whole method and of one layer. */
const figureColumns = [
  numeric('density'),
  numeric('non-zeros'),
  numeric('max|WWᵀ-I|'),
  numeric('σ min'),
  numeric('σ mean'),
  numeric('σ max'),
  numeric('dead'),
];

export const summaryColumns = [
  text('method'),
  ...figureColumns,
  numeric('Jacobian min'),
  numeric('Jacobian mean'),
  numeric('Jacobian max'),
  numeric('time (ms)'),
];

export const layersCaption = { name: 'layers', caption: 'Initialisations, by method and layer' };

export const layerColumns = [
  text('method'),
  text('layer'),
  numeric('out'),
  numeric('in'),
  numeric('target density'),
  ...figureColumns,
];
