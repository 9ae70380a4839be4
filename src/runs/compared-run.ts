/** Reads runs for their comparison: settings, course and outcome of each. */
import { createHash } from 'node:crypto';
import { maxConfigBytes } from '../config/format';
import { configTooLarge } from '../config/invalid';
import { guideOf, scalesByFan } from '../config/methods';
import { parseConfig } from '../config/parse';
import { settingsOf } from '../config/settings';
import type { Config } from '../config/types';
import { isSparseError } from '../core/errors';
import { readText } from '../formats/text-file';
import { mostCurvePoints } from '../protocol/compare-runs';
import type { ComparedRun, RunCurve, Settings } from '../protocol/compare-runs';
import { isEnded } from '../protocol/run';
import type { EpochEvent, LastMasks, LayerSummary } from '../protocol/run';
import { methodName } from '../protocol/words';
import type { RunFolder } from './folder';
import { RunReader } from './reader';
import { thin } from './thin';

/** Of a value; a list of a thousand layers is told from another by its hash. */
const mostCharacters = 300;
const shownCharacters = 60;

const shortened = (text: string): string =>
  text.length <= mostCharacters
    ? text
    : `${text.slice(0, shownCharacters)}… #${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;

/** How the run begins, and what changes its masks. */
const methodOf = ({ sparsity, train }: Config): string => {
  const { init, distribution, base, fan, update } = sparsity;
  const fromBase = init === 'base' || init === 'ai';
  const named = methodName({
    init,
    distribution,
    ...(fromBase && base !== 'orthogonal' && { base }),
    ...(init === 'base' && scalesByFan(base) && { fan }),
    ...(guideOf(sparsity) && { guided: true }),
  });
  const changes = [
    ...(update.method === 'static' ? [] : [update.method]),
    ...(train.rewind.levels > 0 ? ['rewind'] : []),
  ];
  return [named, ...changes].join(' · ');
};

/** What never changes of a run. */
interface Described {
  settings: Settings;
  method: string;
}

const describe = (config: Config): Described => {
  const settings = Object.fromEntries(Object.entries(settingsOf(config)).map(([key, text]) => [key, shortened(text)]));
  return { settings, method: methodOf(config) };
};

const densityOf = (layers: readonly LayerSummary[], masks: LastMasks | undefined): number | null => {
  const kept = new Map(masks?.layers.map((change) => [change.layer, change.kept]));
  const counted = layers.filter(({ dense }) => !dense);
  const weights = counted.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);
  const left = counted.reduce((sum, { name, nonZeros }) => sum + (kept.get(name) ?? nonZeros), 0);
  return weights === 0 ? null : left / weights;
};

const curveOf = (epochs: readonly EpochEvent[]): RunCurve => {
  const shown = thin(epochs, mostCurvePoints);
  const column = (key: keyof RunCurve): number[] => shown.map((epoch) => epoch[key]);
  return {
    step: column('step'),
    trainLoss: column('trainLoss'),
    trainAccuracy: column('trainAccuracy'),
    validationLoss: column('validationLoss'),
    validationAccuracy: column('validationAccuracy'),
  };
};

/** One run, read again and again while it goes on. */
export class ComparedRunReader {
  private readonly reader: RunReader;
  private described: Described | undefined;
  /** Of the last reading: nothing more comes by itself. */
  private settled = false;

  constructor(private readonly folder: RunFolder) {
    this.reader = new RunReader(folder);
  }

  /**
   * Whether there is something new. Of a run that has ended it looks only when `all` asks for it.
   * @throws SparseError `file.*`
   */
  async changed(all = false): Promise<boolean> {
    return (all || !this.settled) && (await this.reader.poll());
  }

  /** As it stands now. A run that cannot be read is an answer, too: it says why. */
  async read(): Promise<ComparedRun> {
    const { directory, id } = this.folder;
    const nothing = { settings: null, method: '', data: null, step: 0, totalSteps: 0, milliseconds: 0, density: null };
    try {
      const { record, step, epochs, elapsed } = await this.reader.snapshot();
      const { state, error, dataset, totalSteps, layers } = record;
      this.settled = isEnded(state);
      this.described ??= await this.describe();
      const { settings = null, method = '' } = this.described ?? {};
      return {
        directory,
        id,
        state,
        ...(error && { problem: error.message }),
        settings,
        method,
        data: { source: dataset.source, sha256: dataset.sha256 },
        step,
        totalSteps,
        milliseconds: elapsed,
        density: densityOf(layers, this.reader.lastMasks),
        curve: curveOf(epochs),
      };
    } catch (error) {
      if (!isSparseError(error)) throw error;
      this.settled = true;
      return { directory, id, state: null, problem: error.message, ...nothing, curve: curveOf([]) };
    }
  }

  dispose(): void {
    this.reader.dispose();
  }

  /** Nothing when the copy of the config is gone or does not fit this version: the run has its course all the same. */
  private async describe(): Promise<Described | undefined> {
    try {
      const text = await readText(this.folder.configFile, maxConfigBytes, configTooLarge);
      // JSON is YAML: the copy has one name whatever the config was written in.
      const { config } = parseConfig(text, 'yaml');
      return config && describe(config);
    } catch (error) {
      if (!isSparseError(error)) throw error;
      return undefined;
    }
  }
}
