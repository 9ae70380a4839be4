export { drawPairs } from './pairs';
export { cosSin } from './cos-sin';
export { clear, rotateBlocks, rotateBlocks64 } from './rotations';
export { bidiagonalColumn, bidiagonalColumn32, bidiagonalStep, bidiagonalStep32 } from './bidiagonal';
export { bandLeft, bandLeft32, bandPanel, bandPanel32, bandRight, bandRight32 } from './band';
export { bandChase, bandChase32 } from './chase';
export { activate, activateBack } from './activate';
export { attend, attendBack } from './attend';
export { correlate, correlateWeights } from './correlate';
export { correlateDense, scratchFloats, useScratch } from './dense';
export { correlateDenseWeights } from './dense-weights';
export { gatherFold, recoverFold } from './fold';
export { gather, pad, unpad } from './frames';
export { batchNorm, batchNormBack, layerNorm, layerNormBack, layerNormScaleBack, scaleRows } from './norm';
export { poolMax, poolMaxBack, poolMean, poolMeanBack } from './pool';
export { add, addToRows, meanOfPlaces, meanOfPlacesBack, scalePlaces, scalePlacesBack, sumRows, transpose } from './rows';
export { qdTwice } from './qd';
export { crossEntropy, moveByAdam, moveBySgd, sumOfSquares } from './train';

/** Bytes of memory that are the module's own. */
export function ownBytes(): usize {
  return __heap_base;
}
