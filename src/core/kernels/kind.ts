/**
 * What the kernels are compiled to: WebAssembly with SIMD, with multiplication and addition in one besides, or plain
 * TypeScript. The last digits of what they compute depend on it.
 */
export const kernelKinds = ['wasm', 'wasm-relaxed', 'plain'] as const;
export type KernelKind = (typeof kernelKinds)[number];
