/** What a plan of shared weights comes to, in sentences: for the command line and hovers. */
import { plural } from '../core/figure';
import { bytesText, partText } from './memory-errors';
import { count } from './finding';
import type { SharingPlan } from './sharing-plan';

/** The memory, its bytes, and the scale at which ROAST's steps are as those of the dense network. */
export const sharingTexts = ({ n, m, compression, dense, neutral, bytes, spec, scope }: SharingPlan): string[] => [
  `${count(n)} ${plural(n, 'weight')} in ${count(m)} ${plural(m, 'location')} (compression ${compression}, ${spec.kind}, ${scope}), and ${count(dense)} ${plural(dense, 'parameter')} beside them`,
  `stored ${bytesText(bytes.memory + bytes.dense)}; in training ${bytesText(bytes.optimizer)} more for the optimizer, ${bytes.index === 0 ? '' : 'at most '}${partText(bytes.index)} for the mapping, ` +
    `and ${bytesText(bytes.weights)} of recovered weights within a step`,
  `neutral initStd ${Number(neutral.toPrecision(3))}: there a step of roast or hashednet is on average as long as in the dense network`,
];
