/** The engine as the desk needs it: running a config is refused where the workspace is not trusted, looking is not. */
import type { SharingEngine } from '../../runs/sharing/desk';
import { needTrust } from '../commands/run-commands';
import type { EngineClient } from '../engine-client';

export const measuringOf = (engine: Pick<EngineClient, 'api'>): SharingEngine => ({
  diagnose: async (params, options) => {
    needTrust();
    return (await engine.api()).diagnoseSharing(params, options);
  },
  test: async (params, options) => {
    needTrust();
    return (await engine.api()).testSharing(params, options);
  },
});
