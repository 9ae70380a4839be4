/** What a diagnosis says that it is doing. */
export const measuring = {
  static: 'Working out the mapping',
  batch: 'Measuring one batch',
  sharpness: 'Measuring the sharpness in the memory',
  rest: 'Measuring the sharpness of what is not shared',
  full: 'Measuring the sharpness without sharing',
  testing: ({ initStd, learningRate }: { initStd: number; learningRate: number }): string =>
    `Training at init-std ${initStd}, learning rate ${learningRate}`,
} as const;
