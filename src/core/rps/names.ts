/** The words of randomized parameter sharing: of a config, of a file's metadata and of the views. */

export const sharingMethods = ['hashednet', 'roast', 'stable-rps'] as const;
export type SharingMethod = (typeof sharingMethods)[number];

export const mappingNames = ['random', 'hashednet', 'roast', 'robe', 'fold'] as const;
export type MappingName = (typeof mappingNames)[number];

/** `global`: all layers share one memory. `local`: each has a part of its own. */
export const sharingScopes = ['global', 'local'] as const;
export type SharingScope = (typeof sharingScopes)[number];

/** What a method has where nothing else is said. */
export const ownOf: Readonly<Record<SharingMethod, { mapping: MappingName; scope: SharingScope }>> = {
  'stable-rps': { mapping: 'fold', scope: 'global' },
  roast: { mapping: 'roast', scope: 'global' },
  hashednet: { mapping: 'hashednet', scope: 'local' },
};

/** By what a summed gradient is divided; `theory` is the public code's v5. */
export const scalerNames = ['none', 'v1', 'v2', 'v3', 'v4', 'theory'] as const;
export type ScalerName = (typeof scalerNames)[number];

export const diagnosisIds = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9', 'D10', 'D11', 'D12', 'D13'] as const;
export type DiagnosisId = (typeof diagnosisIds)[number];

export type Verdict = 'ok' | 'warn' | 'fail' | 'info';
