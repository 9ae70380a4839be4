import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'],
    globalSetup: 'test/unit/setup.ts',
    testTimeout: 60_000,
  },
});
