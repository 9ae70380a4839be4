/** Which executor a run is computed by, and why. */
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import { densestSparse } from '../../core/kernels/break-even';
import type { Kernels } from '../../core/kernels/kernels';
import type { Network } from '../../core/network';
import type { BackendName, RunRecord } from '../../protocol/run';
import { words } from '../errors';
import type { Executor } from '../executor';
import { processKernels } from '../kernels/process';
import type { NetworkState } from '../states';
import { Trainer } from '../trainer';
import type { TrainerSettings } from '../trainer';
import { SparseExecutor } from './executor';

type Chosen = NonNullable<RunRecord['executor']>;

type Threads = Config['compute']['threads'];

interface Asked {
  config: Pick<Config, 'compute' | 'sharing'>;
  plan: Pick<NetworkPlan, 'density'>;
}

const tensors = (reason: string): Chosen => ({ name: 'tensors', reason });

const onProcessor = (backend: BackendName): boolean => backend === 'wasm' || backend === 'cpu';

/** What `auto` takes on this backend where few enough weights are kept. */
export function executorOfSparseRuns(backend: BackendName, threads: Threads = 'auto'): Chosen {
  if (!onProcessor(backend)) return tensors(words.executorOnDevice(backend));
  const { kernels, reason } = processKernels();
  if (kernels.kind === 'plain') return tensors(words.plainKernels(reason ?? ''));
  return { name: 'sparse', reason: words.executorSparse(kernels.kind), threads: threadsOf(threads) };
}

/** The executor of a run that begins on this backend. `auto`: sparse for sparse runs on the processor. */
export function chooseExecutor({ config, plan }: Asked, backend: BackendName): Chosen {
  const { backend: asked, threads } = config.compute;
  if (asked !== 'auto' && asked !== 'sparse') return tensors(words.executorAsked);
  if (asked === 'sparse') {
    const { reason } = processKernels();
    const plain = reason === undefined ? '' : ` ${words.plainKernels(reason)}`;
    return { name: 'sparse', reason: `${words.executorAsked}${plain}`, threads: threadsOf(threads) };
  }
  const dense = plan.density === undefined || plan.density > densestSparse;
  if (onProcessor(backend) && config.sharing) return tensors(words.executorShared);
  if (onProcessor(backend) && dense) return tensors(words.executorDense(densestSparse));
  return executorOfSparseRuns(backend, threads);
}

/** How many threads the kernels of this process compute a run with, that of the process included. */
export function threadsOf(threads: Threads): number {
  const { wanted } = processKernels().pool;
  return threads === 'auto' ? wanted : Math.min(threads, wanted);
}

function kernelsFor(threads: number | undefined): Kernels {
  const { kernels, pool } = processKernels();
  return threads === undefined ? kernels : pool.atMost(threads);
}

/** By name; `state` is copied. The arrays of sparse ones lie in the one memory of the process, until they are disposed of. */
export const executorOf = (
  name: Chosen['name'],
  network: Network,
  state: NetworkState,
  settings: TrainerSettings,
): Executor =>
  name === 'sparse'
    ? new SparseExecutor(network, state, settings, kernelsFor(settings.threads))
    : new Trainer(network, state, settings);
