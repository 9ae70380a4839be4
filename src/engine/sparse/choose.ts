/** Which executor a run is computed by, and why. */
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import { densestPlain, densestSparse } from '../../core/kernels/break-even';
import type { Network } from '../../core/network';
import type { BackendName, RunRecord } from '../../protocol/run';
import { heapModule } from '../backends/heap-kernels';
import { words } from '../errors';
import type { Executor } from '../executor';
import { kernelsFor, processKernels } from '../kernels/process';
import { withoutSimd } from '../kernels/simd';
import type { NetworkState } from '../states';
import { Trainer } from '../trainer';
import type { TrainerSettings } from '../training';
import { SparseExecutor } from './executor';

type Chosen = NonNullable<RunRecord['executor']>;

type Threads = Config['compute']['threads'];

interface Asked {
  config: Pick<Config, 'compute' | 'sharing'>;
  plan: Pick<NetworkPlan, 'density' | 'onlySparse'>;
}

const tensors = (reason: string): Chosen => ({ name: 'tensors', reason });

/** With those of our kernels by which it computes on this backend. */
function withKernels(chosen: Chosen, backend: BackendName): Chosen {
  if (chosen.name === 'sparse') return { ...chosen, kernels: processKernels().kernels.kind };
  const { kind } = heapModule();
  return backend === 'wasm' && kind !== undefined ? { ...chosen, kernels: kind } : chosen;
}

const onProcessor = (backend: BackendName): boolean => backend === 'wasm' || backend === 'cpu';

/**
 * Up to which density of a network the kernels of this process are quicker than TensorFlow.js; undefined where they
 * never are.
 */
function densestOn(backend: BackendName): number | undefined {
  if (processKernels().kernels.kind !== 'plain' || backend === 'cpu') return densestSparse;
  return withoutSimd() === undefined ? undefined : densestPlain;
}

/** A sentence after others where the kernels are not compiled. */
function whyPlain(): string {
  const { reason } = processKernels();
  return reason === undefined ? '' : ` ${words.plainKernels(reason)}`;
}

/** What `auto` takes on this backend where few enough weights are kept. */
export const executorOfSparseRuns = (backend: BackendName, threads: Threads = 'auto'): Chosen =>
  withKernels(ofSparseRuns(backend, threads), backend);

function ofSparseRuns(backend: BackendName, threads: Threads): Chosen {
  if (!onProcessor(backend)) return tensors(words.executorOnDevice(backend));
  if (densestOn(backend) === undefined) return tensors(`${words.executorQuicker}${whyPlain()}`);
  return { name: 'sparse', reason: `${words.executorSparse}${whyPlain()}`, threads: threadsOf(threads) };
}

/**
 * The executor of a run that begins on this backend. `auto`: sparse for sparse runs on the processor, and where nothing
 * else holds the network.
 */
export const chooseExecutor = (asked: Asked, backend: BackendName): Chosen =>
  withKernels(chosenFor(asked, backend), backend);

function chosenFor({ config, plan }: Asked, backend: BackendName): Chosen {
  const { backend: asked, threads } = config.compute;
  if (asked !== 'auto' && asked !== 'sparse') return tensors(words.executorAsked);
  if (asked === 'sparse')
    return { name: 'sparse', reason: `${words.executorAsked}${whyPlain()}`, threads: threadsOf(threads) };
  if (plan.onlySparse)
    return { name: 'sparse', reason: `${words.executorFits}${whyPlain()}`, threads: threadsOf(threads) };
  if (onProcessor(backend) && config.sharing) return tensors(words.executorShared);
  const most = densestOn(backend) ?? densestSparse;
  if (onProcessor(backend) && (plan.density ?? 1) > most)
    return tensors(`${words.executorDense(most)}${most < densestSparse ? whyPlain() : ''}`);
  return ofSparseRuns(backend, threads);
}

/** The executor that a run began with on this backend, as this process computes it. */
export function executorAgain(began: Chosen, backend: BackendName, threads: Threads): Chosen {
  const { kernels, ...rest } = began;
  const now = withKernels(rest.name === 'sparse' ? { ...rest, threads: threadsOf(threads) } : rest, backend);
  return kernels === undefined || kernels === now.kernels
    ? now
    : { ...now, reason: `${words.executorBegan}${whyPlain()}` };
}

/** How many threads the kernels of this process compute a run with, that of the process included. */
function threadsOf(threads: Threads): number {
  const { wanted } = processKernels().pool;
  return threads === 'auto' ? wanted : Math.min(threads, wanted);
}

/** The executor of a run whose threads have been given up since it began, and why; undefined where they have not. */
export function withoutThreads(executor: Chosen | undefined): { executor: Chosen; why: string } | undefined {
  const { reason: why } = processKernels().pool;
  if (!executor || why === undefined || (executor.threads ?? 1) < 2) return undefined;
  return { executor: { ...executor, threads: 1 }, why };
}

/**
 * By name; `state` is copied. The arrays of sparse ones lie in the one memory of the process, until they are disposed
 * of.
 */
export const executorOf = (
  name: Chosen['name'],
  network: Network,
  state: NetworkState,
  settings: TrainerSettings,
): Executor =>
  name === 'sparse'
    ? new SparseExecutor(network, state, settings, kernelsFor(settings.threads ?? 'auto'))
    : new Trainer(network, state, settings);
