/**
 * How a config trains a shared memory: the mapping, the factors, and what its gradients and its steps are scaled by.
 */
import { scalesOf, wiringOf } from '../../config/initial-memory';
import { maskableLayers } from '../../core/network';
import type { Config } from '../../config/types';
import { bytesOf } from '../../core/rps/bytes';
import type { LocationValues } from '../../core/rps/location-values';
import type { Wiring } from '../../core/rps/metadata';
import { adamRates, scalerOf } from '../../core/rps/scales';
import type { AdamRates, Scales } from '../../core/rps/scales';
import type { Sharing } from '../../core/rps/sharing';
import type { NetworkPlan } from '../../config/plan';
import type { SharingSummary } from '../../protocol/sharing';
import { slotNames } from '../optimizer';
import type { OptimizerSettings } from '../optimizer';

export interface SharingRule {
  sharing: Sharing;
  scales: Scales;
  /** What its files say. */
  wiring: Wiring;
  /** What the gradient of each location is divided by; absent: 1. */
  scaler?: LocationValues;
  /** Of adam and adamw. */
  own?: AdamRates;
}

type Written = Pick<NonNullable<Config['sharing']>, 'method' | 'initStd' | 'scaler'>;

/** @throws SparseError `rps.bad-init-std` */
export function sharingRule(
  sharing: Sharing,
  written: Written,
  optimizer: Pick<OptimizerSettings, 'name'>,
): SharingRule {
  const { method, scaler } = written;
  const scales = scalesOf(sharing, written);
  // No scaler of gradients reaches Adam, which divides by their size: its steps are scaled in their place.
  const own = optimizer.name === 'sgd' ? undefined : adamRates(sharing, scales, scaler);
  return {
    ...{ sharing, scales, wiring: wiringOf(sharing, written) },
    ...(method !== 'stable-rps' && scaler !== 'none' && { scaler: scalerOf(scaler, sharing, scales.lambda) }),
    ...(own && { own }),
  };
}

type Planned = { config: Config; plan: NetworkPlan };

/** What a config that shares weights trains by. @throws SparseError `rps.*` */
export function ruleOf({ config, plan }: Planned): SharingRule | undefined {
  return plan.sharing && config.sharing && sharingRule(plan.sharing, config.sharing, config.train.optimizer);
}

/** What the record of a run says of it. */
export function sharingSummary({ config, plan, rule }: Planned & { rule: SharingRule }): SharingSummary | undefined {
  if (!config.sharing || !plan.sharing) return undefined;
  const { method, mapping, scope, compression, scaler } = config.sharing;
  const { sharing, scales, scaler: divisor, own } = rule;
  const bytes = bytesOf(sharing, {
    scales,
    slots: slotNames(config.train.optimizer).length,
    dense: plan.sharing.dense,
    kept: [divisor, own?.factors, own?.units].filter((values) => values !== undefined),
  });
  const listed = new Set(maskableLayers(plan.network).map(({ name }) => name));
  const embedded = sharing.layers.reduce((sum, { name, weights }) => sum + (listed.has(name) ? 0 : weights), 0);
  const { n, m } = sharing;
  return { method, mapping, scope, compression, scaler, n, ...(embedded > 0 && { embedded }), m, bytes };
}
