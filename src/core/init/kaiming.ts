import type { BaseRequest } from './base-request';
import { fanInNormal } from './fan-scaled';

/**
 * He, Zhang, Ren, Sun, "Delving Deep into Rectifiers" (ICCV 2015), equation 10: variance 2 / fan-in, here times gain^2.
 * Row-major float32, rows x columns. Throws `init.*`, `shape.*`.
 */
export const kaimingNormal = (request: BaseRequest): Float32Array<ArrayBuffer> => fanInNormal(request, 2);
