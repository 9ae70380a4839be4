import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/view/**/*.test.ts'],
    globalSetup: ['test/view/setup.ts'],
    // One browser at a time: two would share two cores and a software renderer.
    fileParallelism: false,
    // Two cores may be shared with much else.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
