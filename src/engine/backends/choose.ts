/** The backends there are, and which one is taken, and why. */
import { isSparseError } from '../../core/errors';
import type { BackendChoice } from '../../protocol/engine';
import { RpcCancelled } from '../../protocol/rpc';
import type { CallContext } from '../../protocol/rpc';
import type { BackendName } from '../../protocol/run';
import { backendUnavailable, unknownBackend, words } from '../errors';
import type { Availability, Backend } from './backend';
import { cpu } from './cpu';
import { tensorflowBackend } from './tensorflow/backend';
import { wasm } from './wasm';
import { webgpu } from './webgpu';

/** Best first: `auto` takes the first that works here. */
export const backends: readonly Backend[] = [
  tensorflowBackend('tfjs-node-gpu'),
  webgpu,
  tensorflowBackend('tfjs-node'),
  wasm,
  cpu,
];

export interface Choice {
  backend: Backend;
  /** Why this one and not a better one, to be read after its name and a colon. */
  reason: string;
  available: BackendName[];
}

const check = async (backend: Backend, context: CallContext | undefined): Promise<Availability> => {
  try {
    return await backend.available(context);
  } catch (cause) {
    if (context?.signal.aborted) throw new RpcCancelled();
    if (isSparseError(cause)) return { ok: false, reason: cause.message };
    throw cause;
  }
};

/** @throws SparseError `engine.unknown-backend`, `engine.backend-unavailable`; RpcCancelled */
export async function choose(
  choice: BackendChoice,
  among: readonly Backend[] = backends,
  context?: CallContext,
): Promise<Choice> {
  const looked = among.filter(({ name, costly }) => choice === 'auto' || name === choice || !costly);
  const checked = await Promise.all(looked.map(async (backend) => ({ backend, ...(await check(backend, context)) })));
  const usable = checked.filter(({ ok }) => ok);
  const available = usable.map(({ backend }) => backend.name);
  if (choice !== 'auto') {
    const wanted = checked.find(({ backend }) => backend.name === choice);
    if (!wanted)
      throw unknownBackend(
        choice,
        among.map(({ name }) => name),
      );
    if (!wanted.ok) throw backendUnavailable(choice, wanted.reason);
    return { backend: wanted.backend, reason: words.asked(wanted.reason), available };
  }
  const best = usable.at(0);
  if (!best) throw backendUnavailable('auto', checked.map(({ reason }) => reason).join(' '));
  const passed = checked.slice(0, checked.indexOf(best)).map(({ backend, reason }) => `${backend.name}: ${reason}`);
  return { backend: best.backend, reason: words.auto(best.reason, passed), available };
}
