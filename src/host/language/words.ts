/** What hovers and lenses say beside the schema's own sentences. */
import * as vscode from 'vscode';

const { t } = vscode.l10n;

export const words = {
  columns: () => [t('layer'), t('shape'), t('density'), t('non-zeros'), t('parameters')],
  total: () => t('total'),
  decidedBy: { scores: () => t('by scores'), pattern: () => t('by the pattern') },
  more: (count: string) => t('… {0} more', count),
  planned: () => t('Planned, by this config:'),
  step: (text: string) => t('A step takes {0}.', text),
  stepOfEach: (p: { sparse: string; tensors: string }) =>
    t('A step takes {0} where kept weights alone are computed, as on a processor, else {1}.', p.sparse, p.tensors),
  runConfig: () => t('Run Config'),
  download: () => t('Download Data Set…'),
  previewData: () => t('Preview Data'),
  diagnoseSharing: () => t('Diagnose Sharing'),
  weightsKept: (weights: string, kept: string, percent: string) =>
    t('{0} weights · {1} kept ({2} %)', weights, kept, percent),
  weightsByPattern: (weights: string) => t('{0} weights · kept by the pattern', weights),
  sweep: (trials: number) => (trials === 1 ? t('Sweep Config: 1 trial') : t('Sweep Config: {0} trials', trials)),
  problems: (count: number) => (count === 1 ? t('1 problem') : t('{0} problems', count)),
};
