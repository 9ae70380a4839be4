import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/setup.ts'],
    // One window at a time: two would share two cores and a software renderer.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // A workbench on two loaded cores takes its time; what never comes fails all the same.
    expect: { poll: { timeout: 30_000 } },
  },
});
