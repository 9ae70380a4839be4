/** Which findings of a measurement are underlined in its config, and where. */
import type { CheckedConfig } from '../../config/checked';
import type { Range } from '../../config/issues';
import type { SharingFinding, SharingReport } from '../../protocol/sharing';

export interface MeasuredProblem {
  /** `sharing.MEASURE`, as of the warnings of a run. */
  code: string;
  message: string;
  range: Range;
  fix?: NonNullable<SharingFinding['fix']>;
}

/**
 * What was measured and is predicted to fail: a gradient that is not finite (D6), a first step that raises the loss
 * (D8), a sharpness beyond what runs survived (D9). What the config alone says of itself is underlined by its check.
 */
const isPredictedToFail = ({ id, measure, verdict }: SharingFinding): boolean => {
  if (measure === 'curvature') return verdict !== 'ok' && verdict !== 'info';
  return verdict === 'fail' && (id === 'D6' || id === 'D9');
};

/** The key at a path, or where it is not written the nearest above it that is. */
function keyAt(path: string, locateKey: CheckedConfig['locateKey']): Range | undefined {
  const keys = path.split('.');
  for (let size = keys.length; size > 0; size--) {
    const found = locateKey(keys.slice(0, size).join('.'));
    if (found) return found;
  }
  return undefined;
}

/** Each at the key that its edit changes, without an edit at `sharing`. */
export const measuredProblems = (
  { findings }: Pick<SharingReport, 'findings'>,
  { locateKey }: Pick<CheckedConfig, 'locateKey'>,
): MeasuredProblem[] =>
  findings.filter(isPredictedToFail).flatMap(({ measure, sentence, fix }) => {
    const range = (fix && keyAt(fix.edits[0].path, locateKey)) ?? locateKey('sharing');
    return range ? [{ code: `sharing.${measure}`, message: sentence, range, ...(fix && { fix }) }] : [];
  });
