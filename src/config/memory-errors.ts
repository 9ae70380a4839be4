/** The sentences about the memory of a training step. */
import type { StepPlan } from '../core/step-memory';
import { change, count, finding, warning } from './finding';
import type { Finding } from './finding';

/** `1.3 GiB`, `240 MiB`. */
export const gibibytes = (bytes: number): string => {
  const [size, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, 'GiB'] : [bytes / 2 ** 20, 'MiB'];
  return `${size >= 100 ? size.toFixed(0) : Number(size.toPrecision(2))} ${unit}`;
};

/** `12 B`, `3.4 KiB`, `1.3 GiB`: three digits of what may be small. */
export const bytesText = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
};

/** Of a part that there may be nothing of. */
export const partText = (bytes: number): string => (bytes === 0 ? 'nothing' : bytesText(bytes));

const examples = (size: number): string => (size === 1 ? 'one example' : `${count(size)} examples`);

/** `A step takes about 1.3 GiB: 4 micro-batches of 32`; of a batch at once without the parts. */
export const stepText = ({ bytes, parts, microBatch }: StepPlan): string =>
  `about ${gibibytes(bytes)}${parts === 1 ? '' : `: ${count(parts)} micro-batches of ${count(microBatch)}`}`;

/** `way`: what else would do, as the end of a sentence. */
const ways = (sparse: StepPlan | undefined, limit: number, way: string): string => {
  const alone = `Use ${way}.`;
  if (!sparse) return alone;
  const text = `Where kept weights alone are computed, a step takes about ${gibibytes(sparse.bytes)}`;
  if (sparse.bytes > limit) return `${text}. ${alone}`;
  return `${text}, but scores and \`probes\` of the Jacobian and of signals need all. Leave these out, or use ${way}.`;
};

export const networkDoesNotFit = (bytes: number, limit: number, sparse: StepPlan | undefined): Finding =>
  finding(
    'does-not-fit',
    `Weights, masks, gradients and what the optimizer remembers take about ${gibibytes(bytes)}, more than the ${gibibytes(limit)} that an engine can hold. ` +
      ways(sparse, limit, 'a smaller width or depth'),
  );

/** `fitting`: examples at a time that would, 0 where none. */
export const stepDoesNotFit = (
  { bytes, microBatch }: StepPlan,
  limit: number,
  { fitting, sparse }: { fitting: number; sparse: StepPlan | undefined },
): Finding =>
  finding(
    'does-not-fit',
    `A step with ${examples(microBatch)} at a time takes about ${gibibytes(bytes)}, more than the ${gibibytes(limit)} that an engine can hold. ` +
      ways(
        sparse,
        limit,
        fitting > 0 ? `microBatch: ${fitting} or less, or auto` : 'a smaller width or depth, or smaller pictures',
      ),
  );

export const graspDoesNotFit = (bytes: number, limit: number): Finding =>
  finding(
    'grasp-does-not-fit',
    `The second derivatives of GraSP take about ${gibibytes(bytes)} with one example at a time, more than the ${gibibytes(limit)} that an engine can hold. ` +
      'Use snip, magnitude, random, or a distribution by shapes.',
  );

export const stepOverMemory = ({ bytes, microBatch }: StepPlan, limit: number): Finding =>
  warning(
    'over-memory',
    `A step with ${examples(microBatch)} at a time takes about ${gibibytes(bytes)}, more than the ${gibibytes(limit)} of train.memory. ` +
      (microBatch === 1
        ? 'Raise train.memory, or use a smaller network.'
        : 'Use microBatch: auto, or raise train.memory.'),
  );

export const normsSeeParts = (step: StepPlan, batchSize: number): Finding =>
  warning(
    'norms-see-parts',
    `A step of ${examples(batchSize)} takes ${stepText(step)}. Batch norms then see ${examples(step.microBatch)} at a time, not the whole batch. ` +
      'Raise train.memory, or use a smaller batchSize, if that matters.',
  );

export const signalsOfFewer = (samples: number, fitting: number): Finding =>
  warning(
    'signals-of-fewer',
    `\`probes.signals.samples\` is ${count(samples)}, but no more than ${examples(fitting)} fit at a time in the memory that a step may take, train.memory; ` +
      'signals are measured of so many.',
    change(String(fitting)),
  );
