/** Which of the courses that a run kept is shown first. */
import type { SharingFailure } from '../../../src/protocol/sharing';

/**
 * The first failure, or where there is none the first warning. Of a failure that a later one came on top of within the
 * steps kept, the later: it has the steps of the first as well, and goes on to the end.
 */
export function firstToShow(failures: readonly SharingFailure[]): SharingFailure | undefined {
  const first = failures.find(({ verdict }) => verdict === 'fail');
  if (!first) return failures.at(0);
  const withIt = ({ verdict, steps }: SharingFailure): boolean =>
    verdict === 'fail' && steps.length > 0 && steps[0].step <= first.step;
  return failures.findLast(withIt) ?? first;
}
