/**
 * What is computed in the memory of someone else, TensorFlow.js: see engine/backends/heap-kernels.ts. It has no bytes
 * of its own there, so nothing that comes with tables may be exported here.
 */
export { columnMoments, columnNorm, columnNormBack, columnNormSums } from './columns';
export { product, productFloats, useProductScratch } from './product';
export { poolMax, poolMaxBack, poolMean, poolMeanBack } from './pool';
